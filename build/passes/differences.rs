//! Adds `diff`, which computes the smallest update that makes a resource as wanted.

use std::collections::{BTreeMap, BTreeSet};

use quote::quote;
use syn::{File, Ident, Item, ItemStruct, Type, parse_quote};

use super::syntax::{has_serde, types, wire_name};

const SUFFIX: &str = "Update";

/// Adds `diff` and `is_empty` to each request `{Name}Update` for which there is a resource
/// `{Name}`. Fields of both are compared. A field that only the update has cannot be read back, so
/// it is sent whenever it is wanted.
///
/// # Errors
/// A field has different types in both, or the generated code has no module `types`.
pub fn run(code: &mut File, requests: &BTreeSet<String>) -> Result<(), String> {
    let items = types(code)?;
    let structs: BTreeMap<String, &ItemStruct> = items
        .iter()
        .filter_map(|item| match item {
            Item::Struct(item) => Some((item.ident.to_string(), item)),
            _ => None,
        })
        .collect();
    let mut made = Vec::new();
    for (name, update) in structs.iter().filter(|(name, _)| requests.contains(*name)) {
        if let Some(current) = name
            .strip_suffix(SUFFIX)
            .and_then(|resource| structs.get(resource))
        {
            made.push(differences(current, update)?);
        }
    }
    items.extend(made);
    Ok(())
}

/// The field with the unknown fields and the values of an unexpected type.
fn others(of: &ItemStruct) -> Option<&Ident> {
    let others = of
        .fields
        .iter()
        .find(|field| has_serde(&field.attrs, "flatten"))?;
    others.ident.as_ref()
}

fn fields(of: &ItemStruct) -> impl Iterator<Item = (&Ident, &Type)> {
    of.fields
        .iter()
        .filter_map(|field| Some((field.ident.as_ref()?, &field.ty)))
}

fn differences(current: &ItemStruct, update: &ItemStruct) -> Result<Item, String> {
    let readable: BTreeMap<&Ident, (Option<String>, &Type)> = current
        .fields
        .iter()
        .filter_map(|field| Some((field.ident.as_ref()?, (wire_name(field), &field.ty))))
        .collect();
    let mut values = Vec::new();
    for (field, of) in fields(update) {
        values.push(match readable.get(field) {
            None => quote!(#field: wanted.#field.clone()),
            Some((wire, read)) if *read == of => {
                // An unreadable value differs from any wanted one.
                let kept = match (others(current), wire) {
                    (Some(others), Some(wire)) => quote!(current.#others.get(#wire).is_some()),
                    _ => quote!(false),
                };
                quote! {
                    #field: crate::values::difference(&current.#field, #kept, &wanted.#field)
                }
            }
            Some(_) => {
                return Err(format!(
                    "`{}` and `{}` have `{field}` with different types",
                    current.ident, update.ident
                ));
            }
        });
    }
    let (current, update) = (&current.ident, &update.ident);
    let what = "The settings of `wanted` that differ from those of `current`: the smallest update \
        that makes them the same.";
    let rule = "Settings that are unset in `wanted` are left out. In `current`, unset and the \
        empty string are the same, as they are for the server.";
    Ok(parse_quote! {
        impl #update {
            #[doc = #what]
            #[doc = ""]
            #[doc = #rule]
            pub fn diff(current: &#current, wanted: &Self) -> Self {
                Self { #(#values),* }
            }
            #[doc = "Whether nothing is set, so that sending it would change nothing."]
            pub fn is_empty(&self) -> bool {
                *self == Self::default()
            }
        }
    })
}
