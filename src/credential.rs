//! Credentials: a fixed API key, or a token that is renewed.

use std::fmt;
use std::future::ready;
use std::pin::Pin;
use std::sync::Arc;

use reqwest::header::HeaderValue;

use crate::error::Error;
use crate::values::Secret;

/// Future of [`Credential::token`]: a token, or why there is none.
pub type TokenFuture<'a> = Pin<
    Box<dyn Future<Output = Result<Secret, Box<dyn std::error::Error + Send + Sync>>> + Send + 'a>,
>;

/// A credential that can be renewed: an OAuth2 access token or a JWT that expires. For a fixed key
/// use [`ClientBuilder::api_key`](crate::ClientBuilder::api_key).
///
/// [`token`](Self::token) is called before each attempt, so the implementation should cache its
/// token. It is called once more when the server refuses the token with a 401 that is not "Invalid
/// Scope". If it then returns another token, the request is sent again with it. So is a create,
/// since a refused request was not carried out.
///
/// Several operations may call it concurrently. The time that it takes counts towards
/// [`ClientBuilder::deadline`](crate::ClientBuilder::deadline).
///
/// ```
/// use std::sync::Mutex;
/// use netsapiens_connections::{Client, Credential, Secret, TokenFuture};
///
/// struct AccessToken(Mutex<Secret>);
///
/// impl Credential for AccessToken {
///     fn token<'a>(&'a self, rejected: Option<&'a Secret>) -> TokenFuture<'a> {
///         Box::pin(async move {
///             let kept = self.0.lock().map_err(|_| "a thread panicked")?.clone();
///             if rejected != Some(&kept) {
///                 return Ok(kept);
///             }
///             let fresh = Secret::from("fresh"); // asked of the authorization server
///             *self.0.lock().map_err(|_| "a thread panicked")? = fresh.clone();
///             Ok(fresh)
///         })
///     }
/// }
///
/// let client = Client::builder()
///     .server("pbx.acme.example")
///     .credential(AccessToken(Mutex::new(Secret::from("first"))))
///     .build()?;
/// # drop(client);
/// # Ok::<(), netsapiens_connections::Error>(())
/// ```
pub trait Credential: Send + Sync + 'static {
    /// Returns the token to send as `Authorization: Bearer`. `rejected` is the token that the
    /// server has just refused, if it has. If the same token is returned again, the operation fails
    /// with the refusal.
    ///
    /// # Errors
    /// After any error the operation fails with
    /// [`ErrorKind::Credential`](crate::ErrorKind::Credential), and the error is its `source`.
    fn token<'a>(&'a self, rejected: Option<&'a Secret>) -> TokenFuture<'a>;
}

/// A fixed key.
impl Credential for Secret {
    fn token<'a>(&'a self, _: Option<&'a Secret>) -> TokenFuture<'a> {
        Box::pin(ready(Ok(self.clone())))
    }
}

/// A credential that is shared by clones of a client.
#[derive(Clone)]
pub(crate) struct Shared(pub(crate) Arc<dyn Credential>);

impl fmt::Debug for Shared {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Credential(***)")
    }
}

/// The value of the `Authorization` header, marked so that HTTP libraries do not print it.
pub(crate) fn authorization(key: &Secret) -> Result<HeaderValue, Error> {
    let key = key.expose_secret();
    if key.is_empty() {
        return Err(Error::configuration("the API key is empty"));
    }
    if !key.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Err(Error::configuration(
            "the API key has an invalid character, white space for example",
        )
        .advise("Give only the key, without `Bearer`, spaces or line breaks"));
    }
    let mut value = HeaderValue::from_str(&format!("Bearer {key}")).map_err(|error| {
        Error::configuration("the API key cannot be a header value").caused_by(error)
    })?;
    value.set_sensitive(true);
    Ok(value)
}
