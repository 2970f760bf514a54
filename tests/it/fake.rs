//! The fake server refuses requests that violate the spec, says why, and stores nothing of them.

use std::time::Duration;

use netsapiens_connections::Method;
use netsapiens_connections::fake::{FakeServer, Quirks, SYSTEM_KEY};
use reqwest::StatusCode;
use reqwest::header::{ALLOW, AUTHORIZATION, CONTENT_TYPE};
use serde_json::{Value, json};

const LIST: &str = "/connections";
const ONE: &str = "/domains/acme.example/connections/sip*%40acme-pri.example";

async fn send(
    server: &FakeServer,
    method: &str,
    path: &str,
    body: Option<&Value>,
) -> reqwest::Response {
    let url = format!("{}/ns-api/v2{path}", server.url());
    let request = reqwest::Client::new()
        .request(method.parse().unwrap(), url)
        .bearer_auth(SYSTEM_KEY);
    let request = match body {
        Some(body) => request.json(body),
        None => request,
    };
    request.send().await.unwrap()
}

async fn message(response: reqwest::Response) -> String {
    response.json::<Value>().await.unwrap()["message"]
        .as_str()
        .unwrap()
        .to_owned()
}

/// A create with one property more.
fn create(name: &str, value: Value) -> Value {
    let mut body = json!({
        "domain": "acme.example", "connection-orig-match-pattern": "sip*@acme-pri.example",
    });
    body[name] = value;
    body
}

/// The one trunk that a server has.
async fn stored(server: &FakeServer) -> Value {
    let mut trunks: Value = send(server, "GET", LIST, None).await.json().await.unwrap();
    assert_eq!(trunks.as_array().unwrap().len(), 1);
    trunks[0].take()
}

#[tokio::test]
async fn a_body_that_the_document_forbids_is_refused_with_the_reason_and_not_stored() {
    let long = "a".repeat(65);
    let table = [
        (
            create("connection-orig-enabled", json!(true)),
            "connection-orig-enabled must be a string, not a boolean",
        ),
        (
            create("time-zone", Value::Null),
            "time-zone must be a string, not null",
        ),
        (
            create("connection-address", json!(["192.0.2.20"])),
            "connection-address must be a string or an integer, not an array",
        ),
        (
            create("limits-max-active-calls-orig", json!("ten")),
            "limits-max-active-calls-orig must be an integer from -9223372036854775808 to \
             9223372036854775807 or a string that matches ^-?[0-9]+$",
        ),
        (
            create("minimum-call-duration-seconds", json!(1.5)),
            "minimum-call-duration-seconds must be an integer from 0 to 9223372036854775807, not a \
             number",
        ),
        (
            create("domain", json!(long)),
            "domain must be a string of 1 to 64 characters",
        ),
        (
            create("connection-orig-match-pattern", json!("")),
            "connection-orig-match-pattern must be a string of 1 or more characters",
        ),
        (
            json!({ "domain": "acme.example" }),
            "connection-orig-match-pattern is missing",
        ),
        (json!([]), "The body must be an object, not an array"),
    ];
    let server = FakeServer::start().await;
    for (body, reason) in table {
        let refused = send(&server, "POST", LIST, Some(&body)).await;
        assert_eq!(refused.status(), StatusCode::BAD_REQUEST, "{body}");
        assert_eq!(message(refused).await, reason);
    }
    assert_eq!((server.changes(), server.trunk_count()), (0, 0));
}

#[tokio::test]
async fn an_update_that_the_document_forbids_changes_nothing() {
    let server = FakeServer::start().await;
    let created = create("description", json!("before"));
    send(&server, "POST", LIST, Some(&created)).await;
    let body = json!({ "description": "after", "dial-plan": 7 });
    let refused = send(&server, "PUT", ONE, Some(&body)).await;
    assert_eq!(refused.status(), StatusCode::BAD_REQUEST);
    assert_eq!(
        message(refused).await,
        "dial-plan must be a string, not a number"
    );
    assert_eq!(stored(&server).await["description"], "before");
}

#[tokio::test]
async fn a_parameter_that_the_document_forbids_is_refused_with_the_reason() {
    let long = "a".repeat(65);
    let table = [
        (
            "/connections?limit=0".to_owned(),
            "limit must be an integer from 1 to 1000",
        ),
        (
            "/connections?limit=many".to_owned(),
            "limit must be an integer from 1 to 1000, not a string",
        ),
        (
            "/connections?start=-1".to_owned(),
            "start must be an integer from 0",
        ),
        (
            "/connections?start=0&start=1".to_owned(),
            "The parameter start is a duplicate",
        ),
        (
            "/connections/count?domain=".to_owned(),
            "domain must be a string of 1 to 64 characters",
        ),
        (
            format!("/domains/{long}/connections"),
            "domain must be a string of 1 to 64 characters",
        ),
    ];
    let server = FakeServer::start().await;
    for (path, reason) in table {
        let refused = send(&server, "GET", &path, None).await;
        assert_eq!(refused.status(), StatusCode::BAD_REQUEST, "{path}");
        assert_eq!(message(refused).await, reason, "{path}");
    }
}

#[tokio::test]
async fn a_body_that_is_not_json_or_not_there_is_refused_with_the_reason() {
    let server = FakeServer::start().await;
    let url = format!("{}/ns-api/v2/connections", server.url());
    let json = r#"{"domain":"acme.example","connection-orig-match-pattern":"sip*@b"}"#;
    for (content_type, body, reason) in [
        ("application/json", "", "The body is missing"),
        ("application/json", "{", "The body is not JSON"),
        (
            "text/plain",
            json,
            "The content type of the body must be application/json",
        ),
    ] {
        let request = reqwest::Client::new().post(&url).bearer_auth(SYSTEM_KEY);
        let request = request.header(CONTENT_TYPE, content_type).body(body);
        let refused = request.send().await.unwrap();
        assert_eq!(refused.status(), StatusCode::BAD_REQUEST);
        assert_eq!(message(refused).await, reason);
    }
    assert_eq!(server.trunk_count(), 0);
}

#[tokio::test]
async fn the_reason_is_in_the_error_of_the_client() {
    let server = FakeServer::start().await;
    let client = server.client().unwrap();
    let body = create("dial-plan", json!(7));
    let request = client.request(Method::POST, ["connections"]).json(&body);
    let error = request.send().await.unwrap_err().to_string();
    assert!(
        error.contains("dial-plan must be a string, not a number"),
        "{error}"
    );
}

/// They are in no schema of a request, and what a schema does not name it does not forbid.
#[tokio::test]
async fn a_read_only_property_in_a_body_is_ignored() {
    let server = FakeServer::start().await;
    let body = create("active-calls-orig-current", json!("many"));
    let created = send(&server, "POST", LIST, Some(&body)).await;
    assert_eq!(created.status(), StatusCode::ACCEPTED);
    assert_eq!(stored(&server).await["active-calls-orig-current"], 0);
}

#[tokio::test]
async fn values_are_stored_with_the_type_that_servers_return() {
    let server = FakeServer::start().await;
    let mut body = create(
        "connection-sip-registration-username",
        json!(15555550100_u64),
    );
    body["limits-max-active-calls-orig"] = json!("-12");
    body["limits-max-active-calls-term"] = json!("99999999999999999999");
    send(&server, "POST", LIST, Some(&body)).await;
    let trunk = stored(&server).await;
    assert_eq!(trunk["connection-sip-registration-username"], "15555550100");
    assert_eq!(trunk["limits-max-active-calls-orig"], -12);
    assert_eq!(trunk["limits-max-active-calls-term"], i64::MAX);
}

#[tokio::test]
async fn a_lenient_server_stores_what_php_makes_of_a_forbidden_value() {
    let table = [
        ("time-zone", json!(true), json!("1")),
        ("time-zone", json!(false), json!("")),
        ("time-zone", Value::Null, json!("")),
        ("time-zone", json!(1.5), json!("1.5")),
        ("time-zone", json!(["a"]), json!("Array")),
        ("minimum-call-duration-seconds", json!("12s"), json!(12)),
        ("minimum-call-duration-seconds", json!("s"), json!(0)),
        ("minimum-call-duration-seconds", json!(-1.9), json!(-1)),
        ("minimum-call-duration-seconds", json!(true), json!(1)),
        ("minimum-call-duration-seconds", Value::Null, json!(0)),
        ("minimum-call-duration-seconds", json!({}), json!(0)),
    ];
    for (name, sent, expected) in table {
        let server = FakeServer::with_quirks(Quirks {
            lenient_requests: true,
            ..Quirks::default()
        })
        .await;
        let body = create(name, sent.clone());
        let created = send(&server, "POST", LIST, Some(&body)).await;
        assert_eq!(created.status(), StatusCode::ACCEPTED, "{name} = {sent}");
        assert_eq!(stored(&server).await[name], expected, "{name} = {sent}");
    }
}

#[tokio::test]
async fn a_method_that_a_path_does_not_have_is_refused_with_those_that_it_has() {
    let server = FakeServer::start().await;
    for (method, path, allowed) in [
        ("DELETE", LIST, "GET, POST"),
        ("POST", "/connections/count", "GET"),
        ("PATCH", ONE, "GET, PUT, DELETE"),
    ] {
        let refused = send(&server, method, path, None).await;
        assert_eq!(refused.status(), StatusCode::METHOD_NOT_ALLOWED, "{path}");
        assert_eq!(refused.headers()[ALLOW], allowed, "{path}");
    }
    let unknown = send(&server, "GET", "/trunks", None).await;
    assert_eq!(unknown.status(), StatusCode::NOT_FOUND);
    assert_eq!(message(unknown).await, "No Route Found [92]");
}

#[tokio::test]
async fn the_scheme_of_a_credential_is_read_in_any_case() {
    let server = FakeServer::start().await;
    let url = format!("{}/ns-api/v2{LIST}", server.url());
    for (scheme, status) in [
        ("Bearer", StatusCode::OK),
        ("bearer", StatusCode::OK),
        ("BEARER ", StatusCode::OK),
        ("Basic", StatusCode::UNAUTHORIZED),
        ("", StatusCode::UNAUTHORIZED),
    ] {
        let request = reqwest::Client::new()
            .get(&url)
            .header(AUTHORIZATION, format!("{scheme} {SYSTEM_KEY}"));
        assert_eq!(request.send().await.unwrap().status(), status, "{scheme}");
    }
}

#[tokio::test]
async fn a_trunk_that_is_replaced_is_read_as_it_was_until_the_change_is_visible() {
    let server = FakeServer::with_quirks(Quirks {
        visibility_delay: Duration::from_secs(3_600),
        ..Quirks::default()
    })
    .await;
    // It is visible at once.
    server.seed("acme.example", 1);
    let before = stored(&server).await;
    let one = "/domains/acme.example/connections/sip*%40trunk-000000.example";
    let deleted = send(&server, "DELETE", one, None).await;
    assert_eq!(deleted.status(), StatusCode::ACCEPTED);
    let mut body = create("dial-plan", json!("after"));
    body["connection-orig-match-pattern"] = json!("sip*@trunk-000000.example");
    let created = send(&server, "POST", LIST, Some(&body)).await;
    assert_eq!(created.status(), StatusCode::ACCEPTED);
    assert_eq!(stored(&server).await, before);
}
