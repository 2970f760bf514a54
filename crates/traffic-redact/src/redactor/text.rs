//! The redaction of one string: as the complete value of a field, as a SIP address, or as free
//! text.

use std::ops::Range;
use std::sync::LazyLock;

use http_recording::encode;
use percent_encoding::percent_decode_str;
use regex::{Captures, Regex};

use super::Redactor;
use crate::rules::{SECRET_SHAPES, Treat, is_switch, looks_random};
use crate::shapes::{self, Shape, classify, is_safe};
use crate::table::{Kind, is_whole_word};
use crate::{safe, words};

/// How often a text is percent-decoded: a URL in a parameter of a URL is encoded again.
const DEPTH: u8 = 3;

/// The port after a host.
static PORT: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"^\]?:\d{1,5}\b").expect("valid pattern"));

impl Redactor<'_> {
    /// Redacts the value of a field. Checking the result finds nothing: if unusual input and a
    /// placeholder combine into something that looks like another value, one placeholder replaces
    /// all of it.
    pub(super) fn whole(&mut self, treat: Treat, text: &str) -> String {
        let noted = self.notes.len();
        let redacted = self.string(treat, text);
        if redacted == text {
            return redacted;
        }
        let mut again = Redactor::new(self.knowledge);
        again.string(treat, &redacted);
        if again.table.is_empty() {
            return redacted;
        }
        self.notes.truncate(noted);
        self.put(Kind::Text, Kind::Text.rule(), text)
    }

    /// Redacts a string as its field requires.
    fn string(&mut self, treat: Treat, text: &str) -> String {
        if treat == Treat::Secret {
            return if is_switch(text) {
                text.into()
            } else {
                self.secret("secret-field", text)
            };
        }
        let is_harmless_number = matches!(treat, Treat::Number | Treat::Quantity)
            && is_number(text)
            && self.is_harmless_number(treat, text);
        if is_harmless_number || self.is_vocabulary(text) {
            return text.into();
        }
        if treat == Treat::Name && safe::is_time(text) {
            return self.time(text);
        }
        if is_encoded(text) {
            return self.encoded(text, |this, decoded| this.string(treat, decoded));
        }
        if let Some(pattern) = decode_pattern(text) {
            let redacted = self.address(&pattern);
            return if redacted == pattern {
                text.into()
            } else {
                encode_pattern(text, &redacted)
            };
        }
        // A string with the shape of a credential is one in any field.
        let text = &self.secrets(text);
        match treat {
            Treat::Address => self.address(text),
            Treat::User if text.contains(['@', ':']) => self.address(text),
            Treat::User => self.user(text),
            Treat::Domain if text.contains(['@', ':', '<']) => self.address(text),
            Treat::Domain => self.atom(Kind::Domain, text),
            Treat::Name => self.atom(Kind::Name, text),
            Treat::Agent => self.atom(Kind::Agent, text),
            Treat::Text => self.atom(Kind::Text, text),
            Treat::Phone
                if text
                    .bytes()
                    .any(|byte| byte.is_ascii_alphabetic() || byte == b'@') =>
            {
                self.free(text, DEPTH)
            }
            Treat::Phone => self.atom(Kind::User, text),
            Treat::Public => self.shapes(text),
            Treat::Prose => {
                self.in_prose = true;
                let redacted = self.free(text, DEPTH);
                self.in_prose = false;
                redacted
            }
            Treat::Secret | Treat::Number | Treat::Quantity | Treat::Unknown => {
                self.free(text, DEPTH)
            }
        }
    }

    /// Redacts free text.
    pub(super) fn free(&mut self, text: &str, depth: u8) -> String {
        static ENCODED: LazyLock<Regex> = LazyLock::new(|| {
            Regex::new(r#"[^\s"'<>/?&=#\\]*%[0-9A-Fa-f]{2}[^\s"'<>/?&=#\\]*"#)
                .expect("valid pattern")
        });
        let text = self.secrets(text);
        if depth == 0 {
            return self.plain(&text);
        }
        let mut redacted = String::with_capacity(text.len());
        let mut end = 0;
        for chunk in ENCODED.find_iter(&text) {
            redacted += &self.plain(&text[end..chunk.start()]);
            redacted += &self.encoded(chunk.as_str(), |this, decoded| {
                this.free(decoded, depth - 1)
            });
            end = chunk.end();
        }
        redacted + &self.plain(&text[end..])
    }

    /// A percent-encoded part of a URL: decoded, redacted, and encoded again only if that changed
    /// it.
    pub(super) fn encoded(
        &mut self,
        part: &str,
        redact: impl FnOnce(&mut Self, &str) -> String,
    ) -> String {
        let decoded = percent_decode_str(part).decode_utf8_lossy();
        let redacted = redact(self, &decoded);
        if decoded == part {
            return redacted;
        }
        if redacted == decoded {
            part.into()
        } else {
            encode(&redacted)
        }
    }

    /// Redacts a text without percent escapes: known values, shapes, and every word that is not
    /// known to be harmless.
    fn plain(&mut self, text: &str) -> String {
        if self.is_vocabulary(text) {
            return text.into();
        }
        let known = self.table.find(text, false);
        let text = self.each(text, &known, |this, kind, word| this.atom(kind, word));
        let mut redacted = String::with_capacity(text.len());
        let mut end = 0;
        for kept in safe::STRETCHES.find_iter(&text) {
            redacted += &self.unmarked(&text[end..kept.start()]);
            redacted += kept.as_str();
            end = kept.end();
        }
        redacted + &self.unmarked(&text[end..])
    }

    /// Redacts a public text: known values and shapes only.
    fn shapes(&mut self, text: &str) -> String {
        let known = self.table.find(text, false);
        let text = self.each(text, &known, |this, kind, word| this.atom(kind, word));
        let found = shapes::find(&text);
        self.each(&text, &found, Self::shape)
    }

    fn shape(&mut self, shape: Shape, found: &str) -> String {
        match shape {
            Shape::UserAtHost => self.address(found),
            Shape::One(kind) => self.atom(kind, found),
        }
    }

    /// Redacts a text without placeholders and times: shapes, and the words between them.
    fn unmarked(&mut self, text: &str) -> String {
        let mut redacted = String::with_capacity(text.len());
        let mut end = 0;
        for (range, shape) in shapes::find(text) {
            redacted += &self.numbers(&text[end..range.start]);
            redacted += &self.shape(shape, &text[range.clone()]);
            let port = PORT.find(&text[range.end..]).map_or(0, |port| port.end());
            end = range.end + port;
            redacted += &text[range.end..end];
        }
        redacted + &self.numbers(&text[end..])
    }

    /// Redacts numbers of four or more digits, however they are grouped, and the words between
    /// them.
    fn numbers(&mut self, text: &str) -> String {
        static NUMBER: LazyLock<Regex> =
            LazyLock::new(|| Regex::new(r"\+?\d[\d\s().+/_-]*\d").expect("valid pattern"));
        let mut redacted = String::with_capacity(text.len());
        let mut end = 0;
        for number in NUMBER.find_iter(text) {
            let digits = number.as_str().bytes().filter(u8::is_ascii_digit).count();
            if digits < 4 || !is_whole_word(text, &number.range()) {
                continue;
            }
            redacted += &self.words(&text[end..number.start()]);
            redacted += &self.atom(Kind::Text, number.as_str());
            end = number.end();
        }
        redacted + &self.words(&text[end..])
    }

    /// Redacts words, split at the separators of markup, URLs and lists.
    fn words(&mut self, text: &str) -> String {
        static WORD: LazyLock<Regex> = LazyLock::new(|| {
            // Any non-ASCII character counts as a letter.
            let inner = r#"[^\s<>"'=,;(){}\[\]/?&:|\\]"#;
            let outer = r"[A-Za-z0-9[^\x00-\x7F\s]]";
            Regex::new(&format!("{outer}(?:{inner}*{outer})?")).expect("valid pattern")
        });
        let unknown: Vec<_> = WORD
            .find_iter(text)
            .filter(|word| !self.is_harmless(text, word.range()))
            .map(|word| (word.range(), Kind::Text))
            .collect();
        self.each(text, &unknown, |this, kind, word| this.atom(kind, word))
    }

    /// Whether a word is harmless: known words, compounds of them, the status of a response, a
    /// short number in brackets.
    fn is_harmless(&self, text: &str, range: Range<usize>) -> bool {
        let word = &text[range.clone()];
        if word.bytes().all(|byte| byte.is_ascii_digit()) {
            let before = text[..range.start].chars().next_back();
            let after = text[range.end..].chars().next();
            let in_brackets = (before, after) == (Some('['), Some(']'));
            let stands_alone = [before, after]
                .iter()
                .all(|c| c.is_some_and(|c| c.is_whitespace() || matches!(c, '<' | '>')));
            let is_status = word.len() == 3 && matches!(word.as_bytes()[0], b'1'..=b'5');
            let in_prose = self.in_prose && words::is_ordinary(word);
            return (in_brackets && word.len() <= 3) || (is_status && stands_alone) || in_prose;
        }
        let lower = word.to_lowercase();
        let is_known = |word: &str| self.knowledge.has_word(&word.to_lowercase());
        let is_compound = |word: &str| word.is_ascii() && words::parts(word).all(is_known);
        let is_ordinary = |part: &str| words::is_ordinary(part) || is_compound(part);
        let mut parts = word.split(|c: char| !c.is_alphanumeric());
        self.knowledge.has_word(&lower)
            || is_compound(word)
            || (self.in_prose && parts.all(|part| part.is_empty() || is_ordinary(part)))
    }

    /// Replaces a personal date, such as a date of birth, with a neutral one in the same format.
    fn time(&mut self, text: &str) -> String {
        const NEUTRAL: &str = "2000-01-01T00:00:00.000000000";
        let mut neutral = NEUTRAL.chars();
        let mut redacted = String::new();
        for c in text.chars() {
            let digit = neutral.next().unwrap_or('0');
            redacted.push(if c.is_ascii_digit() { digit } else { c });
        }
        if !self.learning && redacted != text {
            self.note("time");
        }
        redacted
    }

    /// Credentials in a text, by shape and because they are known.
    fn secrets(&mut self, text: &str) -> String {
        let mut text = text.to_owned();
        for shape in SECRET_SHAPES.iter() {
            let found: Vec<_> = shape
                .pattern
                .captures_iter(&text)
                .filter_map(|captures| secret_range(&captures))
                .filter(|range| !shape.must_look_random || looks_random(&text[range.clone()]))
                .map(|range| (range, ()))
                .collect();
            text = self.each(&text, &found, |this, (), word| {
                this.secret(shape.rule, word)
            });
        }
        let known: Vec<_> = self.table.find(&text, true);
        self.each(&text, &known, |this, _, word| {
            this.secret("known-secret", word)
        })
    }

    /// A whole secret; equal ones are equal whether percent-encoded or not.
    fn secret(&mut self, rule: &'static str, text: &str) -> String {
        let decoded = percent_decode_str(text).decode_utf8_lossy();
        if is_safe(Kind::Secret, &decoded) {
            text.into()
        } else {
            self.put(Kind::Secret, rule, &decoded)
        }
    }

    /// Redacts a SIP address, a URI, a glob over one, or a bare host, with or without display name,
    /// port and parameters.
    pub(super) fn address(&mut self, text: &str) -> String {
        static ADDRESS: LazyLock<Regex> = LazyLock::new(|| {
            Regex::new(concat!(
                r"^(?:(?<display>[^<>@]*)(?<open><))?",
                r"(?<scheme>(?i:sips?|tel|https?|wss?|mailto):(?://)?)?",
                r"(?:(?<user>[^@;?>/\s]*)@)?",
                r"(?<host>\[[0-9A-Fa-f:.]+\]|[0-9A-Fa-f:]*:[0-9A-Fa-f]*:[0-9A-Fa-f:.]*",
                r"|[^@:;?<>/,\s\[\]]*)(?<tail>.*)$",
            ))
            .expect("valid pattern")
        });
        if self.is_vocabulary(text) {
            return text.into();
        }
        let line = !text.contains(['\n', '\r']);
        let Some(captures) = line.then(|| ADDRESS.captures(text)).flatten() else {
            return self.free(text, DEPTH);
        };
        let part = |name| captures.name(name).map_or("", |found| found.as_str());
        let display = match part("display").trim_matches([' ', '"']) {
            "" => part("display").to_owned(),
            name => {
                let redacted = self.atom(Kind::User, name);
                part("display").replacen(name, &redacted, 1)
            }
        };
        let user = match part("user").split_once(':') {
            _ if captures.name("user").is_none() => String::new(),
            Some((user, password)) => {
                let password = self.secret("url-password", password);
                format!("{}:{password}@", self.user(user))
            }
            None => format!("{}@", self.user(part("user"))),
        };
        let host = self.host(part("host"));
        let port = PORT.find(part("tail")).map_or(0, |port| port.end());
        let (port, tail) = part("tail").split_at(port);
        let tail = self.free(tail, DEPTH);
        format!(
            "{display}{}{}{user}{host}{port}{tail}",
            part("open"),
            part("scheme")
        )
    }

    /// Redacts the part before an `@`, or a login: word by word, so that globs such as `sip*` and
    /// `[*]` are kept.
    fn user(&mut self, text: &str) -> String {
        static WORD: LazyLock<Regex> = LazyLock::new(|| {
            Regex::new(r"[^*\[\]~<>]*[[:word:][^\x00-\x7F]][^*\[\]~<>]*").expect("valid pattern")
        });
        if !text.contains(['*', '[', '~', '<', '%']) {
            return self.atom(Kind::User, text);
        }
        self.encoded(text, |this, text| {
            let words: Vec<_> = WORD
                .find_iter(text)
                .map(|word| (word.range(), Kind::User))
                .collect();
            this.each(text, &words, |this, kind, word| this.atom(kind, word))
        })
    }

    /// Redacts a host, or a glob over hosts such as `*.acme.example`.
    fn host(&mut self, text: &str) -> String {
        static NAME: LazyLock<Regex> = LazyLock::new(|| {
            Regex::new(r"\w(?:[^*\[\]~<>]*\w)?|[0-9A-Fa-f:.]{2,}").expect("valid pattern")
        });
        // Non-ASCII symbols are not part of a glob.
        let is_odd = |c: char| !c.is_ascii() && !c.is_alphanumeric();
        if text.contains(is_odd) {
            return self.atom(Kind::Text, text);
        }
        let names: Vec<_> = NAME
            .find_iter(text)
            .map(|name| (name.range(), Kind::Host))
            .collect();
        let bare = text.trim_start_matches('[').trim_end_matches(']');
        if classify(Kind::Host, bare) == Kind::Ipv6 {
            return text.replacen(bare, &self.atom(Kind::Host, bare), 1);
        }
        self.each(text, &names, |this, kind, name| this.atom(kind, name))
    }

    /// Redacts a complete value.
    pub(super) fn atom(&mut self, kind: Kind, text: &str) -> String {
        let kind = classify(kind, text);
        if self.is_vocabulary(text) || safe::is_secret_placeholder(text) {
            return text.into();
        }
        if is_safe(kind, text) {
            self.table.keep(kind, text);
            return text.into();
        }
        self.put(kind, kind.rule(), text)
    }

    /// Learns a value in the first pass, replaces it in the second.
    pub(super) fn put(&mut self, kind: Kind, rule: &'static str, text: &str) -> String {
        if self.learning {
            self.table.learn(kind, text);
            return text.into();
        }
        let (known_as, placeholder) = self.table.replace(kind, text);
        self.note(if known_as == kind {
            rule
        } else {
            known_as.rule()
        });
        placeholder
    }

    /// Replaces parts of a text and keeps what is between them.
    fn each<T: Clone>(
        &mut self,
        text: &str,
        stretches: &[(Range<usize>, T)],
        mut redact: impl FnMut(&mut Self, T, &str) -> String,
    ) -> String {
        let mut redacted = String::with_capacity(text.len());
        let mut end = 0;
        for (range, what) in stretches {
            redacted += &text[end..range.start];
            redacted += &redact(self, what.clone(), &text[range.clone()]);
            end = range.end;
        }
        redacted + &text[end..]
    }
}

/// Whether the string is only a number.
fn is_number(text: &str) -> bool {
    static NUMBER: LazyLock<Regex> =
        LazyLock::new(|| Regex::new(r"^-?\d{1,19}(?:\.\d+)?$").expect("valid pattern"));
    NUMBER.is_match(text)
}

/// Whether a value as a whole is a percent-encoded part of a URL.
fn is_encoded(text: &str) -> bool {
    static PART: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"^[\w.!~*'()%+-]*%[0-9A-Fa-f]{2}[\w.!~*'()%+-]*$").expect("valid pattern")
    });
    PART.is_match(text)
}

/// The range of the credential in a match.
pub(super) fn secret_range(captures: &Captures<'_>) -> Option<Range<usize>> {
    captures.name("secret").map(|secret| secret.range())
}

/// Newer servers address a trunk by the base64 of its pattern; all such patterns begin with `sip`.
fn decode_pattern(text: &str) -> Option<String> {
    use base64::Engine as _;
    use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};
    if !text.starts_with("c2lw") {
        return None;
    }
    let bare = text.trim_end_matches('=');
    let bytes = STANDARD_NO_PAD
        .decode(bare)
        .or_else(|_| URL_SAFE_NO_PAD.decode(bare))
        .ok()?;
    let pattern = String::from_utf8(bytes).ok()?;
    (pattern.contains('@') && !pattern.contains(char::is_control)).then_some(pattern)
}

/// The base64 of a pattern, padded if the original was.
fn encode_pattern(original: &str, pattern: &str) -> String {
    use base64::Engine as _;
    use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD};
    // An original of whole groups of three bytes shows no padding either way; the vendor pads.
    let unpadded = !original.ends_with('=') && !original.len().is_multiple_of(4);
    if unpadded {
        STANDARD_NO_PAD.encode(pattern)
    } else {
        STANDARD.encode(pattern)
    }
}
