//! Code generation, with the feature `codegen`.

mod adapt;
mod document;
pub mod generate;
mod lint;
mod openapi;
mod passes;
