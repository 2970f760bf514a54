//! Observability: tracing, observers, the log tag.

use std::sync::{Arc, Mutex};

use netsapiens_connections::observability::Attempt;
use netsapiens_connections::{
    ConnectionCreate, ConnectionUpdate, DomainName, ErrorKind, MatchPattern, RetryPolicy,
};

use crate::log::Log;
use crate::servers::{ACCEPTED, LENGTHS, on_every_server, on_servers_without};
use crate::wire::{Wire, json, trunks};

const PATTERN: &str = "sip*@acme-pri.example";

fn trunk() -> ConnectionCreate {
    ConnectionCreate::new(
        DomainName::new("acme.example").unwrap(),
        MatchPattern::new(PATTERN).unwrap(),
    )
}

#[tokio::test]
async fn an_operation_is_a_span_and_an_attempt_an_event() {
    on_servers_without(&[LENGTHS], async |server| {
        let log = Log::of_this_thread(tracing::Level::DEBUG);
        server
            .client()
            .unwrap()
            .connections()
            .create(&trunk())
            .await
            .unwrap();
        let text = log.text();
        let event = text
            .lines()
            .find(|line| line.contains("succeeded"))
            .unwrap_or_else(|| panic!("{text}"));
        let body = serde_json::to_string(&trunk()).unwrap().len();
        for part in [
            "DEBUG",
            "netsapiens{operation=\"create_connection\"",
            &format!("request_bytes={body}"),
            "attempt=1",
            "status=202",
            "elapsed_ms=",
            "body_bytes=33",
        ] {
            assert!(event.contains(part), "{part}: {event}");
        }
    })
    .await;
}

#[tokio::test]
async fn a_failure_is_a_warning_with_its_kind() {
    let wire = Wire::responding(500, "text/plain", "sorry").await;
    let log = Log::of_this_thread(tracing::Level::INFO);
    wire.client().connections().count().await.unwrap_err();
    let text = log.text();
    let event = text
        .lines()
        .find(|line| line.contains("failed"))
        .unwrap_or_else(|| panic!("{text}"));
    for part in [
        "WARN",
        "count_connections",
        "status=500",
        "body_bytes=5",
        "kind=Status",
    ] {
        assert!(event.contains(part), "{part}: {event}");
    }
}

#[tokio::test]
async fn a_missing_trunk_is_no_warning() {
    on_every_server(async |server| {
        let log = Log::of_this_thread(tracing::Level::INFO);
        assert_eq!(
            server
                .client()
                .unwrap()
                .domain("acme.example")
                .unwrap()
                .connections()
                .get(PATTERN)
                .await
                .unwrap(),
            None
        );
        assert!(!log.text().contains("WARN"), "{}", log.text());
        assert!(
            log.text().contains("get_connection"),
            "the span is there: {}",
            log.text()
        );
    })
    .await;
}

#[tokio::test]
async fn neither_names_nor_bodies_are_traced() {
    on_servers_without(&[ACCEPTED], async |server| {
        let log = Log::of_this_thread(tracing::Level::TRACE);
        let client = server.client().unwrap();
        client.connections().create(&trunk()).await.unwrap();
        let acme = client.domain("acme.example").unwrap();
        acme.connections().get(PATTERN).await.unwrap();
        acme.connections().delete(PATTERN).await.unwrap();
        acme.connections().delete(PATTERN).await.unwrap_err();
        let ours: String = log
            .text()
            .lines()
            .filter(|line| line.contains("netsapiens_connections"))
            .collect::<Vec<_>>()
            .join("\n");
        assert!(ours.contains("delete_connection"), "{}", log.text());
        for name in [
            "acme",
            "sip*",
            "sip%2A",
            "/domains/",
            "nss_EXAMPLE",
            "Accepted",
        ] {
            assert!(!ours.contains(name), "{name}: {ours}");
        }
    })
    .await;
}

#[tokio::test]
async fn an_observer_is_called_after_each_attempt() {
    let wire = Wire::responding(503, "text/plain", "busy").await;
    let reported = Arc::new(Mutex::new(Vec::<Attempt>::new()));
    let kept = Arc::clone(&reported);
    let retry = RetryPolicy::new()
        .max_attempts(3)
        .initial_backoff(std::time::Duration::from_millis(1));
    let builder = wire.builder().retry(retry);
    let client = builder
        .on_attempt(move |attempt| kept.lock().unwrap().push(*attempt))
        .build()
        .unwrap();
    client.connections().count().await.unwrap_err();
    let reported: Vec<_> = reported
        .lock()
        .unwrap()
        .iter()
        .map(|a| (a.operation, a.number, a.status, a.body_bytes, a.failure))
        .collect();
    let attempt = |number| {
        (
            "count_connections",
            number,
            Some(503),
            Some(4),
            Some(ErrorKind::Status),
        )
    };
    assert_eq!(reported, [attempt(1), attempt(2), attempt(3)]);
}

#[tokio::test]
async fn an_observer_is_called_after_a_success() {
    on_servers_without(&[LENGTHS], async |server| {
        let reported = Arc::new(Mutex::new(None));
        let kept = Arc::clone(&reported);
        let client = server
            .client_builder()
            .on_attempt(move |attempt| *kept.lock().unwrap() = Some(*attempt))
            .build()
            .unwrap();
        client.connections().count().await.unwrap();
        let attempt = reported.lock().unwrap().unwrap();
        assert_eq!(
            (
                attempt.operation,
                attempt.number,
                attempt.status,
                attempt.failure
            ),
            ("count_connections", 1, Some(200), None)
        );
        assert_eq!(attempt.body_bytes, Some(r#"{"total":0}"#.len()));
    })
    .await;
}

#[tokio::test]
async fn the_log_tag_is_on_the_wire_when_it_is_set() {
    let wire = Wire::responding(200, "application/json", r#"{"total":0}"#).await;
    wire.client().connections().count().await.unwrap();
    let builder = wire.builder();
    builder
        .log_tag("ticket-7")
        .build()
        .unwrap()
        .connections()
        .count()
        .await
        .unwrap();
    let tagged: Vec<bool> = wire
        .requests()
        .iter()
        .map(|request| {
            request
                .to_ascii_lowercase()
                .contains("\r\nx-netsapiens-log: ticket-7\r\n")
        })
        .collect();
    assert_eq!(tagged, [false, true]);
}

#[test]
fn a_log_tag_that_is_no_header_is_refused_when_the_client_is_made() {
    let error = netsapiens_connections::Client::builder()
        .server("pbx.acme.example")
        .api_key("nss_EXAMPLE")
        .log_tag("a\r\nb: c")
        .build()
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Configuration);
}

#[tokio::test]
async fn an_undecodable_response_is_reported_for_every_operation() {
    let wire = Wire::start(|_, _| json(200, r#"[{"domain":7}]"#)).await;
    let seen = Arc::new(Mutex::new(Vec::<Attempt>::new()));
    let kept = Arc::clone(&seen);
    let builder = wire.builder();
    let client = builder
        .on_attempt(move |attempt| kept.lock().unwrap().push(*attempt))
        .build()
        .unwrap();
    let acme = client.domain("acme.example").unwrap();
    let log = Log::of_this_thread(tracing::Level::INFO);
    client.connections().list().await.unwrap_err();
    client.connections().count().await.unwrap_err();
    acme.connections().list_unchecked().await.unwrap_err();
    acme.connections().get(PATTERN).await.unwrap_err();
    let seen: Vec<_> = seen
        .lock()
        .unwrap()
        .iter()
        .map(|a| (a.operation, a.number, a.status, a.body_bytes, a.failure))
        .collect();
    let failed = |operation| (operation, 1, Some(200), Some(14), Some(ErrorKind::Decode));
    assert_eq!(
        seen,
        [
            failed("list_connections"),
            failed("count_connections"),
            failed("list_domain_connections"),
            failed("get_connection"),
        ]
    );
    let text = log.text();
    let warnings = text.lines().filter(|line| line.contains("kind=Decode"));
    assert_eq!(warnings.count(), 4, "{text}");
}

#[tokio::test]
async fn a_response_about_another_trunk_is_reported() {
    let wire = Wire::start(|_, _| trunks(&[("other.example", PATTERN)])).await;
    let log = Log::of_this_thread(tracing::Level::INFO);
    let acme = wire.retrying().domain("acme.example").unwrap();
    acme.connections().get(PATTERN).await.unwrap_err();
    let text = log.text();
    assert!(text.contains("kind=Mismatch"), "{text}");
    assert!(!text.contains("other.example"), "{text}");
}

#[tokio::test]
async fn the_length_of_a_body_is_recorded_once_per_operation() {
    let wire = Wire::start(|number, _| match number {
        0 | 1 => json(503, "{}"),
        _ => json(202, "{}"),
    })
    .await;
    let log = Log::of_this_thread(tracing::Level::DEBUG);
    let change = ConnectionUpdate::new().description("Lab");
    let acme = wire.retrying().domain("acme.example").unwrap();
    acme.connections().update(PATTERN, &change).await.unwrap();
    assert_eq!(wire.request_lines().len(), 3);
    let text = log.text();
    // `{"description":"Lab"}`
    let lines = text.lines().filter(|line| line.contains("request_bytes"));
    for line in lines.clone() {
        assert_eq!(line.matches("request_bytes").count(), 1, "{line}");
        assert!(line.contains("request_bytes=21"), "{line}");
    }
    assert!(lines.count() >= 3, "{text}");
}
