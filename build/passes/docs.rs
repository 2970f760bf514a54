//! Doc comments as a person writes them.

use syn::visit_mut::{self, VisitMut};
use syn::{Attribute, Expr, ExprLit, File, Lit, Meta, parse_quote};

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
