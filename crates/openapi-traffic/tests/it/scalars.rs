//! Tests that strings are parsed as the types that schemas name, in the same way everywhere outside
//! of JSON.

use std::collections::BTreeSet;

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Value, json};

use crate::bench::Bench;

/// All places where a value is written as text.
const PLACES: [&str; 9] = [
    "path",
    "query",
    "header",
    "cookie",
    "deepObject",
    "response header",
    "urlencoded",
    "multipart",
    "text/plain",
];

/// The document in which a value of a schema may stand in each place.
fn spec(schema: &Value) -> String {
    let parameter = |place: &str, name: &str, required: bool| {
        json!({
            "in": place, "name": name, "required": required, "schema": schema,
        })
    };
    let form = json!({"schema": {"type": "object", "properties": {"value": schema}}});
    let operation = |own: Value| {
        let mut operation = json!({
            "responses": {"200": {
                "description": "",
                "headers": {"x-value": {"schema": schema}},
                "content": {"text/plain": {"schema": schema}},
            }},
            "requestBody": {"content": {
                "application/x-www-form-urlencoded": form, "multipart/form-data": form,
            }},
        });
        operation["parameters"] = own;
        operation
    };
    json!({
        "openapi": "3.0.3", "info": {"title": "t", "version": "1"},
        "paths": {
            "/by-path/{value}": {"post": operation(json!([parameter("path", "value", true)]))},
            "/": {"post": operation(json!([
                parameter("query", "value", false),
                parameter("header", "x-value", false),
                parameter("cookie", "value", false),
                {"in": "query", "name": "deep", "style": "deepObject", "schema": {
                    "type": "object", "properties": {"value": schema},
                }},
            ]))},
        },
    })
    .to_string()
}

/// An exchange that has a text in one place.
fn entry(place: &str, text: &str) -> Value {
    let encoded = utf8_percent_encode(text, NON_ALPHANUMERIC).to_string();
    let mut url = "https://api.acme.example/".to_owned();
    let (mut sent, mut received) = (Vec::new(), Vec::new());
    let (mut posted, mut content) = (Value::Null, json!({}));
    match place {
        "path" => url += &format!("by-path/{encoded}"),
        "query" => url += &format!("?value={encoded}"),
        "deepObject" => url += &format!("?deep[value]={encoded}"),
        "header" => sent.push(json!({"name": "X-Value", "value": text})),
        "cookie" => sent.push(json!({"name": "Cookie", "value": format!("value={encoded}")})),
        "response header" => received.push(json!({"name": "X-Value", "value": text})),
        "urlencoded" => {
            let mime = "application/x-www-form-urlencoded";
            posted = json!({"mimeType": mime, "text": format!("value={encoded}")});
        }
        "multipart" => {
            posted = json!({
                "mimeType": "multipart/form-data; boundary=b",
                "text": format!(
                    "--b\r\nContent-Disposition: form-data; name=\"value\"\r\n\r\n{text}\
                     \r\n--b--\r\n"
                ),
            });
        }
        _ => content = json!({"mimeType": "text/plain", "text": text}),
    }
    if posted.is_object() {
        sent.push(json!({"name": "Content-Type", "value": posted["mimeType"]}));
    }
    if content == json!({}) {
        // A browser leaves out what is of no interest, and says its size.
        content = json!({"mimeType": "text/plain", "size": 5});
    }
    json!({
        "request": {"method": "POST", "url": url, "headers": sent, "postData": posted},
        "response": {"status": 200, "headers": received, "content": content},
    })
}

/// Which of the strings are rejected in which places.
fn refused(schema: &Value, texts: &[&str]) -> BTreeSet<(String, String)> {
    let bench = Bench::new();
    bench.write("spec.json", &spec(schema));
    let all: Vec<_> = PLACES
        .iter()
        .flat_map(|place| texts.iter().map(move |text| (*place, *text)))
        .collect();
    let entries: Vec<_> = all.iter().map(|(place, text)| entry(place, text)).collect();
    let har = json!({"log": {"version": "1.2", "entries": entries}});
    bench.write("a.har", &har.to_string());
    let run = bench.validate(["--spec", "spec.json", "a.har", "--format", "json"]);
    assert!(run.code < 2, "{run:?}");
    let report: Value = serde_json::from_str(&run.stdout).expect("JSON");
    let findings = report["findings"].as_array().expect("findings").iter();
    findings
        .map(|finding| {
            let pointer = finding["recording"]["pointer"].as_str().expect("a pointer");
            let number = pointer.split('/').nth(3).and_then(|it| it.parse().ok());
            let (place, text): (&str, &str) = all[number.unwrap_or(usize::MAX)];
            (place.to_owned(), text.to_owned())
        })
        .collect()
}

/// The valid texts are valid in every place, the invalid ones in none.
fn holds(schema: Value, valid: &[&str], invalid: &[&str]) {
    let everywhere = |texts: &[&str]| -> BTreeSet<(String, String)> {
        let pairs = PLACES.iter().flat_map(|place| {
            texts
                .iter()
                .map(|text| (place.to_string(), text.to_string()))
        });
        pairs.collect()
    };
    let refused = refused(&schema, &[valid, invalid].concat());
    assert_eq!(refused, everywhere(invalid), "{schema}");
}

/// JSON Schema Core (Wright-00), section 4.2: a number "without a fraction or exponent part", as
/// RFC 8259 writes numbers.
#[test]
fn integers_are_the_same_everywhere() {
    let long = "9".repeat(400);
    holds(
        json!({"type": "integer"}),
        &[
            "0",
            "-0",
            "7",
            "12345678901234567890",
            "-12345678901234567890123",
            &long,
        ],
        &[
            "1.0", "1e2", "-0.5", "05", "+5", "0x10", "1_000", "- 1", "NaN", "seven",
        ],
    );
}

#[test]
fn integer_formats_are_the_same_everywhere() {
    holds(
        json!({"type": "integer", "format": "int64"}),
        &["9223372036854775807", "-0"],
        &["9223372036854775808", "12345678901234567890123"],
    );
}

#[test]
fn numbers_and_booleans_are_the_same_everywhere() {
    holds(
        json!({"type": "number"}),
        &["1", "-0", "1.0", "1e2", "1E-2", "12345678901234567890.5"],
        &["1,5", ".5", "5.", "Infinity"],
    );
    holds(
        json!({"type": "boolean"}),
        &["true", "false"],
        &["True", "1", "yes"],
    );
}

#[test]
fn a_text_is_whichever_of_its_types_fits() {
    holds(
        json!({"oneOf": [{"type": "string", "enum": ["auto"]}, {"type": "integer", "maximum": 9}]}),
        &["auto", "5"],
        &["10", "manual"],
    );
    holds(
        json!({"anyOf": [{"type": "integer", "maximum": 9}, {"type": "string", "minLength": 3}]}),
        &["5", "100", "abc"],
        &["10", "ab"],
    );
    // No type is named: what is asked for is a number all the same.
    holds(json!({"enum": [1, 2, "x"]}), &["1", "x"], &["3", "y"]);
    holds(
        json!({"type": "string", "maxLength": 3}),
        &["5", "-0", "1.0", "abc"],
        &["1000", "true"],
    );
}
