//! Changes to the generated code: one pass per file, each by rule and never by a list of fields.

pub mod bodies;
pub mod claims;
pub mod constructors;
pub mod debug;
pub mod differences;
pub mod docs;
mod facts;
pub mod names;
pub mod open_enums;
pub mod paths;
pub mod prune;
pub mod requests;
pub mod responses;
mod syntax;

use syn::File;

pub use facts::Facts;

/// Runs all passes, in the order in which they build on each other.
///
/// # Errors
/// A pass finds the code to be other than it expects. Says what it found.
pub fn run(code: &mut File, facts: &Facts) -> Result<(), String> {
    prune::run(code)?;
    paths::run(code)?;
    requests::run(code)?;
    open_enums::run(code, &facts.vocabularies)?;
    names::run(code)?;
    debug::run(code)?;
    differences::run(code, &facts.requests)?;
    responses::run(code, &facts.responses)?;
    constructors::run(code, &facts.requests)?;
    bodies::run(code, facts)?;
    docs::run(code);
    Ok(())
}
