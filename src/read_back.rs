//! Creating a trunk and waiting until it can be read.

use std::time::Duration;

use tokio::time::{Instant, sleep, timeout_at};

use crate::connections::{Connections, Scope};
use crate::error::{Error, ErrorKind};
use crate::filter::ConnectionFilter;
use crate::generated::types::{Connection, ConnectionCreate};
use crate::identity;
use crate::paging::ConnectionStream;
use crate::read_future::ReadFuture;
use crate::transport::{Done, deadline};
use crate::values::ConnectionRef;

/// Wait after the first read; it doubles with each.
const FIRST_WAIT: Duration = Duration::from_millis(100);
const LONGEST_WAIT: Duration = Duration::from_secs(2);
/// Time that is reserved for the last read, in addition to twice the duration of the slowest one.
const MARGIN: Duration = Duration::from_millis(20);

impl<S: Scope> Connections<S> {
    /// Creates a trunk and reads it as soon as it is visible. It is returned with the server's
    /// defaults, and with the SIP password that a server generates where none was sent (reported).
    ///
    /// Writes are eventually consistent: nodes of a cluster may show a trunk with a delay
    /// (documented). So it is read repeatedly until `timeout` has passed since the create.
    ///
    /// A trunk whose pattern cannot be addressed (a `:` in it, before v46) is searched for in the
    /// list of its domain. A trunk of the whole system is read under its domain `*`. Whether
    /// servers accept that in a path is not known, so the list of the whole system is searched as
    /// well.
    ///
    /// ```no_run
    /// # use netsapiens_connections::{Client, Error};
    /// # async fn run(client: Client) -> Result<(), Error> {
    /// use std::time::Duration;
    ///
    /// let acme = client.domain("acme.example")?;
    /// let wanted = acme.registering_pbx("acme-pri.example", "15555550100", "US and Canada");
    /// let trunk = acme.connections().create_and_read(wanted, Duration::from_secs(30)).await?;
    /// assert!(trunk.sip_registration_password.is_some());
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// - Those of [`Connections::create`]: [`Error::operation`] is `create_connection`.
    /// - After any other error the trunk was created:
    ///   [`ErrorKind::NotVisible`](crate::ErrorKind::NotVisible) when it did not become visible
    ///   within `timeout`, and those of reading.
    ///
    /// [`Error::domain`] and [`Error::pattern`] name the trunk.
    pub fn create_and_read<T>(&self, trunk: T, timeout: Duration) -> ReadFuture<'_, Connection>
    where
        T: TryInto<ConnectionCreate>,
        T::Error: Into<Error>,
    {
        let trunk = self.accept(trunk);
        ReadFuture::new(async move { self.create_and_find(&trunk?, timeout).await })
    }

    async fn create_and_find(
        &self,
        trunk: &ConnectionCreate,
        timeout: Duration,
    ) -> Result<Done<Connection>, Error> {
        self.create_checked(trunk).await?;
        let deadline = deadline(timeout);
        let mut wait = FIRST_WAIT;
        let mut slowest = Duration::ZERO;
        let mut last = None;
        loop {
            let begun = Instant::now();
            match timeout_at(deadline, self.find(trunk)).await {
                Ok(Ok(Some(found))) => return Ok(found),
                Ok(Ok(None)) => last = None,
                // After a transient failure of a read the next one may find the trunk. Its domain
                // may become visible with a delay as well. And a server that matches patterns may
                // return other trunks until it has this one.
                Ok(Err(error))
                    if error.is_retryable()
                        || error.is_not_found()
                        || error.kind() == ErrorKind::Mismatch =>
                {
                    last = Some(error)
                }
                Ok(Err(error)) => return Err(error.about(&trunk.domain, &trunk.orig_match_pattern)),
                Err(_) => break,
            }
            slowest = slowest.max(begun.elapsed());
            let left = deadline.saturating_duration_since(Instant::now());
            let until_last = left.saturating_sub(slowest * 2 + MARGIN);
            if until_last.is_zero() {
                break;
            }
            sleep(wait.min(until_last)).await;
            wait = (wait * 2).min(LONGEST_WAIT);
        }
        let reason = format!(
            "the trunk was created and could not be read within {} ms",
            timeout.as_millis()
        );
        Err(Error::not_visible(reason, last).about(&trunk.domain, &trunk.orig_match_pattern))
    }

    /// Reads the trunk, or searches for it in a list.
    async fn find(&self, trunk: &ConnectionCreate) -> Result<Option<Done<Connection>>, Error> {
        let client = self.client();
        let of_the_system = trunk.domain.as_str() == "*";
        if ConnectionRef::new(&trunk.orig_match_pattern, client.addressing).is_ok() {
            let read = self.read(&trunk.domain, &trunk.orig_match_pattern).await;
            let found = |read: Done<Option<Connection>>| {
                let metadata = read.metadata;
                read.value.map(|value| Done { value, metadata })
            };
            match read.map(found) {
                Ok(None) if of_the_system => {}
                // The server may not accept `*` as a domain in a path.
                Err(error) if of_the_system && error.kind() == ErrorKind::Status => {}
                other => return other,
            }
        }
        let domain = (!of_the_system).then_some(&trunk.domain);
        let filter = ConnectionFilter::default();
        let mut list = ConnectionStream::new(client, domain, &filter).unchecked();
        while let Some(found) = list.next().await {
            let found = found?;
            if identity::is_same(&found, &trunk.domain, &trunk.orig_match_pattern) {
                return Ok(list.metadata().cloned().map(|metadata| Done {
                    value: found,
                    metadata,
                }));
            }
        }
        Ok(None)
    }
}
