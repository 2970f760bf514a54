//! One integration binary, a module per behaviour.

mod baseline;
mod bench;
mod bodies;
mod corpus;
mod evidence;
mod exit_codes;
mod explain;
mod formats;
mod inputs;
mod judge_seeded;
mod letter;
mod lowering;
mod negative;
mod never_panics;
mod references;
mod routing;
mod secrets;

use std::process::Command;

/// The command under test.
fn command() -> Command {
    Command::new(env!("CARGO_BIN_EXE_openapi-traffic"))
}
