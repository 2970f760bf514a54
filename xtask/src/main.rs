use std::process::ExitCode;

use clap::{Parser, Subcommand};
use xtask::validate::Validate;
use xtask::{export_har, import_har};

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
    Validate(Validate),
    ImportHar(import_har::Args),
    ExportHar(export_har::Args),
}

fn main() -> ExitCode {
    let (mut out, mut log) = (std::io::stdout(), std::io::stderr());
    let (done, failure) = match Cli::parse().command {
        Command::Regen { check } => (xtask::regen::run(check).map(|text| println!("{text}")), 1),
        Command::Validate(command) => return command.run(),
        Command::ImportHar(args) => (import_har::run(&args, &mut out), 2),
        Command::ExportHar(args) => (export_har::run(&args, &mut out, &mut log), 2),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::from(failure)
        }
    }
}
