//! How much of a message is checked and shown, and what stands for the rest.

/// Most characters of a server's message that are shown.
pub(super) const SHOWN_CHARS: usize = 500;
/// Most bytes of a message that are checked; of a longer one only plain words are shown.
pub(super) const CHECKED_BYTES: usize = 4096;
/// What stands for what is not shown.
pub(super) const MASK: &str = "***";
