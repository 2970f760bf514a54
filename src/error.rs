//! The error type of the crate: opaque, with predicates for what a caller decides on.

use std::convert::Infallible;
use std::fmt;
use std::sync::Arc;

use reqwest::StatusCode;

pub use crate::error_kind::ErrorKind;
use crate::metadata::Metadata;
use crate::network::Failure;
use crate::response::Response;
use crate::server_message::ServerMessage;
use crate::values::{DomainName, InvalidValue, MatchPattern, Secret};

/// How many bytes of a response's body an error keeps at most.
const BODY_BYTES: usize = 64 << 10;

/// Why an operation failed.
///
/// `Display` says which operation failed, how, and what to do where that is known. Neither
/// `Display` nor `Debug` shows a secret, a pattern, a URL, a host or a body. [`Error::body`]
/// returns the body of the response. `source` returns the HTTP library's own error, which may name
/// the host.
///
/// The type is one word wide, so that a `Result` with it stays small. It is reference-counted, so
/// that it can be cached and cloned at no cost.
///
/// ```no_run
/// # async fn run() -> Result<(), netsapiens_connections::Error> {
/// # let acme = netsapiens_connections::Client::from_env()?.domain("acme.example")?;
/// match acme.connections().delete("sip*@acme-pri.example").await {
///     Ok(accepted) => println!("removed ({})", accepted.status()),
///     Err(error) if error.is_not_found() => println!("it was not there"),
///     Err(error) if error.is_permission_denied() => println!("this key may not do that: {error}"),
///     Err(error) => return Err(error),
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct Error(Arc<Inner>);

#[derive(Clone)]
struct Inner {
    kind: ErrorKind,
    operation: Option<&'static str>,
    /// Written by this crate; never contains a value from outside.
    reason: String,
    /// What to do about it, also written by this crate; may be empty.
    advice: &'static str,
    /// The response, with the beginning of its body.
    response: Option<Response>,
    /// Length of the whole body.
    body_bytes: Option<usize>,
    server: Option<ServerMessage>,
    attempts: u32,
    sent: bool,
    /// The response to an earlier attempt was lost, so that it may have been carried out.
    lost_before: bool,
    source: Option<Arc<dyn std::error::Error + Send + Sync>>,
    domain: Option<DomainName>,
    pattern: Option<MatchPattern>,
}

/// What to do about an error, for `Display` and for the documentation of the predicates.
macro_rules! advice {
    (not_found) => {
        "Check the domain's name, and that the origination pattern is exactly as the list shows \
         it; trunks of the whole system have the domain `*`"
    };
    (unknown_route) => {
        "This server has no such operation: check that it is a core server or its load balancer, \
         and that its version has the API v2"
    };
    (not_from_service) => {
        "is not in the service's own format; is this the API host?"
    };
    (unauthorized) => {
        "Check that all of the API key (60 characters) arrived and nothing else, or renew the \
         access token"
    };
    (permission_denied) => {
        "The credential is valid and lacks this right: listing the whole system needs Reseller or \
         Super User scope, and a key can be read-only or lack the model `connection`"
    };
    (conflict) => {
        "The domain has a trunk with this pattern already: update it, or choose another pattern"
    };
    (rate_limited) => {
        "Send fewer requests concurrently, or retry later"
    };
    (certificate) => {
        "Do not disable the check: an attacker on the way could read the key. To trust an issuer \
         of your own, call `ClientBuilder::root_certificate_pem`"
    };
}

/// What to do after a create whose outcome is unknown.
const LOOK_FIRST: &str = "The trunk may have been created: check before you create it again";

impl Error {
    fn new(kind: ErrorKind, reason: impl Into<String>) -> Self {
        Self(Arc::new(Inner {
            kind,
            operation: None,
            reason: reason.into(),
            advice: "",
            response: None,
            body_bytes: None,
            server: None,
            attempts: 0,
            sent: false,
            lost_before: false,
            source: None,
            domain: None,
            pattern: None,
        }))
    }

    /// For building an error, while nobody else has a reference to it.
    fn inner(&mut self) -> &mut Inner {
        Arc::make_mut(&mut self.0)
    }

    pub(crate) fn configuration(reason: impl Into<String>) -> Self {
        Self::new(ErrorKind::Configuration, reason)
    }

    /// The credential returned no token that can be sent.
    pub(crate) fn credential(reason: impl Into<String>) -> Self {
        Self::new(ErrorKind::Credential, reason)
    }

    /// For an `https` server in a build without TLS.
    #[cfg(not(feature = "__tls"))]
    pub(crate) fn no_tls() -> Self {
        Self::configuration("this build has no TLS, which an `https` server needs")
            .advise("Enable the feature `rustls`, `ring` or `native-tls` of netsapiens-connections")
    }

    /// A failure below HTTP. The URL is removed, since it has the domain and the pattern.
    pub(crate) fn network(operation: &'static str, error: reqwest::Error) -> Self {
        Self::failure(operation, Failure::of(&error)).caused_by(error.without_url())
    }

    /// An attempt timed out.
    pub(crate) fn timeout(operation: &'static str) -> Self {
        Self::failure(operation, Failure::timeout())
    }

    fn failure(operation: &'static str, failure: Failure) -> Self {
        let mut new = Self::new(failure.kind, failure.reason)
            .of(operation)
            .advise(failure.advice);
        new.inner().sent = failure.sent;
        new
    }

    /// A response whose status is an error. `secrets` are masked in the server's message, which may
    /// echo what was sent.
    pub(crate) fn of_status(
        operation: &'static str,
        response: Response,
        secrets: &[&Secret],
    ) -> Self {
        let server = ServerMessage::read(response.json(), secrets);
        let reason = match (&server, response.body.len()) {
            (Some(_), _) => String::new(),
            (None, 0) => "and no body".to_owned(),
            (None, bytes) => format!("and a body of {bytes} bytes ({})", response.media_type()),
        };
        let mut new = Self::new(ErrorKind::Status, reason).of(operation);
        new.inner().server = server;
        new.inner().sent = true;
        new.with(response)
    }

    /// A response that could not be decoded. `reason` says where, and never quotes the response.
    pub(crate) fn decode(
        operation: &'static str,
        response: Response,
        reason: impl Into<String>,
    ) -> Self {
        let mut new = Self::new(ErrorKind::Decode, reason).of(operation);
        new.inner().sent = true;
        new.with(response)
    }

    /// A response that is about another trunk than the request. `reason` names no trunk.
    pub(crate) fn mismatch(
        operation: &'static str,
        response: Response,
        reason: impl Into<String>,
    ) -> Self {
        let mut new = Self::new(ErrorKind::Mismatch, reason).of(operation);
        new.inner().sent = true;
        new.with(response)
    }

    /// The overall deadline passed during an attempt; `last` is how the attempt before it ended.
    pub(crate) fn deadline(operation: &'static str, last: Option<Error>) -> Self {
        let mut new = Self::new(ErrorKind::Timeout, "the overall deadline passed")
            .of(operation)
            .advise("Raise `ClientBuilder::deadline` if the server needs longer");
        new.inner().sent = true;
        new.inner().source = last.map(|last| Arc::new(last) as _);
        new
    }

    fn with(mut self, mut response: Response) -> Self {
        self.inner().body_bytes = Some(response.body.len());
        response.body.truncate(BODY_BYTES);
        response.body.shrink_to_fit();
        self.inner().response = Some(response);
        self
    }

    /// Length in bytes of the whole body of the response.
    pub(crate) fn body_bytes(&self) -> Option<usize> {
        self.0.body_bytes
    }

    pub(crate) fn of(mut self, operation: &'static str) -> Self {
        self.inner().operation = Some(operation);
        self
    }

    pub(crate) fn advise(mut self, advice: &'static str) -> Self {
        self.inner().advice = advice;
        self
    }

    pub(crate) fn caused_by(
        mut self,
        source: impl Into<Box<dyn std::error::Error + Send + Sync>>,
    ) -> Self {
        self.inner().source = Some(Arc::from(source.into()));
        self
    }

    pub(crate) fn after(mut self, attempts: u32) -> Self {
        self.inner().attempts = attempts;
        self
    }

    /// Records what is known about earlier attempts: whether one may have been sent, and whether
    /// the response to one was lost.
    pub(crate) fn after_others(mut self, sent: bool, lost: bool) -> Self {
        self.inner().sent |= sent;
        self.inner().lost_before = lost;
        self
    }

    /// Whether the response to an earlier attempt was lost.
    pub(crate) fn follows_a_loss(&self) -> bool {
        self.0.lost_before
    }

    /// Status and headers of the response, where there was one.
    pub(crate) fn metadata(&self) -> Option<Metadata> {
        let response = self.0.response.as_ref()?;
        let headers = response.headers.clone();
        Some(Metadata::new(response.status, headers, self.0.attempts))
    }

    /// The kind of the error.
    pub fn kind(&self) -> ErrorKind {
        self.0.kind
    }

    /// operationId of the operation that failed, `list_connections` for example; `None` where none
    /// had begun.
    pub fn operation(&self) -> Option<&'static str> {
        self.0.operation
    }

    /// HTTP status, where there was a response.
    pub fn status(&self) -> Option<u16> {
        self.0
            .response
            .as_ref()
            .map(|response| response.status.as_u16())
    }

    /// The `code` in the server's own message, usually the same as the status; `None` where there
    /// is none.
    pub fn server_code(&self) -> Option<i64> {
        self.0.server.as_ref()?.code()
    }

    /// The server's own message on one line of at most 500 characters, without control, bidi and
    /// zero-width characters.
    ///
    /// Where it mentions a credential, every word outside a small vocabulary is replaced by `***`.
    /// So it is where that cannot be checked: in a message that is long or has letters that are not
    /// ASCII. In other messages the request's own key and password are masked, in whatever encoding
    /// they are echoed. The message may still echo other input. [`Error::body`] has it unchanged.
    pub fn server_message(&self) -> Option<&str> {
        self.0.server.as_ref().map(ServerMessage::text)
    }

    /// Value of a header of the response; `None` where it is absent or not visible ASCII. A value
    /// that echoes the request's key or password reads `***`.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.0.response.as_ref()?.headers.get(name)?.to_str().ok()
    }

    /// The header `x-request-id` of the response, which a gateway may have added.
    pub fn request_id(&self) -> Option<&str> {
        self.header("x-request-id")
    }

    /// The first 64 KiB of the response's body, unchanged. It may contain passwords of trunks and
    /// control sequences for terminals: keep it out of logs.
    pub fn body(&self) -> Option<&[u8]> {
        self.0
            .response
            .as_ref()
            .map(|response| response.body.as_slice())
    }

    /// How many times the request was attempted; 0 where nothing was sent. Where the error follows
    /// from several requests, it is the number of the last one.
    pub fn attempts(&self) -> u32 {
        self.0.attempts
    }

    /// The status that counts: that of the response, or the code in an error message that came with
    /// a 2xx status.
    pub(crate) fn refusal(&self) -> Option<u16> {
        let status = self.0.response.as_ref()?.status;
        match &self.0.server {
            Some(server) if status.is_success() => server.code()?.try_into().ok(),
            _ => Some(status.as_u16()),
        }
    }

    fn is_status(&self, status: StatusCode) -> bool {
        self.0.kind == ErrorKind::Status && self.refusal() == Some(status.as_u16())
    }

    /// Whether the server's message begins so, ignoring case and a prefix `Error: `.
    fn says(&self, beginning: &str) -> bool {
        let begins = |text: &str, with: &str| {
            text.get(..with.len())
                .is_some_and(|start| start.eq_ignore_ascii_case(with))
        };
        self.0.server.as_ref().is_some_and(|server| {
            let message = server.raw().trim();
            let message = match begins(message, "Error:") {
                true => message["Error:".len()..].trim_start(),
                false => message,
            };
            begins(message, beginning)
        })
    }

    /// Whether the server or a gateway refused the request for good: a 4xx that is not transient.
    pub(crate) fn is_refusal(&self) -> bool {
        self.0.kind == ErrorKind::Status
            && !self.is_retryable()
            && self
                .refusal()
                .is_some_and(|status| (400..500).contains(&status))
    }

    /// The trunk or its domain does not exist: 404 in the service's own format, which is JSON with
    /// `code` and `message`, but not [`Error::is_unknown_route`]. Other 404s come from a gateway or
    /// another web server and say nothing about trunks: [`Error::is_foreign_not_found`].
    ///
    /// # Troubleshooting
    #[doc = concat!(advice!(not_found), ".")]
    pub fn is_not_found(&self) -> bool {
        self.is_status(StatusCode::NOT_FOUND)
            && self.server_code().is_some()
            && !self.is_unknown_route()
    }

    /// The 404 does not come from the service but from a gateway or another web server: its body is
    /// HTML, plain text, empty, or JSON of another format, a `message` without a `code` for
    /// example. Whether the trunk exists is unknown.
    ///
    /// # Troubleshooting
    #[doc = concat!("The 404 ", advice!(not_from_service))]
    ///
    /// ```no_run
    /// # use netsapiens_connections::{Domain, Error};
    /// # async fn run(acme: Domain) -> Result<(), Error> {
    /// match acme.connections().delete("sip*@acme-pri.example").await {
    ///     Err(error) if error.is_not_found() => println!("there is no such trunk"),
    ///     Err(error) if error.is_foreign_not_found() => println!("not the service: {error}"),
    ///     other => println!("removed ({})", other?.status()),
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub fn is_foreign_not_found(&self) -> bool {
        self.is_status(StatusCode::NOT_FOUND) && !self.is_not_found() && !self.is_unknown_route()
    }

    /// The server's build, or a gateway before it, has no such operation: 404 "No Route Found"
    /// (reported).
    ///
    /// # Troubleshooting
    #[doc = concat!(advice!(unknown_route), ".")]
    pub fn is_unknown_route(&self) -> bool {
        self.is_status(StatusCode::NOT_FOUND) && self.says("No Route")
    }

    /// The credential is missing, wrong or expired (401, but not "Invalid Scope").
    ///
    /// # Troubleshooting
    #[doc = concat!(advice!(unauthorized), ".")]
    pub fn is_unauthorized(&self) -> bool {
        self.is_status(StatusCode::UNAUTHORIZED) && !self.says("Invalid Scope")
    }

    /// The credential is valid and may not do this: 401 "Invalid Scope" (reported) or 403. A new
    /// login does not help. A 403 without a [message](Error::server_message) may come from a
    /// firewall or gateway that blocks everybody, or this client's address.
    ///
    /// # Troubleshooting
    #[doc = concat!(advice!(permission_denied), ".")]
    pub fn is_permission_denied(&self) -> bool {
        self.is_status(StatusCode::FORBIDDEN)
            || self.is_status(StatusCode::UNAUTHORIZED) && self.says("Invalid Scope")
    }

    /// A trunk with this domain and pattern exists already (409, reported).
    ///
    /// # Troubleshooting
    #[doc = concat!(advice!(conflict), ".")]
    pub fn is_conflict(&self) -> bool {
        self.is_status(StatusCode::CONFLICT)
    }

    /// Too many requests (429). Gateways have rate limits; whether the service has is not known.
    ///
    /// # Troubleshooting
    #[doc = concat!(advice!(rate_limited), ".")]
    pub fn is_rate_limited(&self) -> bool {
        self.is_status(StatusCode::TOO_MANY_REQUESTS)
    }

    /// The client timed out. Whether the server carried out the request is unknown: see
    /// [`Error::may_have_been_sent`].
    pub fn is_timeout(&self) -> bool {
        self.0.kind == ErrorKind::Timeout
    }

    /// No connection could be made; nothing was sent.
    pub fn is_connect(&self) -> bool {
        self.0.kind == ErrorKind::Connect
    }

    /// The server's certificate cannot be trusted ([`ErrorKind::Certificate`]); nothing was sent.
    ///
    /// # Troubleshooting
    #[doc = concat!(advice!(certificate), ".")]
    pub fn is_certificate(&self) -> bool {
        self.0.kind == ErrorKind::Certificate
    }

    /// The response has a 2xx status and could not be decoded.
    pub fn is_decode(&self) -> bool {
        self.0.kind == ErrorKind::Decode
    }

    /// The failure is transient, so the same request may succeed later: no connection, a broken
    /// one, a timeout, or one of 408, 429, 502, 503 and 504. A retry need not be harmless: for a
    /// create see [`Error::may_have_been_sent`].
    pub fn is_retryable(&self) -> bool {
        match self.0.kind {
            ErrorKind::Connect | ErrorKind::Interrupted | ErrorKind::Timeout => true,
            ErrorKind::Status => self.refusal().is_some_and(crate::retry::is_transient),
            _ => false,
        }
    }

    /// The server may have received the request, so it may have carried it out. `false` only where
    /// it certainly has not received it.
    ///
    /// ```no_run
    /// # use netsapiens_connections::{Domain, Error};
    /// # async fn run(acme: Domain) -> Result<(), Error> {
    /// const PATTERN: &str = "sip*@192.0.2.30";
    /// let trunks = acme.connections();
    /// match trunks.create(acme.new_connection(PATTERN)?).await {
    ///     // A second create could meet the first one: look before it is retried.
    ///     Err(error) if error.may_have_been_sent() && trunks.get(PATTERN).await?.is_some() => {
    ///         println!("created, although: {error}");
    ///     }
    ///     other => println!("created ({})", other?.status()),
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub fn may_have_been_sent(&self) -> bool {
        self.0.sent
    }

    /// Domain of the operation, where it has one. Neither `Display` nor `Debug` shows it.
    pub fn domain(&self) -> Option<&DomainName> {
        self.0.domain.as_ref()
    }

    /// Origination pattern of the operation's trunk, where it is about one. Neither `Display` nor
    /// `Debug` shows it.
    pub fn pattern(&self) -> Option<&MatchPattern> {
        self.0.pattern.as_ref()
    }

    /// What to do about the error; empty where nothing is known.
    fn advice(&self) -> String {
        let open = self.0.operation == Some("create_connection")
            && self.0.sent
            && match self.0.kind {
                ErrorKind::Timeout | ErrorKind::Interrupted => true,
                _ => self
                    .refusal()
                    .is_some_and(|status| status == 408 || status >= 500),
            };
        let advice = match self.0.kind {
            ErrorKind::Status => self.advice_for_status(),
            _ => self.0.advice.to_owned(),
        };
        match (advice.is_empty(), open) {
            (true, true) => LOOK_FIRST.to_owned(),
            (false, true) => format!("{advice}. {LOOK_FIRST}"),
            (_, false) => advice,
        }
    }

    fn advice_for_status(&self) -> String {
        let status = self.refusal().unwrap_or_default();
        let advice = match status {
            _ if self.is_not_found() => advice!(not_found),
            _ if self.is_unknown_route() => advice!(unknown_route),
            _ if self.is_unauthorized() => advice!(unauthorized),
            _ if self.is_permission_denied() && self.0.server.is_some() => {
                advice!(permission_denied)
            }
            _ if self.is_conflict() => advice!(conflict),
            _ if self.is_rate_limited() => advice!(rate_limited),
            300..400 => {
                "Redirects are not followed, so that the key goes to no other host: configure the \
                 server that the header `location` names, if you trust it"
            }
            400 if self.domain().is_some_and(|domain| domain.as_str() == "~") => {
                "`~` stands for a key's own domain, which keys of Reseller and Super User scope do \
                 not have: name the domain"
            }
            407 => {
                "The proxy requires a user and a password, or refused those that were given: give \
                 them in the URL of `ClientBuilder::proxy`"
            }
            400..500
                if self.is_foreign_not_found() || (status != 408 && self.0.server.is_none()) =>
            {
                return format!("This {status} {}", advice!(not_from_service));
            }
            408 | 502..=504 => "The server or a gateway before it failed temporarily: retry later",
            500.. => "The server failed: its operator can find the reason in its logs",
            _ => "",
        };
        advice.to_owned()
    }

    /// Adds the trunk, for [`Error::domain`] and [`Error::pattern`].
    pub(crate) fn about(mut self, domain: &DomainName, pattern: &MatchPattern) -> Self {
        self.inner().pattern = Some(pattern.clone());
        self.about_domain(domain)
    }

    pub(crate) fn about_domain(mut self, domain: &DomainName) -> Self {
        self.inner().domain = Some(domain.clone());
        self
    }

    pub(crate) fn input(reason: impl Into<String>) -> Self {
        Self::new(ErrorKind::Input, reason)
    }

    pub(crate) fn precondition(reason: impl Into<String>) -> Self {
        Self::new(ErrorKind::Precondition, reason)
    }

    /// A trunk that was created did not become visible in time; `last` is the error of the last
    /// read, if it failed.
    pub(crate) fn not_visible(reason: impl Into<String>, last: Option<Error>) -> Self {
        let mut new = Self::new(ErrorKind::NotVisible, reason);
        // The create before it was accepted.
        new.inner().sent = true;
        new.inner().source = last.map(|last| Arc::new(last) as _);
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
            response,
            server,
            attempts,
            ..
        } = &*self.0;
        if let Some(operation) = operation {
            write!(f, "{operation}: ")?;
        }
        match (response, self.0.kind) {
            (Some(response), ErrorKind::Status) => {
                write!(f, "the server responded with {}", response.status)?;
                match server {
                    Some(server) => {
                        if response.status.is_success() {
                            f.write_str(" and an error")?;
                            if let Some(code) = server.code() {
                                write!(f, " {code}")?;
                            }
                        }
                        write!(f, ": {}", server.text().trim_end_matches(['.', ' ']))?;
                    }
                    None => write!(f, " {reason}")?,
                }
            }
            (Some(response), _) => write!(f, "{reason} (status {})", response.status)?,
            (None, _) => f.write_str(reason)?,
        }
        if *attempts > 1 {
            write!(f, " (after {attempts} attempts)")?;
        }
        match self.advice() {
            advice if advice.is_empty() => Ok(()),
            advice => write!(f, ". {advice}"),
        }
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Error")
            .field("kind", &self.0.kind)
            .field("message", &self.to_string())
            .field("status", &self.status())
            .field("body_bytes", &self.0.body_bytes)
            .field("attempts", &self.0.attempts)
            .field("may_have_been_sent", &self.0.sent)
            .field("source", &self.0.source.as_deref().map(Cause))
            .finish()
    }
}

/// Shows an error of this crate as it is, and of another only that there is one, since it may print
/// addresses and the names in a certificate.
struct Cause<'a>(&'a (dyn std::error::Error + Send + Sync + 'static));

impl fmt::Debug for Cause<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0.downcast_ref::<Error>() {
            Some(error) => error.fmt(f),
            None => f.write_str("(by `source`)"),
        }
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.0.source.as_deref().map(|source| source as _)
    }
}

/// The kind is `TimedOut` for a timeout, `NotFound` for a trunk that does not exist, and so on. The
/// error itself is in `get_ref`.
///
/// ```
/// use netsapiens_connections::{Client, Error};
///
/// let refused: std::io::Error = Client::builder().build().unwrap_err().into();
/// assert_eq!(refused.kind(), std::io::ErrorKind::InvalidInput);
/// assert!(refused.get_ref().is_some_and(|inner| inner.is::<Error>()));
/// ```
impl From<Error> for std::io::Error {
    fn from(error: Error) -> Self {
        use std::io::ErrorKind as Io;
        let kind = match error.kind() {
            _ if error.is_not_found() => Io::NotFound,
            _ if error.is_permission_denied() || error.is_unauthorized() => Io::PermissionDenied,
            _ if error.is_conflict() => Io::AlreadyExists,
            ErrorKind::Input | ErrorKind::Configuration => Io::InvalidInput,
            ErrorKind::Connect => Io::NotConnected,
            ErrorKind::Timeout => Io::TimedOut,
            ErrorKind::Interrupted => Io::ConnectionAborted,
            ErrorKind::Decode | ErrorKind::Mismatch | ErrorKind::Incomplete => Io::InvalidData,
            _ => Io::Other,
        };
        Self::new(kind, error)
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
