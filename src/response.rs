//! A response of the server, whole, and what its body decodes to.

use reqwest::StatusCode;
use reqwest::header::{CONTENT_TYPE, HeaderMap};
use serde::de::DeserializeOwned;

/// A response of the server, whole.
pub(crate) struct Response {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Vec<u8>,
}

impl Response {
    /// The body as a value, or why it is none: where it is wrong, and never what was there.
    pub(crate) fn decode<T: DeserializeOwned>(&self) -> Result<T, String> {
        let mut json = serde_json::Deserializer::from_slice(&self.body);
        let decoded = serde_path_to_error::deserialize(&mut json)
            .map_err(|error| explain(&error.path().to_string(), error.inner()))
            .and_then(|value| {
                json.end()
                    .map(|()| value)
                    .map_err(|error| explain("", &error))
            });
        decoded.map_err(|reason| {
            if self.headers.contains_key("content-encoding") {
                format!("{reason}; the body is compressed, which was not asked for")
            } else {
                reason
            }
        })
    }

    /// The media type, where it is one that an error may name.
    pub(crate) fn media_type(&self) -> &'static str {
        let Some(value) = self.headers.get(CONTENT_TYPE) else {
            return "no content type";
        };
        let essence = value
            .to_str()
            .unwrap_or_default()
            .split(';')
            .next()
            .unwrap_or_default()
            .trim();
        MEDIA_TYPES
            .into_iter()
            .find(|known| known.eq_ignore_ascii_case(essence))
            .unwrap_or("another content type")
    }
}

/// Media types that an error names; any other header value is a text from outside that an error
/// does not repeat.
const MEDIA_TYPES: [&str; 6] = [
    "application/json",
    "application/octet-stream",
    "application/xml",
    "text/html",
    "text/plain",
    "text/xml",
];

/// serde quotes values, so only what it says of positions and of missing properties is used: the
/// latter are our own names.
fn explain(path: &str, error: &serde_json::Error) -> String {
    let place = if path.is_empty() || path == "." {
        String::new()
    } else {
        format!(" at `{path}`")
    };
    match error.classify() {
        serde_json::error::Category::Data => {
            let text = error.to_string();
            let missing = text
                .strip_prefix("missing field `")
                .and_then(|rest| rest.split('`').next());
            match missing {
                Some(name) => format!("the answer lacks the property `{name}`{place}"),
                None => format!("the answer has a value of another kind than expected{place}"),
            }
        }
        serde_json::error::Category::Eof => format!(
            "the answer ends too early, at line {} column {}",
            error.line(),
            error.column()
        ),
        _ => format!(
            "the answer is not JSON that can be read, at line {} column {}",
            error.line(),
            error.column()
        ),
    }
}
