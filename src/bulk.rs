//! The same work on many trunks.

use std::collections::HashSet;
use std::hash::Hash;
use std::num::NonZeroUsize;

use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;

use crate::error::Error;

/// What became of one item of an [`apply`].
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum Outcome<T> {
    /// The work was done.
    Done(T),
    /// The work failed; the error names the trunk where it is about one.
    Failed(Error),
    /// The work was not begun, since work in the same scope was refused for want of permission.
    Skipped,
}

/// How far an [`apply`] has come, told after each item that ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
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
/// A [permission error](Error::is_permission_denied) ends the work in its item's `scope`: what is
/// under way is finished, and what has not begun of the same scope is [`Outcome::Skipped`], since
/// it would be refused in the same way. Other scopes go on. A key's rights go by domain as a rule, so
/// the domain is the scope to choose in doubt: a key that may change one domain of many does its
/// work there, and one that may change nothing is refused once per domain, not once per trunk.
/// `|_| ()` is one scope for all, so that the first refusal ends everything; a scope that each item
/// has alone tries everything.
///
/// Other errors concern their own item alone. Nothing is repeated here: the client's
/// [`RetryPolicy`](crate::RetryPolicy) does that for each operation.
///
/// It spawns nothing. Dropping the future drops the work under way wherever it waits, and nothing
/// goes on behind it; a request that was on its way may have been carried out, so read before
/// repeating work that is not repeatable.
///
/// ```no_run
/// # async fn run(client: netsapiens_connections::Client) -> Result<(), netsapiens_connections::Error> {
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
    let mut told = BulkProgress {
        done: 0,
        failed: 0,
        total: waiting.len(),
    };
    let mut outcomes: Vec<Outcome<T>> = std::iter::repeat_with(|| Outcome::Skipped)
        .take(told.total)
        .collect();
    let mut under_way = FuturesUnordered::new();
    let mut refused = HashSet::new();
    loop {
        while under_way.len() < at_once.get() {
            let Some((at, item)) = waiting.next() else {
                break;
            };
            let scope = scope(&item);
            if !refused.contains(&scope) {
                let one = work(item);
                under_way.push(async move { (at, scope, one.await) });
            }
        }
        let Some((at, scope, result)) = under_way.next().await else {
            return outcomes;
        };
        outcomes[at] = match result {
            Ok(value) => {
                told.done += 1;
                Outcome::Done(value)
            }
            Err(error) => {
                told.failed += 1;
                if error.is_permission_denied() {
                    refused.insert(scope);
                }
                Outcome::Failed(error)
            }
        };
        progress(told);
    }
}
