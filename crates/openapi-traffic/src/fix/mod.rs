//! Edits of the document that the traffic asks for: proposed, tried, and shown as a difference.
//!
//! An edit is offered only where a recording of somebody else's traffic (captured or reported)
//! shows what it adds, and where the edited document has none of the findings that it is for and no
//! finding more than before. No value of a recording is written into the document, but for a short
//! word that is added to a vocabulary.

mod conventions;
mod edits;
mod lookup;
mod needs;
mod offer;
mod schema;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use located::Source;
use similar::TextDiff;

use crate::checks::Checks;
use crate::count::count;
use crate::report::{Report, Reported, Tool};
use crate::run::{Options, run_on};
use crate::spec::Spec;
use crate::visible::visible;

use edits::Proposal;
pub use offer::{Fix, Refused};

/// What keeps an edited document from being accepted, in the words of a tool; see [`propose`].
pub type Refusal = Result<(), String>;

/// What was proposed for a document.
#[derive(Debug)]
pub struct Fixes {
    /// The document as it was read.
    before: Source,
    /// Its text with all edits that are offered.
    after: String,
    /// What is offered.
    pub offered: Vec<Fix>,
    /// What is not, and why.
    pub refused: Vec<Refused>,
}

impl Fixes {
    /// The text of the document with all that is offered.
    pub fn edited(&self) -> &str {
        &self.after
    }

    /// A unified diff of the document; empty where nothing is offered.
    pub fn diff(&self) -> String {
        if self.offered.is_empty() {
            return String::new();
        }
        let file = self.before.file().trim_start_matches('/');
        let diff = TextDiff::from_lines(self.before.text(), &self.after);
        let mut unified = diff.unified_diff();
        unified
            .context_radius(3)
            .header(&format!("a/{file}"), &format!("b/{file}"))
            .to_string()
    }

    /// What is offered and what is not, in lines that begin with `#`, and the difference.
    pub fn render(&self) -> String {
        let mut lines = Vec::new();
        for Fix {
            what,
            codes,
            evidence,
            findings,
            ..
        } in &self.offered
        {
            lines.push(format!("# {what}"));
            lines.push(format!(
                "#   ends {}: {}",
                count(*findings, "finding"),
                codes.join(", ")
            ));
            lines.extend(evidence.iter().map(|it| format!("#   shown by {it}")));
        }
        for Refused { what, reason } in &self.refused {
            lines.push(format!("# not offered: {what}"));
            lines.push(format!("#   {reason}"));
        }
        if lines.is_empty() {
            lines.push("# nothing to fix".to_owned());
        }
        let lines: Vec<_> = lines.iter().map(|line| visible(line)).collect();
        let mut text = lines.join("\n") + "\n";
        text += &self.diff();
        text
    }
}

/// Proposes edits for the findings of a report, which must be that of a run with the same options
/// and checks. `accept` has the last word on an edited document.
///
/// # Errors
/// The document cannot be read.
pub fn propose(
    options: &Options,
    report: &Report,
    checks: &dyn Checks,
    accept: &dyn Fn(&Source) -> Refusal,
) -> Result<Fixes, located::Error> {
    let before = Source::read(&options.spec)?;
    let trial = Trial {
        file: before.file(),
        options,
        checks,
        accept,
    };
    let mut text = before.text().to_owned();
    let mut offered = Vec::new();
    let mut refused;
    // What did not hold, which another edit may change: it is proposed again at the end.
    let (mut failed, mut is_last_round): (Vec<Refused>, bool) = (Vec::new(), true);
    // After each edit the rest is proposed anew, for what then is in the document.
    let mut current: Option<Report> = None;
    loop {
        let report = current.as_ref().unwrap_or(report);
        let (spec, _) = Spec::load_usable(trial.source(&text))?;
        let spec = spec.at_hosts(options.hosts.clone());
        let (mut proposals, hopeless) = edits::proposals(&spec, report);
        let is_new = |what: &str| failed.iter().all(|it| it.what != what);
        proposals.retain(|it| is_new(&it.fix.what));
        refused = hopeless;
        // All at once, which is mostly right; else one by one.
        let held = if proposals.len() > 1 {
            trial.all(&text, &proposals, report)
        } else {
            None
        };
        if let Some((edited, after)) = held {
            text = edited;
            offered.extend(proposals.into_iter().map(|it| it.fix));
            (current, is_last_round) = (Some(after), false);
            continue;
        }
        let mut done = None;
        for proposal in proposals {
            match trial.one(&text, &proposal, report) {
                Ok(held) => {
                    offered.push(proposal.fix);
                    done = Some(held);
                    break;
                }
                Err(reason) => failed.push(Refused {
                    what: proposal.fix.what,
                    reason,
                }),
            }
        }
        match done {
            Some((edited, after)) => {
                text = edited;
                (current, is_last_round) = (Some(after), false);
            }
            None if is_last_round => break,
            None => {
                failed.clear();
                is_last_round = true;
            }
        }
    }
    refused.extend(failed);
    refused.sort_by(|a, b| (&a.what, &a.reason).cmp(&(&b.what, &b.reason)));
    refused.dedup_by(|a, b| (&a.what, &a.reason) == (&b.what, &b.reason));
    Ok(Fixes {
        before,
        after: text,
        offered,
        refused,
    })
}

/// How often each finding is there, and what could not be judged.
#[derive(Debug, Clone)]
struct State {
    findings: BTreeMap<String, (usize, String)>,
    problems: Vec<String>,
}

impl State {
    fn of(report: &Report) -> State {
        State::counted(report, &|_| true)
    }

    /// The same of some files, and of what is in none.
    fn of_files(report: &Report, files: &BTreeSet<PathBuf>) -> State {
        State::counted(report, &|it| {
            let recording = it.finding.recording.as_ref();
            recording.is_none_or(|it| files.contains(Path::new(report.path(&it.file))))
        })
    }

    fn counted(report: &Report, is_meant: &dyn Fn(&Reported) -> bool) -> State {
        let mut findings: BTreeMap<String, (usize, String)> = BTreeMap::new();
        for it in report.findings.iter().filter(|it| is_meant(it)) {
            let said = || (0, format!("{}: {}", it.finding.code, it.finding.message));
            findings.entry(it.id.clone()).or_insert_with(said).0 += 1;
        }
        State {
            findings,
            problems: report.problems.clone(),
        }
    }

    /// Why the state after an edit is not better: a finding stays that should end, or comes.
    fn worse(&self, after: &State, proposals: &[&Proposal]) -> Refusal {
        if let Some(problem) = after.problems.iter().find(|it| !self.problems.contains(it)) {
            return Err(format!("with it, something cannot be judged: {problem}"));
        }
        let count = |state: &State, id: &str| state.findings.get(id).map_or(0, |it| it.0);
        for (id, (times, said)) in &after.findings {
            let mut own = proposals.iter().filter(|it| it.ids.contains(id));
            if own.any(|it| !it.partial || *times >= count(self, id)) {
                return Err(format!("with it, the finding stays: {said}"));
            }
            if *times > count(self, id) {
                return Err(format!("with it, there is another finding: {said}"));
            }
        }
        Ok(())
    }
}

/// What edits are tried by.
struct Trial<'t> {
    file: &'t str,
    options: &'t Options,
    checks: &'t dyn Checks,
    accept: &'t dyn Fn(&Source) -> Refusal,
}

impl Trial<'_> {
    fn source(&self, text: &str) -> Source {
        Source::new(self.file, text.to_owned())
    }

    /// The text after all proposals in their first ways, if it holds, and what is found then.
    fn all(&self, text: &str, proposals: &[Proposal], before: &Report) -> Option<(String, Report)> {
        let mut edited = text.to_owned();
        // Of those that are inserted behind the same member, the last has to come first.
        let (behind, others): (Vec<_>, Vec<_>) = proposals.iter().partition(|it| it.is_behind());
        for proposal in others.into_iter().chain(behind.into_iter().rev()) {
            edited = document_edit::apply(&self.source(&edited), proposal.ways.first()?).ok()?;
        }
        let all: Vec<_> = proposals.iter().collect();
        let after = self.holds(&edited, before, &all).ok()?;
        Some((edited, after))
    }

    /// The same for the first way of a proposal that holds, or why the last does not.
    fn one(
        &self,
        text: &str,
        proposal: &Proposal,
        before: &Report,
    ) -> Result<(String, Report), String> {
        let mut reason = "there is no way to say it here that is known".to_owned();
        for way in &proposal.ways {
            let edited = document_edit::apply(&self.source(text), way);
            let held = edited
                .map_err(|error| error.to_string())
                .and_then(|edited| {
                    let after = self.holds(&edited, before, &[proposal])?;
                    Ok((edited, after))
                });
            match held {
                Ok(done) => return Ok(done),
                Err(why) => reason = why,
            }
        }
        Err(reason)
    }

    /// What the traffic says after an edit, if it is better than before. What fails is seen in the
    /// files with the findings that the edit is for, mostly, so that these are read first.
    fn holds(
        &self,
        text: &str,
        before: &Report,
        proposals: &[&Proposal],
    ) -> Result<Report, String> {
        let files = proposals.iter().flat_map(|it| it.files.iter().cloned());
        let files: BTreeSet<PathBuf> = files.collect();
        let few = Options {
            paths: files.iter().cloned().collect(),
            unused_excuses: false,
            ..self.options.clone()
        };
        let state = State::of_files(before, &files);
        state.worse(&State::of(&self.run(text, &few)), proposals)?;
        let report = self.run(text, self.options);
        State::of(before).worse(&State::of(&report), proposals)?;
        (self.accept)(&self.source(text))?;
        Ok(report)
    }

    fn run(&self, text: &str, options: &Options) -> Report {
        let source = Ok(self.source(text));
        run_on(source, options, Tool::default(), self.checks, &mut || ())
    }
}
