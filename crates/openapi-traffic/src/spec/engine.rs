//! Configuration of the JSON Schema engine for the lowered document.

use jsonschema::{Keyword, ValidationError, ValidationOptions};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC};
use serde_json::Value;

/// The URI of the lowered document.
pub(super) const URI: &str = "urn:lowered";
/// The characters of a pointer that must be encoded in the fragment of a URI.
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

/// The keyword that replaces `type: integer`; its value says whether null is allowed too.
pub(crate) const INTEGER: &str = "x-integer";

/// Accepts numbers without fraction and exponent, as the draft says. Those beyond 64 bits, and
/// `-0`, are parsed as floating-point numbers, which the engine's own `type` does not accept as
/// integers.
struct Integer {
    nullable: bool,
}

impl<'i> Keyword<'i> for Integer {
    /// The message of the error names the expected type.
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

/// Whether a number is an integer. Beyond 64 bits the original spelling is lost; every such number
/// has an integer value and counts as one (`1e400`).
fn is_integer(value: &Value) -> bool {
    const BEYOND: f64 = 9_223_372_036_854_775_808.0;
    match value.as_f64() {
        Some(float) if value.is_f64() => {
            float.abs() >= BEYOND || (float == 0.0 && float.is_sign_negative())
        }
        number => number.is_some(),
    }
}
