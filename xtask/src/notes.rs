//! Every committed recording says where it comes from: a stranger has to know what it proves.

use std::path::Path;

use http_recording::{Kind, Recording, walk};
use located::Source;
use openapi_traffic::Finding;

use crate::codes::Code;

/// What is shorter says nothing.
const SHORTEST: usize = 20;

/// The recordings at or below the paths whose note is missing or says nothing. What is no recording
/// is not for this check to report.
///
/// # Errors
/// A file or folder cannot be read.
pub fn check<'p>(paths: impl IntoIterator<Item = &'p Path>) -> anyhow::Result<Vec<Finding>> {
    let mut findings = Vec::new();
    for found in paths.into_iter().flat_map(walk) {
        let found = found?;
        if found.kind != Ok(Kind::Document) {
            continue;
        }
        let source = Source::read(&found.path)?;
        let Ok(recording) = Recording::read(&source) else {
            continue;
        };
        let length = recording.meta.note.trim().chars().count();
        if length >= SHORTEST {
            continue;
        }
        let seen = match length {
            0 => "no note".to_owned(),
            length => format!("a note of {length} characters"),
        };
        findings.push(Finding {
            recording: source.nearest("/meta/note"),
            ..Finding::new(
                Code::Note.rule(),
                "the recording does not say where it comes from",
                "a sentence in `meta.note`: who recorded it, from which version of the service",
                seen,
            )
        });
    }
    Ok(findings)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is found in a folder with one recording of this `meta`.
    fn found(meta: &str) -> Vec<Finding> {
        let folder = tempfile::tempdir().expect("a folder");
        let recording = format!(
            r#"{{"format": 1, "meta": {meta}, "request": {{"method": "GET", "path": "/"}},
                "response": {{"status": 200}}}}"#
        );
        std::fs::write(folder.path().join("200.json"), recording).expect("a file");
        check([folder.path()]).expect("checked")
    }

    #[test]
    fn a_recording_without_a_note_is_found_and_told_where_to_write_it() {
        for (meta, seen) in [
            (r#"{"origin": "captured"}"#, "no note"),
            (r#"{"origin": "captured", "note": "   "}"#, "no note"),
            (
                r#"{"origin": "captured", "note": "mine"}"#,
                "a note of 4 characters",
            ),
        ] {
            let findings = found(meta);
            assert_eq!(findings.len(), 1, "{meta}");
            assert_eq!(
                (findings[0].code, findings[0].seen.as_str()),
                ("NSV702", seen)
            );
            assert!(findings[0].expected.contains("`meta.note`"));
        }
    }

    #[test]
    fn a_recording_with_a_note_is_fine() {
        let note = "Recorded in the network tab of a browser.";
        assert_eq!(
            found(&format!(r#"{{"origin": "captured", "note": "{note}"}}"#)),
            []
        );
    }
}
