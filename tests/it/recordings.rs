//! Recorded traffic is decoded and serialized again without loss, apart from normalization.

use std::path::Path;

use netsapiens_connections::envelopes::{ApiMessage, ConnectionCount, ConnectionList};
use netsapiens_connections::fake::{FakeServer, SYSTEM_KEY};
use netsapiens_connections::settings::YesNo;
use netsapiens_connections::{ConnectionCreate, ConnectionUpdate};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};

/// Every reviewed recording, with its operation and file name.
fn recordings() -> Vec<(String, String, Value)> {
    recordings_below(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/recordings"))
}

/// An imported recording has no note at first. Until it has one, `cargo xtask validate` reports
/// what is wrong with it, and it is no evidence for the types.
fn recordings_below(root: &Path) -> Vec<(String, String, Value)> {
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
    let has_note = |recording: &Value| {
        let note = recording["meta"]["note"].as_str();
        note.is_some_and(|note| !note.is_empty())
    };
    found.retain(|(operation, _, recording)| operation != "negative" && has_note(recording));
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

/// The body of `request` or `response`, if there is one and it is whole: what an excerpt lacks may
/// be required.
fn whole_body<'r>(recording: &'r Value, part: &str) -> Option<&'r Value> {
    let excerpts = recording["meta"]["excerpt"].as_array();
    match excerpts.is_some_and(|parts| parts.iter().any(|it| it == part)) {
        true => None,
        false => recording[part].get("body"),
    }
}

/// Deprecated in the spec, as nobody should send it (correction misspelt-minimum-duration).
const MISSPELT: &str = "minimum-call-duration-second";

#[test]
fn nothing_recorded_is_lost() {
    let mut checked = 0;
    for (operation, file, recording) in recordings() {
        let place = format!("{operation}/{file}");
        // A body that is none of the operation's is for `validate` to report.
        let sends = matches!(
            operation.as_str(),
            "create_connection" | "update_connection"
        );
        if let Some(body) = whole_body(&recording, "request").filter(|it| sends && it.is_object()) {
            let mut body = body.clone();
            body.as_object_mut().unwrap().remove(MISSPELT);
            let body = &body;
            let kept = match operation.as_str() {
                "create_connection" => again::<ConnectionCreate>(body),
                _ => again::<ConnectionUpdate>(body),
            };
            assert_kept(&format!("{place}: request"), body, Some(&kept));
            checked += 1;
        }
        if let Some(body) = whole_body(&recording, "response") {
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

/// Once they had been cut to 20 and 12 keys, and what was missing was taken for not sent.
#[test]
fn the_recorded_creates_are_complete() {
    let keys = |file: &str| {
        let (.., recording) = recordings()
            .into_iter()
            .find(|(operation, name, _)| operation == "create_connection" && name == file)
            .unwrap();
        let body = whole_body(&recording, "request").unwrap();
        body.as_object().unwrap().len()
    };
    assert_eq!(keys("202-carrier-trunk.json"), 43);
    assert_eq!(keys("202-carrier-trunk-by-name.json"), 43);
    assert_eq!(keys("202-registering-pri.json"), 40);
    assert_eq!(keys("202-inbound-carrier-of-load-generator.json"), 9);
}

#[test]
fn a_create_says_what_the_load_generator_says() {
    let (.., recording) = recordings()
        .into_iter()
        .find(|(_, file, _)| file == "202-inbound-carrier-of-load-generator.json")
        .unwrap();
    let create: ConnectionCreate =
        serde_json::from_value(recording["request"]["body"].clone()).unwrap();
    assert_eq!(create.synchronous, Some(YesNo::Yes));
}

/// What the fake makes of a recorded create: each setting can be read again, and nothing else.
#[tokio::test]
async fn the_fake_stores_the_recorded_creates_key_by_key() {
    let http = reqwest::Client::new();
    let is_created = |(operation, _, recording): &(String, String, Value)| {
        operation == "create_connection" && recording["response"]["status"] == 202
    };
    let created: Vec<_> = recordings().into_iter().filter(is_created).collect();
    assert!(created.len() >= 4);
    for (_, file, recording) in created {
        // Redaction may have given two of them one name: each has a server of its own.
        let server = FakeServer::start().await;
        let url = format!("{}/ns-api/v2/connections", server.url());
        let body = recording["request"]["body"].clone();
        let sent = http.post(&url).bearer_auth(SYSTEM_KEY).json(&body).send();
        assert_eq!(sent.await.unwrap().status(), 202, "{file}");

        let read = http.get(&url).bearer_auth(SYSTEM_KEY).send().await.unwrap();
        let trunks: Vec<Map<String, Value>> = read.json().await.unwrap();
        let trunk = trunks
            .iter()
            .find(|trunk| {
                ["domain", "connection-orig-match-pattern"]
                    .iter()
                    .all(|key| trunk[*key] == body[*key])
            })
            .unwrap();
        for (key, sent) in body.as_object().unwrap() {
            let stored = trunk.get(key);
            match key.as_str() {
                // Asks for something of the request, and is no setting of a trunk.
                "synchronous" => assert_eq!(stored, None, "{file}"),
                MISSPELT => assert_eq!(stored, None, "{file}"),
                // Read as integers, whichever way they were written.
                limit if limit.starts_with("limits-") => {
                    let digits = |value: &Value| value.to_string().replace('"', "");
                    assert!(stored.is_some_and(Value::is_i64), "{file}: {key}");
                    assert_eq!(stored.map(digits), Some(digits(sent)), "{file}: {key}");
                }
                _ => assert_eq!(stored, Some(sent), "{file}: {key}"),
            }
        }
    }
}

#[test]
fn an_imported_recording_without_a_note_is_no_evidence() {
    let root = Path::new(env!("CARGO_TARGET_TMPDIR")).join("imported");
    let folder = root.join("count_connections");
    std::fs::create_dir_all(&folder).unwrap();
    let recording = |note: &str| {
        json!({"meta": {"origin": "captured", "note": note}, "response": {"body": "no count"}})
            .to_string()
    };
    std::fs::write(folder.join("200-known.json"), recording("Looked through.")).unwrap();
    std::fs::write(folder.join("200.json"), recording("")).unwrap();
    std::fs::write(
        folder.join("200-2.json"),
        r#"{"meta": {"origin": "captured"}}"#,
    )
    .unwrap();
    let found = recordings_below(&root);
    let files: Vec<_> = found.iter().map(|(_, file, _)| file.as_str()).collect();
    assert_eq!(files, ["200-known.json"]);
}

#[test]
fn an_excerpt_has_no_whole_body() {
    let recording = json!({
        "meta": {"excerpt": ["request"]},
        "request": {"body": {"a": 1}}, "response": {"body": {"b": 2}},
    });
    assert_eq!(whole_body(&recording, "request"), None);
    assert_eq!(whole_body(&recording, "response"), Some(&json!({"b": 2})));
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

/// A property that the spec does not have is for `validate` to report.
#[test]
fn no_recorded_property_of_the_spec_is_unknown() {
    let spec = include_str!("../../openapi/connections.yaml");
    let is_documented = |name: &str| {
        let key = format!("{name}:");
        spec.lines().any(|line| line.trim_start().starts_with(&key))
    };
    let mut read = 0;
    for (operation, file, recording) in recordings() {
        let Some(trunks) = recording["response"].get("body").and_then(Value::as_array) else {
            continue;
        };
        for trunk in trunks {
            let trunk: netsapiens_connections::Connection =
                serde_json::from_value(trunk.clone()).unwrap();
            let device = trunk.registration.iter().flat_map(|it| it.extra.iter());
            let extra = trunk.extra.iter().chain(device);
            let missed: Vec<_> = extra
                .map(|(name, _)| name)
                .filter(|name| is_documented(name))
                .collect();
            assert_eq!(missed, Vec::<&str>::new(), "{operation}/{file}");
            read += 1;
        }
    }
    assert!(read >= 4, "only {read} trunks were read");
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
            file.starts_with(&recording["response"]["status"].to_string()),
            "{operation}/{file}"
        );
    }
}
