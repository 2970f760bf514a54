//! A complete response of the server, and decoding its body.

use std::cell::Cell;

use reqwest::StatusCode;
use reqwest::header::{CONTENT_TYPE, HeaderMap};
use serde_json::error::Category;

use crate::server_message::ServerMessage;
use crate::values::lenient::{Body, MISSING, TOO_MANY, UNREADABLE};

/// A complete response of the server.
#[derive(Clone)]
pub(crate) struct Response {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Vec<u8>,
}

/// Why the body of a 2xx response could not be decoded.
pub(crate) enum Undecoded {
    /// It is an error message of the service.
    Refused,
    /// `reason` says what is wrong and where, and never quotes the body; `advice` what to do.
    Malformed {
        reason: String,
        advice: &'static str,
    },
}

/// A body without the byte order mark that some PHP programs send before the JSON.
pub(crate) fn without_mark(body: &[u8]) -> &[u8] {
    body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(body)
}

impl Response {
    pub(crate) fn json(&self) -> &[u8] {
        without_mark(&self.body)
    }

    /// Decodes the body; a list may have at most `max` items. Logs one event with the fields whose
    /// values have an unexpected type.
    pub(crate) fn decode<T: Body>(
        &self,
        operation: &'static str,
        max: usize,
    ) -> Result<T, Undecoded> {
        let value: T = self.read(max).map_err(|malformed| {
            // A message of the service where a value was expected is an error, whatever the status.
            match ServerMessage::read(self.json(), &[]) {
                Some(_) => Undecoded::Refused,
                None => malformed,
            }
        })?;
        let fields = value.unreadable();
        if !fields.is_empty() {
            let fields = fields.into_iter().collect::<Vec<_>>().join(" ");
            tracing::warn!(operation, fields, "values of an unexpected type");
        }
        Ok(value)
    }

    fn read<T: Body>(&self, max: usize) -> Result<T, Undecoded> {
        let json = str::from_utf8(self.json()).map_err(|error| Undecoded::Malformed {
            reason: format!(
                "the response is not JSON: it is not UTF-8 from byte {} on{}",
                error.valid_up_to(),
                self.compression_note()
            ),
            advice: "",
        })?;
        let read = Cell::new(0);
        let mut json = serde_json::Deserializer::from_str(json);
        T::from_body(&mut json, max, &read)
            .and_then(|value| json.end().map(|()| value))
            .map_err(|error| {
                let (reason, advice) = self.explain(&error, read.get(), max);
                Undecoded::Malformed { reason, advice }
            })
    }

    fn compression_note(&self) -> &'static str {
        match self.headers.contains_key("content-encoding") {
            true => "; the body is compressed, which was not requested",
            false => "",
        }
    }

    /// What is wrong, and what to do. serde's messages quote values, so only their positions are
    /// used, and messages that this crate wrote.
    fn explain(
        &self,
        error: &serde_json::Error,
        read: usize,
        max: usize,
    ) -> (String, &'static str) {
        let message = error.to_string();
        let first = self.json().trim_ascii_start().first();
        let of_item = |name: &str| {
            // A single object stands for a list of one.
            let name = name.split(" at line ").next().unwrap_or_default();
            match first {
                Some(b'[') => format!("`[{read}].{name}`"),
                _ => format!("`{name}`"),
            }
        };
        if message.starts_with(TOO_MANY) {
            return (
                format!(
                    "the response has more than {max} trunks, the client's limit for one response"
                ),
                "Read page by page with `stream`, or raise `ClientBuilder::max_trunks`",
            );
        }
        if first == Some(&b'<') {
            return (
                format!(
                    "the response is a web page ({}) and not JSON",
                    self.media_type()
                ),
                "A portal, a proxy or a login page responded; is this the API host?",
            );
        }
        let note = self.compression_note();
        let (line, column) = (error.line(), error.column());
        let reason = if let Some(name) = message.strip_prefix(MISSING) {
            format!("the response lacks the field {}", of_item(name))
        } else if let Some(name) = message.strip_prefix(UNREADABLE) {
            format!("the response has an unexpected type at {}", of_item(name))
        } else {
            match (error.classify(), first) {
                (_, None) => "the response has no body".to_owned(),
                (Category::Eof, _) => {
                    format!("the response ends too early, at line {line} column {column}{note}")
                }
                (Category::Data, Some(b'[')) => {
                    format!("the response has an unexpected type at `[{read}]`")
                }
                (Category::Data, _) => "the response has an unexpected type".to_owned(),
                _ => format!(
                    "the response is not valid JSON ({}), at line {line} column \
                     {column}{note}",
                    self.media_type()
                ),
            }
        };
        (reason, "")
    }

    /// The media type, if it is one that an error may name.
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

/// Media types that an error names. Any other comes from outside, and an error does not quote it.
const MEDIA_TYPES: [&str; 6] = [
    "application/json",
    "application/octet-stream",
    "application/xml",
    "text/html",
    "text/plain",
    "text/xml",
];
