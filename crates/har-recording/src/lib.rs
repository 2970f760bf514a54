//! Reads and writes HAR 1.2, the format in which browsers and proxies save traffic, as [recorded
//! exchanges](http_recording::Recording).
//!
//! ```
//! let har = r#"{"log": {"version": "1.2", "entries": [{
//!   "request": {"method": "GET", "url": "https://api.acme.example/v1/users"},
//!   "response": {"status": 204}
//! }]}}"#;
//! let (entries, _) = har_recording::read(har).map_err(|error| error.reason)?;
//! let recordings: Vec<_> = entries.into_iter().map(|entry| entry.recording).collect();
//! let written = har_recording::write(&recordings, "https://api.acme.example", "example", "1.0")
//!     .map_err(|error| error.to_string())?;
//! let (again, _) = har_recording::read(&written).map_err(|error| error.reason)?;
//! assert_eq!(again[0].recording, recordings[0]);
//! # Ok::<(), String>(())
//! ```
//!
//! In reading order: [`read()`] parses a document in memory; [`open`] reads one entry at a time,
//! for documents of any size; [`write()`]; [`format()`] describes the format.

mod body;
mod entry;
mod format;
mod read;
mod stream;
mod write;

pub use format::format;
pub use read::{HarEntry, Skip, Wire, is_credential, read};
pub use stream::{Entries, EntryText, Opened, open};
pub use write::{Unwritable, write};
