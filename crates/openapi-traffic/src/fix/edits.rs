//! The edits that say what a need asks for, best first.

use std::collections::BTreeSet;
use std::path::PathBuf;

use document_edit::{Edit, Position};
use http::StatusCode;
use http_recording::media_type::is_json;
use located::openapi::{self, type_of};
use located::pointer;
use serde_json::{Map, Value, json};

use super::lookup::Owner;
use super::needs::{Need, Seen, needs, types};
use super::offer::{Fix, Refused};
use super::schema::{Writer, branches_of, is_annotation, reference};
use crate::report::Report;
use crate::spec::Spec;

/// An edit in question, in one or several ways, of which the first that holds is taken.
#[derive(Debug)]
pub(super) struct Proposal {
    pub(super) fix: Fix,
    pub(super) ways: Vec<Vec<Edit>>,
    /// The ids of the findings that it is to end.
    pub(super) ids: BTreeSet<String>,
    /// It ends some of these findings, and others of the same ids stay.
    pub(super) partial: bool,
    /// The files with these findings.
    pub(super) files: BTreeSet<PathBuf>,
}

impl Proposal {
    /// Whether its first way inserts something behind a member.
    pub(super) fn is_behind(&self) -> bool {
        let is_behind = |edit: &Edit| {
            let Edit::Insert { position, .. } = edit else {
                return false;
            };
            matches!(position, Position::After(_))
        };
        self.ways
            .first()
            .is_some_and(|way| way.iter().any(is_behind))
    }
}

/// The edits that a report asks for, and those that cannot be offered.
pub(super) fn proposals(spec: &Spec, report: &Report) -> (Vec<Proposal>, Vec<Refused>) {
    let (needs, mut refused) = needs(spec, report);
    let writer = Writer {
        document: spec.document(),
        known: &spec.known,
    };
    let proposals = needs.into_iter().map(|(need, seen)| {
        let (what, at, ways) = ways(&writer, &need, &seen);
        Proposal {
            fix: Fix {
                what,
                at,
                codes: seen.codes.into_iter().collect(),
                evidence: seen.evidence,
                findings: seen.findings,
            },
            ways,
            ids: seen.ids,
            partial: seen.partial,
            files: seen.files,
        }
    });
    let (ready, hopeless): (Vec<_>, Vec<_>) = proposals.partition(|it| !it.ways.is_empty());
    refused.extend(hopeless.into_iter().map(|it| Refused {
        what: it.fix.what,
        reason: "there is no way to say it here that is known; edit the document by hand".into(),
    }));
    (ready, refused)
}

/// What is done, where the edited document says it, and the ways to do it.
type Ways = (String, String, Vec<Vec<Edit>>);

/// The ways to meet a need; none where none is known.
fn ways(writer: &Writer<'_>, need: &Need, seen: &Seen) -> Ways {
    match need {
        Need::Words(list) => words(writer, list, seen),
        Need::Property(schema, name) => property(writer, schema, name, seen),
        Need::Type(schema) => other_type(writer, schema, seen),
        Need::Null(schema) => null(writer, schema, seen),
        Need::Status(responses, status) => response(writer, responses, status, seen),
        Need::Content(owner, media) => content(writer, owner, media, seen),
        Need::RequestBody(operation, media) => {
            let content = media_of(writer, media, seen);
            let bodies = [
                json!({"required": true, "content": content}),
                json!({"content": content}),
            ];
            // Required, unless a request was accepted without it.
            let way = |body| vec![before_responses(writer, operation, "requestBody", body)];
            let what = format!("take a request body of {media} at `{operation}`");
            let at = format!("{operation}/requestBody");
            (what, at, bodies.into_iter().map(way).collect())
        }
        Need::Query(operation, name) => query(writer, operation, name, seen),
        Need::Optional(at) => {
            let edit = remove(&format!("{at}/required"));
            (
                format!("do not require `{at}`"),
                at.clone(),
                vec![vec![edit]],
            )
        }
        Need::Required(list) => required(writer, list, seen),
    }
}

fn insert(at: &str, key: &str, value: Value, position: Position) -> Edit {
    let (at, key) = (at.to_owned(), key.to_owned());
    Edit::Insert {
        at,
        key,
        value,
        position,
    }
}

fn push(at: &str, value: Value) -> Edit {
    let at = at.to_owned();
    Edit::Push { at, value }
}

fn swap(at: &str, key: &str, value: Value) -> Edit {
    let (at, key) = (at.to_owned(), key.to_owned());
    Edit::Swap { at, key, value }
}

fn remove(at: &str) -> Edit {
    Edit::Remove { at: at.to_owned() }
}

fn words(writer: &Writer<'_>, list: &str, seen: &Seen) -> Ways {
    let known = writer.document.get(list).and_then(Value::as_array);
    let mut new: Vec<&Value> = Vec::new();
    for value in &seen.values {
        if !new.contains(&value) && known.is_none_or(|it| !it.contains(value)) {
            new.push(value);
        }
    }
    let names: Vec<_> = new
        .iter()
        .map(|it| format!("`{}`", http_recording::text(it)))
        .collect();
    let way: Vec<_> = new.into_iter().map(|it| push(list, it.clone())).collect();
    let ways = if way.is_empty() {
        Vec::new()
    } else {
        vec![way]
    };
    let what = format!("add {} to `{list}`", names.join(", "));
    (what, list.to_owned(), ways)
}

fn property(writer: &Writer<'_>, schema: &str, name: &str, seen: &Seen) -> Ways {
    let values: Vec<&Value> = seen.values.iter().collect();
    let ways = |(_, owner, before): &Owner| {
        let properties = pointer::join(owner, "properties");
        let position = match before {
            Some(before) => Position::After(before.clone()),
            None => Position::Last,
        };
        let new = writer.properties(owner, name, &values, !seen.in_a_request);
        let way = move |new: Value| match writer.document.get(&properties) {
            Some(_) => vec![insert(&properties, name, new, position.clone())],
            None => vec![insert(
                owner,
                "properties",
                json!({name: new}),
                Position::Last,
            )],
        };
        new.into_iter().map(way).collect::<Vec<_>>()
    };
    let what = format!("add the property `{name}` to `{schema}`");
    let at = pointer::join(&pointer::join(schema, "properties"), name);
    (what, at, seen.owners.iter().flat_map(ways).collect())
}

/// Keywords that speak of one type, and move with it.
const OF_A_TYPE: [&str; 13] = [
    "format",
    "nullable",
    "enum",
    "minLength",
    "maxLength",
    "pattern",
    "minimum",
    "maximum",
    "exclusiveMinimum",
    "exclusiveMaximum",
    "multipleOf",
    "minItems",
    "maxItems",
];

fn other_type(writer: &Writer<'_>, schema: &str, seen: &Seen) -> Ways {
    let values: Vec<&Value> = seen.values.iter().filter(|it| !it.is_null()).collect();
    let mut new: BTreeSet<&str> = types(&seen.values);
    new.remove("null");
    if new.contains("number") {
        new.remove("integer");
    }
    let branch = |name: &&str| {
        let own = values
            .iter()
            .filter(|it| type_of(it) == *name || it.is_number());
        let own: Vec<&Value> = own.copied().collect();
        let mut branch = match *name {
            // Perhaps a shared one.
            "array" | "object" => {
                let own: Vec<&Value> = own.into_iter().filter(|it| !it.is_number()).collect();
                writer.schema(&own)
            }
            _ => writer.of_type(name, &own),
        };
        // A bound that nothing shows.
        if let Some(members) = branch.as_object_mut() {
            members.shift_remove("format");
        }
        branch
    };
    let branches: Vec<Value> = new.iter().map(branch).collect();
    let names: Vec<_> = new.iter().copied().collect();
    let what = |at: &str| format!("take {} too at `{at}`", names.join(" and "));
    if new.is_empty() {
        return (what(schema), schema.to_owned(), Vec::new());
    }
    let (mut ways, mut at) = (Vec::new(), schema.to_owned());
    // Strings beside a number are first taken to be numbers.
    let of_digits = digits(writer, schema, &values).then(|| {
        let mut branches = branches.clone();
        for branch in &mut branches {
            if branch["type"] == "string" {
                branch["pattern"] = json!("^-?[0-9]+$");
            }
        }
        branches
    });
    for branches in of_digits.into_iter().chain([branches]) {
        let site = only_site(schema, seen);
        let there = site.map(|site| (site, widened_use(writer, site, schema, &new, &branches)));
        if let Some((site, there)) = there {
            if !there.is_empty() {
                site.clone_into(&mut at);
            }
            ways.extend(there);
        }
        ways.extend(widened_itself(writer, schema, &new, &branches));
    }
    (what(&at), at, ways)
}

/// Whether a schema takes integers, and all strings that came instead are integers in quotes.
fn digits(writer: &Writer<'_>, schema: &str, values: &[&Value]) -> bool {
    let is_integer = |it: &Value| it.get("type").is_some_and(|own| own == "integer");
    let own = writer.document.get(schema);
    let branches = own.and_then(branches_of);
    let takes_integers =
        own.is_some_and(is_integer) || branches.is_some_and(|them| them.iter().any(is_integer));
    let mut texts = values.iter().filter_map(|it| it.as_str()).peekable();
    let is_number = |text: &str| {
        let digits = text.strip_prefix('-').unwrap_or(text);
        !digits.is_empty() && digits.bytes().all(|it| it.is_ascii_digit())
    };
    takes_integers && texts.peek().is_some() && texts.all(is_number)
}

/// The one place where a shared schema was found too narrow; several say that the schema is.
fn only_site<'s>(schema: &str, seen: &'s Seen) -> Option<&'s String> {
    let mut sites = seen.sites.iter();
    let first = sites.next()?;
    (sites.next().is_none() && first != schema).then_some(first)
}

/// Ways to let a schema take other types.
fn widened_itself(
    writer: &Writer<'_>,
    schema: &str,
    new: &BTreeSet<&str>,
    branches: &[Value],
) -> Vec<Vec<Edit>> {
    let Some(members) = writer.document.get(schema).and_then(Value::as_object) else {
        return Vec::new();
    };
    for keyword in ["anyOf", "oneOf"] {
        if members.contains_key(keyword) {
            let at = pointer::join(schema, keyword);
            return vec![branches.iter().map(|it| push(&at, it.clone())).collect()];
        }
    }
    let Some(own) = members.get("type").and_then(Value::as_str) else {
        return Vec::new();
    };
    let at = pointer::join(schema, "type");
    if own == "integer" && new.iter().eq(["number"].iter()) {
        let mut way = vec![Edit::Replace {
            at,
            value: json!("number"),
        }];
        if members.contains_key("format") {
            way.push(remove(&pointer::join(schema, "format")));
        }
        return vec![way];
    }
    if members.contains_key("properties") || members.contains_key("items") {
        return Vec::new();
    }
    let mut ways = Vec::new();
    let moved = || {
        members
            .iter()
            .filter(|(key, _)| OF_A_TYPE.contains(&key.as_str()))
    };
    let gone = || moved().map(|(key, _)| remove(&pointer::join(schema, key)));
    let is_simple = members
        .keys()
        .all(|key| matches!(key.as_str(), "type" | "format") || is_annotation(key));
    let shared = writer.of_types([own].into_iter().chain(new.iter().copied()));
    for shared in shared.iter().filter(|_| is_simple) {
        if shared.strip_prefix('#') != Some(schema) {
            let mut way: Vec<_> = gone().collect();
            way.push(swap(&at, "allOf", json!([{ "$ref": shared }])));
            ways.push(way);
        }
    }
    let mut first = Map::new();
    first.insert("type".to_owned(), json!(own));
    first.extend(moved().map(|(key, value)| (key.clone(), value.clone())));
    let mut list = vec![Value::Object(first)];
    list.extend(branches.iter().cloned());
    let mut way: Vec<_> = gone().collect();
    way.push(swap(&at, "anyOf", Value::Array(list)));
    // A shared schema says what it is; as a second name of another it would be of no use.
    let is_shared = pointer::parent(schema) == Some("/components/schemas");
    let place = if is_shared { 0 } else { ways.len() };
    ways.insert(place, way);
    ways
}

/// Ways to let the place where a shared schema is used take other types.
fn widened_use(
    writer: &Writer<'_>,
    site: &str,
    schema: &str,
    new: &BTreeSet<&str>,
    branches: &[Value],
) -> Vec<Vec<Edit>> {
    let mut ways = Vec::new();
    let Some(used) = writer.document.get(site) else {
        return ways;
    };
    let at = match used.get("allOf").and_then(Value::as_array).map(Vec::len) {
        Some(1) => format!("{site}/allOf/0/$ref"),
        _ => format!("{site}/$ref"),
    };
    let own = writer.document.get(schema);
    let own = own.and_then(|it| it.get("type")).and_then(Value::as_str);
    let wider = own.map(|own| writer.of_types([own].into_iter().chain(new.iter().copied())));
    for wider in wider.into_iter().flatten() {
        if writer.document.get(&at).is_some() {
            let (at, value) = (at.clone(), json!(wider));
            ways.push(vec![Edit::Replace { at, value }]);
        }
    }
    ways.extend(alternatives(used, site, branches));
    ways
}

/// The place where a shared schema is used, with alternatives to it.
fn alternatives(used: &Value, site: &str, branches: &[Value]) -> Option<Vec<Edit>> {
    if let Some(target) = openapi::reference(used) {
        let mut list = vec![json!({ "$ref": target })];
        list.extend(branches.iter().cloned());
        return Some(vec![swap(
            &format!("{site}/$ref"),
            "anyOf",
            Value::Array(list),
        )]);
    }
    let all = used
        .get("allOf")
        .filter(|it| it.as_array().is_some_and(|it| it.len() == 1))?;
    let mut way = vec![swap(&format!("{site}/allOf"), "anyOf", all.clone())];
    let list = format!("{site}/anyOf");
    way.extend(branches.iter().map(|it| push(&list, it.clone())));
    Some(way)
}

fn null(writer: &Writer<'_>, schema: &str, seen: &Seen) -> Ways {
    let mut ways = Vec::new();
    let mut at = schema.to_owned();
    if let Some(site) = only_site(schema, seen)
        && let Some(used) = writer.document.get(site)
        && let Some(way) = alternatives(used, site, &[json!({"enum": [null]})])
    {
        ways.push(way);
        site.clone_into(&mut at);
    }
    if let Some(members) = writer.document.get(schema).and_then(Value::as_object) {
        let nullable = |schema: &str| {
            let position = Position::After("type".to_owned());
            insert(schema, "nullable", json!(true), position)
        };
        if members.contains_key("type") {
            let mut way = match members.get("nullable") {
                Some(_) => vec![Edit::Replace {
                    at: pointer::join(schema, "nullable"),
                    value: json!(true),
                }],
                None => vec![nullable(schema)],
            };
            if members.contains_key("enum") {
                way.push(push(&pointer::join(schema, "enum"), Value::Null));
            }
            ways.push(way);
        }
        for keyword in ["anyOf", "oneOf"] {
            let branches = members.get(keyword).and_then(Value::as_array);
            let mut typed = branches.into_iter().flatten().enumerate();
            if let Some((index, _)) = typed.find(|(_, it)| it.get("type").is_some()) {
                ways.push(vec![nullable(&format!("{schema}/{keyword}/{index}"))]);
            }
        }
    }
    (format!("take null at `{at}`"), at, ways)
}

/// A response of an operation: a shared one that others have for the status, or that has the name
/// of the status, else one of its own. Where the others have a range of statuses, so has this.
fn response(writer: &Writer<'_>, responses: &str, status: &str, seen: &Seen) -> Ways {
    let document = writer.document;
    let shared_for = |key: &str| {
        let others = openapi::operations(document.value());
        let responses = others.filter_map(|(_, operation)| operation.get("responses")?.get(key));
        let responses: Vec<&Value> = responses.collect();
        let mut shared: Vec<&str> = responses
            .iter()
            .filter_map(|it| openapi::reference(it))
            .collect();
        shared.sort_unstable();
        shared.dedup();
        shared.sort_by_key(|it| std::cmp::Reverse(writer.uses_of(it)));
        (!responses.is_empty()).then_some(shared)
    };
    let range = format!("{}XX", &status[..1]);
    let of_range = shared_for(&range).map(|it| (range.as_str(), it));
    let (key, shared) = match (shared_for(status), of_range) {
        (Some(shared), _) => (status, shared),
        (None, Some(of_range)) => of_range,
        (None, None) => (status, Vec::new()),
    };
    let known = document.get(responses).and_then(Value::as_object);
    let keys = known.into_iter().flat_map(|it| it.keys());
    let before = keys
        .filter(|known| known.as_str() < key && *known != "default")
        .max();
    let position = before.map_or(Position::First, |key| Position::After(key.clone()));
    let mut own = json!({"description": "Seen in traffic; when it comes is not known."});
    if let (Some(media), Some(members)) = (seen.media_types.iter().next(), own.as_object_mut()) {
        members.insert("content".to_owned(), media_of(writer, media, seen));
    }
    let named = named_as(writer, status);
    let named = named.filter(|it| !shared.contains(&it.as_str()));
    let shared = shared.into_iter().map(str::to_owned).chain(named);
    let ways = shared.map(|it| json!({ "$ref": it })).chain([own]);
    let ways = ways.map(|it| vec![insert(responses, key, it, position.clone())]);
    let what = format!("add the status {key} to `{responses}`");
    (what, pointer::join(responses, key), ways.collect())
}

/// The shared response that is called as HTTP calls a status, `NotFound` for 404.
fn named_as(writer: &Writer<'_>, status: &str) -> Option<String> {
    let status = StatusCode::from_bytes(status.as_bytes()).ok()?;
    let letters = |name: &str| -> String {
        let letters = name.chars().filter(|it| it.is_ascii_alphanumeric());
        letters.map(|it| it.to_ascii_lowercase()).collect()
    };
    let reason = letters(status.canonical_reason()?);
    let responses = writer.document.get("/components/responses")?.as_object()?;
    let name = responses.keys().find(|name| letters(name) == reason)?;
    Some(reference("responses", name))
}

/// `content` with one media type.
fn media_of(writer: &Writer<'_>, media: &str, seen: &Seen) -> Value {
    let values: Vec<&Value> = seen.values.iter().collect();
    let schema = match is_json(media) && !values.is_empty() {
        true => writer.schema(&values),
        false => json!({"type": "string"}),
    };
    json!({ media: { "schema": schema } })
}

fn content(writer: &Writer<'_>, owner: &str, media: &str, seen: &Seen) -> Ways {
    let new = media_of(writer, media, seen);
    let content = match owner.ends_with("/content") {
        true => owner.to_owned(),
        false => pointer::join(owner, "content"),
    };
    let way = match writer.document.get(&content) {
        Some(_) => insert(&content, media, new[media].clone(), Position::Last),
        None => insert(owner, "content", new, Position::Last),
    };
    let what = format!("add {media} to `{content}`");
    (what, pointer::join(&content, media), vec![vec![way]])
}

fn query(writer: &Writer<'_>, operation: &str, name: &str, seen: &Seen) -> Ways {
    let shared = writer
        .document
        .get("/components/parameters")
        .and_then(Value::as_object);
    let shared = shared.into_iter().flatten().find(|(_, it)| {
        it.get("name").and_then(Value::as_str) == Some(name)
            && it.get("in").and_then(Value::as_str) == Some("query")
    });
    let is_number = |it: &Value| http_recording::text(it).parse::<i64>().is_ok();
    let is_integer = !seen.values.is_empty() && seen.values.iter().all(is_number);
    let type_name = if is_integer { "integer" } else { "string" };
    let own = json!({"name": name, "in": "query", "schema": {"type": type_name}});
    let ways = shared.map(|(key, _)| json!({ "$ref": reference("parameters", key) }));
    let list = pointer::join(operation, "parameters");
    let way = |parameter: Value| match writer.document.get(&list) {
        Some(_) => vec![push(&list, parameter)],
        None => vec![before_responses(
            writer,
            operation,
            "parameters",
            json!([parameter]),
        )],
    };
    let what = format!("add the query parameter `{name}` to `{operation}`");
    (
        what,
        list.clone(),
        ways.into_iter().chain([own]).map(way).collect(),
    )
}

/// A member of an operation, before its responses.
fn before_responses(writer: &Writer<'_>, operation: &str, key: &str, value: Value) -> Edit {
    let members = writer.document.get(operation).and_then(Value::as_object);
    let keys = members.into_iter().flat_map(|it| it.keys());
    let before: Vec<&String> = keys.take_while(|it| *it != "responses").collect();
    let position = before
        .last()
        .map_or(Position::First, |it| Position::After((*it).clone()));
    insert(operation, key, value, position)
}

fn required(writer: &Writer<'_>, list: &str, seen: &Seen) -> Ways {
    let known = writer.document.get(list).and_then(Value::as_array);
    let known = known.map(Vec::as_slice).unwrap_or_default();
    let is_missing = |name: &Value| {
        let name = name.as_str().unwrap_or_default();
        seen.values
            .iter()
            .any(|it| it.is_object() && it.get(name).is_none())
    };
    let missing: Vec<usize> = (0..known.len())
        .filter(|at| is_missing(&known[*at]))
        .collect();
    let names: Vec<_> = missing
        .iter()
        .map(|at| format!("`{}`", http_recording::text(&known[*at])))
        .collect();
    let way: Vec<Edit> = match missing.len() == known.len() {
        true => vec![remove(list)],
        // From the last, so that the others keep their numbers.
        false => missing
            .iter()
            .rev()
            .map(|at| remove(&format!("{list}/{at}")))
            .collect(),
    };
    let ways = if missing.is_empty() {
        Vec::new()
    } else {
        vec![way]
    };
    let names = names.join(", ");
    let what = match list.ends_with("/required") {
        true => format!("do not require {names} at `{list}`"),
        false => format!("take {names} out of `{list}`"),
    };
    (what, list.to_owned(), ways)
}
