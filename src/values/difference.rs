//! What has to be sent so that a setting becomes what is wanted.

use super::{DateTime, Secret};

/// The wanted value where it is another than the current one, which is `unreadable` where what came
/// did not fit its field. An unset setting and the empty text are the same: servers write the one
/// as the other (captured).
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

/// Tells the empty text from values.
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
