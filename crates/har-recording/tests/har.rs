//! Tests parsing and writing HAR files.

use har_recording::read;
use proptest::prelude::*;
use serde_json::{Value, json};

/// A HAR document of entries.
fn document(entries: Value) -> String {
    json!({
        "log": { "version": "1.2", "creator": { "name": "t", "version": "1" }, "entries": entries }
    })
    .to_string()
}

/// An entry as a browser writes it, with a JSON response.
fn entry(method: &str, url: &str, status: u16, body: &str) -> Value {
    json!({
        "request": {
            "method": method,
            "url": url,
            "headers": [
                { "name": "Authorization", "value": "Bearer nss_0123456789abcdef" },
                { "name": "Accept", "value": "application/json" },
                { "name": "User-Agent", "value": "Browser/1.0" },
            ],
            "queryString": [],
        },
        "response": {
            "status": status,
            "statusText": "OK",
            "headers": [{ "name": "Content-Type", "value": "application/json" }],
            "content": { "size": body.len(), "mimeType": "application/json", "text": body },
        },
    })
}

#[test]
fn a_base64_body_is_decoded() {
    let mut one = entry(
        "GET",
        "https://h/ns-api/v2/connections/count",
        200,
        "eyJ0b3RhbCI6N30=",
    );
    one["response"]["content"]["encoding"] = json!("base64");
    let (entries, skipped) = read(&document(json!([one]))).expect("a HAR");
    assert_eq!(skipped, []);
    assert_eq!(
        entries[0].recording.response.body,
        Some(json!({ "total": 7 }))
    );
}

#[test]
fn a_body_that_does_not_parse_stays_text() {
    let (entries, _) = read(&document(json!([entry(
        "GET",
        "https://h/x",
        502,
        "<html>{"
    )])))
    .expect("a HAR");
    let response = &entries[0].recording.response;
    assert_eq!(
        (response.body.as_ref(), response.text.as_deref()),
        (None, Some("<html>{"))
    );
}

#[test]
fn a_repeated_query_parameter_is_an_array_and_values_are_decoded() {
    let (entries, _) = read(&document(json!([entry(
        "GET",
        "https://h/x?a=1&b=%40+%2B&a=2",
        200,
        ""
    )])))
    .expect("a HAR");
    assert_eq!(
        Value::Object(entries[0].recording.request.query.clone()),
        json!({ "a": ["1", "2"], "b": "@ +" })
    );
}

#[test]
fn entries_without_a_response_are_skipped_with_their_reason() {
    let entries = json!([
        entry("GET", "https://h/x", 0, ""),
        entry("GET", "wss://h/x", 101, "")
    ]);
    let (exchanges, skipped) = read(&document(entries)).expect("a HAR");
    assert_eq!(exchanges, []);
    let skipped: Vec<_> = skipped
        .iter()
        .map(|skip| (skip.pointer.as_str(), skip.reason.as_str()))
        .collect();
    assert_eq!(
        skipped,
        [
            ("/log/entries/0", "no response (status 0)"),
            ("/log/entries/1", "not HTTP but wss")
        ]
    );
}

/// Any JSON, four levels deep.
fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        ".*".prop_map(Value::from)
    ];
    leaf.prop_recursive(4, 32, 6, |inner| {
        let names = prop_oneof![
            "log|version|entries|request|response|url|method|status|content|text|headers",
            ".*"
        ];
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
            prop::collection::vec((names, inner), 0..6)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

proptest! {
    #[test]
    fn no_json_makes_reading_panic(value in any_json()) {
        let _ = read(&value.to_string());
        let _ = read(&document(json!([value])));
        let request = json!({ "method": "GET", "url": "https://h/" });
        let _ = read(&document(json!([{ "request": request, "response": value }])));
    }
}
