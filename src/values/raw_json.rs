//! Raw JSON values, and a deserializer that gets them from any serde format.

use std::borrow::Cow;
use std::fmt;
use std::sync::LazyLock;

use serde::de::{self, Deserializer, MapAccess, SeqAccess, Visitor};
use serde::ser::{Serialize, Serializer};
use serde_json::Value;
use serde_json::value::RawValue;

/// Any JSON value, kept as received: numbers of any length, strings that a Rust string cannot
/// represent, objects in their order.
///
/// Two values are equal if they are the same JSON. `Debug` does not show the value, which may be a
/// secret.
///
/// ```
/// use netsapiens_connections::Connection;
///
/// let trunk: Connection = serde_json::from_str(
///     r#"{"domain":"acme.example","connection-orig-match-pattern":"sip*@a","call-routing":[[]]}"#,
/// )?;
/// let routing = trunk.call_routing.unwrap();
/// assert_eq!(routing.as_str(), "[[]]");
/// assert_eq!(routing.to_value()?, serde_json::json!([[]]));
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone)]
pub struct RawJson(Box<RawValue>);

impl RawJson {
    /// From a string that is known to be JSON; `null` for any other.
    pub(crate) fn new(json: &str) -> Self {
        Self(RawValue::from_string(json.to_owned()).unwrap_or_default())
    }

    /// The JSON as received.
    pub fn as_str(&self) -> &str {
        self.0.get()
    }

    /// Parses the value.
    ///
    /// # Errors
    /// For JSON that [`Value`] cannot represent: a number beyond the range of a double, half of a
    /// surrogate pair, or more than 127 nested levels.
    pub fn to_value(&self) -> serde_json::Result<Value> {
        serde_json::from_str(self.as_str())
    }
}

impl PartialEq for RawJson {
    fn eq(&self, other: &Self) -> bool {
        self.as_str() == other.as_str()
            || matches!((self.to_value(), other.to_value()), (Ok(a), Ok(b)) if a == b)
    }
}

impl fmt::Debug for RawJson {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("RawJson(***)")
    }
}

impl From<Value> for RawJson {
    fn from(value: Value) -> Self {
        Self::new(&value.to_string())
    }
}

impl Serialize for RawJson {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(serializer)
    }
}

impl<'de> de::Deserialize<'de> for RawJson {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        de::DeserializeSeed::deserialize(AsJson, deserializer).map(|json| Self::new(&json))
    }
}

/// The newtype name that makes serde_json return raw JSON: the one that `RawValue` uses.
static RAW: LazyLock<&'static str> = LazyLock::new(|| {
    match <&RawValue as de::Deserialize>::deserialize(NameRecorder) {
        Err(RecordedName(Some(name))) => name,
        // Then serde_json returns values one by one, as other formats do.
        _ => "",
    }
});

/// Reads a value as raw JSON. serde_json returns its input, which is fast and lossless; from other
/// formats the JSON is assembled.
pub(super) struct AsJson;

impl<'de> de::DeserializeSeed<'de> for AsJson {
    type Value = Cow<'de, str>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_newtype_struct(*RAW, self)
    }
}

impl<'de> Visitor<'de> for AsJson {
    type Value = Cow<'de, str>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any value")
    }

    fn visit_newtype_struct<D: Deserializer<'de>>(
        self,
        deserializer: D,
    ) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_any(self)
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_any(self)
    }

    fn visit_none<E: de::Error>(self) -> Result<Self::Value, E> {
        self.visit_unit()
    }

    fn visit_unit<E: de::Error>(self) -> Result<Self::Value, E> {
        Ok(Cow::Borrowed("null"))
    }

    fn visit_bool<E: de::Error>(self, value: bool) -> Result<Self::Value, E> {
        Ok(Cow::Borrowed(if value { "true" } else { "false" }))
    }

    fn visit_i64<E: de::Error>(self, number: i64) -> Result<Self::Value, E> {
        Ok(number.to_string().into())
    }

    fn visit_u64<E: de::Error>(self, number: u64) -> Result<Self::Value, E> {
        Ok(number.to_string().into())
    }

    fn visit_i128<E: de::Error>(self, number: i128) -> Result<Self::Value, E> {
        Ok(number.to_string().into())
    }

    fn visit_u128<E: de::Error>(self, number: u128) -> Result<Self::Value, E> {
        Ok(number.to_string().into())
    }

    fn visit_f64<E: de::Error>(self, number: f64) -> Result<Self::Value, E> {
        Ok(Value::from(number).to_string().into())
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Self::Value, E> {
        Ok(quoted(text).into())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Self::Value, A::Error> {
        let mut json = String::from("[");
        while let Some(item) = items.next_element_seed(AsJson)? {
            separate(&mut json);
            json.push_str(&item);
        }
        json.push(']');
        Ok(json.into())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Self::Value, A::Error> {
        let mut json = String::from("{");
        while let Some(name) = members.next_key_seed(Text)? {
            if !RAW.is_empty() && name == *RAW {
                return members.next_value_seed(Text);
            }
            separate(&mut json);
            json.push_str(&quoted(&name));
            json.push(':');
            json.push_str(&members.next_value_seed(AsJson)?);
        }
        json.push('}');
        Ok(json.into())
    }
}

fn quoted(text: &str) -> String {
    Value::from(text).to_string()
}

fn separate(json: &mut String) {
    if json.len() > 1 {
        json.push(',');
    }
}

/// A JSON string has half of a surrogate pair, which a Rust string cannot represent.
#[derive(Debug)]
pub(super) struct Lone;

/// The value of a JSON string; any other JSON unchanged.
#[inline]
pub(super) fn string(json: &str) -> Result<Cow<'_, str>, Lone> {
    let [b'"', .., b'"'] = json.as_bytes() else {
        return Ok(Cow::Borrowed(json));
    };
    if !end_of_string(json.as_bytes(), 0).0 {
        return Ok(Cow::Borrowed(&json[1..json.len() - 1]));
    }
    serde_json::from_str::<String>(json)
        .map(Cow::Owned)
        .map_err(|_| Lone)
}

/// Iterates over the members of an object, each with its name and the JSON of its value. A parser
/// has validated the JSON before, so this only finds where each value ends.
pub(super) struct Members<'a> {
    json: &'a str,
    at: usize,
}

impl<'a> Members<'a> {
    /// `None` where the JSON is not an object.
    pub(super) fn of(json: &'a str) -> Option<Self> {
        json.starts_with('{').then_some(Self { json, at: 1 })
    }

    /// Skips white space and punctuation.
    #[inline]
    fn skip(&mut self) {
        while self.json.as_bytes().get(self.at).is_some_and(skipped) {
            self.at += 1;
        }
    }

    /// The next value.
    #[inline]
    fn token(&mut self) -> Option<&'a str> {
        self.skip();
        let bytes = self.json.as_bytes();
        let start = self.at;
        self.at = match bytes.get(start)? {
            b'"' => end_of_string(bytes, start).1,
            b'{' | b'[' => end_of_nested(bytes, start),
            b'}' | b']' => return None,
            _ => {
                let ends = |byte: &u8| skipped(byte) || matches!(byte, b'}' | b']');
                let rest = bytes[start..].iter();
                start + rest.take_while(|byte| !ends(byte)).count()
            }
        };
        self.json.get(start..self.at)
    }
}

fn skipped(byte: &u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\n' | b'\r' | b',' | b':')
}

/// The index after the object or array that begins at `start`.
fn end_of_nested(bytes: &[u8], start: usize) -> usize {
    let (mut depth, mut at) = (0_usize, start);
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'"' => {
                at = end_of_string(bytes, at).1;
                continue;
            }
            b'{' | b'[' => depth += 1,
            b'}' | b']' => depth -= 1,
            _ => {}
        }
        at += 1;
        if depth == 0 {
            break;
        }
    }
    at
}

/// Whether the string that begins at `start` has escapes, and the index after it. It reads words of
/// eight bytes, which halves the time of reading a list.
#[inline]
fn end_of_string(bytes: &[u8], start: usize) -> (bool, usize) {
    const ONES: u64 = u64::from_le_bytes([0x01; 8]);
    const HIGH: u64 = u64::from_le_bytes([0x80; 8]);
    // The lowest byte that is marked is the first `byte` of the word.
    let marks = |word: u64, byte: u8| {
        let zeros = word ^ (ONES * u64::from(byte));
        zeros.wrapping_sub(ONES) & !zeros & HIGH
    };
    let (mut escapes, mut at) = (false, start + 1);
    loop {
        while let Some(word) = bytes.get(at..).and_then(<[u8]>::first_chunk) {
            let word = u64::from_le_bytes(*word);
            let marked = marks(word, b'"') | marks(word, b'\\');
            if marked != 0 {
                at += marked.trailing_zeros() as usize / 8;
                break;
            }
            at += 8;
        }
        match bytes.get(at) {
            Some(b'"') => return (escapes, at + 1),
            Some(b'\\') => {
                escapes = true;
                at += 2;
            }
            Some(_) => at += 1,
            None => return (escapes, bytes.len()),
        }
    }
}

impl<'a> Iterator for Members<'a> {
    type Item = (Cow<'a, str>, &'a str);

    #[inline]
    fn next(&mut self) -> Option<Self::Item> {
        self.skip();
        let start = self.at;
        let (escapes, end) = match self.json.as_bytes().get(start)? {
            b'"' => end_of_string(self.json.as_bytes(), start),
            _ => return None,
        };
        self.at = end;
        let name = match escapes {
            false => Cow::Borrowed(self.json.get(start + 1..end - 1)?),
            // A name with half of a surrogate pair keeps its escapes.
            true => string(self.json.get(start..end)?).unwrap_or(self.json.get(start..end)?.into()),
        };
        Some((name, self.token()?))
    }
}

/// A string, borrowed where possible.
struct Text;

impl<'de> de::DeserializeSeed<'de> for Text {
    type Value = Cow<'de, str>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl<'de> Visitor<'de> for Text {
    type Value = Cow<'de, str>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a string")
    }

    fn visit_borrowed_str<E: de::Error>(self, text: &'de str) -> Result<Self::Value, E> {
        Ok(Cow::Borrowed(text))
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Self::Value, E> {
        Ok(text.to_owned().into())
    }

    fn visit_string<E: de::Error>(self, text: String) -> Result<Self::Value, E> {
        Ok(text.into())
    }
}

/// A deserializer that only records the newtype name that it is asked for.
struct NameRecorder;

#[derive(Debug)]
struct RecordedName(Option<&'static str>);

impl<'de> Deserializer<'de> for NameRecorder {
    type Error = RecordedName;

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        _: V,
    ) -> Result<V::Value, RecordedName> {
        Err(RecordedName(Some(name)))
    }

    fn deserialize_any<V: Visitor<'de>>(self, _: V) -> Result<V::Value, RecordedName> {
        Err(RecordedName(None))
    }

    serde::forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option
        unit unit_struct seq tuple tuple_struct map struct enum identifier ignored_any
    }
}

impl fmt::Display for RecordedName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a recorded newtype name")
    }
}

impl std::error::Error for RecordedName {}

impl de::Error for RecordedName {
    fn custom<T: fmt::Display>(_: T) -> Self {
        Self(None)
    }
}
