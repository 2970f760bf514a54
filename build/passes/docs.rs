//! Formats doc comments: line length, and the space after `///`.

use syn::visit_mut::{self, VisitMut};
use syn::{Attribute, Expr, ExprLit, File, Lit, Meta, parse_quote};

/// Maximum length of a line.
const WIDTH: usize = 100;

/// Breaks the lines of doc comments that are too long; a single long word stays whole.
pub fn wrap(code: &str) -> String {
    let mut wrapped = String::new();
    for line in code.lines() {
        let text = line.trim_start();
        let indent = &line[..line.len() - text.len()];
        match text
            .strip_prefix("/// ")
            .filter(|_| line.chars().count() > WIDTH)
        {
            None => wrapped.extend([line, "\n"]),
            Some(text) => {
                let hanging = if text.starts_with("- ") { "  " } else { "" };
                let mut current = format!("{indent}///");
                for (at, word) in text.split(' ').enumerate() {
                    if at > 0 && current.chars().count() + 1 + word.chars().count() > WIDTH {
                        wrapped.extend([&current, "\n"]);
                        current = format!("{indent}/// {hanging}{word}");
                    } else {
                        current.push(' ');
                        current.push_str(word);
                    }
                }
                wrapped.extend([&current, "\n"]);
            }
        }
    }
    wrapped
}

/// Puts the space after `///` that the generator leaves out.
pub fn run(code: &mut File) {
    Space.visit_file_mut(code);
}

struct Space;

impl VisitMut for Space {
    fn visit_attribute_mut(&mut self, attribute: &mut Attribute) {
        if let Meta::NameValue(meta) = &attribute.meta
            && meta.path.is_ident("doc")
            && let Expr::Lit(ExprLit {
                lit: Lit::Str(text),
                ..
            }) = &meta.value
            && !text.value().is_empty()
            && !text.value().starts_with(' ')
            && !text.value().contains('\n')
        {
            let spaced = format!(" {}", text.value());
            *attribute = parse_quote!(#[doc = #spaced]);
        }
        visit_mut::visit_attribute_mut(self, attribute);
    }
}
