//! Generates the client from an OpenAPI document.
//!
//! The build script has these files as a module, with the feature `codegen`; the workspace has them
//! as a crate, for `cargo xtask regen` and for tests.

pub mod adapt;
pub mod generate;
pub mod lint;
pub mod openapi;
pub mod passes;
pub mod stale;
