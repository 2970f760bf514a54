//! A YAML or JSON text, its value, and where each part of the value stands.

mod json;
mod tree;
mod yaml;

use std::ops::Range;
use std::path::Path;
use std::sync::OnceLock;

use anyhow::{Context, anyhow};
use serde_json::Value;

use crate::finding::Place;
use crate::pointer;
use tree::Tree;

pub(crate) use json::broken as broken_json;

/// A text that was read, with the name under which findings speak of it.
///
/// Reading and parsing cost nothing extra for the positions: they are worked out when the first is
/// asked for.
#[derive(Debug)]
pub struct Source {
    file: String,
    text: String,
    first_line: usize,
    positions: OnceLock<Option<Tree>>,
}

impl Source {
    /// Reads a file; its path is shown as given, with `/` between its parts.
    pub fn read(path: &Path) -> anyhow::Result<Source> {
        let file = display(path);
        let bytes = std::fs::read(path).with_context(|| format!("cannot read {file}"))?;
        Source::of_bytes(file, bytes, 1)
    }

    /// Bytes that begin in their file at the start of `first_line` (from 1).
    ///
    /// # Errors
    /// Says file, line and column from which on they are no text.
    pub fn of_bytes(
        file: impl Into<String>,
        bytes: Vec<u8>,
        first_line: usize,
    ) -> anyhow::Result<Source> {
        let file = file.into();
        String::from_utf8(bytes)
            .map(|text| Source::at_line(file.clone(), text, first_line))
            .map_err(|error| {
                let valid = &error.as_bytes()[..error.utf8_error().valid_up_to()];
                let before = Source::at_line(
                    file,
                    String::from_utf8_lossy(valid).into_owned(),
                    first_line,
                );
                let (line, column) = before.line_and_column(&before.text);
                before.error(line, column, "not UTF-8")
            })
    }

    /// A text that is already there.
    pub fn new(file: impl Into<String>, text: String) -> Source {
        Source::at_line(file, text, 1)
    }

    /// A text that is a part of its file and begins there at the start of `first_line` (from 1).
    pub fn at_line(file: impl Into<String>, text: String, first_line: usize) -> Source {
        Source {
            file: file.into(),
            text,
            first_line,
            positions: OnceLock::new(),
        }
    }

    /// The file as findings name it.
    pub fn file(&self) -> &str {
        &self.file
    }

    /// The whole text.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The line of the file at which the text begins: 1 but for a line of NDJSON.
    pub fn first_line(&self) -> usize {
        self.first_line
    }

    /// The value: JSON when the text starts with `{` or `[`, else YAML 1.2 (core schema). Keys keep
    /// their order.
    ///
    /// # Errors
    /// Says file, line, column and reason; one reason is a key that comes twice.
    pub fn value(&self) -> anyhow::Result<Value> {
        if !self.is_json() {
            return yaml::value(&self.text).map_err(|broken| self.broken(&broken));
        }
        let (value, repeated) = self.json()?;
        match repeated.first() {
            None => Ok(value),
            Some(at) => Err(self.error_at(
                at,
                &format!(
                    "the key `{}` comes twice",
                    pointer::last(at).unwrap_or_default()
                ),
            )),
        }
    }

    /// The value as JSON, and the pointers of the members whose key comes twice in its object; the
    /// last of them counts.
    ///
    /// # Errors
    /// Says file, line, column and reason.
    pub fn json(&self) -> anyhow::Result<(Value, Vec<String>)> {
        json(&self.text).map_err(|error| self.broken(&json::broken(&self.text, &error)))
    }

    /// Why the text as JSON is no `what`.
    pub fn json_error(&self, what: &str, error: &serde_json::Error) -> anyhow::Error {
        let Broken {
            line,
            column,
            reason,
        } = json::broken(&self.text, error);
        self.broken(&Broken {
            line,
            column,
            reason: format!("not {what}: {reason}"),
        })
    }

    /// What is wrong at a JSON pointer.
    pub fn error_at(&self, pointer: &str, reason: &str) -> anyhow::Error {
        let (line, column) = self
            .place(pointer)
            .map_or((self.first_line, 1), |place| (place.line, place.column));
        self.error(line, column, reason)
    }

    fn broken(
        &self,
        Broken {
            line,
            column,
            reason,
        }: &Broken,
    ) -> anyhow::Error {
        self.error(self.first_line + line.saturating_sub(1), *column, reason)
    }

    fn error(&self, line: usize, column: usize, reason: &str) -> anyhow::Error {
        anyhow!("{}:{line}:{column}: {reason}", self.file)
    }

    /// Where the value at a JSON pointer stands: its key where it has one, else its first
    /// character.
    pub fn place(&self, pointer: &str) -> Option<Place> {
        let node = self.positions()?.find(pointer)?;
        let start = node.key.as_ref().unwrap_or(&node.value).start;
        let before = self.text.get(..start)?;
        let (line, column) = self.line_and_column(before);
        Some(Place {
            file: self.file.clone(),
            line,
            column,
            pointer: pointer.to_owned(),
        })
    }

    /// Line and column, in characters, of what follows a part of the text.
    fn line_and_column(&self, before: &str) -> (usize, usize) {
        let line_start = before.rfind('\n').map_or(0, |at| at + 1);
        (
            self.first_line + before.bytes().filter(|byte| *byte == b'\n').count(),
            before[line_start..].chars().count() + 1,
        )
    }

    /// The bytes of the value at a pointer.
    pub fn span(&self, pointer: &str) -> Option<Range<usize>> {
        Some(self.positions()?.find(pointer)?.value.clone())
    }

    /// The bytes of the key under which the value at a pointer stands, if it has one.
    pub fn key_span(&self, pointer: &str) -> Option<Range<usize>> {
        self.positions()?.find(pointer)?.key.clone()
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
                    json::tree(&self.text)
                } else {
                    yaml::tree(&self.text).ok()
                }
            })
            .as_ref()
    }
}

/// The value of a JSON text, and the pointers of the members whose key comes twice in its object;
/// the last of them counts.
///
/// # Errors
/// When it is not JSON.
pub fn json(text: &str) -> serde_json::Result<(Value, Vec<String>)> {
    json::value(text.trim_start_matches('\u{feff}'))
}

/// A path as findings show it: as given, with `/` between its parts on every system.
pub fn display(path: &Path) -> String {
    path.display()
        .to_string()
        .replace(std::path::MAIN_SEPARATOR, "/")
}

/// Why a text is not a value, counted from 1.
pub(crate) struct Broken {
    pub(crate) line: usize,
    pub(crate) column: usize,
    pub(crate) reason: String,
}
