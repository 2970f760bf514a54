//! The maintainer's commands. The library half exists so that integration tests reach the same code.

pub mod check_corrections;
pub mod codes;
pub mod corrections;
pub mod edits;
pub mod export_har;
pub mod files;
pub mod import_har;
pub mod leaks;
pub mod readme;
pub mod regen;
pub mod surface;
pub mod validate;
pub mod vendor_facts;
mod workspace;
