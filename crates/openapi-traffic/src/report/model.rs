//! The data of a report: findings, counts, and what was not validated.

use std::borrow::Cow;
use std::cmp::Reverse;
use std::collections::HashMap;
use std::ops::Range;
use std::sync::Arc;
use std::time::Duration;

use foldhash::fast::FixedState;
use indexmap::IndexMap;
use rayon::prelude::*;
use schemars::JsonSchema;
use serde::Serialize;

use crate::codes::{Rules, Severity};
use crate::finding::Finding;
use crate::masking::{self, Known};
use crate::report::coverage::Coverage;
use crate::visible::{make_visible, visible};

/// Version of the JSON report; it changes when a field is removed or means something else.
const SCHEMA: u32 = 1;

/// How a run ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// No findings. Exit code 0.
    Clean,
    /// There are findings. Exit code 1, unless all of them are less severe than `--fail-on`.
    Findings,
    /// Something could not be validated, whatever else was found. Exit code 2.
    NotValidated,
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
    pub name: &'static str,
    /// The finding.
    #[serde(flatten)]
    pub finding: Finding,
}

/// A validated exchange.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Case {
    /// The folder or file that contains it.
    pub suite: String,
    /// Its name within that.
    pub name: String,
    /// The numbers of its findings, before the baseline is applied.
    pub findings: Range<usize>,
}

impl Reported {
    /// Findings with their ids.
    pub(crate) fn all(findings: Vec<Finding>) -> Vec<Reported> {
        let ids = Finding::ids(&findings);
        let with_ids = findings.into_iter().zip(ids);
        with_ids
            .map(|(finding, id)| Reported {
                id,
                name: finding.name,
                finding,
            })
            .collect()
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
    pub(crate) fn conclude(&mut self) {
        self.spec = visible(&self.spec).into_owned();
        let Report {
            findings,
            cases,
            files,
            given,
            ..
        } = self;
        for case in cases.iter_mut() {
            case.suite = visible(&masking::file(&case.suite)).into_owned();
            case.name = visible(&masking::file(&case.name)).into_owned();
        }
        let mut names = Names {
            shown: HashMap::default(),
            real: files,
        };
        findings
            .par_iter_mut()
            .for_each(|it| make_texts_visible(&mut it.finding));
        for it in findings {
            names.present(&mut it.finding);
        }
        for problem in &mut self.problems {
            let shown = masking::apart_from(given, problem, masking::sentence);
            *problem = visible(&shown).into_owned();
        }
        for skipped in self.skipped.iter_mut().chain(&mut self.unchecked) {
            skipped.reason = visible(&skipped.reason).into_owned();
            let first = masking::apart_from(given, &skipped.first, masking::file);
            skipped.first = visible(&first).into_owned();
        }
        for row in self.coverage.iter_mut().flat_map(|it| &mut it.places) {
            for recording in &mut row.recordings {
                *recording = visible(&masking::file(recording)).into_owned();
            }
        }
        let order = order(&self.findings);
        sort_by(&mut self.findings, order);
        self.problems.sort();
        self.skipped.sort();
        self.unchecked.sort();
        // Cases whose names are masked alike keep their order.
        self.cases
            .sort_by(|a, b| (&a.suite, &a.name).cmp(&(&b.suite, &b.name)));
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
            (false, _) => Outcome::NotValidated,
            (true, false) => Outcome::Findings,
            (true, true) => Outcome::Clean,
        };
    }

    /// The path of a file that is shown under this name.
    pub(crate) fn path<'r>(&'r self, shown: &'r str) -> &'r str {
        self.files.get(shown).map_or(shown, String::as_str)
    }

    /// The same for formats that encode paths: the actual name, unless it is masked.
    pub(super) fn address<'r>(&'r self, shown: &'r str) -> &'r str {
        match shown.contains(masking::MASK) {
            true => shown,
            false => self.path(shown),
        }
    }
}

/// What equal findings have in common.
type Group<'r> = (&'static str, &'r str, String, &'r str);

/// Groups equal findings, in the order of the first of each group.
pub(super) fn groups<'r>(
    findings: impl IntoIterator<Item = &'r Reported>,
) -> Vec<Vec<&'r Reported>> {
    let mut groups: IndexMap<Group<'_>, Vec<&Reported>, FixedState> = IndexMap::default();
    for it in findings {
        groups.entry(it.finding.group()).or_default().push(it);
    }
    groups.into_values().collect()
}

/// The numbers of the findings in their order: by severity, those of the largest group first, then
/// by code and place, those of a group together.
fn order(findings: &[Reported]) -> Vec<usize> {
    let mut groups: IndexMap<Group<'_>, Vec<usize>, FixedState> = IndexMap::default();
    for (number, it) in findings.iter().enumerate() {
        groups.entry(it.finding.group()).or_default().push(number);
    }
    groups.sort_unstable_by(|a, some, b, others| {
        (Reverse(some.len()), a).cmp(&(Reverse(others.len()), b))
    });
    let weight = |number: &usize| {
        let Finding {
            spec,
            recording,
            message,
            ..
        } = &findings[*number].finding;
        (spec, recording, message)
    };
    for numbers in groups.values_mut() {
        numbers.sort_by(|a, b| weight(a).cmp(&weight(b)));
    }
    let mut order: Vec<usize> = groups.into_values().flatten().collect();
    order.sort_by_key(|number| findings[*number].finding.severity);
    order
}

/// Puts all items in an order of their numbers, without a copy of all of them.
fn sort_by<T>(items: &mut [T], mut order: Vec<usize>) {
    for first in 0..order.len() {
        // The items of one cycle change places.
        let mut here = first;
        while order[here] != first {
            let next = std::mem::replace(&mut order[here], here);
            items.swap(here, next);
            here = next;
        }
        order[here] = here;
    }
}

/// Escapes what a terminal would interpret in the texts of a finding.
fn make_texts_visible(finding: &mut Finding) {
    let texts = [
        &mut finding.message,
        &mut finding.expected,
        &mut finding.seen,
    ];
    let places = [&mut finding.recording, &mut finding.before];
    let pointers = places.into_iter().flatten().map(|place| &mut place.pointer);
    for text in texts.into_iter().chain(&mut finding.at).chain(pointers) {
        make_visible(text);
    }
    if let Some(exchange) = &mut finding.exchange
        && let Cow::Owned(shown) = visible(exchange)
    {
        *exchange = shown.into();
    }
    if let Some(place) = &mut finding.spec
        && let Cow::Owned(shown) = visible(&place.pointer)
    {
        Arc::make_mut(place).pointer = shown;
    }
}

/// The names of files.
struct Names<'r> {
    /// How those of recordings are shown, each worked out once.
    shown: HashMap<String, String, FixedState>,
    /// The files that are shown by another name than they have.
    real: &'r mut HashMap<String, String>,
}

impl Names<'_> {
    /// Masks the names of the files of a finding, and remembers which file has another name.
    fn present(&mut self, finding: &mut Finding) {
        if let Some(place) = &mut finding.spec
            && let Cow::Owned(shown) = visible(&place.file)
        {
            rename(&mut Arc::make_mut(place).file, &shown, self.real);
        }
        for place in [&mut finding.recording, &mut finding.before]
            .into_iter()
            .flatten()
        {
            if !self.shown.contains_key(&place.file) {
                let shown = visible(&masking::file(&place.file)).into_owned();
                self.shown.insert(place.file.clone(), shown);
            }
            if let Some(shown) = self.shown.get(&place.file) {
                rename(&mut place.file, shown, self.real);
            }
        }
    }
}

/// Gives a file the name that is shown.
fn rename(file: &mut String, shown: &str, real: &mut HashMap<String, String>) {
    if file != shown {
        let raw = std::mem::replace(file, shown.to_owned());
        real.insert(shown.to_owned(), raw);
    }
}
