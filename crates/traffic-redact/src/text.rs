//! Redaction of one string: as the whole value of a field, as a SIP address, or as a text that may
//! hold anything.

use std::ops::Range;
use std::sync::LazyLock;

use http_recording::encode;
use percent_encoding::percent_decode_str;
use regex::{Captures, Regex};

use super::Redactor;
use super::rules::{SECRET_SHAPES, Treat, is_switch, looks_random};
use super::shapes::{self, Shape, classify, is_safe};
use super::table::Kind;

/// How often a text is decoded: twice encoded is seen in URLs that are parameters of URLs.
const DEPTH: u8 = 3;

impl Redactor<'_> {
    /// The value of a field that is treated so. Reading the result again finds nothing: where odd
    /// input runs together with placeholders into what looks like another value, one placeholder
    /// stands for all of it.
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

    /// A string taken apart as its field asks for.
    fn string(&mut self, treat: Treat, text: &str) -> String {
        if treat == Treat::Secret {
            return if is_switch(text) {
                text.into()
            } else {
                self.secret("secret-field", text)
            };
        }
        if treat == Treat::Keep || self.is_vocabulary(text) {
            return text.into();
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
        // What a credential looks like is one wherever it stands.
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
            Treat::Secret | Treat::Keep | Treat::Unknown => self.free(text, DEPTH),
        }
    }

    /// A text that may hold anything.
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

    /// A text without percent escapes: known values, then shapes.
    fn plain(&mut self, text: &str) -> String {
        if self.is_vocabulary(text) {
            return text.into();
        }
        let known = self.table.find(text, false);
        let text = self.each(text, &known, |this, kind, word| this.atom(kind, word));
        let shapes = shapes::find(&text);
        self.each(&text, &shapes, |this, shape, word| match shape {
            Shape::UserAtHost => this.address(word),
            Shape::One(kind) => this.atom(kind, word),
        })
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

    /// A SIP address, a URI, a pattern over one, or a bare host; with or without display name, port
    /// and parameters.
    pub(super) fn address(&mut self, text: &str) -> String {
        static ADDRESS: LazyLock<Regex> = LazyLock::new(|| {
            Regex::new(concat!(
                r#"^(?:(?<display>[^<>@]*)(?<open><))?(?<scheme>(?i:sips?|tel|https?|wss?|mailto):(?://)?)?"#,
                r"(?:(?<user>[^@;?>/\s]*)@)?",
                r"(?<host>\[[0-9A-Fa-f:.]+\]|[0-9A-Fa-f:]*:[0-9A-Fa-f]*:[0-9A-Fa-f:.]*|[^@:;?<>/,\s\[\]]*)(?<tail>.*)$",
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
        let tail = self.free(part("tail"), DEPTH);
        format!(
            "{display}{}{}{user}{host}{tail}",
            part("open"),
            part("scheme")
        )
    }

    /// The part before an `@`, or a login: its words, so that globs such as `sip*` and `[*]` stay.
    fn user(&mut self, text: &str) -> String {
        static WORD: LazyLock<Regex> =
            LazyLock::new(|| Regex::new(r"[^*\[\]~<>]*\w[^*\[\]~<>]*").expect("valid pattern"));
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

    /// A host, or a pattern over hosts such as `*.acme.example`.
    fn host(&mut self, text: &str) -> String {
        static NAME: LazyLock<Regex> = LazyLock::new(|| {
            Regex::new(r"\w(?:[^*\[\]~<>]*\w)?|[0-9A-Fa-f:.]{2,}").expect("valid pattern")
        });
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

    /// One whole value.
    pub(super) fn atom(&mut self, kind: Kind, text: &str) -> String {
        let kind = classify(kind, text);
        if self.is_vocabulary(text) || super::safe::is_secret_placeholder(text) {
            return text.into();
        }
        if is_safe(kind, text) {
            self.table.keep(kind, text);
            return text.into();
        }
        self.put(kind, kind.rule(), text)
    }

    /// Learns a value on the first pass, replaces it on the second.
    fn put(&mut self, kind: Kind, rule: &'static str, text: &str) -> String {
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

    /// Rewrites stretches of a text and leaves what is between them.
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

/// Whether a value as a whole is a percent-encoded part of a URL.
fn is_encoded(text: &str) -> bool {
    static PART: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"^[\w.!~*'()%+-]*%[0-9A-Fa-f]{2}[\w.!~*'()%+-]*$").expect("valid pattern")
    });
    PART.is_match(text)
}

/// Where the credential stands in what a shape matched.
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
