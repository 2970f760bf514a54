//! JSON as it came, and the reader that takes it from any format of serde.

use std::borrow::Cow;
use std::fmt;
use std::sync::LazyLock;

use serde::de::{self, Deserializer, MapAccess, SeqAccess, Visitor};
use serde::ser::{Serialize, Serializer};
use serde_json::Value;
use serde_json::value::RawValue;

/// A value of any JSON, kept as the text that came: numbers of any length, strings that no Rust
/// string can hold, objects in their order.
///
/// Two are equal when they are the same JSON. `Debug` does not show the value, which may be a
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
    /// Takes text that is known to be JSON, and `null` for any other.
    pub(crate) fn new(json: &str) -> Self {
        Self(RawValue::from_string(json.to_owned()).unwrap_or_default())
    }

    /// The JSON text.
    pub fn as_str(&self) -> &str {
        self.0.get()
    }

    /// The value as a tree.
    ///
    /// # Errors
    /// For what [`Value`] cannot hold: a number beyond a double, half of a surrogate pair, more
    /// than 127 levels.
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

/// The name by which serde_json is asked for a value as text. It is what `RawValue` asks for.
static RAW: LazyLock<&'static str> = LazyLock::new(|| {
    match <&RawValue as de::Deserialize>::deserialize(AskedFor) {
        Err(Asked(Some(name))) => name,
        // Then serde_json gives values piece by piece, as other formats do.
        _ => "",
    }
});

/// Reads a value as JSON text. serde_json gives the text as it is, which is quick and keeps what no
/// Rust value can hold; from other formats it is put together.
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

/// The name of a member. One that is no text, with half of a surrogate pair, has U+FFFD there.
pub(super) struct Name;

impl<'de> de::DeserializeSeed<'de> for Name {
    type Value = Cow<'de, str>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        let json = AsJson.deserialize(deserializer)?;
        Ok(match json {
            Cow::Borrowed(json) => string(json).unwrap_or_else(|Lone| lossy(json)),
            Cow::Owned(json) => string(&json)
                .unwrap_or_else(|Lone| lossy(&json))
                .into_owned()
                .into(),
        })
    }
}

/// A JSON string holds half of a surrogate pair, which no Rust string can.
#[derive(Debug)]
pub(super) struct Lone;

/// The text of a JSON string; the JSON itself of what is none.
pub(super) fn string(json: &str) -> Result<Cow<'_, str>, Lone> {
    let Some(inner) = json
        .strip_prefix('"')
        .and_then(|json| json.strip_suffix('"'))
    else {
        return Ok(Cow::Borrowed(json));
    };
    if !inner.contains('\\') {
        return Ok(Cow::Borrowed(inner));
    }
    serde_json::from_str::<String>(json)
        .map(Cow::Owned)
        .map_err(|_| Lone)
}

fn lossy(json: &str) -> Cow<'static, str> {
    struct Bytes;
    impl Visitor<'_> for Bytes {
        type Value = String;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("a string")
        }

        fn visit_bytes<E: de::Error>(self, bytes: &[u8]) -> Result<String, E> {
            Ok(String::from_utf8_lossy(bytes).into_owned())
        }
    }
    let bytes = serde_json::Deserializer::from_str(json).deserialize_bytes(Bytes);
    bytes.unwrap_or_default().into()
}

/// Text that is borrowed where that is possible.
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
        f.write_str("text")
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

/// A deserializer that only notes what it is asked for.
struct AskedFor;

#[derive(Debug)]
struct Asked(Option<&'static str>);

impl<'de> Deserializer<'de> for AskedFor {
    type Error = Asked;

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        _: V,
    ) -> Result<V::Value, Asked> {
        Err(Asked(Some(name)))
    }

    fn deserialize_any<V: Visitor<'de>>(self, _: V) -> Result<V::Value, Asked> {
        Err(Asked(None))
    }

    serde::forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option
        unit unit_struct seq tuple tuple_struct map struct enum identifier ignored_any
    }
}

impl fmt::Display for Asked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("asked for a value")
    }
}

impl std::error::Error for Asked {}

impl de::Error for Asked {
    fn custom<T: fmt::Display>(_: T) -> Self {
        Self(None)
    }
}
