//! The seven operations as a person says them.

use reqwest::{Method, StatusCode};

use crate::client::Client;
use crate::error::{Error, presentable};
use crate::generated::answers;
use crate::generated::types::{ApiMessage, Connection, ConnectionCreate, ConnectionUpdate};
use crate::paging::{ConnectionStream, PageSize, Window};
use crate::response::Response;
use crate::transport::{decode, send};
use crate::values::{ConnectionRef, DomainName, MatchPattern};

/// Which trunks a list or a count takes in. Unset takes in all.
///
/// The vendor declares these filters and does not say how they compare.
///
/// ```
/// use netsapiens_connections::ConnectionFilter;
///
/// let filter = ConnectionFilter { reseller: Some("acme-partners".into()), ..ConnectionFilter::default() };
/// # drop(filter);
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq)]
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

    /// The message in the body, or the body where it is text; none where there is no body.
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
        match serde_json::from_slice::<ApiMessage>(&answer.body) {
            Ok(said) => Self {
                status,
                code: Some(said.code),
                message: Some(presentable(&said.message, secrets)),
            },
            Err(_) => {
                let text = std::str::from_utf8(&answer.body).ok().map(str::trim);
                let text =
                    text.filter(|text| !text.is_empty() && !text.starts_with(['{', '[', '<']));
                Self {
                    status,
                    code: None,
                    message: text.map(|text| presentable(text, secrets)),
                }
            }
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

    /// All trunks, in one answer.
    ///
    /// Other lists of this API stop at 100 without a word (reported), and whether this one does is
    /// not known: compare with [`Connections::count`].
    ///
    /// # Errors
    /// [`Error::is_permission_denied`] for a key without Reseller or Super User scope (reported);
    /// [`Error::is_decode`] when the answer is no list of trunks; and those of the network.
    pub async fn list(&self) -> Result<Vec<Connection>, Error> {
        self.list_with(&ConnectionFilter::default()).await
    }

    /// The trunks that a filter leaves, in one answer.
    ///
    /// # Errors
    /// As [`Connections::list`].
    pub async fn list_with(&self, filter: &ConnectionFilter) -> Result<Vec<Connection>, Error> {
        list(self.client, None, filter, None).await
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
        count(self.client, None, filter).await
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
        let call = self.client.call(
            "create_connection",
            Method::POST,
            trunk.sip_registration_password.as_ref(),
        );
        let sent = send(&self.client.limits, &call, || {
            self.client.raw.create_connection(trunk)
        })
        .await;
        let answer = sent.map_err(|error| error.about(&trunk.domain, &trunk.orig_match_pattern))?;
        Ok(Receipt::of(&answer, &call.secrets))
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

    /// All trunks of the domain, in one answer.
    ///
    /// # Errors
    /// As [`Connections::list`].
    pub async fn list(&self) -> Result<Vec<Connection>, Error> {
        self.list_with(&ConnectionFilter::default()).await
    }

    /// The trunks of the domain that a filter leaves, in one answer.
    ///
    /// # Errors
    /// As [`Connections::list`].
    pub async fn list_with(&self, filter: &ConnectionFilter) -> Result<Vec<Connection>, Error> {
        list(self.client(), Some(&self.domain.name), filter, None).await
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
        count(self.client(), Some(&self.domain.name), filter).await
    }

    /// The trunk with exactly this origination pattern, or `None`.
    ///
    /// Servers answer an array, an object, an empty array or 404; all are understood. `None` also
    /// stands for a domain that does not exist: servers do not tell the two apart.
    ///
    /// # Errors
    /// [`ErrorKind::Input`](crate::ErrorKind::Input) for a pattern that cannot be addressed, before
    /// anything is sent; [`Error::is_unknown_route`] when the server has no such operation;
    /// [`Error::is_decode`] when the answer is no trunk; and those of the network.
    pub async fn get<P>(&self, pattern: P) -> Result<Option<Connection>, Error>
    where
        P: TryInto<MatchPattern>,
        P::Error: Into<Error>,
    {
        let (pattern, reference) = self.address(pattern)?;
        let call = self.client().call("get_connection", Method::GET, None);
        let request = || {
            self.client()
                .raw
                .get_connection(&self.domain.name, &reference)
        };
        let answer = match send(&self.client().limits, &call, request).await {
            Err(error) if error.is_not_found() => return Ok(None),
            other => other.map_err(|error| self.about(error, &pattern))?,
        };
        let found = match decode::<answers::get_connection>(&self.client().limits, &call, answer) {
            Err(error) if error.is_not_found() => return Ok(None),
            other => other.map_err(|error| self.about(error, &pattern))?.0,
        };
        Ok(found
            .into_iter()
            .find(|trunk| trunk.orig_match_pattern == pattern.as_str()))
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
        let call = self.client().call(
            "update_connection",
            Method::PUT,
            change.sip_registration_password.as_ref(),
        );
        let request = || {
            self.client()
                .raw
                .update_connection(&self.domain.name, &reference, change)
        };
        let answer = send(&self.client().limits, &call, request)
            .await
            .map_err(|error| self.about(error, &pattern))?;
        Ok(Receipt::of(&answer, &call.secrets))
    }

    /// Removes the trunk. Phone numbers and dial rules that point to it are not known to be cleaned
    /// up.
    ///
    /// A delete whose answer was lost is sent again, and a 404 to the second request is success:
    /// the first one may have removed the trunk. The receipt then has the status 404.
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
        match send(&self.client().limits, &call, request).await {
            Ok(answer) => Ok(Receipt::of(&answer, &call.secrets)),
            Err(error) if error.is_not_found() && error.was_sent_before() => {
                Ok(Receipt::already_gone(&error))
            }
            Err(error) => Err(self.about(error, &pattern)),
        }
    }
}

/// One answer of a list: of the system or of a domain, whole or a window of it.
pub(crate) async fn list(
    client: &Client,
    domain: Option<&DomainName>,
    filter: &ConnectionFilter,
    window: Option<Window>,
) -> Result<Vec<Connection>, Error> {
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
    match domain {
        None => {
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
            let response = send(&client.limits, &call, request).await?;
            Ok(decode::<answers::list_connections>(&client.limits, &call, response)?.0)
        }
        Some(domain) => {
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
            let response = send(&client.limits, &call, request).await?;
            Ok(decode::<answers::list_domain_connections>(&client.limits, &call, response)?.0)
        }
    }
}

pub(crate) async fn count(
    client: &Client,
    domain: Option<&DomainName>,
    filter: &ConnectionFilter,
) -> Result<i64, Error> {
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
    let response = send(&client.limits, &call, request).await?;
    Ok(decode::<answers::count_connections>(&client.limits, &call, response)?.total)
}
