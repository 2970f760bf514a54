//! What a server says, made fit to be shown: one line, without secrets.

use crate::generated::types::ApiMessage;
use crate::values::Secret;

/// Most characters of a server's message that an error shows.
const MESSAGE_CHARS: usize = 500;

/// The message of the service's own error format. It is `Debug` nowhere: `raw` may hold anything.
pub(crate) struct ServerMessage {
    code: i64,
    raw: String,
    text: String,
}

impl ServerMessage {
    /// Takes a message apart into what decisions are made on and what is shown. `secrets` are those
    /// of the request, which the message may echo.
    pub(crate) fn new(message: ApiMessage, secrets: &[&Secret]) -> Self {
        Self {
            code: message.code,
            text: presentable(&message.message, secrets),
            raw: message.message,
        }
    }

    pub(crate) fn code(&self) -> i64 {
        self.code
    }

    /// As it came, to decide on; never to be shown.
    pub(crate) fn raw(&self) -> &str {
        &self.raw
    }

    /// Fit to be shown.
    pub(crate) fn text(&self) -> &str {
        &self.text
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
