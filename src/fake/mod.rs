//! A fake NetSapiens server for tests, in the test's own process (feature `fake`).
//!
//! [`FakeServer`] listens on the loopback, keeps trunks in memory and implements all operations as
//! servers are known to: one trunk is read as an array of one, writes return a `202` with code and
//! message, an unset setting is the empty string, a SIP password is generated, a trunk that exists
//! gives `409`, a key without the right gives `401` "Invalid Scope", and `~` with a key of the
//! whole system gives `400`. Where the behaviour of servers is not known, [`Quirks`] has a switch.
//! A [`Fault`] replaces a response; a [`FaultProxy`] breaks the connection below HTTP. The
//! documentation of each says what evidence there is that servers do so.
//!
//! A request that violates the OpenAPI document gets 400 with a message that says why, and a method
//! that a path does not have gets 405. Both are imagined, and show mistakes in a test.
//! [`Quirks::lenient_requests`] switches the first off.
//!
//! ```
//! # tokio::runtime::Runtime::new()?.block_on(async {
//! use netsapiens_connections::{CarrierTrunk, fake::FakeServer};
//!
//! let server = FakeServer::start().await;
//! let client = server.client()?;
//! let trunk = CarrierTrunk::new("192.0.2.20").try_into()?;
//! client.connections().create(&trunk).await?;
//! assert_eq!(client.connections().count().await?, 1);
//! # Ok::<(), netsapiens_connections::Error>(())
//! # })?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! A server that is busy once and then loses the response to a create, and a connection that
//! breaks:
//!
//! ```
//! # tokio::runtime::Runtime::new()?.block_on(async {
//! use netsapiens_connections::fake::{Break, FakeServer, Fault, FaultProxy, Operation, Point};
//! # use netsapiens_connections::CarrierTrunk;
//!
//! let server = FakeServer::start().await;
//! let proxy = FaultProxy::start(&server.url()).await?;
//! let client = server.client_builder().server(proxy.url()).build()?;
//!
//! server.fail(Operation::CountConnections, Fault::status(503).header("retry-after", "0"));
//! assert_eq!(client.connections().count().await?, 0);
//! assert_eq!(server.requests().len(), 2);
//!
//! let trunk = CarrierTrunk::new("192.0.2.20").try_into()?;
//! server.fail(Operation::CreateConnection, Fault::gateway_page(504).after_the_operation());
//! let error = client.connections().create(&trunk).await.unwrap_err();
//! assert!(error.may_have_been_sent());
//! assert_eq!(server.changes(), 1);
//!
//! proxy.break_next(Break::Reset(Point::Response(0)));
//! assert_eq!(client.connections().list().await?.len(), 1);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! # })?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod fault;
mod keys;
mod operation;
mod proxy;
mod quirks;
mod received;
mod service;
mod stage;
mod trunk;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use httpmock::{HttpMockRequest, HttpMockResponse, MockServer};

use crate::client::{Client, ClientBuilder};
use crate::error::Error;

pub use fault::Fault;
use fault::HttpResponse;
pub use keys::{DOMAIN_KEY, READ_ONLY_KEY, SYSTEM_KEY};
pub use operation::Operation;
pub use proxy::{Break, FaultProxy, Point};
pub use quirks::{EmptyDomain, GetMissing, ListPaging, Quirks, RegistrationShape};
pub use received::ReceivedRequest;
use service::{Headers, Service};

/// A fake NetSapiens server that listens on a free loopback port until it is dropped.
///
/// ```
/// # tokio::runtime::Runtime::new()?.block_on(async {
/// use netsapiens_connections::CarrierTrunk;
/// use netsapiens_connections::fake::FakeServer;
///
/// let server = FakeServer::start().await;
/// let client = server.client()?;
/// client.connections().create(CarrierTrunk::new("192.0.2.20")).await?;
/// assert_eq!(server.trunk_count(), 1);
/// assert_eq!(server.requests()[0].method, "POST");
/// # Ok::<(), netsapiens_connections::Error>(())
/// # })?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct FakeServer {
    http: MockServer,
    service: Arc<Mutex<Service>>,
}

impl std::fmt::Debug for FakeServer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("FakeServer")
            .field("url", &self.url())
            .finish_non_exhaustive()
    }
}

impl FakeServer {
    /// Starts a server without trunks that behaves as servers are known to.
    pub async fn start() -> Self {
        Self::with_quirks(Quirks::default()).await
    }

    /// Starts a server without trunks that has these quirks.
    pub async fn with_quirks(quirks: Quirks) -> Self {
        let http = MockServer::start_async().await;
        let service = Arc::new(Mutex::new(Service::new(quirks)));
        let shared = Arc::clone(&service);
        http.mock_async(|_, then| {
            then.respond_with(move |request| respond(&shared, request));
        })
        .await;
        Self { http, service }
    }

    /// URL of the server, `http://127.0.0.1:port`, as [`ClientBuilder::server`] takes it.
    pub fn url(&self) -> String {
        self.http.base_url()
    }

    /// A client of this server with [`SYSTEM_KEY`].
    ///
    /// # Errors
    /// When TLS cannot be set up on this system.
    pub fn client(&self) -> Result<Client, Error> {
        self.client_builder().build()
    }

    /// A builder of a client of this server with [`SYSTEM_KEY`], for more settings. It addresses
    /// trunks as the server's [`Quirks::addressing`] says.
    pub fn client_builder(&self) -> ClientBuilder {
        Client::builder()
            .server(self.url())
            .api_key(SYSTEM_KEY)
            .addressing(self.service().quirks.addressing)
    }

    /// All requests that were received so far, in order.
    pub fn requests(&self) -> Vec<ReceivedRequest> {
        self.service().requests.clone()
    }

    /// How many trunks there are, including those that are not visible yet.
    pub fn trunk_count(&self) -> usize {
        self.service().trunk_count()
    }

    /// Injects a fault into the next requests of an operation. Faults of an operation are queued:
    /// this one applies once the ones before it are used up.
    pub fn fail(&self, operation: Operation, fault: Fault) {
        self.service().faults.add(operation, fault);
    }

    /// Removes all faults that are still pending.
    pub fn clear_faults(&self) {
        self.service().faults.clear();
    }

    /// How many creates, updates and deletes were carried out, whatever the response was.
    pub fn changes(&self) -> usize {
        self.service().changes
    }

    fn service(&self) -> MutexGuard<'_, Service> {
        lock(&self.service)
    }
}

/// A panic while one request is handled leaves the state as it was, so later requests can use it.
fn lock(service: &Mutex<Service>) -> MutexGuard<'_, Service> {
    service.lock().unwrap_or_else(PoisonError::into_inner)
}

fn respond(service: &Mutex<Service>, request: &HttpMockRequest) -> HttpMockResponse {
    let uri = request.uri();
    let headers = request.headers();
    let header = |name: &str| {
        let value = headers.get(name);
        value
            .and_then(|value| value.to_str().ok())
            .unwrap_or_default()
    };
    let read = Headers {
        authorization: header("authorization"),
        content_type: header("content-type"),
    };
    let received = ReceivedRequest {
        method: request.method().to_string(),
        path: uri.path().to_owned(),
        query: uri.query().unwrap_or_default().to_owned(),
    };
    let HttpResponse {
        status,
        headers,
        body,
    } = lock(service).handle(received, read, request.body_ref());
    let response = headers.iter().fold(
        HttpMockResponse::builder().status(status),
        |response, (name, value)| response.header(name, value),
    );
    response.body(body).build()
}
