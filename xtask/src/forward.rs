//! Starts the program of the commands that read recorded traffic; cargo builds it when it has to.
//!
//! It is another program since `regen` is to be compiled without a validator, and it has a file of
//! its own in the target directory, so that neither is built again because the other was used.

use std::ffi::OsString;
use std::process::{Command, ExitCode};

/// How cargo is asked for the program; the alias in `.cargo/config.toml` asks for the other one.
const RUN: [&str; 6] = [
    "run",
    "--quiet",
    "--package",
    "xtask",
    "--no-default-features",
    "--features",
];
const PROGRAM: [&str; 3] = ["--bin", "xtask-traffic", "--"];
/// What the program says when it could not do its work.
const FAILED: u8 = 2;

/// Runs that program with these arguments, a command first, in the current folder and with the
/// streams of this process. Its exit code is the result.
pub fn run(arguments: &[OsString]) -> ExitCode {
    // Set by the cargo that runs this program.
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut program = Command::new(&cargo);
    // An edit of the document is offered only if the client can be generated from it.
    let fixes = |it: &OsString| it.to_string_lossy().starts_with("--fix");
    let features = match arguments.iter().any(fixes) {
        true => "traffic,regen",
        false => "traffic",
    };
    program
        .args(RUN)
        .arg(features)
        .args(PROGRAM)
        .args(arguments);
    match finish(&mut program) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("error: {} could not be started: {error}", cargo.display());
            ExitCode::from(FAILED)
        }
    }
}

/// Becomes the program, so that signals reach it and its own end is what is seen.
#[cfg(unix)]
fn finish(program: &mut Command) -> std::io::Result<ExitCode> {
    use std::os::unix::process::CommandExt;
    Err(program.exec())
}

#[cfg(not(unix))]
fn finish(program: &mut Command) -> std::io::Result<ExitCode> {
    let code = program.status()?.code();
    Ok(ExitCode::from(
        code.and_then(|code| u8::try_from(code).ok())
            .unwrap_or(FAILED),
    ))
}
