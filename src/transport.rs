//! Sends requests: headers, credential, timeouts, retries, limits of bodies, events.

use std::io;
use std::time::{Duration, SystemTime};

use futures_util::StreamExt;
use progenitor_client::{ClientHooks, OperationInfo};
use reqwest::Method;
use reqwest::header::{ACCEPT, AUTHORIZATION, HeaderValue, RETRY_AFTER};
use serde::Serialize;
use tokio::time::{Instant, timeout_at};
use tracing::Instrument;

use crate::credential::{Shared, authorization};
use crate::error::{Error, ErrorKind};
use crate::generated::{self, ByteStream, ResponseValue};
use crate::metadata::Metadata;
use crate::observability::{Attempt, Observer};
use crate::response::{Response, Undecoded};
use crate::retry::{Decision, Ending, RetryPolicy, decide};
use crate::sent_headers::Credentials;
use crate::server_message::mask_echoes;
use crate::values::Secret;
use crate::values::lenient::Body;

impl ClientHooks<Credentials> for generated::Client {
    async fn pre<E>(
        &self,
        request: &mut reqwest::Request,
        _: &OperationInfo,
    ) -> Result<(), generated::Error<E>> {
        // progenitor adds it, and no server needs it.
        request.headers_mut().remove("api-version");
        request
            .headers_mut()
            .insert(ACCEPT, HeaderValue::from_static("application/json"));
        request.headers_mut().extend(self.inner.0.clone());
        Ok(())
    }
}

/// Why a decoded value is not the requested one, as a sentence of this crate.
pub(crate) enum Unfit {
    /// It is about another trunk.
    Mismatch(&'static str),
    /// Its value is impossible.
    Malformed(&'static str),
}

/// Decodes the body of a response, and converts the value with `check`.
pub(crate) fn decode<T: Body, U>(
    transport: &Transport,
    call: &Call<'_>,
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
        Err(Undecoded::Refused) => Err(Error::status(operation, response, secrets)),
        Err(Undecoded::Malformed { reason, advice }) => {
            Err(Error::decode(operation, response, reason).advise(advice))
        }
    }
}

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
    pub(crate) raw: generated::Client,
    pub(crate) credential: Shared,
    pub(crate) limits: Limits,
    pub(crate) observer: Option<Observer>,
}

/// An operation to be sent.
pub(crate) struct Call<'a> {
    pub(crate) operation: &'static str,
    pub(crate) method: Method,
    /// Length of the request's body in bytes; 0 without one.
    pub(crate) request_bytes: usize,
    /// A password in the body, to be masked in messages that echo it.
    pub(crate) password: Option<&'a Secret>,
}

impl<'a> Call<'a> {
    pub(crate) fn new(operation: &'static str, method: Method) -> Self {
        Self {
            operation,
            method,
            request_bytes: 0,
            password: None,
        }
    }

    pub(crate) fn with_password(mut self, password: Option<&'a Secret>) -> Self {
        self.password = password;
        self
    }

    /// Records the length of the body for the span, since the request itself is built for each
    /// attempt, inside the span.
    pub(crate) fn with_body(mut self, body: &impl Serialize) -> Self {
        struct Length(usize);
        impl io::Write for Length {
            fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
                self.0 += bytes.len();
                Ok(bytes.len())
            }
            fn flush(&mut self) -> io::Result<()> {
                Ok(())
            }
        }
        let mut length = Length(0);
        // A body that cannot be serialized is an error when the request is built.
        if serde_json::to_writer(&mut length, body).is_ok() {
            self.request_bytes = length.0;
        }
        self
    }
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

/// What the generated methods return: progenitor's responses and errors with raw bytes.
pub(crate) type Raw = Result<ResponseValue<ByteStream>, generated::Error<ByteStream>>;

impl Transport {
    /// Sends a call, with retries. `understand` decodes a 2xx response. That is part of the
    /// attempt, so that observers see responses that could not be decoded.
    pub(crate) async fn send<T, F, Fut>(
        &self,
        call: &Call<'_>,
        request: F,
        understand: impl Fn(Response, &[&Secret]) -> Result<T, Error>,
    ) -> Result<Done<T>, Error>
    where
        F: Fn(generated::Client) -> Fut,
        Fut: Future<Output = Raw>,
    {
        let span = tracing::info_span!(
            "netsapiens",
            operation = call.operation,
            request_bytes = call.request_bytes
        );
        self.attempts(call, request, understand)
            .instrument(span)
            .await
    }

    async fn attempts<T, F, Fut>(
        &self,
        call: &Call<'_>,
        request: F,
        understand: impl Fn(Response, &[&Secret]) -> Result<T, Error>,
    ) -> Result<Done<T>, Error>
    where
        F: Fn(generated::Client) -> Fut,
        Fut: Future<Output = Raw>,
    {
        let limits = &self.limits;
        let last_end = deadline(limits.deadline);
        let (mut sent, mut lost) = (false, false);
        let mut attempt = 0;
        let mut before: Option<Error> = None;
        // The token that the server has refused.
        let mut rejected: Option<Secret> = None;
        loop {
            let token = match self.token(call, rejected.as_ref(), last_end).await {
                // The credential has no other token.
                Ok(token) if rejected.as_ref() == Some(&token) && before.is_some() => {
                    return Err(before
                        .take()
                        .unwrap_or_else(|| Error::timeout(call.operation)));
                }
                Ok(token) => token,
                Err(error) => return Err(error.after(attempt).after_others(sent, lost)),
            };
            let mut raw = self.raw.clone();
            let header = authorization(&token).map_err(|error| {
                Error::credential("the credential gave a token that cannot be sent")
                    .of(call.operation)
                    .caused_by(error)
                    .after(attempt)
                    .after_others(sent, lost)
            })?;
            raw.inner.0.insert(AUTHORIZATION, header);
            let secrets: Vec<&Secret> = [call.password, Some(&token), rejected.as_ref()]
                .into_iter()
                .flatten()
                .collect();

            attempt += 1;
            let begun = Instant::now();
            let end = deadline(limits.timeout).min(last_end);
            let response = read(limits, call, &secrets, request(raw), end).await;
            let response = response.map_err(|error| {
                if error.is_timeout() && Instant::now() >= last_end {
                    Error::deadline(call.operation, before.take())
                } else {
                    error
                }
            });
            let seen = response.as_ref().ok().map(Seen::of);
            let outcome = response.and_then(|response| match response.status.is_success() {
                true => {
                    let metadata =
                        Metadata::new(response.status, response.headers.clone(), attempt);
                    Ok(Done {
                        value: understand(response, &secrets)?,
                        metadata,
                    })
                }
                false => Err(Error::status(call.operation, response, &secrets)),
            });
            let error = outcome.as_ref().err();
            observe(
                call,
                self.observer.as_ref(),
                attempt,
                begun.elapsed(),
                seen,
                error,
            );
            let error = match outcome {
                Ok(done) => return Ok(done),
                Err(error) => error.after(attempt).after_others(sent, lost),
            };
            // The token was refused and nothing was carried out, so even a create may be sent with
            // another token. This happens once and does not count as a retry.
            if error.is_unauthorized() && rejected.is_none() {
                rejected = Some(token);
                before = Some(error);
                continue;
            }
            let ending = ending_of(&error);
            sent = error.may_have_been_sent();
            lost |= ending.is_some_and(Ending::is_lost);
            let number = attempt - u32::from(rejected.is_some());
            let decision = ending.map_or(Decision::Stop, |ending| {
                decide(
                    &limits.retry,
                    &call.method,
                    ending,
                    number,
                    SystemTime::now(),
                    fastrand::f64(),
                )
            });
            match decision {
                Decision::After(wait)
                    if wait < last_end.saturating_duration_since(Instant::now()) =>
                {
                    tokio::time::sleep(wait).await
                }
                _ => return Err(error),
            }
            before = Some(error);
        }
    }

    /// The token of the credential, within the deadline of the operation.
    async fn token(
        &self,
        call: &Call<'_>,
        rejected: Option<&Secret>,
        last_end: Instant,
    ) -> Result<Secret, Error> {
        match timeout_at(last_end, self.credential.0.token(rejected)).await {
            Ok(Ok(token)) => Ok(token),
            Ok(Err(error)) => Err(Error::credential("the credential gave no token")
                .of(call.operation)
                .caused_by(error)),
            Err(_) => Err(Error::credential("the credential gave no token in time")
                .of(call.operation)
                .advise("Raise `ClientBuilder::deadline` if it needs longer")),
        }
    }
}

/// How a failed attempt ended; `None` where a retry would fail in the same way.
fn ending_of(error: &Error) -> Option<Ending<'_>> {
    match error.kind() {
        ErrorKind::Connect => Some(Ending::NotSent),
        ErrorKind::Timeout | ErrorKind::Interrupted => Some(Ending::NoResponse),
        ErrorKind::Status => error
            .status_code()
            .map(|status| Ending::Status(status, error.header(RETRY_AFTER.as_str()))),
        _ => None,
    }
}

/// One attempt: reads the response with its body, whatever the status, until `end`.
async fn read(
    limits: &Limits,
    call: &Call<'_>,
    secrets: &[&Secret],
    raw: impl Future<Output = Raw>,
    end: Instant,
) -> Result<Response, Error> {
    let operation = call.operation;
    let response = match timeout_at(end, raw).await {
        Err(_) => return Err(Error::timeout(operation)),
        Ok(Ok(response) | Err(generated::Error::ErrorResponse(response))) => response,
        Ok(Err(generated::Error::UnexpectedResponse(response))) => ResponseValue::stream(response),
        Ok(Err(generated::Error::CommunicationError(error))) => {
            return Err(Error::network(operation, error));
        }
        // The hooks return no errors of their own, and the generated code does not decode raw
        // responses.
        Ok(Err(_)) => {
            return Err(Error::configuration("the request could not be built").of(operation));
        }
    };
    let (status, mut headers) = (response.status(), response.headers().clone());
    mask_echoes(&mut headers, secrets);
    let mut stream = response.into_inner_stream();
    let mut body = Vec::new();
    let broken = loop {
        match timeout_at(end, stream.next()).await {
            Err(_) => break Error::timeout(operation),
            Ok(None) => {
                return Ok(Response {
                    status,
                    headers,
                    body,
                });
            }
            Ok(Some(Err(error))) => break Error::network(operation, error),
            Ok(Some(Ok(chunk))) if body.len() + chunk.len() > limits.body_bytes => {
                let reason = format!(
                    "the response is longer than {} bytes, the client's limit for bodies",
                    limits.body_bytes
                );
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
            Ok(Some(Ok(chunk))) => body.extend_from_slice(&chunk),
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
    call: &Call<'_>,
    observer: Option<&Observer>,
    number: u32,
    elapsed: Duration,
    seen: Option<Seen>,
    error: Option<&Error>,
) {
    // A read whose body was cut off has no response, but an error with what was received.
    let status = seen
        .map(|seen| seen.status)
        .or_else(|| error?.status_code());
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
