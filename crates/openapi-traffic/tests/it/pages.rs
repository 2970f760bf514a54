//! Runs the commands in the documentation and compares their output.
//!
//! In a `console` block `$` begins a command, `? 1` is its exit code where it is not 0, and the
//! rest is its output: `[..]` is any part of a line, `...` any lines. After a change of the output,
//! `TRYCMD=overwrite cargo test -p openapi-traffic --test it each_command` writes it anew.

use std::path::{Path, PathBuf};

use trycmd::TestCases;

use crate::bench::Bench;

/// The pages of the package, and the manual, which only the repository has.
fn pages() -> Vec<&'static str> {
    let mut pages = vec!["README.md"];
    if Path::new("../../docs").is_dir() {
        pages.push("../../docs/validate.md");
    }
    pages
}

#[test]
fn each_command_of_the_manual_gives_the_output_that_is_printed_there() {
    for page in pages() {
        let text = std::fs::read_to_string(page).expect("the page is there");
        assert!(text.contains("```console\n$ "), "no command in {page}");
    }
    let cases = TestCases::new();
    let command = PathBuf::from(env!("CARGO_BIN_EXE_openapi-traffic"));
    // The width to which `-h` is wrapped.
    cases
        .register_bin("openapi-traffic", command)
        .env("COLUMNS", "100");
    for page in pages() {
        cases.case(page);
    }
    cases.run();
}

#[test]
#[should_panic(expected = "1 of 1 tests failed")]
fn a_page_whose_output_is_another_fails() {
    let folder = Bench::new();
    let text = "```console\n$ openapi-traffic --version\nopenapi-traffic 9.9.9\n\n```\n";
    folder.write("page.md", text);
    let pages = TestCases::new();
    let command = PathBuf::from(env!("CARGO_BIN_EXE_openapi-traffic"));
    pages
        .register_bin("openapi-traffic", command)
        .case(folder.path().join("page.md"))
        .run();
}
