//! What a message says about a value that violates a keyword of its schema.

use std::borrow::Cow;
use std::fmt::Display;

use jsonschema::ValidationError;
use jsonschema::error::{TypeKind, ValidationErrorKind as Kind};
use serde_json::Value;

use crate::codes::BodyCode;
use crate::masking::describe;
use crate::spec::engine::INTEGER;
use located::pointer;

/// How many values of a list a message names.
const NAMED: usize = 12;

/// One thing that is wrong with a value.
pub(super) struct Violation {
    pub(super) code: BodyCode,
    /// Completes a sentence that begins with the value.
    pub(super) problem: String,
    pub(super) expected: String,
    pub(super) seen: String,
    /// The place in the specification.
    pub(super) spec: String,
    /// Pointer below the validated value.
    pub(super) at: String,
    /// The member that is missing, if that is what is wrong.
    pub(super) member: Option<String>,
}

/// The violations of an error below the pointer `whole`: one, or one for each member that is not
/// allowed.
pub(super) fn violations_of(
    error: &ValidationError<'_>,
    origin: String,
    whole: &str,
) -> Vec<Violation> {
    let at = &format!("{whole}{}", error.instance_path().as_str());
    match error.kind() {
        Kind::AdditionalProperties { unexpected } => unexpected
            .iter()
            .map(|name| additional(name, error.instance(), &origin, at))
            .collect(),
        Kind::Required { property } => {
            let name = property.as_str().unwrap_or_default();
            vec![Violation {
                code: BodyCode::Required,
                problem: "is required and missing".to_owned(),
                expected: format!("`{name}`"),
                seen: "nothing".to_owned(),
                spec: origin,
                at: at.to_owned(),
                member: Some(name.to_owned()),
            }]
        }
        _ => {
            let (code, problem, expected) = words(error, &origin);
            vec![Violation {
                code,
                problem: problem.into_owned(),
                expected,
                seen: describe(error.instance()),
                spec: origin,
                at: at.to_owned(),
                member: None,
            }]
        }
    }
}

fn additional(name: &str, object: &Value, origin: &str, at: &str) -> Violation {
    Violation {
        code: BodyCode::Additional,
        problem: "is not documented, and the schema allows no other fields".to_owned(),
        expected: "documented members only".to_owned(),
        seen: object.get(name).map_or_else(String::new, describe),
        spec: origin.to_owned(),
        at: pointer::join(at, name),
        member: None,
    }
}

/// Code, problem and expectation of a violation.
pub(super) type Words = (BodyCode, Cow<'static, str>, String);

fn words(error: &ValidationError<'_>, origin: &str) -> Words {
    let say = |code, problem: &'static str, expected: String| (code, problem.into(), expected);
    if let Some(types) = wanted(error) {
        return match error.instance().is_null() {
            true => say(BodyCode::Null, "is null", format!("{types}, not null")),
            false => say(BodyCode::Type, "has the wrong type", types),
        };
    }
    match error.kind() {
        Kind::Enum { options } => say(
            BodyCode::Enum,
            "is not one of the allowed values",
            one_of(options),
        ),
        Kind::Format { format } => say(BodyCode::Format, "has the wrong format", format.clone()),
        Kind::Minimum { limit } | Kind::Maximum { limit } if origin.ends_with("/format") => {
            say(BodyCode::Format, "has the wrong format", integer(limit))
        }
        Kind::Pattern { pattern } => say(
            BodyCode::Pattern,
            "does not match its pattern",
            pattern.clone(),
        ),
        Kind::UniqueItems => say(
            BodyCode::Size,
            "has a duplicate item",
            "unique items".to_owned(),
        ),
        Kind::Not { .. } => say(
            BodyCode::Not,
            "matches the schema that it must not match",
            "any other value".to_owned(),
        ),
        kind => beyond_a_limit(kind).unwrap_or_else(|| {
            // Lowering writes no other keyword; if it did, the failure must still be reported.
            (
                BodyCode::Other,
                format!("violates `{}`", kind.keyword()).into(),
                format!("a value that satisfies `{}`", kind.keyword()),
            )
        }),
    }
}

/// The words for the keywords that have a numeric limit.
fn beyond_a_limit(kind: &Kind) -> Option<Words> {
    use BodyCode::{Bound, Length, Multiple, Size};

    let least = |limit: &dyn Display, unit| format!("at least {limit}{unit}");
    let most = |limit: &dyn Display, unit| format!("at most {limit}{unit}");
    let (code, problem, expected) = match kind {
        Kind::Minimum { limit } => (Bound, "is too small", least(limit, "")),
        Kind::Maximum { limit } => (Bound, "is too large", most(limit, "")),
        Kind::ExclusiveMinimum { limit } => (Bound, "is too small", format!("more than {limit}")),
        Kind::ExclusiveMaximum { limit } => (Bound, "is too large", format!("less than {limit}")),
        Kind::MultipleOf { multiple_of } => {
            let expected = format!("a multiple of {multiple_of}");
            (Multiple, "is not a multiple", expected)
        }
        Kind::MinLength { limit } => (Length, "is too short", least(limit, " characters")),
        Kind::MaxLength { limit } => (Length, "is too long", most(limit, " characters")),
        Kind::MinItems { limit } => (Size, "has too few items", least(limit, " items")),
        Kind::MaxItems { limit } => (Size, "has too many items", most(limit, " items")),
        Kind::MinProperties { limit } => (Size, "has too few members", least(limit, " members")),
        Kind::MaxProperties { limit } => (Size, "has too many members", most(limit, " members")),
        _ => return None,
    };
    Some((code, problem.into(), expected))
}

/// The integer format that a bound was derived from.
fn integer(limit: &Value) -> String {
    let is_wide = limit
        .as_f64()
        .is_some_and(|limit| limit.abs() > f64::from(u32::MAX));
    let bits = if is_wide { 64 } else { 32 };
    format!("a {bits}-bit integer (int{bits})")
}

/// The allowed types, if the type is what is wrong. Null comes last.
pub(super) fn wanted(error: &ValidationError<'_>) -> Option<String> {
    match error.kind() {
        Kind::Type {
            kind: TypeKind::Single(one),
        } => Some(one.to_string()),
        Kind::Type {
            kind: TypeKind::Multiple(many),
        } => {
            let mut names: Vec<String> = many.iter().map(|one| one.to_string()).collect();
            names.sort_by_key(|name| name == "null");
            Some(names.join(" or "))
        }
        Kind::Custom { keyword, message } if keyword == INTEGER => Some(message.clone()),
        _ => None,
    }
}

/// A list of allowed values as the specification writes it.
pub(super) fn one_of(options: &Value) -> String {
    let options = options.as_array().map(Vec::as_slice).unwrap_or_default();
    let named: Vec<String> = options
        .iter()
        .take(NAMED)
        .map(|option| match option {
            Value::String(text) if !text.is_empty() => text.clone(),
            other => other.to_string(),
        })
        .collect();
    let more = match options.len().saturating_sub(NAMED) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    match named.as_slice() {
        [one] if more.is_empty() => one.clone(),
        _ => format!("one of {}{more}", named.join(", ")),
    }
}
