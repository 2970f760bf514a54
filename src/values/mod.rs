//! Types for the values of the service: names that are safe in a URL, secrets that are not printed,
//! times and vocabularies that accept what servers send.

mod datetime;
mod difference;
pub(crate) mod lenient;
mod masked;
mod names;
mod open_enum;
mod raw_json;
mod secret;
mod unknown_fields;

pub use datetime::DateTime;
pub(crate) use difference::{Blank, difference};
pub(crate) use masked::Masked;
pub use names::{Addressing, DomainName, InvalidValue, MatchPattern};
pub(crate) use names::{ConnectionRef, Segment, path_segment};
pub use open_enum::UnknownValue;
pub(crate) use open_enum::{open_enum, yes_no};
pub use raw_json::RawJson;
pub use secret::Secret;
pub use unknown_fields::UnknownFields;
