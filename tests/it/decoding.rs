//! 2xx responses that cannot be decoded, from a raw socket.

use netsapiens_connections::{Connection, Error, ErrorKind};

use crate::log::Log;
use crate::wire::Wire;

const TRUNK: &str = r#"{"domain":"acme.example","connection-orig-match-pattern":"sip*@a"}"#;

async fn list(content_type: &str, body: impl AsRef<[u8]>) -> Result<Vec<Connection>, Error> {
    let wire = Wire::responding(200, content_type, body).await;
    let domain = wire.client().domain("acme.example").unwrap();
    domain.connections().list_unchecked().await
}

async fn error(body: impl AsRef<[u8]>) -> Error {
    list("application/json", body).await.unwrap_err()
}

#[tokio::test]
async fn a_byte_order_mark_is_skipped() {
    let body = format!("\u{feff}[{TRUNK}]");
    assert_eq!(list("application/json", body).await.unwrap().len(), 1);
}

#[tokio::test]
async fn a_byte_order_mark_before_an_error_message_is_skipped() {
    let body = "\u{feff}{\"code\":403,\"message\":\"Access Denied\"}";
    let wire = Wire::responding(403, "application/json", body).await;
    let error = wire.client().connections().count().await.unwrap_err();
    assert_eq!(error.server_message(), Some("Access Denied"));
}

#[tokio::test]
async fn null_is_no_empty_list() {
    let error = error("null").await;
    assert!(error.is_decode(), "{error}");
    assert!(error.to_string().contains("unexpected type"), "{error}");
    assert!(list("application/json", "[]").await.unwrap().is_empty());
}

#[tokio::test]
async fn a_web_page_is_named_with_its_media_type() {
    let page = "\r\n<!doctype html><title>sentinel login</title>";
    let error = list("text/html; charset=utf-8", page).await.unwrap_err();
    let shown = error.to_string();
    assert!(error.is_decode());
    for part in ["text/html", "A portal, a proxy or a login page responded"] {
        assert!(shown.contains(part), "{shown}");
    }
    assert!(!shown.contains("sentinel"), "{shown}");
}

#[tokio::test]
async fn an_error_message_with_a_status_of_success_is_the_services_error() {
    let error = error(r#"{"code":403,"message":"Access Denied"}"#).await;
    assert_eq!(error.kind(), ErrorKind::Status);
    assert!(error.is_permission_denied());
    assert_eq!(
        (error.status(), error.server_code()),
        (Some(200), Some(403))
    );
    assert!(
        error
            .to_string()
            .contains("and an error 403: Access Denied. The credential is valid"),
        "{error}"
    );
}

#[tokio::test]
async fn such_a_message_in_the_place_of_a_count_is_an_error_too() {
    let body = r#"{"code":"503","message":"busy"}"#;
    let wire = Wire::responding(200, "application/json", body).await;
    let error = wire.client().connections().count().await.unwrap_err();
    assert_eq!(error.server_message(), Some("busy"));
    assert!(error.is_retryable());
}

#[tokio::test]
async fn no_such_trunk_with_a_status_of_success_is_none() {
    let body = r#"{"code":404,"message":"Resource not found."}"#;
    let wire = Wire::responding(200, "application/json", body).await;
    let domain = wire.client().domain("acme.example").unwrap();
    assert_eq!(domain.connections().get("sip*@a").await.unwrap(), None);
}

#[tokio::test]
async fn one_object_stands_for_a_list_of_one_and_keeps_odd_values() {
    let body = TRUNK.replace('}', r#","description":["\ud800",1e400]}"#);
    let trunks = list("application/json", body).await.unwrap();
    assert_eq!(trunks[0].unreadable_fields(), ["description"]);
    assert_eq!(
        trunks[0].extra.get("description").unwrap().as_str(),
        r#"["\ud800",1e400]"#
    );
}

#[tokio::test]
async fn a_trunk_that_fails_is_named_by_its_place() {
    let table = [
        (
            r#"{"connection-orig-match-pattern":"p"}"#,
            "lacks the field `[3].domain`",
        ),
        (
            r#"{"domain":"d"}"#,
            "lacks the field `[3].connection-orig-match-pattern`",
        ),
        (
            r#"{"domain":["sentinel"],"connection-orig-match-pattern":"p"}"#,
            "unexpected type at `[3].domain`",
        ),
        (r#""sentinel""#, "unexpected type at `[3]`"),
        ("null", "unexpected type at `[3]`"),
    ];
    for (fourth, part) in table {
        let error = error(format!("[{TRUNK},{TRUNK},{TRUNK},{fourth},{TRUNK}]")).await;
        assert!(error.is_decode());
        assert!(error.to_string().contains(part), "{error}");
        assert!(!format!("{error:?}").contains("sentinel"), "{error:?}");
    }
}

#[tokio::test]
async fn what_is_no_json_says_where() {
    let table: [(&[u8], &str); 5] = [
        (b"", "has no body"),
        (b"[{]", "line 1 column 3"),
        (b"[", "ends too early"),
        (b"[] trailing", "line 1 column 4"),
        (b"[\"\xff\"]", "not UTF-8 from byte 2 on"),
    ];
    for (body, part) in table {
        let error = error(body).await;
        assert!(
            error.is_decode() && error.to_string().contains(part),
            "{error}"
        );
    }
}

#[tokio::test]
async fn one_event_names_the_fields_that_could_not_be_read() {
    let odd = TRUNK.replace(
        '}',
        concat!(
            r#","description":["sentinel"],"#,
            r#""registration":{"del_latency":"sentinel","sentinel-new":1}}"#,
        ),
    );
    let log = Log::of_this_thread(tracing::Level::WARN);
    list("application/json", format!("[{odd},{TRUNK},{odd}]"))
        .await
        .unwrap();
    let text = log.text();
    let events: Vec<&str> = text
        .lines()
        .filter(|line| line.contains("values of an unexpected type"))
        .collect();
    assert_eq!(events.len(), 1, "{text}");
    for part in [
        "WARN",
        "list_domain_connections",
        "description registration.del_latency",
    ] {
        assert!(events[0].contains(part), "{text}");
    }
    assert!(!text.contains("sentinel"), "{text}");
}

#[tokio::test]
async fn more_trunks_than_the_limit_are_an_error_that_says_what_to_do() {
    let list = async |trunks: usize| {
        let body = format!("[{}]", vec![TRUNK; trunks].join(","));
        let wire = Wire::responding(200, "application/json", body).await;
        let client = wire.builder().max_trunks(3).build().unwrap();
        let domain = client.domain("acme.example").unwrap();
        domain.connections().list_unchecked().await
    };
    assert_eq!(list(3).await.unwrap().len(), 3);
    let shown = list(4).await.unwrap_err().to_string();
    for part in [
        "more than 3 trunks",
        "`stream`",
        "`ClientBuilder::max_trunks`",
    ] {
        assert!(shown.contains(part), "{shown}");
    }
}
