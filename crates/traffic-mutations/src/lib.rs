//! How much of recorded traffic an OpenAPI 3.0 document really checks.
//!
//! A document that accepts everything is never contradicted. So each recorded exchange is damaged
//! in one place, in every way of a fixed set of [`Operator`]s, and held against the document and
//! its relations: what nobody notices is a survivor ([`score()`]). The other way round, each claim
//! of the document is contradicted, and a recording of real traffic has to disagree
//! ([`evidence()`]). Both are numbers that [`Floors`] keep from getting worse.
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
//! assert!(evidence(&spec, &recorded)?.unevidenced.is_empty());
//! # Ok::<(), anyhow::Error>(())
//! ```
//!
//! In reading order: [`Operator`] and [`edits()`], what is done to an exchange; [`Free`], what
//! nothing could notice, by rule; [`score()`]; [`Reasons`], why the document does not claim what
//! would notice a survivor; [`evidence()`]; [`Floors`] and [`Report`].

#![forbid(unsafe_code)]
#![deny(missing_docs, missing_debug_implementations, unreachable_pub)]

mod claims;
mod contract;
mod floors;
mod operators;
mod reasons;
mod report;
mod score;

pub use claims::{Claims, Evidenced, Unevidenced, evidence};
pub use contract::Free;
pub use floors::{Compared, Floors};
pub use operators::{Edit, Operator, damaged, edits};
pub use reasons::{Reason, Reasons};
pub use report::Report;
pub use score::{By, Counts, Reader, Recorded, Row, Score, Survivor, read, score};
