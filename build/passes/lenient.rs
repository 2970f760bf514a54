//! Types that are read take what servers really send: text as number, number as text, the empty
//! string for unset.

use std::collections::BTreeSet;

use syn::{Field, File, Item, LitStr, Type, parse_quote};

use super::{argument, structs, type_name, types};

/// Gives fields of the types in `responses` a lenient reader from `crate::values::lenient`.
/// Integers are read leniently in requests as well: recorded ones hold integers as text.
pub fn run(code: &mut File, responses: &BTreeSet<String>) -> Result<(), String> {
    let objects: BTreeSet<String> = types(code)?
        .iter()
        .filter_map(|item| match item {
            Item::Struct(item) if item.fields.iter().all(|field| field.ident.is_some()) => {
                Some(item.ident.to_string())
            }
            _ => None,
        })
        .collect();
    for item in structs(code)? {
        let response = responses.contains(&item.ident.to_string());
        for field in &mut item.fields {
            if let Some(reader) = reader(field, response, &objects) {
                let reader = LitStr::new(
                    &format!("crate::values::lenient::{reader}"),
                    proc_macro2::Span::call_site(),
                );
                let optional = argument(&field.ty, "Option").is_some()
                    && !super::has_serde(&field.attrs, "default");
                field.attrs.push(match optional {
                    true => parse_quote!(#[serde(default, deserialize_with = #reader)]),
                    false => parse_quote!(#[serde(deserialize_with = #reader)]),
                });
            }
        }
    }
    Ok(())
}

/// The reader for a field, by its type alone.
fn reader(field: &Field, response: bool, objects: &BTreeSet<String>) -> Option<&'static str> {
    if super::has_serde(&field.attrs, "flatten") {
        return None;
    }
    let (optional, scalar): (bool, &Type) = match argument(&field.ty, "Option") {
        Some(inner) => (true, inner),
        None => (false, &field.ty),
    };
    let name = type_name(scalar)?;
    Some(match (name.as_str(), optional) {
        ("i64", true) => "integer",
        ("i64", false) => "required_integer",
        _ if !response => return None,
        ("Value", _) => return None,
        ("Vec", _) => "list",
        ("f64", true) => "number",
        (object, true) if objects.contains(object) => "object",
        (_, true) => "text",
        ("String", false) => "required_text",
        _ => return None,
    })
}
