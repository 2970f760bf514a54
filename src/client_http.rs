//! How the server is reached, as settings of the client: proxies, addresses, TLS, and whatever else
//! the HTTP library can do.

use std::net::IpAddr;
use std::sync::Arc;

use crate::client::ClientBuilder;
use crate::http::{Configure, Proxies};
use crate::values::Secret;

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

#[cfg(feature = "__tls")]
impl ClientBuilder {
    /// Trusts the certificates in a PEM string besides those of the system, for servers with an
    /// issuer of their own. May be called more than once.
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

    /// Identifies this client to servers and proxies that ask for a certificate: one PEM string with
    /// the certificate, those between it and its issuer, and its private key, which is not
    /// encrypted. The key is PKCS#8 (`BEGIN PRIVATE KEY`), or with rustls also PKCS#1 or SEC1.
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
