//! Creating a trunk and reading what became of it.

use std::time::Duration;

use futures_util::TryStreamExt;
use tokio::time::{Instant, sleep, timeout_at};

use crate::connections::{ConnectionFilter, Connections};
use crate::error::Error;
use crate::generated::types::{Connection, ConnectionCreate};
use crate::paging::{ConnectionStream, PageSize};
use crate::transport::deadline;
use crate::values::ConnectionRef;

/// Wait after the first look; it doubles with each.
const FIRST_WAIT: Duration = Duration::from_millis(100);
const LONGEST_WAIT: Duration = Duration::from_secs(2);

impl Connections<'_> {
    /// Creates a trunk and reads it as soon as the server shows it: with its defaults, and with the
    /// SIP password that a server generates where none was sent (reported). Nodes of a cluster may
    /// show it late (documented), so it is looked for until `patience` is over.
    ///
    /// A pattern that cannot be addressed (a `:` in it, before v46) is looked for in the list of
    /// its domain. A trunk of the whole system is read under its domain `*`; whether servers take
    /// that in a path is not known.
    ///
    /// ```no_run
    /// # async fn run(client: netsapiens_connections::Client) -> Result<(), Box<dyn std::error::Error>> {
    /// use std::time::Duration;
    /// use netsapiens_connections::RegisteringPbx;
    ///
    /// let (domain, host) = ("acme.example", "acme-pri.example");
    /// let wanted = RegisteringPbx::new(domain, host, "15555550100", "US and Canada").try_into()?;
    /// let trunk = client.connections().create_and_read(&wanted, Duration::from_secs(30)).await?;
    /// assert!(trunk.sip_registration_password.is_some());
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// Those of [`Connections::create`], after which [`Error::operation`] is `create_connection`.
    /// After any other error the trunk was created:
    /// [`ErrorKind::NotVisible`](crate::ErrorKind::NotVisible) when `patience` was over first, and
    /// those of reading. All of them name the trunk by [`Error::domain`] and [`Error::pattern`].
    pub async fn create_and_read(
        &self,
        trunk: &ConnectionCreate,
        patience: Duration,
    ) -> Result<Connection, Error> {
        self.create(trunk).await?;
        let deadline = deadline(patience);
        let mut wait = FIRST_WAIT;
        let mut last = None;
        loop {
            match timeout_at(deadline, self.look(trunk)).await {
                Ok(Ok(Some(found))) => return Ok(found),
                Ok(Ok(None)) => last = None,
                // A passing trouble while reading is no reason to leave a new trunk behind unread,
                // and a domain may be shown late as well.
                Ok(Err(error)) if error.is_retryable() || error.is_not_found() => {
                    last = Some(error)
                }
                Ok(Err(error)) => return Err(error.about(&trunk.domain, &trunk.orig_match_pattern)),
                Err(_) => break,
            }
            if Instant::now() + wait >= deadline {
                break;
            }
            sleep(wait).await;
            wait = (wait * 2).min(LONGEST_WAIT);
        }
        let reason = format!(
            "the trunk was created and could not be read within {} ms",
            patience.as_millis()
        );
        Err(Error::not_visible(reason, last).about(&trunk.domain, &trunk.orig_match_pattern))
    }

    async fn look(&self, trunk: &ConnectionCreate) -> Result<Option<Connection>, Error> {
        let client = self.client();
        if ConnectionRef::new(&trunk.orig_match_pattern, client.addressing).is_ok() {
            return client
                .domain(&trunk.domain)?
                .connections()
                .get(&trunk.orig_match_pattern)
                .await;
        }
        let filter = ConnectionFilter::default();
        let mut list =
            ConnectionStream::new(client, Some(&trunk.domain), &filter, PageSize::default())
                .without_count();
        while let Some(found) = list.try_next().await? {
            if found.orig_match_pattern == trunk.orig_match_pattern.as_str() {
                return Ok(Some(found));
            }
        }
        Ok(None)
    }
}
