//! Timeouts: the error says whether there was a connection and whether a request may have been
//! sent.

use std::time::Duration;

use netsapiens_connections::{
    Client, ClientBuilder, ConnectionCreate, DomainName, ErrorKind, MatchPattern, RetryPolicy,
};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpSocket, TcpStream};

use crate::wire::{Wire, json, respond};

const SHORT: Duration = Duration::from_millis(300);

fn trunk() -> ConnectionCreate {
    ConnectionCreate::new(
        DomainName::new("acme.example").unwrap(),
        MatchPattern::new("sip*@acme-pri.example").unwrap(),
    )
}

/// A loopback port on which connections are neither established nor refused: its queue is full.
struct Unreachable {
    listener: TcpListener,
    _queue: Vec<TcpStream>,
}

impl Unreachable {
    async fn start() -> Self {
        let socket = TcpSocket::new_v4().unwrap();
        socket.bind("127.0.0.1:0".parse().unwrap()).unwrap();
        let listener = socket.listen(1).unwrap();
        let address = listener.local_addr().unwrap();
        let mut queue = Vec::new();
        while let Ok(connected) =
            tokio::time::timeout(Duration::from_millis(500), TcpStream::connect(address)).await
        {
            queue.push(connected.unwrap());
            assert!(queue.len() < 100, "the queue has no end");
        }
        Self {
            listener,
            _queue: queue,
        }
    }

    fn builder(&self) -> ClientBuilder {
        Client::builder()
            .server(format!("http://{}", self.listener.local_addr().unwrap()))
            .api_key("nss_EXAMPLE")
            .retry(RetryPolicy::new().initial_backoff(Duration::from_millis(1)))
    }
}

#[tokio::test]
async fn an_unreachable_server_is_a_connect_error_however_short_the_timeout() {
    let server = Unreachable::start().await;
    for timeout in [Duration::from_millis(20), SHORT] {
        let client = server.builder().timeout(timeout).build().unwrap();
        let error = client.connections().create(&trunk()).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Connect, "{timeout:?} {error:?}");
        assert!(!error.may_have_been_sent(), "{timeout:?} {error:?}");
        assert_eq!(error.attempts(), 3, "what was not sent is sent again");
    }
}

#[tokio::test]
async fn an_unreachable_server_is_a_connect_error_when_the_timeout_is_the_deadline() {
    let server = Unreachable::start().await;
    let builder = server.builder().deadline(SHORT).retry(RetryPolicy::never());
    let client = builder.build().unwrap();
    let error = client.connections().create(&trunk()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Connect, "{error:?}");
    assert!(!error.may_have_been_sent(), "{error:?}");
}

#[tokio::test]
async fn a_silent_server_may_have_received_the_request() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let client = Client::builder()
        .server(format!("http://{}", listener.local_addr().unwrap()))
        .api_key("nss_EXAMPLE")
        .timeout(SHORT)
        .build()
        .unwrap();
    let error = client.connections().create(&trunk()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Timeout, "{error:?}");
    assert!(error.may_have_been_sent(), "{error:?}");
    assert_eq!(error.attempts(), 1, "it is not sent again");
}

#[tokio::test]
async fn a_write_is_done_once_its_status_was_received_even_if_its_body_times_out() {
    let body = "HTTP/1.1 202 Accepted\r\ncontent-length: 100\r\n\r\n{";
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let serve = async {
        let (mut socket, _) = listener.accept().await.unwrap();
        assert!(socket.read(&mut [0; 4096]).await.unwrap() > 0);
        socket.write_all(body.as_bytes()).await.unwrap();
        std::future::pending::<()>().await;
    };
    let builder = Client::builder().server(url).api_key("nss_EXAMPLE");
    let client = builder.deadline(SHORT).build().unwrap();
    let connections = client.connections();
    let wanted = trunk();
    tokio::select! {
        () = serve => unreachable!(),
        created = connections.create(&wanted) => assert_eq!(created.unwrap().status(), 202),
    }
}

#[tokio::test]
async fn a_fraction_of_a_second_in_retry_after_is_rounded_up() {
    let wire = Wire::start(|number, _| match number {
        0 => respond(429, "retry-after: 0.2\r\n", ""),
        _ => json(200, r#"{"total":0}"#),
    })
    .await;
    let begun = std::time::Instant::now();
    assert_eq!(wire.retrying().connections().count().await.unwrap(), 0);
    assert!(
        begun.elapsed() >= Duration::from_secs(1),
        "{:?}",
        begun.elapsed()
    );
}

#[tokio::test]
async fn a_timeout_that_overflows_the_clock_is_not_zero() {
    for seconds in ["18446744073709551616", "99999999999999999999.5", "31.5"] {
        let wire =
            Wire::start(move |_, _| respond(503, &format!("retry-after: {seconds}\r\n"), "")).await;
        let error = wire.retrying().connections().count().await.unwrap_err();
        assert_eq!(
            (error.attempts(), wire.request_lines().len()),
            (1, 1),
            "{seconds}"
        );
    }
}

#[tokio::test]
async fn a_negative_retry_after_is_ignored() {
    let wire = Wire::start(|number, _| match number {
        0 | 1 => respond(503, "retry-after: -5\r\n", ""),
        _ => json(200, r#"{"total":0}"#),
    })
    .await;
    let builder = wire.builder().retry(
        RetryPolicy::new()
            .initial_backoff(Duration::MAX)
            .max_backoff(Duration::MAX),
    );
    let error = builder
        .build()
        .unwrap()
        .connections()
        .count()
        .await
        .unwrap_err();
    assert_eq!(
        error.attempts(),
        1,
        "the own wait is too long, and was not begun"
    );
    assert_eq!(wire.retrying().connections().count().await.unwrap(), 0);
}
