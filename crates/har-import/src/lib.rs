//! Converts a HAR file into redacted recordings, named by the operations of an OpenAPI document.
//!
//! ```
//! use std::path::Path;
//!
//! use har_import::Import;
//! use located::Source;
//! use openapi_traffic::Routes;
//! use traffic_redact::Knowledge;
//!
//! let spec = "openapi: 3.0.3\npaths:\n  /users/{id}:\n    get: {operationId: get_user}\n";
//! let routes = Routes::read(Source::new("api.yaml", spec.to_owned()))?;
//! let har = r#"{"log": {"version": "1.2", "entries": [{
//!   "request": {"method": "GET", "url": "https://api.acme.example/v1/users/kowalski"},
//!   "response": {"status": 404, "content": {"size": 0}}
//! }]}}"#;
//!
//! let mut import = Import::read(har, &routes).map_err(|error| error.reason)?;
//! assert_eq!(import.exchanges()[0].request.params["id"], "kowalski");
//! import.redact(&Knowledge::default())?;
//! assert_eq!(import.exchanges()[0].request.params["id"], "text-1");
//!
//! let (files, _) = import.place(Path::new("recordings"), None)?;
//! let (path, _) = files.files().next().expect("a file");
//! assert_eq!(path, Path::new("recordings/get_user/404.json"));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! The command `har-import --spec api.yaml --out recordings traffic.har` does all of this.
//!
//! In reading order: [`Import`] converts a HAR and chooses the files; `command` (feature `cli`) is
//! the command line, which writes them.

#[cfg(feature = "cli")]
pub mod command;
mod import;

pub use import::{Import, Remaining};
