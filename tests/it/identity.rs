//! Responses with another trunk than the requested one, from a raw socket.

use std::time::Duration;

use netsapiens_connections::{
    ConnectionCreate, ConnectionFilter, ConnectionUpdate, Domain, DomainName, Error, ErrorKind,
    MatchPattern,
};

use crate::wire::{Wire, json, not_found, trunks};

const OURS: (&str, &str) = ("acme.example", "sip*@acme-pri.example");
const FOREIGN: (&str, &str) = ("other.example", "sip*@acme-pri.example");
const RESPELT: [(&str, &str); 4] = [
    ("ACME.example", "sip*@acme-pri.example"),
    ("acme.example", "SIP*@acme-pri.example"),
    ("acme.example", " sip*@acme-pri.example"),
    ("acme.example ", "sip*@acme-pri.example\t"),
];

fn domain(wire: &Wire, name: &str) -> Domain {
    wire.retrying().domain(name).unwrap()
}

fn is_a_mismatch(error: &Error) {
    assert_eq!(error.kind(), ErrorKind::Mismatch, "{error:?}");
    assert!(!error.is_not_found() && !error.is_retryable(), "{error:?}");
    let shown = format!("{error} {error:?}");
    for secret in ["sentinel", "acme", "other.example"] {
        assert!(!shown.contains(secret), "{secret}: {shown}");
    }
}

#[tokio::test]
async fn a_trunk_of_another_domain_is_neither_read_nor_missing() {
    let wire = Wire::start(|_, _| trunks(&[FOREIGN])).await;
    let acme = domain(&wire, OURS.0);
    let error = acme.connections().get(OURS.1).await.unwrap_err();
    is_a_mismatch(&error);
    assert!(error.to_string().contains("another trunk"), "{error}");
    assert_eq!(wire.request_lines().len(), 1, "it is not asked for again");
}

#[tokio::test]
async fn a_trunk_with_a_different_spelling_is_neither_read_nor_missing() {
    for respelt in RESPELT {
        let wire = Wire::start(move |_, _| trunks(&[respelt])).await;
        let acme = domain(&wire, OURS.0);
        let error = acme.connections().get(OURS.1).await.unwrap_err();
        is_a_mismatch(&error);
        assert!(error.to_string().contains("other capitals"), "{error}");
    }
}

#[tokio::test]
async fn the_trunk_is_found_among_others() {
    let wire = Wire::start(|_, _| trunks(&[FOREIGN, RESPELT[0], OURS])).await;
    let acme = domain(&wire, OURS.0);
    let trunk = acme.connections().get(OURS.1).await.unwrap().unwrap();
    assert_eq!((&*trunk.domain, &*trunk.orig_match_pattern), OURS);
}

#[tokio::test]
async fn the_own_domain_has_any_name() {
    let wire = Wire::start(|_, _| trunks(&[OURS])).await;
    let own = domain(&wire, "~");
    let trunk = own.connections().get(OURS.1).await.unwrap().unwrap();
    assert_eq!(trunk.domain, OURS.0);
}

#[tokio::test]
async fn another_trunk_is_not_removed_for_an_idle_one_nor_ours_for_another_idle_one() {
    let wire = Wire::start(|_, _| trunks(&[FOREIGN])).await;
    let acme = domain(&wire, OURS.0);
    is_a_mismatch(&acme.connections().delete_idle(OURS.1).await.unwrap_err());
    assert!(
        wire.request_lines()[0].starts_with("GET "),
        "{:?}",
        wire.request_lines()
    );
    assert_eq!(wire.request_lines().len(), 1);
}

#[tokio::test]
async fn the_password_of_another_trunk_is_not_that_of_a_new_one() {
    let wire = Wire::start(|number, _| match number {
        0 => json(202, "{}"),
        _ => trunks(&[FOREIGN]),
    })
    .await;
    let wanted = ConnectionCreate::new(
        DomainName::new(OURS.0).unwrap(),
        MatchPattern::new(OURS.1).unwrap(),
    );
    let (client, timeout) = (wire.retrying(), Duration::from_millis(300));
    let error = client
        .connections()
        .create_and_read(&wanted, timeout)
        .await
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotVisible);
    let cause = std::error::Error::source(&error).unwrap();
    is_a_mismatch(cause.downcast_ref().unwrap());
}

#[tokio::test]
async fn a_list_of_a_domain_has_trunks_of_that_domain() {
    type Keys = &'static [(&'static str, &'static str)];
    let table: [(Keys, Option<&str>); 4] = [
        (&[OURS], None),
        (&[OURS, FOREIGN], Some("another domain")),
        (&[("*", "sip*@192.0.2.20")], Some("another domain")),
        (&[RESPELT[0]], Some("other capitals")),
    ];
    for (keys, reason) in table {
        let wire = Wire::start(move |_, line| match line.contains("/count") {
            true => json(200, &format!(r#"{{"total":{}}}"#, keys.len())),
            false => trunks(keys),
        })
        .await;
        let acme = domain(&wire, OURS.0);
        let filter = ConnectionFilter::default();
        for listed in [
            acme.connections().list().await.map(|list| list.into_vec()),
            acme.connections()
                .filter(filter.clone())
                .list_unchecked()
                .await,
        ] {
            match (listed, reason) {
                (Ok(listed), None) => assert_eq!(listed.len(), keys.len()),
                (Err(error), Some(reason)) => {
                    is_a_mismatch(&error);
                    assert!(error.to_string().contains(reason), "{error}");
                }
                (other, _) => panic!("{keys:?}: {other:?}"),
            }
        }
        // The list of the whole system has trunks of all domains.
        let system = wire.retrying().connections().list().await.unwrap();
        assert_eq!(system.len(), keys.len());
    }
}

#[tokio::test]
async fn a_write_is_done_whatever_trunk_its_response_names() {
    let wire = Wire::start(|_, _| trunks(&[FOREIGN])).await;
    let acme = domain(&wire, OURS.0);
    let change = ConnectionUpdate::default();
    assert_eq!(
        acme.connections()
            .update(OURS.1, &change)
            .await
            .unwrap()
            .status(),
        200
    );
    assert_eq!(
        acme.connections().delete(OURS.1).await.unwrap().status(),
        200
    );
}

// --- a 404 behind another response ---

#[tokio::test]
async fn a_404_is_success_of_a_delete_only_where_an_earlier_response_was_lost() {
    // An empty response is a connection that breaks.
    let table = [
        ("", true),
        (
            "HTTP/1.1 502 Bad Gateway\r\ncontent-length: 0\r\n\r\n",
            true,
        ),
        (
            "HTTP/1.1 504 Gateway Timeout\r\ncontent-length: 0\r\n\r\n",
            true,
        ),
        (
            "HTTP/1.1 408 Request Timeout\r\ncontent-length: 0\r\n\r\n",
            false,
        ),
        (
            "HTTP/1.1 429 Too Many Requests\r\ncontent-length: 0\r\n\r\n",
            false,
        ),
        (
            "HTTP/1.1 503 Service Unavailable\r\ncontent-length: 0\r\n\r\n",
            false,
        ),
    ];
    for (first, lost) in table {
        let wire = Wire::start(move |number, _| match number {
            0 => first.to_owned(),
            _ => not_found(),
        })
        .await;
        let acme = domain(&wire, OURS.0);
        match acme.connections().delete(OURS.1).await {
            Ok(receipt) => assert_eq!((receipt.status(), lost), (404, true), "{first}"),
            Err(error) => {
                assert!(error.is_not_found(), "{first} {error:?}");
                assert_eq!((error.attempts(), lost), (2, false), "{first}");
            }
        }
        assert_eq!(wire.request_lines().len(), 2, "{first}");
    }
}

#[tokio::test]
async fn a_lost_response_before_a_refusal_still_counts() {
    let wire = Wire::start(|number, _| match number {
        0 => String::new(),
        1 => json(503, "{}"),
        _ => not_found(),
    })
    .await;
    let acme = domain(&wire, OURS.0);
    assert_eq!(
        acme.connections().delete(OURS.1).await.unwrap().status(),
        404
    );
    assert_eq!(wire.request_lines().len(), 3);
}

// --- calls ---

#[tokio::test]
async fn a_negative_counter_is_no_number_of_calls() {
    for (from_peer, to_peer) in [(-1, 1), (1, -1), (-1, 0), (-1, -1), (i64::MIN, 0)] {
        let body = format!(
            r#"[{{"domain":"acme.example","connection-orig-match-pattern":"{}",
                "active-calls-orig-current":{from_peer},"active-calls-term-current":{to_peer}}}]"#,
            OURS.1
        );
        let wire = Wire::start(move |_, _| json(200, &body)).await;
        let acme = domain(&wire, OURS.0);
        let error = acme.connections().delete_idle(OURS.1).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Precondition);
        assert!(error.to_string().contains("does not report"), "{error}");
        assert_eq!(wire.request_lines().len(), 1, "nothing was removed");
    }
}

#[tokio::test]
async fn a_failed_precondition_reports_the_attempts_of_the_read() {
    let wire = Wire::start(|number, _| match number {
        0 => json(503, "{}"),
        _ => not_found(),
    })
    .await;
    let acme = domain(&wire, OURS.0);
    let error = acme.connections().delete_idle(OURS.1).await.unwrap_err();
    assert_eq!(
        (error.kind(), error.attempts()),
        (ErrorKind::Precondition, 2)
    );
}
