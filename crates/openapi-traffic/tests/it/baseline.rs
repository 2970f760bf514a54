//! Tests the baseline: known findings are suppressed until a date.

use serde_json::Value;

use crate::bench::{Bench, SPEC, with_body};

/// A bench with one finding, and the id of it.
fn with_a_finding() -> (Bench, String) {
    let bench = Bench::new();
    bench
        .write("spec.yaml", SPEC)
        .write("recordings/a.json", &with_body(r#"[{"name": 1}]"#));
    let run = bench.validate(["--spec", "spec.yaml", "recordings", "--format", "json"]);
    let report: Value = serde_json::from_str(&run.stdout).expect("the report is JSON");
    let id = report["findings"][0]["id"]
        .as_str()
        .expect("the finding has an id")
        .to_owned();
    (bench, id)
}

const WITH_BASELINE: [&str; 5] = [
    "--spec",
    "spec.yaml",
    "--baseline",
    "baseline.yaml",
    "recordings",
];

#[test]
fn a_suppressed_finding_is_clean_and_counted() {
    let (bench, id) = with_a_finding();
    bench.write(
        "baseline.yaml",
        &format!("- {{id: '{id}', reason: known, expires: 9999-12-31}}"),
    );
    let run = bench.validate(WITH_BASELINE);
    assert_eq!(run.code, 0, "{run:?}");
    assert!(run.stdout.contains("1 in the baseline"), "{run:?}");
}

#[test]
fn an_expired_entry_is_a_finding_beside_the_one_that_it_suppressed() {
    let (bench, id) = with_a_finding();
    bench.write(
        "baseline.yaml",
        &format!("- {{id: '{id}', reason: known, expires: 2001-01-01}}"),
    );
    let run = bench.validate(WITH_BASELINE);
    assert_eq!(run.code, 1, "{run:?}");
    assert!(
        run.stdout.contains("error[NSV601]") && run.stdout.contains("error[NSV2"),
        "{run:?}"
    );
}

#[test]
fn an_excuse_for_nothing_is_a_finding() {
    let (bench, _) = with_a_finding();
    bench.write("recordings/a.json", &with_body("[]")).write(
        "baseline.yaml",
        "- {code: NSV401, reason: known, expires: 9999-12-31}",
    );
    let run = bench.validate(WITH_BASELINE);
    assert_eq!(run.code, 1, "{run:?}");
    assert!(run.stdout.contains("error[NSV602]"), "{run:?}");
}

#[test]
fn a_malformed_baseline_is_2_and_says_the_line() {
    let (bench, _) = with_a_finding();
    bench.write(
        "baseline.yaml",
        "- {code: NSV401, reason: known, expires: soon}",
    );
    let run = bench.validate(WITH_BASELINE);
    assert_eq!(run.code, 2, "{run:?}");
    assert!(run.stdout.contains("baseline.yaml:1:"), "{run:?}");
}

#[test]
fn a_baseline_that_is_not_there_is_2() {
    let (bench, _) = with_a_finding();
    assert_eq!(bench.validate(WITH_BASELINE).code, 2);
}
