//! Escapes what a terminal or a CI server would interpret.

use std::borrow::Cow;

/// Escapes invisible characters that are interpreted: control characters, line ends, direction
/// marks, zero-width characters, and the `##` of CI commands.
pub(crate) fn visible(text: &str) -> Cow<'_, str> {
    let is_plain = |byte: u8| matches!(byte, b' '..=b'~') & (byte != b'#');
    // All bytes are looked at, not only those before the first other one: several at once.
    let are_plain = text
        .bytes()
        .fold(true, |so_far, byte| so_far & is_plain(byte));
    let is_harmless = || !text.contains("##") && !text.chars().any(acts);
    if are_plain || is_harmless() {
        return Cow::Borrowed(text);
    }
    let mut shown = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '#' if shown.ends_with('#') => shown += "\\u{23}",
            c if acts(c) => shown.extend(c.escape_default()),
            c => shown.push(c),
        }
    }
    Cow::Owned(shown)
}

/// The same for a text in place.
pub(crate) fn make_visible(text: &mut String) {
    if let Cow::Owned(shown) = visible(text) {
        *text = shown;
    }
}

/// Control characters, and the bidirectional and invisible format characters of Unicode.
fn acts(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}'
            | '\u{e0000}'..='\u{e007f}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_would_be_acted_on_is_an_escape() {
        let rows = [
            ("a\n::error::b", "a\\n::error::b"),
            ("\u{1b}[2J\u{7}", "\\u{1b}[2J\\u{7}"),
            ("gpj.\u{202e}exe", "gpj.\\u{202e}exe"),
            (
                "\u{2066}x\u{2069}\u{200b}\u{feff}",
                "\\u{2066}x\\u{2069}\\u{200b}\\u{feff}",
            ),
            ("##vso[task.complete]", "#\\u{23}vso[task.complete]"),
            ("#a #", "#a #"),
            ("\u{9b}31m\u{85}\u{2028}", "\\u{9b}31m\\u{85}\\u{2028}"),
            ("größe 字 😀", "größe 字 😀"),
        ];
        for (text, shown) in rows {
            assert_eq!(visible(text), shown);
            assert_eq!(visible(shown), shown, "escaping is idempotent");
        }
    }
}
