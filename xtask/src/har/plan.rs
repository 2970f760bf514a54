//! Which file a recording goes to: a name nobody has, or the file that holds the same already.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use serde_json::Value;

use crate::recording::Recording;

/// What becomes of one recording.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Fate {
    /// It goes to a new file.
    New,
    /// A file with the same content is there, or another entry of this import gives it.
    Unchanged,
}

/// The files of one import, by path.
#[derive(Debug, Default)]
pub(super) struct Plan {
    files: BTreeMap<PathBuf, String>,
}

impl Plan {
    /// Gives a recording its file below `folder`: `<stem>.json`, or `<stem>-2.json` and so on where that name is taken.
    pub(super) fn place(&mut self, folder: &Path, stem: &str, recording: &Recording) -> Result<(PathBuf, Fate)> {
        let content = serde_json::to_string_pretty(recording)? + "\n";
        let mut n = 1;
        loop {
            let suffix = if n == 1 { String::new() } else { format!("-{n}") };
            let path = folder.join(format!("{stem}{suffix}.json"));
            let there = match self.files.get(&path) {
                Some(planned) => Some(planned.clone()),
                None => existing(&path)?,
            };
            match there {
                None => {
                    self.files.insert(path.clone(), content);
                    return Ok((path, Fate::New));
                }
                Some(there) if is_same(&there, &content) => return Ok((path, Fate::Unchanged)),
                Some(_) => n += 1,
            }
        }
    }

    /// The new files with their content, in the order of their paths.
    pub(super) fn files(&self) -> impl Iterator<Item = (&Path, &str)> {
        self.files.iter().map(|(path, content)| (path.as_path(), content.as_str()))
    }
}

fn existing(path: &Path) -> Result<Option<String>> {
    match std::fs::read_to_string(path) {
        Ok(content) => Ok(Some(content)),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        // Something is there that is no text: it is not ours to judge or to overwrite.
        Err(error) if error.kind() == std::io::ErrorKind::InvalidData => Ok(Some(String::new())),
        Err(error) => Err(error).with_context(|| path.display().to_string()),
    }
}

/// Compared as JSON, so that a file whose line ends or indentation were changed is still the same.
fn is_same(there: &str, new: &str) -> bool {
    let read = |text: &str| serde_json::from_str::<Value>(text).ok();
    there == new || read(there).is_some_and(|there| Some(there) == read(new))
}

/// `Invalid Scope [APP001]` → `invalid-scope-app001`, cut at a word once it is long.
pub(super) fn slug(text: &str) -> String {
    const LONG: usize = 40;
    let mut slug = String::new();
    let lower = text.to_ascii_lowercase();
    for word in lower.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty()) {
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
