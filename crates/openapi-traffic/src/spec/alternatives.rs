//! Validates `oneOf` and `anyOf` one level at a time, so that the cost does not grow exponentially.
//!
//! The engine collects errors for every alternative and, within each, for every nested alternative:
//! below a recursive schema the number doubles with each level. Here a failing `oneOf` or `anyOf`
//! is noted without details. The errors of its branches are collected on request, only for the
//! value of interest. Results are cached, so that no value is validated against the same
//! alternatives more than once.

use std::cell::RefCell;
use std::collections::HashMap;
use std::sync::{Arc, OnceLock, Weak};

use foldhash::fast::FixedState;
use indexmap::IndexSet;
use jsonschema::{Keyword, Registry, ValidationError, ValidationOptions, Validator};
use percent_encoding::utf8_percent_encode;
use serde_json::{Value, json};

use super::engine::{ESCAPED, URI, options};

/// The schemas of a lowered document.
#[derive(Debug)]
pub(super) struct Schemas {
    registry: Registry<'static>,
    /// Compiled on first use: loading checks every schema, but a run uses few.
    validators: HashMap<String, Compiled>,
    this: Weak<Schemas>,
}

#[derive(Debug, Default)]
struct Compiled {
    whole: OnceLock<Option<Validator>>,
    by_level: OnceLock<Option<Validator>>,
}

/// How many alternatives a value matches.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fits {
    None,
    One,
    Several,
}

/// The cached results: by the address of a value and the location of the alternatives.
type Known = HashMap<usize, Vec<(Arc<str>, Fits)>, FixedState>;

thread_local! {
    /// For the values of the body that is being validated.
    static KNOWN: RefCell<Known> = RefCell::default();
    /// What failed in the value whose errors are being collected.
    static FAILED: RefCell<Vec<Failed>> = RefCell::default();
}

/// A `oneOf` or `anyOf` that a value does not match.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct Failed {
    /// Its location in the lowered document.
    pub(crate) location: Arc<str>,
    /// The address of the value.
    pub(crate) address: usize,
}

/// The errors of a value, and apart from them the `oneOf` and `anyOf` that failed. The engine
/// copies the value into each error of a keyword that is not its own: below a recursive schema, the
/// copies of all levels would take time with the square of the depth.
pub(crate) fn errors<'v>(
    validator: &'v Validator,
    value: &'v Value,
) -> (Vec<ValidationError<'v>>, IndexSet<Failed, FixedState>) {
    FAILED.take();
    let errors = validator.iter_errors(value).collect();
    // A set, because the engine repeats itself if the match of a pattern cannot be finished.
    let failed = FAILED.take().into_iter().collect();
    (errors, failed)
}

/// Drops the cache. Must be called before other values are validated, because entries are keyed by
/// address. It is not cleared: that takes time with the size that it once had.
pub(crate) fn forget() {
    KNOWN.take();
}

impl Schemas {
    pub(super) fn new(
        registry: Registry<'static>,
        locations: impl IntoIterator<Item = String>,
    ) -> Arc<Self> {
        let locations = locations.into_iter();
        Arc::new_cyclic(|this| Schemas {
            registry,
            validators: locations.map(|it| (it, Compiled::default())).collect(),
            this: this.clone(),
        })
    }

    /// The validator for the schema at a location, for a yes-or-no result.
    pub(super) fn whole(&self, location: &str) -> Option<&Validator> {
        let compiled = self.validators.get(location)?;
        let validator = || self.compile(location, options());
        compiled.whole.get_or_init(validator).as_ref()
    }

    /// The validator whose errors do not descend into `oneOf` and `anyOf`.
    pub(super) fn by_level(&self, location: &str) -> Option<&Validator> {
        let compiled = self.validators.get(location)?;
        let validator = || {
            let options = ["oneOf", "anyOf"].iter().fold(options(), |options, name| {
                let schemas = self.this.clone();
                options.with_keyword(*name, move |_, branches, location| {
                    Ok(Box::new(Alternatives {
                        schemas: schemas.clone(),
                        location: location.as_str().into(),
                        count: branches.as_array().map_or(0, Vec::len),
                    }))
                })
            });
            self.compile(location, options)
        };
        compiled.by_level.get_or_init(validator).as_ref()
    }

    fn compile(&self, location: &str, options: ValidationOptions<'_>) -> Option<Validator> {
        let fragment = utf8_percent_encode(location, ESCAPED);
        let schema = json!({ "$ref": format!("{URI}#{fragment}") });
        options.with_registry(&self.registry).build(&schema).ok()
    }

    /// The validators of the branches of the `oneOf` or `anyOf` at a location.
    pub(super) fn branches(&self, location: &str) -> impl Iterator<Item = &Validator> {
        #[cfg(test)]
        tests::TRIED.set(tests::TRIED.get() + 1);
        (0..).map_while(move |index| self.by_level(&format!("{location}/{index}")))
    }

    /// How many branches of the `oneOf` or `anyOf` at a location a value matches.
    pub(super) fn fits(&self, location: &Arc<str>, count: usize, value: &Value) -> Fits {
        let address = std::ptr::from_ref(value).addr();
        let known = KNOWN.with_borrow(|known| {
            let of_value = known.get(&address)?;
            of_value
                .iter()
                .find(|(at, _)| at == location)
                .map(|it| it.1)
        });
        known.unwrap_or_else(|| {
            // Alternatives that lead back to themselves with the same value decide nothing.
            let remember = |fits: Fits| {
                KNOWN.with_borrow_mut(|known| {
                    let of_value = known.entry(address).or_default();
                    match of_value.iter_mut().find(|(at, _)| at == location) {
                        Some((_, known)) => *known = fits,
                        None => of_value.push((Arc::clone(location), fits)),
                    }
                });
            };
            remember(Fits::None);
            let mut fitting = (0..count).filter(|index| {
                #[cfg(test)]
                tests::TRIED.set(tests::TRIED.get() + 1);
                let branch = self.by_level(&format!("{location}/{index}"));
                branch.is_some_and(|branch| branch.is_valid(value))
            });
            let fits = match (fitting.next(), fitting.next()) {
                (None, _) => Fits::None,
                (Some(_), None) => Fits::One,
                (Some(_), Some(_)) => Fits::Several,
            };
            remember(fits);
            fits
        })
    }
}

/// The keyword `oneOf` or `anyOf`, without errors of its branches.
struct Alternatives {
    schemas: Weak<Schemas>,
    location: Arc<str>,
    count: usize,
}

impl<'i> Keyword<'i> for Alternatives {
    fn validate(&self, value: &'i Value) -> Result<(), ValidationError<'i>> {
        match self.is_valid(value) {
            true => Ok(()),
            false => Err(ValidationError::custom("matches none of the alternatives")),
        }
    }

    fn is_valid(&self, value: &'i Value) -> bool {
        let Some(schemas) = self.schemas.upgrade() else {
            return false;
        };
        match schemas.fits(&self.location, self.count, value) {
            Fits::None => false,
            Fits::One => true,
            Fits::Several => self.location.ends_with("/anyOf"),
        }
    }

    /// Notes a failure instead of yielding an error, see [`errors`]. No keyword decides anything by
    /// the errors that it collects: that is what the other methods are for.
    fn iter_errors(&self, value: &'i Value) -> Box<dyn Iterator<Item = ValidationError<'i>> + 'i> {
        if !self.is_valid(value) {
            let failed = Failed {
                location: Arc::clone(&self.location),
                address: std::ptr::from_ref(value).addr(),
            };
            FAILED.with_borrow_mut(|all| all.push(failed));
        }
        Box::new(std::iter::empty())
    }
}

#[cfg(test)]
mod tests {
    use std::borrow::Cow;
    use std::cell::Cell;

    use located::Source;

    use super::*;
    use crate::spec::Spec;
    use crate::{Exchange, judge};

    thread_local! {
        /// How often this thread has compared a value with an alternative, or with all of them for
        /// their errors.
        pub(super) static TRIED: Cell<usize> = const { Cell::new(0) };
    }

    fn spec() -> Spec {
        let text = include_str!("../../benches/recursive.yaml");
        Spec::load(Source::new("recursive.yaml", text.to_owned())).unwrap()
    }

    /// A value in which a leaf that many levels below has the wrong type, in both alternatives if
    /// each level has the properties of both.
    fn nested(depth: usize, is_both: bool) -> Value {
        let level = match is_both {
            true => json!({"left": 1, "right": 1}),
            false => json!({"left": 1}),
        };
        let with = |name: &str, value: Value| {
            let mut level = level.clone();
            level[name] = value;
            level
        };
        (0..depth).fold(with("leaf", "wrong".into()), |inner, _| with("next", inner))
    }

    /// How often alternatives were tried to find the one thing that is wrong.
    fn tried(spec: &Spec, depth: usize, is_both: bool, meta: &Value) -> usize {
        let recorded = json!({
            "format": 1,
            "meta": meta,
            "request": {"method": "GET", "path": "/nodes"},
            "response": {
                "status": 200,
                "headers": {"content-type": "application/json"},
                "body": nested(depth, is_both),
            },
        });
        let source = Source::new("a.json", recorded.to_string());
        let recording = http_recording::Recording::read(&source).unwrap();
        let exchange = Exchange::new(recording, Arc::new(source), "", 0);
        TRIED.set(0);
        let (findings, _) = judge(spec, &exchange);
        let at: Vec<_> = findings.iter().map(|it| it.at.as_deref()).collect();
        let leaf = format!("/response/body{}/leaf", "/next".repeat(depth));
        assert_eq!(at, [Some(leaf.as_str())]);
        TRIED.get()
    }

    #[test]
    fn a_wrong_leaf_twice_as_deep_takes_twice_the_trials() {
        let spec = spec();
        let whole = json!({"origin": "synthetic"});
        let excerpt = json!({"origin": "synthetic", "excerpt": ["response"]});
        for (is_both, meta) in [(false, &whole), (true, &whole), (true, &excerpt)] {
            let tried = [10, 20, 40, 80].map(|depth| tried(&spec, depth, is_both, meta));
            assert!(tried[0] >= 10, "{tried:?}");
            for pair in tried.windows(2) {
                assert!(pair[1] <= 2 * pair[0], "{is_both} {meta}: {tried:?}");
            }
        }
    }

    #[test]
    fn no_error_holds_a_copy_of_the_value() {
        let spec = spec();
        let value = nested(3, false);
        let media = &spec.operations[0].responses[0].content[0];
        let location = &media.schema.as_ref().expect("a schema").location;
        forget();
        let whole = spec.response.lowered.by_level(location).expect("a schema");
        let (found, failed) = errors(whole, &value);
        assert!(found.is_empty(), "{found:?}");
        assert_eq!(failed.len(), 1);
        for branch in spec.response.lowered.branches(&failed[0].location) {
            let (found, failed) = errors(branch, &value);
            let is_borrowed = |it: &ValidationError<'_>| matches!(it.instance(), Cow::Borrowed(_));
            assert!(found.iter().all(is_borrowed), "{found:?}");
            assert_eq!(failed.len(), 1);
            assert_eq!(failed[0].address, std::ptr::from_ref(&value["next"]).addr());
        }
    }
}
