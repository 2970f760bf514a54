//! Discriminators: the schemas that one chooses between, and the values that name each.

use serde_json::{Value, json};

use crate::document::Document;

/// The subtypes of a schema that has a discriminator and no alternatives of its own: itself and the
/// component schemas that extend it by `allOf`, directly or not. Empty if nothing extends it.
pub(super) fn kinds(document: &Document, pointer: &str) -> Vec<String> {
    let schema = document.schema(pointer).value;
    let names = schema
        .get("discriminator")
        .and_then(|it| it.get("propertyName")?.as_str());
    if names.is_none() || schema.get("oneOf").is_some() || schema.get("anyOf").is_some() {
        return Vec::new();
    }
    let extending = document.extending(pointer).iter();
    let mut kinds: Vec<String> = extending.filter(|it| *it != pointer).cloned().collect();
    if !kinds.is_empty() {
        kinds.push(pointer.to_owned());
    }
    kinds
}

/// The key of a subtype among the locations, because it has no place of its own in the document.
pub(super) fn kind_pointer(schema: &str, kind: &str) -> String {
    format!("{schema}/discriminator{kind}")
}

/// Restricts a schema to values whose discriminator has one of these names.
pub(super) fn named(schema: Value, property: &str, names: &[&str]) -> Value {
    json!({"allOf": [
        schema,
        {"required": [property], "properties": {(property): {"enum": names}}},
    ]})
}

/// The property of a discriminator, and the values by which it names the branch `reference`: the
/// name of the schema, and those in the mapping.
pub(super) fn discriminated<'v>(
    discriminator: &'v Value,
    reference: &'v str,
) -> Option<(&'v str, Vec<&'v str>)> {
    let property = discriminator.get("propertyName")?.as_str()?;
    let implicit = reference.rsplit('/').next().unwrap_or(reference);
    let mapping = discriminator.get("mapping").and_then(Value::as_object);
    let mapped = mapping.into_iter().flatten().filter_map(|(value, target)| {
        let target = target.as_str()?;
        (target == reference || target == implicit).then_some(value.as_str())
    });
    let mut names: Vec<&str> = mapped.filter(|name| *name != implicit).collect();
    names.push(implicit);
    Some((property, names))
}
