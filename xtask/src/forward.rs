//! Starts the programs with the commands that read recorded traffic; cargo builds them when needed.
//!
//! They are separate programs, so that `regen` compiles without the validator, and `validate`
//! without the client, which may have to be generated anew. Each has a file of its own in the
//! target directory, so that using one does not cause a rebuild of another.

use std::ffi::OsString;
use std::process::{Command, ExitCode};

/// The arguments that make cargo build and run a program, before the feature. The alias in
/// `.cargo/config.toml` runs this one.
const RUN: [&str; 6] = [
    "run",
    "--quiet",
    "--package",
    "xtask",
    "--no-default-features",
    "--features",
];
/// The option that chooses the program that needs the client.
const MUTATE: &str = "--mutate";
/// The exit code if the program cannot be run.
const FAILED: u8 = 2;

/// Runs the program with these arguments, beginning with the command, in the current folder and
/// with the streams of this process. Returns its exit code.
pub fn run(arguments: &[OsString]) -> ExitCode {
    // Set by the cargo that runs this program.
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut program = Command::new(&cargo);
    // An edit of the document is offered only if the client can be generated from it.
    let fixes = |it: &OsString| it.to_string_lossy().starts_with("--fix");
    let (features, name) = if arguments.iter().any(|it| it == MUTATE) {
        ("mutate", "xtask-mutate")
    } else if arguments.iter().any(fixes) {
        ("traffic,regen", "xtask-traffic")
    } else {
        ("traffic", "xtask-traffic")
    };
    program
        .args(RUN)
        .args([features, "--bin", name, "--"])
        .args(arguments);
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
