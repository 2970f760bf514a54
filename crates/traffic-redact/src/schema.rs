//! Navigation between schemas: references and composition.

use located::openapi::local;
use serde_json::Value;

/// The schema that a reference within the document leads to.
pub(crate) fn target<'s>(spec: &'s Value, schema: &Value) -> Option<&'s Value> {
    spec.pointer(local(schema)?)
}

/// The schemas that a schema is composed of.
pub(crate) fn parts(schema: &Value) -> impl Iterator<Item = &Value> {
    let lists = ["allOf", "anyOf", "oneOf"].into_iter();
    lists
        .filter_map(|keyword| schema.get(keyword)?.as_array())
        .flatten()
}
