//! The grammar of JSON: whether a text follows it, where its strings end, and which of its values
//! have no place in memory.

/// Whether a text is JSON by its grammar (RFC 8259), without a limit on depth or number size. Needs
/// one byte of memory per level.
///
/// ```
/// assert!(located::is_json(&("[".repeat(100_000) + &"]".repeat(100_000))));
/// assert!(!located::is_json("[1, 2"));
/// ```
pub fn is_json(text: &str) -> bool {
    let text = text.trim_start_matches('\u{feff}');
    Grammar {
        bytes: text.as_bytes(),
        at: 0,
    }
    .document()
    .is_some()
}

/// A parser of the grammar without recursion.
struct Grammar<'t> {
    bytes: &'t [u8],
    at: usize,
}

impl Grammar<'_> {
    fn document(mut self) -> Option<()> {
        let mut open = Vec::new();
        loop {
            // A value is expected here.
            let first = self.next()?;
            match first {
                b'{' | b'[' => {
                    let close = first + 2;
                    if self.peek()? == close {
                        self.at += 1;
                    } else {
                        open.push(close);
                        if close == b'}' {
                            self.key()?;
                        }
                        continue;
                    }
                }
                b'"' => self.string()?,
                b't' => self.word(b"rue")?,
                b'f' => self.word(b"alse")?,
                b'n' => self.word(b"ull")?,
                _ => self.number(first)?,
            }
            // What follows a value.
            loop {
                let Some(close) = open.last().copied() else {
                    return self.peek().is_none().then_some(());
                };
                match self.next()? {
                    b',' => {
                        if close == b'}' {
                            self.key()?;
                        }
                        break;
                    }
                    it if it == close => drop(open.pop()),
                    _ => return None,
                }
            }
        }
    }

    fn peek(&mut self) -> Option<u8> {
        while matches!(self.bytes.get(self.at)?, b' ' | b'\t' | b'\n' | b'\r') {
            self.at += 1;
        }
        self.bytes.get(self.at).copied()
    }

    fn next(&mut self) -> Option<u8> {
        let next = self.peek()?;
        self.at += 1;
        Some(next)
    }

    fn key(&mut self) -> Option<()> {
        (self.next()? == b'"').then_some(())?;
        self.string()?;
        (self.next()? == b':').then_some(())
    }

    fn word(&mut self, rest: &[u8]) -> Option<()> {
        self.bytes[self.at..].starts_with(rest).then_some(())?;
        self.at += rest.len();
        Some(())
    }

    fn string(&mut self) -> Option<()> {
        loop {
            let byte = *self.bytes.get(self.at)?;
            self.at += 1;
            match byte {
                b'"' => return Some(()),
                b'\\' => {
                    let escape = *self.bytes.get(self.at)?;
                    self.at += 1;
                    match escape {
                        b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't' => {}
                        b'u' => {
                            let digits = self.bytes.get(self.at..self.at + 4)?;
                            digits.iter().all(u8::is_ascii_hexdigit).then_some(())?;
                            self.at += 4;
                        }
                        _ => return None,
                    }
                }
                0..0x20 => return None,
                _ => {}
            }
        }
    }

    fn digits(&mut self) -> Option<()> {
        let rest = &self.bytes[self.at..];
        let count = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
        self.at += count;
        (count > 0).then_some(())
    }

    fn number(&mut self, first: u8) -> Option<()> {
        let first = match first {
            b'-' => {
                self.at += 1;
                *self.bytes.get(self.at - 1)?
            }
            other => other,
        };
        first.is_ascii_digit().then_some(())?;
        if first != b'0' {
            self.at -= 1;
            self.digits()?;
        }
        if self.bytes.get(self.at) == Some(&b'.') {
            self.at += 1;
            self.digits()?;
        }
        if matches!(self.bytes.get(self.at), Some(b'e' | b'E')) {
            self.at += 1;
            if matches!(self.bytes.get(self.at), Some(b'+' | b'-')) {
                self.at += 1;
            }
            self.digits()?;
        }
        Some(())
    }
}

/// The text with unpaired surrogates replaced by U+FFFD, and numbers out of range by the end of the
/// range. `None` if it contains neither.
pub(crate) fn representable(text: &str) -> Option<String> {
    let bytes = text.as_bytes();
    let mut out = String::with_capacity(text.len());
    let (mut at, mut copied, mut in_string) = (0, 0, false);
    let unit = |at: usize| {
        let digits = text.get(at..at + 6)?.strip_prefix("\\u")?;
        u32::from_str_radix(digits, 16).ok()
    };
    while let Some(byte) = bytes.get(at) {
        let (length, instead) = match byte {
            b'"' => {
                in_string = !in_string;
                (1, None)
            }
            b'\\' if in_string => match (unit(at), unit(at + 6)) {
                (Some(0xd800..0xdc00), Some(0xdc00..0xe000)) => (12, None),
                (Some(0xd800..0xe000), _) => (6, Some("\\ufffd")),
                _ => (2, None),
            },
            b'-' | b'0'..=b'9' if !in_string => {
                let is_part =
                    |byte: &&u8| matches!(byte, b'0'..=b'9' | b'+' | b'-' | b'.' | b'e' | b'E');
                let length = bytes[at..].iter().take_while(is_part).count();
                let instead = match text[at..at + length].parse::<f64>() {
                    Ok(f64::INFINITY) => Some("1.7976931348623157e308"),
                    Ok(f64::NEG_INFINITY) => Some("-1.7976931348623157e308"),
                    _ => None,
                };
                (length, instead)
            }
            _ => (1, None),
        };
        if let Some(instead) = instead {
            out.push_str(&text[copied..at]);
            out.push_str(instead);
            copied = at + length;
        }
        at += length;
    }
    out.push_str(&text[copied..]);
    (copied > 0).then_some(out)
}

/// The byte after the closing quote of a JSON string, given a byte `at` inside it that is not
/// escaped.
///
/// ```
/// let text = br#"{"say \"no\"": 1}"#;
/// assert_eq!(located::string_end(text, 2), Ok(13));
/// // The string is incomplete, and ends with a backslash.
/// assert_eq!(located::string_end(&text[..7], 2), Err(6));
/// ```
///
/// # Errors
/// The bytes end before the string does. Returns the byte from which to continue when there are
/// more.
pub fn string_end(bytes: &[u8], mut at: usize) -> Result<usize, usize> {
    loop {
        let special = string_special(bytes, at).ok_or(bytes.len().max(at))?;
        if bytes[special] == b'"' {
            return Ok(special + 1);
        }
        if special + 1 == bytes.len() {
            return Err(special);
        }
        // A backslash and the byte that it escapes.
        at = special + 2;
    }
}

/// The first quote, backslash or control character from a byte `at` on.
#[inline]
pub(crate) fn plain_end(bytes: &[u8], at: usize) -> Option<usize> {
    let high = |word| special(word) | below(word, b' ');
    first_of(bytes, at, high, |byte| {
        matches!(byte, b'"' | b'\\' | ..b' ')
    })
}

/// The first quote or backslash from a byte `at` on.
#[inline]
pub(crate) fn string_special(bytes: &[u8], at: usize) -> Option<usize> {
    first_of(bytes, at, special, |byte| matches!(byte, b'"' | b'\\'))
}

/// The first backslash from a byte `at` on.
#[inline]
pub(crate) fn backslash(bytes: &[u8], at: usize) -> Option<usize> {
    first_of(bytes, at, |word| is(word, b'\\'), |byte| byte == b'\\')
}

/// The first byte from `at` on that is wanted, where `high` sets the high bits of such bytes in a
/// word, of which only the lowest need be reliable.
#[inline]
fn first_of(
    bytes: &[u8],
    mut at: usize,
    high: impl Fn(u64) -> u64,
    wanted: impl Fn(u8) -> bool,
) -> Option<usize> {
    while let Some(word) = bytes.get(at..)?.first_chunk() {
        match first(high(u64::from_le_bytes(*word))) {
            Some(offset) => return Some(at + offset),
            None => at += size_of::<u64>(),
        }
    }
    let mut rest = bytes.get(at..)?.iter();
    Some(at + rest.position(|byte| wanted(*byte))?)
}

const ONES: u64 = u64::from_ne_bytes([0x01; 8]);
const HIGH: u64 = u64::from_ne_bytes([0x80; 8]);

/// The high bits of the bytes of a word that are less than an ASCII byte. Only the lowest bit that
/// is set is reliable.
fn below(word: u64, byte: u8) -> u64 {
    word.wrapping_sub(ONES * u64::from(byte)) & !word & HIGH
}

/// Likewise, the high bits of the bytes that are a quote or a backslash. Bodies in a HAR have one
/// every few bytes, so one search for both is faster than two.
fn special(word: u64) -> u64 {
    is(word, b'"') | is(word, b'\\')
}

/// Likewise, those that are a byte.
fn is(word: u64, byte: u8) -> u64 {
    below(word ^ (ONES * u64::from(byte)), 1)
}

/// The first byte of a word, in the order of the text, whose high bit is set.
fn first(high: u64) -> Option<usize> {
    (high != 0).then(|| high.trailing_zeros() as usize / 8)
}
