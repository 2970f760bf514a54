//! Security schemes and requirements: which credentials an operation requires.

use located::pointer;
use serde_json::Value;

use super::location::Location;
use crate::document::{At, Document};

/// A security scheme.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Scheme {
    pub(crate) name: String,
    pub(crate) credential: Credential,
}

/// How a scheme sends its credential.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Credential {
    /// A parameter of this name.
    Key(Location, String),
    /// `Authorization` with this HTTP scheme (lower case).
    Http(String),
    /// `Authorization` with any HTTP scheme that carries tokens of this kind.
    Token(&'static str),
    /// Unknown: its type does not exist in OpenAPI 3.0, or it is not defined.
    Unknown,
}

/// The security requirements of an operation.
#[derive(Debug)]
pub(crate) struct Security {
    /// The pointer of the requirements.
    pub(crate) pointer: String,
    /// One of these suffices, and each needs all of its schemes; empty if nothing is required.
    pub(crate) alternatives: Vec<Vec<Scheme>>,
}

impl Security {
    /// The requirements of an operation: its own, else those of the document.
    pub(crate) fn of(document: &Document, operation: &At<'_>) -> Self {
        let (pointer, written) = match operation.value.get("security") {
            Some(own) => (pointer::join(&operation.pointer, "security"), Some(own)),
            None => ("/security".to_owned(), document.get("/security")),
        };
        let requirements = written.and_then(Value::as_array).into_iter().flatten();
        let alternatives = requirements
            .filter_map(Value::as_object)
            .map(|names| names.keys().map(|name| scheme(document, name)).collect())
            .collect();
        Security {
            pointer,
            alternatives,
        }
    }
}

/// All schemes of a document.
pub(crate) fn schemes(document: &Document) -> Vec<Scheme> {
    let written = document.get("/components/securitySchemes");
    let names = written.and_then(Value::as_object).into_iter().flatten();
    names.map(|(name, _)| scheme(document, name)).collect()
}

fn scheme(document: &Document, name: &str) -> Scheme {
    let place = pointer::join("/components/securitySchemes", name);
    let found = document.resolve(&place).ok();
    let text = |keyword: &str| found.as_ref()?.value.get(keyword)?.as_str();
    let key = || {
        let location = match text("in")? {
            "query" => Location::Query,
            "header" => Location::Header,
            "cookie" => Location::Cookie,
            _ => return None,
        };
        Some(Credential::Key(location, text("name")?.to_owned()))
    };
    let credential = match text("type") {
        Some("apiKey") => key(),
        Some("http") => text("scheme").map(|name| Credential::Http(name.to_ascii_lowercase())),
        Some("oauth2") => Some(Credential::Token("oauth2")),
        Some("openIdConnect") => Some(Credential::Token("openIdConnect")),
        _ => None,
    };
    Scheme {
        name: name.to_owned(),
        credential: credential.unwrap_or(Credential::Unknown),
    }
}
