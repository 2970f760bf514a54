//! Validates recordings from files, folders, HAR and NDJSON, in parallel with bounded memory.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context, anyhow};
use rayon::prelude::*;
use serde_json::Value;

use crate::checks::Checks;
use crate::evidence::Evidence;
use crate::finding::Finding;
use crate::judge::{self, Exchange};
use crate::linked::{self, Linked};
use crate::relations::{Relations, Session};
use crate::shown;
use crate::spec::Spec;
use har_recording::{Entries, EntryText, HarEntry, Opened, Skip, Wire};
use http_recording::{Found, Kind, Recording, walk};
use located::{Source, Unreadable, display, pointer};

/// How many files or lines are in memory at once.
const PIECES: usize = 256;
/// How many bytes of NDJSON are in memory at once.
const BYTES: usize = 16 << 20;
/// A HAR with more bytes is divided among the threads.
const LARGE: u64 = 1 << 20;
/// Why an exchange with another server is skipped.
const OUT_OF_SCOPE: &str = "sent to another host or base path than those in scope";
/// Why a CORS preflight is skipped.
const PREFLIGHT: &str = "a browser asked whether it may send a request (CORS preflight)";
/// Why a line cannot name the recording before it.
const LINE_AFTER: &str = "a line comes after the line above it; leave `after` out, or keep the \
                          recording in a file of its own";
/// Why valid JSON is skipped.
const TOO_DEEP: &str = "JSON nested deeper than 128 levels";

/// An exchange that was validated.
#[derive(Debug)]
pub struct Validated {
    /// Its label in reports.
    pub label: Arc<str>,
    /// Whether it is a negative example.
    pub negative: bool,
    /// Its findings.
    pub findings: Vec<Finding>,
}

/// The result of a run.
#[derive(Debug)]
pub struct Summary {
    /// How many exchanges were validated, without negative examples.
    pub exchanges: usize,
    /// How many negative examples were validated.
    pub negative: usize,
    /// What was skipped, by reason.
    pub skipped: BTreeMap<String, Skipped>,
    /// The coverage by the exchanges; negative examples do not count.
    pub evidence: Evidence,
    /// How often each relation was true or false, in the order of their file.
    pub applied: Vec<u64>,
    /// What could not be validated, with its place and the reason.
    pub problems: Vec<String>,
    /// The findings of the tool's own checks.
    pub(crate) beside: Vec<Finding>,
}

/// What was skipped for one reason.
#[derive(Debug, PartialEq, Eq)]
pub struct Skipped {
    /// How many.
    pub count: usize,
    /// The first of them.
    pub first: String,
}

/// Validates all exchanges below the paths, in order, and calls `each` for every one. A file that
/// cannot be read, a path that does not exist, and a path without exchanges are problems in the
/// summary: nothing is skipped silently, and the rest is still validated. A file that is given
/// several times counts once.
pub fn for_each(paths: &[PathBuf], spec: &Spec, each: &mut dyn FnMut(Validated)) -> Summary {
    let by = By {
        spec,
        relations: None,
        checks: &(),
    };
    for_each_by(paths, by, each)
}

/// What exchanges are validated against.
#[derive(Clone, Copy)]
pub(crate) struct By<'r> {
    pub(crate) spec: &'r Spec,
    /// The relations between exchanges.
    pub(crate) relations: Option<&'r Relations>,
    /// The tool's own checks, for each document.
    pub(crate) checks: &'r dyn Checks,
}

/// The same, against more than the document. The entries of a HAR and the lines of an NDJSON file
/// form a session, in the order of the file. Recordings with `meta.after` form sessions too, and
/// come last of their path.
pub(crate) fn for_each_by(
    paths: &[PathBuf],
    by: By<'_>,
    each: &mut dyn FnMut(Validated),
) -> Summary {
    let summary = Summary {
        exchanges: 0,
        negative: 0,
        skipped: BTreeMap::new(),
        evidence: Evidence::new(by.spec),
        applied: vec![0; by.relations.map_or(0, |relations| relations.all().len())],
        problems: Vec::new(),
        beside: Vec::new(),
    };
    let mut run = Run {
        by,
        each,
        waiting: Vec::new(),
        bytes: 0,
        pieces: 0,
        known: HashSet::new(),
        again: 0,
        linked: Vec::new(),
        summary,
    };
    for path in paths {
        let (before, out_of_scope) = (run.accounted(), run.out_of_scope());
        run.path(path);
        run.flush();
        run.linked();
        if run.accounted() == before {
            let reason = match run.out_of_scope() > out_of_scope {
                true => {
                    "no exchange in scope (all were sent elsewhere than to the `servers` of the \
                     spec; `--host` names other hosts)"
                }
                false => "no exchange in it (recordings are .json, .har, .ndjson or .jsonl files)",
            };
            run.problem(path, &anyhow!("{}: {reason}", display(path)));
        }
    }
    if paths.is_empty() {
        let problem = "no path was given: nothing was validated";
        run.summary.problems.push(problem.to_owned());
    }
    run.summary
}

struct Run<'r> {
    by: By<'r>,
    each: &'r mut dyn FnMut(Validated),
    waiting: Vec<Piece>,
    bytes: usize,
    pieces: u64,
    /// The files that were read, by canonical path.
    known: HashSet<PathBuf>,
    /// How many duplicate files were skipped.
    again: usize,
    /// The recordings that follow others.
    linked: Vec<Linked>,
    summary: Summary,
}

/// A unit of work for one thread.
struct Piece {
    number: u64,
    negative: bool,
    content: Content,
    /// The findings of relations in a line, because the lines of a file are one session.
    related: Related,
}

/// The findings of relations, by the label of the exchange.
type Related = HashMap<Arc<str>, Vec<Finding>>;

enum Content {
    File(PathBuf),
    Line {
        file: Arc<str>,
        line: usize,
        bytes: Vec<u8>,
    },
}

impl Run<'_> {
    /// How many exchanges, problems and duplicate files were counted so far.
    fn accounted(&self) -> usize {
        let Summary {
            exchanges,
            negative,
            ref problems,
            ..
        } = self.summary;
        exchanges + negative + problems.len() + self.again
    }

    fn out_of_scope(&self) -> usize {
        let skipped = self.summary.skipped.get(OUT_OF_SCOPE);
        skipped.map_or(0, |skipped| skipped.count)
    }

    fn problem(&mut self, path: &Path, error: &anyhow::Error) {
        self.summary.problems.push(described(path, error));
    }

    fn path(&mut self, path: &Path) {
        for found in walk(path) {
            let done = match found {
                Err(error) => Err((path.to_owned(), error.into())),
                Ok(Found { path, kind }) => {
                    self.file(path.clone(), kind).map_err(|error| (path, error))
                }
            };
            if let Err((path, error)) = done {
                // Reported in order: first the exchanges that were read before.
                self.flush();
                self.problem(&path, &error);
            }
        }
    }

    fn file(&mut self, path: PathBuf, kind: Result<Kind, &'static str>) -> anyhow::Result<()> {
        if kind.is_ok()
            && !self
                .known
                .insert(path.canonicalize().unwrap_or_else(|_| path.clone()))
        {
            self.again += 1;
            return Ok(());
        }
        match kind {
            // A file that the checks want is read as a whole anyway.
            Ok(Kind::Document) if is_large(&path) && !self.by.checks.wants(&path) => {
                self.large(&path)?;
            }
            Ok(Kind::Document) => {
                let (negative, content) = (is_negative(&path), Content::File(path));
                self.push(negative, content, Related::new(), 0);
            }
            Ok(Kind::Lines) => self.lines(&path)?,
            Err(reason) => self.skipped(reason.to_owned(), display(&path)),
        }
        Ok(())
    }

    fn lines(&mut self, path: &Path) -> anyhow::Result<()> {
        let file: Arc<str> = display(path).into();
        let negative = is_negative(path);
        let opened = File::open(path).with_context(|| format!("cannot read {file}"))?;
        let mut reader = BufReader::with_capacity(1 << 20, opened);
        let mut session = self
            .by
            .relations
            .map(|them| Session::new(them, self.by.spec));
        for line in 1.. {
            let mut bytes = Vec::new();
            let read = reader
                .read_until(b'\n', &mut bytes)
                .with_context(|| format!("{file}:{line}: cannot be read"))?;
            if read == 0 {
                break;
            }
            if !bytes.trim_ascii().is_empty() {
                let related = session.as_mut().map(|session| {
                    let source = Source::from_bytes(file.as_ref(), bytes.clone(), line).ok();
                    let read = source
                        .and_then(|it| read_exchanges(&Arc::new(it), 0, &mut Vec::new()).ok());
                    if read.is_none() {
                        session.forget();
                    }
                    relate(self.by.spec, &read.unwrap_or_default(), session)
                });
                self.push(
                    negative,
                    Content::Line {
                        file: Arc::clone(&file),
                        line,
                        bytes,
                    },
                    related.unwrap_or_default(),
                    read,
                );
            }
        }
        if let Some(session) = session {
            self.applied(session.applied());
        }
        Ok(())
    }

    /// Validates a large document. A HAR is read entry by entry, so that it is never in memory as a
    /// whole.
    fn large(&mut self, path: &Path) -> anyhow::Result<()> {
        self.flush();
        let (file, number, negative) = (display(path), self.number(), is_negative(path));
        let opened = File::open(path).with_context(|| format!("cannot read {file}"))?;
        let (evidence, outcome) = match har_recording::open(opened) {
            Some(Opened::Har(entries)) => {
                let judged = judge_entries(self.by.spec, &file, entries, number, negative);
                match (judged, self.by.relations) {
                    (None, _) => self.whole(Source::read(path)?, number, negative)?,
                    (Some(judged), None) => judged,
                    (Some((evidence, outcome)), Some(relations)) => {
                        let outcome = relate_entries(self.by.spec, relations, &file, outcome)?;
                        (evidence, outcome)
                    }
                }
            }
            Some(Opened::Other(mut bytes, mut rest)) => {
                rest.read_to_end(&mut bytes)
                    .with_context(|| format!("cannot read {file}"))?;
                self.whole(Source::from_bytes(file, bytes, 1)?, number, negative)?
            }
            None => self.whole(Source::read(path)?, number, negative)?,
        };
        self.summary.evidence.merge(evidence);
        self.take(outcome);
        Ok(())
    }

    fn whole(
        &self,
        source: Source,
        number: u64,
        negative: bool,
    ) -> anyhow::Result<(Evidence, Outcome)> {
        let mut evidence = Evidence::new(self.by.spec);
        let relating = self.by.relations.map_or(Relating::Not, Relating::Here);
        let outcome = judge_source(
            self.by.spec,
            relating,
            source,
            None,
            number,
            negative,
            &mut evidence,
        )?;
        Ok((evidence, outcome))
    }

    /// Validates the recordings that follow others.
    fn linked(&mut self) {
        let linked = std::mem::take(&mut self.linked);
        let Some(relations) = self.by.relations.filter(|_| !linked.is_empty()) else {
            return;
        };
        let spec = self.by.spec;
        let (turns, problems) = linked::order(linked);
        for (path, error) in &problems {
            self.problem(path, error);
        }
        let mut session = Session::with_marks(relations, spec);
        let mut evidence = Evidence::new(spec);
        let mut marks = Vec::new();
        for turn in turns {
            if let Some(mark) = marks.drain(turn.depth..).next() {
                session.back_to(mark);
            }
            marks.push(session.mark());
            let exchange = match one(&turn.path, turn.judged.map_or(0, |(number, _)| number)) {
                Ok(exchange) => Arc::new(exchange),
                Err(error) => {
                    self.problem(&turn.path, &error);
                    continue;
                }
            };
            let related = match spec.covers(exchange.url()) {
                true => session.next(&exchange),
                false => Vec::new(),
            };
            let Some((_, negative)) = turn.judged else {
                continue;
            };
            let mut outcome = Outcome::default();
            match judge_exchange(spec, &exchange, negative, related, &mut evidence) {
                Ok(judged) => outcome.judged.push(judged),
                Err(skipped) => outcome.skipped.push(skipped),
            }
            self.take(outcome);
        }
        self.applied(session.applied());
        self.summary.evidence.merge(evidence);
    }

    fn applied(&mut self, more: &[u64]) {
        for (sum, more) in self.summary.applied.iter_mut().zip(more) {
            *sum += more;
        }
    }

    fn number(&mut self) -> u64 {
        self.pieces += 1;
        (self.pieces - 1) << 24
    }

    fn skipped(&mut self, reason: String, what: String) {
        self.summary
            .skipped
            .entry(reason)
            .or_insert(Skipped {
                count: 0,
                first: what,
            })
            .count += 1;
    }

    fn push(&mut self, negative: bool, content: Content, related: Related, bytes: usize) {
        let number = self.number();
        self.waiting.push(Piece {
            number,
            negative,
            content,
            related,
        });
        self.bytes += bytes;
        if self.waiting.len() >= PIECES || self.bytes >= BYTES {
            self.flush();
        }
    }

    /// Validates the waiting pieces, and reports them in order.
    fn flush(&mut self) {
        self.bytes = 0;
        let waiting = std::mem::take(&mut self.waiting);
        let by = self.by;
        // Each thread has evidence of its own; the order of the outcomes is that of the pieces.
        let (evidence, outcomes) = waiting
            .into_par_iter()
            .fold(
                || (Evidence::new(by.spec), Vec::new()),
                |(mut evidence, mut outcomes), piece| {
                    outcomes.push(judge_piece(by, piece, &mut evidence));
                    (evidence, outcomes)
                },
            )
            .reduce(
                || (Evidence::default(), Vec::new()),
                |(mut evidence, mut outcomes), (more_evidence, more_outcomes)| {
                    evidence.merge(more_evidence);
                    outcomes.extend(more_outcomes);
                    (evidence, outcomes)
                },
            );
        self.summary.evidence.merge(evidence);
        for outcome in outcomes {
            match outcome {
                Ok(outcome) => self.take(outcome),
                Err(problem) => self.summary.problems.push(problem),
            }
        }
    }

    /// Reports an outcome.
    fn take(&mut self, outcome: Outcome) {
        for (reason, file) in outcome.skipped {
            self.skipped(reason, file);
        }
        self.summary.beside.extend(outcome.beside);
        self.applied(&outcome.applied);
        self.linked.extend(outcome.linked);
        for judged in outcome.judged {
            match judged.negative {
                true => self.summary.negative += 1,
                false => self.summary.exchanges += 1,
            }
            (self.each)(judged);
        }
    }
}

/// The result of a piece.
#[derive(Default)]
struct Outcome {
    judged: Vec<Validated>,
    skipped: Vec<(String, String)>,
    /// The findings of the tool's own checks.
    beside: Vec<Finding>,
    linked: Vec<Linked>,
    applied: Vec<u64>,
}

/// Whether and how relations are checked for the exchanges of a source.
enum Relating<'r> {
    Not,
    /// The source is a session of its own, or a recording that follows others.
    Here(&'r Relations),
    Done(Related),
}

/// Validates a piece. The error is a message for the user.
fn judge_piece(by: By<'_>, piece: Piece, evidence: &mut Evidence) -> Result<Outcome, String> {
    let (number, negative) = (piece.number, piece.negative);
    let (path, source, checks, relating) = match piece.content {
        Content::File(path) => {
            let source = Source::read(&path);
            let checks = by.checks.wants(&path).then_some(by.checks);
            let relating = by.relations.map_or(Relating::Not, Relating::Here);
            (path, source, checks, relating)
        }
        Content::Line { file, line, bytes } => {
            let source = Source::from_bytes(file.as_ref(), bytes, line);
            let done = Relating::Done(piece.related);
            let relating = by.relations.map_or(Relating::Not, |_| done);
            (PathBuf::from(file.as_ref()), source, None, relating)
        }
    };
    let judge = |source| {
        judge_source(
            by.spec, relating, source, checks, number, negative, evidence,
        )
    };
    let judged = source.map_err(anyhow::Error::from).and_then(judge);
    judged.map_err(|error| described(&path, &error))
}

/// The exchanges of a source, numbered from `number`, each with its index in a HAR.
fn read_exchanges(
    source: &Arc<Source>,
    number: u64,
    skipped: &mut Vec<(String, String)>,
) -> anyhow::Result<Vec<(Option<usize>, Arc<Exchange>)>> {
    let exchange = |(number, read): (u64, (Recording, String, Option<Wire>))| {
        let (recording, at, wire) = read;
        let index = pointer::last(&at).and_then(|index| index.parse().ok());
        let exchange = Exchange::new(recording, Arc::clone(source), &at, number);
        let exchange = match wire {
            Some(wire) => exchange.with_wire(wire),
            None => exchange,
        };
        (index, Arc::new(exchange))
    };
    let read = read(source, skipped)?;
    Ok((number..).zip(read).map(exchange).collect())
}

/// The exchanges of a file or, where it has one on each line, of that line; none where it cannot be
/// read any more.
pub(crate) fn exchanges_at(path: &Path, line: usize) -> Vec<Arc<Exchange>> {
    let source = || match Kind::of(path) {
        Some(Kind::Lines) => {
            let opened = BufReader::new(File::open(path).ok()?);
            let text = opened.lines().nth(line.checked_sub(1)?)?.ok()?;
            Some(Source::at_line(display(path), text, line))
        }
        _ => Source::read(path).ok(),
    };
    let read = source().and_then(|it| read_exchanges(&Arc::new(it), 0, &mut Vec::new()).ok());
    let exchanges = read.into_iter().flatten();
    exchanges.map(|(_, exchange)| exchange).collect()
}

/// The findings of relations in the exchanges of one source.
fn relate(
    spec: &Spec,
    exchanges: &[(Option<usize>, Arc<Exchange>)],
    session: &mut Session<'_>,
) -> Related {
    let mut related = Related::new();
    let mut next = 0;
    for (index, exchange) in exchanges {
        // A skipped entry may have changed anything.
        if index.is_some_and(|index| index != next) {
            session.forget();
        }
        next = index.map_or(next, |index| index + 1);
        if !spec.covers(exchange.url()) {
            continue;
        }
        let findings = session.next(exchange);
        if !findings.is_empty() {
            related.insert(Arc::clone(exchange.label()), findings);
        }
    }
    related
}

/// Adds the findings of relations to the outcome of a HAR. The HAR is read again, because threads
/// validate entries out of order and a session needs them in order.
fn relate_entries(
    spec: &Spec,
    relations: &Relations,
    file: &str,
    mut outcome: Outcome,
) -> anyhow::Result<Outcome> {
    let opened = File::open(file).with_context(|| format!("cannot read {file}"))?;
    let Some(Opened::Har(entries)) = har_recording::open(opened) else {
        return Err(anyhow!("{file} changed while it was read"));
    };
    let mut session = Session::new(relations, spec);
    let mut related = Related::new();
    for entry in entries {
        let Ok(Ok(read)) = entry.read() else {
            session.forget();
            continue;
        };
        let exchange = Arc::new(entry_exchange(file, entry, read, 0));
        related.extend(relate(spec, &[(None, exchange)], &mut session));
    }
    for judged in &mut outcome.judged {
        let more = related.remove(&judged.label).unwrap_or_default();
        judged.findings.extend(more);
    }
    outcome.applied = session.applied().to_vec();
    Ok(outcome)
}

/// The exchange of an entry of a HAR.
fn entry_exchange(file: &str, entry: EntryText, read: HarEntry, number: u64) -> Exchange {
    let HarEntry {
        recording,
        pointer,
        wire,
    } = read;
    let byte = entry.byte;
    let source = Arc::new(entry.into_source(file));
    Exchange::new(recording, source, &pointer, number)
        .with_wire(wire)
        .at_byte(byte)
}

/// The exchange in a file with a single recording.
fn one(path: &Path, number: u64) -> anyhow::Result<Exchange> {
    let source = Source::read(path)?;
    let recording = Recording::read(&source)?;
    Ok(Exchange::new(recording, Arc::new(source), "", number))
}

/// An error with its causes, in which the name of its file is masked as a whole: its words one by
/// one may not reveal that it is somebody's number.
fn described(path: &Path, error: &anyhow::Error) -> String {
    let name = display(path);
    format!("{error:#}").replace(&name, &shown::file(&name))
}

/// Validates the exchanges of a source, numbered from `number`.
fn judge_source(
    spec: &Spec,
    relating: Relating,
    source: Source,
    checks: Option<&dyn Checks>,
    number: u64,
    negative: bool,
    evidence: &mut Evidence,
) -> anyhow::Result<Outcome> {
    let source = Arc::new(source);
    let mut outcome = Outcome::default();
    let exchanges = read_exchanges(&source, number, &mut outcome.skipped)?;
    if let Some(checks) = checks {
        let exchanges: Vec<_> = exchanges
            .iter()
            .map(|(_, exchange)| (&exchange.recording, exchange.base()))
            .collect();
        outcome.beside = checks.document(spec, &source, &exchanges);
    }
    let after = exchanges
        .first()
        .and_then(|(_, it)| it.recording.meta.after.clone());
    let mut related = match (relating, after) {
        (Relating::Not, _) => Related::new(),
        (Relating::Done(related), None) => related,
        (Relating::Done(_), Some(_)) => {
            return Err(source.error_at("/meta/after", LINE_AFTER).into());
        }
        (Relating::Here(_), Some(after)) => {
            outcome.linked.push(Linked {
                path: PathBuf::from(source.file()),
                after,
                number,
                negative,
            });
            return Ok(outcome);
        }
        (Relating::Here(relations), None) => {
            let mut session = Session::new(relations, spec);
            let related = relate(spec, &exchanges, &mut session);
            outcome.applied = session.applied().to_vec();
            related
        }
    };
    for (_, exchange) in exchanges {
        let related = related.remove(exchange.label()).unwrap_or_default();
        match judge_exchange(spec, &exchange, negative, related, evidence) {
            Ok(judged) => outcome.judged.push(judged),
            Err(skipped) => outcome.skipped.push(skipped),
        }
    }
    Ok(outcome)
}

/// Validates an exchange; `related` has the findings of relations in it. The error is the reason
/// and the label of an exchange that is skipped.
fn judge_exchange(
    spec: &Spec,
    exchange: &Exchange,
    negative: bool,
    related: Vec<Finding>,
    evidence: &mut Evidence,
) -> Result<Validated, (String, String)> {
    let skipped = |reason: &str| Err((reason.to_owned(), exchange.label().to_string()));
    if !spec.covers(exchange.url()) {
        return skipped(OUT_OF_SCOPE);
    }
    if judge::is_preflight(spec, exchange) {
        return skipped(PREFLIGHT);
    }
    let negative = negative || !exchange.recording.meta.expect.is_empty();
    Ok(Validated {
        label: Arc::clone(exchange.label()),
        negative,
        findings: match negative {
            true => judge::judge_negative(spec, exchange, &related),
            false => {
                let mut findings = judge::judge_into(spec, exchange, evidence);
                findings.extend(related);
                findings
            }
        },
    })
}

/// Validates the entries of a HAR on all threads while it is read; `None` if the HAR turns out to
/// be invalid, so that the results must be discarded.
fn judge_entries(
    spec: &Spec,
    file: &str,
    mut entries: Entries<File>,
    number: u64,
    negative: bool,
) -> Option<(Evidence, Outcome)> {
    // Each response body reuses the memory of the one before.
    let judge = |(number, entry): (u64, EntryText), evidence: &mut Evidence, body: &mut Value| {
        let read = entry.read_again(body).ok()?;
        Some(match read {
            Err(skip) => Err((skip.reason, format!("{file}#{}", skip.pointer))),
            Ok(read) => {
                let mut exchange = entry_exchange(file, entry, read, number);
                let judged = judge_exchange(spec, &exchange, negative, Vec::new(), evidence);
                *body = exchange.recording.response.body.take().unwrap_or_default();
                judged
            }
        })
    };
    let numbered = (number..).zip(&mut entries);
    let (evidence, outcomes) = numbered
        .par_bridge()
        .fold(
            || (Evidence::new(spec), Some(Vec::new()), Value::Null),
            |(mut evidence, outcomes, mut body), numbered| {
                let number = numbered.0;
                let outcomes = outcomes.and_then(|mut outcomes| {
                    outcomes.push((number, judge(numbered, &mut evidence, &mut body)?));
                    Some(outcomes)
                });
                (evidence, outcomes, body)
            },
        )
        .map(|(evidence, outcomes, _)| (evidence, outcomes))
        .reduce(
            || (Evidence::default(), Some(Vec::new())),
            |(mut evidence, outcomes), (more_evidence, more_outcomes)| {
                evidence.merge(more_evidence);
                let outcomes = outcomes.zip(more_outcomes).map(|(mut outcomes, more)| {
                    outcomes.extend(more);
                    outcomes
                });
                (evidence, outcomes)
            },
        );
    let mut outcomes = outcomes.filter(|_| entries.finish())?;
    outcomes.sort_unstable_by_key(|(number, _)| *number);
    let mut outcome = Outcome::default();
    for (_, judged) in outcomes {
        match judged {
            Ok(judged) => outcome.judged.push(judged),
            Err(skipped) => outcome.skipped.push(skipped),
        }
    }
    Some((evidence, outcome))
}

/// The exchanges of a document, each with its pointer; entries that are none are added to
/// `skipped`.
fn read(
    source: &Source,
    skipped: &mut Vec<(String, String)>,
) -> anyhow::Result<Vec<(Recording, String, Option<Wire>)>> {
    let har = |read: (Vec<HarEntry>, Vec<Skip>), skipped: &mut Vec<_>| {
        let none = read.1.into_iter();
        let label = |pointer: &str| format!("{}#{pointer}", source.file());
        skipped.extend(none.map(|skip| (skip.reason, label(&skip.pointer))));
        let exchanges = read.0.into_iter();
        exchanges
            .map(|entry| (entry.recording, entry.pointer, Some(entry.wire)))
            .collect()
    };
    if !begins_as_recording(source.text())
        && let Ok(read) = har_recording::read(source.text())
    {
        return Ok(har(read, skipped));
    }
    let (json, repeated) = match source.json() {
        // Valid JSON fails to parse only if it is nested too deeply.
        Err(_) if located::is_json(source.text()) => {
            skipped.push((TOO_DEEP.to_owned(), source.file().to_owned()));
            return Ok(Vec::new());
        }
        read => read?,
    };
    if json.get("log").is_some() {
        let read = har_recording::read(source.text()).map_err(|error| {
            let Unreadable {
                line,
                column,
                reason,
            } = error;
            anyhow!("{}:{line}:{column}: {reason}", source.file())
        })?;
        return Ok(har(read, skipped));
    }
    if json.get("format").is_none() {
        let reason =
            "neither a recording (an object with `format`) nor a HAR (an object with `log`)";
        return Err(source.error_at("", reason).into());
    }
    let recording = Recording::of(source, json, repeated)?;
    Ok(vec![(recording, String::new(), None)])
}

/// Whether the first key is that of a recording, so that it need not be parsed as a HAR.
fn begins_as_recording(text: &str) -> bool {
    let inside = text.trim_start_matches('\u{feff}').trim_start();
    let inside = inside.strip_prefix('{').map(str::trim_start);
    inside.is_some_and(|inside| inside.starts_with("\"format\""))
}

/// Whether a file is so large that it is read in parts. A pipe is not, because it can be read only
/// once.
fn is_large(path: &Path) -> bool {
    path.metadata()
        .is_ok_and(|file| file.is_file() && file.len() > LARGE)
}

/// Whether a file is in a folder of negative examples.
fn is_negative(path: &Path) -> bool {
    path.parent().is_some_and(|folder| {
        folder
            .components()
            .any(|part| part.as_os_str() == "negative")
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::relations::EVALUATED;

    const USERS: &str = "\
openapi: 3.0.3
info: {title: Users, version: '1'}
paths:
  /users/{id}:
    get: {operationId: get_user, responses: {default: {description: The user.}}}
    put: {operationId: update_user, responses: {default: {description: Updated.}}}
";
    const UPDATED: &str = "\
- id: updated-is-read
  says: A user reads as it was updated.
  before: {exchange: update_user 200, key: [path.id]}
  until: [{exchange: update_user, key: [path.id]}]
  exchange: get_user 200
  key: [path.id]
  assert: agree(before.request, response)
";

    /// The exchanges and the evaluated expressions of a HAR in which each of some users is updated
    /// and then, when all are, read.
    fn judged(users: usize) -> (usize, usize) {
        let content = json!({
            "mimeType": "application/json", "text": json!({"name": "n".repeat(400)}).to_string()
        });
        let put = |id: usize| {
            json!({
                "request": {
                    "method": "PUT", "url": format!("https://h/users/{id}"), "postData": content
                },
                "response": {"status": 200},
            })
        };
        let get = |id: usize| {
            json!({
                "request": {"method": "GET", "url": format!("https://h/users/{id}")},
                "response": {"status": 200, "content": content},
            })
        };
        let entries: Vec<_> = (0..users).map(put).chain((0..users).map(get)).collect();
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.har");
        let har = json!({"log": {"version": "1.2", "entries": entries}});
        std::fs::write(&path, har.to_string()).unwrap();
        assert!(is_large(&path));

        let spec = Spec::load(Source::new("spec.yaml", USERS.to_owned())).unwrap();
        let relations = Source::new("relations.yaml", UPDATED.to_owned());
        let relations = Relations::load(relations, &spec).unwrap();
        let by = By {
            spec: &spec,
            relations: Some(&relations),
            checks: &(),
        };
        EVALUATED.set(0);
        let summary = for_each_by(&[path], by, &mut |_| {});
        assert_eq!(summary.problems, Vec::<String>::new());
        assert_eq!(summary.applied, [users as u64]);
        (summary.exchanges, EVALUATED.get())
    }

    #[test]
    fn relations_over_twice_the_exchanges_evaluate_twice_the_expressions() {
        let (exchanges, evaluated) = judged(1_200);
        assert_eq!(exchanges, 2_400);
        assert!(evaluated >= exchanges, "{evaluated}");
        assert_eq!(judged(2_400), (2 * exchanges, 2 * evaluated));
    }
}
