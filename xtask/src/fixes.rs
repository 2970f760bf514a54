//! What this repository adds to `--fix`: the client has to be generated from an edited document,
//! and an edit that departs from the vendor has to have a correction.

use located::Source;
use openapi_traffic::fix::{Fix, Refusal};
use spec_corrections::{Vendor, skeletons};

use crate::workspace::CORRECTIONS;

/// Refuses a document from which the client cannot be generated.
///
/// # Errors
/// It cannot: says why.
#[cfg(feature = "regen")]
pub fn generates(edited: &Source) -> Refusal {
    codegen::generate::generate(edited.file(), edited.text())
        .map(drop)
        .map_err(|error| format!("with it, the client cannot be generated: {error}"))
}

/// Refuses every document: this program has no generator.
///
/// # Errors
/// Always.
#[cfg(not(feature = "regen"))]
pub fn generates(_: &Source) -> Refusal {
    Err("this program has no generator; start it as `cargo xtask validate --fix`".to_owned())
}

/// What to add to the corrections for some fixes, as text to be completed by hand.
pub fn corrections(fixes: &[Fix], vendor: &Vendor) -> String {
    let entries = skeletons(fixes, vendor);
    if entries.is_empty() {
        return String::new();
    }
    let condition = match vendor.is_empty() {
        true => ", where the vendor's documents say something else (`--vendor DIR` looks)",
        false => "",
    };
    format!("\n# For {CORRECTIONS}{condition}:\n{}", entries.join("\n"))
}
