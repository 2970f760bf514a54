//! `openapi-traffic`: an OpenAPI 3.0 document held against recorded HTTP traffic.

use std::process::ExitCode;

use clap::Parser;
use openapi_traffic::command::Command;

fn main() -> ExitCode {
    Command::parse().run()
}
