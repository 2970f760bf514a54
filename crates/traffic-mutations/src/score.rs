//! Makes every mutation, and counts which are detected, and by what.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::Context;
use http_recording::{Recording, files};
use located::{Place, Source, display, normal};
use openapi_traffic::{Exchange, Relations, Routes, Spec, judge};
use rayon::prelude::*;
use serde::Serialize;
use serde_json::Value;

use crate::contract::{Contract, Free};
use crate::operators::{Operator, edits, mutated};

/// Another reader of the traffic, for example a client. It gets the `operationId` (or method and
/// path) and the exchange, and says whether it rejects the exchange.
pub type Reader = dyn Fn(&str, &Recording) -> bool + Sync;

/// What exchanges are validated by.
#[derive(Clone, Copy)]
pub struct By<'b> {
    /// The document.
    pub spec: &'b Spec,
    /// What must be true of exchanges, and between them.
    pub relations: Option<&'b Relations>,
    /// What else reads the traffic.
    pub reader: Option<&'b Reader>,
}

impl std::fmt::Debug for By<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("By").finish_non_exhaustive()
    }
}

/// A recorded exchange and where it comes from.
#[derive(Debug)]
pub struct Recorded {
    path: PathBuf,
    source: Arc<Source>,
    json: Value,
    exchange: Arc<Exchange>,
}

impl Recorded {
    /// The exchange.
    pub fn exchange(&self) -> &Arc<Exchange> {
        &self.exchange
    }
}

/// The recordings at or below some paths, but for those that must be refused.
///
/// # Errors
/// A file cannot be read, or is no recording.
pub fn read(paths: &[PathBuf]) -> anyhow::Result<Vec<Recorded>> {
    let mut all = Vec::new();
    for path in paths {
        for found in files(path) {
            let found = found.with_context(|| format!("cannot read {}", display(path)))?;
            if found.components().any(|it| it.as_os_str() == "negative") {
                continue;
            }
            let source = Source::read(&found)?;
            let (json, repeated) = source.json()?;
            let recording = Recording::of(&source, json.clone(), repeated)?;
            if recording.meta.expect.is_empty() {
                all.push((found, source, json, recording));
            }
        }
    }
    let numbered = all.into_iter().enumerate();
    let all: Vec<_> = numbered
        .map(|(number, (path, source, json, recording))| {
            let source = Arc::new(source);
            let number = number as u64;
            Recorded {
                exchange: Arc::new(Exchange::new(recording, source.clone(), "", number)),
                path,
                source,
                json,
            }
        })
        .collect();
    anyhow::ensure!(!all.is_empty(), "there is no recording to mutate");
    Ok(all)
}

/// How many of the mutations were detected, and by what.
#[derive(Debug, Serialize)]
pub struct Score {
    /// A row for each operator that found something to mutate.
    pub operators: Vec<Row>,
    /// All of them together.
    pub total: Counts,
    /// The mutations that nothing could detect, by class.
    pub free: BTreeMap<Free, usize>,
    /// The detectable mutations that nothing detected, by claim.
    pub survivors: Vec<Survivor>,
}

/// The counts of one operator.
#[derive(Debug, Serialize)]
pub struct Row {
    /// Which.
    pub operator: Operator,
    /// Its mutations.
    #[serde(flatten)]
    pub counts: Counts,
}

/// How many mutations there were, and what detected them first.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Counts {
    /// All mutations.
    pub all: usize,
    /// Detected by the document.
    pub document: usize,
    /// Detected by a relation.
    pub relations: usize,
    /// Detected by another reader.
    pub reader: usize,
    /// Not detectable by anything.
    pub free: usize,
    /// Detectable, and not detected.
    pub survived: usize,
}

impl Counts {
    /// The share of the detectable mutations that were detected, in tenths of a percent, rounded
    /// down; none if no mutation is detectable.
    pub fn score(&self) -> Option<u32> {
        let detected = self.document + self.relations + self.reader;
        let detectable = detected + self.survived;
        let tenths = (detected * 1000).checked_div(detectable)?;
        u32::try_from(tenths).ok()
    }

    /// The share of all mutations that were detected, in tenths of a percent, rounded down.
    pub(crate) fn score_of_all(&self) -> Option<u32> {
        let detected = self.document + self.relations + self.reader;
        let tenths = (detected * 1000).checked_div(self.all)?;
        u32::try_from(tenths).ok()
    }

    fn add(&mut self, outcome: &Outcome) {
        self.all += 1;
        match outcome {
            Outcome::Document => self.document += 1,
            Outcome::Relations => self.relations += 1,
            Outcome::Reader => self.reader += 1,
            Outcome::Free(_) => self.free += 1,
            Outcome::Survived => self.survived += 1,
        }
    }
}

/// The mutations by one operator at one claim of the document that nothing detected.
#[derive(Debug, Serialize)]
pub struct Survivor {
    /// Which operator.
    pub operator: Operator,
    /// What in the document could detect it.
    pub needs: &'static str,
    /// The place in the document for it.
    pub claim: Option<Place>,
    /// How many.
    pub count: usize,
    /// The first of them: recording and pointer.
    pub first: String,
    /// Why it survives; none where no one has said it. See [`Reasons`](crate::Reasons).
    pub why: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Outcome {
    Document,
    Relations,
    Reader,
    Free(Free),
    Survived,
}

/// Mutates every recording in every way, one at a time, and validates the results.
///
/// # Errors
/// A recording has findings before it is mutated, so that nothing can be learnt from mutating it.
pub fn score(by: By<'_>, recorded: &[Recorded]) -> anyhow::Result<Score> {
    let routes = Routes::read(Source::new(
        by.spec.source().file(),
        by.spec.source().text().to_owned(),
    ))?;
    let sessions = sessions(recorded)?;
    for (number, it) in recorded.iter().enumerate() {
        let findings = judge(by.spec, &it.exchange).0;
        let related = sessions_of(&sessions, number).any(|session| {
            let exchanges = session.iter().map(|it| recorded[*it].exchange.clone());
            by.relations
                .is_some_and(|them| !them.check(by.spec, exchanges).is_empty())
        });
        anyhow::ensure!(
            findings.is_empty() && !related,
            "{}: the recording itself has findings; validate it before it is mutated",
            it.source.file()
        );
    }
    let judged: Vec<Vec<_>> = recorded
        .par_iter()
        .enumerate()
        .map(|(number, it)| {
            let contract = Contract::new(by.spec, &routes, &it.exchange.recording);
            let edits = edits(&it.exchange.recording);
            let judged = edits.par_iter().map(|edit| {
                let session = Session {
                    by,
                    routes: &routes,
                    recorded,
                    sessions: &sessions,
                    number,
                };
                let recording = mutated(&it.json, edit)?;
                let mut outcome = session.judge(recording);
                if outcome == Outcome::Survived
                    && let Some(free) = contract.free(&it.json, edit)
                {
                    outcome = Outcome::Free(free);
                }
                let claim = (outcome == Outcome::Survived).then(|| contract.claim(&edit.at));
                let first = format!("{}#{}", it.source.file(), edit.at);
                Ok((edit.operator, outcome, claim, first))
            });
            judged.collect::<anyhow::Result<Vec<_>>>()
        })
        .collect::<anyhow::Result<_>>()?;
    Ok(count(by.spec, judged.into_iter().flatten()))
}

type Judged = (Operator, Outcome, Option<String>, String);

fn count(spec: &Spec, judged: impl Iterator<Item = Judged>) -> Score {
    let mut rows: BTreeMap<Operator, Counts> = BTreeMap::new();
    let mut total = Counts::default();
    let mut free = BTreeMap::new();
    let mut survivors: BTreeMap<(String, Operator), Survivor> = BTreeMap::new();
    for (operator, outcome, claim, first) in judged {
        rows.entry(operator).or_default().add(&outcome);
        total.add(&outcome);
        if let Outcome::Free(class) = outcome {
            *free.entry(class).or_default() += 1;
        }
        if let Some(claim) = claim {
            let place = spec.source().nearest(&claim);
            let survivor = survivors
                .entry((claim, operator))
                .or_insert_with(|| Survivor {
                    operator,
                    needs: operator.needs(),
                    claim: place,
                    count: 0,
                    first,
                    why: None,
                });
            survivor.count += 1;
        }
    }
    Score {
        operators: rows
            .into_iter()
            .map(|(operator, counts)| Row { operator, counts })
            .collect(),
        total,
        free,
        survivors: survivors.into_values().collect(),
    }
}

/// One recording among those of its sessions.
struct Session<'s> {
    by: By<'s>,
    routes: &'s Routes,
    recorded: &'s [Recorded],
    sessions: &'s [Vec<usize>],
    number: usize,
}

impl Session<'_> {
    fn judge(&self, recording: Recording) -> Outcome {
        let it = &self.recorded[self.number];
        let number = it.exchange.number();
        let exchange = Arc::new(Exchange::new(recording, it.source.clone(), "", number));
        if !judge(self.by.spec, &exchange).0.is_empty() {
            return Outcome::Document;
        }
        if self
            .by
            .relations
            .is_some_and(|them| self.breaks(them, &exchange))
        {
            return Outcome::Relations;
        }
        let refuses = self.by.reader.is_some_and(|reader| {
            let request = &exchange.recording.request;
            let found = self.routes.find(&request.path, &request.params);
            let route = found.iter().find(|it| it.route.method == request.method);
            let id = route.and_then(|it| it.route.operation_id.as_deref());
            id.is_some_and(|id| reader(id, &exchange.recording))
        });
        if refuses {
            Outcome::Reader
        } else {
            Outcome::Survived
        }
    }

    fn breaks(&self, relations: &Relations, exchange: &Arc<Exchange>) -> bool {
        sessions_of(self.sessions, self.number).any(|session| {
            let exchanges = session.iter().map(|it| match *it == self.number {
                true => exchange.clone(),
                false => self.recorded[*it].exchange.clone(),
            });
            !relations.check(self.by.spec, exchanges).is_empty()
        })
    }
}

fn sessions_of(sessions: &[Vec<usize>], number: usize) -> impl Iterator<Item = &Vec<usize>> {
    sessions.iter().filter(move |it| it.contains(&number))
}

/// The recordings as they hang together by `meta.after`, each session from its first exchange to
/// one that nothing comes after.
fn sessions(recorded: &[Recorded]) -> anyhow::Result<Vec<Vec<usize>>> {
    let paths: BTreeMap<PathBuf, usize> = recorded
        .iter()
        .enumerate()
        .map(|(number, it)| (normal(&it.path), number))
        .collect();
    let before = |it: &Recorded| {
        let after = it.exchange.recording.meta.after.as_ref()?;
        let folder = it.path.parent().unwrap_or(Path::new(""));
        paths.get(&normal(&folder.join(after))).copied()
    };
    let before: Vec<Option<usize>> = recorded.iter().map(before).collect();
    let mut sessions = Vec::new();
    for (number, last) in recorded.iter().enumerate() {
        if before.contains(&Some(number)) {
            continue;
        }
        let mut session = vec![number];
        while let Some(earlier) = session.last().and_then(|it| before[*it]) {
            anyhow::ensure!(
                !session.contains(&earlier),
                "{}: `meta.after` leads back to the recording itself",
                last.source.file()
            );
            session.push(earlier);
        }
        session.reverse();
        sessions.push(session);
    }
    Ok(sessions)
}
