//! `list` is complete or an error: against servers that cut lists, or do not count.

use netsapiens_connections::{CompleteList, Error, ErrorKind};

use crate::wire::{Wire, json, respond, trunks};

/// How a server lists and counts.
#[derive(Clone, Copy)]
struct Server {
    trunks: usize,
    /// The maximum number of trunks in a response.
    cap: usize,
    start_honoured: bool,
    limit_honoured: bool,
    /// The response to a count.
    count: fn(usize) -> String,
}

const WHOLE: Server = Server {
    trunks: 0,
    cap: usize::MAX,
    start_honoured: true,
    limit_honoured: true,
    count: counted,
};

fn counted(total: usize) -> String {
    json(200, &format!(r#"{{"total":{total}}}"#))
}

fn denied(_: usize) -> String {
    json(403, r#"{"code":403,"message":"Access Denied"}"#)
}

fn invalid_scope(_: usize) -> String {
    json(401, r#"{"code":401,"message":"Invalid Scope [APP001]"}"#)
}

/// Of a gateway that passes on what it knows.
fn foreign_not_found(_: usize) -> String {
    respond(404, "content-type: text/html\r\n", "<html></html>")
}

fn not_allowed(_: usize) -> String {
    respond(405, "allow: POST\r\n", "")
}

fn no_route(_: usize) -> String {
    json(404, r#"{"code":404,"message":"No Route Found [92]"}"#)
}

impl Server {
    fn response(self, line: &str) -> String {
        if line.contains("/count") {
            return (self.count)(self.trunks);
        }
        let number = |name: &str| {
            let (_, rest) = line.split_once(&format!("{name}="))?;
            rest.split('&').next()?.parse::<usize>().ok()
        };
        let start = number("start").filter(|_| self.start_honoured).unwrap_or(0);
        let limit = number("limit").filter(|_| self.limit_honoured);
        let end = start.saturating_add(limit.unwrap_or(usize::MAX).min(self.cap));
        page(start..self.trunks.min(end))
    }

    async fn list(self) -> (Result<CompleteList, Error>, Vec<String>) {
        let wire = Wire::start(move |_, line| self.response(line)).await;
        let list = wire.retrying().connections().list().await;
        (list, wire.request_lines())
    }
}

fn page(numbers: std::ops::Range<usize>) -> String {
    let patterns: Vec<String> = numbers.map(|number| format!("sip*@{number}")).collect();
    let keys: Vec<(&str, &str)> = patterns
        .iter()
        .map(|pattern| ("acme.example", &**pattern))
        .collect();
    trunks(&keys)
}

#[tokio::test]
async fn a_list_that_the_count_agrees_with_is_two_requests() {
    for trunks in [0, 1, 99, 100, 250] {
        let (list, requests) = Server { trunks, ..WHOLE }.list().await;
        let list = list.unwrap();
        assert_eq!((list.len(), list.is_counted()), (trunks, true));
        assert_eq!(
            requests,
            [
                "GET /ns-api/v2/connections",
                "GET /ns-api/v2/connections/count"
            ]
        );
    }
}

#[tokio::test]
async fn a_list_that_is_cut_is_read_to_its_end() {
    for trunks in [101, 200, 250] {
        let server = Server {
            trunks,
            cap: 100,
            ..WHOLE
        };
        let list = server.list().await.0.unwrap();
        assert_eq!((list.len(), list.is_counted()), (trunks, true));
        let patterns: std::collections::BTreeSet<_> =
            list.iter().map(|trunk| &trunk.orig_match_pattern).collect();
        assert_eq!(patterns.len(), trunks);
    }
}

#[tokio::test]
async fn a_list_that_is_cut_and_cannot_be_paged_is_an_error() {
    let server = Server {
        trunks: 250,
        cap: 100,
        start_honoured: false,
        ..WHOLE
    };
    let error = server.list().await.0.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Incomplete);
    let reason = "after 100 trunks and the server counts 250";
    assert!(error.to_string().contains(reason), "{error}");
    assert_eq!(error.attempts(), 1);
}

#[tokio::test]
async fn a_list_without_a_count_succeeds_and_says_that_it_is_not_counted() {
    for count in [
        denied,
        invalid_scope,
        no_route,
        foreign_not_found,
        not_allowed,
    ] {
        for (trunks, cap) in [(0, 100), (1, 100), (99, 100), (250, 100), (250, usize::MAX)] {
            let server = Server {
                trunks,
                cap,
                count,
                ..WHOLE
            };
            let list = server.list().await.0.unwrap();
            assert_eq!((list.len(), list.is_counted()), (trunks, false));
        }
    }
}

#[tokio::test]
async fn without_count_and_paging_a_list_is_complete_unless_a_response_has_the_length_of_a_limit() {
    let table = [
        // Trunks, and the most of a response. 100 and 1000 are lengths at which lists are cut.
        (7, 100, true),
        (99, 100, true),
        (100, 100, false),
        (250, 100, false),
        (250, usize::MAX, true),
        (1000, usize::MAX, false),
        (1500, 1000, false),
    ];
    for (trunks, cap, complete) in table {
        for limit_honoured in [false, true] {
            let server = Server {
                trunks,
                cap,
                start_honoured: false,
                limit_honoured,
                count: denied,
            };
            match server.list().await.0 {
                Ok(list) => {
                    assert!(complete, "{trunks} of a server that sends {cap}");
                    assert_eq!((list.len(), list.is_counted()), (trunks, false));
                }
                Err(error) => {
                    assert!(!complete, "{trunks} of a server that sends {cap}: {error}");
                    assert_eq!(error.kind(), ErrorKind::Incomplete);
                }
            }
        }
    }
}

#[tokio::test]
async fn a_count_that_fails_otherwise_fails_the_list() {
    let page = |_| respond(200, "content-type: text/html\r\n", "<html></html>");
    type Count = fn(usize) -> String;
    let table: [(Count, ErrorKind); 4] = [
        (|_| json(500, "{}"), ErrorKind::Status),
        (|_| json(429, "{}"), ErrorKind::Status),
        (|_| json(200, "null"), ErrorKind::Decode),
        (page, ErrorKind::Decode),
    ];
    for (count, kind) in table {
        let error = Server { count, ..WHOLE }.list().await.0.unwrap_err();
        assert_eq!(
            (error.kind(), error.operation()),
            (kind, Some("count_connections"))
        );
    }
}

#[tokio::test]
async fn a_trunk_that_is_removed_between_list_and_count_is_not_in_the_list() {
    let wire = Wire::start(|number, line| {
        let trunks = if number == 0 { 5 } else { 4 };
        Server { trunks, ..WHOLE }.response(line)
    })
    .await;
    let list = wire.retrying().connections().list().await.unwrap();
    assert_eq!((list.len(), list.is_counted()), (4, true));
}

#[tokio::test]
async fn a_trunk_that_is_created_between_list_and_count_is_in_the_list() {
    let wire = Wire::start(|number, line| {
        let trunks = if number == 0 { 4 } else { 5 };
        Server { trunks, ..WHOLE }.response(line)
    })
    .await;
    let list = wire.retrying().connections().list().await.unwrap();
    assert_eq!((list.len(), list.is_counted()), (5, true));
}

#[tokio::test]
async fn a_duplicate_does_not_hide_a_missing_trunk() {
    let wire = Wire::start(|_, line| match line.contains("/count") {
        true => counted(2),
        false => trunks(&[("acme.example", "sip*@0"), ("acme.example", "sip*@0")]),
    })
    .await;
    let error = wire.retrying().connections().list().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Incomplete);
}

#[tokio::test]
async fn the_unchecked_list_is_one_request_and_may_be_cut() {
    let wire = Wire::start(|_, line| {
        Server {
            trunks: 250,
            cap: 100,
            ..WHOLE
        }
        .response(line)
    })
    .await;
    let acme = wire.retrying().domain("acme.example").unwrap();
    assert_eq!(
        acme.connections().list_unchecked().await.unwrap().len(),
        100
    );
    assert_eq!(
        wire.request_lines(),
        ["GET /ns-api/v2/domains/acme.example/connections"]
    );
}

#[tokio::test]
async fn the_filter_of_a_list_goes_with_its_count() {
    let wire = Wire::start(|_, line| Server { trunks: 3, ..WHOLE }.response(line)).await;
    let filter = netsapiens_connections::ConnectionFilter::new().reseller("acme-partners");
    let acme = wire.retrying().domain("acme.example").unwrap();
    let list = acme
        .connections()
        .filter(filter.clone())
        .list()
        .await
        .unwrap();
    assert!(list.is_counted());
    assert_eq!(
        wire.request_lines(),
        [
            "GET /ns-api/v2/domains/acme.example/connections?reseller=acme-partners",
            "GET /ns-api/v2/connections/count?domain=acme.example&reseller=acme-partners",
        ]
    );
}

#[tokio::test]
async fn an_incomplete_list_reports_the_attempts_of_the_count() {
    let wire = Wire::start(|number, line| match (line.contains("/count"), number) {
        // Behind the list, the first count, the page and the empty page.
        (true, 4) => json(503, "{}"),
        (true, _) => counted(7),
        (false, _) => Server { trunks: 3, ..WHOLE }.response(line),
    })
    .await;
    let error = wire.retrying().connections().list().await.unwrap_err();
    assert_eq!((error.kind(), error.attempts()), (ErrorKind::Incomplete, 2));
}

#[tokio::test]
async fn a_list_shows_no_text_in_debug() {
    let list = Server { trunks: 1, ..WHOLE }.list().await.0.unwrap();
    let shown = format!("{list:?} {list:#?}");
    assert!(shown.contains("counted: true"), "{shown}");
    for text in ["sentinel", "acme", "sip*"] {
        assert!(!shown.contains(text), "{text}: {shown}");
    }
}

// --- streams ---

#[tokio::test]
async fn a_stream_without_a_count_that_may_have_been_cut_is_an_error() {
    use futures_util::TryStreamExt;

    let server = Server {
        trunks: 250,
        cap: 100,
        start_honoured: false,
        count: no_route,
        ..WHOLE
    };
    let wire = Wire::start(move |_, line| server.response(line)).await;
    let client = wire.retrying();
    let error = client
        .connections()
        .stream()
        .try_collect::<Vec<_>>()
        .await
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Incomplete);
    let unchecked = client.connections().stream().unchecked();
    assert_eq!(unchecked.try_collect::<Vec<_>>().await.unwrap().len(), 100);
}

#[tokio::test]
async fn an_endless_stream_is_ended() {
    let wire = Wire::start(|number, _| page(number * 100..number * 100 + 100)).await;
    let mut stream = wire.retrying().connections().stream().max_trunks(250);
    let mut came = 0;
    let error = loop {
        match stream.next().await.unwrap() {
            Ok(_) => came += 1,
            Err(error) => break error,
        }
    };
    assert_eq!((came, error.kind()), (250, ErrorKind::Incomplete));
    assert!(
        error.to_string().contains("more than 250 trunks"),
        "{error}"
    );
    assert!(stream.next().await.is_none());
    assert_eq!(wire.request_lines().len(), 3);
}

#[tokio::test]
async fn a_stream_may_have_as_many_trunks_as_its_limit() {
    use futures_util::TryStreamExt;

    let wire = Wire::start(|_, line| {
        Server {
            trunks: 250,
            ..WHOLE
        }
        .response(line)
    })
    .await;
    let stream = wire.retrying().connections().stream().max_trunks(250);
    assert_eq!(stream.try_collect::<Vec<_>>().await.unwrap().len(), 250);
}
