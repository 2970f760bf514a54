//! The requests for a list and for a count, each with a single response.

use std::num::NonZeroU64;

use crate::client::Client;
use crate::error::Error;
use crate::filter::ConnectionFilter;
use crate::generated::types::Connection;
use crate::generated::{bodies, requests};
use crate::identity;
use crate::transport::{Done, Unfit};
use crate::values::DomainName;

/// A page of a list: where it starts, and how many trunks it has at most.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Window {
    pub(crate) start: u64,
    pub(crate) limit: NonZeroU64,
}

/// One response with a list, or a page of it, of the system or of a domain.
pub(crate) async fn list(
    client: &Client,
    domain: Option<&DomainName>,
    filter: &ConnectionFilter,
    window: Option<Window>,
) -> Result<Done<Vec<Connection>>, Error> {
    let (start, limit) = window.map(|window| (window.start, window.limit)).unzip();
    let (device, reseller) = (
        filter.device_sip_registration_uri.as_deref(),
        filter.reseller.as_deref(),
    );
    let (chain, termination, scope) = (
        filter.route_chain.as_deref(),
        filter.termination_match.as_deref(),
        filter.user_scope.as_deref(),
    );
    let Some(domain) = domain else {
        let call = requests::list_connections(
            device,
            None,
            limit,
            reseller,
            chain,
            start,
            termination,
            scope,
        );
        let all = |list: bodies::list_connections| Ok(list.0);
        return client.transport.read(&call, all).await;
    };
    let call = requests::list_domain_connections(
        domain,
        device,
        limit,
        reseller,
        chain,
        start,
        termination,
        scope,
    );
    let ours = |list: bodies::list_domain_connections| {
        identity::all_of(list.0, domain).map_err(Unfit::Mismatch)
    };
    let listed = client.transport.read(&call, ours).await;
    listed.map_err(|error| error.about_domain(domain))
}

const NEGATIVE: &str = "the response has a negative number of trunks";

/// The server's count.
pub(crate) async fn count(
    client: &Client,
    domain: Option<&DomainName>,
    filter: &ConnectionFilter,
) -> Result<Done<u64>, Error> {
    let call = requests::count_connections(
        filter.device_sip_registration_uri.as_deref(),
        domain,
        filter.reseller.as_deref(),
        filter.route_chain.as_deref(),
        filter.termination_match.as_deref(),
        filter.user_scope.as_deref(),
    );
    let total = |count: bodies::count_connections| {
        u64::try_from(count.total).map_err(|_| Unfit::Malformed(NEGATIVE))
    };
    let counted = client.transport.read(&call, total).await;
    counted.map_err(|error| match domain {
        Some(domain) => error.about_domain(domain),
        None => error,
    })
}

/// The server's count; `None` where the server refuses to count. The list was read with the same
/// key, so only counting is refused.
pub(crate) async fn counted(
    client: &Client,
    domain: Option<&DomainName>,
    filter: &ConnectionFilter,
) -> Result<Option<Done<u64>>, Error> {
    match count(client, domain, filter).await {
        Ok(total) => Ok(Some(total)),
        Err(error) if error.is_refusal() => Ok(None),
        Err(error) => Err(error),
    }
}
