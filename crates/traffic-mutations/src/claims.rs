//! The other way round: each claim of a document is contradicted, and a recording of real traffic
//! has to disagree with the contradiction. A claim with which none disagrees is untested.

use std::collections::BTreeMap;

use http_recording::Origin;
use located::openapi::{is_method, local};
use located::{Place, Source, pointer};
use openapi_traffic::{Finding, Spec, judge};
use rayon::prelude::*;
use serde::Serialize;
use serde_json::{Value, json};

use crate::score::Recorded;

/// Kinds of claims: variant, name, and what to record if the claim is untested.
macro_rules! kinds {
    ($($variant:ident = $name:literal, $record:literal;)*) => {
        /// What kind of claim it is.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
        #[serde(rename_all = "kebab-case")]
        pub enum Claims {
            $(#[doc = concat!("A ", $name, ".")] $variant,)*
        }

        impl Claims {
            /// Its name in reports.
            pub fn name(self) -> &'static str {
                match self { $(Claims::$variant => $name,)* }
            }

            /// What to record.
            pub fn record(self) -> &'static str {
                match self { $(Claims::$variant => $record,)* }
            }
        }
    };
}

kinds! {
    Status = "status", "a response with this status";
    MediaType = "media type", "a body of this media type";
    Parameter = "parameter", "a request with this parameter";
    Property = "property", "a body with this property";
    Type = "type", "a value of this type";
    Presence = "presence", "a body in which it is";
    Value = "value", "a body with this value";
    Bound = "bound", "a body with a value at this bound";
    Pattern = "pattern", "a body with a string that it is about";
    ReadOnly = "read-only", "a response with this property";
}

/// A claim that no recording of real traffic supports.
#[derive(Debug, Serialize)]
pub struct Untested {
    /// What kind of claim it is.
    pub kind: Claims,
    /// Where it stands.
    pub place: Option<Place>,
    /// The claim: a name, a value or a keyword.
    pub claim: String,
    /// What to record.
    pub record: &'static str,
}

/// How many claims there are, and which of them no recording tests.
#[derive(Debug, Serialize)]
pub struct Tested {
    /// All claims.
    pub claims: usize,
    /// The untested ones, in the order of the document.
    pub untested: Vec<Untested>,
}

/// A claim and how to contradict it.
#[derive(Debug, Clone)]
struct Claim {
    kind: Claims,
    /// Where it stands.
    pointer: String,
    name: String,
    /// What is written to contradict it, and where.
    edit: (String, Edit),
    /// Where a finding stands that disagrees with the contradiction.
    found: String,
    /// Claims that are contradicted in one go have the same; none where it must be alone.
    round: Option<usize>,
    /// Method, path and status of the exchanges of a finding, where its place is not enough.
    operation: Option<String>,
}

#[derive(Debug, Clone)]
enum Edit {
    Set(Value),
    Remove,
}

/// Contradicts each claim of a document, and looks for a recording that disagrees and is not
/// synthetic.
///
/// # Errors
/// A document with a contradiction cannot be loaded.
pub fn evidence(spec: &Spec, recorded: &[Recorded]) -> anyhow::Result<Tested> {
    let claims = all(spec.value());
    let mut rounds: BTreeMap<(bool, Claims, usize), Vec<usize>> = BTreeMap::new();
    for (number, claim) in claims.iter().enumerate() {
        let round = match claim.round {
            Some(round) => (false, claim.kind, round),
            None => (true, claim.kind, number),
        };
        rounds.entry(round).or_default().push(number);
    }
    let rounds: Vec<Vec<usize>> = rounds.into_values().collect();
    let supported: Vec<Vec<usize>> = rounds
        .par_iter()
        .map(|round| {
            let mut document = spec.value().clone();
            for number in round {
                apply(&mut document, &claims[*number].edit);
            }
            let file = spec.source().file();
            let changed = Spec::load(Source::new(file, document.to_string()))?;
            let real = recorded
                .iter()
                .filter(|it| it.exchange().recording.meta.origin != Origin::Synthetic);
            let findings: Vec<Finding> = real
                .flat_map(|it| judge(&changed, it.exchange()).0)
                .collect();
            let alone = round.len() == 1;
            let supported = round
                .iter()
                .copied()
                .filter(|number| findings.iter().any(|it| alone || claims[*number].is_of(it)));
            Ok(supported.collect())
        })
        .collect::<anyhow::Result<_>>()?;
    let mut is_supported = vec![false; claims.len()];
    for number in supported.into_iter().flatten() {
        is_supported[number] = true;
    }
    let without = claims
        .iter()
        .zip(is_supported)
        .filter(|(_, is_supported)| !is_supported);
    let untested = without.map(|(claim, _)| Untested {
        kind: claim.kind,
        place: spec.source().nearest(&claim.pointer),
        claim: claim.name.clone(),
        record: claim.kind.record(),
    });
    Ok(Tested {
        claims: claims.len(),
        untested: untested.collect(),
    })
}

impl Claim {
    /// Whether a finding disagrees with the contradiction of this claim.
    fn is_of(&self, finding: &Finding) -> bool {
        let place = finding
            .spec
            .as_ref()
            .map_or("", |place| place.pointer.as_str());
        let exchange = finding.exchange.as_deref().unwrap_or_default();
        let is_of = |operation: &String| match operation.strip_suffix("XX") {
            Some(hundred) => exchange.get(..exchange.len().saturating_sub(2)) == Some(hundred),
            None => exchange == operation || operation.ends_with(" DEFAULT"),
        };
        pointer::is_at_or_below(place, &self.found) && self.operation.as_ref().is_none_or(is_of)
    }
}

/// Writes into a document; what is not there on the way is made.
fn apply(document: &mut Value, (at, edit): &(String, Edit)) {
    let mut tokens: Vec<_> = pointer::tokens(at).into_iter().flatten().collect();
    let last = tokens.pop().unwrap_or_default();
    let mut value = document;
    for (number, token) in tokens.iter().enumerate() {
        let below = tokens.get(number + 1).unwrap_or(&last);
        let new = || {
            if below.parse::<usize>().is_ok() {
                json!([])
            } else {
                json!({})
            }
        };
        value = match value {
            Value::Array(items) => {
                let Ok(index) = token.parse::<usize>() else {
                    return;
                };
                if index == items.len() {
                    items.push(new());
                }
                let Some(item) = items.get_mut(index) else {
                    return;
                };
                item
            }
            Value::Object(members) => members.entry(token.to_string()).or_insert_with(new),
            _ => return,
        };
    }
    match (value, edit) {
        (Value::Object(members), Edit::Set(new)) => {
            members.insert(last.into_owned(), new.clone());
        }
        (Value::Object(members), Edit::Remove) => {
            members.shift_remove(&*last);
        }
        (Value::Array(items), Edit::Set(new)) => {
            if let Some(item) = last.parse().ok().and_then(|it: usize| items.get_mut(it)) {
                *item = new.clone();
            }
        }
        _ => {}
    }
}

/// All claims of a document, in its order.
fn all(document: &Value) -> Vec<Claim> {
    let mut claims = Vec::new();
    walk(document, document, "", &mut claims);
    claims
}

fn walk(document: &Value, value: &Value, at: &str, claims: &mut Vec<Claim>) {
    match value {
        Value::Object(members) => {
            if at.rsplit('/').next() == Some("responses") && at.starts_with("/paths") {
                responses(document, value, at, claims);
            }
            let is_parameter = members.contains_key("in") && members.contains_key("schema");
            if is_parameter {
                let name = members
                    .get("name")
                    .and_then(Value::as_str)
                    .unwrap_or_default();
                let schema = format!("{at}/schema");
                claims.push(Claim {
                    kind: Claims::Parameter,
                    pointer: at.to_owned(),
                    name: name.to_owned(),
                    found: schema.clone(),
                    edit: (schema, Edit::Set(json!({"not": {}}))),
                    round: Some(0),
                    operation: None,
                });
            }
            if is_schema(members) && !is_parameter {
                schema(value, at, claims);
            }
            for (name, member) in members {
                // An example is no claim.
                if !matches!(name.as_str(), "example" | "examples" | "links") {
                    walk(document, member, &pointer::join(at, name), claims);
                }
            }
        }
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                walk(document, item, &format!("{at}/{index}"), claims);
            }
        }
        _ => {}
    }
}

fn is_schema(members: &serde_json::Map<String, Value>) -> bool {
    const OF_SCHEMAS: [&str; 6] = ["properties", "items", "allOf", "anyOf", "oneOf", "enum"];
    let has_type = members.get("type").is_some_and(|it| {
        it.as_str()
            .is_some_and(|it| !matches!(it, "http" | "apiKey" | "oauth2" | "openIdConnect"))
    });
    has_type
        || OF_SCHEMAS
            .iter()
            .any(|it| members.get(*it).is_some_and(|it| !it.is_null()))
}

fn responses(document: &Value, value: &Value, at: &str, claims: &mut Vec<Claim>) {
    let owner = pointer::parent(at).unwrap_or_default();
    let method = pointer::last(owner).unwrap_or_default();
    if !is_method(&method) {
        return;
    }
    let template = pointer::parent(owner)
        .and_then(pointer::last)
        .unwrap_or_default();
    let operation = format!("{} {template}", method.to_uppercase());
    for (status, response) in value.as_object().into_iter().flatten() {
        claims.push(Claim {
            kind: Claims::Status,
            pointer: pointer::join(at, status),
            name: format!("{operation} {status}"),
            edit: (pointer::join(at, status), Edit::Remove),
            found: at.to_owned(),
            round: Some(0),
            operation: Some(operation.clone() + " " + &status.to_uppercase()),
        });
        let target = local(response).map_or_else(|| pointer::join(at, status), str::to_owned);
        let content = document.pointer(&target).and_then(|it| it.get("content"));
        let types = content.and_then(Value::as_object).into_iter().flatten();
        for (media_type, _) in types {
            let media = pointer::join(&format!("{target}/content"), media_type);
            if claims.iter().any(|it| it.pointer == media) {
                continue;
            }
            let schema = format!("{media}/schema");
            claims.push(Claim {
                kind: Claims::MediaType,
                pointer: media,
                name: media_type.clone(),
                found: schema.clone(),
                edit: (schema, Edit::Set(json!({"not": {}}))),
                round: Some(0),
                operation: None,
            });
        }
    }
}

fn schema(value: &Value, at: &str, claims: &mut Vec<Claim>) {
    let part = part_of_its_own(value, at);
    properties(value, at, &part, claims);
    type_of(value, at, claims);
    for keyword in ["required", "x-always-present"] {
        let names = value.get(keyword).and_then(Value::as_array);
        for (index, name) in names.into_iter().flatten().enumerate() {
            let name = name.as_str().unwrap_or_default();
            let pointer = format!("{at}/{keyword}/{index}");
            claims.push(never(&part, Claims::Presence, pointer, name));
        }
    }
    values(value, at, claims);
    bounds(value, at, claims);
}

/// The properties of a new part of a schema: what is said there hides nothing else.
fn part_of_its_own(value: &Value, at: &str) -> String {
    let parts = value.get("allOf").and_then(Value::as_array);
    format!("{at}/allOf/{}/properties", parts.map_or(0, Vec::len))
}

/// A claim that is contradicted by a part in which a property has no valid value.
fn never(part: &str, kind: Claims, pointer: String, name: &str) -> Claim {
    Claim {
        kind,
        pointer,
        name: name.to_owned(),
        found: pointer::join(part, name),
        edit: (pointer::join(part, name), Edit::Set(json!({"not": {}}))),
        round: Some(0),
        operation: None,
    }
}

fn properties(value: &Value, at: &str, part: &str, claims: &mut Vec<Claim>) {
    let properties = value.get("properties").and_then(Value::as_object);
    for (name, property) in properties.into_iter().flatten() {
        let property_at = pointer::join(&format!("{at}/properties"), name);
        claims.push(never(part, Claims::Property, property_at.clone(), name));
        if property.get("readOnly") == Some(&Value::Bool(true)) {
            let flag = format!("{property_at}/writeOnly");
            claims.push(Claim {
                kind: Claims::ReadOnly,
                pointer: format!("{property_at}/readOnly"),
                name: name.clone(),
                edit: (flag, Edit::Set(json!(true))),
                found: property_at,
                round: Some(0),
                operation: None,
            });
        }
    }
}

fn type_of(value: &Value, at: &str, claims: &mut Vec<Claim>) {
    // Of a property, a parameter or a body, the claim that it is there says as much.
    let is_named = at.ends_with("/schema")
        || pointer::parent(at).is_some_and(|it| it.ends_with("/properties"));
    let kind = value.get("type").and_then(Value::as_str);
    if let (Some(kind), false) = (kind, is_named) {
        let other = if kind == "boolean" {
            "integer"
        } else {
            "boolean"
        };
        claims.push(Claim {
            kind: Claims::Type,
            pointer: format!("{at}/type"),
            name: kind.to_owned(),
            edit: (format!("{at}/type"), Edit::Set(json!(other))),
            found: format!("{at}/type"),
            round: together(at),
            operation: None,
        });
    }
}

fn values(value: &Value, at: &str, claims: &mut Vec<Claim>) {
    for keyword in ["enum", "x-extensible-enum"] {
        let values = value.get(keyword).and_then(Value::as_array);
        for (index, word) in values.into_iter().flatten().enumerate() {
            let list = format!("{at}/{keyword}");
            claims.push(Claim {
                kind: Claims::Value,
                pointer: format!("{list}/{index}"),
                name: word
                    .as_str()
                    .map_or_else(|| word.to_string(), str::to_owned),
                edit: (format!("{list}/{index}"), Edit::Set(json!("\u{0}"))),
                found: list,
                round: Some(index),
                operation: None,
            });
        }
    }
}

/// Of alternatives, one that is contradicted changes what is found in another.
fn together(at: &str) -> Option<usize> {
    let is_alternative = at.contains("/anyOf/") || at.contains("/oneOf/");
    (!is_alternative).then_some(0)
}

fn bounds(value: &Value, at: &str, claims: &mut Vec<Claim>) {
    for (keyword, step) in [
        ("minimum", 1),
        ("maximum", -1),
        ("minLength", 1),
        ("maxLength", -1),
        ("minItems", 1),
        ("maxItems", -1),
    ] {
        let Some(bound) = value.get(keyword).and_then(Value::as_i64) else {
            continue;
        };
        claims.push(Claim {
            kind: Claims::Bound,
            pointer: format!("{at}/{keyword}"),
            name: format!("{keyword}: {bound}"),
            edit: (
                format!("{at}/{keyword}"),
                Edit::Set(json!(bound.saturating_add(step))),
            ),
            found: format!("{at}/{keyword}"),
            round: together(at),
            operation: None,
        });
    }
    if value.get("pattern").is_some() {
        claims.push(Claim {
            kind: Claims::Pattern,
            pointer: format!("{at}/pattern"),
            name: "pattern".to_owned(),
            edit: (format!("{at}/pattern"), Edit::Set(json!("a^"))),
            found: format!("{at}/pattern"),
            round: together(at),
            operation: None,
        });
    }
}
