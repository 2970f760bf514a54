//! Finds customer data in any text by its shape: addresses, numbers, host names.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::ops::Range;
use std::sync::LazyLock;

use regex::Regex;

use crate::safe;
use crate::table::{Kind, is_whole_word};

/// The kind of a match.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Shape {
    /// `user@host`, whose parts are redacted separately.
    UserAtHost,
    /// A single value.
    One(Kind),
}

static SHAPES: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(concat!(
        r"(?<at>[A-Za-z0-9._%+*\[\]~$!-]+@",
        r"(?:\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?))",
        r"|(?<mac>(?:[0-9A-Fa-f]{2}[:-]){5}[0-9A-Fa-f]{2}|(?:[0-9A-Fa-f]{4}\.){2}[0-9A-Fa-f]{4})",
        r"|(?<uuid>[0-9A-Fa-f]{8}-(?:[0-9A-Fa-f]{4}-){3}[0-9A-Fa-f]{12})",
        r"|(?<v6>[0-9A-Fa-f]{0,4}:[0-9A-Fa-f:]*:(?:(?:\d{1,3}\.){3}\d{1,3}|[0-9A-Fa-f]{0,4}))",
        r"|(?<v4>\d{1,3}(?:\.\d{1,3}){3})",
        r"|(?<phone>\+\d{8,15}",
        r"|(?:\+?1[-. ]?)?(?:\([2-9]\d{2}\) ?|[2-9]\d{2}[-. ]?)[2-9]\d{2}[-. ]?\d{4})",
        r"|(?<host>[A-Za-z0-9](?:[A-Za-z0-9_-]*[A-Za-z0-9])?",
        r"(?:\.[A-Za-z0-9](?:[A-Za-z0-9_-]*[A-Za-z0-9])?)*\.[A-Za-z]{2,24})",
    ))
    .expect("valid pattern")
});

/// The matches in a text, from left to right.
pub(crate) fn find(text: &str) -> Vec<(Range<usize>, Shape)> {
    let mut found = Vec::new();
    let mut from = 0;
    while let Some(captures) = SHAPES.captures_at(text, from) {
        let Some(whole) = captures.get(0) else { break };
        let shape = ["at", "mac", "uuid", "v6", "v4", "phone", "host"]
            .into_iter()
            .find(|name| captures.name(name).is_some())
            .and_then(|name| shape(name, text, &whole.range()));
        from = whole.end();
        match shape {
            Some(shape) => found.push((whole.range(), shape)),
            // A rejected match may contain one: continue after its first run of letters and digits.
            None => {
                let run = whole
                    .as_str()
                    .find(|c: char| !c.is_ascii_alphanumeric())
                    .unwrap_or(whole.len())
                    .max(1);
                from = (whole.start() + run).min(whole.end());
            }
        }
    }
    found
}

/// The match of the alternative `name`, if it is delimited.
fn shape(name: &str, text: &str, range: &Range<usize>) -> Option<Shape> {
    let found = &text[range.clone()];
    match name {
        "at" => Some(Shape::UserAtHost),
        _ if !is_whole_word(text, range) => None,
        "v6" => found
            .parse::<Ipv6Addr>()
            .is_ok()
            .then_some(Shape::One(Kind::Ipv6)),
        "v4" => found
            .parse::<Ipv4Addr>()
            .is_ok()
            .then_some(Shape::One(Kind::Ipv4)),
        "mac" => Some(Shape::One(Kind::Mac)),
        "uuid" => Some(Shape::One(Kind::Uuid)),
        "phone" => Some(Shape::One(Kind::Phone)),
        _ => Some(Shape::One(Kind::Host)),
    }
}

/// The actual kind of a value, whatever its field suggests: an IP address or a telephone number,
/// else the given kind.
pub(crate) fn classify(kind: Kind, text: &str) -> Kind {
    match text.parse::<IpAddr>() {
        Ok(IpAddr::V4(_)) => return Kind::Ipv4,
        Ok(IpAddr::V6(_)) => return Kind::Ipv6,
        Err(_) => {}
    }
    let digits = text.bytes().filter(u8::is_ascii_digit).count();
    let written_as_number = text
        .chars()
        .all(|c| c.is_ascii_digit() || "+-. ()".contains(c));
    if written_as_number && digits >= 7 {
        Kind::Phone
    } else {
        kind
    }
}

/// Whether a value of this kind may be kept.
pub(crate) fn is_safe(kind: Kind, text: &str) -> bool {
    match kind {
        Kind::Secret => text.is_empty() || safe::is_secret_placeholder(text),
        Kind::Ipv4 | Kind::Ipv6 => text.parse().is_ok_and(safe::is_ip),
        Kind::Phone => safe::is_phone(
            &text
                .chars()
                .filter(char::is_ascii_digit)
                .collect::<String>(),
        ),
        Kind::Mac => safe::is_mac(text),
        Kind::Uuid => safe::is_uuid(text),
        Kind::Number => text == "0" || safe::is_phone(text),
        // A value that is a host elsewhere has the placeholder of a host here too.
        Kind::Domain | Kind::Host | Kind::Agent | Kind::Text | Kind::User | Kind::Name => {
            safe::is_word_placeholder(text) || is_safe_host(text)
        }
    }
}

/// A reserved name, with no number or address among its labels.
fn is_safe_host(text: &str) -> bool {
    let is_unsafe = |(range, shape): (Range<usize>, Shape)| match shape {
        Shape::One(kind @ (Kind::Ipv4 | Kind::Ipv6 | Kind::Phone)) => !is_safe(kind, &text[range]),
        _ => false,
    };
    safe::is_host(text) && !find(text).into_iter().any(is_unsafe)
}
