//! One run: validates a document against the traffic at some paths, and fills a report.

use std::ops::Range;
use std::path::{Path, PathBuf};
use std::time::Instant;

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use located::{Source, display};

use crate::baseline::Baseline;
use crate::checks::Checks;
use crate::corpus;
use crate::evidence::{Evidence, Verdict};
use crate::finding::Finding;
use crate::parts::By;
use crate::relations::Relations;
use crate::report::{Case, Coverage, Report, Reported, Skipped, Tool};
use crate::spec::{SiteKind, Spec};

/// The inputs of a run, and what its report contains.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// An OpenAPI 3.0 document, YAML or JSON.
    pub spec: PathBuf,
    /// Recordings: files, folders, HAR 1.2 files, NDJSON files with a recording a line.
    pub paths: Vec<PathBuf>,
    /// The hosts whose traffic is validated; if empty, the `servers` of the document decide.
    pub hosts: Vec<String>,
    /// A file of findings to suppress.
    pub baseline: Option<PathBuf>,
    /// A file of relations.
    pub relations: Option<PathBuf>,
    /// Whether a baseline entry that matches nothing is a finding, and a relation that never
    /// applies. Set it to false if only some of the recordings are validated.
    pub unused_excuses: bool,
    /// Whether the report contains the coverage.
    pub coverage: bool,
    /// Whether the report contains the list of exchanges, which grows with their number.
    pub cases: bool,
}

/// Validates the document against the traffic. `checks` adds the findings of a tool, and `each` is
/// called after each exchange.
///
/// What cannot be read or validated is listed in the problems of the report. The report is complete
/// and sorted.
pub fn run(options: &Options, tool: Tool, checks: &dyn Checks, each: &mut dyn FnMut()) -> Report {
    run_on(Source::read(&options.spec), options, tool, checks, each)
}

/// The same with another text for the document.
pub(crate) fn run_on(
    document: Result<Source, located::Error>,
    options: &Options,
    tool: Tool,
    checks: &dyn Checks,
    each: &mut dyn FnMut(),
) -> Report {
    let started = Instant::now();
    let mut report = Report::new(display(&options.spec), tool);
    // Without a document nothing can be validated; other files that cannot be read do not stop the
    // run.
    match document.and_then(Spec::load_usable) {
        Ok((spec, problems)) => {
            report.problems.extend(problems.iter().map(explained));
            let spec = spec.at_hosts(options.hosts.clone());
            let relations = relations(&spec, options, &mut report);
            let by = By {
                spec: &spec,
                relations: relations.as_ref(),
                checks,
            };
            let mut findings = judge(by, options, &mut report, each);
            findings.extend(checks.finish(&spec, relations.as_ref(), &mut report));
            report.known = spec.known.clone();
            let kept = excuse(findings, options, &mut report);
            report.findings = Reported::all(kept);
        }
        Err(error) => report.problems.push(explained(&error)),
    }
    report.elapsed = started.elapsed();
    report.conclude();
    report
}

/// Validates everything at or below the paths. Returns the findings; everything else goes into the
/// report.
fn judge(
    by: By<'_>,
    options: &Options,
    report: &mut Report,
    each: &mut dyn FnMut(),
) -> Vec<Finding> {
    let mut findings: Vec<Finding> = Vec::new();
    let By {
        spec, relations, ..
    } = by;
    let summary = corpus::for_each_by(&options.paths, by, &mut |judged| {
        each();
        let before = findings.len();
        findings.extend(judged.findings);
        if options.cases {
            for (number, finding) in findings.iter_mut().enumerate().skip(before) {
                finding.number = Some(number);
            }
            report
                .cases
                .push(case(&judged.label, before..findings.len()));
        }
    });
    findings.extend(summary.beside);
    (report.summary.exchanges, report.summary.negatives) = (summary.exchanges, summary.negative);
    if let Some(relations) = relations {
        report.summary.relations = relations.all().len();
        // A file that could not be read might have had the exchanges that they need.
        if options.unused_excuses && summary.problems.is_empty() {
            findings.extend(relations.never_applied(&summary.applied));
        }
    }
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
    report.unchecked = unchecked(spec, &summary.evidence);
    let rows = summary.evidence.rows(spec);
    let operations = || {
        rows.iter()
            .filter(|row| row.kind == SiteKind::Operation && row.verdict != Verdict::Undocumented)
    };
    report.summary.operations = operations().count();
    report.summary.operations_seen = operations().filter(|row| row.origins.by_others()).count();
    report.coverage = options.coverage.then(|| Coverage::new(rows));
    findings
}

/// The relations, if a file of them was given and can be read.
fn relations(spec: &Spec, options: &Options, report: &mut Report) -> Option<Relations> {
    let path = options.relations.as_ref()?;
    match Source::read(path).and_then(|source| Relations::load(source, spec)) {
        Ok(relations) => Some(relations),
        Err(error) => {
            report.problems.push(explained(&error));
            None
        }
    }
}

/// What was not validated, in the document and in the traffic.
fn unchecked(spec: &Spec, evidence: &Evidence) -> Vec<Skipped> {
    let of_spec = spec.unchecked().map(|(reason, pointer)| Skipped {
        reason: reason.to_owned(),
        count: 1,
        first: match spec.place(pointer) {
            Some(place) => format!("{}:{}:{}", place.file, place.line, place.column),
            None => spec.source().file().to_owned(),
        },
    });
    let of_traffic = evidence.unchecked().map(|(reason, times, label)| Skipped {
        reason: reason.to_owned(),
        count: usize::try_from(times).unwrap_or(usize::MAX),
        first: label.to_owned(),
    });
    of_spec.chain(of_traffic).collect()
}

fn case(label: &str, findings: Range<usize>) -> Case {
    let label = Path::new(label);
    let part =
        |part: Option<&std::ffi::OsStr>| part.unwrap_or_default().to_string_lossy().into_owned();
    Case {
        suite: label
            .parent()
            .unwrap_or(label)
            .to_string_lossy()
            .into_owned(),
        name: part(label.file_name()),
        findings,
    }
}

/// The findings that the baseline does not suppress, and those about the baseline itself.
fn excuse(findings: Vec<Finding>, options: &Options, report: &mut Report) -> Vec<Finding> {
    let Some(path) = &options.baseline else {
        return findings;
    };
    report.given.push(display(path));
    let loaded = Source::read(path).and_then(|it| Baseline::load(it, &report.tool.rules));
    let applied = match loaded {
        Ok(baseline) => baseline.apply(findings, today()),
        Err(error) => {
            report.problems.push(explained(&error));
            return findings;
        }
    };
    report.summary.suppressed = applied.suppressed;
    let mut kept = applied.kept;
    kept.extend(applied.expired);
    if options.unused_excuses {
        kept.extend(applied.unused);
    }
    kept
}

/// An error with its cause.
fn explained(error: &located::Error) -> String {
    match std::error::Error::source(error) {
        Some(cause) => format!("{error}: {cause}"),
        None => error.to_string(),
    }
}

/// The day in UTC, so that an entry expires everywhere at the same time.
fn today() -> Date {
    Timestamp::now().to_zoned_datetime(TimeZone::UTC).date()
}
