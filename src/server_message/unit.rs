//! A character of a reading, with its position in the message.

/// A character, and the byte range of the message that it was read from.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Unit {
    pub(super) character: char,
    pub(super) from: usize,
    pub(super) to: usize,
}
