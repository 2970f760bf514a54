//! Places in a file, and errors that name one.

use std::fmt;

/// A place in a file.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "schemars", derive(serde::Serialize, schemars::JsonSchema))]
pub struct Place {
    /// Path as given by the user, with `/` as separator.
    pub file: String,
    /// Line, from 1.
    pub line: usize,
    /// Column in characters, from 1.
    pub column: usize,
    /// JSON pointer of the value (`""` is the whole document).
    pub pointer: String,
}

/// An error in a document: `file:line:column: reason`.
#[derive(Debug)]
pub struct Error {
    what: String,
    cause: Option<std::io::Error>,
}

impl Error {
    pub(crate) fn at(file: &str, line: usize, column: usize, reason: &str) -> Self {
        Error {
            what: format!("{file}:{line}:{column}: {reason}"),
            cause: None,
        }
    }

    /// A file or folder that cannot be read.
    pub fn unreadable(file: &str, cause: std::io::Error) -> Self {
        Error {
            what: format!("cannot read {file}"),
            cause: Some(cause),
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.what)
    }
}

impl std::error::Error for Error {
    /// Why a file cannot be read; `None` if its content is wrong.
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.cause.as_ref().map(|cause| cause as _)
    }
}
