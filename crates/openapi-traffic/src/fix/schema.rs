//! Schemas for what was seen: a shared one of the document where one fits, else one of types alone.

use std::collections::BTreeSet;

use indexmap::{IndexMap, IndexSet};
use located::openapi::{self, is_of_type, type_of};
use located::pointer;
use serde_json::{Map, Value, json};

use crate::document::Document;
use crate::masking::Known;

/// Keywords that change nothing in what a schema takes.
const ANNOTATIONS: [&str; 9] = [
    "description",
    "title",
    "example",
    "deprecated",
    "readOnly",
    "writeOnly",
    "default",
    "externalDocs",
    "xml",
];

/// Whether a keyword changes nothing in what a schema takes.
pub(super) fn is_annotation(keyword: &str) -> bool {
    ANNOTATIONS.contains(&keyword) || (keyword.starts_with("x-") && keyword != "x-extensible-enum")
}

/// How a document writes its schemas.
pub(super) struct Writer<'d> {
    pub(super) document: &'d Document,
    pub(super) known: &'d Known,
}

impl Writer<'_> {
    fn components(&self) -> impl Iterator<Item = (String, &Value)> {
        let schemas = self.document.get("/components/schemas");
        let schemas = schemas.and_then(Value::as_object).into_iter().flatten();
        schemas.map(|(name, schema)| (reference("schemas", name), schema))
    }

    /// A schema for values, of which there is at least one; `label` says whether it is described.
    pub(super) fn schema(&self, values: &[&Value]) -> Value {
        let (nulls, values): (Vec<&Value>, Vec<&Value>) =
            values.iter().partition(|value| value.is_null());
        let mut schema = self.of_present(&values);
        if !nulls.is_empty()
            && let Some(members) = schema.as_object_mut()
        {
            if members.contains_key("type") {
                members.insert("nullable".to_owned(), json!(true));
            } else if let Some(own) = members.shift_remove("$ref") {
                members.insert("anyOf".to_owned(), json!([{"$ref": own}, {"enum": [null]}]));
            } else if let Some(Value::Array(branches)) = members.get_mut("anyOf") {
                branches.push(json!({"enum": [null]}));
            }
        }
        schema
    }

    fn of_present(&self, values: &[&Value]) -> Value {
        let mut types: IndexSet<&str> = values.iter().map(|value| type_of(value)).collect();
        if types.contains("number") {
            types.shift_remove("integer");
        }
        if let Some(shared) = self.shared(values, &types) {
            return json!({ "$ref": shared });
        }
        match types.len() {
            0 => json!({}),
            1 => self.of_type(types[0], values),
            _ => {
                let branch = |name: &&str| {
                    let of_type = |it: &&&Value| is_of_type(it, name);
                    let own: Vec<&Value> = values.iter().filter(of_type).copied().collect();
                    self.of_type(name, &own)
                };
                let branches: Vec<Value> = types.iter().map(branch).collect();
                json!({ "anyOf": branches })
            }
        }
    }

    /// A schema of one type.
    pub(super) fn of_type(&self, name: &str, values: &[&Value]) -> Value {
        match name {
            "array" => {
                let items: Vec<&Value> = values
                    .iter()
                    .filter_map(|value| value.as_array())
                    .flatten()
                    .collect();
                json!({"type": "array", "items": self.schema(&items)})
            }
            "object" => {
                let mut members: IndexMap<&str, Vec<&Value>> = IndexMap::new();
                for (key, value) in values.iter().filter_map(|it| it.as_object()).flatten() {
                    members.entry(key).or_default().push(value);
                }
                // Names that may be data are not written down.
                let named = members.keys().all(|name| self.known.name(name) == *name);
                if !named || members.is_empty() {
                    return json!({ "type": "object" });
                }
                let properties: Map<String, Value> = members
                    .into_iter()
                    .map(|(name, values)| (name.to_owned(), self.property(&values)))
                    .collect();
                json!({"type": "object", "properties": properties})
            }
            "integer" | "number" => match self.format(name) {
                Some(format) => json!({"type": name, "format": format}),
                None => json!({ "type": name }),
            },
            _ => json!({ "type": name }),
        }
    }

    /// The schema of a property of an object, from nothing but its values.
    pub(super) fn property(&self, values: &[&Value]) -> Value {
        let schema = self.schema(values);
        let masks = self.masks(&schema, values);
        self.as_property(schema, Vec::new(), masks)
    }

    /// Whether a property with this schema is masked.
    fn masks(&self, schema: &Value, values: &[&Value]) -> bool {
        values.iter().any(|value| value.is_string())
            && !self.is_vocabulary(schema.get("$ref"))
            && self.uses("x-sensitive")
    }

    /// The ways to write a property of a schema, best first: as others with a similar name, and
    /// from its values alone. Each is masked, where the document masks others and what comes may
    /// be anything.
    pub(super) fn properties(
        &self,
        owner: &str,
        name: &str,
        values: &[&Value],
        only_in_responses: bool,
    ) -> Vec<Value> {
        let conventions =
            |schema: &Value| self.conventions(owner, schema, values, only_in_responses);
        let plain = self.schema(values);
        let mut ways = Vec::new();
        if let Some(similar) = self.similar(name, values) {
            let schema = json!({"$ref": similar.reference});
            if schema != plain {
                let conventions = conventions(&schema);
                ways.push(self.as_property(schema, conventions, similar.masked));
            }
        }
        let (conventions, masks) = (conventions(&plain), self.masks(&plain, values));
        ways.push(self.as_property(plain, conventions, masks));
        ways
    }

    /// A schema with what is said beside it in a property, in the usual order.
    fn as_property(
        &self,
        schema: Value,
        conventions: Vec<(&'static str, Value)>,
        masks: bool,
    ) -> Value {
        let mut members = Map::new();
        let own = match schema {
            Value::Object(own) => own,
            _ => Map::new(),
        };
        let (first, mut last): (Vec<_>, Vec<_>) = own.into_iter().partition(|(key, _)| {
            matches!(key.as_str(), "type" | "format" | "nullable" | "minimum")
        });
        members.extend(first);
        let conventions = conventions.into_iter();
        members.extend(conventions.map(|(key, value)| (key.to_owned(), value)));
        if masks {
            members.insert("x-sensitive".to_owned(), json!(true));
        }
        if self.describes() {
            let text = json!("Seen in traffic; what it means is not known.");
            members.insert("description".to_owned(), text);
        }
        if let (false, [(key, target)]) = (members.is_empty(), &mut last[..])
            && key == "$ref"
        {
            // Beside `$ref` nothing counts.
            let target = target.take();
            *key = "allOf".to_owned();
            last[0].1 = json!([{ "$ref": target }]);
        }
        members.extend(last);
        Value::Object(members)
    }

    /// Whether most properties of the document say what they mean.
    fn describes(&self) -> bool {
        let (mut with, mut without) = (0, 0);
        for (at, value) in pointer::values(self.document.value()) {
            let is_property = pointer::parent(&at).is_some_and(|it| it.ends_with("/properties"));
            if is_property && value.is_object() && value.get("$ref").is_none() {
                match value.get("description") {
                    Some(_) => with += 1,
                    None => without += 1,
                }
            }
        }
        with > without
    }

    fn uses(&self, keyword: &str) -> bool {
        let all = pointer::values(self.document.value());
        all.iter()
            .any(|(_, value)| value.get(keyword) == Some(&Value::Bool(true)))
    }

    /// The format that most schemas of a type name.
    fn format(&self, type_name: &str) -> Option<String> {
        let mut counts: IndexMap<Option<&str>, usize> = IndexMap::new();
        let all = pointer::values(self.document.value());
        for (_, value) in &all {
            if value.get("type").and_then(Value::as_str) == Some(type_name) {
                let format = value.get("format").and_then(Value::as_str);
                *counts.entry(format).or_default() += 1;
            }
        }
        let best = counts.into_iter().max_by_key(|(_, count)| *count)?;
        best.0.map(str::to_owned)
    }

    fn is_vocabulary(&self, reference: Option<&Value>) -> bool {
        let target = reference.and_then(Value::as_str);
        let target = target.and_then(|it| self.document.get(it.strip_prefix('#')?));
        target.is_some_and(|it| vocabulary(it).is_some())
    }

    /// The shared schema that speaks of such values: of their vocabulary, of just their types, or
    /// of objects with their members.
    fn shared(&self, values: &[&Value], types: &IndexSet<&str>) -> Option<String> {
        match types.iter().copied().collect::<Vec<_>>()[..] {
            ["string"] => {
                let words: BTreeSet<&str> = values.iter().filter_map(|it| it.as_str()).collect();
                let words: Vec<&str> = words.into_iter().filter(|it| !it.is_empty()).collect();
                if words.is_empty() {
                    return None;
                }
                let fitting = self.components().filter_map(|(reference, schema)| {
                    let known = vocabulary(schema)?;
                    words
                        .iter()
                        .all(|it| known.contains(it))
                        .then_some((known.len(), reference))
                });
                let mut fitting: Vec<_> = fitting.collect();
                fitting.sort_by_key(|(size, reference)| {
                    (*size, std::cmp::Reverse(self.uses_of(reference)))
                });
                fitting.into_iter().next().map(|(_, reference)| reference)
            }
            ["object"] => self.of_members(values),
            ["array"] => {
                let items: Vec<&Value> = values
                    .iter()
                    .filter_map(|it| it.as_array())
                    .flatten()
                    .collect();
                if items.is_empty() {
                    return None;
                }
                let of_items = self.of_members(&items)?;
                let mut lists = self.components().filter(|(_, schema)| {
                    let items = schema.pointer("/items/$ref").and_then(Value::as_str);
                    items == Some(&of_items)
                });
                lists.next().map(|(reference, _)| reference)
            }
            [] | [_] => None,
            _ => self
                .of_types(types.iter().copied())
                .into_iter()
                .find(|shared| {
                    let target = shared
                        .strip_prefix('#')
                        .and_then(|it| self.document.get(it));
                    // Whether a form holds is not known here.
                    target.is_some_and(|it| !has_form(it))
                }),
        }
    }

    /// The shared schemas that say of a value that it is one of some types, and no more; first
    /// those that name the first type first, and a form of its strings, and are used most.
    pub(super) fn of_types<'t>(&self, types: impl Iterator<Item = &'t str>) -> Vec<String> {
        let mut types = types.peekable();
        let first = types.peek().copied();
        let types: BTreeSet<&str> = types.collect();
        let fitting = self.components().filter_map(|(reference, schema)| {
            let branches = branches_of(schema)?;
            let simple = schema
                .as_object()?
                .keys()
                .all(|key| key == "description" || key == "anyOf" || key == "oneOf");
            let names: Option<Vec<&str>> =
                branches.iter().map(|it| it.get("type")?.as_str()).collect();
            let names = names?;
            let is_other_first = names.first().copied() != first;
            let has_no_form = branches.iter().all(|it| it.get("pattern").is_none());
            let fits = simple && names.into_iter().collect::<BTreeSet<_>>() == types;
            let uses = std::cmp::Reverse(self.uses_of(&reference));
            fits.then_some((is_other_first, has_no_form, uses, reference))
        });
        let mut fitting: Vec<_> = fitting.collect();
        fitting.sort();
        fitting
            .into_iter()
            .map(|(_, _, _, reference)| reference)
            .collect()
    }

    /// The shared schema of objects that has all members of these, and needs no other; the one
    /// with the fewest.
    fn of_members(&self, values: &[&Value]) -> Option<String> {
        let mut seen = BTreeSet::new();
        let mut always: Option<BTreeSet<&str>> = None;
        for value in values {
            let names: BTreeSet<&str> = value.as_object()?.keys().map(String::as_str).collect();
            seen.extend(names.iter().copied());
            always = Some(match always {
                None => names,
                Some(before) => before.intersection(&names).copied().collect(),
            });
        }
        let always = always.filter(|it| !it.is_empty())?;
        let fitting = self.components().filter_map(|(reference, schema)| {
            let (mut properties, mut required) = (BTreeSet::new(), BTreeSet::new());
            self.members(schema, 0, &mut properties, &mut required);
            let fits = seen.iter().all(|it| properties.contains(*it))
                && required.iter().all(|it| always.contains(it.as_str()));
            // What nothing uses yet is there for something.
            fits.then(|| (properties.len(), self.uses_of(&reference), reference))
        });
        fitting.min().map(|(_, _, reference)| reference)
    }

    /// The names of the properties of a schema and of what it is composed of.
    fn members(
        &self,
        schema: &Value,
        depth: usize,
        properties: &mut BTreeSet<String>,
        required: &mut BTreeSet<String>,
    ) {
        let followed = openapi::local(schema).and_then(|it| self.document.get(it));
        let schema = followed.unwrap_or(schema);
        let own = schema.get("properties").and_then(Value::as_object);
        properties.extend(own.into_iter().flatten().map(|(name, _)| name.clone()));
        let own = schema.get("required").and_then(Value::as_array);
        let names = own.into_iter().flatten().filter_map(Value::as_str);
        required.extend(names.map(str::to_owned));
        let parts = schema.get("allOf").and_then(Value::as_array);
        for part in parts.into_iter().flatten().filter(|_| depth < 16) {
            self.members(part, depth + 1, properties, required);
        }
    }

    /// How often a reference is written.
    pub(super) fn uses_of(&self, reference: &str) -> usize {
        let all = pointer::values(self.document.value());
        let is_it = |value: &Value| openapi::reference(value) == Some(reference);
        all.iter().filter(|(_, value)| is_it(value)).count()
    }
}

/// The text of a reference to a component.
pub(super) fn reference(kind: &str, name: &str) -> String {
    format!("#/components/{kind}/{}", pointer::escape(name))
}

/// The alternatives of a schema, if it has any.
pub(super) fn branches_of(schema: &Value) -> Option<&Vec<Value>> {
    let mut keywords = ["anyOf", "oneOf"].iter();
    keywords.find_map(|it| schema.get(it)?.as_array())
}

/// Whether an alternative of a schema has a `pattern`.
fn has_form(schema: &Value) -> bool {
    let branches = ["anyOf", "oneOf"]
        .iter()
        .filter_map(|it| schema.get(it)?.as_array());
    branches.flatten().any(|it| it.get("pattern").is_some())
}

fn vocabulary(schema: &Value) -> Option<Vec<&str>> {
    let list = ["x-extensible-enum", "enum"]
        .iter()
        .find_map(|it| schema.get(it))?;
    Some(list.as_array()?.iter().filter_map(Value::as_str).collect())
}
