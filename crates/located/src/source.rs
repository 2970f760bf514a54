//! A YAML or JSON text: its value, and the position of each part of the value.

use std::ops::Range;
use std::path::{Component, Path, PathBuf};
use std::sync::OnceLock;

use serde_json::Value;

use crate::lines::Lines;
use crate::tree::{Node, Tree};
use crate::{Error, Place, Unreadable, json, pointer, scan, yaml};

/// A text with the name of its file.
///
/// Positions, lines and columns are computed on first use, and then cached.
///
/// ```
/// use located::Source;
///
/// let source = Source::new("a.json", "{\n  \"b\": [10, 20]\n}".to_owned());
/// assert_eq!(source.value()?["b"][1], 20);
///
/// let place = source.place("/b/1").expect("there is a second item");
/// assert_eq!((place.line, place.column), (2, 13));
/// assert_eq!(&source.text()[source.span("/b").expect("there is a list")], "[10, 20]");
/// # Ok::<(), located::Error>(())
/// ```
#[derive(Debug)]
pub struct Source {
    file: String,
    text: String,
    first_line: usize,
    /// The column of the file at which the text begins.
    first_column: usize,
    /// The pointer of the value in the document of the file.
    base: String,
    /// The bytes of long strings, quotes included, in order.
    strings: Vec<Range<usize>>,
    positions: OnceLock<Option<Tree>>,
    lines: OnceLock<Lines>,
}

impl Source {
    /// Reads a file. Its path is shown as given, with `/` as separator.
    ///
    /// # Errors
    /// The file cannot be read, or is not UTF-8.
    pub fn read(path: impl AsRef<Path>) -> Result<Source, Error> {
        let path = path.as_ref();
        let file = display(path);
        match std::fs::read(path) {
            Ok(bytes) => Source::from_bytes(file, bytes, 1),
            Err(error) => Err(Error::unreadable(&file, error)),
        }
    }

    /// Bytes that begin in their file at the start of `first_line` (from 1).
    ///
    /// # Errors
    /// They are not UTF-8. Says file, line and column of the first that is not.
    pub fn from_bytes(
        file: impl Into<String>,
        bytes: Vec<u8>,
        first_line: usize,
    ) -> Result<Source, Error> {
        let file = file.into();
        let (valid, error) = match String::from_utf8(bytes) {
            Ok(text) => return Ok(Source::at_line(file, text, first_line)),
            Err(error) => (error.utf8_error().valid_up_to(), error),
        };
        let valid = String::from_utf8_lossy(&error.as_bytes()[..valid]).into_owned();
        let end = valid.len();
        let before = Source::at_line(file, valid, first_line);
        let (line, column) = before.line_and_column(end);
        Err(before.error(line, column, "not UTF-8"))
    }

    /// A text that is already in memory.
    pub fn new(file: impl Into<String>, text: String) -> Source {
        Source::at_line(file, text, 1)
    }

    /// A text that is a part of its file and begins there at the start of `first_line` (from 1).
    pub fn at_line(file: impl Into<String>, text: String, first_line: usize) -> Source {
        Source {
            file: file.into(),
            text,
            first_line,
            first_column: 1,
            base: String::new(),
            strings: Vec::new(),
            positions: OnceLock::new(),
            lines: OnceLock::new(),
        }
    }

    /// The same text as a value in a larger document: it begins at a column (from 1) of its first
    /// line, and pointers into it begin with `base`.
    ///
    /// ```
    /// use located::Source;
    ///
    /// // The second item of a list on line 3 of its file.
    /// let item = Source::at_line("list.json", r#"{"a": 1}"#.to_owned(), 3).at_column(11, "/1");
    /// let place = item.place("/1/a").expect("a member");
    /// assert_eq!((place.line, place.column), (3, 12));
    /// assert_eq!(item.place("/0"), None);
    /// ```
    #[must_use]
    pub fn at_column(mut self, column: usize, base: impl Into<String>) -> Source {
        self.first_column = column;
        self.base = base.into();
        self
    }

    /// The same text, in which some strings are known to stand at these bytes, quotes included, in
    /// order; their ends need not be searched for.
    #[must_use]
    pub fn with_strings(mut self, strings: Vec<Range<usize>>) -> Source {
        self.strings = strings;
        self
    }

    /// The name of the file, as shown in messages.
    pub fn file(&self) -> &str {
        &self.file
    }

    /// The whole text.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The line of the file at which the text begins: 1, except for a line of NDJSON.
    pub fn first_line(&self) -> usize {
        self.first_line
    }

    /// Parses the text: as JSON if it starts with `{` or `[`, else as YAML 1.2 (core schema). Keys
    /// keep their order.
    ///
    /// # Errors
    /// It cannot be parsed, or an object has a duplicate key. Says file, line, column and reason.
    pub fn value(&self) -> Result<Value, Error> {
        if !self.is_json() {
            return yaml::value(&self.text).map_err(|unreadable| self.unreadable(&unreadable));
        }
        let (value, duplicates) = self.json()?;
        match duplicates.first() {
            None => Ok(value),
            Some(at) => {
                let key = pointer::last(at).unwrap_or_default();
                Err(self.error_at(at, &format!("duplicate key `{key}`")))
            }
        }
    }

    /// Parses the text as JSON, and returns the pointers of members with a duplicate key; the last
    /// duplicate counts.
    ///
    /// # Errors
    /// It is not JSON. Says file, line, column and reason.
    pub fn json(&self) -> Result<(Value, Vec<String>), Error> {
        json::json(&self.text)
            .map_err(|error| self.unreadable(&json::unreadable(&self.text, &error)))
    }

    /// The error that the text is not `what`, from an error of `serde_json`.
    pub fn json_error(&self, what: &str, error: &serde_json::Error) -> Error {
        let unreadable = json::unreadable(&self.text, error);
        self.unreadable(&Unreadable {
            reason: format!("not {what}: {}", unreadable.reason),
            ..unreadable
        })
    }

    /// An error at the value at a JSON pointer; if there is no such value, at the nearest one
    /// around it.
    pub fn error_at(&self, pointer: &str, reason: &str) -> Error {
        let (line, column) = self
            .nearest(pointer)
            .map_or((self.first_line, 1), |place| (place.line, place.column));
        self.error(line, column, reason)
    }

    fn unreadable(&self, unreadable: &Unreadable) -> Error {
        let line = self.first_line + unreadable.line.saturating_sub(1);
        self.error(line, unreadable.column, &unreadable.reason)
    }

    fn error(&self, line: usize, column: usize, reason: &str) -> Error {
        Error::at(&self.file, line, column, reason)
    }

    /// The place of the value at a JSON pointer: its key if it has one, else its first character.
    pub fn place(&self, pointer: &str) -> Option<Place> {
        let node = self.node(pointer)?;
        let (line, column) = self.line_and_column(node.start());
        Some(Place {
            file: self.file.clone(),
            line,
            column,
            pointer: pointer.to_owned(),
        })
    }

    /// The place of the value at a JSON pointer or, if there is none, of the nearest value around
    /// it.
    pub fn nearest(&self, pointer: &str) -> Option<Place> {
        pointer::nearest(pointer, |at| self.place(at))
    }

    /// Line and column in characters, both from 1, of a byte of the text (a character boundary, at
    /// most its length).
    pub fn line_and_column(&self, byte: usize) -> (usize, usize) {
        let byte = byte.min(self.text.len());
        let (line, column) = self.lines().line_and_column(&self.text, byte);
        let indent = if line == 1 { self.first_column - 1 } else { 0 };
        (self.first_line + line - 1, column + indent)
    }

    /// The byte at a line and column (as from [`Self::line_and_column`]); the end of the line if it
    /// is shorter, `None` if there is no such line.
    pub fn byte_at(&self, line: usize, column: usize) -> Option<usize> {
        let line = (line + 1).checked_sub(self.first_line)?;
        let indent = if line == 1 { self.first_column - 1 } else { 0 };
        self.lines()
            .byte_at(&self.text, line, column.saturating_sub(indent))
    }

    /// The bytes of a line of the file, without the line end.
    pub fn line(&self, line: usize) -> Option<Range<usize>> {
        let line = (line + 1).checked_sub(self.first_line)?;
        self.lines().line(&self.text, line)
    }

    fn lines(&self) -> &Lines {
        self.lines.get_or_init(|| Lines::new(&self.text))
    }

    /// The bytes of the value at a pointer.
    pub fn span(&self, pointer: &str) -> Option<Range<usize>> {
        Some(self.node(pointer)?.value)
    }

    /// The bytes of the key of the value at a pointer, if it has one.
    pub fn key_span(&self, pointer: &str) -> Option<Range<usize>> {
        self.node(pointer)?.key
    }

    fn node(&self, pointer: &str) -> Option<Node> {
        let below = pointer.strip_prefix(self.base.as_str())?;
        self.positions()?.find(&self.text, below)
    }

    fn is_json(&self) -> bool {
        self.text
            .trim_start_matches('\u{feff}')
            .trim_start()
            .starts_with(['{', '['])
    }

    fn positions(&self) -> Option<&Tree> {
        self.positions
            .get_or_init(|| {
                if self.is_json() {
                    scan::tree(&self.text, &self.strings)
                } else {
                    yaml::tree(&self.text)
                }
            })
            .as_ref()
    }
}

/// A path without `.` and, as far as possible, without `..`: each file has one such path, links
/// aside. No file is looked at.
pub fn normal(path: &Path) -> PathBuf {
    let mut normal = PathBuf::new();
    for part in path.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir
                if matches!(normal.components().next_back(), Some(Component::Normal(_))) =>
            {
                normal.pop();
            }
            part => normal.push(part),
        }
    }
    normal
}

/// A path for messages: as given, with `/` as separator on every system.
pub fn display(path: &Path) -> String {
    path.display()
        .to_string()
        .replace(std::path::MAIN_SEPARATOR, "/")
}
