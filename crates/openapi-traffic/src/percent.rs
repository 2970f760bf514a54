//! Decodes percent-encoded text.

use percent_encoding::percent_decode_str;

/// Decodes a percent-encoded string.
pub(crate) fn decode(text: &str) -> String {
    percent_decode_str(text).decode_utf8_lossy().into_owned()
}

/// The same where `+` is a space, as in queries and forms.
pub(crate) fn decode_form(text: &str) -> String {
    decode(&text.replace('+', " "))
}
