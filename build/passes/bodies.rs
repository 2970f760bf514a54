//! Which type each operation's 2xx response decodes to, so that the wrappers follow the spec and
//! not a second list; and which types are models, envelopes around them, or vocabularies.

use quote::format_ident;
use syn::{File, Ident, Item, Visibility, parse_quote};

use super::facts::Facts;
use super::syntax::types;

/// The modules that divide the types.
const MODULES: [(&str, &str); 3] = [
    ("envelopes", "What responses are wrapped in."),
    ("models", "What requests and responses are about."),
    ("settings", "The vocabularies of the models."),
];

/// Adds a module `bodies` with one alias per operation, and the modules that divide the types.
///
/// # Errors
/// The generated code has no module `types`.
pub fn run(code: &mut File, facts: &Facts) -> Result<(), String> {
    let public: Vec<Ident> = types(code)?.iter().filter_map(public).collect();
    let module_of = |of: &Ident| match of.to_string() {
        of if facts.envelopes.contains(&of) => "envelopes",
        of if facts.vocabularies.contains_key(&of) => "settings",
        _ => "models",
    };
    for (module, doc) in MODULES {
        let name = format_ident!("{module}");
        let members = public.iter().filter(|of| module_of(of) == module);
        code.items.push(parse_quote! {
            #[doc = #doc]
            pub mod #name {
                pub use super::types::{#(#members),*};
            }
        });
    }
    let aliases: Vec<Item> = facts
        .bodies
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
