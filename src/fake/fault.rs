//! Answers that go wrong, on demand.

use std::collections::{HashMap, VecDeque};
use std::fmt;

use serde_json::{Value, json};

use super::operation::Operation;

/// What a request meets in place of the server's own answer; given to
/// [`FakeServer::fail`](super::FakeServer::fail).
///
/// A fault is met once, in place of the operation, unless it is told otherwise: [`Fault::times`],
/// [`Fault::always`], [`Fault::after_the_operation`]. What breaks below HTTP is done by
/// [`FaultProxy`](super::FaultProxy). Each fault says how sure it is that servers have it.
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
    spoilt: Option<Spoilt>,
    times: u32,
    after_the_operation: bool,
}

/// An answer that the service would not give.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Spoilt {
    pub(super) status: u16,
    pub(super) headers: Vec<(String, String)>,
    pub(super) body: Vec<u8>,
}

/// Without the body, which may be one that was captured.
impl fmt::Debug for Spoilt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<&str> = self.headers.iter().map(|(name, _)| name.as_str()).collect();
        f.debug_struct("Spoilt")
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
    /// An answer of any kind.
    ///
    /// Evidence: imagined by whoever writes it.
    pub fn answer(status: u16, content_type: &str, body: impl Into<Vec<u8>>) -> Self {
        let headers = vec![("content-type".to_owned(), content_type.to_owned())];
        Self {
            spoilt: Some(Spoilt {
                status,
                headers,
                body: body.into(),
            }),
            times: 1,
            after_the_operation: false,
        }
    }

    /// No fault: the request is answered as usual. To let requests pass before the next fault.
    ///
    /// Evidence: captured, as `get_connection/200-registered-pri.json` is.
    pub fn none() -> Self {
        Self {
            spoilt: None,
            times: 1,
            after_the_operation: false,
        }
    }

    /// JSON of any shape.
    ///
    /// Evidence: imagined by whoever writes it.
    #[allow(clippy::needless_pass_by_value, reason = "takes what `json!` gives")]
    pub fn json(status: u16, body: Value) -> Self {
        Self::answer(status, "application/json", body.to_string())
    }

    /// The service's own form of a message.
    ///
    /// Evidence: documented, `count_connections/403-access-denied.json`.
    pub fn message(status: u16, message: &str) -> Self {
        Self::json(status, json!({ "code": status, "message": message }))
    }

    /// A status with the service's own form of a message.
    ///
    /// Evidence: imagined, as the message is.
    pub fn status(status: u16) -> Self {
        Self::message(status, "Not this time")
    }

    /// A status without a body, content type or anything.
    ///
    /// Evidence: reported, correction `accepted-without-body`.
    pub fn empty(status: u16) -> Self {
        Self {
            spoilt: Some(Spoilt {
                status,
                headers: Vec::new(),
                body: Vec::new(),
            }),
            times: 1,
            after_the_operation: false,
        }
    }

    /// A page of HTML, as gateways answer.
    ///
    /// Evidence: imagined, `list_connections/502-gateway-html.json`.
    pub fn gateway_page(status: u16) -> Self {
        Self::answer(
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

    /// Arrays in arrays, so many of them.
    ///
    /// Evidence: imagined.
    pub fn nested(levels: usize) -> Self {
        Self::answer(
            200,
            "application/json",
            ["[".repeat(levels), "]".repeat(levels)].concat(),
        )
    }

    /// A compressed empty array, although nobody asked for compression.
    ///
    /// Evidence: imagined.
    pub fn gzip() -> Self {
        Self::answer(200, "application/json", GZIP).header("content-encoding", "gzip")
    }

    /// Adds a header to the answer.
    pub fn header(mut self, name: &str, value: &str) -> Self {
        if let Some(spoilt) = &mut self.spoilt {
            spoilt.headers.push((name.to_owned(), value.to_owned()));
        }
        self
    }

    /// Met by so many requests.
    pub fn times(mut self, times: u32) -> Self {
        self.times = times;
        self
    }

    /// Met by every request from now on.
    pub fn always(self) -> Self {
        self.times(u32::MAX)
    }

    /// The operation is carried out, and only its answer is lost.
    pub fn after_the_operation(mut self) -> Self {
        self.after_the_operation = true;
        self
    }
}

/// Where in a request's life the answer is spoilt.
pub(super) enum Met {
    Nothing,
    Before(Spoilt),
    After(Spoilt),
}

/// The faults that are still to be met, in order.
#[derive(Debug, Default)]
pub(super) struct Faults(HashMap<Operation, VecDeque<Fault>>);

impl Faults {
    pub(super) fn add(&mut self, operation: Operation, fault: Fault) {
        self.0.entry(operation).or_default().push_back(fault);
    }

    pub(super) fn clear(&mut self) {
        self.0.clear();
    }

    /// What the next request of an operation meets.
    pub(super) fn next(&mut self, operation: Operation) -> Met {
        let Some(queue) = self.0.get_mut(&operation) else {
            return Met::Nothing;
        };
        while queue.front().is_some_and(|fault| fault.times == 0) {
            queue.pop_front();
        }
        let Some(fault) = queue.front_mut() else {
            return Met::Nothing;
        };
        if fault.times != u32::MAX {
            fault.times -= 1;
        }
        match (fault.spoilt.clone(), fault.after_the_operation) {
            (None, _) => Met::Nothing,
            (Some(spoilt), false) => Met::Before(spoilt),
            (Some(spoilt), true) => Met::After(spoilt),
        }
    }
}
