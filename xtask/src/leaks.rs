//! No recording may hold what must not be published. What that is, the redaction engine knows; here
//! it is applied to files.
//!
//! Files outside the workspace are not searched: they are not ours to publish, and judging real
//! traffic before it is redacted is what a HAR file is given for.

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use rayon::prelude::*;
use serde_json::Value;

use http_recording::walk;
use openapi_traffic::Finding;
use traffic_redact::{self as redact, Leak};

use crate::codes::Code;
use located::Place;
use located::{Source, display};

/// Searches every file at or below the paths, of whatever kind it is.
pub fn scan_all(paths: &[PathBuf]) -> anyhow::Result<Vec<Finding>> {
    let mut files = Vec::new();
    let ours = |path: &&PathBuf| path.is_relative() && path.exists();
    let mut folders: Vec<PathBuf> = paths.iter().filter(ours).cloned().collect();
    let mut known = HashSet::new();
    while let Some(folder) = folders.pop() {
        for found in walk(&folder) {
            let path = found?.path;
            if !known.insert(path.canonicalize().unwrap_or_else(|_| path.clone())) {
                continue;
            }
            // Links to folders are published with what they lead to.
            if path.is_file() {
                files.push(path);
            } else if path.is_dir() {
                folders.push(path);
            }
        }
    }
    let found: Vec<_> = files
        .par_iter()
        .map(|path| scan(path))
        .collect::<Result<_, _>>()?;
    Ok(found.into_iter().flatten().collect())
}

/// Searches one file: as JSON where it is, else each line as JSON or as text.
fn scan(path: &Path) -> anyhow::Result<Vec<Finding>> {
    // Bytes that are no text hide nothing: what surrounds them is searched all the same.
    let text = String::from_utf8_lossy(&std::fs::read(path)?).into_owned();
    let source = Source::new(display(path), text);
    if let Ok((value, _)) = source.json() {
        let leaks = redact::scan(&value);
        return Ok(leaks
            .iter()
            .map(|leak| finding(leak, source.nearest(&leak.pointer)))
            .collect());
    }
    let mut findings = Vec::new();
    for (index, line) in source.text().lines().enumerate() {
        let value = located::json(line).map(|(value, _)| value);
        let value = value.unwrap_or_else(|_| Value::String(line.to_owned()));
        for leak in redact::scan(&value) {
            let file = source.file().to_owned();
            let place = Place {
                file,
                line: index + 1,
                column: 1,
                pointer: leak.pointer.clone(),
            };
            findings.push(finding(&leak, Some(place)));
        }
    }
    Ok(findings)
}

fn finding(leak: &Leak, recording: Option<Place>) -> Finding {
    let message = format!(
        "the recording holds what must not be published: {}",
        leak.kind
    );
    // Never the value.
    let seen = leak.kind;
    Finding {
        recording,
        ..Finding::new(
            Code::Leak.rule(),
            message,
            "a placeholder, or a value kept for documentation",
            seen,
        )
    }
}
