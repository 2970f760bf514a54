//! Values held against their schemas, and what fails said in words.

use jsonschema::ValidationError;
use jsonschema::error::{TypeKind, ValidationErrorKind as Kind};
use serde_json::Value;

use super::{Court, Found, describe};
use crate::codes::{self, Both};
use crate::spec::lower::{Direction, Lowered};
use crate::spec::{Schema, Side, SiteId};
use located::pointer;

/// How many values of a list are told.
const TOLD: usize = 12;

/// One thing that is wrong with a value.
struct Violation {
    code: Both,
    /// Completes a sentence that begins with the value.
    problem: String,
    expected: String,
    seen: String,
    /// The place in the specification.
    spec: String,
    /// Below the value that was judged.
    at: String,
    /// The member that is missing or too many, if that is what is wrong.
    member: Option<String>,
}

impl Court<'_> {
    /// Holds a body against its schema.
    pub(super) fn assert_body(&mut self, side: &Side, schema: &Schema, body: &Value, owner: &str) {
        for violation in violations(&side.lowered, schema, body) {
            let at = format!("{owner}{}", violation.at);
            let site = match &violation.member {
                Some(name) => self.property_site(&violation.spec, name),
                None => None,
            };
            let site = site.or_else(|| self.spec.sites.nearest(&violation.spec));
            let found = Found {
                code: match side.direction {
                    Direction::Request => violation.code.request,
                    Direction::Response => violation.code.response,
                },
                message: format!(
                    "{} {}",
                    subject(&violation.at, violation.member.as_deref()),
                    violation.problem
                ),
                expected: violation.expected,
                seen: violation.seen,
                spec: &violation.spec,
                at: &at,
            };
            self.report_against(found, site);
        }
    }

    /// Holds the value of a parameter or header against its schema.
    #[expect(
        clippy::too_many_arguments,
        reason = "what is judged, by what, and how it is to be said"
    )]
    pub(super) fn scalar(
        &mut self,
        side: &Side,
        schema: &Schema,
        value: &Value,
        subject: &str,
        code: &'static str,
        site: SiteId,
        at: &str,
    ) {
        for violation in violations(&side.lowered, schema, value) {
            let found = Found {
                code,
                message: format!("{subject} {}", violation.problem),
                expected: violation.expected,
                seen: violation.seen,
                spec: &violation.spec,
                at,
            };
            self.report_against(found, Some(site));
        }
    }

    /// What lacks a member contradicts what is said of that member.
    fn property_site(&self, keyword: &str, name: &str) -> Option<SiteId> {
        let schema = pointer::parent(keyword)?;
        self.spec
            .sites
            .find(&format!("{schema}/properties/{}", pointer::escape(name)))
    }
}

/// How a message calls the value at a pointer: the same for all items of a list, so that equal
/// findings look equal.
pub(super) fn subject(at: &str, member: Option<&str>) -> String {
    let mut name = String::new();
    for token in pointer::tokens(at)
        .into_iter()
        .flatten()
        .map(|token| token.into_owned())
        .chain(member.map(str::to_owned))
    {
        if token.bytes().all(|byte| byte.is_ascii_digit()) {
            name.push_str("[]");
        } else {
            if !name.is_empty() {
                name.push('.');
            }
            name.push_str(&token);
        }
    }
    if name.is_empty() {
        "the body".to_owned()
    } else {
        format!("`{name}`")
    }
}

fn violations(lowered: &Lowered, schema: &Schema, value: &Value) -> Vec<Violation> {
    let Some(validator) = lowered.validator(&schema.location) else {
        // Loading has compiled it once; whatever keeps it from compiling now must not pass for a
        // value in order.
        return vec![Violation {
            code: codes::OTHER,
            problem: "cannot be judged: its schema does not compile".to_owned(),
            expected: "a schema that compiles".to_owned(),
            seen: describe(value),
            spec: schema.pointer.clone(),
            at: String::new(),
            member: None,
        }];
    };
    // Collecting what is wrong costs much more than asking whether anything is.
    if validator.is_valid(value) {
        return Vec::new();
    }
    let origin = |error: &ValidationError<'_>| lowered.origin(error.schema_path().as_str());
    let mut found = Vec::new();
    for error in validator.iter_errors(value) {
        explain(&error, &origin, &mut found);
    }
    found
}

/// Goes down to the errors that a person can act on: those of the alternative that was most likely
/// meant.
fn explain(
    error: &ValidationError<'_>,
    origin: &dyn Fn(&ValidationError<'_>) -> String,
    found: &mut Vec<Violation>,
) {
    if let Kind::AnyOf { context } | Kind::OneOfNotValid { context } = error.kind()
        && let Some(errors) = likeliest(error, context, origin)
    {
        for error in errors {
            explain(error, origin, found);
        }
        return;
    }
    match undiscriminated(error, origin) {
        Some(violation) => found.push(violation),
        None => found.extend(violation(error, origin(error))),
    }
}

/// The alternative with the fewest errors among those that are of the value's type and not ruled
/// out by a discriminator.
fn likeliest<'e>(
    whole: &ValidationError<'_>,
    branches: &'e [Vec<ValidationError<'static>>],
    origin: &dyn Fn(&ValidationError<'_>) -> String,
) -> Option<&'e Vec<ValidationError<'static>>> {
    branches
        .iter()
        .filter(|errors| {
            !errors.iter().any(|error| {
                let here = error.instance_path() == whole.instance_path();
                (here && matches!(error.kind(), Kind::Type { .. }))
                    || is_discriminator(&origin(error))
            })
        })
        .min_by_key(|errors| errors.len())
}

fn is_discriminator(origin: &str) -> bool {
    origin.contains("/discriminator/")
}

/// What is wrong where a discriminator rules all alternatives out: it is missing, or names none of
/// them.
fn undiscriminated(
    error: &ValidationError<'_>,
    origin: &dyn Fn(&ValidationError<'_>) -> String,
) -> Option<Violation> {
    let (Kind::AnyOf { context } | Kind::OneOfNotValid { context }) = error.kind() else {
        return None;
    };
    let ruled_out = context
        .iter()
        .flatten()
        .filter(|error| is_discriminator(&origin(error)));
    let mut options = Vec::new();
    let mut at = None;
    for error in ruled_out {
        match error.kind() {
            Kind::Required { .. } => return violation(error, origin(error)).pop(),
            Kind::Enum { options: some } => {
                options.extend(some.as_array().into_iter().flatten().cloned());
                at = Some(error);
            }
            _ => {}
        }
    }
    let at = at?;
    Some(Violation {
        code: codes::ALTERNATIVE,
        problem: "names none of the alternatives".to_owned(),
        expected: one_of(&Value::Array(options)),
        seen: describe(at.instance()),
        spec: origin(at),
        at: at.instance_path().as_str().to_owned(),
        member: None,
    })
}

fn violation(error: &ValidationError<'_>, origin: String) -> Vec<Violation> {
    let value: &Value = error.instance();
    let at = error.instance_path().as_str().to_owned();
    let say = |code: Both, problem: &str, expected: String| {
        vec![Violation {
            code,
            problem: problem.to_owned(),
            expected,
            seen: describe(value),
            spec: origin.clone(),
            at: at.clone(),
            member: None,
        }]
    };
    match error.kind() {
        Kind::Type { kind } => {
            let expected = types(kind);
            if value.is_null() {
                say(codes::NULL, "is null", format!("{expected}, not null"))
            } else {
                say(codes::TYPE, "has the wrong type", expected)
            }
        }
        Kind::Enum { options } => say(
            codes::ENUM,
            "is none of the allowed values",
            one_of(options),
        ),
        Kind::Required { property } => {
            let name = property.as_str().unwrap_or_default();
            vec![Violation {
                code: codes::REQUIRED,
                problem: "is required and missing".to_owned(),
                expected: format!("`{name}`"),
                seen: "nothing".to_owned(),
                spec: origin,
                at,
                member: Some(name.to_owned()),
            }]
        }
        Kind::AdditionalProperties { unexpected } => {
            let members = value.as_object();
            unexpected
                .iter()
                .map(|name| Violation {
                    code: codes::ADDITIONAL,
                    problem: "is not documented, and the schema allows no others".to_owned(),
                    expected: "documented members only".to_owned(),
                    seen: members
                        .and_then(|them| them.get(name))
                        .map_or_else(String::new, describe),
                    spec: origin.clone(),
                    at: pointer::join(&at, name),
                    member: None,
                })
                .collect()
        }
        Kind::Format { format } => say(codes::FORMAT, "has the wrong format", format.clone()),
        Kind::Minimum { .. } | Kind::Maximum { .. } if origin.ends_with("/format") => {
            let bits = if limit(error.kind()).is_some_and(|limit| limit.abs() > f64::from(u32::MAX))
            {
                64
            } else {
                32
            };
            say(
                codes::FORMAT,
                "has the wrong format",
                format!("an integer of {bits} bits (int{bits})"),
            )
        }
        Kind::Minimum { limit } => say(codes::BOUND, "is too small", format!("at least {limit}")),
        Kind::Maximum { limit } => say(codes::BOUND, "is too large", format!("at most {limit}")),
        Kind::ExclusiveMinimum { limit } => {
            say(codes::BOUND, "is too small", format!("more than {limit}"))
        }
        Kind::ExclusiveMaximum { limit } => {
            say(codes::BOUND, "is too large", format!("less than {limit}"))
        }
        Kind::MultipleOf { multiple_of } => say(
            codes::MULTIPLE,
            "is between the steps",
            format!("a multiple of {multiple_of}"),
        ),
        Kind::MinLength { limit } => say(
            codes::LENGTH,
            "is too short",
            format!("at least {limit} characters"),
        ),
        Kind::MaxLength { limit } => say(
            codes::LENGTH,
            "is too long",
            format!("at most {limit} characters"),
        ),
        Kind::Pattern { pattern } => say(
            codes::PATTERN,
            "does not match its pattern",
            format!("`{pattern}`"),
        ),
        Kind::MinItems { limit } => say(
            codes::SIZE,
            "has too few items",
            format!("at least {limit} items"),
        ),
        Kind::MaxItems { limit } => say(
            codes::SIZE,
            "has too many items",
            format!("at most {limit} items"),
        ),
        Kind::UniqueItems => say(
            codes::SIZE,
            "holds an item twice",
            "unique items".to_owned(),
        ),
        Kind::MinProperties { limit } => say(
            codes::SIZE,
            "has too few members",
            format!("at least {limit} members"),
        ),
        Kind::MaxProperties { limit } => say(
            codes::SIZE,
            "has too many members",
            format!("at most {limit} members"),
        ),
        Kind::AnyOf { context } | Kind::OneOfNotValid { context } => {
            let types: Option<Vec<String>> = context
                .iter()
                .map(|errors| wanted_type(errors, error))
                .collect();
            match types {
                Some(mut types) => {
                    types.sort();
                    types.dedup();
                    let (code, problem) = match value {
                        Value::Null => (codes::NULL, "is null"),
                        _ => (codes::ALTERNATIVE, "is none of the alternatives"),
                    };
                    say(code, problem, types.join(" or "))
                }
                None => {
                    let expected = format!("one of {} alternatives", context.len());
                    say(codes::ALTERNATIVE, "is none of the alternatives", expected)
                }
            }
        }
        Kind::OneOfMultipleValid { .. } => say(
            codes::AMBIGUOUS,
            "is more than one of the alternatives",
            "exactly one of the alternatives".to_owned(),
        ),
        Kind::Not { .. } => say(
            codes::NOT,
            "is what it must not be",
            "anything else".to_owned(),
        ),
        // Nothing that lowering writes ends here; what did would still have to be said.
        other => say(
            codes::OTHER,
            &format!("fails `{}`", other.keyword()),
            format!("`{}` to hold", other.keyword()),
        ),
    }
}

/// Null last: it is the addition, not what the value is about.
fn types(kind: &TypeKind) -> String {
    match kind {
        TypeKind::Single(one) => one.to_string(),
        TypeKind::Multiple(many) => {
            let mut names: Vec<String> = many.iter().map(|one| one.to_string()).collect();
            names.sort_by_key(|name| name == "null");
            names.join(" or ")
        }
    }
}

/// The type by which an alternative refuses the whole value.
fn wanted_type(errors: &[ValidationError<'static>], whole: &ValidationError<'_>) -> Option<String> {
    errors.iter().find_map(|error| match error.kind() {
        Kind::Type { kind } if error.instance_path() == whole.instance_path() => Some(types(kind)),
        _ => None,
    })
}

fn limit(kind: &Kind) -> Option<f64> {
    match kind {
        Kind::Minimum { limit } | Kind::Maximum { limit } => limit.as_f64(),
        _ => None,
    }
}

/// A list of allowed values as the specification writes it.
fn one_of(options: &Value) -> String {
    let options = options.as_array().map(Vec::as_slice).unwrap_or_default();
    let told: Vec<String> = options
        .iter()
        .take(TOLD)
        .map(|option| match option {
            Value::String(text) if !text.is_empty() => text.clone(),
            other => other.to_string(),
        })
        .collect();
    let more = match options.len().saturating_sub(TOLD) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    match told.as_slice() {
        [one] if more.is_empty() => one.clone(),
        _ => format!("one of {}{more}", told.join(", ")),
    }
}
