//! Setting up the fake server's state without requests.

use serde_json::{Map, json};

use super::FakeServer;
use super::trunk::{DOMAIN, PATTERN, Trunk};

impl FakeServer {
    /// Adds this many trunks to a domain without sending requests, visible at once. Their patterns
    /// are numbered: `sip*@trunk-000000.example` and so on. For long lists.
    ///
    /// ```
    /// # tokio::runtime::Runtime::new()?.block_on(async {
    /// use netsapiens_connections::fake::FakeServer;
    ///
    /// let server = FakeServer::start().await;
    /// server.seed("acme.example", 250);
    /// assert_eq!(server.client()?.connections().count().await?, 250);
    /// # Ok::<(), netsapiens_connections::Error>(())
    /// # })?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn seed(&self, domain: &str, trunks: usize) {
        let mut service = self.service();
        let first = service.trunks.len();
        let visible = std::time::Instant::now();
        service.trunks.extend((first..first + trunks).map(|number| {
            let mut settings = Map::new();
            settings.insert(DOMAIN.into(), json!(domain));
            settings.insert(
                PATTERN.into(),
                json!(format!("sip*@trunk-{number:06}.example")),
            );
            Trunk::create(&settings, visible)
        }));
    }

    /// Sets a trunk's counters of current calls, from its peer and to it. Does nothing where there
    /// is no such trunk.
    ///
    /// ```
    /// # tokio::runtime::Runtime::new()?.block_on(async {
    /// use netsapiens_connections::fake::FakeServer;
    ///
    /// let server = FakeServer::start().await;
    /// server.seed("acme.example", 1);
    /// server.set_calls("acme.example", "sip*@trunk-000000.example", 2, 1);
    /// let trunks = server.client()?.connections().list().await?;
    /// assert_eq!(trunks[0].current_calls(), Some(3));
    /// # Ok::<(), netsapiens_connections::Error>(())
    /// # })?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn set_calls(&self, domain: &str, pattern: &str, from_peer: i64, to_peer: i64) {
        let mut service = self.service();
        if let Some(trunk) = service
            .trunks
            .iter_mut()
            .find(|trunk| trunk.is(domain, pattern))
        {
            trunk.set_calls(from_peer, to_peer);
        }
    }
}
