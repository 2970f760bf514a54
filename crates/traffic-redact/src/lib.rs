//! Redacts recorded traffic: replaces secrets, addresses, numbers and names with placeholders, so
//! that equal values remain equal.
//!
//! It makes two passes over all recordings of an import. The first learns which values are
//! sensitive; the second replaces them everywhere, so that a domain from a URL is also replaced in
//! the text of an error message. What is known to be harmless is kept: enum values, counters,
//! timestamps, documentation ranges, common words. Everything else is replaced, known or not.
//!
//! A number is a counter if the document has its field as a number, unmarked, and it has up to six
//! digits before the point; a longer one, up to 13 digits, is kept if the schema has a `maximum` or
//! the format of a time, or if the field is called one. Any other may be an account, an order or a
//! person. With `x-public: true` every number is kept that has no sensitive shape.
//!
//! ```
//! use http_recording::Recording;
//! use located::Source;
//! use traffic_redact::{Knowledge, redact, unredacted};
//!
//! let text = r#"{
//!   "format": 1,
//!   "meta": { "origin": "captured" },
//!   "request": { "method": "GET", "path": "/users" },
//!   "response": { "status": 200, "body": { "password": "hunter2hunter2", "state": "yes" } }
//! }"#;
//! let mut recordings = [Recording::read(&Source::new("users.json", text.to_owned()))?];
//! assert_eq!(unredacted(&recordings[0], &Knowledge::default()).len(), 1);
//! redact(&mut recordings, &Knowledge::default());
//!
//! assert!(unredacted(&recordings[0], &Knowledge::default()).is_empty());
//! let body = recordings[0].response.body.as_ref().expect("a body");
//! assert_eq!(body["password"], "«secret-1»");
//! assert_eq!(body["state"], "yes");
//! # Ok::<(), located::Error>(())
//! ```
//!
//! In reading order: [`redact()`], with [`Knowledge`] from a document; [`unredacted()`] applies the
//! same rules as a check and returns [`Leak`]s; [`unredacted_value()`] and [`unredacted_prose()`]
//! check other JSON and prose; [`Search`] checks files and folders; [`discloses()`] checks text
//! that is public as a whole but may contain a secret.

mod files;
mod fit;
mod knowledge;
mod redactor;
mod rules;
mod safe;
mod sample;
mod schema;
mod shapes;
mod table;
mod words;

pub use files::{FoundLeak, Search};
pub use knowledge::Knowledge;
pub use redactor::{Leak, discloses, redact, unredacted, unredacted_prose, unredacted_value};
