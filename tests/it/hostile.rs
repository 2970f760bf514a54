//! Any response ends with a value or an error, and no secret is shown.

use std::error::Error as _;

use netsapiens_connections::envelopes::{ApiMessage, ConnectionCount};
use netsapiens_connections::{Connection, ConnectionCreate, ConnectionUpdate, Error};
use proptest::prelude::*;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};

use crate::log::Log;
use crate::wire::Wire;

/// Wire names of a trunk and of its `registration`.
fn names(json: &str) -> Vec<String> {
    serde_json::from_str::<Map<String, Value>>(json)
        .unwrap()
        .keys()
        .cloned()
        .collect()
}

fn trunk_names() -> Vec<String> {
    names(include_str!("../../src/fake/trunk.json"))
}

fn registration_names() -> Vec<String> {
    names(include_str!("../../src/fake/registration.json"))
}

/// A JSON value of any kind; numbers of all sizes and texts that look like something else are
/// frequent.
fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        any::<f64>().prop_map(|number| json!(number)),
        (-1e6..1e6).prop_map(|number: f64| json!(number)),
        any::<String>().prop_map(Value::from),
        prop::sample::select(vec![
            "",
            " ",
            "0",
            "-1",
            "1.0",
            "1e400",
            "nan",
            "inf",
            "yes",
            "UDP",
            "2025-09-16T14:59:24+00:00"
        ])
        .prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 24, 6, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
            prop::collection::btree_map(any::<String>(), inner, 0..6)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

/// An object with names that are known, and others.
fn any_object(names: Vec<String>) -> impl Strategy<Value = Map<String, Value>> {
    let name = prop_oneof![9 => prop::sample::select(names), 1 => "[a-z-]{1,20}"];
    prop::collection::btree_map(name, any_json(), 0..12)
        .prop_map(|members| members.into_iter().collect())
}

/// Something that mostly is nearly a trunk.
fn any_trunk() -> impl Strategy<Value = Value> {
    let registration = prop_oneof![
        any_object(registration_names()).prop_map(Value::Object),
        any_json()
    ];
    (
        any_object(trunk_names()),
        prop::option::of(registration),
        any::<bool>(),
    )
        .prop_map(|(mut trunk, registration, keyed)| {
            if keyed {
                trunk.insert("domain".into(), json!("acme.example"));
                trunk.insert(
                    "connection-orig-match-pattern".into(),
                    json!("sip*@acme-pri.example"),
                );
            }
            if let Some(registration) = registration {
                trunk.insert("registration".into(), registration);
            }
            Value::Object(trunk)
        })
}

/// Reads; what can be read must encode, and read again as the same.
fn reads_and_encodes<T: DeserializeOwned + Serialize + PartialEq>(
    json: &Value,
) -> Result<bool, TestCaseError> {
    let Ok(value) = serde_json::from_str::<T>(&json.to_string()) else {
        return Ok(false);
    };
    let encoded =
        serde_json::to_string(&value).map_err(|error| TestCaseError::fail(error.to_string()))?;
    let again = serde_json::from_str::<T>(&encoded)
        .map_err(|error| TestCaseError::fail(format!("{error}: {encoded}")))?;
    prop_assert!(value == again, "{}", encoded);
    Ok(true)
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn almost_valid_trunks_are_read_or_refused(json in any_trunk()) {
        reads_and_encodes::<Connection>(&json)?;
        reads_and_encodes::<Vec<Connection>>(&json!([json]))?;
        reads_and_encodes::<ConnectionCreate>(&json)?;
        reads_and_encodes::<ConnectionUpdate>(&json)?;
    }

    #[test]
    fn any_json_is_read_or_refused(json in any_json()) {
        reads_and_encodes::<Vec<Connection>>(&json)?;
        reads_and_encodes::<ConnectionCount>(&json)?;
        reads_and_encodes::<ApiMessage>(&json)?;
    }

    #[test]
    fn unknown_properties_of_any_kind_are_kept(value in any_json(), name in "later-[a-z]{1,8}") {
        let json = json!({
            "domain": "acme.example",
            "connection-orig-match-pattern": "sip*@a",
            name.as_str(): value,
        });
        let trunk: Connection = serde_json::from_str(&json.to_string()).unwrap();
        let written = serde_json::to_value(&trunk).unwrap();
        // The value as JSON text has it: a float that is written and read is the same text again.
        prop_assert_eq!(written[name.as_str()].to_string(), value.to_string());
    }
}

#[test]
fn the_generated_samples_include_valid_trunks() {
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let mut read = 0;
    for _ in 0..200 {
        let json =
            proptest::strategy::ValueTree::current(&any_trunk().new_tree(&mut runner).unwrap());
        read += usize::from(reads_and_encodes::<Connection>(&json).unwrap());
    }
    assert!(
        (5..195).contains(&read),
        "{read} of 200 trunks could be read: the strategy has become one-sided"
    );
}

// --- secrets ---

const SENTINEL: &str = "sentinel-secret";
const KEY: &str = "nss_sentinelkey";

fn assert_clean(printed: &str) {
    assert!(!printed.contains("sentinel"), "{printed}");
}

fn whole_trunk() -> Value {
    let mut trunk: Value = serde_json::from_str(include_str!("../../src/fake/trunk.json")).unwrap();
    trunk["domain"] = json!("acme.example");
    trunk["connection-orig-match-pattern"] = json!("sip*@acme-pri.example");
    trunk["registration"] =
        serde_json::from_str(include_str!("../../src/fake/registration.json")).unwrap();
    trunk
}

fn secret_name() -> impl Strategy<Value = String> {
    prop_oneof![
        Just("connection-sip-registration-password".to_owned()),
        prop::sample::select(vec!["later-secret", "x-token", "passphrase", "a"])
            .prop_map(str::to_owned),
        "later-[a-z]{1,8}",
    ]
}

/// A value with the sentinel in it, at some depth.
fn secret_value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(json!(SENTINEL)),
        "[ a-z]{0,5}".prop_map(|text| json!(format!("{text}{SENTINEL}{text}")))
    ];
    leaf.prop_recursive(3, 8, 3, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 1..3).prop_map(Value::from),
            inner.prop_map(|value| json!({ "nested": value })),
        ]
    })
}

/// A trunk with the sentinel in one secret place: the password, an unknown property, or these in
/// `registration`.
fn trunk_with_a_secret() -> impl Strategy<Value = Value> {
    (secret_name(), secret_value(), any::<bool>()).prop_map(|(name, value, nested)| {
        let mut trunk = whole_trunk();
        let place = if nested {
            &mut trunk["registration"]
        } else {
            &mut trunk
        };
        place[name.as_str()] = value;
        trunk
    })
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_trunk_shows_no_secret_wherever_it_is(json in trunk_with_a_secret()) {
        if let Ok(trunk) = serde_json::from_value::<Connection>(json) {
            assert_clean(&format!("{trunk:?} {trunk:#?}"));
        }
    }
}

fn wait_for<T>(future: impl Future<Output = T>) -> T {
    let mut runtime = tokio::runtime::Builder::new_current_thread();
    runtime.enable_all().build().unwrap().block_on(future)
}

fn all_of(error: &Error) -> String {
    let mut printed = format!("{error} {error:?} {error:#?}");
    let mut source = error.source();
    while let Some(inner) = source {
        printed += &format!("{inner} {inner:?}");
        source = inner.source();
    }
    printed
}

/// Reads a body as each operation would and gives everything that is printed on the way.
async fn printed_by_reading(status: u16, body: String) -> String {
    let log = Log::of_this_thread(tracing::Level::TRACE);
    let wire = Wire::responding(status, "application/json", body).await;
    let client = wire.builder().api_key(KEY).build().unwrap();
    let acme = client.domain("acme.example").unwrap();
    let mut printed = String::new();
    match client.connections().list().await {
        Ok(trunks) => printed += &format!("{trunks:?}"),
        Err(error) => printed += &all_of(&error),
    }
    match acme.connections().get("sip*@acme-pri.example").await {
        Ok(trunk) => printed += &format!("{trunk:?}"),
        Err(error) => printed += &all_of(&error),
    }
    let update = ConnectionUpdate::new().sip_registration_password(SENTINEL);
    match acme
        .connections()
        .update("sip*@acme-pri.example", &update)
        .await
    {
        Ok(receipt) => printed += &format!("{receipt:?}"),
        Err(error) => printed += &all_of(&error),
    }
    assert!(
        wire.requests().concat().contains(KEY),
        "the key has to be sent"
    );
    let traced = log.text();
    assert!(traced.contains("update_connection"), "{traced}");
    printed + &traced
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 24,
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn reading_over_a_socket_shows_no_secret(
        trunk in trunk_with_a_secret(),
        status in prop::sample::select(vec![200_u16, 202, 400, 401, 404, 409, 500]),
        cut in prop::option::of(0.0..1.0_f64),
    ) {
        let mut body = json!([trunk]).to_string();
        if let Some(part) = cut {
            let mut end = (body.len() as f64 * part) as usize;
            while !body.is_char_boundary(end) {
                end -= 1;
            }
            body.truncate(end);
        }
        assert_clean(&wait_for(printed_by_reading(status, body)));
    }

    #[test]
    fn messages_of_a_server_show_no_secret_that_was_sent(
        before in "[ a-zA-Z:=\"]{0,12}",
        after in "[ a-zA-Z:=\"]{0,12}",
        secret in prop::sample::select(vec![KEY, SENTINEL]),
        status in prop::sample::select(vec![202_u16, 400]),
    ) {
        let message = format!("{before}{secret}{after}");
        let body = json!({ "code": status, "message": message }).to_string();
        assert_clean(&wait_for(async {
            let wire = Wire::responding(status, "application/json", body).await;
            let client = wire.builder().api_key(KEY).build().unwrap();
            let change = ConnectionUpdate::new().sip_registration_password(SENTINEL);
            let acme = client.domain("acme.example").unwrap();
            match acme.connections().update("sip*@a", &change).await {
                Ok(receipt) => format!("{receipt:?}"),
                Err(error) => all_of(&error),
            }
        }));
    }
}
