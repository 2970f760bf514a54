//! `cargo xtask import-har`: a HAR file becomes redacted recordings.

use std::collections::BTreeMap;
use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, anyhow, bail};
use comfy_table::{CellAlignment, Table, presets};
use har_recording::read;
use http_recording::{Placed, Placement, Recording, slug};
use located::{Source, Unreadable};
use openapi_traffic::command::spinner;
use openapi_traffic::{Route, Routes};
use serde_json::{Map, Value};
use traffic_redact::{Knowledge, redact, unredacted};

use crate::workspace::{self, RECORDINGS, SPEC};

/// Turn the exchanges of a HAR file into redacted recordings
#[derive(Debug, Clone, clap::Args)]
pub struct Args {
    /// HAR 1.x file, as browsers and proxies save it
    pub file: PathBuf,
    /// Write below this folder; existing files are never overwritten [default: tests/recordings]
    #[arg(long, value_name = "DIR")]
    pub out: Option<PathBuf>,
    /// Print the redacted recordings and write nothing
    #[arg(long)]
    pub dry_run: bool,
    /// Import only the operations of this OpenAPI document [default: openapi/connections.yaml]
    #[arg(long, value_name = "FILE")]
    pub spec: Option<PathBuf>,
    /// Name files `<status>-<NAME>.json` instead of `<status>.json`
    #[arg(long)]
    pub name: Option<String>,
}

/// Headers that are facts about the exchange; any other may say who took part in it.
const HEADERS: &[&str] = &[
    "accept",           // which answer was asked for
    "content-type",     // judged against the spec
    "retry-after",      // what the client's waiting is built on
    "www-authenticate", // tells an expired credential from a missing right
];

/// Imports, and prints to `out` what was done.
///
/// # Errors
/// When a file cannot be read or written, the HAR is broken, no entry belongs to a documented
/// operation, or something sensitive would be left.
pub fn run(args: &Args, out: &mut impl Write) -> Result<()> {
    let or_default = |path: &Option<PathBuf>, default| {
        path.clone()
            .map_or_else(|| workspace::from_here(default), Ok)
    };
    let (spec_file, recordings_folder) = (
        or_default(&args.spec, SPEC)?,
        or_default(&args.out, RECORDINGS)?,
    );
    let spec = Source::read(&spec_file)?.value()?;
    let text =
        std::fs::read_to_string(&args.file).with_context(|| args.file.display().to_string())?;
    let (entries, skips) = read(&text).map_err(|error| {
        let Unreadable {
            line,
            column,
            reason,
        } = error;
        anyhow!("{}:{line}:{column}: {reason}", args.file.display())
    })?;
    let mut skipped: BTreeMap<String, usize> = BTreeMap::new();
    for skip in skips {
        *skipped.entry(skip.reason).or_default() += 1;
    }

    let routes = Routes::read(Source::read(&spec_file)?)?;
    let (mut operations, mut recordings) = (Vec::new(), Vec::new());
    for entry in entries {
        let mut recording = entry.recording;
        // Of a server path nothing is known: the traffic may come from anywhere.
        let found = routes
            .find_below_any_base(&recording.request.path)
            .into_iter()
            .find(|found| found.route.method == recording.request.method);
        let Some(found) = found else {
            *skipped
                .entry("belongs to no documented operation".into())
                .or_default() += 1;
            continue;
        };
        if recording.request.omitted || recording.response.omitted {
            *skipped
                .entry("a body is not in the HAR, or compressed in an unknown way".into())
                .or_default() += 1;
            continue;
        }
        if !recording.repeated.is_empty() {
            *skipped
                .entry("a body has a key twice, and a recording cannot hold both".into())
                .or_default() += 1;
            continue;
        }
        recording.request.path = found.route.template.clone();
        let values = found.values.into_iter();
        recording.request.params = values.map(|(name, value)| (name, value.into())).collect();
        keep_listed(&mut recording.request.headers);
        keep_listed(&mut recording.response.headers);
        operations.push(folder(found.route));
        recordings.push(recording);
    }
    if recordings.is_empty() {
        let reasons: Vec<_> = skipped
            .iter()
            .map(|(reason, count)| format!("{count} × {reason}"))
            .collect();
        let reasons = if reasons.is_empty() {
            "it has no entries".into()
        } else {
            reasons.join(", ")
        };
        bail!(
            "{}: nothing to import for {}: {reasons}",
            args.file.display(),
            spec_file.display()
        );
    }

    let progress = spinner("{spinner} {msg}, {elapsed}");
    progress.set_message(format!("redacting {} exchanges", recordings.len()));
    let knowledge = Knowledge::of_spec(&spec);
    redact(&mut recordings, &knowledge);
    let mut plan = Placement::default();
    let mut placed = Vec::new();
    for (operation, recording) in operations.iter().zip(&recordings) {
        refuse_leaks(recording, &knowledge)?;
        let folder = recordings_folder.join(operation);
        placed.push(plan.place(&folder, &stem(recording, args.name.as_deref()), recording)?);
    }
    progress.finish_and_clear();
    for (path, content) in plan.files() {
        if args.dry_run {
            writeln!(out, "── {}\n{content}", path.display())?;
        } else {
            write_new(path, content)?;
        }
    }
    report(args.dry_run, &placed, &recordings, &skipped, out)
}

/// The folder of an operation's recordings.
fn folder(route: &Route) -> String {
    let id = route.operation_id.clone();
    id.unwrap_or_else(|| format!("{}{}", route.method.to_lowercase(), route.template))
}

fn keep_listed(headers: &mut Map<String, Value>) {
    headers.retain(|name, _| HEADERS.contains(&name.as_str()));
}

/// The status, and the name that was asked for. Nothing of the exchange: a message may quote what was
/// sent.
fn stem(recording: &Recording, wanted: Option<&str>) -> String {
    let status = recording.response.status;
    match wanted.map(slug).filter(|words| !words.is_empty()) {
        Some(words) => format!("{status}-{words}"),
        None => status.to_string(),
    }
}

/// The committed files are held against this rule: what it would find must not get that far.
fn refuse_leaks(recording: &Recording, knowledge: &Knowledge) -> Result<()> {
    let leaks = unredacted(recording, knowledge);
    if let Some(leak) = leaks.first() {
        let Recording { request, .. } = recording;
        bail!(
            "{} {}: {} at {} is still there after redaction, so nothing was written; the rules in crates/traffic-redact need one for it",
            request.method,
            request.path,
            leak.kind,
            leak.pointer
        );
    }
    Ok(())
}

/// Creates a file and never replaces one, even if it appeared since the plan was made.
fn write_new(path: &Path, content: &str) -> Result<()> {
    let write = || {
        path.parent().map_or(Ok(()), std::fs::create_dir_all)?;
        std::fs::File::create_new(path)?.write_all(content.as_bytes())
    };
    write().with_context(|| path.display().to_string())
}

fn report(
    dry_run: bool,
    placed: &[(PathBuf, Placed)],
    recordings: &[Recording],
    skipped: &BTreeMap<String, usize>,
    out: &mut impl Write,
) -> Result<()> {
    let mut table = table();
    table.set_header(["", "recording", "redacted"]);
    for ((path, state), recording) in placed.iter().zip(recordings) {
        let state = match state {
            Placed::New if dry_run => "would write",
            Placed::New => "written",
            Placed::Unchanged => "unchanged",
        };
        table.add_row([
            state.to_owned(),
            path.display().to_string(),
            recording.meta.redacted.len().to_string(),
        ]);
    }
    align_right(&mut table, 2);
    print(&table, out)?;

    let mut rules: BTreeMap<&str, usize> = BTreeMap::new();
    for redaction in recordings
        .iter()
        .flat_map(|recording| &recording.meta.redacted)
    {
        *rules.entry(&redaction.rule).or_default() += 1;
    }
    counts("redacted by rule", rules, out)?;
    counts(
        "skipped",
        skipped
            .iter()
            .map(|(reason, count)| (reason.as_str(), *count))
            .collect(),
        out,
    )?;

    let new = placed
        .iter()
        .filter(|(_, state)| *state == Placed::New)
        .count();
    let verb = if dry_run {
        "would be written"
    } else {
        "written"
    };
    writeln!(
        out,
        "\n {new} {verb}, {} unchanged, {} skipped, {} redactions",
        placed.len() - new,
        skipped.values().sum::<usize>(),
        recordings
            .iter()
            .map(|recording| recording.meta.redacted.len())
            .sum::<usize>(),
    )?;
    Ok(())
}

/// A heading and its lines, the counts in one column.
fn counts(heading: &str, lines: BTreeMap<&str, usize>, out: &mut impl Write) -> Result<()> {
    if lines.is_empty() {
        return Ok(());
    }
    writeln!(out, "\n {heading}")?;
    let mut table = table();
    for (what, count) in lines {
        table.add_row(["", what, &count.to_string()]);
    }
    align_right(&mut table, 2);
    print(&table, out)
}

fn align_right(table: &mut Table, column: usize) {
    if let Some(column) = table.column_mut(column) {
        column.set_cell_alignment(CellAlignment::Right);
    }
}

fn table() -> Table {
    let mut table = Table::new();
    table.load_style(presets::NOTHING);
    table
}

fn print(table: &Table, out: &mut impl Write) -> Result<()> {
    for line in table.to_string().lines() {
        writeln!(out, "{}", line.trim_end())?;
    }
    Ok(())
}
