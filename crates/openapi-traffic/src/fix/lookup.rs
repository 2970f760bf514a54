//! Looks up what a finding does not say: the values in the recording, and the schemas of the
//! document that apply to them.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use http_recording::media_type::essence;
use http_recording::{Kind as FileKind, header, text};
use located::openapi::{self, is_of_type};
use located::pointer;
use serde_json::Value;

use crate::corpus;
use crate::document::Document;
use crate::judge::Exchange;
use crate::percent::decode;
use crate::report::{Report, Reported};
use crate::spec::Spec;
use crate::spec::location::Location;
use crate::spec::lower::Direction;
use crate::spec::operation::{Operation, Parameter, Response};

/// The longest branch that a look through a schema follows.
const DEEPEST: usize = 64;

/// How far the nearest known property is, a schema, and the property to stand behind.
pub(super) type Owner = (usize, String, Option<String>);

/// Looks up in the recordings what findings do not say.
pub(super) struct Lookup<'r> {
    pub(super) spec: &'r Spec,
    pub(super) report: &'r Report,
    /// The exchanges of a file, by the line that begins them where there is one on each.
    documents: HashMap<(PathBuf, usize), Vec<Arc<Exchange>>>,
}

impl<'r> Lookup<'r> {
    pub(super) fn new(spec: &'r Spec, report: &'r Report) -> Self {
        Lookup {
            spec,
            report,
            documents: HashMap::new(),
        }
    }

    /// The exchange that a finding is about; `None` if it cannot be read any more.
    pub(super) fn exchange(&mut self, it: &Reported) -> Option<Arc<Exchange>> {
        let place = it.finding.recording.as_ref()?;
        let path = Path::new(self.report.path(&place.file));
        let is_lines = FileKind::of(path) == Some(FileKind::Lines);
        let line = if is_lines { place.line } else { 1 };
        let known = self.documents.entry((path.to_owned(), line));
        let exchanges = known.or_insert_with(|| corpus::exchanges_at(path, line));
        let mut exchanges = exchanges.iter();
        exchanges
            .find(|it| pointer::is_at_or_below(&place.pointer, it.base()))
            .cloned()
    }

    /// What was seen at a pointer into an exchange, that a place of the document speaks against. Of
    /// a header or a parameter, which is text, it is what the text stands for: an integer, or those
    /// items of a list that are wrong.
    pub(super) fn values(&self, exchange: &Exchange, at: &str, spec: &str) -> Vec<Value> {
        let Some(value) = value_at(exchange, at) else {
            return Vec::new();
        };
        if !is_text(at) {
            return vec![value];
        }
        let document = self.spec.document();
        let sites = self.sites(exchange, at);
        let mut schemas = sites.iter().flat_map(|site| parts(document, site));
        let is_list = schemas.any(|it| {
            let own = document.get(&pointer::join(&it, "type"));
            own.is_some_and(|own| own == "array")
        });
        let texts = match value {
            Value::Array(texts) => texts,
            text => vec![text],
        };
        let texts = texts.iter().map(http_recording::text);
        let texts: Vec<String> = match is_list {
            true => texts
                .flat_map(|text| {
                    text.split(',')
                        .map(|it| it.trim().to_owned())
                        .collect::<Vec<_>>()
                })
                .collect(),
            false => texts.collect(),
        };
        let claim = document.get(spec);
        let words = claim.and_then(Value::as_array);
        let are_strings = words.is_some_and(|it| it.iter().all(Value::is_string));
        let read = |text: String| match serde_json::from_str::<Value>(&text) {
            Ok(value) if !are_strings && (value.is_number() || value.is_boolean()) => value,
            _ => Value::String(text),
        };
        let is_right = |value: &Value| match claim {
            Some(Value::String(own)) => is_of_type(value, own),
            Some(Value::Array(words)) => words.contains(value),
            _ => false,
        };
        let mut values: Vec<Value> = texts.into_iter().map(read).collect();
        values.retain(|it| !is_right(it));
        values
    }

    /// The schemas that apply to the value at a pointer into an exchange, as the document has them.
    pub(super) fn sites(&self, exchange: &Exchange, at: &str) -> Vec<String> {
        let Some((way, below)) = body(at) else {
            return self.schema_of_text(exchange, at).into_iter().collect();
        };
        let document = self.spec.document();
        let mut sites: Vec<String> = self.start(exchange, way).into_iter().collect();
        for token in pointer::tokens(below).into_iter().flatten() {
            let below = sites.iter().flat_map(|site| parts(document, site));
            let steps = below.filter_map(|schema| step(document, &schema, &token));
            let mut next: Vec<String> = steps.collect();
            next.sort();
            next.dedup();
            sites = next;
        }
        sites
    }

    /// The schemas with properties that speak of the object around a pointer: first the one that
    /// has the property which comes nearest before it in the object.
    pub(super) fn owners(&self, found: &str, exchange: &Exchange, at: &str) -> Vec<Owner> {
        let document = self.spec.document();
        let above = pointer::parent(at).unwrap_or_default();
        let whole = value_at(exchange, above).unwrap_or_default();
        let keys: Vec<&String> = whole
            .as_object()
            .into_iter()
            .flat_map(|it| it.keys())
            .collect();
        let name = pointer::last(at).unwrap_or_default();
        let index = keys
            .iter()
            .position(|key| **key == name)
            .unwrap_or(keys.len());
        let schemas = self.sites(exchange, above);
        let schemas = schemas.iter().flat_map(|it| parts(document, it));
        let owner = |schema: String| {
            let properties = document.get(&pointer::join(&schema, "properties"));
            let has = |key: &&&String| properties.is_some_and(|it| it.get(key.as_str()).is_some());
            let before = keys[..index]
                .iter()
                .rev()
                .enumerate()
                .find(|(_, key)| has(key));
            let after = keys[index..].iter().enumerate().find(|(_, key)| has(key));
            match (before, after) {
                (Some((distance, key)), _) => (distance, schema, Some((*key).clone())),
                (None, Some((distance, _))) => (keys.len() + distance, schema, None),
                (None, None) => (2 * keys.len() + usize::from(schema != found), schema, None),
            }
        };
        let is_object = |schema: &String| {
            schema == found || document.get(&pointer::join(schema, "properties")).is_some()
        };
        let mut owners: Vec<Owner> = schemas.filter(is_object).map(owner).collect();
        if owners.iter().all(|(_, schema, _)| schema != found) {
            owners.push((3 * keys.len(), found.to_owned(), None));
        }
        owners.sort();
        owners
    }

    /// The operation of an exchange.
    fn operation(&self, exchange: &Exchange) -> Option<&Operation> {
        let recording = &exchange.recording;
        let matches = self
            .spec
            .routes
            .find(exchange.url(), &recording.request.params);
        let method = recording.request.method.to_ascii_uppercase();
        let found = matches.iter().find(|it| it.route.method == method)?;
        self.spec.operations.get(found.number)
    }

    /// The response that an operation documents for the status of an exchange.
    fn response(&self, exchange: &Exchange) -> Option<&Response> {
        let status = exchange.recording.response.status;
        self.operation(exchange)?.response_for(status)
    }

    /// The schema of a header or of a parameter.
    fn schema_of_text(&self, exchange: &Exchange, at: &str) -> Option<String> {
        let name = pointer::last(at)?;
        let of_parameter = |location: Location| {
            let mut own = self.operation(exchange)?.parameters.iter();
            let is_it = |it: &&Parameter| match location {
                Location::Header => it.name.eq_ignore_ascii_case(&name),
                _ => it.name == *name,
            };
            let found = own.find(|it| it.location == location && is_it(it))?;
            Some(&found.pointer)
        };
        let owner = match pointer::parent(at)? {
            "/request/headers" => of_parameter(Location::Header)?,
            "/request/query" => of_parameter(Location::Query)?,
            "/response/headers" => {
                let mut own = self.response(exchange)?.headers.iter();
                &own.find(|it| it.name.eq_ignore_ascii_case(&name))?.pointer
            }
            _ => return None,
        };
        // Where it is used, which is not where a reference leads.
        let schema = pointer::join(owner, "schema");
        self.spec.document().get(&schema).map(|_| schema)
    }

    /// The schema of the body of an exchange.
    fn start(&self, exchange: &Exchange, way: Direction) -> Option<String> {
        let (owner, content) = match way {
            Direction::Request => {
                let request = self.operation(exchange)?.request.as_ref()?;
                ("/request", &request.content)
            }
            Direction::Response => ("/response", &self.response(exchange)?.content),
        };
        let own = media_type(exchange, owner);
        let media = content.iter().find(|it| Some(&it.range) == own.as_ref());
        let schema = media.or(content.first())?.schema.as_ref()?;
        Some(schema.pointer.clone())
    }
}

/// A schema, what it refers to and what it is composed of.
pub(super) fn parts(document: &Document, schema: &str) -> Vec<String> {
    let mut found = vec![schema.to_owned()];
    let mut next = 0;
    while let Some(at) = found.get(next).cloned() {
        next += 1;
        let Some(value) = document.get(&at) else {
            continue;
        };
        let mut more: Vec<String> = openapi::local(value)
            .map(str::to_owned)
            .into_iter()
            .collect();
        for keyword in ["allOf", "anyOf", "oneOf"] {
            let items = value
                .get(keyword)
                .and_then(Value::as_array)
                .map_or(0, Vec::len);
            more.extend((0..items).map(|index| format!("{at}/{keyword}/{index}")));
        }
        for it in more {
            if found.len() < DEEPEST && !found.contains(&it) {
                found.push(it);
            }
        }
    }
    found
}

/// The schema of a member or item of what a schema is of.
fn step(document: &Document, schema: &str, token: &str) -> Option<String> {
    let value = document.get(schema)?;
    let name = pointer::escape(token);
    if value
        .get("properties")
        .is_some_and(|it| it.get(token).is_some())
    {
        return Some(format!("{schema}/properties/{name}"));
    }
    let is_index = !token.is_empty() && token.bytes().all(|it| it.is_ascii_digit());
    if is_index && value.get("items").is_some() {
        return Some(format!("{schema}/items"));
    }
    let others = value
        .get("additionalProperties")
        .filter(|it| it.is_object());
    others.map(|_| format!("{schema}/additionalProperties"))
}

/// Which body a pointer into an exchange leads into, and the rest of it.
fn body(at: &str) -> Option<(Direction, &str)> {
    let ways = [
        ("/request/body", Direction::Request),
        ("/response/body", Direction::Response),
    ];
    let mut ways = ways.into_iter();
    ways.find_map(|(start, way)| Some((way, at.strip_prefix(start)?)))
}

/// Whether a pointer into an exchange leads to a header or a parameter whose text has a schema.
fn is_text(at: &str) -> bool {
    // What is documented of a content type is a body.
    let is_header = |side: &str| {
        let name = at.strip_prefix(side)?.strip_prefix("/headers/")?;
        Some(!name.eq_ignore_ascii_case("content-type"))
    };
    at.starts_with("/request/query/")
        || is_header("/request") == Some(true)
        || is_header("/response") == Some(true)
}

/// The media type of the message that a pointer leads into.
pub(super) fn media_type(exchange: &Exchange, at: &str) -> Option<String> {
    let recording = &exchange.recording;
    let headers = match at.starts_with("/request") {
        true => &recording.request.headers,
        false => &recording.response.headers,
    };
    header(headers, "content-type").map(|value| essence(&text(value)))
}

/// The value at a pointer into an exchange; of a status or a header of a message, its body.
pub(super) fn value_at(exchange: &Exchange, at: &str) -> Option<Value> {
    let recording = &exchange.recording;
    let within = |start: &str, value: &Option<Value>| {
        let below = at.strip_prefix(start)?;
        value.as_ref()?.pointer(below).cloned()
    };
    if at.starts_with("/response/body") {
        return within("/response/body", &recording.response.body);
    }
    if at.starts_with("/request/body") {
        return within("/request/body", &recording.request.body);
    }
    match at {
        "/response/status" | "/response/headers/content-type" => recording.response.body.clone(),
        "/request/headers/content-type" => recording.request.body.clone(),
        _ => {
            let (place, name) = at.rsplit_once('/')?;
            let map = match place {
                "/request/query" => &recording.request.query,
                "/request/headers" => &recording.request.headers,
                "/request/params" => &recording.request.params,
                "/response/headers" => &recording.response.headers,
                _ => return None,
            };
            let name = pointer::last(&format!("/{name}"))?.into_owned();
            let in_url = || {
                let (_, query) = exchange.url().split_once('?')?;
                let pairs = query.split('&').filter_map(|pair| pair.split_once('='));
                let mut own = pairs.filter(|(key, _)| decode(key) == name);
                own.next().map(|(_, value)| Value::String(decode(value)))
            };
            let value = map.get(&name).cloned();
            value.or_else(|| in_url().filter(|_| place == "/request/query"))
        }
    }
}
