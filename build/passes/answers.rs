//! What each operation's 2xx answer decodes to, so that the wrappers follow the spec and not a
//! second list.

use quote::format_ident;
use syn::{File, Item, parse_quote};

/// Adds a module `answers` with one alias per operation.
pub fn run(code: &mut File, answers: &[(String, String)]) -> Result<(), String> {
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
