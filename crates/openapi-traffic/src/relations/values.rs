//! JSON values as the expressions of relations mean them: what is the same, what is a number, what
//! is unset.

use std::borrow::Cow;
use std::cmp::Ordering;

use base64::Engine;
use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use serde_json::{Map, Value};

use super::expression::{Expression, Kind};

/// Whether a value is unset: null, or the empty string.
pub(super) fn is_unset(value: &Value) -> bool {
    value.is_null() || value.as_str().is_some_and(str::is_empty)
}

/// Whether two values mean the same: a string of digits equals its number, and null equals the
/// empty string.
pub(super) fn same(left: &Value, right: &Value) -> bool {
    match (left, right) {
        _ if is_unset(left) || is_unset(right) => is_unset(left) && is_unset(right),
        (Value::Array(left), Value::Array(right)) => {
            left.len() == right.len()
                && left
                    .iter()
                    .zip(right)
                    .all(|(left, right)| same(left, right))
        }
        (Value::Object(left), Value::Object(right)) => {
            left.len() == right.len()
                && left
                    .iter()
                    .all(|(name, value)| right.get(name).is_some_and(|other| same(value, other)))
        }
        (Value::Number(_), _) | (_, Value::Number(_)) => {
            let numbers = Number::of(left).zip(Number::of(right));
            numbers.is_some_and(|(left, right)| left.order(right) == Some(Ordering::Equal))
        }
        (left, right) => left == right,
    }
}

#[derive(Debug, Clone, Copy)]
pub(super) enum Number {
    Whole(i128),
    Other(f64),
}

impl Number {
    pub(super) fn of(value: &Value) -> Option<Number> {
        let text = match value {
            Value::Number(number) => Cow::Owned(number.to_string()),
            // Digits, not `inf` or `nan`, which Rust parses as numbers.
            Value::String(text)
                if text
                    .trim_start_matches(['-', '+'])
                    .starts_with(|c: char| c.is_ascii_digit()) =>
            {
                Cow::Borrowed(text.as_str())
            }
            _ => return None,
        };
        let whole = text.parse().ok().map(Number::Whole);
        whole.or_else(|| text.parse().ok().map(Number::Other))
    }

    pub(super) fn plus(self, other: Number) -> Number {
        match (self, other) {
            (Number::Whole(left), Number::Whole(right)) => {
                Number::Whole(left.saturating_add(right))
            }
            _ => Number::Other(self.float() + other.float()),
        }
    }

    #[allow(
        clippy::cast_precision_loss,
        reason = "only beside a number that has a fraction"
    )]
    pub(super) fn float(self) -> f64 {
        match self {
            Number::Whole(number) => number as f64,
            Number::Other(number) => number,
        }
    }

    pub(super) fn order(self, other: Number) -> Option<Ordering> {
        match (self, other) {
            (Number::Whole(left), Number::Whole(right)) => Some(left.cmp(&right)),
            _ => self.float().partial_cmp(&other.float()),
        }
    }

    pub(super) fn value(self) -> Option<Value> {
        match self {
            Number::Whole(number) => i64::try_from(number).ok().map(Value::from),
            Number::Other(number) => serde_json::Number::from_f64(number).map(Value::Number),
        }
    }
}

/// The members that two objects have in common, with both values.
pub(super) fn common<'v>(
    left: &'v Value,
    right: &'v Value,
) -> impl Iterator<Item = (&'v String, &'v Value, &'v Value)> {
    let left = left.as_object().into_iter().flatten();
    left.filter_map(|(name, value)| Some((name, value, right.get(name)?)))
}

/// An object without the members that are not kept.
pub(super) fn kept(object: &Value, is_kept: impl Fn(&str, &Value) -> bool) -> Value {
    let members = object.as_object().into_iter().flatten();
    let kept = members.filter(|(name, value)| is_kept(name, value));
    Value::Object(
        kept.map(|(name, value)| (name.clone(), value.clone()))
            .collect::<Map<_, _>>(),
    )
}

/// Whether a name matches a pattern, which may begin or end with `*`.
pub(super) fn fits(name: &str, given: &str) -> bool {
    match (given.strip_prefix('*'), given.strip_suffix('*')) {
        (Some(end), _) => name.ends_with(end),
        (_, Some(start)) => name.starts_with(start),
        (None, None) => name == given,
    }
}

/// The indices of the first two items that are the same in all of some members. An item that lacks
/// one of the members is never a duplicate.
pub(super) fn repeated(items: &[Value], names: &[Expression]) -> Option<(usize, usize)> {
    let mut known = std::collections::HashMap::new();
    let names: Vec<&str> = names
        .iter()
        .filter_map(|name| match &name.kind {
            Kind::Literal(Value::String(name)) => Some(name.as_str()),
            _ => None,
        })
        .collect();
    items.iter().enumerate().find_map(|(number, item)| {
        let mut key = String::new();
        for name in &names {
            write_key(item.get(name)?, &mut key);
            key.push('\0');
        }
        known.insert(key, number).map(|first| (first, number))
    })
}

/// Writes a value so that the output is equal for values that are [`same`].
pub(super) fn write_key(value: &Value, key: &mut String) {
    match value {
        value if is_unset(value) => {}
        Value::Object(members) => {
            let mut names: Vec<_> = members.iter().collect();
            names.sort_unstable_by_key(|(name, _)| *name);
            for (name, value) in names {
                *key += name;
                key.push('\u{1}');
                write_key(value, key);
                key.push('\u{2}');
            }
        }
        Value::Array(items) => {
            for item in items {
                write_key(item, key);
                key.push('\u{3}');
            }
        }
        Value::String(text) => *key += text,
        other => *key += &other.to_string(),
    }
}

/// Decodes base64, in either alphabet, padded or not.
pub(super) fn decoded(text: &str) -> Option<Vec<u8>> {
    const CONFIG: GeneralPurposeConfig =
        GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent);
    const STANDARD: GeneralPurpose = GeneralPurpose::new(&alphabet::STANDARD, CONFIG);
    const URL_SAFE: GeneralPurpose = GeneralPurpose::new(&alphabet::URL_SAFE, CONFIG);
    let decoded = STANDARD.decode(text).or_else(|_| URL_SAFE.decode(text));
    decoded.ok()
}

/// Decodes a string from base64, if the result is readable text.
pub(super) fn plain(text: &str) -> Option<String> {
    let plain = String::from_utf8(decoded(text)?).ok()?;
    let is_text = plain.len() > 2 && !plain.chars().any(char::is_control);
    is_text.then_some(plain)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn values_are_the_same_that_mean_the_same() {
        let rows = [
            (json!(5), json!("5"), true),
            (json!("007"), json!(7), true),
            (json!("007"), json!("7"), false),
            (json!(1.0), json!(1), true),
            (json!(null), json!(""), true),
            (json!(null), json!(0), false),
            (json!("inf"), json!(1), false),
            (json!([[]]), json!([[]]), true),
            (json!([1]), json!(["1"]), true),
            (json!({"a": 1}), json!({"a": 1, "b": 2}), false),
            (
                json!(18_446_744_073_709_551_615_u64),
                json!("18446744073709551615"),
                true,
            ),
            (
                json!(9_007_199_254_740_993_i64),
                json!(9_007_199_254_740_992_i64),
                false,
            ),
            (json!(true), json!("true"), false),
        ];
        for (left, right, expected) in rows {
            assert_eq!(same(&left, &right), expected, "{left} {right}");
            assert_eq!(same(&right, &left), expected, "{right} {left}");
        }
    }

    #[test]
    fn base64_is_read_in_both_alphabets_with_and_without_padding() {
        // The test vectors of RFC 4648, and strings with the characters in which the alphabets
        // differ.
        let rows = [
            ("Zm9v", Some("foo")),
            ("Zm9vYg==", Some("foob")),
            ("Zm9vYg", Some("foob")),
            ("c2lwKkBh", Some("sip*@a")),
            ("fn8/Pj8+", None),
            ("Pz8/Pj4+", Some("???>>>")),
            ("Pz8_Pj4-", Some("???>>>")),
            ("sip*@a", None),
            ("Zg==", None),
        ];
        for (text, expected) in rows {
            assert_eq!(plain(text).as_deref(), expected, "{text}");
        }
    }

    #[test]
    fn keys_are_equal_exactly_if_the_values_are_the_same() {
        let key = |value: Value| {
            let mut key = String::new();
            write_key(&value, &mut key);
            key
        };
        assert_eq!(
            key(json!({"a": 1, "b": "x"})),
            key(json!({"b": "x", "a": "1"}))
        );
        assert_ne!(key(json!({"a": "bc"})), key(json!({"ab": "c"})));
        assert_ne!(key(json!(["a", "b"])), key(json!(["ab"])));
    }

    #[test]
    fn a_name_matches_a_pattern_with_a_star_at_either_end() {
        assert!(fits("active-calls-now", "active-calls-*") && fits("last-datetime", "*-datetime"));
        assert!(fits("a", "a") && !fits("ab", "a") && !fits("ba", "a"));
    }
}
