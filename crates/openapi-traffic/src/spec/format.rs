//! The formats that values are held against: those that OpenAPI 3.0.3 and the version of JSON
//! Schema that it builds on define, and `uuid`, which everybody writes.

use std::sync::LazyLock;

use base64::Engine as _;
use base64::alphabet::STANDARD;
use base64::engine::{GeneralPurpose, general_purpose::PAD};
use jsonschema::{Draft, Validator};
use serde_json::{Value, json};

/// What becomes of a format.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Format {
    /// Texts are held against it.
    Asserted,
    /// An integer between two bounds.
    Integer(i64, i64),
    /// It says how a value is meant and asks nothing of it.
    Hint,
    /// Neither standard defines it: what it asks is not known.
    Unknown,
}

impl Format {
    pub(crate) fn of(name: &str) -> Self {
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

/// A URI or a relative reference (RFC 3986), which later drafts call `uri-reference`.
pub(crate) fn is_uri_reference(text: &str) -> bool {
    static LATER: LazyLock<Option<Validator>> = LazyLock::new(|| {
        let options = jsonschema::options().with_draft(Draft::Draft7);
        let schema = json!({"format": "uri-reference"});
        options.should_validate_formats(true).build(&schema).ok()
    });
    let is_valid = |validator: &Validator| validator.is_valid(&Value::from(text));
    LATER.as_ref().is_none_or(is_valid)
}

/// RFC 4648, section 4, also in lines, as RFC 2045 writes it.
pub(crate) fn is_base64(text: &str) -> bool {
    let text: String = text
        .chars()
        .filter(|it| !matches!(it, '\r' | '\n'))
        .collect();
    GeneralPurpose::new(&STANDARD, PAD).decode(text).is_ok()
}

#[cfg(test)]
mod tests {
    use located::openapi::is_uuid;

    use super::is_base64;

    /// The test vectors of RFC 4648, section 10, and what is none by its sections 3.1 to 3.5.
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

    /// Examples of RFC 9562, of which upper case is read as lower.
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
