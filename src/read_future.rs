//! The future of an operation that returns a plain value, which can also give the metadata.

use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll};

use crate::error::Error;
use crate::metadata::Metadata;
use crate::transport::Done;

/// The future of an operation that returns a plain value. `.await` gives the value, and
/// [`with_metadata`](Self::with_metadata) also status, headers and attempts. Nothing is sent before
/// one of them is polled; dropping it cancels the operation.
///
/// ```no_run
/// # use netsapiens_connections::{Domain, Error};
/// # async fn run(acme: Domain) -> Result<(), Error> {
/// let trunks = acme.connections();
/// let total = trunks.count().await?;
/// let (again, metadata) = trunks.count().with_metadata().await?;
/// println!("{total}, then {again} (request {})", metadata.request_id().unwrap_or("-"));
/// # Ok(())
/// # }
/// ```
#[must_use = "an operation does nothing unless it is awaited"]
pub struct ReadFuture<'a, T>(Pin<Box<dyn Future<Output = Result<Done<T>, Error>> + Send + 'a>>);

impl<'a, T> ReadFuture<'a, T> {
    pub(crate) fn new(read: impl Future<Output = Result<Done<T>, Error>> + Send + 'a) -> Self {
        Self(Box::pin(read))
    }

    /// Returns the value, with status, headers and attempts of the response that it was read from:
    /// the last one where there were several.
    ///
    /// # Errors
    /// Those of the operation.
    pub async fn with_metadata(self) -> Result<(T, Metadata), Error> {
        self.0.await.map(|done| (done.value, done.metadata))
    }
}

impl<T> Future for ReadFuture<'_, T> {
    type Output = Result<T, Error>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        self.0.as_mut().poll(context).map_ok(|done| done.value)
    }
}

impl<T> fmt::Debug for ReadFuture<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ReadFuture")
    }
}
