//! Searches files for data that must not be published.

use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use http_recording::{Recording, Unread, walk};
use located::{Place, Source, display};
use serde_json::Value;

use crate::knowledge::Knowledge;
use crate::redactor::{Leak, unredacted, unredacted_prose, unredacted_value};

/// A leak in a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FoundLeak {
    /// Its kind. The value itself is never reported.
    pub kind: String,
    /// Its place.
    pub place: Option<Place>,
}

/// Searches files, each of them once.
///
/// ```
/// use traffic_redact::{Knowledge, Search};
///
/// let folder = tempfile::tempdir()?;
/// std::fs::write(folder.path().join("notes.md"), "# Trunks\n\nSee pbx.kowalski.net.\n")?;
/// let leaks = Search::new(Knowledge::default()).below([folder.path()])?;
/// assert_eq!(leaks[0].kind, "host-name");
/// assert_eq!(leaks[0].place.as_ref().map(|place| place.line), Some(3));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct Search {
    knowledge: Knowledge,
    /// The same with the HAR format added, for the parts of a HAR outside of its exchanges.
    of_har: Knowledge,
    creator: Option<String>,
    searched: Mutex<HashSet<PathBuf>>,
}

impl Search {
    /// A search that uses this knowledge.
    pub fn new(knowledge: Knowledge) -> Self {
        Self {
            of_har: Knowledge::of_spec(&har_recording::format()).and(&knowledge),
            knowledge,
            creator: None,
            searched: Mutex::default(),
        }
    }

    /// Allows a program to be named as the creator of a HAR, with its version.
    #[must_use]
    pub fn allow_creator(mut self, name: impl Into<String>) -> Self {
        self.creator = Some(name.into());
        self
    }

    /// Searches a document that was already parsed, with each exchange and its pointer (`""` if the
    /// document is a recording). [`Self::below`] then skips the file.
    pub fn document(&self, source: &Source, exchanges: &[(&Recording, &str)]) -> Vec<FoundLeak> {
        self.is_new(Path::new(source.file()));
        let leaks = match exchanges {
            [(recording, "")] => unredacted(recording, &self.knowledge),
            [] => return self.text(source),
            _ => match source.json() {
                Ok((har, _)) => self.har(har, exchanges),
                Err(_) => return self.text(source),
            },
        };
        placed(source, leaks)
    }

    /// Searches every file at or below the paths, whatever its type. Symbolic links are followed.
    ///
    /// # Errors
    /// A file or folder cannot be read.
    pub fn below<'p>(
        &self,
        paths: impl IntoIterator<Item = &'p Path>,
    ) -> Result<Vec<FoundLeak>, Unread> {
        let mut found = Vec::new();
        let mut folders: Vec<PathBuf> = paths.into_iter().map(Path::to_owned).collect();
        while let Some(folder) = folders.pop() {
            for file in walk(&folder) {
                let path = file?.path;
                if let Ok(target) = path.read_link() {
                    let link = Source::new(display(&path), String::new());
                    found.extend(placed(&link, self.prose(&target.to_string_lossy())));
                }
                // Links may lead to the same file again, or to a parent folder.
                if !self.is_new(&path) {
                    continue;
                }
                if path.is_dir() {
                    folders.push(path);
                } else if path.is_file() {
                    let read = std::fs::read(&path).map_err(|cause| Unread::new(&path, cause))?;
                    found.extend(self.text(&Source::new(display(&path), text(&read))));
                }
            }
        }
        Ok(found)
    }

    /// Whether a file was not searched before under any name.
    fn is_new(&self, path: &Path) -> bool {
        let path = path.canonicalize().unwrap_or_else(|_| path.to_owned());
        let mut searched = self.searched.lock().unwrap_or_else(|it| it.into_inner());
        searched.insert(path)
    }

    /// Searches a text: as a recording, a HAR or other JSON, else line by line as one of these or
    /// as prose.
    fn text(&self, source: &Source) -> Vec<FoundLeak> {
        if let Ok((value, _)) = source.json() {
            return placed(source, self.json(value, source.text()));
        }
        let lines = source.text().lines().enumerate();
        lines
            .flat_map(|(index, line)| {
                let leaks = match located::json(line) {
                    Ok((value, _)) => self.json(value, line),
                    Err(_) => self.prose(line),
                };
                leaks.into_iter().map(move |leak| FoundLeak {
                    kind: leak.kind,
                    place: Some(Place {
                        file: source.file().to_owned(),
                        line: index + 1,
                        column: 1,
                        pointer: leak.pointer,
                    }),
                })
            })
            .collect()
    }

    fn prose(&self, text: &str) -> Vec<Leak> {
        unredacted_prose(text, &self.knowledge)
    }

    fn json(&self, value: Value, text: &str) -> Vec<Leak> {
        if value.pointer("/log/entries").is_some_and(Value::is_array) {
            let (entries, _) = har_recording::read(text).unwrap_or_default();
            let exchanges = entries
                .iter()
                .map(|it| (&it.recording, it.pointer.as_str()));
            return self.har(value, &exchanges.collect::<Vec<_>>());
        }
        match Recording::new(value.clone(), Vec::new()) {
            Ok(recording) => unredacted(&recording, &self.knowledge),
            Err(_) => unredacted_value(&value, &self.knowledge),
        }
    }

    /// The exchanges of a HAR as recordings, and the rest of the document as the format describes
    /// it.
    fn har(&self, mut har: Value, exchanges: &[(&Recording, &str)]) -> Vec<Leak> {
        let mut leaks = Vec::new();
        for (recording, pointer) in exchanges {
            let of_exchange = unredacted(recording, &self.knowledge);
            leaks.extend(of_exchange.into_iter().map(|leak| Leak {
                pointer: format!("{pointer}{}", leak.pointer),
                ..leak
            }));
            if let Some(entry) = har.pointer_mut(pointer) {
                forget_exchange(entry);
            }
        }
        let creator = har.pointer("/log/creator/name").and_then(Value::as_str);
        if creator.is_some() && creator == self.creator.as_deref() {
            har["log"]["creator"] = Value::Null;
        }
        leaks.extend(unredacted_value(&har, &self.of_har));
        leaks
    }
}

/// Removes from a HAR entry what its recording contains; the rest remains.
fn forget_exchange(entry: &mut Value) {
    for part in [
        "/request/postData/text",
        "/request/queryString",
        "/response/content/text",
    ] {
        if let Some(searched) = entry.pointer_mut(part) {
            *searched = Value::Null;
        }
    }
    if let Some(url) = entry.pointer_mut("/request/url") {
        let whole = url.as_str().unwrap_or_default();
        let host = whole.splitn(4, '/').take(3).collect::<Vec<_>>().join("/");
        *url = Value::String(host);
    }
}

fn placed(source: &Source, leaks: Vec<Leak>) -> Vec<FoundLeak> {
    let leaks = leaks.into_iter();
    leaks
        .map(|leak| FoundLeak {
            place: source.nearest(&leak.pointer),
            kind: leak.kind,
        })
        .collect()
}

/// The text of a file, decoded as its byte order mark says. Invalid bytes are replaced, so that the
/// text around them is still searched.
fn text(bytes: &[u8]) -> String {
    let wide = |bytes: &[u8], read: fn([u8; 2]) -> u16| {
        let units: Vec<_> = bytes
            .chunks_exact(2)
            .map(|pair| read([pair[0], pair[1]]))
            .collect();
        String::from_utf16_lossy(&units)
    };
    match bytes {
        [0xef, 0xbb, 0xbf, rest @ ..] => String::from_utf8_lossy(rest).into_owned(),
        [0xff, 0xfe, rest @ ..] => wide(rest, u16::from_le_bytes),
        [0xfe, 0xff, rest @ ..] => wide(rest, u16::from_be_bytes),
        _ => String::from_utf8_lossy(bytes).into_owned(),
    }
}
