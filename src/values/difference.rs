//! Computes the value to send so that a setting becomes the wanted one.

use super::{DateTime, Secret};

/// The wanted value, if it differs from the current one, which is `unreadable` where the received
/// value had an unexpected type. An unset setting and the empty string are the same: servers send
/// the one for the other (captured).
pub(crate) fn difference<T: Blank + Clone + PartialEq>(
    current: &Option<T>,
    unreadable: bool,
    wanted: &Option<T>,
) -> Option<T> {
    let wanted = wanted.as_ref()?;
    let same = match current.as_ref().filter(|current| !current.is_blank()) {
        Some(current) => current == wanted,
        None => wanted.is_blank() && !unreadable,
    };
    (!same).then(|| wanted.clone())
}

/// Whether a value is the empty string.
pub(crate) trait Blank {
    fn is_blank(&self) -> bool;
}

impl Blank for i64 {
    fn is_blank(&self) -> bool {
        false
    }
}

impl Blank for String {
    fn is_blank(&self) -> bool {
        self.is_empty()
    }
}

impl Blank for DateTime {
    fn is_blank(&self) -> bool {
        self.as_str().is_empty()
    }
}

impl Blank for Secret {
    fn is_blank(&self) -> bool {
        self.expose_secret().is_empty()
    }
}
