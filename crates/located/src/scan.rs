//! Finds the positions of JSON values by one scan over a text that is known to be valid JSON: a
//! whole text, or the contents of a string in other JSON.

use std::marker::PhantomData;
use std::ops::Range;

use crate::grammar::{plain_end, representable};
use crate::pointer;
use crate::tree::{Children, Tree, between_quotes};

/// A value deeper than this has no places of its own in it: `serde_json` reads none as a value.
const MAX_DEPTH: usize = 128;

/// Room for more members than this is only made when they come.
const EXPECTED: usize = 64;

/// Stands for characters that are no part of the structure of JSON.
const NO_STRUCTURE: u8 = u8::MAX;

/// The positions of everything in a text. Of one that is not JSON, they are of no use, or there are
/// none. Some of its strings are known to stand at these bytes, in order.
pub(crate) fn tree(text: &str, strings: &[Range<usize>]) -> Option<Tree> {
    let at = text.len() - text.trim_start_matches('\u{feff}').len();
    Scan::<Plain>::new(text, strings, at).value(None, 0)
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
/// assert_eq!(positions.start(body, "/a"), 1);
/// assert_eq!(positions.start(body, "/a/1"), 12);
/// // Of what is not there, the nearest around it.
/// assert_eq!(positions.start(body, "/a/7/b"), 1);
/// ```
#[derive(Debug)]
pub struct PositionsInString(Tree);

impl PositionsInString {
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
        let tree = Scan::<InString>::new(written, &[], at).value(None, 0)?;
        Some(PositionsInString(tree))
    }

    /// The byte at which the value at a pointer stands, or the nearest value around it that there
    /// is: its key where it has one, else its first character. What is written is that of which
    /// these are the positions.
    pub fn start(&self, written: &str, pointer: &str) -> usize {
        let found = pointer::nearest(pointer, |at| self.0.find(written, at));
        found.unwrap_or(&self.0).start()
    }
}

/// How JSON is written in a text.
trait Writing {
    /// What begins at a byte: a character if it is ASCII, and how many bytes it is written with.
    fn unit(bytes: &[u8], at: usize) -> Option<(u8, usize)>;

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
    /// How many members the last object had. The next one mostly has as many.
    expected: usize,
    writing: PhantomData<W>,
}

impl<'t, W: Writing> Scan<'t, W> {
    fn new(text: &'t str, strings: &'t [Range<usize>], at: usize) -> Self {
        Scan {
            text,
            strings,
            at,
            expected: 0,
            writing: PhantomData,
        }
    }

    fn value(&mut self, key: Option<Range<usize>>, depth: usize) -> Option<Tree> {
        let (first, length) = self.peek()?;
        let start = self.at;
        let children = match first {
            b'{' | b'[' if depth == MAX_DEPTH => {
                self.brackets()?;
                Children::None
            }
            b'{' => {
                self.at += length;
                self.members(depth + 1)?
            }
            b'[' => {
                self.at += length;
                self.items(depth + 1)?
            }
            b'"' => {
                self.string(length)?;
                Children::None
            }
            _ => {
                let is_end = |c| matches!(c, b',' | b']' | b'}' | b' ' | b'\n' | b'\r' | b'\t');
                while let Some((_, length)) = self.unit().filter(|(c, _)| !is_end(*c)) {
                    self.at += length;
                }
                // What ends where it begins is no value, and would be found again for ever.
                (self.at > start).then_some(Children::None)?
            }
        };
        Some(Tree {
            key,
            value: start..self.at,
            children,
        })
    }

    fn members(&mut self, depth: usize) -> Option<Children> {
        let mut members = Vec::with_capacity(self.expected.min(EXPECTED));
        loop {
            let (next, length) = self.peek()?;
            match next {
                b'}' => {
                    self.at += length;
                    self.expected = members.len();
                    let members = members.into_iter().collect();
                    return Some(Children::Members(Box::new(members)));
                }
                b',' => self.at += length,
                _ => {
                    (next == b'"').then_some(())?;
                    let (key, inside, has_escapes) = self.string(length)?;
                    let is_written = !has_escapes && inside == between_quotes(self.text, &key);
                    let name = match is_written {
                        true => None,
                        false => Some(W::name(&self.text[inside])?.into()),
                    };
                    let (colon, length) = self.peek()?;
                    (colon == b':').then_some(())?;
                    self.at += length;
                    members.push((name, self.value(Some(key), depth)?));
                }
            }
        }
    }

    fn items(&mut self, depth: usize) -> Option<Children> {
        let mut items = Vec::new();
        loop {
            let (next, length) = self.peek()?;
            match next {
                b']' => {
                    self.at += length;
                    return Some(Children::Items(items));
                }
                b',' => self.at += length,
                _ => items.push(self.value(None, depth)?),
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

    /// Steps over a string, whose quote has this length: its bytes, quotes included, those between
    /// the quotes, and whether there are escapes among them.
    fn string(&mut self, length: usize) -> Option<(Range<usize>, Range<usize>, bool)> {
        let start = self.at;
        self.at += length;
        let (inside, mut has_escapes) = (self.at, false);
        if !self.strings.is_empty() {
            let known = self.strings.binary_search_by_key(&start, |it| it.start);
            if let Ok(known) = known.map(|number| self.strings[number].clone()) {
                self.at = known.end;
                return Some((known.clone(), inside..known.end - length, true));
            }
        }
        loop {
            self.at = plain_end(self.text.as_bytes(), self.at)?;
            let (c, length) = self.unit()?;
            let at = self.at;
            self.at += length;
            match c {
                b'"' => return Some((start..self.at, inside..at, has_escapes)),
                // A backslash and what it escapes.
                b'\\' => self.at += self.unit()?.1,
                _ => {}
            }
            has_escapes = true;
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
