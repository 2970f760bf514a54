//! What came with a response besides its value: status, headers, attempts.

use std::fmt;

use reqwest::StatusCode;
use reqwest::header::HeaderMap;

use crate::response::Response;

/// Status and headers of a response, and how many attempts it took.
///
/// Every read and write has it: [`Accepted`](crate::Accepted),
/// [`CompleteList`](crate::CompleteList), [`ConnectionStream`](crate::ConnectionStream) and
/// [`RawResponse`](crate::RawResponse) hold it, and an operation that gives a plain value has a
/// second form, `…_with_metadata`, that gives both. So do failures, as far as an
/// [`Error`](crate::Error) tells.
///
/// Of an operation with several requests it is that of the last one. Headers that repeat the
/// request's key or password read `***`. `Debug` shows the names of the headers alone.
///
/// ```no_run
/// # async fn run(acme: netsapiens_connections::Domain) -> Result<(), netsapiens_connections::Error> {
/// let (trunk, metadata) = acme.connections().get_with_metadata("sip*@acme-pri.example").await?;
/// if metadata.attempts() > 1 {
///     eprintln!("retried: request {}", metadata.request_id().unwrap_or("-"));
/// }
/// # drop(trunk);
/// # Ok(())
/// # }
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct Metadata {
    status: StatusCode,
    headers: HeaderMap,
    attempts: u32,
}

impl Metadata {
    pub(crate) fn new(status: StatusCode, headers: HeaderMap, attempts: u32) -> Self {
        Self {
            status,
            headers,
            attempts,
        }
    }

    /// The response that this came with.
    pub(crate) fn with_body(&self, body: Vec<u8>) -> Response {
        Response {
            status: self.status,
            headers: self.headers.clone(),
            body,
        }
    }

    /// HTTP status.
    pub fn status(&self) -> u16 {
        self.status.as_u16()
    }

    /// A header, where it is visible ASCII; the first of several.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// Names and values of all headers that are visible ASCII.
    pub fn headers(&self) -> impl Iterator<Item = (&str, &str)> {
        let visible = |(name, value)| {
            let (name, value): (&reqwest::header::HeaderName, &reqwest::header::HeaderValue) =
                (name, value);
            Some((name.as_str(), value.to_str().ok()?))
        };
        self.headers.iter().filter_map(visible)
    }

    /// The `x-request-id` that a gateway may have put on the response.
    pub fn request_id(&self) -> Option<&str> {
        self.header("x-request-id")
    }

    /// How many times the request was sent or tried to be sent, from 1.
    pub fn attempts(&self) -> u32 {
        self.attempts
    }
}

impl fmt::Debug for Metadata {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Metadata")
            .field("status", &self.status())
            .field("headers", &self.headers.keys().collect::<Vec<_>>())
            .field("attempts", &self.attempts)
            .finish()
    }
}
