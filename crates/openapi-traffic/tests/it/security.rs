//! Credentials: required, documented by their schemes, and never shown.

use std::sync::Arc;

use located::Source;
use openapi_traffic::{Evidence, Exchange, Finding, Spec, judge};
use serde_json::{Value, json};

/// A document of one operation with this `security`.
fn spec(security: &Value) -> Spec {
    let document = json!({
        "openapi": "3.0.3",
        "info": {"title": "Locked", "version": "1"},
        "paths": {"/": {"get": {
            "security": security,
            "responses": {"default": {"description": "Whatever."}},
        }}},
        "components": {"securitySchemes": {
            "query": {"type": "apiKey", "in": "query", "name": "api_key"},
            "header": {"type": "apiKey", "in": "header", "name": "X-Api-Key"},
            "cookie": {"type": "apiKey", "in": "cookie", "name": "sid"},
            "basic": {"type": "http", "scheme": "basic"},
            "bearer": {"type": "http", "scheme": "Bearer"},
            "oauth": {"type": "oauth2", "flows": {}},
            "openid": {"type": "openIdConnect", "openIdConnectUrl": "https://id.acme.example/"},
            "later": {"type": "mutualTLS"},
        }},
    });
    Spec::load(Source::new("spec.json", document.to_string())).unwrap()
}

/// Judges an exchange of a HAR.
fn judged(
    security: &Value,
    query: &str,
    headers: &[(&str, &str)],
    status: u16,
) -> (Vec<Finding>, Evidence) {
    let headers: Vec<_> = headers
        .iter()
        .map(|(name, value)| json!({"name": name, "value": value}))
        .collect();
    let url = format!("https://api.acme.example/{query}");
    let har = json!({"log": {"version": "1.2", "entries": [{
        "request": {"method": "GET", "url": url, "headers": headers},
        "response": {"status": status, "headers": [], "content": {}},
    }]}});
    let source = Arc::new(Source::new("locked.har", har.to_string()));
    let (mut entries, _) = har_recording::read(source.text())
        .map_err(|it| it.reason)
        .unwrap();
    let entry = entries.remove(0);
    let exchange = Exchange::of_har(entry, source, 0);
    judge(&spec(security), &exchange)
}

fn codes(security: &Value, query: &str, headers: &[(&str, &str)]) -> Vec<&'static str> {
    let found = judged(security, query, headers, 200).0;
    found.iter().map(|finding| finding.code).collect()
}

type Headers<'h> = &'h [(&'h str, &'h str)];

/// What is sent by each scheme.
const SENT: &[(&str, &str, Headers<'_>)] = &[
    ("query", "?api_key=EXAMPLE", &[]),
    ("header", "", &[("x-api-key", "EXAMPLE")]),
    ("cookie", "", &[("Cookie", "a=b; sid=EXAMPLE")]),
    ("basic", "", &[("Authorization", "Basic RVhBTVBMRQ==")]),
    ("bearer", "", &[("authorization", "bearer EXAMPLE")]),
    ("oauth", "", &[("Authorization", "Bearer EXAMPLE")]),
    ("openid", "", &[("Authorization", "Bearer EXAMPLE")]),
];

#[test]
fn the_credential_of_every_scheme_is_known_and_missed() {
    for (scheme, query, headers) in SENT {
        let required = json!([{*scheme: []}]);
        assert!(codes(&required, query, headers).is_empty(), "{scheme} sent");
        assert_eq!(codes(&required, "", &[]), ["NSV106"], "{scheme} not sent");
    }
}

#[test]
fn an_empty_credential_is_none() {
    for (scheme, query, headers) in [
        ("query", "?api_key=", ("accept", "*/*")),
        ("header", "", ("x-api-key", "")),
        ("cookie", "", ("cookie", "sid=")),
        ("bearer", "", ("authorization", "")),
    ] {
        assert_eq!(
            codes(&json!([{scheme: []}]), query, &[headers]),
            ["NSV106"],
            "{scheme}"
        );
    }
}

#[test]
fn the_credential_of_another_scheme_does_not_suffice() {
    let basic = &[("Authorization", "Basic RVhBTVBMRQ==")];
    assert_eq!(codes(&json!([{"bearer": []}]), "", basic), ["NSV106"]);
}

/// RFC 6749, section 7: a request to a resource has an access token, not a password.
#[test]
fn a_password_is_no_access_token() {
    for scheme in ["oauth", "openid"] {
        let required = json!([{scheme: []}]);
        let sent = |value: &str| codes(&required, "", &[("Authorization", value)]);
        for value in [
            "Basic RVhBTVBMRQ==",
            "Digest username=\"u\"",
            "Negotiate EXAMPLE",
        ] {
            assert_eq!(sent(value), ["NSV106"], "{scheme} {value}");
        }
        for value in ["bearer EXAMPLE", "DPoP EXAMPLE", "token EXAMPLE", "•••"] {
            assert!(sent(value).is_empty(), "{scheme} {value}");
        }
    }
}

#[test]
fn a_redacted_credential_counts_as_sent() {
    for value in ["REDACTED", "***", "Bearer REDACTED", "<redacted>"] {
        assert!(codes(&json!([{"bearer": []}]), "", &[("Authorization", value)]).is_empty());
    }
    assert!(codes(&json!([{"cookie": []}]), "", &[("Cookie", "REDACTED")]).is_empty());
}

#[test]
fn rejected_requests_are_no_findings() {
    for status in [401, 403] {
        assert!(
            judged(&json!([{"bearer": []}]), "", &[], status)
                .0
                .is_empty()
        );
    }
    for status in [200, 302, 404, 500] {
        let (found, _) = judged(&json!([{"bearer": []}]), "", &[], status);
        assert_eq!(found[0].code, "NSV106", "{status}");
    }
}

#[test]
fn one_of_several_requirements_suffices_and_each_needs_all_of_its_schemes() {
    let security = json!([{"query": [], "header": []}, {"bearer": []}]);
    let key = ("x-api-key", "EXAMPLE");
    assert!(codes(&security, "?api_key=EXAMPLE", &[key]).is_empty());
    assert!(codes(&security, "", &[("authorization", "Bearer EXAMPLE")]).is_empty());
    assert_eq!(codes(&security, "?api_key=EXAMPLE", &[]), ["NSV106"]);
    assert_eq!(codes(&security, "", &[key]), ["NSV106"]);
}

#[test]
fn an_empty_list_and_an_empty_requirement_ask_for_nothing() {
    for security in [json!([]), json!([{}]), json!([{"bearer": []}, {}])] {
        assert!(codes(&security, "", &[]).is_empty(), "{security}");
    }
}

#[test]
fn a_key_in_the_query_is_documented_by_its_scheme_wherever_it_is_sent() {
    assert!(codes(&json!([]), "?api_key=EXAMPLE", &[]).is_empty());
    assert_eq!(codes(&json!([]), "?apikey=EXAMPLE", &[]), ["NSV104"]);
}

#[test]
fn a_scheme_of_no_known_type_is_reported_as_not_validated() {
    for scheme in ["later", "undefined"] {
        let (found, evidence) = judged(&json!([{scheme: []}]), "", &[], 200);
        assert!(found.is_empty(), "{scheme}");
        let reasons: Vec<_> = evidence.unchecked().map(|(reason, ..)| reason).collect();
        let expected =
            format!("security scheme `{scheme}`: its type does not exist in OpenAPI 3.0");
        assert_eq!(reasons, [expected], "{scheme}");
    }
}

#[test]
fn a_recording_without_credentials_is_not_checked_for_them() {
    let judged = |security: &Value, query: Value| {
        let recording = json!({
            "format": 1, "meta": {"origin": "captured"},
            "request": {"method": "GET", "path": "/", "query": query},
            "response": {"status": 200},
        });
        let source = Arc::new(Source::new("locked.json", recording.to_string()));
        let recording = serde_json::from_value(recording).unwrap();
        judge(&spec(security), &Exchange::new(recording, source, "", 0))
    };
    let (found, evidence) = judged(&json!([{"bearer": []}]), json!({}));
    assert!(found.is_empty());
    assert_eq!(
        evidence.unchecked().collect::<Vec<_>>(),
        [(
            "security scheme `bearer`: recordings do not keep the header that carries it",
            1,
            "locked.json"
        )]
    );
    // A query is kept.
    let (found, _) = judged(&json!([{"query": []}]), json!({}));
    assert_eq!(found[0].code, "NSV106");
    let (found, _) = judged(&json!([{"query": []}]), json!({"api_key": "REDACTED"}));
    assert!(found.is_empty());
}

#[test]
fn the_finding_says_what_is_asked_for_and_shows_no_credential() {
    let security = json!([{"query": [], "cookie": []}, {"bearer": []}]);
    let (found, _) = judged(
        &security,
        "?api_key=pl4nted",
        &[("cookie", "other=pl4nted")],
        200,
    );
    let finding = &found[0];
    assert_eq!(
        finding.message,
        "GET / was sent without the credential that it requires"
    );
    assert_eq!(
        finding.expected,
        "`query` (`api_key` in query) and `cookie` (`sid` in cookie), \
         or `bearer` (`authorization: bearer …`)"
    );
    let spec = finding.spec.as_ref().unwrap();
    assert_eq!(spec.pointer, "/paths/~1/get/security");
    assert!(!format!("{found:?}").contains("pl4nted"));
}

#[test]
fn what_carries_credentials_is_not_in_the_debug_form_of_an_exchange() {
    let har = json!({"log": {"version": "1.2", "entries": [{
        "request": {
            "method": "GET", "url": "https://api.acme.example/",
            "headers": [{"name": "Cookie", "value": "sid=pl4nted"}],
        },
        "response": {
            "status": 200,
            "headers": [{"name": "Set-Cookie", "value": "sid=pl4nted"}],
            "content": {},
        },
    }]}})
    .to_string();
    let (entries, _) = har_recording::read(&har).map_err(|it| it.reason).unwrap();
    assert_eq!(entries[0].wire.sent["cookie"], "sid=pl4nted");
    assert!(!format!("{entries:?}").contains("pl4nted"));
}
