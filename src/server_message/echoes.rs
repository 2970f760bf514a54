//! Echoes of the request's secrets in a message.

use std::collections::HashSet;

use super::readings::Reading;
use crate::values::Secret;

/// Where a message repeats secrets of the request.
pub(super) enum Echoes {
    /// Bytes of the message.
    At(Vec<(usize, usize)>),
    /// A secret of so few characters that cutting it out of other words would tell it.
    Short,
}

/// Finds the secrets, and as much of them in a row as a message that was cut may show.
pub(super) fn echoes(readings: &[Reading], secrets: &[&Secret]) -> Echoes {
    /// So many characters in a row are a part of a secret and not chance.
    const PART: usize = 8;
    /// Fewer are in any text.
    const FEWEST: usize = 4;
    let mut parts: [HashSet<Vec<char>>; PART + 1] = std::array::from_fn(|_| HashSet::new());
    for secret in secrets {
        let mut form = Some(Reading::of(secret.expose_secret()));
        // A secret may look like an escape sequence itself, so it is read as the message is.
        while let Some(reading) = form {
            let folded: Vec<char> = reading.folded().iter().map(|unit| unit.character).collect();
            let length = folded.len().min(PART);
            parts[length].extend(folded.windows(length.max(1)).map(<[char]>::to_vec));
            form = reading.unescaped();
        }
    }
    let mut ranges = Vec::new();
    for folded in readings.iter().map(Reading::folded) {
        let characters: Vec<char> = folded.iter().map(|unit| unit.character).collect();
        for (length, parts) in parts
            .iter()
            .enumerate()
            .filter(|(_, parts)| !parts.is_empty())
        {
            for (start, window) in characters.windows(length.max(1)).enumerate() {
                if parts.contains(window) {
                    if length < FEWEST {
                        return Echoes::Short;
                    }
                    ranges.push((folded[start].from, folded[start + length - 1].to));
                }
            }
        }
    }
    Echoes::At(ranges)
}
