//! `cargo xtask regen`: regenerates the committed files that are made from the spec and the
//! corrections.
//!
//! It uses the generator of the build script, which runs with the feature `codegen`.

use std::path::Path;

use anyhow::{Context, Result, anyhow};
use http_recording::Recording;
use located::{Source, display};
use serde_json::Value;
use spec_changes::{Change, Edit, Surface};
use spec_corrections::{Correction, Corrections, page};

use crate::files::{committed, ensure_contents};
use crate::workspace::{CORRECTIONS, RECORDINGS, SPEC};

const GENERATED: &str = "src/generated.rs";
const CORRECTIONS_PAGE: &str = "docs/corrections.md";
const INTRODUCTION: &str = "\
<!-- Made from openapi/corrections.yaml by `cargo xtask regen`; edit that file instead. -->

# Corrections

What the vendor's documents say about trunks, and what is true. Where several of these documents
mention a subject, the latest of them is quoted. *Place* is a JSON pointer into
openapi/connections.yaml. *Otherwise* is what goes wrong with a client that follows the vendor.
*Evidence* names recordings below `tests/recordings/`; `cargo xtask validate` checks that they show
it.
";

/// Generates, and writes or checks, the committed files of the workspace at `root`. Returns a
/// report for the terminal.
///
/// # Errors
/// A file cannot be read or written, or code generation fails (with file, line and column); with
/// `check`, a file is not up to date.
pub fn run(root: &Path, check: bool) -> Result<String> {
    let mut lines = Vec::new();
    for (path, contents) in [
        (CORRECTIONS_PAGE, corrections(root)?),
        (GENERATED, generate(root)?),
    ] {
        let state = if ensure_contents(root, path, &contents, check, "cargo xtask regen")? {
            "written"
        } else {
            "up to date"
        };
        lines.push(format!("{path}: {state}"));
    }
    if !check {
        lines.push(String::new());
        lines.push(
            since_last_commit(root)
                .unwrap_or_else(|error| format!("nothing to compare with: {error:#}")),
        );
    }
    Ok(lines.join("\n"))
}

/// The page of the corrections.
fn corrections(root: &Path) -> Result<String> {
    let corrections = Corrections::load(Source::new(CORRECTIONS, read(root, CORRECTIONS)?))?;
    let folder = format!("{RECORDINGS}/");
    Ok(page(INTRODUCTION, &folder, corrections.entries()))
}

/// The generated code. Whether the library compiles with it is for the next build to show.
fn generate(root: &Path) -> Result<String> {
    codegen::generate::generate(SPEC, &read(root, SPEC)?).map_err(|error| anyhow!("{error}"))
}

/// What the edits since the last commit change for users, and which recordings show it.
fn since_last_commit(root: &Path) -> Result<String> {
    let now = |path: &str| Ok::<_, anyhow::Error>(Source::new(path, read(root, path)?));
    let then = |path: &str| Ok::<_, anyhow::Error>(Source::new(path, committed(root, path)?));
    let surface_of =
        |source: Source| Surface::read(source.text()).context("the generated code is not Rust");
    let changes = surface_of(then(GENERATED)?)?.changes(&surface_of(now(GENERATED)?)?);
    let (spec_then, spec_now) = (then(SPEC)?.value()?, now(SPEC)?.value()?);
    let recordings = recordings(root)?;
    let spec = spec_changes::edits(&spec_then, &spec_now, &recordings);
    let corrections = edited_corrections(
        Corrections::load(then(CORRECTIONS)?)?.entries(),
        Corrections::load(now(CORRECTIONS)?)?.entries(),
    );
    Ok([
        surface(&changes),
        edited("spec", &spec) + &unplaced(&spec_now, &recordings),
        edited("corrections", &corrections),
    ]
    .join("\n\n"))
}

/// The corrections that were edited, each with the recordings that are its evidence.
pub fn edited_corrections(before: &[Correction], after: &[Correction]) -> Vec<Edit> {
    let edit = |sign: char, it: &Correction| Edit {
        sign,
        what: it.id.clone(),
        recordings: it.recordings(),
    };
    let gone = before
        .iter()
        .filter(|old| after.iter().all(|it| it.id != old.id))
        .map(|it| edit('-', it));
    let others = after
        .iter()
        .filter_map(|it| match before.iter().find(|old| old.id == it.id) {
            None => Some(edit('+', it)),
            Some(old) => (old != it).then(|| edit('~', it)),
        });
    gone.chain(others).collect()
}

/// A file of the workspace.
fn read(root: &Path, path: &str) -> Result<String> {
    std::fs::read_to_string(root.join(path)).with_context(|| path.to_owned())
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

/// The recordings that were not compared.
fn unplaced(spec: &Value, recordings: &[(String, Recording)]) -> String {
    let unplaced = recordings.iter().filter(|(_, recording)| {
        recording.meta.expect.is_empty() && spec_changes::operation(spec, recording).is_none()
    });
    let lines = unplaced.map(|(name, _)| {
        format!("\n  ! {name}: not compared; the spec has no such method and path template")
    });
    lines.collect()
}

fn title(what: &str, number: usize) -> String {
    let number = match number {
        0 => "as in the last commit".to_owned(),
        1 => "1 change since the last commit".to_owned(),
        more => format!("{more} changes since the last commit"),
    };
    format!("{what}: {number}")
}

/// The recordings with their files, in the order of file names.
fn recordings(root: &Path) -> Result<Vec<(String, Recording)>> {
    let mut recordings = Vec::new();
    for path in http_recording::files(root.join(RECORDINGS)) {
        let name = display(path?.strip_prefix(root)?);
        let source = Source::new(&name, read(root, &name)?);
        recordings.push((name, Recording::read(&source)?));
    }
    Ok(recordings)
}
