//! Connects to a server whose certificate a private certificate authority (CA) has signed.
//!
//! ```console
//! $ cargo run --example private_ca --features fake
//! without the CA: count_connections: the server's certificate is self-signed or from an issuer …
//! with the CA: 3 trunks
//! ```
//!
//! With `NETSAPIENS_SERVER` and `NETSAPIENS_API_KEY` set, and the file of the CA's certificate as
//! the argument, it connects to your server. Otherwise it makes a CA and a server of its own, which
//! passes what comes over TLS on to a fake server.

use std::error::Error;
use std::sync::Arc;

use netsapiens_connections::fake::{FakeServer, SYSTEM_KEY};
use netsapiens_connections::{Client, ClientBuilder};
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use tokio::io::copy_bidirectional;
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::aws_lc_rs;
use tokio_rustls::rustls::pki_types::PrivateKeyDer;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    if let Some(file) = std::env::args().nth(1) {
        let pem = std::fs::read_to_string(file)?;
        return count(ClientBuilder::from_env()?.root_certificate_pem(pem)).await;
    }
    let fake = FakeServer::start().await;
    fake.seed("acme.example", 3);
    let (server, ca) = tls_server(fake.url().replace("http://", "")).await?;
    let builder = Client::builder().server(server).api_key(SYSTEM_KEY);

    // Nobody vouches for the certificate, so nothing is sent: not the key either.
    let stranger = builder.clone().build()?;
    match stranger.connections().count().await {
        Err(error) if error.is_certificate() => println!("without the CA: {error}"),
        other => drop(other?),
    }
    count(builder.root_certificate_pem(ca)).await
}

/// The CA is trusted beside those of the system, and for this client alone.
async fn count(builder: ClientBuilder) -> Result<(), Box<dyn Error>> {
    let client = builder.build()?;
    println!(
        "with the CA: {} trunks",
        client.connections().count().await?
    );
    Ok(())
}

/// Starts a TLS server before another one; gives its host and port, and the CA's certificate.
async fn tls_server(behind: String) -> Result<(String, String), Box<dyn Error>> {
    let mut params = CertificateParams::default();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let ca = CertifiedIssuer::self_signed(params, KeyPair::generate()?)?;
    let key = KeyPair::generate()?;
    let certificate = CertificateParams::new(["localhost".to_owned()])?.signed_by(&key, &ca)?;

    let key = PrivateKeyDer::try_from(key.serialize_der())?;
    let config = ServerConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
        .with_safe_default_protocol_versions()?
        .with_no_client_auth()
        .with_single_cert(vec![certificate.der().clone()], key)?;
    let acceptor = TlsAcceptor::from(Arc::new(config));

    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let server = format!("localhost:{}", listener.local_addr()?.port());
    tokio::spawn(async move {
        while let Ok((socket, _)) = listener.accept().await {
            // A client that does not trust the certificate ends the handshake.
            if let Ok(mut socket) = acceptor.accept(socket).await
                && let Ok(mut server) = TcpStream::connect(&behind).await
            {
                tokio::spawn(async move { copy_bidirectional(&mut socket, &mut server).await });
            }
        }
    });
    Ok((server, ca.pem()))
}
