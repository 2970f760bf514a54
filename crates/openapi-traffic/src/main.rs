//! The command `openapi-traffic`: validates an OpenAPI 3.0 document against recorded HTTP traffic.

use std::process::ExitCode;

use clap::Parser;
use openapi_traffic::command::Command;

fn main() -> ExitCode {
    Command::parse().run()
}
