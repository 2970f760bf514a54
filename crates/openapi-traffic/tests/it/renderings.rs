//! Tests complete renderings of findings.

use serde_json::json;

use crate::bench::{Bench, Run, SPEC, with_body};

fn report(files: &[(&str, String)], format: &str) -> String {
    let bench = Bench::new();
    bench.write("spec.yaml", SPEC);
    for (name, text) in files {
        bench.write(name, text);
    }
    let Run { stdout, .. } =
        bench.validate(["--spec", "spec.yaml", "recordings", "--format", format]);
    // The figure that differs from run to run.
    match stdout
        .strip_suffix(" s\n")
        .and_then(|it| it.rsplit_once("; "))
    {
        Some((before, _)) if format == "human" => format!("{before}; … s\n"),
        _ => stdout,
    }
}

/// One wrong field in three elements of one recording and in one of another, which also lacks a
/// field once.
fn wrong() -> Vec<(&'static str, String)> {
    vec![
        (
            "recordings/a.json",
            with_body(r#"[{"name": 1, "password": "hunter2"}, {"name": 2}, {"name": 3}]"#),
        ),
        (
            "recordings/b.json",
            with_body(r#"[{"size": 7}, {"name": 4}]"#),
        ),
    ]
}

#[test]
fn human_has_the_most_frequent_first_with_both_places() {
    assert_eq!(
        report(&wrong(), "human"),
        r#"error[NSV220]: GET /trunks 200: `[].name` has the wrong type  ×4
  --> spec.yaml:24:11  (#/components/schemas/Trunk/properties/name/type)
   |
22 |       properties:
23 |         name:
24 |           type: string
   |           ^^^^^^^^^^^^ expected string
   |
  ::: recordings/a.json:8:15  (#/response/body/0/name)
   |
 6 |     "status": 200,
 7 |     "headers": {"content-type": "application/json"},
 8 |     "body": [{"name": 1, "password": "•••"}, {"name": 2}, {"name": 3}]
   |               ^^^^^^^^^ seen integer 1
   |
   = also at recordings/a.json:8:51  (#/response/body/1/name)
   = also at recordings/a.json:8:64  (#/response/body/2/name)
   = also at recordings/b.json:8:28  (#/response/body/1/name)
   = id 75cdd596a2, response-wrong-type

error[NSV223]: GET /trunks 200: `[].name` is required and missing
  --> spec.yaml:21:7  (#/components/schemas/Trunk/required)
   |
19 |     Trunk:
20 |       type: object
21 |       required: [name]
   |       ^^^^^^^^^^^^^^^^ expected `name`
   |
  ::: recordings/b.json:8:14  (#/response/body/0)
   |
 6 |     "status": 200,
 7 |     "headers": {"content-type": "application/json"},
 8 |     "body": [{"size": 7}, {"name": 4}]
   |              ^ seen nothing
   |
   = id c6e0283a97, response-missing-field

5 errors, 0 warnings: 2 exchanges, 0 of 1 operation seen; 0 skipped, 0 in the baseline; … s
"#
    );
}

#[test]
fn human_names_a_path_that_is_not_documented_by_what_looks_like_words() {
    let recording =
        with_body("[]").replace("\"/trunks\"", "\"/trunks/15555550100/lines?key=hunter2\"");
    assert_eq!(
        report(&[("recordings/a.json", recording)], "human"),
        r#"error[NSV101]: GET /trunks/•••/lines 200: the path `/trunks/•••/lines` is not documented
 --> spec.yaml:3:1  (#/paths)
  |
1 | openapi: 3.0.3
2 | info: {title: Trunks, version: '1'}
3 | paths:
  | ^^^^^^ expected a path of the spec
  |
 ::: recordings/a.json:4:32  (#/request/path)
  |
2 |   "format": 1,
3 |   "meta": {"origin": "synthetic"},
4 |   "request": {"method": "GET", "path": "•••"},
  |                                ^^^^^^^^^^^^^ seen `/trunks/•••/lines`
  |
  = id d2dec2970d, undocumented-path

1 error, 0 warnings: 1 exchange, 0 of 1 operation seen; 0 skipped, 0 in the baseline; … s
"#
    );
}

#[test]
fn junit_has_a_paragraph_for_equal_findings() {
    let document = report(&wrong(), "junit");
    let document = roxmltree::Document::parse(&document).expect("XML");
    let failure = document
        .descendants()
        .find(|node| node.has_tag_name("failure"))
        .expect("a failure");
    assert_eq!(
        failure.text(),
        Some(
            "NSV220: `[].name` has the wrong type ×3
in: GET /trunks 200
expected: string
seen: integer 1
spec: spec.yaml:24:11 (#/components/schemas/Trunk/properties/name/type)
recording: recordings/a.json:8:15 (#/response/body/0/name)
id: 75cdd596a2"
        )
    );
}

#[test]
fn github_has_a_line_for_each_finding() {
    assert_eq!(
        report(&wrong()[1..], "github"),
        "::error file=recordings/b.json,line=8,col=28,title=NSV220 response-wrong-type::\
         `[].name` has the wrong type%0Ain: GET /trunks 200%0Aexpected: string%0Aseen: integer 4\
         %0Aspec: spec.yaml:24 (#/components/schemas/Trunk/properties/name/type)\n\
         ::error file=recordings/b.json,line=8,col=14,title=NSV223 response-missing-field::\
         `[].name` is required and missing%0Ain: GET /trunks 200%0Aexpected: `name`%0A\
         seen: nothing%0Aspec: spec.yaml:21 (#/components/schemas/Trunk/required)\n"
    );
}

/// One entry, whose body is this text.
fn har(body: &str) -> String {
    json!({"log": {"version": "1.2", "entries": [{
        "request": {"method": "GET", "url": "https://api.acme.example/trunks?colour=red"},
        "response": {
            "status": 200,
            "headers": [
                {"name": "Date", "value": "today"},
                {"name": "Content-Type", "value": "application/json"},
            ],
            "content": {"mimeType": "application/json", "text": body},
        },
    }]}})
    .to_string()
}

#[test]
fn in_a_har_a_finding_points_into_the_escaped_body_with_a_pointer_that_resolves() {
    let har = har(
        "[{\"password\": \"h\u{fc}nter\\n2\",\n  \"name\": 5, \"x\": \"😀\"}, {\"name\": \"😀\", \
         \"size\": []}]",
    );
    let bench = Bench::new();
    bench.write("spec.yaml", SPEC).write("a.har", &har);
    let run = bench.validate(["--spec", "spec.yaml", "a.har", "--format", "json"]);
    let report: serde_json::Value = serde_json::from_str(&run.stdout).expect("JSON");
    let document: serde_json::Value = serde_json::from_str(&har).expect("JSON");
    let mut found = Vec::new();
    for finding in report["findings"].as_array().expect("findings") {
        let place = &finding["recording"];
        let pointer = place["pointer"].as_str().expect("a pointer");
        assert!(document.pointer(pointer).is_some(), "{pointer} resolves");
        let column = place["column"].as_u64().expect("a column");
        let column = usize::try_from(column).expect("short");
        let there: String = har.chars().skip(column - 1).take(11).collect();
        found.push((
            pointer.to_owned(),
            finding["at"].as_str().unwrap_or("").to_owned(),
            there,
        ));
    }
    let wanted = [
        (
            "/log/entries/0/request/url",
            "/request/query/colour",
            "\"url\":\"http",
        ),
        (
            "/log/entries/0/response/content/text",
            "/response/body/0/name",
            "\\\"name\\\": 5",
        ),
        (
            "/log/entries/0/response/content/text",
            "/response/body/1/size",
            "\\\"size\\\": [",
        ),
        (
            "/log/entries/0/response/content/text",
            "/response/body/0/x",
            "\\\"x\\\": \\\"😀\\",
        ),
    ]
    .map(|(pointer, at, there)| (pointer.to_owned(), at.to_owned(), there.to_owned()));
    assert_eq!(found, wanted);
}

#[test]
fn a_window_into_an_escaped_body_shows_what_it_stands_for() {
    let har = har("[{\"password\": \"hunter2\", \"name\": 5, \"hint\": \"hunter2\"}]")
        .replace("?colour=red", "");
    let column = har.find("\\\"name").expect("a key") + 1;
    let report = report(&[("recordings/a.har", har)], "human");
    let start = report.find("  ::: ").expect("a window");
    let end = start + report[start..].find("   = id").expect("its end");
    assert_eq!(
        &report[start..end],
        format!(
            r#"  ::: recordings/a.har:1:{column}  (#/log/entries/0/response/content/text)
   |
 1 | …"name": 5, "•••": "•••"}}]
   |  ^^^^^^^^^ seen integer 5
   |
"#
        )
    );
}

#[test]
fn a_header_in_a_har_is_pointed_at_in_its_list() {
    let har = har("[]")
        .replace("?colour=red", "")
        .replace("\"value\":\"application/json\"", "\"value\":\"text/x\"");
    let bench = Bench::new();
    bench.write("spec.yaml", SPEC).write("a.har", &har);
    let run = bench.validate(["--spec", "spec.yaml", "a.har", "--format", "json"]);
    assert!(
        run.stdout
            .contains("\"pointer\": \"/log/entries/0/response/headers/1\""),
        "{}",
        run.stdout
    );
}

#[test]
fn the_same_in_a_har_and_in_a_recording_is_one_group() {
    let files = [
        ("recordings/a.json", with_body(r#"[{"name": 1}]"#)),
        (
            "recordings/b.har",
            har(r#"[{"name": 1}]"#).replace("?colour=red", ""),
        ),
    ];
    let first = report(&files, "human");
    assert!(
        first.starts_with("error[NSV220]: GET /trunks 200: `[].name` has the wrong type  ×2\n"),
        "{first}"
    );
}
