//! Chooses the file for a new recording: an unused name, or the file that already has the content.

use std::collections::{BTreeMap, HashMap};
use std::io;
use std::path::{Path, PathBuf};
use std::rc::Rc;

use crate::Recording;

/// Whether a recording needs a new file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Placed {
    /// It needs a new file.
    New,
    /// A file with the same content exists, or is written for another recording of this import.
    Unchanged,
}

/// A file that cannot be read, so that it cannot be compared.
#[derive(Debug)]
pub struct Unplaced {
    path: PathBuf,
    cause: io::Error,
}

impl std::fmt::Display for Unplaced {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}", self.path.display())
    }
}

impl std::error::Error for Unplaced {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(&self.cause)
    }
}

/// The new files of one import, by path. Nothing is written here.
#[derive(Debug, Default)]
pub struct Placement {
    files: BTreeMap<PathBuf, Rc<str>>,
    series: HashMap<PathBuf, Series>,
}

/// The files with one stem: `<stem>.json`, `<stem>-2.json` and so on. Each is read once, however
/// many recordings use the stem.
#[derive(Debug, Default)]
struct Series {
    /// How many were read.
    length: usize,
    paths: HashMap<Rc<str>, PathBuf>,
}

impl Placement {
    /// Chooses a file in `folder` for a recording: `<stem>.json`, or `<stem>-2.json` and so on if
    /// the name is taken.
    ///
    /// # Errors
    /// A file of such a name cannot be read.
    pub fn place(
        &mut self,
        folder: &Path,
        stem: &str,
        recording: &Recording,
    ) -> Result<(PathBuf, Placed), Unplaced> {
        let unplaced = |path: &Path, cause| Unplaced {
            path: path.to_owned(),
            cause,
        };
        let content: Rc<str> = written(recording)
            .map_err(|cause| unplaced(folder, cause))?
            .into();
        let series = self.series.entry(folder.join(stem)).or_default();
        if let Some(path) = series.paths.get(&content) {
            return Ok((path.clone(), Placed::Unchanged));
        }
        loop {
            series.length += 1;
            let suffix = if series.length == 1 {
                String::new()
            } else {
                format!("-{}", series.length)
            };
            let path = folder.join(format!("{stem}{suffix}.json"));
            let there = match self.files.get(&path) {
                Some(planned) => Some(Rc::clone(planned)),
                None => existing(&path).map_err(|cause| unplaced(&path, cause))?,
            };
            let Some(there) = there else {
                series.paths.insert(Rc::clone(&content), path.clone());
                self.files.insert(path.clone(), content);
                return Ok((path, Placed::New));
            };
            let is_same = there == content;
            series.paths.insert(there, path.clone());
            if is_same {
                return Ok((path, Placed::Unchanged));
            }
        }
    }

    /// The new files with their content, in the order of their paths.
    pub fn files(&self) -> impl Iterator<Item = (&Path, &str)> {
        self.files
            .iter()
            .map(|(path, content)| (path.as_path(), content.as_ref()))
    }
}

fn written(recording: &Recording) -> io::Result<String> {
    Ok(serde_json::to_string_pretty(recording)? + "\n")
}

/// The content of a file, normalized, so that other line ends or indentation do not matter.
fn existing(path: &Path) -> io::Result<Option<Rc<str>>> {
    let text = match std::fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        // The file is not UTF-8: it is no recording, and must not be overwritten.
        Err(error) if error.kind() == io::ErrorKind::InvalidData => String::new(),
        Err(error) => return Err(error),
    };
    let content = serde_json::from_str::<Recording>(&text)
        .map_or(Ok(text), |recording| written(&recording))?;
    Ok(Some(content.into()))
}

/// Words as a part of a file name, truncated at a word boundary.
///
/// ```
/// assert_eq!(http_recording::slug("Invalid Scope [APP001]"), "invalid-scope-app001");
/// ```
pub fn slug(text: &str) -> String {
    const LONG: usize = 40;
    let mut slug = String::new();
    let lower = text.to_ascii_lowercase();
    for word in lower
        .split(|c: char| !c.is_ascii_alphanumeric())
        .filter(|word| !word.is_empty())
    {
        if !slug.is_empty() && slug.len() + word.len() >= LONG {
            break;
        }
        if !slug.is_empty() {
            slug.push('-');
        }
        slug.extend(word.chars().take(LONG));
    }
    slug
}
