//! Changes to the generated code, each by rule and never by a list of fields.

pub mod answers;
pub mod claims;
pub mod constructors;
pub mod debug;
pub mod differences;
pub mod docs;
pub mod names;
pub mod open_enums;
pub mod paths;
pub mod prune;
pub mod responses;

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;
use syn::punctuated::Punctuated;
use syn::{
    Attribute, Field, File, GenericArgument, Item, ItemStruct, LitStr, Path, PathArguments, Token,
    Type, parse_quote,
};

use super::adapt;
use super::openapi::{envelopes, reach, schemas};

/// What the passes need to know of the spec.
#[derive(Debug, Default)]
pub struct Facts {
    /// Known values of each open vocabulary, by schema.
    pub vocabularies: BTreeMap<String, Vec<String>>,
    /// Schemas that request bodies reach.
    pub requests: BTreeSet<String>,
    /// Schemas that answers reach.
    pub responses: BTreeSet<String>,
    /// Each operation with the schema of its 2xx answer.
    pub answers: Vec<(String, String)>,
    /// Schemas that are a response's whole body and part of no other schema.
    pub envelopes: BTreeSet<String>,
}

impl Facts {
    /// Reads them from the spec, and from the copy of it that the generator got.
    pub fn new(spec: &Value, adapted: &Value) -> Facts {
        let reach = reach(spec);
        let mut facts = Facts {
            envelopes: envelopes(spec, &reach),
            requests: reach.requests,
            responses: reach.responses,
            answers: adapt::answers(spec),
            ..Facts::default()
        };
        for (name, schema) in schemas(adapted) {
            if let Some(known) = schema.get("x-extensible-enum").and_then(Value::as_array) {
                let known = known
                    .iter()
                    .filter_map(Value::as_str)
                    .map(str::to_owned)
                    .collect();
                facts.vocabularies.insert(name.clone(), known);
            }
        }
        facts
    }
}

/// Runs all passes.
pub fn run(code: &mut File, facts: &Facts) -> Result<(), String> {
    prune::run(code)?;
    paths::run(code)?;
    open_enums::run(code, &facts.vocabularies)?;
    names::run(code)?;
    debug::run(code)?;
    differences::run(code, &facts.requests)?;
    responses::run(code, &facts.responses)?;
    constructors::run(code, &facts.requests)?;
    answers::run(code, &facts.answers, &facts.envelopes)?;
    docs::run(code);
    Ok(())
}

/// Items of the module `types`.
fn types(code: &mut File) -> Result<&mut Vec<Item>, String> {
    let found = code.items.iter_mut().find_map(|item| match item {
        Item::Mod(module) if module.ident == "types" => {
            module.content.as_mut().map(|(_, items)| items)
        }
        _ => None,
    });
    found.ok_or_else(|| "the generated code has no module `types`".into())
}

/// Structs of the module `types`.
fn structs(code: &mut File) -> Result<impl Iterator<Item = &mut ItemStruct>, String> {
    Ok(types(code)?.iter_mut().filter_map(|item| match item {
        Item::Struct(item) => Some(item),
        _ => None,
    }))
}

/// Takes derives away.
fn underive(attributes: &mut [Attribute], names: &[&str]) -> Result<(), String> {
    for attribute in attributes
        .iter_mut()
        .filter(|attribute| attribute.path().is_ident("derive"))
    {
        let derives = attribute
            .parse_args_with(Punctuated::<Path, Token![,]>::parse_terminated)
            .map_err(|error| format!("a derive: {error}"))?;
        let kept = derives.iter().filter(|path| {
            path.segments
                .last()
                .is_none_or(|last| !names.iter().any(|name| last.ident == name))
        });
        *attribute = parse_quote!(#[derive(#(#kept),*)]);
    }
    Ok(())
}

/// The name that serde writes: the one of `rename`, or the field's own.
fn wire_name(field: &Field) -> Option<String> {
    renamed(field).or_else(|| field.ident.as_ref().map(ToString::to_string))
}

fn renamed(field: &Field) -> Option<String> {
    serde_arguments(&field.attrs)
        .into_iter()
        .find(|(name, _)| name == "rename")?
        .1
}

fn has_serde(attributes: &[Attribute], word: &str) -> bool {
    serde_arguments(attributes)
        .iter()
        .any(|(name, _)| name == word)
}

/// The arguments of `#[serde(…)]`, each with its value where it has one.
fn serde_arguments(attributes: &[Attribute]) -> Vec<(String, Option<String>)> {
    let mut arguments = Vec::new();
    for attribute in attributes
        .iter()
        .filter(|attribute| attribute.path().is_ident("serde"))
    {
        // What is no argument of serde's, its own derive will say.
        let _ = attribute.parse_nested_meta(|meta| {
            let value = match meta.value() {
                Ok(value) => Some(value.parse::<LitStr>()?.value()),
                Err(_) => None,
            };
            arguments.extend(meta.path.get_ident().map(|name| (name.to_string(), value)));
            Ok(())
        });
    }
    arguments
}

/// Last segment of a type's path.
fn type_name(of: &Type) -> Option<String> {
    match of {
        Type::Path(path) => path
            .path
            .segments
            .last()
            .map(|segment| segment.ident.to_string()),
        _ => None,
    }
}

/// `T` of `Wrapper<T>`.
fn argument<'a>(of: &'a Type, wrapper: &str) -> Option<&'a Type> {
    let Type::Path(path) = of else { return None };
    let last = path
        .path
        .segments
        .last()
        .filter(|segment| segment.ident == wrapper)?;
    match &last.arguments {
        PathArguments::AngleBracketed(arguments) => match arguments.args.first() {
            Some(GenericArgument::Type(inner)) => Some(inner),
            _ => None,
        },
        _ => None,
    }
}
