//! The message of a server's response, made fit to be shown: one line, without secrets.
//!
//! A message may echo what was sent, in any encoding, and may contain secrets that the client has
//! never seen: the password of another trunk, for example. Nothing in the message shows which word
//! is the secret. So a message is shown in one of two ways:
//!
//! - A message that mentions a [credential](credentials), or cannot be checked for one, is reduced
//!   to [`plain_words`]: every word outside a closed vocabulary becomes `***`. A message cannot be
//!   checked when it is long, escaped many times, or has letters that are not ASCII, since those
//!   may be look-alikes.
//! - Any other message is shown without the secrets of the request. Their [`echoes`] are searched
//!   for in all [`readings`] of the message: as it is, unescaped (JSON, URL, HTML) until no escapes
//!   are left, and with each run of base64 or hexadecimal digits decoded.
//!
//! Limits: A secret that is not of this request is shown when the message mentions none of the
//! names in [`credentials`]. A secret of the request is shown when it was encrypted, reversed or
//! written in another encoding than the ones above; when fewer than eight consecutive characters of
//! a longer one were echoed; and when it has only white space, `+` and `\`.

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

/// A message in the service's own error format. It has no `Debug`, since `raw` may have secrets.
#[derive(Clone)]
pub(crate) struct ServerMessage {
    code: Option<i64>,
    raw: String,
    text: String,
}

impl ServerMessage {
    /// Reads JSON in the service's own format: a `message` with a numeric `code` (some servers send
    /// the number as a string), or with no other member. JSON of gateways and web frameworks with a
    /// `message` and other members is not in this format. `secrets` are those of the request, which
    /// the message may echo.
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

    /// The beginning of the message as received, for decisions; never show it.
    pub(crate) fn raw(&self) -> &str {
        &self.raw
    }

    /// The masked message, to be shown.
    pub(crate) fn text(&self) -> &str {
        &self.text
    }
}

/// A server's message, masked and on one line; `secrets` are those of the request.
pub(crate) fn presentable(message: &str, secrets: &[&Secret]) -> String {
    let shown = match readings(message) {
        Some(readings) if !readings.iter().any(Reading::mentions_a_credential) => {
            match echoes(&readings, secrets) {
                Echoes::At(ranges) => without(message, ranges),
                Echoes::Short => plain_words(message),
            }
        }
        _ => plain_words(message),
    };
    shown.chars().take(SHOWN_CHARS).collect()
}

/// Masks the values of headers that echo a secret of the request, in any encoding. A very short
/// secret is not searched for, since it would match many numbers.
pub(crate) fn mask_echoes(headers: &mut HeaderMap, secrets: &[&Secret]) {
    for value in headers.values_mut() {
        // `header` returns only values that are visible ASCII.
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

/// The message on one line, with these ranges masked, and without invisible characters.
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

    /// Messages of the service, and other messages without credentials.
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
    fn masking_does_not_reveal_a_short_secret() {
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
