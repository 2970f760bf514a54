//! The places of a specification that traffic can be evidence for, numbered so that counting costs
//! no look-up.

use std::collections::HashMap;

use located::Error;
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;

use super::lower::indices;
use crate::document::Document;

/// The number of a place.
pub(crate) type SiteId = u32;

/// What a place is.
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
    /// An object schema; how often its properties could have been seen.
    Object,
    /// A property of an object schema.
    Property,
    /// The items of an array schema.
    Items,
}

/// A place that traffic can be evidence for.
#[derive(Debug)]
pub struct Site {
    /// What it is.
    pub kind: SiteKind,
    /// Where it is defined.
    pub pointer: String,
    /// `operationId status media type`, or the name of a property or parameter.
    pub name: String,
    /// The place without which this one cannot be seen.
    pub(crate) parent: Option<SiteId>,
    /// The values of its vocabulary (`enum` or `x-extensible-enum`), none where it has none.
    pub values: Vec<String>,
    /// Where the counters of its values begin.
    pub(crate) first_value: usize,
}

/// All places of a specification.
#[derive(Debug, Default)]
pub(crate) struct Sites {
    all: Vec<Site>,
    numbers: HashMap<String, SiteId>,
    pub(crate) values: usize,
}

impl Sites {
    pub(crate) fn all(&self) -> &[Site] {
        &self.all
    }

    pub(crate) fn get(&self, id: SiteId) -> &Site {
        &self.all[id as usize]
    }

    /// The place that `key` stands for, entered on first sight.
    ///
    /// The key is the pointer, but for what several operations share: each has its own evidence for
    /// a shared answer.
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

    /// The place at or nearest above a pointer.
    pub(crate) fn nearest(&self, pointer: &str) -> Option<SiteId> {
        located::pointer::nearest(pointer, |at| self.numbers.get(at).copied())
    }

    pub(crate) fn find(&self, key: &str) -> Option<SiteId> {
        self.numbers.get(key).copied()
    }
}

/// The texts of a vocabulary and whether others may come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Words {
    pub(crate) texts: Vec<String>,
    pub(crate) open: bool,
}

/// What a schema itself lists.
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

/// The texts that the schema at a pointer lists, itself or in what it is composed of; none where it
/// lists none.
pub(crate) fn vocabulary(document: &Document, pointer: &str) -> Result<Vec<String>, Error> {
    let mut waiting = vec![pointer.to_owned()];
    let mut passed = Vec::new();
    while let Some(pointer) = waiting.pop() {
        let schema = document.resolve(&pointer)?;
        if passed.contains(&schema.pointer) {
            continue;
        }
        if let Some(words) = words(schema.value) {
            return Ok(words.texts);
        }
        // The first part on top: the walk meets them in this order.
        let parts = indices(schema.value, "allOf").rev();
        waiting.extend(parts.map(|index| format!("{}/allOf/{index}", schema.pointer)));
        passed.push(schema.pointer);
    }
    Ok(Vec::new())
}
