//! `new` for what is sent: the required fields as arguments, all else unset.

use std::collections::BTreeSet;

use quote::quote;
use syn::{File, Ident, Item, ItemStruct, Type, parse_quote};

use super::{argument, types};

/// Adds `new` to the structs in `requests` that have required fields; the others have `Default`.
pub fn run(code: &mut File, requests: &BTreeSet<String>) -> Result<(), String> {
    let items = types(code)?;
    let made: Vec<Item> = items
        .iter()
        .filter_map(|item| match item {
            Item::Struct(item) if requests.contains(&item.ident.to_string()) => constructor(item),
            _ => None,
        })
        .collect();
    items.extend(made);
    Ok(())
}

fn constructor(item: &ItemStruct) -> Option<Item> {
    let name = &item.ident;
    let fields: Vec<(&Ident, &Type)> = item
        .fields
        .iter()
        .filter_map(|f| Some((f.ident.as_ref()?, &f.ty)))
        .collect();
    // What unset means is for the type to say.
    let docs = item
        .attrs
        .iter()
        .filter(|attribute| attribute.path().is_ident("doc"));
    let (optional, mut required): (Vec<_>, Vec<_>) = fields
        .into_iter()
        .partition(|(_, ty)| argument(ty, "Option").is_some());
    if required.is_empty() {
        return None;
    }
    required.sort_by_key(|(ident, _)| ident.to_string());
    let optional = optional.iter().map(|(ident, _)| ident);
    let arguments = required.iter().map(|(ident, ty)| quote!(#ident: #ty));
    let required = required.iter().map(|(ident, _)| ident);
    Some(parse_quote! {
        impl #name {
            #[doc = "What is required; all else is unset. [`Self`] shows how to set it."]
            #[doc = ""]
            #(#docs)*
            pub fn new(#(#arguments),*) -> Self {
                Self { #(#required,)* #(#optional: None,)* }
            }
        }
    })
}
