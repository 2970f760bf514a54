//! Deleting a trunk only when it carries no calls.

use crate::accepted::Accepted;
use crate::connections::{Connections, Scope};
use crate::error::Error;
use crate::generated::types::Connection;
use crate::key::ConnectionKey;
use crate::values::{DomainName, MatchPattern};

impl Connection {
    /// The number of current calls, from the peer and to it; `None` where the server does not
    /// report both counters or one is negative.
    ///
    /// ```no_run
    /// # use netsapiens_connections::{Domain, Error};
    /// # async fn run(acme: Domain) -> Result<(), Error> {
    /// for trunk in acme.connections().list().await? {
    ///     match trunk.current_calls() {
    ///         Some(calls) => println!("{}: {calls} calls", trunk.orig_match_pattern),
    ///         None => println!("{}: not known", trunk.orig_match_pattern),
    ///     }
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub fn current_calls(&self) -> Option<u64> {
        let known = |calls: Option<i64>| u64::try_from(calls?).ok();
        known(self.active_calls_orig_current)?.checked_add(known(self.active_calls_term_current)?)
    }
}

impl Connections {
    /// Removes the trunk with this key if it carries no calls: it is read first. A call that begins
    /// between the two requests is not noticed.
    ///
    /// ```no_run
    /// # use netsapiens_connections::{Client, Error};
    /// # async fn run(client: Client) -> Result<(), Error> {
    /// use netsapiens_connections::{ConnectionKey, ErrorKind};
    ///
    /// let key = ConnectionKey::new("acme.example", "sip*@acme-pri.example")?;
    /// match client.connections().delete_idle(&key).await {
    ///     Err(error) if error.kind() == ErrorKind::Precondition => println!("kept: {error}"),
    ///     other => println!("removed ({})", other?.status()),
    /// }
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// As [`DomainConnections::delete_idle`](Connections#method.delete_idle-1).
    pub async fn delete_idle(&self, key: &ConnectionKey) -> Result<Accepted, Error> {
        self.remove_idle(key.domain(), key.pattern()).await
    }
}

impl Connections<DomainName> {
    /// Removes the trunk if it carries no calls: it is read first. A call that begins between the
    /// two requests is not noticed, since the server has no conditional delete.
    ///
    /// ```no_run
    /// # use netsapiens_connections::{Domain, Error};
    /// # async fn run(acme: Domain) -> Result<(), Error> {
    /// use netsapiens_connections::ErrorKind;
    ///
    /// match acme.connections().delete_idle("sip*@acme-pri.example").await {
    ///     Err(error) if error.kind() == ErrorKind::Precondition => println!("kept: {error}"),
    ///     other => println!("removed ({})", other?.status()),
    /// }
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// [`ErrorKind::Precondition`](crate::ErrorKind::Precondition), and nothing is removed, when
    /// the trunk has calls, when the server does not report their number, and when the trunk does
    /// not exist; otherwise those of [`get`](Connections#method.get-1) and
    /// [`delete`](Connections#method.delete-1).
    pub async fn delete_idle<P>(&self, pattern: P) -> Result<Accepted, Error>
    where
        P: TryInto<MatchPattern>,
        P::Error: Into<Error>,
    {
        let pattern = pattern.try_into().map_err(Into::into)?;
        self.remove_idle(self.domain_name(), &pattern).await
    }
}

impl<S: Scope> Connections<S> {
    async fn remove_idle(
        &self,
        domain: &DomainName,
        pattern: &MatchPattern,
    ) -> Result<Accepted, Error> {
        let read = self.read(domain, pattern).await?;
        let refusal = match read.value.as_ref().map(Connection::current_calls) {
            Some(Some(0)) => return self.remove(domain, pattern).await,
            Some(Some(calls)) => format!("the trunk has {calls} calls, so it was not removed"),
            Some(None) => {
                "the server does not report how many calls the trunk has, so it was not removed"
                    .to_owned()
            }
            None => "there is no such trunk, so nothing was removed".to_owned(),
        };
        let error = Error::precondition(refusal).after(read.metadata.attempts());
        Err(error.about(domain, pattern))
    }
}
