//! Tests large inputs: long lines, deep values, many members, many findings.

use located::Source;
use openapi_traffic::report::{Report, Tool};
use openapi_traffic::{Options, run};
use serde_json::{Value, json};

use crate::bench::{Bench, SPEC};

/// A HAR of one line; each response is a trunk whose size is a string, and `é字` on the way.
fn har(entries: usize) -> String {
    let entry = |number: usize| {
        let trunks: Vec<_> = (0..20)
            .map(|_| json!({"name": "é字".repeat(30), "size": 1}))
            .chain([json!({"name": number.to_string(), "size": "much"})])
            .collect();
        json!({
            "request": {"method": "GET", "url": "https://h/trunks"},
            "response": {
                "status": 200,
                "headers": [{"name": "content-type", "value": "application/json"}],
                "content": {"text": Value::from(trunks).to_string()},
            },
        })
    };
    let entries: Vec<_> = (0..entries).map(entry).collect();
    json!({"log": {"version": "1.2", "entries": entries}}).to_string()
}

fn report(bench: &Bench, spec: &str, file: &str) -> Report {
    let options = Options {
        spec: bench.path().join(spec),
        paths: vec![bench.path().join(file)],
        cases: true,
        ..Options::default()
    };
    run(&options, Tool::default(), &(), &mut || {})
}

#[test]
fn findings_in_a_large_har_of_one_line_stand_where_the_whole_text_has_them() {
    let (bench, text) = (Bench::new(), har(400));
    assert!(text.len() > 1 << 20, "{} bytes", text.len());
    bench.write("spec.yaml", SPEC).write("a.har", &text);
    let report = report(&bench, "spec.yaml", "a.har");
    assert_eq!(
        (report.summary.exchanges, report.findings.len()),
        (400, 400)
    );
    let whole = Source::new("", text);
    for (number, it) in report.findings.iter().enumerate() {
        let found = it.finding.recording.as_ref().expect("a place");
        let pointer = format!("/log/entries/{number}/response/content/text");
        assert_eq!(found.pointer, pointer);
        assert_eq!(it.finding.at.as_deref(), Some("/response/body/20/size"));
        let body = whole.span(&pointer).expect("a body");
        let at = whole.byte_at(found.line, found.column).expect("a place");
        assert!(body.contains(&at));
        let found = &whole.text()[at..body.end];
        assert_eq!(found, r#"\"size\":\"much\"}]""#);
    }
}

#[test]
fn nothing_is_believed_of_a_large_har_that_is_cut_off() {
    let (bench, text) = (Bench::new(), har(400));
    let cut = &text[..text.len() - 1];
    bench.write("spec.yaml", SPEC).write("a.har", cut);
    let report = report(&bench, "spec.yaml", "a.har");
    assert_eq!((report.summary.exchanges, report.findings.len()), (0, 0));
    assert_eq!(report.problems.len(), 1, "{:?}", report.problems);
    assert!(
        report.problems[0].contains("the text ends"),
        "{:?}",
        report.problems
    );
}

/// The reader skips such a value without going down into it, and so must whoever looks for a place.
#[test]
fn an_entry_with_a_member_of_any_depth_has_its_findings() {
    let deep = "[".repeat(200_000) + &"]".repeat(200_000);
    for entries in [1, 400] {
        let (bench, text) = (Bench::new(), har(entries));
        let text = text.replacen(
            "{\"request\"",
            &format!("{{\"_deep\":{deep},\"request\""),
            1,
        );
        bench.write("spec.yaml", SPEC).write("a.har", &text);
        let report = report(&bench, "spec.yaml", "a.har");
        assert_eq!(report.problems, [""; 0]);
        let whole = text.find("\"response\"").expect("a response");
        let place = report.findings[0].finding.recording.as_ref();
        let place = place.expect("a place");
        assert_eq!(report.findings.len(), entries);
        assert!(place.column > whole, "{place:?}");
    }
}

#[test]
fn a_wrong_leaf_below_a_hundred_levels_of_alternatives_is_found() {
    const SPEC: &str = include_str!("../../benches/recursive.yaml");
    for combination in ["oneOf", "anyOf"] {
        let bench = Bench::new();
        bench.write("spec.yaml", &SPEC.replace("oneOf", combination));
        let leaf = json!({"left": 1, "right": 1, "leaf": "wrong"});
        // Both alternatives go on: each level would double the work.
        let deep = |inner, _| json!({"left": 1, "right": "no", "next": inner});
        let body = (0..100).fold(leaf, deep);
        let recording = json!({
            "format": 1,
            "meta": {"origin": "synthetic"},
            "request": {"method": "GET", "path": "/nodes"},
            "response": {
                "status": 200, "headers": {"content-type": "application/json"}, "body": body,
            },
        });
        bench.write("a.json", &recording.to_string());
        let report = report(&bench, "spec.yaml", "a.json");
        let found = report
            .findings
            .iter()
            .filter_map(|it| it.finding.recording.as_ref());
        let deepest = found
            .map(|place| place.pointer.matches("/next").count())
            .max();
        assert_eq!(deepest, Some(100), "{combination}: {:?}", report.findings);
    }
}

#[test]
fn a_value_that_many_schemas_share_is_walked_through_once() {
    let bench = Bench::new();
    let spec = include_str!("../../benches/recursive.yaml").replace("oneOf", "anyOf");
    bench.write("spec.yaml", &spec);
    let leaf = json!({"left": 1, "right": 1, "new": true});
    let body = (0..100).fold(
        leaf,
        |inner, _| json!({"left": 1, "right": 1, "next": inner}),
    );
    let recording = json!({
        "format": 1,
        "meta": {"origin": "synthetic"},
        "request": {"method": "GET", "path": "/nodes"},
        "response": {
            "status": 200, "headers": {"content-type": "application/json"}, "body": body,
        },
    });
    bench.write("a.json", &recording.to_string());
    let report = report(&bench, "spec.yaml", "a.json");
    assert_eq!(report.findings.len(), 1, "{:?}", report.findings);
    assert_eq!(report.findings[0].finding.code, "NSV301");
}

#[test]
fn each_of_many_members_of_one_object_has_its_finding_at_its_place() {
    let bench = Bench::new();
    let spec = "
openapi: 3.0.3
paths:
  /a:
    get:
      responses:
        '200':
          description: ok
          content: {application/json: {schema: {additionalProperties: {type: integer}}}}
";
    bench.write("spec.yaml", spec);
    let body: serde_json::Map<_, _> = (0..12_000)
        .map(|it| (format!("a-member-{it:06}"), json!("x")))
        .collect();
    let recording = json!({
        "format": 1,
        "meta": {"origin": "synthetic"},
        "request": {"method": "GET", "path": "/a"},
        "response": {
            "status": 200, "headers": {"content-type": "application/json"}, "body": body,
        },
    });
    let text = recording.to_string();
    bench.write("a.json", &text);
    let report = report(&bench, "spec.yaml", "a.json");
    assert_eq!(report.findings.len(), 12_000);
    let member = "\"a-member-000000\":\"x\",".len();
    let first = text.find("\"a-member-000000\"").expect("the first member") + 1;
    for (number, it) in report.findings.iter().enumerate() {
        let found = it.finding.recording.as_ref().expect("a place");
        assert_eq!(found.column, first + number * member);
    }
}
