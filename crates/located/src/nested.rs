//! JSON within a string of other JSON, read as it is written there.

use serde_json::{Map, Number, Value};

use crate::json::plain_end;

/// `serde_json` reads nothing that is deeper.
const MAX_DEPTH: usize = 127;
/// An object with more members than this is no example of those that follow it.
const MANY: usize = 256;
/// After so many objects that were not like the one before, none is expected to be.
const MISSES: u8 = 8;

/// The value of JSON that stands in a string of other JSON, from what is written between the quotes
/// of that string. It is the value that [`json`](crate::json()) has for the string, without the
/// string being built.
///
/// ```
/// // What a HAR file has of a body: {"text": "{\"a\": [1, \"\\n\"]}"}
/// let body = r#"{\"a\": [1, \"\\n\"]}"#;
/// assert_eq!(located::json_in_string(body), Some(serde_json::json!({"a": [1, "\n"]})));
/// ```
///
/// `None` where it is not JSON, and where it has what needs a closer look: a duplicate key, half a
/// surrogate pair, a number out of range, more than 127 levels, structure that is written with
/// `\u` escapes. [`json`](crate::json()) then tells which.
pub fn json_in_string(written: &str) -> Option<Value> {
    let mut reader = Reader {
        text: written,
        bytes: written.as_bytes(),
        at: 0,
    };
    let value = reader.value(None, 0)?;
    reader.peek().is_none().then_some(value)
}

struct Reader<'t> {
    text: &'t str,
    bytes: &'t [u8],
    at: usize,
}

impl Reader<'_> {
    fn value(&mut self, shape: Option<&mut Shape>, depth: usize) -> Option<Value> {
        match self.peek()? {
            b'{' if depth < MAX_DEPTH => {
                self.at += 1;
                self.object(shape, depth + 1).map(Value::Object)
            }
            b'[' if depth < MAX_DEPTH => {
                self.at += 1;
                self.array(shape, depth + 1).map(Value::Array)
            }
            b'\\' => {
                self.token(b"\\\"")?;
                self.string().map(Value::String)
            }
            b't' => self.token(b"true").map(|()| Value::Bool(true)),
            b'f' => self.token(b"false").map(|()| Value::Bool(false)),
            b'n' => self.token(b"null").map(|()| Value::Null),
            b'-' | b'0'..=b'9' => self.number().map(Value::Number),
            _ => None,
        }
    }

    fn array(&mut self, shape: Option<&mut Shape>, depth: usize) -> Option<Vec<Value>> {
        let mut items = Vec::new();
        if self.peek()? == b']' {
            self.at += 1;
            return Some(items);
        }
        let is_new = shape.is_none();
        let mut own = Shape::default();
        let shape = shape.unwrap_or(&mut own);
        loop {
            // Of a single item nothing is learned that is of use again.
            let known = (!is_new || !items.is_empty()).then_some(&mut *shape);
            items.push(self.value(known, depth)?);
            if !self.more(b']')? {
                return Some(items);
            }
            if let ([Value::Object(first)], true) = (&items[..], is_new) {
                shape.learn(first, 0);
            }
        }
    }

    fn object(&mut self, shape: Option<&mut Shape>, depth: usize) -> Option<Map<String, Value>> {
        if self.peek()? == b'}' {
            self.at += 1;
            return Some(Map::new());
        }
        let Some(shape) = shape else {
            return self.members(Map::new(), depth);
        };
        let mut members = shape.example.clone();
        let (mut known, mut more) = (0, true);
        for ((expected, value), shape) in members.iter_mut().zip(&mut shape.members) {
            if !self.key_is(expected) {
                break;
            }
            *value = self.value(Some(shape), depth)?;
            known += 1;
            more = self.more(b'}')?;
            if !more {
                break;
            }
        }
        // From the last on, so that the others keep their order.
        for key in shape.example.keys().skip(known).rev() {
            members.swap_remove(key);
        }
        if more {
            members = self.members(members, depth)?;
        }
        shape.learn(&members, known);
        Some(members)
    }

    /// What an object has beside these members.
    fn members(
        &mut self,
        mut members: Map<String, Value>,
        depth: usize,
    ) -> Option<Map<String, Value>> {
        loop {
            self.peek()?;
            self.token(b"\\\"")?;
            let key = self.string()?;
            self.colon()?;
            let value = self.value(None, depth)?;
            if members.insert(key, value).is_some() {
                return None;
            }
            if !self.more(b'}')? {
                return Some(members);
            }
        }
    }

    /// Whether another item or member comes, before which the reader then stands, or the end.
    fn more(&mut self, end: u8) -> Option<bool> {
        let next = self.peek()?;
        self.at += 1;
        match next {
            b',' => Some(true),
            _ => (next == end).then_some(false),
        }
    }

    /// Whether the next key is this one, which is written without escapes; behind its colon then.
    fn key_is(&mut self, expected: &str) -> bool {
        let before = self.at;
        let is_it = self.peek() == Some(b'\\')
            && self.token(b"\\\"").is_some()
            && self.token(expected.as_bytes()).is_some()
            && self.token(b"\\\"").is_some()
            && self.colon().is_some();
        if !is_it {
            self.at = before;
        }
        is_it
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

    /// The next byte that begins no white space, at which the reader then stands.
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

    /// A string, from behind its opening quote.
    fn string(&mut self) -> Option<String> {
        let mut string = self.plain()?.to_owned();
        // A quote of the outer string ends nothing here, and a control character is never right.
        while !self.bytes[self.at..].starts_with(b"\\\"") {
            string.push(self.escape()?);
            string.push_str(self.plain()?);
        }
        self.at += 2;
        Some(string)
    }

    /// What comes before the next escape.
    fn plain(&mut self) -> Option<&str> {
        let start = self.at;
        self.at = plain_end(self.bytes, start)?;
        Some(&self.text[start..self.at])
    }

    /// A character of a string that is written as an escape, of the outer string or of both.
    fn escape(&mut self) -> Option<char> {
        let rest = &self.bytes[self.at..];
        let (c, length) = match *rest {
            [b'\\', b'/', ..] => ('/', 2),
            [b'\\', b'u', ..] => {
                let (c, length) = unicode(rest, b"\\u")?;
                // These would be structure, or wrong, in the inner text.
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

/// A character by its UTF-16 units, each behind `mark`, and how many bytes they take. None for half
/// a surrogate pair.
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

/// What the objects at a place of a body look like: the items of a list mostly have the same
/// members in the same order. A copy of such an object needs its values only: no key is searched
/// for, hashed or compared but with the one that is expected.
#[derive(Default)]
struct Shape {
    /// Keys that are written without escapes; the values are null.
    example: Map<String, Value>,
    /// The shapes of its members.
    members: Vec<Shape>,
    misses: u8,
}

impl Shape {
    /// Takes note of an object, of which so many members were as expected.
    fn learn(&mut self, object: &Map<String, Value>, mut known: usize) {
        let missing = self.example.len() - known;
        let more = object.len() - known;
        if missing + more > known {
            if self.misses == MISSES {
                return;
            }
            self.misses += 1;
            *self = Shape {
                misses: self.misses,
                ..Shape::default()
            };
            known = 0;
        } else if missing > 0 || more == 0 {
            return;
        }
        let is_plain = |key: &&String| plain_end(key.as_bytes(), 0).is_none();
        let fits = object.len() < MANY && self.misses < MISSES;
        for key in object
            .keys()
            .skip(known)
            .take_while(is_plain)
            .filter(|_| fits)
        {
            self.example.insert(key.clone(), Value::Null);
            self.members.push(Shape::default());
        }
    }
}
