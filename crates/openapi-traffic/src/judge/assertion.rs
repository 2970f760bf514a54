//! Validates values against their schemas and turns schema errors into findings.

use std::borrow::Cow;
use std::cell::{OnceCell, RefCell};
use std::collections::HashMap;
use std::fmt::Display;
use std::sync::Arc;

use foldhash::fast::FixedState;
use jsonschema::error::{TypeKind, ValidationErrorKind as Kind};
use jsonschema::{ValidationError, Validator};
use serde_json::Value;

use super::masking::subject;
use super::state::{Found, Judge};
use crate::codes::{BodyCode, Rule};
use crate::shown::describe;
use crate::spec::alternatives;
use crate::spec::engine::INTEGER;
use crate::spec::lower::Lowered;
use crate::spec::{Schema, Side, SiteId};
use located::pointer;

/// How many values of a list a message names.
const NAMED: usize = 12;

/// One thing that is wrong with a value.
struct Violation {
    code: BodyCode,
    /// Completes a sentence that begins with the value.
    problem: String,
    expected: String,
    seen: String,
    /// The place in the specification.
    spec: String,
    /// Pointer below the validated value.
    at: String,
    /// The member that is missing, if that is what is wrong.
    member: Option<String>,
}

impl Judge<'_> {
    /// Validates a body against its schema.
    pub(super) fn assert_body(&mut self, side: &Side, schema: &Schema, body: &Value, owner: &str) {
        let excerpt = self.is_excerpt(side);
        for violation in self.violations(&side.lowered, schema, body, excerpt) {
            let at = format!("{owner}{}", violation.at);
            let site = match &violation.member {
                Some(name) => self.property_site(&violation.spec, name),
                None => None,
            };
            let site = site.or_else(|| self.spec.sites.nearest(&violation.spec));
            let found = Found {
                rule: violation.code.rule(side.direction),
                message: format!(
                    "{} {}{}",
                    subject(&violation.at, violation.member.as_deref()),
                    violation.problem,
                    self.nullable_in_vain(side, schema, &violation)
                ),
                expected: violation.expected,
                seen: violation.seen,
                spec: &violation.spec,
                at: &at,
            };
            self.report_against(found, site);
        }
    }

    /// Validates the value of a parameter or header against its schema.
    #[expect(
        clippy::too_many_arguments,
        reason = "the value, its schema, and what the finding says about them"
    )]
    pub(super) fn scalar(
        &mut self,
        side: &Side,
        schema: &Schema,
        value: &Value,
        subject: &str,
        rule: &'static Rule,
        site: SiteId,
        at: &str,
    ) {
        for violation in self.violations(&side.lowered, schema, value, false) {
            // The pointer of the finding does not contain the member, so it is masked here.
            let known = &self.spec.known;
            let member = violation.member.as_deref().map(|name| known.key(name));
            let part = part(&known.pointer(&violation.at, value, false), member, subject);
            let found = Found {
                rule,
                message: format!("{part} {}", violation.problem),
                expected: violation.expected,
                seen: violation.seen,
                spec: &violation.spec,
                at,
            };
            self.report_against(found, Some(site));
        }
    }

    /// Whether a value matches a schema.
    pub(super) fn fits(&self, side: &Side, schema: &Schema, value: &Value) -> bool {
        let validator = side.lowered.validator(&schema.location);
        validator.is_some_and(|validator| validator.is_valid(value))
    }

    /// The hint for a null where one schema says `nullable: true`, and another that the value must
    /// match too (`allOf`) does not.
    fn nullable_in_vain(&self, side: &Side, schema: &Schema, violation: &Violation) -> String {
        let nullable = match violation.code {
            BodyCode::Null => side.plan.nullable(schema.node, &violation.at),
            _ => None,
        };
        let place =
            nullable.and_then(|pointer| self.spec.place(&pointer::join(pointer, "nullable")));
        place.map_or_else(String::new, |place| {
            format!(
                ": `nullable: true` at line {} affects only a `type` beside it, not the schemas \
                 under `allOf`; write it beside the `type` that rejects null, or use `anyOf: \
                 [{{$ref: …}}, {{enum: [null]}}]`",
                place.line
            )
        })
    }

    /// The violations of a value. What the engine cannot evaluate is counted as not validated.
    fn violations(
        &mut self,
        lowered: &Lowered,
        schema: &Schema,
        value: &Value,
        excerpt: bool,
    ) -> Vec<Violation> {
        let (unchecked, wrong): (Vec<_>, Vec<_>) = violations(lowered, schema, value, excerpt)
            .into_iter()
            .partition(|it| it.code == BodyCode::Other && it.spec.ends_with("/pattern"));
        for it in unchecked {
            self.leave(format!(
                "matching the pattern at `{}` takes too long",
                it.spec
            ));
        }
        wrong
    }

    /// The site of a property: a missing member contradicts the property, not the object.
    fn property_site(&self, keyword: &str, name: &str) -> Option<SiteId> {
        let schema = pointer::parent(keyword)?;
        self.spec
            .sites
            .find(&format!("{schema}/properties/{}", pointer::escape(name)))
    }
}

/// The name of a part of a parameter or header in a message.
fn part(at: &str, member: Option<&str>, whole: &str) -> String {
    match (at, member) {
        ("", None) => whole.to_owned(),
        _ => format!("{} in {whole}", subject(at, member)),
    }
}

fn violations(lowered: &Lowered, schema: &Schema, value: &Value, excerpt: bool) -> Vec<Violation> {
    alternatives::forget();
    // Collecting errors costs much more than testing for validity.
    let validator = lowered.validator(&schema.location);
    if validator.is_some_and(|validator| validator.is_valid(value)) {
        return Vec::new();
    }
    let positions = Positions::new(value);
    let below = Below {
        lowered,
        positions: &positions,
        value,
        at: "",
        excerpt,
    };
    let by_level = lowered.by_level(&schema.location);
    let failures = by_level.map_or_else(Vec::new, |validator| below.failures(validator));
    let mut found = Vec::new();
    for failure in &failures {
        below.explain(failure, &mut found);
    }
    if failures.is_empty() {
        // The schema compiled when it was loaded; if it does not now, the value must not count as
        // valid.
        let expected = "a schema that compiles".to_owned();
        let problem = "cannot be validated: its schema does not compile".into();
        found.push(below.whole((BodyCode::Other, problem, expected), schema.pointer.clone()));
    }
    for violation in &mut found {
        if violation.code == BodyCode::Pattern {
            violation.expected = format!("`{}`", lowered.pattern(&violation.expected));
        }
    }
    found
}

/// Why a value does not match a schema.
enum Failure<'v> {
    /// A keyword of the engine rejects it, or a value within it.
    Keyword(ValidationError<'v>),
    /// A `oneOf` or `anyOf` does.
    Alternatives {
        /// The location of the keyword in the lowered document.
        location: Arc<str>,
        value: &'v Value,
        /// Pointer below the value that was validated.
        at: String,
    },
}

/// The values within a value, by their addresses.
struct Positions<'v> {
    root: &'v Value,
    by_address: OnceCell<HashMap<usize, Position<'v>, FixedState>>,
    /// Whether alternatives at a location, of the value at an address, may fail only because of
    /// what was left out of an excerpt.
    may_be_left_out: RefCell<HashMap<(Arc<str>, usize), bool, FixedState>>,
}

struct Position<'v> {
    value: &'v Value,
    /// The address of the object or array that contains it.
    owner: usize,
    step: Step<'v>,
}

enum Step<'v> {
    Member(&'v str),
    Item(usize),
}

fn address(value: &Value) -> usize {
    std::ptr::from_ref(value).addr()
}

impl<'v> Positions<'v> {
    fn new(root: &'v Value) -> Self {
        Positions {
            root,
            by_address: OnceCell::new(),
            may_be_left_out: RefCell::default(),
        }
    }

    fn by_address(&self) -> &HashMap<usize, Position<'v>, FixedState> {
        self.by_address.get_or_init(|| {
            let mut all = HashMap::default();
            let mut waiting = vec![self.root];
            while let Some(value) = waiting.pop() {
                let mut add = |step, part| {
                    let position = Position {
                        value: part,
                        owner: address(value),
                        step,
                    };
                    all.insert(address(part), position);
                    waiting.push(part);
                };
                match value {
                    Value::Object(members) => members
                        .iter()
                        .for_each(|(name, member)| add(Step::Member(name), member)),
                    Value::Array(items) => items
                        .iter()
                        .enumerate()
                        .for_each(|(index, item)| add(Step::Item(index), item)),
                    _ => {}
                }
            }
            all
        })
    }

    /// The value at an address, and its pointer below another value around it.
    fn find(&self, at: usize, whole: &'v Value) -> Option<(&'v Value, String)> {
        let (mut here, mut steps, mut found) = (at, Vec::new(), whole);
        while here != address(whole) {
            let Position { value, owner, step } = self.by_address().get(&here)?;
            if here == at {
                found = value;
            }
            steps.push(step);
            here = *owner;
        }
        let pointer = steps
            .iter()
            .rev()
            .fold(String::new(), |pointer, step| match step {
                Step::Member(name) => pointer::join(&pointer, name),
                Step::Item(index) => format!("{pointer}/{index}"),
            });
        Some((found, pointer))
    }
}

/// A value within the validated one, to which the instance paths of errors are relative.
struct Below<'v, 'a> {
    lowered: &'v Lowered,
    /// Of the validated value.
    positions: &'v Positions<'v>,
    value: &'v Value,
    /// Pointer below the validated value.
    at: &'a str,
    /// Members or items of it were left out.
    excerpt: bool,
}

impl<'v> Below<'v, '_> {
    fn failures(&self, validator: &'v Validator) -> Vec<Failure<'v>> {
        let (errors, failed) = alternatives::errors(validator, self.value);
        let mut failures: Vec<_> = errors.into_iter().map(Failure::Keyword).collect();
        failures.extend(failed.into_iter().filter_map(|failed| {
            let (value, at) = self.positions.find(failed.address, self.value)?;
            let location = failed.location;
            Some(Failure::Alternatives {
                location,
                value,
                at,
            })
        }));
        failures
    }

    fn origin(&self, failure: &Failure<'_>) -> String {
        self.lowered.origin(match failure {
            Failure::Keyword(error) => error.schema_path().as_str(),
            Failure::Alternatives { location, .. } => location,
        })
    }

    /// Descends to the errors that a person can act on: those of the alternative that was most
    /// likely meant.
    fn explain(&self, failure: &Failure<'v>, found: &mut Vec<Violation>) {
        if self.excerpt && self.may_be_left_out(failure) {
            return;
        }
        let (location, value, at) = match failure {
            Failure::Keyword(error) => {
                let origin = self.origin(failure);
                return found.extend(violations_of(error, origin, self.at));
            }
            Failure::Alternatives {
                location,
                value,
                at,
            } => (location, *value, at),
        };
        let below = Below {
            value,
            at: &format!("{}{at}", self.at),
            ..*self
        };
        let branches = below.branches(location);
        let fitting = branches.iter().filter(|failures| failures.is_empty());
        if fitting.count() > 1 {
            let expected = "exactly one of the alternatives".to_owned();
            let problem = "matches more than one of the alternatives".into();
            let origin = self.origin(failure);
            return found.push(below.whole((BodyCode::Ambiguous, problem, expected), origin));
        }
        if let Some(failures) = below.likeliest(&branches) {
            for failure in failures {
                below.explain(failure, found);
            }
            return;
        }
        found.push(match below.undiscriminated(&branches) {
            Some(violation) => violation,
            None => below.whole(below.no_alternative(&branches), self.origin(failure)),
        });
    }

    /// Why the value does not match each of the alternatives at a location.
    fn branches(&self, location: &str) -> Vec<Vec<Failure<'v>>> {
        let branches = self.lowered.branches(location);
        branches.map(|branch| self.failures(branch)).collect()
    }

    /// Whether the failure may come only from what was left out of an excerpt: the complete value
    /// may be valid.
    fn may_be_left_out(&self, failure: &Failure<'v>) -> bool {
        let (location, value) = match failure {
            Failure::Keyword(error) => {
                return matches!(
                    error.kind(),
                    Kind::Required { .. }
                        | Kind::MinProperties { .. }
                        | Kind::MinItems { .. }
                        | Kind::Not { .. }
                );
            }
            Failure::Alternatives {
                location, value, ..
            } => (location, *value),
        };
        let key = (Arc::clone(location), address(value));
        let known = &self.positions.may_be_left_out;
        if let Some(may_be) = known.borrow().get(&key) {
            return *may_be;
        }
        let below = Below { value, ..*self };
        let branches = below.branches(location);
        let fitting = branches.iter().filter(|failures| failures.is_empty());
        let may_be = fitting.count() > 1
            || branches
                .iter()
                .any(|failures| failures.iter().all(|it| below.may_be_left_out(it)));
        known.borrow_mut().insert(key, may_be);
        may_be
    }

    /// The failures of the alternative with the fewest, among those that have the value's type and
    /// are not ruled out by a discriminator.
    fn likeliest<'e>(&self, branches: &'e [Vec<Failure<'v>>]) -> Option<&'e Vec<Failure<'v>>> {
        branches
            .iter()
            .filter(|failures| {
                !failures.iter().any(|failure| {
                    wanted_of_whole(failure).is_some() || is_discriminator(&self.origin(failure))
                })
            })
            .min_by_key(|failures| failures.len())
    }

    /// The violation if a discriminator rules out all alternatives: it is missing, or names none of
    /// them.
    fn undiscriminated(&self, branches: &[Vec<Failure<'_>>]) -> Option<Violation> {
        let mut options = Vec::new();
        let mut at = None;
        for failure in branches.iter().flatten() {
            let Failure::Keyword(error) = failure else {
                continue;
            };
            let origin = self.origin(failure);
            if !is_discriminator(&origin) {
                continue;
            }
            match error.kind() {
                Kind::Required { .. } => return violations_of(error, origin, self.at).pop(),
                Kind::Enum { options: some } => {
                    options.extend(some.as_array().into_iter().flatten().cloned());
                    at = Some((error, origin));
                }
                _ => {}
            }
        }
        let (error, origin) = at?;
        Some(Violation {
            code: BodyCode::Alternative,
            problem: "names none of the alternatives".to_owned(),
            expected: one_of(&Value::Array(options)),
            seen: describe(error.instance()),
            spec: origin,
            at: format!("{}{}", self.at, error.instance_path().as_str()),
            member: None,
        })
    }

    /// The words for a value that matches no alternative: the expected types, if each alternative
    /// has one.
    fn no_alternative(&self, branches: &[Vec<Failure<'_>>]) -> Words {
        let types: Option<Vec<String>> = branches
            .iter()
            .map(|failures| failures.iter().find_map(wanted_of_whole))
            .collect();
        let Some(mut types) = types else {
            let expected = format!("one of {} alternatives", branches.len());
            let problem = "matches none of the alternatives".into();
            return (BodyCode::Alternative, problem, expected);
        };
        types.sort();
        types.dedup();
        let (code, problem) = match self.value.is_null() {
            true => (BodyCode::Null, "is null"),
            false => (BodyCode::Alternative, "matches none of the alternatives"),
        };
        (code, problem.into(), types.join(" or "))
    }

    /// A violation of the value as a whole.
    fn whole(&self, words: Words, origin: String) -> Violation {
        let (code, problem, expected) = words;
        Violation {
            code,
            problem: problem.into_owned(),
            expected,
            seen: describe(self.value),
            spec: origin,
            at: self.at.to_owned(),
            member: None,
        }
    }
}

fn is_discriminator(origin: &str) -> bool {
    origin.contains("/discriminator/")
}

/// The violations of an error below the pointer `whole`: one, or one for each member that is not
/// allowed.
fn violations_of(error: &ValidationError<'_>, origin: String, whole: &str) -> Vec<Violation> {
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
type Words = (BodyCode, Cow<'static, str>, String);

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
    let (code, problem, before, limit, after): (_, _, _, &dyn Display, _) = match kind {
        Kind::Minimum { limit } => (BodyCode::Bound, "is too small", "at least ", limit, ""),
        Kind::Maximum { limit } => (BodyCode::Bound, "is too large", "at most ", limit, ""),
        Kind::ExclusiveMinimum { limit } => {
            (BodyCode::Bound, "is too small", "more than ", limit, "")
        }
        Kind::ExclusiveMaximum { limit } => {
            (BodyCode::Bound, "is too large", "less than ", limit, "")
        }
        Kind::MultipleOf { multiple_of } => (
            BodyCode::Multiple,
            "is not a multiple",
            "a multiple of ",
            multiple_of,
            "",
        ),
        Kind::MinLength { limit } => (
            BodyCode::Length,
            "is too short",
            "at least ",
            limit,
            " characters",
        ),
        Kind::MaxLength { limit } => (
            BodyCode::Length,
            "is too long",
            "at most ",
            limit,
            " characters",
        ),
        Kind::MinItems { limit } => (
            BodyCode::Size,
            "has too few items",
            "at least ",
            limit,
            " items",
        ),
        Kind::MaxItems { limit } => (
            BodyCode::Size,
            "has too many items",
            "at most ",
            limit,
            " items",
        ),
        Kind::MinProperties { limit } => (
            BodyCode::Size,
            "has too few members",
            "at least ",
            limit,
            " members",
        ),
        Kind::MaxProperties { limit } => (
            BodyCode::Size,
            "has too many members",
            "at most ",
            limit,
            " members",
        ),
        _ => return None,
    };
    Some((code, problem.into(), format!("{before}{limit}{after}")))
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
fn wanted(error: &ValidationError<'_>) -> Option<String> {
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

/// The types that an alternative asks for, if it is the type of the value itself that is wrong, not
/// that of one within it.
fn wanted_of_whole(failure: &Failure<'_>) -> Option<String> {
    match failure {
        Failure::Keyword(error) if error.instance_path().as_str().is_empty() => wanted(error),
        _ => None,
    }
}

/// A list of allowed values as the specification writes it.
fn one_of(options: &Value) -> String {
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
