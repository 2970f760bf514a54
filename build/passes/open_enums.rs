//! Turns a vocabulary (`x-extensible-enum`) into an enum with a variant for unknown values, so that
//! a new value never makes a list fail.

use std::collections::{BTreeMap, BTreeSet};

use quote::{format_ident, quote};
use syn::{Attribute, File, Item, ItemStruct, Type, parse_quote};

use super::syntax::{argument, type_name, types};

/// Replaces the string newtype that was generated for each vocabulary.
///
/// # Errors
/// A vocabulary has no type, or one of its values gives no variant name of its own.
pub fn run(code: &mut File, vocabularies: &BTreeMap<String, Vec<String>>) -> Result<(), String> {
    let items = types(code)?;
    for (name, known) in vocabularies {
        let at = items
            .iter()
            .position(|item| matches!(item, Item::Struct(item) if item.ident == name));
        let at = at.ok_or_else(|| format!("no type was generated for the vocabulary `{name}`"))?;
        let Item::Struct(newtype) = items.remove(at) else {
            continue;
        };
        items.retain(|item| !belongs(item, name));
        items.splice(at..at, open_enum(&newtype, known)?);
    }
    Ok(())
}

/// Whether an item is one of the impls of the newtype, `From<Newtype> for String` included.
fn belongs(item: &Item, name: &str) -> bool {
    let Item::Impl(item) = item else { return false };
    let from = item
        .trait_
        .as_ref()
        .and_then(|(path, _)| path.segments.last())
        .is_some_and(|segment| {
            let arguments: Type = parse_quote!(#segment);
            argument(&arguments, "From").and_then(type_name).as_deref() == Some(name)
        });
    from || type_name(&item.self_ty).as_deref() == Some(name)
}

fn open_enum(newtype: &ItemStruct, known: &[String]) -> Result<Vec<Item>, String> {
    let name = &newtype.ident;
    let docs = newtype
        .attrs
        .iter()
        .filter(|attribute| attribute.path().is_ident("doc"));
    let docs: Vec<&Attribute> = docs.collect();
    let mut variants = Vec::new();
    let mut seen = BTreeSet::new();
    for text in known {
        let variant = pascal(text);
        if syn::parse_str::<syn::Ident>(&variant).is_err()
            || variant == "Unknown"
            || !seen.insert(variant.clone())
        {
            return Err(format!(
                "`{name}`: the known value `{text}` gives no variant name of its own (`{variant}`)"
            ));
        }
        variants.push(format_ident!("{variant}"));
    }
    let boolean = has_yes_and_no(known).then(|| quote!(crate::values::yes_no!(#name);));
    let variant_docs = known.iter().map(|text| format!("`{text}`"));
    let code: File = parse_quote! {
        #(#docs)*
        #[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[non_exhaustive]
        pub enum #name {
            #(#[doc = #variant_docs] #variants,)*
            #[doc = "A value that this version does not know, kept as received."]
            Unknown(crate::values::UnknownValue),
        }
        impl #name {
            #[doc = "The values that this version knows, as sent and received."]
            pub const KNOWN: &'static [&'static str] = &[#(#known),*];
            #[doc = "The value as sent and received."]
            pub fn as_str(&self) -> &str {
                match self {
                    #(Self::#variants => #known,)*
                    Self::Unknown(value) => value.as_str(),
                }
            }
        }
        impl ::std::convert::From<&str> for #name {
            fn from(text: &str) -> Self {
                match text {
                    #(#known => Self::#variants,)*
                    _ => Self::Unknown(crate::values::UnknownValue::new(text)),
                }
            }
        }
        crate::values::open_enum!(#name);
        crate::values::lenient::readable_text!(#name);
        #boolean
    };
    Ok(code.items)
}

/// Whether the vocabulary has yes and no, among others.
fn has_yes_and_no(known: &[String]) -> bool {
    ["yes", "no"]
        .iter()
        .all(|text| known.iter().any(|known| known == text))
}

/// `default-ip` to `DefaultIp`, `UDP` to `Udp`.
fn pascal(text: &str) -> String {
    let words = text
        .split(|c: char| !c.is_ascii_alphanumeric())
        .filter(|word| !word.is_empty());
    words
        .map(|word| word[..1].to_ascii_uppercase() + &word[1..].to_ascii_lowercase())
        .collect()
}
