//! Shows the impact of an edit of an OpenAPI document: the changed places, the recorded exchanges
//! that show them, and the changes in the public Rust types of generated code.
//!
//! Nothing is validated or compiled, so that the result is available in milliseconds after each
//! edit.
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
//! In reading order: [`edits()`] compares two states of a document, [`Shown`] counts the places
//! that a recorded exchange shows, [`Surface`] and [`Change`] compare generated code.

mod edits;
mod shown;
mod surface;

pub use edits::{Edit, edits};
pub use shown::{Shown, operation};
pub use surface::{Change, Surface};
