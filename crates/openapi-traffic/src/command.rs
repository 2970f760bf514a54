//! The command line: options and exit codes that every tool on this crate shares, and the command
//! `openapi-traffic` itself.

use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

use anstream::{AutoStream, StripStream};
use anyhow::{Context, bail};
use clap::Parser;
use indicatif::{ProgressBar, ProgressStyle};
use located::Source;

use crate::checks::Checks;
use crate::fix::{self, Fixes};
use crate::report::{Format, Outcome, Report, Reported, Tool, explain};
use crate::run::{Options, run};
use crate::{Rules, Severity};

/// Nothing was found.
const CLEAN: u8 = 0;
/// There are findings.
const FINDINGS: u8 = 1;
/// Something could not be validated.
const NOT_VALIDATED: u8 = 2;

const USAGE: &str = "\
openapi-traffic --spec <FILE> [OPTIONS] <PATH>...
       openapi-traffic --explain [<CODE>]";
/// The help text on exit codes, for every command that validates traffic.
pub const EXIT_CODES: &str = "\
Exit codes:
  0  no findings that count (see `--fail-on`)
  1  findings
  2  something could not be validated: the document or a recording cannot be
     read, a path matches nothing, or there is no exchange at all";

/// The value of `--explain` that lists all codes.
const LIST: &str = "list";

/// Validate an OpenAPI 3.0 document against recorded HTTP traffic
///
/// Reports where the traffic contradicts the document and what the document does not mention. With
/// `--coverage` it also reports which parts of the document no traffic covers.
#[derive(Debug, Parser)]
#[command(version, max_term_width = 100, override_usage = USAGE, after_long_help = EXIT_CODES)]
pub struct Command {
    /// Traffic: HAR files, recordings (*.json), NDJSON with one recording per line, or folders of
    /// these
    ///
    /// A named pipe given as PATH is read to its end, however long that takes; pipes in a folder
    /// are skipped.
    #[arg(value_name = "PATH", required_unless_present = "explain")]
    paths: Vec<PathBuf>,
    /// OpenAPI 3.0 document, YAML or JSON
    #[arg(long, value_name = "FILE", required_unless_present = "explain")]
    spec: Option<PathBuf>,
    /// Known findings to suppress, each until a date (YAML)
    #[arg(long, value_name = "FILE")]
    baseline: Option<PathBuf>,
    /// Relations that must hold within an exchange or between exchanges (YAML)
    #[arg(long, value_name = "FILE")]
    relations: Option<PathBuf>,
    #[command(flatten)]
    judging: Judging,
}

/// The options of every command that validates traffic and reports on it.
#[derive(Debug, clap::Args)]
pub struct Judging {
    /// Report format
    #[arg(long, value_enum, default_value_t = Format::Human)]
    pub format: Format,
    /// Write the report to this file instead of standard output
    #[arg(long, value_name = "FILE")]
    pub output: Option<PathBuf>,
    /// Also report which parts of the document the traffic covers, and what to record next (formats
    /// human and json; html always does)
    #[arg(long)]
    pub coverage: bool,
    /// Explain the code of a finding; without a code, list them all
    #[arg(long, value_name = "CODE", num_args = 0..=1, default_missing_value = LIST)]
    pub explain: Option<String>,
    /// Validate only traffic to this host (`name` or `name:port`) instead of the `servers` in the
    /// document; can be repeated
    #[arg(long, value_name = "HOST")]
    pub host: Vec<String>,
    /// The lowest severity that makes the exit code 1
    #[arg(long, value_name = "SEVERITY", value_enum, default_value_t = Severity::Warning)]
    pub fail_on: Severity,
    /// Instead of a report, print edits of the document that would end the findings, as a unified
    /// diff; `apply` also makes them
    ///
    /// An edit is proposed where a captured or reported exchange has a value, field, type, status,
    /// media type or parameter that the document does not mention, and where the edit ends these
    /// findings and causes no others.
    #[arg(
        long,
        value_name = "WHAT",
        value_enum,
        num_args = 0..=1,
        require_equals = true,
        default_missing_value = "show",
        conflicts_with_all = ["format", "coverage"]
    )]
    pub fix: Option<FixMode>,
}

/// What is done with the edits that are offered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum FixMode {
    /// Print them.
    Show,
    /// Print them and write the document.
    Apply,
}

impl Command {
    /// Runs the command. An error that prevents the run is written to standard error.
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
        let report = run(&options, Tool::default(), &(), &mut || {
            progress.inc(1);
        });
        progress.finish_and_clear();
        match judging.fix {
            Some(mode) => judging.fix(mode, &options, &report, &(), &|_| Ok(()), &|_| {
                String::new()
            }),
            None => judging.finish(&report),
        }
    }
}

impl Judging {
    /// Checks that the format can show what `--coverage` asks for.
    ///
    /// # Errors
    /// `--coverage` was given with a format that has no place for it.
    pub fn check(&self) -> anyhow::Result<()> {
        if self.coverage && !self.format.has_coverage() {
            bail!(
                "`--coverage` needs `--format human`, `json` or `html`; the other formats have no \
                 place for it"
            );
        }
        Ok(())
    }

    /// Writes a report to the file or to standard output and returns the exit code. Findings less
    /// severe than `--fail-on` do not count.
    ///
    /// # Errors
    /// The report cannot be written.
    pub fn finish(&self, report: &Report) -> anyhow::Result<u8> {
        self.write(&report.render(self.format)?)
            .context("cannot write the report")?;
        Ok(self.code(report))
    }

    /// Proposes edits for a report, prints them with what `beside` adds, and returns the exit code:
    /// that of the report, or with [`FixMode::Apply`] that of the written document.
    ///
    /// # Errors
    /// The document cannot be read, or something cannot be written.
    pub fn fix(
        &self,
        mode: FixMode,
        options: &Options,
        report: &Report,
        checks: &dyn Checks,
        accept: &dyn Fn(&Source) -> fix::Refusal,
        beside: &dyn Fn(&Fixes) -> String,
    ) -> anyhow::Result<u8> {
        let fixes = fix::propose(options, report, checks, accept)?;
        let text = format!("{}{}", fixes.render(), beside(&fixes));
        self.write(&text).context("cannot write the edits")?;
        if mode == FixMode::Show || fixes.offered.is_empty() {
            return Ok(self.code(report));
        }
        let path = &options.spec;
        replace(path, fixes.edited())
            .with_context(|| format!("cannot write {}", path.display()))?;
        let report = run(options, report.tool.clone(), checks, &mut || ());
        Ok(self.code(&report))
    }

    fn write(&self, text: &str) -> anyhow::Result<()> {
        // Taking styles out looks at every byte, which a report without any is spared.
        let is_styled = text.contains('\u{1b}');
        let mut out: Box<dyn Write> = match &self.output {
            Some(path) => {
                let file = File::create(path)
                    .with_context(|| format!("cannot write {}", path.display()))?;
                match is_styled {
                    true => Box::new(StripStream::new(file)),
                    false => Box::new(file),
                }
            }
            None if is_styled => Box::new(AutoStream::auto(std::io::stdout().lock())),
            None => Box::new(std::io::stdout().lock()),
        };
        out.write_all(text.as_bytes())?;
        Ok(out.flush()?)
    }

    fn code(&self, report: &Report) -> u8 {
        let counts = |it: &Reported| it.finding.severity <= self.fail_on;
        match report.outcome {
            Outcome::Findings if report.findings.iter().any(counts) => FINDINGS,
            Outcome::Clean | Outcome::Findings => CLEAN,
            Outcome::NotValidated => NOT_VALIDATED,
        }
    }
}

/// The exit code of a run. An error is written to standard error.
pub fn exit(done: anyhow::Result<u8>) -> ExitCode {
    ExitCode::from(done.unwrap_or_else(|error| {
        anstream::eprintln!("error: {error:#}");
        NOT_VALIDATED
    }))
}

/// `--explain`: prints what a code means, or all codes if `text` is `list`.
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
                "; `--explain` without a code lists all".to_owned()
            } else {
                format!("; did you mean{}", near.concat())
            };
            bail!("there is no code `{text}`{hint}");
        }
    };
    AutoStream::auto(std::io::stdout().lock()).write_all(text.as_bytes())?;
    Ok(CLEAN)
}

/// The progress display of a run; increment it after each exchange.
pub fn progress() -> ProgressBar {
    spinner("{spinner} {human_pos} exchanges validated, {elapsed}")
}

/// A progress line on a terminal, from an `indicatif` template, shown until it is cleared. Not
/// drawn if the run ends before the first tick, or if standard error is no terminal.
pub fn spinner(template: &str) -> ProgressBar {
    let progress = ProgressBar::new_spinner();
    if let Ok(style) = ProgressStyle::with_template(template) {
        progress.set_style(style);
    }
    progress.enable_steady_tick(Duration::from_millis(200));
    progress
}

/// Writes a file anew, or leaves it as it is: it is never half-written.
fn replace(path: &Path, text: &str) -> std::io::Result<()> {
    // What a link names is written, not the link.
    let path = path.canonicalize()?;
    let permissions = std::fs::metadata(&path)?.permissions();
    if permissions.readonly() {
        return Err(std::io::Error::new(
            std::io::ErrorKind::PermissionDenied,
            "the file is read-only",
        ));
    }
    let mut new = tempfile::NamedTempFile::new_in(path.parent().unwrap_or(Path::new(".")))?;
    new.write_all(text.as_bytes())?;
    new.as_file().set_permissions(permissions)?;
    new.persist(&path)?;
    Ok(())
}
