//! Edits YAML and JSON documents in place, and keeps their comments and layout.
//!
//! An [`Edit`] names a place by its JSON pointer. [`apply`] changes the text there: new lines get
//! the layout of the lines around them, and all other bytes stay.
//!
//! ```
//! use document_edit::{Edit, Position, apply};
//! use located::Source;
//! use serde_json::json;
//!
//! let text = "\
//! colours: [red, green] # those we have
//! sizes:
//!     small: 1
//! ";
//! let edits = [
//!     Edit::Push { at: "/colours".into(), value: json!("no") },
//!     Edit::Insert {
//!         at: "/sizes".into(),
//!         key: "large".into(),
//!         value: json!({"from": 2}),
//!         position: Position::Last,
//!     },
//! ];
//! let edited = apply(&Source::new("a.yaml", text.to_owned()), &edits)?;
//! assert_eq!(edited, "\
//! colours: [red, green, 'no'] # those we have
//! sizes:
//!     small: 1
//!     large:
//!         from: 2
//! ");
//! # Ok::<(), located::Error>(())
//! ```
//!
//! After each edit the text is parsed again and compared with what the edit asked for. An edit that
//! the layout does not permit (inside the target of an alias, for example) is an error, and never
//! results in a wrong text.

mod edit;
mod layout;
mod text;

pub use edit::{Edit, Position};

use located::{Error, Source};

/// The text of a document after some edits, each made in what the one before it left.
///
/// # Errors
/// The document cannot be read, a place is not there or not of the type that the edit needs, or the
/// layout does not permit the edit. Says file, line, column and reason.
pub fn apply(source: &Source, edits: &[Edit]) -> Result<String, Error> {
    let mut text = source.text().to_owned();
    for edit in edits {
        let before = Source::new(source.file(), text);
        let mut wanted = before.value()?;
        edit.apply_to(&mut wanted)
            .map_err(|reason| before.error_at(edit.at(), &reason))?;
        let cannot = |reason: &str| {
            let reason = format!("cannot be edited here: {reason}; edit it by hand");
            before.error_at(edit.at(), &reason)
        };
        let after = text::edited(&before, edit).ok_or_else(|| cannot("its layout is unusual"))?;
        match Source::new(source.file(), after.clone()).value() {
            Ok(value) if value == wanted => text = after,
            _ => {
                return Err(cannot(
                    "the value is written, or used, in another place too",
                ));
            }
        }
    }
    Ok(text)
}
