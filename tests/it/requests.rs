//! Requests to operations without a method in the crate, against a raw socket.

use netsapiens_connections::{ErrorKind, Method};
use serde_json::Value;

use crate::wire::{Wire, json as response};

#[tokio::test]
async fn a_request_goes_below_the_base_path_with_its_query() {
    let server = Wire::start(|_, _| response(200, r#"{"version":"44.4.10"}"#)).await;
    let response = server
        .retrying()
        .request(Method::GET, ["domains", "acme.example", "users"])
        .query("limit", "2")
        .query("name", "a b&c")
        .send()
        .await
        .unwrap();
    assert_eq!(
        server.request_lines(),
        ["GET /ns-api/v2/domains/acme.example/users?limit=2&name=a+b%26c"]
    );
    assert_eq!(response.metadata().status(), 200);
    assert_eq!(
        response.json::<Value>().unwrap(),
        serde_json::json!({"version": "44.4.10"})
    );
}

#[tokio::test]
async fn a_segment_that_a_gateway_could_read_otherwise_is_refused_before_anything_is_sent() {
    let server = Wire::start(|_, _| response(200, "{}")).await;
    for segment in [
        "", " ", ".", "..", "...", "a/b", "a\\b", "a?b", "a#b", "a;b", "a%2fb", "a:b", "a&b", "ä",
        "a\nb", "a b",
    ] {
        let refused = server
            .retrying()
            .request(Method::DELETE, ["domains", segment])
            .send()
            .await
            .unwrap_err();
        assert_eq!(refused.kind(), ErrorKind::Input, "{segment:?}: {refused}");
        assert!(!refused.may_have_been_sent());
    }
    assert_eq!(server.request_lines(), [""; 0]);
}

#[tokio::test]
async fn a_path_without_segments_and_other_methods_are_refused() {
    let server = Wire::start(|_, _| response(200, "{}")).await;
    let client = server.retrying();
    let nothing: [&str; 0] = [];
    let refused = [
        client.request(Method::GET, nothing).send().await,
        client.request(Method::PATCH, ["version"]).send().await,
        client.request(Method::CONNECT, ["version"]).send().await,
    ];
    for refused in refused {
        assert_eq!(refused.unwrap_err().kind(), ErrorKind::Input);
    }
    assert_eq!(server.request_lines(), [""; 0]);
}

#[tokio::test]
async fn reads_are_retried_and_creates_are_not() {
    let server = Wire::start(|_, _| response(503, "{}")).await;
    let client = server.retrying();
    let read = client.request(Method::GET, ["version"]).send().await;
    assert_eq!(read.unwrap_err().attempts(), 3);
    let create = client
        .request(Method::POST, ["domains"])
        .json(&serde_json::json!({"domain": "acme.example"}));
    let refused = create.send().await.unwrap_err();
    assert_eq!(
        (refused.attempts(), refused.operation()),
        (1, Some("request"))
    );
}

#[tokio::test]
async fn errors_are_those_of_the_other_operations() {
    let server = Wire::start(|_, line| {
        if line.contains("missing") {
            response(404, r#"{"code":404,"message":"No Route Found [92]"}"#)
        } else {
            response(401, r#"{"code":401,"message":"Invalid Scope [APP001]"}"#)
        }
    })
    .await;
    let client = server.retrying();
    let missing = client
        .request(Method::GET, ["missing"])
        .send()
        .await
        .unwrap_err();
    assert!(missing.is_unknown_route(), "{missing}");
    let denied = client
        .request(Method::GET, ["version"])
        .send()
        .await
        .unwrap_err();
    assert!(denied.is_permission_denied(), "{denied}");
}

#[tokio::test]
async fn a_body_of_another_type_is_reported_by_place_and_not_by_value() {
    let server = Wire::start(|_, _| response(200, r#"{"secret":"sentinel"}"#)).await;
    let response = server
        .retrying()
        .request(Method::GET, ["version"])
        .send()
        .await
        .unwrap();
    let refused = response.json::<Vec<u64>>().unwrap_err();
    assert!(refused.is_decode());
    let shown = format!("{refused} {refused:?} {response:?}");
    assert!(
        shown.contains("line 1") && !shown.contains("sentinel"),
        "{shown}"
    );
}

#[tokio::test]
async fn a_body_is_decoded_without_its_byte_order_mark_and_returned_with_it() {
    let server = Wire::start(|_, _| response(200, "\u{feff}[1]")).await;
    let request = server.retrying().request(Method::GET, ["version"]);
    let response = request.send().await.unwrap();
    assert_eq!(response.json::<[u8; 1]>().unwrap(), [1]);
    assert_eq!(response.body(), b"\xef\xbb\xbf[1]");
}
