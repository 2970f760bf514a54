//! A sentinel password and key, looked for in everything that can be printed.

use netsapiens_connections::{
    Client, Connection, ConnectionCreate, ConnectionUpdate, DomainName, MatchPattern, RetryPolicy,
    Secret,
};
use serde_json::json;

use crate::log::Log;
use crate::wire::Wire;

const KEY: &str = "nss_sentinelkey";
const PASSWORD: &str = "sentinel-password";

fn assert_clean(printed: &str) {
    assert!(!printed.contains("sentinel"), "{printed}");
}

fn trunk_full_of_secrets() -> Connection {
    serde_json::from_value(json!({
        "domain": "acme.example",
        "connection-orig-match-pattern": "sip*@acme-pri.example",
        "connection-sip-registration-password": PASSWORD,
        "call-routing": [{ "password": PASSWORD }],
        "registration": {
            "connection-sip-registration-password": PASSWORD,
            "contact": "sip:sentinel@192.0.2.10",
            "later-secret": { "nested": PASSWORD },
        },
        "connection-later-password": PASSWORD,
        "innocent-name": { "deep": [PASSWORD] },
    }))
    .unwrap()
}

#[test]
fn a_trunk_shows_no_secret() {
    let trunk = trunk_full_of_secrets();
    assert_clean(&format!("{trunk:?} {trunk:#?}"));
    assert_eq!(
        trunk
            .sip_registration_password
            .as_ref()
            .map(Secret::expose_secret),
        Some(PASSWORD)
    );
}

#[test]
fn a_trunk_shows_no_customer_data_and_what_is_set() {
    let printed = format!("{:?}", trunk_full_of_secrets());
    assert!(!printed.contains("acme"), "{printed}");
    assert!(
        printed.contains("domain: ***") && printed.contains("address: None"),
        "{printed}"
    );
    assert!(
        printed.contains("extra: {\"connection-later-password\", \"innocent-name\"}"),
        "{printed}"
    );
}

#[test]
fn what_is_sent_shows_no_secret() {
    let mut create = ConnectionCreate::new(
        DomainName::new("acme.example").unwrap(),
        MatchPattern::new("sip*@a").unwrap(),
    );
    create.sip_registration_password = Some(PASSWORD.into());
    let update = ConnectionUpdate {
        sip_registration_password: Some(PASSWORD.into()),
        ..Default::default()
    };
    assert_clean(&format!("{create:?} {update:?}"));
    assert!(
        serde_json::to_string(&update).unwrap().contains(PASSWORD),
        "it has to be sent all the same"
    );
}

#[test]
fn clients_and_builders_show_no_key() {
    let builder = Client::builder().server("pbx.acme.example").api_key(KEY);
    assert_clean(&format!("{builder:?} {builder:#?}"));
    let client = builder.build().unwrap();
    assert_clean(&format!(
        "{client:?} {:?} {:?}",
        client.connections(),
        client.domain("acme.example").unwrap()
    ));
}

#[test]
fn a_key_that_is_no_header_is_not_repeated() {
    let error = Client::builder()
        .server("pbx.acme.example")
        .api_key("sentinel\nkey")
        .build()
        .unwrap_err();
    assert_clean(&format!("{error} {error:?}"));
}

/// Answers in which a server echoes what it got or holds secrets of its own.
fn treacherous() -> Vec<(u16, &'static str, String)> {
    let echo = |status: u16| {
        json!({ "code": status, "message": format!("bad password {PASSWORD} for Bearer {KEY}") })
            .to_string()
    };
    vec![
        (200, "application/json", json!([{ "domain": "a", "connection-sip-registration-password": PASSWORD }]).to_string()),
        (
            200,
            "application/json",
            json!([{ "domain": "a", "connection-orig-match-pattern": "b", "limits-max-active-calls-orig": PASSWORD }]).to_string(),
        ),
        (200, "application/json", format!("[{{\"connection-sip-registration-password\":\"{PASSWORD}\"")),
        (200, "application/json", format!("\"{PASSWORD}\"")),
        (200, PASSWORD, PASSWORD.to_owned()),
        (400, "application/json", echo(400)),
        (401, "application/json", echo(401)),
        (409, "application/json", echo(409)),
        (500, "text/html", format!("<html>{PASSWORD} {KEY}</html>")),
        (502, PASSWORD, format!("{PASSWORD} {KEY}")),
        (302, "text/plain", PASSWORD.to_owned()),
    ]
}

#[tokio::test]
async fn errors_and_receipts_and_traces_show_no_secret() {
    let log = Log::of_this_thread(tracing::Level::TRACE);
    let mut create = ConnectionCreate::new(
        DomainName::new("acme.example").unwrap(),
        MatchPattern::new("sip*@a").unwrap(),
    );
    create.sip_registration_password = Some(PASSWORD.into());
    let update = ConnectionUpdate {
        sip_registration_password: Some(PASSWORD.into()),
        ..Default::default()
    };

    let mut printed = String::new();
    for (status, content_type, body) in treacherous() {
        let wire = Wire::answering(status, content_type, body).await;
        let client = Client::builder()
            .server(wire.client_url())
            .api_key(KEY)
            .retry(RetryPolicy::never())
            .build()
            .unwrap();
        let acme = client.domain("acme.example").unwrap();
        printed += &format!("{:?}", client.connections().create(&create).await);
        printed += &format!("{:?}", acme.connections().update("sip*@a", &update).await);
        for error in [
            client.connections().list().await.map(drop),
            client.connections().count().await.map(drop),
            acme.connections().list().await.map(drop),
            acme.connections().get("sip*@a").await.map(drop),
            acme.connections().delete("sip*@a").await.map(drop),
            client.connections().create(&create).await.map(drop),
        ]
        .into_iter()
        .filter_map(Result::err)
        {
            printed += &format!("{error} {error:?} {error:#?}");
            let mut source = std::error::Error::source(&error);
            while let Some(inner) = source {
                printed += &format!("{inner} {inner:?}");
                source = inner.source();
            }
        }
        assert!(
            wire.requests().iter().all(|request| request.contains(KEY)),
            "the key has to be sent all the same"
        );
    }
    let traced = log.text();
    assert!(printed.contains("create_connection") && traced.contains("create_connection"));
    assert_clean(&printed);
    assert_clean(&traced);
}
