//! Excerpts: what was left out of a body is neither missing nor absent; what is in it still counts.

use std::sync::Arc;

use http_recording::Recording;
use located::Source;
use openapi_traffic::{Evidence, Exchange, Finding, Presence, SiteKind, Spec, judge, judge_into};
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
          content: {application/json: {schema: {$ref: '#/components/schemas/A'}}}
components:
  schemas:
    A:
      type: object
      required: [id]
      minProperties: 2
      properties:
        id: {type: integer}
        size: {type: integer}
        list: {type: array, minItems: 2, items: {type: string}}
        choice:
          anyOf:
            - {type: object, required: [x, y], properties: {x: {type: integer}}}
            - {type: object, required: [z], properties: {x: {type: integer}}}
";

fn spec() -> Spec {
    Spec::load(Source::new("spec.yaml", SPEC.to_owned())).unwrap()
}

fn exchange(meta: Value, sent: Value, received: Value) -> Exchange {
    let headers = json!({"content-type": "application/json"});
    let recording = json!({
        "format": 1, "meta": meta,
        "request": {"method": "POST", "path": "/a", "headers": headers, "body": sent},
        "response": {"status": 200, "headers": headers, "body": received},
    });
    let source = Arc::new(Source::new("a.json", recording.to_string()));
    Exchange::new(serde_json::from_value(recording).unwrap(), source, "", 0)
}

/// The codes for a response with this body, as a whole and as an excerpt.
fn whole_and_excerpt(body: Value) -> [Vec<&'static str>; 2] {
    let codes = |meta| {
        let (findings, _) = judge(&spec(), &exchange(meta, whole(), body.clone()));
        findings.iter().map(|it: &Finding| it.code).collect()
    };
    [
        codes(json!({"origin": "reported"})),
        codes(json!({"origin": "reported", "excerpt": ["response"]})),
    ]
}

fn whole() -> Value {
    json!({"id": 1, "size": 2})
}

#[test]
fn a_required_member_is_missing_in_a_whole_body_only() {
    assert_eq!(
        whole_and_excerpt(json!({"size": 1, "list": ["a", "b"]})),
        [vec!["NSV223"], vec![]]
    );
}

#[test]
fn too_few_members_or_items_are_found_in_a_whole_body_only() {
    assert_eq!(
        whole_and_excerpt(json!({"id": 1})),
        [vec!["NSV229"], vec![]]
    );
    assert_eq!(
        whole_and_excerpt(json!({"id": 1, "list": ["a"]})),
        [vec!["NSV229"], vec![]]
    );
}

#[test]
fn an_alternative_that_lacks_members_fails_in_a_whole_body_only() {
    let [whole, excerpt] = whole_and_excerpt(json!({"id": 1, "choice": {"x": 1}}));
    assert_eq!((whole.len(), excerpt.len()), (1, 0), "{whole:?}");
}

#[test]
fn an_alternative_that_no_left_out_member_could_save_fails_in_both() {
    for choice in [json!({"x": "text"}), json!("text")] {
        let [whole, excerpt] = whole_and_excerpt(json!({"id": 1, "choice": choice}));
        assert!(!whole.is_empty() && excerpt.len() == 1, "{excerpt:?}");
    }
}

#[test]
fn what_is_in_an_excerpt_is_validated() {
    assert_eq!(
        whole_and_excerpt(json!({"id": "one", "size": 1})),
        [vec!["NSV220"], vec!["NSV220"]]
    );
    assert_eq!(
        whole_and_excerpt(json!({"id": 1, "colour": "red"})),
        [vec!["NSV301"], vec!["NSV301"]]
    );
}

#[test]
fn one_message_can_be_whole_and_the_other_an_excerpt() {
    let codes = |excerpt: Value| -> Vec<_> {
        let meta = json!({"origin": "reported", "excerpt": excerpt});
        let lacking = json!({"size": 1, "list": ["a", "b"]});
        let (findings, _) = judge(&spec(), &exchange(meta, lacking.clone(), lacking));
        findings.iter().map(|finding| finding.code).collect()
    };
    assert_eq!(codes(json!([])), ["NSV123", "NSV223"]);
    assert_eq!(codes(json!(["request"])), ["NSV223"]);
    assert_eq!(codes(json!(["response"])), ["NSV123"]);
    assert!(codes(json!(["request", "response"])).is_empty());
}

#[test]
fn an_excerpt_does_not_make_a_member_sometimes_absent() {
    let spec = spec();
    let size_of = |bodies: &[(Value, bool)]| {
        let mut evidence = Evidence::new(&spec);
        for (body, cut) in bodies {
            let excerpt = if *cut { json!(["response"]) } else { json!([]) };
            let meta = json!({"origin": "reported", "excerpt": excerpt});
            judge_into(
                &spec,
                &exchange(meta, json!({}), body.clone()),
                &mut evidence,
            );
        }
        let mut rows = evidence.rows(&spec).into_iter();
        let row = rows
            .find(|row| row.kind == SiteKind::Property && row.name == "list")
            .unwrap();
        (row.seen, row.of, row.presence)
    };
    let with = json!({"id": 1, "list": ["a", "b"]});
    let without = json!({"id": 1, "size": 1});
    // The request of each exchange is a whole body without the member.
    assert_eq!(
        size_of(&[(with.clone(), false), (without.clone(), false)]),
        (1, Some(4), Presence::Sometimes)
    );
    assert_eq!(
        size_of(&[(with.clone(), false), (without.clone(), true)]),
        (1, Some(3), Presence::Sometimes)
    );
    assert_eq!(
        size_of(&[(with, true), (without, true)]),
        (1, Some(3), Presence::Sometimes)
    );
}

#[test]
fn only_messages_are_excerpts() {
    let read = |excerpt: Value| {
        serde_json::from_value::<Recording>(json!({
            "format": 1, "meta": {"origin": "reported", "excerpt": excerpt},
            "request": {"method": "GET", "path": "/a"}, "response": {"status": 200},
        }))
    };
    assert!(read(json!(["request", "response"])).is_ok());
    for excerpt in [json!(["body"]), json!(true), json!("request")] {
        assert!(read(excerpt).is_err());
    }
}
