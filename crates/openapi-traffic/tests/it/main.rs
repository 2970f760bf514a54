//! One integration binary, a module per behaviour.

mod baseline;
mod bench;
mod control;
mod corpus;
mod evidence;
mod exit_codes;
mod explain;
mod formats;
mod html;
mod judge_seeded;
mod lowering;
mod negative;
mod never_panics;
mod planted;
mod renderings;
mod routing;
mod secrets;

use std::process::Command;

/// The command under test.
fn command() -> Command {
    Command::new(env!("CARGO_BIN_EXE_openapi-traffic"))
}
