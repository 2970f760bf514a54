//! Tests that no secret of a recording reaches the output, whatever else is wrong with it.

use crate::bench::{Bench, SPEC, with_body};

#[test]
fn a_password_beside_a_finding_is_in_no_format() {
    let bench = Bench::new();
    let body =
        "[{\n \"password\": \"correct-horse\",\n \"name\": 1,\n \"secret\": \"battery-staple\"}]";
    bench
        .write("spec.yaml", SPEC)
        .write("recordings/a.json", &with_body(body));
    for format in ["human", "json", "sarif", "junit", "github"] {
        let run = bench.validate(["--spec", "spec.yaml", "recordings", "--format", format]);
        assert_eq!(run.code, 1, "{run:?}");
        assert!(
            !run.stdout.contains("correct-horse") && !run.stdout.contains("battery-staple"),
            "{format}: {}",
            run.stdout
        );
    }
}

#[test]
fn a_password_that_is_itself_wrong_is_in_no_format() {
    let bench = Bench::new();
    let spec = SPEC.replace(
        "        password:\n          type: string",
        "        password:\n          type: string\n          maxLength: 4",
    );
    bench.write("spec.yaml", &spec).write(
        "recordings/a.json",
        &with_body(r#"[{"name": "a", "password": "correct-horse"}]"#),
    );
    for format in ["human", "json", "sarif", "junit", "github"] {
        let run = bench.validate(["--spec", "spec.yaml", "recordings", "--format", format]);
        assert_eq!(run.code, 1, "{run:?}");
        assert!(
            !run.stdout.contains("correct-horse"),
            "{format}: {}",
            run.stdout
        );
    }
}

#[test]
fn a_password_that_was_seen_is_in_no_evidence() {
    let bench = Bench::new();
    let recording = with_body(r#"[{"name": "a", "password": "correct-horse"}]"#);
    bench
        .write("spec.yaml", SPEC)
        .write("recordings/a.json", &recording);
    for format in ["human", "json"] {
        let run = bench.validate([
            "--spec",
            "spec.yaml",
            "recordings",
            "--format",
            format,
            "--coverage",
        ]);
        assert!(
            run.stdout.contains("properties/password"),
            "{format}: {}",
            run.stdout
        );
        assert!(
            !run.stdout.contains("correct-horse"),
            "{format}: {}",
            run.stdout
        );
    }
}

#[test]
fn the_text_of_a_body_that_does_not_parse_is_not_shown() {
    let bench = Bench::new();
    let broken = with_body("null").replace(
        r#""body": null"#,
        r#""text": "[{\"hint\": \"correct-horse\"""#,
    );
    bench
        .write("spec.yaml", SPEC)
        .write("recordings/a.json", &broken);
    let run = bench.validate(["--spec", "spec.yaml", "recordings"]);
    assert_eq!(run.code, 1, "{run:?}");
    assert!(!run.stdout.contains("correct-horse"), "{run:?}");
}

#[test]
fn a_value_that_stands_where_a_recording_has_another_is_not_reported() {
    let bench = Bench::new();
    for (ours, theirs) in [
        ("\"synthetic\"", "\"correct-horse\""),
        ("200", "\"correct-horse\""),
    ] {
        let recording = with_body("[]");
        assert!(recording.contains(ours), "{recording}");
        bench
            .write("spec.yaml", SPEC)
            .write("recordings/a.json", &recording.replacen(ours, theirs, 1));
        let run = bench.validate(["--spec", "spec.yaml", "recordings"]);
        assert_eq!(run.code, 2, "{run:?}");
        assert!(
            run.stdout.contains("recordings/a.json:") && run.stdout.contains(", expected "),
            "{run:?}"
        );
        assert!(!run.stdout.contains("correct-horse"), "{run:?}");
    }
}
