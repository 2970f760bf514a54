//! `cargo xtask export-har`: writes recordings as a HAR file, so that other tools can read them.

use std::io::Write;
use std::path::PathBuf;

use anyhow::{Context, Result, bail};
use http_recording::{Recording, files};
use located::Source;

use crate::workspace::{self, RECORDINGS};

/// Write recordings as one HAR 1.2 file
#[derive(Debug, Clone, clap::Args)]
pub struct Args {
    /// Recordings, or folders of them [default: tests/recordings]
    #[arg(value_name = "PATH")]
    pub paths: Vec<PathBuf>,
    /// Write to this file instead of standard output
    #[arg(long, value_name = "FILE")]
    pub output: Option<PathBuf>,
}

/// The base URL of the exported requests.
pub const BASE: &str = "https://pbx.acme.example/ns-api/v2";
/// The creator that the HAR names.
pub const CREATOR: &str = "netsapiens-connections xtask";

/// Exports to the given file or to `out`, and reports on `log`.
///
/// # Errors
/// A path cannot be read or written or is no recording, or there are no recordings.
pub fn run(args: &Args, out: &mut impl Write, log: &mut impl Write) -> Result<()> {
    let paths = match &args.paths[..] {
        [] => vec![workspace::from_here(RECORDINGS)?],
        paths => paths.to_vec(),
    };
    let mut recordings = Vec::new();
    for path in paths.iter().flat_map(files) {
        recordings.push(Recording::read(&Source::read(&path?)?)?);
    }
    if recordings.is_empty() {
        let paths: Vec<_> = paths
            .iter()
            .map(|path| path.display().to_string())
            .collect();
        bail!("no recording (*.json) in {}", paths.join(", "));
    }
    let text = har_recording::write(&recordings, BASE, CREATOR, env!("CARGO_PKG_VERSION"))?;
    match &args.output {
        Some(path) => std::fs::write(path, text).with_context(|| path.display().to_string())?,
        None => out.write_all(text.as_bytes())?,
    }
    let target = args.output.as_ref().map_or_else(
        || "standard output".into(),
        |path| path.display().to_string(),
    );
    writeln!(log, "{} exchanges written to {target}", recordings.len())?;
    Ok(())
}
