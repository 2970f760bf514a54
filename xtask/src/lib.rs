//! The maintainer's commands. The library half exists so that integration tests and benches reach the same code.

pub mod files;
pub mod finding;
pub mod recording;
pub mod regen;
pub mod surface;
