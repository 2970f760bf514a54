//! The places of a specification that traffic can cover, numbered so that counting needs no lookup.

use std::collections::HashMap;

use foldhash::fast::FixedState;
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;

use super::lower::indices;
use crate::document::Document;

/// The number of a place.
pub(crate) type SiteId = u32;

/// The kind of a place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum SiteKind {
    /// An operation.
    Operation,
    /// A parameter of an operation.
    Parameter,
    /// A media type of a request body.
    RequestBody,
    /// A status of an operation.
    Response,
    /// A media type of a response.
    ResponseBody,
    /// A header of a response.
    ResponseHeader,
    /// An object schema; its count is how often its properties could have been seen.
    Object,
    /// A property of an object schema.
    Property,
    /// The items of an array schema.
    Items,
}

/// A place that traffic can cover.
#[derive(Debug)]
pub(crate) struct Site {
    /// Its kind.
    pub(crate) kind: SiteKind,
    /// Where it is defined.
    pub(crate) pointer: String,
    /// `operationId status media type`, or the name of a property or parameter.
    pub(crate) name: String,
    /// The place that contains it: without that one it cannot be seen.
    pub(crate) parent: Option<SiteId>,
    /// Its known values (`enum` or `x-extensible-enum`); empty if it lists none.
    pub(crate) values: Vec<String>,
    /// Where the counters of its values begin.
    pub(crate) first_value: usize,
}

/// All places of a specification.
#[derive(Debug, Default)]
pub(crate) struct Sites {
    all: Vec<Site>,
    numbers: HashMap<String, SiteId, FixedState>,
    pub(crate) values: usize,
}

impl Sites {
    pub(crate) fn all(&self) -> &[Site] {
        &self.all
    }

    pub(crate) fn get(&self, id: SiteId) -> &Site {
        &self.all[id as usize]
    }

    /// The place with a key, created on first use.
    ///
    /// The key is the pointer, except for what several operations share: each operation has its own
    /// coverage of a shared response.
    pub(crate) fn enter(
        &mut self,
        key: String,
        kind: SiteKind,
        pointer: &str,
        name: impl Into<String>,
        parent: Option<SiteId>,
        values: &[String],
    ) -> SiteId {
        let next = u32::try_from(self.all.len()).unwrap_or(u32::MAX);
        *self.numbers.entry(key).or_insert_with(|| {
            self.all.push(Site {
                kind,
                pointer: pointer.to_owned(),
                name: name.into(),
                parent,
                values: values.to_vec(),
                first_value: self.values,
            });
            self.values += values.len();
            next
        })
    }

    /// The place at a pointer, or the nearest one above it.
    pub(crate) fn nearest(&self, pointer: &str) -> Option<SiteId> {
        located::pointer::nearest(pointer, |at| self.numbers.get(at).copied())
    }

    pub(crate) fn find(&self, key: &str) -> Option<SiteId> {
        self.numbers.get(key).copied()
    }
}

/// The known values of a string, and whether others are allowed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Words {
    pub(crate) texts: Vec<String>,
    pub(crate) open: bool,
}

/// The known values that a schema itself lists.
pub(crate) fn words(schema: &Value) -> Option<Words> {
    let (list, open) = match (schema.get("x-extensible-enum"), schema.get("enum")) {
        (Some(list), _) => (list, true),
        (None, Some(list)) => (list, false),
        (None, None) => return None,
    };
    let texts = list
        .as_array()?
        .iter()
        .filter_map(Value::as_str)
        .map(str::to_owned)
        .collect();
    Some(Words { texts, open })
}

/// The known values that the schema at a pointer or its `allOf` parts list; `None` if none.
pub(crate) fn vocabulary(document: &Document, pointer: &str) -> Vec<String> {
    let mut waiting = vec![pointer.to_owned()];
    let mut passed = Vec::new();
    while let Some(pointer) = waiting.pop() {
        let schema = document.schema(&pointer);
        if passed.contains(&schema.pointer) {
            continue;
        }
        if let Some(words) = words(schema.value) {
            return words.texts;
        }
        // Reversed, so that the first part is visited first, as in the walk.
        let parts = indices(schema.value, "allOf").rev();
        waiting.extend(parts.map(|index| format!("{}/allOf/{index}", schema.pointer)));
        passed.push(schema.pointer);
    }
    Vec::new()
}
