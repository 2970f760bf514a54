//! Validates requests against the spec, for the fake server. Real servers check less.

use regex::Regex;
use serde_json::{Number, Value};

/// A request as the spec describes it; `generated::claims` has one for each operation.
#[derive(Debug)]
pub(crate) struct Request {
    /// The operationId.
    pub(crate) operation: &'static str,
    /// In upper case.
    pub(crate) method: &'static str,
    /// Below the base path, with `{name}` for each parameter.
    pub(crate) path: &'static str,
    pub(crate) parameters: &'static [Parameter],
    pub(crate) body: Option<Body>,
}

/// A parameter of the path or the query.
#[derive(Debug)]
pub(crate) struct Parameter {
    pub(crate) name: &'static str,
    pub(crate) place: Place,
    pub(crate) required: bool,
    pub(crate) claims: &'static [Claim],
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Place {
    Path,
    Query,
}

/// A JSON body.
#[derive(Debug)]
pub(crate) struct Body {
    pub(crate) required: bool,
    pub(crate) claims: &'static [Claim],
}

/// A constraint of a schema on a value. One on values of one type does not apply to others.
#[derive(Debug)]
#[allow(
    dead_code,
    reason = "the current spec need not have claims of each kind"
)]
pub(crate) enum Claim {
    /// It has one of these types.
    Types(&'static [Type]),
    /// It satisfies these claims too.
    Of(&'static [Claim]),
    /// It satisfies the claims of at least one of these schemas.
    AnyOf(&'static [&'static [Claim]]),
    /// It is one of these strings.
    Values(&'static [&'static str]),
    /// The string matches this regular expression.
    Pattern(&'static str),
    /// The string has at least and at most this many characters.
    Length(usize, usize),
    /// The number is in this range, both ends included.
    Range(Option<i64>, Option<i64>),
    /// The object has these properties.
    Required(&'static [&'static str]),
    /// Where the object has these properties, they satisfy the claims.
    Properties(&'static [(&'static str, &'static [Claim])]),
    /// Each element of the array satisfies the claims.
    Items(&'static [Claim]),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Type {
    String,
    Integer,
    Number,
    Boolean,
    Array,
    Object,
    Null,
}

/// A received request, percent-decoded.
pub(crate) struct Arrived<'a> {
    /// Of the path below the base path.
    pub(crate) segments: &'a [&'a str],
    pub(crate) query: &'a [(String, String)],
    pub(crate) content_type: &'a str,
    pub(crate) body: &'a [u8],
}

impl Request {
    /// Whether the path of this request matches.
    pub(crate) fn has_path(&self, segments: &[&str]) -> bool {
        let template = self.path.trim_start_matches('/').split('/');
        template.clone().count() == segments.len()
            && template
                .zip(segments)
                .all(|(step, segment)| step == *segment || parameter(step).is_some())
    }

    /// The first claim that a request violates, as a sentence that quotes no value.
    pub(crate) fn broken(&self, arrived: &Arrived<'_>) -> Option<String> {
        let parameters = self.parameters.iter();
        parameters
            .map(|parameter| self.broken_parameter(parameter, arrived))
            .find(Option::is_some)
            .unwrap_or_else(|| self.body.as_ref()?.broken(arrived))
    }

    fn broken_parameter(&self, claimed: &Parameter, arrived: &Arrived<'_>) -> Option<String> {
        let name = claimed.name;
        let values: Vec<&str> = match claimed.place {
            Place::Query => {
                let named = arrived.query.iter().filter(|(key, _)| key == name);
                named.map(|(_, value)| value.as_str()).collect()
            }
            Place::Path => {
                let template = self.path.trim_start_matches('/').split('/');
                let named = template
                    .zip(arrived.segments)
                    .filter(|(step, _)| parameter(step) == Some(name));
                named.map(|(_, segment)| *segment).collect()
            }
        };
        match values[..] {
            [] if claimed.required => Some(format!("The parameter {name} is missing")),
            [] => None,
            [text] => broken(claimed.claims, &read(text, claimed.claims), name),
            _ => Some(format!("The parameter {name} is a duplicate")),
        }
    }
}

/// The name in `{name}`.
fn parameter(step: &str) -> Option<&str> {
    step.strip_prefix('{')?.strip_suffix('}')
}

/// The value of a parameter: a number or boolean, where the claims allow no string.
fn read(text: &str, claims: &[Claim]) -> Value {
    let string = || Value::String(text.to_owned());
    if types(claims).is_none_or(|types| types.contains(&Type::String)) {
        return string();
    }
    match serde_json::from_str(text) {
        Ok(value @ (Value::Number(_) | Value::Bool(_))) if text.trim() == text => value,
        _ => string(),
    }
}

impl Body {
    fn broken(&self, arrived: &Arrived<'_>) -> Option<String> {
        if arrived.body.is_empty() {
            return self.required.then(|| "The body is missing".to_owned());
        }
        let media_type = arrived.content_type.split(';').next().unwrap_or_default();
        if !media_type.trim().eq_ignore_ascii_case("application/json") {
            return Some("The content type of the body must be application/json".to_owned());
        }
        match serde_json::from_slice(arrived.body) {
            Ok(body) => broken(self.claims, &body, ""),
            Err(_) => Some("The body is not JSON".to_owned()),
        }
    }
}

/// The first claim that a value violates, as a sentence; `place` is its path, joined by `/`.
fn broken(claims: &[Claim], value: &Value, place: &str) -> Option<String> {
    claims
        .iter()
        .find_map(|claim| claim.broken(claims, value, place))
}

impl Claim {
    /// `all` are all claims on the value.
    fn broken(&self, all: &[Self], value: &Value, place: &str) -> Option<String> {
        let held = match (self, value) {
            (Self::Types(types), _) => types.iter().any(|of| of.has(value)),
            (Self::Of(claims), _) => return broken(claims, value, place),
            (Self::AnyOf(schemas), _) => schemas
                .iter()
                .any(|claims| broken(claims, value, place).is_none()),
            (Self::Values(values), _) => values.iter().any(|known| value == known),
            (Self::Pattern(pattern), Value::String(text)) => {
                Regex::new(pattern).is_ok_and(|pattern| pattern.is_match(text))
            }
            (Self::Length(least, most), Value::String(text)) => {
                (*least..=*most).contains(&text.chars().count())
            }
            (Self::Range(least, most), Value::Number(number)) => within(number, *least, *most),
            (Self::Required(names), Value::Object(members)) => {
                let missing = names.iter().find(|name| !members.contains_key(**name))?;
                return Some(format!("{} is missing", step(place, missing)));
            }
            (Self::Properties(properties), Value::Object(members)) => {
                return properties.iter().find_map(|(name, claims)| {
                    broken(claims, members.get(*name)?, &step(place, name))
                });
            }
            (Self::Items(claims), Value::Array(items)) => {
                return items
                    .iter()
                    .enumerate()
                    .find_map(|(at, item)| broken(claims, item, &step(place, &at.to_string())));
            }
            _ => true,
        };
        (!held).then(|| {
            let place = if place.is_empty() { "The body" } else { place };
            let expected = expected(all);
            match types(all).is_some_and(|types| types.iter().any(|of| of.has(value))) {
                true => format!("{place} must be {expected}"),
                false => format!("{place} must be {expected}, not {}", name_of(value)),
            }
        })
    }
}

fn step(place: &str, name: &str) -> String {
    match place {
        "" => name.to_owned(),
        place => format!("{place}/{name}"),
    }
}

/// The types that a value may have; `None` for any.
fn types(claims: &[Claim]) -> Option<Vec<Type>> {
    claims.iter().find_map(|claim| match claim {
        Claim::Types(types) => Some(types.to_vec()),
        Claim::Of(claims) => types(claims),
        Claim::AnyOf(schemas) => {
            let each: Option<Vec<_>> = schemas.iter().map(|claims| types(claims)).collect();
            each.map(|each| each.concat())
        }
        _ => None,
    })
}

/// What the claims require of a value, in words.
fn expected(claims: &[Claim]) -> String {
    let mut words = match types(claims) {
        _ if matches!(claims, [Claim::AnyOf(_)]) => String::new(),
        None => "a value".to_owned(),
        Some(types) => {
            let names: Vec<&str> = types.iter().map(|of| of.name()).collect();
            names.join(" or ")
        }
    };
    for claim in claims {
        match claim {
            Claim::AnyOf(schemas) => {
                let each: Vec<_> = schemas.iter().map(|claims| expected(claims)).collect();
                words += &each.join(" or ");
            }
            Claim::Values(values) => words += &format!(" that is one of {}", values.join(", ")),
            Claim::Pattern(pattern) => words += &format!(" that matches {pattern}"),
            Claim::Length(least, usize::MAX) => words += &format!(" of {least} or more characters"),
            Claim::Length(least, most) => words += &format!(" of {least} to {most} characters"),
            Claim::Range(least, most) => {
                words += &least.map(|it| format!(" from {it}")).unwrap_or_default();
                words += &most.map(|it| format!(" to {it}")).unwrap_or_default();
            }
            _ => {}
        }
    }
    words
}

impl Type {
    fn has(self, value: &Value) -> bool {
        match value {
            Value::String(_) => self == Self::String,
            Value::Number(number) => {
                self == Self::Number || self == Self::Integer && whole(number).is_some()
            }
            Value::Bool(_) => self == Self::Boolean,
            Value::Array(_) => self == Self::Array,
            Value::Object(_) => self == Self::Object,
            Value::Null => self == Self::Null,
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::String => "a string",
            Self::Integer => "an integer",
            Self::Number => "a number",
            Self::Boolean => "a boolean",
            Self::Array => "an array",
            Self::Object => "an object",
            Self::Null => "null",
        }
    }
}

fn name_of(value: &Value) -> &'static str {
    let of = match value {
        Value::String(_) => Type::String,
        Value::Number(_) => Type::Number,
        Value::Bool(_) => Type::Boolean,
        Value::Array(_) => Type::Array,
        Value::Object(_) => Type::Object,
        Value::Null => Type::Null,
    };
    of.name()
}

#[allow(
    clippy::cast_precision_loss,
    reason = "near such a large limit a double has no fraction"
)]
fn within(number: &Number, least: Option<i64>, most: Option<i64>) -> bool {
    match (whole(number), number.as_f64()) {
        (Some(number), _) => {
            least.is_none_or(|least| i128::from(least) <= number)
                && most.is_none_or(|most| number <= i128::from(most))
        }
        (None, Some(number)) => {
            least.is_none_or(|least| least as f64 <= number)
                && most.is_none_or(|most| number <= most as f64)
        }
        (None, None) => false,
    }
}

/// The value of an integer, which has neither a fraction nor an exponent (JSON Schema Core, draft
/// 5). Beyond 64 bits only the nearest double is known, which may be the end of that range.
#[allow(
    clippy::cast_possible_truncation,
    reason = "what is too large is the largest"
)]
fn whole(number: &Number) -> Option<i128> {
    let large = |float: &f64| float.abs() >= i64::MAX as f64;
    let float = || {
        number
            .as_f64()
            .filter(large)
            .map(|it| it as i128 + it.signum() as i128)
    };
    number.as_i128().or_else(float)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const STRING: &[Claim] = &[Claim::Types(&[Type::String])];
    const LIMIT: &[Claim] = &[
        Claim::Types(&[Type::Integer]),
        Claim::Range(Some(1), Some(1000)),
    ];
    const START: &[Claim] = &[Claim::Types(&[Type::Integer]), Claim::Range(Some(0), None)];
    const INT64: &[Claim] = &[
        Claim::Types(&[Type::Integer]),
        Claim::Range(Some(i64::MIN), Some(i64::MAX)),
    ];
    const EITHER: &[Claim] = &[Claim::AnyOf(&[
        &[Claim::Types(&[Type::Integer])],
        &[Claim::Types(&[Type::String]), Claim::Pattern("^-?[0-9]+$")],
    ])];
    const NAME: &[Claim] = &[Claim::Types(&[Type::String]), Claim::Length(1, 3)];
    const SWITCH: &[Claim] = &[
        Claim::Types(&[Type::String, Type::Null]),
        Claim::Values(&["on", "off"]),
    ];
    const TRUNK: &[Claim] = &[
        Claim::Types(&[Type::Object]),
        Claim::Required(&["name"]),
        Claim::Properties(&[("name", NAME), ("limit", EITHER), ("tags", TAGS)]),
    ];
    const TAGS: &[Claim] = &[Claim::Types(&[Type::Array]), Claim::Items(STRING)];

    #[test]
    fn a_violated_claim_is_reported_with_its_place_and_without_the_value() {
        const BEYOND: &str =
            "x must be an integer from -9223372036854775808 to 9223372036854775807";
        let smaller = serde_json::from_str("-9223372036854775809").unwrap();
        let table = [
            (LIMIT, json!(1000), None),
            (
                LIMIT,
                json!(1001),
                Some("x must be an integer from 1 to 1000"),
            ),
            (
                LIMIT,
                json!(2.0),
                Some("x must be an integer from 1 to 1000, not a number"),
            ),
            (
                LIMIT,
                json!("7"),
                Some("x must be an integer from 1 to 1000, not a string"),
            ),
            (INT64, json!(i64::MIN), None),
            (INT64, smaller, Some(BEYOND)),
            (INT64, json!(1_u64 << 63), Some(BEYOND)),
            (START, json!(u64::MAX), None),
            (START, json!(1e30), None),
            (START, json!(-1), Some("x must be an integer from 0")),
            (EITHER, json!("-7"), None),
            (
                EITHER,
                json!("7 "),
                Some("x must be an integer or a string that matches ^-?[0-9]+$"),
            ),
            (
                EITHER,
                json!(true),
                Some("x must be an integer or a string that matches ^-?[0-9]+$, not a boolean"),
            ),
            // Three characters of six bytes.
            (NAME, json!("äöü"), None),
            (
                NAME,
                json!(""),
                Some("x must be a string of 1 to 3 characters"),
            ),
            (SWITCH, json!("off"), None),
            (
                SWITCH,
                json!("of"),
                Some("x must be a string or null that is one of on, off"),
            ),
            (TRUNK, json!({"name": "a", "other": true}), None),
            (TRUNK, json!({}), Some("x/name is missing")),
            (TRUNK, json!([]), Some("x must be an object, not an array")),
            (
                TRUNK,
                json!({"name": "a", "tags": ["b", null]}),
                Some("x/tags/1 must be a string, not null"),
            ),
        ];
        for (claims, value, message) in table {
            assert_eq!(broken(claims, &value, "x").as_deref(), message, "{value}");
        }
    }

    #[test]
    fn a_parameter_is_read_as_the_type_that_is_claimed() {
        let table = [
            ("12", LIMIT, json!(12)),
            ("12", STRING, json!("12")),
            ("12", EITHER, json!("12")),
            (" 12", LIMIT, json!(" 12")),
            ("twelve", LIMIT, json!("twelve")),
            ("[12]", LIMIT, json!("[12]")),
        ];
        for (text, claims, value) in table {
            assert_eq!(read(text, claims), value, "{text}");
        }
    }

    /// Calls `seen` with each claim and the claims inside it.
    fn visit(claims: &'static [Claim], seen: &mut impl FnMut(&Claim)) {
        for claim in claims {
            seen(claim);
            match claim {
                Claim::Of(claims) | Claim::Items(claims) => visit(claims, seen),
                Claim::AnyOf(schemas) => schemas.iter().for_each(|claims| visit(claims, seen)),
                Claim::Properties(members) => {
                    members.iter().for_each(|(_, claims)| visit(claims, seen))
                }
                _ => {}
            }
        }
    }

    #[test]
    fn every_pattern_of_the_spec_is_a_regular_expression() {
        let mut patterns = 0;
        for request in crate::generated::claims::REQUESTS {
            let parameters = request.parameters.iter().map(|it| it.claims);
            for claims in parameters.chain(request.body.iter().map(|it| it.claims)) {
                visit(claims, &mut |claim| {
                    if let Claim::Pattern(pattern) = claim {
                        assert!(Regex::new(pattern).is_ok(), "{pattern}");
                        patterns += 1;
                    }
                });
            }
        }
        assert!(patterns > 0, "the spec has patterns in requests");
    }
}
