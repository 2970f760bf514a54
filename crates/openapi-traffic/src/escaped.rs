//! Positions of values in JSON that is embedded as a string in other JSON (bodies in a HAR file).

use located::{Source, pointer};

/// How many bytes of the decoded string lie between two remembered positions.
const STRETCH: usize = 1024;

/// A string that is itself JSON.
#[derive(Debug)]
pub(crate) struct Escaped {
    inner: Source,
    /// The byte of the outer text at which each stretch of the inner one begins.
    stretches: Vec<usize>,
    outer: String,
    start: usize,
}

impl Escaped {
    /// The string at a pointer; `None` where there is none.
    pub(crate) fn at(source: &Source, pointer: &str) -> Option<Escaped> {
        let span = source.span(pointer)?;
        let literal = source.text().get(span.clone())?;
        let outer = literal.strip_prefix('"')?.strip_suffix('"')?.to_owned();
        let start = span.start + 1;
        let (mut inner, mut stretches) = (String::with_capacity(outer.len()), Vec::new());
        for (at, c) in Characters::new(&outer) {
            if inner.len() >= stretches.len() * STRETCH {
                stretches.push(at);
            }
            inner.push(c);
        }
        Some(Escaped {
            inner: Source::new("", inner),
            stretches,
            outer,
            start,
        })
    }

    /// The byte of the outer text at which a value of the inner one begins, or the nearest around
    /// it; `None` when the inner text is not JSON.
    pub(crate) fn byte_of(&self, below: &str) -> Option<usize> {
        let begins = |at: &str| {
            let key = self.inner.key_span(at);
            key.or_else(|| self.inner.span(at)).map(|span| span.start)
        };
        let wanted = pointer::nearest(below, begins)?;
        // The first character of a stretch may begin behind its boundary, so the count starts at
        // the one before, of which the inner byte is not known but by counting on.
        let mut at = wanted / STRETCH;
        while at > 0 && self.inner_byte(at) > wanted {
            at -= 1;
        }
        let (outer, mut inner) = (*self.stretches.get(at)?, self.inner_byte(at));
        for (byte, c) in Characters::new(&self.outer[outer..]) {
            if inner >= wanted {
                return Some(self.start + outer + byte);
            }
            inner += c.len_utf8();
        }
        None
    }

    /// The inner byte at which a stretch begins: the first boundary of characters from there on.
    fn inner_byte(&self, stretch: usize) -> usize {
        let text = self.inner.text();
        let from = stretch * STRETCH;
        (from..text.len())
            .find(|at| text.is_char_boundary(*at))
            .unwrap_or(text.len())
    }
}

/// The decoded characters of a JSON string, each with the byte at which it begins.
pub(crate) struct Characters<'t> {
    text: &'t str,
    at: usize,
}

impl<'t> Characters<'t> {
    pub(crate) fn new(text: &'t str) -> Self {
        Characters { text, at: 0 }
    }

    fn unit(&mut self) -> Option<u32> {
        let digits = self.text.get(self.at..self.at + 4)?;
        self.at += 4;
        u32::from_str_radix(digits, 16).ok()
    }
}

impl Iterator for Characters<'_> {
    type Item = (usize, char);

    fn next(&mut self) -> Option<(usize, char)> {
        let start = self.at;
        let c = self.text[start..].chars().next()?;
        self.at += c.len_utf8();
        if c != '\\' {
            return Some((start, c));
        }
        let escape = self.text[self.at..].chars().next()?;
        self.at += escape.len_utf8();
        let c = match escape {
            'n' => '\n',
            't' => '\t',
            'r' => '\r',
            'b' => '\u{8}',
            'f' => '\u{c}',
            'u' => {
                let first = self.unit()?;
                let is_high = (0xd800..0xdc00).contains(&first);
                if is_high && self.text[self.at..].starts_with("\\u") {
                    let before = self.at;
                    self.at += 2;
                    let second = self.unit().filter(|it| (0xdc00..0xe000).contains(it));
                    match second {
                        Some(second) => {
                            let code = 0x1_0000 + ((first - 0xd800) << 10) + (second - 0xdc00);
                            char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER)
                        }
                        None => {
                            self.at = before;
                            char::REPLACEMENT_CHARACTER
                        }
                    }
                } else {
                    char::from_u32(first).unwrap_or(char::REPLACEMENT_CHARACTER)
                }
            }
            other => other,
        };
        Some((start, c))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::{Value, json};

    use super::*;

    /// What follows in the outer text from the position that is found for `/here`.
    fn found(body: &str, ascii: bool) -> String {
        let body = format!("{{\"a\": \"{body}\", \"here\": 1}}");
        let mut literal = json!(body).to_string();
        if ascii {
            let escaped = |c: char| {
                let mut units = [0; 2];
                let units = c.encode_utf16(&mut units).iter();
                units
                    .map(|unit| format!("\\u{unit:04x}"))
                    .collect::<String>()
            };
            literal = literal
                .chars()
                .map(|c| {
                    if c.is_ascii() {
                        c.to_string()
                    } else {
                        escaped(c)
                    }
                })
                .collect();
        }
        let outer = Source::new("", format!("{{\"t\": {literal}}}"));
        let escaped = Escaped::at(&outer, "/t").expect("a string");
        let byte = escaped.byte_of("/here").expect("the inner text is JSON");
        outer.text()[byte..].to_owned()
    }

    proptest! {
        #[test]
        fn the_byte_of_a_value_is_where_its_key_is_written(
            body in "[a-zé字😀 ]{0,40}",
            times in 1..80_usize,
            ascii: bool,
        ) {
            prop_assert_eq!(found(&body.repeat(times), ascii), "\\\"here\\\": 1}\"}");
        }

        #[test]
        fn characters_are_those_that_a_parser_reads(
            text in "\\PC{0,30}",
            tail in "[\n\t\r\"/\\\\]{0,4}",
        ) {
            let text = text + &tail;
            let literal = Value::from(text.clone()).to_string();
            let read: String = Characters::new(&literal[1..literal.len() - 1])
                .map(|(_, c)| c)
                .collect();
            prop_assert_eq!(read, text);
        }
    }

    #[test]
    fn half_a_surrogate_pair_is_one_character() {
        let read = |text| Characters::new(text).map(|(_, c)| c).collect::<String>();
        assert_eq!(read("\\ud83d\\ude00"), "😀");
        assert_eq!(read("\\ud83dx"), "\u{fffd}x");
        assert_eq!(read("\\ud83d\\n"), "\u{fffd}\n");
        assert_eq!(read("\\ud83d\\u0041"), "\u{fffd}A");
    }
}
