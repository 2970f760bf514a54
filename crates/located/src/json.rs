//! Parses JSON: values with `serde_json`, and what is wrong with text that is not JSON.

use std::cell::Cell;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value};

use crate::grammar::{is_json, representable};
use crate::scan;

/// Parses JSON, and returns the pointers of members with a duplicate key. The last duplicate
/// counts, as in nearly all parsers, which drop the others silently.
///
/// An unpaired surrogate becomes the replacement character U+FFFD, and a number out of the range of
/// floating point becomes the end of the range.
///
/// ```
/// let (value, duplicates) = located::json(r#"{"a": {"b": 1, "b": 2}}"#)?;
/// assert_eq!(value["a"]["b"], 2);
/// assert_eq!(duplicates, ["/a/b"]);
/// # Ok::<(), serde_json::Error>(())
/// ```
///
/// # Errors
/// It is not JSON, or nested deeper than 127 levels ([`is_json`] tells which); [`unreadable`] says
/// where and why, without quoting it.
pub fn json(text: &str) -> serde_json::Result<(Value, Vec<String>)> {
    let text = text.trim_start_matches('\u{feff}');
    match strict(text) {
        // Retried only if it is valid JSON by its grammar.
        Err(error) if is_json(text) => match representable(text) {
            Some(text) => strict(&text),
            None => Err(error),
        },
        read => read,
    }
}

fn strict(text: &str) -> serde_json::Result<(Value, Vec<String>)> {
    let any_repeated = Cell::new(false);
    let members = Cell::new(0);
    let watched = Watched {
        any_repeated: &any_repeated,
        members: &members,
    };
    let mut json = serde_json::Deserializer::from_str(text);
    let value = watched.deserialize(&mut json)?;
    json.end()?;
    // Duplicates are located only if there are any, to keep parsing fast.
    let repeated = any_repeated
        .get()
        .then(|| scan::tree(text, &[]))
        .flatten()
        .map(|tree| tree.repeated(text));
    Ok((value, repeated.unwrap_or_default()))
}

/// Where and why a text cannot be parsed; counted from 1.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unreadable {
    /// The line.
    pub line: usize,
    /// The column, in characters.
    pub column: usize,
    /// The reason, which quotes no value.
    pub reason: String,
}

/// The place and reason of an error of `serde_json`, without the value that its message may quote.
pub fn unreadable(text: &str, error: &serde_json::Error) -> Unreadable {
    let text = text.trim_start_matches('\u{feff}');
    Unreadable {
        line: error.line(),
        column: column_in_characters(text, error.line(), error.column()),
        reason: reason(error),
    }
}

/// Converts a column of `serde_json`, in bytes, to characters.
fn column_in_characters(text: &str, line: usize, bytes: usize) -> usize {
    let line = text
        .split('\n')
        .nth(line.saturating_sub(1))
        .unwrap_or_default();
    let before = line.get(..bytes.saturating_sub(1)).unwrap_or(line);
    before.chars().count() + 1
}

/// The message without its place, which is reported separately, and without the value that `serde`
/// quotes, which may be a password.
fn reason(error: &serde_json::Error) -> String {
    let message = error.to_string();
    let message = message
        .rfind(" at line ")
        .map_or(message.as_str(), |at| &message[..at]);
    match message {
        "recursion limit exceeded" => return "nested deeper than 127 levels".to_owned(),
        "expected value" => return "not JSON: no value begins here".to_owned(),
        "EOF while parsing a value" => return "the text ends before a value".to_owned(),
        _ => {}
    }
    if let Some(open) = message.strip_prefix("EOF while parsing ") {
        return format!("the text ends within {open}");
    }
    match message.rsplit_once(", expected ") {
        Some((wrong, expected)) if !wrong.starts_with("unknown field") => {
            let kind = wrong
                .split(['"', '`'])
                .next()
                .unwrap_or_default()
                .trim_end();
            // An array of the wrong length: an object was expected.
            let kind = match kind.strip_prefix("invalid type: ") {
                Some("map") => "invalid type: object",
                Some("floating point") => "invalid type: number",
                Some("sequence") => "invalid type: array",
                None if kind.starts_with("invalid length ") => "invalid type: array",
                _ => kind,
            };
            format!("{kind}, expected {}", plain(expected))
        }
        _ => message.to_owned(),
    }
}

/// Translates type names of Rust into those of JSON.
fn plain(expected: &str) -> &str {
    match expected {
        "a map" => "an object",
        "a sequence" => "an array",
        "f32" | "f64" => "a number",
        expected if expected.starts_with("struct ") => "an object",
        expected => {
            let bits = expected.strip_prefix(['i', 'u']).unwrap_or_default();
            let is_integer = matches!(bits, "8" | "16" | "32" | "64" | "128" | "size");
            if is_integer { "an integer" } else { expected }
        }
    }
}

/// Deserializes a value as `serde_json` does, and records whether an object has a duplicate key.
#[derive(Clone, Copy)]
struct Watched<'w> {
    any_repeated: &'w Cell<bool>,
    /// How many members the last object had: the capacity for the next one.
    members: &'w Cell<usize>,
}

/// The limit for the initial capacity of an object.
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
