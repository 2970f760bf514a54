//! Tests with random traffic that validation never panics.

use std::sync::{Arc, LazyLock};

use located::Source;
use openapi_traffic::Spec;
use openapi_traffic::{Exchange, judge};
use proptest::prelude::*;
use serde_json::{Value, json};

static SPEC: LazyLock<Spec> = LazyLock::new(|| {
    Spec::load(Source::new(
        "seeded.yaml",
        include_str!("seeded.yaml").to_owned(),
    ))
    .unwrap()
});

/// Any JSON, its keys often those of the spec, so that it gets past the first assertion.
fn any_json() -> impl Strategy<Value = Value> {
    let key = prop_oneof![
        prop::sample::select(vec![
            "id",
            "name",
            "note",
            "created",
            "day",
            "size",
            "level",
            "mode",
            "transport",
            "labels",
            "closed",
            "parts",
            "owner",
            "shape",
            "kind",
            "radius",
            "either",
            "one",
            "part",
            "same",
        ])
        .prop_map(str::to_owned),
        ".{0,4}",
    ];
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        ".{0,12}".prop_map(Value::from),
        prop::sample::select(vec!["Round", "Square", "UDP", "on", "2025-09-16T14:59:24Z"])
            .prop_map(Value::from),
    ];
    leaf.prop_recursive(5, 64, 8, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
            prop::collection::vec((key.clone(), inner), 0..8)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

fn find(recording: Value) -> Vec<openapi_traffic::Finding> {
    let text = recording.to_string();
    let recording = serde_json::from_value(recording).unwrap();
    judge(
        &SPEC,
        &Exchange::new(recording, Arc::new(Source::new("any.json", text)), "", 0),
    )
    .0
}

proptest! {
    #[test]
    fn any_bodies(sent in any_json(), received in any_json()) {
        find(json!({
            "format": 1, "meta": {"origin": "synthetic"},
            "request": {"method": "POST", "path": "/things", "body": sent},
            "response": {"status": 202},
        }));
        let found = find(json!({
            "format": 1, "meta": {"origin": "synthetic"},
            "request": {"method": "GET", "path": "/things"},
            "response": {
                "status": 200, "headers": {"content-type": "application/json", "x-total": "1"},
                "body": received,
            },
        }));
        // Each finding has its two places.
        prop_assert!(
            found.iter().all(|finding| finding.spec.is_some() && finding.recording.is_some())
        );
        prop_assert!(received.is_array() || !found.is_empty());
    }

    #[test]
    fn any_requests(
        method in "[A-Z]{1,7}",
        path in "(/[^/]{0,6}){0,4}",
        query in any_json(),
        headers in any_json(),
        status in 0u16..=999,
    ) {
        let object = |value: Value| if value.is_object() { value } else { json!({"limit": value}) };
        find(json!({
            "format": 1, "meta": {"origin": "synthetic"},
            "request": {
                "method": method, "path": path, "query": object(query), "headers": object(headers)
            },
            "response": {"status": status, "text": "?"},
        }));
    }

    #[test]
    fn any_texts_of_sources(text in "[\\x20-\\x7e\\n{}\\[\\]:,\"'&*#|>-]{0,200}") {
        let source = Source::new("any.yaml", text);
        let value = source.value();
        let place = source.place("");
        prop_assert!(value.is_err() || place.is_some());
    }
}
