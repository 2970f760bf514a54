//! Times as servers send them.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A time, kept as the string that was received.
///
/// Servers send RFC 3339 (captured). The vendor's own examples also have `YYYY-MM-DD HH:MM:SS`
/// without an offset and the impossible `0000-00-00T00:00:00+00:00`, so a strict type would make
/// whole lists fail. `Debug` shows strings of these formats, and `DateTime(***)` for any other.
///
/// `DateTime::to_timestamp`, with the feature `jiff`, parses it.
///
/// ```
/// use netsapiens_connections::DateTime;
///
/// let modified = DateTime::from("2025-09-16T14:59:24+00:00");
/// assert_eq!(modified.as_str(), "2025-09-16T14:59:24+00:00");
/// ```
#[derive(Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct DateTime(String);

impl DateTime {
    /// The string as received.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The instant, where the string is RFC 3339 with an offset or `Z`. `None` for everything else:
    /// a time without an offset is no instant, and no document says which time zone it is in.
    ///
    /// ```
    /// use netsapiens_connections::DateTime;
    ///
    /// let modified = DateTime::from("1970-01-01T02:00:00+01:00").to_timestamp();
    /// assert_eq!(modified.map(|modified| modified.as_second()), Some(3600));
    /// assert_eq!(DateTime::from("0000-00-00T00:00:00+00:00").to_timestamp(), None);
    /// ```
    #[cfg(feature = "jiff")]
    pub fn to_timestamp(&self) -> Option<jiff::Timestamp> {
        self.0.parse().ok()
    }
}

/// Whether this is like `2025-05-19 02:41:11`, with any fraction and offset after it.
fn looks_like_a_time(text: &str) -> bool {
    const SHAPE: &str = "0000-00-00 00:00:00";
    let shape = text.chars().map(|c| match c {
        '0'..='9' => '0',
        'T' => ' ',
        other => other,
    });
    let rest = text.get(SHAPE.len()..);
    shape.take(SHAPE.len()).eq(SHAPE.chars())
        && rest.is_some_and(|rest| {
            rest.len() <= "999999999+00:00.".len()
                && rest
                    .chars()
                    .all(|c| matches!(c, '0'..='9' | '.' | '+' | '-' | ':' | 'Z'))
        })
}

impl fmt::Debug for DateTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match looks_like_a_time(&self.0) {
            true => write!(f, "DateTime({})", self.0),
            false => f.write_str("DateTime(***)"),
        }
    }
}

impl fmt::Display for DateTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl From<String> for DateTime {
    fn from(text: String) -> Self {
        Self(text)
    }
}

impl From<&str> for DateTime {
    fn from(text: &str) -> Self {
        Self(text.to_owned())
    }
}
