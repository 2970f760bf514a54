//! Recordings from files, folders, HAR and NDJSON, judged in parallel a bounded number at a time.

use std::collections::{BTreeMap, HashSet};
use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context, anyhow};
use rayon::prelude::*;

use crate::evidence::Evidence;
use crate::finding::Finding;
use crate::judge::{self, Exchange};
use crate::spec::Spec;
use http_recording::{Found, Kind, Recording, walk};
use located::{Source, Unreadable, display};

/// How many files or lines are in memory at once.
const PIECES: usize = 256;
/// How many bytes of NDJSON are in memory at once.
const BYTES: usize = 16 << 20;

/// An exchange that was judged.
#[derive(Debug)]
pub struct Judged {
    /// What it is called.
    pub label: Arc<str>,
    /// Whether it must be refused.
    pub negative: bool,
    /// What was found.
    pub findings: Vec<Finding>,
    /// The text in which it stands, where there are findings to show in it.
    pub source: Option<Arc<Source>>,
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
        let before = run.accounted();
        run.path(path);
        run.flush();
        if run.accounted() == before {
            let reason = "no exchange in it (recordings are .json, .har, .ndjson or .jsonl files)";
            run.problem(&anyhow!("{}: {reason}", display(path)));
        }
    }
    if paths.is_empty() {
        run.problem(&anyhow!("no path was given: nothing was judged"));
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

    fn problem(&mut self, error: &anyhow::Error) {
        self.summary.problems.push(format!("{error:#}"));
    }

    fn path(&mut self, path: &Path) {
        for found in walk(path) {
            let done = match found {
                Err(error) => Err(error.into()),
                Ok(Found { path, kind }) => self.file(path, kind),
            };
            if let Err(error) = done {
                // What was read before it is told of before it.
                self.flush();
                self.problem(&error);
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
        self.waiting.push(Piece {
            number: self.pieces << 24,
            negative,
            content,
        });
        self.pieces += 1;
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
            let outcome = match outcome {
                Ok(outcome) => outcome,
                Err(error) => {
                    self.problem(&error);
                    continue;
                }
            };
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
}

/// What became of a piece.
#[derive(Default)]
struct Outcome {
    judged: Vec<Judged>,
    skipped: Vec<(String, String)>,
}

fn judge_piece(spec: &Spec, piece: Piece, evidence: &mut Evidence) -> anyhow::Result<Outcome> {
    let source = match piece.content {
        Content::File(path) => Source::read(&path)?,
        Content::Line { file, line, bytes } => Source::from_bytes(file.as_ref(), bytes, line)?,
    };
    let source = Arc::new(source);
    let mut outcome = Outcome::default();
    let exchanges = read(&source, &mut outcome.skipped)?;
    for (index, (recording, pointer)) in (0..).zip(exchanges) {
        let negative = piece.negative || !recording.meta.expect.is_empty();
        let exchange = Exchange::new(
            recording,
            Arc::clone(&source),
            &pointer,
            piece.number + index,
        );
        let findings = match negative {
            true => judge::judge_negative(spec, &exchange),
            false => judge::judge_into(spec, &exchange, evidence),
        };
        outcome.judged.push(Judged {
            label: Arc::clone(exchange.label()),
            negative,
            source: (!findings.is_empty()).then(|| Arc::clone(&source)),
            findings,
        });
    }
    Ok(outcome)
}

/// The exchanges of a document, each with its pointer; what is none is noted.
fn read(
    source: &Source,
    skipped: &mut Vec<(String, String)>,
) -> anyhow::Result<Vec<(Recording, String)>> {
    let (json, repeated) = source.json()?;
    if json.get("log").is_some() {
        let (entries, none) = har_recording::read(source.text()).map_err(|error| {
            let Unreadable {
                line,
                column,
                reason,
            } = error;
            anyhow!("{}:{line}:{column}: {reason}", source.file())
        })?;
        skipped.extend(
            none.into_iter()
                .map(|skip| (skip.reason, source.file().to_owned())),
        );
        let exchanges = entries.into_iter();
        return Ok(exchanges
            .map(|entry| (entry.recording, entry.pointer))
            .collect());
    }
    if json.get("format").is_none() {
        let reason =
            "neither a recording (an object with `format`) nor a HAR (an object with `log`)";
        return Err(source.error_at("", reason).into());
    }
    let recording = Recording::of(source, json, repeated)?;
    Ok(vec![(recording, String::new())])
}

/// Whether a file stands below a folder of exchanges that must be refused.
fn is_negative(path: &Path) -> bool {
    path.parent().is_some_and(|folder| {
        folder
            .components()
            .any(|part| part.as_os_str() == "negative")
    })
}
