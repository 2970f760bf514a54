//! The requests that the fake server received.

/// A request that the fake server received.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct ReceivedRequest {
    /// HTTP method.
    pub method: String,
    /// Path as received, percent-encoded.
    pub path: String,
    /// Query as received, percent-encoded, without the `?`; empty where there is none.
    pub query: String,
}
