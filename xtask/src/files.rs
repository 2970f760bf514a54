//! Files that a command makes and that are committed.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};
use similar::TextDiff;

/// Root of the workspace, so that commands run from any folder.
pub fn workspace_root() -> PathBuf {
    let xtask = Path::new(env!("CARGO_MANIFEST_DIR"));
    xtask.parent().unwrap_or(xtask).to_owned()
}

/// Brings a file of the workspace to `contents`, and tells whether it was another before. With
/// `check` nothing is written, and a difference is an error that shows it and names the `command`
/// to run.
pub fn ensure_contents(path: &str, contents: &str, check: bool, command: &str) -> Result<bool> {
    let file = workspace_root().join(path);
    let present = match std::fs::read_to_string(&file) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => String::new(),
        Err(error) => return Err(error).with_context(|| path.to_owned()),
    };
    if present == contents {
        return Ok(false);
    }
    if check {
        let diff = TextDiff::from_lines(&present, contents);
        let diff = diff
            .unified_diff()
            .context_radius(3)
            .header(path, "as it should be")
            .to_string();
        bail!("{diff}\n{path} is not up to date: run `{command}`");
    }
    std::fs::write(&file, contents).with_context(|| path.to_owned())?;
    Ok(true)
}

/// A file of the workspace as it is in the last commit.
pub fn committed(path: &str) -> Result<String> {
    let output = Command::new("git")
        .arg("show")
        .arg(format!("HEAD:./{path}"))
        .current_dir(workspace_root())
        .output();
    let output = output.context("git could not be started")?;
    if !output.status.success() {
        bail!(
            "git has no {path} in the last commit: {}",
            String::from_utf8_lossy(&output.stderr).trim()
        );
    }
    String::from_utf8(output.stdout).with_context(|| format!("{path} in the last commit"))
}
