//! The schemas of one direction after lowering: their validators, and where in the original
//! document each of their places is.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use jsonschema::Validator;
use located::pointer;

use super::alternatives::Schemas;

/// The lowered schemas of one direction.
#[derive(Debug)]
pub(crate) struct Lowered {
    pub(super) schemas: Arc<Schemas>,
    pub(super) origins: HashMap<String, String>,
    pub(super) locations: HashMap<String, String>,
    pub(super) unchecked: Unchecked,
    /// The original patterns, by the rewritten ones.
    pub(super) patterns: HashMap<String, String>,
}

/// What is not validated: the reason, and the pointer of the first such place.
pub(super) type Unchecked = BTreeMap<String, String>;

impl Lowered {
    /// The validator of the schema at a location of the lowered document.
    pub(crate) fn validator(&self, location: &str) -> Option<&Validator> {
        self.schemas.whole(location)
    }

    /// The same, for which a failing `oneOf` or `anyOf` is no error but noted beside (see
    /// [`alternatives`](super::alternatives)), and which remembers what such keywords decided.
    pub(crate) fn by_level(&self, location: &str) -> Option<&Validator> {
        self.schemas.by_level(location)
    }

    /// The validators, of the same kind, of the branches of a `oneOf` or `anyOf`.
    pub(crate) fn branches(&self, location: &str) -> impl Iterator<Item = &Validator> {
        self.schemas.branches(location)
    }

    /// What is not validated: the reason, and the pointer of the first such place.
    pub(crate) fn unchecked(&self) -> impl Iterator<Item = (&str, &str)> {
        let pairs = self.unchecked.iter();
        pairs.map(|(reason, pointer)| (reason.as_str(), pointer.as_str()))
    }

    /// The original of a rewritten pattern.
    pub(crate) fn pattern<'p>(&'p self, portable: &'p str) -> &'p str {
        self.patterns.get(portable).map_or(portable, String::as_str)
    }

    /// The location in the lowered document of the alternative at `pointer`.
    pub(crate) fn location(&self, pointer: &str) -> Option<&str> {
        self.locations.get(pointer).map(String::as_str)
    }

    /// The pointer, in the original document, of the keyword at a location of the lowered one.
    pub(crate) fn origin(&self, location: &str) -> String {
        origin(&self.origins, location)
    }
}

/// The origin of the nearest enclosing place that has one, with the rest of the location appended.
pub(super) fn origin(origins: &HashMap<String, String>, location: &str) -> String {
    pointer::nearest(location, |at| {
        let origin = origins.get(at)?;
        Some(format!("{origin}{}", &location[at.len()..]))
    })
    .unwrap_or_default()
}
