//! Large lists, page by page.

use std::collections::HashSet;
use std::fmt;
use std::hash::{BuildHasher, RandomState};
use std::num::NonZeroU64;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use futures_util::Stream;

use crate::client::Client;
use crate::connections::{ConnectionFilter, count, list};
use crate::error::Error;
use crate::generated::types::Connection;
use crate::values::DomainName;

/// How many trunks a page asks for: 1 to 1000, by default 100, as the vendor's guide has it for
/// lists (documented).
///
/// ```
/// use netsapiens_connections::PageSize;
///
/// assert_eq!(PageSize::new(500)?.get(), 500);
/// assert!(PageSize::new(0).is_err());
/// # Ok::<(), netsapiens_connections::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PageSize(NonZeroU64);

impl PageSize {
    const MOST: u64 = 1000;

    /// A page of so many trunks.
    ///
    /// # Errors
    /// [`ErrorKind::Input`](crate::ErrorKind::Input) for anything but 1 to 1000.
    pub fn new(trunks: u64) -> Result<Self, Error> {
        NonZeroU64::new(trunks)
            .filter(|trunks| trunks.get() <= Self::MOST)
            .map(Self)
            .ok_or_else(|| Error::input(format!("a page has 1 to {} trunks", Self::MOST)))
    }

    /// The number of trunks.
    pub fn get(self) -> u64 {
        self.0.get()
    }
}

impl Default for PageSize {
    fn default() -> Self {
        Self(const { NonZeroU64::new(100).unwrap() })
    }
}

/// A part of a list.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Window {
    pub(crate) start: u64,
    pub(crate) limit: NonZeroU64,
}

/// What a [`ConnectionStream`] has done so far.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct StreamProgress {
    /// Trunks, each counted once.
    pub trunks: u64,
    /// Trunks that came again and were dropped.
    pub duplicates: u64,
    /// Pages that were read, the last one included, which brings nothing new.
    pub pages: u64,
    /// What the server counts, asked after the last page. `None` until then, without the
    /// comparison, and for a key that may not count.
    pub total: Option<i64>,
}

/// Trunks one by one, read page by page; made by
/// [`Connections::stream`](crate::Connections::stream) and
/// [`DomainConnections::stream`](crate::DomainConnections::stream).
///
/// Nothing says whether servers honour `start` and `limit`, and other lists of this API stop at 100
/// without a word (reported). So each page begins where the ones before ended, whatever their
/// length; what has the domain and pattern of an earlier trunk is dropped; the list ends when a
/// page brings nothing new; and then the number of trunks is compared with what the server counts.
/// Another number is a last `Err` of kind [`Incomplete`](crate::ErrorKind::Incomplete), after all
/// trunks that came. A server that ignores `start` and `limit` both sends everything twice.
///
/// It holds one page and, of each trunk it gave, a 64-bit hash of the key: 10 to 20 bytes in all.
/// Two keys with the same hash would count as one trunk; with a million trunks that has a chance of
/// 1 in 37 million, and the count would show it. Nothing is sent before it is polled and at most
/// one request is under way. Dropping it ends that request; only reading is done, so nothing can be
/// half done. The first error ends it.
///
/// A trunk that is created or removed meanwhile can shift the pages, so that another one is missed;
/// the count shows that mostly, not always.
///
/// ```no_run
/// # async fn run(client: netsapiens_connections::Client) -> Result<(), netsapiens_connections::Error> {
/// use futures_util::TryStreamExt;
///
/// let mut trunks = client.connections().stream();
/// while let Some(trunk) = trunks.try_next().await? {
///     println!("{} {}", trunk.domain, trunk.orig_match_pattern);
/// }
/// println!("{} trunks", trunks.progress().trunks);
/// # Ok(())
/// # }
/// ```
#[must_use = "a stream does nothing unless it is polled"]
pub struct ConnectionStream {
    query: Query,
    compare: bool,
    step: Step,
    page: std::vec::IntoIter<Connection>,
    seen: HashSet<u64>,
    keys: RandomState,
    start: u64,
    progress: StreamProgress,
}

/// Which list is read.
#[derive(Clone)]
struct Query {
    client: Client,
    domain: Option<DomainName>,
    filter: ConnectionFilter,
    size: PageSize,
}

type Pending<T> = Pin<Box<dyn Future<Output = Result<T, Error>> + Send>>;

enum Step {
    Turn,
    Page(Pending<Vec<Connection>>),
    Count(Pending<i64>),
    End,
}

impl ConnectionStream {
    pub(crate) fn new(
        client: &Client,
        domain: Option<&DomainName>,
        filter: &ConnectionFilter,
        size: PageSize,
    ) -> Self {
        Self {
            query: Query {
                client: client.clone(),
                domain: domain.cloned(),
                filter: filter.clone(),
                size,
            },
            compare: true,
            step: Step::Turn,
            page: Vec::new().into_iter(),
            seen: HashSet::new(),
            keys: RandomState::new(),
            start: 0,
            progress: StreamProgress::default(),
        }
    }

    /// Does not ask for the count at the end, for servers where it is known not to agree with the
    /// list. A list that was cut short then ends as if it were whole.
    pub fn without_count(mut self) -> Self {
        self.compare = false;
        self
    }

    /// What was done so far; after the end, what was done in all.
    pub fn progress(&self) -> StreamProgress {
        self.progress
    }

    fn page_from(&self, start: u64) -> Step {
        let query = self.query.clone();
        let window = Window {
            start,
            limit: query.size.0,
        };
        Step::Page(Box::pin(async move {
            list(
                &query.client,
                query.domain.as_ref(),
                &query.filter,
                Some(window),
            )
            .await
        }))
    }

    fn counted(&self) -> Step {
        let query = self.query.clone();
        Step::Count(Box::pin(async move {
            count(&query.client, query.domain.as_ref(), &query.filter).await
        }))
    }

    /// Takes in a page and says what follows.
    fn take(&mut self, mut page: Vec<Connection>) -> Step {
        let received = page.len() as u64;
        page.retain(|trunk| {
            self.seen.insert(
                self.keys
                    .hash_one((&trunk.domain, &trunk.orig_match_pattern)),
            )
        });
        let new = page.len() as u64;
        self.start += received;
        self.progress.pages += 1;
        self.progress.trunks += new;
        self.progress.duplicates += received - new;
        self.page = page.into_iter();
        match (new, self.compare) {
            (0, true) => self.counted(),
            (0, false) => Step::End,
            _ => Step::Turn,
        }
    }

    /// What the server counts against what came.
    fn compare(&mut self, counted: Result<i64, Error>) -> Result<(), Error> {
        let total = match counted {
            Ok(total) => total,
            // Such a key cannot know; that the list is unchecked is seen in
            // `StreamProgress::total`.
            Err(error) if error.is_permission_denied() => return Ok(()),
            Err(error) => return Err(error),
        };
        self.progress.total = Some(total);
        let trunks = self.progress.trunks;
        match u64::try_from(total) == Ok(trunks) {
            true => Ok(()),
            false => Err(Error::incomplete(format!(
                "the list ended after {trunks} trunks and the server counts {total}: the list was cut short, the trunks changed meanwhile, or the \
                 server counts by another rule"
            ))),
        }
    }
}

impl Stream for ConnectionStream {
    type Item = Result<Connection, Error>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = &mut *self;
        loop {
            if let Some(trunk) = this.page.next() {
                return Poll::Ready(Some(Ok(trunk)));
            }
            let failed = match &mut this.step {
                Step::End => return Poll::Ready(None),
                Step::Turn => {
                    this.step = this.page_from(this.start);
                    continue;
                }
                Step::Page(pending) => match ready!(pending.as_mut().poll(context)) {
                    Ok(page) => {
                        this.step = this.take(page);
                        continue;
                    }
                    Err(error) => Err(error),
                },
                Step::Count(pending) => {
                    let counted = ready!(pending.as_mut().poll(context));
                    this.compare(counted)
                }
            };
            this.step = Step::End;
            if let Err(error) = failed {
                return Poll::Ready(Some(Err(error)));
            }
        }
    }
}

impl fmt::Debug for ConnectionStream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ConnectionStream")
            .field("size", &self.query.size)
            .field("progress", &self.progress)
            .finish_non_exhaustive()
    }
}
