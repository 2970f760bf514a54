//! Files that a command makes and that are committed.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use similar::TextDiff;

/// Root of the workspace, so that commands run from any folder.
pub fn workspace_root() -> PathBuf {
    let xtask = Path::new(env!("CARGO_MANIFEST_DIR"));
    xtask.parent().unwrap_or(xtask).to_owned()
}

/// Brings a file of the workspace to `contents`, and tells whether it was another before. With `check` nothing is written, and a
/// difference is an error that shows it and names the `command` to run.
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
        let diff = diff.unified_diff().context_radius(3).header(path, "as it should be").to_string();
        bail!("{diff}\n{path} is not up to date: run `{command}`");
    }
    std::fs::write(&file, contents).with_context(|| path.to_owned())?;
    Ok(true)
}
