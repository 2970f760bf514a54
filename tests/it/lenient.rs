//! What reading takes, one shape per line.

use netsapiens_connections::{Connection, Registration, YesNo};
use serde_json::{Value, json};

fn trunk(name: &str, value: Value) -> Result<Connection, serde_json::Error> {
    serde_json::from_value(
        json!({ "domain": "acme.example", "connection-orig-match-pattern": "sip*@a", name: value }),
    )
}

#[test]
fn text_is_text_number_boolean_or_unset() {
    let table = [
        (json!("Lab"), Some("Lab")),
        (json!(""), None),
        (json!(null), None),
        (json!(15555550100_i64), Some("15555550100")),
        (json!(-7), Some("-7")),
        (
            json!(18446744073709551615_u64),
            Some("18446744073709551615"),
        ),
        (json!(1.5), Some("1.5")),
        (json!(true), Some("true")),
        (json!(" "), Some(" ")),
    ];
    for (value, expected) in table {
        assert_eq!(
            trunk("description", value.clone())
                .unwrap()
                .description
                .as_deref(),
            expected,
            "{value}"
        );
    }
    for value in [json!([]), json!({}), json!(["Lab"])] {
        assert!(trunk("description", value.clone()).is_err(), "{value}");
    }
}

#[test]
fn an_integer_is_integral_or_numeric_text_or_unset() {
    let table = [
        (json!(0), Some(0)),
        (json!(-1), Some(-1)),
        (json!("12"), Some(12)),
        (json!(" 12 "), Some(12)),
        (json!("-1"), Some(-1)),
        (json!(3.0), Some(3)),
        (json!("3.0"), Some(3)),
        (json!(""), None),
        (json!(null), None),
        (json!(i64::MAX), Some(i64::MAX)),
    ];
    for (value, expected) in table {
        assert_eq!(
            trunk("limits-max-active-calls-orig", value.clone())
                .unwrap()
                .limits_max_active_calls_orig,
            expected,
            "{value}"
        );
    }
    for value in [
        json!(1.5),
        json!("1.5"),
        json!("many"),
        json!(true),
        json!([]),
        json!(u64::MAX),
        json!(1e300),
        json!("NaN"),
        json!("inf"),
    ] {
        assert!(
            trunk("limits-max-active-calls-orig", value.clone()).is_err(),
            "{value}"
        );
    }
}

#[test]
fn a_number_is_a_number_or_numeric_text_or_unset() {
    let table = [
        (json!(0.08), Some(0.08)),
        (json!(1), Some(1.0)),
        (json!("0.08"), Some(0.08)),
        (json!(""), None),
        (json!(null), None),
    ];
    for (value, expected) in table {
        let device: Registration = serde_json::from_value(json!({ "del_latency": value })).unwrap();
        assert_eq!(device.del_latency, expected, "{value}");
    }
    for value in [json!("soon"), json!("NaN"), json!("inf"), json!([])] {
        assert!(
            serde_json::from_value::<Registration>(json!({ "del_latency": value })).is_err(),
            "{value}"
        );
    }
}

#[test]
fn a_vocabulary_keeps_what_it_does_not_know() {
    let read = |value: Value| {
        trunk("connection-orig-enabled", value)
            .unwrap()
            .orig_enabled
    };
    assert_eq!(read(json!("yes")), Some(YesNo::Yes));
    assert_eq!(read(json!("")), None);
    assert_eq!(read(json!(null)), None);
    assert_eq!(read(json!("maybe")).unwrap().as_str(), "maybe");
    assert_eq!(read(json!(true)).unwrap().as_str(), "true");
}

#[test]
fn a_registration_is_an_object_or_one_of_the_ways_to_write_none() {
    for none in [json!(null), json!([]), json!("")] {
        assert_eq!(
            trunk("registration", none.clone()).unwrap().registration,
            None,
            "{none}"
        );
    }
    assert!(
        trunk("registration", json!({}))
            .unwrap()
            .registration
            .is_some()
    );
    assert!(trunk("registration", json!([1])).is_err());
    assert!(trunk("registration", json!("text")).is_err());
}

#[test]
fn call_routing_is_any_json() {
    for value in [
        json!([[]]),
        json!([]),
        json!({}),
        json!([{ "a": 1 }]),
        json!("x"),
        json!(1),
        json!(false),
    ] {
        assert_eq!(
            trunk("call-routing", value.clone()).unwrap().call_routing,
            Some(value.into())
        );
    }
}

#[test]
fn a_time_keeps_every_spelling() {
    for text in [
        "2025-09-16T14:59:24+00:00",
        "2025-05-19 02:41:11",
        "2025-05-19T02:41:11.999Z",
        "0000-00-00T00:00:00+00:00",
        "never",
    ] {
        assert_eq!(
            trunk("last-modified-datetime", json!(text))
                .unwrap()
                .last_modified_datetime
                .unwrap()
                .as_str(),
            text
        );
    }
    assert_eq!(
        trunk("last-modified-datetime", json!(""))
            .unwrap()
            .last_modified_datetime,
        None
    );
}

#[test]
fn a_trunk_of_nothing_but_its_key_is_a_trunk() {
    let trunk: Connection =
        serde_json::from_value(json!({ "domain": "d", "connection-orig-match-pattern": "p" }))
            .unwrap();
    assert_eq!(
        serde_json::to_value(&trunk).unwrap(),
        json!({ "domain": "d", "connection-orig-match-pattern": "p" })
    );
}

#[test]
fn a_trunk_without_its_key_is_none() {
    assert!(serde_json::from_value::<Connection>(json!({ "domain": "d" })).is_err());
    assert!(
        serde_json::from_value::<Connection>(json!({ "connection-orig-match-pattern": "p" }))
            .is_err()
    );
}

#[test]
fn unknown_properties_are_kept_and_written_again() {
    let trunk = trunk("connection-of-a-later-version", json!({ "x": [1, null] })).unwrap();
    assert_eq!(
        trunk.extra.get("connection-of-a-later-version"),
        Some(&json!({ "x": [1, null] }).into())
    );
    assert_eq!(
        serde_json::to_value(&trunk).unwrap()["connection-of-a-later-version"],
        json!({ "x": [1, null] })
    );
}
