//! Default paths in the workspace, and conversion of paths between the workspace and the current
//! folder.

use std::path::{Path, PathBuf};

use anyhow::Context;

/// The spec, below the workspace.
pub const SPEC: &str = "openapi/connections.yaml";
/// Where it deviates from the vendor, below the workspace.
pub const CORRECTIONS: &str = "openapi/corrections.yaml";
/// The relations within and between exchanges, below the workspace.
pub const RELATIONS: &str = "openapi/relations.yaml";
/// What the score of `validate --mutate` may not fall below, below the workspace.
pub const FLOORS: &str = "openapi/mutation-floors.yaml";
/// Why mutations survive.
pub const SURVIVORS: &str = "openapi/mutation-survivors.yaml";
/// The recordings, below the workspace.
pub const RECORDINGS: &str = "tests/recordings";

/// Root of the workspace, so that commands run from any folder.
pub fn workspace_root() -> PathBuf {
    let xtask = Path::new(env!("CARGO_MANIFEST_DIR"));
    xtask.parent().unwrap_or(xtask).to_owned()
}

/// Makes the workspace the current folder. A path that the user gave stays the file that it was.
///
/// # Errors
/// There is no such folder.
pub fn enter(given: &mut Option<PathBuf>) -> anyhow::Result<()> {
    if let Some(path) = given {
        *path = std::path::absolute(&path)?;
    }
    std::env::set_current_dir(workspace_root()).context("cannot enter the workspace")
}

/// The path relative to the workspace if it is below it, else absolute.
///
/// # Errors
/// The current folder, or that of the workspace, cannot be read.
pub fn relative(path: &Path) -> std::io::Result<PathBuf> {
    let path = path.canonicalize().or_else(|_| std::path::absolute(path))?;
    let root = workspace_root().canonicalize()?;
    Ok(path
        .strip_prefix(root)
        .map_or_else(|_| path.clone(), Path::to_path_buf))
}

/// A path in the workspace relative to the current folder; absolute if the current folder is
/// outside the workspace.
///
/// # Errors
/// One of the two folders cannot be read.
pub fn from_here(path: &str) -> std::io::Result<PathBuf> {
    let root = workspace_root().canonicalize()?;
    let here = std::env::current_dir()?.canonicalize()?;
    let Ok(below) = here.strip_prefix(&root) else {
        return Ok(root.join(path));
    };
    let up: PathBuf = below.iter().map(|_| "..").collect();
    Ok(up.join(path))
}
