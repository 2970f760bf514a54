//! `cargo xtask validate`: validates the spec against recorded traffic, and checks corrections,
//! relations and recordings.

use std::path::PathBuf;

use anyhow::bail;
use clap::Args;
use located::Source;
use openapi_traffic::command::{self, EXIT_CODES, Judging};
use openapi_traffic::fix::Fixes;
use openapi_traffic::report::{Format, Tool};
use openapi_traffic::{Options, Rules, run};
use spec_corrections::Vendor;

use crate::checks::{RepositoryChecks, Subjects};
use crate::codes::Code;
use crate::fixes;
use crate::workspace::{self, CORRECTIONS, RECORDINGS, RELATIONS, SPEC, workspace_root};

const BASELINE: &str = "openapi/baseline.yaml";
/// What the files of the vendor's documents are called, before the version.
const VENDOR: &str = "connections";

/// Validate the OpenAPI document against recorded traffic
///
/// Also checks the relations, checks the corrections against the document, the recordings and the
/// vendor facts, and searches the recordings for secrets and customer data.
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
    /// Relations that must hold within an exchange or between exchanges [default:
    /// openapi/relations.yaml; none with `--spec`]
    #[arg(long, value_name = "FILE")]
    relations: Option<PathBuf>,
    /// Known findings to suppress, each until a date [default: openapi/baseline.yaml if it exists;
    /// none with `--spec`]
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
    /// Runs the command. Returns the exit code.
    ///
    /// # Errors
    /// The run is not possible.
    pub fn run(mut self) -> anyhow::Result<u8> {
        if let Some(text) = &self.judging.explain {
            return command::explained(text, &rules());
        }
        self.judging.check()?;
        if self.vendor.is_some() && self.spec.is_some() && self.corrections.is_none() {
            bail!(
                "`--vendor` needs corrections, and with `--spec` there is no default; add \
                 `--corrections FILE`"
            );
        }
        // Every path is absolute or relative to the workspace, so that the report does not depend
        // on the current folder.
        let files = Files::of(&self)?;
        workspace::enter(&mut self.judging.output)?;
        let judging = &self.judging;
        let options = Options {
            spec: files.spec,
            paths: files.subjects.recordings.clone(),
            hosts: judging.host.clone(),
            baseline: files.baseline,
            relations: files.relations,
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
        let checks = RepositoryChecks::new(files.subjects);
        let report = run(&options, tool, &checks, &mut || progress.inc(1));
        progress.finish_and_clear();
        let Some(mode) = judging.fix else {
            return judging.finish(&report);
        };
        let is_ours = self.spec.is_none();
        let accept = |edited: &Source| match is_ours {
            true => fixes::generates(edited),
            false => Ok(()),
        };
        let corrections = |fixes: &Fixes| match is_ours {
            true => fixes::corrections(&fixes.offered, checks.vendor()),
            false => String::new(),
        };
        judging.fix(mode, &options, &report, &checks, &accept, &corrections)
    }
}

/// The rules of the validator, of the corrections and of this repository.
fn rules() -> Rules {
    Rules::default()
        .with(spec_corrections::Code::RULES)
        .with(Code::RULES)
}

/// The input files of a run.
struct Files {
    /// No path was given: everything is validated.
    everything: bool,
    spec: PathBuf,
    relations: Option<PathBuf>,
    baseline: Option<PathBuf>,
    subjects: Subjects,
}

impl Files {
    /// The files of a command line. The defaults for our spec do not apply to another one.
    fn of(command: &Validate) -> anyhow::Result<Self> {
        let given = |path: &Option<PathBuf>| path.as_deref().map(workspace::relative).transpose();
        let ours = |default: &str| command.spec.is_none().then(|| PathBuf::from(default));
        Ok(Files {
            everything: command.paths.is_empty(),
            spec: given(&command.spec)?.unwrap_or_else(|| SPEC.into()),
            relations: given(&command.relations)?.or_else(|| ours(RELATIONS)),
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
                vendor: match &command.vendor {
                    Some(folder) => Vendor::read(folder, VENDOR)?,
                    None => Vendor::default(),
                },
            },
        })
    }
}
