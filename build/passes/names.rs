//! Removes the prefix `connection-` from field names, which most properties have.

use std::collections::{BTreeMap, BTreeSet};

use syn::visit_mut::{self, VisitMut};
use syn::{Attribute, ExprStruct, Field, File, Ident, Item, Member, parse_quote};

use super::syntax::{has_serde, renamed, structs, type_name, types, wire_name};

const PREFIX: &str = "connection_";

/// Removes the prefix from fields of the module `types` and adds each field's wire name to its
/// documentation. The serde name stays. Only struct fields and members of struct literals are
/// renamed, since identifiers in macros are plain tokens.
///
/// # Errors
/// Two fields of a struct get the same name, or the generated code has no module `types`.
pub fn run(code: &mut File) -> Result<(), String> {
    let mut shortened = BTreeMap::new();
    for item in structs(code)? {
        let mut seen = BTreeSet::new();
        for field in item
            .fields
            .iter_mut()
            .filter(|field| !has_serde(&field.attrs, "flatten"))
        {
            let (Some(wire), Some(old)) = (wire_name(field), field.ident.clone()) else {
                continue;
            };
            let new = shorten(&old)?;
            if !seen.insert(new.clone()) {
                return Err(format!(
                    "`{}`: the property `{wire}` would be a second field `{new}`",
                    item.ident
                ));
            }
            if new != old && renamed(field).is_none() {
                field.attrs.push(parse_quote!(#[serde(rename = #wire)]));
            }
            field.ident = Some(new.clone());
            document(field, &wire);
            shortened.insert((item.ident.to_string(), old), new);
        }
    }
    for item in types(code)? {
        if let Item::Impl(item) = item {
            let target = type_name(&item.self_ty).unwrap_or_default();
            Members {
                target: &target,
                shortened: &shortened,
            }
            .visit_item_impl_mut(item);
        }
    }
    Ok(())
}

fn shorten(name: &Ident) -> Result<Ident, String> {
    match name.to_string().strip_prefix(PREFIX) {
        None => Ok(name.clone()),
        Some(short) => syn::parse_str(short)
            .map_err(|_| format!("`{name}` without `{PREFIX}` is no field name")),
    }
}

/// Adds the wire name to the field's documentation and as an alias for the search.
fn document(field: &mut Field, wire: &str) {
    let line = format!("Wire name: `{wire}`.");
    let after = field
        .attrs
        .iter()
        .rposition(|attribute| attribute.path().is_ident("doc"))
        .map_or(0, |last| last + 1);
    let lines: [Attribute; 2] = [parse_quote!(#[doc = ""]), parse_quote!(#[doc = #line])];
    field.attrs.splice(after..after, lines);
    if field.ident.as_ref().is_some_and(|name| name != wire) {
        field.attrs.push(parse_quote!(#[doc(alias = #wire)]));
    }
}

struct Members<'a> {
    target: &'a str,
    shortened: &'a BTreeMap<(String, Ident), Ident>,
}

impl Members<'_> {
    fn member(&self, path: &syn::Path, old: &Ident) -> Option<&Ident> {
        let name = path.segments.last()?.ident.to_string();
        let owner = if name == "Self" {
            self.target.to_owned()
        } else {
            name
        };
        self.shortened.get(&(owner, old.clone()))
    }
}

impl VisitMut for Members<'_> {
    fn visit_expr_struct_mut(&mut self, literal: &mut ExprStruct) {
        for value in &mut literal.fields {
            if let Member::Named(old) = &value.member
                && let Some(new) = self.member(&literal.path, old)
            {
                value.member = Member::Named(new.clone());
                value.colon_token.get_or_insert_with(Default::default);
            }
        }
        visit_mut::visit_expr_struct_mut(self, literal);
    }
}
