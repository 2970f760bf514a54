//! An embedded NetSapiens for tests and for trying things out; feature `fake`.
//!
//! [`FakeServer`] listens on the loopback, keeps trunks in memory and answers all seven operations
//! as servers are known to: arrays also where one trunk was asked for, `202` envelopes for writes,
//! the empty string for what is unset, a generated SIP password, `409` for a trunk that exists,
//! `401` "Invalid Scope" for a key without the right, `400` for `~` with a key of the whole system.
//! Where it is not known what servers do, [`Quirks`] has a switch. What goes wrong in HTTP is a
//! [`Fault`] of the server; what goes wrong below it, a [`FaultProxy`] does. Each says what evidence
//! there is that servers do so.
//!
//! A request that the OpenAPI document forbids gets 400 with a message that says why, and a method
//! that a path does not have gets 405: both are imagined, and of use in a test.
//! [`Quirks::lenient_requests`] takes the first back.
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
//! A server that is busy once and then loses the answer of a create, and a connection that breaks:
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
//! proxy.break_next(Break::Reset(Point::Answer(0)));
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
use fault::Spoilt;
pub use keys::{DOMAIN_KEY, READ_ONLY_KEY, SYSTEM_KEY};
pub use operation::Operation;
pub use proxy::{Break, FaultProxy, Point};
pub use quirks::{EmptyDomain, GetMissing, ListPaging, Quirks, RegistrationShape};
pub use received::ReceivedRequest;
use service::{Headers, Service};

/// A NetSapiens in this process, listening on a free port of the loopback until it is dropped.
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
    /// Starts an empty server that behaves as servers are known to.
    pub async fn start() -> Self {
        Self::with_quirks(Quirks::default()).await
    }

    /// Starts an empty server with quirks.
    pub async fn with_quirks(quirks: Quirks) -> Self {
        let http = MockServer::start_async().await;
        let service = Arc::new(Mutex::new(Service::new(quirks)));
        let answering = Arc::clone(&service);
        http.mock_async(|_, then| {
            then.respond_with(move |request| respond(&answering, request));
        })
        .await;
        Self { http, service }
    }

    /// What [`ClientBuilder::server`] takes: `http://127.0.0.1:port`.
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

    /// The beginning of a client of this server with [`SYSTEM_KEY`], for settings of your own. It
    /// names trunks as the server's [`Quirks::addressing`] has them named.
    pub fn client_builder(&self) -> ClientBuilder {
        Client::builder()
            .server(self.url())
            .api_key(SYSTEM_KEY)
            .addressing(self.service().quirks.addressing)
    }

    /// Every request so far, in order.
    pub fn requests(&self) -> Vec<ReceivedRequest> {
        self.service().requests.clone()
    }

    /// How many trunks there are, also those that are not visible yet.
    pub fn trunk_count(&self) -> usize {
        self.service().trunk_count()
    }

    /// The next requests of an operation meet a fault, once those have been met that were given
    /// before.
    pub fn fail(&self, operation: Operation, fault: Fault) {
        self.service().faults.add(operation, fault);
    }

    /// Takes back all faults that were not met yet.
    pub fn heal(&self) {
        self.service().faults.clear();
    }

    /// How many creates, updates and deletes were carried out, whatever was answered.
    pub fn changes(&self) -> usize {
        self.service().changes
    }

    fn service(&self) -> MutexGuard<'_, Service> {
        lock(&self.service)
    }
}

/// A panic in one test's answer leaves the state as it was; the next request may go on with it.
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
    let Spoilt {
        status,
        headers,
        body,
    } = lock(service).answer(received, read, request.body_ref());
    let answer = headers.iter().fold(
        HttpMockResponse::builder().status(status),
        |answer, (name, value)| answer.header(name, value),
    );
    answer.body(body).build()
}
