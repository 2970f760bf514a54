//! Shows what a plain generated client makes of five recorded responses, and what this one does.
//!
//! ```console
//! $ cargo run --example side_by_side --features fake
//! a trunk that registers (200, captured)
//!   plain: user "15555550100", state null; Debug has the SIP password
//!   ours:  user "15555550100", state "unregistered_endpoint"; Debug has no password
//! a user name that came as a number (200, synthetic)
//!   plain: error with the SIP password: Invalid Response Payload (b"[{…
//!   ours:  user "15555550100", state null; Debug has no password
//! a key without the right (401, reported)
//!   plain: error with no password: Unexpected Response: Response { url: …, status: 401, …
//!   ours:  error with no password: list_domain_connections: …Invalid Scope [APP001]…
//! a server without the operation (404, reported)
//!   plain: error with no password: Unexpected Response: Response { url: …, status: 404, …
//!   ours:  error with no password: list_domain_connections: …No Route Found [92]…
//! a gateway's page (502, synthetic)
//!   plain: error with no password: Unexpected Response: Response { url: …, status: 502, …
//!   ours:  error with no password: list_domain_connections: …502 Bad Gateway and a body of …
//! ```
//!
//! The plain client is written by hand in the form that progenitor generates: its crate of runtime
//! functions decodes the responses, and types and statuses are those that the vendor's document of
//! version 45 declares for these operations (fields that the five responses do not turn on are left
//! out). A document of your own choice is compared by `benches/compare`.

use std::error::Error;
use std::fmt::Debug;

use netsapiens_connections::fake::{FakeServer, Fault, Operation, SYSTEM_KEY};
use netsapiens_connections::{Domain, RetryPolicy};
use progenitor_client::ResponseValue;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// A trunk, as the vendor's document has it.
#[derive(Debug, Deserialize, Serialize)]
struct PlainConnection {
    domain: String,
    #[serde(rename = "connection-orig-match-pattern")]
    orig_match_pattern: String,
    #[serde(rename = "connection-sip-registration-username")]
    sip_registration_username: Option<String>,
    #[serde(rename = "connection-sip-registration-password")]
    sip_registration_password: Option<String>,
}

type PlainError = progenitor_client::Error<()>;

/// The list, as progenitor generates it: 200 is the one status that the document has.
async fn plain_list(server: &str) -> Result<ResponseValue<Vec<PlainConnection>>, PlainError> {
    let url = format!("{server}/ns-api/v2/domains/acme.example/connections");
    let response = reqwest::Client::new()
        .get(url)
        .bearer_auth(SYSTEM_KEY)
        .send()
        .await?;
    match response.status().as_u16() {
        200 => ResponseValue::from_response(response).await,
        _ => Err(PlainError::UnexpectedResponse(response)),
    }
}

const RECORDINGS: [(&str, &str); 5] = [
    (
        "a trunk that registers",
        include_str!("../tests/recordings/list_domain_connections/200-registered-pri.json"),
    ),
    (
        "a user name that came as a number",
        include_str!("../tests/recordings/list_domain_connections/200-integers-for-text.json"),
    ),
    (
        "a key without the right",
        include_str!("../tests/recordings/list_connections/401-invalid-scope.json"),
    ),
    (
        "a server without the operation",
        include_str!("../tests/recordings/list_connections/404-no-route.json"),
    ),
    (
        "a gateway's page",
        include_str!("../tests/recordings/list_connections/502-gateway-html.json"),
    ),
];

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let server = FakeServer::start().await;
    let client = server
        .client_builder()
        .retry(RetryPolicy::never())
        .build()?;
    let acme = client.domain("acme.example")?;
    for (title, recording) in RECORDINGS {
        let recording: Value = serde_json::from_str(recording)?;
        let response = &recording["response"];
        let origin = recording["meta"]["origin"].as_str().unwrap_or_default();
        println!("{title} ({}, {origin})", response["status"]);
        server.fail(
            Operation::ListDomainConnections,
            recorded(response).times(2),
        );
        println!("  plain: {}", plain(&server.url()).await);
        println!("  ours:  {}", ours(&acme).await);
    }
    Ok(())
}

/// The recorded response in place of the server's own.
fn recorded(response: &Value) -> Fault {
    let status = response["status"]
        .as_u64()
        .and_then(|status| status.try_into().ok());
    let content_type = response["headers"]["content-type"]
        .as_str()
        .unwrap_or_default();
    let body = match response["text"].as_str() {
        Some(text) => text.to_owned(),
        None => response["body"].to_string(),
    };
    Fault::response(status.unwrap_or_default(), content_type, body)
}

async fn plain(server: &str) -> String {
    match plain_list(server).await {
        Ok(trunks) => summary(&trunks),
        Err(error) => failure(error.to_string()),
    }
}

async fn ours(acme: &Domain) -> String {
    match acme.connections().list_unchecked().await {
        Ok(trunks) => summary(&trunks),
        Err(error) => failure(error.to_string()),
    }
}

/// The user name of the first trunk, the state of its registration, and what a log would show.
fn summary<T: Serialize + Debug>(trunks: &[T]) -> String {
    let trunk = serde_json::to_value(trunks).unwrap_or_default()[0].take();
    let username = &trunk["connection-sip-registration-username"];
    let state = &trunk["registration"]["device-sip-registration-state"];
    let logged = leak(&format!("{trunks:?}"));
    format!("user {username}, state {state}; Debug has {logged}")
}

/// The beginning of an error, and what a log would show.
fn failure(error: String) -> String {
    let beginning: String = error.chars().take(150).collect();
    format!("error with {}: {beginning}", leak(&error))
}

/// The password in the recordings.
fn leak(text: &str) -> &'static str {
    match text.contains("secret-1") {
        true => "the SIP password",
        false => "no password",
    }
}
