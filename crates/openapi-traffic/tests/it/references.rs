//! References to other files, by OpenAPI 3.0.3 ("Reference Object", "Relative References in URLs")
//! and RFC 3986.

use serde_json::Value;

use crate::bench::{Bench, Run, with_body};

const SPEC: &str = "\
openapi: 3.0.3
info: {title: Trunks, version: '1'}
paths:
  /trunks:
    $ref: paths/trunks.yaml
components:
  schemas:
    Name: {type: string}
";

const PATHS: &str = "\
get:
  operationId: list_trunks
  responses:
    '200':
      description: The trunks.
      content:
        application/json:
          schema:
            type: array
            items: {$ref: '../schemas/all%20trunks.json#/a~1b'}
";

const SCHEMAS: &str = r##"{
  "a/b": {
    "type": "object",
    "required": ["name"],
    "properties": {
      "name": {"$ref": "../spec.yaml#/components/schemas/Name"},
      "size": {"$ref": "#/size"},
      "next": {"$ref": "./all trunks.json#/a~1b"}
    }
  },
  "size": {"type": "integer"}
}
"##;

fn bench(body: &str) -> Bench {
    let bench = Bench::new();
    bench
        .write("api/spec.yaml", SPEC)
        .write("api/paths/trunks.yaml", PATHS)
        .write("api/schemas/all trunks.json", SCHEMAS)
        .write("a.json", &with_body(body));
    bench
}

fn validate(bench: &Bench) -> Run {
    bench.validate(["--spec", "api/spec.yaml", "a.json"])
}

#[test]
fn references_lead_from_file_to_file_and_back() {
    let run = validate(&bench(
        r#"[{"name": "a", "size": 1, "next": {"name": "b"}}]"#,
    ));
    assert_eq!(run.code, 0, "{run:?}");
}

#[test]
fn a_finding_stands_in_the_file_that_says_so() {
    for (body, file, line, column, pointer) in [
        (
            r#"[{"name": "a", "size": "b"}]"#,
            "api/schemas/all trunks.json",
            11,
            12,
            "/size/type",
        ),
        (
            r#"[{"name": 1}]"#,
            "api/spec.yaml",
            8,
            12,
            "/components/schemas/Name/type",
        ),
        (
            "{}",
            "api/paths/trunks.yaml",
            9,
            13,
            "/get/responses/200/content/application~1json/schema/type",
        ),
    ] {
        let run = bench(body).validate(["--spec", "api/spec.yaml", "--format", "json", "a.json"]);
        let report: Value = serde_json::from_str(&run.stdout).unwrap();
        let place = &report["findings"][0]["spec"];
        assert_eq!(place["file"], file, "{body}: {report:#}");
        assert_eq!(place["line"], line, "{body}: {place}");
        assert_eq!(place["column"], column, "{body}: {place}");
        assert_eq!(place["pointer"], pointer, "{body}: {place}");
    }
}

#[test]
fn a_finding_in_another_file_is_drawn_from_it() {
    let run = validate(&bench(r#"[{"name": "a", "size": "b"}]"#));
    assert!(
        run.stdout.contains("api/schemas/all trunks.json:11:12"),
        "{run:?}"
    );
    assert!(
        run.stdout
            .contains("11 |   \"size\": {\"type\": \"integer\"}"),
        "{run:?}"
    );
}

#[test]
fn a_referenced_file_that_cannot_be_read_is_2_and_named_with_the_reference() {
    for (content, wanted) in [
        (None, "cannot read api/schemas/all trunks.json"),
        (
            Some("{"),
            "all trunks.json:1:1: the text ends within an object",
        ),
        (Some("{}"), "cannot be resolved: no such place"),
    ] {
        let bench = bench("[]");
        let file = bench.path().join("api/schemas/all trunks.json");
        match content {
            None => std::fs::remove_file(file).unwrap(),
            Some(text) => std::fs::write(file, text).unwrap(),
        }
        let run = validate(&bench);
        assert_eq!(run.code, 2, "{run:?}");
        assert!(run.stdout.contains(wanted), "{wanted}: {run:?}");
        assert!(
            run.stdout.contains("api/paths/trunks.yaml:10:13: `$ref: "),
            "{run:?}"
        );
    }
}

#[test]
fn a_file_that_nothing_needs_may_be_missing() {
    let bench = bench("[]");
    bench.write(
        "api/spec.yaml",
        &format!("{SPEC}x-notes: {{$ref: missing.yaml}}\n"),
    );
    let run = validate(&bench);
    assert_eq!(run.code, 0, "{run:?}");
}

#[test]
fn a_reference_to_another_server_says_what_to_download() {
    for url in ["https://acme.example/s.yaml", "//acme.example/s.yaml"] {
        let bench = bench("[]");
        bench.write(
            "api/spec.yaml",
            &SPEC.replace("paths/trunks.yaml", &format!("{url}#/a")),
        );
        let run = validate(&bench);
        assert_eq!(run.code, 2, "{run:?}");
        let wanted = format!("download {url}, store it beside api/spec.yaml");
        assert!(run.stdout.contains(&wanted), "{run:?}");
    }
}

#[cfg(unix)]
#[test]
fn a_pipe_is_not_waited_for() {
    let bench = bench("[]");
    let file = bench.path().join("api/schemas/all trunks.json");
    std::fs::remove_file(&file).unwrap();
    let made = std::process::Command::new("mkfifo")
        .arg(&file)
        .status()
        .unwrap();
    assert!(made.success());
    let run = validate(&bench);
    assert_eq!(run.code, 2, "{run:?}");
    assert!(run.stdout.contains("not a regular file"), "{run:?}");
}
