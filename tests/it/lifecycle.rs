//! All operations against the fake server.

use futures_util::TryStreamExt;
use netsapiens_connections::fake::{DOMAIN_KEY, EmptyDomain, FakeServer, READ_ONLY_KEY};
use netsapiens_connections::settings::{AudioRelay, SipTransport, YesNo};
use netsapiens_connections::{
    CarrierTrunk, ConnectionCreate, ConnectionFilter, ConnectionUpdate, DomainName, MatchPattern,
    Secret,
};
use serde_json::json;

use crate::servers::{
    ACCEPTED, DATES, DELAY, EMPTY, VALUES, all_but, on_every_server, on_servers_without,
};

const PATTERN: &str = "sip*@acme-pri.example";

fn least() -> ConnectionCreate {
    ConnectionCreate::new(
        DomainName::new("acme.example").unwrap(),
        MatchPattern::new(PATTERN).unwrap(),
    )
}

#[tokio::test]
async fn a_created_trunk_has_what_was_sent_the_defaults_and_a_password() {
    on_servers_without(&[VALUES, DATES, DELAY], async |server| {
        let client = server.client().unwrap();
        let sent = least().sip_transport_protocol(SipTransport::Tls);
        let receipt = client.connections().create(&sent).await.unwrap();
        assert_eq!(
            (receipt.status(), receipt.message()),
            (202, Some("Accepted"))
        );

        let trunk = client
            .domain("acme.example")
            .unwrap()
            .connections()
            .get(PATTERN)
            .await
            .unwrap()
            .unwrap();
        assert_eq!(trunk.sip_transport_protocol, Some(SipTransport::Tls));
        assert_eq!(trunk.audio_relay_enabled, Some(AudioRelay::Yes));
        assert_eq!(trunk.term_match_pattern.as_deref(), Some(PATTERN));
        assert_eq!(
            trunk
                .sip_registration_password
                .as_ref()
                .map(|password| password.expose_secret().len()),
            Some(12)
        );
        assert_eq!(trunk.time_zone, None);
        assert_eq!(trunk.call_routing, Some(json!([[]]).into()));
        assert!(
            trunk
                .last_modified_datetime
                .unwrap()
                .to_timestamp()
                .is_some()
        );
    })
    .await;
}

#[tokio::test]
async fn a_password_that_was_sent_stays() {
    on_servers_without(&[DELAY], async |server| {
        let client = server.client().unwrap();
        let sent = least().sip_registration_password("correct horse");
        client.connections().create(&sent).await.unwrap();
        let trunk = client
            .domain("acme.example")
            .unwrap()
            .connections()
            .get(PATTERN)
            .await
            .unwrap()
            .unwrap();
        assert_eq!(
            trunk
                .sip_registration_password
                .as_ref()
                .map(Secret::expose_secret),
            Some("correct horse")
        );
    })
    .await;
}

#[tokio::test]
async fn a_second_trunk_with_the_same_key_is_a_conflict() {
    on_every_server(async |server| {
        let client = server.client().unwrap();
        client.connections().create(&least()).await.unwrap();
        let error = client.connections().create(&least()).await.unwrap_err();
        assert!(error.is_conflict(), "{error}");
        assert_eq!(server.trunk_count(), 1);
    })
    .await;
}

#[tokio::test]
async fn the_same_pattern_in_another_domain_is_another_trunk() {
    on_servers_without(&[DELAY], async |server| {
        let client = server.client().unwrap();
        client.connections().create(&least()).await.unwrap();
        client
            .connections()
            .create(&ConnectionCreate::new(
                DomainName::new("other.example").unwrap(),
                MatchPattern::new(PATTERN).unwrap(),
            ))
            .await
            .unwrap();
        assert_eq!(client.connections().count().await.unwrap(), 2);
        assert_eq!(
            client
                .domain("other.example")
                .unwrap()
                .connections()
                .count()
                .await
                .unwrap(),
            1
        );
    })
    .await;
}

#[tokio::test]
async fn a_list_of_a_domain_that_the_server_does_not_find_is_an_error_and_never_empty() {
    let quirks = all_but(&[DELAY]);
    assert_eq!(quirks.empty_domain, EmptyDomain::NotFound);
    let server = FakeServer::with_quirks(quirks).await;
    let client = server.client().unwrap();
    let mistyped = client.domain("acme.exmaple").unwrap();
    let error = mistyped.connections().list().await.unwrap_err();
    assert!(error.is_not_found(), "{error:?}");
    assert_eq!(error.domain(), Some(mistyped.name()));
    let error = mistyped.connections().stream().try_next().await;
    assert!(error.unwrap_err().is_not_found());
    // With a trunk in it the domain is found.
    client.connections().create(&least()).await.unwrap();
    let acme = client.domain("acme.example").unwrap();
    assert_eq!(acme.connections().list().await.unwrap().len(), 1);
}

#[tokio::test]
async fn lists_hold_the_trunks_of_their_domain() {
    on_servers_without(&[DELAY, EMPTY], async |server| {
        let client = server.client().unwrap();
        client.connections().create(&least()).await.unwrap();
        let carrier: ConnectionCreate = CarrierTrunk::new("192.0.2.20").try_into().unwrap();
        client.connections().create(&carrier).await.unwrap();
        let patterns = |trunks: netsapiens_connections::CompleteList| -> Vec<String> {
            trunks
                .into_iter()
                .map(|trunk| trunk.orig_match_pattern)
                .collect()
        };
        assert_eq!(
            patterns(client.connections().list().await.unwrap()),
            [PATTERN, "sip*@192.0.2.20"]
        );
        assert_eq!(
            patterns(
                client
                    .domain("acme.example")
                    .unwrap()
                    .connections()
                    .list()
                    .await
                    .unwrap()
            ),
            [PATTERN]
        );
        assert_eq!(
            patterns(
                client
                    .domain("empty.example")
                    .unwrap()
                    .connections()
                    .list()
                    .await
                    .unwrap()
            ),
            [""; 0]
        );
    })
    .await;
}

#[tokio::test]
async fn a_filter_is_sent_and_leaves_what_it_names() {
    on_every_server(async |server| {
        let client = server.client().unwrap();
        client.connections().create(&least()).await.unwrap();
        let filter = ConnectionFilter::new().termination_match("sip*@elsewhere");
        assert_eq!(
            client
                .connections()
                .filter(filter.clone())
                .count()
                .await
                .unwrap(),
            0
        );
        assert_eq!(
            client
                .connections()
                .filter(filter.clone())
                .list()
                .await
                .unwrap()
                .len(),
            0
        );
        assert_eq!(
            server.requests().last().unwrap().query,
            "termination-match=sip*%40elsewhere"
        );
    })
    .await;
}

#[tokio::test]
async fn a_list_without_a_filter_sends_no_query() {
    on_every_server(async |server| {
        server.client().unwrap().connections().list().await.unwrap();
        assert_eq!(server.requests()[0].query, "");
    })
    .await;
}

#[tokio::test]
async fn an_update_changes_what_is_set_and_leaves_the_rest() {
    on_servers_without(&[VALUES, DELAY], async |server| {
        let client = server.client().unwrap();
        client
            .connections()
            .create(&least().description("Lab PRI"))
            .await
            .unwrap();
        let trunks = client.domain("acme.example").unwrap();
        let before = trunks.connections().get(PATTERN).await.unwrap().unwrap();
        let change = ConnectionUpdate::new().orig_enabled(YesNo::No);
        trunks.connections().update(PATTERN, &change).await.unwrap();
        let after = trunks.connections().get(PATTERN).await.unwrap().unwrap();
        let mut expected = before.orig_enabled(YesNo::No);
        expected.last_modified_datetime = after.last_modified_datetime.clone();
        assert_eq!(after, expected);
    })
    .await;
}

#[tokio::test]
async fn an_empty_string_clears_a_setting() {
    on_servers_without(&[DELAY], async |server| {
        let client = server.client().unwrap();
        client
            .connections()
            .create(&least().description("Lab PRI"))
            .await
            .unwrap();
        let acme = client.domain("acme.example").unwrap();
        acme.connections()
            .update(PATTERN, &ConnectionUpdate::new().clear_description())
            .await
            .unwrap();
        assert_eq!(
            acme.connections()
                .get(PATTERN)
                .await
                .unwrap()
                .unwrap()
                .description,
            None
        );
    })
    .await;
}

#[test]
fn an_update_of_nothing_is_an_empty_object() {
    assert_eq!(
        serde_json::to_string(&ConnectionUpdate::default()).unwrap(),
        "{}"
    );
}

#[tokio::test]
async fn a_deleted_trunk_is_gone_and_deleting_it_again_is_not_found() {
    on_servers_without(&[ACCEPTED, DELAY], async |server| {
        let client = server.client().unwrap();
        client.connections().create(&least()).await.unwrap();
        let acme = client.domain("acme.example").unwrap();
        assert_eq!(
            acme.connections().delete(PATTERN).await.unwrap().status(),
            202
        );
        assert_eq!(acme.connections().get(PATTERN).await.unwrap(), None);
        assert!(
            acme.connections()
                .delete(PATTERN)
                .await
                .unwrap_err()
                .is_not_found()
        );
    })
    .await;
}

#[tokio::test]
async fn updating_a_trunk_that_does_not_exist_is_not_found() {
    on_every_server(async |server| {
        let acme = server.client().unwrap().domain("acme.example").unwrap();
        assert!(
            acme.connections()
                .update(PATTERN, &ConnectionUpdate::default())
                .await
                .unwrap_err()
                .is_not_found()
        );
    })
    .await;
}

#[tokio::test]
async fn a_wrong_key_is_unauthorized() {
    on_every_server(async |server| {
        let client = server
            .client_builder()
            .api_key("nss_WRONG")
            .build()
            .unwrap();
        assert!(
            client
                .connections()
                .list()
                .await
                .unwrap_err()
                .is_unauthorized()
        );
    })
    .await;
}

#[tokio::test]
async fn a_domain_key_sees_its_domain_and_not_the_system() {
    on_servers_without(&[DELAY], async |server| {
        server
            .client()
            .unwrap()
            .connections()
            .create(&least())
            .await
            .unwrap();
        let client = server.client_builder().api_key(DOMAIN_KEY).build().unwrap();
        assert!(
            client
                .connections()
                .list()
                .await
                .unwrap_err()
                .is_permission_denied()
        );
        assert_eq!(
            client
                .domain("~")
                .unwrap()
                .connections()
                .list()
                .await
                .unwrap()
                .len(),
            1
        );
        assert!(
            client
                .domain("other.example")
                .unwrap()
                .connections()
                .list()
                .await
                .unwrap_err()
                .is_permission_denied()
        );
    })
    .await;
}

#[tokio::test]
async fn a_read_only_key_reads_and_does_not_write() {
    on_every_server(async |server| {
        let client = server
            .client_builder()
            .api_key(READ_ONLY_KEY)
            .build()
            .unwrap();
        assert_eq!(client.connections().count().await.unwrap(), 0);
        assert!(
            client
                .connections()
                .create(&least())
                .await
                .unwrap_err()
                .is_permission_denied()
        );
        assert_eq!(server.trunk_count(), 0);
    })
    .await;
}

#[tokio::test]
async fn a_tilde_is_refused_for_a_key_of_the_whole_system() {
    on_every_server(async |server| {
        let error = server
            .client()
            .unwrap()
            .domain("~")
            .unwrap()
            .connections()
            .list()
            .await
            .unwrap_err();
        assert_eq!(error.status(), Some(400));
    })
    .await;
}

#[tokio::test]
async fn requests_carry_key_agent_and_tag_and_no_api_version() {
    let wire = crate::wire::Wire::responding(200, "application/json", r#"{"total":107}"#).await;
    let client = wire.builder().log_tag("billing-sync").build().unwrap();
    assert_eq!(client.connections().count().await.unwrap(), 107);
    let request = &wire.requests()[0];
    for header in [
        "authorization: Bearer nss_EXAMPLE",
        "accept: application/json",
        "x-netsapiens-log: billing-sync",
    ] {
        assert!(request.contains(header), "{request}");
    }
    assert!(
        request.contains(concat!(
            "user-agent: netsapiens-connections/",
            env!("CARGO_PKG_VERSION")
        )),
        "{request}"
    );
    assert!(!request.contains("api-version"), "{request}");
}

#[tokio::test]
async fn one_trunk_is_read_from_an_array_an_object_and_nothing() {
    let trunk = json!({ "domain": "acme.example", "connection-orig-match-pattern": PATTERN });
    let table = [
        (json!([trunk]), true),
        (trunk.clone(), true),
        (json!([]), false),
    ];
    for (body, found) in table {
        let wire = crate::wire::Wire::responding(200, "application/json", body.to_string()).await;
        let read = wire
            .client()
            .domain("acme.example")
            .unwrap()
            .connections()
            .get(PATTERN)
            .await
            .unwrap();
        assert_eq!(read.is_some(), found, "{body}");
    }
}

#[tokio::test]
async fn another_trunk_than_the_requested_one_is_an_error() {
    let other = json!([{
        "domain": "acme.example",
        "connection-orig-match-pattern": "sip*@other.example",
    }]);
    let wire = crate::wire::Wire::responding(200, "application/json", other.to_string()).await;
    let acme = wire.client().domain("acme.example").unwrap();
    let error = acme.connections().get(PATTERN).await.unwrap_err();
    assert_eq!(error.kind(), netsapiens_connections::ErrorKind::Mismatch);
}

#[tokio::test]
async fn an_unknown_route_is_no_missing_trunk() {
    let wire = crate::wire::Wire::responding(
        404,
        "application/json",
        r#"{"code":404,"message":"No Route Found [92]"}"#,
    )
    .await;
    let error = wire
        .client()
        .domain("acme.example")
        .unwrap()
        .connections()
        .get(PATTERN)
        .await
        .unwrap_err();
    assert!(error.is_unknown_route(), "{error}");
}
