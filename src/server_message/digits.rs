//! Decodes runs of base64 or hexadecimal digits.

use super::unit::Unit;

/// An encoding of bytes as digits.
struct Encoding {
    value: fn(char) -> Option<u32>,
    /// Bits per digit.
    bits: usize,
    /// Number of digits after which digits and bytes are aligned again.
    group: usize,
}

const ENCODINGS: [Encoding; 2] = [
    Encoding {
        value: base64,
        bits: 6,
        group: 4,
    },
    Encoding {
        value: |digit| digit.to_digit(16),
        bits: 4,
        group: 2,
    },
];

/// The value of a base64 digit, in the standard or the URL-safe alphabet.
fn base64(digit: char) -> Option<u32> {
    let (first, value) = match digit {
        'A'..='Z' => ('A', 0),
        'a'..='z' => ('a', 26),
        '0'..='9' => ('0', 52),
        '+' | '-' => return Some(62),
        '/' | '_' => return Some(63),
        _ => return None,
    };
    Some(u32::from(digit) - u32::from(first) + value)
}

/// Decodes each run of digits from each offset at which a byte can begin, since the encoded data
/// may be a part of the run.
pub(super) fn decoded_runs(units: &[Unit]) -> Vec<Vec<Unit>> {
    /// Three bytes of hexadecimal.
    const SHORTEST: usize = 6;
    let mut found = Vec::new();
    for encoding in ENCODINGS {
        let is_digit = |unit: &Unit| (encoding.value)(unit.character).is_some();
        for run in units.chunk_by(|a, b| is_digit(a) && is_digit(b)) {
            if run.len() >= SHORTEST {
                found.extend((0..encoding.group).map(|offset| encoding.decode(&run[offset..])));
            }
        }
    }
    found
}

impl Encoding {
    fn decode(&self, run: &[Unit]) -> Vec<Unit> {
        let decoded = self.bytes(run);
        let unit = |character, from: usize, to: usize| Unit {
            character,
            from: run[from * 8 / self.bits].from,
            to: run[(to * 8 - 1) / self.bits].to,
        };
        let mut units = Vec::with_capacity(decoded.len());
        let mut at = 0;
        for chunk in decoded.utf8_chunks() {
            for character in chunk.valid().chars() {
                let end = at + character.len_utf8();
                units.push(unit(character, at, end));
                at = end;
            }
            if !chunk.invalid().is_empty() {
                let end = at + chunk.invalid().len();
                units.push(unit(char::REPLACEMENT_CHARACTER, at, end));
                at = end;
            }
        }
        units
    }

    /// The complete bytes that the digits encode.
    fn bytes(&self, run: &[Unit]) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(run.len() * self.bits / 8);
        let (mut held, mut count) = (0, 0);
        for digit in run.iter().filter_map(|unit| (self.value)(unit.character)) {
            held = held << self.bits | digit;
            count += self.bits;
            if count >= 8 {
                count -= 8;
                bytes.extend(u8::try_from(held >> count));
                held &= (1 << count) - 1;
            }
        }
        bytes
    }
}

#[cfg(test)]
mod tests {
    use super::super::readings::Reading;
    use super::*;

    #[test]
    fn digits_decode_from_each_offset_to_the_bytes_they_were_made_of() {
        // `printf '%s' 'x?~ü1' | base64`, its alphabet for URLs, and `| xxd -p`.
        for encoded in ["eD9+w7wx", "eD9-w7wx", "783f7ec3bc31", "783F7EC3BC31"] {
            let decoded = decoded_runs(Reading::of(encoded).units());
            let texts: Vec<String> = decoded
                .iter()
                .map(|units| units.iter().map(|unit| unit.character).collect())
                .collect();
            assert!(texts.iter().any(|text| text == "x?~ü1"), "{texts:?}");
        }
        // `printf 'yx?~' | base64` is eXg/fg==: data that begins inside a group is decoded too.
        let decoded = decoded_runs(Reading::of("AeXg/fg").units());
        let whole = decoded.iter().find(|units| units[0].character == 'y');
        let places: Vec<(usize, usize)> = whole
            .into_iter()
            .flatten()
            .map(|unit| (unit.from, unit.to))
            .collect();
        assert_eq!(places, [(1, 3), (2, 4), (3, 5), (5, 7)]);
        assert_eq!(
            decoded_runs(Reading::of("eD9+w").units()),
            Vec::<Vec<Unit>>::new()
        );
    }
}
