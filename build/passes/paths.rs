//! Replaces the encoding of path segments by a function that accepts only types that stay one
//! segment.

use quote::ToTokens;
use syn::punctuated::Punctuated;
use syn::visit_mut::{self, VisitMut};
use syn::{Expr, File, Item, Macro, Token, UseTree, parse_quote};

/// progenitor's function, which does not encode some characters that gateways misread.
const THEIRS: &str = "encode_path";

/// Replaces each `encode_path(&x.to_string())` by `path_segment(x)`.
///
/// # Errors
/// Another use of `encode_path` is left.
pub fn run(code: &mut File) -> Result<(), String> {
    for item in &mut code.items {
        if let Item::Use(import) = item {
            without(&mut import.tree);
        }
    }
    code.items.insert(
        0,
        parse_quote!(
            use crate::values::path_segment;
        ),
    );
    Calls.visit_file_mut(code);
    match code.to_token_stream().to_string().contains(THEIRS) {
        true => Err(format!("a path is still written by `{THEIRS}`")),
        false => Ok(()),
    }
}

/// Removes the name from the braces of an import.
fn without(tree: &mut UseTree) {
    match tree {
        UseTree::Path(path) => without(&mut path.tree),
        UseTree::Group(group) => {
            let others = group
                .items
                .iter()
                .filter(|item| !matches!(item, UseTree::Name(name) if name.ident == THEIRS));
            group.items = others.cloned().collect();
        }
        _ => {}
    }
}

struct Calls;

impl VisitMut for Calls {
    /// The path is an argument of `format!`, whose arguments syn does not parse.
    fn visit_macro_mut(&mut self, call: &mut Macro) {
        if call.path.is_ident("format")
            && let Ok(mut arguments) =
                call.parse_body_with(Punctuated::<Expr, Token![,]>::parse_terminated)
        {
            for argument in &mut arguments {
                self.visit_expr_mut(argument);
            }
            call.tokens = arguments.to_token_stream();
        }
    }

    fn visit_expr_mut(&mut self, expression: &mut Expr) {
        match segment(expression) {
            Some(segment) => {
                *expression = parse_quote!(path_segment(#segment));
            }
            None => visit_mut::visit_expr_mut(self, expression),
        }
    }
}

/// `x` of `encode_path(&x.to_string())`.
fn segment(expression: &Expr) -> Option<Expr> {
    let Expr::Call(call) = expression else {
        return None;
    };
    if !matches!(&*call.func, Expr::Path(path) if path.path.is_ident(THEIRS)) {
        return None;
    }
    match call.args.first()? {
        Expr::Reference(text) => match &*text.expr {
            Expr::MethodCall(method) if method.method == "to_string" => {
                Some((*method.receiver).clone())
            }
            _ => None,
        },
        _ => None,
    }
}
