//! Bulk operations: the same work on many trunks, with bounded concurrency.

use std::collections::HashSet;
use std::hash::Hash;
use std::num::NonZeroUsize;

use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;

use crate::error::Error;

/// The outcome of one item of an [`apply`].
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum Outcome<T> {
    /// The work succeeded.
    Done(T),
    /// The work failed; [`Error::domain`] and [`Error::pattern`] name the trunk.
    Failed(Error),
    /// The work was not started, since other work in the same scope was refused with a permission
    /// error.
    Skipped,
}

/// Progress of an [`apply`], reported after each item.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct BulkProgress {
    /// Items whose work succeeded.
    pub done: usize,
    /// Items whose work failed.
    pub failed: usize,
    /// Items in all.
    pub total: usize,
}

/// Does the same work on many items with bounded concurrency, and returns one outcome per item, in
/// their order.
///
/// At most `at_once` items are worked on concurrently. `progress` is called after each item.
///
/// After a [permission error](Error::is_permission_denied) no more items of the same `scope` are
/// started: they are [`Outcome::Skipped`], since they would be refused too. Work that has started
/// is finished, and other scopes continue. The rights of a key usually depend on the domain, so the
/// domain is a good scope: a key that may change one domain of many succeeds there, and a key that
/// may change nothing is refused once per domain and not once per trunk. With `|_| ()` all items
/// have one scope, and the first refusal stops everything; with a scope per item, every item is
/// tried.
///
/// Other errors affect only their own item. `apply` does not retry: the client's
/// [`RetryPolicy`](crate::RetryPolicy) does, for each operation.
///
/// It spawns no tasks. Dropping the future cancels the work in progress, and nothing runs on in the
/// background. The server may still carry out a request that was already sent, so read a trunk
/// before you redo work on it that is not idempotent.
///
/// ```no_run
/// # use netsapiens_connections::{Client, Error};
/// # async fn run(client: Client) -> Result<(), Error> {
/// use std::num::NonZeroUsize;
/// use netsapiens_connections::bulk::{BulkProgress, Outcome, apply};
/// use netsapiens_connections::{Connection, ConnectionUpdate};
///
/// let off = ConnectionUpdate::new().orig_enabled(false);
/// let all = client.connections();
/// let trunks = all.list().await?; // complete, or an error
/// let work = |trunk: Connection| {
///     let (all, off) = (&all, &off);
///     async move { all.update(&trunk.key()?, off).await }
/// };
/// let at_once = NonZeroUsize::new(4).unwrap_or(NonZeroUsize::MIN);
/// let scope = |trunk: &Connection| trunk.domain.clone();
/// let progress = |progress: BulkProgress| println!("{} of {}", progress.done, progress.total);
/// for outcome in apply(trunks, at_once, scope, work, progress).await {
///     match outcome {
///         Outcome::Done(accepted) => println!("{}", accepted.status()),
///         Outcome::Failed(error) => println!("{:?}: {error}", error.pattern()),
///         _ => println!("skipped: its domain was refused"),
///     }
/// }
/// # Ok(())
/// # }
/// ```
pub async fn apply<I, S, T, W, F>(
    items: impl IntoIterator<Item = I>,
    at_once: NonZeroUsize,
    mut scope: impl FnMut(&I) -> S,
    mut work: W,
    mut progress: impl FnMut(BulkProgress),
) -> Vec<Outcome<T>>
where
    S: Eq + Hash,
    W: FnMut(I) -> F,
    F: Future<Output = Result<T, Error>>,
{
    let mut waiting = items
        .into_iter()
        .collect::<Vec<_>>()
        .into_iter()
        .enumerate();
    let mut counts = BulkProgress {
        done: 0,
        failed: 0,
        total: waiting.len(),
    };
    let mut outcomes: Vec<Outcome<T>> = std::iter::repeat_with(|| Outcome::Skipped)
        .take(counts.total)
        .collect();
    let mut running = FuturesUnordered::new();
    let mut refused = HashSet::new();
    loop {
        while running.len() < at_once.get() {
            let Some((at, item)) = waiting.next() else {
                break;
            };
            let scope = scope(&item);
            if !refused.contains(&scope) {
                let one = work(item);
                running.push(async move { (at, scope, one.await) });
            }
        }
        let Some((at, scope, result)) = running.next().await else {
            return outcomes;
        };
        outcomes[at] = match result {
            Ok(value) => {
                counts.done += 1;
                Outcome::Done(value)
            }
            Err(error) => {
                counts.failed += 1;
                if error.is_permission_denied() {
                    refused.insert(scope);
                }
                Outcome::Failed(error)
            }
        };
        progress(counts);
    }
}
