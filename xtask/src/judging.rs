//! The recordings of a run judged one after the other into its report.

use std::path::{Path, PathBuf};

use crate::corpus::{self, HarLog, Judged};
use crate::evidence::Verdict;
use crate::finding::Finding;
use crate::har;
use crate::progress::spinner;
use crate::report::coverage::Coverage;
use crate::report::{Case, Report, Skipped};
use crate::spec::{SiteKind, Spec};

/// Which parts of a report only some of its forms show.
#[derive(Debug, Clone, Copy)]
pub struct Wanted {
    /// The evidence.
    pub coverage: bool,
    /// The list of exchanges, which grows with their number.
    pub cases: bool,
}

/// Judges everything at or below the paths: the findings are returned, all else goes into the
/// report.
pub fn judge(spec: &Spec, paths: &[PathBuf], wanted: Wanted, report: &mut Report) -> Vec<Finding> {
    let progress = spinner("{spinner} {human_pos} exchanges judged, {elapsed}");
    let mut findings = Vec::new();
    let mut each = |judged: Judged| {
        progress.inc(1);
        if wanted.cases {
            report.cases.push(case(&judged));
        }
        findings.extend(judged.findings);
    };
    let summary = corpus::for_each(paths, spec, read_har, &mut each);
    progress.finish_and_clear();
    (report.summary.exchanges, report.summary.negatives) = (summary.exchanges, summary.negative);
    report.problems.extend(summary.problems);
    report.skipped = summary
        .skipped
        .into_iter()
        .map(|(reason, corpus::Skipped { count, first })| Skipped {
            reason,
            count,
            first,
        })
        .collect();
    let rows = summary.evidence.rows(spec);
    let operations = || {
        rows.iter()
            .filter(|row| row.kind == SiteKind::Operation && row.verdict != Verdict::Undocumented)
    };
    report.summary.operations = operations().count();
    report.summary.operations_seen = operations().filter(|row| row.seen > 0).count();
    report.coverage = wanted.coverage.then(|| Coverage::new(rows));
    findings
}

fn case(judged: &Judged) -> Case {
    let label = Path::new(judged.label.as_ref());
    let part =
        |part: Option<&std::ffi::OsStr>| part.unwrap_or_default().to_string_lossy().into_owned();
    Case {
        suite: label
            .parent()
            .unwrap_or(label)
            .to_string_lossy()
            .into_owned(),
        name: part(label.file_name()),
        findings: judged.findings.clone(),
    }
}

fn read_har(text: &str) -> anyhow::Result<HarLog> {
    let (entries, skipped) = har::read(text)?;
    Ok(HarLog {
        exchanges: entries
            .into_iter()
            .map(|entry| (entry.recording, entry.pointer))
            .collect(),
        skipped: skipped.into_iter().map(|skip| skip.reason).collect(),
    })
}
