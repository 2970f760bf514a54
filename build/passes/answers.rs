//! What each operation's 2xx answer decodes to, so that the wrappers follow the spec and not a
//! second list; and which types are what a user works with, which the envelope around it.

use std::collections::BTreeSet;

use quote::format_ident;
use syn::{File, Ident, Item, Visibility, parse_quote};

use super::types;

/// Adds a module `answers` with one alias per operation, and two modules that share the types out:
/// `envelopes` has those in `envelopes`, and `models` the others.
pub fn run(
    code: &mut File,
    answers: &[(String, String)],
    envelopes: &BTreeSet<String>,
) -> Result<(), String> {
    let (around, within): (Vec<Ident>, Vec<Ident>) = types(code)?
        .iter()
        .filter_map(public)
        .partition(|name| envelopes.contains(&name.to_string()));
    code.items.push(parse_quote! {
        /// What responses are wrapped in.
        pub mod envelopes {
            pub use super::types::{#(#around),*};
        }
    });
    code.items.push(parse_quote! {
        /// What requests and responses are about.
        pub mod models {
            pub use super::types::{#(#within),*};
        }
    });
    let aliases: Vec<Item> = answers
        .iter()
        .map(|(operation, schema)| {
            let (alias, schema) = (format_ident!("{operation}"), format_ident!("{schema}"));
            let doc = format!("What `{operation}` answers.");
            parse_quote!(#[doc = #doc] pub type #alias = super::types::#schema;)
        })
        .collect();
    code.items.push(parse_quote! {
        /// What each operation answers.
        #[allow(non_camel_case_types)]
        pub mod answers {
            #(#aliases)*
        }
    });
    Ok(())
}

/// The name of a type that users see.
fn public(item: &Item) -> Option<Ident> {
    let (visibility, name) = match item {
        Item::Struct(item) => (&item.vis, &item.ident),
        Item::Enum(item) => (&item.vis, &item.ident),
        Item::Type(item) => (&item.vis, &item.ident),
        _ => return None,
    };
    matches!(visibility, Visibility::Public(_)).then(|| name.clone())
}
