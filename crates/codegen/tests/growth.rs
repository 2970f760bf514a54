//! Tests that a new field is not a breaking change: existing callers still compile.
#![cfg(unix)]

use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::process::Command;

/// What callers of this version may write.
const OLD_CALLER: &str = r#"
use netsapiens_connections::settings::YesNo;
use netsapiens_connections::{
    Client, Connection, ConnectionCreate, ConnectionFilter, ConnectionUpdate, DomainName, Error,
    MatchPattern, Registration, RetryPolicy,
};

fn main() -> Result<(), Error> {
    let update = ConnectionUpdate::new().orig_enabled(false).clear_description();
    assert!(!update.is_empty());
    let (domain, pattern) = (DomainName::new("acme.example")?, MatchPattern::new("sip*@a")?);
    let create = ConnectionCreate::new(domain, pattern).dial_policy("US and Canada");
    let read = Connection::new("acme.example", "sip*@a")
        .orig_enabled(YesNo::Yes)
        .registration(Registration::new());
    let Connection { domain, orig_enabled, .. } = read.clone();
    let said = match orig_enabled {
        Some(YesNo::Yes) => "open",
        Some(YesNo::No) => "closed",
        _ => "unknown",
    };
    let smallest = ConnectionUpdate::diff(&read, &update);
    let filter = ConnectionFilter::new().reseller("acme-partners");
    let client = Client::builder()
        .server("pbx.acme.example")
        .api_key("nss_EXAMPLE")
        .retry(RetryPolicy::new().max_attempts(2))
        .build()?;
    println!("{domain} {said} {smallest:?} {filter:?} {create:?} {client:?}");
    Ok(())
}
"#;

/// That the field has come.
const NEW_CALLER: &str = r#"
use netsapiens_connections::{Connection, ConnectionUpdate};

fn main() {
    let update = ConnectionUpdate::new().brand_new_setting("on").clear_brand_new_setting();
    let read = Connection::new("acme.example", "sip*@a").brand_new_setting("on");
    println!("{update:?} {:?}", read.brand_new_setting);
}
"#;

/// The first of the settings.
const SETTING: &str = "        description:\n          type: string\n          x-sensitive: true\n";
const NEW_SETTING: &str = "        brand-new-setting:\n          type: string\n          \
     description: A setting that came later. Unset means off.\n";
const YES_NO: &str = "x-extensible-enum: ['yes', 'no']";
const YES_NO_MAYBE: &str = "x-extensible-enum: ['yes', 'no', maybe]";

/// A program that depends on the grown client. Without TLS there is the least to compile.
const CALLERS: &str = r#"
[package]
name = "callers"
edition = "2024"

[dependencies]
netsapiens-connections = { path = "..", default-features = false }
"#;

#[test]
fn an_old_caller_compiles_with_a_field_and_a_known_value_that_came_later() {
    let project = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let copy = Path::new(env!("CARGO_TARGET_TMPDIR")).join("growth");
    let _ = fs::remove_dir_all(&copy);
    for directory in ["openapi", "src", "callers/src/bin"] {
        fs::create_dir_all(copy.join(directory)).unwrap();
    }
    for same in [
        "README.md",
        "benches",
        "build",
        "build.rs",
        "crates",
        "examples",
        "tests",
    ] {
        symlink(project.join(same), copy.join(same)).unwrap();
    }
    for source in fs::read_dir(project.join("src")).unwrap() {
        let source = source.unwrap();
        symlink(source.path(), copy.join("src").join(source.file_name())).unwrap();
    }

    let spec = fs::read_to_string(project.join("openapi/connections.yaml")).unwrap();
    let grown = spec
        .replacen(SETTING, &format!("{NEW_SETTING}{SETTING}"), 1)
        .replacen(YES_NO, YES_NO_MAYBE, 1);
    assert!(grown.contains(NEW_SETTING) && grown.contains(YES_NO_MAYBE));
    fs::write(copy.join("openapi/connections.yaml"), &grown).unwrap();
    let generated = codegen::generate::generate("openapi/connections.yaml", &grown).unwrap();
    // The link goes first: what is written through it would be the project's.
    fs::remove_file(copy.join("src/generated.rs")).unwrap();
    fs::write(copy.join("src/generated.rs"), generated).unwrap();

    let manifest = fs::read_to_string(project.join("Cargo.toml")).unwrap();
    let members = manifest
        .lines()
        .find(|line| line.starts_with("members = "))
        .unwrap();
    let manifest = manifest.replacen(members, r#"members = ["callers", "crates/located"]"#, 1);
    fs::write(copy.join("Cargo.toml"), manifest).unwrap();
    fs::copy(project.join("Cargo.lock"), copy.join("Cargo.lock")).unwrap();
    fs::write(copy.join("callers/Cargo.toml"), CALLERS).unwrap();
    for (name, code) in [("old", OLD_CALLER), ("new", NEW_CALLER)] {
        fs::write(copy.join(format!("callers/src/bin/{name}.rs")), code).unwrap();
    }

    let checked = Command::new(env!("CARGO"))
        .args(["check", "--offline", "--quiet", "--package", "callers"])
        .arg("--target-dir")
        // Where what the client depends on is compiled already.
        .arg(Path::new(env!("CARGO_TARGET_TMPDIR")).with_file_name(""))
        .current_dir(&copy)
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&checked.stderr);
    assert!(checked.status.success(), "{said}");
}
