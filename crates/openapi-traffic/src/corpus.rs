//! Validates recordings from files, folders, HAR and NDJSON, in parallel with bounded memory.

use std::collections::{BTreeMap, HashSet};
use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context, anyhow};
use serde_json::Value;

use crate::checks::Checks;
use crate::evidence::Evidence;
use crate::finding::Finding;
use crate::judge::Exchange;
use crate::linked::{self, Linked};
use crate::masking;
use crate::ndjson::{Line, ReadLines, Unread};
use crate::parts::{self, By, OUT_OF_SCOPE, Outcome, Part, judge_exchange, judge_parts, relate};
use crate::relations::{Relations, Session};
use crate::spec::Spec;
use crate::stream;
use har_recording::{EntryText, HarEntry, Opened, Skip};
use http_recording::{Found, Kind, Recording, walk};
use located::{Source, Unreadable, display, pointer};

pub use crate::parts::Validated;

/// How many files are in memory at once.
const PIECES: usize = 256;
/// A file with more bytes is divided among the threads.
const LARGE: u64 = 1 << 20;
/// Why a line cannot name the recording before it.
const LINE_AFTER: &str = "a line comes after the line above it; leave `after` out, or keep the \
                          recording in a file of its own";
/// Why valid JSON is skipped.
const TOO_DEEP: &str = "JSON nested deeper than 127 levels";

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
    pieces: u64,
    /// The files that were read, by canonical path.
    known: HashSet<PathBuf>,
    /// How many duplicate files were skipped.
    again: usize,
    /// The recordings that follow others.
    linked: Vec<Linked>,
    summary: Summary,
}

/// A file that one thread validates.
struct Piece {
    number: u64,
    negative: bool,
    path: PathBuf,
    kind: Kind,
}

/// How many bits of the number of an exchange are those of its number in a piece.
const NUMBERS: u64 = 24;

/// The number of the first exchange of a piece; so many may follow in it.
fn numbered(piece: u64) -> u64 {
    piece << NUMBERS
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
            // What is no file may have no end.
            Ok(Kind::Lines) if is_large(&path) || !path.is_file() => self.lines(&path)?,
            Ok(kind) => self.push(path, kind),
            Err(reason) => self.skipped(reason.to_owned(), display(&path)),
        }
        Ok(())
    }

    /// Validates a large NDJSON file, on all threads.
    fn lines(&mut self, path: &Path) -> anyhow::Result<()> {
        self.flush();
        let lines = Lines::new(self.by, path, numbered(self.pieces));
        let opened = File::open(path).with_context(|| format!("cannot read {}", lines.file))?;
        let mut texts = ReadLines::new(BufReader::with_capacity(1 << 20, opened));
        let by = self.by;
        let mut take = |outcome| self.report(outcome);
        let evidence = stream::judge(by, is_negative(path), &lines, &mut texts, &mut take);
        self.summary.evidence.merge(evidence.unwrap_or_default());
        self.pieces += (texts.bytes() >> NUMBERS) + 1;
        Ok(())
    }

    /// Validates a large document. A HAR is read entry by entry, so that it is never in memory as a
    /// whole.
    fn large(&mut self, path: &Path) -> anyhow::Result<()> {
        self.flush();
        let (file, number, negative) = (display(path), self.number(), is_negative(path));
        let opened = File::open(path).with_context(|| format!("cannot read {file}"))?;
        let (evidence, outcome) = match har_recording::open(opened) {
            Some(Opened::Har(mut entries)) => {
                let mut outcome = Outcome::default();
                let mut texts = (number..).zip(&mut entries);
                let mut take = |more: Result<Outcome, String>| outcome.extend(more);
                let file = Har { file: &file };
                let judged = stream::judge(self.by, negative, &file, &mut texts, &mut take);
                // The HAR may turn out to be invalid at its end.
                match judged.filter(|_| entries.finish()) {
                    Some(evidence) => (evidence, outcome),
                    None => self.whole(Source::read(path)?, number, negative)?,
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
        let outcome = judge_source(
            self.by.spec,
            self.by.relations,
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
        parts::add(&mut self.summary.applied, session.applied());
        self.summary.evidence.merge(evidence);
    }

    fn number(&mut self) -> u64 {
        self.pieces += 1;
        numbered(self.pieces - 1)
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

    fn push(&mut self, path: PathBuf, kind: Kind) {
        let (number, negative) = (self.number(), is_negative(&path));
        self.waiting.push(Piece {
            number,
            negative,
            path,
            kind,
        });
        if self.waiting.len() >= PIECES {
            self.flush();
        }
    }

    /// Validates the waiting pieces, and reports them in order.
    fn flush(&mut self) {
        let waiting = std::mem::take(&mut self.waiting);
        let by = self.by;
        let judge = |piece, evidence: &mut Evidence| judge_piece(by, piece, evidence);
        let (evidence, outcomes) = stream::judge_all(by.spec, waiting.into_iter(), judge);
        self.summary.evidence.merge(evidence);
        for outcome in outcomes.into_iter().flatten() {
            self.report(outcome);
        }
    }

    /// Reports an outcome or a problem.
    fn report(&mut self, outcome: Result<Outcome, String>) {
        match outcome {
            Ok(outcome) => self.take(outcome),
            Err(problem) => self.summary.problems.push(problem),
        }
    }

    /// Reports an outcome.
    fn take(&mut self, outcome: Outcome) {
        for (reason, file) in outcome.skipped {
            self.skipped(reason, file);
        }
        self.summary.beside.extend(outcome.beside);
        parts::add(&mut self.summary.applied, &outcome.applied);
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

/// Validates a file. An error is a message for the user.
fn judge_piece(by: By<'_>, piece: Piece, evidence: &mut Evidence) -> Vec<Result<Outcome, String>> {
    let Piece {
        number,
        negative,
        path,
        kind,
    } = piece;
    let judged = match kind {
        Kind::Lines => {
            let lines = Lines::new(by, &path, number);
            let read = std::fs::read(&path).with_context(|| format!("cannot read {}", lines.file));
            read.map(|bytes| {
                let texts = ReadLines::new(bytes.as_slice());
                stream::judge_small(by, negative, &lines, texts, evidence).unwrap_or_default()
            })
        }
        Kind::Document => {
            let checks = by.checks.wants(&path).then_some(by.checks);
            let judge = |source| {
                let relations = by.relations;
                judge_source(
                    by.spec, relations, source, checks, number, negative, evidence,
                )
            };
            let source = Source::read(&path).map_err(anyhow::Error::from);
            source.and_then(judge).map(|outcome| vec![Ok(outcome)])
        }
    };
    judged.unwrap_or_else(|error| vec![Err(described(&path, &error))])
}

/// A HAR that is read entry by entry.
struct Har<'f> {
    file: &'f str,
}

impl stream::File for Har<'_> {
    /// An entry with its number in the run.
    type Text = (u64, EntryText);

    fn size((_, entry): &Self::Text) -> usize {
        entry.text.len()
    }

    fn read(
        &self,
        (number, entry): Self::Text,
        spare: &mut Value,
    ) -> Option<Result<Vec<Part>, String>> {
        let file = self.file;
        let part = match entry.read_again(spare).ok()? {
            Err(skip) => Err((skip.reason, format!("{file}#{}", skip.pointer))),
            Ok(read) => {
                let byte = entry.byte;
                let source = Arc::new(entry.into_source(file));
                Ok(Arc::new(
                    Exchange::of_har(read, source, number).at_byte(byte),
                ))
            }
        };
        Some(Ok(vec![part]))
    }
}

/// An NDJSON file with a recording on each line.
struct Lines<'p> {
    path: &'p Path,
    file: String,
    /// The number of its first exchange in the run.
    number: u64,
    /// Whether relations are checked.
    is_related: bool,
}

impl<'p> Lines<'p> {
    fn new(by: By<'_>, path: &'p Path, number: u64) -> Self {
        Lines {
            path,
            file: display(path),
            number,
            is_related: by.relations.is_some(),
        }
    }

    fn parts(&self, line: Result<Line, Unread>) -> anyhow::Result<Vec<Part>> {
        let Line {
            number,
            byte,
            bytes,
        } = line.map_err(|Unread { number, error }| {
            anyhow!(error).context(format!("{}:{number}: cannot be read", self.file))
        })?;
        let source = Arc::new(Source::from_bytes(self.file.as_str(), bytes, number)?);
        // An exchange has more than one byte, so that no other gets its number.
        let parts = read_exchanges(&source, self.number + byte)?;
        let has_after = |part: &Part| matches!(part, Ok(it) if it.recording.meta.after.is_some());
        if self.is_related && parts.iter().any(has_after) {
            return Err(source.error_at("/meta/after", LINE_AFTER).into());
        }
        Ok(parts)
    }
}

impl stream::File for Lines<'_> {
    type Text = Result<Line, Unread>;

    fn size(line: &Self::Text) -> usize {
        line.as_ref().map_or(0, |line| line.bytes.len())
    }

    fn read(&self, line: Self::Text, _spare: &mut Value) -> Option<Result<Vec<Part>, String>> {
        let parts = self.parts(line);
        Some(parts.map_err(|error| described(self.path, &error)))
    }
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
    let read = source().and_then(|it| read_exchanges(&Arc::new(it), 0).ok());
    read.into_iter().flatten().flatten().collect()
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
    format!("{error:#}").replace(&name, &masking::file(&name))
}

/// Validates the exchanges of a source, numbered from `number`. With relations, the source is a
/// session of its own, or a recording that follows others.
fn judge_source(
    spec: &Spec,
    relations: Option<&Relations>,
    source: Source,
    checks: Option<&dyn Checks>,
    number: u64,
    negative: bool,
    evidence: &mut Evidence,
) -> anyhow::Result<Outcome> {
    let source = Arc::new(source);
    let parts = read_exchanges(&source, number)?;
    let exchanges = || parts.iter().flatten();
    let mut beside = Vec::new();
    if let Some(checks) = checks {
        let exchanges: Vec<_> = exchanges().map(|it| (&it.recording, it.base())).collect();
        beside = checks.document(spec, &source, &exchanges);
    }
    let after = exchanges().find_map(|it| it.recording.meta.after.clone());
    let (related, applied) = match (relations, after) {
        (None, _) => Default::default(),
        (Some(_), Some(after)) => {
            let linked = Linked {
                path: PathBuf::from(source.file()),
                after,
                number,
                negative,
            };
            return Ok(Outcome {
                beside,
                linked: vec![linked],
                ..Outcome::default()
            });
        }
        (Some(relations), None) => {
            let mut session = Session::new(relations, spec);
            let related = relate(spec, &parts, &mut session);
            (related, session.applied().to_vec())
        }
    };
    Ok(Outcome {
        beside,
        applied,
        ..judge_parts(spec, &parts, negative, related, evidence)
    })
}

/// The exchanges of a source in order, numbered from `number`, and what is none.
fn read_exchanges(source: &Arc<Source>, number: u64) -> anyhow::Result<Vec<Part>> {
    let of_har = |(entries, skips): (Vec<HarEntry>, Vec<Skip>)| {
        let index = |pointer: &str| pointer::last(pointer)?.parse::<usize>().ok();
        let exchanges = (number..).zip(entries).map(|(number, entry)| {
            let index = index(&entry.pointer);
            let exchange = Exchange::of_har(entry, Arc::clone(source), number);
            (index, Ok(Arc::new(exchange)))
        });
        let skips = skips.into_iter().map(|skip| {
            let label = format!("{}#{}", source.file(), skip.pointer);
            (index(&skip.pointer), Err((skip.reason, label)))
        });
        let mut parts: Vec<(Option<usize>, Part)> = exchanges.chain(skips).collect();
        parts.sort_by_key(|(index, _)| *index);
        parts.into_iter().map(|(_, part)| part).collect()
    };
    if !begins_as_recording(source.text())
        && let Ok(read) = har_recording::read(source.text())
    {
        return Ok(of_har(read));
    }
    let (json, repeated) = match source.json() {
        // Valid JSON fails to parse only if it is nested too deeply.
        Err(_) if located::is_json(source.text()) => {
            return Ok(vec![Err((TOO_DEEP.to_owned(), source.file().to_owned()))]);
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
        return Ok(of_har(read));
    }
    if json.get("format").is_none() {
        let reason =
            "neither a recording (an object with `format`) nor a HAR (an object with `log`)";
        return Err(source.error_at("", reason).into());
    }
    let recording = Recording::of(source, json, repeated)?;
    let exchange = Exchange::new(recording, Arc::clone(source), "", number);
    Ok(vec![Ok(Arc::new(exchange))])
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
        // The count is that of one thread.
        let pool = rayon::ThreadPoolBuilder::new().num_threads(1);
        let (summary, evaluated) = pool.build().unwrap().install(|| {
            EVALUATED.set(0);
            (for_each_by(&[path], by, &mut |_| {}), EVALUATED.get())
        });
        assert_eq!(summary.problems, Vec::<String>::new());
        assert_eq!(summary.applied, [users as u64]);
        (summary.exchanges, evaluated)
    }

    #[test]
    fn relations_over_twice_the_exchanges_evaluate_twice_the_expressions() {
        let (exchanges, evaluated) = judged(1_200);
        assert_eq!(exchanges, 2_400);
        assert!(evaluated >= exchanges, "{evaluated}");
        assert_eq!(judged(2_400), (2 * exchanges, 2 * evaluated));
    }
}
