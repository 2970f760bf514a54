//! Paths given on the command line, as they are called from the folder of the workspace.

use std::path::{Path, PathBuf};

use crate::files::workspace_root;

/// The path relative to the workspace where it lies below, else absolute.
pub fn relative(path: &Path) -> std::io::Result<PathBuf> {
    let path = path.canonicalize().or_else(|_| std::path::absolute(path))?;
    let root = workspace_root().canonicalize()?;
    Ok(path.strip_prefix(root).map_or_else(|_| path.clone(), Path::to_path_buf))
}
