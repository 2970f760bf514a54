//! `Connections` and `Domain`: keys, metadata, per-call settings, common traits.

use std::time::Duration;

use futures_util::stream::FusedStream;
use netsapiens_connections::fake::FakeServer;
use netsapiens_connections::settings::YesNo;
use netsapiens_connections::{
    CarrierTrunk, Client, ConnectionFilter, ConnectionKey, ConnectionUpdate, Error, ErrorKind,
    RetryPolicy,
};

use crate::wire::{Wire, json, not_found, respond, trunks};

const PATTERN: &str = "sip*@acme-pri.example";

#[tokio::test]
async fn a_trunk_of_the_systems_list_is_read_changed_and_removed_by_its_key() {
    let server = FakeServer::start().await;
    server.seed("acme.example", 2);
    let all = server.client().unwrap().connections();
    for trunk in all.list().await.unwrap() {
        let key = trunk.key().unwrap();
        let change = ConnectionUpdate::new().orig_enabled(YesNo::No);
        all.update(&key, &change).await.unwrap();
        let read = all.get(&key).await.unwrap().unwrap();
        assert_eq!(read.orig_enabled, Some(YesNo::No));
        all.delete_idle(&key).await.unwrap();
        assert_eq!(all.get(&key).await.unwrap(), None);
    }
    assert_eq!(all.count().await.unwrap(), 0);
}

#[tokio::test]
async fn a_key_that_cannot_be_addressed_says_so_and_names_its_trunk() {
    let server = Wire::start(|_, _| not_found()).await;
    let key = ConnectionKey::new("acme.example", "sip:*@acme-pri.example").unwrap();
    let all = server.retrying().connections();
    let refused = all.get(&key).await.unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::Input);
    assert!(refused.to_string().contains("Base64Id"), "{refused}");
    assert_eq!(refused.pattern(), Some(key.pattern()));
    assert_eq!(refused.domain(), Some(key.domain()));
    assert_eq!(server.request_lines(), [""; 0]);
}

#[tokio::test]
async fn a_domain_creates_its_own_trunks_without_being_named_again() {
    let server = FakeServer::start().await;
    let acme = server.client().unwrap().domain("acme.example").unwrap();
    let by_hand = acme
        .new_connection("sip*@192.0.2.30")
        .unwrap()
        .source_ip_checking_enabled(true);
    acme.connections().create(&by_hand).await.unwrap();
    let pbx = acme.registering_pbx("acme-pri.example", "15555550100", "US and Canada");
    let read = acme
        .connections()
        .create_and_read(pbx, Duration::from_secs(5))
        .await
        .unwrap();
    assert_eq!(
        (read.domain.as_str(), read.orig_match_pattern.as_str()),
        ("acme.example", PATTERN)
    );
    assert_eq!(acme.connections().count().await.unwrap(), 2);
}

#[tokio::test]
async fn a_domain_does_not_create_the_trunk_of_another() {
    let server = Wire::start(|_, _| json(202, "{}")).await;
    let client = server.retrying();
    let acme = client.domain("acme.example").unwrap();
    let other = client
        .domain("other.example")
        .unwrap()
        .new_connection(PATTERN)
        .unwrap();
    for refused in [
        acme.connections().create(&other).await,
        acme.connections()
            .create(CarrierTrunk::new("192.0.2.20"))
            .await,
    ] {
        assert_eq!(refused.unwrap_err().kind(), ErrorKind::Input);
    }
    assert_eq!(server.request_lines(), [""; 0]);
}

#[tokio::test]
async fn a_filter_holds_for_lists_streams_and_counts() {
    let server = Wire::start(|_, line| match line.contains("/count") {
        true => json(200, r#"{"total":0}"#),
        false => json(200, "[]"),
    })
    .await;
    let filter = ConnectionFilter::new().reseller("acme-partners");
    let trunks = server.retrying().connections().filter(filter);
    trunks.list().await.unwrap();
    trunks.list_unchecked().await.unwrap();
    trunks.count().await.unwrap();
    assert!(trunks.stream().next().await.is_none());
    let requests = server.request_lines();
    assert!(requests.len() >= 6, "{requests:?}");
    assert!(
        requests
            .iter()
            .all(|line| line.contains("reseller=acme-partners")),
        "{requests:?}"
    );
}

/// A value as HTML forms encode it: the standard's unreserved characters as they are, a space as
/// `+`, and every other byte by its number.
fn form(value: &str) -> String {
    let encoded = value.bytes().map(|byte| match byte {
        b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'*' | b'-' | b'.' | b'_' => {
            char::from(byte).to_string()
        }
        b' ' => "+".to_owned(),
        _ => format!("%{byte:02X}"),
    });
    encoded.collect()
}

#[tokio::test]
async fn a_filter_is_sent_to_the_last_byte_and_adds_no_parameter() {
    let every: String = (0..128).map(char::from).chain("äß😀".chars()).collect();
    for value in [&every, "", "&domain=*#", "%26", "a=b&c"] {
        let server = Wire::responding(200, "application/json", "[]").await;
        let filter = ConnectionFilter::new().route_chain(value).user_scope(value);
        let trunks = server.retrying().connections().filter(filter);
        trunks.list_unchecked().await.unwrap();
        let value = form(value);
        let line = format!("GET /ns-api/v2/connections?route-chain={value}&user-scope={value}");
        assert_eq!(server.request_lines(), [line]);
    }
}

#[tokio::test]
async fn successes_have_status_headers_and_attempts() {
    let server = Wire::start(|number, line| {
        let id = format!("content-type: application/json\r\nx-request-id: id-{number}\r\n");
        match (number, line) {
            (0, _) => respond(503, &id, "{}"),
            (_, line) if line.starts_with("PUT") => respond(202, &id, "{}"),
            (_, line) if line.contains("missing") => {
                respond(404, &id, r#"{"code":404,"message":"Not Found"}"#)
            }
            (_, line) if line.contains("/count") => respond(200, &id, r#"{"total":1}"#),
            _ => {
                let list = trunks(&[("acme.example", PATTERN)]);
                respond(200, &id, list.split("\r\n\r\n").nth(1).unwrap())
            }
        }
    })
    .await;
    let acme = server
        .retrying()
        .domain("acme.example")
        .unwrap()
        .connections();
    let (trunk, metadata) = acme.get(PATTERN).with_metadata().await.unwrap();
    assert!(trunk.is_some());
    assert_eq!((metadata.status(), metadata.attempts()), (200, 2));
    assert_eq!(metadata.request_id(), Some("id-1"));
    assert!(
        metadata
            .headers()
            .any(|header| header == ("x-request-id", "id-1"))
    );

    let (missing, metadata) = acme.get("sip*@missing").with_metadata().await.unwrap();
    assert_eq!((missing, metadata.status()), (None, 404));
    assert_eq!(metadata.request_id(), Some("id-2"));

    let accepted = acme
        .update(PATTERN, &ConnectionUpdate::new())
        .await
        .unwrap();
    assert_eq!(accepted.metadata().request_id(), Some("id-3"));
    let (_, metadata) = acme.list_unchecked().with_metadata().await.unwrap();
    assert_eq!(metadata.request_id(), Some("id-4"));
    let list = acme.list().await.unwrap();
    assert_eq!(
        list.metadata().request_id(),
        Some("id-6"),
        "of the count, which came last"
    );
    let (total, metadata) = acme.count().with_metadata().await.unwrap();
    assert_eq!((total, metadata.request_id()), (1, Some("id-7")));
    assert!(!format!("{metadata:?}").contains("id-7"));
}

#[tokio::test]
async fn a_negative_count_is_no_count() {
    let server = Wire::start(|_, _| json(200, r#"{"total":-1}"#)).await;
    let refused = server.retrying().connections().count().await.unwrap_err();
    assert!(refused.is_decode(), "{refused}");
    assert!(refused.to_string().contains("negative"), "{refused}");
}

#[tokio::test]
async fn a_stream_ends_once_and_for_all() {
    let server = Wire::start(|_, line| match line.contains("/count") {
        true => json(200, r#"{"total":1}"#),
        false => trunks(&[("acme.example", PATTERN)]),
    })
    .await;
    let mut stream = server.retrying().connections().stream();
    assert!(!stream.is_terminated());
    assert!(stream.metadata().is_none());
    assert!(stream.next().await.unwrap().is_ok());
    assert!(!stream.is_terminated());
    assert!(stream.next().await.is_none());
    assert!(stream.is_terminated());
    assert!(stream.next().await.is_none());
    assert_eq!(
        stream.metadata().map(|metadata| metadata.status()),
        Some(200)
    );
}

#[tokio::test]
async fn a_deadline_of_one_call_applies_only_to_it() {
    // Connections are made, and nothing is ever said on them.
    let silent = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let client = Client::builder()
        .server(format!("http://{}", silent.local_addr().unwrap()))
        .api_key("nss_EXAMPLE")
        .timeout(Duration::from_millis(200))
        .retry(RetryPolicy::never())
        .build()
        .unwrap();
    let shorter = client.with_deadline(Duration::from_millis(50));
    let late = shorter.connections().count().await.unwrap_err();
    assert!(late.to_string().contains("overall deadline"), "{late}");
    let late = client.connections().count().await.unwrap_err();
    assert!(late.is_timeout(), "{late}");
    assert!(!late.to_string().contains("overall deadline"), "{late}");
}

#[test]
fn an_error_is_one_word_wide_and_goes_everywhere() {
    fn goes_everywhere<T: std::error::Error + Send + Sync + 'static>() {}
    goes_everywhere::<Error>();
    fn is_free_to_clone<T: Clone>() {}
    is_free_to_clone::<Error>();
    assert_eq!(size_of::<Error>(), size_of::<usize>());
    assert_eq!(size_of::<Result<(), Error>>(), size_of::<usize>());
    let refused = Client::builder().build().unwrap_err();
    assert_eq!(
        format!("{:>24}|", refused.kind()),
        "   invalid configuration|"
    );
    let refused = std::io::Error::from(refused);
    assert_eq!(refused.kind(), std::io::ErrorKind::InvalidInput);
}

#[test]
fn every_operation_can_be_spawned() {
    fn spawns<T: Send + 'static>(_: T) {}
    let client = Client::builder()
        .server("127.0.0.1")
        .api_key("nss_EXAMPLE")
        .build()
        .unwrap();
    let key = ConnectionKey::new("acme.example", PATTERN).unwrap();
    spawns(async move {
        let acme = client.domain("acme.example")?;
        let all = client.connections();
        let pbx = acme.registering_pbx("acme-pri.example", "15555550100", "US and Canada");
        all.create_and_read(pbx, Duration::ZERO).await?;
        all.list().await?;
        all.delete_idle(&key).await?;
        acme.connections().get(PATTERN).await?;
        acme.connections()
            .update(PATTERN, &ConnectionUpdate::new())
            .await?;
        client
            .request(netsapiens_connections::Method::GET, ["version"])
            .send()
            .await?;
        all.stream().next().await.transpose()
    });
}
