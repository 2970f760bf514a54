//! `oneOf` and `anyOf`, asked for one level at a time.
//!
//! The engine collects what is wrong with a value for every alternative and, within each, for every
//! alternative of what it holds: below a recursive schema that doubles with each level. Here a
//! failing `oneOf` or `anyOf` is one error that says nothing more; whoever wants the errors of its
//! branches asks for them, and so does only for the value that it cares about. What holds for a
//! value is remembered, so that no value is judged by the same alternatives twice.

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
    /// Compiled when first used: every schema is checked on loading, few are used in a run.
    validators: HashMap<String, Compiled>,
    this: Weak<Schemas>,
}

#[derive(Debug, Default)]
struct Compiled {
    whole: OnceLock<Option<Validator>>,
    by_level: OnceLock<Option<Validator>>,
}

/// How many alternatives a value fits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fits {
    None,
    One,
    Several,
}

/// What is known of values: by their addresses, and for each by the places of the alternatives.
type Known = HashMap<usize, Vec<(Arc<str>, Fits)>>;

thread_local! {
    /// Of the values of the body that is judged.
    static KNOWN: RefCell<Known> = RefCell::default();
}

/// Forgets what is known of values, which it is known of by their addresses: to be called before
/// other values are judged.
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

    /// The validator that tells whether a value fits the schema at a location.
    pub(super) fn whole(&self, location: &str) -> Option<&Validator> {
        let compiled = self.validators.get(location)?;
        let validator = || self.compile(location, options());
        compiled.whole.get_or_init(validator).as_ref()
    }

    /// The validator whose errors go no deeper than to the first `oneOf` or `anyOf` on each way.
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

    /// How many branches of the `oneOf` or `anyOf` at a location a value fits.
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

/// A `oneOf` or `anyOf` that does not say what is wrong with each branch.
struct Alternatives {
    schemas: Weak<Schemas>,
    location: Arc<str>,
    count: usize,
}

impl<'i> Keyword<'i> for Alternatives {
    fn validate(&self, value: &'i Value) -> Result<(), ValidationError<'i>> {
        match self.is_valid(value) {
            true => Ok(()),
            false => Err(ValidationError::custom("fits none of the alternatives")),
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
