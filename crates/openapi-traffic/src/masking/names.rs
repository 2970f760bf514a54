//! Tells a name that somebody chose (`userId`) from a value that is used as one (a number, a key).

use std::borrow::Cow;

/// The longest word in a name, and the longest name.
const WORD: usize = 24;
const NAME: usize = 64;
/// A run of this many hexadecimal digits is no word.
const HEX: usize = 8;

/// `application/json` and the like.
pub(crate) fn is_media_type(text: &str) -> bool {
    const TYPES: [&str; 9] = [
        "application",
        "audio",
        "font",
        "image",
        "message",
        "model",
        "multipart",
        "text",
        "video",
    ];
    text.split_once('/')
        .is_some_and(|(kind, rest)| TYPES.contains(&kind) && rest.split(['.', '+']).all(is_name))
}

/// The whole words of a name up to [`NAME`] characters.
pub(super) fn shortened(name: &str) -> Cow<'_, str> {
    let Some((limit, _)) = name.char_indices().nth(NAME) else {
        return Cow::Borrowed(name);
    };
    let ends = |(at, c): &(usize, char)| {
        let before = name[..*at].chars().next_back();
        !c.is_alphanumeric() || (c.is_uppercase() && before.is_some_and(char::is_lowercase))
    };
    let head = &name[..limit + name[limit..].chars().next().map_or(0, char::len_utf8)];
    let end = head
        .char_indices()
        .filter(ends)
        .map(|(at, _)| at)
        .next_back();
    Cow::Owned(format!(
        "{}…",
        &name[..end.filter(|at| *at > 0).unwrap_or(limit)]
    ))
}

/// Whether a name looks like an identifier and not like a value: words of letters, joined by `-`
/// and `_`, with few digits.
pub(crate) fn is_name(name: &str) -> bool {
    let is_number = name.bytes().any(|byte| byte.is_ascii_digit());
    let is_short = name.chars().count() <= 3 && !is_number;
    let bare = name.trim_start_matches(['$', '@', ':']);
    let mut words = bare
        .split(['-', '_', '[', ']'])
        .filter(|word| !word.is_empty());
    let looks_so = !bare.is_empty() && words.all(|word| is_word(word) || is_camel_case(word));
    is_short || (looks_so && !is_device(name))
}

/// A hardware address: three or more groups of two or four hexadecimal digits.
fn is_device(name: &str) -> bool {
    let parts = || name.split(['-', '_']);
    parts().count() >= 3
        && parts().all(|part| {
            matches!(part.len(), 2 | 4) && part.bytes().all(|byte| byte.is_ascii_hexdigit())
        })
}

/// A long word in camel case: several words, each a capital and small letters. No random string of
/// letters has this form throughout.
fn is_camel_case(word: &str) -> bool {
    let mut run = 0;
    let mut regular = word.chars().all(char::is_alphabetic);
    for c in word.chars() {
        if c.is_uppercase() {
            regular &= run != 1;
            run = 0;
        }
        run += 1;
        regular &= run <= WORD;
    }
    let capitals = word.chars().filter(|c| c.is_uppercase()).count();
    let length = word.chars().count();
    regular && run != 1 && capitals > 0 && length > WORD && capitals * 4 <= length
}

/// Whether it is one word: letters, and digits where they cannot be a number of somebody's.
pub(super) fn is_word(word: &str) -> bool {
    let letters = word.trim_end_matches(|c: char| c.is_ascii_digit());
    let digits = word.len() - letters.len();
    let is_hex = word.len() >= HEX && word.bytes().all(|byte| byte.is_ascii_hexdigit());
    let turns = word
        .as_bytes()
        .windows(2)
        .filter(|pair| pair[0].is_ascii_lowercase() && pair[1].is_ascii_uppercase())
        .count();
    word.chars().all(char::is_alphanumeric)
        && word.chars().count() <= WORD
        && !is_hex
        && turns * 3 <= word.len()
        // `e164`, `sha256`; not a number that could be a PIN, nor a key.
        && match letters {
            "" => digits <= 2,
            _ => word.len() <= 4 || (digits <= 3 && letters.chars().all(char::is_alphabetic)),
        }
}

#[cfg(test)]
mod tests {
    use super::super::{Known, MASK};
    use super::*;

    #[test]
    fn names_that_people_give_are_shown() {
        for name in [
            "name",
            "connection-sip-registration-expires-datetime",
            "userId",
            "address2",
            "ipv4",
            "sha256",
            "e164",
            "__typename",
            "$ref",
            "@type",
            "filter[name]",
            "ids[]",
            "X-Request-ID",
            "größe",
            "HTTPServer",
            "i18n",
            "v2",
            "",
            "a.b",
            "numberOfConcurrentOriginatingCalls",
        ] {
            assert_eq!(Known::default().name(name), name);
        }
    }

    #[test]
    fn a_long_name_is_shown_by_its_first_words() {
        let rows = [
            (
                "connection-sip-registration-expires-datetime-of-the-second-registrar-of-a-cluster",
                "connection-sip-registration-expires-datetime-of-the-second…",
            ),
            (
                "connectionSipRegistrationExpiresDatetimeOfTheSecondaryRegistrarServer",
                "connectionSipRegistrationExpiresDatetimeOfTheSecondaryRegistrar…",
            ),
            (
                "größte_anzahl_gleichzeitiger_verbindungen_über_die_zweite_leitung_der_anlage",
                "größte_anzahl_gleichzeitiger_verbindungen_über_die_zweite…",
            ),
        ];
        for (name, shown) in rows {
            assert_eq!(Known::default().name(name), shown);
            assert!(shown.chars().count() <= NAME + 1);
        }
        let digits = format!(
            "connection-{}-of-the-second-registrar-of-a-cluster",
            "15555550100".repeat(4)
        );
        assert_eq!(Known::default().name(&digits), MASK);
    }

    #[test]
    fn names_that_are_values_are_masked() {
        for name in [
            "15555550100",
            "+15555550100",
            "user@acme.example",
            "192.0.2.10",
            "hunter2hunter2",
            "550e8400-e29b-41d4-a716-446655440000",
            "aa-bb-cc-dd-ee-ff",
            "00:1b:44:11:3a:b7",
            "deadbeefcafebabe",
            "AKIAIOSFODNN7EXAMPLE",
            "4111111111111111",
            "c2lwKkByb3V0ZQ==",
            "acme.example",
            "sip:1001@acme.example",
            "123456",
            "4711",
            "911",
            "aBcDeFgHiJ",
            "abcdefghijklmnopqrstuvwxyzabcdef",
            "100%\r\n::error title=x::y",
            "wJalrXUtnFEMIKMDENGbPxRfiCYEXAMPLEKEY",
            "QwErTyUiOpAsDfGhJkLzXcVbNmQwErTyUiOp",
        ] {
            assert_eq!(Known::default().name(name), MASK, "{name}");
        }
    }
}
