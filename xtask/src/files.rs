//! Committed files that a command generates: write them, check them, read the committed version.

use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, bail};
use similar::TextDiff;

/// Makes sure that the file at a path below `root` has these contents. Returns whether it changed.
/// With `check` nothing is written.
///
/// # Errors
/// The file cannot be read or written; with `check` also if it has other contents: then the error
/// shows the difference and names the `command` to run.
pub fn ensure_contents(
    root: &Path,
    path: &str,
    contents: &str,
    check: bool,
    command: &str,
) -> Result<bool> {
    let file = root.join(path);
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

/// The contents of a file below `root` in the last commit.
///
/// # Errors
/// git cannot be started, or has no such file. Says what git says.
pub fn committed(root: &Path, path: &str) -> Result<String> {
    let output = Command::new("git")
        .arg("show")
        .arg(format!("HEAD:./{path}"))
        .current_dir(root)
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
