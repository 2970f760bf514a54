//! Starts the program with the commands that read recorded traffic; cargo builds it when needed.
//!
//! It is a separate program, so that `regen` compiles without the validator. It has a file of its
//! own in the target directory, so that using one does not cause a rebuild of the other.

use std::ffi::OsString;
use std::process::{Command, ExitCode};

/// The arguments that make cargo build and run the program.
const RUN: [&str; 10] = [
    "run",
    "--quiet",
    "--package",
    "xtask",
    "--no-default-features",
    "--features",
    "traffic",
    "--bin",
    "xtask-traffic",
    "--",
];
/// The exit code if the program cannot be run.
const FAILED: u8 = 2;

/// Runs the program with these arguments, beginning with the command, in the current folder and
/// with the streams of this process. Returns its exit code.
pub fn run(arguments: &[OsString]) -> ExitCode {
    // Set by the cargo that runs this program.
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut program = Command::new(&cargo);
    program.args(RUN).args(arguments);
    match finish(&mut program) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("error: {} could not be started: {error}", cargo.display());
            ExitCode::from(FAILED)
        }
    }
}

/// Replaces this process by the program, so that it receives signals and its exit status is seen.
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
