//! `cargo xtask`: regenerates, and starts the program of the other commands.

use std::ffi::OsString;
use std::process::ExitCode;

use clap::{Args, Parser, Subcommand};
use xtask::workspace::workspace_root;

/// The maintainer's commands.
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Generate src/generated.rs from openapi/connections.yaml and the README's table from
    /// openapi/corrections.yaml
    ///
    /// Says what changed since the last commit: types and methods, places of the spec, corrections,
    /// and the recordings that show them.
    Regen {
        /// Write nothing; show the difference and fail when there is one
        #[arg(long)]
        check: bool,
    },
    /// Hold the spec against recorded traffic
    #[command(disable_help_flag = true)]
    Validate(Rest),
    /// Turn the exchanges of a HAR file into redacted recordings
    #[command(disable_help_flag = true)]
    ImportHar(Rest),
    /// Write recordings as one HAR 1.2 file
    #[command(disable_help_flag = true)]
    ExportHar(Rest),
}

/// Arguments that the other program reads.
#[derive(Args)]
struct Rest {
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    arguments: Vec<OsString>,
}

fn main() -> ExitCode {
    let (command, rest) = match Cli::parse().command {
        Command::Regen { check } => return regen(check),
        Command::Validate(rest) => ("validate", rest),
        Command::ImportHar(rest) => ("import-har", rest),
        Command::ExportHar(rest) => ("export-har", rest),
    };
    xtask::forward::run(command, rest.arguments)
}

fn regen(check: bool) -> ExitCode {
    match xtask::regen::run(&workspace_root(), check) {
        Ok(report) => {
            println!("{report}");
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}
