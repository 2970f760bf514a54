//! Strings that are not printed.

use std::fmt;

use serde::de::{Error, Visitor};
use serde::{Deserialize, Deserializer, Serialize};
use zeroize::Zeroizing;

/// A secret in clear text: an API key or a SIP password.
///
/// `Debug` shows `Secret(***)`, there is no `Display`, and the memory is zeroed on drop. It
/// serializes as the plain string, since a password has to be sent.
///
/// ```
/// use netsapiens_connections::Secret;
///
/// let password = Secret::from("correct horse");
/// assert_eq!(format!("{password:?}"), "Secret(***)");
/// assert_eq!(password.expose_secret(), "correct horse");
/// ```
#[derive(Clone, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Secret(Zeroizing<String>);

impl Secret {
    /// The plain string. Keep it out of logs.
    pub fn expose_secret(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(***)")
    }
}

impl From<String> for Secret {
    fn from(text: String) -> Self {
        Self(Zeroizing::new(text))
    }
}

impl From<&str> for Secret {
    fn from(text: &str) -> Self {
        text.to_owned().into()
    }
}

/// Not derived, since the error for a number would quote the number. Formats that are asked for a
/// string quote it too, so any value is accepted first.
impl<'de> Deserialize<'de> for Secret {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match deserializer.is_human_readable() {
            true => deserializer.deserialize_any(Text),
            false => deserializer.deserialize_string(Text),
        }
    }
}

struct Text;

impl Text {
    fn refuse<E: Error>() -> Result<Secret, E> {
        Err(E::custom("a secret has to be a string"))
    }
}

impl Visitor<'_> for Text {
    type Value = Secret;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a string")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Secret, E> {
        Ok(text.into())
    }

    fn visit_string<E: Error>(self, text: String) -> Result<Secret, E> {
        Ok(text.into())
    }

    fn visit_bool<E: Error>(self, _: bool) -> Result<Secret, E> {
        Self::refuse()
    }

    fn visit_i64<E: Error>(self, _: i64) -> Result<Secret, E> {
        Self::refuse()
    }

    fn visit_i128<E: Error>(self, _: i128) -> Result<Secret, E> {
        Self::refuse()
    }

    fn visit_u64<E: Error>(self, _: u64) -> Result<Secret, E> {
        Self::refuse()
    }

    fn visit_u128<E: Error>(self, _: u128) -> Result<Secret, E> {
        Self::refuse()
    }

    fn visit_f64<E: Error>(self, _: f64) -> Result<Secret, E> {
        Self::refuse()
    }
}
