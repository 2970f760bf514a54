//! When a request is tried again, as a pure function of what is known.

use std::time::{Duration, SystemTime};

use reqwest::Method;

/// How often and how soon a request is tried again.
///
/// Reads, updates and deletes are repeated after a failed or broken connection, a timeout, and the
/// statuses 408, 429, 502, 503 and 504; a create only when it certainly was not sent. Waits grow
/// from `base` and are drawn at random below their bound, so that many clients do not come back at
/// once; a `Retry-After` of the server is honoured up to `longest_retry_after`.
///
/// ```
/// use netsapiens_connections::RetryPolicy;
///
/// let patient = RetryPolicy { attempts: 6, ..RetryPolicy::default() };
/// assert_eq!(RetryPolicy::never().attempts, 1);
/// # drop(patient);
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RetryPolicy {
    /// Attempts at most, the first included. 3 by default; 0 counts as 1.
    pub attempts: u32,
    /// Bound of the first wait; it doubles with each attempt. 250 ms by default.
    pub base: Duration,
    /// Bound of any wait that the server did not ask for. 5 s by default.
    pub longest_wait: Duration,
    /// Longest `Retry-After` that is waited for; a longer one ends the attempts. 30 s by default.
    pub longest_retry_after: Duration,
}

impl Default for RetryPolicy {
    fn default() -> Self {
        Self {
            attempts: 3,
            base: Duration::from_millis(250),
            longest_wait: Duration::from_secs(5),
            longest_retry_after: Duration::from_secs(30),
        }
    }
}

impl RetryPolicy {
    /// One attempt and no more.
    pub fn never() -> Self {
        Self {
            attempts: 1,
            ..Self::default()
        }
    }
}

/// How an attempt ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Outcome<'a> {
    /// No connection; the request certainly was not sent.
    NotSent,
    /// The connection broke or the time was up; the request may have arrived.
    Lost,
    /// The server answered, with this `Retry-After`.
    Status(u16, Option<&'a str>),
}

/// What follows from it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Decision {
    Stop,
    After(Duration),
}

/// Statuses that tell of a passing trouble.
pub(crate) fn is_transient(status: u16) -> bool {
    matches!(status, 408 | 429 | 502 | 503 | 504)
}

/// Whether and when attempt number `attempt` (from 1) is followed by another. `random` is from 0 to
/// 1.
pub(crate) fn decide(
    policy: &RetryPolicy,
    method: &Method,
    outcome: Outcome<'_>,
    attempt: u32,
    now: SystemTime,
    random: f64,
) -> Decision {
    let worth_it = match outcome {
        Outcome::NotSent => true,
        Outcome::Lost => *method != Method::POST,
        Outcome::Status(status, _) => is_transient(status) && *method != Method::POST,
    };
    if !worth_it || attempt >= policy.attempts {
        return Decision::Stop;
    }
    if let Outcome::Status(_, Some(text)) = outcome
        && let Some(wait) = retry_after(text, now)
    {
        return if wait <= policy.longest_retry_after {
            Decision::After(wait)
        } else {
            Decision::Stop
        };
    }
    let doubled = policy
        .base
        .saturating_mul(2_u32.saturating_pow(attempt - 1));
    Decision::After(
        doubled
            .min(policy.longest_wait)
            .mul_f64(random.clamp(0.0, 1.0)),
    )
}

/// `Retry-After` in its two forms: seconds, or a date of HTTP. A date that has passed means now.
fn retry_after(text: &str, now: SystemTime) -> Option<Duration> {
    let text = text.trim();
    if let Ok(seconds) = text.parse::<u64>() {
        return Some(Duration::from_secs(seconds));
    }
    let date = jiff::fmt::rfc2822::DateTimeParser::new()
        .parse_timestamp(text)
        .ok()?;
    let date = SystemTime::try_from(date).ok()?;
    Some(date.duration_since(now).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Duration = Duration::from_secs(784_111_777); // Sun, 06 Nov 1994 08:49:37 GMT, the date of RFC 9110's examples

    fn decided(method: &Method, outcome: Outcome<'_>, attempt: u32) -> Decision {
        decide(
            &RetryPolicy::default(),
            method,
            outcome,
            attempt,
            SystemTime::UNIX_EPOCH + NOW,
            1.0,
        )
    }

    fn millis(millis: u64) -> Decision {
        Decision::After(Duration::from_millis(millis))
    }

    #[test]
    fn what_is_tried_again() {
        use Outcome::{Lost, NotSent, Status};
        let again = millis(250);
        let stop = Decision::Stop;
        #[rustfmt::skip]
        let table = [
            // outcome                 GET    PUT    DELETE POST
            (NotSent,                 [again, again, again, again]),
            (Lost,                    [again, again, again, stop]),
            (Status(408, None),       [again, again, again, stop]),
            (Status(429, None),       [again, again, again, stop]),
            (Status(502, None),       [again, again, again, stop]),
            (Status(503, None),       [again, again, again, stop]),
            (Status(504, None),       [again, again, again, stop]),
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
        for (outcome, expected) in table {
            let methods = [Method::GET, Method::PUT, Method::DELETE, Method::POST];
            for (method, expected) in methods.iter().zip(expected) {
                assert_eq!(
                    decided(method, outcome, 1),
                    expected,
                    "{method} {outcome:?}"
                );
            }
        }
    }

    #[test]
    fn the_last_attempt_is_not_followed() {
        assert_eq!(decided(&Method::GET, Outcome::Lost, 2), millis(500));
        assert_eq!(decided(&Method::GET, Outcome::Lost, 3), Decision::Stop);
    }

    #[test]
    fn waits_double_up_to_the_bound() {
        let policy = RetryPolicy {
            attempts: u32::MAX,
            ..RetryPolicy::default()
        };
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
                Outcome::Lost,
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
                Outcome::Lost,
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
            ("Sun, 06 Nov 1994 08:49:40 GMT", millis(3000)),
            ("Sun, 06 Nov 1994 08:49:30 GMT", millis(0)),
            ("Sun, 06 Nov 1994 09:49:40 GMT", Decision::Stop),
            ("soon", millis(250)),
            ("-1", millis(250)),
        ];
        for (text, expected) in table {
            assert_eq!(
                decided(&Method::GET, Outcome::Status(503, Some(text)), 1),
                expected,
                "{text}"
            );
        }
    }
}
