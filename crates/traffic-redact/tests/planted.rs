//! Tests that no sensitive value of any kind survives redaction, in any place.

use http_recording::Recording;
use serde_json::{Value, json};
use traffic_redact::{Knowledge, redact, unredacted};

mod values;

use values::{PLANTED, survivors};

/// What a place is, and how a value is put there.
type Place = (&'static str, fn(&str) -> Value);

/// The ways in which a value comes into an exchange.
const PLACES: &[Place] = &[
    ("a field that no spec knows", |v| {
        response(json!([{ "xqz": v }]))
    }),
    ("a name of a known field", |v| {
        response(json!([{ "name": v }]))
    }),
    ("a password", |v| response(json!({ "password": v }))),
    ("an address", |v| response(json!({ "contact": v }))),
    ("a login", |v| response(json!({ "username": v }))),
    ("a telephone number", |v| {
        response(json!({ "caller-id": v }))
    }),
    ("a domain", |v| response(json!({ "domain": v }))),
    ("words that somebody typed", |v| {
        response(json!({ "description": v }))
    }),
    ("a key", |v| response(json!({ "users": { v: "yes" } }))),
    ("a list in a list", |v| response(json!([[["yes", v]]]))),
    ("a message", |v| {
        response(json!({ "message": format!("User {v} not found") }))
    }),
    ("a quoted message", |v| {
        response(json!({ "message": format!("invalid value '{v}'") }))
    }),
    ("json in a string", |v| {
        response(json!({ "raw": json!({ "password": v }).to_string() }))
    }),
    ("a url in a string", |v| {
        response(json!({
            "raw": format!("https://api.acme.example/users/{}?q=1", http_recording::encode(v))
        }))
    }),
    ("a query parameter", |v| {
        request(json!({ "query": { "search": v } }))
    }),
    ("a name of a query parameter", |v| {
        request(json!({ "query": { v: "1" } }))
    }),
    ("a path parameter", |v| {
        request(json!({ "params": { "connection": v } }))
    }),
    ("a path", |v| {
        request(json!({ "path": format!("/users/{}", http_recording::encode(v)) }))
    }),
    ("a header", |v| {
        request(json!({ "headers": { "x-trace": v } }))
    }),
    ("an accept header", |v| {
        request(json!({ "headers": { "accept": format!("text/html;v={v}") } }))
    }),
    ("a content type", |v| {
        request(
            json!({ "headers": { "content-type": format!("multipart/form-data; boundary={v}") } }),
        )
    }),
    ("a challenge", |v| {
        json!({
            "response": {
                "status": 401, "headers": { "www-authenticate": format!("Digest realm=\"{v}\"") }
            },
        })
    }),
    ("a retry time", |v| {
        json!({
            "response": { "status": 429, "headers": { "retry-after": format!("{v} s") } }
        })
    }),
    ("a cookie", |v| {
        request(json!({ "headers": { "cookie": format!("id={v}; lang=en") } }))
    }),
    ("a form", |v| {
        request(json!({ "text": form("password", v) }))
    }),
    ("a form of an unknown field", |v| {
        request(json!({ "text": form("q", v) }))
    }),
    ("a part of multipart", |v| {
        request(json!({ "text": format!(
            "--b\r\nContent-Disposition: form-data; name=\"password\"\r\n\r\n{v}\r\n--b--\r\n"
        ) }))
    }),
    ("a file of multipart", |v| {
        request(json!({ "text": format!(
            "--b\r\nContent-Disposition: form-data; name=\"f\"; filename=\"{v}\"\r\n\r\nyes\r\n\
             --b--\r\n"
        ) }))
    }),
    ("an xml element", |v| {
        response_text(&format!("<user><password>{v}</password></user>"))
    }),
    ("an xml attribute", |v| {
        response_text(&format!("<user xqz=\"{v}\"/>"))
    }),
    ("an html page", |v| {
        response_text(&format!("<html><body><p>Error: {v}</p></body></html>"))
    }),
    ("a csv line", |v| {
        response_text(&format!("name,number\nx,{v}\n"))
    }),
    ("json that was cut short", |v| {
        response_text(&format!("[{{\"password\": \"{v}\", \"a"))
    }),
    ("a text", |v| response_text(v)),
];

fn response(body: Value) -> Value {
    json!({ "response": { "status": 200, "body": body } })
}

fn response_text(text: &str) -> Value {
    json!({ "response": { "status": 200, "text": text } })
}

fn request(parts: Value) -> Value {
    json!({ "request": parts })
}

fn form(name: &str, value: &str) -> String {
    format!(
        "grant_type=password&{name}={}&x=1",
        http_recording::encode(value)
    )
}

fn recording(parts: &Value) -> Recording {
    let mut whole = json!({
        "format": 1,
        "meta": { "origin": "captured" },
        "request": { "method": "GET", "path": "/users" },
        "response": { "status": 200 },
    });
    for side in ["request", "response"] {
        if let Some(members) = parts[side].as_object() {
            for (name, value) in members {
                whole[side][name] = value.clone();
            }
        }
    }
    serde_json::from_value(whole).expect("a recording")
}

#[test]
fn the_table_has_a_hundred_kinds_and_more() {
    assert!(PLANTED.len() >= 98, "{}", PLANTED.len());
}

#[test]
fn no_planted_value_survives_anywhere() {
    let mut survived = Vec::new();
    for (kind, planted) in PLANTED {
        for (place, plant) in PLACES {
            let mut recordings = [recording(&plant(planted))];
            redact(&mut recordings, &Knowledge::default());
            let written = serde_json::to_string_pretty(&recordings).expect("JSON");
            if !survivors(planted, &written).is_empty() {
                survived.push(format!("{kind} as {place}: {written}"));
            }
        }
    }
    assert!(
        survived.is_empty(),
        "{} survived:\n{}",
        survived.len(),
        survived.join("\n")
    );
}

#[test]
fn every_planted_value_is_reported_before_and_nothing_after() {
    for (kind, planted) in PLANTED {
        for (place, plant) in PLACES {
            let mut recordings = [recording(&plant(planted))];
            let before = unredacted(&recordings[0], &Knowledge::default());
            assert!(!before.is_empty(), "{kind} as {place} is not reported");
            redact(&mut recordings, &Knowledge::default());
            let after = unredacted(&recordings[0], &Knowledge::default());
            assert!(
                after.is_empty(),
                "{kind} as {place}: {after:?} in {recordings:#?}"
            );
        }
    }
}

#[test]
fn numbers_of_fields_that_no_spec_knows_are_replaced_and_stay_numbers() {
    for number in [
        json!(4711),
        json!(7),
        json!(-4711),
        json!(4_242_424_242_424_242_u64),
        json!(52.520008),
        json!(i64::MIN),
    ] {
        let mut recordings = [recording(&response(json!({ "xqz": number })))];
        redact(&mut recordings, &Knowledge::default());
        let body = recordings[0].response.body.clone().expect("a body");
        let redacted = body.as_object().and_then(|body| body.values().next());
        let redacted = redacted.expect("a member");
        assert_ne!(redacted, &number);
        assert_eq!(redacted.is_f64(), number.is_f64(), "{number}");
        assert!(redacted.is_number());
    }
}

#[test]
fn a_name_that_is_replaced_does_not_decide_how_its_value_is_read() {
    for name in [
        "kowalski-retry-after",
        "kowalski-domain",
        "kowalski-password",
    ] {
        for value in [
            json!("5"),
            json!("customer"),
            json!(12),
            json!({ "name": "customer" }),
        ] {
            let mut recordings = [recording(&response(json!({ name: value })))];
            redact(&mut recordings, &Knowledge::default());
            let once = recordings.clone();
            redact(&mut recordings, &Knowledge::default());
            assert_eq!(once, recordings);
        }
    }
}

#[test]
fn names_that_differ_in_case_alone_stay_two_members() {
    let mut recordings = [recording(&response(
        json!({ "Kowalski": true, "kowalski": false }),
    ))];
    redact(&mut recordings, &Knowledge::default());
    let body = recordings[0].response.body.clone();
    assert_eq!(body, Some(json!({ "text-1": true, "text-2": false })));
}

#[test]
fn equal_numbers_stay_equal_and_different_ones_different() {
    let mut recordings = [recording(&response(json!({ "xqz": [41, 42, 41] })))];
    redact(&mut recordings, &Knowledge::default());
    assert_eq!(
        recordings[0].response.body,
        Some(json!({ "text-1": [5_550_100, 5_550_101, 5_550_100] }))
    );
}

#[test]
fn a_documented_number_stays_unless_it_can_be_called_or_is_marked() {
    let knowledge = Knowledge::of_spec(&json!({
        "properties": {
            "total": { "type": "integer" },
            "xqz": { "allOf": [{ "$ref": "#/definitions/secret" }] },
        },
        "definitions": { "secret": { "type": "integer", "x-sensitive": true } },
    }));
    let body = json!({ "total": [41, "41", 12_125_551_234_u64, "12125551234"], "xqz": 41 });
    let mut recordings = [recording(&response(body))];
    redact(&mut recordings, &knowledge);
    let expected = json!({
        "total": [41, "41", 15_555_550_100_u64, "15555550100"],
        "xqz": 5_550_100,
    });
    assert_eq!(recordings[0].response.body, Some(expected));
}

/// What an integer may be, by what the document says of it. A count has up to six digits; account
/// numbers begin at seven. The numbers of cards and of devices have 14 digits and more, which no
/// time in milliseconds has.
#[test]
fn a_long_number_is_kept_only_where_the_document_says_that_it_measures_something() {
    let knowledge = Knowledge::of_spec(&json!({"properties": {
        "total": {"type": "integer"},
        "bytes": {"type": "integer", "maximum": 99_999_999_999_u64},
        "seen": {"type": "integer", "format": "unix-time"},
        "created_at": {"type": "integer"},
        "createdAt": {"type": "integer"},
        "share": {"type": "number"},
        "latitude": {"type": "number"},
        "state": {"type": "integer", "enum": [10_000_001]},
        "release": {"type": "integer", "x-public": true},
    }}));
    let rows = [
        ("total", json!([0, 7, 123_456, "123456", -4096]), true),
        ("total", json!(1_234_567), false),
        ("total", json!("1234567"), false),
        ("total", json!(1_741_079_711_200_u64), false),
        ("bytes", json!(1_234_567_890), true),
        ("bytes", json!(12_125_551_234_u64), false),
        ("bytes", json!(41_111_111_111_111_u64), false),
        ("seen", json!(1_741_079_711), true),
        ("seen", json!(490_154_203_237_518_u64), false),
        ("created_at", json!(1_741_079_711_200_u64), true),
        ("createdAt", json!(1_741_079_711_200_u64), true),
        ("share", json!(0.066_287_125), true),
        // A place on the map, to the metre.
        ("latitude", json!(51.507_351), false),
        ("state", json!(10_000_001), true),
        ("release", json!(20_250_916_123_456_u64), true),
        ("elsewhere", json!(41), false),
    ];
    for (name, value, is_kept) in rows {
        let mut recordings = [recording(&response(json!({name: value})))];
        redact(&mut recordings, &knowledge);
        let body = recordings[0].response.body.clone().unwrap();
        assert_eq!(body[name] == value, is_kept, "{name}: {value} is {body}");
    }
}

#[test]
fn a_number_that_is_a_password_elsewhere_is_no_count() {
    let knowledge = Knowledge::of_spec(&json!({"properties": {
        "total": {"type": "integer", "maximum": 999_999_999},
    }}));
    let body = json!([{"total": ["918273645", 918_273_645]}, {"password": "918273645"}]);
    let mut recordings = [recording(&response(body))];
    redact(&mut recordings, &knowledge);
    let text = recordings[0].response.body.clone().unwrap().to_string();
    assert!(!text.contains("918273645"), "{text}");
}

#[test]
fn what_a_spec_makes_public_stays_and_its_credentials_do_not() {
    let knowledge = Knowledge::of_spec(&json!({ "properties": {
        "xqz": { "type": "string", "x-public": true },
        "state": { "type": "string", "x-public-values": ["half_open"] },
    } }));
    let public = "kowalski_endpoint";
    let body =
        json!({ "xqz": [public, "see nss_0123456789abcdef"], "state": ["half_open", "customer"] });
    let mut recordings = [recording(&response(body))];
    redact(&mut recordings, &knowledge);
    let expected = json!({ "xqz": [public, "see «secret-1»"], "state": ["half_open", "text-1"] });
    assert_eq!(recordings[0].response.body, Some(expected));
}

#[test]
fn a_date_of_birth_stays_a_date() {
    let body = json!({ "date-of-birth": "1980-02-03", "created": "2025-09-16T14:59:24Z" });
    let mut recordings = [recording(&response(body))];
    redact(
        &mut recordings,
        &Knowledge::of_spec(&json!({ "properties": { "date-of-birth": {} } })),
    );
    let expected = json!({ "date-of-birth": "2000-01-01", "created": "2025-09-16T14:59:24Z" });
    assert_eq!(recordings[0].response.body, Some(expected));
}

#[test]
fn a_name_has_one_placeholder_in_a_message_and_in_its_field() {
    let body = json!({ "message": "Jane not found", "description": "Jane" });
    let mut recordings = [recording(&response(body))];
    redact(&mut recordings, &Knowledge::default());
    assert_eq!(
        recordings[0].response.body,
        Some(json!({ "message": "text-1 not found", "description": "text-1" }))
    );
}
