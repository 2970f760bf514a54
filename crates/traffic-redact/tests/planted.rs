//! Values of every kind that a customer's traffic holds, planted where they come: none survives.

use http_recording::Recording;
use serde_json::{Value, json};
use traffic_redact::{Knowledge, redact, unredacted};

/// What is planted; each has to be gone, as it is and in its parts.
const PLANTED: &[(&str, &str)] = &[
    ("a password", "Tr0ub4dor&3"),
    ("a password of words", "correct horse battery staple"),
    ("a password with separators", "vK-22_x.9!q"),
    ("a password of signs and letters", "$%gH!!zz"),
    ("a password beyond ASCII", "Schlüsselbund"),
    ("base64 of a password", "aHVudGVyMmh1bnRlcjI="),
    ("base64url of a password", "aHVudGVyMmh1bnRlcjI_LQ"),
    ("base32 of a secret", "JBSWY3DPEHPK3PXP"),
    ("hex of a secret", "68756e74657232"),
    ("an md5 digest", "5f4dcc3b5aa765d61d8327deb882cf99"),
    ("a bcrypt hash", "$2b$12$KIXQ4/QpXvkEJ2Jx9U6NLe"),
    (
        "a jwt",
        "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJqYW5lIn0.c2lnbmF0dXJl",
    ),
    ("a cloud key", "AKIAIOSFODNN7KQZPLMX"),
    ("a cloud secret", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYKEYKEYKEY"),
    ("a payment key", "sk_live_4eC39HqLyjWDarjtT1zdp7dc"),
    (
        "a repository token",
        "ghp_16C7e42F292c6912E7710c838347Ae178B4a",
    ),
    ("a chat token", "xoxb-2345678901-abcdefghij"),
    ("a maps key", "AIzaSyD-9tSrke72PouQMnMX-a7eZSW0jkFMBWY"),
    ("a service key", "nss_0123456789abcdefABCDEF"),
    (
        "a private key",
        "-----BEGIN PRIVATE KEY-----\nMIIBVg\n-----END PRIVATE KEY-----",
    ),
    (
        "a public ssh key",
        "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAA jane@laptop",
    ),
    ("a session id", "PHPSESSID=q9v3k2m1l8"),
    ("a uuid", "6f9619ff-8b86-d011-b42d-00c04fc964ff"),
    ("a ulid", "01ARZ3NDEKTSV4RRFFQ69G5FAV"),
    ("an object id", "507f1f77bcf86cd799439011"),
    ("a one-time code", "492039"),
    ("a pin", "4711"),
    ("a card number", "4242424242424242"),
    ("a card number in groups", "4242 4242 4242 4242"),
    ("a card number with dashes", "4242-4242-4242-4242"),
    ("an expiry", "09/2031"),
    ("an account number", "DE89370400440532013000"),
    ("an account number in groups", "DE89 3704 0044 0532 0130 00"),
    ("a routing number", "021000021"),
    ("a social security number", "078-05-1120"),
    ("a passport number", "C01X00T47"),
    ("a tax number", "12-3456789"),
    ("a licence plate", "B-MW 7788"),
    ("an american number", "12125551234"),
    ("an american number with signs", "(212) 555-1234"),
    ("a british number", "+44 20 7946 0958"),
    ("a german number", "+49 (30) 123 456"),
    ("a german number without plus", "030 / 901820"),
    ("a french number", "01 42 68 53 00"),
    ("a japanese number", "+81-3-1234-5678"),
    ("a number with dots", "212.555.1234"),
    ("an extension", "10473"),
    ("a mac address", "00:04:f2:aB:cd:17"),
    ("a mac address with dashes", "00-04-F2-AB-CD-17"),
    ("a mac address with dots", "0004.f2ab.cd17"),
    ("a bare mac address", "0004f2abcd17"),
    ("a serial number", "SN-64167F2ABCD17"),
    ("an imei", "490154203237518"),
    ("an imsi", "310150123456789"),
    ("an iccid", "8991101200003204510"),
    ("an address", "8.8.4.4"),
    ("a private address", "10.20.30.40"),
    ("an address with port", "8.8.4.4:5060"),
    ("a network", "172.16.33.0/24"),
    ("an ipv6 address", "2a00:1450:4001:81b::200e"),
    (
        "an ipv6 address in brackets",
        "[2a00:1450:4001:81b::200e]:5061",
    ),
    ("a mapped address", "::ffff:8.8.4.4"),
    ("a host", "pbx.customer.com"),
    ("a host inside", "core1-atl.customer.local"),
    ("a bare host", "corp-dc01"),
    ("a domain", "customer.com"),
    ("a domain beyond ASCII", "münchen-bäcker.de"),
    ("a punycode domain", "xn--mnchen-bcker-hcb.de"),
    ("a mail address", "jane.doe@customer.com"),
    ("a mail address with a tag", "jane+sip@customer.com"),
    (
        "a mail address with its name",
        "Jane Doe <jane@customer.com>",
    ),
    ("a sip address", "sip:jane@customer.com"),
    (
        "a sip address with parameters",
        "sip:jane@8.8.4.4:5060;transport=UDP;line=q7h2k",
    ),
    ("a tel uri", "tel:+442079460958"),
    (
        "a url",
        "https://portal.customer.com/jane/invoices?session=q9v3k2",
    ),
    (
        "a url with credentials",
        "https://jane:hunter2@customer.com/",
    ),
    (
        "a signed url",
        "https://bucket.s3.amazonaws.com/k?X-Amz-Signature=fe5f80f77d5fa3be",
    ),
    ("a path", "/home/janedoe/recordings/call17.wav"),
    ("a windows path", r"C:\Users\JaneDoe\call.wav"),
    ("a connection string", "Server=db1;Uid=sa;Pwd=hunter2"),
    ("a database url", "postgres://sa:hunter2@db1/q7ledger"),
    ("a person", "Jane Doe"),
    ("a person of one name", "Szymborska"),
    ("a person beyond ASCII", "Гагарин"),
    ("a company", "Kowalski Plumbing GmbH"),
    ("a login", "jdoe84"),
    ("a street", "1600 Pennsylvania Ave NW"),
    ("a city", "Albuquerque"),
    ("a postcode", "SW1A 2AA"),
    ("coordinates", "52.520008, 13.404954"),
    ("a user agent", "Yealink SIP-T46S 66.85.0.5"),
    ("a call id", "3c26700c1adf-6uq2xk@snom"),
    ("a branch", "z9hG4bK776asdhds"),
    ("a nonce", "dcd98b7102dd2f0e8b11d0f600bfb0c093"),
    ("an etag", "\"33a64df551425fcc55e4d42a148795d9\""),
    (
        "a text of a person",
        "moved to the Brooklyn office after the fire",
    ),
    ("a licence key", "VK7JG-NPHTM-C97JM-9MPGT-3V66T"),
    ("a wallet", "1BoatSLRHtKNngkdXEeobR76b53LETtpyT"),
    ("a recovery phrase", "abandon ribbon velvet orbit"),
    ("a template token", "<hunter2>"),
    ("a false placeholder", "«hunter2»"),
];

/// The ways in which a value comes into an exchange.
const PLACES: &[(&str, fn(&str) -> Value)] = &[
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
        response(
            json!({ "raw": format!("https://api.acme.example/users/{}?q=1", http_recording::encode(v)) }),
        )
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
    (
        "a challenge",
        |v| json!({ "response": { "status": 401, "headers": { "www-authenticate": format!("Digest realm=\"{v}\"") } } }),
    ),
    (
        "a retry time",
        |v| json!({ "response": { "status": 429, "headers": { "retry-after": format!("{v} s") } } }),
    ),
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
            "--b\r\nContent-Disposition: form-data; name=\"f\"; filename=\"{v}\"\r\n\r\nyes\r\n--b--\r\n"
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

/// What tells a planted value: itself, and its runs of six and more letters and digits that are no
/// common words.
fn traces(planted: &str) -> Vec<String> {
    const COMMON: &[&str] = &[
        "address",
        "invoices",
        "session",
        "recordings",
        "transport",
        "Server",
        "office",
        "PRIVATE",
        "BEGIN",
        "Signature",
        "example",
        "battery",
        "portal",
    ];
    let runs = planted
        .split(|c: char| !c.is_alphanumeric())
        .filter(|run| run.chars().count() >= 6 && !COMMON.contains(run));
    runs.chain([planted]).map(str::to_lowercase).collect()
}

/// A text as it is and as readers would decode it.
fn readings(written: &str) -> Vec<String> {
    let decoded = percent_encoding::percent_decode_str(written).decode_utf8_lossy();
    let unescaped = written
        .replace("\\\"", "\"")
        .replace("\\\\", "\\")
        .replace("\\r", "\r")
        .replace("\\n", "\n");
    [written, &decoded, &unescaped]
        .map(str::to_lowercase)
        .into()
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
            let readings = readings(&written);
            for trace in traces(planted) {
                if readings.iter().any(|reading| reading.contains(&trace)) {
                    survived.push(format!("{kind} as {place}: {}", &written[..]));
                }
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
fn redacting_what_was_planted_again_changes_nothing() {
    for (kind, planted) in PLANTED {
        for (place, plant) in PLACES {
            let mut recordings = [recording(&plant(planted))];
            redact(&mut recordings, &Knowledge::default());
            let once = recordings.clone();
            redact(&mut recordings, &Knowledge::default());
            assert_eq!(once, recordings, "{kind} as {place}");
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
fn equal_numbers_stay_equal_and_different_ones_different() {
    let mut recordings = [recording(&response(json!({ "xqz": [41, 42, 41] })))];
    redact(&mut recordings, &Knowledge::default());
    assert_eq!(
        recordings[0].response.body,
        Some(json!({ "text-1": [5_550_100, 5_550_101, 5_550_100] }))
    );
}

#[test]
fn a_form_of_a_secret_in_another_field_is_replaced_by_no_word_of_it() {
    let body = json!({ "message": "Jane not found", "description": "Jane" });
    let mut recordings = [recording(&response(body))];
    redact(&mut recordings, &Knowledge::default());
    assert_eq!(
        recordings[0].response.body,
        Some(json!({ "message": "text-1 not found", "description": "text-1" }))
    );
}
