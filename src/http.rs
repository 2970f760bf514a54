//! Builds the HTTP library's client from the settings.

use std::fmt;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use reqwest::Url;
use reqwest::header::HeaderValue;

use crate::error::Error;
#[cfg(feature = "__tls")]
use crate::tls::TlsSettings;
use crate::values::Secret;

const PRODUCT: &str = concat!("netsapiens-connections/", env!("CARGO_PKG_VERSION"));

/// A timeout that never expires.
const NEVER: Duration = Duration::from_secs(100 * 365 * 24 * 3600);

/// Settings of the HTTP library's client in a [`Client`](crate::Client).
#[derive(Debug, Clone, Default)]
pub(crate) struct HttpSettings {
    pub(crate) user_agent: Option<String>,
    pub(crate) proxy: Proxies,
    pub(crate) addresses: Vec<IpAddr>,
    #[cfg(feature = "__tls")]
    pub(crate) tls: TlsSettings,
    pub(crate) configure: Vec<Configure>,
}

/// Which proxies are used.
#[derive(Debug, Clone, Default)]
pub(crate) enum Proxies {
    #[default]
    Environment,
    None,
    /// A URL, which may contain a password.
    One(Secret),
}

#[derive(Clone)]
pub(crate) struct Configure(
    pub(crate) Arc<dyn Fn(reqwest::ClientBuilder) -> reqwest::ClientBuilder + Send + Sync>,
);

impl fmt::Debug for Configure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Configure")
    }
}

impl HttpSettings {
    /// The HTTP client for one server. `allow_plain` says whether plain HTTP was allowed.
    pub(crate) fn client(
        self,
        server: &Url,
        allow_plain: bool,
        connect_timeout: Duration,
    ) -> Result<reqwest::Client, Error> {
        let plain = server.scheme() == "http";
        #[cfg(not(feature = "__tls"))]
        if !plain {
            return Err(Error::no_tls());
        }
        let mut http = reqwest::Client::builder().user_agent(user_agent(self.user_agent)?);
        if !self.addresses.is_empty() {
            http = http.resolve_to_addrs(
                name_to_resolve(server, &self.proxy)?,
                // Port 0 stands for the port of the URL.
                &self
                    .addresses
                    .iter()
                    .map(|&address| SocketAddr::new(address, 0))
                    .collect::<Vec<_>>(),
            );
        }
        // Proxies in the environment cannot read https. In plain http they could read the key.
        if plain {
            http = http.no_proxy();
        }
        // Reading the system's trust store takes longer than all else here. Plain http does not
        // need it, since redirects are not followed.
        #[cfg(feature = "__tls")]
        {
            let unused = plain && self.configure.is_empty();
            http = self
                .tls
                .apply(http, unused && !matches!(self.proxy, Proxies::One(_)))?;
        }
        match self.proxy {
            Proxies::Environment => {}
            Proxies::None => http = http.no_proxy(),
            Proxies::One(_) if plain && !allow_plain => {
                return Err(Error::configuration(
                    "the proxy could read the key, since the server uses plain http",
                )
                .advise("Remove `ClientBuilder::proxy`, or call `allow_plain_http`"));
            }
            Proxies::One(url) => http = http.proxy(proxy(&url)?),
        }
        let configured = !self.configure.is_empty();
        for Configure(configure) in self.configure {
            http = configure(http);
        }
        // These settings override what was configured. The transport applies the timeouts.
        if configured {
            http = http.timeout(NEVER).read_timeout(NEVER);
            if plain && !allow_plain {
                http = http.no_proxy();
            }
        }
        http.connect_timeout(connect_timeout)
            .redirect(reqwest::redirect::Policy::none())
            // Where HTTP/2 is compiled in, the library would retry refused streams by itself, a
            // create as well.
            .retry(reqwest::retry::never())
            .build()
            .map_err(refused)
    }
}

/// The error for a client that could not be built.
fn refused(error: reqwest::Error) -> Error {
    #[cfg(feature = "__tls")]
    if let Some(reason) = crate::tls::refusal(&error) {
        return Error::configuration(reason).caused_by(error);
    }
    Error::configuration("the HTTP client could not be set up on this system").caused_by(error)
}

fn user_agent(prefix: Option<String>) -> Result<HeaderValue, Error> {
    let Some(prefix) = prefix else {
        return Ok(HeaderValue::from_static(PRODUCT));
    };
    HeaderValue::from_str(format!("{prefix} {PRODUCT}").trim_start()).map_err(|error| {
        Error::configuration("the user agent cannot be a header value").caused_by(error)
    })
}

/// The server's name, where this client would resolve it.
fn name_to_resolve<'a>(server: &'a Url, proxy: &Proxies) -> Result<&'a str, Error> {
    let refuse = |reason: &str| {
        Err(Error::configuration(format!(
            "an address was given by `resolve`, and {reason}"
        )))
    };
    match (server.domain(), proxy) {
        (None, _) => refuse("the server is an address itself"),
        (_, Proxies::One(_)) => refuse("the proxy resolves the server's name"),
        (Some(name), _) => Ok(name),
    }
}

/// A proxy by its URL. The error does not quote the URL, which may contain a password.
fn proxy(url: &Secret) -> Result<reqwest::Proxy, Error> {
    let refuse = || {
        Error::configuration("the proxy is invalid: it is not a URL of scheme, host and port")
            .advise("Give `http://host:port` or `https://host:port`")
    };
    let url = Url::parse(url.expose_secret().trim()).map_err(|_| refuse())?;
    let alone = url.path() == "/" && url.query().is_none() && url.fragment().is_none();
    if !matches!(url.scheme(), "http" | "https") || !url.has_host() || !alone {
        return Err(refuse());
    }
    reqwest::Proxy::all(url).map_err(|_| refuse())
}
