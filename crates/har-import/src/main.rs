//! The command `har-import`: converts a HAR file into redacted recordings.

use std::process::ExitCode;

use clap::Parser;
use har_import::command::Command;

fn main() -> ExitCode {
    match Command::parse().run(&mut std::io::stdout()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::from(2)
        }
    }
}
