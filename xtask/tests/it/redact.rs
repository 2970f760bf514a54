//! Redaction: what is replaced, what stays, and that equal values stay equal.

use serde_json::{Value, json};
use xtask::recording::Recording;
use xtask::redact::{Knowledge, redact, scan};

/// A recording with this request path and this answer.
fn recording(path: &str, body: Value) -> Recording {
    serde_json::from_value(json!({
        "format": 1,
        "meta": { "origin": "captured" },
        "request": { "method": "GET", "path": path },
        "response": { "status": 200, "body": body },
    }))
    .expect("a recording")
}

/// The body after a recording that holds nothing else was redacted.
fn redacted(body: Value) -> Value {
    let mut recordings = [recording("/connections", body)];
    redact(&mut recordings, &Knowledge::default());
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
        recording("/connections", json!({ "code": 404, "message": "Domain customer does not exist" })),
        recording("/domains/customer/connections/sip*%40pbx.customer", json!([])),
    ];
    redact(&mut recordings, &Knowledge::default());
    let [first, second] = recordings;
    assert_eq!(first.response.body, Some(json!({ "code": 404, "message": "Domain acme.example does not exist" })));
    assert_eq!(second.request.path, "/domains/acme.example/connections/sip*%40host-1.example");
}

#[test]
fn what_was_replaced_is_listed_with_its_rule() {
    let mut recordings = [recording("/connections", json!([{ "contact": "sip:12125551234@8.8.4.4" }]))];
    redact(&mut recordings, &Knowledge::default());
    let listed: Vec<_> = recordings[0].meta.redacted.iter().map(|one| (one.at.as_str(), one.rule.as_str())).collect();
    let at = "/response/body/0/contact";
    assert_eq!(listed, [(at, "phone-number"), (at, "ip-address")]);
}

#[test]
fn scanning_names_each_leak_and_never_the_value() {
    let leaks = scan(&json!({
        "path": "/domains/acme.example/connections/sip*%40203.0.113.5",
        "contact": "sip:12125551234@8.8.8.8:5060",
        "password": "hunter2",
        "key": "",
        "note": "written by jane@customer.com with nss_0123456789abcdef",
        "number": 12125551234u64,
        "private": "10.1.2.3 and fe80::1",
        "safe": "«secret-1» jane@acme.example 15555550100 192.0.2.10 2001:db8::1",
    }));
    let seen: Vec<_> = leaks.iter().map(|leak| (leak.pointer.as_str(), leak.kind)).collect();
    assert_eq!(
        seen,
        [
            ("/contact", "phone-number"),
            ("/contact", "ip-address"),
            ("/password", "password"),
            ("/note", "api-key"),
            ("/note", "mail-address"),
            ("/number", "phone-number"),
        ]
    );
}
