//! `cargo xtask validate --mutate`, which needs the client. `cargo xtask` runs this program.

use std::process::ExitCode;

use clap::{Parser, Subcommand};
use openapi_traffic::command::exit;
use xtask::mutate::Mutate;

#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask", max_term_width = 100)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    Validate(Mutate),
}

fn main() -> ExitCode {
    let Command::Validate(command) = Cli::parse().command;
    exit(command.run())
}
