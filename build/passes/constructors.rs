//! Adds constructors: structs have no literals outside the crate, so that a new field breaks no
//! user, but `new` with the required fields and a setter for each optional one.

use std::collections::BTreeSet;

use proc_macro2::TokenStream;
use quote::{format_ident, quote};
use syn::{Attribute, Expr, ExprLit, Field, File, Item, ItemStruct, Lit, Meta, Type, parse_quote};

use super::syntax::{argument, type_name, types};

/// Requests with this suffix change a resource: a string in them can be cleared.
const UPDATE: &str = "Update";

/// Makes all structs with named fields `non_exhaustive`, and adds `new` and setters; to the updates
/// in `requests` also methods that clear a string.
///
/// # Errors
/// The generated code has no module `types`.
pub fn run(code: &mut File, requests: &BTreeSet<String>) -> Result<(), String> {
    let items = types(code)?;
    let mut made = Vec::new();
    for item in items.iter_mut() {
        if let Item::Struct(item) = item
            && item.fields.iter().all(|field| field.ident.is_some())
        {
            item.attrs.push(parse_quote!(#[non_exhaustive]));
            let name = item.ident.to_string();
            let clears = requests.contains(&name) && name.ends_with(UPDATE);
            made.push(constructor(item));
            made.extend(setters(item, clears));
        }
    }
    items.extend(made);
    Ok(())
}

/// How a constructor treats a field.
enum Role {
    Required,
    /// Has a setter that takes this type.
    Optional(Box<Type>),
    /// Has the unknown properties.
    Others,
}

fn role(field: &Field) -> Role {
    match argument(&field.ty, "Option") {
        Some(inner) => Role::Optional(Box::new(inner.clone())),
        None if type_name(&field.ty).as_deref() == Some("UnknownFields") => Role::Others,
        None => Role::Required,
    }
}

/// A string is accepted as any `Into<String>`, other types as they are, since they check their
/// values.
fn required_argument(of: &Type) -> (TokenStream, TokenStream) {
    match type_name(of).as_deref() {
        Some("String") => (quote!(impl ::std::convert::Into<#of>), quote!(.into())),
        _ => (quote!(#of), quote!()),
    }
}

fn constructor(item: &ItemStruct) -> Item {
    let name = &item.ident;
    // The documentation of the type says what unset means.
    let docs: Vec<&Attribute> = docs(&item.attrs).collect();
    let (mut arguments, mut values) = (Vec::new(), Vec::new());
    for field in &item.fields {
        let Some(ident) = &field.ident else { continue };
        values.push(match role(field) {
            Role::Required => {
                let (of, convert) = required_argument(&field.ty);
                arguments.push((ident.to_string(), quote!(#ident: #of)));
                quote!(#ident: #ident #convert)
            }
            Role::Optional(_) => quote!(#ident: None),
            Role::Others => quote!(#ident: ::std::default::Default::default()),
        });
    }
    arguments.sort_by(|(left, _), (right, _)| left.cmp(right));
    let first = match arguments.is_empty() {
        true => "Nothing is set. There is a setter for each field.",
        false => "Sets the required fields. All others are unset, and each has a setter.",
    };
    let arguments = arguments.iter().map(|(_, argument)| argument);
    parse_quote! {
        impl #name {
            #[doc = #first]
            #[doc = ""]
            #(#docs)*
            pub fn new(#(#arguments),*) -> Self {
                Self { #(#values),* }
            }
        }
    }
}

/// A setter for each optional field, and for each optional string a method that clears it.
fn setters(item: &ItemStruct, clears: bool) -> Option<Item> {
    let name = &item.ident;
    let mut methods = Vec::new();
    for field in &item.fields {
        let (Some(ident), Role::Optional(of)) = (&field.ident, role(field)) else {
            continue;
        };
        let first = first_paragraph(&field.attrs);
        let see = format!("See [the field](#structfield.{ident}).");
        methods.push(quote! {
            #(#[doc = #first])*
            #[doc = ""]
            #[doc = #see]
            #[must_use]
            pub fn #ident(mut self, #ident: impl ::std::convert::Into<#of>) -> Self {
                self.#ident = Some(#ident.into());
                self
            }
        });
        if clears && type_name(&of).as_deref() == Some("String") {
            let clear = format_ident!("clear_{ident}");
            let what = format!("Clears [`{ident}`](#structfield.{ident}): sends the empty string.");
            methods.push(quote! {
                #[doc = #what]
                #[must_use]
                pub fn #clear(self) -> Self {
                    self.#ident("")
                }
            });
        }
    }
    (!methods.is_empty()).then(|| parse_quote!(impl #name { #(#methods)* }))
}

fn docs(attributes: &[Attribute]) -> impl Iterator<Item = &Attribute> {
    attributes
        .iter()
        .filter(|attribute| attribute.path().is_ident("doc"))
}

/// The first paragraph of a doc comment, by lines.
fn first_paragraph(attributes: &[Attribute]) -> Vec<String> {
    let texts = docs(attributes).filter_map(|attribute| match &attribute.meta {
        Meta::NameValue(meta) => match &meta.value {
            Expr::Lit(ExprLit {
                lit: Lit::Str(text),
                ..
            }) => Some(text.value()),
            _ => None,
        },
        _ => None,
    });
    texts
        .flat_map(|text| text.split('\n').map(str::to_owned).collect::<Vec<_>>())
        .take_while(|line| !line.trim().is_empty())
        .collect()
}
