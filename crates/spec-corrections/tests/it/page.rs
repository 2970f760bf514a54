//! Tests the page of a register.

use located::Source;
use serde_json::{Value, json};
use spec_corrections::{Correction, Corrections, page};

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
    with_evidence(vendor, truth, &json!(["recordings/a.json#/b"]))
}

fn render(corrections: &[Correction]) -> String {
    page("", "recordings/", corrections)
}

/// What the page says under this word of its only correction.
fn said(page: &str, word: &str) -> String {
    let start = format!("- **{word}:** ");
    let line = page.lines().find_map(|line| line.strip_prefix(&start));
    line.expect("there is such a line").to_owned()
}

#[test]
fn a_correction_is_a_section_with_its_place_the_vendor_the_truth_the_effect_and_the_evidence() {
    let page = render(&corrections(&json!({"v1": "an integer"}), "text"));
    let expected = "
## name-is-text

- **Place:** `/x`
- **Vendor:** an integer
- **Truth:** text
- **Otherwise:** A list fails.
- **Evidence:** `a.json`
";
    assert_eq!(page, expected);
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
        let page = render(&corrections(&vendor, "text"));
        assert_eq!(said(&page, "Vendor"), expected);
    }
}

#[test]
fn line_ends_and_angle_brackets_do_not_break_the_page() {
    let page = render(&corrections(&json!({"v1": "a"}), "one\n  <AppIP>"));
    assert_eq!(said(&page, "Truth"), "one &lt;AppIP>");
}

#[test]
fn a_long_text_is_wrapped_and_stays_in_its_item() {
    let truth = "word ".repeat(30);
    let page = render(&corrections(&json!({"v1": "a"}), &truth));
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
            json!(["recordings/a/200.json#/b", "recordings/a/200.json#/c"]),
            "`a/200.json`",
        ),
        (json!("none: the guide\n says so"), "the guide says so"),
    ];
    for (evidence, expected) in table {
        let page = render(&with_evidence(&json!({"v1": "a"}), "text", &evidence));
        assert_eq!(said(&page, "Evidence"), expected);
    }
}
