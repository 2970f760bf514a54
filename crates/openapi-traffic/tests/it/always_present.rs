//! `x-always-present`: what every response had so far is missed where it is not, without being
//! promised.

use std::sync::Arc;

use http_recording::Recording;
use located::Source;
use openapi_traffic::{Exchange, Severity, Spec, judge};
use serde_json::{Value, json};

const SPEC: &str = "
openapi: 3.0.3
paths:
  /a:
    post:
      operationId: post_a
      requestBody:
        content: {application/json: {schema: {$ref: '#/components/schemas/A'}}}
      responses:
        '200':
          description: ok
          content:
            application/json: {schema: {type: array, items: {$ref: '#/components/schemas/A'}}}
components:
  schemas:
    A:
      allOf:
        - type: object
          x-always-present: [size, inner]
          properties:
            size: {type: integer}
            inner: {type: object, x-always-present: [x], properties: {x: {type: integer}}}
        - type: object
          properties: {other: {type: string}}
";

/// The places of what is missed, in the recording and in the document.
fn missed(meta: Value, received: Value) -> Vec<(String, String)> {
    let spec = Spec::load(Source::new("spec.yaml", SPEC.to_owned())).unwrap();
    let headers = json!({"content-type": "application/json"});
    let recording = json!({
        "format": 1, "meta": meta,
        "request": {"method": "POST", "path": "/a", "headers": headers, "body": {}},
        "response": {"status": 200, "headers": headers, "body": received},
    });
    let source = Arc::new(Source::new("a.json", recording.to_string()));
    let recording = Recording::new(recording, Vec::new()).unwrap();
    let (findings, _) = judge(&spec, &Exchange::new(recording, source, "", 0));
    let missed = findings.into_iter().map(|it| {
        assert_eq!((it.code, it.severity), ("NSV303", Severity::Warning));
        (it.at.unwrap(), it.spec.unwrap().pointer.clone())
    });
    missed.collect()
}

fn captured() -> Value {
    json!({"origin": "captured"})
}

#[test]
fn a_property_that_was_always_there_is_missed_in_a_response_and_not_in_a_request() {
    assert_eq!(
        missed(captured(), json!([{"inner": {"x": 1}}])),
        [(
            "/response/body/0".to_owned(),
            "/components/schemas/A/allOf/0/x-always-present/0".to_owned()
        )]
    );
}

#[test]
fn it_is_missed_in_what_is_nested_too() {
    assert_eq!(
        missed(captured(), json!([{"size": 1, "inner": {}}])),
        [(
            "/response/body/0/inner".to_owned(),
            "/components/schemas/A/allOf/0/properties/inner/x-always-present/0".to_owned()
        )]
    );
}

#[test]
fn nothing_is_missed_in_a_list_of_none_or_where_all_is_there() {
    assert_eq!(missed(captured(), json!([])), []);
    assert_eq!(
        missed(captured(), json!([{"size": 1, "inner": {"x": 1}}])),
        []
    );
}

#[test]
fn nothing_is_missed_in_an_excerpt() {
    let excerpt = json!({"origin": "captured", "excerpt": ["response"]});
    assert_eq!(missed(excerpt, json!([{}])), []);
}
