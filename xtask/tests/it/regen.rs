//! Tests `cargo xtask regen`: the generated files, and the report on an edit.

use std::process::Command;

use codegen::generate::REPLACED;
use located::Source;
use serde_json::json;
use spec_changes::Edit;
use spec_corrections::{Correction, Corrections};
use xtask::regen::{self, edited_corrections};
use xtask::workspace::workspace_root;

use crate::bench::{Bench, with_body};

// --- what an edit of the corrections touches ---

/// One correction of the vendor's, in which the truth is this.
fn corrections(truth: &str) -> Vec<Correction> {
    let entry = json!([{
        "id": "name-is-text",
        "at": "/x",
        "vendor": {"v1": "an integer"},
        "truth": truth,
        "evidence": ["a.json#/b"],
        "effect": "A list fails.",
    }]);
    Corrections::load(Source::new("corrections.json", entry.to_string()))
        .expect("a list of corrections")
        .entries()
        .to_vec()
}

#[test]
fn corrections_that_are_new_gone_or_different_are_reported_with_their_evidence() {
    let before = corrections("text");
    let after = corrections("text, always");
    let lines = |sign| {
        vec![Edit {
            sign,
            what: "name-is-text".into(),
            recordings: vec![("a.json".into(), 1)],
        }]
    };
    assert_eq!(edited_corrections(&before, &after), lines('~'));
    assert_eq!(edited_corrections(&before, &[]), lines('-'));
    assert_eq!(edited_corrections(&[], &after), lines('+'));
    assert_eq!(edited_corrections(&before, &before), []);
}

// --- the command ---

/// A spec that can be generated from; `{STATES}` are the words of a vocabulary.
const SMALL: &str = "\
openapi: 3.0.3
info: {title: Trunks, version: '1'}
paths:
  /trunks:
    get:
      operationId: list_trunks
      responses:
        '200':
          description: All trunks.
          content:
            application/json:
              schema: {$ref: '#/components/schemas/Trunk'}
components:
  schemas:
    Trunk:
      type: object
      additionalProperties: {}
      properties:
        state: {$ref: '#/components/schemas/State'}
    State:
      type: string
      description: What it does.
      x-extensible-enum: [{STATES}]
";

/// A workspace in order, committed, with a recording of a trunk that has a state.
fn checkout() -> Bench {
    let bench = Bench::new();
    bench
        .write("openapi/connections.yaml", &spec("'on'"))
        .write("openapi/corrections.yaml", "[]\n")
        .write("docs/corrections.md", "")
        .write("src/generated.rs", "")
        .write("tests/recordings/a.json", &with_body(r#"{"state": "on"}"#));
    regen::run(bench.path(), false).expect("the workspace is in order");
    for arguments in [
        &["init", "--quiet"][..],
        &["add", "."],
        &[
            "-c",
            "user.name=A",
            "-c",
            "user.email=a@acme.example",
            "commit",
            "-qm",
            "x",
        ],
    ] {
        let git = Command::new("git")
            .args(arguments)
            .current_dir(bench.path())
            .status()
            .expect("git is there");
        assert!(git.success());
    }
    bench
}

/// The spec with these words, and with the schemas that are types of ours, which must be there.
fn spec(states: &str) -> String {
    let replaced = REPLACED.map(|name| format!("    {name}: {{type: string}}\n"));
    SMALL.replace("{STATES}", states) + &replaced.concat()
}

fn generated(bench: &Bench) -> String {
    std::fs::read_to_string(bench.path().join("src/generated.rs")).expect("the file is there")
}

#[test]
fn this_workspace_is_up_to_date() {
    let report = regen::run(&workspace_root(), true).expect("nothing to regenerate");
    assert_eq!(
        report,
        "docs/corrections.md: up to date\nsrc/generated.rs: up to date"
    );
}

#[test]
fn without_an_edit_nothing_is_written_and_nothing_to_tell() {
    let report = regen::run(checkout().path(), false).expect("the workspace is in order");
    let expected = "\
docs/corrections.md: up to date
src/generated.rs: up to date

public surface: as in the last commit

spec: as in the last commit

corrections: as in the last commit";
    assert_eq!(report, expected);
}

#[test]
fn an_edit_of_the_spec_is_generated_and_reported_with_types_and_recordings() {
    let bench = checkout();
    bench.write("openapi/connections.yaml", &spec("'on', idle"));
    let report = regen::run(bench.path(), false).expect("the spec is fit");
    let expected = "\
docs/corrections.md: up to date
src/generated.rs: written

public surface: 1 change since the last commit
  + State::Idle  variant

spec: 1 change since the last commit
  ~ /components/schemas/State/x-extensible-enum  [\"on\"] -> [\"on\",\"idle\"]
      tests/recordings/a.json  ×1

corrections: as in the last commit";
    assert_eq!(report, expected);
    assert!(generated(&bench).contains("Idle"));
}

#[test]
fn a_check_writes_nothing_and_fails_with_the_difference_and_the_command() {
    let bench = checkout();
    let before = generated(&bench);
    bench.write("openapi/connections.yaml", &spec("'on', idle"));
    let error = regen::run(bench.path(), true)
        .expect_err("the code is of another spec")
        .to_string();
    assert!(error.starts_with("--- src/generated.rs\n"), "{error}");
    assert!(error.contains("\n+        Idle,\n"), "{error}");
    assert!(
        error.ends_with("src/generated.rs is not up to date: run `cargo xtask regen`"),
        "{error}"
    );
    assert_eq!(generated(&bench), before);
}

#[test]
fn a_spec_that_cannot_be_generated_from_is_reported_with_its_place_and_nothing_is_written() {
    let table = [
        (
            "openapi: 3.0.3",
            "openapi: a: b",
            "openapi/connections.yaml:1:",
        ),
        (
            "type: string",
            "type: text",
            "openapi/connections.yaml:21:7: ",
        ),
        (
            "schemas/State'",
            "schemas/Stat'",
            "openapi/connections.yaml:19:",
        ),
    ];
    for (before, after, place) in table {
        let bench = checkout();
        let code = generated(&bench);
        bench.write(
            "openapi/connections.yaml",
            &spec("'on'").replace(before, after),
        );
        let error = regen::run(bench.path(), false)
            .expect_err(place)
            .to_string();
        assert!(error.starts_with(place), "{error}");
        assert_eq!(generated(&bench), code);
    }
}

#[test]
fn the_page_of_the_corrections_is_written_and_checked_too() {
    let bench = checkout();
    bench.write(
        "openapi/corrections.yaml",
        "- {id: name-is-text, at: /x, vendor: {v1: a}, truth: b, evidence: 'none: c', effect: d}\n",
    );
    let error = regen::run(bench.path(), true)
        .expect_err("the page lacks a correction")
        .to_string();
    assert!(error.contains("\n+## name-is-text\n"), "{error}");
    let report = regen::run(bench.path(), false).expect("a list of corrections");
    let page = std::fs::read_to_string(bench.path().join("docs/corrections.md")).expect("a page");
    assert!(page.starts_with("<!-- Made from openapi/corrections.yaml by `cargo xtask regen`;"));
    assert!(
        report.starts_with("docs/corrections.md: written\n"),
        "{report}"
    );
    assert!(
        report.ends_with(
            "corrections: 1 change since the last commit\n  + name-is-text\n      in no recording"
        ),
        "{report}"
    );
}

#[test]
fn without_a_commit_files_are_written_and_the_reason_is_reported() {
    let bench = Bench::new();
    bench
        .write("openapi/connections.yaml", &spec("'on'"))
        .write("openapi/corrections.yaml", "[]\n")
        .write("docs/corrections.md", "")
        .write("src/generated.rs", "");
    let report = regen::run(bench.path(), false).expect("the spec is fit");
    assert!(
        report.contains("src/generated.rs: written\n\nnothing to compare with: git has no "),
        "{report}"
    );
}

#[test]
fn a_recording_of_a_path_that_the_spec_does_not_write_so_is_named() {
    let bench = checkout();
    let concrete = with_body("[]").replace("/trunks", "/trunks/7");
    bench.write("tests/recordings/b.json", &concrete);
    let report = regen::run(bench.path(), false).expect("the spec is fit");
    assert!(
        report.contains("\n  ! tests/recordings/b.json: not compared; "),
        "{report}"
    );
}
