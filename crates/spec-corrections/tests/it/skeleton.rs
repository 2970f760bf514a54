//! Tests the entries that are begun for edits.

use located::Source;
use openapi_traffic::fix::Fix;
use serde_json::json;
use spec_corrections::{Corrections, Vendor, skeletons};
use tempfile::TempDir;

/// A fix that adds a property, with its evidence.
fn fix_of(name: &str) -> Fix {
    Fix {
        what: format!("add the property `{name}` to `/components/schemas/Connection`"),
        at: format!("/components/schemas/Connection/properties/{name}"),
        codes: vec!["NSV301"],
        evidence: vec![format!("tests/recordings/a.json#/response/body/0/{name}")],
        findings: 1,
    }
}

#[test]
fn a_fix_has_the_skeleton_of_a_correction_that_can_be_read() {
    let text = skeletons(&[fix_of("colour")], &Vendor::default()).concat();
    let read = Corrections::load(Source::new("corrections.yaml", text)).expect("corrections");
    let [entry] = read.entries() else {
        panic!("one entry: {:?}", read.entries());
    };
    assert_eq!(entry.id, "connection-colour");
    assert_eq!(
        entry.recordings(),
        [("tests/recordings/a.json".to_owned(), 1)]
    );
}

#[test]
fn what_the_vendor_has_too_needs_no_correction() {
    let folder = TempDir::new().expect("a temporary folder");
    let vendor = json!({"x": {"properties": {"colour": {"type": "string"}}}});
    std::fs::write(
        folder.path().join("connections-v1.json"),
        vendor.to_string(),
    )
    .expect("a file");
    let vendor = Vendor::read(folder.path(), "connections").expect("the vendor's documents");
    let text = skeletons(&[fix_of("colour"), fix_of("shape")], &vendor).concat();
    assert!(!text.contains("connection-colour"), "{text}");
    assert!(text.contains("    v1: 'no `shape`'\n"), "{text}");
}
