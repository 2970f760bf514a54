//! Streams of trunks, read page by page.

use std::collections::HashSet;
use std::fmt;
use std::hash::{BuildHasher, RandomState};
use std::num::NonZeroU64;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use futures_util::Stream;
use futures_util::stream::FusedStream;

use crate::client::Client;
use crate::error::Error;
use crate::filter::ConnectionFilter;
use crate::generated::types::Connection;
use crate::metadata::Metadata;
use crate::operations::{Window, counted, list};
use crate::transport::Done;
use crate::values::DomainName;

/// The number of trunks to request per page: 1 to 1000, 100 by default. These are the limits and
/// the default of lists in the vendor's guide (documented).
///
/// ```
/// use netsapiens_connections::PageSize;
///
/// assert_eq!(PageSize::new(500)?.get(), 500);
/// assert!(PageSize::new(0).is_err());
/// # Ok::<(), netsapiens_connections::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct PageSize(NonZeroU64);

impl PageSize {
    /// The maximum of the vendor's `limit`.
    pub(crate) const LARGEST: Self = Self(NonZeroU64::new(1000).unwrap());
    /// The vendor's default of `limit`.
    const DEFAULT: Self = Self(NonZeroU64::new(100).unwrap());

    /// A page of this many trunks.
    ///
    /// # Errors
    /// [`ErrorKind::Input`](crate::ErrorKind::Input) for anything but 1 to 1000.
    pub fn new(trunks: u64) -> Result<Self, Error> {
        NonZeroU64::new(trunks)
            .filter(|trunks| *trunks <= Self::LARGEST.0)
            .map(Self)
            .ok_or_else(|| Error::input(format!("a page has 1 to {} trunks", Self::LARGEST.get())))
    }

    /// The number of trunks.
    pub fn get(self) -> u64 {
        self.0.get()
    }
}

impl Default for PageSize {
    fn default() -> Self {
        Self::DEFAULT
    }
}

/// Progress of a [`ConnectionStream`].
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct StreamProgress {
    /// Trunks that were read, without duplicates.
    pub trunks: u64,
    /// Duplicates that were received and dropped.
    pub duplicates: u64,
    /// Pages that were read, including the last one, which has no new trunk.
    pub pages: u64,
    /// The server's count, requested after the last page. `None` until then; after
    /// [`unchecked`](ConnectionStream::unchecked); for a key that may not count; and on a server
    /// that cannot count.
    pub total: Option<u64>,
}

/// A stream of trunks, read page by page; returned by
/// [`Connections::stream`](crate::Connections::stream).
///
/// Whether servers honour `start` and `limit` is not known, and other lists of this API silently
/// stop at 100 (reported). So the stream works with any server:
/// - Each page starts after the trunks received so far, whatever the length of the pages.
/// - Duplicates, which have the domain and pattern of an earlier trunk, are dropped.
/// - The list ends with a page that has no new trunk.
/// - Then the number of trunks is compared with the server's count.
///
/// A server that ignores both parameters sends all trunks twice.
///
/// The last item, after all trunks that were received, is an `Err` of kind
/// [`Incomplete`](crate::ErrorKind::Incomplete)
/// - when the server's count differs;
/// - when the server refuses to count, repeats trunks instead of ending with an empty page, and its
///   longest page has a length at which lists are cut: the page size, 100 or 1000;
/// - when there are more trunks than [`max_trunks`](Self::max_trunks).
///
/// The stream holds one page in memory, and for each trunk a 64-bit hash of its key: 10 to 20 bytes
/// per trunk. Two keys with the same hash would count as one trunk. With a million trunks the
/// probability is 1 in 37 million, and the count would show it.
///
/// Nothing is sent before the stream is polled, and at most one request is in flight. Dropping the
/// stream cancels it. The first error ends the stream.
///
/// A trunk that is created or removed meanwhile can shift the pages, so that another one is missed.
/// In most cases the count shows this.
///
/// ```no_run
/// # use netsapiens_connections::{Client, Error};
/// # async fn run(client: Client) -> Result<(), Error> {
/// let mut trunks = client.connections().stream();
/// while let Some(trunk) = trunks.next().await {
///     let trunk = trunk?;
///     println!("{} {}", trunk.domain, trunk.orig_match_pattern);
/// }
/// println!("{} trunks", trunks.progress().trunks);
/// # Ok(())
/// # }
/// ```
#[must_use = "a stream does nothing unless it is polled"]
pub struct ConnectionStream {
    query: Query,
    compare: Compare,
    step: Step,
    page: std::vec::IntoIter<Connection>,
    keys: Keys,
    start: u64,
    max_trunks: u64,
    /// Length of the last page, in trunks.
    last_page: u64,
    /// Length of the longest response, in trunks.
    longest: u64,
    /// Of the last response.
    metadata: Option<Metadata>,
    progress: StreamProgress,
}

/// Hashes of the keys of the trunks that were received.
#[derive(Default)]
pub(crate) struct Keys {
    seen: HashSet<u64>,
    hasher: RandomState,
}

impl Keys {
    /// Adds a trunk and returns whether it is new.
    pub(crate) fn insert(&mut self, trunk: &Connection) -> bool {
        let key = (&trunk.domain, &trunk.orig_match_pattern);
        self.seen.insert(self.hasher.hash_one(key))
    }
}

/// The list to read.
#[derive(Clone)]
struct Query {
    client: Client,
    domain: Option<DomainName>,
    filter: ConnectionFilter,
    size: PageSize,
}

type Pending<T> = Pin<Box<dyn Future<Output = Result<T, Error>> + Send>>;

/// How a list is checked at its end.
#[derive(Clone, Copy)]
enum Compare {
    /// By the server's count.
    Count,
    /// By the lengths of the responses, which show whether the list may have been cut.
    Lengths,
    Nothing,
}

/// What the stream does next.
enum Step {
    Request,
    Page(Pending<Done<Vec<Connection>>>),
    Count(Pending<Option<Done<u64>>>),
    Fail(Error),
    End,
}

/// Far more than any phone system has; a limit for a server whose list never ends.
const MAX_TRUNKS: u64 = 1_000_000;

impl ConnectionStream {
    pub(crate) fn new(
        client: &Client,
        domain: Option<&DomainName>,
        filter: &ConnectionFilter,
    ) -> Self {
        Self {
            query: Query {
                client: client.clone(),
                domain: domain.cloned(),
                filter: filter.clone(),
                size: PageSize::default(),
            },
            compare: Compare::Count,
            step: Step::Request,
            page: Vec::new().into_iter(),
            keys: Keys::default(),
            start: 0,
            max_trunks: MAX_TRUNKS,
            last_page: 0,
            longest: 0,
            metadata: None,
            progress: StreamProgress::default(),
        }
    }

    /// Continues after a response that was read before, without a count.
    pub(crate) fn follow(&mut self, received: u64, keys: Keys) {
        self.start = received;
        self.longest = received;
        self.progress.trunks = keys.seen.len() as u64;
        self.keys = keys;
        self.compare = Compare::Lengths;
    }

    /// Sets the number of trunks to request per page.
    ///
    /// ```no_run
    /// # use netsapiens_connections::{Client, Error};
    /// # async fn run(client: Client) -> Result<(), Error> {
    /// use netsapiens_connections::PageSize;
    ///
    /// let mut trunks = client.connections().stream().page_size(PageSize::new(500)?);
    /// while let Some(trunk) = trunks.next().await {
    ///     println!("{}", trunk?.orig_match_pattern);
    /// }
    /// println!("in {} pages", trunks.progress().pages);
    /// # Ok(())
    /// # }
    /// ```
    pub fn page_size(mut self, size: PageSize) -> Self {
        self.query.size = size;
        self
    }

    /// Returns the next trunk; `None` at the end and after an error. It is `StreamExt::next`
    /// without the need for that trait. It is cancel safe: after the future was dropped, the next
    /// call continues with the request that is in flight.
    ///
    /// ```no_run
    /// # use netsapiens_connections::{Client, Error};
    /// # async fn run(client: Client) -> Result<(), Error> {
    /// let mut trunks = client.connections().stream();
    /// if let Some(first) = trunks.next().await.transpose()? {
    ///     println!("{}", first.orig_match_pattern);
    /// }
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// Those of [`Connections::list`](crate::Connections::list), each as the last item.
    pub async fn next(&mut self) -> Option<Result<Connection, Error>> {
        std::future::poll_fn(|context| Pin::new(&mut *self).poll_next(context)).await
    }

    /// Skips the check at the end, for servers whose count is known to differ from the list. A list
    /// that was cut then ends as if it were complete.
    ///
    /// ```no_run
    /// # use netsapiens_connections::{Client, Error};
    /// # async fn run(client: Client) -> Result<(), Error> {
    /// let mut trunks = client.connections().stream().unchecked();
    /// while trunks.next().await.transpose()?.is_some() {}
    /// println!("{} trunks or more", trunks.progress().trunks);
    /// # Ok(())
    /// # }
    /// ```
    pub fn unchecked(mut self) -> Self {
        self.compare = Compare::Nothing;
        self
    }

    /// Sets the maximum number of trunks; more are an error. 1 000 000 by default, far more than
    /// any system has, so that no server can keep the stream from ending.
    ///
    /// ```no_run
    /// # use netsapiens_connections::{Client, Error};
    /// # async fn run(client: Client) -> Result<(), Error> {
    /// use netsapiens_connections::ErrorKind;
    ///
    /// let mut trunks = client.connections().stream().max_trunks(10_000);
    /// while let Some(trunk) = trunks.next().await {
    ///     match trunk {
    ///         Err(error) if error.kind() == ErrorKind::Incomplete => println!("{error}"),
    ///         trunk => println!("{}", trunk?.orig_match_pattern),
    ///     }
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub fn max_trunks(mut self, trunks: u64) -> Self {
        self.max_trunks = trunks;
        self
    }

    /// Status, headers and attempts of the last response; `None` before the first.
    pub fn metadata(&self) -> Option<&Metadata> {
        self.metadata.as_ref()
    }

    /// Progress so far, or in total after the end.
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

    fn count(&self) -> Step {
        let query = self.query.clone();
        Step::Count(Box::pin(async move {
            counted(&query.client, query.domain.as_ref(), &query.filter).await
        }))
    }

    /// Processes a page and returns the next step.
    fn take(&mut self, page: Done<Vec<Connection>>) -> Step {
        let mut page_trunks = page.value;
        self.metadata = Some(page.metadata);
        let received = page_trunks.len() as u64;
        page_trunks.retain(|trunk| self.keys.insert(trunk));
        let new = page_trunks.len() as u64;
        self.start += received;
        self.last_page = received;
        self.longest = self.longest.max(received);
        self.progress.pages += 1;
        self.progress.duplicates += received - new;
        let room = self.max_trunks - self.progress.trunks.min(self.max_trunks);
        page_trunks.truncate(usize::try_from(room).unwrap_or(usize::MAX));
        self.progress.trunks += page_trunks.len() as u64;
        self.page = page_trunks.into_iter();
        if new > room {
            return self.incomplete(format!(
                "the list has more than {} trunks, the limit of this stream, and was not read to \
                 its end; `ConnectionStream::max_trunks` sets another limit",
                self.max_trunks
            ));
        }
        match (new, self.compare) {
            (0, Compare::Count) => self.count(),
            (0, Compare::Lengths) => self.compare_lengths(),
            (0, Compare::Nothing) => Step::End,
            _ => Step::Request,
        }
    }

    /// Compares the server's count with the trunks that were received.
    fn compare_count(&mut self, counted: Option<Done<u64>>) -> Step {
        let Some(total) = counted else {
            return self.compare_lengths();
        };
        self.metadata = Some(total.metadata);
        self.progress.total = Some(total.value);
        let trunks = self.progress.trunks;
        if total.value == trunks {
            return Step::End;
        }
        self.incomplete(format!(
            "the list ended after {trunks} trunks and the server counts {}: the list was cut \
             short, the trunks changed meanwhile, or the server counts by another rule; read it \
             again, or unchecked if the count is known to be wrong",
            total.value
        ))
    }

    /// A server that honours `start` ends with an empty page. One that repeats trunks has sent all
    /// of them, or only the first ones; in that case a response has the length of a limit.
    fn compare_lengths(&self) -> Step {
        let limits = [self.query.size, PageSize::DEFAULT, PageSize::LARGEST];
        let cut = limits.iter().any(|limit| limit.get() == self.longest);
        if self.last_page == 0 || !cut {
            return Step::End;
        }
        self.incomplete(format!(
            "the list ended after {} trunks, may have been cut there, and cannot be checked: the \
             server does not let this key count, and ignores where a page begins; use a key that \
             may count, or read the list unchecked",
            self.progress.trunks
        ))
    }

    fn incomplete(&self, reason: String) -> Step {
        let attempts = self.metadata.as_ref().map_or(0, Metadata::attempts);
        Step::Fail(Error::incomplete(reason).after(attempts))
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
            let next = match &mut this.step {
                Step::End => return Poll::Ready(None),
                Step::Request => this.page_from(this.start),
                Step::Page(pending) => match ready!(pending.as_mut().poll(context)) {
                    Ok(page) => this.take(page),
                    Err(error) => Step::Fail(error),
                },
                Step::Count(pending) => match ready!(pending.as_mut().poll(context)) {
                    Ok(counted) => this.compare_count(counted),
                    Err(error) => Step::Fail(error),
                },
                Step::Fail(_) => Step::End,
            };
            if let Step::Fail(error) = std::mem::replace(&mut this.step, next) {
                return Poll::Ready(Some(Err(error)));
            }
        }
    }
}

impl FusedStream for ConnectionStream {
    fn is_terminated(&self) -> bool {
        matches!(self.step, Step::End) && self.page.as_slice().is_empty()
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
