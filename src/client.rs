//! The client: which server, with which credential, within which bounds.

use std::env::VarError;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use reqwest::Url;
use reqwest::header::{HeaderMap, HeaderValue};

use crate::credential::{Credential, Shared, authorization};
use crate::error::Error;
use crate::generated;
use crate::http::HttpSettings;
use crate::observability::{Attempt, Observer};
use crate::retry::RetryPolicy;
use crate::sent_headers::Credentials;
use crate::transport::{Limits, Transport};
use crate::values::{Addressing, Secret};

const BASE_PATH: &str = "/ns-api/v2";

/// A client of one server. Cloning is cheap and shares the connections.
///
/// ```no_run
/// # async fn run() -> Result<(), netsapiens_connections::Error> {
/// let client = netsapiens_connections::Client::from_env()?;
/// for trunk in client.domain("acme.example")?.connections().list().await? {
///     println!("{} {}", trunk.orig_match_pattern, trunk.dial_plan.as_deref().unwrap_or("-"));
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone)]
pub struct Client {
    pub(crate) transport: Transport,
    pub(crate) addressing: Addressing,
}

impl Client {
    /// Begins a client with settings of your own.
    ///
    /// ```
    /// use netsapiens_connections::Client;
    ///
    /// let client = Client::builder().server("pbx.acme.example").api_key("nss_EXAMPLE").build()?;
    /// println!("{:?}", client.domain("acme.example")?.name());
    /// # Ok::<(), netsapiens_connections::Error>(())
    /// ```
    pub fn builder() -> ClientBuilder {
        ClientBuilder::default()
    }

    /// A client for the server in `NETSAPIENS_SERVER` with the key in `NETSAPIENS_API_KEY`. With
    /// other settings beside them: [`ClientBuilder::from_env`].
    ///
    /// ```no_run
    /// # async fn run() -> Result<(), netsapiens_connections::Error> {
    /// let client = netsapiens_connections::Client::from_env()?;
    /// println!("{} trunks", client.connections().count().await?);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// [`ErrorKind::Configuration`](crate::ErrorKind::Configuration) when one of the variables is
    /// missing, empty or malformed: the error names it. Else those of [`ClientBuilder::build`].
    pub fn from_env() -> Result<Self, Error> {
        ClientBuilder::from_env()?.build()
    }

    /// The same client with another policy for retries, for a call or for all that follow.
    ///
    /// ```no_run
    /// # async fn run(client: netsapiens_connections::Client) -> Result<(), netsapiens_connections::Error> {
    /// use std::time::Duration;
    /// use netsapiens_connections::RetryPolicy;
    ///
    /// let once = client.with_retry(RetryPolicy::never()).with_deadline(Duration::from_secs(5));
    /// println!("{} trunks", once.connections().count().await?);
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn with_retry(&self, policy: RetryPolicy) -> Self {
        let mut client = self.clone();
        client.transport.limits.retry = policy;
        client
    }

    /// The same client with another time for an operation with all its attempts: see
    /// [`ClientBuilder::deadline`]. The time for one attempt stays, and never outlasts it; so does
    /// the time for connecting, which may outlast it.
    ///
    /// ```no_run
    /// # async fn run(client: netsapiens_connections::Client) -> Result<(), netsapiens_connections::Error> {
    /// use std::time::Duration;
    ///
    /// let quick = client.with_deadline(Duration::from_secs(5));
    /// println!("{} trunks", quick.connections().count().await?);
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn with_deadline(&self, deadline: Duration) -> Self {
        let mut client = self.clone();
        client.transport.limits.deadline = deadline;
        client
    }

    /// The same client with another tag for the vendor's own logs: see [`ClientBuilder::log_tag`].
    ///
    /// ```
    /// use netsapiens_connections::{Client, ErrorKind};
    ///
    /// let client = Client::builder().server("pbx.acme.example").api_key("nss_EXAMPLE").build()?;
    /// let tagged = client.with_log_tag("ticket 4711")?;
    /// assert_eq!(client.with_log_tag("two\nlines").unwrap_err().kind(), ErrorKind::Configuration);
    /// # drop(tagged);
    /// # Ok::<(), netsapiens_connections::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`ErrorKind::Configuration`](crate::ErrorKind::Configuration) when the tag cannot be a
    /// header.
    pub fn with_log_tag(&self, tag: impl AsRef<str>) -> Result<Self, Error> {
        let mut client = self.clone();
        let tag = log_tag(tag.as_ref())?;
        client.transport.raw.inner.0.insert(LOG_TAG, tag);
        Ok(client)
    }
}

/// Header that the vendor's logs show (documented).
const LOG_TAG: &str = "x-netsapiens-log";

fn log_tag(tag: &str) -> Result<HeaderValue, Error> {
    HeaderValue::from_str(tag).map_err(|error| {
        Error::configuration("the log tag cannot be a header value").caused_by(error)
    })
}

/// Settings of a [`Client`]. Server and key are required; the rest has defaults.
///
/// ```
/// use std::time::Duration;
/// use netsapiens_connections::Client;
///
/// let client = Client::builder()
///     .server("pbx.acme.example")
///     .api_key("nss_EXAMPLE")
///     .timeout(Duration::from_secs(10))
///     .build()?;
/// # drop(client);
/// # Ok::<(), netsapiens_connections::Error>(())
/// ```
#[derive(Debug, Clone)]
#[must_use]
pub struct ClientBuilder {
    /// Not shown: `build` refuses a URL with a password in it, but only then.
    server: Option<Secret>,
    key: Option<Key>,
    plain_http: bool,
    connect_timeout: Duration,
    limits: Limits,
    addressing: Addressing,
    log_tag: Option<String>,
    observer: Option<Observer>,
    pub(crate) http: HttpSettings,
}

/// Where the credential comes from.
#[derive(Debug, Clone)]
enum Key {
    /// Checked by `build`.
    Stays(Secret),
    Renews(Shared),
}

impl Default for ClientBuilder {
    fn default() -> Self {
        Self {
            server: None,
            key: None,
            plain_http: false,
            connect_timeout: Duration::from_secs(10),
            limits: Limits {
                timeout: Duration::from_secs(30),
                deadline: Duration::from_secs(90),
                body_bytes: 16 << 20,
                trunks: 20_000,
                retry: RetryPolicy::default(),
            },
            addressing: Addressing::default(),
            log_tag: None,
            observer: None,
            http: HttpSettings::default(),
        }
    }
}

impl ClientBuilder {
    /// Begins with the server in `NETSAPIENS_SERVER` and the key in `NETSAPIENS_API_KEY`; other
    /// settings follow, and later ones replace these.
    ///
    /// ```no_run
    /// use std::time::Duration;
    /// use netsapiens_connections::ClientBuilder;
    ///
    /// let client = ClientBuilder::from_env()?.timeout(Duration::from_secs(10)).build()?;
    /// # drop(client);
    /// # Ok::<(), netsapiens_connections::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`ErrorKind::Configuration`](crate::ErrorKind::Configuration) when one of the variables is
    /// missing, empty or malformed: the error names it.
    pub fn from_env() -> Result<Self, Error> {
        Self::from_variables(|name| std::env::var(name))
    }

    fn from_variables(variable: impl Fn(&str) -> Result<String, VarError>) -> Result<Self, Error> {
        let read = |name: &str| match variable(name) {
            Ok(value) if !value.trim().is_empty() => Ok(value),
            Ok(_) => Err(Error::configuration(format!("{name} is set and empty"))),
            Err(VarError::NotPresent) => Err(Error::configuration(format!("{name} is not set"))),
            Err(VarError::NotUnicode(_)) => {
                Err(Error::configuration(format!("{name} is not UTF-8")))
            }
        };
        let server = read("NETSAPIENS_SERVER")?;
        let key = Secret::from(read("NETSAPIENS_API_KEY")?);
        let named = |name, error: Error| Error::configuration(format!("{name}: {error}"));
        base_url(&server, false).map_err(|error| named("NETSAPIENS_SERVER", error))?;
        authorization(&key).map_err(|error| named("NETSAPIENS_API_KEY", error))?;
        Ok(Self::default().server(server).api_key(key))
    }

    /// The server: a bare host with or without a port (`pbx.acme.example`, `pbx.acme.example:8443`)
    /// or an `https` URL of nothing but these. `http` is taken for the loopback only, unless
    /// [`ClientBuilder::allow_plain_http`] is called, and goes past the proxies that the
    /// environment names (`HTTP_PROXY`, `ALL_PROXY`); `https` goes through them, unreadable to
    /// them.
    ///
    /// ```
    /// use netsapiens_connections::{Client, ErrorKind};
    ///
    /// let built = |server: &str| Client::builder().server(server).api_key("nss_EXAMPLE").build();
    /// assert!(built("pbx.acme.example:8443").is_ok());
    /// assert!(built("http://127.0.0.1:8080").is_ok());
    /// let error = built("http://pbx.acme.example").unwrap_err(); // shows the key to the network
    /// assert_eq!(error.kind(), ErrorKind::Configuration);
    /// ```
    pub fn server(mut self, server: impl Into<String>) -> Self {
        self.server = Some(Secret::from(Into::<String>::into(server)));
        self
    }

    /// The API key, OAuth2 access token or JWT, without `Bearer` before it. The last call of this
    /// and of [`credential`](Self::credential) counts.
    ///
    /// ```
    /// use netsapiens_connections::{Client, ErrorKind};
    ///
    /// let builder = Client::builder().server("pbx.acme.example");
    /// assert!(builder.clone().api_key("nss_EXAMPLE").build().is_ok());
    /// let error = builder.api_key("Bearer nss_EXAMPLE").build().unwrap_err();
    /// assert_eq!(error.kind(), ErrorKind::Configuration);
    /// ```
    pub fn api_key(mut self, key: impl Into<Secret>) -> Self {
        self.key = Some(Key::Stays(key.into()));
        self
    }

    /// A credential that renews itself, instead of a key that stays: [`Credential`] has an example.
    pub fn credential(mut self, credential: impl Credential) -> Self {
        self.key = Some(Key::Renews(Shared(Arc::new(credential))));
        self
    }

    /// Lets the key and all passwords travel in clear text to a server that is not on the loopback.
    /// For laboratories.
    ///
    /// ```
    /// use netsapiens_connections::Client;
    ///
    /// let lab = Client::builder().server("http://192.0.2.10").api_key("nss_EXAMPLE");
    /// assert!(lab.clone().build().is_err());
    /// assert!(lab.allow_plain_http().build().is_ok());
    /// ```
    pub fn allow_plain_http(mut self) -> Self {
        self.plain_http = true;
        self
    }

    /// Time for making a connection, its TLS handshake included. 10 s by default, and never more
    /// than nine tenths of [`timeout`](Self::timeout) and of [`deadline`](Self::deadline), so that
    /// a server that cannot be reached is an error of kind
    /// [`Connect`](crate::ErrorKind::Connect) whatever these are. See the example of
    /// [`deadline`](Self::deadline).
    pub fn connect_timeout(mut self, timeout: Duration) -> Self {
        self.connect_timeout = timeout;
        self
    }

    /// Time for one attempt, from its beginning to the last byte of the response: it covers finding
    /// the server's address, connecting and TLS where there is no open connection, sending, waiting
    /// and reading. 30 s by default. See the example of [`deadline`](Self::deadline).
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.limits.timeout = timeout;
        self
    }

    /// Time for an operation with all its attempts and the waits between them. 90 s by default.
    ///
    /// ```no_run
    /// # async fn run() -> Result<(), netsapiens_connections::Error> {
    /// use std::time::Duration;
    /// use netsapiens_connections::ClientBuilder;
    ///
    /// let client = ClientBuilder::from_env()?
    ///     .connect_timeout(Duration::from_secs(3)) // of an attempt, for the connection
    ///     .timeout(Duration::from_secs(10)) // of an attempt, all in all
    ///     .deadline(Duration::from_secs(25)) // of all attempts
    ///     .build()?;
    /// println!("{} trunks, in 25 s at most", client.connections().count().await?);
    /// # Ok(())
    /// # }
    /// ```
    pub fn deadline(mut self, deadline: Duration) -> Self {
        self.limits.deadline = deadline;
        self
    }

    /// How often and how soon requests are repeated.
    ///
    /// ```no_run
    /// # async fn run() -> Result<(), netsapiens_connections::Error> {
    /// use netsapiens_connections::{ClientBuilder, RetryPolicy};
    ///
    /// let policy = RetryPolicy::new().max_attempts(6);
    /// let client = ClientBuilder::from_env()?.retry(policy).build()?;
    /// let (total, metadata) = client.connections().count_with_metadata().await?;
    /// println!("{total} trunks, after {} attempts of 6", metadata.attempts());
    /// # Ok(())
    /// # }
    /// ```
    pub fn retry(mut self, policy: RetryPolicy) -> Self {
        self.limits.retry = policy;
        self
    }

    /// Longest body of a response, in bytes: a longer one is an error, so that no server can fill
    /// the memory. 16 MiB by default, some 4 000 trunks as they were captured; a page of a stream,
    /// of at most 1000 trunks, never comes near it.
    ///
    /// Besides its body, a list of captured trunks takes 1.2 times the body. The worst that a
    /// hostile server can do is 13 times the body, by many small fields that this version does not
    /// know, and 2.4 kB per trunk: some 250 MB with both defaults (measured by
    /// `benches/decode.rs`).
    pub fn max_body_bytes(mut self, bytes: usize) -> Self {
        self.limits.body_bytes = bytes;
        self
    }

    /// Most trunks of one response: decoding stops with an error as soon as there are more. 20 000
    /// by default. What a trunk takes in memory does not depend on how short it is in the response,
    /// so `max_body_bytes` alone would not bound it.
    ///
    /// ```no_run
    /// # async fn run() -> Result<(), netsapiens_connections::Error> {
    /// use netsapiens_connections::ClientBuilder;
    ///
    /// // For a system with 30 000 trunks whose list is to be read at once.
    /// let client = ClientBuilder::from_env()?
    ///     .max_trunks(50_000)
    ///     .max_body_bytes(256 << 20)
    ///     .build()?;
    /// println!("{} trunks", client.connections().list().await?.len());
    /// # Ok(())
    /// # }
    /// ```
    pub fn max_trunks(mut self, trunks: usize) -> Self {
        self.limits.trunks = trunks;
        self
    }

    /// How trunks are named in URLs. By pattern unless the server is known to be v46 or later.
    ///
    /// ```no_run
    /// # async fn run() -> Result<(), netsapiens_connections::Error> {
    /// use netsapiens_connections::{Addressing, ClientBuilder};
    ///
    /// let client = ClientBuilder::from_env()?.addressing(Addressing::Base64Id).build()?;
    /// let trunks = client.domain("acme.example")?.connections();
    /// // The `:` could not stand in a path; its base64 can.
    /// println!("{}", trunks.get("sip:*@acme-pri.example").await?.is_some());
    /// # Ok(())
    /// # }
    /// ```
    pub fn addressing(mut self, addressing: Addressing) -> Self {
        self.addressing = addressing;
        self
    }

    /// A tag for the vendor's own logs, sent as `X-NetSapiens-Log` (documented). None by default.
    ///
    /// ```
    /// use netsapiens_connections::{Client, ErrorKind};
    ///
    /// let builder = Client::builder().server("pbx.acme.example").api_key("nss_EXAMPLE");
    /// assert!(builder.clone().log_tag("acme-portal").build().is_ok());
    /// let error = builder.log_tag("two\nlines").build().unwrap_err();
    /// assert_eq!(error.kind(), ErrorKind::Configuration);
    /// ```
    pub fn log_tag(mut self, tag: impl Into<String>) -> Self {
        self.log_tag = Some(tag.into());
        self
    }

    /// Calls a function after each attempt of each operation, for metrics. It runs on the task that
    /// waits for the operation, so it should be quick. [`observability`](crate::observability) has
    /// an example.
    pub fn on_attempt(mut self, observer: impl Fn(&Attempt) + Send + Sync + 'static) -> Self {
        self.observer = Some(Observer(Arc::new(observer)));
        self
    }

    /// Makes the client. Nothing is sent.
    ///
    /// ```
    /// use netsapiens_connections::Client;
    ///
    /// let error = Client::builder().server("pbx.acme.example").build().unwrap_err();
    /// assert_eq!(error.to_string(), "no API key was given: call `api_key`");
    /// ```
    ///
    /// # Errors
    /// [`ErrorKind::Configuration`](crate::ErrorKind::Configuration) when the server or the key is
    /// missing or malformed, when the tag or the user agent cannot be a header, when a proxy, a root
    /// certificate or an identity is none, when TLS cannot be set up, and for `https` in a build
    /// without TLS. What other libraries say of it is the error's `source`.
    pub fn build(self) -> Result<Client, Error> {
        let server = self
            .server
            .ok_or_else(|| Error::configuration("no server was given: call `server`"))?;
        let key = self
            .key
            .ok_or_else(|| Error::configuration("no API key was given: call `api_key`"))?;
        let credential = match key {
            Key::Stays(key) => {
                authorization(&key)?;
                Shared(Arc::new(key))
            }
            Key::Renews(credential) => credential,
        };
        let base = base_url(server.expose_secret(), self.plain_http)?;

        let mut headers = HeaderMap::new();
        if let Some(tag) = self.log_tag {
            headers.insert(LOG_TAG, log_tag(&tag)?);
        }

        let connecting = time_to_connect(self.connect_timeout, &self.limits);
        let http = self.http.client(&base, self.plain_http, connecting)?;

        Ok(Client {
            transport: Transport {
                raw: generated::Client::new_with_client(
                    &with_base_path(&base),
                    http,
                    Credentials(headers),
                ),
                credential,
                limits: self.limits,
                observer: self.observer,
            },
            addressing: self.addressing,
        })
    }
}

/// Time for connecting: it is up before the attempt is, so that a connection that did not come
/// about is known as such. Timers have a resolution of a millisecond.
fn time_to_connect(asked: Duration, limits: &Limits) -> Duration {
    let before = |bound: Duration| {
        let margin = (bound / 10).max(Duration::from_millis(2));
        bound - margin.min(bound / 2)
    };
    asked
        .min(before(limits.timeout))
        .min(before(limits.deadline))
}

/// The server, as a URL of nothing else. Whatever could send the key elsewhere is refused: user
/// info, paths, queries, fragments.
fn base_url(server: &str, plain_http: bool) -> Result<Url, Error> {
    let refuse = |reason: &str| {
        Err(Error::configuration(format!(
            "the server was refused: {reason}; give a host name or `https://host`"
        )))
    };
    let server = server.trim();
    let text = if server.contains("://") {
        server.to_owned()
    } else {
        format!("https://{server}")
    };
    // `http:host` and `https:/host` are URLs too, and the parser mends backslashes.
    if server.contains('\\') || text.matches("://").count() != 1 {
        return refuse("it is neither a host nor a URL");
    }
    let Ok(url) = Url::parse(&text) else {
        return refuse("it is neither a host nor a URL");
    };
    let host = url.host_str().unwrap_or_default();
    if host.is_empty() {
        return refuse("it has no host");
    }
    if !url.username().is_empty() || url.password().is_some() || text.contains('@') {
        return refuse("it has user info before an `@`");
    }
    if url.path() != "/" || url.query().is_some() || url.fragment().is_some() {
        return refuse("it has a path, a query or a fragment; `/ns-api/v2` is added by the client");
    }
    let ip = host
        .trim_start_matches('[')
        .trim_end_matches(']')
        .parse::<IpAddr>();
    let loopback = host == "localhost" || ip.is_ok_and(|ip| ip.is_loopback());
    match url.scheme() {
        "https" => {}
        "http" if loopback || plain_http => {}
        "http" => return refuse("plain http would show the key to the network"),
        _ => return refuse("its scheme is not https"),
    }
    Ok(url)
}

/// The base of all URLs.
fn with_base_path(server: &Url) -> String {
    format!("{}{BASE_PATH}", server.as_str().trim_end_matches('/'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn servers_that_are_taken() {
        let table = [
            ("pbx.acme.example", "https://pbx.acme.example/ns-api/v2"),
            (
                "pbx.acme.example:8443",
                "https://pbx.acme.example:8443/ns-api/v2",
            ),
            (" pbx.acme.example ", "https://pbx.acme.example/ns-api/v2"),
            (
                "https://pbx.acme.example",
                "https://pbx.acme.example/ns-api/v2",
            ),
            (
                "https://pbx.acme.example/",
                "https://pbx.acme.example/ns-api/v2",
            ),
            (
                "HTTPS://PBX.acme.example",
                "https://pbx.acme.example/ns-api/v2",
            ),
            ("192.0.2.10", "https://192.0.2.10/ns-api/v2"),
            ("[2001:db8::1]:8443", "https://[2001:db8::1]:8443/ns-api/v2"),
            ("http://127.0.0.1:8080", "http://127.0.0.1:8080/ns-api/v2"),
            ("http://localhost:8080", "http://localhost:8080/ns-api/v2"),
            ("http://[::1]:8080", "http://[::1]:8080/ns-api/v2"),
        ];
        for (server, base) in table {
            assert_eq!(
                base_url(server, false).ok().as_ref().map(with_base_path),
                Some(base.to_owned()),
                "{server}"
            );
        }
    }

    #[test]
    fn servers_that_could_take_the_key_elsewhere_are_refused() {
        let table = [
            "",
            " ",
            "https://",
            "pbx.acme.example@evil.example",
            "https://key@pbx.acme.example",
            "https://user:key@pbx.acme.example",
            "https://@pbx.acme.example",
            "pbx.acme.example/ns-api/v2",
            "https://pbx.acme.example/elsewhere",
            "pbx.acme.example?x=1",
            "pbx.acme.example?",
            "pbx.acme.example#part",
            "pbx.acme.example\\@evil.example",
            "https://pbx.acme.example\\evil",
            "http://pbx.acme.example",
            "http://127.0.0.1.evil.example",
            "http://localhost.evil.example",
            "ftp://pbx.acme.example",
            "javascript://pbx.acme.example",
            "https://https://pbx.acme.example",
            "two words",
            "pbx.acme.example:notaport",
        ];
        for server in table {
            assert!(base_url(server, false).is_err(), "{server:?}");
        }
    }

    #[test]
    fn plain_http_is_taken_when_it_is_asked_for() {
        assert_eq!(
            base_url("http://pbx.acme.example", true)
                .ok()
                .as_ref()
                .map(with_base_path)
                .as_deref(),
            Some("http://pbx.acme.example/ns-api/v2")
        );
    }

    #[test]
    fn a_refused_server_is_not_repeated_in_the_message() {
        let error = base_url("https://user:sentinel-password@pbx.acme.example", false).unwrap_err();
        assert!(
            !format!("{error} {error:?}").contains("sentinel"),
            "{error}"
        );
        assert!(error.to_string().contains("user info"), "{error}");
    }

    #[test]
    fn a_wrong_variable_is_named() {
        let good = ("pbx.acme.example", "nss_EXAMPLE");
        let table = [
            (None, Some(good.1), "NETSAPIENS_SERVER is not set"),
            (Some(good.0), None, "NETSAPIENS_API_KEY is not set"),
            (
                Some("  "),
                Some(good.1),
                "NETSAPIENS_SERVER is set and empty",
            ),
            (
                Some(good.0),
                Some(""),
                "NETSAPIENS_API_KEY is set and empty",
            ),
            (
                Some("http://pbx.acme.example"),
                Some(good.1),
                "NETSAPIENS_SERVER: the server was refused: plain http would show the key",
            ),
            (
                Some(good.0),
                Some("nss with spaces"),
                "NETSAPIENS_API_KEY: the API key has a character that no key has",
            ),
        ];
        for (server, key, beginning) in table {
            let lookup = |name: &str| {
                let value = if name == "NETSAPIENS_SERVER" {
                    server
                } else {
                    key
                };
                value.map(str::to_owned).ok_or(VarError::NotPresent)
            };
            let error = ClientBuilder::from_variables(lookup).unwrap_err();
            assert!(error.to_string().starts_with(beginning), "{error}");
            assert_eq!(error.kind(), crate::ErrorKind::Configuration);
        }
    }

    /// Run with `--no-default-features`.
    #[cfg(not(feature = "__tls"))]
    #[test]
    fn a_build_without_tls_refuses_https_and_takes_http() {
        let built = |server: &str| {
            Client::builder()
                .server(server)
                .api_key("nss_EXAMPLE")
                .build()
        };
        let error = built("pbx.acme.example").unwrap_err();
        assert_eq!(error.kind(), crate::ErrorKind::Configuration);
        assert_eq!(
            error.to_string(),
            "this build has no TLS, which an `https` server needs. Enable the feature `rustls`, \
             `ring` or `native-tls` of netsapiens-connections"
        );
        assert!(built("http://127.0.0.1:8080").is_ok());
    }

    #[test]
    fn both_variables_make_a_client() {
        let lookup = |name: &str| {
            Ok(if name == "NETSAPIENS_SERVER" {
                "http://127.0.0.1:8080"
            } else {
                "nss_EXAMPLE"
            }
            .to_owned())
        };
        assert!(ClientBuilder::from_variables(lookup).is_ok());
    }
}
