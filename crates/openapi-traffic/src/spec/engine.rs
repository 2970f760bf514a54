//! How the JSON Schema engine is set up for the lowered document.

use jsonschema::{Keyword, ValidationError, ValidationOptions};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC};
use serde_json::Value;

/// What the lowered document is called among the schemas.
pub(super) const URI: &str = "urn:lowered";
/// What a pointer cannot have in the fragment of a URI.
pub(super) const ESCAPED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'/')
    .remove(b'~')
    .remove(b'-')
    .remove(b'_')
    .remove(b'.');

pub(super) fn options<'r>() -> ValidationOptions<'r> {
    openapi_formats::options().with_keyword(INTEGER, |_, nullable, _| {
        Ok(Box::new(Integer {
            nullable: nullable == &Value::Bool(true),
        }))
    })
}

/// What `type: integer` is lowered to; its value is whether null is allowed too.
pub(crate) const INTEGER: &str = "x-integer";

/// Numbers without fraction and exponent, as the draft says, also those beyond 64 bits: they are
/// read as floating-point numbers, as is `-0`. The engine's own `type` takes them for no integers.
struct Integer {
    nullable: bool,
}

impl<'i> Keyword<'i> for Integer {
    /// The message of the error is what was expected.
    fn validate(&self, value: &'i Value) -> Result<(), ValidationError<'i>> {
        match (self.is_valid(value), self.nullable) {
            (true, _) => Ok(()),
            (false, false) => Err(ValidationError::custom("integer")),
            (false, true) => Err(ValidationError::custom("integer or null")),
        }
    }

    fn is_valid(&self, value: &'i Value) -> bool {
        is_integer(value) || (self.nullable && value.is_null())
    }
}

/// Whether a number is an integer. Beyond 64 bits, how it was written is not known any more: each
/// such number is one by its value, and counts as one (`1e400`).
fn is_integer(value: &Value) -> bool {
    const BEYOND: f64 = 9_223_372_036_854_775_808.0;
    match value.as_f64() {
        Some(float) if value.is_f64() => {
            float.abs() >= BEYOND || (float == 0.0 && float.is_sign_negative())
        }
        number => number.is_some(),
    }
}
