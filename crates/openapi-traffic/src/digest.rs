//! Short names for long strings.

use sha2::{Digest, Sha256};

/// The first bytes of a string's SHA-256, as hexadecimal digits.
pub(crate) fn digest<const BYTES: usize>(text: &str) -> String {
    let digest = Sha256::digest(text);
    let first = digest.iter().take(BYTES);
    first.map(|byte| format!("{byte:02x}")).collect()
}
