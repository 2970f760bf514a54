//! Tests that the ids of findings do not change when something is inserted above.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::bench::Bench;

/// A document that has something to say against the traffic in each of its lists, and what is to be
/// inserted into it: `above` holds the keys of the lists (or maps) that get another entry first.
fn spec(above: &[&str]) -> String {
    let inserted = |key: &str, new: Value, rest: Value| match rest {
        Value::Array(rest) if above.contains(&key) => [vec![new], rest].concat().into(),
        Value::Object(rest) if above.contains(&key) => {
            let new = new.as_object().expect("members").clone();
            Value::Object(new.into_iter().chain(rest).collect())
        }
        rest => rest,
    };
    let parameter = |place: &str, name: &str, of: &str| {
        json!({
            "in": place, "name": name, "schema": {"type": of},
        })
    };
    let operation = json!({
        "parameters": inserted(
            "parameters",
            parameter("query", "offset", "integer"),
            json!([
                parameter("query", "limit", "integer"),
                parameter("header", "x-page", "integer"),
            ]),
        ),
        "responses": {"200": {"description": "", "content": {"application/json": {"schema": {
            "type": "object",
            "properties": inserted("properties", json!({"a": {"type": "string"}}), json!({
                "choice": {"oneOf": inserted("oneOf", json!({"type": "boolean"}), json!([
                    {"type": "integer", "maximum": 5},
                    {"type": "object", "properties": {"name": {"type": "string"}}},
                    {"type": "object", "properties": {"number": {"anyOf": inserted(
                        "anyOf",
                        json!({"type": "boolean"}),
                        json!([{"type": "string", "maxLength": 1}, {"type": "integer"}]),
                    )}}, "required": ["number"]},
                ]))},
                "whole": {"allOf": inserted("allOf", json!({"properties": {"z": {}}}), json!([
                    {"$ref": "#/components/schemas/Base"},
                    {"properties": {"size": {"type": "integer"}}},
                ]))},
            })),
        }}}}},
    });
    let paths = json!({
        "/things": {
            "parameters": inserted(
                "path parameters",
                parameter("header", "x-other", "integer"),
                json!([parameter("header", "x-trace", "integer")]),
            ),
            "get": operation,
        },
    });
    let other = json!({"/other": {"get": {"responses": {"200": {"description": ""}}}}});
    json!({
        "openapi": "3.0.3", "info": {"title": "t", "version": "1"},
        "servers": inserted(
            "servers",
            json!({"url": "https://other.acme.example"}),
            json!([{"url": "https://api.acme.example"}]),
        ),
        "paths": inserted("paths", other, paths),
        "components": {"schemas": {"Base": {"properties": {"id": {"type": "string"}}}}},
    })
    .to_string()
}

/// Exchanges that contradict it in each.
fn bodies() -> Vec<Value> {
    vec![
        json!({"choice": 7}),
        json!({"choice": {"name": 1}}),
        json!({"choice": {"number": "long"}}),
        json!({"whole": {"id": 1, "size": "x"}}),
    ]
}

fn har(bodies: &[Value]) -> String {
    let entries: Vec<_> = bodies
        .iter()
        .map(|body| {
            json!({
                "request": {
                    "method": "GET", "url": "https://api.acme.example/things?limit=x",
                    "headers": [
                        {"name": "x-page", "value": "x"}, {"name": "x-trace", "value": "x"},
                    ],
                },
                "response": {
                    "status": 200,
                    "headers": [{"name": "content-type", "value": "application/json"}],
                    "content": {"mimeType": "application/json", "text": body.to_string()},
                },
            })
        })
        .collect();
    json!({"log": {"version": "1.2", "entries": entries}}).to_string()
}

fn recording(body: &Value) -> String {
    json!({
        "format": 1, "meta": {"origin": "synthetic"},
        "request": {
            "method": "GET", "path": "/things", "query": {"limit": "x"},
            "headers": {"x-page": "x", "x-trace": "x"},
        },
        "response": {
            "status": 200, "headers": {"content-type": "application/json"}, "body": body,
        },
    })
    .to_string()
}

/// Traffic as a HAR, in a folder and line by line, after `first`, and a spec with things inserted.
fn bench(above: &[&str], first: &[Value]) -> Bench {
    let bench = Bench::new();
    let all = [first, &bodies()].concat();
    bench
        .write("spec.json", &spec(above))
        .write("a.har", &har(&all));
    let lines: Vec<_> = all.iter().map(recording).collect();
    bench.write("a.ndjson", &(lines.join("\n") + "\n"));
    for (number, body) in bodies().iter().enumerate() {
        bench.write(&format!("folder/m{number}.json"), &recording(body));
    }
    for (number, body) in first.iter().enumerate() {
        bench.write(&format!("folder/a{number}.json"), &recording(body));
    }
    bench
}

const PATHS: [&str; 5] = ["--spec", "spec.json", "a.har", "a.ndjson", "folder"];

/// The ids of all findings.
fn ids(bench: &Bench) -> BTreeSet<String> {
    let run = bench.validate([&PATHS[..], &["--format", "json"]].concat());
    assert_eq!(run.code, 1, "{run:?}");
    let report: Value = serde_json::from_str(&run.stdout).expect("JSON");
    let findings = report["findings"].as_array().expect("findings").iter();
    findings
        .map(|it| it["id"].as_str().expect("an id").to_owned())
        .collect()
}

/// The fingerprints of all findings.
fn fingerprints(bench: &Bench) -> BTreeSet<String> {
    let run = bench.validate([&PATHS[..], &["--format", "sarif"]].concat());
    let sarif: Value = serde_json::from_str(&run.stdout).expect("SARIF");
    let results = sarif["runs"][0]["results"].as_array().expect("results");
    let print = |it: &Value| {
        it["partialFingerprints"]["finding/v1"]
            .as_str()
            .map(str::to_owned)
    };
    results.iter().filter_map(print).collect()
}

#[test]
fn each_list_of_the_document_has_findings_of_its_own() {
    // Per exchange three parameters; besides, five values of four bodies; in three kinds of files,
    // of which the folder has a file for each body.
    let ids = ids(&bench(&[], &[]));
    let in_a_file = 3 + 5;
    let in_files_of_one_exchange = 4 * 3 + 5;
    assert_eq!(ids.len(), 2 * in_a_file + in_files_of_one_exchange);
}

#[test]
fn ids_and_fingerprints_stay_when_something_is_inserted_above_in_the_spec() {
    let before = ids(&bench(&[], &[]));
    let lists = [
        "servers",
        "paths",
        "path parameters",
        "parameters",
        "properties",
        "oneOf",
        "anyOf",
        "allOf",
    ];
    for list in lists {
        let bench = bench(&[list], &[]);
        assert_eq!(ids(&bench), before, "inserted into {list}");
        assert_eq!(fingerprints(&bench), before, "inserted into {list}");
    }
    assert_eq!(ids(&bench(&lists, &[])), before);
}

#[test]
fn ids_and_fingerprints_stay_when_an_exchange_is_inserted_above() {
    let before = ids(&bench(&[], &[]));
    // It has findings of its own in the folder, where it is a file.
    let bench = bench(&[], &[json!({"choice": 1})]);
    let after = ids(&bench);
    assert!(after.is_superset(&before), "{before:?} {after:?}");
    assert_eq!(after.len(), before.len() + 3);
    assert_eq!(fingerprints(&bench), after);
}

#[test]
fn a_baseline_outlives_what_is_inserted_above() {
    let entries: String = ids(&bench(&[], &[]))
        .iter()
        .map(|id| format!("- {{id: '{id}', reason: known, expires: 9999-12-31}}\n"))
        .collect();
    let bench = bench(
        &[
            "paths",
            "parameters",
            "path parameters",
            "oneOf",
            "anyOf",
            "allOf",
        ],
        &[],
    );
    bench.write("baseline.yaml", &entries);
    let run = bench.validate([&PATHS[..], &["--baseline", "baseline.yaml"]].concat());
    assert_eq!(run.code, 0, "{run:?}");
}

#[test]
fn what_is_wrong_with_a_baseline_keeps_its_id_when_an_entry_is_inserted_above() {
    let unused = |baseline: &str| -> BTreeSet<String> {
        let bench = bench(&[], &[]);
        bench.write("baseline.yaml", baseline);
        let run = bench.validate(
            [
                &PATHS[..],
                &["--baseline", "baseline.yaml", "--format", "json"],
            ]
            .concat(),
        );
        let report: Value = serde_json::from_str(&run.stdout).expect("JSON");
        let findings = report["findings"].as_array().expect("findings").iter();
        findings
            .filter(|it| it["code"].as_str() > Some("NSV600"))
            .map(|it| it["id"].as_str().expect("an id").to_owned())
            .collect()
    };
    let unused_entry = "- {code: NSV401, reason: known, expires: 9999-12-31}\n";
    let expired = "- {code: NSV302, reason: known, expires: 2001-01-01}\n";
    let before = unused(&format!("{unused_entry}{expired}"));
    assert_eq!(before.len(), 2);
    let above = "- {code: NSV301, at: /response/body/*/x, reason: known, expires: 9999-12-31}\n";
    let after = unused(&format!("{above}{unused_entry}{expired}"));
    assert_eq!(after.len(), 3);
    assert!(after.is_superset(&before));
}
