//! Tests the findings about corrections.

use crate::bench::{Bench, Run, SPEC, with_body};

const GOOD: &str = "\
- id: name-is-text
  at: /components/schemas/Trunk/properties/name
  vendor: {v1: an integer}
  truth: text
  evidence:
    - RECORDING#/response/body/0/name
    - {at: RECORDING#/response/body/0/name, is: a}
    - {at: RECORDING#/response/body/0/name, type: string}
    - {at: RECORDING#/response/body/0/title, absent: true}
  effect: every list fails
";

const TRUNKS: &str = r#"[{"name": "a", "size": 1}]"#;

const FACTS: &str = "\
- correction: name-is-text
  in: [v1]
  at: /definitions/Trunk/name
  has: {type: integer}
  ours: /components/schemas/Trunk/properties/name
";

/// The run with these corrections and vendor facts, in which RECORDING is one of a trunk called
/// `a`.
fn run(corrections: &str, facts: &str, more: &[&str]) -> Run {
    run_with(&with_body(TRUNKS), corrections, facts, more)
}

/// The same with another recording.
fn run_with(recorded: &str, corrections: &str, facts: &str, more: &[&str]) -> Run {
    let bench = Bench::new();
    let recording = bench.path().join("recordings/a.json").display().to_string();
    bench
        .write("spec.yaml", SPEC)
        .write("recordings/a.json", recorded)
        .write(
            "corrections.yaml",
            &corrections.replace("RECORDING", &recording),
        )
        .write("vendor-facts.yaml", facts)
        .write(
            "vendor/connections-v1.json",
            r#"{"definitions": {"Trunk": {"name": {"type": "integer"}}}}"#,
        );
    let arguments = [
        "--spec",
        "spec.yaml",
        "--corrections",
        "corrections.yaml",
        "recordings",
    ];
    bench.validate(arguments.iter().chain(more).copied())
}

/// The code of the only finding, with the line of the corrections or the facts at which it stands.
fn finding(corrections: &str, facts: &str) -> (String, String) {
    let run = run(corrections, facts, &["--format", "github"]);
    assert_eq!((run.code, run.stdout.lines().count()), (1, 1), "{run:?}");
    let after = |key: &str| {
        run.stdout
            .split_once(key)
            .expect(key)
            .1
            .split([',', ' ', ':'])
            .next()
            .unwrap_or_default()
            .to_owned()
    };
    (after("title="), after("line="))
}

fn found(code: &str, line: &str) -> (String, String) {
    (code.to_owned(), line.to_owned())
}

#[test]
fn a_correction_that_is_right_is_clean_and_counted() {
    let run = run(GOOD, FACTS, &[]);
    assert_eq!(run.code, 0, "{run:?}");
    assert!(run.stdout.contains(", 1 correction;"), "{run:?}");
}

#[test]
fn a_place_that_the_spec_does_not_have() {
    assert_eq!(
        finding(
            &GOOD.replace("properties/name\n", "properties/nam\n"),
            FACTS
        ),
        found("NSV501", "2")
    );
}

#[test]
fn evidence_in_a_file_that_is_not_there() {
    assert_eq!(
        finding(&GOOD.replace("- RECORDING#", "- elsewhere.json#"), FACTS),
        found("NSV502", "6")
    );
}

#[test]
fn evidence_at_a_place_that_the_recording_does_not_have() {
    assert_eq!(
        finding(
            &GOOD.replace(
                "- RECORDING#/response/body/0",
                "- RECORDING#/response/body/1"
            ),
            FACTS
        ),
        found("NSV502", "6")
    );
}

/// Stands at the recording, which is where one looks: the body is on line 8.
#[test]
fn evidence_with_another_value() {
    assert_eq!(
        finding(&GOOD.replace("is: a", "is: b"), FACTS),
        found("NSV503", "8")
    );
}

#[test]
fn evidence_of_another_type() {
    assert_eq!(
        finding(&GOOD.replace("type: string", "type: integer"), FACTS),
        found("NSV503", "8")
    );
}

#[test]
fn evidence_of_an_absence_where_there_is_a_value() {
    assert_eq!(
        finding(&GOOD.replace("title, absent", "size, absent"), FACTS),
        found("NSV503", "8")
    );
}

/// What is there is evidence in an excerpt too; what is not there is none.
#[test]
fn evidence_of_an_absence_in_an_excerpt() {
    let excerpt = |parts: &str| {
        let meta = format!(r#""synthetic", "excerpt": {parts}"#);
        let recorded = with_body(TRUNKS).replace(r#""synthetic""#, &meta);
        run_with(&recorded, GOOD, FACTS, &["--format", "github"])
    };
    assert_eq!(excerpt(r#"["request"]"#).code, 0);
    let run = excerpt(r#"["response"]"#);
    assert_eq!((run.code, run.stdout.lines().count()), (1, 1), "{run:?}");
    assert!(run.stdout.contains("title=NSV503"), "{run:?}");
    assert!(run.stdout.contains("an excerpt"), "{run:?}");
}

#[test]
fn evidence_that_is_only_believed_needs_a_reason() {
    let believed = |text: &str| {
        format!(
            "{}  evidence: '{text}'\n  effect: every list fails\n",
            GOOD.split_once("  evidence").expect("evidence").0
        )
    };
    assert_eq!(
        run(&believed("none: the reference page says so"), FACTS, &[]).code,
        0
    );
    assert_eq!(finding(&believed("none:"), FACTS), found("NSV505", "5"));
    assert_eq!(finding(&believed("because"), FACTS), found("NSV505", "5"));
}

#[test]
fn a_name_that_is_used_twice() {
    assert_eq!(
        finding(&format!("{GOOD}{GOOD}"), FACTS),
        found("NSV504", "11")
    );
}

#[test]
fn a_name_that_is_no_name() {
    let rename = |text: &str| text.replace("name-is-text", "Name is text");
    assert_eq!(finding(&rename(GOOD), &rename(FACTS)), found("NSV504", "1"));
}

#[test]
fn a_correction_without_what_the_vendor_says() {
    assert_eq!(
        finding(&GOOD.replace("  vendor: {v1: an integer}\n", ""), FACTS),
        found("NSV505", "1")
    );
}

#[test]
fn a_correction_without_effect() {
    assert_eq!(
        finding(&GOOD.replace("  effect: every list fails\n", ""), FACTS),
        found("NSV505", "1")
    );
}

/// `page` has no facts at all, so none is wanted for it; `v2` has one, for another correction.
#[test]
fn a_version_of_the_vendors_without_a_fact() {
    let other = GOOD
        .replace("name-is-text", "other")
        .replace("{v1: an integer}", "{v2: an integer}");
    let facts = format!(
        "{FACTS}{}",
        FACTS
            .replace("name-is-text", "other")
            .replace("[v1]", "[v2]")
    );
    let says = |vendor: &str| format!("{}{other}", GOOD.replace("{v1: an integer}", vendor));
    assert_eq!(
        run(&says("{v1: an integer, page: an integer}"), &facts, &[]).code,
        0
    );
    assert_eq!(
        finding(&says("{v1: an integer, v2: an integer}"), &facts),
        found("NSV506", "3")
    );
}

#[test]
fn a_bug_of_the_vendors_that_our_spec_has_too() {
    assert_eq!(
        finding(GOOD, &FACTS.replace("type: integer", "type: string")),
        found("NSV506", "5")
    );
}

#[test]
fn a_fact_of_no_correction() {
    let facts = format!(
        "{FACTS}- {{correction: nothing, in: [v1], at: /definitions/Trunk/name, has: {{type: \
         integer}}}}\n"
    );
    assert_eq!(finding(GOOD, &facts), found("NSV508", "6"));
}

#[test]
fn a_fact_that_compares_with_a_place_that_our_spec_does_not_have() {
    assert_eq!(
        finding(GOOD, &FACTS.replace("properties/name", "properties/nam")),
        found("NSV508", "5")
    );
}

#[test]
fn a_fact_that_states_nothing_is_2() {
    assert_eq!(
        run(GOOD, &FACTS.replace("  has: {type: integer}\n", ""), &[]).code,
        2
    );
}

#[test]
fn corrections_that_are_no_list_are_2() {
    assert_eq!(run("id: name-is-text", FACTS, &[]).code, 2);
}

#[test]
fn facts_that_are_true_of_the_vendors_documents_are_clean() {
    assert_eq!(run(GOOD, FACTS, &["--vendor", "vendor"]).code, 0);
}

#[test]
fn a_fact_that_is_not_true_of_the_vendors_documents() {
    let run = run(
        GOOD,
        &FACTS.replace("type: integer", "type: number"),
        &["--vendor", "vendor"],
    );
    assert!(run.stdout.contains("error[NSV507]"), "{run:?}");
}

#[test]
fn a_folder_without_the_vendors_documents_is_2() {
    assert_eq!(run(GOOD, FACTS, &["--vendor", "recordings"]).code, 2);
}
