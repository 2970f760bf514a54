//! What the targets in `fuzz/` call: the ways on which bytes of a server come in.

use std::hint::black_box;

use reqwest::StatusCode;
use reqwest::header::HeaderMap;

use crate::error::Error;
use crate::generated::answers;
use crate::response::Response;
use crate::server_message::presentable;
use crate::transport::decode;
use crate::values::Secret;

fn answer(status: u16, body: &[u8]) -> Response {
    Response {
        status: StatusCode::from_u16(status).unwrap_or_default(),
        headers: HeaderMap::new(),
        body: body.to_vec(),
        attempt: 1,
    }
}

/// Reads a list of trunks. What can be read must encode, and read again as the same.
pub fn list(body: &[u8]) {
    let decode =
        |body: &[u8]| decode::<answers::list_connections>("list_connections", answer(200, body));
    match decode(body) {
        Ok(list) => {
            let encoded = serde_json::to_vec(&list)
                .unwrap_or_else(|error| panic!("what was read does not encode: {error}"));
            let again = decode(&encoded)
                .unwrap_or_else(|error| panic!("what was encoded does not read: {error}"));
            assert!(
                list == again,
                "reading, encoding and reading is not reading"
            );
            black_box(format!("{list:?}"));
        }
        Err(error) => show(&error),
    }
}

/// Makes an error of an answer, with a secret that its message must not show.
pub fn error(status: u16, body: &[u8]) {
    let secret = Secret::from("sentinel-secret");
    let error = Error::status("create_connection", answer(status, body), &[&secret]);
    assert!(
        !format!("{error} {error:?}").contains(secret.expose_secret()),
        "the secret is shown"
    );
    show(&error);
}

/// Shows a message that repeats a secret between any texts.
pub fn message(before: &str, after: &str) {
    const SECRET: &str = "sentinel-horse";
    let secret = Secret::from(SECRET);
    let shown = presentable(&format!("{before}{SECRET}{after}"), &[&secret]);
    assert!(!shown.contains(SECRET), "the secret is shown");
    assert!(
        shown.chars().all(|c| !c.is_control()) && shown.chars().count() <= 500,
        "it is no short line"
    );
}

fn show(error: &Error) {
    black_box((
        format!("{error} {error:?}"),
        error.is_not_found(),
        error.is_permission_denied(),
        error.is_retryable(),
    ));
}

#[cfg(test)]
mod tests {
    #[test]
    fn hand_picked_messages_pass() {
        let around = [
            "",
            "\\",
            "%",
            "%2",
            "&#",
            "&",
            "\\u00",
            "\u{202e}",
            "password ",
            "x",
            "0",
            "\n",
            "\u{0}",
        ];
        for before in around {
            for after in around {
                super::message(before, after);
            }
        }
    }

    #[test]
    fn hand_picked_bodies_pass() {
        let trunk = concat!(
            r#"[{"domain":"acme.example","connection-orig-match-pattern":"sip*@a","#,
            r#""registration":{"del_latency":1e-7},"x":[1.5e300]}]"#
        );
        for body in [
            "",
            "[]",
            "null",
            "{}",
            "[[[[[[",
            "\u{0}",
            "{\"code\":401,\"message\":\"bad sentinel-secret\"}",
            trunk,
        ] {
            super::list(body.as_bytes());
            for status in [200, 302, 401, 404, 502, 999, 7] {
                super::error(status, body.as_bytes());
            }
        }
    }
}
