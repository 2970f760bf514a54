//! Checks that each relation states its origin and has evidence.

use openapi_traffic::{Finding, Relation, Relations};
use serde::Deserialize;

use crate::check_evidence::EvidenceCheck;
use crate::codes::Code;
use crate::corrections::Evidence;

/// The origins that a relation may have.
const ORIGINS: [&str; 4] = ["captured", "reported", "documented", "inferred"];

/// Findings about the evidence, which is read from below the current folder.
pub fn check(relations: &Relations) -> Vec<Finding> {
    let mut check = EvidenceCheck::new(relations.document().source(), "relation");
    for (index, relation) in relations.all().iter().enumerate() {
        let Relation { id, origin, .. } = relation;
        let evidence = Evidence::deserialize(&relation.evidence).unwrap_or_default();
        check.check(id, index, &evidence);
        let origin = origin.as_deref().unwrap_or_default();
        if !ORIGINS.contains(&origin) {
            check.add(
                Code::Incomplete,
                &format!("/{index}/origin"),
                format!("the relation `{id}` has no valid `origin`"),
                &format!("one of {}", ORIGINS.join(", ")),
                "none of these",
            );
        }
        if origin == "captured" && !check.has_origin(&evidence, origin) {
            check.add(
                Code::EvidenceDiffers,
                &format!("/{index}/evidence"),
                format!("the evidence of `{id}` does not support it"),
                "a captured recording",
                "none",
            );
        }
    }
    check.findings
}
