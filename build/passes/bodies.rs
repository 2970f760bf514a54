//! Which type each operation's 2xx response decodes to, so that the wrappers follow the spec and
//! not a second list; and which types are models, which the envelopes around them.

use std::collections::BTreeSet;

use quote::format_ident;
use syn::{File, Ident, Item, Visibility, parse_quote};

use super::syntax::types;

/// Adds a module `bodies` with one alias per operation, and two modules that divide the types:
/// `envelopes` has those in `envelopes`, and `models` the others.
pub fn run(
    code: &mut File,
    bodies: &[(String, String)],
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
    let aliases: Vec<Item> = bodies
        .iter()
        .map(|(operation, schema)| {
            let (alias, schema) = (format_ident!("{operation}"), format_ident!("{schema}"));
            let doc = format!("The body of a successful response to `{operation}`.");
            parse_quote!(#[doc = #doc] pub type #alias = super::types::#schema;)
        })
        .collect();
    code.items.push(parse_quote! {
        /// The body of a successful response, by operation.
        #[allow(non_camel_case_types)]
        pub mod bodies {
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
