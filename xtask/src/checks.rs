//! The checks of this repository in addition to the traffic: recordings contain no secrets and
//! state their source, and corrections and relations have evidence.

use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use http_recording::Recording;
use located::Source;
use openapi_traffic::report::Report;
use openapi_traffic::{Checks, Finding, Relations, Spec};
use spec_corrections::{Corrections, Facts, Vendor, check, check_relations};
use traffic_redact::{FoundLeak, Knowledge, Search};

use crate::codes::Code;
use crate::export_har::CREATOR;
use crate::workspace::RECORDINGS;

/// In the folder of the corrections file.
const FACTS: &str = "vendor-facts.yaml";
/// A shorter note is not informative.
const SHORTEST_NOTE: usize = 20;

/// What the checks of one run are about.
#[derive(Debug, Default)]
pub struct Subjects {
    /// The recordings, as they were given.
    pub recordings: Vec<PathBuf>,
    /// The corrections.
    pub corrections: Option<PathBuf>,
    /// The vendor's documents, against which the vendor facts are checked; may be empty.
    pub vendor: Vendor,
}

/// The checks of one run.
#[derive(Debug)]
pub struct RepositoryChecks {
    subjects: Subjects,
    search: OnceLock<Search>,
}

impl RepositoryChecks {
    /// Checks for these files.
    pub fn new(subjects: Subjects) -> Self {
        RepositoryChecks {
            subjects,
            search: OnceLock::new(),
        }
    }

    /// The vendor's documents.
    pub fn vendor(&self) -> &Vendor {
        &self.subjects.vendor
    }

    fn search(&self, spec: &Spec) -> &Search {
        let knowledge = || Knowledge::of_spec(spec.value());
        let search = || Search::new(knowledge()).allow_creator(CREATOR);
        self.search.get_or_init(search)
    }

    /// What must not be published, in files that were not validated.
    fn leaks(&self, spec: &Spec) -> anyhow::Result<Vec<Finding>> {
        let paths = self.subjects.recordings.iter().map(PathBuf::as_path);
        let ours = paths.filter(|path| is_ours(path) && path.exists());
        let found = self.search(spec).below(ours)?;
        Ok(found.into_iter().map(leak).collect())
    }

    /// Checks the corrections against the spec, the recordings and the vendor facts.
    fn corrections(&self, spec: &Spec, report: &mut Report) -> anyhow::Result<Vec<Finding>> {
        let Some(path) = &self.subjects.corrections else {
            return Ok(Vec::new());
        };
        let corrections = Corrections::load(Source::read(path)?)?;
        let facts = Facts::load(Source::read(path.with_file_name(FACTS))?)?;
        report.summary.corrections = corrections.entries().len();
        let mut findings = check(&corrections, spec.value());
        findings.extend(facts.check(&corrections, spec.value()));
        if !self.vendor().is_empty() {
            findings.extend(facts.check_vendor(self.vendor())?);
        }
        Ok(findings)
    }
}

impl Checks for RepositoryChecks {
    fn wants(&self, path: &Path) -> bool {
        is_ours(path)
    }

    fn document(
        &self,
        spec: &Spec,
        source: &Source,
        exchanges: &[(&Recording, &str)],
    ) -> Vec<Finding> {
        let leaks = self.search(spec).document(source, exchanges).into_iter();
        let is_committed = Path::new(source.file()).starts_with(RECORDINGS);
        let note = match exchanges {
            [(recording, "")] if is_committed => note(source, recording),
            _ => None,
        };
        leaks.map(leak).chain(note).collect()
    }

    /// A file that cannot be read does not stop the other checks.
    fn finish(
        &self,
        spec: &Spec,
        relations: Option<&Relations>,
        report: &mut Report,
    ) -> Vec<Finding> {
        let mut findings = relations.map_or_else(Vec::new, check_relations);
        for part in [self.corrections(spec, report), self.leaks(spec)] {
            match part {
                Ok(more) => findings.extend(more),
                Err(error) => report.problems.push(format!("{error:#}")),
            }
        }
        findings
    }
}

/// Whether a file is below the workspace. Other files are not published, and a HAR file of real
/// traffic is validated before it is redacted.
fn is_ours(path: &Path) -> bool {
    path.is_relative()
}

fn leak(FoundLeak { kind, place }: FoundLeak) -> Finding {
    let message = format!("the recording contains what must not be published: {kind}");
    Finding {
        recording: place,
        ..Finding::new(
            Code::Leak.rule(),
            message,
            "a placeholder, or a value reserved for documentation",
            // Never the value.
            kind,
        )
    }
}

/// A finding if a committed recording has no informative note.
fn note(source: &Source, recording: &Recording) -> Option<Finding> {
    let length = recording.meta.note.trim().chars().count();
    let seen = match length {
        SHORTEST_NOTE.. => return None,
        0 => "no note".to_owned(),
        length => format!("a note of {length} characters"),
    };
    Some(Finding {
        recording: source.nearest("/meta/note"),
        ..Finding::new(
            Code::Note.rule(),
            "the recording does not state its source",
            "a sentence in `meta.note`: who recorded it, from which version of the service",
            seen,
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is found in a recording with this `meta`.
    fn found(meta: &str) -> Option<Finding> {
        let recording = format!(
            r#"{{"format": 1, "meta": {meta}, "request": {{"method": "GET", "path": "/"}},
                "response": {{"status": 200}}}}"#
        );
        let source = Source::new("200.json", recording);
        let recording = Recording::read(&source).expect("a recording");
        note(&source, &recording)
    }

    #[test]
    fn a_recording_without_a_note_is_a_finding_that_says_where_to_write_it() {
        for (meta, seen) in [
            (r#"{"origin": "captured"}"#, "no note"),
            (r#"{"origin": "captured", "note": "   "}"#, "no note"),
            (
                r#"{"origin": "captured", "note": "mine"}"#,
                "a note of 4 characters",
            ),
        ] {
            let finding = found(meta).expect("a finding");
            assert_eq!((finding.code, finding.seen.as_str()), ("NSV702", seen));
            assert!(finding.expected.contains("`meta.note`"));
        }
    }

    #[test]
    fn a_recording_with_a_note_is_fine() {
        let note = "Recorded in the network tab of a browser.";
        assert_eq!(
            found(&format!(r#"{{"origin": "captured", "note": "{note}"}}"#)),
            None
        );
    }
}
