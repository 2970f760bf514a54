//! Finds the request's secrets in a message.

use std::collections::HashSet;

use super::readings::Reading;
use crate::values::Secret;

/// Where a message contains secrets of the request.
pub(super) enum Echoes {
    /// Byte ranges of the message.
    At(Vec<(usize, usize)>),
    /// It contains a secret so short that masking it inside other words would reveal it.
    Short,
}

/// Finds the secrets, and parts of them, since the server may have cut the message.
pub(super) fn echoes(readings: &[Reading], secrets: &[&Secret]) -> Echoes {
    /// This many consecutive characters of a secret are not a coincidence.
    const PART: usize = 8;
    /// Fewer are a coincidence.
    const FEWEST: usize = 4;
    let mut parts: [HashSet<Vec<char>>; PART + 1] = std::array::from_fn(|_| HashSet::new());
    for secret in secrets {
        let mut form = Some(Reading::of(secret.expose_secret()));
        // A secret may contain escape sequences itself, so it is unescaped like the message.
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
