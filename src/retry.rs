//! The retry policy, and the decision whether to retry as a pure function.

use std::time::{Duration, SystemTime};

use reqwest::Method;

/// How often and after which wait a request is retried.
///
/// Reads, updates and deletes are retried after a failed or broken connection, a timeout, and the
/// statuses 408, 429, 502, 503 and 504. A create is retried only when it certainly was not sent.
/// The HTTP library's own retries are switched off.
///
/// Waits use exponential backoff with full jitter: each is drawn at random between 0 and a bound
/// that doubles, so that many clients do not retry at the same moment. A `Retry-After` of the
/// server, in seconds or as a date, is honoured up to `max_retry_after`; a fraction of a second is
/// rounded up. An invalid value, a negative number for example, is ignored.
///
/// ```
/// use std::time::Duration;
/// use netsapiens_connections::RetryPolicy;
///
/// let patient = RetryPolicy::new().max_attempts(6).max_backoff(Duration::from_secs(20));
/// assert_eq!(patient.initial_backoff, RetryPolicy::default().initial_backoff);
/// assert_eq!(RetryPolicy::never().max_attempts, 1);
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct RetryPolicy {
    /// Maximum number of attempts, including the first. 3 by default; 0 counts as 1.
    pub max_attempts: u32,
    /// Upper bound of the first wait; it doubles with each attempt. 250 ms by default.
    pub initial_backoff: Duration,
    /// Upper bound of every wait without a `Retry-After`. 5 s by default.
    pub max_backoff: Duration,
    /// Longest `Retry-After` that is honoured; after a longer one there is no retry. 30 s by
    /// default.
    pub max_retry_after: Duration,
}

impl Default for RetryPolicy {
    fn default() -> Self {
        Self {
            max_attempts: 3,
            initial_backoff: Duration::from_millis(250),
            max_backoff: Duration::from_secs(5),
            max_retry_after: Duration::from_secs(30),
        }
    }
}

impl RetryPolicy {
    /// The default policy; change it with the setters.
    pub fn new() -> Self {
        Self::default()
    }

    /// A policy without retries.
    pub fn never() -> Self {
        Self::new().max_attempts(1)
    }

    /// Maximum number of attempts, including the first. 3 by default; 0 counts as 1.
    #[must_use]
    pub fn max_attempts(mut self, attempts: u32) -> Self {
        self.max_attempts = attempts;
        self
    }

    /// Upper bound of the first wait; it doubles with each attempt. 250 ms by default.
    #[must_use]
    pub fn initial_backoff(mut self, wait: Duration) -> Self {
        self.initial_backoff = wait;
        self
    }

    /// Upper bound of every wait without a `Retry-After`. 5 s by default.
    #[must_use]
    pub fn max_backoff(mut self, wait: Duration) -> Self {
        self.max_backoff = wait;
        self
    }

    /// Longest `Retry-After` that is honoured; after a longer one there is no retry. 30 s by
    /// default.
    #[must_use]
    pub fn max_retry_after(mut self, wait: Duration) -> Self {
        self.max_retry_after = wait;
        self
    }
}

/// How a failed attempt ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ending<'a> {
    /// There was no connection; the request certainly was not sent.
    NotSent,
    /// The connection broke or the attempt timed out; the request may have been received.
    NoResponse,
    /// The server or a gateway responded with this status and `Retry-After`.
    Status(u16, Option<&'a str>),
}

impl Ending<'_> {
    /// Whether the request may have been carried out and its response lost. With 502 and 504 a
    /// gateway says that it got no response from the server. Other statuses are responses to the
    /// request: 429 and 503 refuse it, and 408 says that it was not received completely.
    pub(crate) fn is_lost(self) -> bool {
        match self {
            Self::NotSent => false,
            Self::NoResponse => true,
            Self::Status(status, _) => matches!(status, 502 | 504),
        }
    }
}

/// Whether to retry, and after which wait.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Decision {
    Stop,
    After(Duration),
}

/// Statuses of transient failures.
pub(crate) fn is_transient(status: u16) -> bool {
    matches!(status, 408 | 429 | 502 | 503 | 504)
}

/// Decides whether and when attempt number `attempt` (from 1) is retried. `random` is from 0 to 1.
pub(crate) fn decide(
    policy: &RetryPolicy,
    method: &Method,
    ending: Ending<'_>,
    attempt: u32,
    now: SystemTime,
    random: f64,
) -> Decision {
    let may_retry = match ending {
        Ending::NotSent => true,
        Ending::NoResponse => *method != Method::POST,
        Ending::Status(status, _) => is_transient(status) && *method != Method::POST,
    };
    if !may_retry || attempt >= policy.max_attempts {
        return Decision::Stop;
    }
    if let Ending::Status(_, Some(text)) = ending
        && let Some(wait) = retry_after(text, now)
    {
        return if wait <= policy.max_retry_after {
            Decision::After(wait)
        } else {
            Decision::Stop
        };
    }
    let doubled = policy
        .initial_backoff
        .saturating_mul(2_u32.saturating_pow(attempt - 1));
    Decision::After(
        doubled
            .min(policy.max_backoff)
            .mul_f64(random.clamp(0.0, 1.0)),
    )
}

/// The wait that a `Retry-After` asks for, in seconds or as an HTTP date; `None` where it is
/// neither, a negative number for example. A date in the past means no wait.
fn retry_after(text: &str, now: SystemTime) -> Option<Duration> {
    let text = text.trim();
    seconds(text).or_else(|| Some(date(text, now)?.duration_since(now).unwrap_or_default()))
}

/// A number of seconds. A fraction, which is not standard and which some gateways send, is rounded
/// up. A number that is too large is the longest duration.
fn seconds(text: &str) -> Option<Duration> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, "0"));
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if !digits(whole) || !digits(fraction) {
        return None;
    }
    let more = u64::from(fraction.bytes().any(|byte| byte != b'0'));
    Some(whole.parse::<u64>().map_or(Duration::MAX, |whole| {
        Duration::from_secs(whole.saturating_add(more))
    }))
}

/// A date in one of the three formats of RFC 9110, section 5.6.7. A year of two digits is the
/// latest one with these digits that is at most 50 years in the future.
fn date(text: &str, now: SystemTime) -> Option<SystemTime> {
    let Some((day, time)) = text
        .split_once(", ")
        .and_then(|(_, rest)| rest.split_once(' '))
        .filter(|(day, _)| day.contains('-'))
    else {
        return httpdate::parse_http_date(text).ok();
    };
    let [day, month, year]: [&str; 3] = day.split('-').collect::<Vec<_>>().try_into().ok()?;
    let horizon = now + FIFTY_YEARS;
    // The weekday is not used: it fits only one century, and may be wrong.
    let in_century = |century| {
        ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]
            .into_iter()
            .find_map(|weekday| {
                let full = format!("{weekday}, {day} {month} {century}{year} {time}");
                httpdate::parse_http_date(&full).ok()
            })
    };
    let meant = ["21", "20", "19"].into_iter().filter_map(in_century);
    meant.into_iter().find(|date| *date <= horizon)
}

const FIFTY_YEARS: Duration = Duration::from_secs(50 * 31_556_952);

#[cfg(test)]
mod tests {
    use super::*;

    /// Sun, 06 Nov 1994 08:49:37 GMT, the date of RFC 9110's examples.
    const NOW: Duration = Duration::from_secs(784_111_777);

    fn decided(method: &Method, ending: Ending<'_>, attempt: u32) -> Decision {
        decide(
            &RetryPolicy::default(),
            method,
            ending,
            attempt,
            SystemTime::UNIX_EPOCH + NOW,
            1.0,
        )
    }

    fn millis(millis: u64) -> Decision {
        Decision::After(Duration::from_millis(millis))
    }

    #[test]
    fn what_is_retried() {
        use Ending::{NoResponse, NotSent, Status};
        let retry = millis(250);
        let stop = Decision::Stop;
        #[rustfmt::skip]
        let table = [
            // ending                  GET    PUT    DELETE POST
            (NotSent,                 [retry, retry, retry, retry]),
            (NoResponse,              [retry, retry, retry, stop]),
            (Status(408, None),       [retry, retry, retry, stop]),
            (Status(429, None),       [retry, retry, retry, stop]),
            (Status(502, None),       [retry, retry, retry, stop]),
            (Status(503, None),       [retry, retry, retry, stop]),
            (Status(504, None),       [retry, retry, retry, stop]),
            (Status(200, None),       [stop,  stop,  stop,  stop]),
            (Status(301, None),       [stop,  stop,  stop,  stop]),
            (Status(400, None),       [stop,  stop,  stop,  stop]),
            (Status(401, None),       [stop,  stop,  stop,  stop]),
            (Status(403, None),       [stop,  stop,  stop,  stop]),
            (Status(404, None),       [stop,  stop,  stop,  stop]),
            (Status(409, None),       [stop,  stop,  stop,  stop]),
            (Status(500, None),       [stop,  stop,  stop,  stop]),
            (Status(501, None),       [stop,  stop,  stop,  stop]),
        ];
        for (ending, expected) in table {
            let methods = [Method::GET, Method::PUT, Method::DELETE, Method::POST];
            for (method, expected) in methods.iter().zip(expected) {
                assert_eq!(decided(method, ending, 1), expected, "{method} {ending:?}");
            }
        }
    }

    #[test]
    fn the_last_attempt_is_not_retried() {
        assert_eq!(decided(&Method::GET, Ending::NoResponse, 2), millis(500));
        assert_eq!(decided(&Method::GET, Ending::NoResponse, 3), Decision::Stop);
    }

    #[test]
    fn waits_double_up_to_the_bound() {
        let policy = RetryPolicy::new().max_attempts(u32::MAX);
        let waits = [
            (1, 250),
            (2, 500),
            (3, 1000),
            (4, 2000),
            (5, 4000),
            (6, 5000),
            (7, 5000),
            (4_000_000, 5000),
        ];
        for (attempt, wait) in waits {
            let decision = decide(
                &policy,
                &Method::GET,
                Ending::NoResponse,
                attempt,
                SystemTime::UNIX_EPOCH,
                1.0,
            );
            assert_eq!(decision, millis(wait), "attempt {attempt}");
        }
    }

    #[test]
    fn jitter_draws_from_the_whole_wait() {
        let policy = RetryPolicy::default();
        for (random, wait) in [(0.0, 0), (0.5, 125), (1.0, 250)] {
            let decision = decide(
                &policy,
                &Method::GET,
                Ending::NoResponse,
                1,
                SystemTime::UNIX_EPOCH,
                random,
            );
            assert_eq!(decision, millis(wait));
        }
    }

    #[test]
    fn retry_after_is_honoured_up_to_its_bound() {
        let table = [
            ("0", millis(0)),
            ("7", millis(7000)),
            ("30", millis(30_000)),
            ("31", Decision::Stop),
            (" 7 ", millis(7000)),
            ("0.0", millis(0)),
            ("0.2", millis(1000)),
            ("1.5", millis(2000)),
            ("7.000", millis(7000)),
            ("29.001", millis(30_000)),
            ("30.5", Decision::Stop),
            // Beyond 64 bits, whole and with a fraction.
            ("18446744073709551615", Decision::Stop),
            ("18446744073709551616", Decision::Stop),
            ("99999999999999999999999999.5", Decision::Stop),
            // The three formats of HTTP, 3 seconds ahead, past, and an hour ahead.
            ("Sun, 06 Nov 1994 08:49:40 GMT", millis(3000)),
            ("Sun, 06 Nov 1994 08:49:30 GMT", millis(0)),
            ("Sun, 06 Nov 1994 09:49:40 GMT", Decision::Stop),
            ("Sunday, 06-Nov-94 08:49:40 GMT", millis(3000)),
            ("Sunday, 06-Nov-94 08:49:30 GMT", millis(0)),
            ("Sunday, 06-Nov-94 09:49:40 GMT", Decision::Stop),
            ("Sun Nov  6 08:49:40 1994", millis(3000)),
            ("Sun Nov  6 08:49:30 1994", millis(0)),
            ("Sun Nov  6 09:49:40 1994", Decision::Stop),
            // Two digits of a year: 1994 + 50 is the last one that can be ahead.
            ("Sunday, 06-Nov-43 08:49:40 GMT", Decision::Stop),
            ("Sunday, 06-Nov-70 08:49:40 GMT", millis(0)),
            // Neither seconds nor a date: the wait is the policy's own.
            ("", millis(250)),
            ("soon", millis(250)),
            ("-1", millis(250)),
            ("-1.5", millis(250)),
            ("-18446744073709551616", millis(250)),
            ("+5", millis(250)),
            ("1e3", millis(250)),
            ("1.", millis(250)),
            (".5", millis(250)),
            ("1.5.2", millis(250)),
            ("1,5", millis(250)),
            ("0x10", millis(250)),
            ("NaN", millis(250)),
            ("inf", millis(250)),
            ("Sunday, 06-Nov-94", millis(250)),
            ("Sunday, 31-Foo-94 08:49:40 GMT", millis(250)),
            ("Sunday, 06-Nov-1994 08:49:40 GMT", millis(250)),
            ("1994-11-06T08:49:40Z", millis(250)),
        ];
        for (text, expected) in table {
            assert_eq!(
                decided(&Method::GET, Ending::Status(503, Some(text)), 1),
                expected,
                "{text}"
            );
        }
    }

    #[test]
    fn which_endings_may_hide_a_success() {
        use Ending::{NoResponse, NotSent, Status};
        let table = [
            (NotSent, false),
            (NoResponse, true),
            (Status(502, None), true),
            (Status(504, None), true),
            (Status(408, None), false),
            (Status(429, None), false),
            (Status(500, None), false),
            (Status(503, None), false),
        ];
        for (ending, lost) in table {
            assert_eq!(ending.is_lost(), lost, "{ending:?}");
        }
    }
}
