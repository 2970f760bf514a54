//! Entry points for the targets in `fuzz/`: everything that reads input from outside.

use std::hint::black_box;

use base64::Engine;
use reqwest::header::HeaderMap;
use reqwest::{StatusCode, Url};

use crate::error::Error;
use crate::generated::bodies;
use crate::response::Response;
use crate::server_message::presentable;
use crate::values::{
    Addressing, ConnectionRef, DomainName, InvalidValue, MatchPattern, Secret, path_segment,
};

fn response(status: u16, body: &[u8]) -> Response {
    Response {
        status: StatusCode::from_u16(status).unwrap_or_default(),
        headers: HeaderMap::new(),
        body: body.to_vec(),
    }
}

/// Decodes a list of trunks. It must serialize, and decode again to the same list.
pub fn list(body: &[u8]) {
    let decode = |body: &[u8]| {
        response(200, body).decode::<bodies::list_connections>("list_connections", 1000)
    };
    if let Ok(list) = decode(body) {
        let encoded = serde_json::to_vec(&list)
            .unwrap_or_else(|error| panic!("a decoded list does not serialize: {error}"));
        let Ok(again) = decode(&encoded) else {
            panic!("a serialized list does not decode");
        };
        assert!(
            list == again,
            "the list changes when it is serialized and decoded again"
        );
        black_box(format!("{list:?}"));
    }
}

/// Makes an error from a response, with a secret that it must not show.
pub fn error(status: u16, body: &[u8]) {
    let secret = Secret::from("sentinel-secret");
    let error = Error::of_status("create_connection", response(status, body), &[&secret]);
    assert!(
        !format!("{error} {error:?}").contains(secret.expose_secret()),
        "the secret is shown"
    );
    show(&error);
}

/// Presents a message that echoes a secret between any strings.
pub fn message(before: &str, after: &str) {
    const SECRET: &str = "sentinel-horse";
    let secret = Secret::from(SECRET);
    let shown = presentable(&format!("{before}{SECRET}{after}"), &[&secret]);
    assert!(!shown.contains(SECRET), "the secret is shown");
    assert!(
        shown.chars().all(|c| !c.is_control()) && shown.chars().count() <= 500,
        "the message is longer than one short line"
    );
}

/// How a trunk is addressed.
#[derive(Debug)]
pub struct Address {
    /// Path of the URL, as the HTTP library parses it.
    pub path: String,
    /// The segment that the service has to find: the pattern or its base64.
    pub connection: String,
}

/// Addresses a trunk by pattern and by both kinds of base64, where its names are valid.
pub fn names(domain: &str, pattern: &str) -> Vec<Address> {
    let (Ok(domain), Ok(pattern)) = (
        accepted(DomainName::new(domain)),
        accepted(MatchPattern::new(pattern)),
    ) else {
        return Vec::new();
    };
    let mut addresses = Vec::new();
    for addressing in [
        Addressing::Pattern,
        Addressing::Base64Id,
        Addressing::Base64UrlId,
    ] {
        let Ok(reference) = accepted(ConnectionRef::new(&pattern, addressing)) else {
            continue;
        };
        let connection = reference.as_str().to_owned();
        let named = addressing.base64().map_or_else(
            || Ok(connection.clone().into_bytes()),
            |base64| base64.decode(&connection),
        );
        assert_eq!(
            named.as_deref(),
            Ok(pattern.as_str().as_bytes()),
            "another trunk is addressed"
        );
        let url = format!(
            "https://pbx.acme.example/ns-api/v2/domains/{}/connections/{}",
            path_segment(&domain),
            path_segment(&reference)
        );
        let url = Url::parse(&url).unwrap_or_else(|error| panic!("{url}: {error}"));
        assert_eq!((url.query(), url.fragment()), (None, None), "{url}");
        let path = url.path().to_owned();
        addresses.push(Address { path, connection });
    }
    addresses
}

/// The error has no character that could control a terminal.
fn accepted<T>(name: Result<T, InvalidValue>) -> Result<T, ()> {
    name.map_err(|error| {
        let shown = error.to_string();
        assert!(
            shown.bytes().all(|byte| matches!(byte, b' '..=b'~')),
            "{shown:?}"
        );
    })
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

    #[test]
    fn hand_picked_names_are_addressed_or_refused() {
        let paths = |domain, pattern| {
            let addresses = super::names(domain, pattern).into_iter();
            addresses.map(|address| address.path).collect::<Vec<_>>()
        };
        // `printf 'sip*@ok?' | base64` is c2lwKkBvaz8=.
        assert_eq!(
            paths("acme.example", "sip*@ok"),
            [
                "/ns-api/v2/domains/acme.example/connections/sip*%40ok",
                "/ns-api/v2/domains/acme.example/connections/c2lwKkBvaw%3D%3D",
                "/ns-api/v2/domains/acme.example/connections/c2lwKkBvaw",
            ]
        );
        assert_eq!(
            paths("~", "sip*@ok?"),
            [
                "/ns-api/v2/domains/~/connections/c2lwKkBvaz8%3D",
                "/ns-api/v2/domains/~/connections/c2lwKkBvaz8",
            ]
        );
        assert_eq!(paths("..;", "sip*@ok"), Vec::<String>::new());
        assert_eq!(paths("acme.example", "\u{202e}"), {
            // `printf '\u202e' | base64` is 4oCu.
            let path = "/ns-api/v2/domains/acme.example/connections/4oCu";
            [path, path]
        });
    }
}
