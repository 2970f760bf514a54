//! What `cargo xtask validate` does with the corrections of a register and with its vendor facts.

use crate::bench::{Bench, Run, SPEC, with_body};

/// A run with a correction that this is the evidence of.
fn run(evidence: &str, more: &[&str]) -> Run {
    let bench = Bench::new();
    let correction = format!(
        "\
- id: name-is-text
  at: /components/schemas/Trunk/properties/name
  vendor: {{v1: an integer}}
  truth: text
  evidence: '{evidence}'
  effect: every list fails
"
    );
    bench
        .write("spec.yaml", SPEC)
        .write("recordings/a.json", &with_body(r#"[{"name": "a"}]"#))
        .write("corrections.yaml", &correction)
        .write(
            "vendor-facts.yaml",
            "- {correction: name-is-text, in: [v1], at: /name, has: {type: integer}}\n",
        )
        .write(
            "vendor/connections-v1.json",
            r#"{"name": {"type": "string"}}"#,
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

#[test]
fn corrections_are_counted() {
    let run = run("none: the guide", &[]);
    assert_eq!(run.code, 0, "{run:?}");
    assert!(run.stdout.contains(", 1 correction;"), "{run:?}");
}

#[test]
fn a_correction_without_evidence_is_a_finding() {
    let run = run("none:", &[]);
    assert_eq!(run.code, 1, "{run:?}");
    assert!(run.stdout.contains("error[NSV505]"), "{run:?}");
}

#[test]
fn facts_are_held_against_the_vendors_documents_in_a_folder() {
    let run = run("none: the guide", &["--vendor", "vendor"]);
    assert_eq!(run.code, 1, "{run:?}");
    assert!(run.stdout.contains("error[NSV507]"), "{run:?}");
}

#[test]
fn a_folder_without_the_vendors_documents_is_2() {
    let run = run("none: the guide", &["--vendor", "recordings"]);
    assert_eq!(run.code, 2, "{run:?}");
    assert!(run.stderr.contains("connections-<version>.json"), "{run:?}");
}
