//! The program with the commands that read recorded traffic; `cargo xtask` starts it.

use std::process::ExitCode;

use clap::{Parser, Subcommand};
use xtask::validate::Validate;
use xtask::{export_har, import_har};

#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask", max_term_width = 100)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    Validate(Validate),
    ImportHar(import_har::Args),
    ExportHar(export_har::Args),
}

fn main() -> ExitCode {
    let (mut out, mut log) = (std::io::stdout(), std::io::stderr());
    let done = match Cli::parse().command {
        Command::Validate(command) => return command.run(),
        Command::ImportHar(args) => import_har::run(args, &mut out),
        Command::ExportHar(args) => export_har::run(&args, &mut out, &mut log),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::from(2)
        }
    }
}
