//! What errors say and contain: messages, predicates, status, body.

use std::error::Error as _;
use std::time::Duration;

use netsapiens_connections::{
    Client, ConnectionCreate, ConnectionUpdate, DomainName, Error, ErrorKind, MatchPattern,
    RetryPolicy,
};
use serde_json::json;

use crate::wire::Wire;

const GATEWAY: &str = "<html><body><h1>502 Bad Gateway</h1></body></html>";

async fn get_error(status: u16, content_type: &str, body: &str) -> Error {
    let wire = Wire::responding(status, content_type, body).await;
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
    assert_eq!(error.status(), Some(502));
    assert_eq!(error.body(), Some(GATEWAY.as_bytes()));
    assert_eq!(
        error.to_string(),
        "list_domain_connections: the server responded with 502 Bad Gateway and a body of 50 bytes \
         (text/html). The server or a gateway before it failed temporarily: retry later"
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
        "list_domain_connections: the server responded with 401 Unauthorized: Invalid Scope \
         [APP001]. The credential is valid and lacks this right: listing the whole system needs \
         Reseller or Super User scope, and a key can be read-only or lack the model `connection`"
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

#[tokio::test]
async fn a_code_that_is_no_number_makes_no_message_of_the_service() {
    let body = r#"{"code":"NotFound","message":"no page at /acme.example"}"#;
    let error = get_error(404, "application/json", body).await;
    assert!(error.is_foreign_not_found(), "{error}");
    assert_eq!((error.server_code(), error.server_message()), (None, None));
    assert!(!error.to_string().contains("acme"), "{error}");
}

#[tokio::test]
async fn predicates_ignore_case_and_prefix_of_the_message() {
    let forms: [fn(&str) -> String; 7] = [
        str::to_owned,
        str::to_lowercase,
        str::to_uppercase,
        |message| format!("Error: {message}"),
        |message| format!("ERROR:{message}"),
        |message| format!(" \t{message}\n"),
        |message| format!("  error:  {message} "),
    ];
    let table = [
        (401, "Invalid Scope [APP001]", "is_permission_denied"),
        (404, "No Route Found [92]", "is_unknown_route"),
        (404, "Resource not found.", "is_not_found"),
    ];
    for (status, message, expected) in table {
        for message in forms.map(|form| form(message)) {
            for body in [
                json!({ "code": status, "message": message }),
                json!({ "code": status.to_string(), "message": message }),
                json!({ "code": status, "message": message, "request": 7 }),
            ] {
                let error = get_error(status, "application/json", &body.to_string()).await;
                assert_eq!(holding(&error), [expected], "{body}");
            }
            // What the two others say is plain without a code; that a trunk is missing is not,
            // since gateways say so of anything.
            let without = match expected {
                "is_not_found" => "is_foreign_not_found",
                plain => plain,
            };
            let body = json!({ "message": message });
            let error = get_error(status, "application/json", &body.to_string()).await;
            assert_eq!(holding(&error), [without], "{body}");
        }
    }
}

#[tokio::test]
async fn predicates_match_only_the_beginning_of_the_message() {
    for (status, message, expected) in [
        (401, "Key has an invalid scope", "is_unauthorized"),
        (404, "There is no route found", "is_not_found"),
        (404, "Error", "is_not_found"),
        (404, "", "is_not_found"),
        (404, "é", "is_not_found"),
    ] {
        let body = json!({ "code": status, "message": message }).to_string();
        let error = get_error(status, "application/json", &body).await;
        assert_eq!(holding(&error), [expected], "{message}");
    }
}

/// A predicate by name.
type Predicate = (&'static str, fn(&Error) -> bool);

const PREDICATES: [Predicate; 8] = [
    ("is_not_found", Error::is_not_found),
    ("is_foreign_not_found", Error::is_foreign_not_found),
    ("is_unknown_route", Error::is_unknown_route),
    ("is_unauthorized", Error::is_unauthorized),
    ("is_permission_denied", Error::is_permission_denied),
    ("is_conflict", Error::is_conflict),
    ("is_rate_limited", Error::is_rate_limited),
    ("is_retryable", Error::is_retryable),
];

/// The names of the predicates that are true.
fn holding(error: &Error) -> Vec<&'static str> {
    let holding = PREDICATES.iter().filter(|(_, holds)| holds(error));
    holding.map(|(name, _)| *name).collect()
}

#[tokio::test]
async fn each_response_has_its_predicate_and_no_other() {
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
        assert_eq!(holding(&error), expected, "{status} {message}");
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
        "create_connection: the server refused the connection. Check the port, and whether the \
         service is running"
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
        (202, "text/html", "\u{feff}<html></html>", None, None),
        (
            202,
            "text/plain",
            "\u{feff}Accepted",
            None,
            Some("Accepted"),
        ),
        // Codes that deployments configure.
        (
            202,
            "application/json",
            r#"{"code":0,"message":"OK"}"#,
            Some(0),
            Some("OK"),
        ),
    ];
    for (status, content_type, body, code, message) in table {
        let wire = Wire::responding(status, content_type, body).await;
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
async fn an_error_message_under_a_success_of_a_write_is_an_error() {
    let json = "application/json";
    let refused = r#"{"code":403,"message":"Access Denied"}"#;
    let wire = Wire::responding(200, json, refused).await;
    let acme = wire.client().domain("acme.example").unwrap();
    let change = ConnectionUpdate::default();
    for error in [
        wire.client().connections().create(&a_trunk()).await,
        acme.connections().update("sip*@a", &change).await,
        acme.connections().delete("sip*@a").await,
    ]
    .map(Result::unwrap_err)
    {
        assert!(error.is_permission_denied(), "{error}");
        assert_eq!(error.status(), Some(200));
    }
    let missing = r#"{"code":404,"message":"Resource not found."}"#;
    let wire = Wire::responding(202, json, missing).await;
    let acme = wire.client().domain("acme.example").unwrap();
    let error = acme.connections().delete("sip*@a").await.unwrap_err();
    assert!(error.is_not_found(), "{error}");
}

#[tokio::test]
async fn a_transient_failure_under_a_success_is_retried_as_any_other() {
    let busy = r#"{"code":503,"message":"Busy"}"#;
    let wire = Wire::responding(200, "application/json", busy).await;
    let acme = wire.retrying().domain("acme.example").unwrap();
    let trunks = acme.connections();
    let change = ConnectionUpdate::default();
    let create = trunks.create(&a_trunk()).await.unwrap_err();
    let update = trunks.update("sip*@a", &change).await.unwrap_err();
    let read = trunks.get("sip*@a").await.unwrap_err();
    for error in [&create, &update, &read] {
        assert!(error.is_retryable(), "{error}");
    }
    let attempts = [&create, &update, &read].map(Error::attempts);
    assert_eq!(attempts, [1, 3, 3], "a create is sent once");
    assert_eq!(
        create.to_string(),
        "create_connection: the server responded with 200 OK and an error 503: Busy. The server \
         or a gateway before it failed temporarily: retry later. The trunk may have been created: \
         check before you create it again"
    );
}

#[tokio::test]
async fn an_error_keeps_64_kib_of_a_body_whatever_its_kind() {
    let long = " ".repeat(1 << 20);
    let other = r#"[{"domain":"other.example","connection-orig-match-pattern":"sip*@a"}]"#;
    let table = [
        (404, format!("<html>{long}"), ErrorKind::Status),
        (200, format!("<html>{long}"), ErrorKind::Decode),
        (200, format!("{other}{long}"), ErrorKind::Mismatch),
        (
            200,
            format!(r#"{{"code":403,"message":"no"}}{long}"#),
            ErrorKind::Status,
        ),
    ];
    for (status, body, kind) in table {
        let error = get_error(status, "application/json", &body).await;
        let kept = error.body().map(<[u8]>::len);
        assert_eq!((error.kind(), kept), (kind, Some(64 << 10)));
    }
}

#[tokio::test]
async fn a_redirect_is_an_error_and_is_not_followed() {
    let error = get_error(302, "text/html", "").await;
    assert_eq!(error.status(), Some(302));
}

/// The message of an operation's error after this response.
async fn mistake(operation: &str, status: u16, content_type: &str, body: &str) -> String {
    let wire = Wire::responding(status, content_type, body).await;
    let client = wire.client();
    let acme = client.domain("acme.example").unwrap();
    let own = client.domain("~").unwrap();
    let trunk = a_trunk();
    let error = match operation {
        "list" => client.connections().list().await.err(),
        "list own" => own.connections().list().await.err(),
        "count own" => own.connections().count().await.err(),
        "get" => acme.connections().get("sip*@a").await.err(),
        "delete" => acme.connections().delete("sip*@a").await.err(),
        "create" => client.connections().create(&trunk).await.err(),
        _ => None,
    };
    error.unwrap().to_string()
}

fn a_trunk() -> ConnectionCreate {
    ConnectionCreate::new(
        DomainName::new("acme.example").unwrap(),
        MatchPattern::new("sip*@acme-pri.example").unwrap(),
    )
}

const HTML: &str = "text/html; charset=utf-8";
const PAGE: &str = "<html><body>Welcome to the portal</body></html>";

/// What failed, where and why, and what to do. `tls.rs` has the errors of failed connections.
#[tokio::test]
async fn an_error_status_says_what_to_do() {
    let json = "application/json";
    let message = |status: u16, text: &str| json!({ "code": status, "message": text }).to_string();
    let table = [
        (
            mistake("list", 401, json, &message(401, "Unauthorized")).await,
            "list_connections: the server responded with 401 Unauthorized: Unauthorized. Check \
             that all of the API key (60 characters) arrived and nothing else, or renew the access \
             token",
        ),
        (
            mistake("list", 401, json, &message(401, "Invalid Scope [APP001]")).await,
            "list_connections: the server responded with 401 Unauthorized: Invalid Scope [APP001]. \
             The credential is valid and lacks this right: listing the whole system needs Reseller \
             or Super User scope, and a key can be read-only or lack the model `connection`",
        ),
        (
            mistake("delete", 403, json, &message(403, "Access Denied")).await,
            "delete_connection: the server responded with 403 Forbidden: Access Denied. The \
             credential is valid and lacks this right: listing the whole system needs Reseller or \
             Super User scope, and a key can be read-only or lack the model `connection`",
        ),
        (
            mistake("delete", 403, HTML, PAGE).await,
            "delete_connection: the server responded with 403 Forbidden and a body of 47 bytes \
             (text/html). This 403 is not in the service's own format; is this the API host?",
        ),
        (
            mistake("get", 302, HTML, "").await,
            "get_connection: the server responded with 302 Found and no body. Redirects are not \
             followed, so that the key goes to no other host: configure the server that the header \
             `location` names, if you trust it",
        ),
        (
            mistake("get", 404, json, &message(404, "No Route Found [92]")).await,
            "get_connection: the server responded with 404 Not Found: No Route Found [92]. This \
             server has no such operation: check that it is a core server or its load balancer, \
             and that its version has the API v2",
        ),
        (
            mistake("get", 404, HTML, PAGE).await,
            "get_connection: the server responded with 404 Not Found and a body of 47 bytes \
             (text/html). This 404 is not in the service's own format; is this the API host?",
        ),
        (
            mistake("get", 404, json, "").await,
            "get_connection: the server responded with 404 Not Found and no body. This 404 is not \
             in the service's own format; is this the API host?",
        ),
        (
            mistake("get", 404, json, r#"{"message":"Not Found"}"#).await,
            "get_connection: the server responded with 404 Not Found: Not Found. This 404 is not \
             in the service's own format; is this the API host?",
        ),
        (
            mistake("delete", 404, json, &message(404, "Resource not found.")).await,
            "delete_connection: the server responded with 404 Not Found: Resource not found. Check \
             the domain's name, and that the origination pattern is exactly as the list shows it; \
             trunks of the whole system have the domain `*`",
        ),
        (
            mistake("create", 405, HTML, PAGE).await,
            "create_connection: the server responded with 405 Method Not Allowed and a body of 47 \
             bytes (text/html). This 405 is not in the service's own format; is this the API \
             host?",
        ),
        (
            mistake(
                "create",
                409,
                json,
                &message(409, "Connection already exists"),
            )
            .await,
            "create_connection: the server responded with 409 Conflict: Connection already exists. \
             The domain has a trunk with this pattern already: update it, or choose another \
             pattern",
        ),
        (
            mistake("list", 429, json, &message(429, "Slow down")).await,
            "list_connections: the server responded with 429 Too Many Requests: Slow down. Send \
             fewer requests concurrently, or retry later",
        ),
        (
            mistake("list own", 400, json, &message(400, "Invalid domain")).await,
            "list_domain_connections: the server responded with 400 Bad Request: Invalid domain. \
             `~` stands for a key's own domain, which keys of Reseller and Super User scope do not \
             have: name the domain",
        ),
        (
            mistake("count own", 400, json, &message(400, "Invalid domain")).await,
            "count_connections: the server responded with 400 Bad Request: Invalid domain. `~` \
             stands for a key's own domain, which keys of Reseller and Super User scope do not \
             have: name the domain",
        ),
        (
            mistake("list", 500, json, &message(500, "Database error")).await,
            "list_connections: the server responded with 500 Internal Server Error: Database \
             error. The server failed: its operator can find the reason in its logs",
        ),
        (
            mistake("list", 502, HTML, PAGE).await,
            "list_connections: the server responded with 502 Bad Gateway and a body of 47 bytes \
             (text/html). The server or a gateway before it failed temporarily: retry later",
        ),
        (
            mistake("create", 504, HTML, PAGE).await,
            "create_connection: the server responded with 504 Gateway Timeout and a body of 47 \
             bytes (text/html). The server or a gateway before it failed temporarily: retry later. \
             The trunk may have been created: check before you create it again",
        ),
    ];
    for (printed, expected) in table {
        assert_eq!(printed, expected);
    }
}

#[tokio::test]
async fn a_portals_page_with_success_asks_for_the_api_host() {
    let printed = mistake("list", 200, HTML, PAGE).await;
    assert_eq!(
        printed,
        "list_connections: the response is a web page (text/html) and not JSON (status 200 OK). A \
         portal, a proxy or a login page responded; is this the API host?"
    );
}

#[tokio::test]
async fn a_timeout_names_the_setting() {
    let silent = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let client = |timeout, deadline| {
        let builder = Client::builder()
            .server(format!("http://{}", silent.local_addr().unwrap()))
            .api_key("nss_EXAMPLE")
            .retry(RetryPolicy::never());
        builder.timeout(timeout).deadline(deadline).build().unwrap()
    };
    let (short, long) = (Duration::from_millis(50), Duration::from_secs(60));
    let patient = client(short, long);
    assert_eq!(
        patient.connections().list().await.unwrap_err().to_string(),
        "list_connections: the server did not respond in time. Check the load of the server, or \
         raise `ClientBuilder::timeout`"
    );
    let impatient = client(long, short);
    let error = impatient.connections().create(&a_trunk()).await;
    assert_eq!(
        error.unwrap_err().to_string(),
        "create_connection: the overall deadline passed. Raise `ClientBuilder::deadline` if the \
         server needs longer. The trunk may have been created: check before you create it again"
    );
}

#[test]
fn an_invalid_setting_says_what_to_do() {
    let built = |server: &str, key: &str| Client::builder().server(server).api_key(key).build();
    let (server, key) = ("pbx.acme.example", "nss_EXAMPLE");
    let spaced = "the API key has an invalid character, white space for example. Give only the \
        key, without `Bearer`, spaces or line breaks";
    let table = [
        (
            Client::builder().api_key(key).build(),
            "no server was given: call `server`",
        ),
        (
            Client::builder().server(server).build(),
            "no API key was given: call `api_key`",
        ),
        (built(server, ""), "the API key is empty"),
        (built(server, "nss_EXAMPLE\n"), spaced),
        (built(server, "Bearer nss_EXAMPLE"), spaced),
        (
            built("http://pbx.acme.example", key),
            "the server is invalid: plain http would expose the key; give a host name or \
             `https://host`",
        ),
        (
            built("https://pbx.acme.example/ns-api/v2", key),
            "the server is invalid: it has a path, a query or a fragment; `/ns-api/v2` is added by \
             the client; give a host name or `https://host`",
        ),
    ];
    for (built, message) in table {
        let error = built.unwrap_err();
        assert_eq!(error.to_string(), message);
        assert_eq!(error.kind(), ErrorKind::Configuration);
    }
}

#[test]
fn a_log_tag_that_cannot_be_sent_keeps_its_cause() {
    let builder = Client::builder().server("pbx.acme.example");
    let built = builder.api_key("nss_EXAMPLE").log_tag("two\nlines").build();
    let error = built.unwrap_err();
    assert_eq!(error.to_string(), "the log tag cannot be a header value");
    assert!(error.source().is_some());
}
