//! `cargo xtask validate` and the other commands that read recorded traffic: each argument, stream
//! and exit code passes through `cargo xtask` as it is.
#![cfg(unix)]

use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::PermissionsExt;
use std::process::{Command, Output, Stdio};

use crate::bench::Bench;

/// `cargo xtask ARGUMENTS` where cargo is a script that says what it was given and exits with 7.
fn run<A: AsRef<OsStr>>(arguments: &[A]) -> Output {
    let bench = Bench::new();
    bench.write(
        "cargo",
        "#!/bin/sh\necho to stderr >&2\npwd\ncat\nprintf '<%s>\\n' \"$@\"\nexit 7\n",
    );
    let script = bench.path().join("cargo");
    std::fs::set_permissions(&script, std::fs::Permissions::from_mode(0o755))
        .expect("the script is ours");
    bench.write("stdin", "from stdin\n");
    Command::new(env!("CARGO_BIN_EXE_xtask"))
        .args(arguments)
        .current_dir(bench.path())
        .env("CARGO", script)
        .stdin(std::fs::File::open(bench.path().join("stdin")).expect("the file is there"))
        .output()
        .expect("the command starts")
}

/// What the program itself gets: the arguments after those that are for cargo.
fn passed<A: AsRef<OsStr>>(arguments: &[A]) -> Vec<u8> {
    let output = run(arguments).stdout;
    let program = b"<xtask-traffic>\n<-->\n";
    let at = output
        .windows(program.len())
        .position(|window| window == program)
        .expect("cargo is asked for the program");
    output[at + program.len()..].to_vec()
}

#[test]
fn arguments_pass_unchanged() {
    let table: [(&[&str], &str); 6] = [
        (&["validate"], "<validate>\n"),
        (
            &["validate", "--spec", "a b.yaml", "", "x"],
            "<validate>\n<--spec>\n<a b.yaml>\n<>\n<x>\n",
        ),
        (
            &["validate", "--", "-odd.json"],
            "<validate>\n<-->\n<-odd.json>\n",
        ),
        (&["validate", "a", "--help"], "<validate>\n<a>\n<--help>\n"),
        (&["import-har", "-h"], "<import-har>\n<-h>\n"),
        (&["help", "export-har"], "<export-har>\n<--help>\n"),
    ];
    for (arguments, expected) in table {
        assert_eq!(
            String::from_utf8(passed(arguments)).expect("UTF-8"),
            expected
        );
    }
}

#[test]
fn an_argument_that_is_not_utf_8_passes_unchanged() {
    let odd = OsString::from(OsStr::from_bytes(b"\xff.json"));
    assert_eq!(
        passed(&["validate".into(), odd]),
        b"<validate>\n<\xff.json>\n"
    );
}

#[test]
fn folder_streams_and_exit_code_are_those_of_the_program() {
    let output = run(&["validate"]);
    assert_eq!(output.status.code(), Some(7));
    assert_eq!(output.stderr, b"to stderr\n");
    let stdout = String::from_utf8(output.stdout).expect("UTF-8");
    let mut lines = stdout.lines();
    assert!(
        lines
            .next()
            .is_some_and(|folder| folder.starts_with(std::env::temp_dir().to_str().unwrap()))
    );
    assert_eq!(lines.next(), Some("from stdin"));
}

#[test]
fn a_cargo_that_cannot_be_started_is_2_and_named() {
    let output = Command::new(env!("CARGO_BIN_EXE_xtask"))
        .arg("validate")
        .env("CARGO", "/nowhere/cargo")
        .stdin(Stdio::null())
        .output()
        .expect("the command starts");
    assert_eq!(output.status.code(), Some(2));
    let stderr = String::from_utf8(output.stderr).expect("UTF-8");
    assert!(
        stderr.starts_with("error: /nowhere/cargo could not be started: "),
        "{stderr}"
    );
}

#[test]
fn what_needs_the_client_is_another_program() {
    let output = String::from_utf8(run(&["validate", "--mutate", "--all"]).stdout).expect("text");
    let expected = "<--features>\n<mutate>\n<--bin>\n<xtask-mutate>\n<-->\n<validate>\n<--mutate>\n\
                    <--all>\n";
    assert!(output.ends_with(expected), "{output}");
}
