//! One integration binary, a module per behaviour.

mod always_present;
mod baseline;
mod bench;
mod bodies;
mod checks;
mod control;
mod corpus;
mod evidence;
mod excerpts;
mod exit_codes;
mod explain;
mod fix;
mod formats;
mod forms;
mod hars;
mod headers;
mod html;
mod ids;
mod inputs;
mod judge_seeded;
mod letter;
mod lowering;
mod negative;
mod never_panics;
mod pages;
mod planted;
mod references;
mod relations;
mod renderings;
mod routing;
mod scalars;
mod scaling;
mod secrets;
mod security;
mod servers;
mod styles;
mod unusable;

use std::process::Command;

/// The command under test.
fn command() -> Command {
    Command::new(env!("CARGO_BIN_EXE_openapi-traffic"))
}
