//! Mutation testing of an OpenAPI 3.0 document: how much of recorded traffic it really checks.
//!
//! A document that accepts everything is never contradicted. So [`score()`] changes each recorded
//! exchange in one place at a time, by a fixed set of [`Operator`]s, and validates the result
//! against the document and its relations. A mutation that nothing detects is a survivor. In the
//! other direction, [`evidence()`] contradicts each claim of the document and looks for a recording
//! of real traffic that disagrees. [`Floors`] keep both results from getting worse.
//!
//! ```
//! use located::Source;
//! use openapi_traffic::Spec;
//! use traffic_mutations::{By, evidence, read, score};
//!
//! let spec = Spec::load(Source::new("api.yaml", "
//! openapi: 3.0.3
//! info: {title: Users, version: '1'}
//! paths:
//!   /count:
//!     get:
//!       operationId: count
//!       responses:
//!         '200':
//!           description: How many.
//!           content: {application/json: {schema: {type: integer}}}
//! ".to_owned()))?;
//! let folder = tempfile::tempdir()?;
//! std::fs::write(folder.path().join("count.json"), r#"{
//!   "format": 1,
//!   "meta": {"origin": "captured"},
//!   "request": {"method": "GET", "path": "/count"},
//!   "response": {"status": 200, "headers": {"content-type": "application/json"}, "body": 3}
//! }"#)?;
//! let recorded = read(&[folder.path().to_owned()])?;
//!
//! let by = By { spec: &spec, relations: None, reader: None };
//! let score = score(by, &recorded)?;
//! // Nothing says that there cannot be -3 users.
//! let survivors: Vec<_> = score.survivors.iter().map(|it| it.operator.name()).collect();
//! assert!(survivors.contains(&"number-negated"));
//! assert!(!survivors.contains(&"to-string"));
//! assert!(evidence(&spec, &recorded)?.untested.is_empty());
//! # Ok::<(), anyhow::Error>(())
//! ```
//!
//! In reading order: [`Operator`] and [`edits()`] change an exchange; [`Free`] names what nothing
//! could detect; [`score()`]; [`Reasons`] says why the document does not claim what would detect a
//! survivor; [`evidence()`]; [`Floors`] and [`Report`].

mod claims;
mod contract;
mod floors;
mod operators;
mod reasons;
mod report;
mod score;

pub use claims::{Claims, Tested, Untested, evidence};
pub use contract::Free;
pub use floors::{Compared, Floors};
pub use operators::{Edit, Operator, edits, mutated};
pub use reasons::{Reason, Reasons};
pub use report::Report;
pub use score::{By, Counts, Reader, Recorded, Row, Score, Survivor, read, score};
