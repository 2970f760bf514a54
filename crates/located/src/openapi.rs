//! Helpers for OpenAPI 3.0 documents: methods, operations, references.

use serde_json::Value;

use crate::pointer;

/// The HTTP methods that are keys of a path item.
const METHODS: [&str; 8] = [
    "get", "put", "post", "delete", "options", "head", "patch", "trace",
];

/// Whether a member of a path item is an operation.
pub fn is_method(member: &str) -> bool {
    METHODS.contains(&member)
}

/// All operations under `paths`, with their pointers.
///
/// ```
/// let item = serde_json::json!({"summary": "x", "get": {"operationId": "b"}});
/// let document = serde_json::json!({"paths": {"/a": item}});
/// let operations: Vec<_> = located::openapi::operations(&document).collect();
/// assert_eq!(operations[0].0, "/paths/~1a/get");
/// assert_eq!(operations[0].1["operationId"], "b");
/// assert_eq!(operations.len(), 1);
/// ```
pub fn operations(document: &Value) -> impl Iterator<Item = (String, &Value)> {
    let paths = document.get("paths").and_then(Value::as_object);
    paths.into_iter().flatten().flat_map(|(path, item)| {
        let path = pointer::join("/paths", path);
        let members = item.as_object().into_iter().flatten();
        members
            .filter(|(member, _)| is_method(member))
            .map(move |(method, operation)| (pointer::join(&path, method), operation))
    })
}

/// The keys of `responses` that can document a status, in the order in which they count.
///
/// ```
/// use located::openapi::status_keys;
///
/// assert_eq!(status_keys(404), ["404", "4XX", "default"]);
/// ```
pub fn status_keys(status: u16) -> [String; 3] {
    let range = format!("{}XX", status / 100);
    [status.to_string(), range, "default".to_owned()]
}

/// The `$ref` of a value. OpenAPI 3.0 ignores its siblings.
pub fn reference(value: &Value) -> Option<&str> {
    value.get("$ref").and_then(Value::as_str)
}

/// The pointer of a `$ref` into the same document.
///
/// ```
/// use located::openapi::local;
/// use serde_json::json;
///
/// assert_eq!(local(&json!({"$ref": "#/components/schemas/A"})), Some("/components/schemas/A"));
/// assert_eq!(local(&json!({"$ref": "other.yaml#/A"})), None);
/// ```
pub fn local(value: &Value) -> Option<&str> {
    reference(value)?.strip_prefix('#')
}

/// The JSON Schema type of a value. What is written with a fraction or an exponent is a number and
/// no integer.
///
/// ```
/// use located::openapi::type_of;
/// use serde_json::json;
///
/// assert_eq!([json!(null), json!(1), json!(1.5), json!([])].each_ref().map(type_of), [
///     "null", "integer", "number", "array"
/// ]);
/// ```
pub fn type_of(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(number) if number.is_f64() => "number",
        Value::Number(_) => "integer",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    }
}

/// Whether a value has a JSON Schema type. An integer is a number too.
///
/// ```
/// use located::openapi::is_of_type;
/// use serde_json::json;
///
/// assert!(is_of_type(&json!(1), "integer") && is_of_type(&json!(1), "number"));
/// assert!(!is_of_type(&json!(1.5), "integer"));
/// ```
pub fn is_of_type(value: &Value, name: &str) -> bool {
    type_of(value) == name || (name == "number" && value.is_number())
}
