//! A field that the vendor adds is a minor release: callers of today compile with it.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::process::Command;

/// What callers of this version may write.
const OLD_CALLER: &str = r#"
use netsapiens_connections::{
    Client, Connection, ConnectionCreate, ConnectionFilter, ConnectionUpdate, DomainName, Error,
    MatchPattern, Registration, RetryPolicy, YesNo,
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

const NAME: &str = "name = \"netsapiens-connections\"\n";
const MEMBERS: &str = "members = [\"crates/*\", \"tests/http2\", \"xtask\"]\n";
const SETTINGS: &str = "      description: What can be both read and set.\n      properties:\n";
const NEW_SETTING: &str = "        brand-new-setting:\n          type: string\n          \
     description: A setting that came later. Unset means off.\n";
const YES_NO: &str = "x-extensible-enum: ['yes', 'no']";
const YES_NO_MAYBE: &str = "x-extensible-enum: ['yes', 'no', maybe]";

#[test]
fn an_old_caller_compiles_with_a_field_and_a_known_value_that_came_later() {
    let project = Path::new(env!("CARGO_MANIFEST_DIR"));
    let copy = Path::new(env!("CARGO_TARGET_TMPDIR")).join("growth");
    let _ = fs::remove_dir_all(&copy);
    fs::create_dir_all(copy.join("openapi")).unwrap();
    fs::create_dir_all(copy.join("examples")).unwrap();
    for same in [
        "README.md",
        "benches",
        "build",
        "build.rs",
        "crates",
        "src",
        "tests",
    ] {
        symlink(project.join(same), copy.join(same)).unwrap();
    }
    fs::copy(project.join("Cargo.lock"), copy.join("Cargo.lock")).unwrap();
    // Another name, so that what is built of it does not replace what is built of this package in
    // the same directory, where all its dependencies are.
    let manifest = fs::read_to_string(project.join("Cargo.toml")).unwrap();
    let manifest = manifest.replacen(NAME, "name = \"grown\"\n", 1).replacen(
        MEMBERS,
        "members = [\"crates/located\"]\n",
        1,
    ) + "\n[lib]\nname = \"netsapiens_connections\"\n";
    assert!(!manifest.contains(NAME) && !manifest.contains(MEMBERS));
    fs::write(copy.join("Cargo.toml"), manifest).unwrap();
    let spec = fs::read_to_string(project.join("openapi/connections.yaml")).unwrap();
    let grown = spec
        .replacen(SETTINGS, &format!("{SETTINGS}{NEW_SETTING}"), 1)
        .replacen(YES_NO, YES_NO_MAYBE, 1);
    assert!(grown.contains(NEW_SETTING) && grown.contains(YES_NO_MAYBE));
    fs::write(copy.join("openapi/connections.yaml"), grown).unwrap();
    for (name, code) in [
        ("old", OLD_CALLER),
        ("new", NEW_CALLER),
        ("quickstart", "fn main() {}"),
    ] {
        fs::write(copy.join(format!("examples/{name}.rs")), code).unwrap();
    }
    let built = Command::new(env!("CARGO"))
        .args(["build", "--offline", "--quiet", "--package", "grown"])
        .args(["--all-features", "--example", "old", "--example", "new"])
        .arg("--target-dir")
        .arg(Path::new(env!("CARGO_TARGET_TMPDIR")).with_file_name(""))
        .current_dir(&copy)
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&built.stderr);
    assert!(built.status.success(), "{said}");
}
