//! What the targets in `fuzz/` call: the ways on which bytes of a server come in.

use std::hint::black_box;

use reqwest::StatusCode;
use reqwest::header::HeaderMap;

use crate::error::Error;
use crate::generated::answers;
use crate::response::Response;
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
    let decode = |body: &[u8]| {
        answer(200, body).decode::<answers::list_connections>("list_connections", 1000)
    };
    if let Ok(list) = decode(body) {
        let encoded = serde_json::to_vec(&list)
            .unwrap_or_else(|error| panic!("what was read does not encode: {error}"));
        let Ok(again) = decode(&encoded) else {
            panic!("what was encoded does not read");
        };
        assert!(
            list == again,
            "reading, encoding and reading is not reading"
        );
        black_box(format!("{list:?}"));
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
    fn hand_picked_bodies_pass() {
        let trunk = r#"[{"domain":"acme.example","connection-orig-match-pattern":"sip*@a","registration":{"del_latency":1e-7},"x":[1.5e300]}]"#;
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
