//! Validates values against their schemas and turns schema errors into findings.

use std::cell::{OnceCell, RefCell};
use std::collections::HashMap;
use std::sync::Arc;

use foldhash::fast::FixedState;
use jsonschema::error::ValidationErrorKind as Kind;
use jsonschema::{ValidationError, Validator};
use serde_json::Value;

use super::place::subject;
use super::state::{Found, Judge};
use super::violation::{Violation, Words, one_of, violations_of, wanted};
use crate::codes::{BodyCode, Rule};
use crate::masking::describe;
use crate::spec::alternatives;
use crate::spec::lowered::Lowered;
use crate::spec::{Schema, Side, SiteId};
use located::pointer;

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

/// The types that an alternative asks for, if it is the type of the value itself that is wrong, not
/// that of one within it.
fn wanted_of_whole(failure: &Failure<'_>) -> Option<String> {
    match failure {
        Failure::Keyword(error) if error.instance_path().as_str().is_empty() => wanted(error),
        _ => None,
    }
}
