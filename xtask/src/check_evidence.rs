//! Checks the evidence that corrections and relations name against the recordings.

use std::collections::HashMap;
use std::path::Path;

use located::Source;
use located::openapi::type_of;
use openapi_traffic::Finding;
use serde_json::Value;

use crate::codes::Code;
use crate::corrections::{Evidence, Item, Shows};

/// Checks one file. Recordings are read from below the current folder.
pub(crate) struct EvidenceCheck<'a> {
    file: &'a Source,
    /// What messages call an entry of the file.
    what: &'static str,
    /// Each recording is read once.
    recordings: HashMap<String, Result<(Source, Value), String>>,
    pub(crate) findings: Vec<Finding>,
}

impl<'a> EvidenceCheck<'a> {
    pub(crate) fn new(file: &'a Source, what: &'static str) -> Self {
        EvidenceCheck {
            file,
            what,
            recordings: HashMap::new(),
            findings: Vec::new(),
        }
    }

    /// Checks that the evidence of an entry exists and shows what the entry states.
    pub(crate) fn check(&mut self, id: &str, index: usize, evidence: &Evidence) {
        match evidence {
            Evidence::Belief(text) => {
                if text
                    .strip_prefix("none:")
                    .is_none_or(|why| why.trim().is_empty())
                {
                    let message = format!("the {} `{id}` has no evidence", self.what);
                    self.add(
                        Code::Incomplete,
                        &format!("/{index}/evidence"),
                        message,
                        "a list of places, or `none: <why we believe it>`",
                        text,
                    );
                }
            }
            Evidence::Items(items) => {
                if items.is_empty() {
                    let message = format!("the {} `{id}` has no evidence", self.what);
                    self.add(
                        Code::Incomplete,
                        &format!("/{index}"),
                        message,
                        "a list of places, or `none: <why we believe it>`",
                        "nothing",
                    );
                }
                for (number, item) in items.iter().enumerate() {
                    self.item(id, &format!("/{index}/evidence/{number}"), item);
                }
            }
        }
    }

    /// Whether one of the recordings has this origin.
    pub(crate) fn has_origin(&mut self, evidence: &Evidence, origin: &str) -> bool {
        let Evidence::Items(items) = evidence else {
            return false;
        };
        items.iter().any(|item| {
            let recording = self.recording(item.place().0);
            recording.is_ok_and(|(_, value)| {
                value.pointer("/meta/origin").and_then(Value::as_str) == Some(origin)
            })
        })
    }

    fn item(&mut self, id: &str, pointer: &str, item: &Item) {
        let shows = match item {
            Item::Exists(_) => None,
            Item::Shows(shows) => Some(shows),
        };
        let (file, inner) = item.place();
        let (source, value) = match self.recording(file) {
            Ok(recording) => recording,
            Err(reason) => {
                let reason = reason.clone();
                let message = format!("the evidence of `{id}` cannot be read");
                return self.add(
                    Code::EvidenceMissing,
                    pointer,
                    message,
                    "a recording",
                    &reason,
                );
            }
        };
        let found = value.pointer(inner);
        let place = source.place(inner);
        let wanted = match shows {
            Some(Shows { absent: true, .. }) => "nothing at this place".to_owned(),
            Some(Shows { is: Some(is), .. }) => is.to_string(),
            Some(Shows {
                r#type: Some(name), ..
            }) => format!("a value of type {name}"),
            _ => "a value at this place".to_owned(),
        };
        let (code, seen) = match (found, shows) {
            (None, Some(Shows { absent: true, .. })) if is_excerpt(value, inner) => (
                Code::EvidenceDiffers,
                "an excerpt, in which it may have been left out".to_owned(),
            ),
            (None, Some(Shows { absent: true, .. })) => return,
            (None, _) => (Code::EvidenceMissing, "nothing".to_owned()),
            (Some(value), Some(Shows { absent: true, .. })) => {
                (Code::EvidenceDiffers, type_of(value).to_owned())
            }
            // The value is not quoted: it may be a secret.
            (Some(value), Some(Shows { is: Some(is), .. })) if value != is => {
                (Code::EvidenceDiffers, format!("another {}", type_of(value)))
            }
            (
                Some(value),
                Some(Shows {
                    r#type: Some(name), ..
                }),
            ) if !is_of(value, name) => (Code::EvidenceDiffers, type_of(value).to_owned()),
            _ => return,
        };
        self.add(
            code,
            pointer,
            format!("the evidence of `{id}` does not support it"),
            &wanted,
            &seen,
        );
        if let Some(last) = self.findings.last_mut() {
            last.recording = place;
        }
    }

    fn recording(&mut self, file: &str) -> Result<&(Source, Value), &String> {
        let read = || -> anyhow::Result<(Source, Value)> {
            let source = Source::read(Path::new(file))?;
            let value = source.value()?;
            Ok((source, value))
        };
        self.recordings
            .entry(file.to_owned())
            .or_insert_with(|| read().map_err(|error| format!("{error:#}")))
            .as_ref()
    }

    pub(crate) fn add(
        &mut self,
        code: Code,
        pointer: &str,
        message: String,
        expected: &str,
        seen: &str,
    ) {
        let spec = self.file.nearest(pointer);
        self.findings.push(Finding {
            spec,
            ..Finding::new(code.rule(), message, expected, seen)
        });
    }
}

/// Whether a pointer leads into a body that `meta.excerpt` of the recording names.
fn is_excerpt(recording: &Value, pointer: &str) -> bool {
    let excerpts = recording.pointer("/meta/excerpt").and_then(Value::as_array);
    let mut parts = excerpts.into_iter().flatten().filter_map(Value::as_str);
    parts.any(|part| pointer.starts_with(&format!("/{part}/body")))
}

fn is_of(value: &Value, name: &str) -> bool {
    type_of(value) == name || (name == "number" && value.is_number())
}
