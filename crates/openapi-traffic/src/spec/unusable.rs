//! Marks lowered schemas that cannot be used, and finds what depends on them.

use std::collections::{HashMap, HashSet};

use serde_json::{Map, Value, json};

use located::openapi::reference;
use located::pointer;

/// No keyword of JSON Schema, so that the engine ignores it.
const MARK: &str = "x-unusable";

/// A schema that allows anything, in the place of one that cannot be used.
pub(super) fn schema() -> Value {
    json!({ (MARK): true })
}

/// The references to those definitions that contain an unusable schema, directly or through other
/// references.
pub(super) fn definitions(all: &Map<String, Value>) -> HashSet<String> {
    let mut unsound = HashSet::new();
    let mut waiting = Vec::new();
    let mut referring: HashMap<String, Vec<String>> = HashMap::new();
    for (number, lowered) in all {
        let name = format!("#/definitions/{number}");
        let (is_unusable, references) = contents(lowered);
        for reference in references {
            referring.entry(reference).or_default().push(name.clone());
        }
        if is_unusable {
            waiting.push(name);
        }
    }
    while let Some(name) = waiting.pop() {
        waiting.extend(referring.remove(&name).unwrap_or_default());
        unsound.insert(name);
    }
    unsound
}

/// Whether an unusable schema is in a lowered one, and the references in it.
fn contents(lowered: &Value) -> (bool, Vec<String>) {
    let (mut is_unusable, mut references) = (false, Vec::new());
    let mut waiting = vec![lowered];
    while let Some(value) = waiting.pop() {
        match value {
            Value::Object(members) => {
                is_unusable |= members.contains_key(MARK);
                references.extend(reference(value).map(str::to_owned));
                waiting.extend(members.values());
            }
            Value::Array(items) => waiting.extend(items),
            _ => {}
        }
    }
    (is_unusable, references)
}

/// Drops each `oneOf` and `not` that contains an unusable schema, and notes its location. Returns
/// whether the schema contains one.
pub(super) fn drop_dependents(
    lowered: &mut Value,
    location: &str,
    unsound: &HashSet<String>,
    dropped: &mut Vec<String>,
) -> bool {
    let refers = reference(lowered).is_some_and(|it| unsound.contains(it));
    let Some(members) = lowered.as_object_mut() else {
        return false;
    };
    let mut is_unsound = refers || members.contains_key(MARK);
    let mut own = Vec::new();
    for (keyword, inner) in members.iter_mut() {
        let inside = pointer::join(location, keyword);
        let mut visit = |it: &mut Value, at: &str| drop_dependents(it, at, unsound, dropped);
        let holds = match (keyword.as_str(), inner) {
            ("properties", Value::Object(properties)) => properties
                .iter_mut()
                .map(|(name, it)| visit(it, &pointer::join(&inside, name)))
                .fold(false, |any, it| any | it),
            ("allOf" | "oneOf" | "anyOf", Value::Array(branches)) => branches
                .iter_mut()
                .enumerate()
                .map(|(index, it)| visit(it, &format!("{inside}/{index}")))
                .fold(false, |any, it| any | it),
            ("items" | "not" | "additionalProperties", inner) => visit(inner, &inside),
            _ => false,
        };
        is_unsound |= holds;
        if holds && matches!(keyword.as_str(), "oneOf" | "not") {
            own.push(keyword.clone());
            dropped.push(inside);
        }
    }
    for keyword in own {
        members.remove(&keyword);
    }
    is_unsound
}
