//! The same work on many trunks.

use std::num::NonZeroUsize;

use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;

use crate::error::Error;

/// What became of one item of an [`apply`].
#[derive(Debug)]
pub enum Outcome<T> {
    /// The work was done.
    Done(T),
    /// The work failed; the error names the trunk where it is about one.
    Failed(Error),
    /// The work was not begun, since another one was refused for want of permission.
    Skipped,
}

/// How far an [`apply`] has come, told after each item that ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct BulkProgress {
    /// Items whose work ended well.
    pub done: usize,
    /// Items whose work failed.
    pub failed: usize,
    /// Items in all.
    pub total: usize,
}

/// Does the same work on many items, at most `at_once` of them at a time; one outcome for each, in
/// their order.
///
/// The first [permission error](Error::is_permission_denied) ends it: what is under way is finished
/// and the rest is [`Outcome::Skipped`], since it would fail in the same way. Other errors concern
/// their own item alone. Nothing is repeated here: the client's [`RetryPolicy`](crate::RetryPolicy)
/// does that for each operation.
///
/// It spawns nothing. Dropping the future drops the work under way wherever it waits, and nothing
/// goes on behind it; a request that was on its way may have been carried out, so read before
/// repeating work that is not repeatable.
///
/// ```no_run
/// # async fn run(acme: netsapiens_connections::Domain) -> Result<(), netsapiens_connections::Error> {
/// use std::num::NonZeroUsize;
/// use netsapiens_connections::{ConnectionUpdate, Outcome, YesNo, apply};
///
/// let off = ConnectionUpdate { orig_enabled: Some(YesNo::No), ..ConnectionUpdate::default() };
/// let patterns: Vec<String> = acme.connections().list().await?.into_iter().map(|trunk| trunk.orig_match_pattern).collect();
/// let connections = acme.connections();
/// let work = |pattern: String| {
///     let off = &off;
///     async move { connections.update(pattern, off).await }
/// };
/// let at_once = NonZeroUsize::new(4).unwrap_or(NonZeroUsize::MIN);
/// let outcomes = apply(patterns, at_once, work, |progress| println!("{} of {}", progress.done, progress.total)).await;
/// let failed = outcomes.iter().filter(|outcome| matches!(outcome, Outcome::Failed(_))).count();
/// # drop(failed);
/// # Ok(())
/// # }
/// ```
pub async fn apply<I, T, W, F>(
    items: impl IntoIterator<Item = I>,
    at_once: NonZeroUsize,
    mut work: W,
    mut progress: impl FnMut(BulkProgress),
) -> Vec<Outcome<T>>
where
    W: FnMut(I) -> F,
    F: Future<Output = Result<T, Error>>,
{
    let mut waiting = items
        .into_iter()
        .collect::<Vec<_>>()
        .into_iter()
        .enumerate();
    let mut told = BulkProgress {
        done: 0,
        failed: 0,
        total: waiting.len(),
    };
    let mut outcomes: Vec<Outcome<T>> = std::iter::repeat_with(|| Outcome::Skipped)
        .take(told.total)
        .collect();
    let mut under_way = FuturesUnordered::new();
    let mut refused = false;
    loop {
        while !refused && under_way.len() < at_once.get() {
            let Some((at, item)) = waiting.next() else {
                break;
            };
            let one = work(item);
            under_way.push(async move { (at, one.await) });
        }
        let Some((at, result)) = under_way.next().await else {
            return outcomes;
        };
        outcomes[at] = match result {
            Ok(value) => {
                told.done += 1;
                Outcome::Done(value)
            }
            Err(error) => {
                told.failed += 1;
                refused |= error.is_permission_denied();
                Outcome::Failed(error)
            }
        };
        progress(told);
    }
}
