//! The same work on many trunks.

use std::future::{Future, poll_fn};
use std::num::NonZeroUsize;
use std::pin::pin;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::Poll;
use std::time::Duration;

use netsapiens_connections::fake::{FakeServer, READ_ONLY_KEY};
use netsapiens_connections::{
    BulkProgress, ConnectionUpdate, Domain, Error, Outcome, Receipt, apply,
};

use crate::servers::{DELAY, on_every_server, on_servers_without};

fn at_once(items: usize) -> NonZeroUsize {
    NonZeroUsize::new(items).unwrap()
}

fn pattern(number: usize) -> String {
    format!("sip*@trunk-{number:06}.example")
}

async fn describe(acme: &Domain, number: usize) -> Result<Receipt, Error> {
    let change = ConnectionUpdate {
        description: Some("by apply".into()),
        ..Default::default()
    };
    acme.connections().update(pattern(number), &change).await
}

async fn described(server: &FakeServer) -> usize {
    let trunks = server.client().unwrap().connections().list().await.unwrap();
    trunks
        .iter()
        .filter(|trunk| trunk.description.as_deref() == Some("by apply"))
        .count()
}

#[tokio::test]
async fn each_item_has_its_outcome_in_its_place() {
    on_servers_without(&[DELAY], async |server| {
        server.seed("acme.example", 3);
        let acme = server.client().unwrap().domain("acme.example").unwrap();
        let outcomes = apply(
            [0, 7, 2],
            at_once(2),
            |number| describe(&acme, number),
            |_| {},
        )
        .await;
        match outcomes.as_slice() {
            [Outcome::Done(_), Outcome::Failed(error), Outcome::Done(_)] => {
                assert!(error.is_not_found());
                assert_eq!(error.pattern().unwrap().as_str(), pattern(7));
            }
            other => panic!("{other:?}"),
        }
        assert_eq!(described(&server).await, 2);
    })
    .await;
}

#[tokio::test]
async fn never_more_than_allowed_are_under_way() {
    let (now, most) = (AtomicUsize::new(0), AtomicUsize::new(0));
    let work = |_| async {
        most.fetch_max(now.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
        tokio::time::sleep(Duration::from_millis(5)).await;
        now.fetch_sub(1, Ordering::SeqCst);
        Ok::<_, Error>(())
    };
    let outcomes = apply(0..20, at_once(3), work, |_| {}).await;
    assert_eq!((outcomes.len(), most.into_inner()), (20, 3));
}

#[tokio::test]
async fn progress_is_told_after_each_item() {
    on_every_server(async |server| {
        server.seed("acme.example", 2);
        let acme = server.client().unwrap().domain("acme.example").unwrap();
        let mut told = Vec::new();
        let tell =
            |progress: BulkProgress| told.push((progress.done, progress.failed, progress.total));
        apply(
            [0, 9, 1],
            at_once(1),
            |number| describe(&acme, number),
            tell,
        )
        .await;
        assert_eq!(told, [(1, 0, 3), (1, 1, 3), (2, 1, 3)]);
    })
    .await;
}

#[tokio::test]
async fn the_first_refused_permission_ends_it() {
    on_every_server(async |server| {
        server.seed("acme.example", 10);
        let client = server
            .client_builder()
            .api_key(READ_ONLY_KEY)
            .build()
            .unwrap();
        let acme = client.domain("acme.example").unwrap();
        let outcomes = apply(0..10, at_once(3), |number| describe(&acme, number), |_| {}).await;
        let refused = outcomes
            .iter()
            .filter(
                |outcome| matches!(outcome, Outcome::Failed(error) if error.is_permission_denied()),
            )
            .count();
        let skipped = outcomes
            .iter()
            .filter(|outcome| matches!(outcome, Outcome::Skipped))
            .count();
        assert_eq!((refused, skipped), (3, 7));
        assert_eq!(server.requests().len(), 3);
    })
    .await;
}

#[tokio::test]
async fn no_items_is_no_outcomes() {
    let outcomes = apply(
        Vec::<usize>::new(),
        at_once(3),
        |_| async { Ok::<_, Error>(()) },
        |_| panic!("nothing to tell"),
    )
    .await;
    assert!(outcomes.is_empty());
}

/// Polls a future so many times; whether it ended.
async fn polled(work: impl Future, times: usize) -> bool {
    let mut work = pin!(work);
    let mut left = times;
    poll_fn(|context| match (left, work.as_mut().poll(context)) {
        (_, Poll::Ready(_)) => Poll::Ready(true),
        (0, Poll::Pending) => Poll::Ready(false),
        (_, Poll::Pending) => {
            left -= 1;
            Poll::Pending
        }
    })
    .await
}

#[tokio::test]
async fn dropped_at_any_point_it_leaves_nothing_running_and_can_be_begun_anew() {
    for polls in 0.. {
        let server = FakeServer::start().await;
        server.seed("acme.example", 4);
        let acme = server.client().unwrap().domain("acme.example").unwrap();
        let ended = polled(
            apply(0..4, at_once(2), |number| describe(&acme, number), |_| {}),
            polls,
        )
        .await;
        // Requests that were on their way arrive.
        tokio::time::sleep(Duration::from_millis(20)).await;
        let arrived = server.requests().len();
        tokio::time::sleep(Duration::from_millis(20)).await;
        assert_eq!(
            server.requests().len(),
            arrived,
            "after {polls} polls something goes on"
        );
        let outcomes = apply(0..4, at_once(2), |number| describe(&acme, number), |_| {}).await;
        assert!(
            outcomes
                .iter()
                .all(|outcome| matches!(outcome, Outcome::Done(_))),
            "after {polls} polls: {outcomes:?}"
        );
        assert_eq!(described(&server).await, 4);
        if ended {
            assert!(polls > 2, "it was never dropped on its way");
            break;
        }
    }
}
