//! Code generation, with the feature `codegen`.

mod adapt;
pub mod generate;
mod lint;
mod openapi;
mod passes;
