//! Masks what recordings contain: a report names their parts, and shows none of their values.
//!
//! A recording may contain secrets, so nothing of it is shown unless it is known to be harmless. A
//! name (an object key, a path segment) is shown if the document contains it. Other names are
//! masked, because the keys of a map are data; with one exception: the name that a finding is about
//! (it is not documented, or a relation mentions it) is shown if it looks like an identifier. A
//! value is shown if it cannot identify anybody.

mod files;
mod known;
mod names;

use serde_json::Value;

use crate::count::count;

pub(crate) use files::{apart_from, file, sentence};
pub(crate) use known::Known;
pub(crate) use names::{is_media_type, is_name};

/// The replacement for what is not shown.
pub(crate) const MASK: &str = "•••";

/// The type and size of a value, without the value itself.
pub(crate) fn describe(value: &Value) -> String {
    let counted = |what: &str, number, noun| format!("{what} of {}", count(number, noun));
    match value {
        Value::Null => "null".to_owned(),
        Value::Bool(value) => format!("boolean {value}"),
        Value::Number(number) => {
            let number = number.to_string();
            let is_whole = !number.contains(['.', 'e', 'E']);
            let kind = if is_whole { "integer" } else { "number" };
            let sign = if number.starts_with('-') {
                "negative "
            } else {
                ""
            };
            let digits = number.bytes().filter(u8::is_ascii_digit).count();
            match digits {
                1 => format!("{kind} {number}"),
                _ => counted(&format!("{sign}{kind}"), digits, "digit"),
            }
        }
        Value::String(text) if text.is_empty() => "empty string".to_owned(),
        Value::String(text) => counted("string", text.chars().count(), "character"),
        Value::Array(items) => counted("array", items.len(), "item"),
        Value::Object(members) => counted("object", members.len(), "member"),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn values_are_measured() {
        let rows = [
            (json!(918_273_645_001_u64), "integer of 12 digits"),
            (json!(-42), "negative integer of 2 digits"),
            (json!(7), "integer 7"),
            (json!(1.25), "number of 3 digits"),
            (json!("hunter2"), "string of 7 characters"),
            (json!(""), "empty string"),
            (json!(true), "boolean true"),
            (json!([1]), "array of 1 item"),
            (json!({}), "object of 0 members"),
        ];
        for (value, words) in rows {
            assert_eq!(describe(&value), words);
        }
    }
}
