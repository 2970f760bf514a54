//! The document as it was written, and its references followed.

use serde_json::{Map, Value};

use crate::pointer;
use crate::source::Source;

/// A parsed document together with its text, so that what is wrong in it can be shown in its place.
#[derive(Debug)]
pub(crate) struct Document {
    pub(crate) source: Source,
    pub(crate) value: Value,
}

/// A value and the pointer of the place where it finally stands.
#[derive(Debug, Clone)]
pub(crate) struct At<'d> {
    pub(crate) pointer: String,
    pub(crate) value: &'d Value,
}

impl Document {
    pub(crate) fn get(&self, pointer: &str) -> Option<&Value> {
        self.value.pointer(pointer)
    }

    /// The value at a pointer, references followed to the place where it is defined.
    pub(crate) fn resolve(&self, pointer: &str) -> anyhow::Result<At<'_>> {
        let mut pointer = pointer.to_owned();
        let mut passed = Vec::new();
        loop {
            let Some(value) = self.get(&pointer) else {
                return Err(self.error(&pointer, "there is nothing at this place"));
            };
            let Some(reference) = reference(value) else {
                return Ok(At { pointer, value });
            };
            let target = self.target(&pointer, reference)?;
            if passed.contains(&target) {
                return Err(self.error(
                    &pointer,
                    &format!("`$ref: {reference}` leads back to itself"),
                ));
            }
            passed.push(target.clone());
            pointer = target;
        }
    }

    fn target(&self, from: &str, reference: &str) -> anyhow::Result<String> {
        let Some(fragment) = reference.strip_prefix('#') else {
            return Err(self.error(
                from,
                &format!("`$ref: {reference}` leaves the document; bundle it into one file first"),
            ));
        };
        let target = percent_encoding::percent_decode_str(fragment)
            .decode_utf8_lossy()
            .into_owned();
        match self.get(&target) {
            Some(_) => Ok(target),
            None => Err(self.error(from, &format!("`$ref: {reference}` leads nowhere"))),
        }
    }

    /// The members of the object at a place; an error that says so where it is no object.
    pub(crate) fn object(&self, at: &At<'_>) -> anyhow::Result<&Map<String, Value>> {
        self.get(&at.pointer)
            .and_then(Value::as_object)
            .ok_or_else(|| self.error(&at.pointer, "an object is wanted here"))
    }

    /// An error at a place of the document.
    pub(crate) fn error(&self, pointer: &str, reason: &str) -> anyhow::Error {
        let file = self.source.file();
        let nearest = std::iter::successors(Some(pointer), |at| pointer::parent(at))
            .find_map(|at| self.source.place(at));
        match nearest {
            Some(place) => {
                anyhow::anyhow!(
                    "{file}:{}:{}: {reason} (at `{pointer}`)",
                    place.line,
                    place.column
                )
            }
            None => anyhow::anyhow!("{file}: {reason} (at `{pointer}`)"),
        }
    }
}

/// The text of a `$ref`, whose siblings OpenAPI 3.0 ignores.
pub(crate) fn reference(value: &Value) -> Option<&str> {
    value.get("$ref").and_then(Value::as_str)
}
