//! Recordings from files, folders, HAR and NDJSON, judged in parallel a bounded number at a time.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context, anyhow};
use rayon::prelude::*;

use crate::evidence::Evidence;
use crate::finding::Finding;
use crate::judge::{self, Exchange};
use crate::recording::Recording;
use crate::spec::Spec;
use located::{Source, display};

/// How many files or lines are in memory at once.
const PIECES: usize = 256;
/// How many bytes of NDJSON are in memory at once.
const BYTES: usize = 16 << 20;

/// What a HAR file holds.
#[derive(Debug, Default)]
pub struct HarLog {
    /// Each exchange with the pointer of its entry.
    pub exchanges: Vec<(Recording, String)>,
    /// Why an entry is none.
    pub skipped: Vec<String>,
}

/// Reads a HAR file; an error begins with `line:column: `.
pub type ReadHar = fn(&str) -> anyhow::Result<HarLog>;

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
/// nothing is passed over silently, and the rest is judged all the same.
pub fn for_each(
    paths: &[PathBuf],
    spec: &Spec,
    read_har: ReadHar,
    each: &mut dyn FnMut(Judged),
) -> Summary {
    let summary = Summary {
        exchanges: 0,
        negative: 0,
        skipped: BTreeMap::new(),
        evidence: Evidence::new(spec),
        problems: Vec::new(),
    };
    let mut run = Run {
        spec,
        read_har,
        each,
        waiting: Vec::new(),
        bytes: 0,
        pieces: 0,
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
    read_har: ReadHar,
    each: &'r mut dyn FnMut(Judged),
    waiting: Vec<Piece>,
    bytes: usize,
    pieces: u64,
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

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// One recording, or a HAR that is called so.
    Json,
    Lines,
}

fn kind(path: &Path) -> Option<Kind> {
    let extension = path.extension()?.to_str()?.to_ascii_lowercase();
    match extension.as_str() {
        "json" | "har" => Some(Kind::Json),
        "ndjson" | "jsonl" => Some(Kind::Lines),
        _ => None,
    }
}

impl Run<'_> {
    /// How much was judged or told of as a problem.
    fn accounted(&self) -> usize {
        self.summary.exchanges + self.summary.negative + self.summary.problems.len()
    }

    fn problem(&mut self, error: &anyhow::Error) {
        self.summary.problems.push(format!("{error:#}"));
    }

    fn path(&mut self, path: &Path) {
        let metadata =
            std::fs::metadata(path).with_context(|| format!("cannot read {}", display(path)));
        let done = metadata.and_then(|metadata| match kind(path) {
            _ if metadata.is_dir() => self.folder(path),
            Some(Kind::Lines) => self.lines(path),
            // What is named is read whatever it is called.
            Some(Kind::Json) | None => {
                self.push(is_negative(path), Content::File(path.to_owned()), 0);
                Ok(())
            }
        });
        if let Err(error) = done {
            // What was read before it is told of before it.
            self.flush();
            self.problem(&error);
        }
    }

    fn folder(&mut self, folder: &Path) -> anyhow::Result<()> {
        let failed = || format!("cannot read {}", display(folder));
        let mut paths = std::fs::read_dir(folder)
            .and_then(|entries| {
                entries
                    .map(|entry| Ok(entry?.path()))
                    .collect::<std::io::Result<Vec<_>>>()
            })
            .with_context(failed)?;
        paths.sort();
        for path in paths {
            let is_hidden = path
                .file_name()
                .is_some_and(|name| name.to_string_lossy().starts_with('.'));
            let is_link = path.symlink_metadata().with_context(failed)?.is_symlink();
            match kind(&path) {
                _ if is_hidden => self.skip("hidden", &path),
                _ if path.is_dir() && is_link => self.skip("a link to a folder", &path),
                _ if path.is_dir() => self.path(&path),
                Some(Kind::Json) => self.push(is_negative(&path), Content::File(path), 0),
                Some(Kind::Lines) => self.path(&path),
                None => self.skip("not .json, .har, .ndjson or .jsonl", &path),
            }
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

    fn skip(&mut self, reason: &str, path: &Path) {
        self.skipped(reason.to_owned(), display(path));
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
        let (spec, read_har) = (self.spec, self.read_har);
        // Each thread has evidence of its own; the order of the outcomes is that of the pieces.
        let (evidence, outcomes) = waiting
            .into_par_iter()
            .fold(
                || (Evidence::new(spec), Vec::new()),
                |(mut evidence, mut outcomes), piece| {
                    outcomes.push(judge_piece(spec, read_har, piece, &mut evidence));
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

fn judge_piece(
    spec: &Spec,
    read_har: ReadHar,
    piece: Piece,
    evidence: &mut Evidence,
) -> anyhow::Result<Outcome> {
    let source = match piece.content {
        Content::File(path) => Source::read(&path)?,
        Content::Line { file, line, bytes } => Source::from_bytes(file.as_ref(), bytes, line)?,
    };
    let source = Arc::new(source);
    let mut outcome = Outcome::default();
    let log = match read(&source)? {
        Read::Recording(recording) => HarLog {
            exchanges: vec![(*recording, String::new())],
            skipped: Vec::new(),
        },
        Read::Har => {
            read_har(source.text()).map_err(|error| anyhow!("{}:{error:#}", source.file()))?
        }
    };
    outcome.skipped.extend(
        log.skipped
            .into_iter()
            .map(|reason| (reason, source.file().to_owned())),
    );
    for (index, (recording, pointer)) in (0..).zip(log.exchanges) {
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

enum Read {
    Recording(Box<Recording>),
    Har,
}

fn read(source: &Source) -> anyhow::Result<Read> {
    let (json, repeated) = source.json()?;
    if json.get("log").is_some() {
        return Ok(Read::Har);
    }
    if json.get("format").is_none() {
        let reason =
            "neither a recording (an object with `format`) nor a HAR (an object with `log`)";
        return Err(source.error_at("", reason).into());
    }
    Ok(Read::Recording(Box::new(Recording::of(
        source, json, repeated,
    )?)))
}

/// Whether a file stands below a folder of exchanges that must be refused.
fn is_negative(path: &Path) -> bool {
    path.parent().is_some_and(|folder| {
        folder
            .components()
            .any(|part| part.as_os_str() == "negative")
    })
}
