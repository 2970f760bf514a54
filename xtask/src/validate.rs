//! `cargo xtask validate`: the spec held against recorded traffic, and all that stands beside them
//! held against both.

use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Instant;

use anstream::{AutoStream, StripStream};
use anyhow::{Context, bail};
use clap::Args;
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use crate::baseline::Baseline;
use crate::codes;
use crate::corrections::Corrections;
use crate::finding::Finding;
use crate::judging::{self, Wanted};
use crate::leaks;
use crate::report::{Format, Outcome, Report, explain};
use crate::spec::Spec;
use crate::vendor_facts::Facts;
use crate::workspace::{self, CORRECTIONS, RECORDINGS, SPEC, workspace_root};
use located::{Source, display};

/// Nothing was found.
const CLEAN: u8 = 0;
/// There are findings.
const FINDINGS: u8 = 1;
/// Something could not be judged.
const NOT_JUDGED: u8 = 2;

/// Beside the corrections, whichever they are.
const FACTS: &str = "vendor-facts.yaml";
const BASELINE: &str = "openapi/baseline.yaml";

/// Hold the spec against recorded traffic
///
/// Every recorded exchange is judged against the spec, the corrections are held against spec,
/// recordings and vendor facts, and recordings are searched for what must not be published.
///
/// Exit code 0: nothing was found. 1: there are findings. 2: something could not be judged (a spec
/// or recording that cannot be read, a schema that does not compile, a path that matches nothing,
/// no exchange at all).
#[derive(Debug, Args)]
pub struct Validate {
    /// Recordings: files, folders, HAR 1.2 files, NDJSON files with a recording a line
    /// [default: tests/recordings]
    #[arg(value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// Any OpenAPI 3.0 document, YAML or JSON [default: openapi/connections.yaml]
    #[arg(long, value_name = "FILE")]
    spec: Option<PathBuf>,
    /// In which form findings are written
    #[arg(long, value_enum, default_value_t = Format::Human)]
    format: Format,
    /// Write the report to a file
    #[arg(long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Also say what the recordings show of the spec and what to record next (formats human and
    /// json)
    #[arg(long)]
    coverage: bool,
    /// Explain a finding code, or list all of them
    #[arg(long, value_name = "CODE", num_args = 0..=1, default_missing_value = LIST)]
    explain: Option<String>,
    /// Corrections to check
    /// [default: openapi/corrections.yaml with the default spec, none with another]
    #[arg(long, value_name = "FILE")]
    corrections: Option<PathBuf>,
    /// Findings to excuse
    /// [default: openapi/baseline.yaml with the default spec where there is one, none with another]
    #[arg(long, value_name = "FILE")]
    baseline: Option<PathBuf>,
    /// Also hold the vendor facts against the vendor's own documents, `connections-<version>.json`
    /// in this folder
    #[arg(long, value_name = "DIR")]
    vendor: Option<PathBuf>,
}

/// What lists all codes.
const LIST: &str = "list";

impl Validate {
    /// Runs the command; what keeps it from running at all goes to standard error.
    pub fn run(self) -> ExitCode {
        match self
            .explain
            .as_deref()
            .map_or_else(|| self.validate(), explained)
        {
            Ok(code) => ExitCode::from(code),
            Err(error) => {
                anstream::eprintln!("error: {error:#}");
                ExitCode::from(NOT_JUDGED)
            }
        }
    }

    fn validate(&self) -> anyhow::Result<u8> {
        if self.coverage && !matches!(self.format, Format::Human | Format::Json) {
            bail!(
                "`--coverage` needs `--format human` or `--format json`; the other formats have no place for it"
            );
        }
        if self.vendor.is_some() && self.spec.is_some() && self.corrections.is_none() {
            bail!(
                "`--vendor` is about corrections, and with another spec there are none; give them with `--corrections`"
            );
        }
        let started = Instant::now();
        let output = self
            .output
            .as_deref()
            .map(std::path::absolute)
            .transpose()?;
        let files = Files::of(self)?;
        // Every path is absolute or below the workspace by now, so that places read the same
        // wherever the command is started.
        std::env::set_current_dir(workspace_root()).context("cannot enter the workspace")?;

        let mut report = Report::new(display(&files.spec));
        if let Err(error) = self.judge(&files, &mut report) {
            report.problems.push(format!("{error:#}"));
        }
        report.elapsed = started.elapsed();
        report.conclude();
        self.write(&report, output.as_deref())?;
        Ok(match report.outcome {
            Outcome::Clean => CLEAN,
            Outcome::Findings => FINDINGS,
            Outcome::NotJudged => NOT_JUDGED,
        })
    }

    /// Everything that is judged. Without a spec there is nothing; what else cannot be read leaves
    /// the rest to be judged.
    fn judge(&self, files: &Files, report: &mut Report) -> anyhow::Result<()> {
        let spec = Spec::load(Source::read(&files.spec)?)?;
        let wanted = Wanted {
            coverage: self.coverage,
            cases: self.format == Format::Junit,
        };
        let mut findings = judging::judge(&spec, &files.recordings, wanted, report);
        for part in [
            files.check_corrections(&spec, report),
            leaks::scan_all(&files.recordings),
        ] {
            match part {
                Ok(more) => findings.extend(more),
                Err(error) => report.problems.push(format!("{error:#}")),
            }
        }
        match files.load_baseline() {
            Ok(None) => {}
            Ok(Some(baseline)) => {
                let applied = baseline.apply(findings, today());
                report.summary.suppressed = applied.suppressed;
                findings = applied.kept;
                findings.extend(applied.expired);
                // A run over a part of the recordings cannot tell what excuses nothing.
                if files.everything || self.baseline.is_some() {
                    findings.extend(applied.unused);
                }
            }
            Err(error) => report.problems.push(format!("{error:#}")),
        }
        report.findings = findings.into_iter().map(Into::into).collect();
        Ok(())
    }

    fn write(&self, report: &Report, output: Option<&Path>) -> anyhow::Result<()> {
        let text = report.render(self.format)?;
        match output {
            Some(path) => {
                let file = File::create(path)
                    .with_context(|| format!("cannot write {}", path.display()))?;
                StripStream::new(file).write_all(text.as_bytes())
            }
            None => AutoStream::auto(std::io::stdout().lock()).write_all(text.as_bytes()),
        }
        .context("cannot write the report")
    }
}

/// What a run reads.
struct Files {
    /// No path was given, so that all there is is judged.
    everything: bool,
    spec: PathBuf,
    recordings: Vec<PathBuf>,
    corrections: Option<PathBuf>,
    baseline: Option<PathBuf>,
    vendor: Option<PathBuf>,
}

impl Files {
    /// The files of a command line; what stands beside our spec is not for another.
    fn of(command: &Validate) -> std::io::Result<Self> {
        let given = |path: &Option<PathBuf>| path.as_deref().map(workspace::relative).transpose();
        let ours = |default: &str| command.spec.is_none().then(|| PathBuf::from(default));
        Ok(Files {
            everything: command.paths.is_empty(),
            spec: given(&command.spec)?.unwrap_or_else(|| SPEC.into()),
            recordings: match &command.paths[..] {
                [] => vec![RECORDINGS.into()],
                paths => paths
                    .iter()
                    .map(|path| workspace::relative(path))
                    .collect::<Result<_, _>>()?,
            },
            corrections: given(&command.corrections)?.or_else(|| ours(CORRECTIONS)),
            baseline: given(&command.baseline)?
                .or_else(|| ours(BASELINE).filter(|path| workspace_root().join(path).exists())),
            vendor: given(&command.vendor)?,
        })
    }

    fn load_baseline(&self) -> anyhow::Result<Option<Baseline>> {
        self.baseline
            .as_deref()
            .map(|path| Baseline::load(Source::read(path)?))
            .transpose()
    }

    /// The corrections held against spec, recordings and vendor facts.
    fn check_corrections(&self, spec: &Spec, report: &mut Report) -> anyhow::Result<Vec<Finding>> {
        let Some(path) = &self.corrections else {
            return Ok(Vec::new());
        };
        let corrections = Corrections::load(Source::read(path)?)?;
        let facts = Facts::load(Source::read(&path.with_file_name(FACTS))?)?;
        report.summary.corrections = corrections.entries().len();
        let mut findings = corrections.check(spec.value(), &facts);
        findings.extend(facts.check(spec.value(), corrections.entries()));
        if let Some(folder) = &self.vendor {
            findings.extend(facts.check_vendor(folder)?);
        }
        Ok(findings)
    }
}

/// `--explain`: a code, or all of them.
fn explained(text: &str) -> anyhow::Result<u8> {
    let text = match codes::find(text) {
        Some(code) => explain::one(code),
        None if text == LIST => explain::all(),
        None => {
            let near: Vec<_> = codes::near(text)
                .iter()
                .map(|code| format!("\n  {} {}", code.code, code.name))
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

/// The day in UTC, so that an excuse ends everywhere at once.
fn today() -> Date {
    Timestamp::now().to_zoned(TimeZone::UTC).date()
}
