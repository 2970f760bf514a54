//! The HAR 1.2 format as JSON Schema, for redaction: which members exist, and which of them cannot
//! contain customer data.

use serde_json::{Value, json};

/// The members of HAR 1.2 as schemas, to distinguish the format from recorded values: numbers are
/// measurements, and the values of an `enum` belong to the format.
///
/// ```
/// let format = har_recording::format();
/// assert_eq!(format["properties"]["status"]["type"], "integer");
/// ```
pub fn format() -> Value {
    const NUMBERS: [&str; 14] = [
        "time",
        "headersSize",
        "bodySize",
        "size",
        "compression",
        "blocked",
        "dns",
        "connect",
        "send",
        "wait",
        "receive",
        "ssl",
        "onContentLoad",
        "onLoad",
    ];
    const MEMBERS: [&str; 33] = [
        "log",
        "creator",
        "browser",
        "pages",
        "entries",
        "name",
        "comment",
        "startedDateTime",
        "id",
        "title",
        "pageTimings",
        "pageref",
        "request",
        "response",
        "cache",
        "timings",
        "serverIPAddress",
        "connection",
        "method",
        "url",
        "cookies",
        "headers",
        "queryString",
        "postData",
        "statusText",
        "content",
        "redirectURL",
        "params",
        "fileName",
        "contentType",
        "text",
        "beforeRequest",
        "afterRequest",
    ];
    let mut properties = json!({
        "status": { "type": "integer" },
        "version": { "enum": ["1.1", "1.2"] },
        "httpVersion": { "enum": ["HTTP/1.0", "HTTP/1.1", "HTTP/2", "HTTP/2.0", "h2", "h3"] },
        "encoding": { "enum": ["base64"] },
        "mimeType": {},
        "value": {},
        "httpOnly": {},
        "secure": {},
        "path": {},
        "domain": {},
        "expires": {},
    });
    for name in MEMBERS {
        properties[name] = json!({});
    }
    for name in NUMBERS {
        properties[name] = json!({ "type": "number" });
    }
    json!({ "properties": properties })
}
