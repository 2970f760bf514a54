//! One error for everything: opaque, with predicates for what a caller decides on.

use std::convert::Infallible;
use std::fmt;

use reqwest::StatusCode;

use crate::generated::types::ApiMessage;
use crate::response::Response;
use crate::values::{DomainName, InvalidValue, MatchPattern, Secret};

/// Most characters of a server's message that an error shows.
const MESSAGE_CHARS: usize = 500;

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
    answer: Option<Response>,
    server: Option<ServerMessage>,
    attempts: u32,
    sent: bool,
    /// An attempt before the last one was under way.
    sent_before: bool,
    source: Option<Box<dyn std::error::Error + Send + Sync>>,
    trunk: Option<(DomainName, MatchPattern)>,
}

struct ServerMessage {
    code: i64,
    text: String,
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
    /// What was asked for did not come about in the time given for it.
    NotVisible,
    /// A condition of the caller's was not met; nothing was changed.
    Precondition,
    /// A list ended with another number of trunks than the server counts.
    Incomplete,
}

impl Error {
    fn new(kind: ErrorKind, reason: impl Into<String>) -> Self {
        Self(Box::new(Inner {
            kind,
            operation: None,
            reason: reason.into(),
            answer: None,
            server: None,
            attempts: 0,
            sent: false,
            sent_before: false,
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
        let server = serde_json::from_slice::<ApiMessage>(answer.json())
            .ok()
            .map(|message| ServerMessage {
                code: message.code,
                text: presentable(&message.message, secrets),
            });
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
        new.0.answer = Some(answer);
        new
    }

    /// An answer that cannot be understood. `reason` says where, and never what was there.
    pub(crate) fn decode(
        operation: &'static str,
        answer: Response,
        reason: impl Into<String>,
    ) -> Self {
        let mut new = Self::new(ErrorKind::Decode, reason).of(operation);
        new.0.sent = true;
        new.0.answer = Some(answer);
        new
    }

    /// The overall deadline passed during an attempt; `last` is how the attempt before it ended.
    pub(crate) fn deadline(operation: &'static str, last: Option<Error>) -> Self {
        let mut new = Self::new(ErrorKind::Timeout, "the overall deadline passed").of(operation);
        new.0.sent = true;
        new.0.source = last.map(|last| Box::new(last) as _);
        new
    }

    pub(crate) fn of(mut self, operation: &'static str) -> Self {
        self.0.operation = Some(operation);
        self
    }

    pub(crate) fn after(mut self, attempts: u32) -> Self {
        self.0.attempts = attempts;
        self
    }

    /// Marks that an earlier attempt was under way, whatever became of the last one.
    pub(crate) fn sent_before(mut self, sent: bool) -> Self {
        self.0.sent_before = sent;
        self.0.sent |= sent;
        self
    }

    pub(crate) fn was_sent_before(&self) -> bool {
        self.0.sent_before
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
        self.0.server.as_ref().map(|server| server.code)
    }

    /// The server's own message, at most 500 characters, with the secrets of the request blotted
    /// out. It may still echo other input.
    pub fn server_message(&self) -> Option<&str> {
        self.0.server.as_ref().map(|server| server.text.as_str())
    }

    /// A header of the answer, where it is text.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.0.answer.as_ref()?.headers.get(name)?.to_str().ok()
    }

    /// The `x-request-id` that a gateway may have put on the answer.
    pub fn request_id(&self) -> Option<&str> {
        self.header("x-request-id")
    }

    /// Body of the answer as it came, up to the client's limit for bodies. It may hold passwords of
    /// trunks: keep it out of logs.
    pub fn body(&self) -> Option<&[u8]> {
        self.0.answer.as_ref().map(|answer| answer.body.as_slice())
    }

    /// How many times the request was tried; 0 where nothing was sent.
    pub fn attempts(&self) -> u32 {
        self.0.attempts
    }

    /// Status of the refusal: of the response, or the code in an error message that came under a
    /// status of success.
    fn refusal(&self) -> Option<u16> {
        let status = self.0.answer.as_ref()?.status;
        match &self.0.server {
            Some(server) if status.is_success() => server.code.try_into().ok(),
            _ => Some(status.as_u16()),
        }
    }

    fn is_status(&self, status: StatusCode) -> bool {
        self.0.kind == ErrorKind::Status && self.refusal() == Some(status.as_u16())
    }

    fn says(&self, beginning: &str) -> bool {
        self.server_message()
            .is_some_and(|message| message.starts_with(beginning))
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
            ErrorKind::Status => self.refusal().is_some_and(crate::retry::is_transient),
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

    pub(crate) fn is_interrupted(&self) -> bool {
        self.0.kind == ErrorKind::Interrupted
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

/// A server's message made fit for one line: secrets and control characters out, not too long.
pub(crate) fn presentable(message: &str, secrets: &[&Secret]) -> String {
    let mut text = message.to_owned();
    for secret in secrets
        .iter()
        .map(|secret| secret.expose_secret())
        .filter(|secret| !secret.is_empty())
    {
        text = text.replace(secret, MASK);
    }
    let text: String = text
        .chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .take(MESSAGE_CHARS)
        .collect();
    let mut announced = false;
    let words = text.split_whitespace().map(|word| {
        let masked = mask(word, announced);
        announced = announces(word);
        masked
    });
    words.collect::<Vec<_>>().join(" ")
}

const MASK: &str = "***";
/// Words after which a message may name a secret that the request did not hold.
const ANNOUNCING: [&str; 6] = ["password", "passwd", "secret", "token", "key", "bearer"];
/// Words that are no secret although they follow one of these.
const HARMLESS: [&str; 16] = [
    "and", "does", "expired", "for", "has", "in", "invalid", "is", "missing", "must", "not", "of",
    "or", "required", "too", "was",
];

fn announces(word: &str) -> bool {
    let word = word
        .trim_matches(|c: char| !c.is_alphanumeric())
        .to_ascii_lowercase();
    ANNOUNCING
        .iter()
        .any(|announcing| word.ends_with(announcing))
}

/// A word of a message, or what may be shown of it: `password=x`, API keys (`nss_…`) and what
/// follows an announcing word are masked.
fn mask(word: &str, announced: bool) -> String {
    if let Some((name, _)) = word
        .split_once(['=', ':'])
        .filter(|(name, value)| announces(name) && !value.is_empty())
    {
        return format!("{name}={MASK}");
    }
    let bare = word.trim_matches(|c: char| !c.is_alphanumeric());
    let key = ["nss_", "nsr_", "nsd_", "nsu_"]
        .iter()
        .any(|prefix| bare.starts_with(prefix));
    let secret = announced && !HARMLESS.contains(&bare.to_ascii_lowercase().as_str());
    if key || secret {
        MASK.to_owned()
    } else {
        word.to_owned()
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
                    Some(server) if answer.status.is_success() => {
                        write!(f, " with the error {}: {}", server.code, server.text)?
                    }
                    Some(server) => write!(f, ": {}", server.text)?,
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
        let answer = self.0.answer.as_ref();
        f.debug_struct("Error")
            .field("kind", &self.0.kind)
            .field("message", &self.to_string())
            .field("status", &self.status_code())
            .field("body_bytes", &answer.map(|answer| answer.body.len()))
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_are_shown_without_secrets() {
        let sent = Secret::from("horse");
        let table = [
            ("Invalid Scope [APP001]", "Invalid Scope [APP001]"),
            ("Missing servers or type", "Missing servers or type"),
            ("the password is too short", "the password is too short"),
            ("bad password hunter2 for user", "bad password *** for user"),
            ("password: hunter2", "password: ***"),
            ("password=hunter2", "password=***"),
            ("auth {\"password\":\"hunter2\"}", "auth {\"password\"=***"),
            ("Bearer eyJhbGciOi", "Bearer ***"),
            ("key nss_EXAMPLE is wrong", "key *** is wrong"),
            ("sent horse back", "sent *** back"),
            (
                "two\nlines\tand \u{1b}[31mcolour",
                "two lines and [31mcolour",
            ),
            ("", ""),
        ];
        for (message, shown) in table {
            assert_eq!(presentable(message, &[&sent]), shown, "{message}");
        }
    }

    #[test]
    fn a_long_message_is_cut() {
        assert_eq!(
            presentable(&"x".repeat(10_000), &[]).chars().count(),
            MESSAGE_CHARS
        );
    }
}
