//! The request of an operation, before the server and the credential are added. The generated code
//! has a function for each operation that returns one.

use std::borrow::Cow;
use std::fmt::Display;

use reqwest::header::{CONTENT_TYPE, HeaderValue};
use reqwest::{Method, Request, Url};
use serde::Serialize;

use crate::error::Error;
use crate::values::Secret;

/// A request to be sent, as often as it takes.
pub(crate) struct Call {
    pub(crate) operation: &'static str,
    pub(crate) method: Method,
    /// Below the base path, encoded.
    path: String,
    /// Names and values, not encoded.
    query: Vec<(Cow<'static, str>, String)>,
    body: Option<Result<Vec<u8>, Error>>,
    /// A password in the body, to be masked in messages that echo it.
    pub(crate) password: Option<Secret>,
}

impl Call {
    pub(crate) fn new(operation: &'static str, method: Method, path: String) -> Self {
        Self {
            operation,
            method,
            path,
            query: Vec::new(),
            body: None,
            password: None,
        }
    }

    /// Adds a query parameter if it has a value.
    pub(crate) fn query(
        mut self,
        name: impl Into<Cow<'static, str>>,
        value: Option<impl Display>,
    ) -> Self {
        if let Some(value) = value {
            self.query.push((name.into(), value.to_string()));
        }
        self
    }

    /// Sets the body: this value as JSON. If it cannot be serialized, sending it is an error.
    pub(crate) fn json(mut self, body: &(impl Serialize + ?Sized)) -> Self {
        self.body = Some(serde_json::to_vec(body).map_err(|error| {
            Error::input("the body cannot be serialized as JSON").caused_by(error)
        }));
        self
    }

    pub(crate) fn with_path(mut self, path: String) -> Self {
        self.path = path;
        self
    }

    pub(crate) fn with_password(mut self, password: Option<&Secret>) -> Self {
        self.password = password.cloned();
        self
    }

    /// Length of the body in bytes; 0 without one.
    pub(crate) fn body_bytes(&self) -> usize {
        match &self.body {
            Some(Ok(body)) => body.len(),
            _ => 0,
        }
    }

    /// The request to a server; `base` is the URL that the path follows.
    pub(crate) fn request(&self, base: &str) -> Result<Request, Error> {
        let mut url = Url::parse(&format!("{base}{}", self.path)).map_err(|error| {
            Error::configuration("the request could not be built").caused_by(error)
        })?;
        if !self.query.is_empty() {
            url.query_pairs_mut().extend_pairs(&self.query);
        }
        let mut request = Request::new(self.method.clone(), url);
        if let Some(body) = &self.body {
            let json = HeaderValue::from_static("application/json");
            request.headers_mut().insert(CONTENT_TYPE, json);
            *request.body_mut() = Some(body.clone()?.into());
        }
        Ok(request)
    }
}
