//! The members of HAR 1.2 that an exchange is read from.

use std::borrow::Cow;

use located::PositionsInString;
use serde::de::{self, IgnoredAny};
use serde::{Deserialize, Deserializer};
use serde_json::Value;
use serde_json::value::RawValue;

#[derive(Deserialize)]
pub(crate) struct Entry<'a> {
    #[serde(borrow)]
    pub(crate) request: HarRequest<'a>,
    #[serde(borrow)]
    pub(crate) response: HarResponse<'a>,
    /// Only the developer tools of the Chromium family write it.
    #[serde(rename = "_initiator")]
    pub(crate) initiator: Option<IgnoredAny>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct HarRequest<'a> {
    pub(crate) method: String,
    pub(crate) url: String,
    #[serde(default)]
    pub(crate) headers: Vec<Pair>,
    #[serde(default)]
    pub(crate) query_string: Vec<Pair>,
    #[serde(borrow)]
    pub(crate) post_data: Option<PostData<'a>>,
    #[serde(default)]
    pub(crate) body_size: Option<f64>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct HarResponse<'a> {
    pub(crate) status: i64,
    #[serde(default)]
    pub(crate) headers: Vec<Pair>,
    #[serde(borrow)]
    pub(crate) content: Option<Content<'a>>,
    #[serde(default)]
    pub(crate) body_size: Option<f64>,
}

#[derive(Deserialize)]
pub(crate) struct Pair {
    pub(crate) name: String,
    #[serde(default)]
    pub(crate) value: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct PostData<'a> {
    pub(crate) mime_type: Option<String>,
    #[serde(borrow)]
    pub(crate) text: Option<Text<'a>>,
    pub(crate) encoding: Option<String>,
    pub(crate) size: Option<f64>,
    #[serde(default)]
    pub(crate) params: Vec<Param>,
}

/// A field of a form. A browser may omit the content of a file.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Param {
    pub(crate) name: String,
    #[serde(default)]
    pub(crate) value: String,
    pub(crate) file_name: Option<String>,
    pub(crate) content_type: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Content<'a> {
    pub(crate) mime_type: Option<String>,
    #[serde(borrow)]
    pub(crate) text: Option<Text<'a>>,
    pub(crate) encoding: Option<String>,
    pub(crate) size: Option<f64>,
}

/// A body as a string.
pub(crate) enum Text<'a> {
    /// The raw JSON string in the file, with quotes and escapes. Most bodies are JSON, which is
    /// parsed from it directly.
    Written(&'a str),
    /// Built from the fields of a form.
    Made(String),
}

impl<'de: 'a, 'a> Deserialize<'de> for Text<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let written = <&RawValue>::deserialize(deserializer)?.get();
        match written.starts_with('"') {
            true => Ok(Text::Written(written)),
            // If it is no string, `serde_json` provides the error.
            false => match serde_json::from_str::<String>(written) {
                Ok(made) => Ok(Text::Made(made)),
                Err(error) => Err(de::Error::custom(error)),
            },
        }
    }
}

impl Text<'_> {
    pub(crate) fn is_empty(&self) -> bool {
        match self {
            Text::Written(written) => *written == "\"\"",
            Text::Made(made) => made.is_empty(),
        }
    }

    /// The string, if it has only characters of base64.
    pub(crate) fn base64(&self) -> Option<Cow<'_, str>> {
        let is_base64 = |c: u8| c.is_ascii_alphanumeric() || matches!(c, b'+' | b'/' | b'=');
        match self {
            Text::Written(written) => {
                let mut bytes = written.trim_matches('"').bytes();
                let plain = bytes.all(|c| is_base64(c) || c == b'\\');
                let string = plain.then(|| serde_json::from_str(written).ok())??;
                Some(Cow::Owned(string))
            }
            Text::Made(made) => made.bytes().all(is_base64).then_some(Cow::Borrowed(made)),
        }
    }

    /// The value and its positions, if it is JSON that can be parsed from the raw string; reuses
    /// the memory of `spare`.
    pub(crate) fn json(&self, spare: &mut Value) -> Option<(Value, PositionsInString)> {
        match self {
            Text::Written(written) => {
                let inside = written.strip_prefix('"')?.strip_suffix('"')?;
                located::json_in_string(inside, spare.take())
            }
            Text::Made(_) => None,
        }
    }

    pub(crate) fn string(self) -> serde_json::Result<String> {
        match self {
            Text::Written(written) => serde_json::from_str(written),
            Text::Made(made) => Ok(made),
        }
    }
}

impl Content<'_> {
    /// Whether there was a body that is not in the file, according to its size or the headers: a
    /// proxy that streams a large body writes an empty one.
    pub(crate) fn is_omitted(&self, headers: &[Pair]) -> bool {
        let length = || {
            header(headers, "content-length")?
                .trim()
                .parse::<f64>()
                .ok()
        };
        let has_length = |length: Option<f64>| length.is_some_and(|length| length > 0.0);
        self.text.as_ref().is_none_or(Text::is_empty)
            && (has_length(self.size) || has_length(length()))
    }
}

impl<'a> Entry<'a> {
    /// Parses an entry. The error says why it is none, and quotes no value.
    pub(crate) fn of(json: &'a str) -> Result<Self, String> {
        let mut json = serde_json::Deserializer::from_str(json);
        serde_path_to_error::deserialize(&mut json).map_err(|error| {
            let reason = located::unreadable("", error.inner()).reason;
            match error.path().to_string().as_str() {
                "." => no_entry(&reason),
                path => no_entry(&format!("at `{path}`: {reason}")),
            }
        })
    }

    pub(crate) fn texts(&mut self) -> impl Iterator<Item = &mut Text<'a>> {
        let sent = self.request.post_data.as_mut();
        let sent = sent.and_then(|data| data.text.as_mut());
        let received = self.response.content.as_mut();
        let received = received.and_then(|content| content.text.as_mut());
        sent.into_iter().chain(received)
    }
}

pub(crate) fn no_entry(reason: &str) -> String {
    format!("not an entry of HAR 1.2: {reason}")
}

/// Rejects other versions during parsing, while the line is known.
pub(crate) fn version_1<'de, D: Deserializer<'de>>(deserializer: D) -> Result<(), D::Error> {
    let version = String::deserialize(deserializer)?;
    if is_version_1(&version) {
        return Ok(());
    }
    Err(de::Error::custom("the version is not 1.x"))
}

/// An empty version means 1.1 (HAR 1.2, "log").
pub(crate) fn is_version_1(version: &str) -> bool {
    version.is_empty() || version == "1" || version.starts_with("1.")
}

/// The value of the first header with a name.
pub(crate) fn header<'h>(headers: &'h [Pair], name: &str) -> Option<&'h str> {
    let header = headers
        .iter()
        .find(|pair| pair.name.eq_ignore_ascii_case(name))?;
    Some(&header.value)
}
