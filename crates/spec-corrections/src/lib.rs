//! A register of the places where an OpenAPI document departs from the one that its vendor
//! publishes, with evidence that is checked.
//!
//! Whoever corrects somebody else's document by hand has to know, a year later, which departures
//! are still needed. An entry states what the vendor says, what is true, what goes wrong otherwise,
//! and which [recorded exchanges](https://docs.rs/http-recording) show it. An entry without
//! evidence, or for a bug that the vendor has fixed, is a finding.
//!
//! ```
//! # #[cfg(feature = "check")] {
//! use located::Source;
//! use serde_json::json;
//! use spec_corrections::{Corrections, Facts, check};
//!
//! let corrections = Corrections::load(Source::new("corrections.yaml", "
//! - id: name-is-text
//!   at: /components/schemas/User/properties/name
//!   vendor: {v1: an integer}
//!   truth: a string
//!   evidence: 'none: the reference page says so'
//!   effect: every list fails
//! ".to_owned()))?;
//! let facts = Facts::load(Source::new("vendor-facts.yaml", "
//! - correction: name-is-text
//!   in: [v1]
//!   at: /definitions/User/properties/name
//!   has: {type: integer}
//!   ours: /components/schemas/User/properties/name
//! ".to_owned()))?;
//! let spec = |kind: &str| json!({
//!     "components": {"schemas": {"User": {"properties": {"name": {"type": kind}}}}}
//! });
//!
//! // The document is corrected, and the entry is right.
//! assert_eq!(check(&corrections, &spec("string")), []);
//! assert_eq!(facts.check(&corrections, &spec("string")), []);
//!
//! // The document says what the vendor says, so that nothing is corrected.
//! let findings = facts.check(&corrections, &spec("integer"));
//! assert_eq!(findings[0].code, "NSV506");
//! # }
//! # Ok::<(), located::Error>(())
//! ```
//!
//! In reading order:
//! - [`Corrections`] is the register, and [`Correction`] one entry of it;
//! - [`page()`] shows a register to people;
//! - [`check()`] holds a register against the document and the recordings, and
//!   [`check_relations()`] does so with the evidence of relations;
//! - [`Facts`] is what is known of the vendor's documents, and [`Vendor`] the documents themselves;
//! - [`skeletons()`] begins the entries for edits that traffic asks for;
//! - [`Code`] lists the kinds of findings.
//!
//! All but the first two need the feature `check`, which brings the validator.

#[cfg(feature = "check")]
mod checks;
mod correction;
mod evidence;
mod page;

#[cfg(feature = "check")]
pub use checks::{Code, Facts, Vendor, check, check_relations, skeletons};
pub use correction::{Correction, Corrections};
pub use page::page;
