//! Lowers OpenAPI 3.0 schemas to JSON Schema Draft 4, once for requests and once for responses.
//!
//! Every referenced schema, and every schema of a body, parameter or header, becomes a definition
//! in one document, so that shared schemas are compiled once and recursion is preserved. The origin
//! of each place is recorded, so that an error names the line in the original document.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::rc::Rc;

use jsonschema::{Draft, Registry};
use located::Error;
use openapi_formats::Format;
use serde_json::{Map, Value, json};

use super::alternatives::Schemas;
use super::discriminator::{discriminated, kind_pointer, kinds, named};
use super::engine::{INTEGER, URI, options};
use super::lowered::{Lowered, Unchecked, origin};
use super::pattern::portable;
use super::unusable;
use crate::document::Document;
use located::openapi::reference;
use located::pointer;

/// The direction of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Direction {
    Request,
    Response,
}

impl Direction {
    /// The keyword of the properties that must not be sent in this direction.
    fn forbidding(self) -> &'static str {
        match self {
            Direction::Request => "readOnly",
            Direction::Response => "writeOnly",
        }
    }
}

/// Keywords that mean in Draft 4 what they mean in OpenAPI 3.0.
const SAME: &[&str] = &[
    "multipleOf",
    "minimum",
    "maximum",
    "minLength",
    "maxLength",
    "minItems",
    "maxItems",
    "uniqueItems",
    "minProperties",
    "maxProperties",
    "enum",
];

/// Keywords that exist only in later versions and assert something there. A schema with one is an
/// error: validating against the rest of it would be misleading.
const LATER: &[&str] = &[
    "$anchor",
    "$defs",
    "$dynamicAnchor",
    "$dynamicRef",
    "$id",
    "$vocabulary",
    "const",
    "contains",
    "contentEncoding",
    "contentMediaType",
    "contentSchema",
    "dependentRequired",
    "dependentSchemas",
    "else",
    "if",
    "maxContains",
    "minContains",
    "patternProperties",
    "prefixItems",
    "propertyNames",
    "then",
    "unevaluatedItems",
    "unevaluatedProperties",
];

const TYPES: &[&str] = &["array", "boolean", "integer", "number", "object", "string"];

/// Names of properties that are not required in this direction.
type Excused = BTreeSet<String>;

/// How the place of a reference affects the schema that it leads to.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
struct Context {
    excused: Excused,
    /// Whether it is a part of another schema (`allOf`). Otherwise a value may have any subtype
    /// that extends the schema.
    part: bool,
}

/// A schema in the original document, its pointer, and its location in the lowered document.
struct Written<'w> {
    schema: &'w Map<String, Value>,
    pointer: &'w str,
    location: &'w str,
    excused: Excused,
}

pub(crate) struct Lowering<'d> {
    document: &'d Document,
    direction: Direction,
    /// A schema may be lowered more than once: an `allOf` can make names optional that its
    /// referenced parts require.
    numbers: HashMap<(String, Context), usize>,
    waiting: Vec<(usize, String, Context)>,
    definitions: Map<String, Value>,
    origins: HashMap<String, String>,
    locations: HashMap<String, String>,
    unchecked: Unchecked,
    patterns: HashMap<String, String>,
    /// The locations for which validators are needed.
    used: Vec<String>,
    /// Schemas that are not OpenAPI 3.0. Each allows anything; the others are not affected.
    problems: Vec<Error>,
    own: HashMap<String, Rc<Own>>,
}

/// What a schema has itself.
struct Own {
    /// Its properties that must not be sent in this direction.
    forbidden: Vec<String>,
    /// The pointers of its `allOf` parts, references followed.
    parts: Vec<String>,
}

impl<'d> Lowering<'d> {
    pub(crate) fn new(document: &'d Document, direction: Direction) -> Self {
        Lowering {
            document,
            direction,
            numbers: HashMap::new(),
            waiting: Vec::new(),
            definitions: Map::new(),
            origins: HashMap::new(),
            locations: HashMap::new(),
            unchecked: Unchecked::new(),
            patterns: HashMap::new(),
            used: Vec::new(),
            problems: Vec::new(),
            own: HashMap::new(),
        }
    }

    /// Requests the schema at a pointer and returns its future location.
    pub(crate) fn want(&mut self, pointer: &str) -> Result<String, Error> {
        let location = self.definition(pointer, &Context::default())?;
        self.used.push(location.clone());
        Ok(location)
    }

    /// Lowers and compiles everything that was requested. Also returns the schemas that cannot be
    /// used.
    pub(crate) fn finish(mut self) -> Result<(Lowered, Vec<Error>), Error> {
        while let Some((number, pointer, context)) = self.waiting.pop() {
            let lowered = self.schema(&pointer, &format!("/definitions/{number}"), &context);
            self.definitions.insert(number.to_string(), lowered);
        }
        if !self.problems.is_empty() {
            self.relax();
        }
        let all: Vec<Value> = self
            .definitions
            .keys()
            .map(|number| json!({ "$ref": format!("#/definitions/{number}") }))
            .collect();
        let mut lowered = json!({
            "$schema": "http://json-schema.org/draft-04/schema#",
            "definitions": self.definitions,
        });
        if !all.is_empty() {
            // Compiles each of them once, so that errors are reported before anything is validated.
            lowered["allOf"] = Value::Array(all);
        }
        options().build(&lowered).map_err(|error| {
            // An error in the schema has an instance path; one in a pattern only a schema path.
            let at = match error.instance_path().as_str() {
                "" => error.schema_path().as_str(),
                at => at,
            };
            let reason = format!("the schema does not compile: {error}");
            self.document.error(&origin(&self.origins, at), &reason)
        })?;
        let registry = Registry::new()
            .add(URI, Draft::Draft4.create_resource(lowered))
            .and_then(|registry| registry.prepare())
            .map_err(|error| {
                self.document
                    .error("", &format!("the schemas cannot be compiled: {error}"))
            })?;
        let lowered = Lowered {
            schemas: Schemas::new(registry, self.used),
            origins: self.origins,
            locations: self.locations,
            unchecked: self.unchecked,
            patterns: self.patterns,
        };
        Ok((lowered, self.problems))
    }

    /// Drops each `oneOf` and `not` that an unusable schema is a part of: where that schema allows
    /// anything, they might reject correct values.
    fn relax(&mut self) {
        let mut definitions = std::mem::take(&mut self.definitions);
        let unsound = unusable::definitions(&definitions);
        let mut dropped = Vec::new();
        for (number, lowered) in &mut definitions {
            unusable::drop_dependents(
                lowered,
                &format!("/definitions/{number}"),
                &unsound,
                &mut dropped,
            );
        }
        self.definitions = definitions;
        for location in dropped {
            let at = origin(&self.origins, &location);
            let keyword = pointer::last(&location).unwrap_or_default().into_owned();
            let reason = format!("`{keyword}` with a part that is not OpenAPI 3.0");
            self.leave(reason, &at);
            self.forget_below(&location);
        }
    }

    /// Drops what is known of the places below a location.
    fn forget_below(&mut self, location: &str) {
        let is_below = |it: &str| {
            it.strip_prefix(location)
                .is_some_and(|it| it.starts_with('/'))
        };
        self.used.retain(|it| !is_below(it));
        self.locations.retain(|_, it| !is_below(it));
    }

    fn definition(&mut self, pointer: &str, context: &Context) -> Result<String, Error> {
        let target = self.document.resolve(pointer)?;
        let next = self.numbers.len();
        let number = *self
            .numbers
            .entry((target.pointer.clone(), context.clone()))
            .or_insert_with(|| {
                self.waiting.push((next, target.pointer, context.clone()));
                next
            });
        Ok(format!("/definitions/{number}"))
    }

    /// The lowered form of a schema. One that is not OpenAPI 3.0 is a problem, and allows anything:
    /// validating against the rest of it would be misleading.
    fn schema(&mut self, pointer: &str, location: &str, context: &Context) -> Value {
        self.usable(pointer, location, context)
            .unwrap_or_else(|problem| {
                self.problems.push(problem);
                self.forget_below(location);
                unusable::schema()
            })
    }

    fn usable(&mut self, pointer: &str, location: &str, context: &Context) -> Result<Value, Error> {
        let value = self.document.get(pointer).unwrap_or(&Value::Null);
        if reference(value).is_some() {
            let target = self.definition(pointer, context)?;
            return Ok(json!({ "$ref": format!("#{target}") }));
        }
        let Some(schema) = value.as_object() else {
            return Err(self
                .document
                .error(pointer, "not OpenAPI 3.0: a schema must be an object"));
        };
        self.origins.insert(location.to_owned(), pointer.to_owned());

        if !context.part {
            let kinds = kinds(self.document, pointer);
            if !kinds.is_empty() {
                return self.kinds(&kinds, schema, pointer, location, context);
            }
        }

        let mut excused = context.excused.clone();
        self.forbidden_names(pointer, &mut excused);

        let written = Written {
            schema,
            pointer,
            location,
            excused,
        };
        let mut lowered = Map::new();
        for (keyword, value) in schema {
            if let Some(value) = self.keyword(&written, keyword, value)? {
                lowered.insert(keyword.clone(), value);
            }
        }
        if let Some(format) = schema.get("format").and_then(Value::as_str) {
            self.format(format, pointer, location, &mut lowered);
        }
        if lowered
            .get("type")
            .is_some_and(|it| it == "integer" || it[0] == "integer")
        {
            let nullable = lowered.remove("type").is_some_and(|it| it.is_array());
            lowered.insert(INTEGER.to_owned(), nullable.into());
            let at = pointer::join(location, INTEGER);
            self.origins.insert(at, pointer::join(pointer, "type"));
        }
        Ok(Value::Object(lowered))
    }

    /// The Draft 4 form of a keyword; `None` if it asserts nothing.
    fn keyword(
        &mut self,
        written: &Written<'_>,
        keyword: &str,
        value: &Value,
    ) -> Result<Option<Value>, Error> {
        let at = pointer::join(written.pointer, keyword);
        let inside = pointer::join(written.location, keyword);
        match keyword {
            later if LATER.contains(&later) => Err(self.later(&at, later)),
            same if SAME.contains(&same) => match unfit(same, value) {
                Some(expected) => {
                    let reason = format!("not OpenAPI 3.0: `{same}` must be {expected}");
                    Err(self.document.error(&at, &reason))
                }
                None => Ok(Some(value.clone())),
            },
            "pattern" => self.pattern(value, &at),
            "type" => self.type_of(written.schema, value, &at).map(Some),
            "exclusiveMinimum" => self.exclusive(written.schema, keyword, "minimum", &at),
            "exclusiveMaximum" => self.exclusive(written.schema, keyword, "maximum", &at),
            "required" => self.required(value, &written.excused, &at),
            "properties" => self.properties(&at, &inside).map(Some),
            "additionalProperties" if value.is_boolean() => Ok(Some(value.clone())),
            "items" | "not" | "additionalProperties" => {
                Ok(Some(self.schema(&at, &inside, &Context::default())))
            }
            "allOf" | "oneOf" | "anyOf" => {
                let context = Context {
                    excused: written.excused.clone(),
                    part: keyword == "allOf",
                };
                self.branches(written.schema, keyword, &at, &inside, &context)
                    .map(Some)
            }
            _ => Ok(None),
        }
    }

    /// A pattern in portable syntax; `None` if it cannot be used, which does not affect the rest of
    /// its schema.
    fn pattern(&mut self, value: &Value, at: &str) -> Result<Option<Value>, Error> {
        let Some(written) = value.as_str() else {
            let reason = "not OpenAPI 3.0: `pattern` must be a string";
            return Err(self.document.error(at, reason));
        };
        let pattern = portable(written).and_then(|pattern| {
            let compiled = options().build(&json!({ "pattern": pattern }));
            compiled
                .map(|_| pattern)
                .map_err(|_| "it is not a regular expression of ECMA-262, or it is too large")
        });
        match pattern {
            Ok(pattern) => {
                self.patterns
                    .entry(pattern.clone())
                    .or_insert_with(|| written.to_owned());
                Ok(Some(pattern.into()))
            }
            Err(reason) => {
                self.leave(
                    format!("the pattern `{written}` cannot be used: {reason}"),
                    at,
                );
                Ok(None)
            }
        }
    }

    /// Records that something at a place is not validated.
    fn leave(&mut self, reason: String, at: &str) {
        self.unchecked
            .entry(reason)
            .or_insert_with(|| at.to_owned());
    }

    /// Whether a bound is exclusive. Without its bound the keyword has no effect, and Draft 4 would
    /// reject it.
    fn exclusive(
        &self,
        schema: &Map<String, Value>,
        keyword: &str,
        bound: &str,
        at: &str,
    ) -> Result<Option<Value>, Error> {
        match schema.get(keyword) {
            Some(value @ Value::Bool(_)) => Ok(schema.contains_key(bound).then(|| value.clone())),
            value => {
                let value = value.unwrap_or(&Value::Null);
                Err(self.later(at, &format!("{keyword}: {value}")))
            }
        }
    }

    /// The required names without the optional ones; `None` if none is left, because Draft 4 does
    /// not allow an empty list.
    fn required(&self, value: &Value, excused: &Excused, at: &str) -> Result<Option<Value>, Error> {
        let Some(names) = value.as_array() else {
            let reason = "not OpenAPI 3.0: `required` must be a list of names";
            return Err(self.document.error(at, reason));
        };
        let names = names.iter().cloned();
        let is_excused = |name: &Value| name.as_str().is_some_and(|it| excused.contains(it));
        let names: Vec<_> = names.filter(|name| !is_excused(name)).collect();
        Ok((!names.is_empty()).then_some(Value::Array(names)))
    }

    fn later(&self, at: &str, keyword: &str) -> Error {
        self.document.error(
            at,
            &format!("not OpenAPI 3.0: `{keyword}` belongs to a later version"),
        )
    }

    /// `nullable` widens the `type` beside it and, as 3.0.3 says, does nothing else.
    fn type_of(
        &self,
        schema: &Map<String, Value>,
        value: &Value,
        at: &str,
    ) -> Result<Value, Error> {
        let Some(name) = value.as_str().filter(|name| TYPES.contains(name)) else {
            return Err(self.document.error(
                at,
                &format!(
                    "not OpenAPI 3.0: `type` must be one of {}, not {value}",
                    TYPES.join(", ")
                ),
            ));
        };
        Ok(if schema.get("nullable") == Some(&Value::Bool(true)) {
            json!([name, "null"])
        } else {
            json!(name)
        })
    }

    /// A property that must not be sent in this direction may have any value: its presence is the
    /// finding.
    fn properties(&mut self, pointer: &str, location: &str) -> Result<Value, Error> {
        let Some(properties) = self.document.get(pointer).and_then(Value::as_object) else {
            return Err(self
                .document
                .error(pointer, "not OpenAPI 3.0: `properties` must be an object"));
        };
        let mut lowered = Map::new();
        for name in properties.keys() {
            let at = pointer::join(pointer, name);
            let schema = if self.is_forbidden(&at) {
                json!({})
            } else {
                self.schema(&at, &pointer::join(location, name), &Context::default())
            };
            lowered.insert(name.clone(), schema);
        }
        Ok(Value::Object(lowered))
    }

    fn is_forbidden(&self, property: &str) -> bool {
        is_forbidden(self.document, property, self.direction)
    }

    /// The properties of a schema, and of its `allOf` parts, that must not be sent in this
    /// direction.
    fn forbidden_names(&mut self, pointer: &str, names: &mut Excused) {
        let mut passed = HashSet::new();
        let mut waiting = vec![self.document.schema(pointer).pointer];
        while let Some(pointer) = waiting.pop() {
            if !passed.contains(&pointer) {
                let own = self.own(&pointer);
                names.extend(own.forbidden.iter().cloned());
                waiting.extend(own.parts.iter().cloned());
                passed.insert(pointer);
            }
        }
    }

    /// What the schema at a pointer has itself, found once: others may extend it.
    fn own(&mut self, pointer: &str) -> Rc<Own> {
        if let Some(own) = self.own.get(pointer) {
            return Rc::clone(own);
        }
        let schema = self.document.schema(pointer).value;
        let properties = schema.get("properties").and_then(Value::as_object);
        let names = properties.into_iter().flat_map(Map::keys);
        let at = pointer::join(pointer, "properties");
        let forbidden = names.filter(|name| self.is_forbidden(&pointer::join(&at, name)));
        let parts = indices(schema, "allOf").map(|index| format!("{pointer}/allOf/{index}"));
        let own = Rc::new(Own {
            forbidden: forbidden.cloned().collect(),
            parts: parts.map(|it| self.document.schema(&it).pointer).collect(),
        });
        self.own.insert(pointer.to_owned(), Rc::clone(&own));
        own
    }

    fn branches(
        &mut self,
        schema: &Map<String, Value>,
        keyword: &str,
        pointer: &str,
        location: &str,
        context: &Context,
    ) -> Result<Value, Error> {
        let Some(written) = schema
            .get(keyword)
            .and_then(Value::as_array)
            .filter(|list| !list.is_empty())
        else {
            let reason =
                format!("not OpenAPI 3.0: `{keyword}` must be a list of at least one schema");
            return Err(self.document.error(pointer, &reason));
        };
        let discriminator = schema.get("discriminator").filter(|_| keyword != "allOf");
        let mut lowered = Vec::new();
        for (index, branch) in written.iter().enumerate() {
            let at = format!("{pointer}/{index}");
            let inside = format!("{location}/{index}");
            self.locations.insert(at.clone(), inside.clone());
            self.used.push(inside.clone());
            let names = discriminator.and_then(|it| discriminated(it, reference(branch)?));
            lowered.push(match names {
                None => self.schema(&at, &inside, context),
                Some((property, names)) => {
                    let schema = self.schema(&at, &format!("{inside}/allOf/0"), context);
                    let owner = pointer::parent(pointer).unwrap_or_default();
                    self.origins.insert(
                        format!("{inside}/allOf/1"),
                        format!("{owner}/discriminator"),
                    );
                    named(schema, property, &names)
                }
            });
        }
        Ok(Value::Array(lowered))
    }

    /// A schema with a discriminator that others extend by `allOf`: the value names its subtype.
    fn kinds(
        &mut self,
        kinds: &[String],
        schema: &Map<String, Value>,
        pointer: &str,
        location: &str,
        context: &Context,
    ) -> Result<Value, Error> {
        let mut lowered = Vec::new();
        for (index, kind) in kinds.iter().enumerate() {
            let inside = format!("{location}/anyOf/{index}");
            let part = kind == pointer;
            let target = self.definition(
                kind,
                &Context {
                    part,
                    ..context.clone()
                },
            )?;
            let reference = format!("#{kind}");
            let Some((property, names)) = schema
                .get("discriminator")
                .and_then(|it| discriminated(it, &reference))
            else {
                continue;
            };
            self.origins.insert(
                format!("{inside}/allOf/1"),
                format!("{pointer}/discriminator"),
            );
            self.locations
                .insert(kind_pointer(pointer, kind), inside.clone());
            self.used.push(inside);
            lowered.push(named(
                json!({ "$ref": format!("#{target}") }),
                property,
                &names,
            ));
        }
        Ok(json!({ "anyOf": lowered }))
    }

    /// Lowers a format. Integer formats become bounds (a narrower bound in the schema wins); others
    /// are assertions in Draft 4.
    fn format(
        &mut self,
        format: &str,
        pointer: &str,
        location: &str,
        lowered: &mut Map<String, Value>,
    ) {
        let (least, most) = match Format::of(format) {
            Format::Integer(least, most) => (least, most),
            Format::Asserted => {
                lowered.insert("format".to_owned(), json!(format));
                return;
            }
            Format::Hint => return,
            Format::Unknown => {
                let reason = format!("the format `{format}` is not known");
                return self.leave(reason, &pointer::join(pointer, "format"));
            }
        };
        for (bound, exclusive, limit, sign) in [
            ("minimum", "exclusiveMinimum", least, 1.0),
            ("maximum", "exclusiveMaximum", most, -1.0),
        ] {
            let own = lowered.get(bound).and_then(Value::as_f64);
            #[expect(
                clippy::cast_precision_loss,
                reason = "only used to compare which bound is narrower"
            )]
            let narrower = own.is_some_and(|own| own * sign >= limit as f64 * sign);
            if !narrower {
                lowered.insert(bound.to_owned(), json!(limit));
                lowered.remove(exclusive);
                self.origins
                    .insert(format!("{location}/{bound}"), format!("{pointer}/format"));
            }
        }
    }
}

/// Whether the property whose schema is at a pointer must not be sent in a direction.
pub(crate) fn is_forbidden(document: &Document, property: &str, direction: Direction) -> bool {
    let schema = document.schema(property);
    schema.value.get(direction.forbidding()) == Some(&Value::Bool(true))
}

/// What the value of a keyword must be, if it is something else (JSON Schema Validation,
/// Wright-00).
fn unfit(keyword: &str, value: &Value) -> Option<&'static str> {
    let is_count = |value: &Value| match value.as_f64() {
        Some(number) => number >= 0.0 && number.fract() == 0.0,
        None => false,
    };
    let (fits, expected) = match keyword {
        "multipleOf" => (
            value.as_f64().is_some_and(|it| it > 0.0),
            "a number greater than 0",
        ),
        "minimum" | "maximum" => (value.is_number(), "a number"),
        "uniqueItems" => (value.is_boolean(), "true or false"),
        "enum" => (value.is_array(), "a list"),
        _ => (is_count(value), "an integer that is not negative"),
    };
    (!fits).then_some(expected)
}

/// The indices of the list under a keyword.
pub(crate) fn indices(schema: &Value, keyword: &str) -> std::ops::Range<usize> {
    0..schema
        .get(keyword)
        .and_then(Value::as_array)
        .map_or(0, Vec::len)
}
