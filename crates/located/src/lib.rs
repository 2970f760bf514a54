//! Parses YAML and JSON documents, and finds the line and column of any value in them.
//!
//! An error in a document that a person wrote should name the file, the line and the column. This
//! crate parses YAML 1.2 and JSON into [`serde_json::Value`], and gives the position of the value
//! at any [JSON pointer](mod@pointer). Parsing costs nothing extra for that: positions are computed
//! on first use.
//!
//! ```
//! use located::{Document, Source};
//!
//! let text = "servers:\n  - url: http://192.0.2.1\n    weight: heavy\n";
//! let document = Document::parse(Source::new("servers.yaml", text.to_owned()))?;
//! assert_eq!(document.value()["servers"][0]["url"], "http://192.0.2.1");
//!
//! let weight = &document.value()["servers"][0]["weight"];
//! if !weight.is_number() {
//!     let error = document.error("/servers/0/weight", "a number is expected");
//!     assert_eq!(error.to_string(), "servers.yaml:3:5: a number is expected");
//! }
//! # Ok::<(), located::Error>(())
//! ```
//!
//! In reading order:
//! - [`Source`] is a text with its file name: its value, places, lines and columns;
//! - [`Document`] is a source together with its parsed value;
//! - [`Error`] and [`Place`] name file, line and column;
//! - [`json()`] parses JSON without a file, [`json_in_string`] JSON within a string of other JSON,
//!   whose positions are [`PositionsInString`];
//! - [`mod@pointer`] has JSON pointers as strings: escaping, parents, the nearest ancestor;
//! - [`openapi`] has the few things that every reader of an OpenAPI document needs.

mod document;
mod error;
mod grammar;
mod json;
mod lines;
mod nested;
pub mod openapi;
pub mod pointer;
mod scan;
mod source;
mod tree;
mod yaml;

pub use document::Document;
pub use error::{Error, Place};
pub use grammar::{is_json, string_end};
pub use json::{Unreadable, json, unreadable};
pub use nested::json_in_string;
pub use scan::PositionsInString;
pub use source::{Source, display, normal};
