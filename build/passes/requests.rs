//! Turns each generated method, which sends a request, into a function that returns the request.
//!
//! How requests are sent is the same for all operations and handwritten: credential, timeouts,
//! retries, limits. So the code that sends them and reads responses is dropped, and with it the
//! need for progenitor's runtime crate.

use std::collections::BTreeSet;

use quote::{ToTokens, format_ident, quote};
use syn::punctuated::Punctuated;
use syn::{
    Attribute, Expr, ExprMethodCall, File, FnArg, Ident, ImplItem, ImplItemFn, Item, Lit, LitStr,
    Local, Pat, Stmt, Token, Type, UseTree, parse_quote,
};

use super::syntax::{argument, type_name};

/// Moves the operations from the methods of `Client` to functions of a module `requests`, and drops
/// the `Client`.
///
/// # Errors
/// A method does something that this pass does not know: nothing that the spec says of a request
/// may be lost.
pub fn run(code: &mut File) -> Result<(), String> {
    let mut functions = Vec::new();
    for item in &code.items {
        if let Item::Impl(item) = item
            && item.trait_.is_none()
            && is_client(&item.self_ty)
        {
            for method in &item.items {
                if let ImplItem::Fn(method) = method
                    && method.sig.asyncness.is_some()
                {
                    let function = function(method)
                        .map_err(|reason| format!("`{}`: {reason}", method.sig.ident))?;
                    functions.push(function);
                }
            }
        }
    }
    code.items.retain(|item| match item {
        Item::Impl(item) => !is_client(&item.self_ty),
        Item::Struct(item) => item.ident != "Client",
        // An assertion about the client.
        Item::Const(item) => item.ident != "_",
        Item::Use(item) => !starts_with(&item.tree, "progenitor_client"),
        _ => true,
    });
    code.items.push(parse_quote! {
        /// The request of each operation.
        #[allow(clippy::all)]
        pub mod requests {
            #[allow(unused_imports)]
            use super::{path_segment, types};
            use crate::call::Call;
            use reqwest::Method;
            #(#functions)*
        }
    });
    Ok(())
}

fn is_client(of: &Type) -> bool {
    match of {
        Type::Reference(of) => is_client(&of.elem),
        of => type_name(of).as_deref() == Some("Client"),
    }
}

fn starts_with(tree: &UseTree, name: &str) -> bool {
    matches!(tree, UseTree::Path(path) if path.ident == name)
}

/// The function for a method.
fn function(method: &ImplItemFn) -> Result<Item, String> {
    let arguments: Vec<&FnArg> = method
        .sig
        .inputs
        .iter()
        .filter(|input| matches!(input, FnArg::Typed(_)))
        .collect();
    let optional: BTreeSet<Ident> = arguments.iter().copied().filter_map(optional).collect();
    let (mut path, mut operation, mut request) = (None, None, None);
    for statement in &method.block.stmts {
        match statement {
            Stmt::Local(local) => match name_of(local).as_deref() {
                Some("url") => path = Some(path_of(local)?),
                Some("request") => request = Some(steps(local)?),
                Some("info") => operation = Some(operation_of(local)?),
                Some("header_map" | "result" | "response") => {}
                _ => return Err(unknown(statement)),
            },
            // Its own version, which no server needs, is the only header that it adds.
            Stmt::Expr(Expr::MethodCall(call), Some(_))
                if call.method == "append" && is(&call.receiver, "header_map") =>
            {
                let version: Expr =
                    parse_quote!(::reqwest::header::HeaderName::from_static("api-version"));
                if call.args.first() != Some(&version) {
                    return Err(unknown(statement));
                }
            }
            // The hooks, and the decision by the status.
            Stmt::Expr(Expr::Try(_), Some(_)) | Stmt::Expr(Expr::Match(_), None) => {}
            _ => return Err(unknown(statement)),
        }
    }
    let path = path.ok_or("it has no URL")?;
    let operation = operation.ok_or("it has no operationId")?;
    let (verb, steps) = request.ok_or("it builds no request")?;
    let verb = format_ident!("{}", verb.to_string().to_uppercase());
    let mut request = quote!(Call::new(#operation, Method::#verb, #path));
    for step in steps {
        request = match step {
            Step::Query(name, value) if optional.contains(&value) => {
                quote!(#request.query(#name, #value))
            }
            Step::Query(name, value) => quote!(#request.query(#name, Some(#value))),
            Step::Json(value) => quote!(#request.json(#value)),
        };
    }
    let (name, generics) = (&method.sig.ident, &method.sig.generics);
    let attributes: Vec<Attribute> = method
        .attrs
        .iter()
        .filter(|attribute| attribute.path().is_ident("doc"))
        .cloned()
        .collect();
    Ok(parse_quote! {
        #(#attributes)*
        pub fn #name #generics(#(#arguments),*) -> Call { #request }
    })
}

fn unknown(statement: &Stmt) -> String {
    format!(
        "a statement that is not known: {}",
        statement.to_token_stream()
    )
}

/// The name of an argument that is an `Option`.
fn optional(input: &FnArg) -> Option<Ident> {
    let FnArg::Typed(input) = input else {
        return None;
    };
    argument(&input.ty, "Option")?;
    match &*input.pat {
        Pat::Ident(name) => Some(name.ident.clone()),
        _ => None,
    }
}

fn name_of(local: &Local) -> Option<String> {
    match &local.pat {
        Pat::Ident(name) => Some(name.ident.to_string()),
        _ => None,
    }
}

fn value_of(local: &Local) -> Result<&Expr, String> {
    let value = local.init.as_ref().map(|init| &*init.expr);
    value.ok_or_else(|| "a variable without a value".into())
}

fn is(expression: &Expr, name: &str) -> bool {
    matches!(expression, Expr::Path(path) if path.path.is_ident(name))
}

/// The path below the base path: `format!("{}/rest", self.baseurl, …)` without its beginning.
fn path_of(local: &Local) -> Result<Expr, String> {
    let refused = || "its URL is not the base URL and a path".to_owned();
    let Expr::Macro(call) = value_of(local)? else {
        return Err(refused());
    };
    let arguments = call
        .mac
        .parse_body_with(Punctuated::<Expr, Token![,]>::parse_terminated)
        .map_err(|_| refused())?;
    let mut arguments = arguments.iter();
    let (Some(Expr::Lit(text)), Some(base)) = (arguments.next(), arguments.next()) else {
        return Err(refused());
    };
    let base_url: Expr = parse_quote!(self.baseurl);
    match &text.lit {
        Lit::Str(text) if *base == base_url => {
            let text = text.value();
            let path = text.strip_prefix("{}").ok_or_else(refused)?;
            let rest: Vec<&Expr> = arguments.collect();
            match rest.is_empty() {
                true => Ok(parse_quote!(#path.to_owned())),
                false => Ok(parse_quote!(format!(#path, #(#rest),*))),
            }
        }
        _ => Err(refused()),
    }
}

/// The operationId of `OperationInfo { operation_id: "…" }`.
fn operation_of(local: &Local) -> Result<LitStr, String> {
    if let Expr::Struct(info) = value_of(local)?
        && let Some(field) = info.fields.first()
        && let Expr::Lit(text) = &field.expr
        && let Lit::Str(text) = &text.lit
    {
        return Ok(text.clone());
    }
    Err("its operationId is not found".into())
}

/// What is added to a request.
enum Step {
    Query(LitStr, Ident),
    Json(Ident),
}

/// The method of a request, and what is added to it:
/// `self.client.get(url).query(…).json(…).headers(…).build()?`.
fn steps(local: &Local) -> Result<(Ident, Vec<Step>), String> {
    let Expr::Try(chain) = value_of(local)? else {
        return Err("its request is built in another way".into());
    };
    let client: Expr = parse_quote!(self.client);
    let mut steps = Vec::new();
    let mut rest = &*chain.expr;
    while let Expr::MethodCall(call) = rest {
        let name = call.method.to_string();
        match name.as_str() {
            "build" | "headers" => {}
            "query" => steps.push(query(call)?),
            "json" => match referenced(call.args.first()) {
                Some(value) => steps.push(Step::Json(value)),
                None => return Err("its body is not one of its arguments".into()),
            },
            "get" | "post" | "put" | "delete" | "patch" if *call.receiver == client => {
                steps.reverse();
                return Ok((call.method.clone(), steps));
            }
            _ => {
                return Err(format!(
                    "its request is built by `{name}`, which is not known"
                ));
            }
        }
        rest = &call.receiver;
    }
    Err("its request is not the client's".into())
}

/// Name and value of `query(&progenitor_client::QueryParam::new("name", &value))`.
fn query(call: &ExprMethodCall) -> Result<Step, String> {
    if let Some(Expr::Reference(parameter)) = call.args.first()
        && let Expr::Call(new) = &*parameter.expr
        && let Some(Expr::Lit(name)) = new.args.first()
        && let Lit::Str(name) = &name.lit
        && let Some(value) = referenced(new.args.get(1))
    {
        return Ok(Step::Query(name.clone(), value));
    }
    Err("a query parameter is not one of its arguments".into())
}

/// `x` of `&x`.
fn referenced(argument: Option<&Expr>) -> Option<Ident> {
    match argument? {
        Expr::Reference(value) => match &*value.expr {
            Expr::Path(path) => path.path.get_ident().cloned(),
            _ => None,
        },
        _ => None,
    }
}
