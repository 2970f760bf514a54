//! Connections that are kept open: what the next request on one may get, and what it may not.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use netsapiens_connections::{
    Client, ClientBuilder, ConnectionCreate, ConnectionUpdate, DomainName, ErrorKind, MatchPattern,
    RetryPolicy,
};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

const PATTERN: &str = "sip*@acme-pri.example";
const NONE: &str = "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n[]";
const DENIED: &str = "HTTP/1.1 403 Forbidden\r\ncontent-length: 38\r\n\r\n\
    {\"code\":403,\"message\":\"Access Denied\"}";
const ACCEPTED: &str = "HTTP/1.1 202 Accepted\r\ncontent-length: 0\r\n\r\n";

/// A server that keeps its connections open.
struct Server {
    url: String,
    /// The connection of each request, from 0.
    seen: Arc<Mutex<Vec<usize>>>,
}

impl Server {
    /// Sends the response of this number, after its delay, to the request of the same number.
    async fn start(responses: &'static [(u64, &'static str)]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let seen = Arc::new(Mutex::new(Vec::new()));
        let kept = Arc::clone(&seen);
        tokio::spawn(async move {
            for connection in 0.. {
                let (mut socket, _) = listener.accept().await.unwrap();
                let seen = Arc::clone(&kept);
                tokio::spawn(async move {
                    while request(&mut socket).await {
                        let number = {
                            let mut seen = seen.lock().unwrap();
                            seen.push(connection);
                            seen.len() - 1
                        };
                        let (millis, response) = responses[number];
                        tokio::time::sleep(Duration::from_millis(millis)).await;
                        if socket.write_all(response.as_bytes()).await.is_err() {
                            return;
                        }
                    }
                });
            }
        });
        Self { url, seen }
    }

    fn builder(&self) -> ClientBuilder {
        Client::builder()
            .server(&self.url)
            .api_key("nss_EXAMPLE")
            .retry(RetryPolicy::never())
    }

    fn connections(&self) -> Vec<usize> {
        self.seen.lock().unwrap().clone()
    }
}

/// Reads a request without a body, or with a short one; `false` at the end of the connection.
async fn request(socket: &mut TcpStream) -> bool {
    let mut piece = [0; 8192];
    matches!(socket.read(&mut piece).await, Ok(1..))
}

fn trunk() -> ConnectionCreate {
    ConnectionCreate::new(
        DomainName::new("acme.example").unwrap(),
        MatchPattern::new(PATTERN).unwrap(),
    )
}

#[tokio::test]
async fn a_response_that_nobody_asked_for_is_not_that_of_the_next_request() {
    // After the list comes the acceptance of a create that was not sent yet.
    let server = Server::start(&[
        (
            0,
            concat!(
                "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n[]",
                "HTTP/1.1 202 Accepted\r\ncontent-length: 0\r\n\r\n"
            ),
        ),
        (0, DENIED),
    ])
    .await;
    let client = server.builder().build().unwrap();
    let listed = client.connections().list_unchecked().await.unwrap();
    assert!(listed.is_empty());
    let error = client.connections().create(&trunk()).await.unwrap_err();
    assert!(error.is_permission_denied(), "{error}");
    assert_eq!(server.connections(), [0, 1]);
}

#[tokio::test]
async fn a_refusal_leaves_the_connection_usable() {
    let server = Server::start(&[(0, DENIED), (0, NONE)]).await;
    let client = server.builder().build().unwrap();
    let error = client.connections().create(&trunk()).await.unwrap_err();
    assert!(error.is_permission_denied(), "{error}");
    assert!(client.connections().list_unchecked().await.is_ok());
    assert_eq!(server.connections(), [0, 0]);
}

#[tokio::test]
async fn a_response_that_comes_after_the_timeout_is_not_that_of_the_next_request() {
    let server = Server::start(&[(400, ACCEPTED), (0, DENIED)]).await;
    let builder = server.builder().timeout(Duration::from_millis(200));
    let client = builder.build().unwrap();
    let late = client.connections().create(&trunk()).await.unwrap_err();
    assert!(late.is_timeout() && late.may_have_been_sent(), "{late}");
    tokio::time::sleep(Duration::from_millis(300)).await;
    let error = client.connections().create(&trunk()).await.unwrap_err();
    assert!(error.is_permission_denied(), "{error}");
    assert_eq!(server.connections(), [0, 1]);
}

#[tokio::test]
async fn the_rest_of_a_response_that_was_not_read_is_not_that_of_the_next_request() {
    let server = Server::start(&[
        (0, "HTTP/1.1 200 OK\r\ncontent-length: 50\r\n\r\n[12345678]"),
        (0, DENIED),
    ])
    .await;
    let builder = server.builder().max_body_bytes(5);
    let client = builder.build().unwrap();
    let long = client.connections().list_unchecked().await.unwrap_err();
    assert_eq!(long.kind(), ErrorKind::Decode, "{long}");
    assert_eq!(long.body(), Some(&b"[1234"[..]), "what fits is kept");
    let error = client.connections().list_unchecked().await.unwrap_err();
    assert_eq!(error.status(), Some(403), "{error}");
    assert_eq!(error.body(), Some(&b"{\"cod"[..]));
    assert_eq!(server.connections(), [0, 1]);
}

#[tokio::test]
async fn an_operation_that_was_dropped_leaves_its_response_to_nobody() {
    let server = Server::start(&[(400, ACCEPTED), (0, DENIED)]).await;
    let client = server.builder().build().unwrap();
    let all = client.connections();
    let dropped = tokio::time::timeout(Duration::from_millis(200), all.create(&trunk())).await;
    assert!(dropped.is_err());
    tokio::time::sleep(Duration::from_millis(300)).await;
    let error = all.create(&trunk()).await.unwrap_err();
    assert!(error.is_permission_denied(), "{error}");
    assert_eq!(server.connections(), [0, 1]);
}

/// Sends a response as soon as a request begins, and then reads on or closes the connection.
async fn hasty(response: &'static str, reads_on: bool) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move {
        let (mut socket, _) = listener.accept().await.unwrap();
        request(&mut socket).await;
        socket.write_all(response.as_bytes()).await.unwrap();
        while reads_on && request(&mut socket).await {}
    });
    url
}

/// An update of 32 MiB, which no socket's buffers hold.
async fn long_update(
    server: String,
) -> Result<netsapiens_connections::Accepted, netsapiens_connections::Error> {
    let client = Client::builder()
        .server(server)
        .api_key("nss_EXAMPLE")
        .retry(RetryPolicy::never())
        .timeout(Duration::from_secs(20))
        .build()?;
    let change = ConnectionUpdate::new().description("x".repeat(32 << 20));
    let acme = client.domain("acme.example")?.connections();
    acme.update(PATTERN, &change).await
}

#[tokio::test]
async fn a_response_before_the_body_was_sent_counts() {
    let refusal = "HTTP/1.1 413 Content Too Large\r\ncontent-length: 0\r\n\r\n";
    let error = long_update(hasty(refusal, true).await).await.unwrap_err();
    assert_eq!(error.status(), Some(413), "{error:?}");
    let accepted = long_update(hasty(ACCEPTED, true).await).await.unwrap();
    assert_eq!(accepted.status(), 202);
}

#[tokio::test]
async fn a_server_that_closes_before_the_body_was_sent_may_have_carried_it_out() {
    let refusal = "HTTP/1.1 413 Content Too Large\r\ncontent-length: 0\r\n\r\n";
    let error = long_update(hasty(refusal, false).await).await.unwrap_err();
    // The reset of the connection may overtake the response.
    match error.kind() {
        ErrorKind::Status => assert_eq!(error.status(), Some(413)),
        kind => assert_eq!(kind, ErrorKind::Interrupted, "{error:?}"),
    }
    assert!(error.may_have_been_sent(), "{error:?}");
}
