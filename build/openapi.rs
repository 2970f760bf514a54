//! Finds operations, schemas and references in an OpenAPI document.

use std::collections::BTreeSet;

use located::openapi::is_method;
pub use located::openapi::{local, operations};
use serde_json::Value;

/// Every operation, mutable.
pub fn operations_mut(spec: &mut Value) -> impl Iterator<Item = &mut Value> {
    let paths = spec.get_mut("paths").and_then(Value::as_object_mut);
    paths.into_iter().flatten().flat_map(|(_, item)| {
        let members = item.as_object_mut().into_iter().flatten();
        members
            .filter(|(method, _)| is_method(method))
            .map(|(_, operation)| operation)
    })
}

/// The value that a local `$ref` names, or the value itself.
pub fn resolve<'a>(spec: &'a Value, value: &'a Value) -> &'a Value {
    local(value)
        .and_then(|pointer| spec.pointer(pointer))
        .unwrap_or(value)
}

/// Name of the component schema that a value refers to.
pub fn schema_name(value: &Value) -> Option<&str> {
    local(value)?.strip_prefix("/components/schemas/")
}

/// Names of the component schemas that are used, by where they are used.
#[derive(Debug, Default)]
pub struct Reach {
    /// From request bodies.
    pub requests: BTreeSet<String>,
    /// From responses.
    pub responses: BTreeSet<String>,
    /// From parameters.
    pub parameters: BTreeSet<String>,
}

impl Reach {
    /// All that are used.
    pub fn everything(&self) -> BTreeSet<String> {
        [&self.requests, &self.responses, &self.parameters]
            .into_iter()
            .flatten()
            .cloned()
            .collect()
    }
}

/// Which component schemas the operations use, each with everything below it.
pub fn reach(spec: &Value) -> Reach {
    let mut reach = Reach::default();
    for (_, operation) in operations(spec) {
        follow(spec, operation.get("requestBody"), &mut reach.requests);
        follow(spec, operation.get("responses"), &mut reach.responses);
        follow(spec, operation.get("parameters"), &mut reach.parameters);
    }
    for item in spec
        .get("paths")
        .and_then(Value::as_object)
        .into_iter()
        .flatten()
        .map(|(_, item)| item)
    {
        follow(spec, item.get("parameters"), &mut reach.parameters);
    }
    reach
}

/// The component schemas with their names.
pub fn schemas(spec: &Value) -> impl Iterator<Item = (&String, &Value)> {
    let schemas = spec.pointer("/components/schemas");
    schemas.and_then(Value::as_object).into_iter().flatten()
}

/// Component schemas that are the whole body of a response and part of no other schema: envelopes
/// around the requested value.
pub fn envelopes(spec: &Value, reach: &Reach) -> BTreeSet<String> {
    let mut parts = BTreeSet::new();
    for (_, schema) in schemas(spec) {
        follow(spec, Some(schema), &mut parts);
    }
    let others = [&parts, &reach.requests, &reach.parameters];
    let alone = |name: &&String| !others.iter().any(|of| of.contains(*name));
    reach.responses.iter().filter(alone).cloned().collect()
}

fn follow(spec: &Value, value: Option<&Value>, found: &mut BTreeSet<String>) {
    let Some(value) = value else { return };
    let new = schema_name(value).is_none_or(|name| found.insert(name.to_owned()));
    if let Some(pointer) = local(value).filter(|_| new) {
        follow(spec, spec.pointer(pointer), found);
    }
    match value {
        Value::Object(members) => members
            .values()
            .for_each(|member| follow(spec, Some(member), found)),
        Value::Array(items) => items
            .iter()
            .for_each(|item| follow(spec, Some(item), found)),
        _ => {}
    }
}
