//! The kinds of errors.

use std::fmt;

/// The kind of an [`Error`](crate::Error). Its predicates are finer.
///
/// ```no_run
/// # use netsapiens_connections::{Client, Error};
/// # async fn run(client: Client) -> Result<(), Error> {
/// use netsapiens_connections::ErrorKind;
///
/// if let Err(error) = client.connections().list().await {
///     match error.kind() {
///         ErrorKind::Connect | ErrorKind::Timeout => println!("later: {error}"),
///         ErrorKind::Certificate => println!("call the operator: {error}"),
///         kind => println!("{kind}"), // for example: incomplete list
///     }
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum ErrorKind {
    /// An argument is invalid; nothing was sent.
    Input,
    /// A setting of the client is missing or wrong; nothing was sent.
    Configuration,
    /// A [`Credential`](crate::Credential) returned no token, or one that cannot be sent; its own
    /// error is the `source`. Nothing was sent with it.
    Credential,
    /// No connection to the server could be made; nothing was sent.
    Connect,
    /// The server's certificate cannot be trusted, or the server does not accept the client's. The
    /// server has read no request. With the feature `native-tls` alone the error says less about
    /// the cause.
    Certificate,
    /// An attempt timed out, or the deadline for all attempts passed.
    Timeout,
    /// The connection broke while or after the request was sent.
    Interrupted,
    /// The response has a status other than 2xx, or has 2xx and an error message of the service.
    Status,
    /// The response has a 2xx status and could not be decoded.
    Decode,
    /// The response is about another trunk than the one that was asked for, or about one whose
    /// domain or pattern is spelt otherwise: with other capitals, or with white space around it.
    Mismatch,
    /// A trunk that was created did not become visible to reads within the given time.
    NotVisible,
    /// A precondition of the operation is not met; nothing was changed.
    Precondition,
    /// A list is not known to be complete: its length differs from the server's count, it reached a
    /// limit, or it may have been cut and the key may not count.
    Incomplete,
}

impl fmt::Display for ErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Input => "invalid argument",
            Self::Configuration => "invalid configuration",
            Self::Credential => "no credential",
            Self::Connect => "no connection",
            Self::Certificate => "untrusted certificate",
            Self::Timeout => "timed out",
            Self::Interrupted => "connection broken",
            Self::Status => "error status",
            Self::Decode => "undecodable response",
            Self::Mismatch => "response for another trunk",
            Self::NotVisible => "not visible in time",
            Self::Precondition => "precondition failed",
            Self::Incomplete => "incomplete list",
        })
    }
}
