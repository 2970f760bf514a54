//! Finds the positions of JSON values by one scan over a text that is known to be valid JSON: a
//! whole text, or the contents of a string in other JSON.

use std::marker::PhantomData;
use std::ops::Range;

use crate::grammar::{backslash, representable, string_special};
use crate::pointer;
use crate::tree::{Kind, Tree};

/// A value deeper than this has no places of its own in it: `serde_json` reads none as a value.
const MAX_DEPTH: usize = 128;

/// The length of a quote that is not written as `\u0022`, at most.
const QUOTE: usize = 2;

/// Stands for characters that are no part of the structure of JSON.
const NO_STRUCTURE: u8 = u8::MAX;

/// The positions of everything in a text. Of one that is not JSON, they are of no use, or there are
/// none. Some of its strings are known to stand at these bytes, in order.
pub(crate) fn tree(text: &str, strings: &[Range<usize>]) -> Option<Tree> {
    let at = text.len() - text.trim_start_matches('\u{feff}').len();
    Scan::<Plain>::new(text, strings, at)?.tree()
}

/// The positions of the values of JSON that stands in a string of other JSON, as it is written
/// there.
///
/// ```
/// use located::PositionsInString;
///
/// // What a HAR file has of a body: {"text": "{\"a\": [1, \"\\n\"]}"}
/// let body = r#"{\"a\": [1, \"\\n\"]}"#;
/// let positions = PositionsInString::of(body).expect("JSON");
/// assert_eq!(&body[positions.extent(body, "/a")], r#"\"a\": ["#);
/// assert_eq!(&body[positions.extent(body, "/a/1")], r#"\"\\n\""#);
/// // Of what is not there, the nearest around it.
/// assert_eq!(positions.extent(body, "/a/7/b"), positions.extent(body, "/a"));
/// ```
///
/// [`json_in_string`](crate::json_in_string) returns them with the value.
#[derive(Debug, Clone, PartialEq)]
pub struct PositionsInString(Tree);

impl PositionsInString {
    pub(crate) fn new(tree: Tree) -> PositionsInString {
        PositionsInString(tree)
    }

    /// The positions in what is written between the quotes of a string. Of what is not JSON, they
    /// are of no use, or there are none.
    pub fn of(written: &str) -> Option<PositionsInString> {
        let mut at = 0;
        // The byte order mark, as it is or as an escape.
        while let Some(mark) = ["\u{feff}", "\\ufeff", "\\uFEFF"]
            .iter()
            .find(|mark| written[at..].starts_with(**mark))
        {
            at += mark.len();
        }
        let tree = Scan::<InString>::new(written, &[], at)?.tree()?;
        Some(PositionsInString(tree))
    }

    /// Where the value at a pointer is written, or the nearest value around it that there is: from
    /// its key, if it has one, to its end or, if it is an object or array, its opening bracket.
    /// `written` is the text of which these are the positions.
    pub fn extent(&self, written: &str, pointer: &str) -> Range<usize> {
        let Some(found) = pointer::nearest(pointer, |at| self.0.find(written, at)) else {
            return 0..0;
        };
        let bracket = || InString::unit(written.as_bytes(), found.value.start);
        let end = match found.kind {
            Kind::Scalar => found.value.end,
            _ => found.value.start + bracket().map_or(0, |(_, length)| length),
        };
        found.start()..end
    }
}

/// How JSON is written in a text.
trait Writing {
    /// What begins at a byte: a character if it is ASCII, and how many bytes it is written with.
    fn unit(bytes: &[u8], at: usize) -> Option<(u8, usize)>;

    /// The first byte from another on that may end a string or be an escape in it.
    fn special(bytes: &[u8], at: usize) -> Option<usize>;

    /// The name that a key stands for, of which this is written between its quotes.
    fn name(written: &str) -> Option<String>;
}

/// JSON as it is.
struct Plain;

impl Writing for Plain {
    #[inline]
    fn unit(bytes: &[u8], at: usize) -> Option<(u8, usize)> {
        bytes.get(at).map(|byte| (*byte, 1))
    }

    #[inline]
    fn special(bytes: &[u8], at: usize) -> Option<usize> {
        string_special(bytes, at)
    }

    fn name(written: &str) -> Option<String> {
        let literal = format!("\"{written}\"");
        let read = serde_json::from_str(&literal);
        read.ok().or_else(|| {
            let literal = representable(&literal)?;
            serde_json::from_str(&literal).ok()
        })
    }
}

/// JSON in a string, in which its quotes and backslashes are escapes, and any character may be one.
struct InString;

impl Writing for InString {
    /// What is frequent is inlined, the rest is not.
    #[inline]
    fn unit(bytes: &[u8], at: usize) -> Option<(u8, usize)> {
        match *bytes.get(at)? {
            b'\\' => match *bytes.get(at + 1)? {
                c @ (b'"' | b'\\') => Some((c, 2)),
                _ => escaped(bytes, at),
            },
            first => Some((first, 1)),
        }
    }

    /// A quote would end the string around it, so that it is written as an escape.
    #[inline]
    fn special(bytes: &[u8], at: usize) -> Option<usize> {
        backslash(bytes, at)
    }

    fn name(written: &str) -> Option<String> {
        Plain::name(written).and_then(|inner| Plain::name(&inner))
    }
}

/// What an escape of a string stands for.
#[inline(never)]
fn escaped(bytes: &[u8], at: usize) -> Option<(u8, usize)> {
    let c = match *bytes.get(at + 1)? {
        b'n' => b'\n',
        b't' => b'\t',
        b'r' => b'\r',
        c @ (b'"' | b'\\' | b'/') => c,
        b'u' => {
            let digits = bytes.get(at + 2..at + 6)?;
            let code = digits.iter().try_fold(0, |code, digit| {
                Some(code << 4 | char::from(*digit).to_digit(16)?)
            })?;
            return Some((u8::try_from(code).unwrap_or(NO_STRUCTURE), 6));
        }
        _ => NO_STRUCTURE,
    };
    Some((c, 2))
}

struct Scan<'t, W> {
    text: &'t str,
    /// The bytes of strings whose ends are known, in order.
    strings: &'t [Range<usize>],
    at: usize,
    found: Tree,
    writing: PhantomData<W>,
}

impl<'t, W: Writing> Scan<'t, W> {
    fn new(text: &'t str, strings: &'t [Range<usize>], at: usize) -> Option<Self> {
        Some(Scan {
            text,
            strings,
            at,
            found: Tree::of(text)?,
            writing: PhantomData,
        })
    }

    fn tree(mut self) -> Option<Tree> {
        self.value(None, 0)?;
        Some(self.found)
    }

    /// Adds a value with everything in it, and returns its number.
    fn value(&mut self, key: Option<Range<usize>>, depth: usize) -> Option<u32> {
        let (first, length) = self.peek()?;
        let start = self.at;
        let number = self.found.open(key, start);
        let kind = match first {
            b'{' | b'[' if depth == MAX_DEPTH => {
                self.brackets()?;
                Kind::Scalar
            }
            b'{' => {
                self.at += length;
                Kind::Members(self.members(depth + 1)?)
            }
            b'[' => {
                self.at += length;
                Kind::Items(self.items(depth + 1)?)
            }
            b'"' => {
                self.string(length)?;
                Kind::Scalar
            }
            _ => {
                let is_end = |c| matches!(c, b',' | b']' | b'}' | b' ' | b'\n' | b'\r' | b'\t');
                while let Some((_, length)) = self.unit().filter(|(c, _)| !is_end(*c)) {
                    self.at += length;
                }
                // What ends where it begins is no value, and would be found again for ever.
                (self.at > start).then_some(Kind::Scalar)?
            }
        };
        self.found.close(number, self.at, kind);
        Some(number)
    }

    /// Adds the members of an object, and returns how many there are.
    fn members(&mut self, depth: usize) -> Option<u32> {
        let mut count = 0;
        loop {
            let (next, length) = self.peek()?;
            match next {
                b'}' => {
                    self.at += length;
                    return Some(count);
                }
                b',' => self.at += length,
                _ => {
                    (next == b'"').then_some(())?;
                    let start = self.at;
                    let is_plain = self.string(length)?;
                    let key = start..self.at;
                    let (colon, length_of_colon) = self.peek()?;
                    (colon == b':').then_some(())?;
                    self.at += length_of_colon;
                    let number = self.value(Some(key.clone()), depth)?;
                    if !is_plain {
                        let inside = key.start + length..key.end - self.closing(&key);
                        let name = W::name(&self.text[inside])?;
                        self.found.name(self.text, number, name);
                    }
                    count += 1;
                }
            }
        }
    }

    /// The length of the quote that ends a key.
    fn closing(&self, key: &Range<usize>) -> usize {
        let bytes = self.text.as_bytes();
        let is_quote = |length: &usize| {
            let at = key.end.checked_sub(*length);
            at.and_then(|at| W::unit(bytes, at)) == Some((b'"', *length))
        };
        // From the longest, because the end of one may be written like another.
        [6, 2, 1].into_iter().find(is_quote).unwrap_or(0)
    }

    /// Adds the items of an array, and returns how many there are.
    fn items(&mut self, depth: usize) -> Option<u32> {
        let mut count = 0;
        loop {
            let (next, length) = self.peek()?;
            match next {
                b']' => {
                    self.at += length;
                    return Some(count);
                }
                b',' => self.at += length,
                _ => {
                    self.value(None, depth)?;
                    count += 1;
                }
            }
        }
    }

    /// Steps over an object or an array, however deep it is.
    fn brackets(&mut self) -> Option<()> {
        let mut depth = 0_usize;
        loop {
            let (next, length) = self.peek()?;
            match next {
                b'"' => {
                    self.string(length)?;
                    continue;
                }
                b'{' | b'[' => depth += 1,
                b'}' | b']' => depth = depth.checked_sub(1)?,
                _ => {}
            }
            self.at += length;
            if depth == 0 {
                return Some(());
            }
        }
    }

    /// Steps over a string, whose quote has this length. Says whether it has no escapes, so that
    /// what is written between its quotes is what it stands for.
    #[inline]
    fn string(&mut self, quote: usize) -> Option<bool> {
        if !self.strings.is_empty() {
            let known = self.strings.binary_search_by_key(&self.at, |it| it.start);
            if let Ok(known) = known {
                self.at = self.strings[known].end;
                return Some(false);
            }
        }
        self.at = W::special(self.text.as_bytes(), self.at + quote)?;
        match self.unit()? {
            (b'"', length) if length == quote && length <= QUOTE => {
                self.at += length;
                Some(true)
            }
            _ => self.string_with_escapes(),
        }
    }

    /// The same from the first escape of the string on.
    #[inline(never)]
    fn string_with_escapes(&mut self) -> Option<bool> {
        loop {
            let (c, length) = self.unit()?;
            self.at += length;
            match c {
                b'"' => return Some(false),
                // A backslash and what it escapes.
                b'\\' => self.at += self.unit()?.1,
                _ => {}
            }
            self.at = W::special(self.text.as_bytes(), self.at)?;
        }
    }

    #[inline]
    fn unit(&self) -> Option<(u8, usize)> {
        W::unit(self.text.as_bytes(), self.at)
    }

    /// What comes next that is not white space, at which the scan then stands, and its length.
    #[inline]
    fn peek(&mut self) -> Option<(u8, usize)> {
        match self.unit()? {
            (c, length) if c > b' ' => Some((c, length)),
            _ => self.peek_behind_space(),
        }
    }

    #[inline(never)]
    fn peek_behind_space(&mut self) -> Option<(u8, usize)> {
        loop {
            let (c, length) = self.unit()?;
            if !c.is_ascii_whitespace() {
                return Some((c, length));
            }
            self.at += length;
        }
    }
}
