//! Headers: repeated ones, and those that carry credentials, which are validated and never
//! stored or shown.

use std::sync::Arc;

use located::Source;
use openapi_traffic::{Evidence, Exchange, Finding, Spec, judge};
use serde_json::{Value, json};

/// Judges an exchange of a HAR, with header parameters and response headers of these schemas.
fn judged(
    parameters: Value,
    headers: Value,
    sent: &[(&str, &str)],
    received: &[(&str, &str)],
) -> (Vec<Finding>, Evidence) {
    let pairs = |headers: &[(&str, &str)]| -> Vec<Value> {
        headers
            .iter()
            .map(|(name, value)| json!({"name": name, "value": value}))
            .collect()
    };
    let har = json!({"log": {"version": "1.2", "entries": [{
        "request": {
            "method": "GET", "url": "https://api.acme.example/", "headers": pairs(sent),
        },
        "response": {"status": 200, "headers": pairs(received), "content": {}},
    }]}});
    let source = Arc::new(Source::new("headers.har", har.to_string()));
    let (mut entries, _) = har_recording::read(source.text())
        .map_err(|it| it.reason)
        .unwrap();
    let entry = entries.remove(0);
    let exchange = Exchange::of_har(entry, source, 0);
    judge(&spec(parameters, headers), &exchange)
}

fn spec(parameters: Value, headers: Value) -> Spec {
    let document = json!({
        "openapi": "3.0.3",
        "info": {"title": "Headers", "version": "1"},
        "paths": {"/": {"get": {
            "parameters": parameters,
            "responses": {"200": {"description": "Whatever.", "headers": headers}},
        }}},
    });
    Spec::load(Source::new("spec.json", document.to_string())).unwrap()
}

fn codes(found: &[Finding]) -> Vec<&str> {
    found.iter().map(|finding| finding.code).collect()
}

fn parameter(name: &str, schema: Value) -> Value {
    json!([{"name": name, "in": "header", "required": true, "schema": schema}])
}

/// The codes of the findings in the response headers.
fn response(headers: Value, received: &[(&str, &str)]) -> Vec<String> {
    let (found, _) = judged(json!([]), headers, &[], received);
    found
        .iter()
        .map(|finding| finding.code.to_owned())
        .collect()
}

#[test]
fn a_header_that_comes_again_is_one_list() {
    let three = json!({"Vary": {"schema": {
        "type": "array", "items": {"enum": ["a", "b", "c"]}, "minItems": 3,
    }}});
    assert!(response(three.clone(), &[("Vary", "a"), ("vary", "b, c")]).is_empty());
    assert_eq!(response(three, &[("Vary", "a"), ("vary", "b")]), ["NSV208"]);
    let one = json!({"Etag": {"schema": {"type": "string", "enum": ["a, b"]}}});
    assert!(response(one, &[("etag", "a"), ("etag", "b")]).is_empty());
}

#[test]
fn each_set_cookie_is_validated_by_itself() {
    let headers = json!({"Set-Cookie": {"required": true, "schema": {
        "type": "string", "pattern": "^[a-z]+=[a-z]+; Expires=[^,]+, [^,]+$",
    }}});
    let good = ("Set-Cookie", "sid=a; Expires=Wed, 21 Oct 2026 07:28:00 GMT");
    let also = (
        "set-cookie",
        "lang=b; Expires=Wed, 21 Oct 2026 07:28:00 GMT",
    );
    let bad = ("Set-Cookie", "sid=a");
    assert!(response(headers.clone(), &[good, also]).is_empty());
    assert_eq!(response(headers.clone(), &[good, bad]), ["NSV208"]);
    assert_eq!(response(headers, &[("x", "y")]), ["NSV207"]);
}

#[test]
fn headers_that_carry_credentials_are_validated_and_not_shown() {
    for name in ["Cookie", "Proxy-Authorization"] {
        let schema = || json!({"type": "string", "pattern": "^Basic "});
        let judged = |value| {
            let (found, _) = judged(parameter(name, schema()), json!({}), &[(name, value)], &[]);
            found
        };
        assert!(judged("Basic cGw0bnRlZA==").is_empty(), "{name}");
        let found = judged("pl4nted");
        assert_eq!(codes(&found), ["NSV105"], "{name}");
        assert!(!format!("{found:?}").contains("pl4nted"), "{name}");
        let (found, _) = self::judged(parameter(name, schema()), json!({}), &[], &[]);
        assert_eq!(codes(&found), ["NSV103"], "{name}");
    }
}

#[test]
fn what_recordings_do_not_keep_is_counted_as_not_validated() {
    let spec = spec(
        json!([
            {"name": "sid", "in": "cookie", "required": true, "schema": {"type": "string"}},
        ]),
        json!({"Set-Cookie": {"required": true, "schema": {"type": "string"}}}),
    );
    let recording = json!({
        "format": 1, "meta": {"origin": "captured"},
        "request": {"method": "GET", "path": "/"}, "response": {"status": 200},
    });
    let source = Arc::new(Source::new("kept.json", recording.to_string()));
    let recording = serde_json::from_value(recording).unwrap();
    let (found, evidence) = judge(&spec, &Exchange::new(recording, source, "", 0));
    assert!(found.is_empty());
    let reasons: Vec<_> = evidence.unchecked().map(|(reason, ..)| reason).collect();
    assert_eq!(
        reasons,
        [
            "the cookie parameter `sid`: recordings do not keep its header",
            "the header `set-cookie`: recordings do not keep its header",
        ]
    );
}

#[test]
fn a_response_header_is_an_object_in_the_style_simple() {
    let header = |explode: bool| {
        json!({"Rate": {"explode": explode, "schema": {
            "properties": {"limit": {"type": "integer"}, "left": {"type": "integer"}},
            "required": ["limit", "left"],
        }}})
    };
    assert!(response(header(false), &[("rate", "limit,10,left,9")]).is_empty());
    assert!(response(header(true), &[("rate", "limit=10, left=9")]).is_empty());
    assert_eq!(
        response(header(false), &[("rate", "limit,10,left,x")]),
        ["NSV208"]
    );
    assert_eq!(response(header(false), &[("rate", "limit,10")]), ["NSV208"]);
    assert_eq!(
        response(header(true), &[("rate", "limit,10,left,9")]),
        ["NSV208"]
    );
}

#[test]
fn a_response_header_has_json_content() {
    let header = json!({"Page": {"content": {"application/json": {"schema": {
        "type": "object", "required": ["next"],
    }}}}});
    assert!(response(header.clone(), &[("page", r#"{"next": 2}"#)]).is_empty());
    assert_eq!(response(header.clone(), &[("page", "{}")]), ["NSV208"]);
    assert_eq!(response(header, &[("page", "next=2")]), ["NSV208"]);
}

#[test]
fn headers_that_other_parts_of_the_document_describe_are_no_parameters() {
    for name in ["Accept", "Content-Type", "Authorization"] {
        let (found, _) = judged(parameter(name, json!({"enum": ["x"]})), json!({}), &[], &[]);
        assert!(found.is_empty(), "{name}");
    }
}
