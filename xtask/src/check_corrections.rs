//! The corrections held against the spec and the recordings. That the vendor still has what they
//! correct is for the [vendor facts](crate::vendor_facts).

use std::collections::HashSet;

use openapi_traffic::Finding;
use serde_json::Value;

use crate::check_evidence::EvidenceCheck;
use crate::codes::Code;
use crate::corrections::{Correction, Corrections};

/// Everything that is wrong with the entries; evidence is read from below the current folder.
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
                format!("`{id}` is no name for a correction"),
                "lower-case words joined by `-`",
                id,
            );
        }
        if !ids.insert(id) {
            self.add(
                Code::Id,
                &format!("/{index}/id"),
                format!("two corrections are called `{id}`"),
                "a name of its own",
                "a second one",
            );
        }
        if spec.pointer(at).is_none() {
            let message =
                format!("the correction `{id}` is of a place that the spec does not have");
            self.add(
                Code::Place,
                &format!("/{index}/at"),
                message,
                "a JSON pointer that resolves in the spec",
                at,
            );
        }
        let silent = |value: &Value| {
            value.is_null() || value.as_str().is_some_and(|text| text.trim().is_empty())
        };
        let missing = [
            (
                "vendor",
                vendor.is_empty() || vendor.values().any(silent),
                "what each vendor version says",
            ),
            ("truth", truth.trim().is_empty(), "what is true"),
            (
                "effect",
                effect.trim().is_empty(),
                "what a user of the vendor's version would suffer",
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
