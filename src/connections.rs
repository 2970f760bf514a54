//! The trunks of a system or of a domain: list, count, create, read, update and delete.

use crate::accepted::{Accepted, WriteResult};
use crate::call::Call;
use crate::client::Client;
use crate::complete::{CompleteList, complete};
use crate::error::Error;
use crate::filter::ConnectionFilter;
use crate::generated::types::{Connection, ConnectionCreate, ConnectionUpdate};
use crate::generated::{bodies, requests};
use crate::identity;
use crate::key::ConnectionKey;
use crate::operations::{count, list};
use crate::paging::ConnectionStream;
use crate::presets::RegisteringPbx;
use crate::read_future::ReadFuture;
use crate::response::Response;
use crate::transport::{Done, Unfit};
use crate::values::{ConnectionRef, DomainName, MatchPattern, Secret};

impl Client {
    /// The trunks of the whole system.
    ///
    /// ```no_run
    /// # use netsapiens_connections::{Client, Error};
    /// # async fn run(client: Client) -> Result<(), Error> {
    /// for trunk in client.connections().list().await? {
    ///     println!("{} {}", trunk.domain, trunk.orig_match_pattern);
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub fn connections(&self) -> Connections {
        Connections::new(self.clone(), WholeSystem)
    }

    /// One domain, by name. The name is checked here; whether the domain exists shows with the
    /// first request.
    ///
    /// ```
    /// use netsapiens_connections::{Client, ErrorKind};
    ///
    /// let client = Client::builder().server("pbx.acme.example").api_key("nss_EXAMPLE").build()?;
    /// assert_eq!(*client.domain("acme.example")?.name(), "acme.example");
    /// assert_eq!(client.domain("..").unwrap_err().kind(), ErrorKind::Input);
    /// # Ok::<(), netsapiens_connections::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`ErrorKind::Input`](crate::ErrorKind::Input) when the string is no valid domain name: see
    /// [`DomainName::new`]. Nothing is sent.
    pub fn domain<N>(&self, name: N) -> Result<Domain, Error>
    where
        N: TryInto<DomainName>,
        N::Error: Into<Error>,
    {
        Ok(Domain {
            client: self.clone(),
            name: name.try_into().map_err(Into::into)?,
        })
    }
}

/// One domain (a tenant); returned by [`Client::domain`].
///
/// ```no_run
/// # use netsapiens_connections::{Client, Error};
/// # async fn run(client: Client) -> Result<(), Error> {
/// let acme = client.domain("acme.example")?;
/// println!("{} has {} trunks", acme.name(), acme.connections().count().await?);
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone)]
pub struct Domain {
    client: Client,
    name: DomainName,
}

impl Domain {
    /// The domain's name.
    pub fn name(&self) -> &DomainName {
        &self.name
    }

    /// The trunks of the domain.
    ///
    /// ```no_run
    /// # use netsapiens_connections::{Domain, Error};
    /// # async fn run(acme: Domain) -> Result<(), Error> {
    /// for trunk in acme.connections().list().await? {
    ///     println!("{}", trunk.orig_match_pattern);
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub fn connections(&self) -> DomainConnections {
        Connections::new(self.client.clone(), self.name.clone())
    }

    /// A trunk of this domain to create, with only its key set: see [`ConnectionCreate::new`].
    ///
    /// ```no_run
    /// # use netsapiens_connections::{Domain, Error};
    /// # async fn run(acme: Domain) -> Result<(), Error> {
    /// let trunk = acme
    ///     .new_connection("sip*@192.0.2.30")?
    ///     .address("192.0.2.30")
    ///     .source_ip_checking_enabled(true);
    /// let accepted = acme.connections().create(trunk).await?;
    /// println!("{}", accepted.status());
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// [`ErrorKind::Input`](crate::ErrorKind::Input) when the string is no valid pattern: see
    /// [`MatchPattern::new`].
    pub fn new_connection<P>(&self, pattern: P) -> Result<ConnectionCreate, Error>
    where
        P: TryInto<MatchPattern>,
        P::Error: Into<Error>,
    {
        let pattern = pattern.try_into().map_err(Into::into)?;
        Ok(ConnectionCreate::new(self.name.clone(), pattern))
    }

    /// A preset for a registering PBX of this domain: see [`RegisteringPbx::new`].
    ///
    /// ```no_run
    /// # use netsapiens_connections::{Domain, Error};
    /// # async fn run(acme: Domain) -> Result<(), Error> {
    /// let pbx = acme.registering_pbx("acme-pri.example", "15555550100", "US and Canada");
    /// let accepted = acme.connections().create(pbx.max_active_calls(23)).await?;
    /// println!("{}", accepted.status());
    /// # Ok(())
    /// # }
    /// ```
    pub fn registering_pbx(
        &self,
        host: impl Into<String>,
        username: impl Into<String>,
        dial_policy: impl Into<String>,
    ) -> RegisteringPbx {
        RegisteringPbx::new(self.name.as_str(), host, username, dial_policy)
    }
}

/// The scope of a [`Connections`]: [`WholeSystem`], or one domain by its [`DomainName`].
pub trait Scope: sealed::Sealed + Send + Sync {}

/// The whole system: the [`Scope`] of [`Client::connections`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct WholeSystem;

impl Scope for WholeSystem {}
impl Scope for DomainName {}

pub(crate) mod sealed {
    use crate::values::DomainName;

    /// The domain, where there is one.
    pub trait Sealed {
        fn domain(&self) -> Option<&DomainName>;
    }

    impl Sealed for super::WholeSystem {
        fn domain(&self) -> Option<&DomainName> {
            None
        }
    }

    impl Sealed for DomainName {
        fn domain(&self) -> Option<&DomainName> {
            Some(self)
        }
    }
}

/// The trunks of one domain; returned by [`Domain::connections`].
pub type DomainConnections = Connections<DomainName>;

/// The trunks of the whole system or of one domain; returned by [`Client::connections`] and
/// [`Domain::connections`].
///
/// [`filter`](Self::filter) applies to lists, streams and counts, not to operations on a single
/// trunk. In the whole system a trunk is identified by its [key](Connection::key), in a domain by
/// its pattern.
///
/// ```no_run
/// # use netsapiens_connections::{Client, Error};
/// # async fn run(client: Client) -> Result<(), Error> {
/// use netsapiens_connections::{ConnectionFilter, ConnectionUpdate};
///
/// let partners = ConnectionFilter::new().reseller("acme-partners");
/// let trunks = client.connections().filter(partners);
/// println!("{} trunks", trunks.count().await?);
/// let closed = ConnectionUpdate::new().orig_enabled(false);
/// for trunk in trunks.list().await? {
///     trunks.update(&trunk.key()?, &closed).await?;
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone)]
pub struct Connections<S = WholeSystem> {
    client: Client,
    scope: S,
    filter: ConnectionFilter,
}

impl<S: Scope> Connections<S> {
    fn new(client: Client, scope: S) -> Self {
        Self {
            client,
            scope,
            filter: ConnectionFilter::default(),
        }
    }

    pub(crate) fn client(&self) -> &Client {
        &self.client
    }

    /// Limits lists, streams and counts to the trunks that match this filter. It replaces an
    /// earlier one.
    ///
    /// ```no_run
    /// # use netsapiens_connections::{Client, Error};
    /// # async fn run(client: Client) -> Result<(), Error> {
    /// use netsapiens_connections::ConnectionFilter;
    ///
    /// let partners = ConnectionFilter::new().reseller("acme-partners");
    /// let trunks = client.connections().filter(partners);
    /// println!("{} trunks of partners", trunks.count().await?);
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn filter(mut self, filter: ConnectionFilter) -> Self {
        self.filter = filter;
        self
    }

    /// Returns all trunks: a complete list, or an error.
    ///
    /// ```no_run
    /// # use netsapiens_connections::{Client, Error};
    /// # async fn run(client: Client) -> Result<(), Error> {
    /// let trunks = client.connections().list().await?;
    /// println!("{} trunks", trunks.len());
    /// let open = trunks.iter().filter(|trunk| trunk.orig_enabled == Some(true.into()));
    /// for trunk in open {
    ///     println!("{} may call", trunk.orig_match_pattern);
    /// }
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// Other lists of this API silently stop at 100 trunks (reported), and whether this one does is
    /// not known. So the length of one response is compared with [`Connections::count`]. Where they
    /// differ, the list is read again page by page, and compared again. Where the key may not
    /// count, [`CompleteList::is_counted`] is `false`, and the server is asked for the next page
    /// instead. Usually this takes two requests.
    ///
    /// If one trunk is created and another one removed between the two requests, the count does not
    /// show it.
    ///
    /// # Errors
    /// - [`Error::is_permission_denied`]: the whole system, and a key without Reseller or Super
    ///   User scope (reported).
    /// - [`Error::is_decode`]: the response is not a list of trunks.
    /// - [`ErrorKind::Incomplete`](crate::ErrorKind::Incomplete): the server's count differs from
    ///   what can be read, or there is no count and the list may have been cut.
    /// - For a domain, [`ErrorKind::Mismatch`](crate::ErrorKind::Mismatch): the list has a trunk of
    ///   another domain, so it is not this domain's list. The list of `~` must be of one domain.
    /// - For a domain, [`Error::is_not_found`]: the server responds with 404. Whether servers do so
    ///   for a domain without trunks is not known. It cannot be distinguished from a domain that
    ///   does not exist, and an empty list for a mistyped name would be worse than an error.
    /// - Those of the network: no connection, a timeout, an error status.
    #[doc(alias = "list_connections")]
    #[doc(alias = "list_domain_connections")]
    pub async fn list(&self) -> Result<CompleteList, Error> {
        complete(&self.client, self.scope.domain(), &self.filter).await
    }

    /// Returns the trunks of a single response, which the server may have silently cut. It takes
    /// half the requests of [`Connections::list`]. Do not use it to decide which trunks are
    /// missing.
    ///
    /// ```no_run
    /// # use netsapiens_connections::{Client, Error};
    /// # async fn run(client: Client) -> Result<(), Error> {
    /// let some = client.connections().list_unchecked().await?;
    /// println!("{} trunks or more", some.len());
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// As [`Connections::list`], but never
    /// [`ErrorKind::Incomplete`](crate::ErrorKind::Incomplete).
    pub fn list_unchecked(&self) -> ReadFuture<'_, Vec<Connection>> {
        let domain = self.scope.domain();
        ReadFuture::new(list(&self.client, domain, &self.filter, None))
    }

    /// Streams all trunks, read page by page, for systems that are too large for one response. The
    /// page size is set by [`ConnectionStream::page_size`].
    ///
    /// ```no_run
    /// # use netsapiens_connections::{Client, Error};
    /// # async fn run(client: Client) -> Result<(), Error> {
    /// let mut trunks = client.connections().stream();
    /// while let Some(trunk) = trunks.next().await {
    ///     println!("{}", trunk?.orig_match_pattern);
    /// }
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// The last item can be an error, one of those of [`Connections::list`].
    /// [`ErrorKind::Incomplete`](crate::ErrorKind::Incomplete) comes at the end, when the server's
    /// count differs.
    pub fn stream(&self) -> ConnectionStream {
        ConnectionStream::new(&self.client, self.scope.domain(), &self.filter)
    }

    /// Returns the number of trunks, as the server counts them.
    ///
    /// ```no_run
    /// # use netsapiens_connections::{Domain, Error};
    /// # async fn run(acme: Domain) -> Result<(), Error> {
    /// println!("{} trunks", acme.connections().count().await?);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// [`Error::is_permission_denied`] for a key that may not count (documented as 403);
    /// [`Error::is_decode`] when the response has no number or a negative one; and those of the
    /// network.
    #[doc(alias = "count_connections")]
    pub fn count(&self) -> ReadFuture<'_, u64> {
        ReadFuture::new(count(&self.client, self.scope.domain(), &self.filter))
    }

    /// Creates a trunk from a [`ConnectionCreate`], by value or by reference, or from a preset
    /// ([`RegisteringPbx`], [`CarrierTrunk`](crate::CarrierTrunk)). The trunk contains its domain.
    ///
    /// When no SIP password is sent, the server generates one (reported). The response does not
    /// have it: read the trunk, or use [`create_and_read`](Self::create_and_read).
    ///
    /// ```no_run
    /// # use netsapiens_connections::{Client, Error};
    /// # async fn run(client: Client) -> Result<(), Error> {
    /// use netsapiens_connections::CarrierTrunk;
    ///
    /// let carrier = CarrierTrunk::new("192.0.2.20").description("Carrier inbound, primary");
    /// match client.connections().create(carrier).await {
    ///     Ok(accepted) => println!("created ({})", accepted.status()),
    ///     Err(error) if error.is_conflict() => println!("it exists"),
    ///     Err(error) => return Err(error),
    /// }
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// - [`ErrorKind::Input`](crate::ErrorKind::Input), before anything is sent: a preset with an
    ///   invalid setting, or a trunk of another domain than this one.
    /// - [`Error::is_conflict`]: the domain has a trunk with this pattern already (reported).
    /// - Those of the network. Where [`Error::may_have_been_sent`] is true, the trunk may have been
    ///   created: a create is retried only when it certainly was not sent.
    ///
    /// [`Error::domain`] and [`Error::pattern`] name the trunk.
    #[doc(alias = "create_connection")]
    pub async fn create<T>(&self, trunk: T) -> Result<Accepted, Error>
    where
        T: TryInto<ConnectionCreate>,
        T::Error: Into<Error>,
    {
        let trunk = self.accept(trunk)?;
        self.create_checked(&trunk).await
    }

    /// The trunk to create, if it is in this scope.
    pub(crate) fn accept<T>(&self, trunk: T) -> Result<ConnectionCreate, Error>
    where
        T: TryInto<ConnectionCreate>,
        T::Error: Into<Error>,
    {
        let trunk = trunk.try_into().map_err(Into::into)?;
        match self.scope.domain() {
            Some(domain) if *domain != trunk.domain => Err(Error::input(
                "the trunk has another domain than the one that it is created in; make it with \
                 `Domain::new_connection`, or create it with `Client::connections`",
            )
            .about(&trunk.domain, &trunk.orig_match_pattern)),
            _ => Ok(trunk),
        }
    }

    pub(crate) async fn create_checked(&self, trunk: &ConnectionCreate) -> Result<Accepted, Error> {
        let call = requests::create_connection(trunk)
            .with_password(trunk.sip_registration_password.as_ref());
        self.write(&call)
            .await
            .map_err(|error| error.about(&trunk.domain, &trunk.orig_match_pattern))
    }

    async fn write(&self, call: &Call) -> Result<Accepted, Error> {
        let result = |response: Response, secrets: &[&Secret]| {
            WriteResult::read(call.operation, response, secrets)
        };
        let done = self.client.transport.send(call, result).await?;
        Ok(Accepted::of(done))
    }

    /// How the trunk is written in a URL.
    fn address(&self, pattern: &MatchPattern) -> Result<ConnectionRef, Error> {
        Ok(ConnectionRef::new(pattern, self.client.addressing)?)
    }

    /// Reads the trunk with this key.
    pub(crate) async fn read(
        &self,
        domain: &DomainName,
        pattern: &MatchPattern,
    ) -> Result<Done<Option<Connection>>, Error> {
        let reference = &self
            .address(pattern)
            .map_err(|error| error.about(domain, pattern))?;
        let call = requests::get_connection(domain, reference);
        let one = |found: bodies::get_connection| {
            identity::one_of(found.0, domain, pattern).map_err(Unfit::Mismatch)
        };
        match self.client.transport.read(&call, one).await {
            Ok(done) => Ok(done),
            Err(error) => match error.metadata() {
                Some(metadata) if error.is_not_found() => Ok(Done {
                    value: None,
                    metadata,
                }),
                _ => Err(error.about(domain, pattern)),
            },
        }
    }

    async fn change(
        &self,
        domain: &DomainName,
        pattern: &MatchPattern,
        change: &ConnectionUpdate,
    ) -> Result<Accepted, Error> {
        let reference = &self
            .address(pattern)
            .map_err(|error| error.about(domain, pattern))?;
        let call = requests::update_connection(domain, reference, change)
            .with_password(change.sip_registration_password.as_ref());
        self.write(&call)
            .await
            .map_err(|error| error.about(domain, pattern))
    }

    pub(crate) async fn remove(
        &self,
        domain: &DomainName,
        pattern: &MatchPattern,
    ) -> Result<Accepted, Error> {
        let reference = &self
            .address(pattern)
            .map_err(|error| error.about(domain, pattern))?;
        let call = requests::delete_connection(domain, reference);
        match self.write(&call).await {
            Ok(deleted) => Ok(deleted),
            Err(error) => match error.metadata() {
                Some(metadata) if error.is_not_found() && error.follows_a_loss() => {
                    Ok(Accepted::already_gone(&error, metadata))
                }
                _ => Err(error.about(domain, pattern)),
            },
        }
    }
}

/// Operations on one trunk of the whole system, by its key: see [`Connection::key`].
impl Connections {
    /// Returns the trunk with this key, or `None` where it does not exist.
    ///
    /// ```no_run
    /// # use netsapiens_connections::{Client, Error};
    /// # async fn run(client: Client) -> Result<(), Error> {
    /// use netsapiens_connections::ConnectionKey;
    ///
    /// let key = ConnectionKey::new("acme.example", "sip*@acme-pri.example")?;
    /// if let Some(trunk) = client.connections().get(&key).await? {
    ///     println!("{:?} calls", trunk.current_calls());
    /// }
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// As [`DomainConnections::get`](Connections#method.get-1).
    #[doc(alias = "get_connection")]
    pub fn get<'a>(&'a self, key: &'a ConnectionKey) -> ReadFuture<'a, Option<Connection>> {
        ReadFuture::new(self.read(key.domain(), key.pattern()))
    }

    /// Changes the settings of the trunk with this key that are set in `change`, and leaves the
    /// others.
    ///
    /// ```no_run
    /// # use netsapiens_connections::{Client, Error};
    /// # async fn run(client: Client) -> Result<(), Error> {
    /// use netsapiens_connections::ConnectionUpdate;
    ///
    /// let closed = ConnectionUpdate::new().orig_enabled(false);
    /// let all = client.connections();
    /// for trunk in all.list().await? {
    ///     println!("{}", all.update(&trunk.key()?, &closed).await?.status());
    /// }
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// As [`DomainConnections::update`](Connections#method.update-1).
    #[doc(alias = "update_connection")]
    pub async fn update(
        &self,
        key: &ConnectionKey,
        change: &ConnectionUpdate,
    ) -> Result<Accepted, Error> {
        self.change(key.domain(), key.pattern(), change).await
    }

    /// Removes the trunk with this key.
    ///
    /// ```no_run
    /// # use netsapiens_connections::{Client, Error};
    /// # async fn run(client: Client) -> Result<(), Error> {
    /// use netsapiens_connections::ConnectionKey;
    ///
    /// let key = ConnectionKey::new("acme.example", "sip*@acme-pri.example")?;
    /// println!("removed ({})", client.connections().delete(&key).await?.status());
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// As [`DomainConnections::delete`](Connections#method.delete-1).
    #[doc(alias = "delete_connection")]
    pub async fn delete(&self, key: &ConnectionKey) -> Result<Accepted, Error> {
        self.remove(key.domain(), key.pattern()).await
    }
}

/// Operations on one trunk of a domain, by its pattern.
impl Connections<DomainName> {
    pub(crate) fn domain_name(&self) -> &DomainName {
        &self.scope
    }

    /// Returns the trunk of this domain with exactly this origination pattern, or `None` where it
    /// does not exist.
    ///
    /// ```no_run
    /// # use netsapiens_connections::{Domain, Error};
    /// # async fn run(acme: Domain) -> Result<(), Error> {
    /// match acme.connections().get("sip*@acme-pri.example").await? {
    ///     Some(trunk) => println!("{}", trunk.dial_plan.as_deref().unwrap_or("no plan")),
    ///     None => println!("no such trunk"),
    /// }
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// The response may be an array of one, an object, an empty array or a 404. `None` also stands
    /// for a domain that does not exist: the responses of servers do not distinguish the two. A 404
    /// that is not in the service's own format is an error: [`Error::is_foreign_not_found`].
    ///
    /// Domain and pattern of the trunk in the response must be those that were requested. For the
    /// domain `~`, the credential's own, only the pattern is compared, since the name is not known.
    ///
    /// # Errors
    /// - [`ErrorKind::Input`](crate::ErrorKind::Input), before anything is sent: a pattern that
    ///   cannot be addressed in a URL. See [`Addressing`](crate::Addressing).
    /// - [`Error::is_unknown_route`]: the server has no such operation.
    /// - [`ErrorKind::Mismatch`](crate::ErrorKind::Mismatch): the response has another trunk, or
    ///   one whose domain or pattern differs in capitals or in white space around it.
    /// - [`Error::is_decode`]: the response is not a trunk.
    /// - Those of the network.
    #[doc(alias = "get_connection")]
    pub fn get<P>(&self, pattern: P) -> ReadFuture<'_, Option<Connection>>
    where
        P: TryInto<MatchPattern>,
        P::Error: Into<Error>,
    {
        let pattern = pattern.try_into().map_err(Into::into);
        ReadFuture::new(async move { self.read(&self.scope, &pattern?).await })
    }

    /// Changes the settings that are set in `change` and leaves the others (inferred from the
    /// vendor's example).
    ///
    /// An empty string clears a setting: [`ConnectionUpdate`] has a `clear_…` method for each
    /// string. The domain and the pattern are the trunk's key and cannot be changed.
    ///
    /// ```no_run
    /// # use netsapiens_connections::{Domain, Error};
    /// # async fn run(acme: Domain) -> Result<(), Error> {
    /// use netsapiens_connections::ConnectionUpdate;
    ///
    /// let change = ConnectionUpdate::new().limits_max_active_calls_total(23).clear_description();
    /// let accepted = acme.connections().update("sip*@acme-pri.example", &change).await?;
    /// println!("{}", accepted.message().unwrap_or("accepted"));
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// [`ErrorKind::Input`](crate::ErrorKind::Input) for a pattern that cannot be addressed, before
    /// anything is sent; [`Error::is_not_found`] for a trunk that does not exist; and those of the
    /// network.
    #[doc(alias = "update_connection")]
    pub async fn update<P>(&self, pattern: P, change: &ConnectionUpdate) -> Result<Accepted, Error>
    where
        P: TryInto<MatchPattern>,
        P::Error: Into<Error>,
    {
        let pattern = pattern.try_into().map_err(Into::into)?;
        self.change(&self.scope, &pattern, change).await
    }

    /// Removes the trunk. Whether the server also cleans up phone numbers and dial rules that point
    /// to it is not known.
    ///
    /// ```no_run
    /// # use netsapiens_connections::{Domain, Error};
    /// # async fn run(acme: Domain) -> Result<(), Error> {
    /// match acme.connections().delete("sip*@acme-pri.example").await {
    ///     Ok(accepted) => println!("removed ({})", accepted.status()),
    ///     Err(error) if error.is_not_found() => println!("it was not there"),
    ///     Err(error) => return Err(error),
    /// }
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// A delete whose response was lost is retried: after a timeout, a broken connection, or a
    /// gateway's 502 or 504. A 404 to the retry is then a success, since the first request may have
    /// removed the trunk; [`Accepted::status`] is 404. After 408, 429 or 503, with which the first
    /// request was refused, a 404 is an error: the trunk did not exist.
    ///
    /// # Errors
    /// [`ErrorKind::Input`](crate::ErrorKind::Input) for a pattern that cannot be addressed, before
    /// anything is sent; [`Error::is_not_found`] for a trunk that does not exist, if the server
    /// responds with 404 (it may respond with 202: not known); and those of the network.
    #[doc(alias = "delete_connection")]
    pub async fn delete<P>(&self, pattern: P) -> Result<Accepted, Error>
    where
        P: TryInto<MatchPattern>,
        P::Error: Into<Error>,
    {
        let pattern = pattern.try_into().map_err(Into::into)?;
        self.remove(&self.scope, &pattern).await
    }
}

/// A clone, so that [`Connections::create`] accepts a reference.
impl From<&ConnectionCreate> for ConnectionCreate {
    fn from(trunk: &ConnectionCreate) -> Self {
        trunk.clone()
    }
}
