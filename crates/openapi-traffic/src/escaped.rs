//! The decoded characters of a JSON string, with their positions in the text.

/// The decoded characters of a JSON string, each with the byte at which it begins.
pub(crate) struct Characters<'t> {
    text: &'t str,
    at: usize,
}

impl<'t> Characters<'t> {
    pub(crate) fn new(text: &'t str) -> Self {
        Characters { text, at: 0 }
    }

    /// The ASCII characters before the next quote or escape, but no more than so many, and the byte
    /// at which they begin.
    pub(crate) fn plain(&mut self, most: usize) -> (&'t str, usize) {
        let (start, rest) = (self.at, &self.text.as_bytes()[self.at..]);
        let rest = &rest[..most.min(rest.len())];
        let is_other = |byte: &u8| !byte.is_ascii() || matches!(byte, b'"' | b'\\');
        let length = rest.iter().position(is_other).unwrap_or(rest.len());
        self.at += length;
        (&self.text[start..self.at], start)
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
    use serde_json::Value;

    use super::*;

    proptest! {
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
