//! Trunks to create: the two shapes that are known to work in production.

use crate::generated::types::{AudioRelay, ConnectionCreate, YesNo};
use crate::values::{DomainName, InvalidValue, MatchPattern};

/// A customer's PBX that registers: the settings of a request that is seen working in production
/// (reported, `create_connection/202-registering-pri.json`).
///
/// Calls to and from `sip*@{host}`, the plan with the domain's name, no limits of calls at once. No
/// password is set: the server generates one, which reading the trunk shows.
///
/// ```
/// use netsapiens_connections::{ConnectionCreate, RegisteringPbx};
///
/// let trunk: ConnectionCreate = RegisteringPbx {
///     domain: "acme.example".into(),
///     host: "acme-pri.example".into(),
///     username: "15555550100".into(),
///     dial_policy: "US and Canada".into(),
///     description: "Lab PRI".into(),
/// }
/// .try_into()?;
/// assert_eq!(trunk.orig_match_pattern.as_str(), "sip*@acme-pri.example");
/// # Ok::<(), netsapiens_connections::InvalidValue>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RegisteringPbx {
    /// Domain of the customer; also the realm of the registration and the name of the dial plan.
    pub domain: String,
    /// Host part of the PBX's SIP URI. It need not resolve: the address comes with the
    /// registration.
    pub host: String,
    /// User name of the registration, mostly a phone number.
    pub username: String,
    /// Permission table for calls from the PBX, for example `US and Canada`.
    pub dial_policy: String,
    /// Free text for people.
    pub description: String,
}

impl TryFrom<RegisteringPbx> for ConnectionCreate {
    type Error = InvalidValue;

    fn try_from(pbx: RegisteringPbx) -> Result<Self, InvalidValue> {
        let RegisteringPbx {
            domain,
            host,
            username,
            dial_policy,
            description,
        } = pbx;
        let pattern = format!("sip*@{host}");
        Ok(Self {
            term_match_pattern: Some(pattern.clone()),
            address: Some(format!("sip:{username}@{host}")),
            sip_registration_username: Some(username),
            sip_registration_realm: Some(domain.clone()),
            dial_plan: Some(domain.clone()),
            dial_policy: Some(dial_policy),
            limits_max_active_calls_orig: Some(0),
            limits_max_active_calls_term: Some(0),
            limits_max_active_calls_total: Some(0),
            description: Some(description),
            ..Self::new(DomainName::new(domain)?, MatchPattern::new(pattern)?)
        })
    }
}

/// A carrier's trunk of the whole system: the settings of a request that is seen working in
/// production (reported, `create_connection/202-carrier-trunk.json`).
///
/// Calls to and from the carrier's address without authentication, audio relayed, users of all
/// headers kept, the plan `Inbound DID` and the policy `Permit All`.
///
/// ```
/// use netsapiens_connections::{CarrierTrunk, ConnectionCreate};
///
/// let trunk: ConnectionCreate = CarrierTrunk { host: "192.0.2.20".into(), utc_offset: "-7".into() }.try_into()?;
/// assert_eq!(trunk.domain.as_str(), "*");
/// # Ok::<(), netsapiens_connections::InvalidValue>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CarrierTrunk {
    /// Address or host name of the carrier.
    pub host: String,
    /// Hours from UTC, for example `-7`.
    pub utc_offset: String,
}

impl TryFrom<CarrierTrunk> for ConnectionCreate {
    type Error = InvalidValue;

    fn try_from(carrier: CarrierTrunk) -> Result<Self, InvalidValue> {
        let CarrierTrunk { host, utc_offset } = carrier;
        let keep = || Some("[*]".to_owned());
        Ok(Self {
            term_match_pattern: Some(format!("sip:*@{host}")),
            address: Some(host.clone()),
            dial_plan: Some("Inbound DID".into()),
            dial_policy: Some("Permit All".into()),
            orig_enabled: Some(YesNo::Yes),
            term_enabled: Some(YesNo::Yes),
            is_carrier_trunk: Some(YesNo::Yes),
            audio_relay_enabled: Some(AudioRelay::Yes),
            translation_request_user: keep(),
            translation_request_host: Some(host.clone()),
            translation_destination_user: keep(),
            translation_destination_host: Some(host.clone()),
            translation_source_user: keep(),
            translation_source_host: Some("<AppIP>".into()),
            require_sip_authentication_enabled: Some(YesNo::No),
            sip_authenticate_as_client_enabled: Some(YesNo::No),
            minimum_call_duration_seconds: Some(0),
            utc_offset: Some(utc_offset),
            ..Self::new(
                DomainName::new("*")?,
                MatchPattern::new(format!("sip*@{host}"))?,
            )
        })
    }
}
