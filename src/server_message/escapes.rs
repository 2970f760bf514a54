//! Decodes escape sequences of JSON, JavaScript, URLs and HTML.

use super::unit::Unit;

/// The escape sequence at the beginning of a string: its character and its length. An invalid one
/// is `U+FFFD`.
pub(super) fn escape(units: &[Unit]) -> Option<(char, usize)> {
    let at = |index: usize| units.get(index).map(|unit| unit.character);
    let number = |from: usize, length: usize, radix: u32| {
        (from..from + length).try_fold(0u32, |number, index| {
            at(index)?
                .to_digit(radix)
                .map(|digit| number * radix + digit)
        })
    };
    match (at(0)?, at(1)?) {
        // JSON and JavaScript; `%u` of old web servers.
        ('\\' | '%', 'u') if escaped_unit(units).is_some() => utf16(units),
        ('\\', 'u') if at(2) == Some('{') => {
            let digits = (1..=6).find(|digits| at(3 + digits) == Some('}'))?;
            Some((character(number(3, digits, 16)?), digits + 4))
        }
        ('\\', 'x') => utf8(units, "\\x"),
        ('\\', 'b' | 'f' | 'n' | 'r' | 't') => Some((' ', 2)),
        ('\\', other) => Some((other, 2)),
        ('%', _) => utf8(units, "%"),
        ('&', '#') => {
            let (from, radix) = match at(2)? {
                'x' | 'X' => (3, 16),
                _ => (2, 10),
            };
            let digits = (from..from + 8)
                .take_while(|index| at(*index).is_some_and(|c| c.is_digit(radix)))
                .count();
            let end = from + digits;
            let closed = usize::from(at(end) == Some(';'));
            (digits > 0).then_some((character(number(from, digits, radix)?), end + closed))
        }
        ('&', _) => {
            let name: String = (1..12)
                .map_while(|index| at(index).filter(char::is_ascii_alphanumeric))
                .collect();
            let end = 1 + name.len();
            let known = ENTITIES.iter().find(|(known, _)| *known == name);
            match known {
                Some((_, character)) => Some((*character, end + usize::from(at(end) == Some(';')))),
                None if at(end) == Some(';') && end > 1 => Some(('\u{fffd}', end + 1)),
                None => None,
            }
        }
        _ => None,
    }
}

fn character(code: u32) -> char {
    char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER)
}

/// The number after `\u` or `%u`, four digits.
fn escaped_unit(units: &[Unit]) -> Option<u16> {
    let mut characters = units.iter().map(|unit| unit.character);
    if !matches!(characters.next()?, '\\' | '%') || characters.next()? != 'u' {
        return None;
    }
    let digits: String = characters.take(4).collect();
    let whole = digits.chars().count() == 4 && digits.chars().all(|c| c.is_ascii_hexdigit());
    u16::from_str_radix(&digits, 16).ok().filter(|_| whole)
}

/// The character of one escaped unit of UTF-16, or of two.
fn utf16(units: &[Unit]) -> Option<(char, usize)> {
    const LENGTH: usize = 6;
    let first = escaped_unit(units)?;
    let second = units.get(LENGTH..).and_then(escaped_unit);
    let pair = [first, second.unwrap_or_default()];
    match char::decode_utf16(pair).next()? {
        Ok(character) => Some((character, LENGTH * character.len_utf16())),
        Err(_) => Some((char::REPLACEMENT_CHARACTER, LENGTH)),
    }
}

/// The character of escaped bytes of UTF-8, each with a prefix and two digits.
fn utf8(units: &[Unit], prefix: &str) -> Option<(char, usize)> {
    let length = prefix.len() + 2;
    let bytes: Vec<u8> = units
        .chunks_exact(length)
        .take(4)
        .map_while(|escaped| {
            let escaped: String = escaped.iter().map(|unit| unit.character).collect();
            let digits = escaped.strip_prefix(prefix)?;
            let whole = digits.chars().all(|c| c.is_ascii_hexdigit());
            u8::from_str_radix(digits, 16).ok().filter(|_| whole)
        })
        .collect();
    match bytes.utf8_chunks().next()?.valid().chars().next() {
        Some(character) => Some((character, length * character.len_utf8())),
        None => Some((char::REPLACEMENT_CHARACTER, length)),
    }
}

/// HTML entities of ASCII characters, and the non-breaking space.
const ENTITIES: [(&str, char); 42] = [
    ("AMP", '&'),
    ("GT", '>'),
    ("Hat", '^'),
    ("LT", '<'),
    ("NewLine", ' '),
    ("QUOT", '"'),
    ("Tab", ' '),
    ("UnderBar", '_'),
    ("VerticalLine", '|'),
    ("amp", '&'),
    ("apos", '\''),
    ("ast", '*'),
    ("bsol", '\\'),
    ("colon", ':'),
    ("comma", ','),
    ("commat", '@'),
    ("dollar", '$'),
    ("equals", '='),
    ("excl", '!'),
    ("grave", '`'),
    ("gt", '>'),
    ("lbrace", '{'),
    ("lbrack", '['),
    ("lcub", '{'),
    ("lowbar", '_'),
    ("lpar", '('),
    ("lsqb", '['),
    ("lt", '<'),
    ("nbsp", ' '),
    ("num", '#'),
    ("percnt", '%'),
    ("period", '.'),
    ("plus", '+'),
    ("quest", '?'),
    ("quot", '"'),
    ("rbrace", '}'),
    ("rbrack", ']'),
    ("rcub", '}'),
    ("rpar", ')'),
    ("rsqb", ']'),
    ("semi", ';'),
    ("sol", '/'),
];
