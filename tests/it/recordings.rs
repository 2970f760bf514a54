//! Recorded traffic through the generated types and back: nothing is lost but what reading
//! normalises.

use std::path::PathBuf;

use netsapiens_connections::{
    ApiMessage, ConnectionCount, ConnectionCreate, ConnectionList, ConnectionUpdate,
};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};

/// Every recording with its operation and file name.
fn recordings() -> Vec<(String, String, Value)> {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/recordings");
    let mut found = Vec::new();
    for folder in std::fs::read_dir(root)
        .unwrap()
        .map(Result::unwrap)
        .filter(|entry| entry.path().is_dir())
    {
        let operation = folder.file_name().into_string().unwrap();
        for file in std::fs::read_dir(folder.path())
            .unwrap()
            .map(Result::unwrap)
        {
            let value =
                serde_json::from_str(&std::fs::read_to_string(file.path()).unwrap()).unwrap();
            found.push((
                operation.clone(),
                file.file_name().into_string().unwrap(),
                value,
            ));
        }
    }
    found.retain(|(operation, ..)| operation != "negative");
    found
}

fn again<T: DeserializeOwned + Serialize>(value: &Value) -> Value {
    serde_json::to_value(serde_json::from_value::<T>(value.clone()).unwrap()).unwrap()
}

/// The differences that are allowed, one rule each; everything else must be equal.
fn assert_kept(place: &str, before: &Value, after: Option<&Value>) {
    match (before, after) {
        // Unset is written as the empty string and read as absent.
        (Value::String(text), None) if text.is_empty() => {}
        // Text that came as an integer is text.
        (Value::Number(number), Some(Value::String(text))) => {
            assert_eq!(&number.to_string(), text, "{place}")
        }
        // An integer that came as text is an integer.
        (Value::String(text), Some(Value::Number(number))) => {
            assert_eq!(text, &number.to_string(), "{place}")
        }
        (Value::Object(members), Some(Value::Object(kept))) => {
            for (name, value) in members {
                assert_kept(&format!("{place}/{name}"), value, kept.get(name));
            }
            for name in kept.keys() {
                assert!(
                    members.contains_key(name),
                    "{place}/{name} was not there before"
                );
            }
        }
        (Value::Array(items), Some(Value::Array(kept))) => {
            assert_eq!(items.len(), kept.len(), "{place}");
            for (index, item) in items.iter().enumerate() {
                assert_kept(&format!("{place}/{index}"), item, kept.get(index));
            }
        }
        (before, after) => assert_eq!(Some(before), after, "{place}"),
    }
}

#[test]
fn nothing_recorded_is_lost() {
    let mut checked = 0;
    for (operation, file, recording) in recordings() {
        let place = format!("{operation}/{file}");
        if let Some(body) = recording["request"].get("body") {
            let kept = match operation.as_str() {
                "create_connection" => again::<ConnectionCreate>(body),
                "update_connection" => again::<ConnectionUpdate>(body),
                other => panic!("{other} has no body"),
            };
            assert_kept(&format!("{place}: request"), body, Some(&kept));
            checked += 1;
        }
        if let Some(body) = recording["response"].get("body") {
            let success = recording["response"]["status"]
                .as_u64()
                .is_some_and(|status| status < 300);
            let kept = match operation.as_str() {
                _ if !success => again::<ApiMessage>(body),
                "count_connections" => again::<ConnectionCount>(body),
                "create_connection" | "update_connection" | "delete_connection" => {
                    again::<ApiMessage>(body)
                }
                _ => again::<ConnectionList>(body),
            };
            assert_kept(&format!("{place}: response"), body, Some(&kept));
            checked += 1;
        }
    }
    assert!(checked >= 20, "only {checked} bodies were found");
}

#[test]
fn a_lost_property_would_be_noticed() {
    let lost = std::panic::catch_unwind(|| {
        assert_kept("", &json!({ "a": 1, "b": "x" }), Some(&json!({ "a": 1 })))
    });
    let changed = std::panic::catch_unwind(|| {
        assert_kept("", &json!({ "a": "1" }), Some(&json!({ "a": "2" })))
    });
    let added = std::panic::catch_unwind(|| assert_kept("", &json!({}), Some(&json!({ "a": 1 }))));
    assert!(lost.is_err() && changed.is_err() && added.is_err());
}

#[test]
fn no_recorded_property_is_unknown() {
    for (operation, file, recording) in recordings() {
        let Some(trunks) = recording["response"].get("body").and_then(Value::as_array) else {
            continue;
        };
        for trunk in trunks {
            let trunk: netsapiens_connections::Connection =
                serde_json::from_value(trunk.clone()).unwrap();
            assert!(
                trunk.extra.is_empty(),
                "{operation}/{file}: {:?}",
                trunk.extra
            );
            assert!(
                trunk
                    .registration
                    .is_none_or(|device| device.extra.is_empty()),
                "{operation}/{file}"
            );
        }
    }
}

#[test]
fn every_recording_says_where_it_comes_from() {
    for (operation, file, recording) in recordings() {
        let meta: &Map<String, Value> = recording["meta"].as_object().unwrap();
        let origin = meta["origin"].as_str().unwrap();
        assert!(
            ["captured", "reported", "documented", "synthetic"].contains(&origin),
            "{operation}/{file}"
        );
        assert!(
            meta["note"].as_str().is_some_and(|note| note.len() > 20),
            "{operation}/{file}"
        );
        assert!(
            file.starts_with(&recording["response"]["status"].to_string()),
            "{operation}/{file}"
        );
    }
}
