//! The relations held against their evidence: what nobody has seen is not claimed.

use openapi_traffic::{Finding, Relation, Relations};
use serde::Deserialize;

use crate::check_evidence::EvidenceCheck;
use crate::codes::Code;
use crate::corrections::Evidence;

/// How sure a relation may be.
const ORIGINS: [&str; 4] = ["captured", "reported", "documented", "inferred"];

/// Everything that is wrong with the evidence; it is read from below the current folder.
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
                format!("the relation `{id}` does not say how sure it is"),
                &format!("`origin`: {}", ORIGINS.join(", ")),
                "nothing of these",
            );
        }
        if origin == "captured" && !check.has_origin(&evidence, origin) {
            check.add(
                Code::EvidenceDiffers,
                &format!("/{index}/evidence"),
                format!("the evidence of `{id}` does not show it"),
                "a captured recording",
                "none",
            );
        }
    }
    check.findings
}
