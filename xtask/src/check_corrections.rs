//! The corrections held against the spec and the recordings. That the vendor still has what they
//! correct is for the [vendor facts](crate::vendor_facts).

use std::collections::{HashMap, HashSet};
use std::path::Path;

use located::Source;
use openapi_traffic::Finding;
use serde_json::Value;

use crate::codes::Code;
use crate::corrections::{Correction, Corrections, Evidence, Item, Shows};

/// Everything that is wrong with the entries; evidence is read from below the current folder.
pub fn check(corrections: &Corrections, spec: &Value) -> Vec<Finding> {
    let mut check = Check {
        file: corrections,
        recordings: HashMap::new(),
        findings: Vec::new(),
    };
    let mut ids = HashSet::new();
    for (index, entry) in corrections.entries().iter().enumerate() {
        check.entry(index, entry, spec, &mut ids);
    }
    check.findings
}

struct Check<'a> {
    file: &'a Corrections,
    /// Each recording is read once.
    recordings: HashMap<String, Result<(Source, Value), String>>,
    findings: Vec<Finding>,
}

impl<'a> Check<'a> {
    fn entry(
        &mut self,
        index: usize,
        entry: &'a Correction,
        spec: &Value,
        ids: &mut HashSet<&'a str>,
    ) {
        let Correction {
            id,
            at,
            vendor,
            truth,
            evidence,
            effect,
        } = entry;
        if !kebab_case(id) {
            self.add(
                Code::Id,
                &format!("/{index}/id"),
                format!("`{id}` is no name for a correction"),
                "lower-case words joined by `-`",
                id,
            );
        }
        if !ids.insert(id) {
            self.add(
                Code::Id,
                &format!("/{index}/id"),
                format!("two corrections are called `{id}`"),
                "a name of its own",
                "a second one",
            );
        }
        if spec.pointer(at).is_none() {
            let message =
                format!("the correction `{id}` is of a place that the spec does not have");
            self.add(
                Code::Place,
                &format!("/{index}/at"),
                message,
                "a JSON pointer that resolves in the spec",
                at,
            );
        }
        let silent = |value: &Value| {
            value.is_null() || value.as_str().is_some_and(|text| text.trim().is_empty())
        };
        let missing = [
            (
                "vendor",
                vendor.is_empty() || vendor.values().any(silent),
                "what each vendor version says",
            ),
            ("truth", truth.trim().is_empty(), "what is true"),
            (
                "effect",
                effect.trim().is_empty(),
                "what a user of the vendor's version would suffer",
            ),
        ];
        for (part, _, what) in missing.into_iter().filter(|(_, missing, _)| *missing) {
            self.add(
                Code::Incomplete,
                &format!("/{index}"),
                format!("the correction `{id}` has no `{part}`"),
                what,
                "nothing",
            );
        }
        match evidence {
            Evidence::Belief(text) => {
                if text
                    .strip_prefix("none:")
                    .is_none_or(|why| why.trim().is_empty())
                {
                    let message = format!("the correction `{id}` has no evidence");
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
                    let message = format!("the correction `{id}` has no evidence");
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
                (Code::EvidenceDiffers, kind(value).to_owned())
            }
            // The value itself is not said: it may be what must not be.
            (Some(value), Some(Shows { is: Some(is), .. })) if value != is => {
                (Code::EvidenceDiffers, format!("another {}", kind(value)))
            }
            (
                Some(value),
                Some(Shows {
                    r#type: Some(name), ..
                }),
            ) if !is_of(value, name) => (Code::EvidenceDiffers, kind(value).to_owned()),
            _ => return,
        };
        self.add(
            code,
            pointer,
            format!("the evidence of `{id}` does not show it"),
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

    fn add(&mut self, code: Code, pointer: &str, message: String, expected: &str, seen: &str) {
        let spec = self.file.place(pointer);
        self.findings.push(Finding {
            spec,
            ..Finding::new(code.rule(), message, expected, seen)
        });
    }
}

/// Whether a pointer leads into a body that is an excerpt, as `meta` of the recording says.
fn is_excerpt(recording: &Value, pointer: &str) -> bool {
    let excerpts = recording.pointer("/meta/excerpt").and_then(Value::as_array);
    let mut parts = excerpts.into_iter().flatten().filter_map(Value::as_str);
    parts.any(|part| pointer.starts_with(&format!("/{part}/body")))
}

fn kebab_case(id: &str) -> bool {
    id.split('-').all(|word| {
        !word.is_empty()
            && word
                .bytes()
                .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit())
    })
}

/// The JSON Schema type of a value.
fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(number) if number.is_f64() => "number",
        Value::Number(_) => "integer",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    }
}

fn is_of(value: &Value, name: &str) -> bool {
    kind(value) == name || (name == "number" && value.is_number())
}
