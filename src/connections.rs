//! The seven operations as a person says them.

use std::fmt;

use reqwest::{Method, StatusCode};

use crate::client::Client;
use crate::complete::{CompleteList, complete};
use crate::error::Error;
use crate::generated::answers;
use crate::generated::types::{Connection, ConnectionCreate, ConnectionUpdate};
use crate::identity;
use crate::paging::{ConnectionStream, PageSize, Window};
use crate::response::Response;
use crate::server_message::{ServerMessage, presentable};
use crate::transport::{Done, decode, send};
use crate::values::{ConnectionRef, DomainName, Masked, MatchPattern};

/// Which trunks a list or a count takes in. Unset takes in all.
///
/// The vendor declares these filters and does not say how they compare.
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
    pub device_sip_registration_uri: Option<String>,
    /// Trunks with this termination pattern. Wire name: `termination-match`.
    pub termination_match: Option<String>,
    /// Trunks of this reseller's domains. Wire name: `reseller`.
    pub reseller: Option<String>,
    /// Trunks that this route chain uses. Wire name: `route-chain`.
    pub route_chain: Option<String>,
    /// What a user of this scope may see. Wire name: `user-scope`.
    pub user_scope: Option<String>,
}

impl ConnectionFilter {
    /// No filter: all trunks.
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

    /// What a user of this scope may see. Wire name: `user-scope`.
    #[must_use]
    pub fn user_scope(mut self, user_scope: impl Into<String>) -> Self {
        self.user_scope = Some(user_scope.into());
        self
    }
}

/// Tells which filters are set, and not to what: URIs and names are customer data.
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

/// What the server says of a write that it accepted. Once a status of success has come, the rest of
/// the answer may break off or be of any kind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Receipt {
    status: u16,
    code: Option<i64>,
    message: Option<String>,
}

impl Receipt {
    /// HTTP status, mostly 202: accepted, which is full success (documented). 404 only for a
    /// repeated delete: see [`DomainConnections::delete`].
    pub fn status(&self) -> u16 {
        self.status
    }

    /// The code in the body, where there is one. Deployments can configure it (reported).
    pub fn code(&self) -> Option<i64> {
        self.code
    }

    /// The message in the body, or the body where it is text; none where there is no body. Made fit
    /// to be shown as [`Error::server_message`] is.
    pub fn message(&self) -> Option<&str> {
        self.message.as_deref()
    }

    /// Of a delete whose attempt found nothing left to remove.
    fn already_gone(refusal: &Error) -> Self {
        let message = refusal.server_message().map(str::to_owned);
        Self {
            status: StatusCode::NOT_FOUND.as_u16(),
            code: refusal.server_code(),
            message,
        }
    }

    /// Any body is fine: JSON, text or none (reported). Failing here would report a write as failed
    /// that was done.
    fn of(answer: &Response, secrets: &[&crate::Secret]) -> Self {
        let status = answer.status.as_u16();
        if let Some(said) = ServerMessage::read(answer.json(), secrets) {
            return Self {
                status,
                code: said.code(),
                message: Some(said.text().to_owned()),
            };
        }
        let text = std::str::from_utf8(&answer.body).ok().map(str::trim);
        let text = text.filter(|text| !text.is_empty() && !text.starts_with(['{', '[', '<']));
        Self {
            status,
            code: None,
            message: text.map(|text| presentable(text, secrets)),
        }
    }
}

/// The trunks of the whole system; made by [`Client::connections`].
#[derive(Debug, Clone, Copy)]
pub struct Connections<'a> {
    client: &'a Client,
}

impl<'a> Connections<'a> {
    pub(crate) fn new(client: &'a Client) -> Self {
        Self { client }
    }

    pub(crate) fn client(&self) -> &'a Client {
        self.client
    }

    /// All trunks. The list is complete, or an error.
    ///
    /// Other lists of this API stop at 100 without a word (reported), and whether this one does is
    /// not known. So the trunks of one response are compared with [`Connections::count`], and where
    /// the numbers differ the list is read anew page by page, until it ends and agrees with the
    /// count. Where the count is not to be had, [`CompleteList::is_counted`] is `false`, and the
    /// server is asked for what follows instead. As a rule these are two requests.
    ///
    /// A trunk that is created while another one is removed, between the two requests, cannot be
    /// seen in the numbers.
    ///
    /// # Errors
    /// [`Error::is_permission_denied`] for a key without Reseller or Super User scope (reported);
    /// [`Error::is_decode`] when the answer is no list of trunks;
    /// [`ErrorKind::Incomplete`](crate::ErrorKind::Incomplete) when the server counts another
    /// number than can be read, and when without a count it does not show that the list has ended;
    /// and those of the network.
    pub async fn list(&self) -> Result<CompleteList, Error> {
        self.list_with(&ConnectionFilter::default()).await
    }

    /// All trunks that a filter leaves. The list is complete, or an error.
    ///
    /// # Errors
    /// As [`Connections::list`].
    pub async fn list_with(&self, filter: &ConnectionFilter) -> Result<CompleteList, Error> {
        complete(self.client, None, filter).await
    }

    /// The trunks of a single response, which the server may have cut short without a word: half
    /// the requests of [`Connections::list`], for a look, not for decisions on what is missing.
    ///
    /// # Errors
    /// As [`Connections::list`], but never
    /// [`ErrorKind::Incomplete`](crate::ErrorKind::Incomplete).
    pub async fn list_unchecked(&self) -> Result<Vec<Connection>, Error> {
        self.list_unchecked_with(&ConnectionFilter::default()).await
    }

    /// The trunks of a single response that a filter leaves, which the server may have cut short.
    ///
    /// # Errors
    /// As [`Connections::list_unchecked`].
    pub async fn list_unchecked_with(
        &self,
        filter: &ConnectionFilter,
    ) -> Result<Vec<Connection>, Error> {
        Ok(list(self.client, None, filter, None).await?.value)
    }

    /// All trunks one by one, read in pages of the default size: for systems that are too large for
    /// one answer.
    ///
    /// # Errors
    /// The stream's items are errors as of [`Connections::list`], and
    /// [`ErrorKind::Incomplete`](crate::ErrorKind::Incomplete) at the end when the server counts
    /// another number of trunks.
    pub fn stream(&self) -> ConnectionStream {
        self.stream_with(&ConnectionFilter::default(), PageSize::default())
    }

    /// The trunks that a filter leaves one by one, read in pages of a size.
    ///
    /// # Errors
    /// As [`Connections::stream`].
    pub fn stream_with(&self, filter: &ConnectionFilter, size: PageSize) -> ConnectionStream {
        ConnectionStream::new(self.client, None, filter, size)
    }

    /// How many trunks there are.
    ///
    /// # Errors
    /// [`Error::is_permission_denied`] for a key that may not count (documented as 403);
    /// [`Error::is_decode`] when the answer holds no number; and those of the network.
    pub async fn count(&self) -> Result<i64, Error> {
        self.count_with(&ConnectionFilter::default()).await
    }

    /// How many trunks a filter leaves.
    ///
    /// # Errors
    /// As [`Connections::count`].
    pub async fn count_with(&self, filter: &ConnectionFilter) -> Result<i64, Error> {
        Ok(count(self.client, None, filter).await?.value)
    }

    /// Creates a trunk. Its domain is in `trunk`.
    ///
    /// A server that gets no SIP password generates one, which only reading the trunk shows
    /// (reported).
    ///
    /// # Errors
    /// [`Error::is_conflict`] when the domain has a trunk with this pattern (reported);
    /// [`Error::domain`] and [`Error::pattern`] say which. After another error the trunk may exist
    /// all the same where [`Error::may_have_been_sent`] says so: a create is repeated by itself
    /// only when it certainly was not sent.
    pub async fn create(&self, trunk: &ConnectionCreate) -> Result<Receipt, Error> {
        let password = trunk.sip_registration_password.as_ref();
        let call = self
            .client
            .call("create_connection", Method::POST, password)
            .with_body(trunk);
        let request = || self.client.raw.create_connection(trunk);
        let receipt = |response: Response| Ok(Receipt::of(&response, &call.secrets));
        let created = send(&self.client.limits, &call, request, receipt).await;
        created
            .map(|created| created.value)
            .map_err(|error| error.about(&trunk.domain, &trunk.orig_match_pattern))
    }
}

/// One domain; made by [`Client::domain`], which checks its name.
#[derive(Debug, Clone)]
pub struct Domain {
    client: Client,
    name: DomainName,
}

impl Domain {
    pub(crate) fn new(client: Client, name: DomainName) -> Self {
        Self { client, name }
    }

    /// The domain's name.
    pub fn name(&self) -> &DomainName {
        &self.name
    }

    /// The trunks of the domain.
    pub fn connections(&self) -> DomainConnections<'_> {
        DomainConnections { domain: self }
    }
}

/// The trunks of one domain; made by [`Domain::connections`].
#[derive(Debug, Clone, Copy)]
pub struct DomainConnections<'a> {
    domain: &'a Domain,
}

impl DomainConnections<'_> {
    fn client(&self) -> &Client {
        &self.domain.client
    }

    /// Checks a pattern and puts it in the form that the server understands.
    fn address<P>(&self, pattern: P) -> Result<(MatchPattern, ConnectionRef), Error>
    where
        P: TryInto<MatchPattern>,
        P::Error: Into<Error>,
    {
        let pattern = pattern.try_into().map_err(Into::into)?;
        let reference = ConnectionRef::new(&pattern, self.client().addressing)?;
        Ok((pattern, reference))
    }

    pub(crate) fn about(&self, error: Error, pattern: &MatchPattern) -> Error {
        error.about(&self.domain.name, pattern)
    }

    /// All trunks of the domain. The list is complete, or an error: see [`Connections::list`].
    ///
    /// # Errors
    /// As [`Connections::list`], and [`ErrorKind::Mismatch`](crate::ErrorKind::Mismatch) when the
    /// list has a trunk of another domain, since it then is not this domain's list. Of `~` it is
    /// only known that it is one domain. [`Error::is_not_found`] where the server answers 404:
    /// whether servers do so for a domain without trunks is not known, and it cannot be told from
    /// a domain that does not exist; an empty list for a mistyped name would be worse than an error.
    pub async fn list(&self) -> Result<CompleteList, Error> {
        self.list_with(&ConnectionFilter::default()).await
    }

    /// All trunks of the domain that a filter leaves. The list is complete, or an error.
    ///
    /// # Errors
    /// As [`DomainConnections::list`].
    pub async fn list_with(&self, filter: &ConnectionFilter) -> Result<CompleteList, Error> {
        complete(self.client(), Some(&self.domain.name), filter).await
    }

    /// The trunks of a single response, which the server may have cut short without a word: see
    /// [`Connections::list_unchecked`].
    ///
    /// # Errors
    /// As [`DomainConnections::list`], but never
    /// [`ErrorKind::Incomplete`](crate::ErrorKind::Incomplete).
    pub async fn list_unchecked(&self) -> Result<Vec<Connection>, Error> {
        self.list_unchecked_with(&ConnectionFilter::default()).await
    }

    /// The trunks of a single response that a filter leaves, which the server may have cut short.
    ///
    /// # Errors
    /// As [`DomainConnections::list_unchecked`].
    pub async fn list_unchecked_with(
        &self,
        filter: &ConnectionFilter,
    ) -> Result<Vec<Connection>, Error> {
        let domain = Some(&self.domain.name);
        Ok(list(self.client(), domain, filter, None).await?.value)
    }

    /// All trunks of the domain one by one, read in pages of the default size.
    ///
    /// # Errors
    /// As [`Connections::stream`].
    pub fn stream(&self) -> ConnectionStream {
        self.stream_with(&ConnectionFilter::default(), PageSize::default())
    }

    /// The trunks of the domain that a filter leaves one by one, read in pages of a size.
    ///
    /// # Errors
    /// As [`Connections::stream`].
    pub fn stream_with(&self, filter: &ConnectionFilter, size: PageSize) -> ConnectionStream {
        ConnectionStream::new(self.client(), Some(&self.domain.name), filter, size)
    }

    /// How many trunks the domain has.
    ///
    /// # Errors
    /// As [`Connections::count`].
    pub async fn count(&self) -> Result<i64, Error> {
        self.count_with(&ConnectionFilter::default()).await
    }

    /// How many trunks of the domain a filter leaves.
    ///
    /// # Errors
    /// As [`Connections::count`].
    pub async fn count_with(&self, filter: &ConnectionFilter) -> Result<i64, Error> {
        let domain = Some(&self.domain.name);
        Ok(count(self.client(), domain, filter).await?.value)
    }

    /// The trunk of this domain with exactly this origination pattern, or `None`.
    ///
    /// Servers answer an array, an object, an empty array or 404; all are understood. `None` also
    /// stands for a domain that does not exist: servers do not tell the two apart. A 404 that is
    /// not the service's own is an error: [`Error::is_foreign_not_found`].
    ///
    /// Domain and pattern of what comes are compared with what was asked for. Of the domain `~`,
    /// which stands for the credential's own, the name is not known, so that only the pattern is
    /// compared.
    ///
    /// # Errors
    /// [`ErrorKind::Input`](crate::ErrorKind::Input) for a pattern that cannot be addressed, before
    /// anything is sent; [`Error::is_unknown_route`] when the server has no such operation;
    /// [`ErrorKind::Mismatch`](crate::ErrorKind::Mismatch) when the server answers with another
    /// trunk, or spells the domain or the pattern with other capitals or white space around it;
    /// [`Error::is_decode`] when the answer is no trunk; and those of the network.
    pub async fn get<P>(&self, pattern: P) -> Result<Option<Connection>, Error>
    where
        P: TryInto<MatchPattern>,
        P::Error: Into<Error>,
    {
        let pattern = pattern.try_into().map_err(Into::into)?;
        Ok(self.read(&pattern).await?.value)
    }

    /// [`DomainConnections::get`], and how many attempts it took.
    pub(crate) async fn read(
        &self,
        pattern: &MatchPattern,
    ) -> Result<Done<Option<Connection>>, Error> {
        let (pattern, reference) = self.address(pattern)?;
        let domain = &self.domain.name;
        let call = self.client().call("get_connection", Method::GET, None);
        let request = || self.client().raw.get_connection(domain, &reference);
        let ours = |response: Response| {
            decode(
                &self.client().limits,
                &call,
                response,
                |found: answers::get_connection| identity::one_of(found.0, domain, &pattern),
            )
        };
        match send(&self.client().limits, &call, request, ours).await {
            Err(error) if error.is_not_found() => Ok(Done {
                value: None,
                attempts: error.attempts(),
            }),
            other => other.map_err(|error| self.about(error, &pattern)),
        }
    }

    /// Changes the settings that are set in `change` and leaves the others (inferred from the
    /// vendor's example).
    ///
    /// An empty text clears a setting. The domain and the pattern are the trunk's key and cannot be
    /// changed.
    ///
    /// # Errors
    /// [`ErrorKind::Input`](crate::ErrorKind::Input) for a pattern that cannot be addressed, before
    /// anything is sent; [`Error::is_not_found`] for a trunk that does not exist; and those of the
    /// network.
    pub async fn update<P>(&self, pattern: P, change: &ConnectionUpdate) -> Result<Receipt, Error>
    where
        P: TryInto<MatchPattern>,
        P::Error: Into<Error>,
    {
        let (pattern, reference) = self.address(pattern)?;
        let password = change.sip_registration_password.as_ref();
        let call = self
            .client()
            .call("update_connection", Method::PUT, password)
            .with_body(change);
        let request = || {
            self.client()
                .raw
                .update_connection(&self.domain.name, &reference, change)
        };
        let receipt = |response: Response| Ok(Receipt::of(&response, &call.secrets));
        let updated = send(&self.client().limits, &call, request, receipt).await;
        updated
            .map(|updated| updated.value)
            .map_err(|error| self.about(error, &pattern))
    }

    /// Removes the trunk. Phone numbers and dial rules that point to it are not known to be cleaned
    /// up.
    ///
    /// A delete whose response was lost is sent again: after a timeout, a broken connection, or a
    /// gateway's 502 or 504. A 404 to a later request is success then, since the lost one may have
    /// removed the trunk; the receipt has the status 404. After 408, 429 or 503, which are
    /// refusals, a 404 is an error: the trunk was not there to begin with.
    ///
    /// # Errors
    /// [`ErrorKind::Input`](crate::ErrorKind::Input) for a pattern that cannot be addressed, before
    /// anything is sent; [`Error::is_not_found`] for a trunk that does not exist, where the server
    /// says so (404 or 202: not known); and those of the network.
    pub async fn delete<P>(&self, pattern: P) -> Result<Receipt, Error>
    where
        P: TryInto<MatchPattern>,
        P::Error: Into<Error>,
    {
        let (pattern, reference) = self.address(pattern)?;
        let call = self
            .client()
            .call("delete_connection", Method::DELETE, None);
        let request = || {
            self.client()
                .raw
                .delete_connection(&self.domain.name, &reference)
        };
        let receipt = |response: Response| Ok(Receipt::of(&response, &call.secrets));
        match send(&self.client().limits, &call, request, receipt).await {
            Ok(deleted) => Ok(deleted.value),
            Err(error) if error.is_not_found() && error.follows_a_loss() => {
                Ok(Receipt::already_gone(&error))
            }
            Err(error) => Err(self.about(error, &pattern)),
        }
    }
}

/// One response of a list: of the system or of a domain, whole or a window of it.
pub(crate) async fn list(
    client: &Client,
    domain: Option<&DomainName>,
    filter: &ConnectionFilter,
    window: Option<Window>,
) -> Result<Done<Vec<Connection>>, Error> {
    let (start, limit) = window.map(|window| (window.start, window.limit)).unzip();
    let (device, reseller) = (
        filter.device_sip_registration_uri.as_deref(),
        filter.reseller.as_deref(),
    );
    let (chain, termination, scope) = (
        filter.route_chain.as_deref(),
        filter.termination_match.as_deref(),
        filter.user_scope.as_deref(),
    );
    let Some(domain) = domain else {
        let call = client.call("list_connections", Method::GET, None);
        let request = || {
            client.raw.list_connections(
                device,
                None,
                limit,
                reseller,
                chain,
                start,
                termination,
                scope,
            )
        };
        let all = |response: Response| {
            decode(
                &client.limits,
                &call,
                response,
                |list: answers::list_connections| Ok(list.0),
            )
        };
        return send(&client.limits, &call, request, all).await;
    };
    let call = client.call("list_domain_connections", Method::GET, None);
    let request = || {
        client.raw.list_domain_connections(
            domain,
            device,
            limit,
            reseller,
            chain,
            start,
            termination,
            scope,
        )
    };
    let ours = |response: Response| {
        decode(
            &client.limits,
            &call,
            response,
            |list: answers::list_domain_connections| identity::all_of(list.0, domain),
        )
    };
    let listed = send(&client.limits, &call, request, ours).await;
    listed.map_err(|error| error.about_domain(domain))
}

pub(crate) async fn count(
    client: &Client,
    domain: Option<&DomainName>,
    filter: &ConnectionFilter,
) -> Result<Done<i64>, Error> {
    let call = client.call("count_connections", Method::GET, None);
    let request = || {
        client.raw.count_connections(
            filter.device_sip_registration_uri.as_deref(),
            domain,
            filter.reseller.as_deref(),
            filter.route_chain.as_deref(),
            filter.termination_match.as_deref(),
            filter.user_scope.as_deref(),
        )
    };
    let total = |response: Response| {
        decode(
            &client.limits,
            &call,
            response,
            |count: answers::count_connections| Ok(count.total),
        )
    };
    let counted = send(&client.limits, &call, request, total).await;
    counted.map_err(|error| match domain {
        Some(domain) => error.about_domain(domain),
        None => error,
    })
}

/// What the server counts; nothing where it does not say. The list came with the same key, so that
/// a refusal is about counting.
pub(crate) async fn counted(
    client: &Client,
    domain: Option<&DomainName>,
    filter: &ConnectionFilter,
) -> Result<Option<Done<i64>>, Error> {
    match count(client, domain, filter).await {
        Ok(total) => Ok(Some(total)),
        Err(error)
            if error.is_permission_denied()
                || error.is_unauthorized()
                || error.is_unknown_route()
                || error.is_not_found() =>
        {
            Ok(None)
        }
        Err(error) => Err(error),
    }
}
