//! A character of a message as it is read, and where it was read from.

/// A character, and the bytes of the message that it was read from.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Unit {
    pub(super) character: char,
    pub(super) from: usize,
    pub(super) to: usize,
}
