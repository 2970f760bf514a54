//! The data of a report: findings, counts, and what was not validated.

use std::cmp::Reverse;
use std::collections::HashMap;
use std::time::Duration;

use indexmap::IndexMap;
use located::Place;
use schemars::JsonSchema;
use serde::Serialize;

use crate::codes::{Rules, Severity};
use crate::finding::Finding;
use crate::report::coverage::Coverage;
use crate::shown::{self, Known, visible};

/// Version of the JSON report; it changes when a field is removed or means something else.
pub const SCHEMA: u32 = 1;

/// How a run ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// No findings. Exit code 0.
    Clean,
    /// There are findings. Exit code 1, unless all of them are less severe than `--fail-on`.
    Findings,
    /// Something could not be validated, whatever else was found. Exit code 2.
    NotJudged,
}

/// The result of a run.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Report {
    /// Version of this format.
    pub schema: u32,
    /// How the run ended.
    pub outcome: Outcome,
    /// The file name of the spec.
    pub spec: String,
    /// The counts.
    pub summary: Summary,
    /// What could not be validated, and why.
    pub problems: Vec<String>,
    /// Which exchanges and files were skipped, and why.
    pub skipped: Vec<Skipped>,
    /// Which parts of validated exchanges were not validated, and why.
    pub unchecked: Vec<Skipped>,
    /// The findings: errors before warnings, and the most frequent first.
    pub findings: Vec<Reported>,
    /// The coverage of the spec by the recordings; only with `--coverage`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub coverage: Option<Coverage>,
    /// The validated exchanges, for JUnit.
    #[serde(skip)]
    pub cases: Vec<Case>,
    /// How long it took; not in machine-readable formats, which are reproducible.
    #[serde(skip)]
    pub elapsed: Duration,
    /// The program that made the report.
    #[serde(skip)]
    pub tool: Tool,
    /// The names and values that may be shown.
    #[serde(skip)]
    pub(crate) known: Known,
    /// The actual names of files that are shown under another name.
    #[serde(skip)]
    files: HashMap<String, String>,
    /// The files that the user gave (spec, baseline, relations), whose names are not masked.
    #[serde(skip)]
    pub(crate) given: Vec<String>,
}

/// The program that a report comes from.
#[derive(Debug, Clone)]
pub struct Tool {
    /// Its name.
    pub name: &'static str,
    /// Its version.
    pub version: &'static str,
    /// The rules that it checks.
    pub rules: Rules,
}

impl Default for Tool {
    fn default() -> Self {
        Tool {
            name: env!("CARGO_PKG_NAME"),
            version: env!("CARGO_PKG_VERSION"),
            rules: Rules::default(),
        }
    }
}

/// The counts of a run.
#[derive(Debug, Default, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Summary {
    /// Validated exchanges, without negative examples.
    pub exchanges: usize,
    /// Validated negative examples.
    pub negatives: usize,
    /// Operations of the spec.
    pub operations: usize,
    /// Operations with an exchange.
    pub operations_seen: usize,
    /// Corrections checked.
    pub corrections: usize,
    /// Relations checked.
    pub relations: usize,
    /// Findings of severity error.
    pub errors: usize,
    /// Findings of severity warning.
    pub warnings: usize,
    /// Findings that the baseline suppresses.
    pub suppressed: usize,
    /// Exchanges and files skipped.
    pub skipped: usize,
    /// How often something was not validated.
    pub unchecked: usize,
}

/// What was skipped or not validated for one reason.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
pub struct Skipped {
    /// Why.
    pub reason: String,
    /// How many.
    pub count: usize,
    /// The first of them.
    pub first: String,
}

impl std::fmt::Display for Skipped {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Skipped {
            reason,
            count,
            first,
        } = self;
        let more = if *count > 1 {
            format!(" and {} more", count - 1)
        } else {
            String::new()
        };
        write!(f, "{first}{more}: {reason}")
    }
}

/// A finding with its stable id.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Reported {
    /// The id for a baseline entry; the same for equal findings in the items of one array.
    pub id: String,
    /// The readable name of the code.
    pub name: String,
    /// The finding.
    #[serde(flatten)]
    pub finding: Finding,
}

/// A validated exchange.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Case {
    /// The folder or file that contains it.
    pub suite: String,
    /// Its name within that.
    pub name: String,
    /// Its findings, before the baseline is applied.
    pub findings: Vec<Finding>,
}

impl From<Finding> for Reported {
    fn from(finding: Finding) -> Self {
        Reported {
            id: finding.id(),
            name: finding.name.to_owned(),
            finding,
        }
    }
}

impl Report {
    /// An empty report of a tool for a spec.
    pub fn new(spec: String, tool: Tool) -> Self {
        Report {
            schema: SCHEMA,
            outcome: Outcome::Clean,
            given: vec![spec.clone()],
            spec,
            summary: Summary::default(),
            problems: Vec::new(),
            skipped: Vec::new(),
            unchecked: Vec::new(),
            findings: Vec::new(),
            coverage: None,
            cases: Vec::new(),
            elapsed: Duration::ZERO,
            tool,
            known: Known::default(),
            files: HashMap::new(),
        }
    }

    /// Sorts everything, masks what may not be shown, counts, and sets the outcome.
    pub fn conclude(&mut self) {
        self.spec = visible(&self.spec).into_owned();
        let Report {
            findings,
            cases,
            files,
            given,
            ..
        } = self;
        for case in cases.iter_mut() {
            case.suite = visible(&shown::file(&case.suite)).into_owned();
            case.name = visible(&shown::file(&case.name)).into_owned();
        }
        let of_cases = cases.iter_mut().flat_map(|case| &mut case.findings);
        for finding in findings
            .iter_mut()
            .map(|it| &mut it.finding)
            .chain(of_cases)
        {
            present(finding, files);
        }
        for problem in &mut self.problems {
            let shown = shown::apart_from(given, problem, shown::sentence);
            *problem = visible(&shown).into_owned();
        }
        for skipped in self.skipped.iter_mut().chain(&mut self.unchecked) {
            skipped.reason = visible(&skipped.reason).into_owned();
            let first = shown::apart_from(given, &skipped.first, shown::file);
            skipped.first = visible(&first).into_owned();
        }
        for row in self.coverage.iter_mut().flat_map(|it| &mut it.places) {
            for recording in &mut row.recordings {
                *recording = visible(&shown::file(recording)).into_owned();
            }
        }
        let mut times: HashMap<_, usize> = HashMap::new();
        for it in &self.findings {
            *times.entry(grouped(it)).or_default() += 1;
        }
        let mut order: Vec<_> = self
            .findings
            .iter()
            .map(|it| Reverse(times.get(&grouped(it)).copied().unwrap_or_default()))
            .zip(self.findings.iter().cloned())
            .collect();
        order.sort_by(|(a_times, a), (b_times, b)| {
            (a.finding.severity, a_times, weight(a)).cmp(&(b.finding.severity, b_times, weight(b)))
        });
        self.findings = order.into_iter().map(|(_, it)| it).collect();
        self.problems.sort();
        self.skipped.sort();
        self.unchecked.sort();
        self.cases.sort();
        let count = |severity| {
            self.findings
                .iter()
                .filter(|it| it.finding.severity == severity)
                .count()
        };
        self.summary.errors = count(Severity::Error);
        self.summary.warnings = count(Severity::Warning);
        self.summary.unchecked = self.unchecked.iter().map(|it| it.count).sum();
        self.summary.skipped = self.skipped.iter().map(|it| it.count).sum();
        self.outcome = match (self.problems.is_empty(), self.findings.is_empty()) {
            (false, _) => Outcome::NotJudged,
            (true, false) => Outcome::Findings,
            (true, true) => Outcome::Clean,
        };
    }

    /// The path of a file that is shown under this name.
    pub(super) fn path<'r>(&'r self, shown: &'r str) -> &'r str {
        self.files.get(shown).map_or(shown, String::as_str)
    }

    /// The same for formats that encode paths: the actual name, unless it is masked.
    pub(super) fn address<'r>(&'r self, shown: &'r str) -> &'r str {
        match shown.contains(shown::MASK) {
            true => shown,
            false => self.path(shown),
        }
    }
}

/// What equal findings have in common.
type Group = (&'static str, String, String, String);

fn grouped(it: &Reported) -> Group {
    let (code, spec, at, exchange) = it.finding.group();
    (code, spec.to_owned(), at, exchange.to_owned())
}

/// Groups equal findings, in the order of the first of each group.
pub(super) fn groups<'r>(
    findings: impl IntoIterator<Item = &'r Reported>,
) -> Vec<Vec<&'r Reported>> {
    let mut groups: IndexMap<Group, Vec<&Reported>> = IndexMap::new();
    for it in findings {
        groups.entry(grouped(it)).or_default().push(it);
    }
    groups.into_values().collect()
}

/// The sort key: by code, then by place, with groups together.
fn weight(it: &Reported) -> impl Ord + '_ {
    let Finding {
        spec,
        recording,
        message,
        ..
    } = &it.finding;
    (grouped(it), spec, recording, message)
}

/// Masks what may not be shown in a finding, and records which files are shown under another name.
fn present(finding: &mut Finding, files: &mut HashMap<String, String>) {
    for text in [
        &mut finding.message,
        &mut finding.expected,
        &mut finding.seen,
    ] {
        *text = visible(text).into_owned();
    }
    for text in [&mut finding.exchange, &mut finding.at]
        .into_iter()
        .flatten()
    {
        *text = visible(text).into_owned();
    }
    if let Some(place) = &mut finding.spec {
        present_place(place, files, |file| file.to_owned());
    }
    for place in [&mut finding.recording, &mut finding.before]
        .into_iter()
        .flatten()
    {
        present_place(place, files, shown::file);
    }
}

fn present_place(
    place: &mut Place,
    files: &mut HashMap<String, String>,
    shown: impl Fn(&str) -> String,
) {
    place.pointer = visible(&place.pointer).into_owned();
    let file = visible(&shown(&place.file)).into_owned();
    if file != place.file {
        let raw = std::mem::replace(&mut place.file, file.clone());
        files.insert(file, raw);
    }
}
