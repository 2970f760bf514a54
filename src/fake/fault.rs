//! Faulty responses on demand.

use std::collections::{HashMap, VecDeque};
use std::fmt;

use serde_json::{Value, json};

use super::operation::Operation;

/// A response that replaces the server's own; given to
/// [`FakeServer::fail`](super::FakeServer::fail).
///
/// By default a fault replaces the response to one request, and the operation is not carried out.
/// [`Fault::times`], [`Fault::always`] and [`Fault::after_the_operation`] change that. Failures
/// below HTTP are injected by [`FaultProxy`](super::FaultProxy). The documentation of each fault
/// says what evidence there is that servers do so.
///
/// ```
/// use netsapiens_connections::fake::Fault;
///
/// let busy = Fault::status(503).header("retry-after", "1").times(2);
/// let lost = Fault::gateway_page(502).after_the_operation();
/// # drop((busy, lost));
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use]
pub struct Fault {
    response: Option<HttpResponse>,
    times: u32,
    after_the_operation: bool,
}

/// A response to send as it is.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct HttpResponse {
    pub(super) status: u16,
    pub(super) headers: Vec<(String, String)>,
    pub(super) body: Vec<u8>,
}

/// Without the body, which may be a captured one.
impl fmt::Debug for HttpResponse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<&str> = self.headers.iter().map(|(name, _)| name.as_str()).collect();
        f.debug_struct("HttpResponse")
            .field("status", &self.status)
            .field("headers", &names)
            .field("body_bytes", &self.body.len())
            .finish()
    }
}

/// `[]`, compressed.
const GZIP: [u8; 22] = [
    0x1f, 0x8b, 0x08, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x03, 0x8b, 0x8e, 0x05, 0x00, 0x29, 0xbb,
    0x4c, 0x0d, 0x02, 0x00, 0x00, 0x00,
];

impl Fault {
    /// Any response.
    ///
    /// Evidence: imagined by its author.
    pub fn response(status: u16, content_type: &str, body: impl Into<Vec<u8>>) -> Self {
        let headers = vec![("content-type".to_owned(), content_type.to_owned())];
        Self {
            response: Some(HttpResponse {
                status,
                headers,
                body: body.into(),
            }),
            times: 1,
            after_the_operation: false,
        }
    }

    /// No fault: the server responds as usual. With [`times`](Self::times), lets requests pass
    /// before the next fault.
    ///
    /// Evidence: captured, as `get_connection/200-registered-pri.json` is.
    pub fn none() -> Self {
        Self {
            response: None,
            times: 1,
            after_the_operation: false,
        }
    }

    /// A JSON response of any shape.
    ///
    /// Evidence: imagined by its author.
    #[allow(clippy::needless_pass_by_value, reason = "takes what `json!` gives")]
    pub fn json(status: u16, body: Value) -> Self {
        Self::response(status, "application/json", body.to_string())
    }

    /// A message in the service's own format, `code` and `message`.
    ///
    /// Evidence: documented, `count_connections/403-access-denied.json`.
    pub fn message(status: u16, message: &str) -> Self {
        Self::json(status, json!({ "code": status, "message": message }))
    }

    /// A status, with a message in the service's own format.
    ///
    /// Evidence: imagined, as the message is.
    pub fn status(status: u16) -> Self {
        Self::message(status, "Not this time")
    }

    /// A status without headers and body.
    ///
    /// Evidence: reported, correction `accepted-without-body`.
    pub fn empty(status: u16) -> Self {
        Self {
            response: Some(HttpResponse {
                status,
                headers: Vec::new(),
                body: Vec::new(),
            }),
            times: 1,
            after_the_operation: false,
        }
    }

    /// An HTML page, as gateways send.
    ///
    /// Evidence: imagined, `list_connections/502-gateway-html.json`.
    pub fn gateway_page(status: u16) -> Self {
        Self::response(
            status,
            "text/html",
            format!("<html><body><h1>{status}</h1></body></html>"),
        )
    }

    /// The credential lacks the right: 401 "Invalid Scope".
    ///
    /// Evidence: reported, `list_connections/401-invalid-scope.json`.
    pub fn invalid_scope() -> Self {
        Self::message(401, "Invalid Scope [APP001]")
    }

    /// The server's build has no such operation: 404 "No Route Found".
    ///
    /// Evidence: reported, `list_connections/404-no-route.json`.
    pub fn no_route() -> Self {
        Self::message(404, "No Route Found [92]")
    }

    /// A redirect with the status 301, 302, 303, 307 or 308.
    ///
    /// Evidence: imagined.
    pub fn redirect(status: u16, location: &str) -> Self {
        Self::empty(status).header("location", location)
    }

    /// Arrays nested to this depth.
    ///
    /// Evidence: imagined.
    pub fn nested(levels: usize) -> Self {
        Self::response(
            200,
            "application/json",
            ["[".repeat(levels), "]".repeat(levels)].concat(),
        )
    }

    /// An empty array, compressed although the request did not ask for it.
    ///
    /// Evidence: imagined.
    pub fn gzip() -> Self {
        Self::response(200, "application/json", GZIP).header("content-encoding", "gzip")
    }

    /// Adds a header to the response.
    pub fn header(mut self, name: &str, value: &str) -> Self {
        if let Some(response) = &mut self.response {
            response.headers.push((name.to_owned(), value.to_owned()));
        }
        self
    }

    /// Applies to this many requests.
    pub fn times(mut self, times: u32) -> Self {
        self.times = times;
        self
    }

    /// Applies to every request from now on.
    pub fn always(self) -> Self {
        self.times(u32::MAX)
    }

    /// Carries the operation out and replaces only its response.
    pub fn after_the_operation(mut self) -> Self {
        self.after_the_operation = true;
        self
    }
}

/// What happens to a request.
pub(super) enum Injected {
    /// It is handled as usual.
    Nothing,
    /// This is sent, and the operation is not carried out.
    InsteadOf(HttpResponse),
    /// The operation is carried out, and this is sent.
    After(HttpResponse),
}

/// The faults that are pending, in order.
#[derive(Debug, Default)]
pub(super) struct Faults(HashMap<Operation, VecDeque<Fault>>);

impl Faults {
    pub(super) fn add(&mut self, operation: Operation, fault: Fault) {
        self.0.entry(operation).or_default().push_back(fault);
    }

    pub(super) fn clear(&mut self) {
        self.0.clear();
    }

    /// What happens to the next request of an operation.
    pub(super) fn next(&mut self, operation: Operation) -> Injected {
        let Some(queue) = self.0.get_mut(&operation) else {
            return Injected::Nothing;
        };
        while queue.front().is_some_and(|fault| fault.times == 0) {
            queue.pop_front();
        }
        let Some(fault) = queue.front_mut() else {
            return Injected::Nothing;
        };
        if fault.times != u32::MAX {
            fault.times -= 1;
        }
        match (fault.response.clone(), fault.after_the_operation) {
            (None, _) => Injected::Nothing,
            (Some(response), false) => Injected::InsteadOf(response),
            (Some(response), true) => Injected::After(response),
        }
    }
}
