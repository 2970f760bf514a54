//! Servers over HTTP/2 that refuse streams, reset them or go away. A create is sent once, even if
//! the server says that it was not processed: the HTTP library would send it again on its own.

use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use netsapiens_connections::{
    Client, ConnectionCreate, DomainName, ErrorKind, MatchPattern, RetryPolicy,
};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::aws_lc_rs;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};

// Frames and codes of RFC 9113.
const HEADERS: u8 = 0x1;
const DATA: u8 = 0x0;
const RST_STREAM: u8 = 0x3;
const SETTINGS: u8 = 0x4;
const GOAWAY: u8 = 0x7;
const END_STREAM: u8 = 0x1;
const END_HEADERS: u8 = 0x4;
const ACK: u8 = 0x1;
const REFUSED_STREAM: [u8; 4] = [0, 0, 0, 7];
const INTERNAL_ERROR: [u8; 4] = [0, 0, 0, 2];
/// `:status: 202`, as RFC 7541 writes a value for a name of its table.
const ACCEPTED: &[u8] = b"\x08\x03202";
const COUNT: &[u8] = b"{\"total\":7}";
const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

fn frame(kind: u8, flags: u8, stream: u32, payload: &[u8]) -> Vec<u8> {
    let length = u32::try_from(payload.len()).unwrap().to_be_bytes();
    let mut frame = length[1..].to_vec();
    frame.extend([kind, flags]);
    frame.extend(stream.to_be_bytes());
    frame.extend(payload);
    frame
}

/// What a server does once a request has come whole.
#[derive(Debug, Clone, Copy)]
enum End {
    /// It says that the request was not processed, and serves others.
    Refused,
    /// It says the same of all requests, and closes the connection.
    GoneAway,
    /// It accepts the request, and breaks off before the body of the response.
    Reset,
    /// It responds, and takes no more requests on this connection.
    GoingAway,
}

/// Reads requests and ends each in the same way.
async fn serve(
    socket: impl tokio::io::AsyncRead + tokio::io::AsyncWrite,
    end: End,
    requests: &AtomicUsize,
) -> std::io::Result<()> {
    let mut socket = std::pin::pin!(socket);
    let mut preface = [0; PREFACE.len()];
    socket.read_exact(&mut preface).await?;
    assert_eq!(preface, PREFACE, "the client does not speak HTTP/2");
    socket.write_all(&frame(SETTINGS, 0, 0, &[])).await?;
    loop {
        let mut head = [0; 9];
        socket.read_exact(&mut head).await?;
        let length = u32::from_be_bytes([0, head[0], head[1], head[2]]);
        let (kind, flags) = (head[3], head[4]);
        let stream = u32::from_be_bytes([head[5], head[6], head[7], head[8]]);
        let mut payload = vec![0; usize::try_from(length).unwrap()];
        socket.read_exact(&mut payload).await?;
        if kind == SETTINGS && flags & ACK == 0 {
            socket.write_all(&frame(SETTINGS, ACK, 0, &[])).await?;
        }
        if kind == HEADERS {
            requests.fetch_add(1, Ordering::SeqCst);
        }
        if matches!(kind, HEADERS | DATA) && flags & END_STREAM != 0 {
            let accepted = frame(HEADERS, END_HEADERS, stream, ACCEPTED);
            match end {
                End::Refused => {
                    let refusal = frame(RST_STREAM, 0, stream, &REFUSED_STREAM);
                    socket.write_all(&refusal).await?;
                }
                End::GoneAway => {
                    // The last stream that was processed is none, and there was no error.
                    socket.write_all(&frame(GOAWAY, 0, 0, &[0; 8])).await?;
                    socket.shutdown().await?;
                    return Ok(());
                }
                End::Reset => {
                    let reset = frame(RST_STREAM, 0, stream, &INTERNAL_ERROR);
                    socket.write_all(&[accepted, reset].concat()).await?;
                }
                End::GoingAway => {
                    let last = [stream.to_be_bytes(), [0; 4]].concat();
                    let go_away = frame(GOAWAY, 0, 0, &last);
                    let body = frame(DATA, END_STREAM, stream, COUNT);
                    socket
                        .write_all(&[go_away, accepted, body].concat())
                        .await?;
                }
            }
        }
    }
}

/// A create and a count against a server that ends each request so.
async fn meet(end: End) {
    let pem = |name| std::env::var(name).unwrap().into_bytes();
    let key = PrivateKeyDer::from_pem_slice(&pem(KEY)).unwrap();
    let certificate = CertificateDer::from_pem_slice(&pem(CERTIFICATE)).unwrap();
    let mut config = ServerConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![certificate], key)
        .unwrap();
    config.alpn_protocols = vec![b"h2".to_vec()];
    let acceptor = TlsAcceptor::from(Arc::new(config));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let requests = Arc::new(AtomicUsize::new(0));
    let connections = Arc::new(AtomicUsize::new(0));
    let (arrived, accepted) = (Arc::clone(&requests), Arc::clone(&connections));
    let server = tokio::spawn(async move {
        loop {
            let (socket, _) = listener.accept().await.unwrap();
            accepted.fetch_add(1, Ordering::SeqCst);
            let (acceptor, arrived) = (acceptor.clone(), Arc::clone(&arrived));
            tokio::spawn(async move {
                if let Ok(socket) = acceptor.accept(socket).await {
                    // The client closes the connection in its own time.
                    drop(serve(socket, end, &arrived).await);
                }
            });
        }
    });
    let client = Client::builder()
        .server(format!("localhost:{port}"))
        .api_key("nss_EXAMPLE")
        .retry(RetryPolicy::default())
        .build()
        .unwrap();
    let trunk = ConnectionCreate::new(
        DomainName::new("acme.example").unwrap(),
        MatchPattern::new("sip*@acme-pri.example").unwrap(),
    );
    let created = client.connections().create(&trunk).await;
    assert_eq!(requests.load(Ordering::SeqCst), 1, "sent behind our back");
    match end {
        End::Refused | End::GoneAway => {
            let error = created.unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Interrupted, "{error:?}");
            assert_eq!(error.attempts(), 1, "{error:?}");
        }
        End::Reset | End::GoingAway => assert_eq!(created.unwrap().status(), 202, "{end:?}"),
    }

    let counted = client.connections().count().await;
    if let End::GoingAway = end {
        assert_eq!(counted.unwrap(), 7);
        assert_eq!(requests.load(Ordering::SeqCst), 1 + 1);
        assert_eq!(connections.load(Ordering::SeqCst), 2);
    } else {
        // What may be repeated is repeated as the policy says, and no more.
        let error = counted.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Interrupted, "{error:?}");
        assert_eq!(error.attempts(), 3, "{error:?}");
        let sent = requests.load(Ordering::SeqCst);
        assert_eq!(sent, 1 + 3, "sent behind our back");
    }
    server.abort();
}

const CERTIFICATE: &str = "HTTP2_TEST_CERTIFICATE";
const KEY: &str = "HTTP2_TEST_KEY";

/// The trust store of the system is read from the environment of a process, so the client is in one
/// of its own.
#[test]
fn a_refused_create_is_sent_once() {
    let own = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    let directory = std::path::Path::new(env!("CARGO_TARGET_TMPDIR"));
    let pem = directory.join(format!("http2-{}.pem", std::process::id()));
    std::fs::write(&pem, own.cert.pem()).unwrap();
    let output = Command::new(std::env::current_exe().unwrap())
        .args([
            "--ignored",
            "--exact",
            "in_a_process_of_its_own",
            "--nocapture",
        ])
        .env("SSL_CERT_FILE", &pem)
        .env_remove("SSL_CERT_DIR")
        .env(CERTIFICATE, own.cert.pem())
        .env(KEY, own.signing_key.serialize_pem())
        .output()
        .unwrap();
    std::fs::remove_file(&pem).unwrap();
    let printed = String::from_utf8_lossy(&output.stdout);
    assert!(
        output.status.success() && printed.contains("1 passed"),
        "{printed}{}",
        String::from_utf8_lossy(&output.stderr)
    );
}

#[tokio::test]
#[ignore = "run by `a_refused_create_is_sent_once`"]
async fn in_a_process_of_its_own() {
    for end in [End::Refused, End::GoneAway, End::Reset, End::GoingAway] {
        meet(end).await;
    }
}
