//! Edits of the document that the traffic asks for: proposed, tried, and shown as a difference.
//!
//! An edit is offered only where a recording of somebody else's traffic (captured or reported)
//! shows what it adds, and where the edited document has none of the findings that it is for and no
//! finding more than before. No value of a recording is written into the document, but for a short
//! word that is added to a vocabulary.

mod alike;
mod edits;
mod needs;
mod schema;

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use document_edit::Edit;
use located::Source;
use similar::TextDiff;

use crate::checks::Checks;
use crate::report::{Report, Tool};
use crate::run::{Options, run_on};
use crate::shown::visible;
use crate::spec::Spec;

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

/// One edit of the document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fix {
    /// What it does, in a line.
    pub what: String,
    /// Where the edited document says it.
    pub at: String,
    /// The codes of the findings that it ends.
    pub codes: Vec<&'static str>,
    /// The first recordings that show it, as `file#pointer`.
    pub evidence: Vec<String>,
    /// How many findings it ends.
    pub findings: usize,
}

/// An edit that is not offered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refused {
    /// What it would do.
    pub what: String,
    /// Why it is not offered.
    pub reason: String,
}

/// An edit in question, in one or several ways, of which the first that holds is taken.
#[derive(Debug)]
struct Proposal {
    fix: Fix,
    ways: Vec<Vec<Edit>>,
    /// The ids of the findings that it is to end.
    ids: BTreeSet<String>,
    /// It ends some of these findings, and others of the same ids stay.
    partial: bool,
    /// The files with these findings.
    files: BTreeSet<PathBuf>,
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
            let s = if *findings == 1 { "" } else { "s" };
            lines.push(format!("# {what}"));
            lines.push(format!(
                "#   ends {findings} finding{s}: {}",
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
        let spec = Spec::load(trial.source(&text))?.at_hosts(options.hosts.clone());
        let (mut proposals, hopeless) = needs::proposals(&spec, report);
        let is_new = |what: &str| failed.iter().all(|it| it.what != what);
        proposals.retain(|it| is_new(&it.fix.what));
        refused = hopeless;
        let state = State::of(report);
        // All at once, which is mostly right; else one by one.
        let held = if proposals.len() > 1 {
            trial.all(&text, &proposals, &state)
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
            match trial.one(&text, &proposal, &state) {
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
    refused.sort_by(|a, b| a.what.cmp(&b.what));
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
        let mut findings: BTreeMap<String, (usize, String)> = BTreeMap::new();
        for it in &report.findings {
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
    fn all(&self, text: &str, proposals: &[Proposal], state: &State) -> Option<(String, Report)> {
        let mut edited = text.to_owned();
        for proposal in proposals {
            edited = document_edit::apply(&self.source(&edited), proposal.ways.first()?).ok()?;
        }
        let all: Vec<_> = proposals.iter().collect();
        let after = self.holds(&edited, state, &all).ok()?;
        Some((edited, after))
    }

    /// The same for the first way of a proposal that holds, or why the last does not.
    fn one(
        &self,
        text: &str,
        proposal: &Proposal,
        state: &State,
    ) -> Result<(String, Report), String> {
        let mut reason = "there is no way to say it here that is known".to_owned();
        for way in &proposal.ways {
            let edited = document_edit::apply(&self.source(text), way);
            let held = edited
                .map_err(|error| error.to_string())
                .and_then(|edited| {
                    let after = self.holds(&edited, state, &[proposal])?;
                    Ok((edited, after))
                });
            match held {
                Ok(done) => return Ok(done),
                Err(why) => reason = why,
            }
        }
        Err(reason)
    }

    fn holds(&self, text: &str, state: &State, proposals: &[&Proposal]) -> Result<Report, String> {
        self.ends(text, proposals)?;
        let report = self.run(text, self.options);
        state.worse(&State::of(&report), proposals)?;
        (self.accept)(&self.source(text))?;
        Ok(report)
    }

    /// Whether an edit ends the findings that it is for, by the files with these findings alone:
    /// what fails does not have to be held against the other traffic.
    fn ends(&self, text: &str, proposals: &[&Proposal]) -> Refusal {
        let options = Options {
            paths: proposals
                .iter()
                .flat_map(|it| it.files.iter().cloned())
                .collect::<BTreeSet<_>>()
                .into_iter()
                .collect(),
            unused_excuses: false,
            ..self.options.clone()
        };
        let after = State::of(&self.run(text, &options));
        let whole: Vec<_> = proposals.iter().filter(|it| !it.partial).collect();
        for (id, (_, said)) in &after.findings {
            if whole.iter().any(|it| it.ids.contains(id)) {
                return Err(format!("with it, the finding stays: {said}"));
            }
        }
        Ok(())
    }

    fn run(&self, text: &str, options: &Options) -> Report {
        let source = Ok(self.source(text));
        run_on(source, options, Tool::default(), self.checks, &mut || ())
    }
}
