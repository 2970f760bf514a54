//! What `cargo xtask regen` makes beside the client, and what it says of an edit.

use std::process::Command;

use codegen::generate::REPLACED;
use located::Source;
use serde_json::{Value, json};
use spec_changes::Edit;
use xtask::corrections::{Correction, Corrections};
use xtask::readme;
use xtask::regen::{self, edited_corrections};
use xtask::workspace::workspace_root;

use crate::bench::{Bench, answered};

// --- the README's table ---

const MARKED: &str = "\
# Title

<!-- corrections: from openapi/corrections.yaml -->
old
<!-- end of corrections -->

More.
";

/// One correction, in which the vendor and the truth are these.
fn corrections(vendor: &Value, truth: &str) -> Vec<Correction> {
    let entry = json!([{"id": "name-is-text", "at": "/x", "vendor": vendor, "truth": truth, "evidence": ["a.json#/b"], "effect": "e"}]);
    Corrections::load(Source::new("corrections.json", entry.to_string()))
        .expect("a list of corrections")
        .entries()
        .to_vec()
}

/// The row of the table that such a correction has.
fn row(vendor: &Value, truth: &str) -> String {
    let readme =
        readme::with_corrections(MARKED, &corrections(vendor, truth)).expect("both markers");
    readme
        .lines()
        .find(|line| line.contains("name-is-text"))
        .expect("a row")
        .to_owned()
}

#[test]
fn the_table_stands_between_its_markers_and_all_else_stays() {
    let expected = "\
# Title

<!-- corrections: from openapi/corrections.yaml -->
| correction | the vendor | the truth |
|---|---|---|
| `name-is-text` | an integer | text |
<!-- end of corrections -->

More.
";
    assert_eq!(
        readme::with_corrections(MARKED, &corrections(&json!({"v1": "an integer"}), "text"))
            .expect("both markers"),
        expected
    );
}

#[test]
fn written_again_the_table_is_the_same() {
    let corrections = corrections(&json!({"v1": "an integer"}), "text");
    let once = readme::with_corrections(MARKED, &corrections).expect("both markers");
    assert_eq!(
        readme::with_corrections(&once, &corrections).expect("both markers"),
        once
    );
}

#[test]
fn a_readme_without_a_marker_or_with_both_the_wrong_way_round_is_refused() {
    let end_first =
        "<!-- end of corrections -->\n<!-- corrections: from openapi/corrections.yaml -->\n";
    let no_end = MARKED.replace("<!-- end of corrections -->", "");
    let no_begin = MARKED.replace("<!-- corrections: from openapi/corrections.yaml -->", "");
    for readme in [end_first, &no_end, &no_begin] {
        let error = readme::with_corrections(readme, &[])
            .expect_err(readme)
            .to_string();
        assert!(
            error.contains("`<!-- end of corrections -->`: put both back"),
            "{error}"
        );
    }
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
        assert_eq!(
            row(&vendor, "text"),
            format!("| `name-is-text` | {expected} | text |")
        );
    }
}

#[test]
fn bars_and_line_ends_do_not_break_a_row() {
    assert_eq!(
        row(&json!({"v1": "a | b"}), "one\n  line"),
        r"| `name-is-text` | a \| b | one line |"
    );
}

// --- what an edit of the corrections touches ---

#[test]
fn corrections_that_are_new_gone_or_different_are_told_with_their_evidence() {
    let before = corrections(&json!({"v1": "an integer"}), "text");
    let after = corrections(&json!({"v1": "an integer"}), "text, always");
    let told = |sign| {
        vec![Edit {
            sign,
            what: "name-is-text".into(),
            recordings: vec![("a.json".into(), 1)],
        }]
    };
    assert_eq!(edited_corrections(&before, &after), told('~'));
    assert_eq!(edited_corrections(&before, &[]), told('-'));
    assert_eq!(edited_corrections(&[], &after), told('+'));
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
        .write("README.md", MARKED)
        .write("src/generated.rs", "")
        .write("tests/recordings/a.json", &answered(r#"{"state": "on"}"#));
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
        "README.md: up to date\nsrc/generated.rs: up to date"
    );
}

#[test]
fn without_an_edit_nothing_is_written_and_nothing_to_tell() {
    let report = regen::run(checkout().path(), false).expect("the workspace is in order");
    let expected = "\
README.md: up to date
src/generated.rs: up to date

public surface: as in the last commit

spec: as in the last commit

corrections: as in the last commit";
    assert_eq!(report, expected);
}

#[test]
fn an_edit_of_the_spec_is_generated_and_told_with_types_and_recordings() {
    let bench = checkout();
    bench.write("openapi/connections.yaml", &spec("'on', idle"));
    let report = regen::run(bench.path(), false).expect("the spec is fit");
    let expected = "\
README.md: up to date
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
fn a_spec_that_cannot_be_generated_from_is_told_with_its_place_and_nothing_is_written() {
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
fn the_table_of_the_readme_is_written_and_checked_too() {
    let bench = checkout();
    bench.write(
        "openapi/corrections.yaml",
        "- {id: name-is-text, at: /x, vendor: {v1: a}, truth: b, evidence: 'none: c', effect: d}\n",
    );
    let error = regen::run(bench.path(), true)
        .expect_err("the table lacks a row")
        .to_string();
    assert!(error.contains("\n+| `name-is-text` | a | b |\n"), "{error}");
    let report = regen::run(bench.path(), false).expect("a list of corrections");
    assert!(report.starts_with("README.md: written\n"), "{report}");
    assert!(
        report.ends_with(
            "corrections: 1 change since the last commit\n  + name-is-text\n      in no recording"
        ),
        "{report}"
    );
}

#[test]
fn without_a_commit_files_are_written_and_the_reason_is_told() {
    let bench = Bench::new();
    bench
        .write("openapi/connections.yaml", &spec("'on'"))
        .write("openapi/corrections.yaml", "[]\n")
        .write("README.md", MARKED)
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
    let concrete = answered("[]").replace("/trunks", "/trunks/7");
    bench.write("tests/recordings/b.json", &concrete);
    let report = regen::run(bench.path(), false).expect("the spec is fit");
    assert!(
        report.contains("\n  ! tests/recordings/b.json: not looked at; "),
        "{report}"
    );
}
