//! The maintainer's commands. The library half exists so that integration tests and benches reach the same code.

pub mod codes;
pub mod corpus;
pub mod evidence;
pub mod finding;
pub mod har;
pub mod judge;
pub mod pointer;
pub mod recording;
pub mod redact;
pub mod source;
pub mod spec;
