//! `cargo xtask regen`: what is made from the spec and the corrections and committed, made anew.
//!
//! The generator runs in the build script of the root package, which this command asks cargo to
//! run; there is no second way to generate.

use std::io::BufReader;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};
use cargo_metadata::{BuildScript, Message};

use crate::corrections::Corrections;
use crate::edits::{self, Edit};
use crate::files::{committed, ensure_contents, workspace_root};
use crate::readme;
use crate::surface::{Change, Surface};
use crate::workspace::{CORRECTIONS, RECORDINGS, SPEC};
use located::Source;

const PACKAGE: &str = "netsapiens-connections";
const GENERATED: &str = "src/generated.rs";
const README: &str = "README.md";

/// Generates, and writes or checks the committed files. Gives what a person should see.
pub fn run(check: bool) -> Result<String> {
    // Paths are shown as they are called from there.
    std::env::set_current_dir(workspace_root()).context("cannot enter the workspace")?;
    let mut lines = Vec::new();
    for (path, contents) in [(README, table()?), (GENERATED, generate()?)] {
        let state = if ensure_contents(path, &contents, check, "cargo xtask regen")? {
            "written"
        } else {
            "up to date"
        };
        lines.push(format!("{path}: {state}"));
    }
    if !check {
        lines.push(String::new());
        lines.push(
            since_last_commit()
                .unwrap_or_else(|error| format!("nothing to compare with: {error:#}")),
        );
    }
    Ok(lines.join("\n"))
}

/// The README with its table of corrections.
fn table() -> Result<String> {
    let text = std::fs::read_to_string(README).context(README)?;
    let corrections = Corrections::load(Source::read(Path::new(CORRECTIONS))?)?;
    readme::with_corrections(&text, corrections.entries()).context(README)
}

/// Runs the build script with `codegen` and reads what it made. The library itself may fail to
/// compile with the new code; that is told by the next build, not here.
fn generate() -> Result<String> {
    let mut cargo = Command::new(env!("CARGO"))
        .args([
            "check",
            "--package",
            PACKAGE,
            "--lib",
            "--features",
            "codegen",
            "--message-format",
            "json-render-diagnostics",
        ])
        .current_dir(workspace_root())
        .stdout(Stdio::piped())
        .spawn()
        .context("cargo could not be started")?;
    let output = cargo.stdout.take().context("cargo has no output")?;
    let mut out_dir: Option<PathBuf> = None;
    for message in Message::parse_stream(BufReader::new(output)) {
        if let Message::BuildScriptExecuted(BuildScript {
            package_id,
            out_dir: dir,
            ..
        }) = message?
            && package_id.repr.contains(PACKAGE)
        {
            out_dir = Some(dir.into_std_path_buf());
        }
    }
    cargo.wait()?;
    let Some(out_dir) = out_dir else {
        bail!("the spec could not be generated from; the reason stands above");
    };
    let path = out_dir.join("generated.rs");
    std::fs::read_to_string(&path).with_context(|| path.display().to_string())
}

/// What the edits since then come to for users, and which recordings show it.
fn since_last_commit() -> Result<String> {
    let now = |path: &str| Source::read(Path::new(path));
    let then = |path: &str| Ok::<_, anyhow::Error>(Source::new(path, committed(path)?));
    let changes =
        Surface::read(then(GENERATED)?.text())?.changes(&Surface::read(now(GENERATED)?.text())?);
    let spec = edits::of_spec(then(SPEC)?, now(SPEC)?, &recordings()?)?;
    let corrections = edits::of_corrections(
        Corrections::load(then(CORRECTIONS)?)?.entries(),
        Corrections::load(now(CORRECTIONS)?)?.entries(),
    );
    Ok([
        surface(&changes),
        edited("spec", &spec),
        edited("corrections", &corrections),
    ]
    .join("\n\n"))
}

/// One line per change of the public surface.
fn surface(changes: &[Change]) -> String {
    let width = changes
        .iter()
        .map(|change| change.name.chars().count())
        .max()
        .unwrap_or_default();
    let line = |change: &Change| {
        format!(
            "\n  {} {:width$}  {}",
            change.sign(),
            change.name,
            change.description()
        )
    };
    title("public surface", changes.len()) + &changes.iter().map(line).collect::<String>()
}

/// One line per edit, and one per recording that shows it.
fn edited(what: &str, edits: &[Edit]) -> String {
    let names = edits.iter().flat_map(|edit| &edit.recordings);
    let width = names
        .map(|(name, _)| name.chars().count())
        .max()
        .unwrap_or_default();
    let lines = |edit: &Edit| {
        let recordings = edit
            .recordings
            .iter()
            .map(|(name, times)| format!("\n      {name:width$}  ×{times}"));
        let recordings = if edit.recordings.is_empty() {
            "\n      in no recording".to_owned()
        } else {
            recordings.collect()
        };
        format!("\n  {} {}{recordings}", edit.sign, edit.what)
    };
    title(what, edits.len()) + &edits.iter().map(lines).collect::<String>()
}

fn title(what: &str, number: usize) -> String {
    let number = match number {
        0 => "as in the last commit".to_owned(),
        1 => "1 change since the last commit".to_owned(),
        more => format!("{more} changes since the last commit"),
    };
    format!("{what}: {number}")
}

/// In the order of their names.
fn recordings() -> Result<Vec<PathBuf>> {
    let mut recordings = Vec::new();
    for entry in walkdir::WalkDir::new(RECORDINGS).sort_by_file_name() {
        let path = entry?.into_path();
        if path
            .extension()
            .is_some_and(|extension| extension == "json")
        {
            recordings.push(path);
        }
    }
    Ok(recordings)
}
