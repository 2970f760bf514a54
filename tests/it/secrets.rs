//! No secret is printed: searches all output for a sentinel password and key.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Debug;

use netsapiens_connections::bulk::Outcome;
use netsapiens_connections::envelopes::{ApiMessage, ConnectionCount, ConnectionList};
use netsapiens_connections::settings::{
    AudioRelay, AudioRelayMode, EncryptedAudio, OrigMatchHeader, RemoteRingback, SipDestination,
    SipTransport, YesNo, YesNoSystemDefault,
};
use netsapiens_connections::{
    Addressing, Client, Connection, ConnectionCreate, ConnectionFilter, ConnectionKey,
    ConnectionUpdate, DateTime, DomainName, MatchPattern, Method, PageSize, RawJson, Registration,
    RetryPolicy, Secret, StreamProgress, WholeSystem,
};
use serde::de::DeserializeOwned;
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

/// Public types whose `Debug` is tested elsewhere: the presets in `presets.rs`, a list in
/// `complete.rs`.
const ELSEWHERE: [&str; 3] = ["CarrierTrunk", "CompleteList", "RegisteringPbx"];

/// The public types, as the crate's root names them.
fn public_types() -> BTreeSet<&'static str> {
    let root = include_str!("../../src/lib.rs");
    let generated = include_str!("../../src/generated.rs");
    let exported = root
        .split("pub use ")
        .skip(1)
        .filter_map(|exports| exports.split(';').next());
    let handwritten = exported.flat_map(|exports| exports.split([':', ',', '{', '}', ' ', '\n']));
    let generated = generated.lines().filter_map(|line| {
        let rest = line
            .strip_prefix("    pub struct ")
            .or_else(|| line.strip_prefix("    pub enum "))?;
        rest.split([' ', '(', '{', '<']).next()
    });
    handwritten
        .chain(generated)
        .chain(["Progress", "Outcome"]) // of the module `bulk`
        .filter(|name| name.starts_with(char::is_uppercase))
        .collect()
}

/// Wire names of a generated type, as its documentation has them.
fn wire_names(of: &str) -> Vec<&'static str> {
    let generated = include_str!("../../src/generated.rs");
    let (_, after) = generated
        .split_once(&format!("    pub struct {of} {{"))
        .unwrap();
    let (fields, _) = after.split_once("\n    }").unwrap();
    fields
        .lines()
        .filter_map(|line| line.split_once("/// Wire name: `")?.1.split('`').next())
        .collect()
}

/// A value of a generated type with a sentinel in every field that can hold one: fields are given
/// whatever they take, and something that they do not know.
fn full<T: DeserializeOwned>(of: &str) -> T {
    let mut object = json!({ "domain": PATTERN, "connection-orig-match-pattern": PATTERN });
    let mut with_sentinel = 0;
    for name in wire_names(of) {
        let shapes = [
            json!(PASSWORD),
            json!({ "nested": { "password": PASSWORD } }),
            json!({ "contact": PASSWORD, "connection-sip-registration-password": PASSWORD }),
            json!(7),
        ];
        let before = object.clone();
        let fits = shapes.into_iter().find(|shape| {
            object[name] = if shape == PASSWORD && before[name] == PATTERN {
                json!(PATTERN)
            } else {
                shape.clone()
            };
            let fits = serde_json::from_value::<T>(object.clone()).is_ok();
            with_sentinel += usize::from(fits && object[name].to_string().contains("sentinel"));
            fits
        });
        // The required ones of `ApiMessage` and `ConnectionCount` come one after the other.
        if fits.is_none() {
            object[name] = json!(7);
        }
    }
    let sparse = ["ApiMessage", "ConnectionCount"].contains(&of);
    assert!(
        sparse || with_sentinel > 30,
        "{of}: {with_sentinel} sentinels"
    );
    if sparse {
        object["message"] = json!(PASSWORD);
    }
    serde_json::from_value(object).unwrap()
}

const PATTERN: &str = "sentinel.example";

#[tokio::test]
async fn no_public_type_shows_text_in_debug() {
    fn shown(value: &impl Debug) -> String {
        format!("{value:?} {value:#?}")
    }
    let builder = || Client::builder().server("pbx.acme.example").api_key(KEY);
    let client = builder().build().unwrap();
    let domain = client.domain(PATTERN).unwrap();
    let filter = ConnectionFilter::new()
        .device_sip_registration_uri(PASSWORD)
        .termination_match(PASSWORD)
        .reseller(PASSWORD)
        .route_chain(PASSWORD)
        .user_scope(PASSWORD);
    let trunk: Connection = full("Connection");
    let echo = json!({ "code": 202, "message": format!("bad password {PASSWORD}") }).to_string();
    let wire = Wire::responding(202, "application/json", echo).await;
    let receipt = wire.client().domain(PATTERN).unwrap();
    let receipt = receipt.connections().delete(PATTERN).await.unwrap();
    let raw = wire.client().request(Method::GET, ["version"]);
    let raw = raw.send().await.unwrap();
    let error = || {
        Client::builder()
            .server(format!("https://{PASSWORD}@acme.example"))
            .api_key(KEY)
            .build()
            .unwrap_err()
    };
    let mut table = BTreeMap::from([
        ("Addressing", shown(&Addressing::Base64Id)),
        ("ApiMessage", shown(&full::<ApiMessage>("ApiMessage"))),
        ("Client", shown(&client)),
        (
            "ClientBuilder",
            shown(&builder().server(format!("https://me:{PASSWORD}@host"))),
        ),
        ("Connection", shown(&trunk)),
        (
            "ConnectionCount",
            shown(&full::<ConnectionCount>("ConnectionCount")),
        ),
        (
            "ConnectionCreate",
            shown(&full::<ConnectionCreate>("ConnectionCreate")),
        ),
        ("ConnectionFilter", shown(&filter)),
        (
            "ConnectionList",
            shown(&ConnectionList::from(vec![trunk.clone()])),
        ),
        (
            "ConnectionStream",
            shown(&domain.connections().filter(filter.clone()).stream()),
        ),
        (
            "ConnectionUpdate",
            shown(&full::<ConnectionUpdate>("ConnectionUpdate")),
        ),
        (
            "ConnectionKey",
            shown(&ConnectionKey::new(PATTERN, PATTERN).unwrap()),
        ),
        (
            "Connections",
            shown(&client.connections().filter(filter.clone())),
        ),
        (
            "ReadFuture",
            shown(&domain.connections().filter(filter.clone()).count()),
        ),
        // Traits, a type of futures and a type of a library: none holds a text of ours.
        ("Credential", String::new()),
        ("Method", String::new()),
        ("Scope", String::new()),
        ("TokenFuture", String::new()),
        ("Metadata", shown(receipt.metadata())),
        (
            "Request",
            shown(
                &client
                    .request(Method::GET, [PASSWORD])
                    .query(PASSWORD, PASSWORD)
                    .json(PASSWORD),
            ),
        ),
        ("RawResponse", shown(&raw)),
        ("WholeSystem", shown(&WholeSystem)),
        ("DateTime", shown(&DateTime::from(PASSWORD))),
        ("Domain", shown(&domain)),
        ("DomainConnections", shown(&domain.connections())),
        ("DomainName", shown(&DomainName::new(PATTERN).unwrap())),
        ("Error", shown(&error())),
        ("ErrorKind", shown(&error().kind())),
        (
            "InvalidValue",
            shown(&DomainName::new(format!("{PASSWORD}/")).unwrap_err()),
        ),
        ("MatchPattern", shown(&MatchPattern::new(PATTERN).unwrap())),
        ("Outcome", shown(&Outcome::<()>::Failed(error()))),
        ("PageSize", shown(&PageSize::default())),
        ("Accepted", shown(&receipt)),
        ("Registration", shown(&full::<Registration>("Registration"))),
        ("RetryPolicy", shown(&RetryPolicy::default())),
        ("Secret", shown(&Secret::from(PASSWORD))),
        ("StreamProgress", shown(&StreamProgress::default())),
        ("Progress", String::new()),
        ("RawJson", {
            let quoted = json!(PASSWORD).to_string();
            shown(&serde_json::from_str::<RawJson>(&quoted).unwrap())
        }),
        ("UnknownFields", shown(&trunk.extra)),
        ("UnknownValue", shown(&YesNo::from(PASSWORD))),
    ]);
    macro_rules! vocabularies {
        ($($name:ident)*) => {
            $(table.insert(stringify!($name), shown(&$name::from(PASSWORD)));)*
        };
    }
    vocabularies!(AudioRelay AudioRelayMode EncryptedAudio OrigMatchHeader RemoteRingback
        SipDestination SipTransport YesNo YesNoSystemDefault);
    for (name, shown) in &table {
        assert!(!shown.contains("sentinel"), "{name}: {shown}");
    }
    // The control: harmless values are shown.
    for (name, harmless) in [
        ("Client", "pbx.acme.example"),
        ("Connection", "dial_plan: ***"),
        (
            "ConnectionUpdate",
            "sip_registration_password: Some(Secret(***))",
        ),
        ("ConnectionFilter", "reseller: ***"),
        ("Domain", "DomainName(***)"),
        ("Accepted", "bad password ***"),
        ("YesNo", "Unknown(UnknownValue(***))"),
    ] {
        assert!(table[name].contains(harmless), "{name}: {}", table[name]);
    }
    let listed: BTreeSet<&str> = table.keys().copied().chain(ELSEWHERE).collect();
    assert_eq!(
        listed,
        public_types(),
        "every public type has a row in this table, with a sentinel wherever it holds a text"
    );
}

#[test]
fn what_is_known_is_shown_in_debug() {
    let trunk: Connection = serde_json::from_value(json!({
        "domain": "acme.example",
        "connection-orig-match-pattern": "sip*@acme-pri.example",
        "connection-orig-enabled": "no",
        "limits-max-active-calls-total": 23,
        "last-modified-datetime": "2025-09-16T14:59:24+00:00",
        "connection-sip-registration-datetime": "15555550100",
        "later": 1,
    }))
    .unwrap();
    let printed = format!("{trunk:?}");
    for harmless in [
        "orig_enabled: Some(No)",
        "limits_max_active_calls_total: Some(23)",
        "last_modified_datetime: Some(DateTime(2025-09-16T14:59:24+00:00))",
        "sip_registration_datetime: Some(DateTime(***))",
        "dial_plan: None",
        "\"later\"",
    ] {
        assert!(printed.contains(harmless), "{harmless}\n{printed}");
    }
}

#[test]
fn a_secret_that_is_no_text_is_not_quoted_by_the_error() {
    for wrong in [
        "12345678",
        "-12345678",
        "1234.5678",
        "[12345678]",
        "{\"a\":12345678}",
        "true",
    ] {
        let body = format!("{{\"connection-sip-registration-password\":{wrong}}}");
        let error = serde_json::from_str::<ConnectionUpdate>(&body).unwrap_err();
        let printed = format!("{error} {error:?}");
        assert!(
            !printed.contains("1234") && !printed.contains("true"),
            "{printed}"
        );
    }
    let body = format!("{{\"connection-sip-registration-password\":\"{PASSWORD}\"}}");
    let update: ConnectionUpdate = serde_json::from_str(&body).unwrap();
    assert_eq!(
        serde_json::to_string(&update).unwrap(),
        body,
        "a text is taken and sent"
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

/// Responses that echo the request or have secrets of the server's own.
fn treacherous() -> Vec<(u16, &'static str, String)> {
    let echo = |status: u16| {
        json!({ "code": status, "message": format!("bad password {PASSWORD} for Bearer {KEY}") })
            .to_string()
    };
    const JSON: &str = "application/json";
    let without_pattern = json!([{
        "domain": "a",
        "connection-sip-registration-password": PASSWORD,
    }]);
    let with_text_for_a_number = json!([{
        "domain": "a",
        "connection-orig-match-pattern": "b",
        "limits-max-active-calls-orig": PASSWORD,
    }]);
    let cut = format!("[{{\"connection-sip-registration-password\":\"{PASSWORD}\"");
    vec![
        (200, JSON, without_pattern.to_string()),
        (200, JSON, with_text_for_a_number.to_string()),
        (200, JSON, cut),
        (200, JSON, format!("\"{PASSWORD}\"")),
        (200, PASSWORD, PASSWORD.to_owned()),
        (400, JSON, echo(400)),
        (401, JSON, echo(401)),
        (409, JSON, echo(409)),
        (500, "text/html", format!("<html>{PASSWORD} {KEY}</html>")),
        (502, PASSWORD, format!("{PASSWORD} {KEY}")),
        (302, "text/plain", PASSWORD.to_owned()),
    ]
}

#[tokio::test]
async fn errors_results_and_traces_show_no_secret() {
    let log = Log::of_this_thread(tracing::Level::TRACE);
    let mut create = ConnectionCreate::new(
        DomainName::new("acme.example").unwrap(),
        MatchPattern::new("sip*@a").unwrap(),
    );
    create.sip_registration_password = Some(PASSWORD.into());
    let update = ConnectionUpdate::new().sip_registration_password(PASSWORD);

    let mut printed = String::new();
    for (status, content_type, body) in treacherous() {
        let wire = Wire::responding(status, content_type, body).await;
        let client = wire.builder().api_key(KEY).build().unwrap();
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

/// Run by the test below, in a process of its own.
#[tokio::test]
#[ignore = "needs a proxy in its environment"]
async fn what_a_client_behind_a_proxy_prints() {
    let client = Client::builder()
        .server("pbx.acme.example")
        .api_key(KEY)
        .retry(RetryPolicy::never())
        .build()
        .unwrap();
    let error = client.connections().count().await.unwrap_err();
    println!("{client:?} {client:#?} {error} {error:?} {error:#?}");
    let mut source = std::error::Error::source(&error);
    while let Some(inner) = source {
        println!("{inner} {inner:?}");
        source = inner.source();
    }
}

#[test]
fn the_password_of_a_proxy_is_not_shown() {
    // A proxy that is there and refuses, for what its refusal prints.
    let proxy = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = proxy.local_addr().unwrap();
    let refusing = std::thread::spawn(move || {
        use std::io::{Read, Write};
        let (mut socket, _) = proxy.accept().unwrap();
        let mut request = [0; 4096];
        let read = socket.read(&mut request).unwrap();
        let refusal = b"HTTP/1.1 407 sentinel-reason\r\nx: sentinel\r\n\r\n";
        socket.write_all(refusal).unwrap();
        String::from_utf8_lossy(&request[..read]).into_owned()
    });
    let ended = std::process::Command::new(std::env::current_exe().unwrap())
        .args([
            "--exact",
            "--ignored",
            "--nocapture",
            "secrets::what_a_client_behind_a_proxy_prints",
        ])
        .env("HTTPS_PROXY", format!("http://me:{PASSWORD}@{address}"))
        .env_remove("NO_PROXY")
        .env_remove("no_proxy")
        .output()
        .unwrap();
    // Should the other process not have called, the thread waits no longer.
    drop(std::net::TcpStream::connect(address));
    let request = refusing.join().unwrap();
    assert!(
        request.contains("CONNECT pbx.acme.example:443") && request.contains("asic "),
        "the password has to be sent all the same: {request}"
    );
    let printed = String::from_utf8_lossy(&ended.stdout);
    assert!(
        ended.status.success() && printed.contains("count_connections"),
        "{printed}"
    );
    assert_clean(&printed);
    assert_clean(&String::from_utf8_lossy(&ended.stderr));
}
