//! `Debug` for fields with strings: shows whether there is a value, and never the value.

use std::fmt;

/// Shows `***`, or `None` for an unset option.
pub(crate) struct Masked<'a, T>(pub(crate) &'a T);

/// Whether there is a value to mask.
pub(crate) trait Unset {
    fn is_unset(&self) -> bool;
}

impl<T> Unset for Option<T> {
    fn is_unset(&self) -> bool {
        self.is_none()
    }
}

impl Unset for String {
    fn is_unset(&self) -> bool {
        false
    }
}

impl Unset for serde_json::Value {
    fn is_unset(&self) -> bool {
        self.is_null()
    }
}

impl<T> Unset for Vec<T> {
    fn is_unset(&self) -> bool {
        false
    }
}

impl<T: Unset> fmt::Debug for Masked<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.0.is_unset() { "None" } else { "***" })
    }
}
