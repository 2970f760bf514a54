//! Watching a client at work: tracing, the server's own log, and hooks for metrics.
//!
//! # Tracing
//! Each operation is a span `netsapiens` (level info) with `operation`, its operationId, and
//! `request_bytes`, the length of the body that is sent. In it each attempt is an event:
//! `answered` (debug) for a success that was understood, `failed` for all else: warn, but debug for
//! a trunk that does not exist, which is no trouble. Their fields are `operation`, `attempt`
//! (from 1), `elapsed_ms`, `status` where there was a response, `body_bytes` and the `kind` of the
//! error. No URL, pattern, domain, header or body is in any of them, at any level.
//!
//! A response with values that do not fit their fields, which then read as unset, is one more event
//! (warn) with the `operation` and the wire names of these `fields`; see
//! [`Connection::unreadable_fields`](crate::Connection::unreadable_fields).
//!
//! # The server's log
//! [`ClientBuilder::log_tag`](crate::ClientBuilder::log_tag) sends `X-NetSapiens-Log` with every
//! request, so that the vendor's logs can be searched for it (documented).
//!
//! # Metrics
//! [`ClientBuilder::on_attempt`](crate::ClientBuilder::on_attempt) calls a function of yours after
//! each attempt:
//!
//! ```
//! use std::sync::Arc;
//! use std::sync::atomic::{AtomicU64, Ordering};
//! use netsapiens_connections::Client;
//!
//! let repeated = Arc::new(AtomicU64::new(0));
//! let counter = Arc::clone(&repeated);
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
//! - Attempts with a `number` above 1: the server or its gateway is in trouble although operations
//!   still succeed.
//! - Status 401 or 403: a key that expired or lacks a scope. It does not pass, and is not repeated.
//! - Status 429: a gateway limits the rate; nothing is known of limits of the service itself.
//! - Kind `Timeout` or `Interrupted` of `create_connection`: the trunk may exist all the same.
//! - Kind `Decode`: a response that this version does not understand; worth a recording.
//! - Kind `Mismatch`: the server, or a cache before it, responds with another trunk than the one
//!   that was asked for, or spells its name otherwise.
//! - `elapsed` or `body_bytes` of `list_connections` that grow: time for
//!   [`Connections::stream`](crate::Connections::stream).

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use crate::error::ErrorKind;

/// One attempt of an operation, after it ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Attempt {
    /// operationId.
    pub operation: &'static str,
    /// Which attempt of the operation it was, from 1.
    pub number: u32,
    /// From its beginning to the last byte of the response, or to the failure.
    pub elapsed: Duration,
    /// HTTP status, where there was a response.
    pub status: Option<u16>,
    /// Length of the response's body, where it came whole or was the reason of the failure.
    pub body_bytes: Option<usize>,
    /// How it failed; `None` for a success. A response of success that cannot be understood, or is
    /// about another trunk, is a failure as well.
    pub failure: Option<ErrorKind>,
}

/// A function that is told of attempts.
#[derive(Clone)]
pub(crate) struct Observer(pub(crate) Arc<dyn Fn(&Attempt) + Send + Sync>);

impl fmt::Debug for Observer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Observer")
    }
}
