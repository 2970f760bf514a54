//! A file format for recorded HTTP exchanges: one request and its response in one JSON file, made
//! to be read, edited and reviewed by people.
//!
//! JSON bodies are nested, with their keys in the original order. The file states how strong it is
//! as evidence ([`Origin`]) and what was redacted in it ([`Redaction`]).
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
//! In reading order: [`Recording`] with its parts; [`header()`] and [`text()`] read a header,
//! [`media_type`] a media type; [`encode`] encodes a value for a path; [`walk`] lists a folder of
//! recordings, [`files`] only the recordings in it; [`Placement`] chooses the file for a new one.

pub mod media_type;
mod placement;
mod walk;

use located::{Error, Source};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

pub use placement::{Placed, Placement, Unplaced, slug};
pub use walk::{Found, Kind, Unread, files, walk};

/// The only format version; a file with another one is rejected.
pub const FORMAT: u32 = 1;

/// One request and its response.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Recording {
    /// [`FORMAT`].
    pub format: u32,
    /// Where the exchange comes from and what was replaced in it.
    pub meta: Meta,
    /// The request.
    pub request: Request,
    /// The response.
    pub response: Response,
    /// JSON pointers of members with a duplicate key. The last duplicate is kept; a recording
    /// cannot hold both.
    #[serde(skip)]
    pub repeated: Vec<String>,
}

/// Percent-encodes a value for a path or query, as `encodeURIComponent` does.
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

/// The value of a parameter or header as a string: a recording written by hand may have a number
/// instead of its digits.
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

/// The value of a header; the case of its name does not matter.
///
/// ```
/// let headers = serde_json::json!({"Content-Type": "text/csv"});
/// let headers = headers.as_object().expect("an object");
/// assert_eq!(http_recording::header(headers, "content-type").expect("a header"), "text/csv");
/// assert_eq!(http_recording::header(headers, "etag"), None);
/// ```
pub fn header<'h>(headers: &'h Map<String, Value>, name: &str) -> Option<&'h Value> {
    let mut all = headers.iter();
    let found = all.find(|(known, _)| known.eq_ignore_ascii_case(name));
    found.map(|(_, value)| value)
}

impl Recording {
    /// A recording of an exchange, with nothing noted.
    ///
    /// ```
    /// use http_recording::{Origin, Recording, Request, Response};
    ///
    /// let request = Request { method: "GET".into(), path: "/users".into(), ..Default::default() };
    /// let response = Response { status: 204, ..Default::default() };
    /// let recording = Recording::from_exchange(Origin::Captured, request, response);
    /// assert!(recording.meta.redacted.is_empty());
    /// ```
    pub fn from_exchange(origin: Origin, request: Request, response: Response) -> Self {
        Self {
            format: FORMAT,
            meta: Meta {
                origin,
                note: String::new(),
                after: None,
                excerpt: Vec::new(),
                redacted: Vec::new(),
                expect: Vec::new(),
            },
            request,
            response,
            repeated: Vec::new(),
        }
    }

    /// A recording from its JSON, with the pointers of members with a duplicate key.
    ///
    /// # Errors
    /// The JSON is no recording.
    pub fn new(mut json: Value, repeated: Vec<String>) -> serde_json::Result<Self> {
        // Bodies are moved out first: deserializing them with the rest would copy them.
        let mut body_of = |side: &str| json.get_mut(side)?.as_object_mut()?.swap_remove("body");
        let (sent, received) = (body_of("request"), body_of("response"));
        let mut recording = Self {
            repeated,
            ..Self::deserialize(json)?
        };
        recording.request.body = sent;
        recording.response.body = received;
        Ok(recording)
    }

    /// Parses the recording in a file.
    ///
    /// # Errors
    /// As [`Self::of`], and if the file is not JSON.
    pub fn read(source: &Source) -> Result<Self, Error> {
        let (json, repeated) = source.json()?;
        Self::of(source, json, repeated)
    }

    /// The recording in a file, from its JSON and the pointers of members with a duplicate key.
    ///
    /// # Errors
    /// It is no recording, or has another format version. Says file, line, column and reason, and
    /// quotes no value.
    pub fn of(source: &Source, json: Value, repeated: Vec<String>) -> Result<Self, Error> {
        let recording = Self::new(json, repeated).map_err(|error| {
            // Parsed again from the text, for the place.
            let again = serde_json::from_str::<Self>(source.text()).err();
            let error = again.filter(|it| it.is_data()).unwrap_or(error);
            source.json_error("a recording", &error)
        })?;
        if recording.format != FORMAT {
            let reason = format!(
                "format {} is not supported, only {FORMAT}",
                recording.format
            );
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
    /// What a reader should know, in one or two sentences.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub note: String,
    /// The recording of the preceding exchange in the same session: a path relative to the folder
    /// of this file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<String>,
    /// The messages whose body is an excerpt: members or items were left out. What is missing in an
    /// excerpt is neither a finding nor counted as absent.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub excerpt: Vec<Part>,
    /// The values that were redacted.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub redacted: Vec<Redaction>,
    /// The finding codes that validation must produce; makes the recording a negative example.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub expect: Vec<String>,
}

/// One of the two messages of an exchange.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Part {
    /// The request.
    Request,
    /// The response.
    Response,
}

/// How strong a recording is as evidence.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Origin {
    /// Recorded from a real server, customer values redacted.
    Captured,
    /// Quoted first-hand by somebody who called a production server.
    Reported,
    /// An example in the vendor's documentation.
    Documented,
    /// Made up, because nothing real is known.
    Synthetic,
}

/// One redacted value.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Redaction {
    /// JSON pointer into the recording.
    pub at: String,
    /// Name of the rule that replaced it.
    pub rule: String,
}

/// The request of an exchange.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
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
    /// The body, if it is JSON.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "present"
    )]
    pub body: Option<Value>,
    /// The body, if it is not JSON or does not parse as JSON.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// There was a body, and it was not recorded.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub omitted: bool,
}

/// The response of an exchange.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Response {
    /// HTTP status.
    pub status: u16,
    /// Headers, names in lower case, by allow-list.
    #[serde(default)]
    pub headers: Map<String, Value>,
    /// The body, if it is JSON.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "present"
    )]
    pub body: Option<Value>,
    /// The body, if it is not JSON or does not parse as JSON. Without `body` and `text`, the body
    /// was empty, unless it was omitted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// There was a body, and it was not recorded.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub omitted: bool,
}

/// Distinguishes a body that is JSON `null` from an absent one.
fn present<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Option<Value>, D::Error> {
    Value::deserialize(deserializer).map(Some)
}
