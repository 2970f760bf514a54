#![doc = include_str!("crate.md")]
#![cfg_attr(docsrs, feature(doc_cfg))]

mod accepted;
pub mod bulk;
mod call;
mod client;
mod client_http;
mod complete;
mod connections;
mod credential;
mod error;
mod error_kind;
mod filter;
mod http;
mod identity;
mod idle;
mod key;
mod metadata;
mod network;
pub mod observability;
mod operations;
mod paging;
mod presets;
mod read_back;
mod read_future;
mod request;
mod response;
mod retry;
mod server_message;
#[cfg(feature = "__tls")]
mod tls;
mod transport;
mod values;

/// The README's example, so that it compiles.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
mod readme {}

#[cfg(feature = "fake")]
mod claims;
#[cfg(feature = "fake")]
pub mod fake;
#[cfg(any(test, fuzzing))]
#[doc(hidden)]
pub mod fuzzing;

#[cfg(not(feature = "codegen"))]
#[rustfmt::skip]
#[allow(missing_docs, unreachable_pub, dead_code, clippy::pedantic)]
mod generated;

#[cfg(feature = "codegen")]
#[allow(missing_docs, unreachable_pub, dead_code, clippy::pedantic)]
mod generated {
    include!(concat!(env!("OUT_DIR"), "/generated.rs"));
}

/// Types of whole response bodies that wrap a value. The operations unwrap them; use them to decode
/// the response to a [`Request`].
///
/// ```no_run
/// # use netsapiens_connections::{Client, Error};
/// # async fn run(client: Client) -> Result<(), Error> {
/// use netsapiens_connections::{Method, envelopes::ConnectionCount};
///
/// let response = client.request(Method::GET, ["connections", "count"]).send().await?;
/// println!("{} trunks", response.json::<ConnectionCount>()?.total);
/// # Ok(())
/// # }
/// ```
pub mod envelopes {
    pub use crate::generated::envelopes::*;
}

/// The vocabularies of a trunk's settings. Each is an open enum: a value that this version does not
/// know is `Unknown`, and is serialized as it was received. Setters accept the enum or a string,
/// and a `bool` where the values are yes and no.
///
/// ```
/// use netsapiens_connections::settings::{SipTransport, YesNo};
/// use netsapiens_connections::Connection;
///
/// let trunk = Connection::new("acme.example", "sip*@acme-pri.example")
///     .orig_enabled(true)
///     .sip_transport_protocol("TLS");
/// assert_eq!(trunk.orig_enabled, Some(YesNo::Yes));
/// assert_eq!(trunk.sip_transport_protocol, Some(SipTransport::Tls));
/// assert_eq!(YesNo::from("maybe").as_bool(), None);
/// ```
pub mod settings {
    pub use crate::generated::settings::*;
    pub use crate::values::UnknownValue;
}

/// The HTTP library, for [`ClientBuilder::configure_http`].
#[doc(no_inline)]
pub use reqwest;

/// The OpenAPI document that this client is generated from, as YAML, for other tools.
///
/// ```
/// assert!(netsapiens_connections::OPENAPI.contains("openapi: 3.0.3"));
/// ```
pub const OPENAPI: &str = include_str!("../openapi/connections.yaml");

pub use accepted::Accepted;
pub use client::{Client, ClientBuilder};
pub use complete::CompleteList;
pub use connections::{Connections, Domain, DomainConnections, Scope, WholeSystem};
pub use credential::{Credential, TokenFuture};
pub use error::{Error, ErrorKind};
pub use filter::ConnectionFilter;
/// A trunk as read from the server: settings, counters, and the registration of a trunk that
/// registers.
///
/// Tests can construct one:
///
/// ```
/// use netsapiens_connections::settings::YesNo;
/// use netsapiens_connections::Connection;
///
/// let trunk = Connection::new("acme.example", "sip*@acme-pri.example").orig_enabled(false);
/// assert_eq!(trunk.orig_enabled, Some(YesNo::No));
/// assert_eq!(serde_json::to_value(&trunk)?["connection-orig-enabled"], "no");
/// # Ok::<(), serde_json::Error>(())
/// ```
///
pub use generated::models::Connection;
/// A trunk to create. Make it from a preset ([`CarrierTrunk`], [`RegisteringPbx`]), which has all
/// settings of a working trunk; or by hand, and enable a check that the server's defaults lack.
///
/// ```
/// use netsapiens_connections::settings::YesNo;
/// use netsapiens_connections::{ConnectionCreate, DomainName, MatchPattern};
///
/// let key = (DomainName::new("acme.example")?, MatchPattern::new("sip*@192.0.2.30")?);
/// let trunk = ConnectionCreate::new(key.0, key.1)
///     .source_ip_checking_enabled(YesNo::Yes)
///     .address("192.0.2.30");
/// assert_eq!(trunk.orig_enabled, None); // calls are accepted, but only from 192.0.2.30
/// # Ok::<(), netsapiens_connections::InvalidValue>(())
/// ```
///
pub use generated::models::ConnectionCreate;
/// Settings to change, for [`Connections::update`].
///
/// [`diff`](ConnectionUpdate::diff) computes the smallest update:
///
/// ```
/// use netsapiens_connections::{Connection, ConnectionUpdate};
///
/// let read = Connection::new("acme.example", "sip*@acme-pri.example")
///     .orig_enabled(false)
///     .description("Lab PRI");
/// let wanted = ConnectionUpdate::new().orig_enabled(false).clear_description();
/// let change = ConnectionUpdate::diff(&read, &wanted);
/// assert_eq!(change, ConnectionUpdate::new().clear_description()); // the trunk is closed already
/// ```
///
pub use generated::models::ConnectionUpdate;
pub use generated::models::*;
pub use key::ConnectionKey;
pub use metadata::Metadata;
pub use paging::{ConnectionStream, PageSize, StreamProgress};
pub use presets::{CarrierTrunk, RegisteringPbx};
pub use read_future::ReadFuture;
pub use request::{RawResponse, Request};
/// For [`Client::request`].
#[doc(no_inline)]
pub use reqwest::Method;
pub use retry::RetryPolicy;
pub use values::{
    Addressing, DateTime, DomainName, InvalidValue, MatchPattern, RawJson, Secret, UnknownFields,
};
