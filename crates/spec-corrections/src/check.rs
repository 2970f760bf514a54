//! Checks a register against the document and the recordings. [`Facts`](crate::Facts) check that
//! the vendor still has the bugs that the register corrects.

use std::collections::HashSet;

use openapi_traffic::Finding;
use serde_json::Value;

use crate::codes::Code;
use crate::correction::{Correction, Corrections};
use crate::proof::Proof;

/// Findings about the entries. A place in the evidence is a path from the current folder.
pub fn check(corrections: &Corrections, spec: &Value) -> Vec<Finding> {
    let mut proof = Proof::new(corrections.source(), "correction");
    let mut ids = HashSet::new();
    for (index, entry) in corrections.entries().iter().enumerate() {
        let id = &entry.id;
        let mut add = |code, field: &str, message, expected: &str, seen: &str| {
            proof.add(code, &format!("/{index}{field}"), message, expected, seen);
        };
        if !is_kebab_case(id) {
            let message = format!("`{id}` is not a valid id for a correction");
            add(
                Code::Id,
                "/id",
                message,
                "lower-case words joined by `-`",
                id,
            );
        }
        if !ids.insert(id) {
            let message = format!("the correction id `{id}` is a duplicate");
            add(Code::Id, "/id", message, "a unique id", "a duplicate");
        }
        if spec.pointer(&entry.at).is_none() {
            let message =
                format!("the correction `{id}` points at a place that is not in the spec");
            let expected = "a JSON pointer that resolves in the spec";
            add(Code::Place, "/at", message, expected, &entry.at);
        }
        for (part, expected) in missing(entry) {
            let message = format!("the correction `{id}` has no `{part}`");
            add(Code::Incomplete, "", message, expected, "nothing");
        }
        proof.check(id, index, &entry.evidence);
    }
    proof.findings
}

/// The parts that an entry lacks, each with what it should say.
fn missing(entry: &Correction) -> impl Iterator<Item = (&'static str, &'static str)> {
    let is_empty =
        |value: &Value| value.is_null() || value.as_str().is_some_and(|it| it.trim().is_empty());
    let vendor = &entry.vendor;
    [
        (
            "vendor",
            vendor.is_empty() || vendor.values().any(is_empty),
            "what each vendor version says",
        ),
        ("truth", entry.truth.trim().is_empty(), "what is true"),
        (
            "effect",
            entry.effect.trim().is_empty(),
            "what goes wrong with a client that follows the vendor",
        ),
    ]
    .into_iter()
    .filter_map(|(part, is_missing, expected)| is_missing.then_some((part, expected)))
}

fn is_kebab_case(id: &str) -> bool {
    let is_plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit();
    id.split('-')
        .all(|word| !word.is_empty() && word.bytes().all(is_plain))
}
