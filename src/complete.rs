//! Whole lists, and what proves that they are whole.

use std::ops::Deref;

use futures_util::TryStreamExt;

use crate::client::Client;
use crate::error::Error;
use crate::filter::ConnectionFilter;
use crate::generated::types::Connection;
use crate::metadata::Metadata;
use crate::operations::{counted, list};
use crate::paging::{ConnectionStream, Keys, PageSize};
use crate::values::DomainName;

/// All trunks of a system or of a domain, or all that a filter leaves, each once; made by
/// [`Connections::list`](crate::Connections::list).
///
/// It is a slice of [`Connection`] to whoever reads it, and can be iterated over or turned into a
/// `Vec`.
///
/// ```no_run
/// # use netsapiens_connections::{Domain, Error};
/// # async fn run(acme: Domain) -> Result<(), Error> {
/// let trunks = acme.connections().list().await?;
/// if !trunks.is_counted() {
///     eprintln!("{} trunks, and this key may not count them", trunks.len());
/// }
/// for trunk in trunks {
///     println!("{}", trunk.orig_match_pattern);
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct CompleteList {
    trunks: Vec<Connection>,
    counted: bool,
    metadata: Metadata,
}

impl CompleteList {
    /// What came with the last of the responses that it was read from.
    pub fn metadata(&self) -> &Metadata {
        &self.metadata
    }

    /// Whether the server counts as many trunks.
    ///
    /// `false` where the key may not count or the server has no operation that counts. The list is
    /// complete then as far as reading can show: the server was asked for what follows the last
    /// trunk and sent nothing new, and no response was of a length at which lists are known to be
    /// cut.
    pub fn is_counted(&self) -> bool {
        self.counted
    }

    /// The trunks alone.
    pub fn into_vec(self) -> Vec<Connection> {
        self.trunks
    }
}

impl Deref for CompleteList {
    type Target = [Connection];

    fn deref(&self) -> &[Connection] {
        &self.trunks
    }
}

impl IntoIterator for CompleteList {
    type Item = Connection;
    type IntoIter = std::vec::IntoIter<Connection>;

    fn into_iter(self) -> Self::IntoIter {
        self.trunks.into_iter()
    }
}

impl<'a> IntoIterator for &'a CompleteList {
    type Item = &'a Connection;
    type IntoIter = std::slice::Iter<'a, Connection>;

    fn into_iter(self) -> Self::IntoIter {
        self.trunks.iter()
    }
}

impl From<CompleteList> for Vec<Connection> {
    fn from(list: CompleteList) -> Self {
        list.trunks
    }
}

/// Reads a whole list by the cheapest proof: one response and the count. Pages are read where these
/// two differ, since the response was cut short or trunks came and went between them, and where
/// there is no count.
pub(crate) async fn complete(
    client: &Client,
    domain: Option<&DomainName>,
    filter: &ConnectionFilter,
) -> Result<CompleteList, Error> {
    let mut first = list(client, domain, filter, None).await?;
    let received = first.value.len() as u64;
    let mut keys = Keys::default();
    first.value.retain(|trunk| keys.insert(trunk));
    let mut pages = ConnectionStream::new(client, domain, filter).page_size(PageSize::LARGEST);
    match counted(client, domain, filter).await? {
        Some(total) if total.value == first.value.len() as u64 => {
            return Ok(CompleteList {
                trunks: first.value,
                counted: true,
                metadata: total.metadata,
            });
        }
        // Read anew: what was removed meanwhile must not stay in the list.
        Some(_) => first.value.clear(),
        None => pages.follow(received, keys),
    }
    let mut trunks = first.value;
    while let Some(trunk) = pages.try_next().await? {
        trunks.push(trunk);
    }
    let counted = pages.progress().total.is_some();
    let metadata = pages.metadata().cloned().unwrap_or(first.metadata);
    Ok(CompleteList {
        trunks,
        counted,
        metadata,
    })
}
