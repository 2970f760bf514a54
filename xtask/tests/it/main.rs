//! One integration binary, a module per behaviour.

#[path = "../../../crates/openapi-traffic/tests/it/bench.rs"]
mod bench;
mod corrections;
mod fake;
mod fixes;
mod forward;
mod har;
mod leaks;
mod pages;
mod prose;
mod regen;
mod relations;
mod report;

use std::process::Command;

/// The command under test.
fn command() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_xtask-traffic"));
    command.arg("validate");
    command
}
