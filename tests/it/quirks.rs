//! The client behaves the same whatever the server's quirks are.

use std::time::{Duration, Instant};

use netsapiens_connections::fake::{FakeServer, Quirks, RegistrationShape};
use netsapiens_connections::{
    Addressing, Connection, ConnectionCreate, ConnectionUpdate, DomainConnections, DomainName,
    ErrorKind, MatchPattern, RegisteringPbx,
};

use crate::servers::{SWITCHES, all_but};

const PATTERN: &str = "sip*@acme-pri.example";
const COLON: &str = "sip:*@192.0.2.20";

/// Each switch alone and with each other one.
#[test]
fn the_life_of_a_trunk_is_the_same_under_all_pairs_of_quirks() {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(async {
        for (at, (one, set_one)) in SWITCHES.into_iter().enumerate() {
            for (other, set_other) in &SWITCHES[at..] {
                let mut quirks = Quirks::default();
                set_one(&mut quirks);
                set_other(&mut quirks);
                life(&format!("{one} + {other}"), quirks).await;
            }
        }
    });
}

#[tokio::test]
async fn the_life_of_a_trunk_is_the_same_under_all_quirks_at_once() {
    life("all", all_but(&[])).await;
}

async fn life(name: &str, quirks: Quirks) {
    let patient = !quirks.visibility_delay.is_zero();
    let strict = !quirks.missing_delete_accepted;
    let server = FakeServer::with_quirks(quirks.clone()).await;
    let client = server.client().unwrap();
    let acme = client.domain("acme.example").unwrap();
    let trunks = acme.connections();

    let pbx = RegisteringPbx::new(
        "acme.example",
        "acme-pri.example",
        "15555550100",
        "US and Canada",
    )
    .description("before");
    let receipt = client
        .connections()
        .create(&pbx.try_into().unwrap())
        .await
        .unwrap();
    assert_eq!(
        (receipt.status(), receipt.code(), receipt.message()),
        (202, Some(202), Some("Accepted")),
        "{name}"
    );
    let created = read(name, patient, &trunks, |trunk| trunk.is_some())
        .await
        .unwrap();
    looks_right(name, &quirks, &created, "before");

    for listed in [
        client.connections().list().await.unwrap(),
        trunks.list().await.unwrap(),
    ] {
        assert_eq!(&*listed, std::slice::from_ref(&created), "{name}");
    }
    assert_eq!(
        (
            client.connections().count().await.unwrap(),
            trunks.count().await.unwrap()
        ),
        (1, 1),
        "{name}"
    );
    let again = ConnectionCreate::new(
        DomainName::new("acme.example").unwrap(),
        MatchPattern::new(PATTERN).unwrap(),
    );
    assert!(
        client
            .connections()
            .create(&again)
            .await
            .unwrap_err()
            .is_conflict(),
        "{name}"
    );

    let change = ConnectionUpdate::new().description("after");
    assert_eq!(
        trunks.update(PATTERN, &change).await.unwrap().status(),
        202,
        "{name}"
    );
    let changed = |trunk: &Option<Connection>| {
        trunk
            .as_ref()
            .is_some_and(|trunk| trunk.description.as_deref() == Some("after"))
    };
    let updated = read(name, patient, &trunks, changed).await.unwrap();
    looks_right(name, &quirks, &updated, "after");
    assert_eq!(
        updated.sip_registration_password, created.sip_registration_password,
        "{name}"
    );

    assert_eq!(
        trunks.delete(PATTERN).await.unwrap().status(),
        202,
        "{name}"
    );
    assert_eq!(
        read(name, patient, &trunks, Option::is_none).await,
        None,
        "{name}"
    );
    assert_eq!(client.connections().count().await.unwrap(), 0, "{name}");
    assert!(
        trunks
            .update(PATTERN, &change)
            .await
            .unwrap_err()
            .is_not_found(),
        "{name}"
    );
    match (strict, trunks.delete(PATTERN).await) {
        (true, Err(error)) => assert!(error.is_not_found(), "{name}: {error:?}"),
        (false, Ok(receipt)) => assert_eq!(receipt.status(), 202, "{name}"),
        (_, other) => panic!("{name}: {other:?}"),
    }
    assert_eq!(server.changes(), 3, "{name}");
}

/// Reads until the trunk is as wanted; a server without a delay has no second chance.
async fn read(
    name: &str,
    patient: bool,
    trunks: &DomainConnections,
    wanted: impl Fn(&Option<Connection>) -> bool,
) -> Option<Connection> {
    let begun = Instant::now();
    loop {
        let trunk = trunks.get(PATTERN).await.unwrap();
        if wanted(&trunk) {
            return trunk;
        }
        assert!(
            patient && begun.elapsed() < Duration::from_secs(10),
            "{name}: not visible: {trunk:?}"
        );
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
}

/// What no quirk may change, and that the quirk itself was there to be seen.
fn looks_right(name: &str, quirks: &Quirks, trunk: &Connection, description: &str) {
    assert_eq!(
        (trunk.domain.as_str(), trunk.orig_match_pattern.as_str()),
        ("acme.example", PATTERN),
        "{name}"
    );
    assert_eq!(trunk.description.as_deref(), Some(description), "{name}");
    assert_eq!(
        trunk.sip_registration_username.as_deref(),
        Some("15555550100"),
        "{name}"
    );
    assert_eq!(
        trunk
            .sip_registration_password
            .as_ref()
            .map(|password| password.expose_secret().len()),
        Some(12),
        "{name}"
    );
    assert_eq!(trunk.limits_max_active_calls_total, Some(0), "{name}");
    assert_eq!(trunk.time_zone, None, "{name}");
    assert_eq!(
        trunk.dial_policy.as_deref(),
        Some("US and Canada"),
        "{name}"
    );
    let unknown = trunk
        .sip_transport_protocol
        .as_ref()
        .map(ToString::to_string);
    assert_eq!(
        unknown.as_deref(),
        Some(if quirks.unknown_values {
            "of-a-later-version"
        } else {
            "UDP"
        }),
        "{name}"
    );
    assert_eq!(trunk.extra.is_empty(), !quirks.unknown_fields, "{name}");
    let registration = trunk.registration.as_ref();
    match quirks.registration {
        RegistrationShape::Object => {
            let registration = registration.unwrap();
            assert_eq!(
                registration.sip_registration_password, trunk.sip_registration_password,
                "{name}"
            );
            assert_eq!(
                registration.device_sip_registration_expiry_seconds,
                Some(60),
                "{name}"
            );
        }
        // An object without members is one.
        RegistrationShape::EmptyObject => assert!(registration.is_some(), "{name}"),
        RegistrationShape::EmptyArray | RegistrationShape::Absent => {
            assert!(registration.is_none(), "{name}")
        }
        other => panic!("{name}: {other:?} is not looked at"),
    }
    let modified = trunk.last_modified_datetime.as_ref().unwrap();
    assert_eq!(
        modified.to_timestamp().is_some(),
        !quirks.odd_dates,
        "{name}: {modified}"
    );
}

#[tokio::test]
async fn unknown_values_come_in_every_vocabulary_and_nowhere_else() {
    let server = FakeServer::with_quirks(Quirks::new().unknown_values(true)).await;
    let client = server.client().unwrap();
    let key = ConnectionCreate::new(
        DomainName::new("acme.example").unwrap(),
        MatchPattern::new(PATTERN).unwrap(),
    );
    client.connections().create(&key).await.unwrap();
    let trunk = serde_json::to_value(&client.connections().list().await.unwrap()[0]).unwrap();
    let unknown: Vec<&str> = trunk
        .as_object()
        .unwrap()
        .iter()
        .filter(|(_, value)| *value == "of-a-later-version")
        .map(|(name, _)| name.as_str())
        .collect();
    // 16 of yes and no, 2 of yes, no and the system's default, 2 destinations, and one each of
    // relay, encryption, transport, header and ringback.
    assert_eq!(unknown.len(), 25, "{unknown:?}");
    assert_eq!(trunk["connection-linked-billing-user"], "domain");
}

#[tokio::test]
async fn a_pattern_with_a_colon_is_refused_before_it_is_sent_to_a_server_before_v46() {
    let server = FakeServer::start().await;
    let client = server.client().unwrap();
    let trunk = ConnectionCreate::new(
        DomainName::new("acme.example").unwrap(),
        MatchPattern::new(COLON).unwrap(),
    );
    client.connections().create(&trunk).await.unwrap();
    let sent = server.requests().len();
    let acme = client.domain("acme.example").unwrap();
    let errors = [
        acme.connections().get(COLON).await.map(drop),
        acme.connections()
            .update(COLON, &ConnectionUpdate::default())
            .await
            .map(drop),
        acme.connections().delete(COLON).await.map(drop),
    ];
    for error in errors.map(Result::unwrap_err) {
        assert_eq!(error.kind(), ErrorKind::Input);
        assert!(!error.may_have_been_sent());
        assert!(
            error.to_string().contains("`Addressing::Base64Id`"),
            "{error}"
        );
    }
    assert_eq!(server.requests().len(), sent);
    assert_eq!(
        acme.connections().list().await.unwrap()[0].orig_match_pattern,
        COLON
    );
}

#[tokio::test]
async fn a_pattern_with_a_colon_is_addressed_by_its_id_on_v46() {
    let server = FakeServer::with_quirks(Quirks::new().addressing(Addressing::Base64Id)).await;
    let client = server.client().unwrap();
    let trunk = ConnectionCreate::new(
        DomainName::new("acme.example").unwrap(),
        MatchPattern::new(COLON).unwrap(),
    );
    client.connections().create(&trunk).await.unwrap();
    let acme = client.domain("acme.example").unwrap();
    assert!(acme.connections().get(COLON).await.unwrap().is_some());
    acme.connections()
        .update(COLON, &ConnectionUpdate::new().description("after"))
        .await
        .unwrap();
    acme.connections().delete(COLON).await.unwrap();
    assert_eq!(server.trunk_count(), 0);
}
