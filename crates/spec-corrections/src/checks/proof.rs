//! Checks evidence: whether recordings show what entries of a file say that they show.

use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;

use located::openapi::{is_of_type, type_of};
use located::{Error, Source};
use openapi_traffic::Finding;
use serde_json::Value;

use super::codes::Code;
use crate::evidence::{Evidence, Item, NONE, Shows};

/// What an entry without evidence should have.
const WANTED: &str = "a list of places, or `none: <why we believe it>`";

/// The checks of one file. Recordings are read from below the current folder, each once.
pub(crate) struct Proof<'a> {
    file: &'a Source,
    /// What messages call an entry of the file.
    what: &'static str,
    recordings: HashMap<String, Result<(Source, Value), Error>>,
    pub(crate) findings: Vec<Finding>,
}

impl<'a> Proof<'a> {
    pub(crate) fn new(file: &'a Source, what: &'static str) -> Self {
        Proof {
            file,
            what,
            recordings: HashMap::new(),
            findings: Vec::new(),
        }
    }

    /// Checks that the evidence of an entry exists and shows what the entry states.
    pub(crate) fn check(&mut self, id: &str, index: usize, evidence: &Evidence) {
        let missing = format!("the {} `{id}` has no evidence", self.what);
        match evidence {
            Evidence::Belief(text) => {
                let why = text.strip_prefix(NONE).unwrap_or_default();
                if why.trim().is_empty() {
                    let at = format!("/{index}/evidence");
                    self.add(Code::Incomplete, &at, missing, WANTED, text);
                }
            }
            Evidence::Items(items) if items.is_empty() => {
                let at = format!("/{index}");
                self.add(Code::Incomplete, &at, missing, WANTED, "nothing");
            }
            Evidence::Items(items) => {
                for (number, item) in items.iter().enumerate() {
                    self.item(id, &format!("/{index}/evidence/{number}"), item);
                }
            }
        }
    }

    /// Whether one of the recordings has this origin.
    pub(crate) fn has_origin(&mut self, evidence: &Evidence, origin: &str) -> bool {
        evidence.items().iter().any(|item| {
            let recording = self.recording(item.place().0);
            recording.is_ok_and(|(_, value)| {
                value.pointer("/meta/origin").and_then(Value::as_str) == Some(origin)
            })
        })
    }

    fn item(&mut self, id: &str, at: &str, item: &Item) {
        let (file, inner) = item.place();
        let (source, recording) = match self.recording(file) {
            Ok(recording) => recording,
            Err(error) => {
                let reason = reason(error);
                let message = format!("the evidence of `{id}` cannot be read");
                self.add(Code::EvidenceMissing, at, message, "a recording", &reason);
                return;
            }
        };
        let Some((code, expected, seen)) = contradiction(item, recording, inner) else {
            return;
        };
        let place = source.place(inner);
        let message = format!("the evidence of `{id}` does not support it");
        self.findings.push(Finding {
            recording: place,
            ..finding(self.file, code, at, message, &expected, &seen)
        });
    }

    fn recording(&mut self, file: &str) -> Result<&(Source, Value), &Error> {
        let read = || {
            let source = Source::read(Path::new(file))?;
            let value = source.value()?;
            Ok((source, value))
        };
        let recordings = &mut self.recordings;
        recordings
            .entry(file.to_owned())
            .or_insert_with(read)
            .as_ref()
    }

    pub(crate) fn add(
        &mut self,
        code: Code,
        at: &str,
        message: String,
        expected: &str,
        seen: &str,
    ) {
        let found = finding(self.file, code, at, message, expected, seen);
        self.findings.push(found);
    }
}

/// A finding at the place in the file that a pointer leads to, or at the nearest one around it.
pub(crate) fn finding(
    file: &Source,
    code: Code,
    at: &str,
    message: String,
    expected: &str,
    seen: &str,
) -> Finding {
    Finding {
        spec: file.nearest(at).map(Arc::new),
        ..Finding::new(code.rule(), message, expected, seen)
    }
}

/// How a recording contradicts an item at a place: the code, what was expected, and what is there.
/// A value is not quoted, because it may be a secret.
fn contradiction(item: &Item, recording: &Value, at: &str) -> Option<(Code, String, String)> {
    let (is, kind, absent) = match item {
        Item::Exists(_) => (None, None, false),
        Item::Shows(Shows {
            is, r#type, absent, ..
        }) => (is.as_ref(), r#type.as_ref(), *absent),
    };
    let expected = match (absent, is, kind) {
        (true, ..) => "nothing at this place".to_owned(),
        (_, Some(is), _) => is.to_string(),
        (_, _, Some(kind)) => format!("a value of type {kind}"),
        _ => "a value at this place".to_owned(),
    };
    let (code, seen) = match recording.pointer(at) {
        None if absent && is_excerpt(recording, at) => (
            Code::EvidenceDiffers,
            "an excerpt, in which it may have been left out".to_owned(),
        ),
        None if absent => return None,
        None => (Code::EvidenceMissing, "nothing".to_owned()),
        Some(value) if is.is_some_and(|is| is != value) => {
            (Code::EvidenceDiffers, format!("another {}", type_of(value)))
        }
        Some(value) if absent || kind.is_some_and(|kind| !is_of_type(value, kind)) => {
            (Code::EvidenceDiffers, type_of(value).to_owned())
        }
        Some(_) => return None,
    };
    Some((code, expected, seen))
}

/// Why a file cannot be read.
fn reason(error: &Error) -> String {
    match std::error::Error::source(error) {
        Some(cause) => format!("{error}: {cause}"),
        None => error.to_string(),
    }
}

/// Whether a pointer leads into a body that `meta.excerpt` of the recording names.
fn is_excerpt(recording: &Value, pointer: &str) -> bool {
    let excerpts = recording.pointer("/meta/excerpt").and_then(Value::as_array);
    let mut parts = excerpts.into_iter().flatten().filter_map(Value::as_str);
    parts.any(|part| pointer.starts_with(&format!("/{part}/body")))
}
