//! The maintainer's commands. The library half exists so that integration tests and benches reach
//! the same code.

pub mod baseline;
pub mod codes;
pub mod corpus;
pub mod corrections;
pub mod edits;
pub mod evidence;
pub mod files;
pub mod finding;
pub mod har;
pub mod judge;
mod judging;
pub mod leaks;
pub mod origins;
mod progress;
pub mod readme;
pub mod recording;
pub mod redact;
pub mod regen;
pub mod report;
pub mod spec;
pub mod surface;
pub mod validate;
pub mod vendor_facts;
mod workspace;
