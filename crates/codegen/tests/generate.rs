//! Tests the generator end to end: from a document to the source code of the client.

use codegen::generate::generate;

const SPEC: &str = include_str!("../../../openapi/connections.yaml");
const COMMITTED: &str = include_str!("../../../src/generated.rs");

/// The error that a change of the spec comes to.
fn refused(before: &str, after: &str) -> String {
    assert!(SPEC.contains(before), "{before:?} is not in the spec");
    let spec = SPEC.replacen(before, after, 1);
    generate("spec.yaml", &spec)
        .expect_err("it is refused")
        .to_string()
}

/// How an error in the line of a text of the spec begins.
fn line(text: &str) -> String {
    let before = SPEC.find(text).expect("a text of the spec");
    let number = SPEC[..before].matches('\n').count() + 1;
    format!("spec.yaml:{number}:")
}

#[test]
fn the_committed_code_is_what_the_committed_spec_gives() {
    let generated = generate("openapi/connections.yaml", SPEC).expect("the spec is fit");
    // Not `assert_eq`, which would print both.
    assert!(generated == COMMITTED, "run `cargo xtask regen`");
}

#[test]
fn line_ends_of_another_system_give_the_same_code() {
    let generated = generate("spec.yaml", &SPEC.replace('\n', "\r\n")).expect("the spec is fit");
    assert!(generated == COMMITTED);
}

#[test]
fn broken_yaml_is_rejected_with_its_place() {
    let error = refused("openapi: 3.0.3", "openapi: a: b");
    assert!(error.starts_with(&line("openapi: 3.0.3")), "{error}");
}

#[test]
fn what_generation_does_not_allow_is_rejected_with_its_place() {
    let error = refused("openapi: 3.0.3", "openapi: 3.1.0");
    assert!(
        error.starts_with(&(line("openapi: 3.0.3") + "1: ")),
        "{error}"
    );
}

#[test]
fn what_the_model_of_openapi_cannot_read_is_rejected_with_its_place() {
    let error = refused("  title: NetSapiens Connections", "  title: [1]");
    assert!(
        error.starts_with(&(line("title: NetSapiens") + "3: ")),
        "{error}"
    );
    assert!(error.contains("`info.title`"), "{error}");
}
