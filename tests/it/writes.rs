//! Creating with reading back, updates, differences, deleting idle trunks.

use std::time::{Duration, Instant};

use netsapiens_connections::fake::{Break, FakeServer, FaultProxy, Point, Quirks};
use netsapiens_connections::settings::YesNo;
use netsapiens_connections::{
    Addressing, Connection, ConnectionCreate, ConnectionUpdate, DateTime, DomainName, ErrorKind,
    MatchPattern,
};

use crate::servers::{DELAY, on_every_server, on_servers_without};
use crate::wire::{Wire, json, not_found, trunks};

const PATTERN: &str = "sip*@acme-pri.example";
const PATIENCE: Duration = Duration::from_secs(20);

fn trunk(pattern: &str) -> ConnectionCreate {
    ConnectionCreate::new(
        DomainName::new("acme.example").unwrap(),
        MatchPattern::new(pattern).unwrap(),
    )
}

async fn add_a_trunk(server: &FakeServer) {
    server
        .client()
        .unwrap()
        .connections()
        .create(&trunk(PATTERN))
        .await
        .unwrap();
}

// --- creating and reading ---

#[tokio::test]
async fn a_new_trunk_is_read_with_its_generated_password() {
    on_servers_without(&[DELAY], async |server| {
        let made = server
            .client()
            .unwrap()
            .connections()
            .create_and_read(trunk(PATTERN), PATIENCE)
            .await
            .unwrap();
        assert_eq!(made.orig_match_pattern, PATTERN);
        assert_eq!(
            made.sip_registration_password
                .unwrap()
                .expose_secret()
                .len(),
            12
        );
        assert_eq!(server.requests().len(), 2);
    })
    .await;
}

#[tokio::test]
async fn an_endless_timeout_is_accepted() {
    on_every_server(async |server| {
        let made = server
            .client()
            .unwrap()
            .connections()
            .create_and_read(trunk(PATTERN), Duration::MAX)
            .await
            .unwrap();
        assert_eq!(made.orig_match_pattern, PATTERN);
    })
    .await;
}

#[tokio::test]
async fn create_and_read_waits_for_a_new_trunk() {
    let delay = Duration::from_millis(400);
    let server = FakeServer::with_quirks(Quirks::new().visibility_delay(delay)).await;
    let begun = Instant::now();
    server
        .client()
        .unwrap()
        .connections()
        .create_and_read(trunk(PATTERN), PATIENCE)
        .await
        .unwrap();
    assert!(begun.elapsed() >= delay);
    let methods: Vec<String> = server
        .requests()
        .into_iter()
        .map(|request| request.method)
        .collect();
    assert_eq!(methods.iter().filter(|method| *method == "POST").count(), 1);
    assert!(methods.len() > 2, "{methods:?}");
}

#[tokio::test]
async fn a_trunk_that_stays_invisible_is_an_error_in_time_that_names_it_on_request_only() {
    let server =
        FakeServer::with_quirks(Quirks::new().visibility_delay(Duration::from_secs(3600))).await;
    let begun = Instant::now();
    let error = server
        .client()
        .unwrap()
        .connections()
        .create_and_read(trunk(PATTERN), Duration::from_millis(300))
        .await
        .unwrap_err();
    assert!(
        begun.elapsed() < Duration::from_secs(5),
        "{:?}",
        begun.elapsed()
    );
    assert_eq!(
        (error.kind(), error.may_have_been_sent()),
        (ErrorKind::NotVisible, true)
    );
    assert_eq!(
        (
            error.domain().unwrap().as_str(),
            error.pattern().unwrap().as_str()
        ),
        ("acme.example", PATTERN)
    );
    assert!(!format!("{error} {error:?}").contains("acme"), "{error:?}");
}

#[tokio::test]
async fn a_conflict_names_the_trunk_on_request_only() {
    on_every_server(async |server| {
        add_a_trunk(&server).await;
        let error = server
            .client()
            .unwrap()
            .connections()
            .create_and_read(trunk(PATTERN), PATIENCE)
            .await
            .unwrap_err();
        assert!(error.is_conflict(), "{error}");
        assert_eq!(error.operation(), Some("create_connection"));
        assert_eq!(
            (
                error.domain().unwrap().as_str(),
                error.pattern().unwrap().as_str()
            ),
            ("acme.example", PATTERN)
        );
        assert!(!format!("{error} {error:?}").contains("acme"), "{error:?}");
    })
    .await;
}

#[tokio::test]
async fn a_trunk_that_cannot_be_addressed_is_read_from_the_list() {
    on_every_server(async |server| {
        let made = server
            .client()
            .unwrap()
            .connections()
            .create_and_read(trunk("sip:*@192.0.2.20"), PATIENCE)
            .await
            .unwrap();
        assert_eq!(made.orig_match_pattern, "sip:*@192.0.2.20");
    })
    .await;
}

#[tokio::test]
async fn a_trunk_is_read_by_its_id_where_the_server_wants_that() {
    let server = FakeServer::with_quirks(Quirks::new().addressing(Addressing::Base64Id)).await;
    let made = server
        .client()
        .unwrap()
        .connections()
        .create_and_read(trunk("sip:*@192.0.2.20"), PATIENCE)
        .await
        .unwrap();
    assert_eq!(made.orig_match_pattern, "sip:*@192.0.2.20");
}

#[tokio::test]
async fn a_trunk_that_becomes_visible_shortly_before_the_timeout_is_read() {
    let (visible, timeout) = (Duration::from_millis(1700), Duration::from_millis(2000));
    let server = FakeServer::with_quirks(Quirks::new().visibility_delay(visible)).await;
    let begun = Instant::now();
    let client = server.client().unwrap();
    let wanted = trunk(PATTERN);
    let connections = client.connections();
    let read = connections.create_and_read(&wanted, timeout);
    assert_eq!(read.await.unwrap().orig_match_pattern, PATTERN);
    // The waits alone, 100 ms and doubling, would have ended at 1.5 s, and the next one at 3.1 s.
    assert!(begun.elapsed() >= visible, "{:?}", begun.elapsed());
}

#[tokio::test]
async fn create_and_read_times_out_on_a_silent_server() {
    let server = FakeServer::start().await;
    let proxy = FaultProxy::start(&server.url()).await.unwrap();
    let client = server.client_builder().server(proxy.url()).build().unwrap();
    // The create closes its connection, and what follows meets silence.
    proxy.break_next(Break::Close(Point::Body(1)));
    for _ in 0..5 {
        proxy.break_next(Break::Slow(Point::Response(0), Duration::from_secs(60)));
    }
    let begun = Instant::now();
    let wanted = trunk(PATTERN);
    let connections = client.connections();
    let read = connections.create_and_read(&wanted, Duration::from_millis(500));
    assert_eq!(read.await.unwrap_err().kind(), ErrorKind::NotVisible);
    assert!(
        begun.elapsed() < Duration::from_secs(5),
        "{:?}",
        begun.elapsed()
    );
}

#[tokio::test]
async fn a_trunk_of_the_whole_system_is_found_in_the_list_where_its_path_is_not_taken() {
    const CARRIER: &str = "sip*@192.0.2.20";
    let refusals = [
        json(400, r#"{"code":400,"message":"Invalid domain"}"#),
        json(
            403,
            r#"{"code":403,"message":"Domain not found or access denied"}"#,
        ),
        json(404, r#"{"code":404,"message":"No Route Found [92]"}"#),
        not_found(),
        json(200, "[]"),
    ];
    for refusal in refusals {
        let wire = Wire::start(
            move |_, line| match line.split(' ').collect::<Vec<_>>()[..] {
                ["POST", _] => json(202, "{}"),
                [_, path] if path.contains("/domains/") => refusal.clone(),
                _ => trunks(&[("acme.example", CARRIER), ("*", CARRIER)]),
            },
        )
        .await;
        let wanted = ConnectionCreate::new(
            DomainName::new("*").unwrap(),
            MatchPattern::new(CARRIER).unwrap(),
        );
        let client = wire.retrying();
        let connections = client.connections();
        let read = connections
            .create_and_read(&wanted, PATIENCE)
            .await
            .unwrap();
        assert_eq!((&*read.domain, &*read.orig_match_pattern), ("*", CARRIER));
    }
}

// --- updating ---

async fn sent_body(change: &ConnectionUpdate) -> String {
    let wire = Wire::responding(
        202,
        "application/json",
        r#"{"code":202,"message":"Accepted"}"#,
    )
    .await;
    wire.client()
        .domain("acme.example")
        .unwrap()
        .connections()
        .update(PATTERN, change)
        .await
        .unwrap();
    let request = wire.requests().remove(0);
    request.split_once("\r\n\r\n").unwrap().1.to_owned()
}

#[tokio::test]
async fn an_update_with_nothing_set_sends_an_empty_object() {
    assert_eq!(sent_body(&ConnectionUpdate::default()).await, "{}");
}

#[tokio::test]
async fn an_update_sends_what_is_set_and_nothing_else() {
    let change = ConnectionUpdate::new()
        .orig_enabled(YesNo::No)
        .limits_max_active_calls_orig(0);
    assert_eq!(
        sent_body(&change).await,
        r#"{"connection-orig-enabled":"no","limits-max-active-calls-orig":0}"#
    );
}

#[tokio::test]
async fn the_empty_string_is_sent_and_clears() {
    on_servers_without(&[DELAY], async |server| {
        let client = server.client().unwrap();
        let described = trunk(PATTERN).description("Lab").dial_plan("acme.example");
        client.connections().create(&described).await.unwrap();
        let acme = client.domain("acme.example").unwrap();
        let clear = ConnectionUpdate::new().clear_description();
        assert_eq!(sent_body(&clear).await, r#"{"description":""}"#);
        acme.connections().update(PATTERN, &clear).await.unwrap();
        let now = acme.connections().get(PATTERN).await.unwrap().unwrap();
        assert_eq!(
            (now.description, now.dial_plan.as_deref()),
            (None, Some("acme.example"))
        );
    })
    .await;
}

// --- differences ---

fn current() -> Connection {
    serde_json::from_value(serde_json::json!({
        "domain": "acme.example",
        "connection-orig-match-pattern": PATTERN,
        "active-calls-orig-current": 3,
        "connection-sip-registration-password": "as it is",
        "connection-orig-enabled": "yes",
        "description": "",
        "dial-plan": "acme.example",
        "limits-max-active-calls-orig": 0,
        "last-modified-datetime": "2025-09-16T14:59:24+00:00",
    }))
    .unwrap()
}

#[test]
fn nothing_wanted_is_no_difference() {
    assert!(ConnectionUpdate::diff(&current(), &ConnectionUpdate::default()).is_empty());
}

#[test]
fn what_is_so_already_is_no_difference() {
    let wanted = ConnectionUpdate::new()
        .orig_enabled(YesNo::Yes)
        .dial_plan("acme.example")
        .limits_max_active_calls_orig(0)
        .sip_registration_password("as it is");
    assert!(ConnectionUpdate::diff(&current(), &wanted).is_empty());
}

#[test]
fn unset_and_empty_are_the_same() {
    let blank = ConnectionUpdate::new()
        .clear_description()
        .clear_time_zone()
        .term_enabled(YesNo::from(""))
        .sip_registration_expires_datetime(DateTime::from(""));
    assert!(ConnectionUpdate::diff(&current(), &blank).is_empty());
    let cleared = ConnectionUpdate::new().clear_dial_plan();
    assert_eq!(ConnectionUpdate::diff(&current(), &cleared), cleared);
}

#[test]
fn a_difference_is_what_differs_and_nothing_else() {
    let wanted = ConnectionUpdate::new()
        .orig_enabled(YesNo::No)
        .dial_plan("acme.example")
        .description("Lab")
        .limits_max_active_calls_orig(4)
        .limits_max_active_calls_term(0);
    let difference = serde_json::to_value(ConnectionUpdate::diff(&current(), &wanted)).unwrap();
    let expected = serde_json::json!({
        "connection-orig-enabled": "no", "description": "Lab",
        "limits-max-active-calls-orig": 4, "limits-max-active-calls-term": 0,
    });
    assert_eq!(difference, expected);
}

#[test]
fn a_secret_is_in_a_difference_only_when_another_one_is_wanted() {
    let open = ConnectionUpdate::new().description("Lab");
    assert_eq!(
        ConnectionUpdate::diff(&current(), &open).sip_registration_password,
        None
    );
    let wanted = ConnectionUpdate::new().sip_registration_password("another");
    assert_eq!(ConnectionUpdate::diff(&current(), &wanted), wanted);
}

// --- removing what is idle ---

#[tokio::test]
async fn an_idle_trunk_is_removed() {
    on_servers_without(&[DELAY], async |server| {
        add_a_trunk(&server).await;
        server
            .client()
            .unwrap()
            .domain("acme.example")
            .unwrap()
            .connections()
            .delete_idle(PATTERN)
            .await
            .unwrap();
        assert_eq!(server.trunk_count(), 0);
    })
    .await;
}

#[tokio::test]
async fn a_trunk_with_calls_in_either_direction_is_not_removed() {
    for (from_peer, to_peer) in [(1, 0), (0, 1), (2, 3)] {
        on_servers_without(&[DELAY], async |server| {
            add_a_trunk(&server).await;
            server.set_calls("acme.example", PATTERN, from_peer, to_peer);
            let acme = server.client().unwrap().domain("acme.example").unwrap();
            let error = acme.connections().delete_idle(PATTERN).await.unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Precondition);
            assert!(
                error
                    .to_string()
                    .contains(&format!("{} calls", from_peer + to_peer)),
                "{error}"
            );
            assert_eq!(error.pattern().unwrap().as_str(), PATTERN);
            assert_eq!(server.trunk_count(), 1);
            assert!(
                server
                    .requests()
                    .iter()
                    .all(|request| request.method != "DELETE")
            );
        })
        .await;
    }
}

#[tokio::test]
async fn a_trunk_whose_calls_are_unknown_is_not_removed() {
    let body = serde_json::json!([{
        "domain": "acme.example",
        "connection-orig-match-pattern": PATTERN,
        "active-calls-orig-current": 0,
    }]);
    let wire = Wire::responding(200, "application/json", body.to_string()).await;
    let acme = wire.client().domain("acme.example").unwrap();
    assert_eq!(
        acme.connections()
            .delete_idle(PATTERN)
            .await
            .unwrap_err()
            .kind(),
        ErrorKind::Precondition
    );
    assert_eq!(wire.requests().len(), 1);
}

#[tokio::test]
async fn a_missing_trunk_is_not_idle() {
    on_every_server(async |server| {
        let acme = server.client().unwrap().domain("acme.example").unwrap();
        assert_eq!(
            acme.connections()
                .delete_idle(PATTERN)
                .await
                .unwrap_err()
                .kind(),
            ErrorKind::Precondition
        );
        assert!(
            server
                .requests()
                .iter()
                .all(|request| request.method != "DELETE")
        );
    })
    .await;
}
