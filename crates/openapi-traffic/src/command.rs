//! The command line: what every tool that is built on this crate does the same way, and the command
//! of the crate itself.

use std::fs::File;
use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use anstream::{AutoStream, StripStream};
use anyhow::{Context, bail};
use clap::Parser;
use indicatif::{ProgressBar, ProgressStyle};

use crate::report::{Format, Outcome, Report, Reported, Tool, explain};
use crate::run::{Options, run};
use crate::{Rules, Severity};

/// Nothing was found.
const CLEAN: u8 = 0;
/// There are findings.
const FINDINGS: u8 = 1;
/// Something could not be judged.
const NOT_JUDGED: u8 = 2;

/// What lists all codes.
pub const LIST: &str = "list";

/// Hold an OpenAPI 3.0 document against recorded HTTP traffic
///
/// Exit code 0: nothing was found. 1: there are findings (see `--fail-on`). 2: something could not be
/// judged (a spec or recording that cannot be read, a schema that does not compile, a path that
/// matches nothing, no exchange at all).
#[derive(Debug, Parser)]
#[command(version, max_term_width = 100)]
pub struct Command {
    /// Recordings: files, folders, HAR 1.2 files, NDJSON files with a recording a line
    #[arg(value_name = "PATH", required_unless_present = "explain")]
    paths: Vec<PathBuf>,
    /// Any OpenAPI 3.0 document, YAML or JSON
    #[arg(long, value_name = "FILE", required_unless_present = "explain")]
    spec: Option<PathBuf>,
    /// Findings to excuse
    #[arg(long, value_name = "FILE")]
    baseline: Option<PathBuf>,
    /// What holds within an exchange and across several, where no schema can say it
    #[arg(long, value_name = "FILE")]
    relations: Option<PathBuf>,
    #[command(flatten)]
    judging: Judging,
}

/// The arguments that every command has which judges traffic and reports on it.
#[derive(Debug, clap::Args)]
pub struct Judging {
    /// In which form findings are written
    #[arg(long, value_enum, default_value_t = Format::Human)]
    pub format: Format,
    /// Write the report to a file
    #[arg(long, value_name = "FILE")]
    pub output: Option<PathBuf>,
    /// Also say what the recordings show of the spec and what to record next (formats human,
    /// json and html, which always does)
    #[arg(long)]
    pub coverage: bool,
    /// Explain a finding code, or list all of them
    #[arg(long, value_name = "CODE", num_args = 0..=1, default_missing_value = LIST)]
    pub explain: Option<String>,
    /// Judge only what was sent to this host (`name` or `name:port`), whatever the `servers` of the
    /// spec say; may be given more than once
    #[arg(long, value_name = "HOST")]
    pub host: Vec<String>,
    /// Which findings make the exit code 1: errors alone, or warnings too
    #[arg(long, value_enum, default_value_t = Severity::Warning)]
    pub fail_on: Severity,
}

impl Command {
    /// Runs the command; what keeps it from running at all goes to standard error.
    pub fn run(self) -> ExitCode {
        exit(match &self.judging.explain {
            Some(text) => explained(text, &Rules::default()),
            None => self.validate(),
        })
    }

    fn validate(&self) -> anyhow::Result<u8> {
        let judging = &self.judging;
        judging.check()?;
        let options = Options {
            spec: self.spec.clone().unwrap_or_default(),
            paths: self.paths.clone(),
            hosts: judging.host.clone(),
            baseline: self.baseline.clone(),
            relations: self.relations.clone(),
            unused_excuses: true,
            coverage: judging.format.wants_coverage(judging.coverage),
            cases: judging.format == Format::Junit,
        };
        let progress = progress();
        let report = run(&options, Tool::default(), |_, _| Vec::new(), &mut || {
            progress.inc(1);
        });
        progress.finish_and_clear();
        judging.finish(&report)
    }
}

impl Judging {
    /// Refuses `--coverage` with a format that cannot show it.
    ///
    /// # Errors
    /// It cannot.
    pub fn check(&self) -> anyhow::Result<()> {
        if self.coverage && !self.format.has_coverage() {
            bail!(
                "`--coverage` needs `--format human`, `json` or `html`; the other formats have no \
                 place for it"
            );
        }
        Ok(())
    }

    /// Writes a report to the file or to standard output, and says with which code to exit;
    /// findings that weigh less than `--fail-on` do not count.
    ///
    /// # Errors
    /// It cannot be written.
    pub fn finish(&self, report: &Report) -> anyhow::Result<u8> {
        let text = report.render(self.format)?;
        match &self.output {
            Some(path) => {
                let file = File::create(path)
                    .with_context(|| format!("cannot write {}", path.display()))?;
                StripStream::new(file).write_all(text.as_bytes())
            }
            None => AutoStream::auto(std::io::stdout().lock()).write_all(text.as_bytes()),
        }
        .context("cannot write the report")?;
        let counts = |it: &Reported| it.finding.severity <= self.fail_on;
        Ok(match report.outcome {
            Outcome::Findings if report.findings.iter().any(counts) => FINDINGS,
            Outcome::Clean | Outcome::Findings => CLEAN,
            Outcome::NotJudged => NOT_JUDGED,
        })
    }
}

/// The exit code of a run; an error goes to standard error.
pub fn exit(done: anyhow::Result<u8>) -> ExitCode {
    ExitCode::from(done.unwrap_or_else(|error| {
        anstream::eprintln!("error: {error:#}");
        NOT_JUDGED
    }))
}

/// `--explain`: writes what a code means, or all codes where the text is [`LIST`].
///
/// # Errors
/// There is no such code.
pub fn explained(text: &str, rules: &Rules) -> anyhow::Result<u8> {
    let text = match rules.find(text) {
        Some(rule) => explain::one(rule),
        None if text == LIST => explain::all(rules),
        None => {
            let near: Vec<_> = rules
                .near(text)
                .iter()
                .map(|rule| format!("\n  {} {}", rule.code, rule.name))
                .collect();
            let hint = if near.is_empty() {
                "; `--explain` lists all".to_owned()
            } else {
                format!("; did you mean{}", near.concat())
            };
            bail!("there is no code `{text}`{hint}");
        }
    };
    AutoStream::auto(std::io::stdout().lock()).write_all(text.as_bytes())?;
    Ok(CLEAN)
}

/// The progress of a run, to be moved after each exchange.
pub fn progress() -> ProgressBar {
    spinner("{spinner} {human_pos} exchanges judged, {elapsed}")
}

/// A line that moves on a terminal until it is cleared, in the words of a template of `indicatif`;
/// nothing when the run is over before it is drawn, nothing in a file or a pipe.
pub fn spinner(template: &str) -> ProgressBar {
    let progress = ProgressBar::new_spinner();
    if let Ok(style) = ProgressStyle::with_template(template) {
        progress.set_style(style);
    }
    progress.enable_steady_tick(Duration::from_millis(200));
    progress
}
