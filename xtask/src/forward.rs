//! Starts the program of a command that reads recorded traffic; cargo builds it when it has to.
//!
//! They are other programs since `regen` is to be compiled without a validator, and `validate`
//! without a client, which may have to be generated anew. Each has a file of its own in the target
//! directory, so that none is built again because another was used.

use std::ffi::OsString;
use std::process::{Command, ExitCode};

/// How cargo is asked for a program, before the feature; the alias in `.cargo/config.toml` asks for
/// this one.
const RUN: [&str; 6] = [
    "run",
    "--quiet",
    "--package",
    "xtask",
    "--no-default-features",
    "--features",
];
/// What chooses the program that needs the client.
const MUTATE: &str = "--mutate";
/// What the program says when it could not do its work.
const FAILED: u8 = 2;

/// Runs that program with these arguments, a command first, in the current folder and with the
/// streams of this process. Its exit code is the result.
pub fn run(arguments: &[OsString]) -> ExitCode {
    // Set by the cargo that runs this program.
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut program = Command::new(&cargo);
    let (feature, name) = match arguments.iter().any(|it| it == MUTATE) {
        true => ("mutate", "xtask-mutate"),
        false => ("traffic", "xtask-traffic"),
    };
    program
        .args(RUN)
        .args([feature, "--bin", name, "--"])
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
