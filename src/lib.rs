#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]
#![deny(missing_docs, missing_debug_implementations, unreachable_pub)]

mod bulk;
mod client;
mod connections;
mod error;
mod idle;
pub mod observability;
mod paging;
mod presets;
mod read_back;
mod response;
mod retry;
mod transport;
mod values;

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

pub use bulk::{BulkProgress, Outcome, apply};
pub use client::{Client, ClientBuilder};
pub use connections::{ConnectionFilter, Connections, Domain, DomainConnections, Receipt};
pub use error::{Error, ErrorKind};
pub use generated::types::*;
pub use paging::{ConnectionStream, PageSize, StreamProgress};
pub use presets::{CarrierTrunk, RegisteringPbx};
pub use retry::RetryPolicy;
pub use values::{
    Addressing, DateTime, DomainName, InvalidValue, MatchPattern, RawJson, Secret, UnknownFields,
    UnknownValue,
};
