//! The document as it was written, and its references followed.

use located::Error;
use located::openapi::reference;
use serde_json::{Map, Value};

/// A document whose references can be followed.
#[derive(Debug)]
pub(crate) struct Document(pub(crate) located::Document);

/// A value and the pointer of the place where it finally stands.
#[derive(Debug, Clone)]
pub(crate) struct At<'d> {
    pub(crate) pointer: String,
    pub(crate) value: &'d Value,
}

impl Document {
    pub(crate) fn get(&self, pointer: &str) -> Option<&Value> {
        self.0.value().pointer(pointer)
    }

    /// The value at a pointer, references followed to the place where it is defined.
    pub(crate) fn resolve(&self, pointer: &str) -> Result<At<'_>, Error> {
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

    /// The value that a value finally refers to, itself where it is no reference; none where that
    /// leads nowhere.
    pub(crate) fn follow<'d>(&'d self, value: &'d Value) -> Option<&'d Value> {
        match reference(value) {
            None => Some(value),
            Some(reference) => {
                let target = self.target("", reference).ok()?;
                Some(self.resolve(&target).ok()?.value)
            }
        }
    }

    fn target(&self, from: &str, reference: &str) -> Result<String, Error> {
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
    pub(crate) fn object(&self, at: &At<'_>) -> Result<&Map<String, Value>, Error> {
        self.get(&at.pointer)
            .and_then(Value::as_object)
            .ok_or_else(|| self.error(&at.pointer, "an object is wanted here"))
    }

    /// An error at a place of the document.
    pub(crate) fn error(&self, pointer: &str, reason: &str) -> Error {
        self.0.error(pointer, format!("{reason} (at `{pointer}`)"))
    }
}
