//! `cargo xtask validate`: the spec held against recorded traffic, and all that stands beside them
//! held against both.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context, bail};
use clap::Args;
use located::Source;
use openapi_traffic::command::{self, EXIT_CODES, Judging};
use openapi_traffic::fix::Fixes;
use openapi_traffic::report::{Format, Tool};
use openapi_traffic::{Options, Rules, run};

use crate::checks::{Beside, Subjects};
use crate::codes::Code;
use crate::fixes::{self, Vendor};
use crate::workspace::{self, CORRECTIONS, RECORDINGS, RELATIONS, SPEC, workspace_root};

const BASELINE: &str = "openapi/baseline.yaml";

/// Validate the OpenAPI document against recorded traffic
///
/// Also checks the relations, and the corrections against the document, the recordings and the vendor
/// facts, and searches the recordings for what must not be published.
#[derive(Debug, Args)]
#[command(after_long_help = EXIT_CODES)]
pub struct Validate {
    /// Traffic: HAR files, recordings (*.json), NDJSON with one recording per line, or folders of
    /// these [default: tests/recordings]
    #[arg(value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// OpenAPI 3.0 document, YAML or JSON [default: openapi/connections.yaml]
    #[arg(long, value_name = "FILE")]
    spec: Option<PathBuf>,
    /// Corrections to check [default: openapi/corrections.yaml; none with `--spec`]
    #[arg(long, value_name = "FILE")]
    corrections: Option<PathBuf>,
    /// Relations: what holds within and across exchanges [default: openapi/relations.yaml; none with
    /// `--spec`]
    #[arg(long, value_name = "FILE")]
    relations: Option<PathBuf>,
    /// Known findings to accept until a date [default: openapi/baseline.yaml if it exists; none with
    /// `--spec`]
    #[arg(long, value_name = "FILE")]
    baseline: Option<PathBuf>,
    /// Also check the vendor facts against the vendor's own documents: a folder with
    /// `connections-<version>.json`
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
            spec: files.spec,
            paths: files.subjects.recordings.clone(),
            hosts: judging.host.clone(),
            baseline: files.baseline,
            relations: files.subjects.relations.clone(),
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
        let beside = Beside::new(files.subjects);
        let report = run(&options, tool, &beside, &mut || progress.inc(1));
        progress.finish_and_clear();
        let Some(mode) = judging.fix else {
            return judging.finish(&report);
        };
        let is_ours = self.spec.is_none();
        let vendor = Vendor::read(beside.vendor())?;
        let accept = |edited: &Source| match is_ours {
            true => fixes::generates(edited),
            false => Ok(()),
        };
        let corrections = |fixes: &Fixes| match is_ours {
            true => fixes::corrections(&fixes.offered, &vendor),
            false => String::new(),
        };
        judging.fix(mode, &options, &report, &beside, &accept, &corrections)
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
    baseline: Option<PathBuf>,
    subjects: Subjects,
}

impl Files {
    /// The files of a command line; what stands beside our spec is not for another.
    fn of(command: &Validate) -> std::io::Result<Self> {
        let given = |path: &Option<PathBuf>| path.as_deref().map(workspace::relative).transpose();
        let ours = |default: &str| command.spec.is_none().then(|| PathBuf::from(default));
        Ok(Files {
            everything: command.paths.is_empty(),
            spec: given(&command.spec)?.unwrap_or_else(|| SPEC.into()),
            baseline: given(&command.baseline)?
                .or_else(|| ours(BASELINE).filter(|path| workspace_root().join(path).exists())),
            subjects: Subjects {
                recordings: match &command.paths[..] {
                    [] => vec![RECORDINGS.into()],
                    paths => paths
                        .iter()
                        .map(|path| workspace::relative(path))
                        .collect::<Result<_, _>>()?,
                },
                corrections: given(&command.corrections)?.or_else(|| ours(CORRECTIONS)),
                relations: given(&command.relations)?.or_else(|| ours(RELATIONS)),
                vendor: given(&command.vendor)?,
            },
        })
    }
}
