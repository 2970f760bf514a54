//! What the passes share: finding types, fields and serde attributes in the generated code.

use syn::punctuated::Punctuated;
use syn::{
    Attribute, Field, File, GenericArgument, Item, ItemStruct, LitStr, Path, PathArguments, Token,
    Type, parse_quote,
};

/// Items of the module `types`.
pub(super) fn types(code: &mut File) -> Result<&mut Vec<Item>, String> {
    let found = code.items.iter_mut().find_map(|item| match item {
        Item::Mod(module) if module.ident == "types" => {
            module.content.as_mut().map(|(_, items)| items)
        }
        _ => None,
    });
    found.ok_or_else(|| "the generated code has no module `types`".into())
}

/// Structs of the module `types`.
pub(super) fn structs(code: &mut File) -> Result<impl Iterator<Item = &mut ItemStruct>, String> {
    Ok(types(code)?.iter_mut().filter_map(|item| match item {
        Item::Struct(item) => Some(item),
        _ => None,
    }))
}

/// Removes derives.
pub(super) fn underive(attributes: &mut [Attribute], names: &[&str]) -> Result<(), String> {
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

/// The name that serde writes: the one in `rename`, or else the field's own.
pub(super) fn wire_name(field: &Field) -> Option<String> {
    renamed(field).or_else(|| field.ident.as_ref().map(ToString::to_string))
}

/// The name in `#[serde(rename = …)]`.
pub(super) fn renamed(field: &Field) -> Option<String> {
    serde_arguments(&field.attrs)
        .into_iter()
        .find(|(name, _)| name == "rename")?
        .1
}

/// Whether `#[serde(…)]` has this argument.
pub(super) fn has_serde(attributes: &[Attribute], word: &str) -> bool {
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
        // A malformed attribute is an error of serde's own derive.
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
pub(super) fn type_name(of: &Type) -> Option<String> {
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
pub(super) fn argument<'a>(of: &'a Type, wrapper: &str) -> Option<&'a Type> {
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
