//! A recorded exchange: one JSON file, the bodies nested as JSON in the order in which their keys
//! came.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use located::Source;

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

    /// The recording that a file holds, from its JSON and the members whose key came twice in it.
    ///
    /// # Errors
    /// Says file, line, column and reason.
    pub fn of(source: &Source, json: Value, repeated: Vec<String>) -> anyhow::Result<Self> {
        let recording = match Self::new(json, repeated) {
            Ok(recording) => recording,
            // Read from the text once more, for the place.
            Err(error) => {
                let error = serde_json::from_str::<Self>(source.text())
                    .err()
                    .unwrap_or(error);
                return Err(source.json_error("a recording", &error).into());
            }
        };
        if recording.format != FORMAT {
            let reason = format!("format {} is not known, only {FORMAT}", recording.format);
            return Err(source.error_at("/format", &reason).into());
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
    /// What was replaced before the file was written.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub redacted: Vec<Redaction>,
    /// Finding codes that judging this exchange must give (only for exchanges that must be
    /// refused).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub expect: Vec<String>,
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
    /// body was empty.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
}

/// A body that is JSON `null` is a body, an absent one is none.
fn present<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Option<Value>, D::Error> {
    Value::deserialize(deserializer).map(Some)
}
