//! Validates the formats of OpenAPI 3.0: those that OpenAPI 3.0.3 and its version of JSON Schema
//! define, and `uuid`, which is in common use.
//!
//! ```
//! use openapi_formats::{Format, options};
//! use serde_json::json;
//!
//! let validator = options().build(&json!({ "type": "string", "format": "byte" }))?;
//! assert!(validator.is_valid(&json!("Zm9v")));
//! assert!(!validator.is_valid(&json!("Zm9")));
//!
//! assert_eq!(Format::of("byte"), Format::Asserted);
//! assert_eq!(Format::of("password"), Format::Hint);
//! assert_eq!(Format::of("colour"), Format::Unknown);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! In reading order: [`Format`] classifies a format; [`options`] configures the engine to validate
//! strings. The caller must lower integer formats to `minimum` and `maximum`, because the engine
//! does not validate formats of numbers.

use std::sync::LazyLock;

use base64::Engine as _;
use base64::alphabet::STANDARD;
use base64::engine::{GeneralPurpose, general_purpose::PAD};
use jsonschema::{Draft, ValidationOptions, Validator};
use serde_json::{Value, json};

/// How a format is validated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// Strings are validated against it.
    Asserted,
    /// An integer between two bounds.
    Integer(i64, i64),
    /// It is only a hint, and any value is valid.
    Hint,
    /// Neither standard defines it, so it is not validated.
    Unknown,
}

impl Format {
    /// The format with this name.
    pub fn of(name: &str) -> Self {
        match name {
            "date" | "date-time" | "email" | "hostname" | "ipv4" | "ipv6" | "uri" | "uriref"
            | "uuid" | "byte" => Format::Asserted,
            "int32" => Format::Integer(i32::MIN.into(), i32::MAX.into()),
            "int64" => Format::Integer(i64::MIN, i64::MAX),
            "float" | "double" | "binary" | "password" => Format::Hint,
            _ => Format::Unknown,
        }
    }
}

/// The options of the engine for the draft that OpenAPI 3.0 is based on, with the asserted formats.
pub fn options<'r>() -> ValidationOptions<'r> {
    jsonschema::options()
        .with_draft(Draft::Draft4)
        .should_validate_formats(true)
        .with_format("uuid", is_uuid)
        .with_format("byte", is_base64)
        .with_format("uriref", is_uri_reference)
}

/// RFC 9562: 32 hexadecimal digits in groups of 8, 4, 4, 4 and 12.
fn is_uuid(text: &str) -> bool {
    text.len() == 36
        && text.bytes().enumerate().all(|(at, byte)| match at {
            8 | 13 | 18 | 23 => byte == b'-',
            _ => byte.is_ascii_hexdigit(),
        })
}

/// A URI or a relative reference (RFC 3986), which later drafts call `uri-reference`.
fn is_uri_reference(text: &str) -> bool {
    static LATER: LazyLock<Option<Validator>> = LazyLock::new(|| {
        let options = jsonschema::options().with_draft(Draft::Draft7);
        let schema = json!({"format": "uri-reference"});
        options.should_validate_formats(true).build(&schema).ok()
    });
    let is_valid = |validator: &Validator| validator.is_valid(&Value::from(text));
    LATER.as_ref().is_none_or(is_valid)
}

/// RFC 4648, section 4, with line breaks allowed (RFC 2045).
fn is_base64(text: &str) -> bool {
    let text: String = text
        .chars()
        .filter(|it| !matches!(it, '\r' | '\n'))
        .collect();
    GeneralPurpose::new(&STANDARD, PAD).decode(text).is_ok()
}

#[cfg(test)]
mod tests {
    use super::{is_base64, is_uuid};

    /// The test vectors of RFC 4648, section 10, and strings that its sections 3.1 to 3.5 reject.
    #[test]
    fn base64_is_that_of_rfc_4648() {
        for text in [
            "",
            "Zg==",
            "Zm8=",
            "Zm9v",
            "Zm9vYg==",
            "Zm9vYmE=",
            "Zm9vYmFy",
            "+/+/",
            "Zm9v\r\nYmFy",
        ] {
            assert!(is_base64(text), "{text:?}");
        }
        for text in [
            "Zg", "Zg=", "Z", "Zm9v!", "-_-_", "Zm 9v", "Zh==", "Zg==Zg==",
        ] {
            assert!(!is_base64(text), "{text:?}");
        }
    }

    /// Examples of RFC 9562; upper case is allowed.
    #[test]
    fn uuids_are_those_of_rfc_9562() {
        for text in [
            "f81d4fae-7dec-11d0-a765-00a0c91e6bf6",
            "00000000-0000-0000-0000-000000000000",
            "C232AB00-9414-11EC-B3C8-9F6BDECED846",
        ] {
            assert!(is_uuid(text), "{text:?}");
        }
        for text in [
            "",
            "f81d4fae7dec11d0a76500a0c91e6bf6",
            "f81d4fae-7dec-11d0-a765-00a0c91e6bfg",
            "{f81d4fae-7dec-11d0-a765-00a0c91e6bf6}",
            "f81d4fae-7dec-11d0-a765-00a0c91e6bf",
            "urn:uuid:f81d4fae-7dec-11d0-a765-00a0c91e6bf6",
        ] {
            assert!(!is_uuid(text), "{text:?}");
        }
    }
}
