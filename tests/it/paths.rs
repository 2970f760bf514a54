//! No name of a domain or trunk leaves its place in the URL.

use netsapiens_connections::{
    Addressing, Client, ConnectionUpdate, DomainName, ErrorKind, MatchPattern,
};
use proptest::prelude::*;

use crate::wire::Wire;

/// Names that escape from a plain generated client, or that a gateway could let escape.
fn hostile() -> Vec<String> {
    let mut names: Vec<String> = [
        "..",
        ".",
        "",
        " ",
        "\\",
        "a\\..\\b",
        "..\\..",
        "%2e%2e",
        "%2E%2E",
        "%2e",
        "%252e%252e",
        "a/../..",
        "../..",
        "/",
        "a//b",
        "a/.",
        "..%2f..",
        "%5c..",
        "\t",
        "\n",
        "a\nb",
        "a\r\nDELETE / HTTP/1.1",
        "\0",
        "?",
        "#",
        "sip*@acme.example?x=1#y",
        ";",
        "..;",
        "~",
        "*",
    ]
    .map(String::from)
    .to_vec();
    names.push("x".repeat(65));
    names.push("x".repeat(256));
    names
}

async fn send_all(client: &Client, domain: &str, pattern: &str) {
    let Ok(domain) = client.domain(domain) else {
        return;
    };
    let trunks = domain.connections();
    // Whether these are refused or answered is not the question here, only where what is sent
    // arrives.
    let _ = trunks.get(pattern).await;
    let _ = trunks.update(pattern, &ConnectionUpdate::default()).await;
    let _ = trunks.delete(pattern).await;
}

#[tokio::test]
async fn hostile_patterns_arrive_below_connections_or_not_at_all() {
    let wire = Wire::answering(202, "application/json", "").await;
    for pattern in hostile() {
        send_all(&wire.client(), "acme.example", &pattern).await;
    }
    for line in wire.request_lines() {
        let (_, path) = line.split_once(' ').unwrap();
        let rest = path.strip_prefix("/ns-api/v2/domains/acme.example/connections/");
        assert!(
            rest.is_some_and(|rest| !rest.is_empty() && !rest.contains('/')),
            "{line}"
        );
    }
}

#[tokio::test]
async fn hostile_domains_arrive_below_connections_or_not_at_all() {
    let wire = Wire::answering(202, "application/json", "").await;
    for domain in hostile() {
        send_all(&wire.client(), &domain, "sip*@acme-pri.example").await;
    }
    for line in wire.request_lines() {
        let (_, path) = line.split_once(' ').unwrap();
        let parts: Vec<&str> = path.split('/').collect();
        assert_eq!(parts.len(), 7, "{line}");
        assert_eq!(
            (parts[3], parts[5], parts[6]),
            ("domains", "connections", "sip*%40acme-pri.example"),
            "{line}"
        );
    }
}

#[tokio::test]
async fn names_that_address_something_else_are_refused_before_anything_is_sent() {
    let wire = Wire::answering(202, "application/json", "").await;
    let client = wire.client();
    let acme = client.domain("acme.example").unwrap();
    for pattern in [
        "..",
        ".",
        "",
        " ",
        "\\",
        "a\\..\\b",
        "%2e%2e",
        "%252e%252e",
        "a/../..",
        "\t",
        "\n",
        "..%2f..",
    ] {
        let error = acme.connections().delete(pattern).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Input, "{pattern:?}");
        assert!(!error.may_have_been_sent(), "{pattern:?}");
    }
    for domain in [
        "..",
        ".",
        "",
        " ",
        "\\",
        "a/b",
        "%2e%2e",
        "\t",
        "\n",
        &"x".repeat(65),
    ] {
        assert_eq!(
            client.domain(domain).unwrap_err().kind(),
            ErrorKind::Input,
            "{domain:?}"
        );
    }
    assert_eq!(wire.request_lines(), Vec::<String>::new());
}

#[tokio::test]
async fn a_pattern_is_sent_as_in_the_captured_request() {
    let wire = Wire::answering(200, "application/json", "[]").await;
    wire.client()
        .domain("acme.example")
        .unwrap()
        .connections()
        .get("sip*@acme-pri.example")
        .await
        .unwrap();
    assert_eq!(
        wire.request_lines(),
        ["GET /ns-api/v2/domains/acme.example/connections/sip*%40acme-pri.example"]
    );
}

#[tokio::test]
async fn a_colon_is_refused_by_pattern_and_the_error_names_the_other_mode() {
    let wire = Wire::answering(200, "application/json", "[]").await;
    let acme = wire.client().domain("acme.example").unwrap();
    let error = acme
        .connections()
        .get("sip:*@192.0.2.20")
        .await
        .unwrap_err();
    assert!(
        error.to_string().contains("Addressing::Base64Id"),
        "{error}"
    );
    assert_eq!(wire.request_lines(), Vec::<String>::new());
}

#[tokio::test]
async fn a_base64_id_is_the_vendors_example() {
    let wire = Wire::answering(200, "application/json", "[]").await;
    let client = Client::builder()
        .server(wire.client_url())
        .api_key("nss_EXAMPLE")
        .addressing(Addressing::Base64Id)
        .build()
        .unwrap();
    // `printf 'sip:*@192.0.2.20' | base64`
    client
        .domain("acme.example")
        .unwrap()
        .connections()
        .get("sip:*@192.0.2.20")
        .await
        .unwrap();
    assert_eq!(
        wire.request_lines(),
        ["GET /ns-api/v2/domains/acme.example/connections/c2lwOipAMTkyLjAuMi4yMA=="]
    );
}

#[tokio::test]
async fn signs_of_base64_that_mean_something_in_a_path_are_encoded() {
    let wire = Wire::answering(200, "application/json", "[]").await;
    let client = Client::builder()
        .server(wire.client_url())
        .api_key("nss_EXAMPLE")
        .addressing(Addressing::Base64Id)
        .build()
        .unwrap();
    // `printf 'x>~?x~~' | base64` is eD5+P3h+fg==, `printf 'sip??>' | base64` is c2lwPz8+,
    // `printf 'a?o' | base64` is YT9v
    client
        .domain("acme.example")
        .unwrap()
        .connections()
        .get("sip??>")
        .await
        .unwrap();
    // `printf 'xx?~o?' | base64` is eHg/fm8/
    client
        .domain("acme.example")
        .unwrap()
        .connections()
        .get("xx?~o?")
        .await
        .unwrap();
    let ids: Vec<String> = wire
        .request_lines()
        .iter()
        .map(|line| line.rsplit('/').next().unwrap_or_default().to_owned())
        .collect();
    assert_eq!(ids, ["c2lwPz8%2B", "eHg%2Ffm8%2F"]);
}

#[tokio::test]
async fn ids_in_the_alphabet_for_urls_need_no_encoding() {
    let wire = Wire::answering(200, "application/json", "[]").await;
    let client = Client::builder()
        .server(wire.client_url())
        .api_key("nss_EXAMPLE")
        .addressing(Addressing::Base64UrlId)
        .build()
        .unwrap();
    let acme = client.domain("acme.example").unwrap();
    // The ids above with `-` for `+`, `_` for `/` and no `=`.
    for pattern in ["sip??>", "xx?~o?", "sip:*@192.0.2.20"] {
        acme.connections().get(pattern).await.unwrap();
    }
    let ids: Vec<String> = wire
        .request_lines()
        .iter()
        .map(|line| line.rsplit('/').next().unwrap_or_default().to_owned())
        .collect();
    assert_eq!(ids, ["c2lwPz8-", "eHg_fm8_", "c2lwOipAMTkyLjAuMi4yMA"]);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    /// Segments are counted on the URL that the HTTP library would send, which is where dots and
    /// backslashes do their harm.
    #[test]
    fn no_accepted_name_changes_the_number_of_segments(
        domain in r"(\PC|[./\\%~*@:;?# a2e5cf]){0,70}",
        pattern in r"(\PC|[./\\%~*@:;?# a2e5cf]){0,70}",
    ) {
        let (Ok(domain), Ok(pattern)) = (DomainName::new(domain), MatchPattern::new(pattern)) else { return Ok(()) };
        let path = format!(
            "https://pbx.acme.example/ns-api/v2/domains/{}/connections/{}",
            progenitor_client::encode_path(domain.as_str()),
            progenitor_client::encode_path(pattern.as_str()),
        );
        let url = reqwest::Url::parse(&path).unwrap();
        let segments: Vec<&str> = url.path_segments().unwrap().collect();
        prop_assert_eq!(segments.len(), 6, "{}", url);
        prop_assert_eq!((segments[2], segments[4]), ("domains", "connections"));
        prop_assert!(url.query().is_none() && url.fragment().is_none());
    }

    #[test]
    fn usual_patterns_are_accepted(user in "[a-z0-9*.+_-]{1,20}", host in "[a-z0-9-]{1,20}(\\.[a-z0-9-]{1,10}){0,3}") {
        let text = format!("{user}@{host}");
        let pattern = MatchPattern::new(&text);
        prop_assert_eq!(pattern.ok().map(|pattern| pattern.to_string()), Some(text));
    }
}
