//! Bulk operations: outcomes, bounded concurrency, permission errors, progress, cancellation.

use std::future::{Future, poll_fn};
use std::pin::pin;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::Poll;

use netsapiens_connections::fake::{DOMAIN_KEY, FakeServer, READ_ONLY_KEY};
use netsapiens_connections::{
    Accepted, ConnectionUpdate, Domain, Error,
    bulk::{Outcome, Progress, apply},
};

use crate::servers::{DELAY, on_every_server, on_servers_without};

fn pattern(number: usize) -> String {
    format!("sip*@trunk-{number:06}.example")
}

async fn describe(acme: &Domain, number: usize) -> Result<Accepted, Error> {
    let change = ConnectionUpdate::new().description("by apply");
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
async fn outcomes_are_in_the_order_of_the_items() {
    on_servers_without(&[DELAY], async |server| {
        server.seed("acme.example", 3);
        let acme = server.client().unwrap().domain("acme.example").unwrap();
        let outcomes = apply([0, 7, 2], |number| describe(&acme, number))
            .run()
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
async fn concurrency_is_bounded() {
    let (now, most) = (AtomicUsize::new(0), AtomicUsize::new(0));
    let work = |_| async {
        most.fetch_max(now.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
        // As many turns as it takes for the others to begin, if they may.
        for _ in 0..100 {
            tokio::task::yield_now().await;
        }
        now.fetch_sub(1, Ordering::SeqCst);
        Ok::<_, Error>(())
    };
    let outcomes = apply(0..20, work).at_once(3).run().await;
    assert_eq!((outcomes.len(), most.into_inner()), (20, 3));
}

#[tokio::test]
async fn with_none_at_once_it_is_one_at_a_time() {
    let running = AtomicUsize::new(0);
    let work = |number| {
        let running = &running;
        async move {
            assert_eq!(running.fetch_add(1, Ordering::SeqCst), 0);
            tokio::task::yield_now().await;
            running.fetch_sub(1, Ordering::SeqCst);
            Ok::<_, Error>(number)
        }
    };
    let outcomes = apply(0..3, work).at_once(0).run().await;
    assert!(matches!(
        outcomes[..],
        [Outcome::Done(0), Outcome::Done(1), Outcome::Done(2)]
    ));
}

#[tokio::test]
async fn progress_is_reported_after_each_item() {
    on_every_server(async |server| {
        server.seed("acme.example", 2);
        let acme = server.client().unwrap().domain("acme.example").unwrap();
        let mut reports = Vec::new();
        let report =
            |progress: Progress| reports.push((progress.done, progress.failed, progress.total));
        apply([0, 9, 1], |number| describe(&acme, number))
            .at_once(1)
            .on_progress(report)
            .run()
            .await;
        assert_eq!(reports, [(1, 0, 3), (1, 1, 3), (2, 1, 3)]);
    })
    .await;
}

#[tokio::test]
async fn the_first_permission_error_stops_the_work() {
    on_every_server(async |server| {
        server.seed("acme.example", 10);
        let client = server
            .client_builder()
            .api_key(READ_ONLY_KEY)
            .build()
            .unwrap();
        let acme = client.domain("acme.example").unwrap();
        let outcomes = apply(0..10, |number| describe(&acme, number))
            .at_once(3)
            .run()
            .await;
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

/// A key of one domain, with trunks of two.
async fn of_two_domains(scope: fn(&&str) -> String, at_once: usize) -> (Vec<&'static str>, usize) {
    let server = FakeServer::start().await;
    let client = server.client_builder().api_key(DOMAIN_KEY).build().unwrap();
    let work = |domain: &'static str| {
        let domain = client.domain(domain).unwrap();
        async move { domain.connections().list_unchecked().await }
    };
    let domains = [
        "other.example",
        "other.example",
        "acme.example",
        "other.example",
        "acme.example",
    ];
    let outcomes = apply(domains, work)
        .at_once(at_once)
        .scope(scope)
        .run()
        .await;
    let outcomes = outcomes.into_iter().map(|outcome| match outcome {
        Outcome::Done(_) => "done",
        Outcome::Failed(error) if error.is_permission_denied() => "refused",
        Outcome::Failed(_) => "failed",
        Outcome::Skipped => "skipped",
        other => panic!("{other:?}"),
    });
    (outcomes.collect(), server.requests().len())
}

#[tokio::test]
async fn a_refusal_ends_its_own_scope_alone() {
    let (outcomes, requests) = of_two_domains(|domain| (*domain).to_owned(), 1).await;
    assert_eq!(outcomes, ["refused", "skipped", "done", "skipped", "done"]);
    assert_eq!(requests, 3);
}

#[tokio::test]
async fn with_one_scope_for_all_the_first_refusal_ends_everything() {
    let (outcomes, requests) = of_two_domains(|_| String::new(), 1).await;
    assert_eq!(
        outcomes,
        ["refused", "skipped", "skipped", "skipped", "skipped"]
    );
    assert_eq!(requests, 1);
}

#[tokio::test]
async fn running_work_in_a_refused_scope_is_finished() {
    let (outcomes, requests) = of_two_domains(|domain| (*domain).to_owned(), 2).await;
    assert_eq!(outcomes, ["refused", "refused", "done", "skipped", "done"]);
    assert_eq!(requests, 4);
}

#[tokio::test]
async fn no_items_is_no_outcomes() {
    let outcomes = apply(Vec::<usize>::new(), |_| async { Ok::<_, Error>(()) })
        .on_progress(|_| panic!("nothing to report"))
        .run()
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
async fn dropping_at_any_point_leaves_nothing_running() {
    for polls in 0.. {
        let server = FakeServer::start().await;
        server.seed("acme.example", 4);
        let acme = server.client().unwrap().domain("acme.example").unwrap();
        let begun = AtomicUsize::new(0);
        let work = |number| {
            begun.fetch_add(1, Ordering::SeqCst);
            describe(&acme, number)
        };
        let ended = polled(apply(0..4, work).at_once(2).run(), polls).await;
        let before = begun.load(Ordering::SeqCst);
        // All of it, while what was dropped would have the time to go on.
        let outcomes = apply(0..4, work).at_once(2).run().await;
        assert_eq!(
            begun.load(Ordering::SeqCst),
            before + 4,
            "after {polls} polls something goes on"
        );
        assert!(server.requests().len() <= before + 4, "after {polls} polls");
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
