//! Lists what the client offers with every feature, in `docs/public-api.txt`, so that a change of
//! the public API is seen in the change itself.
//!
//! ```text
//! cargo run -p netsapiens-connections-public-api              # writes the listing
//! cargo run -p netsapiens-connections-public-api -- --check   # compares it
//! ```
//!
//! The compiler's own rustdoc tells what is public, derived traits, `Send` and `Sync` included. The
//! listing has no blanket implementations, and does not see the text of the documentation, what a
//! method does, or which feature an item needs.

use std::env;
use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

const PACKAGE: &str = "netsapiens-connections";
const LISTING: &str = "docs/public-api.txt";
/// Set where cargo starts this program in the place of rustdoc; its value is rustdoc.
const AS_RUSTDOC: &str = "PUBLIC_API_RUSTDOC";
/// Traits that types have by themselves and that no program can name, or that say nothing.
const OMITTED: [&str; 5] = [
    "core::marker::Freeze",
    "core::marker::StructuralPartialEq",
    "core::marker::UnsafeUnpin",
    "core::panic::unwind_safe::RefUnwindSafe",
    "core::panic::unwind_safe::UnwindSafe",
];

fn main() -> ExitCode {
    if let Some(rustdoc) = env::var_os(AS_RUSTDOC) {
        return as_rustdoc(rustdoc.as_ref());
    }
    run().unwrap_or_else(|error| {
        eprintln!("error: {error}");
        ExitCode::FAILURE
    })
}

/// JSON is unstable output, which a stable rustdoc gives to those who set a variable. It is set for
/// rustdoc alone: build scripts look at it, so that with it in cargo's own environment everything
/// would be compiled again.
fn as_rustdoc(rustdoc: &Path) -> ExitCode {
    let status = Command::new(rustdoc)
        .args(env::args_os().skip(1))
        .env("RUSTC_BOOTSTRAP", "1")
        .status();
    match status {
        Ok(status) if status.success() => ExitCode::SUCCESS,
        _ => ExitCode::FAILURE,
    }
}

fn run() -> Result<ExitCode, Box<dyn Error>> {
    let check = match env::args().skip(1).collect::<Vec<_>>().as_slice() {
        [] => false,
        [only] if only == "--check" => true,
        _ => return Err("takes `--check` or nothing".into()),
    };
    let json = documented()?;
    let format = format_version(&json)?;
    if format != rustdoc_types::FORMAT_VERSION {
        let reason = format!(
            "this toolchain's rustdoc writes version {format} of its JSON, and the listing is made \
             of version {} (Rust 1.95)",
            rustdoc_types::FORMAT_VERSION
        );
        if !check {
            return Err(reason.into());
        }
        println!("not checked: the public API, since {reason}");
        return Ok(ExitCode::SUCCESS);
    }
    let listing = listing(&json)?;
    let path = root().join(LISTING);
    if !check {
        fs::write(&path, listing).map_err(|error| format!("{}: {error}", path.display()))?;
        return Ok(ExitCode::SUCCESS);
    }
    let committed = fs::read_to_string(&path).unwrap_or_default();
    let (gone, new) = (
        lines_without(&committed, &listing),
        lines_without(&listing, &committed),
    );
    if gone.is_empty() && new.is_empty() {
        return Ok(ExitCode::SUCCESS);
    }
    for (sign, lines) in [('-', gone), ('+', new)] {
        for line in lines {
            println!("{sign} {line}");
        }
    }
    Err(format!(
        "{LISTING} is not the public API: look at the difference above, then run \
         `cargo run -p {PACKAGE}-public-api`"
    )
    .into())
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// The client's documentation with every feature, as JSON.
fn documented() -> Result<PathBuf, Box<dyn Error>> {
    let rustdoc = env::var_os("RUSTDOC").unwrap_or_else(|| "rustdoc".into());
    let cargo = env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let status = Command::new(cargo)
        .args(["rustdoc", "--quiet", "--locked", "--all-features", "--lib"])
        .args(["--package", PACKAGE, "--"])
        .args(["-Zunstable-options", "--output-format", "json"])
        .env("RUSTDOC", env::current_exe()?)
        .env(AS_RUSTDOC, rustdoc)
        .current_dir(root())
        .status()?;
    if !status.success() {
        return Err("the documentation could not be made".into());
    }
    // Beside the directory that this program was built into.
    let program = env::current_exe()?;
    let target = program
        .ancestors()
        .nth(2)
        .ok_or("this program is in no target directory")?;
    Ok(target.join(format!("doc/{}.json", PACKAGE.replace('-', "_"))))
}

fn format_version(json: &Path) -> Result<u32, Box<dyn Error>> {
    let text = fs::read_to_string(json).map_err(|error| format!("{}: {error}", json.display()))?;
    let document: serde_json::Value = serde_json::from_str(&text)?;
    let version = document.get("format_version").and_then(|it| it.as_u64());
    Ok(version
        .ok_or("rustdoc's JSON has no `format_version`")?
        .try_into()?)
}

fn listing(json: &Path) -> Result<String, Box<dyn Error>> {
    let api = public_api::Builder::from_rustdoc_json(json)
        .omit_blanket_impls(true)
        .build()?;
    let omitted = |line: &String| {
        let implements = |name| line.starts_with("impl") && line.contains(&format!("{name} for "));
        OMITTED.into_iter().any(implements)
    };
    let lines = api.items().map(ToString::to_string);
    let mut listed: Vec<String> = lines.filter(|line| !omitted(line)).collect();
    // An item that is re-exported by its name and by a `*` is a duplicate, on the next line.
    listed.dedup();
    Ok(listed.join("\n") + "\n")
}

/// Lines of one text that the other lacks.
fn lines_without<'a>(text: &'a str, other: &str) -> Vec<&'a str> {
    let others: std::collections::HashSet<&str> = other.lines().collect();
    text.lines().filter(|line| !others.contains(line)).collect()
}
