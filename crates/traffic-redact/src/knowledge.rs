//! Learns from an OpenAPI document which values are public and which are sensitive.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use serde_json::Value;

use crate::fit::{self, Ask};
use crate::schema;
use crate::words;

/// Formats of numbers that are times.
const TIMES: [&str; 5] = ["unix-time", "unixtime", "timestamp", "epoch", "date-time"];

/// How many nested references of a schema are followed.
const DEPTH: u8 = 16;

/// What a document states about values.
///
/// Extensions on a schema state what types do not: with `x-sensitive: true` the values belong to a
/// customer; with `x-public: true` they do not; `x-public-values` lists the values of a field that
/// are public, while any other may belong to a customer.
#[derive(Debug, Clone, Default)]
pub struct Knowledge {
    /// Whole values, in lower case.
    vocabulary: HashSet<String>,
    /// Words in the names of the document, in lower case.
    words: HashSet<String>,
    fields: HashMap<String, Field>,
    /// The constraints of the schemas of a name; under the empty name, those of bodies and of
    /// `additionalProperties`.
    asks: HashMap<String, Vec<Arc<Ask>>>,
    /// All of them, by their schemas.
    all_asks: HashMap<String, Arc<Ask>>,
}

/// The combined properties of the schemas of one name: a name that is sensitive once is sensitive.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Field {
    pub(crate) sensitive: bool,
    pub(crate) public: bool,
    pub(crate) numeric: bool,
    /// A number that measures something: the document states its `maximum`, or that it is a time.
    pub(crate) bounded: bool,
}

impl Knowledge {
    /// Collects from a document: the values of each `enum`, `x-extensible-enum`, `const` and
    /// `x-public-values`; the names of properties, parameters and headers; and which of them are
    /// numbers, `x-sensitive` or `x-public`, also through references and `allOf`.
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

    /// Combines the knowledge of two documents, for traffic that both describe.
    #[must_use]
    pub fn and(mut self, other: &Self) -> Self {
        self.vocabulary.extend(other.vocabulary.iter().cloned());
        self.words.extend(other.words.iter().cloned());
        for (name, field) in &other.fields {
            let known = self.fields.entry(name.clone()).or_default();
            known.sensitive |= field.sensitive;
            known.public |= field.public;
            known.numeric |= field.numeric;
            known.bounded |= field.bounded;
        }
        for (name, asks) in &other.asks {
            let known = self.asks.entry(name.clone()).or_default();
            known.extend(asks.iter().cloned());
        }
        let all = other.all_asks.iter();
        self.all_asks
            .extend(all.map(|(schema, ask)| (schema.clone(), Arc::clone(ask))));
        self
    }

    pub(crate) fn field(&self, name: &str) -> Field {
        self.fields.get(name).copied().unwrap_or_default()
    }

    pub(crate) fn has_field(&self, name: &str) -> bool {
        self.fields.contains_key(name)
    }

    /// The constraints of the schemas of a name.
    pub(crate) fn asks(&self, name: &str) -> &[Arc<Ask>] {
        let name = if self.has_field(name) { name } else { "" };
        self.asks.get(name).map_or(&[], Vec::as_slice)
    }

    /// Whether this is a placeholder that was generated for a schema.
    pub(crate) fn made(&self, value: &Value) -> bool {
        value.as_str().is_some_and(fit::is_laid)
            || self.all_asks.values().any(|ask| ask.made(value))
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
                        // The keys of a discriminator mapping are values of its property.
                        ("mapping", Value::Object(names)) => {
                            let names = names.keys().map(|name| name.to_lowercase());
                            self.vocabulary.extend(names);
                        }
                        ("required", Value::Array(names)) => {
                            for name in names.iter().filter_map(Value::as_str) {
                                self.learn_field(spec, name, &Value::Null);
                            }
                        }
                        ("additionalProperties" | "schema", schema @ Value::Object(_)) => {
                            self.learn_asks(spec, "", schema, DEPTH);
                        }
                        ("properties" | "headers", Value::Object(fields)) => {
                            for (name, schema) in fields {
                                let schema = schema.get("schema").unwrap_or(schema);
                                self.learn_field(spec, name, schema);
                            }
                        }
                        ("servers", Value::Array(servers)) => {
                            let urls = servers.iter().filter_map(|server| text(server, "url"));
                            urls.for_each(|url| self.learn_words(url));
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
        self.learn_asks(spec, name, schema, DEPTH);
    }

    /// Learns the constraints of a schema on its values, or on their items.
    fn learn_asks(&mut self, spec: &Value, name: &str, schema: &Value, depth: u8) {
        let Some(depth) = depth.checked_sub(1) else {
            return;
        };
        if let Some(ask) = Ask::of(spec, schema) {
            let known = self.all_asks.entry(ask.schema().to_string());
            let ask = Arc::clone(known.or_insert_with(|| Arc::new(ask)));
            let asks = self.asks.entry(name.to_owned()).or_default();
            if !asks.iter().any(|it| Arc::ptr_eq(it, &ask)) {
                asks.push(ask);
            }
        }
        let target = schema::target(spec, schema);
        let parts = schema::parts(schema)
            .filter(|part| part.get("items").is_some() || part.get("$ref").is_some());
        for part in schema.get("items").into_iter().chain(target).chain(parts) {
            self.learn_asks(spec, name, part, depth);
        }
    }
}

/// Adds the properties of a schema, its parts and the schemas that it refers to.
fn describe(spec: &Value, schema: &Value, depth: u8, field: &mut Field) {
    let Some(depth) = depth.checked_sub(1) else {
        return;
    };
    field.sensitive |= schema.get("x-sensitive") == Some(&Value::Bool(true));
    field.sensitive |= text(schema, "format") == Some("password");
    field.public |= schema.get("x-public") == Some(&Value::Bool(true));
    field.numeric |= matches!(text(schema, "type"), Some("integer" | "number"));
    let is_time = text(schema, "format").is_some_and(|format| TIMES.contains(&format));
    field.bounded |= is_time || schema.get("maximum").is_some();
    let target = schema::target(spec, schema);
    let parts = schema::parts(schema);
    for part in parts.chain(schema.get("items")).chain(target) {
        describe(spec, part, depth, field);
    }
}

fn text<'v>(value: &'v Value, key: &str) -> Option<&'v str> {
    value.get(key)?.as_str()
}
