//! Lenient deserialization of responses, and serialization without loss.
//!
//! A value is read from its JSON by the type of its field. Strings may be sent as numbers, numbers
//! as strings, and unset as the empty string (captured) or `null`. A value of an unexpected type is
//! kept among the unknown fields. `build/passes/responses.rs` makes the generated types call these
//! functions.

use std::borrow::Cow;
use std::cell::Cell;
use std::collections::BTreeSet;
use std::fmt;
use std::marker::PhantomData;

use serde::de::{self, Deserialize, DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};
use serde::ser::{Serialize, SerializeMap};

use super::raw_json::{AsJson, Members, string};
use super::{DateTime, RawJson, Secret, UnknownFields};

/// The value has an unexpected type for its field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Unreadable;

/// The type of a field, read from JSON.
pub(crate) trait Read: Sized {
    /// The value; `None` where it means unset.
    fn read(json: &str) -> Result<Option<Self>, Unreadable>;

    /// The value of a required field. For a string this may be the empty string.
    fn read_required(json: &str) -> Result<Self, Unreadable> {
        Self::read(json)?.ok_or(Unreadable)
    }
}

/// String, number or boolean as a string, a number with its digits as received; `null` is `None`.
fn text(json: &str) -> Result<Option<Cow<'_, str>>, Unreadable> {
    match json.as_bytes().first() {
        Some(b'"') => string(json).map(Some).map_err(|_| Unreadable),
        Some(b'{' | b'[') => Err(Unreadable),
        Some(b'n') => Ok(None),
        _ => Ok(Some(Cow::Borrowed(json))),
    }
}

/// Implements [`Read`] for types that are made from a string.
macro_rules! readable_text {
    ($($type:ty),*) => {$(
        impl crate::values::lenient::Read for $type {
            fn read(
                json: &str,
            ) -> ::std::result::Result<
                ::std::option::Option<Self>,
                crate::values::lenient::Unreadable,
            > {
                crate::values::lenient::set_text(json)
            }

            fn read_required(
                json: &str,
            ) -> ::std::result::Result<Self, crate::values::lenient::Unreadable> {
                crate::values::lenient::required_text(json)
            }
        }
    )*};
}
pub(crate) use readable_text;

readable_text!(String, Secret, DateTime);

pub(crate) fn set_text<T: for<'a> From<&'a str>>(json: &str) -> Result<Option<T>, Unreadable> {
    let text = text(json)?.filter(|text| !text.is_empty());
    Ok(text.map(|text| T::from(&*text)))
}

pub(crate) fn required_text<T: for<'a> From<&'a str>>(json: &str) -> Result<T, Unreadable> {
    text(json)?.map(|text| T::from(&*text)).ok_or(Unreadable)
}

/// Up to this number every integer is exact as a double.
const EXACT: f64 = 9_007_199_254_740_992.0;

/// An integer, an integral number, or one of these as a string.
impl Read for i64 {
    fn read(json: &str) -> Result<Option<Self>, Unreadable> {
        let text = text(json)?;
        let Some(text) = text
            .as_deref()
            .map(str::trim)
            .filter(|text| !text.is_empty())
        else {
            return Ok(None);
        };
        if let Ok(number) = text.parse() {
            return Ok(Some(number));
        }
        let number: f64 = text.parse().map_err(|_| Unreadable)?;
        let integral = number.fract() == 0.0 && number.abs() <= EXACT;
        #[allow(clippy::cast_possible_truncation, reason = "checked on the line above")]
        integral.then_some(Some(number as i64)).ok_or(Unreadable)
    }
}

/// A number, or one as a string. An integer must be exact as a double.
impl Read for f64 {
    fn read(json: &str) -> Result<Option<Self>, Unreadable> {
        let text = text(json)?;
        let Some(text) = text
            .as_deref()
            .map(str::trim)
            .filter(|text| !text.is_empty())
        else {
            return Ok(None);
        };
        let number: f64 = text.parse().map_err(|_| Unreadable)?;
        let exact = number.abs() <= EXACT || text.contains(['.', 'e', 'E']);
        (number.is_finite() && exact)
            .then_some(Some(number))
            .ok_or(Unreadable)
    }
}

impl Read for RawJson {
    fn read(json: &str) -> Result<Option<Self>, Unreadable> {
        Ok((json != "null").then(|| Self::new(json)))
    }
}

/// An object; `null`, the empty string and the empty array (PHP encodes an empty object so) are
/// `None`.
impl<T: Object> Read for Box<T> {
    fn read(json: &str) -> Result<Option<Self>, Unreadable> {
        let unset = match json.as_bytes() {
            [b'{', ..] => false,
            [b'[', inner @ .., b']'] => inner.trim_ascii().is_empty(),
            _ => matches!(json, "null" | "\"\""),
        };
        if unset {
            return Ok(None);
        }
        let object = T::from_json(json).map_err(|_| Unreadable)?;
        Ok(Some(Box::new(object)))
    }
}

/// For derived types: reads the integers of requests.
pub(crate) fn optional<'de, T: Read, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<T>, D::Error> {
    let json = AsJson.deserialize(deserializer)?;
    T::read(&json).map_err(|Unreadable| de::Error::custom("a value of an unexpected type"))
}

/// An object of a response. The implementations are generated.
pub(crate) trait Object: Sized {
    /// Reads an object. Only a required field can fail.
    fn from_json(json: &str) -> Result<Self, Problem>;

    /// Adds the wire names of the fields whose values have an unexpected type, each after `path`.
    fn unreadable(&self, path: &str, found: &mut BTreeSet<String>);
}

/// Why JSON cannot be read as an object of a type.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Problem {
    NoObject,
    Missing(&'static str),
    Unreadable(&'static str),
}

/// Prefixes of the messages of this module's errors, which quote nothing from outside.
pub(crate) const MISSING: &str = "missing: ";
pub(crate) const UNREADABLE: &str = "unreadable: ";
pub(crate) const TOO_MANY: &str = "too many";

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoObject => f.write_str("no object"),
            Self::Missing(name) => write!(f, "{MISSING}{name}"),
            Self::Unreadable(name) => write!(f, "{UNREADABLE}{name}"),
        }
    }
}

/// Reads an object from any format.
pub(crate) fn object<'de, T: Object, D: Deserializer<'de>>(deserializer: D) -> Result<T, D::Error> {
    T::from_json(&AsJson.deserialize(deserializer)?).map_err(de::Error::custom)
}

/// The members of an object, with name and JSON.
pub(crate) fn members(json: &str) -> Result<impl Iterator<Item = (Cow<'_, str>, &str)>, Problem> {
    Members::of(json).ok_or(Problem::NoObject)
}

/// Reads the value of an optional field. Of duplicate members the last one counts.
pub(crate) fn read<T: Read>(
    field: &mut Option<T>,
    others: &mut UnknownFields,
    name: &'static str,
    json: &str,
) {
    match T::read(json) {
        Ok(value) => {
            *field = value;
            if !others.is_empty() {
                others.forget(name);
            }
        }
        Err(Unreadable) => {
            *field = None;
            others.keep(name, json);
        }
    }
}

/// A required field, while its object is read.
pub(crate) enum Required<T> {
    Missing,
    Unreadable,
    Read(T),
}

impl<T: Read> Required<T> {
    pub(crate) fn read(json: &str) -> Self {
        T::read_required(json).map_or(Self::Unreadable, Self::Read)
    }

    pub(crate) fn get(self, name: &'static str) -> Result<T, Problem> {
        match self {
            Self::Read(value) => Ok(value),
            Self::Missing => Err(Problem::Missing(name)),
            Self::Unreadable => Err(Problem::Unreadable(name)),
        }
    }
}

/// Adds the names of those `fields` whose values have an unexpected type.
pub(crate) fn unreadable(
    fields: &[&str],
    others: &UnknownFields,
    path: &str,
    found: &mut BTreeSet<String>,
) {
    let names = others.iter().map(|(name, _)| name);
    found.extend(
        names
            .filter(|name| fields.contains(name))
            .map(|name| format!("{path}{name}")),
    );
}

/// Serializes an object: its fields, and for an unset one the value of an unexpected type.
pub(crate) struct Writer<'a, M> {
    pub(crate) map: M,
    pub(crate) others: &'a UnknownFields,
}

impl<M: SerializeMap> Writer<'_, M> {
    pub(crate) fn field<T: Serialize>(
        &mut self,
        name: &'static str,
        value: Option<&T>,
    ) -> Result<(), M::Error> {
        match (value, self.others.get(name)) {
            (Some(value), _) => self.map.serialize_entry(name, value),
            (None, Some(kept)) => self.map.serialize_entry(name, kept),
            (None, None) => Ok(()),
        }
    }

    /// Writes the members that are not in `fields`, and ends the object.
    pub(crate) fn end(mut self, fields: &[&str]) -> Result<M::Ok, M::Error> {
        for (name, value) in self
            .others
            .iter()
            .filter(|(name, _)| !fields.contains(name))
        {
            self.map.serialize_entry(name, value)?;
        }
        self.map.end()
    }
}

/// A list of at most `max` objects; a single object stands for a list of one.
pub(crate) struct List<'a, T> {
    max: usize,
    /// How many were read, so that an error can name the index.
    read: &'a Cell<usize>,
    item: PhantomData<T>,
}

impl<'a, T> List<'a, T> {
    pub(crate) fn new(max: usize, read: &'a Cell<usize>) -> Self {
        Self {
            max,
            read,
            item: PhantomData,
        }
    }
}

impl<'de, T: Object + Deserialize<'de>> DeserializeSeed<'de> for List<'_, T> {
    type Value = Vec<T>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Vec<T>, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de, T: Object + Deserialize<'de>> Visitor<'de> for List<'_, T> {
    type Value = Vec<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of objects")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Vec<T>, A::Error> {
        let mut list = Vec::new();
        while let Some(item) = items.next_element()? {
            if list.len() == self.max {
                return Err(de::Error::custom(TOO_MANY));
            }
            list.push(item);
            self.read.set(list.len());
        }
        Ok(list)
    }

    fn visit_map<A: MapAccess<'de>>(self, members: A) -> Result<Vec<T>, A::Error> {
        let only = T::from_json(&AsJson.visit_map(members)?).map_err(de::Error::custom)?;
        Ok(vec![only])
    }
}

/// What the body of a response decodes to.
pub(crate) trait Body: Sized {
    /// Reads the body, a list of at most `max` items; `read` counts them.
    fn from_body<'de, D: Deserializer<'de>>(
        body: D,
        max: usize,
        read: &Cell<usize>,
    ) -> Result<Self, D::Error>;

    /// The wire names of the fields whose values have an unexpected type, each once.
    fn unreadable(&self) -> BTreeSet<String>;
}

impl<T: Object> Body for T {
    fn from_body<'de, D: Deserializer<'de>>(
        body: D,
        _: usize,
        _: &Cell<usize>,
    ) -> Result<Self, D::Error> {
        object(body)
    }

    fn unreadable(&self) -> BTreeSet<String> {
        let mut found = BTreeSet::new();
        Object::unreadable(self, "", &mut found);
        found
    }
}

/// Implements [`Body`] for a list type with a vector of `$item`.
macro_rules! response_list {
    ($name:ident, $item:ty) => {
        impl crate::values::lenient::Body for $name {
            fn from_body<'de, D: ::serde::Deserializer<'de>>(
                body: D,
                max: usize,
                read: &::std::cell::Cell<usize>,
            ) -> ::std::result::Result<Self, D::Error> {
                let list = crate::values::lenient::List::<$item>::new(max, read);
                ::serde::de::DeserializeSeed::deserialize(list, body).map(Self)
            }

            fn unreadable(&self) -> ::std::collections::BTreeSet<String> {
                let mut found = ::std::collections::BTreeSet::new();
                for item in &self.0 {
                    crate::values::lenient::Object::unreadable(item, "", &mut found);
                }
                found
            }
        }

        impl<'de> ::serde::Deserialize<'de> for $name {
            fn deserialize<D: ::serde::Deserializer<'de>>(
                deserializer: D,
            ) -> ::std::result::Result<Self, D::Error> {
                let read = ::std::cell::Cell::new(0);
                <Self as crate::values::lenient::Body>::from_body(deserializer, usize::MAX, &read)
            }
        }
    };
}
pub(crate) use response_list;
