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

use serde_json::{Map, Value, json};

/// The command under test.
fn command() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_xtask-traffic"));
    command.arg("validate");
    command
}

/// A synthetic recording of an exchange without headers and bodies. The values of `query` are
/// written as they are, without escapes.
fn recording(method: &str, path: &str, query: &str, status: u16) -> Value {
    let query: Map<String, Value> = query
        .split('&')
        .filter_map(|pair| pair.split_once('='))
        .map(|(name, value)| (name.into(), value.into()))
        .collect();
    json!({
        "format": 1,
        "meta": { "origin": "synthetic" },
        "request": { "method": method, "path": path, "query": query },
        "response": { "status": status },
    })
}
