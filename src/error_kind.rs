//! The families of errors.

use std::fmt;

/// The families of errors. The predicates of [`Error`](crate::Error) are finer.
///
/// ```no_run
/// # async fn run(client: netsapiens_connections::Client) -> Result<(), netsapiens_connections::Error> {
/// use netsapiens_connections::ErrorKind;
///
/// if let Err(error) = client.connections().list().await {
///     match error.kind() {
///         ErrorKind::Connect | ErrorKind::Timeout => println!("later: {error}"),
///         ErrorKind::Certificate => println!("call the operator: {error}"),
///         kind => println!("{kind}"), // for example: list not complete
///     }
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum ErrorKind {
    /// An argument was refused before anything was sent.
    Input,
    /// A setting of the client is missing or wrong; nothing was sent.
    Configuration,
    /// A credential that renews itself gave no token, or one that cannot be sent; its own error is
    /// the `source`. Nothing was sent with it.
    Credential,
    /// No connection to the server could be made; nothing was sent.
    Connect,
    /// The server's certificate cannot be trusted, or the server does not accept the client's;
    /// nothing was sent that the server has read. With the feature `native-tls` alone the error
    /// tells less of the cause.
    Certificate,
    /// The time was up, for one attempt or for all together.
    Timeout,
    /// The connection broke after the request was on its way.
    Interrupted,
    /// The response has a status that is no success.
    Status,
    /// The response has a status of success and something that could not be understood.
    Decode,
    /// The response is about another trunk than the one that was asked for, or about one whose
    /// domain or pattern is spelt otherwise: with other capitals, or with white space around it.
    Mismatch,
    /// What was asked for did not come about in the time given for it.
    NotVisible,
    /// A condition of the caller's was not met; nothing was changed.
    Precondition,
    /// A list is not known to be complete: it ended with another number of trunks than the server
    /// counts, at a limit, or where only the count could have told.
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
            Self::Status => "status of failure",
            Self::Decode => "response not understood",
            Self::Mismatch => "response about another trunk",
            Self::NotVisible => "not visible in time",
            Self::Precondition => "precondition failed",
            Self::Incomplete => "list not complete",
        })
    }
}
