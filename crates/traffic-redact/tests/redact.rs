//! Redaction: what is replaced, what stays, and that equal values stay equal.

use http_recording::Recording;
use proptest::prelude::*;
use serde_json::{Value, json};
use traffic_redact::{Knowledge, redact, unredacted, unredacted_value};

/// A recording with this request path and this response.
fn recording(path: &str, body: Value) -> Recording {
    serde_json::from_value(json!({
        "format": 1,
        "meta": { "origin": "captured" },
        "request": { "method": "GET", "path": path },
        "response": { "status": 200, "body": body },
    }))
    .expect("a recording")
}

/// What a spec tells that knows the fields of these tests.
fn knowledge() -> Knowledge {
    let texts = [
        "connection-orig-match-pattern",
        "connection-term-match-pattern",
        "connection-address",
        "connection-sip-registration-username",
        "connection-translation-source-host",
        "connection-translation-request-user",
        "connection-linked-billing-user",
        "connection-orig-enabled",
        "connection-sip-transport-protocol",
        "dial-plan",
        "dial-policy",
        "last-modified-datetime",
        "core-server",
        "wan_ua",
        "term_scheme",
        "time-zone",
    ];
    let numbers = [
        "code",
        "del_latency",
        "epoch",
        "limits-max-active-calls-orig",
        "total",
    ];
    let texts = texts.map(|name| (name, json!({ "type": "string" })));
    let numbers = numbers.map(|name| (name, json!({ "type": "number" })));
    let mut fields: serde_json::Map<_, _> = texts
        .into_iter()
        .chain(numbers)
        .map(|(name, schema)| (name.to_owned(), schema))
        .collect();
    let messages = ["Invalid Scope [APP001]"];
    fields.insert(
        "message".into(),
        json!({ "type": "string", "x-public-values": messages }),
    );
    Knowledge::of_spec(&json!({ "properties": fields }))
}

/// The body after a recording that holds nothing else was redacted.
fn redacted(body: Value) -> Value {
    let mut recordings = [recording("/connections", body)];
    redact(&mut recordings, &knowledge());
    let [recording] = recordings;
    recording.response.body.expect("a body")
}

#[test]
fn a_trunk_keeps_its_form_and_loses_its_customer() {
    let trunk = json!({
        "domain": "customer.com",
        "connection-orig-match-pattern": "sip*@pbx.customer.com",
        "connection-term-match-pattern": "sip:*@8.8.4.4",
        "connection-address": "sip:12125551234@pbx.customer.com",
        "connection-sip-registration-username": "12125551234",
        "connection-sip-registration-password": "hunter2hunter2",
        "connection-sip-registration-realm": "customer.com",
        "connection-translation-source-host": "<AppIP>",
        "connection-translation-request-user": "[*]",
        "connection-linked-billing-user": "domain",
        "connection-orig-enabled": "yes",
        "connection-sip-transport-protocol": "UDP",
        "description": "Customer Inc, 5th floor",
        "dial-plan": "customer.com",
        "dial-policy": "US and Canada",
        "last-modified-datetime": "2025-09-16T14:59:24+00:00",
        "limits-max-active-calls-orig": 0,
        "registration": {
            "connection-sip-registration-password": "hunter2hunter2",
            "contact": "sip:12125551234@8.8.4.4:5060;transport=UDP",
            "received_from": "8.8.4.4:5060",
            "core-server": "core1.provider.net",
            "user_agent": "Adtran_Total_Access/R13.2.1",
            "wan_ua": "yes",
            "term_scheme": "sip:",
        },
        "time-zone": "",
    });
    assert_eq!(
        redacted(trunk),
        json!({
            "domain": "acme.example",
            "connection-orig-match-pattern": "sip*@host-1.example",
            "connection-term-match-pattern": "sip:*@192.0.2.1",
            "connection-address": "sip:15555550100@host-1.example",
            "connection-sip-registration-username": "15555550100",
            "connection-sip-registration-password": "«secret-1»",
            "connection-sip-registration-realm": "acme.example",
            "connection-translation-source-host": "<AppIP>",
            "connection-translation-request-user": "[*]",
            "connection-linked-billing-user": "domain",
            "connection-orig-enabled": "yes",
            "connection-sip-transport-protocol": "UDP",
            "description": "text-1",
            "dial-plan": "acme.example",
            "dial-policy": "US and Canada",
            "last-modified-datetime": "2025-09-16T14:59:24+00:00",
            "limits-max-active-calls-orig": 0,
            "registration": {
                "connection-sip-registration-password": "«secret-1»",
                "contact": "sip:15555550100@192.0.2.1:5060;transport=UDP",
                "received_from": "192.0.2.1:5060",
                "core-server": "host-2.example",
                "user_agent": "agent-1",
                "wan_ua": "yes",
                "term_scheme": "sip:",
            },
            "time-zone": "",
        })
    );
}

#[test]
fn a_domain_of_the_url_is_found_in_an_error_message_before_it() {
    let mut recordings = [
        recording(
            "/connections",
            json!({ "code": 404, "message": "Domain customer does not exist" }),
        ),
        recording(
            "/domains/customer/connections/sip*%40pbx.customer",
            json!([]),
        ),
    ];
    redact(&mut recordings, &knowledge());
    let [first, second] = recordings;
    assert_eq!(
        first.response.body,
        Some(json!({ "code": 404, "message": "Domain acme.example does not exist" }))
    );
    assert_eq!(
        second.request.path,
        "/domains/acme.example/connections/sip*%40host-1.example"
    );
}

#[test]
fn what_was_replaced_is_listed_with_its_rule() {
    let mut recordings = [recording(
        "/connections",
        json!([{ "contact": "sip:12125551234@8.8.4.4" }]),
    )];
    redact(&mut recordings, &Knowledge::default());
    let listed: Vec<_> = recordings[0]
        .meta
        .redacted
        .iter()
        .map(|one| (one.at.as_str(), one.rule.as_str()))
        .collect();
    let at = "/response/body/0/contact";
    assert_eq!(listed, [(at, "phone-number"), (at, "ip-address")]);
}

#[test]
fn a_leak_names_its_place_and_its_kind_and_never_the_value() {
    let leaks = unredacted_value(
        &json!({
            "path": "/domains/acme.example/connections/sip*%40203.0.113.5",
            "contact": "sip:12125551234@8.8.8.8:5060",
            "password": "hunter2",
            "key": "",
            "message": "no nss_0123456789abcdef",
            "total": 12125551234u64,
            "pem": "-----BEGIN RSA PRIVATE KEY-----\nMIIB\n-----END RSA PRIVATE KEY-----",
            "header": "Authorization: Basic dXNlcjpwYXNz",
            "text": "«secret-1» text-1@acme.example 15555550100 192.0.2.10 2001:db8::1",
        }),
        &knowledge(),
    );
    let seen: Vec<_> = leaks
        .iter()
        .map(|leak| (leak.pointer.as_str(), leak.kind.as_str()))
        .collect();
    assert_eq!(
        seen,
        [
            ("/contact", "phone-number"),
            ("/contact", "ip-address"),
            ("/password", "secret-field"),
            ("/message", "api-key"),
            ("/total", "phone-number"),
            ("", "free-text"),
            ("/text-1", "private-key"),
            ("/header", "authorization"),
        ]
    );
}

#[test]
fn a_note_may_have_ordinary_words_and_nothing_of_a_customer() {
    let leaks = |note: &str| {
        let mut one = recording("/connections", json!([]));
        one.meta.note = note.into();
        let leaks = unredacted(&one, &Knowledge::default());
        let kinds: Vec<_> = leaks.iter().map(|leak| leak.kind.clone()).collect();
        assert!(leaks.iter().all(|leak| leak.pointer == "/meta/note"));
        redact(std::slice::from_mut(&mut one), &Knowledge::default());
        assert_eq!(unredacted(&one, &Knowledge::default()), [], "{note}");
        kinds
    };
    for note in [
        "",
        "Read in the browser's network tab on 2025-09-16; the vendor's keys (43) in their order.",
        "Servers of version v45 return 404, never JSON: see acme.example.",
        "«secret-1» is the password; text-1 calls 15555550100.",
    ] {
        assert_eq!(leaks(note), [""; 0], "{note}");
    }
    for (note, kind) in [
        ("Signed in with hunter2.", "free-text"),
        ("The PIN was 4711.", "free-text"),
        ("Ask jane@customer.com.", "user-name"),
        ("Sent to pbx.customer.com", "host-name"),
        ("From 8.8.4.4", "ip-address"),
        ("Call +49 30 901820", "phone-number"),
        ("The password: correct", "named-secret"),
        ("key nss_0123456789abcdef", "api-key"),
        ("base64 aHVudGVyMmh1bnRlcjI=", "free-text"),
        ("hex deadbeefcafe", "free-text"),
        ("random wJalrXUtnFEMIbPxRfiCYkEy", "free-text"),
        ("phone 00:04:f2:aB:cd:17", "mac-address"),
    ] {
        assert!(
            leaks(note).iter().any(|it| it == kind),
            "{note}: {:?}",
            leaks(note)
        );
    }
}

#[test]
fn one_value_has_one_placeholder_however_it_is_written() {
    for (wrapped, expected) in [
        ("12125551234", "15555550100"),
        ("2125551234", "5555550100"),
        ("+12125551234", "+15555550100"),
        ("+1 (212) 555-1234", "+1 (555) 555-0100"),
        ("call 212-555-1234 now", "call 555-555-0100 now"),
        (
            "sip:12125551234@8.8.8.8:5060;transport=UDP",
            "sip:15555550100@192.0.2.1:5060;transport=UDP",
        ),
        (
            "https://x.example/?u=sip%3A12125551234%408.8.8.8",
            "https://x.example/?u=sip%3A15555550100%40192.0.2.1",
        ),
        ("[2600:1f18::7]:5060", "[2001:db8::1]:5060"),
        (
            "<sip:12125551234@8.8.8.8>;tag=1",
            "<sip:15555550100@192.0.2.1>;tag=text-1",
        ),
        ("c2lwKkA4LjguOC44", "c2lwKkAxOTIuMC4yLjE="),
    ] {
        let mut body = json!([{ "unknown": wrapped }]);
        assert_eq!(
            redacted(body.clone())[0]["unknown"],
            expected,
            "in an unknown field"
        );
        body[0] = json!({ "contact": wrapped });
        if !wrapped.contains(' ') {
            assert_eq!(redacted(body)[0]["contact"], expected, "in an address");
        }
    }
}

#[test]
fn a_secret_that_is_a_number_stays_a_number() {
    let body = json!({ "password": 998877665, "pin": 1.5, "message": "998877665 is wrong" });
    assert_eq!(
        redacted(body),
        json!({ "password": 555550100, "pin": 5550100.5, "message": "«secret-1» is wrong" })
    );
}

#[test]
fn a_short_number_that_is_sensitive_somewhere_does_not_touch_dates() {
    let body = json!({
        "pin": "2025", "description": "2025", "last-modified-datetime": "2025-09-16T14:59:24+00:00"
    });
    let expected = json!({
        "pin": "«secret-1»", "description": "text-1",
        "last-modified-datetime": "2025-09-16T14:59:24+00:00",
    });
    assert_eq!(redacted(body), expected);
}

#[test]
fn safe_values_and_vocabulary_stay() {
    let body = json!({
        "domain": ["acme.example", "*", "~", ""],
        "contact": [
            "sip*@acme.example", "sip:15555550100@192.0.2.10:5060;transport=UDP", "2001:db8::5",
            "127.0.0.1",
        ],
        "connection-translation-request-user": ["[*]", "", "*", "yes"],
        "connection-translation-source-host": "<AppIP>",
        "connection-sip-registration-password": ["«secret-4»", ""],
        "dial-plan": ["Inbound DID", "acme.example"],
        "description": ["text-3", ""],
        "message": "Invalid Scope [APP001]",
        "last-modified-datetime": "2025-09-16T14:59:24+00:00",
        "epoch": 1758034764,
        "del_latency": 0.009082,
        "total": 107,
    });
    assert_eq!(redacted(body.clone()), body);
}

#[test]
fn what_would_be_read_otherwise_once_it_is_redacted_is_replaced_whole() {
    // The sign in the middle is no part of a word: the first look sees two names, a second one
    // would see them as one.
    assert_eq!(
        redacted(json!({ "contact": ".a\u{323b0}a" })),
        json!({ "contact": "text-1" })
    );
}

#[test]
fn a_text_that_is_a_host_elsewhere_keeps_the_placeholder_of_the_host() {
    let expected = json!({ "domain": "user-1@host-1.example", "description": "host-1.example" });
    assert_eq!(
        redacted(json!({ "domain": "a@z", "description": "Z" })),
        expected
    );
    assert_eq!(redacted(expected.clone()), expected);
}

#[test]
fn a_secret_of_a_control_character_is_searched_for_in_no_other_text() {
    assert_eq!(
        redacted(json!({ "password": "\u{1}", "message": "é" })),
        json!({ "password": "«secret-1»", "message": "text-1" })
    );
}

#[test]
fn a_placeholder_that_is_in_the_traffic_is_not_given_again() {
    let body = json!({
        "domain": ["acme.example", "customer.com"], "received_from": ["192.0.2.1", "8.8.8.8"]
    });
    let expected = json!({
        "domain": ["acme.example", "acme-2.example"], "received_from": ["192.0.2.1", "192.0.2.2"]
    });
    assert_eq!(redacted(body), expected);
}

#[test]
fn words_that_the_spec_marks_sensitive_are_replaced_and_its_vocabulary_is_not() {
    let spec = json!({ "properties": {
        "nickname": { "type": "string", "x-sensitive": true },
        "flavour": { "type": "string", "x-extensible-enum": ["plain"] },
    } });
    let mut recordings = [recording(
        "/connections",
        json!({ "nickname": "Bob's", "description": "plain" }),
    )];
    redact(&mut recordings, &Knowledge::of_spec(&spec));
    assert_eq!(
        recordings[0].response.body,
        Some(json!({ "nickname": "name-1", "description": "plain" }))
    );
}

const SENTINEL: &str = "Zq7sentinel9Xw";

/// A JSON value with the sentinel secret somewhere in it, in one of the ways in which secrets come.
fn with_a_secret() -> impl Strategy<Value = Value> {
    let word = "[a-z ]{0,12}";
    let field = prop::sample::select(vec![
        "password",
        "connection-sip-registration-password",
        "clientSecret",
        "access_token",
        "api-key",
        "x_Authorization",
        "key",
    ]);
    let hidden = prop_oneof![
        field.prop_map(|name| json!({ name: SENTINEL })),
        Just(json!({ "secrets": { "a": [{ "b": SENTINEL }] } })),
        (word, word).prop_map(|(a, b)| json!({ "message": format!("{a}nss_{SENTINEL}{b}") })),
        word.prop_map(|a| json!([format!("{a} Bearer {SENTINEL}")])),
        word.prop_map(|a| json!([format!("{a} password={SENTINEL}&x=1")])),
        Just(json!([format!(
            "https://bob:{SENTINEL}@pbx.customer.com/x"
        )])),
        Just(json!([format!("https://h/?access_token={SENTINEL}&a=b")])),
        Just(json!([format!("{{\"password\":\"{SENTINEL}\"}}")])),
        Just(json!({ "url": format!("https://h/?q=nsd%5F{SENTINEL}") })),
        Just(json!({ format!("nsr_{SENTINEL}"): 1 })),
    ];
    hidden.prop_recursive(4, 16, 3, |inner| {
        prop_oneof![
            inner.clone().prop_map(|value| json!([1, value, "x"])),
            ("[a-z_]{1,8}", inner).prop_map(|(name, value)| json!({ "total": 1, name: value })),
        ]
    })
}

/// Strings as this API has them, safe and not.
fn any_value() -> impl Strategy<Value = String> {
    let domain = "[a-z]{3,8}\\.(com|net|example)";
    let ip = any::<[u8; 4]>().prop_map(|ip| std::net::Ipv4Addr::from(ip).to_string());
    let ip6 = any::<[u16; 8]>().prop_map(|ip| std::net::Ipv6Addr::from(ip).to_string());
    let number = "1?[2-9][0-9]{2}[2-9][0-9]{6}";
    prop_oneof![
        domain,
        ip.clone(),
        ip6.prop_map(|ip| format!("[{ip}]:5060")),
        number,
        (number, ip).prop_map(|(number, ip)| format!("sip:{number}@{ip}:5060;transport=UDP")),
        domain.prop_map(|domain| format!("sip*@{domain}")),
        (number, domain).prop_map(|(number, domain)| format!("sip%3A{number}%40{domain}")),
        "[a-z]{1,6}@[a-z]{1,6}",
        "[A-Za-z ]{0,12}",
        ".{0,12}",
    ]
}

/// A trunk-like object over such strings.
fn any_trunk() -> impl Strategy<Value = Value> {
    let fields = prop::sample::select(vec![
        "domain",
        "contact",
        "connection-orig-match-pattern",
        "connection-sip-registration-username",
        "connection-sip-registration-password",
        "caller-id-number-emergency",
        "description",
        "dial-plan",
        "user_agent",
        "message",
        "other",
    ]);
    let value = prop_oneof![
        8 => any_value().prop_map(Value::from),
        1 => any::<u64>().prop_map(Value::from),
        1 => (2_000_000_000u64..20_000_000_000).prop_map(Value::from),
        1 => any::<bool>().prop_map(Value::from),
        1 => Just(Value::Null),
        1 => any::<f32>().prop_map(Value::from),
    ];
    prop::collection::vec((fields, value), 1..8).prop_map(|members| {
        Value::Object(
            members
                .into_iter()
                .map(|(name, value)| (name.to_owned(), value))
                .collect(),
        )
    })
}

/// The types of a value and of all that is in it.
fn types(value: &Value) -> String {
    match value {
        Value::Null => "null".into(),
        Value::Bool(_) => "bool".into(),
        Value::Number(number) if number.is_f64() => "float".into(),
        Value::Number(_) => "integer".into(),
        Value::String(_) => "string".into(),
        Value::Array(items) => format!(
            "[{}]",
            items.iter().map(types).collect::<Vec<_>>().join(",")
        ),
        Value::Object(members) => format!(
            "{{{}}}",
            members.values().map(types).collect::<Vec<_>>().join(",")
        ),
    }
}

proptest! {
    #[test]
    fn a_secret_never_survives(body in with_a_secret()) {
        let mut recordings = [recording("/connections", body.clone())];
        let value = json!(format!("Bearer {SENTINEL}"));
        recordings[0].request.headers.insert("authorization".into(), value);
        recordings[0].request.query.insert("access_token".into(), json!(SENTINEL));
        recordings[0].request.text = Some(format!("grant_type=password&client_secret={SENTINEL}"));
        recordings[0].response.text = Some(body.to_string());
        redact(&mut recordings, &Knowledge::default());
        let text = serde_json::to_string(&recordings[0]).expect("JSON");
        prop_assert!(!text.contains(SENTINEL), "{text}");
    }

    #[test]
    fn redacting_again_changes_nothing(bodies in prop::collection::vec(any_trunk(), 1..4)) {
        let mut recordings: Vec<_> = bodies
            .into_iter()
            .map(|body| recording("/connections", body))
            .collect();
        redact(&mut recordings, &Knowledge::default());
        let once = recordings.clone();
        redact(&mut recordings, &Knowledge::default());
        prop_assert_eq!(once, recordings);
    }

    #[test]
    fn what_redaction_leaves_holds_no_leak(body in any_trunk()) {
        let mut recordings = [recording("/connections", body)];
        redact(&mut recordings, &Knowledge::default());
        prop_assert_eq!(unredacted(&recordings[0], &Knowledge::default()), []);
    }

    #[test]
    fn types_stay(body in any_trunk()) {
        prop_assert_eq!(types(&redacted(body.clone())), types(&body));
    }

    #[test]
    fn equal_values_have_equal_placeholders(
        domain in "[a-z]{5,9}\\.(com|net)",
        user in "[b-z]{5,9}",
    ) {
        let body = json!({
            "domain": domain,
            "connection-sip-registration-username": user,
            "contact": format!("sip:{user}@{domain}:5060"),
            "message": format!("{user} is not in {domain}"),
        });
        let path = format!("/domains/{domain}/connections/sip*%40{domain}");
        let mut recordings = [recording(&path, body)];
        redact(&mut recordings, &Knowledge::default());
        let [recording] = recordings;
        prop_assert_eq!(
            recording.request.path,
            "/domains/acme.example/connections/sip*%40acme.example",
        );
        let body = recording.response.body.expect("a body");
        let user = body["connection-sip-registration-username"].as_str().expect("text").to_owned();
        prop_assert_eq!(&body["contact"], &json!(format!("sip:{user}@acme.example:5060")));
        prop_assert_eq!(&body["message"], &json!(format!("{user} is not in acme.example")));
    }
}
