//! The copy of the spec that the generator reads. The spec itself describes what the service does,
//! for `validate`; the generator supports less than that.

use serde_json::{Map, Value, json};

use super::openapi::{self, operations, operations_mut, reach, resolve, schema_name};

/// Rewrites the spec for the generator:
/// - A response is raw bytes. A typed error would lose its status when a gateway responds with
///   HTML, a typed 202 would fail on an empty body, and a typed 200 that does not decode would lose
///   status and headers. [`bodies`] lists what responses decode to.
/// - A `deprecated` property is in no type. The spec has it since it was seen, and nobody should
///   send it.
/// - An `allOf` of objects is one object with all their properties.
/// - An object in a response that has optional properties also takes unknown ones, since servers
///   send some. The spec does not say `additionalProperties`, so that `validate` reports them.
/// - What is read has no bounds, lengths and patterns. They are for `validate`; in a type they
///   would make the client refuse responses, or change the type (`minimum: 0` makes an unsigned
///   integer).
/// - An `anyOf` of scalars is its first alternative (reading is lenient anyway).
/// - The `replaced` schemas are plain strings, since the generator only needs their names.
/// - Component schemas that are no longer referred to are dropped.
pub fn adapt(spec: &Value, replaced: &[&str]) -> Value {
    let mut copy = spec.clone();
    let mut schemas = Map::new();
    let read = reach(spec).responses;
    for (name, schema) in openapi::schemas(spec) {
        let mut schema = component(spec, schema);
        if replaced.contains(&name.as_str()) {
            schema = json!({ "type": "string", "description": schema.get("description") });
        }
        if let Some(properties) = schema.get_mut("properties").and_then(Value::as_object_mut) {
            properties.retain(|_, it| it.get("deprecated") != Some(&Value::Bool(true)));
            for (_, value) in properties {
                property(spec, value, replaced);
            }
        }
        if read.contains(name) {
            unbound(&mut schema);
        }
        if read.contains(name)
            && has_optional(&schema)
            && schema.get("additionalProperties").is_none()
        {
            schema["additionalProperties"] = json!({});
        }
        schemas.insert(name.clone(), schema);
    }
    copy["components"]["schemas"] = Value::Object(schemas);

    let reached = reach(&copy).everything();
    if let Some(schemas) = copy
        .pointer_mut("/components/schemas")
        .and_then(Value::as_object_mut)
    {
        schemas.retain(|name, _| reached.contains(name));
    }
    for operation in operations_mut(&mut copy) {
        let raw = json!({ "description": "Raw bytes.", "content": { "*/*": {} } });
        operation["responses"] = json!({ "2XX": raw, "4XX": raw, "5XX": raw });
    }
    copy
}

/// Each operation and the component schema that its 2xx response decodes to.
pub fn bodies(spec: &Value) -> Vec<(String, String)> {
    let mut bodies = Vec::new();
    for (_, operation) in operations(spec) {
        let id = operation
            .get("operationId")
            .and_then(Value::as_str)
            .unwrap_or_default();
        let responses = operation.get("responses").and_then(Value::as_object);
        let success = responses
            .into_iter()
            .flatten()
            .find(|(status, _)| status.starts_with('2'));
        let schema = success
            .and_then(|(_, response)| {
                resolve(spec, response).pointer("/content/application~1json/schema")
            })
            .and_then(schema_name);
        if let Some(schema) = schema {
            bodies.push((id.to_owned(), schema.to_owned()));
        }
    }
    bodies
}

/// A component: one that is composed by `allOf` becomes one object.
fn component(spec: &Value, schema: &Value) -> Value {
    let mut flat = schema.as_object().cloned().unwrap_or_default();
    if let Some(Value::Array(parts)) = flat.remove("allOf") {
        flat.insert("type".into(), "object".into());
        for part in &parts {
            let part = component(spec, resolve(spec, part));
            for (key, value) in part.as_object().into_iter().flatten() {
                match (flat.get_mut(key), value) {
                    (Some(Value::Object(ours)), Value::Object(theirs)) => {
                        ours.extend(theirs.clone())
                    }
                    (Some(Value::Array(ours)), Value::Array(theirs)) => {
                        ours.extend(theirs.iter().cloned())
                    }
                    (Some(_), _) => {}
                    (None, _) => drop(flat.insert(key.clone(), value.clone())),
                }
            }
        }
    }
    Value::Object(flat)
}

/// Takes away what a value is only held against.
fn unbound(schema: &mut Value) {
    const BOUNDS: [&str; 6] = [
        "pattern",
        "minLength",
        "maxLength",
        "minimum",
        "maximum",
        "multipleOf",
    ];
    if let Some(members) = schema.as_object_mut() {
        members.retain(|name, _| !BOUNDS.contains(&name.as_str()));
    }
    let properties = schema.get_mut("properties").and_then(Value::as_object_mut);
    for (_, property) in properties.into_iter().flatten() {
        unbound(property);
    }
    if let Some(items) = schema.get_mut("items") {
        unbound(items);
    }
}

fn has_optional(schema: &Value) -> bool {
    let required = schema.get("required").and_then(Value::as_array);
    let is_required = |name: &String| required.is_some_and(|it| it.iter().any(|it| it == name));
    let properties = schema.get("properties").and_then(Value::as_object);
    properties.is_some_and(|it| it.keys().any(|name| !is_required(name)))
}

/// A property that refers to a choice of scalars is the first of them; other references stay, so
/// that the type keeps its name.
fn property(spec: &Value, schema: &mut Value, replaced: &[&str]) {
    let reference = match schema
        .get("allOf")
        .and_then(Value::as_array)
        .map(Vec::as_slice)
    {
        Some([only]) => only,
        _ => schema,
    };
    let chosen = schema_name(reference)
        .filter(|name| !replaced.contains(name))
        .and_then(|_| resolve(spec, reference).pointer("/anyOf/0"))
        .and_then(Value::as_object)
        .cloned();
    if let (Some(chosen), Some(members)) = (chosen, schema.as_object_mut()) {
        members.remove("$ref");
        members.remove("allOf");
        members.extend(chosen);
    }
}
