//! What an edit of an OpenAPI document touches: which places of it, which recorded exchanges show
//! them, and which public Rust types of the code that is generated from it.
//!
//! No schema is applied and nothing is compiled, so that the answer comes in milliseconds, after
//! each edit.
//!
//! ```
//! use serde_json::json;
//! use spec_changes::{Surface, edits};
//!
//! let before = json!({"info": {"title": "Trunks"}});
//! let after = json!({"info": {"title": "SIP trunks"}});
//! let edits = edits(&before, &after, &[]);
//! assert_eq!(edits[0].what, r#"/info/title  "Trunks" -> "SIP trunks""#);
//!
//! let before = Surface::read("pub struct Trunk { pub name: String }")?;
//! let after = Surface::read("pub struct Trunk { pub name: Option<String> }")?;
//! let change = &before.changes(&after)[0];
//! assert_eq!((change.sign(), &*change.name), ('~', "Trunk::name"));
//! assert_eq!(change.description(), "String -> Option<String>");
//! # Ok::<(), syn::Error>(())
//! ```
//!
//! In reading order: [`edits()`] compares two states of a document, [`Shown`] tells what a recorded
//! exchange shows of one, [`Surface`] and [`Change`] compare generated code.

#![forbid(unsafe_code)]
#![deny(missing_docs, missing_debug_implementations, unreachable_pub)]

mod edits;
mod shown;
mod surface;

pub use edits::{Edit, edits};
pub use shown::{Shown, operation};
pub use surface::{Change, Surface};
