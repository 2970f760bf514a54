//! Connections that fail, over real sockets and real TLS: each error says why and what to do.

use std::error::Error as _;
use std::net::Ipv4Addr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use netsapiens_connections::{Client, ClientBuilder, Error, ErrorKind, RetryPolicy};
use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DnType, ExtendedKeyUsagePurpose, IsCa,
    KeyPair, date_time_ymd,
};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::crypto::{CryptoProvider, aws_lc_rs};
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::rustls::server::WebPkiClientVerifier;
use tokio_rustls::rustls::server::danger::ClientCertVerifier;
use tokio_rustls::rustls::{RootCertStore, ServerConfig};

const KEY: &str = "nss_EXAMPLE";

/// The server's, whatever the client has.
fn provider() -> Arc<CryptoProvider> {
    Arc::new(aws_lc_rs::default_provider())
}

/// A private CA.
fn authority() -> CertifiedIssuer<'static, KeyPair> {
    authority_named("Acme")
}

/// OpenSSL takes a certificate for self-signed whose name is that of its issuer.
fn authority_named(name: &str) -> CertifiedIssuer<'static, KeyPair> {
    let mut params = CertificateParams::new(Vec::<String>::new()).unwrap();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.distinguished_name.push(DnType::CommonName, name);
    CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap()
}

/// What a good certificate of a server on the loopback has.
fn server_params() -> CertificateParams {
    CertificateParams::new(["localhost".to_owned()]).unwrap()
}

/// A server that responds with an empty list over TLS.
struct TlsServer {
    port: u16,
    connections: Arc<AtomicUsize>,
}

impl TlsServer {
    async fn start(certificate: CertificateDer<'static>, key: &KeyPair) -> Self {
        Self::asking(certificate, key, WebPkiClientVerifier::no_client_auth()).await
    }

    /// A server that asks clients for a certificate.
    async fn asking(
        certificate: CertificateDer<'static>,
        key: &KeyPair,
        clients: Arc<dyn ClientCertVerifier>,
    ) -> Self {
        let key = PrivateKeyDer::try_from(key.serialize_der()).unwrap();
        let config = ServerConfig::builder_with_provider(provider())
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_client_cert_verifier(clients)
            .with_single_cert(vec![certificate], key)
            .unwrap();
        let acceptor = TlsAcceptor::from(Arc::new(config));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let connections = Arc::new(AtomicUsize::new(0));
        let counted = Arc::clone(&connections);
        tokio::spawn(async move {
            while let Ok((socket, _)) = listener.accept().await {
                counted.fetch_add(1, Ordering::SeqCst);
                let mut socket = match acceptor.accept(socket).into_fallible().await {
                    Ok(socket) => socket,
                    Err((_, mut socket)) => {
                        // Closed with something unread, it would be reset, and the alert lost.
                        let _ = socket.shutdown().await;
                        let _ = socket.read_to_end(&mut Vec::new()).await;
                        continue;
                    }
                };
                let _ = socket.read(&mut [0; 4096]).await;
                let response = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n\
                    content-length: 2\r\nconnection: close\r\n\r\n[]";
                let _ = socket.write_all(response).await;
                let _ = socket.shutdown().await;
            }
        });
        Self { port, connections }
    }

    /// A server with a certificate that an authority has signed, which asks clients for one.
    async fn asking_clients_of(authority: &CertifiedIssuer<'_, KeyPair>) -> Self {
        let mut roots = RootCertStore::empty();
        roots.add(authority.der().clone()).unwrap();
        let clients = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider())
            .build()
            .unwrap();
        let key = KeyPair::generate().unwrap();
        let certificate = server_params().signed_by(&key, authority).unwrap();
        Self::asking(certificate.der().clone(), &key, clients).await
    }

    /// A server with a certificate that an authority has signed.
    async fn signed_by(
        authority: &CertifiedIssuer<'_, KeyPair>,
        params: CertificateParams,
    ) -> Self {
        let key = KeyPair::generate().unwrap();
        let certificate = params.signed_by(&key, authority).unwrap();
        Self::start(certificate.der().clone(), &key).await
    }

    /// A server with a certificate that it has signed itself.
    async fn self_signed(params: CertificateParams) -> Self {
        let key = KeyPair::generate().unwrap();
        let certificate = params.self_signed(&key).unwrap();
        Self::start(certificate.der().clone(), &key).await
    }

    fn connections(&self) -> usize {
        self.connections.load(Ordering::SeqCst)
    }
}

/// A client of `https://localhost` that tries twice.
fn builder(port: u16) -> ClientBuilder {
    let twice = RetryPolicy::new()
        .max_attempts(2)
        .initial_backoff(Duration::from_millis(1));
    Client::builder()
        .server(format!("localhost:{port}"))
        .api_key(KEY)
        .retry(twice)
}

async fn failure(builder: ClientBuilder) -> Error {
    let client = builder.build().unwrap();
    client.connections().list_unchecked().await.unwrap_err()
}

/// A certificate's problem is an error of its own that is not retried, and shows no host.
async fn expect_certificate_error(server: &TlsServer, builder: ClientBuilder, message: &str) {
    let error = failure(builder).await;
    // Other libraries have a word of their own for each case, in the source.
    let message = match cfg!(feature = "__rustls") {
        true => message,
        false if message.contains("client") => message,
        false => UNVERIFIED,
    };
    show(message);
    assert_eq!(error.to_string(), format!("list_connections: {message}"));
    assert_eq!(error.kind(), ErrorKind::Certificate);
    assert!(error.is_certificate());
    assert!(!error.is_connect() && !error.is_retryable() && !error.may_have_been_sent());
    assert_eq!((error.attempts(), server.connections()), (1, 1));
    assert!(error.source().is_some());
    expect_no_address(&error, server.port);
}

const UNVERIFIED: &str = "the server's certificate could not be verified. The error's `source` has \
    the details. If you trust the issuer, add it to the system's trust store or give it to \
    `ClientBuilder::root_certificate_pem`";

/// A row of the table of cases, which `--nocapture` shows.
fn show(message: &str) {
    let case = std::thread::current();
    let case = case.name().unwrap_or_default().trim_start_matches("tls::");
    println!("| {} | {message} |", case.replace('_', " "));
}

fn expect_no_address(error: &Error, port: u16) {
    let printed = format!("{error} {error:?} {error:#?}");
    let port = port.to_string();
    for part in [
        "localhost",
        "elsewhere",
        "127.0.0.1",
        "invalid.",
        &port,
        KEY,
    ] {
        assert!(!printed.contains(part), "{part} in {printed}");
    }
}

#[tokio::test]
async fn a_private_root_certificate_is_trusted() {
    let authority = authority();
    let server = TlsServer::signed_by(&authority, server_params()).await;
    let client = builder(server.port)
        .root_certificate_pem(authority.pem())
        .build()
        .unwrap();
    assert_eq!(
        client.connections().list_unchecked().await.unwrap().len(),
        0
    );
}

#[tokio::test]
async fn several_root_certificates_are_trusted_from_one_text_and_from_several() {
    let [first, second, third] = ["First", "Second", "Third"].map(authority_named);
    for issuer in [&first, &second, &third] {
        let server = TlsServer::signed_by(issuer, server_params()).await;
        let client = builder(server.port)
            .root_certificate_pem(format!("{}\n{}", first.pem(), second.pem()))
            .root_certificate_pem(third.pem())
            .build()
            .unwrap();
        assert_eq!(
            client.connections().list_unchecked().await.unwrap().len(),
            0
        );
    }
}

#[tokio::test]
async fn an_expired_certificate_says_so() {
    let authority = authority();
    let mut params = server_params();
    params.not_before = date_time_ymd(2001, 1, 1);
    params.not_after = date_time_ymd(2002, 1, 1);
    let server = TlsServer::signed_by(&authority, params).await;
    let trusting = builder(server.port).root_certificate_pem(authority.pem());
    let message = "the server's certificate has expired. The server's operator has to renew it, \
        unless this machine's clock is wrong";
    expect_certificate_error(&server, trusting, message).await;
}

#[tokio::test]
async fn a_certificate_of_the_future_says_so() {
    let authority = authority();
    let mut params = server_params();
    params.not_before = date_time_ymd(3001, 1, 1);
    params.not_after = date_time_ymd(3002, 1, 1);
    let server = TlsServer::signed_by(&authority, params).await;
    let trusting = builder(server.port).root_certificate_pem(authority.pem());
    let message = "the server's certificate is not valid yet. Check this machine's clock";
    expect_certificate_error(&server, trusting, message).await;
}

#[tokio::test]
async fn a_certificate_for_another_name_says_so_and_names_no_host() {
    let authority = authority();
    let params = CertificateParams::new(["elsewhere.acme.example".to_owned()]).unwrap();
    let server = TlsServer::signed_by(&authority, params).await;
    let trusting = builder(server.port).root_certificate_pem(authority.pem());
    let message = "the server's certificate is for another host name. Give the server by a name \
        that its certificate has";
    expect_certificate_error(&server, trusting, message).await;
}

const UNTRUSTED: &str = "the server's certificate is self-signed or from an issuer that this \
    machine does not trust. If you trust the issuer, add it to the system's trust store or give it \
    to `ClientBuilder::root_certificate_pem`";

#[tokio::test]
async fn an_unknown_issuer_says_so() {
    let server = TlsServer::signed_by(&authority(), server_params()).await;
    expect_certificate_error(&server, builder(server.port), UNTRUSTED).await;
}

#[tokio::test]
async fn a_self_signed_certificate_says_so() {
    let server = TlsServer::self_signed(server_params()).await;
    expect_certificate_error(&server, builder(server.port), UNTRUSTED).await;
}

#[tokio::test]
async fn a_self_signed_certificate_of_an_authority_says_so() {
    let mut params = server_params();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let server = TlsServer::self_signed(params).await;
    let message = "the server's certificate is a CA certificate, as self-signed ones often are, \
        and not one of a server. The server's operator has to replace it";
    expect_certificate_error(&server, builder(server.port), message).await;
}

#[tokio::test]
async fn a_certificate_for_clients_only_says_so() {
    let authority = authority();
    let mut params = server_params();
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
    let server = TlsServer::signed_by(&authority, params).await;
    let trusting = builder(server.port).root_certificate_pem(authority.pem());
    let message = "the server's certificate is not meant for servers. The server's operator has \
        to replace it";
    expect_certificate_error(&server, trusting, message).await;
}

#[tokio::test]
async fn a_forged_certificate_with_the_issuers_name_is_not_trusted() {
    let server = TlsServer::signed_by(&authority(), server_params()).await;
    // Another key under the same name.
    let trusting = builder(server.port).root_certificate_pem(authority().pem());
    let error = failure(trusting).await;
    assert!(error.is_certificate(), "{error:?}");
    assert_eq!((error.attempts(), server.connections()), (1, 1));
}

/// A connection that failed for another reason: retried, certainly not sent.
fn expect_connect_error(error: &Error, port: u16, message: &str) {
    show(message);
    assert_eq!(error.to_string(), format!("list_connections: {message}"));
    assert_eq!(error.kind(), ErrorKind::Connect);
    assert!(error.is_connect() && error.is_retryable() && !error.may_have_been_sent());
    assert!(!error.is_timeout() && !error.is_certificate());
    assert!(error.source().is_some());
    expect_no_address(error, port);
}

/// A plain TCP server that handles each connection with a function.
async fn tcp<F: Future<Output = ()> + Send + 'static>(
    meet: impl Fn(tokio::net::TcpStream) -> F + Send + 'static,
) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        while let Ok((socket, _)) = listener.accept().await {
            tokio::spawn(meet(socket));
        }
    });
    port
}

#[cfg(feature = "__rustls")]
#[tokio::test]
async fn https_to_an_http_port_says_so() {
    let port = tcp(async |mut socket| {
        let _ = socket.read(&mut [0; 4096]).await;
        let response = b"HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\n\r\n";
        let _ = socket.write_all(response).await;
    })
    .await;
    let message = "the server does not speak TLS on this port (after 2 attempts). Check that the \
        port is one for https";
    expect_connect_error(&failure(builder(port)).await, port, message);
}

#[cfg(feature = "__rustls")]
#[tokio::test]
async fn a_port_that_closes_at_the_handshake_says_so() {
    let port = tcp(async |mut socket| {
        let _ = socket.read(&mut [0; 4096]).await;
    })
    .await;
    let message = "the connection was closed during the TLS handshake (after 2 attempts). Check \
        that the port is one for https, and the firewalls on the way";
    expect_connect_error(&failure(builder(port)).await, port, message);
}

#[cfg(feature = "__rustls")]
#[tokio::test]
async fn a_server_that_refuses_the_handshake_says_so() {
    let port = tcp(async |mut socket| {
        let _ = socket.read(&mut [0; 4096]).await;
        // Alert, TLS 1.2, two bytes: fatal, protocol version.
        let _ = socket
            .write_all(&[0x15, 0x03, 0x03, 0x00, 0x02, 0x02, 0x46])
            .await;
        let _ = socket.read(&mut [0; 4096]).await;
    })
    .await;
    let message = "the TLS handshake failed (after 2 attempts). The server has to offer TLS 1.2 \
        or later for this host name";
    expect_connect_error(&failure(builder(port)).await, port, message);
}

#[tokio::test]
async fn a_closed_port_says_so() {
    // Bound and not listening: nobody else gets the port while the test runs.
    let socket = tokio::net::TcpSocket::new_v4().unwrap();
    socket.bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let port = socket.local_addr().unwrap().port();
    let message = "the server refused the connection (after 2 attempts). Check the port, and \
        whether the service is running";
    expect_connect_error(&failure(builder(port)).await, port, message);
}

#[tokio::test]
async fn a_name_that_does_not_resolve_says_so() {
    // `invalid` has no names (RFC 6761).
    let builder = builder(443).server("trunks.invalid");
    let message = "the server's name could not be resolved (after 2 attempts). Check its spelling \
        and this machine's DNS";
    expect_connect_error(&failure(builder).await, 443, message);
}

#[tokio::test]
async fn a_handshake_without_an_end_times_out_as_a_connection() {
    let port = tcp(async |socket| {
        std::future::pending::<()>().await;
        drop(socket);
    })
    .await;
    let builder = builder(port).connect_timeout(Duration::from_millis(50));
    let message = "no connection could be made in time (after 2 attempts). Check the server's \
        name, its port and the firewalls on the way, or raise `ClientBuilder::connect_timeout`";
    expect_connect_error(&failure(builder).await, port, message);
}

/// A certificate with its key as PEM, for clients.
fn identity(authority: &CertifiedIssuer<'_, KeyPair>, expired: bool) -> String {
    let mut params = CertificateParams::new(["acme-portal".to_owned()]).unwrap();
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
    if expired {
        params.not_before = date_time_ymd(2001, 1, 1);
        params.not_after = date_time_ymd(2002, 1, 1);
    }
    let key = KeyPair::generate().unwrap();
    let certificate = params.signed_by(&key, authority).unwrap();
    format!("{}{}", certificate.pem(), key.serialize_pem())
}

#[tokio::test]
async fn a_client_certificate_that_is_asked_for_is_given() {
    let authority = authority();
    let server = TlsServer::asking_clients_of(&authority).await;
    let client = builder(server.port)
        .root_certificate_pem(authority.pem())
        .identity_pem(identity(&authority, false))
        .build()
        .unwrap();
    assert_eq!(
        client.connections().list_unchecked().await.unwrap().len(),
        0
    );
}

#[tokio::test]
async fn a_client_certificate_that_is_asked_for_and_missing_says_so() {
    let authority = authority();
    let server = TlsServer::asking_clients_of(&authority).await;
    let anonymous = builder(server.port).root_certificate_pem(authority.pem());
    let message = "the server requires a client certificate. Give one with \
        `ClientBuilder::identity_pem`";
    expect_certificate_error(&server, anonymous, message).await;
}

#[cfg(feature = "__rustls")]
const CHECK_IDENTITY: &str = "Check what was given to `ClientBuilder::identity_pem`, and which \
    issuers the server trusts";

#[cfg(feature = "__rustls")]
#[tokio::test]
async fn a_client_certificate_of_an_unknown_issuer_says_so() {
    let ours = authority();
    let server = TlsServer::asking_clients_of(&ours).await;
    let foreign = builder(server.port)
        .root_certificate_pem(ours.pem())
        .identity_pem(identity(&authority_named("Other"), false));
    let message = format!(
        "the server does not accept the client's certificate, whose issuer it does not know. \
         {CHECK_IDENTITY}"
    );
    expect_certificate_error(&server, foreign, &message).await;
}

#[cfg(feature = "__rustls")]
#[tokio::test]
async fn an_expired_client_certificate_says_so() {
    let authority = authority();
    let server = TlsServer::asking_clients_of(&authority).await;
    let expired = builder(server.port)
        .root_certificate_pem(authority.pem())
        .identity_pem(identity(&authority, true));
    let message = format!(
        "the server does not accept the client's certificate, which has expired. {CHECK_IDENTITY}"
    );
    expect_certificate_error(&server, expired, &message).await;
}

#[test]
fn an_identity_without_a_key_or_without_a_certificate_is_refused() {
    let authority = authority();
    let whole = identity(&authority, false);
    let (certificate, key) = whole.split_at(whole.find("-----BEGIN PRIVATE").unwrap());
    for pem in ["", "MII", certificate, key] {
        let error = builder(443).identity_pem(pem).build().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Configuration);
        assert_eq!(
            error.to_string(),
            "the client's certificate and key could not be read. Give one PEM string with the \
             certificate and its private key, not encrypted"
        );
        assert!(error.source().is_some());
    }
}

#[test]
fn an_identity_whose_key_stands_before_its_certificate_is_taken() {
    let whole = identity(&authority(), false);
    let (certificate, key) = whole.split_at(whole.find("-----BEGIN PRIVATE").unwrap());
    let reversed = format!("{key}{certificate}");
    assert!(builder(443).identity_pem(reversed).build().is_ok());
}

#[cfg(feature = "__rustls")]
#[test]
fn an_identity_with_the_key_of_another_says_so() {
    let (one, other) = (identity(&authority(), false), identity(&authority(), false));
    let start = |pem: &str| pem.find("-----BEGIN PRIVATE").unwrap();
    let mixed = format!("{}{}", &one[..start(&one)], &other[start(&other)..]);
    let error = builder(443).identity_pem(mixed).build().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Configuration);
    assert_eq!(
        error.to_string(),
        "the client's private key does not belong to its certificate"
    );
}

#[test]
fn an_identity_is_not_shown() {
    let pem = identity(&authority(), false);
    let printed = format!("{:?}", builder(443).identity_pem(pem.as_str()));
    for line in pem.lines() {
        assert!(!printed.contains(line), "{line} in {printed}");
    }
}

#[tokio::test]
async fn a_certificate_is_checked_against_the_name_and_not_the_address_that_was_given() {
    let authority = authority();
    let params = CertificateParams::new(["pbx.acme.example".to_owned()]).unwrap();
    let server = TlsServer::signed_by(&authority, params).await;
    let trusting = || {
        builder(server.port)
            .root_certificate_pem(authority.pem())
            .resolve(Ipv4Addr::LOCALHOST)
    };
    let named = trusting().server(format!("pbx.acme.example:{}", server.port));
    let client = named.build().unwrap();
    assert_eq!(
        client.connections().list_unchecked().await.unwrap().len(),
        0
    );
    let other = trusting().server(format!("other.acme.example:{}", server.port));
    assert!(failure(other).await.is_certificate());
}

/// A proxy that responds to a CONNECT with a status line and, if that is a success, forwards to a
/// loopback port; with everything that it could read of the client.
async fn proxy(status: &'static str, to: u16) -> (u16, UnboundedReceiver<Vec<u8>>) {
    let (seen, read) = unbounded_channel();
    let port = tcp(move |mut socket| {
        let seen = seen.clone();
        async move {
            let mut request = Vec::new();
            while !request.ends_with(b"\r\n\r\n") {
                let Ok(byte) = socket.read_u8().await else {
                    return;
                };
                request.push(byte);
            }
            let _ = seen.send(request);
            let response = format!("HTTP/1.1 {status}\r\n\r\n");
            let _ = socket.write_all(response.as_bytes()).await;
            if !status.starts_with('2') {
                return;
            }
            let mut server = TcpStream::connect(("127.0.0.1", to)).await.unwrap();
            let (mut from_client, mut to_client) = socket.split();
            let (mut from_server, mut to_server) = server.split();
            let up = async {
                let mut bytes = vec![0; 4096];
                while let Ok(read @ 1..) = from_client.read(&mut bytes).await {
                    let _ = seen.send(bytes[..read].to_vec());
                    let _ = to_server.write_all(&bytes[..read]).await;
                }
            };
            let down = tokio::io::copy(&mut from_server, &mut to_client);
            tokio::select! { _ = up => {}, _ = down => {} }
        }
    })
    .await;
    (port, read)
}

#[tokio::test]
async fn a_proxy_is_given_its_password_and_cannot_read_the_key() {
    let authority = authority();
    let server = TlsServer::signed_by(&authority, server_params()).await;
    let (port, mut read) = proxy("200 Connection established", server.port).await;
    let client = builder(server.port)
        .root_certificate_pem(authority.pem())
        .proxy(format!("http://user:EXAMPLE%40@127.0.0.1:{port}"))
        .build()
        .unwrap();
    assert_eq!(
        client.connections().list_unchecked().await.unwrap().len(),
        0
    );
    let mut all = Vec::new();
    while let Ok(some) = read.try_recv() {
        all.extend(some);
    }
    let text = String::from_utf8_lossy(&all);
    let beginning = format!("CONNECT localhost:{} HTTP/1.1\r\n", server.port);
    assert!(text.starts_with(&beginning), "{text}");
    // `printf user:EXAMPLE@ | base64`
    let password = " Basic dXNlcjpFWEFNUExFQA==\r\n";
    assert!(text.contains(password), "{text}");
    assert!(!text.contains(KEY) && !text.contains("ns-api"), "{text}");
}

#[tokio::test]
async fn a_proxy_that_asks_for_a_password_says_so() {
    let (port, _read) = proxy("407 Proxy Authentication Required", 0).await;
    let proxied = builder(443).proxy(format!("http://127.0.0.1:{port}"));
    let message = "the proxy requires a user and a password, or refused those that were given \
        (after 2 attempts). Give them in the URL of `ClientBuilder::proxy`, as in \
        `http://user:password@host:port`";
    expect_connect_error(&failure(proxied).await, port, message);
}

#[tokio::test]
async fn a_proxy_that_does_not_connect_says_so() {
    let (port, _read) = proxy("403 Forbidden", 0).await;
    let proxied = builder(443).proxy(format!("http://127.0.0.1:{port}"));
    let message = "the proxy did not connect to the server (after 2 attempts). Check that it \
        allows connections to the server's name and port";
    expect_connect_error(&failure(proxied).await, port, message);
}

#[test]
fn a_root_certificate_that_is_no_pem_is_refused_before_anything_is_sent() {
    let error = builder(443)
        .root_certificate_pem("MII")
        .build()
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Configuration);
    assert_eq!(
        error.to_string(),
        "a root certificate could not be read. Give PEM, which has a line \
         `-----BEGIN CERTIFICATE-----`"
    );
}

#[test]
fn an_invalid_root_certificate_is_refused_with_the_cause() {
    let pem = "-----BEGIN CERTIFICATE-----\nbm9uc2Vuc2U=\n-----END CERTIFICATE-----\n";
    let error = builder(443).root_certificate_pem(pem).build().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Configuration);
    assert!(error.source().is_some(), "{error:?}");
}

#[test]
fn a_private_key_that_came_with_the_certificate_is_not_shown() {
    let pem = format!("{}{}", authority().pem(), authority().key().serialize_pem());
    let printed = format!("{:?}", builder(443).root_certificate_pem(pem.as_str()));
    for line in pem.lines() {
        assert!(!printed.contains(line), "{line} in {printed}");
    }
}
