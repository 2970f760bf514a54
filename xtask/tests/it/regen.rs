//! Tests `cargo xtask regen`: the generated files, and the report on an edit.

use std::process::Command;

use codegen::generate::REPLACED;
use located::Source;
use serde_json::{Value, json};
use spec_changes::Edit;
use xtask::corrections::{Correction, Corrections};
use xtask::corrections_page;
use xtask::regen::{self, edited_corrections};
use xtask::workspace::workspace_root;

use crate::bench::{Bench, with_body};

// --- the page of the corrections ---

/// One correction with this evidence, in which the vendor and the truth are these.
fn with_evidence(vendor: &Value, truth: &str, evidence: &Value) -> Vec<Correction> {
    let entry = json!([{
        "id": "name-is-text",
        "at": "/x",
        "vendor": vendor,
        "truth": truth,
        "evidence": evidence,
        "effect": "A list fails.",
    }]);
    Corrections::load(Source::new("corrections.json", entry.to_string()))
        .expect("a list of corrections")
        .entries()
        .to_vec()
}

fn corrections(vendor: &Value, truth: &str) -> Vec<Correction> {
    with_evidence(vendor, truth, &json!(["a.json#/b"]))
}

/// What the page says under this word of its only correction.
fn said(page: &str, word: &str) -> String {
    let start = format!("- **{word}:** ");
    let line = page.lines().find_map(|line| line.strip_prefix(&start));
    line.expect("there is such a line").to_owned()
}

#[test]
fn a_correction_is_a_section_with_its_place_the_vendor_the_truth_the_effect_and_the_evidence() {
    let page = corrections_page::page(&corrections(&json!({"v1": "an integer"}), "text"));
    let section = page.split_once("\n## ").expect("a section").1;
    let expected = "\
name-is-text

- **Place:** `/x`
- **Vendor:** an integer
- **Truth:** text
- **Otherwise:** A list fails.
- **Evidence:** `a.json`
";
    assert_eq!(section, expected);
}

#[test]
fn the_page_says_which_file_to_edit_and_by_which_command_it_is_made() {
    let page = corrections_page::page(&[]);
    assert!(page.starts_with("<!-- Made from openapi/corrections.yaml by `cargo xtask regen`;"));
}

#[test]
fn the_vendor_is_quoted_by_its_last_version_with_the_same_written_out() {
    let table = [
        (json!({"v1": "an integer", "v2": "a number"}), "a number"),
        (json!({"v1": "an integer", "v2": "the same"}), "an integer"),
        (
            json!({"v1": "an integer", "v2": "the same, without bounds"}),
            "an integer, without bounds",
        ),
        (
            json!({"v1": "an integer", "v2": "the same; v3 has none"}),
            "an integer; v3 has none",
        ),
        (
            json!({"v1": "an integer", "v2": "the same name twice"}),
            "the same name twice",
        ),
    ];
    for (vendor, expected) in table {
        let page = corrections_page::page(&corrections(&vendor, "text"));
        assert_eq!(said(&page, "Vendor"), expected);
    }
}

#[test]
fn line_ends_and_angle_brackets_do_not_break_the_page() {
    let page = corrections_page::page(&corrections(&json!({"v1": "a"}), "one\n  <AppIP>"));
    assert_eq!(said(&page, "Truth"), "one &lt;AppIP>");
}

#[test]
fn a_long_text_is_wrapped_and_stays_in_its_item() {
    let truth = "word ".repeat(30);
    let page = corrections_page::page(&corrections(&json!({"v1": "a"}), &truth));
    let expected = format!(
        "\n- **Truth:**{}\n  {}\n- **Otherwise:**",
        " word".repeat(17),
        ["word"; 13].join(" ")
    );
    assert!(page.contains(&expected), "{page}");
    assert!(page.lines().all(|line| line.len() <= 100), "{page}");
}

#[test]
fn evidence_is_the_recordings_once_each_or_the_reason_why_there_are_none() {
    let table = [
        (
            json!([
                "tests/recordings/a/200.json#/b",
                "tests/recordings/a/200.json#/c"
            ]),
            "`a/200.json`",
        ),
        (json!("none: the guide\n says so"), "the guide says so"),
    ];
    for (evidence, expected) in table {
        let page = corrections_page::page(&with_evidence(&json!({"v1": "a"}), "text", &evidence));
        assert_eq!(said(&page, "Evidence"), expected);
    }
}

// --- what an edit of the corrections touches ---

#[test]
fn corrections_that_are_new_gone_or_different_are_reported_with_their_evidence() {
    let before = corrections(&json!({"v1": "an integer"}), "text");
    let after = corrections(&json!({"v1": "an integer"}), "text, always");
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
