//! What an error tells, and what it keeps to itself.

use netsapiens_connections::{ConnectionCreate, DomainName, Error, ErrorKind, MatchPattern};

use crate::wire::Wire;

const GATEWAY: &str = "<html><body><h1>502 Bad Gateway</h1></body></html>";

async fn get_error(status: u16, content_type: &str, body: &str) -> Error {
    let wire = Wire::answering(status, content_type, body).await;
    wire.client()
        .domain("acme.example")
        .unwrap()
        .connections()
        .list()
        .await
        .unwrap_err()
}

#[tokio::test]
async fn a_gateways_page_keeps_status_and_body() {
    let error = get_error(502, "text/html; charset=utf-8", GATEWAY).await;
    assert_eq!(error.kind(), ErrorKind::Status);
    assert_eq!(error.status_code(), Some(502));
    assert_eq!(error.body(), Some(GATEWAY.as_bytes()));
    assert_eq!(
        error.to_string(),
        "list_domain_connections: the server answered 502 Bad Gateway with a body that is no message of the service (text/html, 50 bytes)"
    );
}

#[tokio::test]
async fn the_servers_message_is_shown() {
    let error = get_error(
        401,
        "application/json",
        r#"{"code":401,"message":"Invalid Scope [APP001]"}"#,
    )
    .await;
    assert_eq!(
        error.to_string(),
        "list_domain_connections: the server answered 401 Unauthorized: Invalid Scope [APP001]"
    );
    assert_eq!(
        (error.server_code(), error.server_message()),
        (Some(401), Some("Invalid Scope [APP001]"))
    );
    assert_eq!(error.operation(), Some("list_domain_connections"));
}

#[tokio::test]
async fn a_code_as_text_is_a_code() {
    let error = get_error(
        403,
        "application/json",
        r#"{"code":"403","message":"Access Denied"}"#,
    )
    .await;
    assert_eq!(error.server_code(), Some(403));
}

/// A predicate by name.
type Predicate = (&'static str, fn(&Error) -> bool);

const PREDICATES: [Predicate; 7] = [
    ("is_not_found", Error::is_not_found),
    ("is_unknown_route", Error::is_unknown_route),
    ("is_unauthorized", Error::is_unauthorized),
    ("is_permission_denied", Error::is_permission_denied),
    ("is_conflict", Error::is_conflict),
    ("is_rate_limited", Error::is_rate_limited),
    ("is_retryable", Error::is_retryable),
];

#[tokio::test]
async fn each_answer_has_its_predicate_and_no_other() {
    let table: [(u16, &str, &[&str]); 12] = [
        (400, "Missing servers or type", &[]),
        (401, "Unauthorized", &["is_unauthorized"]),
        (401, "Invalid Scope [APP001]", &["is_permission_denied"]),
        (403, "Access Denied", &["is_permission_denied"]),
        (404, "Resource not found.", &["is_not_found"]),
        (404, "No Route Found [92]", &["is_unknown_route"]),
        (408, "Request Timeout", &["is_retryable"]),
        (409, "Connection already exists", &["is_conflict"]),
        (
            429,
            "Too Many Requests",
            &["is_rate_limited", "is_retryable"],
        ),
        (500, "Internal Server Error", &[]),
        (502, "Bad Gateway", &["is_retryable"]),
        (503, "Service Unavailable", &["is_retryable"]),
    ];
    for (status, message, expected) in table {
        let error = get_error(
            status,
            "application/json",
            &format!(r#"{{"code":{status},"message":"{message}"}}"#),
        )
        .await;
        let holds: Vec<&str> = PREDICATES
            .iter()
            .filter(|(_, holds)| holds(&error))
            .map(|(name, _)| *name)
            .collect();
        assert_eq!(holds, expected, "{status} {message}");
    }
}

#[tokio::test]
async fn a_request_that_found_no_server_was_not_sent() {
    let closed = std::net::TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap();
    let client = netsapiens_connections::Client::builder()
        .server(format!("http://{closed}"))
        .api_key("nss_EXAMPLE")
        .retry(netsapiens_connections::RetryPolicy::never())
        .build()
        .unwrap();
    let trunk = ConnectionCreate::new(
        DomainName::new("acme.example").unwrap(),
        MatchPattern::new("sip*@a").unwrap(),
    );
    let error = client.connections().create(&trunk).await.unwrap_err();
    assert!(
        error.is_connect() && !error.may_have_been_sent(),
        "{error:?}"
    );
    assert_eq!(
        error.to_string(),
        "create_connection: no connection to the server"
    );
}

#[tokio::test]
async fn every_success_of_a_write_is_a_success() {
    let table = [
        (
            202,
            "application/json",
            r#"{"code":202,"message":"Accepted"}"#,
            Some(202),
            Some("Accepted"),
        ),
        (
            200,
            "application/json",
            r#"{"code":200,"message":"OK"}"#,
            Some(200),
            Some("OK"),
        ),
        (202, "text/plain", "Accepted\n", None, Some("Accepted")),
        (202, "application/json", "", None, None),
        (
            201,
            "application/json",
            r#"{"domain":"acme.example"}"#,
            None,
            None,
        ),
        (200, "application/json", "[]", None, None),
        (202, "text/html", "<html></html>", None, None),
    ];
    for (status, content_type, body, code, message) in table {
        let wire = Wire::answering(status, content_type, body).await;
        let receipt = wire
            .client()
            .domain("acme.example")
            .unwrap()
            .connections()
            .delete("sip*@a")
            .await
            .unwrap();
        assert_eq!(
            (receipt.status(), receipt.code(), receipt.message()),
            (status, code, message),
            "{body}"
        );
    }
}

#[tokio::test]
async fn a_redirect_is_an_error_and_is_not_followed() {
    let error = get_error(302, "text/html", "").await;
    assert_eq!(error.status_code(), Some(302));
}
