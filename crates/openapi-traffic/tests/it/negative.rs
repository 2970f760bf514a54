//! Negative examples: recordings that validation must reject.

use crate::bench::{Bench, Run, SPEC, negative, with_body};

fn beside_a_good_one(file: &str, recording: &str) -> Run {
    let bench = Bench::new();
    bench
        .write("spec.yaml", SPEC)
        .write("recordings/list/good.json", &with_body("[]"))
        .write(file, recording);
    bench.validate(["--spec", "spec.yaml", "recordings"])
}

/// The code of a value of the wrong type.
const WRONG_TYPE: &str = "NSV220";

#[test]
fn a_negative_example_with_the_expected_code_is_clean_and_counted() {
    let run = beside_a_good_one(
        "recordings/negative/number.json",
        &negative(r#"[{"name": 1}]"#, WRONG_TYPE),
    );
    assert_eq!(run.code, 0, "{run:?}");
    assert!(
        run.stdout.contains("1 exchange and 1 negative example"),
        "{run:?}"
    );
}

#[test]
fn a_negative_example_that_is_accepted_is_a_finding() {
    let run = beside_a_good_one(
        "recordings/negative/fine.json",
        &negative(r#"[{"name": "a"}]"#, WRONG_TYPE),
    );
    assert_eq!(run.code, 1, "{run:?}");
    assert!(
        run.stdout.contains("error[NSV801]") && run.stdout.contains("seen no finding"),
        "{run:?}"
    );
}

#[test]
fn a_negative_example_with_another_code_is_a_finding() {
    let run = beside_a_good_one(
        "recordings/negative/other.json",
        &negative("[{}]", WRONG_TYPE),
    );
    assert_eq!(run.code, 1, "{run:?}");
    assert!(
        run.stdout.contains("error[NSV801]") && !run.stdout.contains("error[NSV2"),
        "{run:?}"
    );
}

#[test]
fn a_recording_in_the_folder_negative_without_expectation_is_a_finding() {
    let run = beside_a_good_one("recordings/negative/unmarked.json", &with_body("[]"));
    assert_eq!(run.code, 1, "{run:?}");
    assert!(run.stdout.contains("error[NSV801]"), "{run:?}");
}

#[test]
fn a_negative_example_is_no_evidence() {
    let bench = Bench::new();
    bench
        .write("spec.yaml", SPEC)
        .write("recordings/list/good.json", &with_body("[]"))
        .write(
            "recordings/negative/number.json",
            &negative(r#"[{"name": 1}]"#, WRONG_TYPE),
        );
    let run = bench.validate(["--spec", "spec.yaml", "recordings", "--coverage"]);
    assert!(!run.stdout.contains("CONTRADICTED"), "{run:?}");
}
