//! What `cargo xtask regen` makes beside the client, and what it says of an edit.

use located::Source;
use serde_json::{Value, json};
use xtask::corrections::{Correction, Corrections};
use xtask::edits::{self, Edit};
use xtask::readme;

use crate::bench::answered;

// --- the README's table ---

const MARKED: &str = "# Title\n\n<!-- corrections: from openapi/corrections.yaml -->\nold\n<!-- end of corrections -->\n\nMore.\n";

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

// --- what an edit touches ---

const SPEC: &str = "\
openapi: 3.0.3
info: {title: Trunks, version: '1'}
paths:
  /trunks:
    get:
      responses:
        '200':
          description: All trunks.
          content:
            application/json:
              schema:
                type: array
                items: {$ref: '#/components/schemas/Trunk'}
        '404': {$ref: '#/components/responses/None'}
components:
  responses:
    None: {description: Nothing.}
  schemas:
    Trunk:
      type: object
      properties:
        name: {type: string}
        state: {$ref: '#/components/schemas/State'}
    State:
      type: string
      x-extensible-enum: ['on', 'off']
";

/// The edits that replacing a text of the spec comes to, with two recordings: `a` of two trunks
/// with names, one of which has a state, `b` of a trunk with neither.
fn edited(before: &str, after: &str) -> Vec<Edit> {
    assert!(SPEC.contains(before), "{before:?} is not in the spec");
    let recordings = [
        ("a.json", r#"[{"name": "a", "state": "on"}, {"name": "b"}]"#),
        ("b.json", r#"[{"size": 1}]"#),
    ];
    let recordings = recordings.map(|(name, body)| {
        let exchange = serde_json::from_str(&answered(body)).expect("a recording");
        (name.to_owned(), exchange)
    });
    let spec = |text: &str| {
        Source::new("spec.yaml", text.to_owned())
            .value()
            .expect("a spec")
    };
    edits::of_spec(
        &spec(SPEC),
        &spec(&SPEC.replacen(before, after, 1)),
        &recordings,
    )
}

fn edit(sign: char, what: &str, recordings: &[(&str, u64)]) -> Edit {
    Edit {
        sign,
        what: what.to_owned(),
        recordings: recordings
            .iter()
            .map(|(name, times)| ((*name).to_owned(), *times))
            .collect(),
    }
}

#[test]
fn an_edit_of_a_property_names_the_recordings_that_have_it_and_how_often() {
    let what = r#"/components/schemas/Trunk/properties/name/type  "string" -> "integer""#;
    assert_eq!(
        edited("name: {type: string}", "name: {type: integer}"),
        [edit('~', what, &[("a.json", 2)])]
    );
}

#[test]
fn an_edit_of_a_shared_schema_names_the_recordings_of_what_refers_to_it() {
    let what =
        r#"/components/schemas/State/x-extensible-enum  ["on","off"] -> ["on","off","idle"]"#;
    assert_eq!(
        edited("['on', 'off']", "['on', 'off', 'idle']"),
        [edit('~', what, &[("a.json", 1)])]
    );
}

#[test]
fn a_property_that_is_new_is_one_edit_with_the_recordings_that_have_it_already() {
    let expected = [edit(
        '+',
        "/components/schemas/Trunk/properties/size",
        &[("b.json", 1)],
    )];
    assert_eq!(
        edited(
            "        state:",
            "        size: {type: integer, minimum: 0}\n        state:"
        ),
        expected
    );
}

#[test]
fn a_property_that_is_gone_names_the_recordings_that_had_it() {
    let expected = [edit(
        '-',
        "/components/schemas/Trunk/properties/name",
        &[("a.json", 2)],
    )];
    assert_eq!(edited("        name: {type: string}\n", ""), expected);
}

#[test]
fn an_edit_of_an_answer_that_was_never_seen_is_in_no_recording() {
    let what = r#"/components/responses/None/description  "Nothing." -> "None.""#;
    assert_eq!(edited("Nothing.", "None."), [edit('~', what, &[])]);
}

#[test]
fn an_unchanged_spec_has_no_edits() {
    assert_eq!(edited("Nothing.", "Nothing."), []);
}

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
    assert_eq!(edits::of_corrections(&before, &after), told('~'));
    assert_eq!(edits::of_corrections(&before, &[]), told('-'));
    assert_eq!(edits::of_corrections(&[], &after), told('+'));
    assert_eq!(edits::of_corrections(&before, &before), []);
}
