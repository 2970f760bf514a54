//! Network settings of the client: user agent, proxies, addresses, TLS, and other settings of the
//! HTTP library.

use std::net::IpAddr;
use std::sync::Arc;

use crate::client::ClientBuilder;
use crate::http::{Configure, Proxies};
use crate::values::Secret;

impl ClientBuilder {
    /// Adds your program to the user agent: the prefix `acme-portal/2.1` gives the header
    /// `User-Agent: acme-portal/2.1 netsapiens-connections/0.1.0`.
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

    /// Connects through this proxy instead of those in the environment:
    /// `http://proxy.acme.example:3128` or `https://…`, with `user:password@` before the host where
    /// the proxy requires it. The last call of this and of [`no_proxy`](Self::no_proxy) counts.
    ///
    /// The proxy resolves the server's name. It cannot read `https`. It could read the key in plain
    /// `http`, so that combination needs [`allow_plain_http`](Self::allow_plain_http).
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

    /// Connects directly, whatever proxies are set in the environment.
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

    /// Connects to this address instead of resolving the server's name. The certificate is still
    /// checked against the name, and the port stays. With several calls the addresses are tried in
    /// turn. It cannot be combined with [`proxy`](Self::proxy), since the proxy resolves the name.
    ///
    /// ```
    /// use std::net::Ipv4Addr;
    /// use netsapiens_connections::{Client, ErrorKind};
    ///
    /// let address = Ipv4Addr::new(192, 0, 2, 10);
    /// let builder = Client::builder().api_key("nss_EXAMPLE").resolve(address);
    /// assert!(builder.clone().server("pbx.acme.example").build().is_ok());
    /// let error = builder.server("192.0.2.11").build().unwrap_err(); // nothing to resolve
    /// assert_eq!(error.kind(), ErrorKind::Configuration);
    /// ```
    pub fn resolve(mut self, address: impl Into<IpAddr>) -> Self {
        self.http.addresses.push(address.into());
        self
    }

    /// Changes settings of the HTTP library, [`reqwest`](crate::reqwest), for which this builder
    /// has no method: local addresses, keep-alive, pools, TLS versions.
    ///
    /// The function is called in [`build`](Self::build), after all other settings. It cannot change
    /// the rules of this client: no redirects, no retries below
    /// [`RetryPolicy`](crate::RetryPolicy), the timeouts of this builder, and no proxy for plain
    /// `http` without [`allow_plain_http`](Self::allow_plain_http).
    ///
    /// A minor release of this crate can come with another major version of `reqwest`. So call its
    /// methods on the argument, and name its types through [`reqwest`](crate::reqwest).
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
    pub fn configure_http<F>(mut self, configure: F) -> Self
    where
        F: Fn(reqwest::ClientBuilder) -> reqwest::ClientBuilder + Send + Sync + 'static,
    {
        self.http.configure.push(Configure(Arc::new(configure)));
        self
    }
}

#[cfg(feature = "__tls")]
impl ClientBuilder {
    /// Trusts the root certificates in this PEM string in addition to those of the system, for
    /// servers with a private CA. May be called more than once.
    ///
    /// ```
    /// use netsapiens_connections::{Client, ErrorKind};
    ///
    /// let builder = Client::builder().server("pbx.acme.example").api_key("nss_EXAMPLE");
    /// let error = builder.root_certificate_pem("no certificate").build().unwrap_err();
    /// assert_eq!(error.kind(), ErrorKind::Configuration);
    /// ```
    #[cfg_attr(
        docsrs,
        doc(cfg(any(feature = "rustls", feature = "ring", feature = "native-tls")))
    )]
    pub fn root_certificate_pem(mut self, pem: impl Into<Secret>) -> Self {
        self.http.tls.root_certificates.push(pem.into());
        self
    }

    /// The client certificate for servers and proxies that require one: a PEM string with the
    /// certificate, its intermediate certificates, and its private key, not encrypted. The key is
    /// PKCS#8 (`BEGIN PRIVATE KEY`); with rustls also PKCS#1 or SEC1.
    ///
    /// ```
    /// use netsapiens_connections::{Client, ErrorKind};
    ///
    /// let builder = Client::builder().server("pbx.acme.example").api_key("nss_EXAMPLE");
    /// let error = builder.identity_pem("no identity").build().unwrap_err();
    /// assert_eq!(error.kind(), ErrorKind::Configuration);
    /// ```
    #[cfg_attr(
        docsrs,
        doc(cfg(any(feature = "rustls", feature = "ring", feature = "native-tls")))
    )]
    pub fn identity_pem(mut self, pem: impl Into<Secret>) -> Self {
        self.http.tls.identity = Some(pem.into());
        self
    }
}
