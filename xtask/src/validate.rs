//! `cargo xtask validate`: the spec held against recorded traffic, and all that stands beside them
//! held against both.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context, bail};
use clap::Args;
use located::Source;
use openapi_traffic::command::{self, Judging};
use openapi_traffic::report::{Format, Report, Tool};
use openapi_traffic::{Finding, Options, Relations, Rules, Spec, run};

use crate::check_corrections;
use crate::check_relations;
use crate::codes::Code;
use crate::corrections::Corrections;
use crate::leaks;
use crate::notes;
use crate::vendor_facts::Facts;
use crate::workspace::{self, CORRECTIONS, RECORDINGS, RELATIONS, SPEC, workspace_root};

/// Beside the corrections, whichever they are.
const FACTS: &str = "vendor-facts.yaml";
const BASELINE: &str = "openapi/baseline.yaml";

/// Hold the spec against recorded traffic
///
/// Every recorded exchange is judged against the spec and the relations, the corrections are held
/// against spec, recordings and vendor facts, and recordings are searched for what must not be
/// published.
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
    /// Corrections to check
    /// [default: openapi/corrections.yaml with the default spec, none with another]
    #[arg(long, value_name = "FILE")]
    corrections: Option<PathBuf>,
    /// What holds within an exchange and across several, with its evidence
    /// [default: openapi/relations.yaml with the default spec, none with another]
    #[arg(long, value_name = "FILE")]
    relations: Option<PathBuf>,
    /// Findings to excuse
    /// [default: openapi/baseline.yaml with the default spec where there is one, none with another]
    #[arg(long, value_name = "FILE")]
    baseline: Option<PathBuf>,
    /// Also hold the vendor facts against the vendor's own documents, `connections-<version>.json`
    /// in this folder
    #[arg(long, value_name = "DIR")]
    vendor: Option<PathBuf>,
    #[command(flatten)]
    judging: Judging,
}

impl Validate {
    /// Runs the command; what keeps it from running at all goes to standard error.
    pub fn run(self) -> ExitCode {
        command::exit(match &self.judging.explain {
            Some(text) => command::explained(text, &rules()),
            None => self.validate(),
        })
    }

    fn validate(mut self) -> anyhow::Result<u8> {
        self.judging.check()?;
        if self.vendor.is_some() && self.spec.is_some() && self.corrections.is_none() {
            bail!(
                "`--vendor` is about corrections, and with another spec there are none; give them \
                 with `--corrections`"
            );
        }
        if let Some(output) = &mut self.judging.output {
            *output = std::path::absolute(&output)?;
        }
        let judging = &self.judging;
        let files = Files::of(&self)?;
        // Every path is absolute or below the workspace by now, so that places read the same
        // wherever the command is started.
        std::env::set_current_dir(workspace_root()).context("cannot enter the workspace")?;
        let options = Options {
            spec: files.spec.clone(),
            paths: files.recordings.clone(),
            hosts: judging.host.clone(),
            baseline: files.baseline.clone(),
            relations: files.relations.clone(),
            unused_excuses: files.everything || self.baseline.is_some(),
            coverage: judging.format.wants_coverage(judging.coverage),
            cases: judging.format == Format::Junit,
        };
        let tool = Tool {
            name: "cargo xtask validate",
            version: env!("CARGO_PKG_VERSION"),
            rules: rules(),
        };
        let progress = command::progress();
        let more = |spec: &Spec, report: &mut Report| files.check(spec, report);
        let report = run(&options, tool, more, &mut || progress.inc(1));
        progress.finish_and_clear();
        judging.finish(&report)
    }
}

/// The kinds of findings there are.
fn rules() -> Rules {
    Rules::default().with(Code::RULES)
}

/// What a run reads.
struct Files {
    /// No path was given, so that all there is is judged.
    everything: bool,
    spec: PathBuf,
    recordings: Vec<PathBuf>,
    corrections: Option<PathBuf>,
    relations: Option<PathBuf>,
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
            relations: given(&command.relations)?.or_else(|| ours(RELATIONS)),
            baseline: given(&command.baseline)?
                .or_else(|| ours(BASELINE).filter(|path| workspace_root().join(path).exists())),
            vendor: given(&command.vendor)?,
        })
    }

    /// What this repository checks beside its traffic. What cannot be read leaves the rest to be
    /// checked.
    fn check(&self, spec: &Spec, report: &mut Report) -> Vec<Finding> {
        let mut findings = Vec::new();
        let recordings = self.recordings.iter().map(PathBuf::as_path);
        let committed = recordings.filter(|path| path.starts_with(RECORDINGS));
        for part in [
            self.check_corrections(spec, report),
            self.check_relations(spec),
            leaks::scan_all(&self.recordings, spec.value()),
            notes::check(committed),
        ] {
            match part {
                Ok(more) => findings.extend(more),
                Err(error) => report.problems.push(format!("{error:#}")),
            }
        }
        findings
    }

    /// The relations held against their evidence.
    fn check_relations(&self, spec: &Spec) -> anyhow::Result<Vec<Finding>> {
        let Some(path) = &self.relations else {
            return Ok(Vec::new());
        };
        // What keeps them from being read, the run itself says.
        let read = Source::read(path).and_then(|source| Relations::load(source, spec));
        Ok(read.map_or_else(|_| Vec::new(), |them| check_relations::check(&them)))
    }

    /// The corrections held against spec, recordings and vendor facts.
    fn check_corrections(&self, spec: &Spec, report: &mut Report) -> anyhow::Result<Vec<Finding>> {
        let Some(path) = &self.corrections else {
            return Ok(Vec::new());
        };
        let corrections = Corrections::load(Source::read(path)?)?;
        let facts = Facts::load(Source::read(&path.with_file_name(FACTS))?)?;
        report.summary.corrections = corrections.entries().len();
        let mut findings = check_corrections::check(&corrections, spec.value());
        findings.extend(facts.check(spec.value(), &corrections));
        if let Some(folder) = &self.vendor {
            findings.extend(facts.check_vendor(folder)?);
        }
        Ok(findings)
    }
}
