//! Which places of a document an exchange shows.

use http_recording::Recording;
use located::Source;
use serde_json::{Value, json};
use spec_changes::{Shown, operation};

const SPEC: &str = "
openapi: 3.0.3
paths:
  /trunks/{name}:
    parameters:
      - $ref: '#/components/parameters/Name'
    post:
      parameters:
        - {name: dry, in: query, schema: {type: boolean}}
        - {name: X-Trace, in: header, schema: {type: string}}
      requestBody:
        content:
          application/json: {schema: {$ref: '#/components/schemas/Node'}}
          text/*: {schema: {type: string}}
      responses:
        '200':
          description: x
          headers:
            Etag: {schema: {type: string}}
        4XX: {description: x}
        default: {description: x}
components:
  parameters:
    Name: {name: name, in: path, required: true, schema: {type: string}}
  schemas:
    Base:
      properties:
        id: {type: integer}
    Node:
      allOf:
        - $ref: '#/components/schemas/Base'
        - properties:
            next: {$ref: '#/components/schemas/Node'}
            either:
              oneOf:
                - {type: string}
                - {type: integer}
                - {properties: {deep: {type: string}}}
      additionalProperties: {type: number}
    Loop: {$ref: '#/components/schemas/Loop'}
";

/// `POST /trunks/{name}` with a change.
fn exchange(change: impl FnOnce(&mut Value)) -> Recording {
    let mut exchange = json!({
        "format": 1,
        "meta": {"origin": "synthetic"},
        "request": {
            "method": "POST", "path": "/trunks/{name}", "params": {"name": "a"},
            "query": {}, "headers": {"content-type": "application/json; charset=utf-8"},
        },
        "response": {"status": 200, "headers": {}},
    });
    change(&mut exchange);
    Recording::new(exchange, Vec::new()).expect("a recording")
}

fn times(at: &str, change: impl FnOnce(&mut Value)) -> u64 {
    let document = Source::new("spec.yaml", SPEC.to_owned())
        .value()
        .expect("a spec");
    Shown::new(&document, &exchange(change)).times(at)
}

const OPERATION: &str = "/paths/~1trunks~1{name}/post";

#[test]
fn an_operation_and_its_path_are_shown_by_each_exchange() {
    assert_eq!(times("/paths/~1trunks~1{name}", |_| {}), 1);
    assert_eq!(times(&format!("{OPERATION}/summary"), |_| {}), 1);
    assert_eq!(
        times(OPERATION, |it| it["request"]["method"] = "GET".into()),
        0
    );
}

#[test]
fn what_no_exchange_can_show_is_shown_by_none() {
    for at in [
        "/info/title",
        "/servers/0/url",
        "/components/securitySchemes/x",
    ] {
        assert_eq!(times(at, |_| {}), 0, "{at}");
    }
}

#[test]
fn an_exchange_that_must_be_rejected_shows_nothing() {
    assert_eq!(
        times(OPERATION, |it| it["meta"]["expect"] = json!(["NSV201"])),
        0
    );
}

#[test]
fn a_path_that_is_not_as_the_document_writes_it_is_of_no_operation() {
    let document = Source::new("spec.yaml", SPEC.to_owned())
        .value()
        .expect("a spec");
    let concrete = exchange(|it| it["request"]["path"] = "/trunks/a".into());
    assert_eq!(operation(&document, &concrete), None);
    assert_eq!(
        operation(&document, &exchange(|_| {})).as_deref(),
        Some(OPERATION)
    );
}

#[test]
fn a_parameter_is_shown_where_it_was_sent() {
    let dry = format!("{OPERATION}/parameters/0/schema/type");
    let trace = format!("{OPERATION}/parameters/1/description");
    assert_eq!(times("/components/parameters/Name/required", |_| {}), 1);
    assert_eq!(times(&dry, |_| {}), 0);
    assert_eq!(
        times(&dry, |it| it["request"]["query"]["dry"] = "yes".into()),
        1
    );
    assert_eq!(
        times(&trace, |it| it["request"]["headers"]["x-trace"] =
            "1".into()),
        1
    );
}

#[test]
fn a_response_is_shown_by_its_status_else_its_class_else_the_default() {
    let table = [(200, "200"), (404, "4XX"), (500, "default")];
    for (status, shown) in table {
        for (_, name) in table {
            let at = format!("{OPERATION}/responses/{name}/description");
            let times = times(&at, |it| it["response"]["status"] = status.into());
            assert_eq!(times, u64::from(name == shown), "{status}: {name}");
        }
    }
}

#[test]
fn a_header_of_a_response_is_shown_where_it_came() {
    let at = format!("{OPERATION}/responses/200/headers/Etag/schema");
    assert_eq!(times(&at, |_| {}), 0);
    assert_eq!(
        times(&at, |it| it["response"]["headers"]["etag"] = "x".into()),
        1
    );
}

#[test]
fn a_body_shows_the_content_of_its_media_type_alone() {
    let content = |name: &str| format!("{OPERATION}/requestBody/content/{name}/example");
    let json = |it: &mut Value| it["request"]["body"] = json!({});
    let text = |it: &mut Value| {
        it["request"]["headers"]["content-type"] = "Text/Plain".into();
        it["request"]["text"] = "x".into();
    };
    assert_eq!(times(&content("application~1json"), json), 1);
    assert_eq!(times(&content("application~1json"), text), 0);
    assert_eq!(times(&content("text~1*"), text), 1);
    assert_eq!(times(&content("text~1*"), |_| {}), 0);
}

#[test]
fn a_request_that_was_rejected_does_not_show_what_is_taken() {
    let at = format!("{OPERATION}/requestBody/content/application~1json/schema");
    for (status, expected) in [(200, 1), (400, 0), (499, 0), (500, 1)] {
        let change = |it: &mut Value| {
            it["request"]["body"] = json!({});
            it["response"]["status"] = status.into();
        };
        assert_eq!(times(&at, change), expected, "{status}");
    }
}

#[test]
fn properties_are_counted_by_their_values_through_references_and_recursion() {
    let node = "/components/schemas/Node";
    let body = |it: &mut Value| {
        it["request"]["body"] = json!({"id": 1, "next": {"id": 2, "next": {"other": 1.5}}});
    };
    assert_eq!(times(&format!("{node}/description"), body), 3);
    assert_eq!(
        times("/components/schemas/Base/properties/id/type", body),
        2
    );
    assert_eq!(times(&format!("{node}/allOf/1/properties/next"), body), 2);
    // `other` alone is of no part.
    assert_eq!(times(&format!("{node}/additionalProperties/type"), body), 1);
}

#[test]
fn a_branch_is_shown_by_values_of_its_type() {
    let branch =
        |index: usize| format!("/components/schemas/Node/allOf/1/properties/either/oneOf/{index}");
    for (value, shown) in [
        (json!("a"), [1, 0, 1]),
        (json!(1), [0, 1, 1]),
        (json!(1.5), [0, 0, 1]),
        (json!({"deep": "x"}), [0, 0, 1]),
    ] {
        for (index, expected) in shown.into_iter().enumerate() {
            let body = |it: &mut Value| it["request"]["body"]["either"] = value.clone();
            assert_eq!(times(&branch(index), body), expected, "{value}: {index}");
        }
    }
}

#[test]
fn a_group_of_places_is_as_often_shown_as_the_outermost_in_it() {
    let body = |it: &mut Value| it["request"]["body"] = json!({"id": 1, "next": {}});
    // `Node` twice and `Base` with each.
    assert_eq!(times("/components/schemas", body), 4);
    assert_eq!(times("/paths", body), 1);
}

#[test]
fn references_in_a_circle_end() {
    let document = json!({
        "paths": {"/a": {"get": {"responses": {"200": {"$ref": "#/components/responses/Loop"}}}}},
        "components": {"responses": {"Loop": {"$ref": "#/components/responses/Loop"}}},
    });
    let exchange = exchange(|it| {
        it["request"]["method"] = "GET".into();
        it["request"]["path"] = "/a".into();
    });
    let shown = Shown::new(&document, &exchange);
    assert_eq!(shown.times("/components/responses/Loop/description"), 1);
}
