//! Validates an OpenAPI 3.0 document against recorded HTTP traffic: reports where the traffic
//! contradicts the document, what is not documented, and which parts of it the traffic covers.
//!
//! An API description that was never compared with real traffic is a guess. This crate validates
//! each recorded exchange (a [recording](http_recording::Recording), a line of NDJSON, an entry of
//! a HAR file) as OpenAPI 3.0.3 specifies. A finding names the place in the document and the place
//! in the recording, and never a value. What was not validated is counted and reported.
//!
//! ```
//! use std::sync::Arc;
//!
//! use http_recording::Recording;
//! use located::Source;
//! use openapi_traffic::{Exchange, Spec, judge};
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
//! let source = Source::new("count.json", r#"{
//!   "format": 1,
//!   "meta": {"origin": "captured"},
//!   "request": {"method": "GET", "path": "/count"},
//!   "response": {"status": 200, "headers": {"content-type": "application/json"}, "body": "3"}
//! }"#.to_owned());
//! let recording = Recording::read(&source)?;
//!
//! let (findings, evidence) = judge(&spec, &Exchange::new(recording, Arc::new(source), "", 0));
//! assert_eq!(findings[0].code, "NSV220");
//! assert_eq!((&*findings[0].expected, &*findings[0].seen), ("integer", "string of 1 character"));
//! let place = findings[0].recording.as_ref().expect("a place");
//! assert_eq!((place.line, place.column), (5, 80));
//! assert!(evidence.rows(&spec).iter().any(|row| row.name == "count 200" && row.seen == 1));
//! # Ok::<(), located::Error>(())
//! ```
//!
//! The command `openapi-traffic --spec api.yaml traffic.har` does all of this.
//!
//! In reading order:
//! - [`Spec`] is the compiled document; [`Routes`] finds the operation of a path;
//! - [`judge()`] validates an [`Exchange`] and returns [`Finding`]s and [`Evidence`]; [`Rules`]
//!   lists the kinds of findings;
//! - [`Relations`] state what holds within an exchange and between exchanges, where no schema can;
//! - [`corpus`] validates files and folders on all cores;
//! - [`Baseline`] suppresses known findings until a date;
//! - [`report`] renders for a terminal, as a web page, JSON, SARIF, JUnit XML or annotations;
//! - [`fix`] proposes the edits of the document that the traffic asks for;
//! - [`run()`] does all of this for a tool, which may add [`Checks`] of its own; `command` (feature
//!   `cli`) is its command line.

mod baseline;
mod by_name;
mod checks;
mod codes;
#[cfg(feature = "cli")]
pub mod command;
pub mod corpus;
mod count;
mod digest;
mod document;
mod escaped;
mod evidence;
mod extent;
mod finding;
pub mod fix;
mod judge;
mod linked;
mod masking;
mod ndjson;
mod origins;
mod parts;
mod path;
mod percent;
mod relations;
pub mod report;
mod routing;
mod run;
mod servers;
mod spec;
mod stream;
mod style;
mod visible;

pub use baseline::{Applied, Baseline};
pub use checks::Checks;
pub use codes::{About, Rule, Rules, Severity};
pub use evidence::{Evidence, Presence, Row, Verdict};
pub use finding::Finding;
pub use judge::{Exchange, judge, judge_into};
pub use origins::Origins;
pub use relations::{Relation, Relations, Session};
pub use routing::{Match, Route, Routes};
pub use run::{Options, run};
pub use spec::{SiteKind, Spec};
