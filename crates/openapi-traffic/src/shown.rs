//! Masks names and values of recordings in reports, and escapes what a terminal or a CI server
//! would interpret.
//!
//! A recording may contain secrets, so nothing of it is shown unless it is known to be harmless. A
//! name (an object key, a path segment) is shown if the document contains it. Other names are
//! masked, because the keys of a map are data; with one exception: the name that a finding is about
//! (it is not documented, or a relation mentions it) is shown if it looks like an identifier. A
//! value is shown if it cannot identify anybody.

use std::borrow::Cow;
use std::collections::HashSet;

use foldhash::fast::FixedState;
use http_recording::Origin;
use located::openapi::is_method;
use located::pointer;
use serde_json::Value;

use crate::count::count;
use crate::origins::word;

/// The replacement for what is not shown.
pub(crate) const MASK: &str = "•••";
/// The longest word in a name, and the longest name.
const WORD: usize = 24;
const NAME: usize = 64;
/// A run of this many hexadecimal digits is no word.
const HEX: usize = 8;

/// Members of the recording format and of HAR, and headers, which are names in any recording.
const FORMATS: [&str; 62] = [
    "accept",
    "after",
    "allow",
    "at",
    "authorization",
    "body",
    "bodySize",
    "cache",
    "cache-control",
    "comment",
    "connection",
    "content",
    "content-encoding",
    "content-length",
    "content-type",
    "cookie",
    "cookies",
    "creator",
    "date",
    "encoding",
    "entries",
    "etag",
    "excerpt",
    "expect",
    "format",
    "headers",
    "headersSize",
    "host",
    "httpVersion",
    "link",
    "location",
    "log",
    "meta",
    "method",
    "mimeType",
    "name",
    "note",
    "origin",
    "params",
    "path",
    "postData",
    "query",
    "queryString",
    "redacted",
    "redirectURL",
    "request",
    "response",
    "retry-after",
    "rule",
    "server",
    "set-cookie",
    "size",
    "startedDateTime",
    "status",
    "statusText",
    "text",
    "time",
    "timings",
    "url",
    "user-agent",
    "value",
    "version",
];

/// The names and the enum values of a document, which its readers know anyway.
#[derive(Debug, Clone, Default)]
pub(crate) struct Known {
    names: HashSet<String, FixedState>,
    words: HashSet<String, FixedState>,
    /// Segments of paths that a parameter follows.
    collections: HashSet<String>,
}

impl Known {
    pub(crate) fn of(document: &Value) -> Known {
        let mut known = Known::default();
        // Headers are in lower case where they were sent by HTTP/2.
        let spellings = |name: &str| [name.to_owned(), name.to_ascii_lowercase()];
        known.names.extend(FORMATS.map(str::to_owned));
        let paths = document.get("paths").and_then(Value::as_object);
        for path in paths.into_iter().flat_map(|paths| paths.keys()) {
            let segments = path.split('/').zip(path.split('/').skip(1));
            let owners = segments.filter(|(_, next)| next.starts_with('{'));
            known
                .collections
                .extend(owners.map(|(owner, _)| owner.to_owned()));
        }
        let mut waiting = vec![document];
        while let Some(value) = waiting.pop() {
            match value {
                Value::Object(members) => {
                    for (key, member) in members {
                        // These contain data, whose keys are no names of the document.
                        if matches!(key.as_str(), "example" | "examples" | "default") {
                            continue;
                        }
                        known.names.extend(key.split('/').flat_map(spellings));
                        let texts = member.as_array().into_iter().flatten().chain([member]);
                        let texts = texts.filter_map(Value::as_str);
                        match key.as_str() {
                            "name" | "required" => known.names.extend(texts.flat_map(spellings)),
                            "enum" | "x-extensible-enum" => {
                                known.words.extend(texts.map(str::to_owned));
                            }
                            _ => {}
                        }
                        waiting.push(member);
                    }
                }
                Value::Array(items) => waiting.extend(items),
                _ => {}
            }
        }
        known
    }

    /// A key of which nothing says that it is a name: only one of the document is shown.
    pub(crate) fn key<'t>(&self, key: &'t str) -> &'t str {
        if self.names.contains(key) { key } else { MASK }
    }

    /// What a finding is about: a key, a path segment or a media type. A long one that is not in
    /// the document is truncated to its first words.
    pub(crate) fn name<'t>(&self, name: &'t str) -> Cow<'t, str> {
        if self.names.contains(name) || is_media_type(name) {
            Cow::Borrowed(name)
        } else if is_name(name) {
            shortened(name)
        } else {
            Cow::Borrowed(MASK)
        }
    }

    /// An undocumented path without its query, each segment shown or masked. Where the document has
    /// a parameter, a segment is a value.
    pub(crate) fn path(&self, path: &str) -> String {
        let path = path.split(['?', '#']).next().unwrap_or_default();
        let mut owner = "";
        let segments = path.split('/').map(|segment| {
            let is_value = self.collections.contains(owner);
            owner = segment;
            match segment {
                "" => Cow::Borrowed(""),
                segment if is_value => self.key(segment).into(),
                segment => self.name(segment),
            }
        });
        segments.collect::<Vec<_>>().join("/")
    }

    /// A pointer into a value, each token shown or masked; indices are always shown. The last may
    /// be what a finding is about.
    pub(crate) fn pointer(&self, at: &str, value: &Value, is_reported: bool) -> String {
        let mut here = Some(value);
        let mut shown = String::with_capacity(at.len());
        let mut tokens = pointer::tokens(at).into_iter().flatten().peekable();
        while let Some(token) = tokens.next() {
            let is_subject = is_reported && tokens.peek().is_none();
            let is_index = here.is_some_and(Value::is_array);
            here = match here {
                Some(Value::Object(members)) => members.get(token.as_ref()),
                Some(Value::Array(items)) => {
                    token.parse::<usize>().ok().and_then(|at| items.get(at))
                }
                _ => None,
            };
            let name = match (is_index, is_subject) {
                (true, _) => Cow::Borrowed(&*token),
                (_, true) => self.name(&token),
                (_, false) => self.key(&token).into(),
            };
            shown.push('/');
            shown.push_str(&pointer::escape(&name));
        }
        shown
    }

    /// Whether a string cannot identify anybody: it is an enum value of the document, or a word of
    /// HTTP or of the recording format.
    pub(crate) fn is_word(&self, text: &str) -> bool {
        const ORIGINS: [Origin; 4] = [
            Origin::Captured,
            Origin::Reported,
            Origin::Documented,
            Origin::Synthetic,
        ];
        text.is_empty()
            || self.words.contains(text)
            || is_method(&text.to_ascii_lowercase())
            || ORIGINS.iter().any(|origin| word(*origin) == text)
            || is_media_type(text)
    }
}

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
fn shortened(name: &str) -> Cow<'_, str> {
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

fn is_word(word: &str) -> bool {
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

/// A file name. Folders are shown, because the user chose them; the name itself may have been made
/// by a tool from recorded values.
///
/// A pointer to an exchange in the file may follow after `#`.
pub(crate) fn file(path: &str) -> String {
    let (path, pointer) = path.find("#/").map_or((path, ""), |at| path.split_at(at));
    let (folder, name) = path
        .rfind('/')
        .map_or(("", path), |at| path.split_at(at + 1));
    let (stem, rest) = name.rfind('.').map_or((name, ""), |at| name.split_at(at));
    let discloses = || !are_short_words(stem) && traffic_redact::discloses(None, stem);
    if is_telephone_number(stem) || discloses() {
        return format!("{folder}{MASK}{rest}{pointer}");
    }
    let mut shown = folder.to_owned();
    for word in name.split_inclusive(|c: char| !c.is_alphanumeric()) {
        let bare = word.trim_end_matches(|c: char| !c.is_alphanumeric());
        if is_word_of_a_file(bare) {
            shown += word;
        } else {
            shown += MASK;
            shown += &word[bare.len()..];
        }
    }
    shown + pointer
}

/// Whether it is short words of small letters: no number, key, address or group of hexadecimal
/// digits is written like that. It saves a run the patterns of the redaction, which take as long to
/// compile as megabytes of traffic to validate.
fn are_short_words(text: &str) -> bool {
    text.split('-').all(|word| {
        (3..10).contains(&word.len()) && word.bytes().all(|byte| byte.is_ascii_lowercase())
    })
}

/// Whether it is digits in groups, like a telephone number. A date is not: it begins with `19` or
/// `20`.
fn is_telephone_number(text: &str) -> bool {
    let digits = text.bytes().filter(u8::is_ascii_digit).count();
    let is_number = |c: char| c.is_ascii_digit() || "+-. ()".contains(c);
    let is_day = text.starts_with("19") || text.starts_with("20");
    digits >= 7 && !is_day && text.contains([' ', '.', '(', '+']) && text.chars().all(is_number)
}

/// A message that may contain file names.
pub(crate) fn sentence(text: &str) -> String {
    text.split_inclusive(' ').map(file).collect()
}

/// Applies `show` to a message, except to the names of files that the user gave.
pub(crate) fn apart_from(given: &[String], text: &str, show: fn(&str) -> String) -> String {
    let is_end = |c: Option<char>| c.is_none_or(|c| c.is_whitespace() || "`:#,;)(".contains(c));
    let is_whole = |at: usize, name: &str| {
        let (before, after) = (&text[..at], &text[at + name.len()..]);
        is_end(before.chars().next_back()) && is_end(after.chars().next())
    };
    let places = |name: &'_ String| {
        let mut places = text.match_indices(name.as_str()).map(|(at, _)| at);
        places.find(|at| !name.is_empty() && is_whole(*at, name))
    };
    let first = given.iter().filter_map(|name| Some((places(name)?, name)));
    match first.min_by_key(|(at, name)| (*at, std::cmp::Reverse(name.len()))) {
        None => show(text),
        Some((at, name)) => {
            let rest = apart_from(given, &text[at + name.len()..], show);
            format!("{}{name}{rest}", show(&text[..at]))
        }
    }
}

/// Like [`is_word`], but dates, and what the names of tests and dumps contain, are allowed too.
fn is_word_of_a_file(word: &str) -> bool {
    let is_number = word.bytes().all(|byte| byte.is_ascii_digit());
    let is_date =
        matches!(word.len(), 8 | 14) && (word.starts_with("20") || word.starts_with("19"));
    match is_number {
        true => word.len() <= 6 || is_date,
        false => is_word(word) || word.len() < 10,
    }
}

/// The type and size of a value, without the value itself.
pub(crate) fn describe(value: &Value) -> String {
    let counted = |what: &str, number, noun| format!("{what} of {}", count(number, noun));
    match value {
        Value::Null => "null".to_owned(),
        Value::Bool(value) => format!("boolean {value}"),
        Value::Number(number) => {
            let number = number.to_string();
            let is_whole = !number.contains(['.', 'e', 'E']);
            let kind = if is_whole { "integer" } else { "number" };
            let sign = if number.starts_with('-') {
                "negative "
            } else {
                ""
            };
            let digits = number.bytes().filter(u8::is_ascii_digit).count();
            match digits {
                1 => format!("{kind} {number}"),
                _ => counted(&format!("{sign}{kind}"), digits, "digit"),
            }
        }
        Value::String(text) if text.is_empty() => "empty string".to_owned(),
        Value::String(text) => counted("string", text.chars().count(), "character"),
        Value::Array(items) => counted("array", items.len(), "item"),
        Value::Object(members) => counted("object", members.len(), "member"),
    }
}

/// Escapes invisible characters that are interpreted: control characters, line ends, direction
/// marks, zero-width characters, and the `##` of CI commands.
pub(crate) fn visible(text: &str) -> Cow<'_, str> {
    let is_plain = |byte: u8| matches!(byte, b' '..=b'~') & (byte != b'#');
    // All bytes are looked at, not only those before the first other one: several at once.
    let are_plain = text
        .bytes()
        .fold(true, |so_far, byte| so_far & is_plain(byte));
    let is_harmless = || !text.contains("##") && !text.chars().any(acts);
    if are_plain || is_harmless() {
        return Cow::Borrowed(text);
    }
    let mut shown = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '#' if shown.ends_with('#') => shown += "\\u{23}",
            c if acts(c) => shown.extend(c.escape_default()),
            c => shown.push(c),
        }
    }
    Cow::Owned(shown)
}

/// The same for a text in place.
pub(crate) fn make_visible(text: &mut String) {
    if let Cow::Owned(shown) = visible(text) {
        *text = shown;
    }
}

/// Control characters, and the bidirectional and invisible format characters of Unicode.
fn acts(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}'
            | '\u{e0000}'..='\u{e007f}')
}

#[cfg(test)]
mod tests {
    use serde_json::json;

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

    #[test]
    fn a_name_of_the_document_is_shown_whatever_it_looks_like() {
        let spec = json!({"paths": {"/v1/3gpp-ts29122": {}}, "properties": {"a.1b2c3d4e": {}}});
        let known = Known::of(&spec);
        assert_eq!(known.name("a.1b2c3d4e"), "a.1b2c3d4e");
        assert_eq!(
            known.path("/v1/3gpp-ts29122/15555550100?k=v"),
            "/v1/3gpp-ts29122/•••"
        );
    }

    #[test]
    fn keys_of_an_example_are_not_names_of_the_document() {
        let spec = json!({"example": {"15555550100": 1}, "x": {"default": {"15555550101": 1}}});
        assert_eq!(Known::of(&spec).name("15555550100"), MASK);
        assert_eq!(Known::of(&spec).name("15555550101"), MASK);
    }

    #[test]
    fn an_index_is_shown_and_a_number_that_is_a_key_is_not() {
        let value = json!({"a": {"5550100": [0]}});
        let known = Known::of(&json!({"a": {}}));
        assert_eq!(known.pointer("/a/5550100/0", &value, false), "/a/•••/0");
        let many = Value::Array(vec![Value::Null; 12_345]);
        assert_eq!(known.pointer("/12344", &many, false), "/12344");
    }

    #[test]
    fn a_key_that_is_not_in_the_document_is_shown_only_as_what_is_undocumented() {
        let value = json!({"users": {"alice": {"colour": 1}}});
        let known = Known::of(&json!({"users": {}}));
        let at = "/users/alice/colour";
        assert_eq!(known.pointer(at, &value, true), "/users/•••/colour");
        assert_eq!(known.pointer(at, &value, false), "/users/•••/•••");
    }

    #[test]
    fn a_segment_in_the_place_of_a_parameter_is_a_value() {
        let known = Known::of(&json!({"paths": {"/users/{id}/keys": {}, "/users/all": {}}}));
        for (path, shown) in [
            ("/users/alice", "/users/•••"),
            ("/users/alice/colours", "/users/•••/colours"),
            ("/v2/users/alice?x=1", "/v2/users/•••"),
            ("/users/all/keys", "/users/all/keys"),
            ("/groups", "/groups"),
        ] {
            assert_eq!(known.path(path), shown);
        }
    }

    #[test]
    fn values_are_measured() {
        let rows = [
            (json!(918_273_645_001_u64), "integer of 12 digits"),
            (json!(-42), "negative integer of 2 digits"),
            (json!(7), "integer 7"),
            (json!(1.25), "number of 3 digits"),
            (json!("hunter2"), "string of 7 characters"),
            (json!(""), "empty string"),
            (json!(true), "boolean true"),
            (json!([1]), "array of 1 item"),
            (json!({}), "object of 0 members"),
        ];
        for (value, words) in rows {
            assert_eq!(describe(&value), words);
        }
    }

    #[test]
    fn what_would_be_acted_on_is_an_escape() {
        let rows = [
            ("a\n::error::b", "a\\n::error::b"),
            ("\u{1b}[2J\u{7}", "\\u{1b}[2J\\u{7}"),
            ("gpj.\u{202e}exe", "gpj.\\u{202e}exe"),
            (
                "\u{2066}x\u{2069}\u{200b}\u{feff}",
                "\\u{2066}x\\u{2069}\\u{200b}\\u{feff}",
            ),
            ("##vso[task.complete]", "#\\u{23}vso[task.complete]"),
            ("#a #", "#a #"),
            ("\u{9b}31m\u{85}\u{2028}", "\\u{9b}31m\\u{85}\\u{2028}"),
            ("größe 字 😀", "größe 字 😀"),
        ];
        for (text, shown) in rows {
            assert_eq!(visible(text), shown);
            assert_eq!(visible(shown), shown, "escaping is idempotent");
        }
    }

    #[test]
    fn a_file_is_named_but_for_what_looks_like_a_value() {
        let rows = [
            (
                "recordings/list/200-working-trunk.json",
                "recordings/list/200-working-trunk.json",
            ),
            ("recordings/b,c:d%.json", "recordings/b,c:d%.json"),
            ("x/20240131T120000.har", "x/•••.har"),
            ("x/20240131.har", "x/20240131.har"),
            (
                "x/15125550100.har#/log/entries/12345678",
                "x/•••.har#/log/entries/12345678",
            ),
            ("x/call-15125550100.har", "x/call-•••.har"),
            ("x/ab12cd34ef56ab78.har", "x/•••.har"),
            ("x/aa-bb-cc-dd-ee-ff.har", "x/•••.har"),
            ("x/recorded-traffic.har", "x/recorded-traffic.har"),
            ("/tmp/.tmpA1b2C3/a.json", "/tmp/.tmpA1b2C3/a.json"),
        ];
        for (path, shown) in rows {
            assert_eq!(file(path), shown);
        }
    }
}
