//! Retries: how many, after which wait, and never beyond the deadline.

use std::sync::Arc;
use std::time::{Duration, Instant};

use netsapiens_connections::fake::{Break, FakeServer, Fault, FaultProxy, Operation, Point};
use netsapiens_connections::{ConnectionCreate, DomainName, MatchPattern, RetryPolicy};
use tokio::sync::Notify;

use crate::log::Log;
use crate::servers::{ACCEPTED, on_every_server, on_servers_without};

const PATTERN: &str = "sip*@acme-pri.example";

fn least() -> ConnectionCreate {
    ConnectionCreate::new(
        DomainName::new("acme.example").unwrap(),
        MatchPattern::new(PATTERN).unwrap(),
    )
}

fn quick() -> RetryPolicy {
    RetryPolicy::new()
        .initial_backoff(Duration::from_millis(1))
        .max_backoff(Duration::from_millis(4))
}

#[tokio::test]
async fn retry_after_is_honoured() {
    let server = FakeServer::start().await;
    server.fail(
        Operation::CountConnections,
        Fault::status(429).header("retry-after", "1"),
    );
    let begun = Instant::now();
    assert_eq!(
        server
            .client_builder()
            .retry(quick())
            .build()
            .unwrap()
            .connections()
            .count()
            .await
            .unwrap(),
        0
    );
    assert!(
        begun.elapsed() >= Duration::from_secs(1),
        "{:?}",
        begun.elapsed()
    );
}

#[tokio::test]
async fn a_wait_beyond_the_deadline_is_not_started() {
    on_every_server(async |server| {
        server.fail(
            Operation::CountConnections,
            Fault::status(503).header("retry-after", "20").always(),
        );
        let client = server
            .client_builder()
            .deadline(Duration::from_secs(10))
            .build()
            .unwrap();
        let begun = Instant::now();
        let error = client.connections().count().await.unwrap_err();
        assert_eq!(
            (error.status(), error.attempts(), server.requests().len()),
            (Some(503), 1, 1)
        );
        assert!(
            begun.elapsed() < Duration::from_secs(10),
            "{:?}",
            begun.elapsed()
        );
    })
    .await;
}

#[tokio::test]
async fn the_deadline_ends_an_attempt_and_the_source_is_the_error_of_the_one_before() {
    let server = FakeServer::start().await;
    let proxy = FaultProxy::start(&server.url()).await.unwrap();
    let client = server
        .client_builder()
        .server(proxy.url())
        .retry(quick())
        .deadline(Duration::from_millis(500))
        .build()
        .unwrap();
    proxy.break_next(Break::ResetAtOnce);
    proxy.break_next(Break::Slow(Point::Response(0), Duration::from_secs(60)));
    let begun = Instant::now();
    let error = client.connections().list().await.unwrap_err();
    assert!(
        begun.elapsed() < Duration::from_secs(10),
        "{:?}",
        begun.elapsed()
    );
    assert!(
        error.is_timeout() && error.may_have_been_sent(),
        "{error:?}"
    );
    assert_eq!(
        error.to_string(),
        "list_connections: the overall deadline passed (after 2 attempts). Raise \
         `ClientBuilder::deadline` if the server needs longer"
    );
    let before = std::error::Error::source(&error).unwrap();
    assert_eq!(
        before.to_string(),
        "list_connections: the connection broke before the response was complete. If it happens \
         often, check the proxies and firewalls on the way"
    );
}

#[tokio::test]
async fn the_longest_deadline_does_not_overflow() {
    on_every_server(async |server| {
        let client = server
            .client_builder()
            .deadline(Duration::MAX)
            .timeout(Duration::MAX)
            .connect_timeout(Duration::MAX)
            .build()
            .unwrap();
        assert_eq!(client.connections().count().await.unwrap(), 0);
    })
    .await;
}

#[tokio::test]
async fn the_longest_retry_after_does_not_overflow() {
    on_every_server(async |server| {
        server.fail(
            Operation::CountConnections,
            Fault::status(503).header("retry-after", "18446744073709551615"),
        );
        let policy = quick().max_retry_after(Duration::MAX);
        let error = server
            .client_builder()
            .retry(policy)
            .build()
            .unwrap()
            .connections()
            .count()
            .await
            .unwrap_err();
        assert_eq!((error.status(), error.attempts()), (Some(503), 1));
    })
    .await;
}

#[tokio::test]
async fn retries_can_be_switched_off_for_a_call() {
    on_every_server(async |server| {
        server.fail(Operation::CountConnections, Fault::status(503));
        let client = server.client_builder().retry(quick()).build().unwrap();
        let error = client
            .with_retry(RetryPolicy::never())
            .connections()
            .count()
            .await
            .unwrap_err();
        assert_eq!((error.attempts(), server.requests().len()), (1, 1));
    })
    .await;
}

#[tokio::test]
async fn a_delete_that_was_never_sent_before_is_not_found() {
    on_servers_without(&[ACCEPTED], async |server| {
        let proxy = FaultProxy::start(&server.url()).await.unwrap();
        let policy = quick().max_attempts(u32::MAX);
        let refused = Arc::new(Notify::new());
        let noticed = Arc::clone(&refused);
        let client = server
            .client_builder()
            .server(proxy.url())
            .retry(policy)
            .on_attempt(move |_| noticed.notify_one())
            .build()
            .unwrap();
        proxy.refuse().await;
        let domain = client.domain("acme.example").unwrap();
        let (deleted, ()) = tokio::join!(
            async { domain.connections().delete(PATTERN).await },
            async {
                refused.notified().await;
                proxy.listen().await.unwrap();
            }
        );
        let error = deleted.unwrap_err();
        assert!(error.is_not_found() && error.attempts() > 1, "{error:?}");
    })
    .await;
}

#[tokio::test]
async fn may_have_been_sent_covers_earlier_attempts() {
    let server = FakeServer::start().await;
    let proxy = FaultProxy::start(&server.url()).await.unwrap();
    let policy = quick()
        .max_attempts(2)
        .initial_backoff(Duration::from_millis(200));
    let client = server
        .client_builder()
        .server(proxy.url())
        .retry(policy)
        .build()
        .unwrap();
    proxy.break_next(Break::Reset(Point::Response(0)));
    let connections = client.connections();
    let (counted, ()) = tokio::join!(connections.count(), async {
        while server.requests().is_empty() {
            tokio::task::yield_now().await;
        }
        proxy.refuse().await;
    });
    let error = counted.unwrap_err();
    assert!(error.may_have_been_sent(), "{error:?}");
}

#[tokio::test]
async fn connections_that_the_server_has_closed_are_not_used_again() {
    let server = FakeServer::start().await;
    let proxy = FaultProxy::start(&server.url()).await.unwrap();
    let client = server.client_builder().server(proxy.url()).build().unwrap();
    assert_eq!(client.connections().count().await.unwrap(), 0);
    proxy.listen().await.unwrap();
    // The end of the connection is there to be read. The client's task for it runs on this thread,
    // which looks at its sockets within so many turns.
    for _ in 0..1000 {
        tokio::task::yield_now().await;
    }
    client.connections().create(&least()).await.unwrap();
    assert_eq!(server.changes(), 1);
}

#[tokio::test]
async fn a_retried_delete_that_finds_nothing_is_a_success_with_status_404() {
    on_servers_without(&[ACCEPTED], async |server| {
        let client = server.client_builder().retry(quick()).build().unwrap();
        client.connections().create(&least()).await.unwrap();
        server.fail(
            Operation::DeleteConnection,
            Fault::gateway_page(504).after_the_operation(),
        );
        let receipt = client
            .domain("acme.example")
            .unwrap()
            .connections()
            .delete(PATTERN)
            .await
            .unwrap();
        assert_eq!(
            (receipt.status(), receipt.code(), receipt.message()),
            (404, Some(404), Some("Resource not found."))
        );
        assert_eq!(
            (server.trunk_count(), server.changes()),
            (0, 2),
            "one create, one delete"
        );
    })
    .await;
}

#[tokio::test]
async fn every_attempt_is_an_event_with_its_number() {
    on_every_server(async |server| {
        let log = Log::of_this_thread(tracing::Level::DEBUG);
        server.fail(Operation::CountConnections, Fault::status(503).times(2));
        server
            .client_builder()
            .retry(quick())
            .build()
            .unwrap()
            .connections()
            .count()
            .await
            .unwrap();
        let text = log.text();
        let events: Vec<&str> = text
            .lines()
            .filter(|line| line.contains("attempt="))
            .collect();
        let expected = [
            ("WARN", "attempt=1", "status=503"),
            ("WARN", "attempt=2", "status=503"),
            ("DEBUG", "attempt=3", "status=200"),
        ];
        assert_eq!(events.len(), expected.len(), "{text}");
        for (event, (level, attempt, status)) in events.iter().zip(expected) {
            assert!(
                event.contains(level) && event.contains(attempt) && event.contains(status),
                "{event}"
            );
        }
    })
    .await;
}
