//! What proves to the server who is asking: a key that stays, or a token that renews itself.

use std::fmt;
use std::future::ready;
use std::pin::Pin;
use std::sync::Arc;

use reqwest::header::HeaderValue;

use crate::error::Error;
use crate::values::Secret;

/// What [`Credential::token`] gives: a token, or why there is none.
pub type TokenFuture<'a> = Pin<
    Box<dyn Future<Output = Result<Secret, Box<dyn std::error::Error + Send + Sync>>> + Send + 'a>,
>;

/// A credential that renews itself: an OAuth2 access token or a JWT that expires. A key that stays
/// is given by [`ClientBuilder::api_key`](crate::ClientBuilder::api_key).
///
/// It is asked before each attempt, so it should keep its token; and once more in an operation
/// when the server refused the token with a 401 that is not "Invalid Scope". If another token
/// comes then, the request is sent again with it, a create as well, since a request that was
/// refused was not carried out.
///
/// Several operations may ask at the same time. The time that it takes counts towards
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
    /// The token to send as `Authorization: Bearer`. `rejected` is the one that the server has
    /// just refused, where it was; whoever gives the same again gives up.
    ///
    /// # Errors
    /// Any error ends the operation with
    /// [`ErrorKind::Credential`](crate::ErrorKind::Credential), whose `source` it is.
    fn token<'a>(&'a self, rejected: Option<&'a Secret>) -> TokenFuture<'a>;
}

/// A key that stays.
impl Credential for Secret {
    fn token<'a>(&'a self, _: Option<&'a Secret>) -> TokenFuture<'a> {
        Box::pin(ready(Ok(self.clone())))
    }
}

/// A credential that clients share.
#[derive(Clone)]
pub(crate) struct Shared(pub(crate) Arc<dyn Credential>);

impl fmt::Debug for Shared {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Credential(***)")
    }
}

/// The header with the credential, marked so that HTTP libraries do not print it.
pub(crate) fn authorization(key: &Secret) -> Result<HeaderValue, Error> {
    let key = key.expose_secret();
    if key.is_empty() {
        return Err(Error::configuration("the API key is empty"));
    }
    if !key.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Err(Error::configuration(
            "the API key has a character that no key has, white space for example",
        )
        .advise("Give the key alone, without `Bearer`, spaces or line ends"));
    }
    let mut value = HeaderValue::from_str(&format!("Bearer {key}")).map_err(|error| {
        Error::configuration("the API key cannot be a header value").caused_by(error)
    })?;
    value.set_sensitive(true);
    Ok(value)
}
