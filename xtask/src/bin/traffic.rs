//! The program with the commands that read recorded traffic; `cargo xtask` starts it.

use std::process::ExitCode;

use clap::{Parser, Subcommand};
use openapi_traffic::command::exit;
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
    exit(match Cli::parse().command {
        Command::Validate(command) => command.run(),
        Command::ImportHar(args) => import_har::run(args, &mut out).map(|()| 0),
        Command::ExportHar(args) => export_har::run(&args, &mut out, &mut log).map(|()| 0),
    })
}
