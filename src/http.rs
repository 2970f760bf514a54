//! How the server is reached: proxies, addresses, TLS, and whatever else the HTTP library can do.

use std::fmt;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use reqwest::Url;
use reqwest::header::HeaderValue;

use crate::client::ClientBuilder;
use crate::error::Error;
#[cfg(feature = "__tls")]
use crate::tls::TlsSettings;
use crate::values::Secret;

const PRODUCT: &str = concat!("netsapiens-connections/", env!("CARGO_PKG_VERSION"));

/// Longer than any program runs.
const NEVER: Duration = Duration::from_secs(100 * 365 * 24 * 3600);

/// Settings of the HTTP client below a [`Client`](crate::Client).
#[derive(Debug, Clone, Default)]
pub(crate) struct HttpSettings {
    user_agent: Option<String>,
    proxy: Proxies,
    addresses: Vec<IpAddr>,
    #[cfg(feature = "__tls")]
    pub(crate) tls: TlsSettings,
    configure: Vec<Configure>,
}

/// Where the way to the server leads through.
#[derive(Debug, Clone, Default)]
enum Proxies {
    #[default]
    Environment,
    None,
    /// A URL that may hold a password.
    One(Secret),
}

#[derive(Clone)]
struct Configure(Arc<dyn Fn(reqwest::ClientBuilder) -> reqwest::ClientBuilder + Send + Sync>);

impl fmt::Debug for Configure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Configure")
    }
}

impl ClientBuilder {
    /// Names your program to the server, before this library: a prefix of `acme-portal/2.1` makes
    /// the header `User-Agent: acme-portal/2.1 netsapiens-connections/0.1.0`.
    ///
    /// ```
    /// use netsapiens_connections::{Client, ErrorKind};
    ///
    /// let builder = Client::builder().server("pbx.acme.example").api_key("nss_EXAMPLE");
    /// assert!(builder.clone().user_agent("acme-portal/2.1").build().is_ok());
    /// let error = builder.user_agent("two\nlines").build().unwrap_err();
    /// assert_eq!(error.kind(), ErrorKind::Configuration);
    /// ```
    pub fn user_agent(mut self, prefix: impl Into<String>) -> Self {
        self.http.user_agent = Some(prefix.into());
        self
    }

    /// Goes through a proxy, whatever the environment names: `http://proxy.acme.example:3128` or
    /// `https://…`, with a user and a password before an `@` where it asks for them. It cannot read
    /// `https`. The last call of this and of [`no_proxy`](Self::no_proxy) counts.
    ///
    /// Of plain `http` it would read the key, so there it needs
    /// [`allow_plain_http`](Self::allow_plain_http). The name of the server is resolved by the
    /// proxy.
    ///
    /// ```
    /// use netsapiens_connections::{Client, ErrorKind};
    ///
    /// let builder = Client::builder().server("pbx.acme.example").api_key("nss_EXAMPLE");
    /// let proxied = builder.proxy("http://user:EXAMPLE@proxy.acme.example:3128");
    /// assert!(!format!("{proxied:?}").contains("EXAMPLE@"));
    /// let error = proxied.proxy("proxy.acme.example").build().unwrap_err();
    /// assert_eq!(error.kind(), ErrorKind::Configuration); // without a scheme
    /// ```
    pub fn proxy(mut self, url: impl Into<Secret>) -> Self {
        self.http.proxy = Proxies::One(url.into());
        self
    }

    /// Goes to the server directly, whatever proxies the environment names.
    ///
    /// ```
    /// use netsapiens_connections::Client;
    ///
    /// let builder = Client::builder().server("pbx.acme.example").api_key("nss_EXAMPLE");
    /// assert!(builder.no_proxy().build().is_ok());
    /// ```
    pub fn no_proxy(mut self) -> Self {
        self.http.proxy = Proxies::None;
        self
    }

    /// Connects to this address instead of one that the server's name resolves to; the certificate
    /// is still checked against the name, and the port stays. With several calls the addresses are
    /// tried in turn. Where the way leads through a proxy, that one resolves the name.
    ///
    /// ```
    /// use std::net::Ipv4Addr;
    /// use netsapiens_connections::{Client, ErrorKind};
    ///
    /// let builder = Client::builder().api_key("nss_EXAMPLE").resolve(Ipv4Addr::new(192, 0, 2, 10));
    /// assert!(builder.clone().server("pbx.acme.example").build().is_ok());
    /// let error = builder.server("192.0.2.11").build().unwrap_err(); // nothing to resolve
    /// assert_eq!(error.kind(), ErrorKind::Configuration);
    /// ```
    pub fn resolve(mut self, address: impl Into<IpAddr>) -> Self {
        self.http.addresses.push(address.into());
        self
    }

    /// Changes the settings of the HTTP library for which this builder has no method: local
    /// addresses, keep-alive, pools, TLS versions. It is called in [`build`](Self::build), after
    /// all other settings and before the rules of this client, which it cannot undo: no redirects,
    /// no repetition below [`RetryPolicy`](crate::RetryPolicy), the timeouts of this builder, and
    /// no proxy for plain `http` that was not [allowed](Self::allow_plain_http). The types are
    /// those of [`reqwest`](crate::reqwest).
    ///
    /// ```
    /// use std::time::Duration;
    /// use netsapiens_connections::Client;
    ///
    /// let client = Client::builder()
    ///     .server("pbx.acme.example")
    ///     .api_key("nss_EXAMPLE")
    ///     .configure_http(|http| http.pool_idle_timeout(Duration::from_secs(20)))
    ///     .build();
    /// assert!(client.is_ok());
    /// ```
    pub fn configure_http(
        mut self,
        configure: impl Fn(reqwest::ClientBuilder) -> reqwest::ClientBuilder + Send + Sync + 'static,
    ) -> Self {
        self.http.configure.push(Configure(Arc::new(configure)));
        self
    }
}

impl HttpSettings {
    /// The HTTP client for one server. `open` says that plain HTTP was allowed.
    pub(crate) fn client(
        self,
        server: &Url,
        open: bool,
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
                // The port of the URL is taken.
                &self
                    .addresses
                    .iter()
                    .map(|&address| SocketAddr::new(address, 0))
                    .collect::<Vec<_>>(),
            );
        }
        // Proxies of the environment carry https unread; of plain http they would see the key.
        if plain {
            http = http.no_proxy();
        }
        // Reading the system's trust store takes longer than all else here, and plain http, which
        // is not left by a redirect, has no use for it.
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
            Proxies::One(_) if plain && !open => {
                return Err(Error::configuration(
                    "a proxy would read the key, since the server is one of plain http",
                )
                .advise("Leave out `ClientBuilder::proxy`, or call `allow_plain_http`"));
            }
            Proxies::One(url) => http = http.proxy(proxy(&url)?),
        }
        let configured = !self.configure.is_empty();
        for Configure(configure) in self.configure {
            http = configure(http);
        }
        // What follows holds whatever was configured. Attempts are timed by the transport.
        if configured {
            http = http.timeout(NEVER).read_timeout(NEVER);
            if plain && !open {
                http = http.no_proxy();
            }
        }
        http.connect_timeout(connect_timeout)
            .redirect(reqwest::redirect::Policy::none())
            // Where HTTP/2 is compiled in, it would send a refused stream again on its own, a
            // create as well.
            .retry(reqwest::retry::never())
            .build()
            .map_err(refused)
    }
}

/// What a client that could not be made says of it.
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

/// The name whose addresses are given, where somebody here would look it up.
fn name_to_resolve<'a>(server: &'a Url, proxy: &Proxies) -> Result<&'a str, Error> {
    let refuse = |reason: &str| {
        Err(Error::configuration(format!(
            "an address was given by `resolve`, and {reason}"
        )))
    };
    match (server.domain(), proxy) {
        (None, _) => refuse("the server is one itself"),
        (_, Proxies::One(_)) => refuse("the proxy is what resolves the server's name"),
        (Some(name), _) => Ok(name),
    }
}

/// A proxy by its URL, which is not repeated: it may hold a password.
fn proxy(url: &Secret) -> Result<reqwest::Proxy, Error> {
    let refuse = || {
        Error::configuration("the proxy was refused: it is no URL of a host alone")
            .advise("Give `http://host:port` or `https://host:port`")
    };
    let url = Url::parse(url.expose_secret().trim()).map_err(|_| refuse())?;
    let alone = url.path() == "/" && url.query().is_none() && url.fragment().is_none();
    if !matches!(url.scheme(), "http" | "https") || !url.has_host() || !alone {
        return Err(refuse());
    }
    reqwest::Proxy::all(url).map_err(|_| refuse())
}
