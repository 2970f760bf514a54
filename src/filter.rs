//! Filters for lists, streams and counts.

use std::fmt;

use crate::values::Masked;

/// A filter for lists, streams and counts. By default it matches all trunks.
///
/// The server applies the filters. The vendor declares them and does not say how they compare.
///
/// ```
/// use netsapiens_connections::ConnectionFilter;
///
/// let filter = ConnectionFilter::new().reseller("acme-partners").user_scope("Office Manager");
/// assert_eq!(filter.reseller.as_deref(), Some("acme-partners"));
/// ```
#[derive(Clone, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct ConnectionFilter {
    /// Trunks whose device registers with this SIP URI. Wire name: `device-sip-registration-uri`.
    #[doc(alias = "device-sip-registration-uri")]
    pub device_sip_registration_uri: Option<String>,
    /// Trunks with this termination pattern. Wire name: `termination-match`.
    #[doc(alias = "termination-match")]
    pub termination_match: Option<String>,
    /// Trunks of this reseller's domains. Wire name: `reseller`.
    pub reseller: Option<String>,
    /// Trunks that this route chain uses. Wire name: `route-chain`.
    #[doc(alias = "route-chain")]
    pub route_chain: Option<String>,
    /// Trunks that a user of this scope may see. Wire name: `user-scope`.
    #[doc(alias = "user-scope")]
    pub user_scope: Option<String>,
}

impl ConnectionFilter {
    /// A filter that matches all trunks.
    pub fn new() -> Self {
        Self::default()
    }

    /// Trunks whose device registers with this SIP URI. Wire name: `device-sip-registration-uri`.
    #[must_use]
    pub fn device_sip_registration_uri(
        mut self,
        device_sip_registration_uri: impl Into<String>,
    ) -> Self {
        self.device_sip_registration_uri = Some(device_sip_registration_uri.into());
        self
    }

    /// Trunks with this termination pattern. Wire name: `termination-match`.
    #[must_use]
    pub fn termination_match(mut self, termination_match: impl Into<String>) -> Self {
        self.termination_match = Some(termination_match.into());
        self
    }

    /// Trunks of this reseller's domains. Wire name: `reseller`.
    #[must_use]
    pub fn reseller(mut self, reseller: impl Into<String>) -> Self {
        self.reseller = Some(reseller.into());
        self
    }

    /// Trunks that this route chain uses. Wire name: `route-chain`.
    #[must_use]
    pub fn route_chain(mut self, route_chain: impl Into<String>) -> Self {
        self.route_chain = Some(route_chain.into());
        self
    }

    /// Trunks that a user of this scope may see. Wire name: `user-scope`.
    #[must_use]
    pub fn user_scope(mut self, user_scope: impl Into<String>) -> Self {
        self.user_scope = Some(user_scope.into());
        self
    }
}

/// Shows which filters are set, without their values: URIs and names are customer data.
impl fmt::Debug for ConnectionFilter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            device_sip_registration_uri,
            termination_match,
            reseller,
            route_chain,
            user_scope,
        } = self;
        f.debug_struct("ConnectionFilter")
            .field(
                "device_sip_registration_uri",
                &Masked(device_sip_registration_uri),
            )
            .field("termination_match", &Masked(termination_match))
            .field("reseller", &Masked(reseller))
            .field("route_chain", &Masked(route_chain))
            .field("user_scope", &Masked(user_scope))
            .finish()
    }
}
