//! The workspace that the commands work on, wherever they are started.

use std::path::{Path, PathBuf};

/// The folder of the workspace.
pub fn root() -> &'static Path {
    let member = Path::new(env!("CARGO_MANIFEST_DIR"));
    member.parent().unwrap_or(member)
}

/// A path given on the command line as it is called from [`root`]: relative where it lies below, else absolute.
pub fn relative(path: &Path) -> std::io::Result<PathBuf> {
    let path = path.canonicalize().or_else(|_| std::path::absolute(path))?;
    let root = root().canonicalize()?;
    Ok(path
        .strip_prefix(root)
        .map_or_else(|_| path.clone(), Path::to_path_buf))
}
