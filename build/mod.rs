//! Generates the client from an OpenAPI document.
//!
//! These files are a module of the build script, with the feature `codegen`, and a crate of the
//! workspace, for `cargo xtask regen` and for tests.

pub mod adapt;
pub mod generate;
pub mod lint;
pub mod openapi;
pub mod passes;
pub mod stale;
