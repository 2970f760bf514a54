//! Stable names for places in a document: JSON pointers with item names instead of list indices,
//! so that a name does not change when something is inserted above.

use std::collections::BTreeMap;

use located::pointer;
use serde_json::{Value, json};

use crate::digest::digest;

/// The pointer with the name of an item in place of each index, as far as the pointer resolves.
///
/// A reference is named by its target, a parameter by `in` and `name`, anything else that has a
/// `name`, `url` or `title` by that. A schema without a title is named by a digest of its own
/// assertions and the names of its properties, without their schemas. Items with the same name are
/// numbered from the second on.
pub(crate) fn by_name(document: &Value, pointer: &str) -> String {
    let mut named = String::with_capacity(pointer.len());
    let mut here = Some(document);
    for token in pointer::tokens(pointer).into_iter().flatten() {
        let list = here.and_then(Value::as_array);
        let item = list.and_then(|list| item_name(list, token.parse().ok()?));
        let token_or_name = item.as_deref().unwrap_or(&token);
        named.push('/');
        named.push_str(&pointer::escape(token_or_name));
        here = here.and_then(|here| match here {
            Value::Array(items) => items.get(token.parse::<usize>().ok()?),
            other => other.get(&*token),
        });
    }
    named
}

/// The name of an item, with a number if an earlier item has the same name.
fn item_name(list: &[Value], index: usize) -> Option<String> {
    let name = name(list.get(index)?);
    let earlier = list[..index].iter().filter(|it| self::name(it) == name);
    Some(match earlier.count() {
        0 => name,
        earlier => format!("{name} {}", earlier + 1),
    })
}

fn name(item: &Value) -> String {
    let text = |keyword: &str| item.get(keyword).and_then(Value::as_str);
    match (text("in"), text("name")) {
        (Some(place), Some(name)) => return format!("{place} {name}"),
        (None, Some(name)) => return name.to_owned(),
        _ => {}
    }
    let named = ["$ref", "title", "url"].iter().find_map(|it| text(it));
    match (named, item) {
        (Some(named), _) => named.to_owned(),
        (None, Value::Object(_)) => digest::<4>(&own(item).to_string()),
        (None, Value::String(text)) => text.clone(),
        (None, other) => other.to_string(),
    }
}

/// A schema (or any object) without its subschemas, of which only the names are kept.
fn own(item: &Value) -> Value {
    /// Keywords that assert nothing.
    const NOTES: &[&str] = &[
        "deprecated",
        "description",
        "example",
        "examples",
        "externalDocs",
        "summary",
        "xml",
    ];
    let members = item.as_object().into_iter().flatten();
    let own = members
        .filter(|(keyword, _)| !NOTES.contains(&keyword.as_str()) && !keyword.starts_with("x-"));
    let own = own.map(|(keyword, value)| {
        let value = match value {
            // The order of the members does not matter.
            Value::Object(members) => {
                let mut names: Vec<&String> = members.keys().collect();
                names.sort();
                json!(names)
            }
            Value::Array(items) if items.iter().any(Value::is_object) => Value::Null,
            other => other.clone(),
        };
        (keyword, value)
    });
    json!(own.collect::<BTreeMap<_, _>>())
}

#[cfg(test)]
mod tests {
    use super::by_name;
    use serde_json::json;

    #[test]
    fn indices_are_replaced_by_names() {
        let document = json!({
            "parameters": [{"in": "query", "name": "a/b", "schema": {}}],
            "oneOf": [{"$ref": "#/components/schemas/A"}, {"title": "B", "type": "object"}],
            "servers": [{"url": "https://h"}],
            "enum": ["x", 5],
            "responses": {"200": {}},
        });
        for (pointer, named) in [
            ("", ""),
            ("/parameters/0/schema", "/parameters/query a~1b/schema"),
            ("/oneOf/0", "/oneOf/#~1components~1schemas~1A"),
            ("/oneOf/1/type", "/oneOf/B/type"),
            ("/servers/0", "/servers/https:~1~1h"),
            ("/enum/1", "/enum/5"),
            ("/responses/200/0", "/responses/200/0"),
            ("/oneOf/7/type", "/oneOf/7/type"),
            ("/nowhere/0", "/nowhere/0"),
        ] {
            assert_eq!(by_name(&document, pointer), named);
        }
    }

    #[test]
    fn a_schema_without_a_title_keeps_its_name_when_its_surroundings_and_its_parts_change() {
        let schema = json!({"type": "object", "properties": {"a": {}, "b": {"type": "string"}}});
        let before = json!({ "oneOf": [schema] });
        let name = by_name(&before, "/oneOf/0");
        let described = json!({
            "description": "what it is", "x-note": 1,
            "properties": {"b": {"oneOf": [{}]}, "a": {}}, "type": "object",
        });
        let others = json!({"oneOf": [{"type": "string"}, {"type": "object"}, described]});
        assert_eq!(by_name(&others, "/oneOf/2"), name);
        assert_ne!(by_name(&others, "/oneOf/1"), name);
    }

    #[test]
    fn items_with_the_same_name_are_numbered() {
        let document = json!({"allOf": [{"type": "string"}, {"type": "string"}]});
        let first = by_name(&document, "/allOf/0");
        assert_eq!(by_name(&document, "/allOf/1"), format!("{first} 2"));
    }
}
