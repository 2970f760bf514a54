//! The message of a server's response, made fit to be shown: one line, without secrets.
//!
//! A message may echo what was sent, in any encoding, and may name secrets that the client has
//! never seen: the password of another trunk, for example. Which of its words is the secret cannot
//! be seen in the message. So a message is shown in one of two ways:
//!
//! - One that speaks of a [credential](credentials), or cannot be checked for it, is reduced to
//!   [`plain_words`]: what is not in a closed vocabulary becomes `***`. It cannot be checked when
//!   it is long, escaped many times over, or has letters that are not ASCII: those may be
//!   look-alikes.
//! - Any other is shown as it is, without the secrets of the request. Their [`echoes`] are searched
//!   for in every one of the message's [`readings`]: as it is, unescaped (JSON, URL, HTML) again
//!   and again until nothing is left to unescape, and with each run of base64 or hexadecimal digits
//!   decoded.
//!
//! The limits. A secret that the request did not have is shown when the message calls it by
//! none of the names in [`credentials`]. A secret of the request is shown when it was
//! encrypted, reversed or written in an encoding that is not named here; when fewer than eight
//! characters in a row of a longer one were sent back; and when it has nothing but white space,
//! `+` and `\`.

mod credentials;
mod digits;
mod echoes;
mod escapes;
mod invisible;
mod limits;
mod plain_words;
mod readings;
mod unit;

use reqwest::header::{HeaderMap, HeaderValue};
use serde_json::Value;

use crate::values::Secret;
use echoes::{Echoes, echoes};
use invisible::visible;
use limits::{CHECKED_BYTES, MASK, SHOWN_CHARS};
use plain_words::plain_words;
use readings::{Reading, readings};

/// The message of the service's own error format. It has no `Debug`: `raw` may hold anything.
#[derive(Clone)]
pub(crate) struct ServerMessage {
    code: Option<i64>,
    raw: String,
    text: String,
}

impl ServerMessage {
    /// Reads JSON in the service's own format: a `message` with a numeric `code` (a number in a
    /// string from some servers), or with nothing else. Gateways and web frameworks send JSON with
    /// a `message` too, among members of their own; that is none. `secrets` are those of the
    /// request, which the message may echo.
    pub(crate) fn read(json: &[u8], secrets: &[&Secret]) -> Option<Self> {
        let members: serde_json::Map<String, Value> = serde_json::from_slice(json).ok()?;
        let message = members.get("message")?.as_str()?;
        let code = match members.get("code") {
            Some(Value::Number(code)) => code.as_i64(),
            Some(Value::String(code)) => code.trim().parse().ok(),
            _ => None,
        };
        (code.is_some() || members.len() == 1).then(|| Self {
            code,
            text: presentable(message, secrets),
            raw: message.chars().take(CHECKED_BYTES).collect(),
        })
    }

    pub(crate) fn code(&self) -> Option<i64> {
        self.code
    }

    /// Its beginning as it came, to decide on; never to be shown.
    pub(crate) fn raw(&self) -> &str {
        &self.raw
    }

    /// Fit to be shown.
    pub(crate) fn text(&self) -> &str {
        &self.text
    }
}

/// A server's message made fit for one line; `secrets` are those of the request.
pub(crate) fn presentable(message: &str, secrets: &[&Secret]) -> String {
    let shown = match readings(message) {
        Some(readings) if !readings.iter().any(Reading::speaks_of_a_credential) => {
            match echoes(&readings, secrets) {
                Echoes::At(ranges) => without(message, ranges),
                Echoes::Short => plain_words(message),
            }
        }
        _ => plain_words(message),
    };
    shown.chars().take(SHOWN_CHARS).collect()
}

/// Masks the values of headers that repeat a secret of the request, in any encoding. A secret of
/// few characters is in many a number, so it is not looked for.
pub(crate) fn mask_echoes(headers: &mut HeaderMap, secrets: &[&Secret]) {
    for value in headers.values_mut() {
        // What is no text is given to nobody.
        let Ok(text) = value.to_str() else { continue };
        let echoes = readings(text).map(|readings| echoes(&readings, secrets));
        let clean = match echoes {
            Some(Echoes::At(ranges)) => ranges.is_empty(),
            Some(Echoes::Short) => true,
            None => false,
        };
        if !clean {
            *value = HeaderValue::from_static(MASK);
        }
    }
}

/// The message on one line, with ranges of it masked and without what is invisible.
fn without(message: &str, mut ranges: Vec<(usize, usize)>) -> String {
    ranges.sort_unstable();
    let mut shown = String::new();
    let mut end = 0;
    for (from, to) in ranges {
        if from > end || shown.is_empty() {
            shown += &message[end..from];
            shown += MASK;
        }
        end = end.max(to);
    }
    shown += &message[end..];
    let shown = visible(&shown);
    shown.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Messages of the service, or what other texts of people speak of.
    const INNOCENT: [&str; 19] = [
        "Accepted",
        "Access Denied",
        "Permission Denied",
        "Invalid Scope [APP001]",
        "No Route Found [92]",
        "Error: No Route Found [92]",
        "Resource not found.",
        "Domain example does not exist",
        "User 1000 does not exist in domain example",
        "Domain not found or access denied",
        "Missing servers or type",
        "Phone number already exists",
        "Record with connection-orig-match-pattern sip*@acme-pri.example exists: 50% done & ready",
        "Trunk sip:*@192.0.2.1 has 3 calls at 2025-05-19T02:41:11+00:00",
        "Duplicate entry '15555550100' for column \"connection-address\"",
        "Upstream “timed out” – try again…",
        "<html><body><h1>502 Bad Gateway</h1></body></html>",
        "limits-max-active-calls-orig must be an integer",
        "All the slots are in use, each average has risen",
    ];

    #[test]
    fn messages_without_credentials_are_shown_as_they_are() {
        let secret = Secret::from("hunter2-sentinel");
        for message in INNOCENT {
            assert_eq!(presentable(message, &[&secret]), message);
        }
    }

    #[test]
    fn messages_about_credentials_are_shown_in_plain_words() {
        let table = [
            ("Invalid token", "Invalid token"),
            ("The API key has expired.", "The API key has expired."),
            ("the password is too short", "the password is too short"),
            ("MISSING PASSWORD!", "MISSING PASSWORD!"),
            ("bad password hunter2 for bob", "bad password *** for ***"),
            ("password: hunter2", "password: ***"),
            ("password=hunter2", "password=***"),
            ("password hunter2 correct horse", "password ***"),
            ("password \"short\" is wrong", "password *** is wrong"),
            ("bad password password", "bad password ***"),
            ("bad password ShOrt", "bad password ***"),
            ("Invalid token [APP001]", "Invalid token ***"),
            ("auth {\"password\":\"hunter2\"}", "auth ***"),
            ("Bearer eyJhbGciOi", "Bearer ***"),
            ("nss_EXAMPLE is wrong", "*** is wrong"),
            ("Contraseña hunter2 is wrong", "*** is wrong"),
        ];
        for (message, shown) in table {
            assert_eq!(presentable(message, &[]), shown, "{message}");
        }
    }

    #[test]
    fn secrets_of_the_request_are_cut_out_and_the_rest_stays() {
        let secret = Secret::from("correct horse");
        let table = [
            ("sent correct horse back", "sent *** back"),
            ("sent CORRECT\thorse back", "sent *** back"),
            ("sent <correct%20horse> back", "sent <***> back"),
            // Cut by a limit of the server's.
            ("got 'correct ho...'", "got '***...'"),
            (
                "two\nlines\tand \u{1b}[31mcolour",
                "two lines and [31mcolour",
            ),
            ("to\u{202e}gether\u{200b}!", "together!"),
            ("", ""),
        ];
        for (message, shown) in table {
            assert_eq!(presentable(message, &[&secret]), shown, "{message}");
        }
    }

    #[test]
    fn a_short_secret_is_not_told_by_what_is_missing() {
        let secret = Secret::from("the");
        assert_eq!(
            presentable("the weather in thessaly", &[&secret]),
            "the *** in ***"
        );
        assert_eq!(
            presentable("nothing of it", &[&Secret::from("xyz")]),
            "nothing of it"
        );
    }

    #[test]
    fn a_long_message_is_cut_after_it_was_masked() {
        let secret = Secret::from("sentinel-horse");
        let message = format!("{} sentinel-horse", "x".repeat(SHOWN_CHARS - 5));
        let shown = presentable(&message, &[&secret]);
        assert_eq!(shown, format!("{} ***", "x".repeat(SHOWN_CHARS - 5)));
        assert_eq!(presentable(&"word ".repeat(100_000), &[]), "***");
    }
}
