//! Reads the entries of a HAR document one at a time, without holding the document in memory.

use std::io::Read;
use std::ops::Range;

use located::{Source, string_end};
use serde::de::IgnoredAny;
use serde_json::Value;

use crate::entry::{Entry, is_version_1};
use crate::read::{HarEntry, Skip, by_parts, recording};

/// How many bytes are read at once.
const CHUNK: usize = 256 << 10;
/// The positions of `text` strings of at least this many bytes are recorded.
const LONG: usize = 256;
const MARK: &[u8] = "\u{feff}".as_bytes();

/// The kind of a document.
#[derive(Debug)]
pub enum Opened<R> {
    /// An object with a member `log`: a HAR, with an iterator over its entries.
    Har(Entries<R>),
    /// Anything else: the bytes read so far, and the reader with the rest.
    Other(Vec<u8>, R),
}

/// The entries of a HAR, in order.
///
/// The entries are valid only if [`Entries::finish`] returns true: what follows them may be
/// invalid.
#[derive(Debug)]
pub struct Entries<R> {
    scan: Scan<R>,
    state: State,
    count: usize,
    version: bool,
    entries: bool,
}

/// The raw JSON of one entry, and where it begins in its document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EntryText {
    /// JSON pointer of the entry in the document.
    pub pointer: String,
    /// The JSON itself.
    pub text: String,
    /// The line at which it begins, from 1.
    pub line: usize,
    /// The column at which it begins, in characters from 1.
    pub column: usize,
    /// The byte at which it begins.
    pub byte: usize,
    /// The positions of long `text` strings: the bodies, which are most of an entry, so that they
    /// are not scanned again.
    texts: Vec<Range<usize>>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    /// Before a member of `log`, or its end.
    Log {
        first: bool,
    },
    /// Before an entry, or the end of the list.
    List {
        first: bool,
    },
    Done,
    /// The document is invalid, or only `serde_json` can decide whether it is.
    Broken,
}

/// Starts reading a document.
///
/// ```
/// use har_recording::{Opened, open};
///
/// let har = r#"{"log": {"version": "1.2", "entries": [{
///   "request": {"method": "GET", "url": "https://api.acme.example/v1/users"},
///   "response": {"status": 204}
/// }]}}"#;
/// let Some(Opened::Har(mut entries)) = open(har.as_bytes()) else { panic!("a HAR") };
/// let entry = entries.next().expect("an entry");
/// assert_eq!((entry.pointer.as_str(), entry.line, entry.column), ("/log/entries/0", 1, 40));
/// let exchange = entry.read()?.expect("an exchange");
/// assert_eq!(exchange.recording.response.status, 204);
/// assert!(entries.next().is_none() && entries.finish());
/// # Ok::<(), serde_json::Error>(())
/// ```
///
/// `None` if it is not JSON; [`read`](crate::read()) says where and why.
pub fn open<R: Read>(reader: R) -> Option<Opened<R>> {
    let mut scan = Scan::new(reader);
    while scan.starts_with(MARK) {
        scan.at += MARK.len();
    }
    if scan.peek() != Some(b'{') {
        return Some(Opened::Other(scan.buffer, scan.reader));
    }
    scan.at += 1;
    let mut first = true;
    while let Some(key) = scan.member(first)? {
        first = false;
        if key != "log" {
            scan.ignored()?;
            continue;
        }
        if scan.peek()? != b'{' {
            return None;
        }
        scan.at += 1;
        return Some(Opened::Har(Entries {
            scan,
            state: State::Log { first: true },
            count: 0,
            version: false,
            entries: false,
        }));
    }
    Some(Opened::Other(scan.buffer, scan.reader))
}

impl EntryText {
    /// The text with its places in the document, which is called `file`.
    pub fn into_source(self, file: impl Into<String>) -> Source {
        Source::at_line(file, self.text, self.line)
            .at_column(self.column, self.pointer)
            .with_strings(self.texts)
    }

    /// Parses the entry: the exchange, or why the entry is skipped.
    ///
    /// # Errors
    /// It is not an entry of a HAR.
    pub fn read(&self) -> serde_json::Result<Result<HarEntry, Skip>> {
        self.read_again(&mut Value::Null)
    }

    /// The same, reusing the memory of a response body that is no longer needed: faster if the
    /// bodies are similar.
    ///
    /// # Errors
    /// As [`Self::read`].
    pub fn read_again(&self, spare: &mut Value) -> serde_json::Result<Result<HarEntry, Skip>> {
        let pointer = &self.pointer;
        let exchange = match by_parts(&self.text, &self.texts, pointer, spare) {
            Some(exchange) => Ok(exchange),
            None => match serde_json::from_str(&self.text) {
                // Valid JSON that is not an entry: parsed again for an error with the place in it.
                Err(error) if error.is_data() && located::is_json(&self.text) => {
                    Entry::of(&self.text).and_then(|entry| recording(entry, pointer, spare))
                }
                read => recording(read?, pointer, spare),
            },
        };
        Ok(exchange.map_err(|reason| Skip {
            pointer: pointer.clone(),
            reason,
        }))
    }
}

impl<R: Read> Entries<R> {
    /// Whether the document was valid to its end. If not, use [`read`](crate::read()), which says
    /// where and why, or parses what this reader does not support.
    pub fn finish(mut self) -> bool {
        while self.next().is_some() {}
        self.state == State::Done
    }

    /// Advances to the next entry.
    fn step(&mut self) -> Option<Option<EntryText>> {
        loop {
            match self.state {
                State::Log { first } => match self.scan.member(first)? {
                    Some(key) => self.member_of_log(&key)?,
                    None => {
                        self.state = State::Done;
                        return self.end().map(|()| None);
                    }
                },
                State::List { first } => match self.scan.item(first)? {
                    true => {
                        self.state = State::List { first: false };
                        return self.entry().map(Some);
                    }
                    false => self.state = State::Log { first: false },
                },
                State::Done | State::Broken => return Some(None),
            }
        }
    }

    fn member_of_log(&mut self, key: &str) -> Option<()> {
        self.state = State::Log { first: false };
        match key {
            "version" if !self.version => {
                self.version = true;
                let version: String = serde_json::from_slice(self.scan.value()?).ok()?;
                is_version_1(&version).then_some(())
            }
            "entries" if !self.entries => {
                self.entries = true;
                (self.scan.peek()? == b'[').then_some(())?;
                self.scan.at += 1;
                self.state = State::List { first: true };
                Some(())
            }
            // A duplicate: `serde_json` provides the error.
            "version" | "entries" => None,
            _ => self.scan.ignored(),
        }
    }

    fn entry(&mut self) -> Option<EntryText> {
        self.scan.peek()?;
        let (line, column) = self.scan.pass()?;
        let byte = self.scan.dropped + self.scan.passed;
        self.scan.texts.clear();
        let text = String::from_utf8(self.scan.value()?.to_vec()).ok()?;
        let texts = std::mem::take(&mut self.scan.texts);
        self.scan.pass_text(&text);
        let pointer = format!("/log/entries/{}", self.count);
        self.count += 1;
        Some(EntryText {
            pointer,
            text,
            line,
            column,
            byte,
            texts,
        })
    }

    /// Checks what follows the member `log`.
    fn end(&mut self) -> Option<()> {
        while let Some(key) = self.scan.member(false)? {
            (key != "log").then_some(())?;
            self.scan.ignored()?;
            self.scan.pass()?;
        }
        let is_all = self.scan.peek().is_none() && !self.scan.failed;
        self.scan.pass()?;
        (is_all && self.entries).then_some(())
    }
}

impl<R: Read> Iterator for Entries<R> {
    type Item = EntryText;

    fn next(&mut self) -> Option<EntryText> {
        match self.step() {
            Some(found) => found,
            None => {
                self.state = State::Broken;
                None
            }
        }
    }
}

/// Scans JSON by its brackets and strings only. `serde_json` checks the rest later, so an error is
/// at worst found then.
#[derive(Debug)]
struct Scan<R> {
    reader: R,
    buffer: Vec<u8>,
    at: usize,
    /// The end of what was returned; the buffer before it can be dropped.
    passed: usize,
    /// How many bytes were dropped before the buffer.
    dropped: usize,
    line: usize,
    column: usize,
    /// The positions, relative to `passed`, of long `text` strings.
    texts: Vec<Range<usize>>,
    ended: bool,
    failed: bool,
}

impl<R: Read> Scan<R> {
    fn new(reader: R) -> Self {
        Scan {
            reader,
            buffer: Vec::new(),
            at: 0,
            passed: 0,
            dropped: 0,
            line: 1,
            column: 1,
            texts: Vec::new(),
            ended: false,
            failed: false,
        }
    }

    /// Reads more; returns whether there was any.
    fn fill(&mut self) -> bool {
        if self.ended {
            return false;
        }
        if self.passed >= self.buffer.len() / 2 {
            self.buffer.drain(..self.passed);
            self.at -= self.passed;
            self.dropped += self.passed;
            self.passed = 0;
        }
        let chunk = u64::try_from(CHUNK).unwrap_or(u64::MAX);
        let before = self.buffer.len();
        let read = (&mut self.reader).take(chunk).read_to_end(&mut self.buffer);
        self.failed |= read.is_err();
        self.ended = self.buffer.len() == before || self.failed;
        !self.ended
    }

    fn byte(&mut self) -> Option<u8> {
        while self.at >= self.buffer.len() {
            self.fill().then_some(())?;
        }
        self.buffer.get(self.at).copied()
    }

    fn starts_with(&mut self, bytes: &[u8]) -> bool {
        while self.buffer.len() - self.at < bytes.len() && self.fill() {}
        self.buffer[self.at..].starts_with(bytes)
    }

    /// Skips white space and returns the next byte, without consuming it.
    fn peek(&mut self) -> Option<u8> {
        loop {
            match self.byte()? {
                b' ' | b'\n' | b'\r' | b'\t' => self.at += 1,
                byte => return Some(byte),
            }
        }
    }

    /// Marks everything up to here as returned. Returns line and column, if it was UTF-8.
    fn pass(&mut self) -> Option<(usize, usize)> {
        let passed = std::str::from_utf8(&self.buffer[self.passed..self.at]).ok()?;
        (self.line, self.column) = after((self.line, self.column), passed);
        self.passed = self.at;
        Some((self.line, self.column))
    }

    /// The same, if the text is already known to be UTF-8.
    fn pass_text(&mut self, passed: &str) {
        (self.line, self.column) = after((self.line, self.column), passed);
        self.passed = self.at;
    }

    /// Consumes the key of the next member and its colon; `Some(None)` at the end of the object.
    fn member(&mut self, first: bool) -> Option<Option<String>> {
        if !self.more(first, b'}')? {
            return Some(None);
        }
        (self.peek()? == b'"').then_some(())?;
        let key = serde_json::from_slice(self.value()?).ok()?;
        (self.peek()? == b':').then_some(())?;
        self.at += 1;
        Some(Some(key))
    }

    /// Whether another item follows; consumes the separator.
    fn item(&mut self, first: bool) -> Option<bool> {
        self.more(first, b']')
    }

    fn more(&mut self, first: bool, end: u8) -> Option<bool> {
        match self.peek()? {
            byte if byte == end => {
                self.at += 1;
                Some(false)
            }
            b',' if !first => {
                self.at += 1;
                // JSON allows no trailing comma.
                (self.peek()? != end).then_some(true)
            }
            _ => first.then_some(true),
        }
    }

    /// Skips a value that is not needed but must be valid JSON.
    fn ignored(&mut self) -> Option<()> {
        serde_json::from_slice::<IgnoredAny>(self.value()?).ok()?;
        Some(())
    }

    /// Consumes the next value and returns its bytes.
    fn value(&mut self) -> Option<&[u8]> {
        let first = self.peek()?;
        // The buffer may be moved while the value is read, so positions are relative to `passed`.
        let start = self.at - self.passed;
        match first {
            b'"' => self.string()?,
            b'{' | b'[' => self.brackets()?,
            _ => {
                while let Some(byte) = self.byte() {
                    if b",]} \n\r\t".contains(&byte) {
                        break;
                    }
                    self.at += 1;
                }
            }
        }
        Some(&self.buffer[self.passed + start..self.at])
    }

    fn brackets(&mut self) -> Option<()> {
        let mut depth = 0_usize;
        loop {
            match self.byte()? {
                b'"' => {
                    self.string()?;
                    continue;
                }
                b'{' | b'[' => depth += 1,
                b'}' | b']' => depth -= 1,
                _ => {}
            }
            self.at += 1;
            if depth == 0 {
                return Some(());
            }
        }
    }

    /// Skips a string, from its opening quote.
    fn string(&mut self) -> Option<()> {
        let start = self.at - self.passed;
        self.at += 1;
        loop {
            match string_end(&self.buffer, self.at) {
                Ok(end) => {
                    self.at = end;
                    self.note_text(start);
                    return Some(());
                }
                Err(so_far) => {
                    self.at = so_far;
                    self.fill().then_some(())?;
                }
            }
        }
    }

    /// Records the string that was just skipped, if it is long and a member `text`.
    fn note_text(&mut self, start: usize) {
        let string = start..self.at - self.passed;
        if string.len() < LONG {
            return;
        }
        let before = self.buffer[self.passed..self.passed + start].trim_ascii_end();
        let key = before.strip_suffix(b":").map(<[u8]>::trim_ascii_end);
        if key.is_some_and(|key| key.ends_with(b"\"text\"")) {
            self.texts.push(string);
        }
    }
}

/// Line and column after a text that begins at the given ones.
fn after((line, column): (usize, usize), text: &str) -> (usize, usize) {
    match memchr::memrchr(b'\n', text.as_bytes()) {
        Some(end) => {
            let lines = memchr::memchr_iter(b'\n', text.as_bytes()).count();
            (line + lines, text[end + 1..].chars().count() + 1)
        }
        None => (line, column + text.chars().count()),
    }
}
