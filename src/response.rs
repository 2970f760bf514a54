//! A response of the server, whole, and what its body decodes to.

use std::cell::Cell;

use reqwest::StatusCode;
use reqwest::header::{CONTENT_TYPE, HeaderMap};
use serde_json::error::Category;

use crate::server_message::ServerMessage;
use crate::values::lenient::{Body, MISSING, TOO_MANY, UNREADABLE};

/// A response of the server, whole.
#[derive(Clone)]
pub(crate) struct Response {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Vec<u8>,
}

/// Why a body of a success is none that was asked for.
pub(crate) enum Undecoded {
    /// It is the service's own error message, under a status of success.
    Refused,
    /// What is wrong, and where; never what was there. And what to do.
    Malformed {
        reason: String,
        advice: &'static str,
    },
}

impl Response {
    /// The body as JSON text, without the byte order mark that PHP files easily put before it.
    pub(crate) fn json(&self) -> &[u8] {
        self.body
            .strip_prefix(b"\xef\xbb\xbf")
            .unwrap_or(&self.body)
    }

    /// The body as a value; a list has at most `most` items. One event says which fields could not
    /// be read.
    pub(crate) fn decode<T: Body>(
        &self,
        operation: &'static str,
        most: usize,
    ) -> Result<T, Undecoded> {
        let value: T = self.read(most).map_err(|malformed| {
            // A message of the service where a value was expected is an error, whatever the status.
            match ServerMessage::read(self.json(), &[]) {
                Some(_) => Undecoded::Refused,
                None => malformed,
            }
        })?;
        let fields = value.unreadable();
        if !fields.is_empty() {
            let fields = fields.into_iter().collect::<Vec<_>>().join(" ");
            tracing::warn!(operation, fields, "values did not fit their fields");
        }
        Ok(value)
    }

    fn read<T: Body>(&self, most: usize) -> Result<T, Undecoded> {
        let json = str::from_utf8(self.json()).map_err(|error| Undecoded::Malformed {
            reason: format!(
                "the response is not JSON: it is not UTF-8 from byte {} on{}",
                error.valid_up_to(),
                self.coded()
            ),
            advice: "",
        })?;
        let read = Cell::new(0);
        let mut json = serde_json::Deserializer::from_str(json);
        T::from_body(&mut json, most, &read)
            .and_then(|value| json.end().map(|()| value))
            .map_err(|error| {
                let (reason, advice) = self.explain(&error, read.get(), most);
                Undecoded::Malformed { reason, advice }
            })
    }

    fn coded(&self) -> &'static str {
        match self.headers.contains_key("content-encoding") {
            true => "; the body is compressed, which was not asked for",
            false => "",
        }
    }

    /// What is wrong, and what to do. serde quotes values, so only what it says of positions is
    /// used, and messages of our own.
    fn explain(
        &self,
        error: &serde_json::Error,
        read: usize,
        most: usize,
    ) -> (String, &'static str) {
        let said = error.to_string();
        let first = self.json().trim_ascii_start().first();
        let of_item = |name: &str| {
            // An object alone stands for a list of one.
            let name = name.split(" at line ").next().unwrap_or_default();
            match first {
                Some(b'[') => format!("`[{read}].{name}`"),
                _ => format!("`{name}`"),
            }
        };
        if said.starts_with(TOO_MANY) {
            return (
                format!(
                    "the response has more than {most} trunks, the client's limit for one response"
                ),
                "Read in pages with `stream`, or raise `ClientBuilder::max_trunks`",
            );
        }
        if first == Some(&b'<') {
            return (
                format!(
                    "the response is a web page ({}) and not JSON",
                    self.media_type()
                ),
                "A portal, a proxy or a login page answered; is this the API host?",
            );
        }
        let coded = self.coded();
        let (line, column) = (error.line(), error.column());
        let reason = if let Some(name) = said.strip_prefix(MISSING) {
            format!("the response lacks the field {}", of_item(name))
        } else if let Some(name) = said.strip_prefix(UNREADABLE) {
            format!("the response has an unexpected type at {}", of_item(name))
        } else {
            match (error.classify(), first) {
                (_, None) => "the response has no body".to_owned(),
                (Category::Eof, _) => {
                    format!("the response ends too early, at line {line} column {column}{coded}")
                }
                (Category::Data, Some(b'[')) => {
                    format!("the response has an unexpected type at `[{read}]`")
                }
                (Category::Data, _) => "the response has an unexpected type".to_owned(),
                _ => format!(
                    "the response is no JSON that can be read ({}), at line {line} column \
                     {column}{coded}",
                    self.media_type()
                ),
            }
        };
        (reason, "")
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
