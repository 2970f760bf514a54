//! Writes what the spec requires of requests as data, for the validation in the fake server.

use std::collections::BTreeMap;

use located::openapi::is_method;
use located::pointer::join as step;
use proc_macro2::{Literal, TokenStream};
use quote::{ToTokens, format_ident, quote};
use serde_json::{Map, Value};
use syn::{Item, parse_quote};

use super::super::openapi::{local, resolve, schema_name};

/// A place of the spec, as a JSON pointer, and what is wrong there.
pub type Refusal = (String, String);

/// Keywords that do not constrain a value.
const ANNOTATIONS: [&str; 7] = [
    "title",
    "description",
    "example",
    "externalDocs",
    "deprecated",
    "readOnly",
    "writeOnly",
];

/// The module `claims`: each operation's request, by types of `src/claims.rs`.
///
/// # Errors
/// When a request has a keyword, parameter or media type that is not supported here: it would not
/// be checked.
pub fn module(spec: &Value) -> Result<Item, Refusal> {
    let mut schemas = Schemas {
        spec,
        named: BTreeMap::new(),
    };
    let mut requests = Vec::new();
    let paths = spec.get("paths").and_then(Value::as_object);
    for (path, item) in paths.into_iter().flatten() {
        for (method, operation) in item.as_object().into_iter().flatten() {
            if is_method(method) {
                requests.push(schemas.request(path, item, method, operation)?);
            }
        }
    }
    let named = schemas.named.iter().map(|(name, claims)| {
        let name = format_ident!("{}", constant(name));
        quote!(const #name: &[Claim] = #claims;)
    });
    Ok(parse_quote! {
        /// What the spec requires of requests.
        #[cfg(feature = "fake")]
        pub(crate) mod claims {
            #[allow(unused_imports)]
            use crate::claims::{Body, Claim, Parameter, Place, Request, Type};

            pub(crate) const REQUESTS: &[Request] = &[#(#requests),*];

            #(#named)*
        }
    })
}

struct Schemas<'a> {
    spec: &'a Value,
    /// The component schemas that requests reach; one that is being read has no claims yet.
    named: BTreeMap<String, TokenStream>,
}

impl Schemas<'_> {
    fn request(
        &mut self,
        path: &str,
        item: &Value,
        method: &str,
        operation: &Value,
    ) -> Result<TokenStream, Refusal> {
        let item_at = step("/paths", path);
        let at = step(&item_at, method);
        let mut parameters = Vec::new();
        for (of, at) in [(item, &item_at), (operation, &at)] {
            let at = step(at, "parameters");
            let listed = of.get("parameters").and_then(Value::as_array);
            for (index, parameter) in listed.into_iter().flatten().enumerate() {
                parameters.push(self.parameter(parameter, &step(&at, &index.to_string()))?);
            }
        }
        let body = match operation.get("requestBody") {
            None => quote!(None),
            Some(body) => {
                let body = self.body(body, &step(&at, "requestBody"))?;
                quote!(Some(#body))
            }
        };
        // The lint has seen that there is one.
        let id = operation.get("operationId").and_then(Value::as_str);
        let method = method.to_uppercase();
        Ok(quote! {
            Request {
                operation: #id, method: #method, path: #path,
                parameters: &[#(#parameters),*], body: #body,
            }
        })
    }

    fn parameter(&mut self, parameter: &Value, at: &str) -> Result<TokenStream, Refusal> {
        let at = local(parameter).unwrap_or(at);
        let parameter = resolve(self.spec, parameter);
        let name = parameter.get("name").and_then(Value::as_str);
        let place = match parameter.get("in").and_then(Value::as_str) {
            Some("path") => quote!(Path),
            Some("query") => quote!(Query),
            _ => return refuse(&step(at, "in"), "a parameter must be in `path` or `query`"),
        };
        let required = parameter.get("required") == Some(&Value::Bool(true));
        let schema = parameter.get("schema").unwrap_or(&Value::Null);
        let claims = self.schema(schema, &step(at, "schema"))?;
        Ok(quote! {
            Parameter { name: #name, place: Place::#place, required: #required, claims: #claims }
        })
    }

    fn body(&mut self, body: &Value, at: &str) -> Result<TokenStream, Refusal> {
        let at = step(local(body).unwrap_or(at), "content");
        let body = resolve(self.spec, body);
        let content = body.get("content").and_then(Value::as_object);
        let Some((1, schema)) = content
            .map(Map::len)
            .zip(body.pointer("/content/application~1json/schema"))
        else {
            return refuse(
                &at,
                "a request's body must be `application/json` and nothing else",
            );
        };
        let required = body.get("required") == Some(&Value::Bool(true));
        let claims = self.schema(schema, &step(&step(&at, "application/json"), "schema"))?;
        Ok(quote!(Body { required: #required, claims: #claims }))
    }

    /// A schema as an expression of the type `&[Claim]`.
    fn schema(&mut self, schema: &Value, at: &str) -> Result<TokenStream, Refusal> {
        if let Some(name) = schema_name(schema) {
            return self.component(name, at);
        }
        let Some(members) = schema.as_object() else {
            return refuse(at, "a schema must be a mapping");
        };
        let mut claims = Vec::new();
        for (keyword, value) in members {
            let at = step(at, keyword);
            claims.extend(self.claims(keyword, value, members, &at)?);
        }
        Ok(quote!(&[#(#claims),*]))
    }

    fn component(&mut self, name: &str, at: &str) -> Result<TokenStream, Refusal> {
        let constant = format_ident!("{}", constant(name));
        match self.named.get(name) {
            Some(claims) if claims.is_empty() => {
                return refuse(at, "a request must not have a schema that contains itself");
            }
            Some(_) => {}
            None => {
                self.named.insert(name.to_owned(), TokenStream::new());
                let at = step("/components/schemas", name);
                let schema = self.spec.pointer(&at).unwrap_or(&Value::Null);
                let claims = self.schema(schema, &at)?;
                self.named.insert(name.to_owned(), claims);
            }
        }
        Ok(quote!(#constant))
    }

    /// The claims of one keyword of a schema.
    fn claims(
        &mut self,
        keyword: &str,
        value: &Value,
        among: &Map<String, Value>,
        at: &str,
    ) -> Result<Vec<TokenStream>, Refusal> {
        let text = value.as_str().unwrap_or_default();
        Ok(match keyword {
            "type" => {
                let of = format_ident!("{}", capitalized(text));
                let null =
                    (among.get("nullable") == Some(&Value::Bool(true))).then(|| quote!(Type::Null));
                let types = [quote!(Type::#of)].into_iter().chain(null);
                vec![quote!(Claim::Types(&[#(#types),*]))]
            }
            "allOf" => {
                let parts = self.each(value, at)?;
                parts.iter().map(|part| quote!(Claim::Of(#part))).collect()
            }
            "anyOf" => {
                let parts = self.each(value, at)?;
                vec![quote!(Claim::AnyOf(&[#(#parts),*]))]
            }
            "enum" => {
                let values = strings(value, at)?;
                vec![quote!(Claim::Values(&[#(#values),*]))]
            }
            "pattern" => vec![quote!(Claim::Pattern(#text))],
            "minLength" | "maxLength" if keyword == first(among, ["minLength", "maxLength"]) => {
                let least = number(bound(among, "minLength", at)?.unwrap_or(0));
                let most = bound(among, "maxLength", at)?.map_or(quote!(usize::MAX), number);
                vec![quote!(Claim::Length(#least, #most))]
            }
            "minimum" | "maximum" | "format"
                if keyword == first(among, ["format", "minimum", "maximum"]) =>
            {
                range(among, at)?
            }
            // Handled with the first of them.
            "maxLength" | "minimum" | "maximum" => Vec::new(),
            "required" => {
                let mut names = strings(value, at)?;
                names.retain(|name| {
                    let property = among.get("properties").and_then(|it| it.get(name));
                    !property.is_some_and(read_only)
                });
                vec![quote!(Claim::Required(&[#(#names),*]))]
            }
            "properties" => {
                let mut properties = Vec::new();
                let members = value.as_object().into_iter().flatten();
                for (name, property) in members.filter(|(_, it)| !read_only(it)) {
                    let claims = self.schema(property, &step(at, name))?;
                    properties.push(quote!((#name, #claims)));
                }
                vec![quote!(Claim::Properties(&[#(#properties),*]))]
            }
            "items" => {
                let claims = self.schema(value, at)?;
                vec![quote!(Claim::Items(#claims))]
            }
            "nullable" => Vec::new(),
            _ if ANNOTATIONS.contains(&keyword) || keyword.starts_with("x-") => Vec::new(),
            _ => return refuse(at, &unknown(keyword)),
        })
    }

    fn each(&mut self, schemas: &Value, at: &str) -> Result<Vec<TokenStream>, Refusal> {
        let schemas = schemas.as_array().into_iter().flatten().enumerate();
        schemas
            .map(|(index, schema)| self.schema(schema, &step(at, &index.to_string())))
            .collect()
    }
}

fn refuse<T>(at: &str, reason: &str) -> Result<T, Refusal> {
    Err((at.to_owned(), reason.to_owned()))
}

fn unknown(keyword: &str) -> String {
    format!(
        "`{keyword}` in a request would not be checked by the fake server; add it to \
         build/passes/claims.rs"
    )
}

/// Whether a property is read-only, and so no part of a request.
fn read_only(schema: &Value) -> bool {
    schema.get("readOnly") == Some(&Value::Bool(true))
}

/// The first of some keywords that a schema has.
fn first<'k, const N: usize>(among: &Map<String, Value>, keywords: [&'k str; N]) -> &'k str {
    let present = keywords.into_iter().find(|it| among.contains_key(*it));
    present.unwrap_or_default()
}

/// An end of a range.
fn bound(among: &Map<String, Value>, keyword: &str, at: &str) -> Result<Option<i64>, Refusal> {
    match among.get(keyword).map(Value::as_i64) {
        None => Ok(None),
        Some(Some(end)) => Ok(Some(end)),
        Some(None) => refuse(at, &format!("`{keyword}` must be an integer")),
    }
}

/// The claim of `minimum`, `maximum` and the format of a number, if they bound it.
fn range(among: &Map<String, Value>, at: &str) -> Result<Vec<TokenStream>, Refusal> {
    let format = match among.get("format").and_then(Value::as_str) {
        None | Some("password" | "float" | "double") => [None, None],
        Some("int32") => [Some(i32::MIN.into()), Some(i32::MAX.into())],
        Some("int64") => [Some(i64::MIN), Some(i64::MAX)],
        Some(other) => return refuse(at, &unknown(&format!("format: {other}"))),
    };
    let least = bound(among, "minimum", at)?.or(format[0]);
    let most = bound(among, "maximum", at)?.or(format[1]);
    Ok(match (least, most) {
        (None, None) => Vec::new(),
        (least, most) => {
            let [least, most] = [least, most].map(optional);
            vec![quote!(Claim::Range(#least, #most))]
        }
    })
}

fn number(number: i64) -> TokenStream {
    Literal::i64_unsuffixed(number).into_token_stream()
}

fn optional(end: Option<i64>) -> TokenStream {
    match end.map(number) {
        Some(end) => quote!(Some(#end)),
        None => quote!(None),
    }
}

fn strings<'v>(list: &'v Value, at: &str) -> Result<Vec<&'v str>, Refusal> {
    let strings = list
        .as_array()
        .and_then(|list| list.iter().map(Value::as_str).collect());
    strings.map_or_else(|| refuse(at, "must be a list of strings"), Ok)
}

fn capitalized(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map_or_else(String::new, |first| {
        first.to_uppercase().chain(letters).collect()
    })
}

/// `SIP_TRANSPORT` for `SipTransport`.
fn constant(name: &str) -> String {
    let mut constant = String::new();
    for letter in name.chars() {
        if letter.is_uppercase() && constant.ends_with(|it: char| it.is_lowercase()) {
            constant.push('_');
        }
        constant.push(letter);
    }
    constant.to_uppercase()
}
