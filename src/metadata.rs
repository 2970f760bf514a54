//! Metadata of a response: status, headers, number of attempts.

use std::fmt;

use reqwest::StatusCode;
use reqwest::header::HeaderMap;

use crate::response::Response;

/// Status and headers of a response, and the number of attempts.
///
/// [`Accepted`](crate::Accepted), [`CompleteList`](crate::CompleteList),
/// [`ConnectionStream`](crate::ConnectionStream) and [`RawResponse`](crate::RawResponse) have it.
/// An operation that returns a plain value is a [`ReadFuture`](crate::ReadFuture), whose
/// [`with_metadata`](crate::ReadFuture::with_metadata) returns both. An [`Error`](crate::Error) has
/// methods for the same.
///
/// For an operation with several requests it is that of the last one. Values of headers that echo
/// the request's key or password read `***`. `Debug` shows only the names of the headers.
///
/// ```no_run
/// # use netsapiens_connections::{Domain, Error};
/// # async fn run(acme: Domain) -> Result<(), Error> {
/// let (trunk, metadata) = acme.connections().get("sip*@acme-pri.example").with_metadata().await?;
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

    /// A response with this status, these headers and a body.
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

    /// Value of a header, the first of several; `None` where it is absent or not visible ASCII.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// Names and values of all headers whose values are visible ASCII.
    pub fn headers(&self) -> impl Iterator<Item = (&str, &str)> {
        let visible = |(name, value)| {
            let (name, value): (&reqwest::header::HeaderName, &reqwest::header::HeaderValue) =
                (name, value);
            Some((name.as_str(), value.to_str().ok()?))
        };
        self.headers.iter().filter_map(visible)
    }

    /// The header `x-request-id`, which a gateway may have added.
    pub fn request_id(&self) -> Option<&str> {
        self.header("x-request-id")
    }

    /// Number of attempts, the last one included: 1 or more.
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
