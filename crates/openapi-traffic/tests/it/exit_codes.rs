//! 0: clean, 1: findings, 2: could not validate.

use crate::bench::{Bench, SPEC, with_body};

#[test]
fn recordings_that_keep_the_spec_are_0() {
    let bench = Bench::new();
    bench.write("spec.yaml", SPEC).write(
        "recordings/a.json",
        &with_body(r#"[{"name": "a", "size": 1}]"#).replace("synthetic", "captured"),
    );
    let run = bench.validate(["--spec", "spec.yaml", "recordings"]);
    assert_eq!(run.code, 0, "{run:?}");
    assert!(
        run.stdout
            .starts_with("clean: 1 exchange, 1 of 1 operation seen"),
        "{run:?}"
    );
}

#[test]
fn a_recording_that_contradicts_the_spec_is_1_with_both_places() {
    let bench = Bench::new();
    bench
        .write("spec.yaml", SPEC)
        .write("recordings/a.json", &with_body(r#"[{"name": 7}]"#));
    let run = bench.validate(["--spec", "spec.yaml", "recordings"]);
    assert_eq!(run.code, 1, "{run:?}");
    assert!(run.stdout.contains("spec.yaml:24:"), "{run:?}");
    assert!(run.stdout.contains("a.json:8:"), "{run:?}");
}

#[test]
fn an_undocumented_field_is_1() {
    let bench = Bench::new();
    bench.write("spec.yaml", SPEC).write(
        "recordings/a.json",
        &with_body(r#"[{"name": "a", "colour": "red"}]"#),
    );
    let run = bench.validate(["--spec", "spec.yaml", "recordings"]);
    assert_eq!(run.code, 1, "{run:?}");
    assert!(run.stdout.contains("colour"), "{run:?}");
}

#[test]
fn an_undocumented_operation_is_1_and_not_counted_among_those_of_the_spec() {
    let bench = Bench::new();
    bench.write("spec.yaml", SPEC).write(
        "recordings/a.json",
        &with_body("[]").replace("GET", "PATCH"),
    );
    let run = bench.validate(["--spec", "spec.yaml", "recordings"]);
    assert_eq!(run.code, 1, "{run:?}");
    assert!(
        run.stdout.contains("1 exchange, 0 of 1 operation seen"),
        "{run:?}"
    );
}

#[test]
fn a_spec_that_is_not_there_is_2() {
    let bench = Bench::new();
    bench.write("recordings/a.json", &with_body("[]"));
    let run = bench.validate(["--spec", "spec.yaml", "recordings"]);
    assert_eq!(run.code, 2, "{run:?}");
    assert!(run.stdout.contains("spec.yaml"), "{run:?}");
}

#[test]
fn a_broken_spec_is_2_and_says_the_line() {
    let bench = Bench::new();
    bench
        .write("spec.yaml", "openapi: 3.0.3\npaths: [\n")
        .write("recordings/a.json", &with_body("[]"));
    let run = bench.validate(["--spec", "spec.yaml", "recordings"]);
    assert_eq!(run.code, 2, "{run:?}");
    assert!(run.stdout.contains("spec.yaml:3:"), "{run:?}");
}

#[test]
fn a_spec_with_a_reference_to_nothing_is_2() {
    let bench = Bench::new();
    bench
        .write(
            "spec.yaml",
            &SPEC.replace("schemas/Trunk'", "schemas/Trunc'"),
        )
        .write("recordings/a.json", &with_body("[]"));
    let run = bench.validate(["--spec", "spec.yaml", "recordings"]);
    assert_eq!(run.code, 2, "{run:?}");
    assert!(run.stdout.contains("#/components/schemas/Trunc"), "{run:?}");
}

#[test]
fn a_folder_without_recordings_is_2() {
    let bench = Bench::new();
    bench
        .write("spec.yaml", SPEC)
        .write("recordings/README.md", "nothing yet");
    let run = bench.validate(["--spec", "spec.yaml", "recordings"]);
    assert_eq!(run.code, 2, "{run:?}");
}

#[test]
fn a_path_that_matches_nothing_is_2_and_named() {
    let bench = Bench::new();
    bench
        .write("spec.yaml", SPEC)
        .write("recordings/a.json", &with_body("[]"));
    let run = bench.validate(["--spec", "spec.yaml", "recordings", "elsewhere"]);
    assert_eq!(run.code, 2, "{run:?}");
    assert!(run.stdout.contains("elsewhere"), "{run:?}");
}

#[test]
fn recordings_that_cannot_be_read_are_2_each_with_its_place_though_the_others_are_validated() {
    let bench = Bench::new();
    bench
        .write("spec.yaml", SPEC)
        .write("recordings/c.json", &with_body(r#"[{"name": 7}]"#));
    bench
        .write("recordings/a.json", "{\n  \"format\": ")
        .write("recordings/d.ndjson", "{\"format\": 1}\n[]\n");
    std::fs::write(bench.path().join("recordings/b.json"), b"{\n\"\xff\"}")
        .expect("a file can be written");
    let run = bench.validate(["--spec", "spec.yaml", "recordings", "elsewhere"]);
    assert_eq!(run.code, 2, "{run:?}");
    for wanted in [
        "a.json:2:12: the text ends before a value",
        "b.json:2:2: not UTF-8",
        "d.ndjson:1:13: not a recording: missing field `meta`",
        "d.ndjson:2:1: neither a recording",
        "cannot read",
        "error[NSV2",
        "c.json:8:",
    ] {
        assert!(run.stdout.contains(wanted), "{wanted}: {run:?}");
    }
}

#[test]
fn an_unknown_option_is_2() {
    assert_eq!(Bench::new().validate(["--no-such-option"]).code, 2);
}

#[test]
fn coverage_in_a_format_that_has_no_place_for_it_is_2() {
    let run = Bench::new().validate([
        "--spec",
        "spec.yaml",
        "a.json",
        "--coverage",
        "--format",
        "github",
    ]);
    assert_eq!(run.code, 2);
    assert!(run.stderr.contains("`--coverage` needs"), "{run:?}");
}

#[test]
fn the_report_goes_to_a_file_of_the_caller_and_the_code_stays() {
    let bench = Bench::new();
    bench
        .write("spec.yaml", SPEC)
        .write("recordings/a.json", &with_body(r#"[{"name": 7}]"#));
    let run = bench.validate([
        "--spec",
        "spec.yaml",
        "recordings",
        "--output",
        "report.txt",
    ]);
    let written =
        std::fs::read_to_string(bench.path().join("report.txt")).expect("the report was written");
    assert_eq!(run.code, 1, "{run:?}");
    assert!(
        written.contains("error[NSV2") && run.stdout.is_empty(),
        "{run:?}"
    );
}
