//! Checks the spec for what the generator does not support, and reports it with its place.

use std::collections::{BTreeMap, BTreeSet};

use located::pointer::join as step;
use located::{Document, Error};
use serde_json::{Map, Value};

use super::openapi::{self, local, operations, reach, resolve};

const TYPES: [&str; 6] = ["string", "number", "integer", "boolean", "array", "object"];
/// Checks everything that generation relies on. `replaced` are the component schemas with
/// handwritten types.
///
/// # Errors
/// The document breaks one of the rules. Says file, line, column and which.
pub fn check(document: &Document, replaced: &[&str]) -> Result<(), Error> {
    let lint = Lint { document, replaced };
    lint.version()?;
    lint.everywhere(document.value(), "", false)?;
    lint.components_exist()?;
    lint.operations()?;
    lint.schemas()
}

struct Lint<'a> {
    document: &'a Document,
    replaced: &'a [&'a str],
}

impl Lint<'_> {
    fn fail<T>(&self, pointer: &str, reason: impl AsRef<str>) -> Result<T, Error> {
        Err(self.document.error(pointer, reason))
    }

    fn version(&self) -> Result<(), Error> {
        match self.document.value().get("openapi").and_then(Value::as_str) {
            Some(version) if version.starts_with("3.0.") => Ok(()),
            _ => self.fail("/openapi", "the document must say `openapi: 3.0.x`"),
        }
    }

    /// Checks references everywhere, and schemas that are inline in a parameter or a body.
    fn everywhere(&self, value: &Value, pointer: &str, within_schemas: bool) -> Result<(), Error> {
        match value {
            Value::Object(members) => {
                if let Some(reference) = members
                    .get("$ref")
                    .filter(|reference| reference.is_string())
                    && local(value)
                        .and_then(|target| self.document.value().pointer(target))
                        .is_none()
                {
                    return self.fail(
                        &step(pointer, "$ref"),
                        format!("{reference} names nothing in this file"),
                    );
                }
                members.iter().try_for_each(|(key, member)| {
                    let pointer = step(pointer, key);
                    if key == "schema" && !within_schemas {
                        self.schema(
                            member,
                            &pointer,
                            &Rules {
                                request: true,
                                response: false,
                            },
                        )?;
                    }
                    self.everywhere(
                        member,
                        &pointer,
                        within_schemas || key == "schema" || key == "schemas",
                    )
                })
            }
            Value::Array(items) => items.iter().enumerate().try_for_each(|(index, item)| {
                self.everywhere(item, &format!("{pointer}/{index}"), within_schemas)
            }),
            _ => Ok(()),
        }
    }

    /// The generator ignores a replacement whose name is not in the spec.
    fn components_exist(&self) -> Result<(), Error> {
        let schemas = "/components/schemas";
        for name in self.replaced {
            if self
                .document
                .value()
                .pointer(&step(schemas, name))
                .is_none()
            {
                return self.fail(schemas, format!(
                "the schema `{name}` is missing; build/generate.rs maps it to a handwritten type"
            ));
            }
        }
        Ok(())
    }

    fn operations(&self) -> Result<(), Error> {
        let mut seen = BTreeMap::new();
        for (pointer, operation) in operations(self.document.value()) {
            match operation.get("operationId").and_then(Value::as_str) {
                None => {
                    return self.fail(
                        &pointer,
                        "the operation has no operationId, from which its method is named",
                    );
                }
                Some(id) => {
                    if let Some(other) = seen.insert(id, pointer.clone()) {
                        return self.fail(
                            &step(&pointer, "operationId"),
                            format!("`{id}` also names {other}"),
                        );
                    }
                }
            }
            let responses = step(&pointer, "responses");
            for (status, response) in operation
                .get("responses")
                .and_then(Value::as_object)
                .into_iter()
                .flatten()
            {
                if status == "default" {
                    let reason = "the generator uses `default` for success and error at once; \
                    write `4XX` and `5XX`";
                    return self.fail(&step(&responses, status), reason);
                }
                self.media(
                    resolve(self.document.value(), response),
                    &step(&responses, status),
                )?;
            }
            if let Some(body) = operation.get("requestBody") {
                self.media(
                    resolve(self.document.value(), body),
                    &step(&pointer, "requestBody"),
                )?;
            }
        }
        Ok(())
    }

    fn media(&self, body: &Value, pointer: &str) -> Result<(), Error> {
        let json = body.pointer("/content/application~1json");
        match json {
            Some(json) if json.get("schema").is_none() => {
                self.fail(pointer, "JSON content without a schema")
            }
            _ => Ok(()),
        }
    }

    fn schemas(&self) -> Result<(), Error> {
        let reach = reach(self.document.value());
        for (name, schema) in openapi::schemas(self.document.value()) {
            let rules = Rules {
                request: reach.requests.contains(name),
                // A handwritten type has its own deserialization, and a choice of scalars is read
                // as its first alternative.
                response: reach.responses.contains(name)
                    && !self.replaced.contains(&name.as_str())
                    && schema.get("anyOf").is_none(),
            };
            self.schema(schema, &step("/components/schemas", name), &rules)?;
        }
        Ok(())
    }

    /// The names under `x-always-present` are different properties that the schema itself has.
    fn always_present(&self, members: &Map<String, Value>, pointer: &str) -> Result<(), Error> {
        let Some(names) = members.get("x-always-present") else {
            return Ok(());
        };
        let at = step(pointer, "x-always-present");
        let Some(names) = names.as_array().filter(|names| !names.is_empty()) else {
            return self.fail(&at, "must be a list of names");
        };
        let properties = members.get("properties").and_then(Value::as_object);
        let mut seen = BTreeSet::new();
        for (index, name) in names.iter().enumerate() {
            let at = step(&at, &index.to_string());
            let text = name.as_str().unwrap_or_default();
            if !properties.is_some_and(|all| all.contains_key(text)) {
                return self.fail(&at, format!("{name} is no property of this schema"));
            }
            if !seen.insert(text) {
                return self.fail(&at, format!("{name} is a duplicate"));
            }
        }
        Ok(())
    }

    fn schema(&self, schema: &Value, pointer: &str, rules: &Rules) -> Result<(), Error> {
        let Some(members) = schema.as_object() else {
            return self.fail(pointer, "a schema must be a mapping");
        };
        match members.get("type") {
            None => {}
            Some(Value::String(name)) if TYPES.contains(&name.as_str()) => {}
            Some(_) => {
                return self.fail(
                    &step(pointer, "type"),
                    format!("`type` must be one of {}", TYPES.join(", ")),
                );
            }
        }
        self.of_direction(members, pointer, rules)?;
        self.always_present(members, pointer)?;
        self.vocabulary(members, pointer)?;
        for (key, value) in members {
            self.within(key, value, &step(pointer, key), rules)?;
        }
        Ok(())
    }

    /// What a schema must not say if requests, or responses, reach it.
    fn of_direction(
        &self,
        members: &Map<String, Value>,
        pointer: &str,
        rules: &Rules,
    ) -> Result<(), Error> {
        if rules.request && members.contains_key("default") {
            let reason = "a default in a request is always sent, so that a partial update \
                would reset the setting; say it in the description";
            return self.fail(&step(pointer, "default"), reason);
        }
        if rules.response {
            if members.contains_key("enum") {
                let reason = "`enum` would make the client refuse responses; use x-extensible-enum \
                              or the description";
                return self.fail(&step(pointer, "enum"), reason);
            }
            if let Some("date-time" | "date" | "uuid") =
                members.get("format").and_then(Value::as_str)
            {
                return self.fail(
                    &step(pointer, "format"),
                    "the client would refuse other strings; use the schema DateTime or the \
                    description",
                );
            }
        }
        Ok(())
    }

    /// The values under `x-extensible-enum` are different strings.
    fn vocabulary(&self, members: &Map<String, Value>, pointer: &str) -> Result<(), Error> {
        if let Some(known) = members.get("x-extensible-enum") {
            let texts: Option<Vec<_>> = known
                .as_array()
                .map(|known| known.iter().filter_map(Value::as_str).collect());
            let whole = texts.as_ref().map(Vec::len) == known.as_array().map(Vec::len);
            let unique = texts.as_ref().is_some_and(|t| {
                t.iter().collect::<BTreeSet<_>>().len() == t.len() && !t.is_empty()
            });
            if !whole || !unique {
                return self.fail(
                    &step(pointer, "x-extensible-enum"),
                    "must be a list of different strings (quote yes and no)",
                );
            }
        }
        Ok(())
    }

    /// The schemas within a keyword.
    fn within(
        &self,
        keyword: &str,
        value: &Value,
        pointer: &str,
        rules: &Rules,
    ) -> Result<(), Error> {
        match keyword {
            "properties" => {
                let Some(properties) = value.as_object() else {
                    return self.fail(pointer, "`properties` must be a mapping");
                };
                for (name, property) in properties {
                    self.schema(property, &step(pointer, name), rules)?;
                }
            }
            "items" | "not" => self.schema(value, pointer, rules)?,
            "additionalProperties" if value.is_object() => self.schema(value, pointer, rules)?,
            "allOf" | "anyOf" | "oneOf" => {
                for (index, branch) in value.as_array().into_iter().flatten().enumerate() {
                    self.schema(branch, &format!("{pointer}/{index}"), rules)?;
                }
            }
            _ => {}
        }
        Ok(())
    }
}

struct Rules {
    request: bool,
    response: bool,
}
