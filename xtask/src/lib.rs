//! The maintainer's commands. The library half exists so that integration tests and benches reach the same code.

pub mod finding;
pub mod har;
pub mod recording;
pub mod redact;
