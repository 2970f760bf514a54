//! Compares the public API of generated code.

use std::collections::BTreeMap;

use quote::ToTokens;
use syn::{Attribute, FnArg, GenericArgument, Item, PathArguments, Type, Visibility};

/// The public API: types with their fields and variants, and the operations of the client.
#[derive(Debug, Default, PartialEq)]
pub struct Surface(BTreeMap<String, Entry>);

#[derive(Debug, Clone, PartialEq)]
struct Entry {
    shape: String,
    docs: String,
}

/// One difference between two surfaces.
#[derive(Debug, PartialEq)]
pub struct Change {
    /// `Connection`, `Connection::address`, `YesNo::Yes` or `fn list_connections`.
    pub name: String,
    /// Type or signature before; `None` if it was added.
    pub before: Option<String>,
    /// Type or signature after; `None` if it was removed.
    pub after: Option<String>,
}

impl Change {
    /// `+` for added, `-` for removed, `~` for changed.
    pub fn sign(&self) -> char {
        match (&self.before, &self.after) {
            (None, _) => '+',
            (_, None) => '-',
            _ => '~',
        }
    }

    /// The type, both types if they differ, or `documentation` if only that changed.
    pub fn description(&self) -> String {
        match (&self.before, &self.after) {
            (Some(before), Some(after)) if before == after => "documentation".to_owned(),
            (Some(before), Some(after)) => format!("{before} -> {after}"),
            (Some(only), None) | (None, Some(only)) => only.clone(),
            (None, None) => String::new(),
        }
    }
}

impl Surface {
    /// Parses generated code. An empty string is an empty surface.
    ///
    /// # Errors
    /// The text is not Rust.
    pub fn read(code: &str) -> syn::Result<Surface> {
        let file = syn::parse_file(code)?;
        let mut surface = Surface::default();
        surface.items(&file.items);
        Ok(surface)
    }

    /// What was added, removed, or changed in type or documentation in `after`, by name.
    pub fn changes(&self, after: &Surface) -> Vec<Change> {
        let names: std::collections::BTreeSet<&String> =
            self.0.keys().chain(after.0.keys()).collect();
        let changes = names.into_iter().filter_map(|name| {
            let (before, after) = (self.0.get(name), after.0.get(name));
            (before != after).then(|| Change {
                name: name.clone(),
                before: before.map(|entry| entry.shape.clone()),
                after: after.map(|entry| entry.shape.clone()),
            })
        });
        changes.collect()
    }

    fn add(&mut self, name: String, shape: impl Into<String>, attributes: &[Attribute]) {
        self.0.insert(
            name,
            Entry {
                shape: shape.into(),
                docs: docs(attributes),
            },
        );
    }

    fn items(&mut self, items: &[Item]) {
        for item in items {
            match item {
                Item::Mod(module) => {
                    self.items(module.content.as_ref().map_or(&[], |(_, items)| items))
                }
                Item::Struct(item) if is_public(&item.vis) => {
                    self.add(item.ident.to_string(), "struct", &item.attrs);
                    for field in item.fields.iter().filter(|field| is_public(&field.vis)) {
                        let name = field.ident.as_ref().map_or("0".into(), ToString::to_string);
                        self.add(
                            format!("{}::{name}", item.ident),
                            short(&field.ty),
                            &field.attrs,
                        );
                    }
                }
                Item::Enum(item) if is_public(&item.vis) => {
                    self.add(item.ident.to_string(), "enum", &item.attrs);
                    for variant in &item.variants {
                        self.add(
                            format!("{}::{}", item.ident, variant.ident),
                            "variant",
                            &variant.attrs,
                        );
                    }
                }
                Item::Fn(item) if is_public(&item.vis) => {
                    let arguments = item
                        .sig
                        .inputs
                        .iter()
                        .filter_map(|argument| match argument {
                            FnArg::Typed(argument) => Some(format!(
                                "{}: {}",
                                argument.pat.to_token_stream(),
                                short(&argument.ty)
                            )),
                            FnArg::Receiver(_) => None,
                        });
                    let arguments = arguments.collect::<Vec<_>>().join(", ");
                    self.add(
                        format!("fn {}", item.sig.ident),
                        format!("({arguments})"),
                        &item.attrs,
                    );
                }
                _ => {}
            }
        }
    }
}

fn is_public(visibility: &Visibility) -> bool {
    matches!(visibility, Visibility::Public(_))
}

/// The documentation, as tokens, to compare for equality.
fn docs(attributes: &[Attribute]) -> String {
    attributes
        .iter()
        .filter(|attribute| attribute.path().is_ident("doc"))
        .map(|attribute| attribute.to_token_stream().to_string())
        .collect()
}

/// A type in short form: the last segment of each path.
fn short(of: &Type) -> String {
    match of {
        Type::Path(path) => {
            let Some(last) = path.path.segments.last() else {
                return String::new();
            };
            let arguments: Vec<String> = match &last.arguments {
                PathArguments::AngleBracketed(arguments) => arguments
                    .args
                    .iter()
                    .filter_map(|argument| match argument {
                        GenericArgument::Type(inner) => Some(short(inner)),
                        _ => None,
                    })
                    .collect(),
                _ => Vec::new(),
            };
            match arguments.is_empty() {
                true => last.ident.to_string(),
                false => format!("{}<{}>", last.ident, arguments.join(", ")),
            }
        }
        Type::Reference(reference) => format!("&{}", short(&reference.elem)),
        other => other.to_token_stream().to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn changes(before: &str, after: &str) -> Vec<String> {
        let (before, after) = (
            Surface::read(before).unwrap(),
            Surface::read(after).unwrap(),
        );
        before
            .changes(&after)
            .iter()
            .map(|change| format!("{} {} {}", change.sign(), change.name, change.description()))
            .collect()
    }

    #[test]
    fn equal_code_has_no_changes() {
        let code = "pub mod types { pub struct A { pub x: i64 } pub enum E { X } }";
        assert!(changes(code, code).is_empty());
    }

    #[test]
    fn what_is_documented_otherwise_is_reported_as_such() {
        let (before, after) = (
            "/// Said.\npub struct A { pub x: i64 }",
            "/// Said better.\npub struct A { pub x: i64 }",
        );
        assert_eq!(changes(before, after), ["~ A documentation"]);
    }

    #[test]
    fn added_removed_and_changed_fields_are_distinguished() {
        let before = "pub struct A { pub gone: i64, pub other: i64 }";
        let after = "pub struct A { pub fresh: bool, pub other: \
             ::std::option::Option<::std::string::String> }";
        assert_eq!(
            changes(before, after),
            [
                "+ A::fresh bool",
                "- A::gone i64",
                "~ A::other i64 -> Option<String>"
            ]
        );
    }

    #[test]
    fn a_known_value_is_a_variant() {
        assert_eq!(
            changes("pub enum E { X }", "pub enum E { X, Y }"),
            ["+ E::Y variant"]
        );
    }

    #[test]
    fn an_operation_shows_its_arguments() {
        let after = "mod requests { \
             pub fn get<'a>(domain: &'a crate::values::DomainName) -> R { todo() } }";
        assert_eq!(changes("", after), ["+ fn get (domain: &DomainName)"]);
    }
}
