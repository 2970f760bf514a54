//! `cargo xtask`: runs `regen`, and starts the program that has the other commands.

use std::ffi::OsString;
use std::process::ExitCode;

use clap::{Args, Parser, Subcommand};
use xtask::workspace::workspace_root;

/// The maintainer's commands
#[derive(Parser)]
#[command(
    name = "cargo xtask",
    bin_name = "cargo xtask",
    max_term_width = 100,
    disable_help_subcommand = true
)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Generate the client and the page of corrections
    ///
    /// Writes src/generated.rs from openapi/connections.yaml, and docs/corrections.md from
    /// openapi/corrections.yaml. Then lists what changed since the last commit: types and methods,
    /// places in the document, corrections, and the recordings that show them.
    Regen {
        /// Write nothing; fail and show the difference if a file is not up to date
        #[arg(long)]
        check: bool,
    },
    /// Validate the OpenAPI document against recorded traffic
    #[command(disable_help_flag = true)]
    Validate(Rest),
    /// Convert the exchanges of a HAR file to redacted recordings
    #[command(disable_help_flag = true)]
    ImportHar(Rest),
    /// Write recordings as one HAR 1.2 file
    #[command(disable_help_flag = true)]
    ExportHar(Rest),
}

/// Arbitrary arguments, which the other program parses.
#[derive(Args)]
struct Rest {
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    _arguments: Vec<OsString>,
}

fn main() -> ExitCode {
    let mut arguments: Vec<_> = std::env::args_os().collect();
    // Turns `help COMMAND` into `COMMAND --help`, which both programs understand.
    if arguments.get(1).is_some_and(|first| first == "help") {
        arguments.remove(1);
        arguments.push("--help".into());
    }
    match Cli::parse_from(&arguments).command {
        Command::Regen { check } => regen(check),
        // Forwarded unparsed, because clap removes a `--`.
        Command::Validate(_) | Command::ImportHar(_) | Command::ExportHar(_) => {
            xtask::forward::run(&arguments[1..])
        }
    }
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
