//! What the fake was asked.

/// A request as it arrived.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReceivedRequest {
    /// HTTP method.
    pub method: String,
    /// Path as it was on the wire, percent-encoded.
    pub path: String,
    /// Query as it was on the wire, without the `?`.
    pub query: String,
}
