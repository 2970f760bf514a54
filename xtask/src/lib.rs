//! The maintainer's commands, in two halves: [`regen`] and what reads recorded traffic
//! ([`validate`], [`har`]). The library exists so that integration tests and benches reach the same
//! code.

pub mod corrections;
pub mod forward;
pub mod workspace;

#[cfg(feature = "regen")]
pub mod edits;
#[cfg(feature = "regen")]
pub mod files;
#[cfg(feature = "regen")]
pub mod readme;
#[cfg(feature = "regen")]
pub mod regen;
#[cfg(feature = "regen")]
pub mod shown;
#[cfg(feature = "regen")]
pub mod surface;

#[cfg(feature = "traffic")]
pub mod baseline;
#[cfg(feature = "traffic")]
pub mod codes;
#[cfg(feature = "traffic")]
pub mod corpus;
#[cfg(feature = "traffic")]
pub mod evidence;
#[cfg(feature = "traffic")]
pub mod finding;
#[cfg(feature = "traffic")]
pub mod har;
#[cfg(feature = "traffic")]
pub mod judge;
#[cfg(feature = "traffic")]
mod judging;
#[cfg(feature = "traffic")]
pub mod leaks;
#[cfg(feature = "traffic")]
pub mod origins;
#[cfg(feature = "traffic")]
mod progress;
#[cfg(feature = "traffic")]
pub mod recording;
#[cfg(feature = "traffic")]
pub mod redact;
#[cfg(feature = "traffic")]
pub mod report;
#[cfg(feature = "traffic")]
pub mod spec;
#[cfg(feature = "traffic")]
pub mod validate;
#[cfg(feature = "traffic")]
pub mod vendor_facts;
