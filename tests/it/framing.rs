//! Servers, and gateways before them, that frame HTTP responses in every way that the protocol
//! allows, and in some that it does not. Each response is an exact string of bytes.

use std::time::Duration;

use netsapiens_connections::{Connection, ConnectionUpdate, Error, ErrorKind};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use crate::wire::{Wire, json};

const TRUNK: &str = r#"[{"domain":"acme.example","connection-orig-match-pattern":"sip*@a"}]"#;

/// What the client makes of these bytes as the response to a list.
async fn read(response: impl Into<Vec<u8>>) -> Result<Vec<Connection>, Error> {
    let wire = Wire::sending(response).await;
    wire.client().connections().list_unchecked().await
}

/// The response with these headers and this body, as it is.
fn bytes(headers: &str, body: &str) -> String {
    format!("HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n{headers}\r\n{body}")
}

/// The trunk in chunks of one byte, each size followed by `extension`, and then `trailers`.
fn chunked(extension: &str, trailers: &str) -> String {
    let chunks = TRUNK.chars().map(|c| format!("1{extension}\r\n{c}\r\n"));
    let body = chunks.collect::<String>() + "0" + extension + "\r\n" + trailers + "\r\n";
    bytes("transfer-encoding: chunked\r\n", &body)
}

#[tokio::test]
async fn every_framing_that_http_allows_is_read() {
    let length = TRUNK.len();
    let table = [
        (
            "length",
            bytes(&format!("Content-Length: {length}\r\n"), TRUNK),
        ),
        ("until the connection closes", bytes("", TRUNK)),
        ("HTTP/1.0", format!("HTTP/1.0 200 OK\r\n\r\n{TRUNK}")),
        ("no reason phrase", format!("HTTP/1.1 200 \r\n\r\n{TRUNK}")),
        ("chunks", chunked("", "")),
        (
            "chunks with an extension",
            chunked(";signature=\"a;b\"", ""),
        ),
        (
            "trailers",
            chunked("", "x-checksum: 1\r\ncontent-length: 3\r\n"),
        ),
        (
            "the same length twice",
            bytes(&format!("content-length: {length}\r\n").repeat(2), TRUNK),
        ),
        (
            "interim 100",
            format!("HTTP/1.1 100 Continue\r\n\r\n{}", json(200, TRUNK)),
        ),
        (
            "interim 102 and 103",
            format!(
                "HTTP/1.1 102 Processing\r\n\r\nHTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\n{}",
                json(200, TRUNK)
            ),
        ),
        (
            "more bytes than the length",
            bytes(
                &format!("content-length: {length}\r\n"),
                &format!("{TRUNK}]]]"),
            ),
        ),
    ];
    for (name, response) in table {
        let trunks = read(response).await;
        assert_eq!(trunks.map(|trunks| trunks.len()).ok(), Some(1), "{name}");
    }
}

#[tokio::test]
async fn a_response_that_breaks_the_framing_is_interrupted_and_never_half_a_list() {
    let table = [
        (
            "fewer bytes than the length",
            bytes("content-length: 4000\r\n", TRUNK),
        ),
        (
            "no last chunk",
            bytes(
                "transfer-encoding: chunked\r\n",
                &format!("{:x}\r\n{TRUNK}\r\n", TRUNK.len()),
            ),
        ),
        (
            "a chunk cut short",
            bytes("transfer-encoding: chunked\r\n", &format!("fff\r\n{TRUNK}")),
        ),
        (
            "a size that is none",
            bytes("transfer-encoding: chunked\r\n", "xyz\r\n[]\r\n0\r\n\r\n"),
        ),
        (
            "a negative size",
            bytes("transfer-encoding: chunked\r\n", "-1\r\n[]\r\n0\r\n\r\n"),
        ),
        (
            "a size beyond 64 bits",
            bytes(
                "transfer-encoding: chunked\r\n",
                "fffffffffffffffff\r\n[]\r\n0\r\n\r\n",
            ),
        ),
        (
            "two lengths",
            bytes("content-length: 2\r\ncontent-length: 3\r\n", "[]"),
        ),
        (
            "a length that is none",
            bytes("content-length: two\r\n", "[]"),
        ),
        ("no HTTP", "SIP/2.0 200 OK\r\n\r\n".to_owned()),
        (
            "half a head",
            "HTTP/1.1 200 OK\r\ncontent-type: app".to_owned(),
        ),
        (
            "only interim responses",
            "HTTP/1.1 100 Continue\r\n\r\n".repeat(3),
        ),
        (
            "a status of two digits",
            "HTTP/1.1 20 OK\r\n\r\n[]".to_owned(),
        ),
        (
            "NUL in a header",
            bytes("x-a: b\0c\r\ncontent-length: 2\r\n", "[]"),
        ),
    ];
    for (name, response) in table {
        let error = read(response).await.expect_err(name);
        assert_eq!(error.kind(), ErrorKind::Interrupted, "{name}: {error}");
        assert!(
            error.may_have_been_sent() && error.is_retryable(),
            "{name}: {error}"
        );
    }
}

#[tokio::test]
async fn a_write_with_a_broken_body_is_accepted_by_its_status() {
    for broken in [
        "HTTP/1.1 202 Accepted\r\ncontent-length: 4000\r\n\r\n{\"code\":4",
        "HTTP/1.1 202 Accepted\r\ntransfer-encoding: chunked\r\n\r\nxyz",
    ] {
        let wire = Wire::sending(broken).await;
        let acme = wire.client().domain("acme.example").unwrap().connections();
        let change = ConnectionUpdate::new().description("x");
        let accepted = acme.update("sip*@a", &change).await.unwrap();
        assert_eq!((accepted.status(), accepted.message()), (202, None));
        assert_eq!(wire.requests().len(), 1);
    }
}

#[tokio::test]
async fn a_status_without_a_body_is_no_empty_list() {
    for status in ["204 No Content", "205 Reset Content"] {
        let head = format!("HTTP/1.1 {status}\r\ncontent-length: 0\r\n\r\n");
        let error = read(head).await.unwrap_err();
        assert!(error.is_decode(), "{status}: {error}");
        assert!(
            error.to_string().contains("the response has no body"),
            "{error}"
        );
    }
    // Nothing was asked conditionally, nor to change the protocol.
    for status in ["304 Not Modified", "101 Switching Protocols", "999 Own"] {
        let head = format!("HTTP/1.1 {status}\r\ncontent-length: 0\r\nupgrade: x\r\n\r\n");
        let error = read(head).await.unwrap_err();
        let code = status.split(' ').next().and_then(|code| code.parse().ok());
        assert_eq!(
            (error.kind(), error.status()),
            (ErrorKind::Status, code),
            "{error}"
        );
    }
}

#[tokio::test]
async fn a_head_without_end_is_an_error_of_bounded_size() {
    let endless = bytes(&format!("x-filler: {}\r\n", "a".repeat(1 << 20)), "");
    assert_eq!(
        read(endless).await.unwrap_err().kind(),
        ErrorKind::Interrupted
    );
    let many = bytes(&"x-filler: a\r\n".repeat(10_000), "");
    assert_eq!(read(many).await.unwrap_err().kind(), ErrorKind::Interrupted);
}

#[tokio::test]
async fn a_body_that_is_compressed_or_in_another_encoding_says_so() {
    // `[]` by gzip.
    let gzip = b"\x1f\x8b\x08\0\0\0\0\0\0\x03\x8b\x8e\x05\0\x29\x57\x0c\x4c\x02\0\0\0";
    let head = format!(
        "content-encoding: gzip\r\ncontent-length: {}\r\n",
        gzip.len()
    );
    let response = [bytes(&head, "").as_bytes(), gzip].concat();
    let error = read(response).await.unwrap_err();
    assert!(error.is_decode(), "{error}");
    assert!(
        error
            .to_string()
            .contains("compressed, which was not requested"),
        "{error}"
    );

    let utf16 = TRUNK.encode_utf16().flat_map(u16::to_le_bytes);
    let marked: Vec<u8> = [0xff, 0xfe].into_iter().chain(utf16.clone()).collect();
    for body in [marked, utf16.collect()] {
        let wire = Wire::responding(200, "application/json; charset=utf-16le", body).await;
        let error = wire
            .client()
            .connections()
            .list_unchecked()
            .await
            .unwrap_err();
        assert!(error.is_decode(), "{error}");
    }
}

#[tokio::test]
async fn odd_characters_and_numbers_of_any_size_are_kept() {
    let digits = "9".repeat(10_000);
    let body = format!(
        r#"[{{"domain":"acme.example","connection-orig-match-pattern":"sip*@a",
        "description":"a\u0000b","dial-plan":"\ud83d\ude00","a\u0000b":1,
        "limits-max-active-calls-orig":{digits},"x":1e999999999,"y":-0.0,"domain":"acme.example"}}]"#
    );
    let trunks = read(json(200, &body)).await.unwrap();
    let trunk = &trunks[0];
    assert_eq!(trunk.description.as_deref(), Some("a\0b"));
    assert_eq!(trunk.dial_plan.as_deref(), Some("😀"));
    assert_eq!(trunk.limits_max_active_calls_orig, None);
    let kept = |name: &str| trunk.extra.get(name).map(|value| value.as_str().to_owned());
    assert_eq!(kept("limits-max-active-calls-orig"), Some(digits));
    assert_eq!(kept("x").as_deref(), Some("1e999999999"));
    assert_eq!(kept("y").as_deref(), Some("-0.0"));
    assert_eq!(kept("a\0b").as_deref(), Some("1"));
}

#[tokio::test]
async fn the_key_follows_no_redirect() {
    let other = Wire::sending(json(200, TRUNK)).await;
    for status in [301, 302, 303, 307, 308] {
        let to = format!("location: {}/\r\n", other.url());
        let head = format!("HTTP/1.1 {status} Moved\r\n{to}content-length: 0\r\n\r\n");
        let error = read(head).await.unwrap_err();
        assert_eq!(error.status(), Some(status), "{error}");
    }
    assert!(other.requests().is_empty());
}

/// A server that sends one byte of these every 20 ms, to one connection.
async fn trickle(response: &'static str) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move {
        let (mut socket, _) = listener.accept().await.unwrap();
        let _ = socket.read(&mut [0; 4096]).await;
        for byte in response.bytes().cycle() {
            tokio::time::sleep(Duration::from_millis(20)).await;
            if socket.write_all(&[byte]).await.is_err() {
                break;
            }
        }
    });
    url
}

#[tokio::test]
async fn neither_a_slow_head_nor_interim_responses_without_end_outlast_the_timeout() {
    for slow in [
        "HTTP/1.1 200 OK\r\nx-filler: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
        "HTTP/1.1 100 Continue\r\n\r\n",
        "HTTP/1.1 200 OK\r\ncontent-length: 100000\r\n\r\n[",
    ] {
        let client = netsapiens_connections::Client::builder()
            .server(trickle(slow).await)
            .api_key("nss_EXAMPLE")
            .retry(netsapiens_connections::RetryPolicy::never())
            .timeout(Duration::from_millis(300))
            .build()
            .unwrap();
        let all = client.connections();
        // Far later than the timeout, since this machine may be busy.
        let ended = tokio::time::timeout(Duration::from_secs(30), all.list_unchecked()).await;
        let error = ended.expect("it ends").unwrap_err();
        assert!(error.is_timeout(), "{slow:?}: {error}");
    }
}
