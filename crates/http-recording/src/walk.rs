//! Lists the files in a folder of recordings.

use std::io;
use std::path::{Path, PathBuf};

use walkdir::WalkDir;

/// The kind of a file, by its extension.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// One JSON document: a recording, or a HAR (`.json`, `.har`).
    Document,
    /// A recording on each line (`.ndjson`, `.jsonl`).
    Lines,
}

impl Kind {
    /// The kind of a file with this name; `None` if the extension is another.
    pub fn of(path: &Path) -> Option<Self> {
        let extension = path.extension()?.to_str()?.to_ascii_lowercase();
        match extension.as_str() {
            "json" | "har" => Some(Kind::Document),
            "ndjson" | "jsonl" => Some(Kind::Lines),
            _ => None,
        }
    }
}

/// A file that was found, or a link to a folder, which is not followed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// Its path; begins with the path that was walked.
    pub path: PathBuf,
    /// Its kind, or why it is skipped.
    pub kind: Result<Kind, &'static str>,
}

/// Everything at or below a path, sorted by name, so that the order is the same on every system. A
/// file given as `root` is read as a document whatever its extension.
///
/// ```
/// let folder = tempfile::tempdir()?;
/// std::fs::write(folder.path().join("a.json"), "{}")?;
/// std::fs::write(folder.path().join("notes.txt"), "")?;
/// let found: Vec<_> = http_recording::walk(folder.path()).collect::<Result<_, _>>()?;
/// assert_eq!(found[0].kind, Ok(http_recording::Kind::Document));
/// assert_eq!(found[1].kind, Err("not .json, .har, .ndjson or .jsonl"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// An item is an error if a file or folder cannot be read. The remaining items follow.
pub fn walk(root: impl AsRef<Path>) -> impl Iterator<Item = Result<Found, Unread>> {
    let root = root.as_ref().to_owned();
    let entries = WalkDir::new(&root).sort_by_file_name().into_iter();
    entries.filter_map(move |entry| {
        let entry = match entry {
            Ok(entry) => entry,
            Err(error) => return Some(Err(Unread::below(&root, error))),
        };
        if entry.file_type().is_dir() {
            return None;
        }
        let path = entry.path();
        let is_hidden = path.strip_prefix(&root).is_ok_and(|below| {
            below
                .iter()
                .any(|part| part.to_string_lossy().starts_with('.'))
        });
        let kind = match Kind::of(path) {
            _ if is_hidden => Err("hidden"),
            _ if entry.path_is_symlink() && path.is_dir() => Err("a link to a folder"),
            // Reading it might never end. One that is given as `root` is meant to be read.
            _ if entry.depth() > 0 && is_special(path) => Err("a pipe, a socket or a device"),
            Some(kind) => Ok(kind),
            None if entry.depth() == 0 => Ok(Kind::Document),
            None => Err("not .json, .har, .ndjson or .jsonl"),
        };
        Some(Ok(Found {
            path: entry.into_path(),
            kind,
        }))
    })
}

/// The files with one recording each: `root` itself if it is a file, or every `.json` file below it
/// that is not hidden.
///
/// # Errors
/// As for [`walk`].
pub fn files(root: impl AsRef<Path>) -> impl Iterator<Item = Result<PathBuf, Unread>> {
    let root = root.as_ref().to_owned();
    walk(root.clone()).filter_map(move |found| {
        let Found { path, kind } = match found {
            Ok(found) => found,
            Err(error) => return Some(Err(error)),
        };
        let is_har = path.extension().is_some_and(|it| it == "har");
        let is_one = kind == Ok(Kind::Document) && !is_har;
        (is_one || path == root).then_some(Ok(path))
    })
}

/// Whether a path is neither a file nor a folder.
fn is_special(path: &Path) -> bool {
    path.metadata()
        .is_ok_and(|it| !it.is_file() && !it.is_dir())
}

/// A file or folder that cannot be read.
#[derive(Debug)]
pub struct Unread {
    path: PathBuf,
    cause: io::Error,
}

impl Unread {
    /// The path, and why it cannot be read.
    pub fn new(path: &Path, cause: io::Error) -> Self {
        Unread {
            path: path.to_owned(),
            cause,
        }
    }

    fn below(root: &Path, error: walkdir::Error) -> Self {
        let path = error.path().unwrap_or(root).to_owned();
        let cause = error
            .into_io_error()
            .unwrap_or_else(|| io::Error::other("its symbolic links form a loop"));
        Unread { path, cause }
    }
}

impl std::fmt::Display for Unread {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "cannot read {}", located::display(&self.path))
    }
}

impl std::error::Error for Unread {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(&self.cause)
    }
}
