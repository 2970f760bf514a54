//! A recorded HTTP exchange: one request and its response in one JSON file, made to be read, edited
//! and reviewed by people.
//!
//! The bodies are nested as JSON, in the order in which their keys came. The file says how strong it
//! is as evidence ([`Origin`]) and what was replaced in it before it was written ([`Redaction`]).
//!
//! ```
//! use http_recording::{Origin, Recording};
//! use located::Source;
//!
//! let text = r#"{
//!   "format": 1,
//!   "meta": { "origin": "captured" },
//!   "request": { "method": "GET", "path": "/users/{id}", "params": { "id": "a/b" } },
//!   "response": { "status": 200, "body": { "name": "EXAMPLE" } }
//! }"#;
//! let recording = Recording::read(&Source::new("user.json", text.to_owned()))?;
//! assert_eq!(recording.meta.origin, Origin::Captured);
//! assert_eq!(recording.response.body.expect("a body")["name"], "EXAMPLE");
//! # Ok::<(), located::Error>(())
//! ```
//!
//! In reading order: [`Recording`] with its parts; [`encode`], how a value stands in a path;
//! [`walk`], what is in a folder of recordings, and [`files`], the recordings alone; [`Placement`], which file a new one goes to.

#![forbid(unsafe_code)]
#![deny(missing_docs, missing_debug_implementations, unreachable_pub)]

mod placement;
mod walk;

use located::{Error, Source};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

pub use placement::{Placed, Placement, Unplaced, slug};
pub use walk::{Found, Kind, Unread, files, walk};

/// The only format there is; a file that says another number is refused.
pub const FORMAT: u32 = 1;

/// One request and its answer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Recording {
    /// [`FORMAT`].
    pub format: u32,
    /// Where the exchange comes from and what was replaced in it.
    pub meta: Meta,
    /// What was sent.
    pub request: Request,
    /// What was answered.
    pub response: Response,
    /// JSON pointers of members whose key came twice in its object. The last is kept; no file can
    /// hold both.
    #[serde(skip)]
    pub repeated: Vec<String>,
}

/// A value as a part of a path or query: percent-encoded as a browser's `encodeURIComponent` does.
///
/// ```
/// assert_eq!(http_recording::encode("sip*@a/b"), "sip*%40a%2Fb");
/// ```
pub fn encode(value: &str) -> String {
    const PART: &AsciiSet = &NON_ALPHANUMERIC
        .remove(b'-')
        .remove(b'_')
        .remove(b'.')
        .remove(b'!')
        .remove(b'~')
        .remove(b'*')
        .remove(b'\'')
        .remove(b'(')
        .remove(b')');
    utf8_percent_encode(value, PART).to_string()
}

/// The text of a parameter or header: recordings written by hand may hold a number where the wire
/// has its digits.
///
/// ```
/// assert_eq!(http_recording::text(&serde_json::json!(5)), "5");
/// assert_eq!(http_recording::text(&serde_json::json!("5")), "5");
/// ```
pub fn text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Null => String::new(),
        other => other.to_string(),
    }
}

impl Recording {
    /// A recording from its JSON, with the members whose key came twice in it.
    ///
    /// # Errors
    /// When it is another JSON.
    pub fn new(mut json: Value, repeated: Vec<String>) -> serde_json::Result<Self> {
        // Bodies are moved: read as a part of the rest, each would be built anew.
        let mut body_of = |side: &str| json.get_mut(side)?.as_object_mut()?.swap_remove("body");
        let (sent, answered) = (body_of("request"), body_of("response"));
        let mut recording = Self {
            repeated,
            ..Self::deserialize(json)?
        };
        recording.request.body = sent;
        recording.response.body = answered;
        Ok(recording)
    }

    /// Reads the recording that a file holds.
    ///
    /// # Errors
    /// As [`Self::of`], and when it is not JSON.
    pub fn read(source: &Source) -> Result<Self, Error> {
        let (json, repeated) = source.json()?;
        Self::of(source, json, repeated)
    }

    /// The recording that a file holds, from its JSON and the members whose key came twice in it.
    ///
    /// # Errors
    /// It is no recording, or of another format. Says file, line, column and reason, and quotes no
    /// value.
    pub fn of(source: &Source, json: Value, repeated: Vec<String>) -> Result<Self, Error> {
        let recording = Self::new(json, repeated).map_err(|error| {
            // Read from the text once more, for the place.
            let again = serde_json::from_str::<Self>(source.text()).err();
            let error = again.filter(|it| it.is_data()).unwrap_or(error);
            source.json_error("a recording", &error)
        })?;
        if recording.format != FORMAT {
            let reason = format!("format {} is not known, only {FORMAT}", recording.format);
            return Err(source.error_at("/format", &reason));
        }
        Ok(recording)
    }
}

/// Where an exchange comes from.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Meta {
    /// How strong the evidence is.
    pub origin: Origin,
    /// What a reader should know, in a sentence or two.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub note: String,
    /// The recording of the exchange before this one in the same session: a path that begins at
    /// the folder of this file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<String>,
    /// Whose body is an excerpt: members or items of it were left out. What is not in an excerpt
    /// shows nothing: no requirement fails, nothing counts as absent.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub excerpt: Vec<Part>,
    /// What was replaced before the file was written.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub redacted: Vec<Redaction>,
    /// Finding codes that judging this exchange must give (only for exchanges that must be
    /// refused).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub expect: Vec<String>,
}

/// One of the two messages of an exchange.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Part {
    /// What was sent.
    Request,
    /// What was answered.
    Response,
}

/// How strong a recording is as evidence.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Origin {
    /// A real answer, customer values replaced.
    Captured,
    /// Quoted first-hand by somebody who called a production server.
    Reported,
    /// The vendor's own example.
    Documented,
    /// Made by us where nothing real is known.
    Synthetic,
}

/// One replaced value.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Redaction {
    /// JSON pointer into the recording.
    pub at: String,
    /// Name of the rule that replaced it.
    pub rule: String,
}

/// What was sent.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Request {
    /// HTTP method, upper case.
    pub method: String,
    /// Path below the server's base URL, either concrete and percent-encoded or a template whose
    /// `{names}` are in `params`.
    pub path: String,
    /// Decoded values of the names in `path`.
    #[serde(default)]
    pub params: Map<String, Value>,
    /// Decoded query parameters; a repeated one is an array.
    #[serde(default)]
    pub query: Map<String, Value>,
    /// Headers, names in lower case, by allow-list.
    #[serde(default)]
    pub headers: Map<String, Value>,
    /// The body where it is JSON.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "present"
    )]
    pub body: Option<Value>,
    /// The body where it is not JSON (or does not parse as such).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// There was a body, and it was not recorded.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub omitted: bool,
}

/// What was answered.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Response {
    /// HTTP status.
    pub status: u16,
    /// Headers, names in lower case, by allow-list.
    #[serde(default)]
    pub headers: Map<String, Value>,
    /// The body where it is JSON.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "present"
    )]
    pub body: Option<Value>,
    /// The body where it is not JSON (or does not parse as such). Neither `body` nor `text`: the
    /// body was empty, unless it was omitted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// There was a body, and it was not recorded.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub omitted: bool,
}

/// A body that is JSON `null` is a body, an absent one is none.
fn present<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Option<Value>, D::Error> {
    Value::deserialize(deserializer).map(Some)
}
