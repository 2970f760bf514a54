//! What an OpenAPI document tells about values: which are public, which are sensitive.

use std::collections::{HashMap, HashSet};

use serde_json::Value;

use crate::words;

/// How many references deep a schema is followed.
const DEPTH: u8 = 16;

/// What the spec tells about values.
///
/// A document says by extensions what its types do not say: `x-sensitive: true` on a schema, values
/// that are a customer's; `x-public: true`, values that are nobody's; `x-public-values`, the values
/// of a field that are public while any other may be a customer's.
#[derive(Debug, Clone, Default)]
pub struct Knowledge {
    /// Whole values, in lower case.
    vocabulary: HashSet<String>,
    /// Words of the document's own names, in lower case.
    words: HashSet<String>,
    fields: HashMap<String, Field>,
}

/// What the schemas of one name have in common: a name that is sensitive once is sensitive.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Field {
    pub(crate) sensitive: bool,
    pub(crate) public: bool,
    pub(crate) numeric: bool,
}

impl Knowledge {
    /// Everything that a document tells: the values of each `enum`, `x-extensible-enum`, `const`
    /// and `x-public-values`; the names of properties, parameters and headers; which of them are
    /// numbers, `x-sensitive` or `x-public`, behind references and in parts of `allOf` too.
    ///
    /// ```
    /// use serde_json::json;
    /// use traffic_redact::{Knowledge, unredacted};
    ///
    /// let spec = json!({ "components": { "schemas": { "User": { "properties": {
    ///     "age": { "type": "integer" },
    ///     "home": { "$ref": "#/components/schemas/Place" },
    /// } }, "Place": { "type": "integer", "x-sensitive": true } } } });
    /// let recording = serde_json::from_value(json!({
    ///     "format": 1,
    ///     "meta": { "origin": "captured" },
    ///     "request": { "method": "GET", "path": "/users" },
    ///     "response": { "status": 200, "body": { "age": 41, "home": 41 } },
    /// }))?;
    /// let leaks = unredacted(&recording, &Knowledge::of_spec(&spec));
    /// assert_eq!(leaks.len(), 1);
    /// assert_eq!(leaks[0].pointer, "/response/body/home");
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    pub fn of_spec(spec: &Value) -> Self {
        let mut knowledge = Self::default();
        knowledge.gather(spec, spec);
        knowledge
    }

    pub(crate) fn field(&self, name: &str) -> Field {
        self.fields.get(name).copied().unwrap_or_default()
    }

    pub(crate) fn has_field(&self, name: &str) -> bool {
        self.fields.contains_key(name)
    }

    pub(crate) fn has_value(&self, lower_case: &str) -> bool {
        self.vocabulary.contains(lower_case)
    }

    pub(crate) fn has_word(&self, lower_case: &str) -> bool {
        words::is_common(lower_case) || self.words.contains(lower_case)
    }

    fn gather(&mut self, spec: &Value, value: &Value) {
        match value {
            Value::Object(members) => {
                for (name, member) in members {
                    match (name.as_str(), member) {
                        (
                            "enum" | "x-extensible-enum" | "x-public-values",
                            Value::Array(values),
                        ) => {
                            values.iter().for_each(|value| self.learn_value(value));
                        }
                        ("const", value) => self.learn_value(value),
                        ("properties" | "headers", Value::Object(fields)) => {
                            for (name, schema) in fields {
                                let schema = schema.get("schema").unwrap_or(schema);
                                self.learn_field(spec, name, schema);
                            }
                        }
                        ("paths", Value::Object(paths)) => {
                            paths.keys().for_each(|path| self.learn_words(path));
                        }
                        _ => {}
                    }
                    self.gather(spec, member);
                }
                if let (Some(name), Some(_)) = (text(value, "name"), text(value, "in")) {
                    self.learn_field(spec, name, value.get("schema").unwrap_or(&Value::Null));
                }
            }
            Value::Array(items) => items.iter().for_each(|item| self.gather(spec, item)),
            _ => {}
        }
    }

    fn learn_value(&mut self, value: &Value) {
        if let Value::String(word) = value {
            self.vocabulary.insert(word.to_lowercase());
        }
    }

    fn learn_words(&mut self, compound: &str) {
        let parts = words::parts(compound).map(str::to_lowercase);
        self.words.extend(parts);
    }

    fn learn_field(&mut self, spec: &Value, name: &str, schema: &Value) {
        self.learn_words(name);
        let field = self.fields.entry(name.to_owned()).or_default();
        describe(spec, schema, DEPTH, field);
    }
}

/// Adds what a schema says, its parts and what it refers to included.
fn describe(spec: &Value, schema: &Value, depth: u8, field: &mut Field) {
    let Some(depth) = depth.checked_sub(1) else {
        return;
    };
    field.sensitive |= schema.get("x-sensitive") == Some(&Value::Bool(true));
    field.sensitive |= text(schema, "format") == Some("password");
    field.public |= schema.get("x-public") == Some(&Value::Bool(true));
    field.numeric |= matches!(text(schema, "type"), Some("integer" | "number"));
    let target = text(schema, "$ref")
        .and_then(|reference| reference.strip_prefix('#'))
        .and_then(|pointer| spec.pointer(pointer));
    let parts = ["allOf", "anyOf", "oneOf"]
        .iter()
        .filter_map(|key| schema.get(key)?.as_array())
        .flatten();
    for part in parts.chain(schema.get("items")).chain(target) {
        describe(spec, part, depth, field);
    }
}

fn text<'v>(value: &'v Value, key: &str) -> Option<&'v str> {
    value.get(key)?.as_str()
}
