//! `cargo xtask import-har`: turns a HAR file into redacted recordings of this repository.

use std::io::Write;
use std::path::PathBuf;

use anyhow::Result;
use har_import::command::Command;

use crate::workspace::{self, RECORDINGS, SPEC};

/// Convert the exchanges of a HAR file to redacted recordings
#[derive(Debug, Clone, clap::Args)]
pub struct Args {
    /// HAR 1.x file, as browsers and proxies save it
    file: PathBuf,
    /// Write below this folder; existing files are never overwritten [default: tests/recordings]
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Print the redacted recordings and write nothing
    #[arg(long)]
    dry_run: bool,
    /// Import only the operations of this OpenAPI document [default: openapi/connections.yaml]
    #[arg(long, value_name = "FILE")]
    spec: Option<PathBuf>,
    /// Name files `<status>-<NAME>.json` instead of `<status>.json`
    #[arg(long)]
    name: Option<String>,
}

/// Imports the file, and reports on `out`.
///
/// # Errors
/// As [`Command::run`].
pub fn run(args: Args, out: &mut impl Write) -> Result<()> {
    let or_default =
        |path: Option<PathBuf>, default| path.map_or_else(|| workspace::from_here(default), Ok);
    let command = Command {
        file: args.file,
        spec: or_default(args.spec, SPEC)?,
        out: or_default(args.out, RECORDINGS)?,
        dry_run: args.dry_run,
        name: args.name,
    };
    command.run(out)
}
