//! Keeps `src/generated.rs` and `openapi/connections.yaml` together.
//!
//! With the feature `codegen` the client is generated into `OUT_DIR`. Without it the committed file
//! is used, and the build fails when that was generated from another version of the spec.

// As a library, its items are public.
#[cfg(feature = "codegen")]
#[path = "build/mod.rs"]
#[allow(unreachable_pub)]
mod codegen;
#[cfg(not(feature = "codegen"))]
#[path = "build/stale.rs"]
#[allow(unreachable_pub)]
mod stale;

const SPEC: &str = "openapi/connections.yaml";
const GENERATED: &str = "src/generated.rs";

fn main() {
    // Cargo reruns the script whenever it was recompiled, so its own files are not listed: without
    // the feature an edit of the generator does not affect the client.
    for path in [SPEC, GENERATED] {
        println!("cargo::rerun-if-changed={path}");
    }
    if let Err(reason) = run() {
        for line in reason.lines() {
            println!("cargo::error={line}");
        }
    }
}

#[cfg(feature = "codegen")]
fn run() -> Result<(), String> {
    let spec = std::fs::read_to_string(SPEC).map_err(|error| format!("{SPEC}: {error}"))?;
    let code = codegen::generate::generate(SPEC, &spec).map_err(|error| error.to_string())?;
    let out = std::env::var("OUT_DIR").map_err(|error| format!("OUT_DIR: {error}"))?;
    let path = std::path::Path::new(&out).join("generated.rs");
    std::fs::write(&path, code).map_err(|error| format!("{}: {error}", path.display()))
}

#[cfg(not(feature = "codegen"))]
fn run() -> Result<(), String> {
    let read =
        |path: &str| std::fs::read_to_string(path).map_err(|error| format!("{path}: {error}"));
    stale::check(&read(SPEC)?, &read(GENERATED)?)
}
