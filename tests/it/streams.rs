//! Streams, read page by page, against servers with all kinds of paging.

use std::collections::BTreeSet;

use futures_util::{Stream, TryStreamExt};
use netsapiens_connections::fake::{DOMAIN_KEY, FakeServer, ListPaging, Quirks};
use netsapiens_connections::{
    Connection, ConnectionCreate, ConnectionFilter, DomainName, ErrorKind, MatchPattern, PageSize,
};

use crate::servers::{DELAY, EMPTY, all_but, on_servers_without};
use crate::wire::Wire;

async fn seeded(paging: ListPaging, trunks: usize) -> FakeServer {
    seeded_with(Quirks::new().paging(paging), trunks).await
}

async fn seeded_with(quirks: Quirks, trunks: usize) -> FakeServer {
    let server = FakeServer::with_quirks(quirks).await;
    server.seed("acme.example", trunks);
    server
}

fn size(trunks: u64) -> PageSize {
    PageSize::new(trunks).unwrap()
}

fn patterns(trunks: &[Connection]) -> BTreeSet<&str> {
    trunks
        .iter()
        .map(|trunk| trunk.orig_match_pattern.as_str())
        .collect()
}

#[tokio::test]
async fn each_trunk_is_read_once_from_every_server_that_has_it() {
    for paging in [
        ListPaging::Honoured,
        ListPaging::Ignored,
        ListPaging::StopsAt100,
    ] {
        for quirks in [Quirks::default(), all_but(&[EMPTY])].map(|quirks| quirks.paging(paging)) {
            for (trunks, page) in [
                (0, 1),
                (1, 1),
                (1, 2),
                (7, 3),
                (9, 3),
                (250, 100),
                (250, 1000),
            ] {
                let server = seeded_with(quirks.clone(), trunks).await;
                let client = server.client().unwrap();
                let all = ConnectionFilter::default();
                let system: Vec<_> = client
                    .connections()
                    .filter(all.clone())
                    .stream()
                    .page_size(size(page))
                    .try_collect()
                    .await
                    .unwrap();
                let acme = client.domain("acme.example").unwrap();
                let domain: Vec<_> = acme
                    .connections()
                    .filter(all.clone())
                    .stream()
                    .page_size(size(page))
                    .try_collect()
                    .await
                    .unwrap();
                for list in [system, domain] {
                    assert_eq!(
                        (list.len(), patterns(&list).len()),
                        (trunks, trunks),
                        "pages of {page} of {quirks:?}"
                    );
                }
            }
        }
    }
}

#[tokio::test]
async fn the_count_shows_a_server_that_ignores_start() {
    let server = seeded(ListPaging::StartIgnored, 250).await;
    let mut stream = server.client().unwrap().connections().stream();
    let mut trunks = 0;
    let error = loop {
        match stream.next().await.unwrap() {
            Ok(_) => trunks += 1,
            Err(error) => break error,
        }
    };
    assert_eq!((trunks, error.kind()), (100, ErrorKind::Incomplete));
    assert!(
        error
            .to_string()
            .contains("after 100 trunks and the server counts 250"),
        "{error}"
    );
    assert!(stream.next().await.is_none(), "the error is the end");
    let progress = stream.progress();
    assert_eq!(
        (
            progress.trunks,
            progress.duplicates,
            progress.pages,
            progress.total
        ),
        (100, 100, 2, Some(250))
    );
}

#[tokio::test]
async fn an_unchecked_stream_that_was_cut_ends_without_an_error() {
    let server = seeded(ListPaging::StartIgnored, 250).await;
    let stream = server.client().unwrap().connections().stream().unchecked();
    assert_eq!(stream.try_collect::<Vec<_>>().await.unwrap().len(), 100);
    assert!(
        server
            .requests()
            .iter()
            .all(|request| !request.path.ends_with("/count"))
    );
}

#[tokio::test]
async fn pages_are_read_until_one_has_no_new_trunk() {
    let server = seeded(ListPaging::Honoured, 5).await;
    let mut stream = server
        .client()
        .unwrap()
        .connections()
        .stream()
        .page_size(size(2));
    while stream.try_next().await.unwrap().is_some() {}
    let asked: Vec<String> = server
        .requests()
        .into_iter()
        .map(|request| request.query)
        .collect();
    assert_eq!(
        asked,
        [
            "limit=2&start=0",
            "limit=2&start=2",
            "limit=2&start=4",
            "limit=2&start=5",
            ""
        ]
    );
    assert_eq!(
        (stream.progress().pages, stream.progress().total),
        (4, Some(5))
    );
}

#[tokio::test]
async fn a_short_page_does_not_end_the_stream() {
    let server = seeded(ListPaging::StopsAt100, 250).await;
    let stream = server
        .client()
        .unwrap()
        .connections()
        .stream()
        .page_size(size(1000));
    assert_eq!(stream.try_collect::<Vec<_>>().await.unwrap().len(), 250);
    let starts: Vec<String> = server
        .requests()
        .into_iter()
        .filter_map(|request| Some(request.query.split_once("start=")?.1.to_owned()))
        .collect();
    assert_eq!(starts, ["0", "100", "200", "250"]);
}

#[tokio::test]
async fn the_same_pattern_in_two_domains_is_two_trunks() {
    on_servers_without(&[DELAY], async |server| {
        let client = server.client().unwrap();
        for domain in ["acme.example", "other.example"] {
            let trunk = ConnectionCreate::new(
                DomainName::new(domain).unwrap(),
                MatchPattern::new("sip*@acme-pri.example").unwrap(),
            );
            client.connections().create(&trunk).await.unwrap();
        }
        let all: Vec<_> = client.connections().stream().try_collect().await.unwrap();
        assert_eq!(all.len(), 2);
    })
    .await;
}

#[tokio::test]
async fn a_filter_goes_with_each_page_and_with_the_count() {
    let server = seeded(ListPaging::Honoured, 3).await;
    let filter = ConnectionFilter::new().termination_match("sip*@trunk-000001.example");
    let found: Vec<_> = server
        .client()
        .unwrap()
        .connections()
        .filter(filter.clone())
        .stream()
        .page_size(size(10))
        .try_collect()
        .await
        .unwrap();
    assert_eq!(
        patterns(&found),
        BTreeSet::from(["sip*@trunk-000001.example"])
    );
    assert_eq!(server.requests().len(), 3);
    assert!(
        server
            .requests()
            .iter()
            .all(|request| request.query.contains("termination-match="))
    );
}

#[tokio::test]
async fn a_key_that_may_not_count_gets_its_list_and_sees_that_it_is_unchecked() {
    let server = seeded(ListPaging::Honoured, 3).await;
    let client = server.client_builder().api_key(DOMAIN_KEY).build().unwrap();
    let acme = client.domain("acme.example").unwrap();
    let mut stream = acme.connections().stream();
    while stream.try_next().await.unwrap().is_some() {}
    assert_eq!(
        (stream.progress().trunks, stream.progress().total),
        (3, None)
    );
}

#[tokio::test]
async fn an_error_of_a_page_ends_the_stream() {
    let wire = Wire::responding(500, "text/plain", "").await;
    let mut stream = wire.client().connections().stream();
    assert_eq!(
        stream.next().await.unwrap().unwrap_err().status(),
        Some(500)
    );
    assert!(stream.next().await.is_none());
    assert_eq!(wire.requests().len(), 1);
}

#[tokio::test]
async fn nothing_is_sent_before_the_first_poll_nor_after_the_drop() {
    let server = seeded(ListPaging::Honoured, 10).await;
    let client = server.client().unwrap();
    let mut stream = client.connections().stream().page_size(size(2));
    assert_eq!(server.requests().len(), 0);
    stream.next().await.unwrap().unwrap();
    drop(stream);
    // Another request, behind which nothing of the stream can be on its way.
    client.connections().count().await.unwrap();
    let asked: Vec<String> = server
        .requests()
        .into_iter()
        .map(|request| request.query)
        .collect();
    assert_eq!(
        asked,
        ["limit=2&start=0", ""],
        "one page, and none ahead of it"
    );
}

#[tokio::test]
async fn next_is_cancel_safe() {
    let server = seeded(ListPaging::Honoured, 6).await;
    let mut stream = server
        .client()
        .unwrap()
        .connections()
        .stream()
        .page_size(size(2));
    let mut found = Vec::new();
    let mut given_up = 0;
    loop {
        // Drops the poll whenever the response is not ready.
        tokio::select! {
            biased;
            next = stream.next() => match next {
                Some(trunk) => found.push(trunk.unwrap()),
                None => break,
            },
            () = tokio::task::yield_now() => given_up += 1,
        }
    }
    assert_eq!(patterns(&found).len(), 6);
    assert!(given_up > 0, "no poll was given up");
}

#[test]
fn a_page_has_1_to_1000_trunks() {
    for trunks in [1, 1000] {
        assert_eq!(PageSize::new(trunks).unwrap().get(), trunks);
    }
    for trunks in [0, 1001, u64::MAX] {
        assert_eq!(PageSize::new(trunks).unwrap_err().kind(), ErrorKind::Input);
    }
}

#[test]
fn a_stream_can_be_sent_to_another_task() {
    fn takes(
        _: impl Stream<Item = Result<Connection, netsapiens_connections::Error>>
        + Send
        + Unpin
        + 'static,
    ) {
    }
    let client = netsapiens_connections::Client::builder()
        .server("pbx.acme.example")
        .api_key("nss_EXAMPLE")
        .build()
        .unwrap();
    takes(client.connections().stream());
}
