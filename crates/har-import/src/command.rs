//! The command line: reads a HAR file, writes redacted recordings, and reports what was done.

use std::collections::BTreeMap;
use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, anyhow, bail};
use clap::Parser;
use comfy_table::{CellAlignment, Table, presets};
use http_recording::Placed;
use located::{Source, Unreadable};
use openapi_traffic::Routes;
use openapi_traffic::command::spinner;
use traffic_redact::Knowledge;

use crate::import::Import;

const EXIT_CODES: &str = "\
Exit codes:
  0  done
  2  failed: a file cannot be read or written, no exchange belongs to a
     documented operation, or something sensitive would remain";

/// Convert the exchanges of a HAR file to redacted recordings
///
/// Secrets and customer data are replaced before anything is written.
#[derive(Debug, Clone, Parser)]
#[command(version, max_term_width = 100, after_long_help = EXIT_CODES)]
pub struct Command {
    /// HAR 1.x file, as browsers and proxies save it
    pub file: PathBuf,
    /// OpenAPI document whose operations are imported
    #[arg(long, value_name = "FILE")]
    pub spec: PathBuf,
    /// Folder of the recordings; existing files are never overwritten
    #[arg(long, value_name = "DIR")]
    pub out: PathBuf,
    /// Print the redacted recordings instead of writing them
    #[arg(long)]
    pub dry_run: bool,
    /// Name files `<status>-<NAME>.json` instead of by the status alone
    #[arg(long)]
    pub name: Option<String>,
}

impl Command {
    /// Imports the file, and reports on `out`.
    ///
    /// # Errors
    /// A file cannot be read or written, the HAR is invalid, no entry belongs to a documented
    /// operation, or something sensitive would remain.
    pub fn run(&self, out: &mut impl Write) -> Result<()> {
        let spec = Source::read(&self.spec)?.value()?;
        let mut import = self.read()?;
        if import.exchanges().is_empty() {
            bail!(
                "{}: nothing to import for {}: {}",
                self.file.display(),
                self.spec.display(),
                reasons(import.skipped())
            );
        }
        let progress = spinner("{spinner} {msg}, {elapsed}");
        progress.set_message(format!("redacting {} exchanges", import.exchanges().len()));
        import.redact(&Knowledge::of_spec(&spec))?;
        let (files, placed) = import.place(&self.out, self.name.as_deref())?;
        progress.finish_and_clear();
        for (path, content) in files.files() {
            if self.dry_run {
                writeln!(out, "── {}\n{content}", path.display())?;
            } else {
                write_new(path, content)?;
            }
        }
        report(self.dry_run, &placed, &import, out)
    }

    fn read(&self) -> Result<Import> {
        let file = self.file.display();
        let text = std::fs::read_to_string(&self.file).with_context(|| file.to_string())?;
        let routes = Routes::read(Source::read(&self.spec)?)?;
        Import::read(&text, &routes).map_err(|error| {
            let Unreadable {
                line,
                column,
                reason,
            } = error;
            anyhow!("{file}:{line}:{column}: {reason}")
        })
    }
}

/// Why there is nothing to import.
fn reasons(skipped: &BTreeMap<String, usize>) -> String {
    if skipped.is_empty() {
        return "it has no entries".to_owned();
    }
    let reasons = skipped.iter();
    let reasons = reasons.map(|(reason, count)| format!("{count} × {reason}"));
    reasons.collect::<Vec<_>>().join(", ")
}

/// Creates a file. Never replaces one, even if it was created after the names were chosen.
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
    import: &Import,
    out: &mut impl Write,
) -> Result<()> {
    let mut table = table();
    table.set_header(["", "recording", "redacted"]);
    for ((path, state), recording) in placed.iter().zip(import.exchanges()) {
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

    let exchanges = import.exchanges().iter();
    let mut rules: BTreeMap<&str, usize> = BTreeMap::new();
    for redaction in exchanges.flat_map(|it| &it.meta.redacted) {
        *rules.entry(&redaction.rule).or_default() += 1;
    }
    let redactions = rules.values().sum::<usize>();
    counts("redacted by rule", rules, out)?;
    let skipped = import.skipped().iter();
    let skipped = skipped.map(|(reason, count)| (reason.as_str(), *count));
    counts("skipped", skipped.collect(), out)?;

    let is_new = |(_, state): &&(PathBuf, Placed)| *state == Placed::New;
    let new = placed.iter().filter(is_new).count();
    let verb = if dry_run {
        "would be written"
    } else {
        "written"
    };
    writeln!(
        out,
        "\n {new} {verb}, {} unchanged, {} skipped, {redactions} redactions",
        placed.len() - new,
        import.skipped().values().sum::<usize>(),
    )?;
    Ok(())
}

/// Prints a heading and its lines, with the counts in one column.
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
