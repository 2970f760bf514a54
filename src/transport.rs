//! Between the generated methods and the wire: headers, paths, attempts, bounded bodies.

use std::fmt;
use std::time::{Duration, SystemTime};

use futures_util::StreamExt;
use progenitor_client::{ClientHooks, OperationInfo};
use reqwest::Method;
use reqwest::header::{ACCEPT, HeaderMap, HeaderValue, RETRY_AFTER};
use tokio::time::Instant;
use tracing::Instrument;

use crate::error::Error;
use crate::generated::{self, ByteStream, ResponseValue};
use crate::observability::{Attempt, Observer};
use crate::response::{Response, Undecoded};
use crate::retry::{Decision, Outcome, RetryPolicy, decide};
use crate::values::Secret;
use crate::values::lenient::Body;

/// Headers that every request carries. `Debug` shows their names alone.
#[derive(Clone)]
pub(crate) struct Credentials(pub(crate) HeaderMap);

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.0.keys()).finish()
    }
}

impl ClientHooks<Credentials> for generated::Client {
    async fn pre<E>(
        &self,
        request: &mut reqwest::Request,
        _: &OperationInfo,
    ) -> Result<(), generated::Error<E>> {
        // The generator adds it; no server asks for it.
        request.headers_mut().remove("api-version");
        request
            .headers_mut()
            .insert(ACCEPT, HeaderValue::from_static("application/json"));
        request.headers_mut().extend(self.inner.0.clone());
        // `@` is on the wire as `%40` in the captured request
        // (get_connection/200-registered-pri.json); a `+` of base64 would be a space to servers
        // that decode paths like forms.
        let path = request.url().path().replace('@', "%40").replace('+', "%2B");
        request.url_mut().set_path(&path);
        // The span of `send`, which does not see the request.
        let bytes = request
            .body()
            .and_then(reqwest::Body::as_bytes)
            .map_or(0, <[u8]>::len);
        tracing::Span::current().record("request_bytes", bytes);
        Ok(())
    }
}

/// The body of a response as a value.
pub(crate) fn decode<T: Body>(
    limits: &Limits,
    call: &Call<'_>,
    response: Response,
) -> Result<T, Error> {
    let attempt = response.attempt;
    let decoded = response.decode(call.operation, limits.trunks);
    decoded.map_err(|undecoded| {
        let error = match undecoded {
            Undecoded::Refused => Error::status(call.operation, response, &call.secrets),
            Undecoded::Malformed(reason) => Error::decode(call.operation, response, reason),
        };
        error.after(attempt)
    })
}

/// Bounds of every operation of a client.
#[derive(Debug, Clone)]
pub(crate) struct Limits {
    /// For all attempts of an operation together.
    pub(crate) deadline: Duration,
    /// For the body of an answer.
    pub(crate) body_bytes: usize,
    /// For the trunks in one response.
    pub(crate) trunks: usize,
    pub(crate) retry: RetryPolicy,
}

/// One operation to be sent.
pub(crate) struct Call<'a> {
    pub(crate) operation: &'static str,
    pub(crate) method: Method,
    /// What must not come back in a message.
    pub(crate) secrets: Vec<&'a Secret>,
    pub(crate) observer: Option<&'a Observer>,
}

/// The end of a time from now on. Of one that the clock cannot hold it is an end that no program
/// waits for.
pub(crate) fn deadline(within: Duration) -> Instant {
    const NEVER: Duration = Duration::from_secs(100 * 365 * 24 * 3600);
    let start = Instant::now();
    start.checked_add(within).unwrap_or(start + NEVER)
}

/// What the generated methods give: progenitor's answers and errors with raw bytes.
pub(crate) type Raw = Result<ResponseValue<ByteStream>, generated::Error<ByteStream>>;

/// Sends a call as often as its policy allows. `Ok` is a success of the server, any 2xx.
pub(crate) async fn send<F, Fut>(
    limits: &Limits,
    call: &Call<'_>,
    request: F,
) -> Result<Response, Error>
where
    F: Fn() -> Fut,
    Fut: Future<Output = Raw>,
{
    let span = tracing::info_span!(
        "netsapiens",
        operation = call.operation,
        request_bytes = tracing::field::Empty
    );
    attempts(limits, call, request).instrument(span).await
}

async fn attempts<F, Fut>(limits: &Limits, call: &Call<'_>, request: F) -> Result<Response, Error>
where
    F: Fn() -> Fut,
    Fut: Future<Output = Raw>,
{
    let deadline = deadline(limits.deadline);
    let mut sent = false;
    let mut attempt = 0;
    let mut last = None;
    loop {
        attempt += 1;
        let begun = Instant::now();
        let outcome =
            match tokio::time::timeout_at(deadline, read(limits, call, attempt, request())).await {
                Ok(outcome) => outcome.and_then(|answer| match answer.status.is_success() {
                    true => Ok(answer),
                    false => Err(Error::status(call.operation, answer, &call.secrets)),
                }),
                Err(_) => Err(Error::deadline(call.operation, last.take())),
            };
        observe(call, attempt, begun.elapsed(), &outcome);
        let error = match outcome {
            Ok(answer) => return Ok(answer),
            Err(error) => error.sent_before(sent).after(attempt),
        };
        sent = error.may_have_been_sent();
        let wait = match outcome_of(&error) {
            Some(outcome) => decide(
                &limits.retry,
                &call.method,
                outcome,
                attempt,
                SystemTime::now(),
                fastrand::f64(),
            ),
            None => Decision::Stop,
        };
        match wait {
            Decision::After(wait) if wait < deadline.saturating_duration_since(Instant::now()) => {
                tokio::time::sleep(wait).await
            }
            _ => return Err(error),
        }
        last = Some(error);
    }
}

/// What the retry decision is told; nothing where another attempt cannot end otherwise.
fn outcome_of(error: &Error) -> Option<Outcome<'_>> {
    match () {
        () if error.is_connect() => Some(Outcome::NotSent),
        () if error.is_timeout() || error.is_interrupted() => Some(Outcome::Lost),
        () if error.is_decode() => None,
        () => error
            .status_code()
            .map(|status| Outcome::Status(status, error.header(RETRY_AFTER.as_str()))),
    }
}

/// One attempt: the answer with its body, whatever the status.
async fn read(
    limits: &Limits,
    call: &Call<'_>,
    attempt: u32,
    raw: impl Future<Output = Raw>,
) -> Result<Response, Error> {
    let operation = call.operation;
    let response = match raw.await {
        Ok(response) | Err(generated::Error::ErrorResponse(response)) => response,
        Err(generated::Error::UnexpectedResponse(response)) => ResponseValue::stream(response),
        Err(generated::Error::CommunicationError(error)) => {
            return Err(Error::network(operation, error));
        }
        // Our hooks give no error of their own, and raw answers are not decoded by the generated
        // code.
        Err(_) => return Err(Error::configuration("the request could not be built").of(operation)),
    };
    let (status, headers) = (response.status(), response.headers().clone());
    let mut stream = response.into_inner_stream();
    let mut body = Vec::new();
    let broken = loop {
        match stream.next().await {
            None => {
                return Ok(Response {
                    status,
                    headers,
                    body,
                    attempt,
                });
            }
            Some(Err(error)) => break Some(error),
            Some(Ok(chunk)) if body.len() + chunk.len() > limits.body_bytes => break None,
            Some(Ok(chunk)) => body.extend_from_slice(&chunk),
        }
    };
    // Only a read that succeeded needs its body whole. A refusal is one whatever follows the
    // status; and a write that was accepted is done, so that calling it a failure would have it
    // done again.
    if !status.is_success() || call.method != Method::GET {
        let body = if status.is_success() {
            Vec::new()
        } else {
            body
        };
        return Ok(Response {
            status,
            headers,
            body,
            attempt,
        });
    }
    Err(match broken {
        Some(error) => Error::network(operation, error),
        None => {
            let reason = format!(
                "the answer is longer than {} bytes, the client's limit for bodies",
                limits.body_bytes
            );
            Error::decode(
                operation,
                Response {
                    status,
                    headers,
                    body,
                    attempt,
                },
                reason,
            )
        }
    })
}

/// Tells what became of an attempt. No URL, no pattern, no body.
fn observe(call: &Call<'_>, number: u32, elapsed: Duration, outcome: &Result<Response, Error>) {
    let (status, body, failure) = match outcome {
        Ok(answer) => (Some(answer.status.as_u16()), Some(answer.body.len()), None),
        Err(error) => (
            error.status_code(),
            error.body().map(<[u8]>::len),
            Some(error.kind()),
        ),
    };
    let (operation, elapsed_ms) = (
        call.operation,
        u64::try_from(elapsed.as_millis()).unwrap_or(u64::MAX),
    );
    match outcome {
        Ok(_) => tracing::debug!(
            operation,
            attempt = number,
            elapsed_ms,
            status,
            body_bytes = body,
            "answered"
        ),
        // An answer, too: `get` makes `None` of it.
        Err(error) if error.is_not_found() => {
            tracing::debug!(operation, attempt = number, elapsed_ms, status, body_bytes = body, kind = ?error.kind(), "failed");
        }
        Err(error) => {
            tracing::warn!(operation, attempt = number, elapsed_ms, status, body_bytes = body, kind = ?error.kind(), "failed")
        }
    }
    if let Some(Observer(observer)) = call.observer {
        observer(&Attempt {
            operation,
            number,
            elapsed,
            status,
            body_bytes: body,
            failure,
        });
    }
}
