//! Complete lists: read, and compared with the server's count.

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

/// All trunks of a system or domain that match the filter, each once; returned by
/// [`Connections::list`](crate::Connections::list).
///
/// It dereferences to a slice of [`Connection`], can be iterated over, and converts into a `Vec`.
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
    /// Status, headers and attempts of the last response that the list was read from.
    pub fn metadata(&self) -> &Metadata {
        &self.metadata
    }

    /// Whether the length was compared with the server's count, and is the same.
    ///
    /// `false` where the key may not count or the server cannot count. The list is then complete as
    /// far as reading can show: the server was asked for the trunks after the last one and sent
    /// nothing new, and no response had a length at which lists are known to be cut.
    pub fn is_counted(&self) -> bool {
        self.counted
    }

    /// The trunks as a `Vec`.
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

/// Reads a whole list with the fewest requests: one response and the count. Where these differ (the
/// response was cut short, or trunks were created or removed in between) and where there is no
/// count, it reads page by page.
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
        // Starts over, so that trunks that were removed meanwhile do not stay in the list.
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
