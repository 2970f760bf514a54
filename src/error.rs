//! One error for everything: opaque, with predicates for what a caller decides on.

use std::convert::Infallible;
use std::fmt;

use reqwest::StatusCode;

use crate::generated::types::ApiMessage;
use crate::response::Response;
use crate::server_message::ServerMessage;
use crate::values::{DomainName, InvalidValue, MatchPattern, Secret};

/// Most bytes of an answer's body that an error keeps.
const BODY_BYTES: usize = 64 << 10;

/// What went wrong.
///
/// `Display` says which operation failed, how, and what to do where that is known. Neither it nor
/// `Debug` shows a secret, a pattern, a URL or a body; the body of an answer is there on request,
/// by [`Error::body`].
///
/// One word wide, so that a `Result` with it stays small.
///
/// ```no_run
/// # async fn run() -> Result<(), netsapiens_connections::Error> {
/// # let acme = netsapiens_connections::Client::from_env()?.domain("acme.example")?;
/// match acme.connections().delete("sip*@acme-pri.example").await {
///     Ok(receipt) => println!("removed ({})", receipt.status()),
///     Err(error) if error.is_not_found() => println!("it was not there"),
///     Err(error) if error.is_permission_denied() => println!("this key may not do that: {error}"),
///     Err(error) => return Err(error),
/// }
/// # Ok(())
/// # }
/// ```
pub struct Error(Box<Inner>);

struct Inner {
    kind: ErrorKind,
    operation: Option<&'static str>,
    /// A sentence of ours; never a value that came from outside.
    reason: String,
    /// With the beginning of its body.
    answer: Option<Response>,
    /// Length of the whole body.
    body_bytes: Option<usize>,
    server: Option<ServerMessage>,
    attempts: u32,
    sent: bool,
    /// The response to an earlier attempt was lost, so that it may have been carried out.
    lost_before: bool,
    source: Option<Box<dyn std::error::Error + Send + Sync>>,
    trunk: Option<(DomainName, MatchPattern)>,
}

/// The families of errors. The predicates of [`Error`] are finer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// An argument was refused before anything was sent.
    Input,
    /// A setting of the client is missing or wrong; nothing was sent.
    Configuration,
    /// No connection to the server could be made; nothing was sent.
    Connect,
    /// The time was up, for one attempt or for all together.
    Timeout,
    /// The connection broke after the request was on its way.
    Interrupted,
    /// The server answered with a status that is no success.
    Status,
    /// The server answered with success and something that could not be understood.
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

impl Error {
    fn new(kind: ErrorKind, reason: impl Into<String>) -> Self {
        Self(Box::new(Inner {
            kind,
            operation: None,
            reason: reason.into(),
            answer: None,
            body_bytes: None,
            server: None,
            attempts: 0,
            sent: false,
            lost_before: false,
            source: None,
            trunk: None,
        }))
    }

    pub(crate) fn configuration(reason: impl Into<String>) -> Self {
        Self::new(ErrorKind::Configuration, reason)
    }

    /// A failure below HTTP. The URL is taken out: it holds the domain and the pattern.
    pub(crate) fn network(operation: &'static str, error: reqwest::Error) -> Self {
        let (kind, sent, reason) = match () {
            () if error.is_connect() => (ErrorKind::Connect, false, "no connection to the server"),
            () if error.is_timeout() => (
                ErrorKind::Timeout,
                true,
                "the server did not answer in time",
            ),
            () if error.is_builder() => (
                ErrorKind::Configuration,
                false,
                "the request could not be built",
            ),
            () => (ErrorKind::Interrupted, true, "the connection broke"),
        };
        let mut new = Self::new(kind, reason).of(operation);
        new.0.sent = sent;
        new.0.source = Some(Box::new(error.without_url()));
        new
    }

    /// An answer that is no success. `secrets` are blotted out of the server's message, which may
    /// echo what was sent.
    pub(crate) fn status(operation: &'static str, answer: Response, secrets: &[&Secret]) -> Self {
        let server = serde_json::from_slice::<ApiMessage>(&answer.body)
            .ok()
            .map(|message| ServerMessage::new(message, secrets));
        let reason = match (&server, answer.body.len()) {
            (Some(_), _) => String::new(),
            (None, 0) => "without a body".to_owned(),
            (None, bytes) => format!(
                "with a body that is no message of the service ({}, {bytes} bytes)",
                answer.media_type()
            ),
        };
        let mut new = Self::new(ErrorKind::Status, reason).of(operation);
        new.0.server = server;
        new.0.sent = true;
        new.with(answer)
    }

    /// An answer that cannot be understood. `reason` says where, and never what was there.
    pub(crate) fn decode(
        operation: &'static str,
        answer: Response,
        reason: impl Into<String>,
    ) -> Self {
        let mut new = Self::new(ErrorKind::Decode, reason).of(operation);
        new.0.sent = true;
        new.with(answer)
    }

    /// A response that is about another trunk than the request. `reason` names none.
    pub(crate) fn mismatch(
        operation: &'static str,
        response: Response,
        reason: impl Into<String>,
    ) -> Self {
        let mut new = Self::new(ErrorKind::Mismatch, reason).of(operation);
        new.0.sent = true;
        new.0.answer = Some(response);
        new
    }

    /// The time for an attempt was up once it had a connection or waited for one that is shared.
    pub(crate) fn timeout(operation: &'static str) -> Self {
        let mut new =
            Self::new(ErrorKind::Timeout, "the server did not answer in time").of(operation);
        new.0.sent = true;
        new
    }

    /// The overall deadline passed during an attempt; `last` is how the attempt before it ended.
    pub(crate) fn deadline(operation: &'static str, last: Option<Error>) -> Self {
        let mut new = Self::new(ErrorKind::Timeout, "the overall deadline passed").of(operation);
        new.0.sent = true;
        new.0.source = last.map(|last| Box::new(last) as _);
        new
    }

    fn with(mut self, mut answer: Response) -> Self {
        self.0.body_bytes = Some(answer.body.len());
        answer.body.truncate(BODY_BYTES);
        answer.body.shrink_to_fit();
        self.0.answer = Some(answer);
        self
    }

    /// Length of the answer's body, of which [`Error::body`] may have the beginning only.
    pub(crate) fn body_bytes(&self) -> Option<usize> {
        self.0.body_bytes
    }

    pub(crate) fn of(mut self, operation: &'static str) -> Self {
        self.0.operation = Some(operation);
        self
    }

    pub(crate) fn after(mut self, attempts: u32) -> Self {
        self.0.attempts = attempts;
        self
    }

    /// Marks what is known of earlier attempts, whatever became of the last one: whether one may
    /// have been sent, and whether the response to one was lost.
    pub(crate) fn after_others(mut self, sent: bool, lost: bool) -> Self {
        self.0.sent |= sent;
        self.0.lost_before = lost;
        self
    }

    pub(crate) fn follows_a_loss(&self) -> bool {
        self.0.lost_before
    }

    /// The family that the error belongs to.
    pub fn kind(&self) -> ErrorKind {
        self.0.kind
    }

    /// operationId of the operation that failed, where one was begun.
    pub fn operation(&self) -> Option<&'static str> {
        self.0.operation
    }

    /// HTTP status, where the server answered.
    pub fn status_code(&self) -> Option<u16> {
        self.0.answer.as_ref().map(|answer| answer.status.as_u16())
    }

    /// The code in the server's own message, usually the status again.
    pub fn server_code(&self) -> Option<i64> {
        self.0.server.as_ref().map(ServerMessage::code)
    }

    /// The server's own message on one line of at most 500 characters, without control, bidi and
    /// zero-width characters.
    ///
    /// Where it speaks of a credential, every word outside a small vocabulary is `***`; also where
    /// it cannot be checked for that, since it is long or has letters that are not ASCII. Elsewhere
    /// the request's own key and password are masked, in whatever encoding they come back. It may
    /// still echo other input. What the server wrote to the letter is in [`Error::body`].
    pub fn server_message(&self) -> Option<&str> {
        self.0.server.as_ref().map(ServerMessage::text)
    }

    /// A header of the answer, where it is visible ASCII. One that repeats the request's key or
    /// password reads `***`.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.0.answer.as_ref()?.headers.get(name)?.to_str().ok()
    }

    /// The `x-request-id` that a gateway may have put on the answer.
    pub fn request_id(&self) -> Option<&str> {
        self.header("x-request-id")
    }

    /// Body of the answer as it came: its first 64 KiB. It may hold passwords of trunks, and
    /// characters that a terminal obeys: keep it out of logs.
    pub fn body(&self) -> Option<&[u8]> {
        self.0.answer.as_ref().map(|answer| answer.body.as_slice())
    }

    /// How many times the request was tried; 0 where nothing was sent. Where the error is a
    /// conclusion from several requests, it is the number of the last one.
    pub fn attempts(&self) -> u32 {
        self.0.attempts
    }

    fn is_status(&self, status: StatusCode) -> bool {
        self.0.kind == ErrorKind::Status
            && self
                .0
                .answer
                .as_ref()
                .is_some_and(|answer| answer.status == status)
    }

    fn says(&self, beginning: &str) -> bool {
        let server = self.0.server.as_ref();
        server.is_some_and(|server| server.raw().starts_with(beginning))
    }

    /// The trunk or its domain does not exist (404, but not [`Error::is_unknown_route`]).
    ///
    /// # Troubleshooting
    /// The pattern must be the origination pattern to the letter, as the list shows it; a trunk of
    /// the whole system has the domain `*`.
    pub fn is_not_found(&self) -> bool {
        self.is_status(StatusCode::NOT_FOUND) && !self.is_unknown_route()
    }

    /// The server's build has no such operation (404 "No Route Found", reported).
    ///
    /// # Troubleshooting
    /// Check that the server is a core server or what stands before one, and that its version has
    /// the API v2.
    pub fn is_unknown_route(&self) -> bool {
        self.is_status(StatusCode::NOT_FOUND) && self.says("No Route Found")
    }

    /// The credential is missing, wrong or expired (401, but not "Invalid Scope").
    ///
    /// # Troubleshooting
    /// A key of the service has 60 characters; `NETSAPIENS_API_KEY` must hold all of them and
    /// nothing else.
    pub fn is_unauthorized(&self) -> bool {
        self.is_status(StatusCode::UNAUTHORIZED) && !self.says("Invalid Scope")
    }

    /// The credential is valid and may not do this: 401 "Invalid Scope" (reported) or 403. A new
    /// login does not help.
    ///
    /// # Troubleshooting
    /// Listing the whole system takes Reseller or Super User scope; a key can also be read-only or
    /// be limited to other models than `connection`.
    pub fn is_permission_denied(&self) -> bool {
        self.is_status(StatusCode::FORBIDDEN)
            || self.is_status(StatusCode::UNAUTHORIZED) && self.says("Invalid Scope")
    }

    /// A trunk with this domain and pattern exists already (409, reported).
    pub fn is_conflict(&self) -> bool {
        self.is_status(StatusCode::CONFLICT)
    }

    /// Too many requests (429). Nothing is known of limits of the service itself; gateways have
    /// them.
    pub fn is_rate_limited(&self) -> bool {
        self.is_status(StatusCode::TOO_MANY_REQUESTS)
    }

    /// The time was up on this side. Whether the server did what was asked is open: see
    /// [`Error::may_have_been_sent`].
    pub fn is_timeout(&self) -> bool {
        self.0.kind == ErrorKind::Timeout
    }

    /// No connection could be made; nothing was sent.
    pub fn is_connect(&self) -> bool {
        self.0.kind == ErrorKind::Connect
    }

    /// The answer was a success that could not be understood.
    pub fn is_decode(&self) -> bool {
        self.0.kind == ErrorKind::Decode
    }

    /// The same request may well succeed later: no connection, a broken one, a timeout, or one of
    /// 408, 429, 502, 503 and 504. It does not say that repeating is harmless; for a create see
    /// [`Error::may_have_been_sent`].
    pub fn is_retryable(&self) -> bool {
        match self.0.kind {
            ErrorKind::Connect | ErrorKind::Interrupted | ErrorKind::Timeout => true,
            ErrorKind::Status => self.status_code().is_some_and(crate::retry::is_transient),
            _ => false,
        }
    }

    /// The server may have received the request, and so may have done what was asked. False only
    /// where it certainly has not.
    pub fn may_have_been_sent(&self) -> bool {
        self.0.sent
    }

    /// Domain of the trunk that the operation was about, where it was about one. Neither `Display`
    /// nor `Debug` shows it.
    pub fn domain(&self) -> Option<&DomainName> {
        self.0.trunk.as_ref().map(|(domain, _)| domain)
    }

    /// Origination pattern of the trunk that the operation was about, where it was about one.
    /// Neither `Display` nor `Debug` shows it.
    pub fn pattern(&self) -> Option<&MatchPattern> {
        self.0.trunk.as_ref().map(|(_, pattern)| pattern)
    }

    /// Names the trunk for those who ask.
    pub(crate) fn about(mut self, domain: &DomainName, pattern: &MatchPattern) -> Self {
        self.0.trunk = Some((domain.clone(), pattern.clone()));
        self
    }

    pub(crate) fn input(reason: impl Into<String>) -> Self {
        Self::new(ErrorKind::Input, reason)
    }

    pub(crate) fn precondition(reason: impl Into<String>) -> Self {
        Self::new(ErrorKind::Precondition, reason)
    }

    /// What was waited for did not come; `last` is what reading said at last, where that was an
    /// error.
    pub(crate) fn not_visible(reason: impl Into<String>, last: Option<Error>) -> Self {
        let mut new = Self::new(ErrorKind::NotVisible, reason);
        // It is waited for after a write that was accepted.
        new.0.sent = true;
        new.0.source = last.map(|last| Box::new(last) as _);
        new
    }

    pub(crate) fn incomplete(reason: impl Into<String>) -> Self {
        Self::new(ErrorKind::Incomplete, reason)
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Inner {
            operation,
            reason,
            answer,
            server,
            attempts,
            ..
        } = &*self.0;
        if let Some(operation) = operation {
            write!(f, "{operation}: ")?;
        }
        match (answer, self.0.kind) {
            (Some(answer), ErrorKind::Status) => {
                write!(f, "the server answered {}", answer.status)?;
                match server {
                    Some(server) => write!(f, ": {}", server.text())?,
                    None => write!(f, " {reason}")?,
                }
            }
            (Some(answer), _) => write!(f, "{reason} (status {})", answer.status)?,
            (None, _) => f.write_str(reason)?,
        }
        if *attempts > 1 {
            write!(f, " (after {attempts} attempts)")?;
        }
        Ok(())
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Error")
            .field("kind", &self.0.kind)
            .field("message", &self.to_string())
            .field("status", &self.status_code())
            .field("body_bytes", &self.0.body_bytes)
            .field("attempts", &self.0.attempts)
            .field("may_have_been_sent", &self.0.sent)
            .field("source", &self.0.source)
            .finish()
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.0.source.as_deref().map(|source| source as _)
    }
}

impl From<InvalidValue> for Error {
    fn from(invalid: InvalidValue) -> Self {
        Self::new(ErrorKind::Input, invalid.to_string())
    }
}

impl From<Infallible> for Error {
    fn from(never: Infallible) -> Self {
        match never {}
    }
}
