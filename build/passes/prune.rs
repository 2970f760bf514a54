//! Removes generated code that is not used.

use syn::{File, ImplItem, Item};

use super::syntax::{type_name, types};

/// Drops `Client::new` (it unwraps and sets timeouts of its own), the prelude, and the error type
/// of conversions that no type has.
pub fn run(code: &mut File) -> Result<(), String> {
    let is_module =
        |item: &Item, name: &str| matches!(item, Item::Mod(module) if module.ident == name);
    types(code)?.retain(|item| !is_module(item, "error"));
    code.items.retain(|item| !is_module(item, "prelude"));
    for item in &mut code.items {
        if let Item::Impl(item) = item
            && item.trait_.is_none()
            && type_name(&item.self_ty).as_deref() == Some("Client")
        {
            item.items.retain(
                |item| !matches!(item, ImplItem::Fn(function) if function.sig.ident == "new"),
            );
        }
    }
    Ok(())
}
