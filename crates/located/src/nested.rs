//! Parses JSON that is embedded as a string in other JSON, without decoding the string first.

use std::ops::Range;

use serde_json::{Map, Number, Value};

use crate::PositionsInString;
use crate::grammar::plain_end;
use crate::tree::{Kind, Tree};

/// The depth limit of `serde_json`.
const MAX_DEPTH: usize = 127;
/// A quote of the inner text.
const QUOTE: &[u8] = b"\\\"";

/// Parses JSON that is embedded as a string in other JSON, from the raw text between the quotes of
/// that string. The value is that of [`json`](crate::json()) for the decoded string, without
/// decoding it. The positions are those in the raw text.
///
/// `spare` is a value that is no longer needed; its memory is reused. Consecutive values are mostly
/// similar: objects with the same keys in the same order, of which only the values are overwritten.
///
/// ```
/// use serde_json::{Value, json};
///
/// // A body in a HAR file: {"text": "{\"a\": [1, \"\\n\"]}"}
/// let body = r#"{\"a\": [1, \"\\n\"]}"#;
/// let (value, positions) = located::json_in_string(body, Value::Null).expect("JSON");
/// assert_eq!(value, json!({"a": [1, "\n"]}));
/// assert_eq!(&body[positions.extent(body, "/a/0")], "1");
///
/// let (next, _) = located::json_in_string(r#"{\"a\": [2]}"#, value).expect("JSON");
/// assert_eq!(next, json!({"a": [2]}));
/// ```
///
/// `None` if it is not JSON, or has something that is not supported here: a duplicate key, an
/// unpaired surrogate, a number out of range, more than 127 levels, or structure written with `\u`
/// escapes. Use [`json`](crate::json()) then.
pub fn json_in_string(written: &str, mut spare: Value) -> Option<(Value, PositionsInString)> {
    let mut reader = Reader {
        text: written,
        bytes: written.as_bytes(),
        at: 0,
        positions: Tree::of(written)?,
    };
    reader.value(None, &mut spare, 0)?;
    let is_end = reader.peek().is_none();
    is_end.then(|| (spare, PositionsInString::new(reader.positions)))
}

struct Reader<'t> {
    text: &'t str,
    bytes: &'t [u8],
    at: usize,
    positions: Tree,
}

impl Reader<'_> {
    /// Parses a value, reusing the memory of another, and returns its number in the positions.
    fn value(&mut self, key: Option<Range<usize>>, value: &mut Value, depth: usize) -> Option<u32> {
        let first = self.peek()?;
        let number = self.positions.open(key, self.at);
        let kind = match first {
            b'{' if depth < MAX_DEPTH => {
                if !value.is_object() {
                    *value = Value::Object(Map::new());
                }
                self.object(value.as_object_mut()?, depth + 1)?
            }
            b'[' if depth < MAX_DEPTH => {
                if !value.is_array() {
                    *value = Value::Array(Vec::new());
                }
                self.array(value.as_array_mut()?, depth + 1)?
            }
            first => {
                self.scalar(first, value)?;
                Kind::Scalar
            }
        };
        self.positions.close(number, self.at, kind);
        Some(number)
    }

    fn scalar(&mut self, first: u8, value: &mut Value) -> Option<()> {
        *value = match first {
            b'\\' => {
                if let Value::String(string) = value {
                    string.clear();
                    return self.string(string);
                }
                let mut string = String::new();
                self.string(&mut string)?;
                Value::String(string)
            }
            b't' => self.token(b"true").map(|()| Value::Bool(true))?,
            b'f' => self.token(b"false").map(|()| Value::Bool(false))?,
            b'n' => self.token(b"null").map(|()| Value::Null)?,
            b'-' | b'0'..=b'9' => Value::Number(self.number()?),
            _ => return None,
        };
        Some(())
    }

    fn array(&mut self, items: &mut Vec<Value>, depth: usize) -> Option<Kind> {
        self.at += 1;
        let (mut count, mut more) = (0, self.peek()? != b']');
        if !more {
            self.at += 1;
        }
        while more {
            if count == items.len() {
                items.push(Value::Null);
            }
            self.value(None, &mut items[count], depth)?;
            count += 1;
            more = self.more(b']')?;
        }
        items.truncate(count);
        Some(Kind::Items(u32::try_from(count).ok()?))
    }

    fn object(&mut self, members: &mut Map<String, Value>, depth: usize) -> Option<Kind> {
        self.at += 1;
        let (mut count, mut more) = (0, self.peek()? != b'}');
        if !more {
            self.at += 1;
        }
        for (name, value) in members.iter_mut() {
            let Some(key) = more.then(|| self.key_if(name)).flatten() else {
                break;
            };
            self.value(Some(key), value, depth)?;
            count += 1;
            more = self.more(b'}')?;
        }
        if count < members.len() {
            let mut left = count;
            members.retain(|_, _| {
                let is_left = left > 0;
                left = left.saturating_sub(1);
                is_left
            });
        }
        while more {
            self.peek()?;
            let (start, mut name, mut value) = (self.at, String::new(), Value::Null);
            self.string(&mut name)?;
            let key = start..self.at;
            self.colon()?;
            // What has escapes is longer than its name.
            let is_plain = key.len() == name.len() + 2 * QUOTE.len();
            let number = self.value(Some(key), &mut value, depth)?;
            if !is_plain {
                self.positions.name(self.text, number, name.clone());
            }
            if members.insert(name, value).is_some() {
                return None;
            }
            more = self.more(b'}')?;
        }
        Some(Kind::Members(u32::try_from(members.len()).ok()?))
    }

    /// Whether another item or member follows; consumes the separator or the end.
    fn more(&mut self, end: u8) -> Option<bool> {
        let next = self.peek()?;
        self.at += 1;
        match next {
            b',' => Some(true),
            _ => (next == end).then_some(false),
        }
    }

    /// Consumes the next key and its colon, if it has this name and is written without escapes, and
    /// returns where the key is.
    fn key_if(&mut self, name: &str) -> Option<Range<usize>> {
        let before = self.at;
        let key = self.key_of(name);
        if key.is_none() {
            self.at = before;
        }
        key
    }

    fn key_of(&mut self, name: &str) -> Option<Range<usize>> {
        self.peek()?;
        let start = self.at;
        plain_end(name.as_bytes(), 0).is_none().then_some(())?;
        self.token(QUOTE)?;
        self.token(name.as_bytes())?;
        self.token(QUOTE)?;
        let key = start..self.at;
        self.colon()?;
        Some(key)
    }

    fn colon(&mut self) -> Option<()> {
        self.peek()?;
        self.token(b":")
    }

    fn token(&mut self, token: &[u8]) -> Option<()> {
        self.bytes[self.at..].starts_with(token).then_some(())?;
        self.at += token.len();
        Some(())
    }

    /// Skips white space and returns the next byte, without consuming it.
    fn peek(&mut self) -> Option<u8> {
        loop {
            let next = *self.bytes.get(self.at)?;
            self.at += match (next, self.bytes.get(self.at + 1)) {
                (b' ', _) => 1,
                (b'\\', Some(b'n' | b'r' | b't')) => 2,
                _ => return Some(next),
            };
        }
    }

    fn number(&mut self) -> Option<Number> {
        let rest = &self.bytes[self.at..];
        let is_part = |byte: &u8| matches!(byte, b'0'..=b'9' | b'+' | b'-' | b'.' | b'e' | b'E');
        let length = rest.iter().position(|byte| !is_part(byte));
        let written = &self.text[self.at..self.at + length.unwrap_or(rest.len())];
        self.at += written.len();
        let is_small = matches!(written.as_bytes(), [b'0'] | [b'1'..=b'9', ..])
            && written.len() < 19
            && written.bytes().all(|byte| byte.is_ascii_digit());
        match is_small {
            true => written.parse::<u64>().ok().map(Number::from),
            false => serde_json::from_str(written).ok(),
        }
    }

    /// Parses a string, from its opening quote.
    fn string(&mut self, string: &mut String) -> Option<()> {
        self.token(QUOTE)?;
        string.push_str(self.plain()?);
        // A bare quote would end the outer string, and control characters are never valid.
        while !self.bytes[self.at..].starts_with(QUOTE) {
            string.push(self.escape()?);
            string.push_str(self.plain()?);
        }
        self.at += QUOTE.len();
        Some(())
    }

    /// Consumes the characters before the next escape.
    fn plain(&mut self) -> Option<&str> {
        let start = self.at;
        self.at = plain_end(self.bytes, start)?;
        Some(&self.text[start..self.at])
    }

    /// Consumes an escape, of the outer string or of both.
    fn escape(&mut self) -> Option<char> {
        let rest = &self.bytes[self.at..];
        let (c, length) = match *rest {
            [b'\\', b'/', ..] => ('/', 2),
            [b'\\', b'u', ..] => {
                let (c, length) = unicode(rest, b"\\u")?;
                // In the inner text, these would be structure or invalid.
                let is_special = matches!(c, '"' | '\\' | '\0'..='\x1f');
                (!is_special).then_some((c, length))?
            }
            [b'\\', b'\\', b'u', ..] => unicode(rest, b"\\\\u")?,
            [b'\\', b'\\', b'\\', c @ (b'"' | b'\\' | b'/'), ..] => (char::from(c), 4),
            [b'\\', b'\\', c, ..] => {
                let c = match c {
                    b'/' => '/',
                    b'n' => '\n',
                    b't' => '\t',
                    b'r' => '\r',
                    b'b' => '\u{8}',
                    b'f' => '\u{c}',
                    _ => return None,
                };
                (c, 3)
            }
            _ => return None,
        };
        self.at += length;
        Some(c)
    }
}

/// A character from its UTF-16 units, each preceded by `mark`, and its length in bytes. `None` for
/// an unpaired surrogate.
fn unicode(bytes: &[u8], mark: &[u8]) -> Option<(char, usize)> {
    let unit = |at: usize| {
        let digits = bytes.get(at..)?.strip_prefix(mark)?.get(..4)?;
        digits.iter().try_fold(0, |unit, digit| {
            Some(unit << 4 | char::from(*digit).to_digit(16)?)
        })
    };
    let length = mark.len() + 4;
    let first = unit(0)?;
    if !(0xd800..0xdc00).contains(&first) {
        return Some((char::from_u32(first)?, length));
    }
    let second = unit(length).filter(|unit| (0xdc00..0xe000).contains(unit))?;
    let code = 0x1_0000 + ((first - 0xd800) << 10) + (second - 0xdc00);
    Some((char::from_u32(code)?, 2 * length))
}
