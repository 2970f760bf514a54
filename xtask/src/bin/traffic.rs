//! The commands that read recorded traffic, with the validator: `cargo xtask` runs this program.

use std::process::ExitCode;

use clap::{Parser, Subcommand};
use xtask::har;
use xtask::validate::Validate;

#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    Validate(Validate),
    ImportHar(har::import::Args),
    ExportHar(har::export::Args),
}

fn main() -> ExitCode {
    let (mut out, mut log) = (std::io::stdout(), std::io::stderr());
    let done = match Cli::parse().command {
        Command::Validate(command) => return command.run(),
        Command::ImportHar(args) => har::import::run(&args, &mut out),
        Command::ExportHar(args) => har::export::run(&args, &mut out, &mut log),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::from(2)
        }
    }
}
