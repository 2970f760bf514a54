//! `cargo xtask regen`: the committed client, made anew from the spec.
//!
//! The generator runs in the build script of the root package, which this command asks cargo to run; there is no second way
//! to generate.

use std::collections::BTreeSet;
use std::io::BufReader;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};
use cargo_metadata::{BuildScript, Message};

use crate::files::{ensure_contents, workspace_root};
use crate::surface::{Change, Surface};

const PACKAGE: &str = "netsapiens-connections";
const GENERATED: &str = "src/generated.rs";
const RECORDINGS: &str = "tests/recordings";

/// Generates, and writes or checks the committed file. Gives what a person should see.
pub fn run(check: bool) -> Result<String> {
    let root = workspace_root();
    let before = std::fs::read_to_string(root.join(GENERATED)).unwrap_or_default();
    let after = generate()?;
    if !ensure_contents(GENERATED, &after, check, "cargo xtask regen")? {
        return Ok(format!("{GENERATED} is up to date"));
    }
    let changes = Surface::read(&before)?.changes(&Surface::read(&after)?);
    Ok(format!("{GENERATED} written\n{}", report(&changes)?))
}

/// Runs the build script with `codegen` and reads what it made. The library itself may fail to compile with the new code; that is told by the next
/// build, not here.
fn generate() -> Result<String> {
    let mut cargo = Command::new(env!("CARGO"))
        .args(["check", "--package", PACKAGE, "--lib", "--features", "codegen", "--message-format", "json-render-diagnostics"])
        .current_dir(workspace_root())
        .stdout(Stdio::piped())
        .spawn()
        .context("cargo could not be started")?;
    let output = cargo.stdout.take().context("cargo has no output")?;
    let mut out_dir: Option<PathBuf> = None;
    for message in Message::parse_stream(BufReader::new(output)) {
        if let Message::BuildScriptExecuted(BuildScript { package_id, out_dir: dir, .. }) = message?
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

/// One line per change of the public surface, and for a field the recordings that have it.
fn report(changes: &[Change]) -> Result<String> {
    if changes.is_empty() {
        return Ok("public surface: no change (documentation or internals only)".into());
    }
    let recordings = recordings()?;
    let width = changes.iter().map(|change| change.name.chars().count()).max().unwrap_or_default();
    let mut lines = vec![format!("public surface: {} changes", changes.len())];
    for change in changes {
        lines.push(format!("  {} {:width$}  {}", change.sign(), change.name, change.description()).trim_end().to_owned());
        if let Some(wire) = &change.wire {
            let key = format!("\"{wire}\":");
            let seen: BTreeSet<&str> = recordings.iter().filter(|(_, text)| text.contains(&key)).map(|(name, _)| name.as_str()).collect();
            match seen.is_empty() {
                true => lines.push(format!("      `{wire}` is in no recording")),
                false => lines.extend(seen.iter().map(|name| format!("      `{wire}` is in {name}"))),
            }
        }
    }
    Ok(lines.join("\n"))
}

fn recordings() -> Result<Vec<(String, String)>> {
    let root = workspace_root();
    let mut recordings = Vec::new();
    for entry in walkdir::WalkDir::new(root.join(RECORDINGS)).sort_by_file_name() {
        let entry = entry?;
        if entry.path().extension().is_some_and(|extension| extension == "json") {
            let name = entry.path().strip_prefix(&root).unwrap_or(entry.path()).display().to_string();
            recordings.push((name, std::fs::read_to_string(entry.path())?));
        }
    }
    Ok(recordings)
}
