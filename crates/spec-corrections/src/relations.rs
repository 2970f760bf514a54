//! Checks that each relation states its origin and has evidence.

use openapi_traffic::{Finding, Relation, Relations};
use serde::Deserialize;

use crate::codes::Code;
use crate::evidence::Evidence;
use crate::proof::Proof;

/// The origins that a relation may have.
const ORIGINS: [&str; 4] = ["captured", "reported", "documented", "inferred"];

/// Findings about the origin and the evidence of relations, which is written as in a register. A
/// place in the evidence is a path from the current folder.
pub fn check_relations(relations: &Relations) -> Vec<Finding> {
    let mut proof = Proof::new(relations.document().source(), "relation");
    for (index, relation) in relations.all().iter().enumerate() {
        let Relation { id, origin, .. } = relation;
        let evidence = Evidence::deserialize(&relation.evidence).unwrap_or_default();
        proof.check(id, index, &evidence);
        let origin = origin.as_deref().unwrap_or_default();
        if !ORIGINS.contains(&origin) {
            proof.add(
                Code::Incomplete,
                &format!("/{index}/origin"),
                format!("the relation `{id}` has no valid `origin`"),
                &format!("one of {}", ORIGINS.join(", ")),
                "none of these",
            );
        }
        if origin == "captured" && !proof.has_origin(&evidence, origin) {
            proof.add(
                Code::EvidenceDiffers,
                &format!("/{index}/evidence"),
                format!("the evidence of `{id}` does not support it"),
                "a captured recording",
                "none",
            );
        }
    }
    proof.findings
}
