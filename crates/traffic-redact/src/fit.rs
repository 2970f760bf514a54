//! Creates placeholders that match a schema: with the shape of the original if possible, else
//! generated from the schema.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, OnceLock};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jsonschema::Validator;
use located::openapi::reference;
use openapi_formats::Format;
use serde_json::{Map, Number, Value, json};

use crate::sample;
use crate::schema;
use crate::table::Kind;

/// How many different placeholders are made for one schema, and for one shape.
const MANY: usize = 1_000;
/// How many nested references of a schema are followed.
const DEPTH: usize = 16;

/// The constraints of a schema on a string or number.
#[derive(Debug)]
pub(crate) struct Ask {
    /// The schema with references resolved, without keywords for arrays and objects.
    schema: Value,
    validator: OnceLock<Option<Validator>>,
    samples: OnceLock<Samples>,
}

#[derive(Debug)]
struct Samples {
    values: Vec<Value>,
    keys: HashSet<String>,
}

impl Ask {
    /// `None` if the schema requires only a type.
    pub(crate) fn of(spec: &Value, schema: &Value) -> Option<Self> {
        let schema = flat(spec, schema, &mut Vec::new());
        asks(&schema).then(|| Self {
            schema,
            validator: OnceLock::new(),
            samples: OnceLock::new(),
        })
    }

    pub(crate) fn schema(&self) -> &Value {
        &self.schema
    }

    /// Whether a value matches; a schema that cannot be compiled accepts nothing.
    fn accepts(&self, value: &Value) -> bool {
        let compile = || openapi_formats::options().build(&self.schema).ok();
        let validator = self.validator.get_or_init(compile);
        validator.as_ref().is_some_and(|it| it.is_valid(value))
    }

    /// Whether the document itself lists a value in an `enum`, so that it is public.
    pub(crate) fn lists(&self, value: &Value) -> bool {
        let mut parts = Vec::new();
        collect(&self.schema, &mut parts);
        let mut lists = parts.iter().filter_map(|part| part.get("enum")?.as_array());
        lists.any(|members| members.contains(value))
    }

    fn samples(&self) -> &Samples {
        self.samples.get_or_init(|| {
            let mut samples = Samples {
                values: Vec::new(),
                keys: HashSet::new(),
            };
            for value in self.candidates() {
                if samples.values.len() == MANY {
                    break;
                }
                let key = key(&value);
                if !samples.keys.contains(&key) && self.accepts(&value) {
                    samples.keys.insert(key);
                    samples.values.push(value);
                }
            }
            samples
        })
    }

    /// Whether this is a placeholder that was generated for the schema.
    pub(crate) fn made(&self, value: &Value) -> bool {
        self.samples().keys.contains(&key(value))
    }

    /// Candidates, the most likely first.
    fn candidates(&self) -> impl Iterator<Item = Value> {
        let mut parts = Vec::new();
        collect(&self.schema, &mut parts);
        let all = |keyword: &str| -> Vec<Value> {
            let found = parts.iter().filter_map(|part| part.get(keyword));
            found.cloned().collect()
        };
        let number = |keyword: &str| {
            let found = all(keyword);
            found.into_iter().find_map(|it| it.as_f64())
        };
        let members = all("enum")
            .into_iter()
            .flat_map(|it| it.as_array().cloned().unwrap_or_default());
        let formats = all("format").into_iter().flat_map(|format| {
            let format = format.as_str().unwrap_or_default().to_owned();
            (1..=MANY).filter_map(move |n| of_format(&format, n))
        });
        let patterns = all("pattern").into_iter().flat_map(|pattern| {
            let pattern = pattern.as_str().unwrap_or_default();
            // A pattern without `$` allows more characters after the match.
            let open = sample::of_pattern(pattern, 1).next();
            let longer = open.into_iter().flat_map(|text| {
                (1..=MANY)
                    .map(move |n| format!("{text}{}", of_length(n, 0, None).unwrap_or_default()))
            });
            sample::of_pattern(pattern, MANY).chain(longer)
        });
        let size = |keyword: &str| number(keyword).map(|it| it.clamp(0.0, 4096.0) as usize);
        let (min, max) = (size("minLength").unwrap_or(0), size("maxLength"));
        let of_length = (1..=MANY).filter_map(move |n| of_length(n, min, max));
        let numbers = numbers(number("minimum"), number("maximum"), number("multipleOf"));
        let types = all("type");
        let may_be = |names: &[&str]| {
            let is_one = |it: &Value| it.as_str().is_some_and(|it| names.contains(&it));
            types.is_empty() || types.iter().any(is_one)
        };
        let (text, numeric) = (may_be(&["string"]), may_be(&["integer", "number"]));
        let strings = formats.chain(patterns).chain(of_length).map(Value::String);
        let strings = strings.take_while(move |_| text);
        members
            .chain(strings)
            .chain(numbers.take_while(move |_| numeric))
    }
}

/// The keywords that apply to a string or a number, with references resolved, except those in
/// `open`, which are circular.
fn flat<'s>(spec: &'s Value, schema: &'s Value, open: &mut Vec<&'s str>) -> Value {
    const SCALAR: &[&str] = &[
        "type",
        "pattern",
        "minLength",
        "maxLength",
        "minimum",
        "maximum",
        "exclusiveMinimum",
        "exclusiveMaximum",
        "multipleOf",
        "enum",
    ];
    let Some(members) = schema.as_object() else {
        return json!({});
    };
    if let Some(reference) = reference(schema) {
        let is_open = open.len() == DEPTH || open.contains(&reference);
        let Some(target) = schema::target(spec, schema).filter(|_| !is_open) else {
            return json!({});
        };
        open.push(reference);
        let flat = flat(spec, target, open);
        open.pop();
        return flat;
    }
    let mut kept = Map::new();
    for (name, value) in members {
        match (name.as_str(), value) {
            ("allOf" | "anyOf" | "oneOf", Value::Array(parts)) => {
                let parts = parts.iter().map(|part| flat(spec, part, open));
                kept.insert(name.clone(), parts.collect());
            }
            ("not", part) => {
                kept.insert(name.clone(), flat(spec, part, open));
            }
            ("format", Value::String(format)) => match Format::of(format) {
                Format::Integer(least, most) => {
                    let bounds = json!({ "minimum": least, "maximum": most });
                    let all = kept.entry("allOf").or_insert_with(|| json!([]));
                    if let Some(all) = all.as_array_mut() {
                        all.push(bounds);
                    }
                }
                Format::Asserted => {
                    kept.insert(name.clone(), value.clone());
                }
                Format::Hint | Format::Unknown => {}
            },
            (name, value) if SCALAR.contains(&name) => {
                kept.insert(name.to_owned(), value.clone());
            }
            _ => {}
        }
    }
    Value::Object(kept)
}

/// Whether a schema requires more than a type.
fn asks(schema: &Value) -> bool {
    schema
        .as_object()
        .into_iter()
        .flatten()
        .any(|(name, value)| match value {
            Value::Array(parts) if name != "enum" => parts.iter().any(asks),
            _ => name != "type",
        })
}

/// A schema and its parts, except those under `not`.
fn collect<'s>(schema: &'s Value, parts: &mut Vec<&'s Value>) {
    parts.push(schema);
    for part in schema::parts(schema) {
        collect(part, parts);
    }
}

fn of_format(format: &str, n: usize) -> Option<String> {
    let (day, second) = (n % 28 + 1, n % 60);
    let (month, minute) = (n / 28 % 12 + 1, n / 60 % 60);
    let (year, hour) = (2000 + n / 336, n / 3600 % 24);
    Some(match format {
        "date" => format!("{year}-{month:02}-{day:02}"),
        "date-time" => format!("2000-01-01T{hour:02}:{minute:02}:{second:02}Z"),
        "email" => format!("user-{n}@acme.example"),
        "hostname" => Kind::Host.placeholder(n),
        "ipv4" => Kind::Ipv4.placeholder(n),
        "ipv6" => Kind::Ipv6.placeholder(n),
        "uri" | "uriref" => format!("https://{}/", Kind::Host.placeholder(n)),
        "uuid" => Kind::Uuid.placeholder(n),
        "byte" => STANDARD.encode(format!("text-{n:05}")),
        _ => return None,
    })
}

/// A string of an allowed length, whose last characters count up.
fn of_length(n: usize, min: usize, max: Option<usize>) -> Option<String> {
    const DIGITS: &[u8] = b"0123456789abcdefghijklmnopqrstuvwxyz";
    let (mut rest, mut digits) = (n, Vec::new());
    while rest > 0 {
        digits.push(char::from(DIGITS[rest % DIGITS.len()]));
        rest /= DIGITS.len();
    }
    let length = min.max(8).min(max.unwrap_or(usize::MAX));
    (digits.len() <= length).then(|| {
        digits.resize(length, 'x');
        digits.iter().rev().collect()
    })
}

/// Numbers between two bounds, upwards from the lower one, else downwards from the upper one.
fn numbers(min: Option<f64>, max: Option<f64>, step: Option<f64>) -> impl Iterator<Item = Value> {
    let step = step.filter(|it| *it > 0.0).unwrap_or(1.0);
    let (from, sign) = match (min, max) {
        (Some(min), _) => ((min / step).ceil(), 1.0),
        (None, Some(max)) => ((max / step).floor(), -1.0),
        (None, None) => (1.0, 1.0),
    };
    let whole = (0..=MANY).filter_map(move |n| number((from + sign * n as f64) * step));
    // Between close bounds there are only fractions.
    let width = max.zip(min).map(|(max, min)| max - min);
    let parts = width.into_iter().flat_map(move |width| {
        (1..MANY).filter_map(move |n| {
            Number::from_f64(min.unwrap_or_default() + width * n as f64 / MANY as f64)
                .map(Value::Number)
        })
    });
    whole.chain(parts)
}

/// A number, as an integer if it is one.
fn number(value: f64) -> Option<Value> {
    const EXACT: f64 = 9_007_199_254_740_992.0;
    if value.fract() == 0.0 && value.abs() < EXACT {
        return Some(Value::from(value as i64));
    }
    Number::from_f64(value).map(Value::Number)
}

/// A string with its digits and letters replaced by those of a number: digits by digits, letters by
/// letters of the same case. `None` if the string is too short.
fn laid(shape: &str, n: usize) -> Option<String> {
    let mut rest = n;
    let mut drawn: Vec<char> = shape.chars().collect();
    for c in drawn.iter_mut().rev() {
        let (first, radix) = match *c {
            '0'..='9' => ('0', 10),
            c if c.is_uppercase() => ('A', 26),
            c if c.is_alphabetic() || !c.is_ascii() => ('a', 26),
            _ => continue,
        };
        let digit = u8::try_from(rest % radix).ok()?;
        *c = char::from(first as u8 + digit);
        rest /= radix;
    }
    (rest == 0).then(|| drawn.into_iter().collect())
}

/// Whether a string may be a result of [`laid`].
pub(crate) fn is_laid(text: &str) -> bool {
    let mut number = 0_usize;
    for c in text.chars() {
        let (digit, radix) = match c {
            '0'..='9' => (c as usize - '0' as usize, 10),
            'A'..='Z' => (c as usize - 'A' as usize, 26),
            'a'..='z' => (c as usize - 'a' as usize, 26),
            c if !c.is_ascii() => return false,
            _ => continue,
        };
        number = number.saturating_mul(radix).saturating_add(digit);
    }
    number < MANY
}

/// The lookup key of a value: equal numbers have equal keys, however they are written.
fn key(value: &Value) -> String {
    let whole = value.as_f64().filter(|_| value.is_f64()).and_then(number);
    whole.as_ref().unwrap_or(value).to_string()
}

/// The values in fields with constraints, and their placeholders.
#[derive(Debug, Default)]
pub(crate) struct Fits {
    /// The constraints on a value, from all fields that contain it.
    asked: HashMap<String, Vec<Arc<Ask>>>,
    given: HashMap<String, Value>,
    /// The value of each placeholder, in lower case: names that differ only in case are the same.
    stands_for: HashMap<String, String>,
}

impl Fits {
    /// Records a value in a field. Constraints that the value itself violates do not apply to its
    /// placeholder.
    pub(crate) fn learn(&mut self, value: &Value, asks: &[Arc<Ask>]) {
        if asks.is_empty() {
            return;
        }
        let asked = self.asked.entry(key(value)).or_default();
        for ask in asks {
            let is_new = !asked.iter().any(|it| Arc::ptr_eq(it, ask));
            if is_new && ask.accepts(value) {
                asked.push(Arc::clone(ask));
            }
        }
    }

    /// Records a placeholder that is already in the traffic.
    pub(crate) fn keep(&mut self, placeholder: &Value) {
        let key = key(placeholder);
        self.stands_for.insert(key.clone(), key);
    }

    /// The placeholder for a value: `usual` if it matches, else a generated one.
    pub(crate) fn replace(&mut self, value: &Value, usual: Value, is_secret: bool) -> Value {
        let key = key(value);
        let Some(asked) = self.asked.get(&key).filter(|asked| !asked.is_empty()) else {
            return usual;
        };
        if let Some(given) = self.given.get(&key) {
            return given.clone();
        }
        let name = key.to_lowercase();
        let fits = |it: &Value| asked.iter().all(|ask| ask.accepts(it));
        let is_own = |it: &Value| {
            let owner = self.stands_for.get(&self::key(it));
            owner.is_none_or(|owner| *owner == name)
        };
        let is_new = |it: &Value| !self.asked.contains_key(&self::key(it));
        let shapes = value.as_str().filter(|_| !is_secret);
        let shapes = shapes.into_iter().flat_map(|text| {
            let laid = (0..MANY).map_while(move |n| laid(text, n));
            laid.map(Value::String)
        });
        let samples = asked.iter().flat_map(|ask| &ask.samples().values);
        let samples = samples.filter(|it| it.is_number() == value.is_number());
        let samples = samples.map(|sample| match sample.as_f64() {
            Some(float) if value.is_f64() => Value::from(float),
            _ => sample.clone(),
        });
        // If a format is required, few strings of the same shape match it.
        let has_format = asked.iter().any(|ask| ask.schema.get("format").is_some());
        let made = || {
            let first = samples.clone().filter(move |_| has_format);
            first.chain(shapes.clone()).chain(samples.clone())
        };
        // If there are too few possible values, a duplicate placeholder is better than a real
        // value; if there are no others, another real value.
        let fitting = (fits(&usual) && is_own(&usual))
            .then(|| usual.clone())
            .or_else(|| made().find(|it| is_new(it) && is_own(it) && fits(it)))
            .or_else(|| made().find(|it| is_new(it) && fits(it)))
            .or_else(|| made().find(|it| it != value && fits(it)))
            .unwrap_or(usual);
        self.stands_for.insert(self::key(&fitting), name);
        self.given.insert(key, fitting.clone());
        fitting
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_laid_over_a_shape() {
        assert_eq!(laid("AB12-xyz7", 3).as_deref(), Some("AA00-aaa3"));
        assert_eq!(laid("AB12-xyz7", 13).as_deref(), Some("AA00-aab3"));
        assert_eq!(laid("é7", 9).as_deref(), Some("a9"));
        assert_eq!(laid("7", 10), None);
        assert_eq!(laid("--", 0).as_deref(), Some("--"));
    }

    #[test]
    fn what_was_laid_is_known_again() {
        for n in [0, 1, 9, 10, 999] {
            let laid = laid("Qx-47 b", n).expect("room");
            assert!(is_laid(&laid), "{laid}");
        }
        for text in ["Jane", "4711", "é"] {
            assert!(!is_laid(text), "{text}");
        }
    }

    fn ask(schema: Value) -> Ask {
        Ask::of(&Value::Null, &schema).expect("something is asked for")
    }

    #[test]
    fn samples_do_what_the_schema_asks_and_differ() {
        for schema in [
            json!({ "type": "string", "pattern": "^[B-D]{2}[5-9]+$" }),
            json!({ "type": "string", "pattern": r"^\d{4}$" }),
            json!({ "type": "string", "pattern": "^(red|green)-[0-9a-f]{2,4}$", "maxLength": 8 }),
            json!({ "type": "string", "minLength": 30, "maxLength": 31 }),
            json!({ "type": "string", "maxLength": 2 }),
            json!({ "type": "string", "format": "date" }),
            json!({ "type": "string", "format": "date-time" }),
            json!({ "type": "string", "format": "email", "maxLength": 22 }),
            json!({ "type": "string", "format": "ipv4" }),
            json!({ "type": "string", "format": "ipv6" }),
            json!({ "type": "string", "format": "uuid" }),
            json!({ "type": "string", "format": "byte" }),
            json!({ "type": "string", "format": "uri" }),
            json!({ "type": "integer", "minimum": 10, "maximum": 400 }),
            json!({ "type": "integer", "maximum": -3 }),
            json!({ "type": "integer", "minimum": 5, "multipleOf": 7 }),
            json!({ "type": "number", "minimum": -1, "exclusiveMinimum": true, "maximum": 0 }),
            json!({ "allOf": [{ "pattern": "^a" }, { "minLength": 3, "maxLength": 4 }] }),
        ] {
            let ask = ask(schema);
            let samples = ask.samples();
            assert!(samples.values.len() >= 50, "{:?}", ask.schema);
            for sample in &samples.values {
                assert!(ask.accepts(sample), "{sample} of {:?}", ask.schema);
            }
        }
    }

    #[test]
    fn a_type_alone_asks_for_nothing() {
        for schema in [
            json!({ "type": "string" }),
            json!({}),
            json!({ "allOf": [{ "type": "string", "x-sensitive": true }] }),
            json!({ "type": "string", "format": "password" }),
        ] {
            assert!(Ask::of(&Value::Null, &schema).is_none(), "{schema}");
        }
    }
}
