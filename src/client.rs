//! The client and its settings: server, credential, timeouts, limits, retries.

use std::env::VarError;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use reqwest::Url;
use reqwest::header::HeaderValue;

use crate::credential::{Credential, Shared, authorization};
use crate::error::Error;
use crate::http::HttpSettings;
use crate::observability::{Attempt, Observer};
use crate::retry::RetryPolicy;
use crate::transport::{Limits, Transport};
use crate::values::{Addressing, Secret};

const BASE_PATH: &str = "/ns-api/v2";

/// A client of one server. Cloning is cheap; clones share one connection pool.
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
    /// Returns a builder, for a client with settings of your own.
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

    /// Builds a client from the environment variables `NETSAPIENS_SERVER` and `NETSAPIENS_API_KEY`.
    /// To add other settings, use [`ClientBuilder::from_env`].
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

    /// Returns the same client with another retry policy, for a single call for example.
    ///
    /// ```no_run
    /// # use netsapiens_connections::{Client, Error};
    /// # async fn run(client: Client) -> Result<(), Error> {
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

    /// Returns the same client with another deadline for an operation with all its attempts: see
    /// [`ClientBuilder::deadline`]. The timeout of an attempt stays and is cut off by the deadline.
    /// The connect timeout stays too and is not adapted: a server that cannot be reached is then
    /// reported as a timeout if the deadline is shorter.
    ///
    /// ```no_run
    /// # use netsapiens_connections::{Client, Error};
    /// # async fn run(client: Client) -> Result<(), Error> {
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

    /// Returns the same client with another tag for the server's own logs: see
    /// [`ClientBuilder::log_tag`].
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
    /// [`ErrorKind::Configuration`](crate::ErrorKind::Configuration) when the tag is not a valid
    /// header value.
    pub fn with_log_tag(&self, tag: impl AsRef<str>) -> Result<Self, Error> {
        let mut client = self.clone();
        client.transport.log_tag = Some(log_tag(tag.as_ref())?);
        Ok(client)
    }
}

/// A header value that `Debug` of the client does not show.
fn log_tag(tag: &str) -> Result<HeaderValue, Error> {
    let mut tag = HeaderValue::from_str(tag).map_err(|error| {
        Error::configuration("the log tag cannot be a header value").caused_by(error)
    })?;
    tag.set_sensitive(true);
    Ok(tag)
}

/// Settings of a [`Client`]. Server and credential are required; the rest has defaults.
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
    /// A secret, since a URL may have a password in it; only `build` refuses one.
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

/// The credential as it was given.
#[derive(Debug, Clone)]
enum Key {
    /// An API key, which `build` checks.
    Fixed(Secret),
    Renewed(Shared),
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
    /// Takes the server from `NETSAPIENS_SERVER` and the key from `NETSAPIENS_API_KEY`. Further
    /// settings can be added; later calls replace earlier ones.
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

    /// The server: a host with or without a port (`pbx.acme.example`, `pbx.acme.example:8443`), or
    /// an `https` URL with only these parts.
    ///
    /// Plain `http` is accepted for the loopback, and for other hosts after
    /// [`ClientBuilder::allow_plain_http`]. It ignores the proxies in the environment
    /// (`HTTP_PROXY`, `ALL_PROXY`), which could read the key. `https` uses them, and they cannot
    /// read it.
    ///
    /// ```
    /// use netsapiens_connections::{Client, ErrorKind};
    ///
    /// let built = |server: &str| Client::builder().server(server).api_key("nss_EXAMPLE").build();
    /// assert!(built("pbx.acme.example:8443").is_ok());
    /// assert!(built("http://127.0.0.1:8080").is_ok());
    /// let error = built("http://pbx.acme.example").unwrap_err(); // would expose the key
    /// assert_eq!(error.kind(), ErrorKind::Configuration);
    /// ```
    pub fn server(mut self, server: impl Into<String>) -> Self {
        self.server = Some(Secret::from(Into::<String>::into(server)));
        self
    }

    /// The API key, OAuth2 access token or JWT, without `Bearer`. The last call of this and of
    /// [`credential`](Self::credential) counts.
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
        self.key = Some(Key::Fixed(key.into()));
        self
    }

    /// A credential that can be renewed, instead of a fixed key. [`Credential`] has an example.
    pub fn credential(mut self, credential: impl Credential) -> Self {
        self.key = Some(Key::Renewed(Shared(Arc::new(credential))));
        self
    }

    /// Allows plain `http` to a server that is not on the loopback: the key and all passwords are
    /// sent in clear text. For test labs only.
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

    /// Timeout for establishing a connection, including the TLS handshake. 10 s by default, and at
    /// most nine tenths of [`timeout`](Self::timeout) and of [`deadline`](Self::deadline), so that
    /// a server that cannot be reached is always an error of kind
    /// [`Connect`](crate::ErrorKind::Connect). See the example of [`deadline`](Self::deadline).
    pub fn connect_timeout(mut self, timeout: Duration) -> Self {
        self.connect_timeout = timeout;
        self
    }

    /// Timeout of one attempt, from its beginning to the last byte of the response. It includes
    /// DNS, connecting and TLS where there is no open connection. 30 s by default. See the example
    /// of [`deadline`](Self::deadline).
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.limits.timeout = timeout;
        self
    }

    /// Deadline of an operation with all its attempts and the waits between them. 90 s by default.
    ///
    /// ```no_run
    /// # async fn run() -> Result<(), netsapiens_connections::Error> {
    /// use std::time::Duration;
    /// use netsapiens_connections::ClientBuilder;
    ///
    /// let client = ClientBuilder::from_env()?
    ///     .connect_timeout(Duration::from_secs(3)) // of one connection
    ///     .timeout(Duration::from_secs(10)) // of one attempt, connecting included
    ///     .deadline(Duration::from_secs(25)) // of all attempts together
    ///     .build()?;
    /// println!("{} trunks, within 25 s", client.connections().count().await?);
    /// # Ok(())
    /// # }
    /// ```
    pub fn deadline(mut self, deadline: Duration) -> Self {
        self.limits.deadline = deadline;
        self
    }

    /// How often and after which wait requests are retried.
    ///
    /// ```no_run
    /// # async fn run() -> Result<(), netsapiens_connections::Error> {
    /// use netsapiens_connections::{ClientBuilder, RetryPolicy};
    ///
    /// let policy = RetryPolicy::new().max_attempts(6);
    /// let client = ClientBuilder::from_env()?.retry(policy).build()?;
    /// let (total, metadata) = client.connections().count().with_metadata().await?;
    /// println!("{total} trunks, after {} attempts of 6", metadata.attempts());
    /// # Ok(())
    /// # }
    /// ```
    pub fn retry(mut self, policy: RetryPolicy) -> Self {
        self.limits.retry = policy;
        self
    }

    /// Limit for the body of a response, in bytes. A longer one is an error, so that no server can
    /// exhaust the memory. 16 MiB by default, which is about 4 000 trunks of the captured size; a
    /// page of a stream has at most 1000.
    ///
    /// A decoded list of captured trunks takes 1.2 times its body, in addition to the body. A
    /// hostile server can cause 13 times the body, with many small unknown fields, and 2.4 kB per
    /// trunk: about 250 MB with both defaults (measured by `benches/decode.rs`). See the example of
    /// [`max_trunks`](Self::max_trunks).
    pub fn max_body_bytes(mut self, bytes: usize) -> Self {
        self.limits.body_bytes = bytes;
        self
    }

    /// Limit for the number of trunks in one response. Decoding stops with an error as soon as
    /// there are more. 20 000 by default. The size of a trunk in memory does not depend on its size
    /// in the response, so `max_body_bytes` alone would not limit the memory.
    ///
    /// ```no_run
    /// # async fn run() -> Result<(), netsapiens_connections::Error> {
    /// use netsapiens_connections::ClientBuilder;
    ///
    /// // For a list of 30 000 trunks in one response.
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

    /// How trunks are addressed in URLs: by pattern by default, or by base64 for servers from v46.
    ///
    /// ```no_run
    /// # async fn run() -> Result<(), netsapiens_connections::Error> {
    /// use netsapiens_connections::{Addressing, ClientBuilder};
    ///
    /// let client = ClientBuilder::from_env()?.addressing(Addressing::Base64Id).build()?;
    /// let trunks = client.domain("acme.example")?.connections();
    /// // A pattern with a `:` can only be addressed by its base64.
    /// println!("{}", trunks.get("sip:*@acme-pri.example").await?.is_some());
    /// # Ok(())
    /// # }
    /// ```
    pub fn addressing(mut self, addressing: Addressing) -> Self {
        self.addressing = addressing;
        self
    }

    /// A tag for the server's own logs, sent as `X-NetSapiens-Log` (documented). None by default.
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

    /// Calls this function after each attempt of each operation, for metrics. It runs on the task
    /// that awaits the operation, so it must not block. [`observability`](crate::observability) has
    /// an example.
    pub fn on_attempt(mut self, observer: impl Fn(&Attempt) + Send + Sync + 'static) -> Self {
        self.observer = Some(Observer(Arc::new(observer)));
        self
    }

    /// Builds the client. Nothing is sent.
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
    /// missing or malformed, when the tag or the user agent is not a valid header value, when a
    /// proxy URL, a root certificate or an identity is malformed, when TLS cannot be set up, and
    /// for `https` in a build without TLS. The error of another library, if there is one, is the
    /// `source`.
    pub fn build(self) -> Result<Client, Error> {
        let server = self
            .server
            .ok_or_else(|| Error::configuration("no server was given: call `server`"))?;
        let key = self
            .key
            .ok_or_else(|| Error::configuration("no API key was given: call `api_key`"))?;
        let credential = match key {
            Key::Fixed(key) => {
                authorization(&key)?;
                Shared(Arc::new(key))
            }
            Key::Renewed(credential) => credential,
        };
        let base = base_url(server.expose_secret(), self.plain_http)?;

        let log_tag = self.log_tag.as_deref().map(log_tag).transpose()?;
        let connect_timeout = connect_timeout(self.connect_timeout, &self.limits);
        let http = self.http.client(&base, self.plain_http, connect_timeout)?;

        Ok(Client {
            transport: Transport {
                http,
                base: with_base_path(&base),
                log_tag,
                credential,
                limits: self.limits,
                observer: self.observer,
            },
            addressing: self.addressing,
        })
    }
}

/// The connect timeout, shortened so that it ends before the attempt does: a failure to connect is
/// then reported as one. Timers have a resolution of a millisecond.
fn connect_timeout(asked: Duration, limits: &Limits) -> Duration {
    let before = |bound: Duration| {
        let margin = (bound / 10).max(Duration::from_millis(2));
        bound - margin.min(bound / 2)
    };
    asked
        .min(before(limits.timeout))
        .min(before(limits.deadline))
}

/// The server as a URL of scheme, host and port. Other parts are refused, since they could send the
/// key to another place: user info, path, query, fragment.
fn base_url(server: &str, plain_http: bool) -> Result<Url, Error> {
    let refuse = |reason: &str| {
        Err(Error::configuration(format!(
            "the server is invalid: {reason}; give a host name or `https://host`"
        )))
    };
    let server = server.trim();
    let text = if server.contains("://") {
        server.to_owned()
    } else {
        format!("https://{server}")
    };
    // The parser also accepts `http:host` and `https:/host`, and replaces backslashes.
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
        "http" => return refuse("plain http would expose the key"),
        _ => return refuse("its scheme is not https"),
    }
    Ok(url)
}

/// The common prefix of all URLs.
fn with_base_path(server: &Url) -> String {
    format!("{}{BASE_PATH}", server.as_str().trim_end_matches('/'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn valid_servers() {
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
    fn servers_that_could_redirect_the_key_are_refused() {
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
    fn plain_http_is_accepted_when_it_is_allowed() {
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
                "NETSAPIENS_SERVER: the server is invalid: plain http would expose the key",
            ),
            (
                Some(good.0),
                Some("nss with spaces"),
                "NETSAPIENS_API_KEY: the API key has an invalid character",
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
    fn a_build_without_tls_refuses_https_and_accepts_http() {
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
