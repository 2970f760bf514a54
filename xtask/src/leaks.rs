//! No recording may hold what must not be published. What that is, the redaction engine knows; here
//! it is applied to files.
//!
//! Files outside the workspace are not searched: they are not ours to publish, and judging real
//! traffic before it is redacted is what a HAR file is given for.

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use rayon::prelude::*;
use serde_json::Value;

use http_recording::{Recording, walk};
use openapi_traffic::Finding;
use traffic_redact::{Knowledge, Leak, unredacted, unredacted_prose, unredacted_value};

use crate::codes::Code;
use crate::export_har::CREATOR;
use located::Place;
use located::{Source, display};

/// Searches every file at or below the paths, of whatever kind it is. Links are followed, and where
/// they lead to is searched too.
///
/// # Errors
/// A file or folder cannot be read.
pub fn scan_all(paths: &[PathBuf], spec: &Value) -> anyhow::Result<Vec<Finding>> {
    let knowledge = Knowledge::of_spec(spec);
    let mut files = Vec::new();
    let mut findings = Vec::new();
    let ours = |path: &&PathBuf| path.is_relative() && path.exists();
    let mut folders: Vec<PathBuf> = paths.iter().filter(ours).cloned().collect();
    let mut known = HashSet::new();
    while let Some(folder) = folders.pop() {
        for found in walk(&folder) {
            let path = found?.path;
            if let Ok(target) = path.read_link() {
                let source = Source::new(display(&path), String::new());
                let leaks = unredacted_prose(&target.to_string_lossy(), &knowledge);
                findings.extend(leaks.iter().map(|leak| finding(leak, source.nearest(""))));
            }
            // Links may lead to the same file twice, and back to a folder above.
            if !known.insert(path.canonicalize().unwrap_or_else(|_| path.clone())) {
                continue;
            }
            if path.is_dir() {
                folders.push(path);
            } else if path.is_file() {
                files.push(path);
            }
        }
    }
    let found: Vec<_> = files
        .par_iter()
        .map(|path| scan(path, &knowledge))
        .collect::<Result<_, _>>()?;
    findings.extend(found.into_iter().flatten());
    Ok(findings)
}

/// Searches one file: as a recording or a HAR where it is one, as other JSON, else each line as one
/// of these or as sentences.
fn scan(path: &Path, knowledge: &Knowledge) -> anyhow::Result<Vec<Finding>> {
    let source = Source::new(display(path), text(&std::fs::read(path)?));
    if let Ok((value, _)) = source.json() {
        let leaks = leaks(value, source.text(), knowledge);
        return Ok(leaks
            .iter()
            .map(|leak| finding(leak, source.nearest(&leak.pointer)))
            .collect());
    }
    let mut findings = Vec::new();
    for (index, line) in source.text().lines().enumerate() {
        let leaks = match located::json(line) {
            Ok((value, _)) => leaks(value, line, knowledge),
            Err(_) => unredacted_prose(line, knowledge),
        };
        for leak in leaks {
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

/// The text of a file, without its byte order mark and in whichever encoding that says. Bytes that
/// are no text hide nothing: what surrounds them is searched all the same.
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

/// Whatever redaction would replace.
fn leaks(value: Value, text: &str, knowledge: &Knowledge) -> Vec<Leak> {
    if value.pointer("/log/entries").is_some_and(Value::is_array) {
        return leaks_of_har(value, text, knowledge);
    }
    match Recording::new(value.clone(), Vec::new()) {
        Ok(recording) => unredacted(&recording, knowledge),
        Err(_) => unredacted_value(&value, knowledge),
    }
}

/// The exchanges of a HAR as recordings, and the rest of the document as the format describes it.
fn leaks_of_har(mut har: Value, text: &str, knowledge: &Knowledge) -> Vec<Leak> {
    let (entries, _) = har_recording::read(text).unwrap_or_default();
    let mut leaks = Vec::new();
    for entry in entries {
        let of_entry = unredacted(&entry.recording, knowledge);
        leaks.extend(of_entry.into_iter().map(|leak| Leak {
            pointer: format!("{}{}", entry.pointer, leak.pointer),
            ..leak
        }));
        // What was looked at as a part of the exchange; what an entry has beside it is left.
        for part in [
            "request/postData/text",
            "request/queryString",
            "response/content/text",
        ] {
            if let Some(seen) = har.pointer_mut(&format!("{}/{part}", entry.pointer)) {
                *seen = Value::Null;
            }
        }
        if let Some(url) = har.pointer_mut(&format!("{}/request/url", entry.pointer)) {
            let whole = url.as_str().unwrap_or_default();
            let host = whole.splitn(4, '/').take(3).collect::<Vec<_>>().join("/");
            *url = Value::String(host);
        }
    }
    // Our own name is no secret, whatever another program may have written there.
    if har.pointer("/log/creator/name").and_then(Value::as_str) == Some(CREATOR) {
        har["log"]["creator"] = Value::Null;
    }
    let format = Knowledge::of_spec(&har_recording::format()).and(knowledge);
    leaks.extend(unredacted_value(&har, &format));
    leaks
}

fn finding(leak: &Leak, recording: Option<Place>) -> Finding {
    let message = format!(
        "the recording holds what must not be published: {}",
        leak.kind
    );
    // Never the value.
    let seen = leak.kind.as_str();
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
