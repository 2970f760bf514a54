//! Requests to any operation of the API, for operations without a method in this crate.

use std::fmt;

use reqwest::Method;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::call::Call;
use crate::client::Client;
use crate::error::Error;
use crate::metadata::Metadata;
use crate::response::{Response, without_mark};
use crate::values::{Secret, Segment, path_segment};

/// operationId of requests that have none of their own.
const OPERATION: &str = "request";

impl Client {
    /// A request to any operation of the API below `/ns-api/v2`, for operations without a method in
    /// this crate. It has this client's credential, limits, retries, errors and rules for paths.
    ///
    /// `path` has the segments of the path, not encoded. A segment must be visible ASCII without
    /// `/ \ ? # ; % : &`, and not only dots, so that every gateway reads it as one segment.
    ///
    /// `GET`, `PUT` and `DELETE` are retried as [`RetryPolicy`](crate::RetryPolicy) says, `POST`
    /// only when it certainly was not sent. HTTP defines the first three as idempotent; where an
    /// operation is not, use [`Client::with_retry`].
    ///
    /// ```no_run
    /// # use netsapiens_connections::{Client, Error};
    /// # async fn run(client: Client) -> Result<(), Error> {
    /// use netsapiens_connections::{Method, RawJson};
    ///
    /// let response = client.request(Method::GET, ["version"]).send().await?;
    /// let version: RawJson = response.json()?;
    /// println!("{}", version.as_str());
    /// # Ok(())
    /// # }
    /// ```
    pub fn request<S: AsRef<str>>(
        &self,
        method: Method,
        path: impl IntoIterator<Item = S>,
    ) -> Request {
        let call = Call::new(OPERATION, method, String::new());
        Request {
            client: self.clone(),
            path: encoded(path),
            call,
        }
    }
}

/// The path of these segments.
fn encoded<S: AsRef<str>>(segments: impl IntoIterator<Item = S>) -> Result<String, Error> {
    let mut path = String::new();
    for segment in segments {
        path.push('/');
        path.push_str(&path_segment(&Segment::new(segment.as_ref())?));
    }
    match path.is_empty() {
        true => Err(Error::input(
            "the path has no segment; give the names after `/ns-api/v2`",
        )),
        false => Ok(path),
    }
}

/// A request to be sent; returned by [`Client::request`]. `Debug` shows only the method.
///
/// ```no_run
/// # use netsapiens_connections::{Client, Error};
/// # async fn run(client: Client) -> Result<(), Error> {
/// use netsapiens_connections::{Method, RawJson};
///
/// let domains = client.request(Method::GET, ["domains"]).query("limit", "10").send().await?;
/// println!("{}", domains.json::<RawJson>()?.as_str());
///
/// let settings = serde_json::json!({ "description": "Acme" });
/// let request = client.request(Method::PUT, ["domains", "acme.example"]).json(&settings);
/// println!("{}", request.send().await?.metadata().status());
/// # Ok(())
/// # }
/// ```
#[must_use = "a request does nothing unless it is sent"]
pub struct Request {
    client: Client,
    path: Result<String, Error>,
    /// Without the path.
    call: Call,
}

impl Request {
    /// Adds a query parameter. Name and value are not encoded yet.
    pub fn query(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.call = self.call.query(name.into(), Some(value.into()));
        self
    }

    /// Sets the body: this value as JSON.
    pub fn json(mut self, body: &(impl Serialize + ?Sized)) -> Self {
        self.call = self.call.json(body);
        self
    }

    /// Sends the request. Any 2xx is a success.
    ///
    /// # Errors
    /// [`ErrorKind::Input`](crate::ErrorKind::Input), before anything is sent, for a path without
    /// segments or with an invalid one, for a method other than `GET`, `POST`, `PUT` and `DELETE`,
    /// and for a body that cannot be serialized as JSON. Otherwise those of every operation.
    /// [`Error::operation`] is `request`.
    pub async fn send(self) -> Result<RawResponse, Error> {
        if ![Method::GET, Method::POST, Method::PUT, Method::DELETE].contains(&self.call.method) {
            return Err(Error::input(
                "the API has only GET, POST, PUT and DELETE; use one of these",
            )
            .of(OPERATION));
        }
        let path = self.path.map_err(|error| error.of(OPERATION))?;
        let call = self.call.with_path(path);
        let whole = |response: Response, _: &[&Secret]| Ok(response.body);
        let done = self.client.transport.send(&call, whole).await?;
        Ok(RawResponse {
            metadata: done.metadata,
            body: done.value,
        })
    }
}

impl fmt::Debug for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Request")
            .field("method", &self.call.method)
            .finish_non_exhaustive()
    }
}

/// The response to a [`Request`], not decoded. Its body may contain passwords; `Debug` shows only
/// its length.
#[derive(Clone, PartialEq, Eq)]
pub struct RawResponse {
    metadata: Metadata,
    body: Vec<u8>,
}

impl RawResponse {
    /// Status and headers, and the number of attempts.
    pub fn metadata(&self) -> &Metadata {
        &self.metadata
    }

    /// The body as received; empty where the body of an accepted write was cut off.
    pub fn body(&self) -> &[u8] {
        &self.body
    }

    /// Decodes the body from JSON.
    ///
    /// # Errors
    /// [`Error::is_decode`] when the body is not JSON or does not fit the type. The error says at
    /// which line and column and does not quote the body.
    pub fn json<T: DeserializeOwned>(&self) -> Result<T, Error> {
        serde_json::from_slice(without_mark(&self.body)).map_err(|error| {
            let reason = format!(
                "the body cannot be decoded as the requested type, at line {} column {}",
                error.line(),
                error.column()
            );
            let response = self.metadata.with_body(self.body.clone());
            Error::decode(OPERATION, response, reason).after(self.metadata.attempts())
        })
    }
}

impl fmt::Debug for RawResponse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RawResponse")
            .field("metadata", &self.metadata)
            .field("body_bytes", &self.body.len())
            .finish()
    }
}
