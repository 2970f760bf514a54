//! `Debug` that shows no secret and no customer data.

use std::collections::{BTreeMap, BTreeSet};

use quote::quote;
use syn::punctuated::Punctuated;
use syn::{Expr, File, Item, ItemStruct, Path, Token, parse_quote};

use super::{has_serde, types, wire_name};

/// Unknown fields get a type that prints their names alone; structs with sensitive properties get a
/// `Debug` that masks these.
pub fn run(code: &mut File, sensitive: &BTreeMap<String, BTreeSet<String>>) -> Result<(), String> {
    let items = types(code)?;
    let mut impls = Vec::new();
    for item in items.iter_mut() {
        let Item::Struct(item) = item else { continue };
        for field in item
            .fields
            .iter_mut()
            .filter(|field| has_serde(&field.attrs, "flatten"))
        {
            field.ty = parse_quote!(crate::values::UnknownFields);
            field.attrs.insert(0, parse_quote!(#[doc = "Properties that this version does not know, kept as they came."]));
        }
        if let Some(sensitive) = sensitive
            .get(&item.ident.to_string())
            .filter(|sensitive| !sensitive.is_empty())
        {
            underive(item)?;
            impls.push(masking(item, sensitive));
        }
    }
    items.extend(impls);
    Ok(())
}

fn underive(item: &mut ItemStruct) -> Result<(), String> {
    for attribute in item
        .attrs
        .iter_mut()
        .filter(|attribute| attribute.path().is_ident("derive"))
    {
        let derives = attribute
            .parse_args_with(Punctuated::<Path, Token![,]>::parse_terminated)
            .map_err(|error| format!("the derives of `{}`: {error}", item.ident))?;
        let kept = derives.iter().filter(|path| !path.is_ident("Debug"));
        *attribute = parse_quote!(#[derive(#(#kept),*)]);
    }
    Ok(())
}

fn masking(item: &ItemStruct, sensitive: &BTreeSet<String>) -> Item {
    let name = &item.ident;
    let title = name.to_string();
    let fields = item.fields.iter().filter_map(|field| {
        let (ident, wire) = (field.ident.as_ref()?, wire_name(field)?);
        let title = ident.to_string();
        let value: Expr = match sensitive.contains(&wire) {
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
