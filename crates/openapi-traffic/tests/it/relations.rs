//! Relations over HAR files, lines and linked recordings, and what is wrong with a file of them.

use std::sync::Arc;

use http_recording::Recording;
use located::Source;
use openapi_traffic::report::{Report, Tool};
use openapi_traffic::{Exchange, Options, Relations, Spec, run};
use serde_json::{Value, json};

use crate::bench::{Bench, Run};

const USERS: &str = "\
openapi: 3.0.3
info: {title: Users, version: '1'}
paths:
  /users/{id}:
    get:
      operationId: get_user
      responses:
        default: {description: The user., content: {application/json: {}}}
    put:
      operationId: update_user
      requestBody: {content: {application/json: {}}}
      responses:
        default: {description: Updated.}
";

const UPDATED: &str = "\
- id: updated-is-read
  says: A user reads as it was updated.
  before: {exchange: update_user 200, key: [path.id]}
  until: [{exchange: update_user, key: [path.id]}]
  exchange: get_user 200
  key: [path.id]
  assert: agree(before.request, response)
";

/// `PUT` with this name.
fn put(id: u32, name: &str) -> Value {
    let request = json!({"method": "PUT", "path": format!("/users/{id}"), "headers": {
        "content-type": "application/json"
    },
                         "body": {"name": name}});
    json!({"request": request, "response": {"status": 200}})
}

/// `GET` with this response name.
fn get(id: u32, name: &str) -> Value {
    let request = json!({"method": "GET", "path": format!("/users/{id}")});
    let response = json!({
        "status": 200, "headers": {"content-type": "application/json"}, "body": {"name": name}
    });
    json!({"request": request, "response": response})
}

/// A recording with this `meta` beside its origin.
fn recording(exchange: &Value, meta: Value) -> String {
    let mut recording = exchange.clone();
    recording["format"] = 1.into();
    recording["meta"] = meta;
    recording["meta"]["origin"] = "synthetic".into();
    recording.to_string()
}

/// The entry of a HAR.
fn entry(exchange: &Value) -> Value {
    let path = exchange["request"]["path"].as_str().expect("a path");
    let mut entry = json!({
        "request": {"method": exchange["request"]["method"], "url": format!("https://h{path}")},
        "response": {"status": exchange["response"]["status"]},
    });
    let content = |body: &Value| json!({"mimeType": "application/json", "text": body.to_string()});
    if let Some(body) = exchange["request"].get("body") {
        entry["request"]["postData"] = content(body);
    }
    if let Some(body) = exchange["response"].get("body") {
        entry["response"]["content"] = content(body);
    }
    entry
}

fn har(entries: &[Value]) -> String {
    json!({"log": {"version": "1.2", "entries": entries}}).to_string()
}

/// A run over one file with the relation.
fn over(file: &str, text: &str) -> Run {
    let bench = Bench::new();
    bench
        .write("spec.yaml", USERS)
        .write("relations.yaml", UPDATED)
        .write(file, text);
    validate(&bench, file)
}

fn validate(bench: &Bench, path: &str) -> Run {
    let arguments = ["--spec", "spec.yaml", "--relations", "relations.yaml"];
    bench.validate(arguments.into_iter().chain([path, "--format", "github"]))
}

/// The codes of a run, in order.
fn codes(run: &Run) -> Vec<&str> {
    let lines = run.stdout.lines();
    let codes = lines.filter_map(|line| line.split_once("title=")?.1.split(' ').next());
    codes.collect()
}

#[test]
fn a_har_is_a_session_in_the_order_of_its_entries() {
    let (before, after) = (entry(&put(7, "a")), entry(&get(7, "b")));
    let run = over("a.har", &har(&[before.clone(), after.clone()]));
    assert_eq!((run.code, codes(&run)), (1, vec!["NSV901"]), "{run:?}");
    assert!(run.stdout.contains("compared with: a.har:1 (#"), "{run:?}");
    assert!(
        run.stdout
            .contains("(#/log/entries/0/request/postData/text)"),
        "{run:?}"
    );
    // Never applied, so that this is all there is to say.
    let run = over("a.har", &har(&[after, before]));
    assert_eq!((run.code, codes(&run)), (1, vec!["NSV903"]), "{run:?}");
}

#[test]
fn a_large_har_is_a_session_too() {
    let mut entries: Vec<_> = (0..4_000)
        .map(|id| entry(&put(id, &"n".repeat(200))))
        .collect();
    entries.extend([
        entry(&put(7, "a")),
        entry(&get(8, &"n".repeat(200))),
        entry(&get(7, "b")),
    ]);
    let text = har(&entries);
    assert!(text.len() > 1 << 20);
    let run = over("a.har", &text);
    assert_eq!(codes(&run), ["NSV901"], "{run:?}");
    assert!(
        run.stdout
            .contains("(#/log/entries/4000/request/postData/text)"),
        "{run:?}"
    );
}

#[test]
fn an_entry_that_was_aborted_may_have_changed_anything() {
    let mut aborted = entry(&put(7, "b"));
    aborted["response"]["status"] = 0.into();
    let entries = [entry(&put(7, "a")), aborted, entry(&get(7, "b"))];
    assert_eq!(codes(&over("a.har", &har(&entries))), ["NSV903"]);
}

#[test]
fn a_method_that_the_document_does_not_have_may_have_changed_anything() {
    let mut patch = put(7, "b");
    patch["request"]["method"] = "PATCH".into();
    let entries = [entry(&put(7, "a")), entry(&patch), entry(&get(7, "b"))];
    assert_eq!(codes(&over("a.har", &har(&entries))), ["NSV102", "NSV903"]);
}

#[test]
fn lines_are_a_session_however_many_they_are() {
    // More than are in memory at once.
    let many = (100..1_000).map(|id| recording(&put(id, "a"), json!({})));
    let text = |name: &str| {
        let first = std::iter::once(recording(&put(7, "a"), json!({})));
        let last = std::iter::once(recording(&get(7, name), json!({})));
        let lines: Vec<_> = first.chain(many.clone()).chain(last).collect();
        lines.join("\n")
    };
    let run = over("a.ndjson", &text("b"));
    assert_eq!(codes(&run), ["NSV901"], "{run:?}");
    assert!(
        run.stdout.contains("line=902,") && run.stdout.contains("a.ndjson:1 "),
        "{run:?}"
    );
    assert_eq!(over("a.ndjson", &text("a")).code, 0);
}

#[test]
fn a_line_names_no_recording_before_it() {
    let run = over(
        "a.ndjson",
        &recording(&get(7, "a"), json!({"after": "b.json"})),
    );
    assert_eq!(run.code, 2, "{run:?}");
    assert!(
        run.stdout.contains("a line comes after the line above it"),
        "{run:?}"
    );
}

/// A folder with a `PUT` and recordings that come after it.
fn linked(after: &[(&str, String)]) -> Bench {
    let bench = Bench::new();
    bench
        .write("spec.yaml", USERS)
        .write("relations.yaml", UPDATED)
        .write("recordings/put.json", &recording(&put(7, "a"), json!({})));
    for (file, text) in after {
        bench.write(file, text);
    }
    bench
}

#[test]
fn a_recording_comes_after_the_one_that_it_names() {
    let good = recording(&get(7, "a"), json!({"after": "../put.json"}));
    let bad = recording(&get(7, "b"), json!({"after": "../put.json"}));
    let bench = linked(&[
        ("recordings/get/good.json", good),
        ("recordings/get/bad.json", bad),
    ]);
    let run = validate(&bench, "recordings");
    assert_eq!(codes(&run), ["NSV901"], "{run:?}");
    assert!(
        run.stdout.contains("file=recordings/get/bad.json,"),
        "{run:?}"
    );
    assert!(
        run.stdout
            .contains("compared with: recordings/put.json:1 (#/request/body/name)"),
        "{run:?}"
    );
}

#[test]
fn what_comes_after_one_recording_does_not_come_after_another() {
    // Both come after the first: neither sees the other.
    let write = recording(&put(7, "b"), json!({"after": "put.json"}));
    let read = recording(&get(7, "a"), json!({"after": "put.json"}));
    let bench = linked(&[("recordings/a.json", write), ("recordings/b.json", read)]);
    let run = validate(&bench, "recordings");
    assert_eq!((run.code, codes(&run)), (0, vec![]), "{run:?}");
}

#[test]
fn a_negative_example_expects_a_broken_relation_as_any_other_code() {
    let meta = json!({"after": "../put.json", "expect": ["NSV901"]});
    let good = recording(&get(7, "a"), json!({"after": "put.json"}));
    for (name, code) in [("b", 0), ("a", 1)] {
        let negative = recording(&get(7, name), meta.clone());
        let bench = linked(&[
            ("recordings/negative/n.json", negative),
            ("recordings/good.json", good.clone()),
        ]);
        assert_eq!(validate(&bench, "recordings").code, code, "{name}");
    }
}

#[test]
fn what_the_recording_before_cannot_be_is_a_problem() {
    for after in ["gone.json", "get.json", "/dev/zero", "."] {
        let text = recording(&get(7, "a"), json!({"after": after}));
        let bench = linked(&[("recordings/get.json", text)]);
        let run = validate(&bench, "recordings");
        assert_eq!(run.code, 2, "{after}: {run:?}");
        assert!(
            run.stdout.contains("recordings/get.json:1:"),
            "{after}: {run:?}"
        );
    }
}

#[test]
fn without_a_file_of_relations_nothing_is_checked_against_anything() {
    let bench = linked(&[(
        "recordings/get.json",
        recording(&get(7, "b"), json!({"after": "put.json"})),
    )]);
    assert_eq!(
        bench.validate(["--spec", "spec.yaml", "recordings"]).code,
        0
    );
}

#[test]
fn a_finding_shows_no_value() {
    let secrets = [
        "correct-horse",
        "battery-staple",
        "15555550100",
        "hunter2hunter2",
    ];
    let sent = json!({"name": secrets[0], secrets[2]: 1});
    let read = json!({"name": secrets[1], secrets[2]: secrets[3]});
    let mut write = put(7, "");
    write["request"]["body"] = sent;
    let mut after = get(7, "");
    after["response"]["body"] = read;
    let bench = Bench::new();
    bench
        .write("spec.yaml", USERS)
        .write("relations.yaml", UPDATED)
        .write("a.har", &har(&[entry(&write), entry(&after)]));
    for format in ["human", "json", "sarif", "junit", "github", "html"] {
        let arguments = ["--spec", "spec.yaml", "--relations", "relations.yaml"];
        let run = bench.validate(arguments.into_iter().chain(["a.har", "--format", format]));
        assert_eq!(run.code, 1, "{run:?}");
        assert!(
            run.stdout.contains("updated-is-read"),
            "{format}: {}",
            run.stdout
        );
        for secret in secrets {
            assert!(
                !run.stdout.contains(secret),
                "{format} {secret}: {}",
                run.stdout
            );
        }
    }
}

/// A report over one file with the relation.
fn report(bench: &Bench, file: &str) -> Report {
    let options = Options {
        spec: bench.path().join("spec.yaml"),
        paths: vec![bench.path().join(file)],
        relations: Some(bench.path().join("relations.yaml")),
        ..Options::default()
    };
    run(&options, Tool::default(), &(), &mut || {})
}

#[test]
fn the_json_report_names_the_exchange_before_and_counts_relations() {
    let bench = Bench::new();
    bench
        .write("spec.yaml", USERS)
        .write("relations.yaml", UPDATED)
        .write("a.har", &har(&[entry(&put(7, "a")), entry(&get(7, "b"))]));
    let report = serde_json::to_value(report(&bench, "a.har")).expect("JSON");
    assert_eq!(report["summary"]["relations"], 1);
    let finding = &report["findings"][0];
    assert_eq!(
        finding["before"]["pointer"],
        "/log/entries/0/request/postData/text"
    );
    assert_eq!(
        finding["recording"]["pointer"],
        "/log/entries/1/response/content/text"
    );
    assert_eq!(finding["spec"]["line"], 7);
    assert_eq!(
        finding["seen"],
        "`name`: string of 1 character and string of 1 character"
    );
}

#[test]
fn the_end_of_a_header_is_compared_whatever_its_case() {
    let spec = Spec::load(Source::new("api.yaml", USERS.to_owned())).expect("a spec");
    let text = "\
- id: location-is-the-user
  says: The location is that of the user.
  exchange: get_user 200
  assert: ends(header.Location, response.id)
";
    let relations = Relations::load(Source::new("r.yaml", text.to_owned()), &spec).expect("one");
    let found = |location: &str, id: Value| -> Vec<_> {
        let recording = json!({
            "format": 1,
            "meta": {"origin": "captured"},
            "request": {"method": "GET", "path": "/users/7"},
            "response": {"status": 200, "headers": {"LOCATION": location}, "body": {"id": id}},
        });
        let source = Source::new("a.json", recording.to_string());
        let recording = Recording::read(&source).expect("a recording");
        let exchange = Arc::new(Exchange::new(recording, Arc::new(source), "", 0));
        let findings = relations.check(&spec, [exchange]);
        findings.into_iter().map(|it| it.code).collect()
    };
    let none: [&str; 0] = [];
    assert_eq!(found("/users/7", json!(7)), none);
    assert_eq!(found("/users/a", json!("a")), none);
    assert_eq!(found("/users/7", json!(null)), ["NSV902"]);
    assert_eq!(found("/users/7", json!(8)), ["NSV901"]);
}

#[test]
fn what_is_wrong_with_a_file_of_relations_is_said_with_its_line() {
    let spec = Spec::load(Source::new("api.yaml", USERS.to_owned())).expect("a spec");
    let rows = [
        (
            "assert: agree(before.request, response)",
            "assert: agree(before.request)",
            7,
        ),
        ("exchange: get_user 200", "exchange: read_user 200", 5),
        ("exchange: get_user 200", "exchange: GET /user/{id}", 5),
        ("exchange: get_user 200", "exchange: get_user OK", 5),
        ("exchange: get_user 200", "exchange: get_user 700", 5),
        ("exchange: get_user 200", "exchange: []", 5),
        (
            "exchange: get_user 200",
            "exchange: get_user\n  each: body",
            6,
        ),
        (
            "exchange: get_user 200",
            "exchange: get_user\n  where: path.id",
            6,
        ),
        (
            "exchange: get_user 200",
            "exchange: get_user\n  colour: red",
            6,
        ),
        // `it` without `each`.
        (
            "assert: agree(before.request, response)",
            "assert: agree(before.request, it)",
            7,
        ),
        ("  key: [path.id]\n", "  key: [it.id]\n", 1),
        (
            "exchange: get_user 200",
            "exchange: get_user\n  each: path.id",
            6,
        ),
        ("  key: [path.id]\n", "  key: [path.id, status]\n", 3),
        ("  key: [path.id]\n", "  key: ['path.id =']\n", 6),
        (
            "{exchange: update_user, key: [path.id]}",
            "{exchange: update_user, key: [status, status]}",
            4,
        ),
        (
            "{exchange: update_user 200,",
            "{name: response, exchange: update_user 200,",
            3,
        ),
        ("says: A user reads as it was updated.", "says: ''", 1),
        ("before:", "after:", 3),
        ("before: {", "before: {colour: red, ", 3),
    ];
    for (good, bad, line) in rows {
        assert_eq!(UPDATED.matches(good).count(), 1, "{good}");
        let text = UPDATED.replace(good, bad);
        let error = Relations::load(Source::new("r.yaml", text), &spec).expect_err(bad);
        let error = error.to_string();
        assert!(
            error.starts_with(&format!("r.yaml:{line}:")),
            "{bad}: {error}"
        );
    }
    let twice = Source::new("r.yaml", UPDATED.repeat(2));
    let error = Relations::load(twice, &spec)
        .expect_err("twice")
        .to_string();
    assert!(error.contains("another relation has this `id`"), "{error}");
}

#[test]
fn a_file_of_relations_that_cannot_be_read_leaves_the_rest_to_be_validated() {
    let bench = Bench::new();
    bench
        .write("spec.yaml", USERS)
        .write("relations.yaml", "- id: x\n")
        .write("a.json", &recording(&get(7, "a"), json!({})));
    let report = report(&bench, "a.json");
    assert_eq!((report.summary.exchanges, report.problems.len()), (1, 1));
    assert!(
        report.problems[0].contains("relations.yaml:1:"),
        "{:?}",
        report.problems
    );
}

#[test]
fn a_relation_that_cannot_be_evaluated_is_a_warning() {
    let relation = "\
- id: names-grow
  says: A name is a number that is not small.
  exchange: GET /users/{id} 2XX
  assert: response.name + 1 > path.id
";
    let bench = Bench::new();
    bench
        .write("spec.yaml", USERS)
        .write("relations.yaml", relation)
        .write(
            "a.har",
            &har(&[
                entry(&get(7, "8")),
                entry(&get(7, "a")),
                entry(&get(9, "8")),
            ]),
        );
    let run = validate(&bench, "a.har");
    assert_eq!(codes(&run), ["NSV901", "NSV902"], "{run:?}");
    assert!(
        run.stdout
            .contains("seen: `response.name`: string of 1 character"),
        "{run:?}"
    );
}
