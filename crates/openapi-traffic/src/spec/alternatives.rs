//! Validates `oneOf` and `anyOf` one level at a time, so that the cost does not grow exponentially.
//!
//! The engine collects errors for every alternative and, within each, for every nested alternative:
//! below a recursive schema the number doubles with each level. Here a failing `oneOf` or `anyOf`
//! is one error without details. The errors of its branches are collected on request, only for the
//! value of interest. Results are cached, so that no value is validated against the same
//! alternatives more than once.

use std::cell::RefCell;
use std::collections::HashMap;
use std::sync::{Arc, OnceLock, Weak};

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
type Known = HashMap<usize, Vec<(Arc<str>, Fits)>>;

thread_local! {
    /// For the values of the body that is being validated.
    static KNOWN: RefCell<Known> = RefCell::default();
}

/// Clears the cache. Must be called before other values are validated, because entries are keyed by
/// address.
pub(crate) fn forget() {
    KNOWN.with_borrow_mut(HashMap::clear);
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
            let mut fitting = (0..count).filter(|index| {
                let branch = self.by_level(&format!("{location}/{index}"));
                branch.is_some_and(|branch| branch.is_valid(value))
            });
            let fits = match (fitting.next(), fitting.next()) {
                (None, _) => Fits::None,
                (Some(_), None) => Fits::One,
                (Some(_), Some(_)) => Fits::Several,
            };
            KNOWN.with_borrow_mut(|known| {
                let of_value = known.entry(address).or_default();
                of_value.push((Arc::clone(location), fits));
            });
            fits
        })
    }
}

/// A `oneOf` or `anyOf` that reports no errors of its branches.
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
}
