//! A parsed document: a source together with its value.

use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::{Error, Source};

/// A parsed document: its value, and its source for the places in errors.
#[derive(Debug)]
pub struct Document {
    source: Source,
    value: Value,
}

impl Document {
    /// Parses a source.
    ///
    /// ```
    /// use located::{Document, Source};
    ///
    /// let document = Document::parse(Source::new("a.yaml", "a: [1, 2]\n".to_owned()))?;
    /// assert_eq!(document.value()["a"][1], 2);
    /// # Ok::<(), located::Error>(())
    /// ```
    ///
    /// # Errors
    /// As [`Source::value`].
    pub fn parse(source: Source) -> Result<Self, Error> {
        let value = source.value()?;
        Ok(Document { source, value })
    }

    /// The source that it was parsed from.
    pub fn source(&self) -> &Source {
        &self.source
    }

    /// The whole value.
    pub fn value(&self) -> &Value {
        &self.value
    }

    /// An error at the value at a JSON pointer; if there is no such value, at the nearest one
    /// around it.
    pub fn error(&self, pointer: &str, reason: impl AsRef<str>) -> Error {
        self.source.error_at(pointer, reason.as_ref())
    }

    /// Deserializes the document.
    ///
    /// ```
    /// use std::collections::BTreeMap;
    ///
    /// use located::{Document, Source};
    ///
    /// let document = Document::parse(Source::new("a.yaml", "a: 1\nb: many\n".to_owned()))?;
    /// let error = document.typed::<BTreeMap<String, u8>>().unwrap_err().to_string();
    /// assert!(error.starts_with("a.yaml:2:1: at `b`: invalid type"), "{error}");
    /// # Ok::<(), located::Error>(())
    /// ```
    ///
    /// # Errors
    /// The value does not have the type. Says file, line, column, the path in the document and the
    /// reason, which may quote the value.
    pub fn typed<T: DeserializeOwned>(&self) -> Result<T, Error> {
        serde_path_to_error::deserialize(&self.value).map_err(|error| {
            let reason = format!("at `{}`: {}", error.path(), error.inner());
            self.error(&pointer_of(error.path()), reason)
        })
    }
}

fn pointer_of(path: &serde_path_to_error::Path) -> String {
    use serde_path_to_error::Segment;
    path.iter()
        .fold(String::new(), |at, segment| match segment {
            Segment::Seq { index } => format!("{at}/{index}"),
            Segment::Map { key } => crate::pointer::join(&at, key),
            Segment::Enum { .. } | Segment::Unknown => at,
        })
}
