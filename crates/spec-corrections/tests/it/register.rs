//! Tests the findings about corrections and vendor facts.

use std::path::Path;

use located::Source;
use openapi_traffic::Finding;
use serde_json::{Value, json};
use spec_corrections::{Corrections, Facts, Vendor, check};
use tempfile::TempDir;

use crate::{folder_with, recorded};

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

/// The document that is corrected.
fn spec() -> Value {
    json!({"components": {"schemas": {"Trunk": {"properties": {"name": {"type": "string"}}}}}})
}

fn load(corrections: &str, facts: &str) -> (Corrections, Facts) {
    let corrections = Source::new("corrections.yaml", corrections.to_owned());
    let facts = Source::new("vendor-facts.yaml", facts.to_owned());
    (
        Corrections::load(corrections).expect("corrections"),
        Facts::load(facts).expect("facts"),
    )
}

/// The findings about these corrections and vendor facts, in which RECORDING is one of a trunk
/// called `a`.
fn findings(corrections: &str, facts: &str) -> Vec<Finding> {
    findings_in(&recorded("{}", TRUNKS), corrections, facts)
}

/// The same with another recording.
fn findings_in(recorded: &str, corrections: &str, facts: &str) -> Vec<Finding> {
    let (_folder, recording) = folder_with(recorded);
    let (corrections, facts) = load(&corrections.replace("RECORDING", &recording), facts);
    let mut findings = check(&corrections, &spec());
    findings.extend(facts.check(&corrections, &spec()));
    findings
}

/// The code of the only finding, and the line of the recording, the corrections or the facts at
/// which it stands.
fn finding(corrections: &str, facts: &str) -> (&'static str, usize) {
    only(&findings(corrections, facts))
}

fn only(findings: &[Finding]) -> (&'static str, usize) {
    let [finding] = findings else {
        panic!("{findings:?}")
    };
    let place = finding.recording.as_ref().or(finding.spec.as_deref());
    (finding.code, place.expect("a place").line)
}

/// The vendor's documents, in which a name is an integer.
fn vendor(folder: &Path) -> Vendor {
    let document = r#"{"definitions": {"Trunk": {"name": {"type": "integer"}}}}"#;
    std::fs::write(folder.join("trunks-v1.json"), document).expect("a file");
    Vendor::read(folder, "trunks").expect("the vendor's documents")
}

#[test]
fn a_correction_that_is_right_is_clean() {
    assert_eq!(findings(GOOD, FACTS), []);
}

#[test]
fn a_place_that_the_spec_does_not_have() {
    assert_eq!(
        finding(
            &GOOD.replace("properties/name\n", "properties/nam\n"),
            FACTS
        ),
        ("NSV501", 2)
    );
}

#[test]
fn evidence_in_a_file_that_is_not_there() {
    assert_eq!(
        finding(&GOOD.replace("- RECORDING#", "- elsewhere.json#"), FACTS),
        ("NSV502", 6)
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
        ("NSV502", 6)
    );
}

/// Stands at the recording, which is where one looks: the body is on line 8.
#[test]
fn evidence_with_another_value() {
    assert_eq!(
        finding(&GOOD.replace("is: a", "is: b"), FACTS),
        ("NSV503", 8)
    );
}

#[test]
fn evidence_of_another_type() {
    assert_eq!(
        finding(&GOOD.replace("type: string", "type: integer"), FACTS),
        ("NSV503", 8)
    );
}

#[test]
fn evidence_of_an_absence_where_there_is_a_value() {
    assert_eq!(
        finding(&GOOD.replace("title, absent", "size, absent"), FACTS),
        ("NSV503", 8)
    );
}

/// What is there is evidence in an excerpt too; what is not there is none.
#[test]
fn evidence_of_an_absence_in_an_excerpt() {
    let excerpt = |parts: &str| {
        let recorded = recorded(&format!(r#"{{"excerpt": {parts}}}"#), TRUNKS);
        findings_in(&recorded, GOOD, FACTS)
    };
    assert_eq!(excerpt(r#"["request"]"#), []);
    let findings = excerpt(r#"["response"]"#);
    let [finding] = &findings[..] else {
        panic!("{findings:?}")
    };
    assert_eq!(finding.code, "NSV503");
    assert!(finding.seen.starts_with("an excerpt"), "{finding:?}");
}

#[test]
fn evidence_that_is_only_believed_needs_a_reason() {
    let believed = |text: &str| {
        let (before, _) = GOOD.split_once("  evidence").expect("evidence");
        format!("{before}  evidence: '{text}'\n  effect: every list fails\n")
    };
    assert_eq!(
        findings(&believed("none: the reference page says so"), FACTS),
        []
    );
    assert_eq!(finding(&believed("none:"), FACTS), ("NSV505", 5));
    assert_eq!(finding(&believed("because"), FACTS), ("NSV505", 5));
}

#[test]
fn a_name_that_is_used_twice() {
    assert_eq!(finding(&format!("{GOOD}{GOOD}"), FACTS), ("NSV504", 11));
}

#[test]
fn a_name_that_is_no_name() {
    let rename = |text: &str| text.replace("name-is-text", "Name is text");
    assert_eq!(finding(&rename(GOOD), &rename(FACTS)), ("NSV504", 1));
}

#[test]
fn a_correction_without_what_the_vendor_says() {
    assert_eq!(
        finding(&GOOD.replace("  vendor: {v1: an integer}\n", ""), FACTS),
        ("NSV505", 1)
    );
}

#[test]
fn a_correction_without_effect() {
    assert_eq!(
        finding(&GOOD.replace("  effect: every list fails\n", ""), FACTS),
        ("NSV505", 1)
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
        findings(&says("{v1: an integer, page: an integer}"), &facts),
        []
    );
    assert_eq!(
        finding(&says("{v1: an integer, v2: an integer}"), &facts),
        ("NSV506", 3)
    );
}

#[test]
fn a_bug_of_the_vendors_that_our_spec_has_too() {
    assert_eq!(
        finding(GOOD, &FACTS.replace("type: integer", "type: string")),
        ("NSV506", 5)
    );
}

#[test]
fn a_fact_of_no_correction() {
    let facts = format!(
        "{FACTS}- {{correction: nothing, in: [v1], at: /definitions/Trunk/name, \
         has: {{type: integer}}}}\n"
    );
    assert_eq!(finding(GOOD, &facts), ("NSV508", 6));
}

#[test]
fn a_fact_that_compares_with_a_place_that_our_spec_does_not_have() {
    assert_eq!(
        finding(GOOD, &FACTS.replace("properties/name", "properties/nam")),
        ("NSV508", 5)
    );
}

#[test]
fn a_fact_that_states_nothing_is_refused_at_its_line() {
    let facts = FACTS.replace("  has: {type: integer}\n", "");
    let error = Facts::load(Source::new("vendor-facts.yaml", facts)).expect_err("it says nothing");
    assert_eq!(
        error.to_string(),
        "vendor-facts.yaml:1:3: a fact needs `has`, `lacks` or `mentions`"
    );
}

#[test]
fn corrections_that_are_no_list_are_refused() {
    let source = Source::new("corrections.yaml", "id: name-is-text".to_owned());
    let error = Corrections::load(source).expect_err("it is no list");
    assert!(
        error.to_string().starts_with("corrections.yaml:1:1: "),
        "{error}"
    );
}

#[test]
fn facts_that_are_true_of_the_vendors_documents_are_clean() {
    let folder = TempDir::new().expect("a temporary folder");
    let (_, facts) = load(GOOD, FACTS);
    let found = facts.check_vendor(&vendor(folder.path()));
    assert_eq!(found.expect("a document of each version"), []);
}

#[test]
fn a_fact_that_is_not_true_of_the_vendors_documents() {
    let folder = TempDir::new().expect("a temporary folder");
    for (before, after, seen) in [
        ("type: integer", "type: number", "another `type`"),
        ("{type: integer}", "[format]", "no `format`"),
        ("has: {type: integer}", "lacks: [type]", "`type` is present"),
        (
            "has: {type: integer}",
            "mentions: name",
            "no string that mentions `name`",
        ),
        ("Trunk/name\n  has", "Trunk/title\n  has", "no such place"),
    ] {
        let (_, facts) = load(GOOD, &FACTS.replace(before, after));
        let found = facts.check_vendor(&vendor(folder.path()));
        let found = found.expect("a document of each version");
        assert_eq!(only(&found), ("NSV507", 3), "{after}");
        assert_eq!(found[0].seen, seen);
    }
}

#[test]
fn a_version_of_which_there_is_no_document_is_an_error_at_the_fact() {
    let folder = TempDir::new().expect("a temporary folder");
    let (_, facts) = load(GOOD, &FACTS.replace("[v1]", "[v1, v2]"));
    let error = facts
        .check_vendor(&vendor(folder.path()))
        .expect_err("no v2");
    assert_eq!(
        error.to_string(),
        "vendor-facts.yaml:2:12: the vendor's document of v2 is missing"
    );
}

#[test]
fn a_folder_without_the_vendors_documents_is_an_error() {
    let folder = TempDir::new().expect("a temporary folder");
    let error = Vendor::read(folder.path(), "trunks").expect_err("it is empty");
    assert!(error.to_string().starts_with("cannot read "), "{error}");
}
