//! `cargo xtask validate --mutate`: how much of the recorded traffic the spec really checks.

use std::path::PathBuf;

use anyhow::Context;
use clap::{Args, ValueEnum};
use http_recording::Recording;
use located::Source;
use netsapiens_connections::envelopes::{ApiMessage, ConnectionCount, ConnectionList};
use openapi_traffic::{Relations, Spec};
use traffic_mutations::{By, Compared, Floors, Reasons, Report, evidence, read, score};

use crate::workspace::{FLOORS, RECORDINGS, RELATIONS, SPEC, SURVIVORS, enter};

/// Mutate the recordings, and count which mutations the spec detects
///
/// Each recorded request and response is changed in one place at a time, and validated by the spec,
/// the relations and the client's types. Then each claim of the spec is contradicted, and a
/// recording that is not synthetic has to disagree. docs/mutation.md explains the numbers.
#[derive(Debug, Args)]
#[command(after_long_help = EXIT_CODES)]
pub struct Mutate {
    /// Mutate the recordings and count which mutations the spec detects, instead of validating
    #[arg(long, required = true)]
    mutate: bool,
    /// Report format
    #[arg(long, value_enum, default_value_t = Format::Human)]
    format: Format,
    /// Write the report to this file instead of standard output
    #[arg(long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// List every survivor and every untested claim (format human; the others always do)
    #[arg(long)]
    all: bool,
    /// Write openapi/mutation-floors.yaml anew from this run
    #[arg(long)]
    raise_floors: bool,
}

/// What a report is written as.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    Human,
    Json,
    Html,
}

const EXIT_CODES: &str = "\
Exit codes:
  0  no score is below its floor, and every survivor has a reason
  1  a score is below its floor, or a survivor has no reason
  2  nothing could be measured: a file cannot be read, or a recording has findings before mutation";

impl Mutate {
    /// Runs the command. Returns the exit code.
    ///
    /// # Errors
    /// Nothing can be measured.
    pub fn run(mut self) -> anyhow::Result<u8> {
        enter(&mut self.output)?;
        let report = report(self.raise_floors)?;
        let text = match self.format {
            Format::Human => report.table(self.all),
            Format::Json => report.json()?,
            Format::Html => report.html(),
        };
        match &self.output {
            Some(path) => std::fs::write(path, text)
                .with_context(|| format!("cannot write {}", path.display()))?,
            None => print!("{text}"),
        }
        Ok(u8::from(!report.fell.is_empty()))
    }
}

/// Measures the repository, whose root is the current folder.
fn report(raise_floors: bool) -> anyhow::Result<Report> {
    let spec = Spec::load(Source::read(SPEC)?)?;
    let relations = Relations::load(Source::read(RELATIONS)?, &spec)?;
    let recorded = read(&[RECORDINGS.into()])?;
    let by = By {
        spec: &spec,
        relations: Some(&relations),
        reader: Some(&client_refuses),
    };
    let mut score = score(by, &recorded)?;
    let reasons = Reasons::load(Source::read(SURVIVORS)?)?;
    let unexplained = reasons.explain(&mut score);
    let evidence = evidence(&spec, &recorded)?;
    let mut compared = if raise_floors {
        let floors = Floors::of(&score, &evidence.untested);
        std::fs::write(FLOORS, floors.written())
            .with_context(|| format!("cannot write {FLOORS}"))?;
        Compared::default()
    } else {
        let floors = Floors::load(Source::read(FLOORS)?)?;
        floors.compare(&score, &evidence.untested)
    };
    compared.fell.extend(unexplained);
    Ok(Report::new(SPEC, recorded.len(), score, evidence, compared))
}

/// Whether the client's types cannot read what a successful response has.
fn client_refuses(operation: &str, recording: &Recording) -> bool {
    let response = &recording.response;
    if !(200..300).contains(&response.status) {
        return false;
    }
    let text = match (&response.body, &response.text) {
        (Some(body), _) => body.to_string(),
        (None, Some(text)) => text.clone(),
        (None, None) => String::new(),
    };
    match operation {
        "count_connections" => serde_json::from_str::<ConnectionCount>(&text).is_err(),
        "list_connections" | "list_domain_connections" | "get_connection" => {
            serde_json::from_str::<ConnectionList>(&text).is_err()
        }
        // A write has succeeded whatever its response says.
        _ => response.body.is_some() && serde_json::from_str::<ApiMessage>(&text).is_err(),
    }
}
