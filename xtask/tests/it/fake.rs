//! Tests that the responses of the embedded server match the document.

use std::sync::Arc;

use located::Source;
use netsapiens_connections::fake::{DOMAIN_KEY, FakeServer, READ_ONLY_KEY, SYSTEM_KEY};
use openapi_traffic::{Exchange, Spec, judge};
use reqwest::{Client, Method};
use serde_json::{Value, json};

use crate::recording;

const ONE: &str = "/domains/acme.example/connections/sip*%40acme-pri.example";

/// The life of a trunk that registers, with the rejected requests in between: key, method, path,
/// query, body, status.
fn life() -> Vec<(&'static str, Method, &'static str, &'static str, Value, u16)> {
    let trunk = json!({
        "domain": "acme.example",
        "connection-orig-match-pattern": "sip*@acme-pri.example",
        "connection-sip-registration-username": "15555550100",
        "limits-max-active-calls-orig": 4,
    });
    vec![
        (
            "nss_WRONG",
            Method::GET,
            "/connections",
            "",
            Value::Null,
            401,
        ),
        (
            DOMAIN_KEY,
            Method::GET,
            "/connections",
            "",
            Value::Null,
            401,
        ),
        (
            READ_ONLY_KEY,
            Method::POST,
            "/connections",
            "",
            trunk.clone(),
            403,
        ),
        (
            SYSTEM_KEY,
            Method::POST,
            "/connections",
            "",
            json!({ "domain": "acme.example" }),
            400,
        ),
        (
            SYSTEM_KEY,
            Method::POST,
            "/connections",
            "",
            trunk.clone(),
            202,
        ),
        (SYSTEM_KEY, Method::POST, "/connections", "", trunk, 409),
        (
            SYSTEM_KEY,
            Method::GET,
            "/connections",
            "limit=1&start=0",
            Value::Null,
            200,
        ),
        (
            SYSTEM_KEY,
            Method::GET,
            "/connections/count",
            "domain=acme.example",
            Value::Null,
            200,
        ),
        (
            SYSTEM_KEY,
            Method::GET,
            "/domains/acme.example/connections",
            "",
            Value::Null,
            200,
        ),
        (
            SYSTEM_KEY,
            Method::GET,
            "/domains/~/connections",
            "",
            Value::Null,
            400,
        ),
        (
            DOMAIN_KEY,
            Method::GET,
            "/domains/other.example/connections",
            "",
            Value::Null,
            403,
        ),
        (SYSTEM_KEY, Method::GET, ONE, "", Value::Null, 200),
        (
            SYSTEM_KEY,
            Method::PUT,
            ONE,
            "",
            json!({ "description": "Lab", "connection-orig-enabled": "no" }),
            202,
        ),
        (SYSTEM_KEY, Method::DELETE, ONE, "", Value::Null, 202),
        (SYSTEM_KEY, Method::GET, ONE, "", Value::Null, 404),
        (SYSTEM_KEY, Method::PUT, ONE, "", json!({}), 404),
        (SYSTEM_KEY, Method::DELETE, ONE, "", Value::Null, 404),
        (
            SYSTEM_KEY,
            Method::GET,
            "/domains/acme.example/connections",
            "",
            Value::Null,
            200,
        ),
    ]
}

#[tokio::test]
async fn every_response_in_the_life_of_a_trunk_is_one_of_the_document() {
    let spec = Spec::load(Source::read("../openapi/connections.yaml").unwrap()).unwrap();
    let server = FakeServer::start().await;
    let http = Client::new();
    for (key, method, path, query, body, status) in life() {
        let step = format!("{method} {path} with {key}");
        let request = http
            .request(
                method.clone(),
                format!("{}/ns-api/v2{path}?{query}", server.url()),
            )
            .bearer_auth(key);
        let request = if body.is_null() {
            request
        } else {
            request.json(&body)
        };
        let response = request.send().await.unwrap();
        assert_eq!(response.status(), status, "{step}");

        let headers =
            json!({ "content-type": response.headers()["content-type"].to_str().unwrap() });
        let mut recording = recording(method.as_str(), path, query, status);
        recording["response"]["headers"] = headers;
        recording["response"]["body"] = response.json::<Value>().await.unwrap();
        if !body.is_null() {
            recording["request"]["headers"] = json!({ "content-type": "application/json" });
            recording["request"]["body"] = body;
        }
        let text = serde_json::to_string_pretty(&recording).unwrap();
        let exchange = Exchange::new(
            serde_json::from_value(recording).unwrap(),
            Arc::new(Source::new("fake", text)),
            "",
            0,
        );
        assert_eq!(judge(&spec, &exchange).0, [], "{step}");
    }
}
