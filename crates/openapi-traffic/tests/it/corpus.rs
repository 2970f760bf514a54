//! Recordings from files, folders, HAR and NDJSON.

use std::path::{Path, PathBuf};

use located::Source;
use openapi_traffic::Spec;
use openapi_traffic::corpus::{self, Summary};
use serde_json::{Value, json};

use crate::bench::Bench;

const SPEC: &str = "
openapi: 3.0.3
paths:
  /a:
    get:
      operationId: a
      responses:
        '200':
          description: ok
          content: {application/json: {schema: {type: integer}}}
";

fn recording(body: Value) -> Value {
    json!({
        "format": 1, "meta": {"origin": "synthetic"}, "request": {"method": "GET", "path": "/a"},
        "response": {"status": 200, "headers": {"content-type": "application/json"}, "body": body},
    })
}

fn expecting(code: &str, body: Value) -> Value {
    let mut recording = recording(body);
    recording["meta"]["expect"] = json!([code]);
    recording
}

/// Takes a HAR to be a list of bodies.
/// A HAR whose exchanges have these bodies, and an entry that is none.
fn har(bodies: &[&str]) -> String {
    let entries = bodies.iter().map(|body| {
        json!({
            "request": {"method": "GET", "url": "https://h/a"},
            "response": {
                "status": 200,
                "headers": [{"name": "content-type", "value": "application/json"}],
                "content": {"text": body},
            },
        })
    });
    let lost =
        json!({"request": {"method": "GET", "url": "https://h/a"}, "response": {"status": 0}});
    let entries: Vec<_> = entries.chain([lost]).collect();
    json!({"log": {"version": "1.2", "entries": entries}}).to_string()
}

type Labelled = Vec<(String, Vec<&'static str>)>;

/// Each exchange's name below the folder and its codes, and what the run came to.
fn run(folder: &Path, paths: &[&str]) -> (Labelled, Summary) {
    let spec = Spec::load(Source::new("spec.yaml", SPEC.to_owned())).unwrap();
    let paths: Vec<PathBuf> = paths.iter().map(|path| folder.join(path)).collect();
    let prefix = format!("{}/", located::display(folder));
    let mut judged = Vec::new();
    let summary = corpus::for_each(&paths, &spec, &mut |it| {
        judged.push((
            it.label.replace(&prefix, ""),
            it.findings.iter().map(|finding| finding.code).collect(),
        ));
    });
    (judged, summary)
}

fn folder(files: &[(&str, String)]) -> Bench {
    let folder = Bench::new();
    for (name, text) in files {
        folder.write(name, text);
    }
    folder
}

#[test]
fn a_folder_is_read_to_the_bottom_in_order() {
    let folder = folder(&[
        ("b/2.json", recording(json!(1)).to_string()),
        ("b/1.json", recording(json!("x")).to_string()),
        (
            "a.ndjson",
            format!("{}\n\n{}\n", recording(json!(1)), recording(json!(null))),
        ),
        ("c.har", har(&["1", r#""x""#])),
        ("README.md", "words".to_owned()),
        (".hidden.json", "{".to_owned()),
    ]);
    let (judged, summary) = run(folder.path(), &[""]);
    let expected: Labelled = [
        ("a.ndjson", vec![]),
        ("a.ndjson:3", vec!["NSV221"]),
        ("b/1.json", vec!["NSV220"]),
        ("b/2.json", vec![]),
        ("c.har#/log/entries/0", vec![]),
        ("c.har#/log/entries/1", vec!["NSV220"]),
    ]
    .map(|(label, codes)| (label.to_owned(), codes))
    .into();
    assert_eq!(judged, expected);
    assert_eq!(summary.exchanges, 6);
    let skipped: Vec<_> = summary
        .skipped
        .iter()
        .map(|(reason, skipped)| (reason.as_str(), skipped.count))
        .collect();
    assert_eq!(
        skipped,
        [
            ("hidden", 1),
            ("no response (status 0)", 1),
            ("not .json, .har, .ndjson or .jsonl", 1)
        ]
    );
}

#[test]
fn a_har_is_known_by_what_is_in_it() {
    let folder = folder(&[("traffic.json", har(&["1"]))]);
    assert_eq!(run(folder.path(), &["traffic.json"]).1.exchanges, 1);
}

#[test]
fn negative_exchanges_give_a_finding_only_when_they_are_not_rejected_as_they_say() {
    let folder = folder(&[
        (
            "negative/accepted.json",
            expecting("NSV220", json!(1)).to_string(),
        ),
        (
            "negative/refused.json",
            expecting("NSV220", json!("x")).to_string(),
        ),
        (
            "negative/refused-otherwise.json",
            expecting("NSV220", json!(null)).to_string(),
        ),
        ("negative/silent.json", recording(json!(1)).to_string()),
        (
            "elsewhere.json",
            expecting("NSV221", json!(null)).to_string(),
        ),
        ("positive.json", recording(json!(1)).to_string()),
    ]);
    let (judged, summary) = run(folder.path(), &[""]);
    let refused: Vec<_> = judged
        .iter()
        .filter(|(_, codes)| codes.is_empty())
        .map(|(label, _)| label.as_str())
        .collect();
    assert_eq!(
        refused,
        ["elsewhere.json", "negative/refused.json", "positive.json"]
    );
    assert!(
        judged
            .iter()
            .flat_map(|(_, codes)| codes)
            .all(|code| *code == "NSV801")
    );
    assert_eq!((summary.exchanges, summary.negative), (1, 5));
}

#[test]
fn nothing_to_validate_is_an_error() {
    let folder = folder(&[
        ("empty/README.md", String::new()),
        ("empty.ndjson", "\n".to_owned()),
    ]);
    for path in ["empty", "empty.ndjson", "missing", "missing.json"] {
        let problems = run(folder.path(), &[path]).1.problems;
        assert!(
            matches!(&problems[..], [one] if one.contains(path)),
            "{problems:?}"
        );
    }
    assert_eq!(
        run(folder.path(), &[]).1.problems,
        ["no path was given: nothing was validated"]
    );
}

#[test]
fn a_recording_that_cannot_be_read_is_an_error_with_its_place() {
    for (text, wanted) in [
        (
            "{\"format\": 1,\n \"meta\": 5}",
            "bad.json:2:10: not a recording: invalid type: integer, expected an object",
        ),
        (
            "{\"format\": 2, \"meta\": {\"origin\": \"synthetic\"}, \"request\": {\"method\": \
             \"GET\", \"path\": \"/\"}, \"response\": {\"status\": 200}}",
            "bad.json:1:2: format 2 is not supported, only 1",
        ),
        (
            "{\"format\": 1",
            "bad.json:1:12: the text ends within an object",
        ),
        ("{}", "bad.json:1:1: neither a recording"),
        ("[]", "bad.json:1:1: neither a recording"),
    ] {
        let folder = folder(&[
            ("bad.json", text.to_owned()),
            ("good.json", recording(json!(1)).to_string()),
        ]);
        let (judged, summary) = run(folder.path(), &[""]);
        assert!(
            matches!(&summary.problems[..], [one] if one.contains(wanted)),
            "{:?}",
            summary.problems
        );
        assert_eq!(judged, [("good.json".to_owned(), vec![])]);
    }
}

#[test]
fn a_duplicate_key_is_found_in_every_kind_of_file() {
    let twice = |recording: Value| {
        recording
            .to_string()
            .replacen(r#""path":"/a""#, r#""path":"/a","query":{},"query":{}"#, 1)
    };
    let folder = folder(&[
        ("a.json", twice(recording(json!(1)))),
        (
            "b.ndjson",
            format!("{}\n{}\n", recording(json!(1)), twice(recording(json!(1)))),
        ),
        ("c.har", har(&[r#"{"a": 1, "a": 2}"#])),
    ]);
    let spec = Spec::load(Source::new("spec.yaml", SPEC.to_owned())).unwrap();
    let mut found = Vec::new();
    corpus::for_each(&[folder.path().to_owned()], &spec, &mut |judged| {
        let places = judged
            .findings
            .into_iter()
            .filter(|finding| finding.code == "NSV401")
            .filter_map(|finding| finding.recording);
        found.extend(places.map(|place| (place.line, place.pointer)));
    });
    let [query, in_har] =
        ["/request/query", "/log/entries/0/response/content/text"].map(str::to_owned);
    assert_eq!(found, [(1, query.clone()), (2, query), (1, in_har)]);
}

#[test]
fn a_bad_line_is_named_by_its_number() {
    let folder = folder(&[(
        "a.ndjson",
        format!("{}\n{{\"format\": 1}}\n", recording(json!(1))),
    )]);
    let problems = run(folder.path(), &["a.ndjson"]).1.problems;
    assert!(
        problems[0].contains("a.ndjson:2:13: not a recording: missing field `meta`"),
        "{problems:?}"
    );
}

#[test]
fn order_and_evidence_do_not_depend_on_the_number_of_threads() {
    let lines: String = (0..1000)
        .map(|n| {
            format!(
                "{}\n",
                recording(if n % 7 == 0 { json!("x") } else { json!(n) })
            )
        })
        .collect();
    let folder = folder(&[("many.ndjson", lines)]);
    let with = |threads| {
        let pool = rayon::ThreadPoolBuilder::new()
            .num_threads(threads)
            .build()
            .unwrap();
        pool.install(|| {
            let (judged, summary) = run(folder.path(), &["many.ndjson"]);
            let spec = Spec::load(Source::new("spec.yaml", SPEC.to_owned())).unwrap();
            (judged, summary.evidence.rows(&spec))
        })
    };
    let one = with(1);
    assert_eq!(
        one.0
            .iter()
            .filter(|(_, codes)| codes == &["NSV220"])
            .count(),
        143
    );
    assert_eq!(one, with(4));
}
