//! Removes generated code that is not used.

use syn::{File, Item};

use super::syntax::types;

/// Drops the prelude, and the error type of conversions that no type has.
///
/// # Errors
/// The generated code has no module `types`.
pub fn run(code: &mut File) -> Result<(), String> {
    let is_module =
        |item: &Item, name: &str| matches!(item, Item::Mod(module) if module.ident == name);
    types(code)?.retain(|item| !is_module(item, "error"));
    code.items.retain(|item| !is_module(item, "prelude"));
    Ok(())
}
