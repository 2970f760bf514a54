//! Finds the places of an OpenAPI document that a recorded exchange shows, and how often.
//!
//! Nothing is validated: a value shows the schemas that the document has for it, whether it matches
//! them or not. These are the recordings to look at after an edit, and it needs no validator.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use http_recording::media_type::{essence, ranges};
use http_recording::{Recording, Request, header};
use located::openapi::{is_method, is_of_type, local, status_keys};
use located::pointer::{self, join};
use serde_json::{Map, Value};

/// The kinds of objects in an OpenAPI document.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Document,
    Components,
    PathItem,
    Operation,
    Parameter,
    Body,
    Response,
    Header,
    Media,
    Schema,
}

/// Whether a key holds an object itself, or a map or list of objects.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Under {
    Itself,
    Each,
}

/// The structure of a document: which object has which other objects under which key.
const LAYOUT: [(Kind, &str, Under, Kind); 23] = {
    use Kind::*;
    use Under::*;
    [
        (Document, "paths", Each, PathItem),
        (Document, "components", Itself, Components),
        (Components, "headers", Each, Header),
        (Components, "parameters", Each, Parameter),
        (Components, "requestBodies", Each, Body),
        (Components, "responses", Each, Response),
        (Components, "schemas", Each, Schema),
        (PathItem, "parameters", Each, Parameter),
        (Operation, "parameters", Each, Parameter),
        (Operation, "requestBody", Itself, Body),
        (Operation, "responses", Each, Response),
        (Parameter, "schema", Itself, Schema),
        (Header, "schema", Itself, Schema),
        (Body, "content", Each, Media),
        (Response, "content", Each, Media),
        (Response, "headers", Each, Header),
        (Media, "schema", Itself, Schema),
        (Schema, "additionalProperties", Itself, Schema),
        (Schema, "allOf", Each, Schema),
        (Schema, "anyOf", Each, Schema),
        (Schema, "items", Itself, Schema),
        (Schema, "oneOf", Each, Schema),
        (Schema, "properties", Each, Schema),
    ]
};

/// The kind of object under a key.
fn below(kind: Kind, key: &str) -> Option<(Under, Kind)> {
    if kind == Kind::PathItem && is_method(key) {
        return Some((Under::Itself, Kind::Operation));
    }
    let row = LAYOUT
        .iter()
        .find(|(of, name, ..)| *of == kind && *name == key);
    row.map(|(_, _, under, next)| (*under, *next))
}

/// The innermost object, at or above a pointer, that an exchange can show.
fn place(at: &str) -> Option<&str> {
    let (mut kind, mut found) = (Kind::Document, None);
    let mut start = 1;
    let mut ends = at
        .match_indices('/')
        .skip(1)
        .map(|(slash, _)| slash)
        .chain([at.len()]);
    while let Some(end) = ends.next() {
        let Some((under, next)) = at.get(start..end).and_then(|key| below(kind, key)) else {
            break;
        };
        let end = match under {
            Under::Itself => Some(end),
            Under::Each => ends.next(),
        };
        let Some(end) = end else { break };
        (kind, start) = (next, end + 1);
        if kind != Kind::Components {
            found = Some(&at[..end]);
        }
    }
    found
}

/// How often an exchange shows each place, by JSON pointer.
#[derive(Debug, Default)]
pub struct Shown(BTreeMap<String, u64>);

impl Shown {
    /// The places of a document that an exchange shows; none if it is a negative example, or if its
    /// path is not a template of the document.
    pub fn new(document: &Value, recording: &Recording) -> Shown {
        let mut look = Look {
            document,
            times: BTreeMap::new(),
        };
        if recording.meta.expect.is_empty() {
            look.exchange(recording);
        }
        Shown(look.times)
    }

    /// How often the exchange shows an edit at a pointer: the object that contains it, or else the
    /// objects below it.
    pub fn times(&self, edited: &str) -> u64 {
        if let Some(place) = place(edited) {
            return self.0.get(place).copied().unwrap_or_default();
        }
        let within = || {
            let places = self.0.iter();
            places.filter(|(at, _)| pointer::is_at_or_below(at, edited))
        };
        let is_outermost = |at: &str| {
            !within().any(|(outer, _)| outer != at && pointer::is_at_or_below(at, outer))
        };
        within()
            .filter(|(at, _)| is_outermost(at))
            .map(|(_, times)| times)
            .sum()
    }
}

/// The pointer of an exchange's operation. The path must equal a template of the document, because
/// recordings contain the template and the values separately.
pub fn operation(document: &Value, recording: &Recording) -> Option<String> {
    let request = &recording.request;
    let path = join("/paths", &request.path);
    let at = join(&path, &request.method.to_ascii_lowercase());
    document.pointer(&at).map(|_| at)
}

struct Look<'d> {
    document: &'d Value,
    times: BTreeMap<String, u64>,
}

impl<'d> Look<'d> {
    /// The value at a pointer, with references followed; each step is counted.
    fn see(&mut self, at: &str) -> Option<(String, &'d Value)> {
        let mut at = at.to_owned();
        let mut passed = BTreeSet::new();
        while passed.insert(at.clone()) {
            let value = self.document.pointer(&at)?;
            *self.times.entry(at.clone()).or_default() += 1;
            match local(value) {
                Some(next) => at = next.to_owned(),
                None => return Some((at, value)),
            }
        }
        None
    }

    fn exchange(&mut self, recording: &Recording) -> Option<()> {
        let (request, response) = (&recording.request, &recording.response);
        let at = operation(self.document, recording)?;
        let item = pointer::parent(&at)?;
        self.see(item);
        let (at, operation) = self.see(&at)?;
        self.parameters(item, request);
        self.parameters(&at, request);
        // A rejected request does not show what the service accepts.
        if !(400..500).contains(&response.status)
            && let Some(body) = body(request.body.as_ref(), request.text.as_ref())
            && let Some((at, _)) = self.see(&join(&at, "requestBody"))
        {
            self.body(&at, &request.headers, &body);
        }
        let documented = operation.get("responses")?.as_object()?;
        let find = |key: &String| documented.keys().find(|it| it.eq_ignore_ascii_case(key));
        let key = status_keys(response.status).iter().find_map(find)?;
        let (at, documented) = self.see(&join(&join(&at, "responses"), key))?;
        for name in members(documented, "headers") {
            if let Some(value) = header(&response.headers, name) {
                self.typed(&join(&join(&at, "headers"), name), value);
            }
        }
        let body = body(response.body.as_ref(), response.text.as_ref())?;
        self.body(&at, &response.headers, &body)
    }

    /// The parameters of an operation or of a path.
    fn parameters(&mut self, owner: &str, request: &Request) {
        let at = join(owner, "parameters");
        let list = self.document.pointer(&at).and_then(Value::as_array);
        for index in 0..list.map_or(0, Vec::len) {
            let at = join(&at, &index.to_string());
            let parameter = resolved(self.document, &at);
            let text = |member: &str| parameter?.get(member)?.as_str();
            let value = text("name").and_then(|name| match text("in")? {
                "path" => request.params.get(name),
                "query" => request.query.get(name),
                "header" => header(&request.headers, name),
                _ => None,
            });
            if let Some(value) = value {
                self.typed(&at, value);
            }
        }
    }

    /// A parameter or header.
    fn typed(&mut self, at: &str, value: &Value) {
        if let Some((at, _)) = self.see(at) {
            self.schema(&join(&at, "schema"), value);
        }
    }

    /// A body, by its documented content.
    fn body(&mut self, documented: &str, headers: &Map<String, Value>, body: &Value) -> Option<()> {
        let at = join(documented, "content");
        let content = self.document.pointer(&at)?.as_object()?;
        let range = match header(headers, "content-type").and_then(Value::as_str) {
            Some(media_type) => documented_as(content, media_type)?,
            None => content.keys().next()?,
        };
        let (at, _) = self.see(&join(&at, range))?;
        self.schema(&join(&at, "schema"), body);
        Some(())
    }

    /// A value shows a schema, the schemas that it is composed of, and those for the values in it.
    fn schema(&mut self, at: &str, value: &Value) {
        let schemas = self.composed(at, value);
        let mut show = |keyword: &str, name: Option<&str>, value: &Value| {
            let mut shown = false;
            for (at, schema) in &schemas {
                let below = schema.get(keyword);
                let at = join(at, keyword);
                match name {
                    None if below.is_some() => self.schema(&at, value),
                    Some(name) if below.is_some_and(|names| names.get(name).is_some()) => {
                        self.schema(&join(&at, name), value);
                    }
                    _ => continue,
                }
                shown = true;
            }
            shown
        };
        match value {
            Value::Object(values) => {
                for (name, value) in values {
                    if !show("properties", Some(name), value) {
                        show("additionalProperties", None, value);
                    }
                }
            }
            Value::Array(values) => {
                for value in values {
                    show("items", None, value);
                }
            }
            _ => {}
        }
    }

    /// The schema at a pointer and the schemas that it is composed of, as far as the value may
    /// match them; each is counted once.
    fn composed(&mut self, at: &str, value: &Value) -> Vec<(String, &'d Value)> {
        let mut composed = Vec::new();
        let mut waiting = vec![at.to_owned()];
        // A schema may be reached on several paths, and recursively.
        let mut passed = BTreeSet::new();
        while let Some(at) = waiting.pop() {
            let Some(schema) = self.document.pointer(&at) else {
                continue;
            };
            if !passed.insert(at.clone()) {
                continue;
            }
            *self.times.entry(at.clone()).or_default() += 1;
            if let Some(next) = local(schema) {
                waiting.push(next.to_owned());
                continue;
            }
            for keyword in ["allOf", "anyOf", "oneOf"] {
                let parts = schema.get(keyword).and_then(Value::as_array);
                for index in 0..parts.map_or(0, Vec::len) {
                    let at = join(&join(&at, keyword), &index.to_string());
                    if keyword == "allOf" || self.may_be(&at, value) {
                        waiting.push(at);
                    }
                }
            }
            composed.push((at, schema));
        }
        composed
    }

    /// Whether a value has the type of a branch, if the branch names one.
    fn may_be(&self, branch: &str, value: &Value) -> bool {
        let schema = resolved(self.document, branch);
        let is = |name: &str| match value {
            Value::Null => schema.and_then(|it| it.get("nullable")) == Some(&Value::Bool(true)),
            value => is_of_type(value, name),
        };
        schema
            .and_then(|schema| schema.get("type")?.as_str())
            .is_none_or(is)
    }
}

/// The value at a pointer, with references followed.
fn resolved<'d>(document: &'d Value, at: &'d str) -> Option<&'d Value> {
    let mut at = at;
    let mut passed = BTreeSet::new();
    while passed.insert(at) {
        let value = document.pointer(at)?;
        match local(value) {
            Some(next) => at = next,
            None => return Some(value),
        }
    }
    None
}

/// The body of a message, JSON or not.
fn body<'r>(json: Option<&'r Value>, text: Option<&'r String>) -> Option<Cow<'r, Value>> {
    let text = || Some(Cow::Owned(Value::from(text?.as_str())));
    json.map(Cow::Borrowed).or_else(text)
}

/// The keys of an object under a key.
fn members<'v>(value: &'v Value, member: &str) -> impl Iterator<Item = &'v String> {
    let members = value.get(member).and_then(Value::as_object);
    members.into_iter().flat_map(Map::keys)
}

/// The narrowest documented range that covers a media type.
fn documented_as<'c>(content: &'c Map<String, Value>, media_type: &str) -> Option<&'c String> {
    let find = |range: &String| content.keys().find(|name| essence(name) == *range);
    ranges(&essence(media_type)).iter().find_map(find)
}
