//! Observability: tracing, the server's own logs, and a hook for metrics.
//!
//! # Tracing
//! Each operation is a span `netsapiens` (level info) with the fields `operation`, its operationId,
//! and `request_bytes`, the length of the request's body. In the span each attempt is an event:
//! `succeeded` (debug) for a 2xx response that could be decoded, otherwise `failed` (warn, but
//! debug for a trunk that does not exist). The fields of the event are `operation`, `attempt` (from
//! 1), `elapsed_ms`, `status` where there was a response, `body_bytes`, and the `kind` of the
//! error. No URL, pattern, domain, header or body is in any of them, at any level.
//!
//! A response with values of an unexpected type, which then read as unset, is one more event (warn)
//! with the `operation` and the wire names of these `fields`; see
//! [`Connection::unreadable_fields`](crate::Connection::unreadable_fields).
//!
//! # The server's logs
//! [`ClientBuilder::log_tag`](crate::ClientBuilder::log_tag) sends `X-NetSapiens-Log` with every
//! request, so that the server's logs can be searched for it (documented).
//!
//! # Metrics
//! [`ClientBuilder::on_attempt`](crate::ClientBuilder::on_attempt) calls your function after each
//! attempt:
//!
//! ```
//! use std::sync::Arc;
//! use std::sync::atomic::{AtomicU64, Ordering};
//! use netsapiens_connections::Client;
//!
//! let retries = Arc::new(AtomicU64::new(0));
//! let counter = Arc::clone(&retries);
//! let client = Client::builder()
//!     .server("pbx.acme.example")
//!     .api_key("nss_EXAMPLE")
//!     .on_attempt(move |attempt| {
//!         if attempt.number > 1 {
//!             counter.fetch_add(1, Ordering::Relaxed);
//!         }
//!     })
//!     .build()?;
//! # drop(client);
//! # Ok::<(), netsapiens_connections::Error>(())
//! ```
//!
//! # What to look for
//! - Attempts with a `number` above 1: the server or its gateway has transient failures, although
//!   the operations still succeed.
//! - Status 401 or 403: a key that expired or lacks a right. This is permanent and not retried.
//! - Status 429: a gateway limits the rate. Whether the service itself does is not known.
//! - Kind `Timeout` or `Interrupted` of `create_connection`: the trunk may have been created.
//! - Kind `Decode`: a response that this version cannot decode; worth a recording.
//! - Kind `Mismatch`: the server, or a cache before it, responds with another trunk than the
//!   requested one, or spells its name differently.
//! - Growing `elapsed` or `body_bytes` of `list_connections`: use
//!   [`Connections::stream`](crate::Connections::stream).

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use crate::error::ErrorKind;

/// One attempt of an operation, after it ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Attempt {
    /// operationId of the operation, `list_connections` for example.
    pub operation: &'static str,
    /// Which attempt of the operation it was, from 1.
    pub number: u32,
    /// From its beginning to the last byte of the response, or to the failure.
    pub elapsed: Duration,
    /// HTTP status, where there was a response.
    pub status: Option<u16>,
    /// Length of the response's body in bytes, where it was received completely or caused the
    /// failure.
    pub body_bytes: Option<usize>,
    /// How it failed; `None` for a success. A 2xx response that cannot be decoded or is about
    /// another trunk is a failure as well.
    pub failure: Option<ErrorKind>,
}

/// The function that is called after each attempt.
#[derive(Clone)]
pub(crate) struct Observer(pub(crate) Arc<dyn Fn(&Attempt) + Send + Sync>);

impl fmt::Debug for Observer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Observer")
    }
}
