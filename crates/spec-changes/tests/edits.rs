//! Tests the impact of an edit of a document, and the recordings that show it.

use http_recording::Recording;
use located::Source;
use spec_changes::{Edit, edits};

/// A recording of `GET /trunks` with this response body.
fn with_response(body: &str) -> String {
    format!(
        r#"{{"format": 1, "meta": {{"origin": "synthetic"}},
  "request": {{"method": "GET", "path": "/trunks"}},
  "response": {{
    "status": 200, "headers": {{"content-type": "application/json"}}, "body": {body}
  }}}}"#
    )
}

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
        let source = Source::new(name, with_response(body));
        (
            name.to_owned(),
            Recording::read(&source).expect("a recording"),
        )
    });
    let spec = |text: &str| {
        Source::new("spec.yaml", text.to_owned())
            .value()
            .expect("a spec")
    };
    edits(
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
fn an_edit_of_a_response_that_was_never_seen_is_in_no_recording() {
    let what = r#"/components/responses/None/description  "Nothing." -> "None.""#;
    assert_eq!(edited("Nothing.", "None."), [edit('~', what, &[])]);
}

#[test]
fn an_unchanged_spec_has_no_edits() {
    assert_eq!(edited("Nothing.", "Nothing."), []);
}
