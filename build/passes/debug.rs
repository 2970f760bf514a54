//! `Debug` that shows no strings: any string may be a secret or customer data.

use std::collections::BTreeSet;

use quote::quote;
use syn::{Expr, Field, File, Item, ItemStruct, Type, parse_quote};

use super::syntax::{argument, has_serde, type_name, types, underive};

/// Unknown fields get a type that prints only their names. Structs with strings get a `Debug` that
/// shows only whether a string is set.
///
/// # Errors
/// The generated code has no module `types`.
pub fn run(code: &mut File) -> Result<(), String> {
    let items = types(code)?;
    let generated: BTreeSet<String> = items.iter().filter_map(name).collect();
    let mut impls = Vec::new();
    for item in items.iter_mut() {
        let Item::Struct(item) = item else { continue };
        for field in item
            .fields
            .iter_mut()
            .filter(|field| has_serde(&field.attrs, "flatten"))
        {
            field.ty = parse_quote!(crate::values::UnknownFields);
            let doc = "Properties that this version does not know, kept as received.";
            field.attrs.insert(0, parse_quote!(#[doc = #doc]));
        }
        let masked = |field: &Field| !has_safe_debug(&field.ty, &generated);
        if item.fields.iter().any(masked) {
            underive(&mut item.attrs, &["Debug"])?;
            impls.push(masking(item, masked));
        }
    }
    items.extend(impls);
    Ok(())
}

fn name(item: &Item) -> Option<String> {
    match item {
        Item::Struct(item) => Some(item.ident.to_string()),
        Item::Enum(item) => Some(item.ident.to_string()),
        _ => None,
    }
}

/// Whether a type's own `Debug` is safe: that of numbers is, and the other types of this crate,
/// generated or not, mask their strings.
fn has_safe_debug(of: &Type, generated: &BTreeSet<String>) -> bool {
    if let Some(inner) = ["Option", "Vec", "Box"]
        .into_iter()
        .find_map(|wrapper| argument(of, wrapper))
    {
        return has_safe_debug(inner, generated);
    }
    let ours = match of {
        Type::Path(of) => of
            .path
            .segments
            .first()
            .is_some_and(|first| first.ident == "crate"),
        _ => false,
    };
    let name = type_name(of).unwrap_or_default();
    ours || generated.contains(&name)
        || ["bool", "f64", "i32", "i64", "u32", "u64"].contains(&name.as_str())
}

fn masking(item: &ItemStruct, masked: impl Fn(&Field) -> bool) -> Item {
    let name = &item.ident;
    let title = name.to_string();
    let fields = item.fields.iter().filter_map(|field| {
        let ident = field.ident.as_ref()?;
        let title = ident.to_string();
        let value: Expr = match masked(field) {
            true => parse_quote!(&crate::values::Masked(&self.#ident)),
            false => parse_quote!(&self.#ident),
        };
        Some(quote!(debug.field(#title, #value);))
    });
    parse_quote! {
        impl ::std::fmt::Debug for #name {
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                let mut debug = f.debug_struct(#title);
                #(#fields)*
                debug.finish()
            }
        }
    }
}
