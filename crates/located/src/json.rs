//! JSON: the value by `serde_json`, positions by one scan over a text that is known to be valid.

use std::cell::Cell;
use std::fmt;
use std::ops::Range;

use serde::de::{DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value};

use crate::tree::{Children, Tree};

/// The value of a JSON text, and the pointers of the members whose key is a duplicate in its
/// object. The last of them counts, as nearly everywhere, and the others would be lost silently.
///
/// ```
/// let (value, duplicates) = located::json(r#"{"a": {"b": 1, "b": 2}}"#)?;
/// assert_eq!(value["a"]["b"], 2);
/// assert_eq!(duplicates, ["/a/b"]);
/// # Ok::<(), serde_json::Error>(())
/// ```
///
/// # Errors
/// It is not JSON; [`unreadable`] says where and why without quoting it.
pub fn json(text: &str) -> serde_json::Result<(Value, Vec<String>)> {
    let text = text.trim_start_matches('\u{feff}');
    let any_repeated = Cell::new(false);
    let members = Cell::new(0);
    let watched = Watched {
        any_repeated: &any_repeated,
        members: &members,
    };
    let mut json = serde_json::Deserializer::from_str(text);
    let value = watched.deserialize(&mut json)?;
    json.end()?;
    // Which they are is worked out when there are any, so that reading costs no more than it must.
    let repeated = any_repeated
        .get()
        .then(|| tree(text))
        .flatten()
        .map(|tree| tree.repeated());
    Ok((value, repeated.unwrap_or_default()))
}

/// Where and why a text cannot be read; counted from 1.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unreadable {
    /// The line.
    pub line: usize,
    /// The column, in characters.
    pub column: usize,
    /// The reason, which quotes no value.
    pub reason: String,
}

/// Where and why reading a JSON text ended with an error of `serde_json`, without the value that
/// its message may quote.
pub fn unreadable(text: &str, error: &serde_json::Error) -> Unreadable {
    let text = text.trim_start_matches('\u{feff}');
    Unreadable {
        line: error.line(),
        column: column_in_characters(text, error.line(), error.column()),
        reason: reason(error),
    }
}

/// `serde_json` counts bytes, a person counts characters.
fn column_in_characters(text: &str, line: usize, bytes: usize) -> usize {
    let line = text
        .split('\n')
        .nth(line.saturating_sub(1))
        .unwrap_or_default();
    let before = line.get(..bytes.saturating_sub(1)).unwrap_or(line);
    before.chars().count() + 1
}

/// Without the place, which is told in front of the message, and without the value that `serde`
/// quotes: it may be a password.
fn reason(error: &serde_json::Error) -> String {
    let message = error.to_string();
    let message = message
        .rfind(" at line ")
        .map_or(message.as_str(), |at| &message[..at]);
    match message.rsplit_once(", expected ") {
        Some((wrong, expected)) if !wrong.starts_with("unknown field") => {
            let kind = wrong
                .split(['"', '`'])
                .next()
                .unwrap_or_default()
                .trim_end();
            format!("{kind}, expected {expected}")
        }
        _ => message.to_owned(),
    }
}

/// Reads a value as `serde_json` does, and takes note whether an object has a duplicate key.
#[derive(Clone, Copy)]
struct Watched<'w> {
    any_repeated: &'w Cell<bool>,
    /// How many members the last object had. The next one mostly has as many, and need not grow.
    members: &'w Cell<usize>,
}

/// Room for more members than this is only made when they come.
const EXPECTED: usize = 64;

impl<'de> DeserializeSeed<'de> for Watched<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Watched<'_> {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_string<E>(self, value: String) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut access: A) -> Result<Value, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = access.next_element_seed(self)? {
            items.push(item);
        }
        Ok(Value::Array(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<Value, A::Error> {
        // An empty object has no table.
        let Some(first) = access.next_key::<String>()? else {
            return Ok(Value::Object(Map::new()));
        };
        let mut members = Map::with_capacity(self.members.get().min(EXPECTED));
        let mut next = Some(first);
        while let Some(key) = next {
            let value = access.next_value_seed(self)?;
            if members.insert(key, value).is_some() {
                self.any_repeated.set(true);
            }
            next = access.next_key()?;
        }
        self.members.set(members.len());
        Ok(Value::Object(members))
    }
}

/// A value deeper than this has no places of its own in it: `serde_json` reads none as a value.
const MAX_DEPTH: usize = 128;

/// The positions of everything in a text. Of one that is not JSON, they are of no use, or there are
/// none.
pub(crate) fn tree(text: &str) -> Option<Tree> {
    let at = text.len() - text.trim_start_matches('\u{feff}').len();
    Scan { text, at }.value(None, 0)
}

struct Scan<'t> {
    text: &'t str,
    at: usize,
}

impl Scan<'_> {
    fn value(&mut self, key: Option<Range<usize>>, depth: usize) -> Option<Tree> {
        let first = self.peek()?;
        let start = self.at;
        let children = match first {
            b'{' | b'[' if depth == MAX_DEPTH => {
                self.brackets()?;
                Children::None
            }
            b'{' => self.members(depth + 1)?,
            b'[' => self.items(depth + 1)?,
            b'"' => {
                self.string()?;
                Children::None
            }
            _ => {
                let rest = &self.text[start..];
                let end = rest.find([',', ']', '}', ' ', '\n', '\r', '\t']);
                self.at += end.unwrap_or(rest.len());
                // What ends where it begins is no value, and would be found again for ever.
                (self.at > start).then_some(Children::None)?
            }
        };
        Some(Tree {
            key,
            value: start..self.at,
            children,
        })
    }

    fn members(&mut self, depth: usize) -> Option<Children> {
        let mut members = Vec::new();
        self.at += 1;
        loop {
            match self.peek()? {
                b'}' => break,
                b',' => self.at += 1,
                _ => {
                    let key = self.string()?;
                    let name: String = serde_json::from_str(&self.text[key.clone()]).ok()?;
                    (self.peek()? == b':').then_some(())?;
                    self.at += 1;
                    members.push((name, self.value(Some(key), depth)?));
                }
            }
        }
        self.at += 1;
        Some(Children::Members(members.into_iter().collect()))
    }

    fn items(&mut self, depth: usize) -> Option<Children> {
        let mut items = Vec::new();
        self.at += 1;
        loop {
            match self.peek()? {
                b']' => break,
                b',' => self.at += 1,
                _ => items.push(self.value(None, depth)?),
            }
        }
        self.at += 1;
        Some(Children::Items(items))
    }

    /// Steps over an object or an array, however deep it is.
    fn brackets(&mut self) -> Option<()> {
        let mut depth = 0_usize;
        loop {
            match self.peek()? {
                b'"' => {
                    self.string()?;
                    continue;
                }
                b'{' | b'[' => depth += 1,
                b'}' | b']' => depth = depth.checked_sub(1)?,
                _ => {}
            }
            self.at += 1;
            if depth == 0 {
                return Some(());
            }
        }
    }

    /// Steps over a string, quotes included.
    fn string(&mut self) -> Option<Range<usize>> {
        (self.peek()? == b'"').then_some(())?;
        let start = self.at;
        self.at = string_end(self.text.as_bytes(), start + 1).ok()?;
        Some(start..self.at)
    }

    /// The next byte that is not white space, at which the scan then stands.
    fn peek(&mut self) -> Option<u8> {
        let bytes = self.text.as_bytes();
        while bytes.get(self.at)?.is_ascii_whitespace() {
            self.at += 1;
        }
        bytes.get(self.at).copied()
    }
}

/// The byte behind the quote that ends a JSON string, from a byte `at` inside it that no backslash
/// escapes.
///
/// ```
/// let text = br#"{"say \"no\"": 1}"#;
/// assert_eq!(located::string_end(text, 2), Ok(13));
/// // There is more to come of the string, and what the backslash escapes.
/// assert_eq!(located::string_end(&text[..7], 2), Err(6));
/// ```
///
/// # Errors
/// The bytes end before the string: from where to go on when there are more of them.
pub fn string_end(bytes: &[u8], mut at: usize) -> Result<usize, usize> {
    loop {
        let special = match bytes.get(at..).and_then(|rest| rest.first_chunk()) {
            Some(word) => match first_special(u64::from_le_bytes(*word)) {
                Some(offset) => at + offset,
                None => {
                    at += size_of::<u64>();
                    continue;
                }
            },
            None => {
                let rest = bytes.get(at..).unwrap_or_default();
                let special = rest.iter().position(|byte| matches!(byte, b'"' | b'\\'));
                at + special.ok_or(bytes.len().max(at))?
            }
        };
        if bytes[special] == b'"' {
            return Ok(special + 1);
        }
        if special + 1 == bytes.len() {
            return Err(special);
        }
        // A backslash and what it escapes.
        at = special + 2;
    }
}

/// Which byte of a word, in the order of the text, is the first quote or backslash. Bodies in a HAR
/// have one every few bytes, where the search for each alone would cost more.
fn first_special(word: u64) -> Option<usize> {
    const ONES: u64 = u64::from_ne_bytes([0x01; 8]);
    const HIGH: u64 = u64::from_ne_bytes([0x80; 8]);
    let is = |byte: u8| {
        let zero = word ^ (ONES * u64::from(byte));
        // The lowest bit that is set is right; those above it may not be.
        zero.wrapping_sub(ONES) & !zero & HIGH
    };
    let found = is(b'"') | is(b'\\');
    (found != 0).then(|| found.trailing_zeros() as usize / 8)
}
