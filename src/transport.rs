//! Sends requests: headers, credential, timeouts, retries, limits of bodies, events.

use std::time::{Duration, SystemTime};

use reqwest::Method;
use reqwest::header::{ACCEPT, AUTHORIZATION, HeaderValue, RETRY_AFTER};
use tokio::time::{Instant, timeout_at};
use tracing::Instrument;

use crate::call::Call;
use crate::credential::{Shared, authorization};
use crate::error::{Error, ErrorKind};
use crate::metadata::Metadata;
use crate::observability::{Attempt, Observer};
use crate::response::{Response, Undecoded};
use crate::retry::{Decision, Ending, RetryPolicy, decide};
use crate::server_message::mask_echoes;
use crate::values::Secret;
use crate::values::lenient::Body;

/// Why a decoded value is not the requested one, as a sentence of this crate.
pub(crate) enum Unfit {
    /// It is about another trunk.
    Mismatch(&'static str),
    /// Its value is impossible.
    Malformed(&'static str),
}

/// Decodes the body of a response, and converts the value with `check`.
fn decode<T: Body, U>(
    transport: &Transport,
    call: &Call,
    response: Response,
    secrets: &[&Secret],
    check: impl FnOnce(T) -> Result<U, Unfit>,
) -> Result<U, Error> {
    let operation = call.operation;
    match response.decode(operation, transport.limits.trunks) {
        Ok(value) => check(value).map_err(|unfit| match unfit {
            Unfit::Mismatch(reason) => Error::mismatch(operation, response, reason),
            Unfit::Malformed(reason) => Error::decode(operation, response, reason),
        }),
        Err(Undecoded::Refused) => Err(Error::of_status(operation, response, secrets)),
        Err(Undecoded::Malformed { reason, advice }) => {
            Err(Error::decode(operation, response, reason).advise(advice))
        }
    }
}

/// Header that appears in the server's logs (documented).
const LOG_TAG: &str = "x-netsapiens-log";

/// What to do about a body that exceeds the limit.
const TOO_LONG: &str = "Read page by page with `stream`, or raise `ClientBuilder::max_body_bytes`";

/// Limits and timeouts of every operation of a client.
#[derive(Debug, Clone)]
pub(crate) struct Limits {
    /// Of one attempt.
    pub(crate) timeout: Duration,
    /// Of all attempts of an operation together.
    pub(crate) deadline: Duration,
    /// Limit of the body of a response.
    pub(crate) body_bytes: usize,
    /// Limit of the trunks in one response.
    pub(crate) trunks: usize,
    pub(crate) retry: RetryPolicy,
}

/// Sends requests to one server.
#[derive(Debug, Clone)]
pub(crate) struct Transport {
    pub(crate) http: reqwest::Client,
    /// Scheme, host, port and base path.
    pub(crate) base: String,
    pub(crate) log_tag: Option<HeaderValue>,
    pub(crate) credential: Shared,
    pub(crate) limits: Limits,
    pub(crate) observer: Option<Observer>,
}

/// The value of a successful call, with its metadata.
pub(crate) struct Done<T> {
    pub(crate) value: T,
    pub(crate) metadata: Metadata,
}

/// The instant after this duration. One that the clock cannot represent is replaced by one in a
/// hundred years.
pub(crate) fn deadline(within: Duration) -> Instant {
    const NEVER: Duration = Duration::from_secs(100 * 365 * 24 * 3600);
    let start = Instant::now();
    start.checked_add(within).unwrap_or(start + NEVER)
}

impl Transport {
    /// Sends a read, and decodes the body of its response; `check` converts the value.
    pub(crate) async fn read<T: Body, U>(
        &self,
        call: &Call,
        check: impl Fn(T) -> Result<U, Unfit>,
    ) -> Result<Done<U>, Error> {
        self.send(call, |response, secrets| {
            decode(self, call, response, secrets, &check)
        })
        .await
    }

    /// Sends a call, with retries. `understand` decodes a 2xx response. That is part of the
    /// attempt, so that observers see responses that could not be decoded.
    pub(crate) async fn send<T>(
        &self,
        call: &Call,
        understand: impl Fn(Response, &[&Secret]) -> Result<T, Error>,
    ) -> Result<Done<T>, Error> {
        let span = tracing::info_span!(
            "netsapiens",
            operation = call.operation,
            request_bytes = call.body_bytes()
        );
        let attempts = async {
            let mut attempts = Attempts::of(self, call)?;
            loop {
                attempts.authorize().await?;
                let outcome = attempts.next().await.and_then(|response| {
                    let metadata = attempts.metadata(&response);
                    let value = understand(response, &attempts.secrets())?;
                    Ok(Done { value, metadata })
                });
                attempts.observe(outcome.as_ref().err());
                match outcome {
                    Ok(done) => return Ok(done),
                    Err(error) => attempts.recover(error).await?,
                }
            }
        };
        attempts.instrument(span).await
    }
}

/// The attempts of one call. Nothing of it depends on what the response is decoded to, so it is
/// compiled once.
struct Attempts<'a> {
    transport: &'a Transport,
    call: &'a Call,
    /// Without the credential.
    request: reqwest::Request,
    /// The deadline of all attempts together.
    last_end: Instant,
    /// How many have begun.
    number: u32,
    begun: Instant,
    token: Option<Secret>,
    /// The token that the server has refused.
    rejected: Option<Secret>,
    /// The response to this attempt.
    seen: Option<Seen>,
    /// How the attempt before this one failed.
    before: Option<Error>,
    /// Whether an earlier attempt may have been sent, and whether the response to one was lost.
    sent: bool,
    lost: bool,
}

impl<'a> Attempts<'a> {
    fn of(transport: &'a Transport, call: &'a Call) -> Result<Self, Error> {
        let request = call.request(&transport.base);
        let mut request = request.map_err(|error| error.of(call.operation))?;
        let headers = request.headers_mut();
        headers.insert(ACCEPT, HeaderValue::from_static("application/json"));
        if let Some(tag) = &transport.log_tag {
            headers.insert(LOG_TAG, tag.clone());
        }
        Ok(Self {
            transport,
            call,
            request,
            last_end: deadline(transport.limits.deadline),
            number: 0,
            begun: Instant::now(),
            token: None,
            rejected: None,
            seen: None,
            before: None,
            sent: false,
            lost: false,
        })
    }

    /// What a server may echo and no message may show.
    fn secrets(&self) -> Vec<&Secret> {
        [&self.call.password, &self.token, &self.rejected]
            .into_iter()
            .flatten()
            .collect()
    }

    fn metadata(&self, response: &Response) -> Metadata {
        Metadata::new(response.status, response.headers.clone(), self.number)
    }

    /// Adds to an error what is known about the attempts.
    fn after(&self, error: Error) -> Error {
        error.after(self.number).after_others(self.sent, self.lost)
    }

    /// Gets the token for the next attempt from the credential, within the deadline. Each error is
    /// final.
    async fn authorize(&mut self) -> Result<(), Error> {
        let credential = &self.transport.credential.0;
        let refuse = |reason| Error::credential(reason).of(self.call.operation);
        let asked = timeout_at(self.last_end, credential.token(self.rejected.as_ref())).await;
        let token = match asked {
            Ok(Ok(token)) => token,
            Ok(Err(error)) => {
                let error = refuse("the credential gave no token").caused_by(error);
                return Err(self.after(error));
            }
            Err(_) => {
                let error = refuse("the credential gave no token in time")
                    .advise("Raise `ClientBuilder::deadline` if it needs longer");
                return Err(self.after(error));
            }
        };
        if self.rejected.as_ref() == Some(&token)
            && let Some(refusal) = self.before.take()
        {
            return Err(refusal);
        }
        let header = authorization(&token).map_err(|error| {
            self.after(refuse("the credential gave a token that cannot be sent").caused_by(error))
        })?;
        self.request.headers_mut().insert(AUTHORIZATION, header);
        self.token = Some(token);
        Ok(())
    }

    /// The next attempt: a 2xx response with its body, or an error.
    async fn next(&mut self) -> Result<Response, Error> {
        let (call, limits) = (self.call, &self.transport.limits);
        self.number += 1;
        self.begun = Instant::now();
        self.seen = None;
        let Some(request) = self.request.try_clone() else {
            return Err(Error::configuration("the body is a stream").of(call.operation));
        };
        let end = deadline(limits.timeout).min(self.last_end);
        let sending = self.transport.http.execute(request);
        let response = match read(limits, call, &self.secrets(), sending, end).await {
            Err(error) if error.is_timeout() && Instant::now() >= self.last_end => {
                return Err(Error::deadline(call.operation, self.before.take()));
            }
            other => other?,
        };
        self.seen = Some(Seen::of(&response));
        match response.status.is_success() {
            true => Ok(response),
            false => Err(Error::of_status(call.operation, response, &self.secrets())),
        }
    }

    /// Waits until the next attempt may begin; returns the error where there must be none.
    async fn recover(&mut self, error: Error) -> Result<(), Error> {
        let error = self.after(error);
        // The token was refused and nothing was carried out, so even a create may be sent with
        // another token. This happens once and does not count as a retry.
        if error.is_unauthorized() && self.rejected.is_none() {
            self.rejected = self.token.take();
            self.before = Some(error);
            return Ok(());
        }
        let ending = ending_of(&error);
        self.sent = error.may_have_been_sent();
        self.lost |= ending.is_some_and(Ending::is_lost);
        let number = self.number - u32::from(self.rejected.is_some());
        let decision = ending.map_or(Decision::Stop, |ending| {
            decide(
                &self.transport.limits.retry,
                &self.call.method,
                ending,
                number,
                SystemTime::now(),
                fastrand::f64(),
            )
        });
        match decision {
            Decision::After(wait)
                if wait < self.last_end.saturating_duration_since(Instant::now()) =>
            {
                tokio::time::sleep(wait).await;
                self.before = Some(error);
                Ok(())
            }
            _ => Err(error),
        }
    }

    fn observe(&self, error: Option<&Error>) {
        observe(
            self.call,
            self.transport.observer.as_ref(),
            self.number,
            self.begun.elapsed(),
            self.seen,
            error,
        );
    }
}

/// How a failed attempt ended; `None` where a retry would fail in the same way.
fn ending_of(error: &Error) -> Option<Ending<'_>> {
    match error.kind() {
        ErrorKind::Connect => Some(Ending::NotSent),
        ErrorKind::Timeout | ErrorKind::Interrupted => Some(Ending::NoResponse),
        ErrorKind::Status => error
            .refusal()
            .map(|status| Ending::Status(status, error.header(RETRY_AFTER.as_str()))),
        _ => None,
    }
}

/// One attempt: reads the response with its body, whatever the status, until `end`.
async fn read(
    limits: &Limits,
    call: &Call,
    secrets: &[&Secret],
    sending: impl Future<Output = reqwest::Result<reqwest::Response>>,
    end: Instant,
) -> Result<Response, Error> {
    let operation = call.operation;
    let mut response = match timeout_at(end, sending).await {
        Err(_) => return Err(Error::timeout(operation)),
        Ok(Err(error)) => return Err(Error::network(operation, error)),
        Ok(Ok(response)) => response,
    };
    let (status, mut headers) = (response.status(), response.headers().clone());
    mask_echoes(&mut headers, secrets);
    let mut body = Vec::new();
    let broken = loop {
        match timeout_at(end, response.chunk()).await {
            Err(_) => break Error::timeout(operation),
            Ok(Ok(None)) => {
                return Ok(Response {
                    status,
                    headers,
                    body,
                });
            }
            Ok(Err(error)) => break Error::network(operation, error),
            Ok(Ok(Some(chunk))) if chunk.len() > limits.body_bytes - body.len() => {
                let reason = format!(
                    "the response is longer than {} bytes, the client's limit for bodies",
                    limits.body_bytes
                );
                body.extend_from_slice(&chunk[..limits.body_bytes - body.len()]);
                let cut = Response {
                    status,
                    headers: headers.clone(),
                    body: std::mem::take(&mut body),
                };
                // An error keeps what was received of its body.
                if !status.is_success() {
                    return Ok(cut);
                }
                break Error::decode(operation, cut, reason).advise(TOO_LONG);
            }
            Ok(Ok(Some(chunk))) => body.extend_from_slice(&chunk),
        }
    };
    // Only a successful read needs its complete body. An error status is an error without it too.
    // And a write that was accepted is done: reporting a failure would cause it to be done again.
    if status.is_success() && call.method == Method::GET {
        return Err(broken);
    }
    if status.is_success() {
        body = Vec::new();
    }
    Ok(Response {
        status,
        headers,
        body,
    })
}

/// What an observer gets to know about a response.
#[derive(Clone, Copy)]
struct Seen {
    status: u16,
    body_bytes: usize,
}

impl Seen {
    fn of(response: &Response) -> Self {
        Self {
            status: response.status.as_u16(),
            body_bytes: response.body.len(),
        }
    }
}

/// Reports an attempt to tracing and the observer, without URL, pattern and body.
fn observe(
    call: &Call,
    observer: Option<&Observer>,
    number: u32,
    elapsed: Duration,
    seen: Option<Seen>,
    error: Option<&Error>,
) {
    // A read whose body was cut off has no response, but an error with what was received.
    let status = seen.map(|seen| seen.status).or_else(|| error?.status());
    let body_bytes = seen
        .map(|seen| seen.body_bytes)
        .or_else(|| error?.body_bytes());
    let (operation, kind) = (call.operation, error.map(Error::kind));
    let elapsed_ms = u64::try_from(elapsed.as_millis()).unwrap_or(u64::MAX);
    macro_rules! event {
        ($level:ident, $($rest:tt)*) => {
            tracing::$level!(
                operation, attempt = number, elapsed_ms, status, body_bytes, $($rest)*
            )
        };
    }
    match (error, kind) {
        // Not a failure to `get`, which returns `None`.
        (Some(error), Some(kind)) if error.is_not_found() => event!(debug, ?kind, "failed"),
        (_, Some(kind)) => event!(warn, ?kind, "failed"),
        (_, None) => event!(debug, "succeeded"),
    }
    if let Some(Observer(observer)) = observer {
        observer(&Attempt {
            operation,
            number,
            elapsed,
            status,
            body_bytes,
            failure: kind,
        });
    }
}
