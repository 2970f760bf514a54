//! Checks the corrections against the spec and the recordings. [Vendor facts](crate::vendor_facts)
//! check that the vendor still has the bugs that they correct.

use std::collections::HashSet;

use openapi_traffic::Finding;
use serde_json::Value;

use crate::check_evidence::EvidenceCheck;
use crate::codes::Code;
use crate::corrections::{Correction, Corrections};

/// Findings about the entries. Evidence is read from below the current folder.
pub fn check(corrections: &Corrections, spec: &Value) -> Vec<Finding> {
    let mut check = Check {
        evidence: EvidenceCheck::new(corrections.source(), "correction"),
    };
    let mut ids = HashSet::new();
    for (index, entry) in corrections.entries().iter().enumerate() {
        check.entry(index, entry, spec, &mut ids);
    }
    check.evidence.findings
}

struct Check<'a> {
    evidence: EvidenceCheck<'a>,
}

impl<'a> Check<'a> {
    fn entry(
        &mut self,
        index: usize,
        entry: &'a Correction,
        spec: &Value,
        ids: &mut HashSet<&'a str>,
    ) {
        let Correction {
            id,
            at,
            vendor,
            truth,
            evidence,
            effect,
        } = entry;
        if !kebab_case(id) {
            self.add(
                Code::Id,
                &format!("/{index}/id"),
                format!("`{id}` is not a valid id for a correction"),
                "lower-case words joined by `-`",
                id,
            );
        }
        if !ids.insert(id) {
            self.add(
                Code::Id,
                &format!("/{index}/id"),
                format!("the correction id `{id}` is a duplicate"),
                "a unique id",
                "a duplicate",
            );
        }
        if spec.pointer(at).is_none() {
            let message =
                format!("the correction `{id}` points at a place that is not in the spec");
            self.add(
                Code::Place,
                &format!("/{index}/at"),
                message,
                "a JSON pointer that resolves in the spec",
                at,
            );
        }
        let is_empty = |value: &Value| {
            value.is_null() || value.as_str().is_some_and(|text| text.trim().is_empty())
        };
        let missing = [
            (
                "vendor",
                vendor.is_empty() || vendor.values().any(is_empty),
                "what each vendor version says",
            ),
            ("truth", truth.trim().is_empty(), "what is true"),
            (
                "effect",
                effect.trim().is_empty(),
                "what goes wrong with a client that follows the vendor",
            ),
        ];
        for (part, _, what) in missing.into_iter().filter(|(_, missing, _)| *missing) {
            self.add(
                Code::Incomplete,
                &format!("/{index}"),
                format!("the correction `{id}` has no `{part}`"),
                what,
                "nothing",
            );
        }
        self.evidence.check(id, index, evidence);
    }

    fn add(&mut self, code: Code, pointer: &str, message: String, expected: &str, seen: &str) {
        self.evidence.add(code, pointer, message, expected, seen);
    }
}

fn kebab_case(id: &str) -> bool {
    id.split('-').all(|word| {
        !word.is_empty()
            && word
                .bytes()
                .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit())
    })
}
