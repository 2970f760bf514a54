//! Tests entries of HAR 1.2 in the variants that browsers, proxies and people write.

use std::io::Write;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use flate2::Compression;
use flate2::write::{GzEncoder, ZlibEncoder};
use har_recording::{HarEntry, Skip, read};
use serde_json::{Value, json};

fn read_all(entries: &Value) -> (Vec<HarEntry>, Vec<Skip>) {
    let har = json!({"log": {"version": "1.2", "entries": entries}});
    read(&har.to_string()).unwrap()
}

fn entry(request: &Value, response: &Value) -> Value {
    json!({ "request": request, "response": response })
}

/// The one exchange of a HAR.
fn one(request: &Value, response: &Value) -> HarEntry {
    let (mut entries, skipped) = read_all(&json!([entry(request, response)]));
    assert_eq!(skipped, []);
    entries.remove(0)
}

fn get() -> Value {
    json!({"method": "GET", "url": "https://api.acme.example/a", "headers": []})
}

fn fine() -> Value {
    json!({"status": 204, "headers": [], "content": {"size": 0, "mimeType": "x-unknown"}})
}

#[test]
fn a_malformed_entry_is_skipped_with_its_reason_and_the_others_are_read() {
    let secret = "nss_0123456789abcdef";
    let malformed = [
        entry(
            &json!({"method": "GET", "url": "https://h/", "headers": null}),
            &fine(),
        ),
        entry(&get(), &json!({"status": secret, "headers": []})),
        json!({"request": get()}),
        json!({"response": fine()}),
        entry(&json!({"method": "GET", "url": "/a"}), &fine()),
        entry(
            &json!({"method": "GET", "url": "https://h/", "headers": [{"value": secret}]}),
            &fine(),
        ),
        json!(null),
        json!("nss_0123456789abcdef"),
    ];
    let mut entries = vec![entry(&get(), &fine())];
    entries.extend(malformed.clone());
    entries.push(entry(&get(), &fine()));
    let (read, skipped) = read_all(&json!(entries));
    let pointers: Vec<_> = read.iter().map(|entry| entry.pointer.as_str()).collect();
    assert_eq!(pointers, ["/log/entries/0", "/log/entries/9"]);
    let reasons: Vec<_> = skipped.iter().map(|skip| skip.reason.as_str()).collect();
    assert_eq!(
        reasons,
        [
            "not an entry of HAR 1.2: at `request.headers`: invalid type: null, expected an \
             array",
            "not an entry of HAR 1.2: at `response.status`: invalid type: string, expected an \
             integer",
            "not an entry of HAR 1.2: missing field `response`",
            "not an entry of HAR 1.2: missing field `request`",
            "its URL cannot be read: relative URL without a base",
            "not an entry of HAR 1.2: at `request.headers[0]`: missing field `name`",
            "not an entry of HAR 1.2: invalid type: null, expected an object",
            "not an entry of HAR 1.2: invalid type: string, expected an object",
        ]
    );
}

/// HAR 1.2, `content`: "text [string, optional]"; "size [number] - Length of the returned content".
#[test]
fn a_body_that_the_browser_left_out_is_not_an_empty_one() {
    for (content, omitted) in [
        (json!({"size": 120, "mimeType": "application/json"}), true),
        (
            json!({"size": 120, "mimeType": "application/json", "text": ""}),
            true,
        ),
        (json!({"size": 0, "mimeType": "application/json"}), false),
        (json!({"size": -1, "mimeType": "application/json"}), false),
        (json!({"mimeType": "application/json"}), false),
        (
            json!({"size": 2, "mimeType": "application/json", "text": "{}"}),
            false,
        ),
        // Not a word of it, which the format does not allow.
        (Value::Null, true),
    ] {
        let response = json!({"status": 200, "headers": [], "content": content});
        let read = one(&get(), &response).recording.response;
        assert_eq!(read.omitted, omitted, "{content}");
    }
    // What cannot be there is not missing, and what is said to be empty is.
    for (method, response, omitted) in [
        ("GET", json!({"status": 204, "content": null}), false),
        ("HEAD", json!({"status": 200, "content": null}), false),
        (
            "GET",
            json!({"status": 200, "content": null, "bodySize": 0}),
            false,
        ),
        ("GET", json!({"status": 200, "bodySize": 7}), true),
        (
            "GET",
            json!({"status": 304, "headers": [{"name": "content-length", "value": "7"}]}),
            false,
        ),
    ] {
        let mut request = get();
        request["method"] = json!(method);
        let read = one(&request, &response).recording.response;
        assert_eq!(read.omitted, omitted, "{method} {response}");
    }
    // A proxy that passes a large body through says that it saw none.
    let passed = json!({
        "status": 200, "headers": [{"name": "Content-Length", "value": "7340032"}],
        "content": {"size": 0, "mimeType": "application/json", "text": null},
    });
    assert!(one(&get(), &passed).recording.response.omitted);
    let mut request = get();
    request["bodySize"] = json!(17);
    assert!(one(&request, &fine()).recording.request.omitted);
    request["bodySize"] = json!(-1);
    assert!(!one(&request, &fine()).recording.request.omitted);
}

#[test]
fn the_media_type_stands_in_for_headers_that_the_file_does_not_have() {
    let content = json!({"size": 2, "mimeType": "application/json; charset=utf-8", "text": "{}"});
    let header = json!([{"name": "x-a", "value": "b"}]);
    for (headers, expected) in [
        (json!([]), Some("application/json; charset=utf-8")),
        // Headers without it: the server really did not say it.
        (header, None),
        (
            json!([{"name": "Content-Type", "value": "text/plain"}]),
            Some("text/plain"),
        ),
    ] {
        let response = json!({"status": 200, "headers": headers, "content": content});
        let read = one(&get(), &response).recording.response;
        let media_type = read.headers.get("content-type").and_then(Value::as_str);
        assert_eq!(media_type, expected, "{headers}");
    }
    let read = one(&get(), &fine()).recording.response;
    assert!(read.headers.is_empty(), "`x-unknown` is no media type");
}

#[test]
fn a_body_that_was_kept_as_it_was_on_the_wire_is_decompressed() {
    let text = br#"{"total": 7}"#;
    let mut gzip = GzEncoder::new(Vec::new(), Compression::default());
    gzip.write_all(text).unwrap();
    let mut zlib = ZlibEncoder::new(Vec::new(), Compression::default());
    zlib.write_all(text).unwrap();
    for (encoding, bytes, expected) in [
        ("gzip", gzip.finish().unwrap(), Some(json!({"total": 7}))),
        ("deflate", zlib.finish().unwrap(), Some(json!({"total": 7}))),
        // Already decompressed, whatever the header says.
        ("gzip", text.to_vec(), Some(json!({"total": 7}))),
        ("br", text.to_vec(), Some(json!({"total": 7}))),
        // Not known here: that there was a body is all that is known.
        ("br", vec![0x8b, 0x05, 0x80, 0xff, 0x03], None),
        ("gzip", vec![0x1f, 0x8b, 0xff, 0xff], None),
    ] {
        let response = json!({
            "status": 200,
            "headers": [
                {"name": "Content-Type", "value": "application/json"},
                {"name": "Content-Encoding", "value": encoding},
            ],
            "content": {"size": 12, "encoding": "base64", "text": STANDARD.encode(bytes)},
        });
        let read = one(&get(), &response).recording.response;
        assert_eq!(read.omitted, expected.is_none(), "{encoding}");
        assert_eq!((read.body, read.text), (expected, None), "{encoding}");
    }
}

#[test]
fn a_body_that_would_exhaust_memory_is_not_decompressed() {
    let mut bomb = GzEncoder::new(Vec::new(), Compression::fast());
    for _ in 0..257 {
        bomb.write_all(&vec![b' '; 1 << 20]).unwrap();
    }
    let response = json!({
        "status": 200,
        "headers": [{"name": "Content-Encoding", "value": "gzip"}],
        "content": {"encoding": "base64", "text": STANDARD.encode(bomb.finish().unwrap())},
    });
    let read = one(&get(), &response).recording.response;
    assert_eq!((read.omitted, read.text), (true, None));
}

/// HAR 1.2, `postData`: `params` for posted forms, `text` for all else.
#[test]
fn fields_of_a_form_are_written_as_their_media_type_says() {
    let post = |mime_type: &str| {
        let mut request = get();
        request["method"] = json!("POST");
        request["postData"] = json!({
            "mimeType": mime_type,
            "params": [
                {"name": "a b", "value": "1&2"},
                {"name": "f", "fileName": "x\".png", "contentType": "image/png"},
            ],
        });
        one(&request, &fine()).recording.request.text.unwrap()
    };
    assert_eq!(post("application/x-www-form-urlencoded"), "a+b=1%262&f=");
    assert_eq!(
        post("multipart/form-data; boundary=\"--x\""),
        "----x\r\nContent-Disposition: form-data; name=\"a b\"\r\n\r\n1&2\r\n\
         ----x\r\nContent-Disposition: form-data; name=\"f\"; filename=\"x%22.png\"\r\n\
         Content-Type: image/png\r\n\r\n\r\n----x--\r\n"
    );
}

/// HAR 1.2, `postData`, has no `encoding`; `bodySize` is the size of what was sent.
#[test]
fn the_body_of_a_request_in_base64_is_known_by_its_size() {
    let text = r#"{"total": 7}"#;
    let encoded = STANDARD.encode(text);
    for (body_size, body, left) in [
        (json!(text.len()), Some(json!({"total": 7})), None),
        // It was sent as it is written.
        (json!(encoded.len()), None, Some(encoded.clone())),
        (json!(-1), None, Some(encoded.clone())),
        (json!(null), None, Some(encoded.clone())),
    ] {
        let mut request = get();
        request["method"] = json!("POST");
        request["bodySize"] = body_size.clone();
        request["postData"] = json!({"mimeType": "application/json", "text": encoded});
        let read = one(&request, &fine()).recording.request;
        assert_eq!((read.body, read.text), (body, left), "{body_size}");
    }
}

/// The developer tools of Chrome write `_initiator` in each entry, and since version 130 leave out
/// `Authorization`, `Cookie` and `Set-Cookie` unless they are asked for "sensitive data".
#[test]
fn a_browser_that_leaves_credentials_out_is_known_by_what_only_it_writes() {
    let kept = |initiator: bool, headers: Value| {
        let mut request = get();
        request["headers"] = headers;
        let mut entry = entry(&request, &fine());
        if initiator {
            entry["_initiator"] = json!({"type": "script"});
        }
        let (read, _) = read_all(&json!([entry]));
        read[0].wire.credentials_kept
    };
    let authorization = json!([{"name": "authorization", "value": "REDACTED"}]);
    assert!(kept(false, json!([])));
    assert!(!kept(true, json!([])));
    assert!(kept(true, authorization));
}

#[test]
fn a_tunnel_through_a_proxy_is_no_exchange() {
    let mut request = get();
    request["method"] = json!("CONNECT");
    request["url"] = json!("https://api.acme.example:443");
    let (read, skipped) = read_all(&json!([entry(&request, &fine())]));
    assert_eq!(read, []);
    assert_eq!(skipped[0].reason, "a tunnel through a proxy (CONNECT)");
}
