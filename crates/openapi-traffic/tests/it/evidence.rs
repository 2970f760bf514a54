//! Tests the coverage of each place of a specification by traffic.

use std::sync::Arc;

use located::Source;
use openapi_traffic::{Evidence, Exchange, Presence, Row, SiteKind, Spec, Verdict, judge};
use serde_json::{Value, json};

const SPEC: &str = "
openapi: 3.0.3
paths:
  /a:
    get:
      operationId: get_a
      parameters:
        - {name: sort, in: query, schema: {type: string, enum: [up, down]}}
        - {name: tags, in: query, schema: {type: array, items: {type: string}}}
        - name: near
          in: query
          style: deepObject
          schema: {type: object, properties: {lat: {type: number}, lon: {type: number}}}
      responses:
        '200':
          description: ok
          content: {application/json: {schema: {$ref: '#/components/schemas/A'}}}
        '404': {description: none}
components:
  schemas:
    A:
      type: object
      properties:
        always: {type: integer}
        sometimes: {x-extensible-enum: [x, y]}
        never: {type: string}
        wrong: {type: string}
        list: {type: array, items: {type: string, enum: [p, q]}}
        composed: {description: of a part, allOf: [{$ref: '#/components/schemas/Word'}]}
    Word: {type: string, x-extensible-enum: [v, w]}
";

fn spec() -> Spec {
    Spec::load(Source::new("spec.yaml", SPEC.to_owned())).unwrap()
}

fn evidence(spec: &Spec, bodies: &[Value]) -> Evidence {
    let mut all = Evidence::new(spec);
    for (number, body) in (0..).zip(bodies) {
        let recording = json!({
            "format": 1, "meta": {"origin": "synthetic"},
            "request": {"method": "GET", "path": "/a",
                "query": {"sort": "up", "tags": ["p", "q"], "near[lat]": "52.5"}},
            "response": {
                "status": 200, "headers": {"content-type": "application/json"}, "body": body
            },
        });
        let source = Source::new(format!("{number}.json"), recording.to_string());
        let exchange = Exchange::new(
            serde_json::from_value(recording).unwrap(),
            Arc::new(source),
            "",
            number,
        );
        all.merge(judge(spec, &exchange).1);
    }
    all
}

fn row(rows: &[Row], kind: SiteKind, name: &str) -> Row {
    rows.iter()
        .find(|row| row.kind == kind && row.name == name)
        .unwrap()
        .clone()
}

fn ending(rows: &[Row], pointer: &str) -> Row {
    let found = rows.iter().find(|row| row.pointer.ends_with(pointer));
    found.unwrap().clone()
}

fn property(rows: &[Row], name: &str) -> Row {
    row(rows, SiteKind::Property, name)
}

fn rows() -> Vec<Row> {
    let spec = spec();
    let bodies = [
        json!({
            "always": 1, "sometimes": "x", "wrong": 5, "list": ["p", "p"], "composed": "w",
            "extra": "secret text",
        }),
        json!({"always": 1.5, "wrong": "text"}),
    ];
    evidence(&spec, &bodies).rows(&spec)
}

#[test]
fn presence_is_counted_against_the_object() {
    let rows = rows();
    let of = |name| {
        let row = property(&rows, name);
        (row.seen, row.of, row.presence)
    };
    assert_eq!(of("always"), (2, Some(2), Presence::Always));
    assert_eq!(of("sometimes"), (1, Some(2), Presence::Sometimes));
    assert_eq!(of("never"), (0, Some(2), Presence::Never));
}

#[test]
fn verdicts_follow_from_what_was_seen() {
    let rows = rows();
    assert_eq!(property(&rows, "sometimes").verdict, Verdict::Illustrated);
    assert_eq!(property(&rows, "never").verdict, Verdict::NeverSeen);
    assert_eq!(property(&rows, "wrong").verdict, Verdict::Contradicted);
    assert_eq!(property(&rows, "wrong").contradicted, 1);
    assert_eq!(property(&rows, "extra").verdict, Verdict::Undocumented);
}

#[test]
fn types_are_those_of_the_values() {
    let rows = rows();
    assert_eq!(property(&rows, "always").types, ["integer", "number"]);
    assert_eq!(property(&rows, "wrong").types, ["integer", "string"]);
}

#[test]
fn values_are_counted_for_vocabularies_only() {
    let rows = rows();
    let counted = |values: &[(&str, u64)]| -> Vec<(String, u64)> {
        values
            .iter()
            .map(|(value, count)| ((*value).to_owned(), *count))
            .collect()
    };
    assert_eq!(
        property(&rows, "sometimes").values,
        counted(&[("x", 1), ("y", 0)])
    );
    assert_eq!(
        ending(&rows, "/list/items").values,
        counted(&[("p", 2), ("q", 0)])
    );
    assert_eq!(
        row(&rows, SiteKind::Parameter, "sort").values,
        counted(&[("up", 2), ("down", 0)])
    );
    assert_eq!(
        property(&rows, "composed").values,
        counted(&[("v", 0), ("w", 1)])
    );
    assert_eq!(property(&rows, "wrong").values, []);
    assert!(!format!("{rows:?}").contains("secret text"));
}

#[test]
fn recordings_are_named_and_few() {
    let spec = spec();
    let bodies: Vec<Value> = (0..10).map(|_| json!({"always": 1})).collect();
    let rows = evidence(&spec, &bodies).rows(&spec);
    assert_eq!(
        property(&rows, "always").recordings,
        ["0.json", "1.json", "2.json", "3.json"]
    );
}

#[test]
fn operations_statuses_and_media_types_are_places_too() {
    let rows = rows();
    assert_eq!(row(&rows, SiteKind::Operation, "get_a").seen, 2);
    assert_eq!(
        row(&rows, SiteKind::ResponseBody, "get_a 200 application/json").seen,
        2
    );
    assert_eq!(
        row(&rows, SiteKind::Response, "get_a 404").verdict,
        Verdict::NeverSeen
    );
}

#[test]
fn merging_gives_the_same_in_any_order() {
    let spec = spec();
    let parts: Vec<Evidence> = (0..3)
        .map(|n| evidence(&spec, &vec![json!({"always": n, "extra": n}); n + 1]))
        .collect();
    let merged = |order: [usize; 3]| {
        let mut all = Evidence::default();
        for part in order {
            all.merge(parts[part].clone());
        }
        all.rows(&spec)
    };
    assert_eq!(merged([0, 1, 2]), merged([2, 0, 1]));
}

#[test]
fn the_items_and_members_of_a_parameter_are_seen_as_those_of_a_body_are() {
    let rows = rows();
    let seen = |pointer: &str| {
        let row = ending(&rows, pointer);
        (row.verdict, row.seen)
    };
    // Two requests, each with two tags and a latitude.
    assert_eq!(seen("/1/schema/items"), (Verdict::Illustrated, 4));
    assert_eq!(seen("/2/schema/properties/lat"), (Verdict::Illustrated, 2));
    assert_eq!(seen("/2/schema/properties/lon"), (Verdict::NeverSeen, 0));
}
