//! What is meant at a place of a text, for carets and for end columns: a key with its scalar value
//! or opening bracket, also within a body that a HAR file has as a string.

use std::ops::Range;

use located::string_end;

use crate::escaped::Characters;

/// A longer line is cut before and after the place, and is shown without the lines around it.
pub(crate) const LONGEST: usize = 160;
/// So many bytes of a string of a HAR file hold all that is drawn of it: no character takes more
/// than one of two units, each an escape.
pub(crate) const NEAR: usize = 12 * (LONGEST + 1);

/// How many characters are meant at the start of the rest of a line.
pub(crate) fn length(rest: &str) -> usize {
    rest[extent(rest)].chars().count()
}

/// The same within a string of a HAR file, as it is written there; `None` outside the string.
pub(crate) fn length_in_string(rest: &str) -> Option<usize> {
    let inner = in_string(rest)?;
    let (text, bytes) = decoded(inner, LONGEST + 1);
    let end = extent(first_line(&text)).end;
    let is_whole = text.chars().count() <= LONGEST;
    let last = if is_whole { None } else { bytes.last() };
    let end = bytes.get(end).or(last).copied().unwrap_or(inner.len());
    Some(inner[..end].chars().count())
}

/// The rest of a string of a HAR file, no more than is drawn; `None` outside the string.
pub(crate) fn in_string(rest: &str) -> Option<&str> {
    // The rest of a body is not searched for its end: it may be as long as the file.
    let near = &rest[..boundary(rest, NEAR)];
    // A place outside the string begins with an unescaped quote, that of the key.
    let end = || string_end(near.as_bytes(), 0).map_or(near.len(), |end| end - 1);
    (!rest.starts_with('"')).then(|| &near[..end()])
}

/// The first characters of a JSON string, decoded, and the source byte of each of their bytes; none
/// behind its end.
pub(crate) fn decoded(written: &str, most: usize) -> (String, Vec<usize>) {
    let (mut text, mut bytes, mut left) = (String::new(), Vec::new(), most);
    let mut characters = Characters::new(written);
    loop {
        let (plain, at) = characters.plain(left);
        text.push_str(plain);
        bytes.extend(at..at + plain.len());
        left -= plain.len();
        let next = if left > 0 { characters.next() } else { None };
        match next.filter(|(at, _)| written.as_bytes().get(*at) != Some(&b'"')) {
            Some((at, c)) => {
                bytes.resize(bytes.len() + c.len_utf8(), at);
                text.push(c);
                left -= 1;
            }
            None => return (text, bytes),
        }
    }
}

pub(crate) fn first_line(text: &str) -> &str {
    text.lines().next().unwrap_or_default()
}

/// The nearest place at or before a byte where a line can be cut.
pub(crate) fn boundary(line: &str, at: usize) -> usize {
    (0..=at.min(line.len()))
        .rev()
        .find(|at| line.is_char_boundary(*at))
        .unwrap_or(0)
}

/// The bytes that are meant at the start of a text: in JSON the key and its scalar value or opening
/// bracket, in YAML the rest of the line.
pub(crate) fn extent(rest: &str) -> Range<usize> {
    let length = match rest.as_bytes().first() {
        Some(b'"') => {
            let key = string(rest);
            let value = rest[key..]
                .trim_start()
                .strip_prefix(':')
                .map(str::trim_start);
            value.map_or(key, |value| rest.len() - value.len() + scalar(value))
        }
        Some(b'{' | b'[') => 1,
        Some(b'-' | b'0'..=b'9') => scalar(rest),
        _ => rest.trim_end().trim_end_matches(',').len(),
    };
    0..length
}

/// The length of the JSON scalar, or of the bracket, that begins the text.
pub(crate) fn scalar(text: &str) -> usize {
    match text.as_bytes().first() {
        Some(b'"') => string(text),
        Some(b'{' | b'[') => 1,
        _ => text
            .find([',', '}', ']'])
            .unwrap_or(text.len())
            .min(text.trim_end().len()),
    }
}

/// The length of the JSON string that begins the text, quotes included.
pub(crate) fn string(text: &str) -> usize {
    string_end(text.as_bytes(), 1).unwrap_or(text.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_meant_in_a_string_is_the_same_in_plain_text() {
        let long = "n".repeat(40);
        let bodies = [
            r#"{"a": 1}"#,
            r#"[true, null]"#,
            r#"["x", -12 , {"k" : "v"}]"#,
            "{\"a\":\n  1,\r\n \"b\"\n: [], \"c\": \"ü\\n\\\"\"}",
            r#"{"a": 12     }"#,
            r#"{"key-of-forty-eight-characters-and-not-one-more": 7, "b": {}}"#,
            &format!(r#"{{"{long}": "{long}", "b": {long}}}"#),
            "no JSON, but words\nof two lines",
        ];
        for body in bodies {
            for (at, _) in body.char_indices() {
                let rest = &body[at..];
                let written = serde_json::to_string(rest).unwrap() + "}}]}";
                let inner = in_string(&written[1..]).unwrap();
                let end = extent(first_line(rest)).end;
                let expected = decoded(inner, usize::MAX).1.get(end).copied();
                let expected = expected.unwrap_or(inner.len());
                let expected = inner[..expected].chars().count();
                assert_eq!(length_in_string(&written[1..]), Some(expected), "{rest}");
            }
        }
    }

    #[test]
    fn of_a_long_body_no_more_is_looked_at_than_is_drawn() {
        let rest = format!(r#"\"a\":\"{}\"}}"}}"#, "n".repeat(1 << 20));
        let inner = in_string(&rest).expect("a body");
        assert!(inner.starts_with(r#"\"a\":\"nnn"#), "{}", &inner[..20]);
        assert!(inner.len() < 16 * LONGEST, "{}", inner.len());
        let (text, _) = decoded(inner, LONGEST + 1);
        assert_eq!(text.chars().count(), LONGEST + 1);
        assert!(length_in_string(&rest) <= Some(LONGEST + 4));
    }

    #[test]
    fn the_quote_of_a_key_is_not_within_the_string() {
        assert_eq!(length_in_string(r#""text":"{}"}"#), None);
        assert_eq!(length(r#""text":"{}"}"#), 11);
    }
}
