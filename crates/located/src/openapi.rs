//! What every reader of an OpenAPI 3.0 document needs: methods, operations, references.

use serde_json::Value;

use crate::pointer;

/// The HTTP methods under which a path item has its operations, as the document writes them.
pub const METHODS: [&str; 8] = [
    "get", "put", "post", "delete", "options", "head", "patch", "trace",
];

/// Whether a member of a path item is an operation.
pub fn is_method(member: &str) -> bool {
    METHODS.contains(&member)
}

/// Every operation that stands in a path of the document, with its pointer.
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

/// The text of a `$ref`, whose siblings OpenAPI 3.0 ignores.
pub fn reference(value: &Value) -> Option<&str> {
    value.get("$ref").and_then(Value::as_str)
}

/// The pointer of a `$ref` that leads to a place in the same document.
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
