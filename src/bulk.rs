//! Bulk operations: the same work on many trunks, with bounded concurrency.

use std::collections::HashSet;
use std::fmt;
use std::hash::Hash;

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
pub struct Progress {
    /// Items whose work succeeded.
    pub done: usize,
    /// Items whose work failed.
    pub failed: usize,
    /// Items in all.
    pub total: usize,
}

/// Does the same work on many items, with bounded concurrency. [`Apply::run`] runs it and returns
/// one outcome per item, in their order.
///
/// Without settings at most 4 items are worked on at once, and the first permission error stops the
/// rest: see [`Apply::scope`].
///
/// Other errors affect only their own item. Nothing is retried here: the client's
/// [`RetryPolicy`](crate::RetryPolicy) does that, for each operation.
///
/// It spawns no tasks. Dropping the future cancels the work in progress, and nothing runs on in the
/// background. The server may still carry out a request that was already sent, so read a trunk
/// before you redo work on it that is not idempotent.
///
/// ```no_run
/// # use netsapiens_connections::{Client, Error};
/// # async fn run(client: Client) -> Result<(), Error> {
/// use netsapiens_connections::bulk::{self, Outcome};
/// use netsapiens_connections::{Connection, ConnectionUpdate};
///
/// let off = ConnectionUpdate::new().orig_enabled(false);
/// let all = client.connections();
/// let trunks = all.list().await?; // complete, or an error
/// let close = |trunk: Connection| {
///     let (all, off) = (&all, &off);
///     async move { all.update(&trunk.key()?, off).await }
/// };
/// let outcomes = bulk::apply(trunks, close)
///     .at_once(8)
///     .scope(|trunk| trunk.domain.clone())
///     .on_progress(|progress| println!("{} of {}", progress.done, progress.total))
///     .run()
///     .await;
/// for outcome in outcomes {
///     match outcome {
///         Outcome::Done(accepted) => println!("{}", accepted.status()),
///         Outcome::Failed(error) => println!("{:?}: {error}", error.pattern()),
///         _ => println!("skipped: its domain was refused"),
///     }
/// }
/// # Ok(())
/// # }
/// ```
pub fn apply<I, T, W, F>(items: impl IntoIterator<Item = I>, work: W) -> Apply<I, W>
where
    W: FnMut(I) -> F,
    F: Future<Output = Result<T, Error>>,
{
    Apply {
        items: items.into_iter().collect(),
        work,
        at_once: 4,
        scope: |_| (),
        progress: |_| (),
    }
}

/// Work on many items, with its settings; returned by [`apply`].
#[derive(Clone)]
#[must_use = "the work does nothing unless it is run"]
pub struct Apply<I, W, S = fn(&I), P = fn(Progress)> {
    items: Vec<I>,
    work: W,
    at_once: usize,
    scope: S,
    progress: P,
}

impl<I, W, S, P> Apply<I, W, S, P> {
    /// Sets how many items are worked on at once, at most: 4 by default, and 0 counts as 1. A
    /// client's requests share its connection pool.
    pub fn at_once(mut self, items: usize) -> Self {
        self.at_once = items;
        self
    }

    /// Divides the items by what a permission depends on, usually the domain. After a
    /// [permission error](Error::is_permission_denied) no more items of the same scope are started:
    /// they are [`Outcome::Skipped`], since they would be refused too. Work that has started is
    /// finished, and other scopes continue.
    ///
    /// By domain, a key that may change one domain of many succeeds there, and a key that may
    /// change nothing is refused once per domain and not once per trunk. By default all items have
    /// one scope, so that the first refusal stops everything.
    pub fn scope<K, N>(self, scope: N) -> Apply<I, W, N, P>
    where
        K: Eq + Hash,
        N: FnMut(&I) -> K,
    {
        Apply {
            items: self.items,
            work: self.work,
            at_once: self.at_once,
            scope,
            progress: self.progress,
        }
    }

    /// Calls this function after each item.
    pub fn on_progress<N>(self, progress: N) -> Apply<I, W, S, N>
    where
        N: FnMut(Progress),
    {
        Apply {
            items: self.items,
            work: self.work,
            at_once: self.at_once,
            scope: self.scope,
            progress,
        }
    }

    /// Does the work, and returns one outcome per item, in their order.
    pub async fn run<T, F, K>(mut self) -> Vec<Outcome<T>>
    where
        W: FnMut(I) -> F,
        F: Future<Output = Result<T, Error>>,
        S: FnMut(&I) -> K,
        K: Eq + Hash,
        P: FnMut(Progress),
    {
        let mut waiting = self.items.into_iter().enumerate();
        let mut counts = Progress {
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
            while running.len() < self.at_once.max(1) {
                let Some((at, item)) = waiting.next() else {
                    break;
                };
                let scope = (self.scope)(&item);
                if !refused.contains(&scope) {
                    let one = (self.work)(item);
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
            (self.progress)(counts);
        }
    }
}

impl<I, W, S, P> fmt::Debug for Apply<I, W, S, P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Apply")
            .field("items", &self.items.len())
            .field("at_once", &self.at_once)
            .finish_non_exhaustive()
    }
}
