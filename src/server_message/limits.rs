//! Limits for checking and showing a message, and the mask.

/// Maximum number of characters of a server's message that are shown.
pub(super) const SHOWN_CHARS: usize = 500;
/// Maximum length of a message, in bytes, that is checked; of a longer one only plain words are
/// shown.
pub(super) const CHECKED_BYTES: usize = 4096;
/// Replaces what is not shown.
pub(super) const MASK: &str = "***";
