//! Lenient deserialization for types of responses, without loss.

use std::collections::{BTreeMap, BTreeSet};

use proc_macro2::TokenStream;
use quote::quote;
use syn::{Field, File, Ident, Item, ItemStruct, Type, parse_quote};

use super::syntax::{argument, has_serde, structs, type_name, types, underive, wire_name};

/// Implements `Deserialize` and `Serialize` for the types in `responses`, on top of
/// `crate::values::lenient`. A value of an unexpected type is kept among the unknown fields, so
/// only a required field can fail. Nested objects are boxed, since they are large and few trunks
/// have them. Any JSON is kept as received. Integers are read leniently in requests as well, since
/// recorded requests have integers as strings.
///
/// # Errors
/// A response with optional properties cannot keep unknown fields, or the generated code has no
/// module `types`.
pub fn run(code: &mut File, responses: &BTreeSet<String>) -> Result<(), String> {
    let is_response = |item: &ItemStruct| responses.contains(&item.ident.to_string());
    let objects: BTreeSet<String> = structs(code)?
        .filter(|item| is_response(item) && item.fields.iter().all(|field| field.ident.is_some()))
        .map(|item| item.ident.to_string())
        .collect();
    let mut impls = Vec::new();
    for item in structs(code)? {
        let response = is_response(item);
        for field in &mut item.fields {
            adjust(field, response, &objects);
        }
        if objects.contains(&item.ident.to_string()) {
            impls.extend(object(item, &objects)?);
        } else if response && let Some(of) = item.fields.iter().find_map(element) {
            let name = &item.ident;
            impls.push(parse_quote!(crate::values::lenient::response_list!(#name, #of);));
            underive(&mut item.attrs, &["Deserialize"])?;
        }
    }
    types(code)?.extend(impls);
    Ok(())
}

/// The type of the items of a list.
fn element(field: &Field) -> Option<Type> {
    argument(&field.ty, "Vec").cloned()
}

fn adjust(field: &mut Field, response: bool, objects: &BTreeSet<String>) {
    let Some(inner) = argument(&field.ty, "Option") else {
        return;
    };
    match type_name(inner).as_deref() {
        Some("Value") => {
            field.ty = parse_quote!(::std::option::Option<crate::values::RawJson>);
        }
        Some(name) if response && objects.contains(name) => {
            field.ty = parse_quote!(::std::option::Option<::std::boxed::Box<#inner>>);
        }
        Some("i64") if !response => {
            let default = (!has_serde(&field.attrs, "default")).then(|| quote!(default,));
            field.attrs.push(parse_quote! {
                #[serde(#default deserialize_with = "crate::values::lenient::optional")]
            });
        }
        _ => {}
    }
}

/// The fields of an object, by how they are read.
struct Fields {
    optional: Vec<(Ident, String)>,
    required: Vec<(Ident, String)>,
    /// The optional ones that are objects with unknown fields.
    nested: Vec<(Ident, String)>,
    others: Option<Ident>,
}

impl Fields {
    fn of(item: &ItemStruct, objects: &BTreeSet<String>) -> Result<Self, String> {
        let (optional, required, nested) = (Vec::new(), Vec::new(), Vec::new());
        let mut fields = Self {
            optional,
            required,
            nested,
            others: None,
        };
        for field in &item.fields {
            let (Some(ident), Some(wire)) = (field.ident.clone(), wire_name(field)) else {
                continue;
            };
            if has_serde(&field.attrs, "flatten") {
                fields.others = Some(ident);
                continue;
            }
            let Some(inner) = argument(&field.ty, "Option") else {
                fields.required.push((ident, wire));
                continue;
            };
            let boxed = argument(inner, "Box").and_then(type_name);
            if boxed.is_some_and(|name| objects.contains(&name)) {
                fields.nested.push((ident.clone(), wire.clone()));
            }
            fields.optional.push((ident, wire));
        }
        if fields.others.is_none() && !fields.optional.is_empty() {
            return Err(format!(
                "`{}` is a response with optional properties, so values of an unexpected type must \
                 be kept: `additionalProperties` may neither be false nor have a type",
                item.ident
            ));
        }
        Ok(fields)
    }
}

/// The impls for an object, which replace its derives and serde attributes.
fn object(item: &mut ItemStruct, objects: &BTreeSet<String>) -> Result<Vec<Item>, String> {
    let name = item.ident.clone();
    let fields = Fields::of(item, objects)?;
    let reading = reading(&name, &fields);
    let deserialize: Item = parse_quote! {
        impl<'de> ::serde::Deserialize<'de> for #name {
            fn deserialize<D: ::serde::Deserializer<'de>>(
                deserializer: D,
            ) -> ::std::result::Result<Self, D::Error> {
                crate::values::lenient::object(deserializer)
            }
        }
    };
    let mut items = vec![deserialize, reading];
    if let Some(others) = &fields.others {
        underive(&mut item.attrs, &["Deserialize", "Serialize"])?;
        for field in &mut item.fields {
            field
                .attrs
                .retain(|attribute| !attribute.path().is_ident("serde"));
        }
        items.push(writing(&name, &fields, others));
        items.push(examining(&name, &fields));
    } else {
        underive(&mut item.attrs, &["Deserialize"])?;
    }
    Ok(items)
}

fn reading(name: &Ident, fields: &Fields) -> Item {
    let optional = fields
        .optional
        .iter()
        .map(|(field, _)| field)
        .collect::<Vec<_>>();
    let (required, required_wire): (Vec<_>, Vec<_>) = fields.required.iter().cloned().unzip();
    let (nested, nested_path): (Vec<_>, Vec<_>) = fields
        .nested
        .iter()
        .map(|(ident, wire)| (ident, format!("{wire}.")))
        .unzip();
    let others = fields.others.iter();
    let (declared, unknown, unreadable) = match &fields.others {
        Some(others) => (
            quote!(let mut #others = crate::values::UnknownFields::default();),
            quote!(#others.keep(&member_name, member_json);),
            quote! {
                crate::values::lenient::unreadable(Self::FIELDS, &self.#others, path, found);
                #(if let Some(object) = &self.#nested {
                    object.unreadable(&::std::format!("{path}{}", #nested_path), found);
                })*
            },
        ),
        None => (quote!(), quote!(), quote!(let _ = (path, found);)),
    };
    // By length first, which few fields share.
    let mut arms: BTreeMap<usize, Vec<TokenStream>> = BTreeMap::new();
    for (field, wire) in &fields.required {
        arms.entry(wire.len()).or_default().push(quote! {
            #wire => #field = crate::values::lenient::Required::read(member_json),
        });
    }
    for ((field, wire), others) in fields.optional.iter().zip(fields.others.iter().cycle()) {
        arms.entry(wire.len()).or_default().push(quote! {
            #wire => crate::values::lenient::read(&mut #field, &mut #others, #wire, member_json),
        });
    }
    let (lengths, arms): (Vec<usize>, Vec<TokenStream>) = arms
        .into_iter()
        .map(|(length, arms)| (length, quote!(#(#arms)*)))
        .unzip();
    parse_quote! {
        impl crate::values::lenient::Object for #name {
            fn from_json(
                json: &str,
            ) -> ::std::result::Result<Self, crate::values::lenient::Problem> {
                #(let mut #required = crate::values::lenient::Required::Missing;)*
                #(let mut #optional = None;)*
                #declared
                for (member_name, member_json) in crate::values::lenient::members(json)? {
                    match member_name.len() {
                        #(#lengths => match &*member_name { #arms _ => { #unknown } },)*
                        _ => { #unknown }
                    }
                }
                Ok(Self {
                    #(#required: #required.get(#required_wire)?,)*
                    #(#optional,)*
                    #(#others,)*
                })
            }
            fn unreadable(&self, path: &str, found: &mut ::std::collections::BTreeSet<String>) {
                #unreadable
            }
        }
    }
}

fn writing(name: &Ident, fields: &Fields, others: &Ident) -> Item {
    let (optional, optional_wire): (Vec<_>, Vec<_>) = fields.optional.iter().cloned().unzip();
    let (required, required_wire): (Vec<_>, Vec<_>) = fields.required.iter().cloned().unzip();
    parse_quote! {
        impl ::serde::Serialize for #name {
            fn serialize<S: ::serde::Serializer>(
                &self,
                serializer: S,
            ) -> ::std::result::Result<S::Ok, S::Error> {
                let map = serializer.serialize_map(None)?;
                let mut writer = crate::values::lenient::Writer { map, others: &self.#others };
                #(writer.field(#required_wire, Some(&self.#required))?;)*
                #(writer.field(#optional_wire, self.#optional.as_ref())?;)*
                writer.end(Self::FIELDS)
            }
        }
    }
}

fn examining(name: &Ident, fields: &Fields) -> Item {
    let wires = fields
        .required
        .iter()
        .chain(&fields.optional)
        .map(|(_, wire)| wire);
    let what = "Wire names of the fields whose values had an unexpected type when this was read, \
        in alphabetical order; those of a nested object after its name and a dot.";
    let then = "Such a field reads as unset. The received value is in `extra` under the wire \
        name, and is serialized again as long as the field is unset.";
    parse_quote! {
        impl #name {
            const FIELDS: &'static [&'static str] = &[#(#wires),*];
            #[doc = #what]
            #[doc = ""]
            #[doc = #then]
            pub fn unreadable_fields(&self) -> ::std::vec::Vec<::std::string::String> {
                let mut found = ::std::collections::BTreeSet::new();
                crate::values::lenient::Object::unreadable(self, "", &mut found);
                found.into_iter().collect()
            }
        }
    }
}
