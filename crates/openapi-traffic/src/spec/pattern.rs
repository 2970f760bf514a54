//! Rewrites regular expressions of ECMA-262 without the flag `u` into the subset that means the
//! same with the flag, and in the engine that is used here.
//!
//! OpenAPI 3.0.3 requires the dialect of ECMA-262 5.1, which has no flag `u`. Annex B of later
//! editions describes what engines really accept: a `-` beside a class escape, a `{` that begins no
//! quantifier, and a backslash before most letters are all literal.

use std::fmt::Write;
use std::iter::Peekable;
use std::str::Chars;

/// The ranges of `\d`, `\w` and `\s`, and of their complements.
const DIGITS: &[(char, char)] = &[('0', '9')];
const NO_DIGITS: &[(char, char)] = &[('\0', '/'), (':', '\u{10ffff}')];
const WORDS: &[(char, char)] = &[('0', '9'), ('A', 'Z'), ('_', '_'), ('a', 'z')];
const NO_WORDS: &[(char, char)] = &[
    ('\0', '/'),
    (':', '@'),
    ('[', '^'),
    ('`', '`'),
    ('{', '\u{10ffff}'),
];
const SPACES: &[(char, char)] = &[
    ('\t', '\r'),
    (' ', ' '),
    ('\u{a0}', '\u{a0}'),
    ('\u{1680}', '\u{1680}'),
    ('\u{2000}', '\u{200a}'),
    ('\u{2028}', '\u{2029}'),
    ('\u{202f}', '\u{202f}'),
    ('\u{205f}', '\u{205f}'),
    ('\u{3000}', '\u{3000}'),
    ('\u{feff}', '\u{feff}'),
];
const NO_SPACES: &[(char, char)] = &[
    ('\0', '\u{8}'),
    ('\u{e}', '\u{1f}'),
    ('!', '\u{9f}'),
    ('\u{a1}', '\u{167f}'),
    ('\u{1681}', '\u{1fff}'),
    ('\u{200b}', '\u{2027}'),
    ('\u{202a}', '\u{202e}'),
    ('\u{2030}', '\u{205e}'),
    ('\u{2060}', '\u{2fff}'),
    ('\u{3001}', '\u{fefe}'),
    ('\u{ff00}', '\u{10ffff}'),
];
/// Everything except line terminators, which `.` does not match.
const ANY_OF_LINE: &[(char, char)] = &[
    ('\0', '\t'),
    ('\u{b}', '\u{c}'),
    ('\u{e}', '\u{2027}'),
    ('\u{202a}', '\u{10ffff}'),
];
/// `\b`: an ASCII letter, digit or `_` on exactly one side.
const BOUNDARY: &str = "(?:(?<=[0-9A-Za-z_])(?![0-9A-Za-z_])|(?<![0-9A-Za-z_])(?=[0-9A-Za-z_]))";
const NO_BOUNDARY: &str = "(?:(?<=[0-9A-Za-z_])(?=[0-9A-Za-z_])|(?<![0-9A-Za-z_])(?![0-9A-Za-z_]))";

const HALF: &str = "it contains an unpaired surrogate, which no string can match";

/// Rewrites a pattern in portable syntax.
///
/// `\p{…}` and `\u{…}` keep the meaning that they have with the flag `u`, because nobody intends
/// the other.
pub(crate) fn portable(pattern: &str) -> Result<String, &'static str> {
    let mut rewriter = Rewriter {
        rest: pattern.chars().peekable(),
        groups: groups(pattern),
        out: String::with_capacity(pattern.len()),
    };
    while let Some(next) = rewriter.rest.next() {
        rewriter.outside(next)?;
    }
    Ok(rewriter.out)
}

/// The capturing groups of a pattern with their names, to distinguish back references from other
/// escapes.
fn groups(pattern: &str) -> Vec<Option<&str>> {
    let mut groups = Vec::new();
    let (mut escaped, mut in_class) = (false, false);
    for (at, next) in pattern.char_indices() {
        match next {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '[' => in_class = true,
            ']' => in_class = false,
            '(' if !in_class => {
                let rest = &pattern[at + 1..];
                match rest.strip_prefix("?<") {
                    Some(rest) if !rest.starts_with(['=', '!']) => {
                        groups.push(rest.split('>').next());
                    }
                    None if !rest.starts_with('?') => groups.push(None),
                    _ => {}
                }
            }
            _ => {}
        }
    }
    groups
}

/// The meaning of an escape.
enum Escaped {
    Char(char),
    Set(&'static [(char, char)]),
    /// `\p{…}`, which the engine supports.
    Property(String),
    /// Outside a class only.
    Boundary,
    NoBoundary,
    Back(usize),
}

struct Rewriter<'p> {
    rest: Peekable<Chars<'p>>,
    groups: Vec<Option<&'p str>>,
    out: String,
}

impl Rewriter<'_> {
    fn outside(&mut self, next: char) -> Result<(), &'static str> {
        match next {
            '\\' => match self.escape(false)? {
                Escaped::Char(it) => self.literal(it),
                Escaped::Set(ranges) => self.set(ranges),
                Escaped::Property(text) => self.out.push_str(&text),
                Escaped::Boundary => self.out.push_str(BOUNDARY),
                Escaped::NoBoundary => self.out.push_str(NO_BOUNDARY),
                Escaped::Back(number) => {
                    // Grouped, so that a digit after it does not become part of it.
                    let _ = write!(self.out, "(?:\\{number})");
                }
            },
            '[' => return self.class(),
            '.' => self.set(ANY_OF_LINE),
            '{' => match self.quantifier() {
                Some(text) => self.out.push_str(&text),
                None => self.literal('{'),
            },
            '}' | ']' => self.literal(next),
            other => self.out.push(other),
        }
        Ok(())
    }

    /// The quantifier that begins with a `{`, if it is one.
    fn quantifier(&mut self) -> Option<String> {
        let mut ahead = self.rest.clone();
        let mut inside = String::new();
        loop {
            match ahead.next()? {
                '}' => break,
                next => inside.push(next),
            }
        }
        let is_number = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
        let (least, most) = inside.split_once(',').unwrap_or((&inside, ""));
        if least.is_empty() || !is_number(least) || !is_number(most) {
            return None;
        }
        self.rest = ahead;
        Some(format!("{{{inside}}}"))
    }

    fn class(&mut self) -> Result<(), &'static str> {
        let negated = self.rest.next_if_eq(&'^').is_some();
        let mut items = String::new();
        loop {
            let first = match self.rest.next().ok_or("a class `[` is not closed")? {
                ']' => break,
                next => self.member(next)?,
            };
            let mut ahead = self.rest.clone();
            let is_range = ahead.next() == Some('-') && ahead.peek().is_some_and(|it| *it != ']');
            if !is_range {
                push(&mut items, &first);
                continue;
            }
            self.rest = ahead;
            let next = self.rest.next().ok_or("a class `[` is not closed")?;
            match (first, self.member(next)?) {
                (Escaped::Char(low), Escaped::Char(high)) if low <= high => {
                    range(&mut items, low, high);
                }
                (Escaped::Char(_), Escaped::Char(_)) => return Err("a range is out of order"),
                // With a class at one end the hyphen is literal.
                (first, last) => {
                    for it in [first, Escaped::Char('-'), last] {
                        push(&mut items, &it);
                    }
                }
            }
        }
        match (items.is_empty(), negated) {
            (true, false) => self.out.push_str("(?!)"),
            (true, true) => self.set(&[('\0', '\u{10ffff}')]),
            (false, _) => {
                let caret = if negated { "^" } else { "" };
                let _ = write!(self.out, "[{caret}{items}]");
            }
        }
        Ok(())
    }

    fn member(&mut self, next: char) -> Result<Escaped, &'static str> {
        match next {
            '\\' => self.escape(true),
            other => Ok(Escaped::Char(other)),
        }
    }

    fn escape(&mut self, in_class: bool) -> Result<Escaped, &'static str> {
        let mut ahead = self.rest.clone();
        if ahead.next() == Some('c') && !ahead.peek().is_some_and(char::is_ascii_alphabetic) {
            // `\c` without a letter: the backslash is literal.
            return Ok(Escaped::Char('\\'));
        }
        let next = self.rest.next().ok_or("it ends with a backslash")?;
        Ok(match next {
            'd' => Escaped::Set(DIGITS),
            'D' => Escaped::Set(NO_DIGITS),
            'w' => Escaped::Set(WORDS),
            'W' => Escaped::Set(NO_WORDS),
            's' => Escaped::Set(SPACES),
            'S' => Escaped::Set(NO_SPACES),
            'b' if in_class => Escaped::Char('\u{8}'),
            'b' => Escaped::Boundary,
            'B' if !in_class => Escaped::NoBoundary,
            'f' => Escaped::Char('\u{c}'),
            'n' => Escaped::Char('\n'),
            'r' => Escaped::Char('\r'),
            't' => Escaped::Char('\t'),
            'v' => Escaped::Char('\u{b}'),
            '0'..='9' => self.number(next, in_class),
            'c' => {
                let letter = self.rest.next().unwrap_or_default();
                Escaped::Char(char::from(letter as u8 % 32))
            }
            'x' => Escaped::Char(self.hex(2).and_then(char::from_u32).unwrap_or('x')),
            'u' => Escaped::Char(self.unicode()?),
            'p' | 'P' if self.rest.peek() == Some(&'{') => self.property(next),
            'k' if !in_class => self.named(),
            other => Escaped::Char(other),
        })
    }

    /// A back reference if there is such a group, else an octal escape of at most `377`.
    fn number(&mut self, first: char, in_class: bool) -> Escaped {
        let mut ahead = self.rest.clone();
        let mut text = first.to_string();
        text.extend(std::iter::from_fn(|| ahead.next_if(char::is_ascii_digit)));
        let number = text.parse::<usize>().unwrap_or(usize::MAX);
        if !in_class && number > 0 && number <= self.groups.len() {
            self.rest = ahead;
            return Escaped::Back(number);
        }
        let Some(mut value) = first.to_digit(8) else {
            return Escaped::Char(first);
        };
        while let Some(digit) = self.rest.peek().and_then(|it| it.to_digit(8))
            && value * 8 + digit <= 0o377
        {
            self.rest.next();
            value = value * 8 + digit;
        }
        Escaped::Char(char::from_u32(value).unwrap_or_default())
    }

    /// A named back reference if there is such a group, else the letter.
    fn named(&mut self) -> Escaped {
        let mut ahead = self.rest.clone();
        let opened = ahead.next() == Some('<');
        let name: String = std::iter::from_fn(|| ahead.next_if(|it| *it != '>')).collect();
        let is_it = |group: &Option<&str>| *group == Some(name.as_str());
        match self.groups.iter().position(is_it) {
            Some(at) if opened && ahead.next() == Some('>') => {
                self.rest = ahead;
                Escaped::Back(at + 1)
            }
            _ => Escaped::Char('k'),
        }
    }

    fn hex(&mut self, digits: usize) -> Option<u32> {
        let mut ahead = self.rest.clone();
        let mut value = 0;
        for _ in 0..digits {
            value = value * 16 + ahead.next()?.to_digit(16)?;
        }
        self.rest = ahead;
        Some(value)
    }

    fn unicode(&mut self) -> Result<char, &'static str> {
        if self.rest.peek() == Some(&'{') {
            let mut ahead = self.rest.clone();
            ahead.next();
            let digits: String =
                std::iter::from_fn(|| ahead.next_if(char::is_ascii_hexdigit)).collect();
            if ahead.next() == Some('}')
                && let Ok(value) = u32::from_str_radix(&digits, 16)
            {
                self.rest = ahead;
                return char::from_u32(value).ok_or(HALF);
            }
        }
        let Some(unit) = self.hex(4) else {
            return Ok('u');
        };
        if let Some(it) = char::from_u32(unit) {
            return Ok(it);
        }
        let mut ahead = self.rest.clone();
        if unit < 0xdc00 && ahead.next() == Some('\\') && ahead.next() == Some('u') {
            self.rest = ahead;
            if let Some(low @ 0xdc00..=0xdfff) = self.hex(4) {
                let value = 0x10000 + ((unit - 0xd800) << 10) + (low - 0xdc00);
                return char::from_u32(value).ok_or(HALF);
            }
        }
        Err(HALF)
    }

    fn property(&mut self, letter: char) -> Escaped {
        let name: String = std::iter::from_fn(|| self.rest.next_if(|it| *it != '}')).collect();
        self.rest.next();
        Escaped::Property(format!("\\{letter}{name}}}"))
    }

    fn literal(&mut self, it: char) {
        if "\\^$.*+?()[]{}|".contains(it) {
            self.out.push('\\');
        }
        self.out.push(it);
    }

    fn set(&mut self, ranges: &[(char, char)]) {
        self.out.push('[');
        for (low, high) in ranges {
            range(&mut self.out, *low, *high);
        }
        self.out.push(']');
    }
}

fn push(items: &mut String, item: &Escaped) {
    match item {
        Escaped::Char(it) => range(items, *it, *it),
        Escaped::Set(ranges) => ranges
            .iter()
            .for_each(|(low, high)| range(items, *low, *high)),
        Escaped::Property(text) => items.push_str(text),
        Escaped::Boundary | Escaped::NoBoundary | Escaped::Back(_) => {}
    }
}

fn range(items: &mut String, low: char, high: char) {
    member(items, low);
    if low != high {
        items.push('-');
        member(items, high);
    }
}

fn member(items: &mut String, it: char) {
    if "\\^[]-&~".contains(it) {
        items.push('\\');
    }
    items.push(it);
}

#[cfg(test)]
mod tests {
    use super::portable;

    fn matches(pattern: &str, text: &str) -> bool {
        let portable = portable(pattern).unwrap();
        let schema = serde_json::json!({ "pattern": portable });
        jsonschema::draft4::is_valid(&schema, &text.into())
    }

    /// Patterns with strings that they match and strings that they do not, by clause 15.10 of
    /// ECMA-262 5.1 and annex B.1.2 of later editions.
    #[test]
    fn patterns_match_as_ecma_262_says() {
        let table: &[(&str, &[&str], &[&str])] = &[
            // B.1.2 NonemptyClassRanges: a class escape at one end makes the hyphen literal.
            (r"^[\w-./:]+$", &["a-b./:", "9_"], &["a b", "ä"]),
            (r"^[\d-x]+$", &["1-x"], &["y"]),
            (r"^[+--]+$", &["+,-"], &["."]),
            (r"^[\w--z]$", &["-", "z", "a"], &["+"]),
            // B.1.2 ExtendedAtom: unbalanced brackets and braces are literal.
            (r"^a{$", &["a{"], &["a"]),
            (r"^{x}$", &["{x}"], &["x"]),
            (r"^a{,5}$", &["a{,5}"], &["aaa"]),
            (r"^a{2,3}$", &["aa", "aaa"], &["a", "aaaa"]),
            (r"^a]$", &["a]"], &["a"]),
            // B.1.2 IdentityEscape: all but `c` and, with named groups, `k`.
            (r"^\_\-\@\'\<\a\e\z$", &["_-@'<aez"], &["\u{7}"]),
            (r"^\x4$", &["x4"], &["\u{4}"]),
            (r"^\x41\u0042$", &["AB"], &["x41"]),
            (r"^\cJ$", &["\n"], &["cJ"]),
            (r"^\c1$", &["\\c1"], &["c1"]),
            // B.1.2 LegacyOctalEscapeSequence, if there is no such group.
            (r"^\101$", &["A"], &["101"]),
            (r"^(a)\1$", &["aa"], &["a\u{1}"]),
            (r"^\8$", &["8"], &["\u{8}"]),
            // 15.10.2.12: digits and words are of ASCII, spaces are not.
            (r"^\d$", &["5"], &["٥"]),
            (r"^\w$", &["a"], &["é"]),
            (r"^\W$", &["é", "-"], &["a"]),
            (
                r"^\s$",
                &["\u{feff}", "\u{a0}", "\u{2003}"],
                &["\u{85}", "a"],
            ),
            (r"^[^\S]$", &[" "], &["a"]),
            (r"^[\D]$", &["a"], &["1"]),
            (r"\bcat\b", &["a cat!", "écaté"], &["cats", "_cat"]),
            (r"\Bcat", &["scat"], &["cat"]),
            // 15.10.2.8: `.` matches anything but a line terminator.
            (
                r"^.$",
                &["a", "\u{85}", "😀"],
                &["\n", "\r", "\u{2028}", "\u{2029}"],
            ),
            // 15.10.2.6: without the flag `m`, `^` and `$` match only at the ends of the string.
            (r"^a$", &["a"], &["a\n", "b\na"]),
            // 15.10.2.13: an empty class, and its complement.
            (r"^[]$", &[], &["", "a"]),
            (r"^[^]$", &["a", "\n"], &[""]),
            (r"^[\b]$", &["\u{8}"], &["b"]),
            (r"^[[&&~~]+$", &["[&~"], &["a", "]"]),
            (r"^[a-z&&[b]$", &["b", "&", "["], &["]", "-"]),
            (r"^[\]\\^]+$", &["]\\^"], &["a"]),
            // 15.10.2.8: look-ahead.
            (r"^(?=.*\d)(?!.*x).+$", &["a1"], &["a", "1x"]),
            // Surrogate pairs, and escapes with the meaning of the flag `u`.
            (r"^\uD83D\uDE00$", &["😀"], &["a"]),
            (r"^\u{1F600}$", &["😀"], &["u"]),
            (r"^\p{Lu}$", &["Ä"], &["ä"]),
            (r"^(?<y>\d)-\k<y>$", &["1-1"], &["1-2"]),
        ];
        for (pattern, yes, no) in table {
            for text in *yes {
                assert!(matches(pattern, text), "{pattern} should match {text:?}");
            }
            for text in *no {
                assert!(
                    !matches(pattern, text),
                    "{pattern} should not match {text:?}"
                );
            }
        }
    }

    #[test]
    fn what_no_engine_reads_is_rejected() {
        for pattern in ["[a", "[b-a]", "a\\", r"[\ud800-\udfff]", r"\ud800"] {
            portable(pattern).unwrap_err();
        }
    }

    proptest::proptest! {
        #[test]
        fn no_pattern_makes_it_panic(pattern in ".*|[\\\\\\[\\](){}?*+^$.,|0-9a-f\\-cuxpk<>]*") {
            let _ = portable(&pattern);
        }
    }
}
