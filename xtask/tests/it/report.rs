//! What `cargo xtask validate` adds to the reports of the validator: its name and its rules.

use serde_json::Value;

use crate::bench::{Bench, SPEC, with_body};

#[test]
fn the_committed_schema_is_the_one_of_the_types() {
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/validate.schema.json");
    let schema = openapi_traffic::report::schema("Report of `cargo xtask validate --format json`")
        .expect("there is a schema");
    if std::env::var_os("UPDATE_DOCS").is_some() {
        std::fs::write(file, &schema).expect("the schema can be written");
    }
    let committed = std::fs::read_to_string(file).expect("the schema is committed");
    assert!(
        committed == schema,
        "{file} is not the schema of the report; run `UPDATE_DOCS=1 cargo test -p xtask \
         the_committed_schema`"
    );
}

#[test]
fn sarif_names_the_command_and_its_own_rules() {
    let bench = Bench::new();
    bench
        .write("spec.yaml", SPEC)
        .write("a.json", &with_body(r#"[{"name": "x"}]"#));
    let run = bench.validate(["--spec", "spec.yaml", "a.json", "--format", "sarif"]);
    let log: Value = serde_json::from_str(&run.stdout).expect("JSON");
    let driver = &log["runs"][0]["tool"]["driver"];
    assert_eq!(driver["name"], "cargo xtask validate");
    let rules = driver["rules"].as_array().expect("rules");
    let codes: Vec<_> = rules
        .iter()
        .filter_map(|rule| rule["id"].as_str())
        .collect();
    assert!(codes.is_sorted());
    assert!(
        ["NSV101", "NSV501", "NSV701"]
            .iter()
            .all(|it| codes.contains(it))
    );
}

#[test]
fn a_code_of_the_repository_is_explained_too() {
    let run = Bench::new().validate(["--explain", "leak"]);
    assert_eq!(run.code, 0, "{run:?}");
    assert!(run.stdout.starts_with("NSV701 leak (error)"), "{run:?}");
}

#[test]
fn a_baseline_may_excuse_a_finding_of_the_repository() {
    let bench = Bench::new();
    bench
        .write("spec.yaml", SPEC)
        .write("a.json", &with_body(r#"[{"name": "x"}]"#))
        .write(
            "b.yaml",
            "- {code: NSV701, reason: known, expires: 2999-01-01}\n",
        );
    let arguments = ["--spec", "spec.yaml", "a.json", "--baseline", "b.yaml"];
    let run = bench.validate(arguments);
    assert_eq!(run.code, 1, "{run:?}");
    assert!(run.stdout.contains("NSV602"), "{run:?}");
}

#[test]
fn vendor_documents_without_corrections_are_2_and_say_what_to_give() {
    let bench = Bench::new();
    let run = bench.validate(["--spec", "spec.yaml", "--vendor", "vendor"]);
    assert_eq!(run.code, 2, "{run:?}");
    assert!(run.stderr.contains("add `--corrections FILE`"), "{run:?}");
}
