//! Recordings from files, folders, HAR and NDJSON, judged in parallel a bounded number at a time.

use std::collections::{BTreeMap, HashSet};
use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context, anyhow};
use rayon::prelude::*;

use crate::evidence::Evidence;
use crate::finding::Finding;
use crate::judge::{self, Exchange};
use crate::shown;
use crate::spec::Spec;
use har_recording::{Entries, EntryText, HarEntry, Opened, Skip, Wire};
use http_recording::{Found, Kind, Recording, walk};
use located::{Source, Unreadable, display};

/// How many files or lines are in memory at once.
const PIECES: usize = 256;
/// How many bytes of NDJSON are in memory at once.
const BYTES: usize = 16 << 20;
/// A document of more bytes is divided among the threads if it is a HAR.
const LARGE: u64 = 1 << 20;
/// Why an exchange is passed over that was sent elsewhere.
const OUT_OF_SCOPE: &str = "sent to another host or base path than those in scope";
/// Why an exchange is passed over that a browser adds to those of a page.
const PREFLIGHT: &str = "a browser asked whether it may send a request (CORS preflight)";
/// Why JSON is passed over that is valid.
const TOO_DEEP: &str = "JSON nested deeper than 128 levels";

/// An exchange that was judged.
#[derive(Debug)]
pub struct Judged {
    /// What it is called.
    pub label: Arc<str>,
    /// Whether it must be refused.
    pub negative: bool,
    /// What was found.
    pub findings: Vec<Finding>,
}

/// What the run came to.
#[derive(Debug)]
pub struct Summary {
    /// How many exchanges were judged, those that must be refused not among them.
    pub exchanges: usize,
    /// How many exchanges that must be refused were judged.
    pub negative: usize,
    /// What was passed over, by reason.
    pub skipped: BTreeMap<String, Skipped>,
    /// What the exchanges showed; those that must be refused show nothing.
    pub evidence: Evidence,
    /// What could not be judged, with its place and the reason.
    pub problems: Vec<String>,
}

/// What was passed over for one reason.
#[derive(Debug, PartialEq, Eq)]
pub struct Skipped {
    /// How many.
    pub count: usize,
    /// The first of them.
    pub first: String,
}

/// Judges all exchanges below the paths, in order; `each` is told of every one. What cannot be
/// read, a path that does not exist and one that holds no exchange are problems of the summary:
/// nothing is passed over silently, and the rest is judged all the same. A file that is given more
/// than once counts once.
pub fn for_each(paths: &[PathBuf], spec: &Spec, each: &mut dyn FnMut(Judged)) -> Summary {
    let summary = Summary {
        exchanges: 0,
        negative: 0,
        skipped: BTreeMap::new(),
        evidence: Evidence::new(spec),
        problems: Vec::new(),
    };
    let mut run = Run {
        spec,
        each,
        waiting: Vec::new(),
        bytes: 0,
        pieces: 0,
        known: HashSet::new(),
        again: 0,
        summary,
    };
    for path in paths {
        let (before, out_of_scope) = (run.accounted(), run.out_of_scope());
        run.path(path);
        run.flush();
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
        let problem = "no path was given: nothing was judged";
        run.summary.problems.push(problem.to_owned());
    }
    run.summary
}

struct Run<'r> {
    spec: &'r Spec,
    each: &'r mut dyn FnMut(Judged),
    waiting: Vec<Piece>,
    bytes: usize,
    pieces: u64,
    /// The files that were read, whatever paths and links lead to them.
    known: HashSet<PathBuf>,
    /// How many files were met again.
    again: usize,
    summary: Summary,
}

/// What is read and judged by one thread.
struct Piece {
    number: u64,
    negative: bool,
    content: Content,
}

enum Content {
    File(PathBuf),
    Line {
        file: Arc<str>,
        line: usize,
        bytes: Vec<u8>,
    },
}

impl Run<'_> {
    /// How much was judged or told of as a problem.
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
        self.summary.problems.push(told(path, error));
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
                // What was read before it is told of before it.
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
            Ok(Kind::Document) if is_large(&path) => self.large(&path)?,
            Ok(Kind::Document) => self.push(is_negative(&path), Content::File(path), 0),
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
        for line in 1.. {
            let mut bytes = Vec::new();
            let read = reader
                .read_until(b'\n', &mut bytes)
                .with_context(|| format!("{file}:{line}: cannot be read"))?;
            if read == 0 {
                break;
            }
            if !bytes.trim_ascii().is_empty() {
                self.push(
                    negative,
                    Content::Line {
                        file: Arc::clone(&file),
                        line,
                        bytes,
                    },
                    read,
                );
            }
        }
        Ok(())
    }

    /// Judges a large document: a HAR entry by entry as it is read, so that neither its text nor its
    /// bodies are in memory at once.
    fn large(&mut self, path: &Path) -> anyhow::Result<()> {
        self.flush();
        let (file, number, negative) = (display(path), self.number(), is_negative(path));
        let opened = File::open(path).with_context(|| format!("cannot read {file}"))?;
        let (evidence, outcome) = match har_recording::open(opened) {
            Some(Opened::Har(entries)) => {
                let judged = judge_entries(self.spec, &file, entries, number, negative);
                judged.map_or_else(|| self.whole(Source::read(path)?, number, negative), Ok)?
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
        let mut evidence = Evidence::new(self.spec);
        let outcome = judge_source(self.spec, source, number, negative, &mut evidence)?;
        Ok((evidence, outcome))
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

    fn push(&mut self, negative: bool, content: Content, bytes: usize) {
        let number = self.number();
        self.waiting.push(Piece {
            number,
            negative,
            content,
        });
        self.bytes += bytes;
        if self.waiting.len() >= PIECES || self.bytes >= BYTES {
            self.flush();
        }
    }

    /// Judges what waits and tells of it in order.
    fn flush(&mut self) {
        self.bytes = 0;
        let waiting = std::mem::take(&mut self.waiting);
        let spec = self.spec;
        // Each thread has evidence of its own; the order of the outcomes is that of the pieces.
        let (evidence, outcomes) = waiting
            .into_par_iter()
            .fold(
                || (Evidence::new(spec), Vec::new()),
                |(mut evidence, mut outcomes), piece| {
                    outcomes.push(judge_piece(spec, piece, &mut evidence));
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

    /// Tells of what was judged.
    fn take(&mut self, outcome: Outcome) {
        for (reason, file) in outcome.skipped {
            self.skipped(reason, file);
        }
        for judged in outcome.judged {
            match judged.negative {
                true => self.summary.negative += 1,
                false => self.summary.exchanges += 1,
            }
            (self.each)(judged);
        }
    }
}

/// What became of a piece.
#[derive(Default)]
struct Outcome {
    judged: Vec<Judged>,
    skipped: Vec<(String, String)>,
}

/// What cannot be read is told of in a sentence.
fn judge_piece(spec: &Spec, piece: Piece, evidence: &mut Evidence) -> Result<Outcome, String> {
    let (path, source) = match piece.content {
        Content::File(path) => {
            let source = Source::read(&path);
            (path, source)
        }
        Content::Line { file, line, bytes } => (
            PathBuf::from(file.as_ref()),
            Source::from_bytes(file.as_ref(), bytes, line),
        ),
    };
    let judge = |source| judge_source(spec, source, piece.number, piece.negative, evidence);
    let judged = source.map_err(anyhow::Error::from).and_then(judge);
    judged.map_err(|error| told(&path, &error))
}

/// An error with its causes, in which the name of its file is shown as a whole as far as it may be:
/// of its words alone, none may say that it is the number of somebody.
fn told(path: &Path, error: &anyhow::Error) -> String {
    let name = display(path);
    format!("{error:#}").replace(&name, &shown::file(&name))
}

/// Judges the exchanges of a text, whose numbers begin with `number`.
fn judge_source(
    spec: &Spec,
    source: Source,
    number: u64,
    negative: bool,
    evidence: &mut Evidence,
) -> anyhow::Result<Outcome> {
    let source = Arc::new(source);
    let mut outcome = Outcome::default();
    let exchanges = read(&source, &mut outcome.skipped)?;
    for (number, (recording, pointer, wire)) in (number..).zip(exchanges) {
        let mut exchange = Exchange::new(recording, Arc::clone(&source), &pointer, number);
        if let Some(wire) = wire {
            exchange = exchange.with_wire(wire);
        }
        match judge_exchange(spec, &exchange, negative, evidence) {
            Ok(judged) => outcome.judged.push(judged),
            Err(skipped) => outcome.skipped.push(skipped),
        }
    }
    Ok(outcome)
}

/// Why the exchange is passed over, and what it is called, where it is none that the document
/// speaks of.
fn judge_exchange(
    spec: &Spec,
    exchange: &Exchange,
    negative: bool,
    evidence: &mut Evidence,
) -> Result<Judged, (String, String)> {
    let skipped = |reason: &str| Err((reason.to_owned(), exchange.label().to_string()));
    if !spec.covers(exchange.url()) {
        return skipped(OUT_OF_SCOPE);
    }
    if judge::is_preflight(spec, exchange) {
        return skipped(PREFLIGHT);
    }
    let negative = negative || !exchange.recording.meta.expect.is_empty();
    Ok(Judged {
        label: Arc::clone(exchange.label()),
        negative,
        findings: match negative {
            true => judge::judge_negative(spec, exchange),
            false => judge::judge_into(spec, exchange, evidence),
        },
    })
}

/// Judges the entries of a HAR on all threads while it is read; none where it turns out not to be
/// in order, so that what was judged of it must be forgotten.
fn judge_entries(
    spec: &Spec,
    file: &str,
    mut entries: Entries<File>,
    number: u64,
    negative: bool,
) -> Option<(Evidence, Outcome)> {
    let judge = |(number, entry): (u64, EntryText), evidence: &mut Evidence| {
        let read = entry.read().ok()?;
        Some(match read {
            Err(skip) => Err((skip.reason, format!("{file}#{}", skip.pointer))),
            Ok(HarEntry {
                recording,
                pointer,
                wire,
            }) => {
                let source = Source::at_line(file, entry.text, entry.line);
                let source = Arc::new(source.at_column(entry.column, pointer.as_str()));
                let exchange = Exchange::new(recording, source, &pointer, number).with_wire(wire);
                judge_exchange(spec, &exchange, negative, evidence)
            }
        })
    };
    let numbered = (number..).zip(&mut entries);
    let (evidence, outcomes) = numbered
        .par_bridge()
        .fold(
            || (Evidence::new(spec), Some(Vec::new())),
            |(mut evidence, outcomes), numbered| {
                let number = numbered.0;
                let outcomes = outcomes.and_then(|mut outcomes| {
                    outcomes.push((number, judge(numbered, &mut evidence)?));
                    Some(outcomes)
                });
                (evidence, outcomes)
            },
        )
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

/// The exchanges of a document, each with its pointer; what is none is noted.
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
        // The one thing that keeps JSON from being read.
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

/// Whether the first key is that of a recording, so that trying to read a HAR is not worth it.
fn begins_as_recording(text: &str) -> bool {
    let inside = text.trim_start_matches('\u{feff}').trim_start();
    let inside = inside.strip_prefix('{').map(str::trim_start);
    inside.is_some_and(|inside| inside.starts_with("\"format\""))
}

/// Whether a file is so large that it is read a part at a time. What is no file (a pipe) can be read
/// but once, so that it is not.
fn is_large(path: &Path) -> bool {
    path.metadata()
        .is_ok_and(|file| file.is_file() && file.len() > LARGE)
}

/// Whether a file stands below a folder of exchanges that must be refused.
fn is_negative(path: &Path) -> bool {
    path.parent().is_some_and(|folder| {
        folder
            .components()
            .any(|part| part.as_os_str() == "negative")
    })
}
