//! The programs in `examples/` print what their documentation shows.

use std::fs::{self, DirEntry};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// The program that runs until it is stopped.
const SERVER: &str = "fake_server";

/// Every command of a `console` block in the head of an example, with the output that follows it;
/// `…` stands for any text in a line.
#[test]
fn every_example_prints_what_its_head_shows() {
    let (mut commands, mut failures) = (0, Vec::new());
    for source in sources() {
        let name = source.file_stem().unwrap().to_str().unwrap();
        if name == SERVER {
            continue;
        }
        let shown = console(&fs::read_to_string(&source).unwrap());
        assert!(!shown.is_empty(), "{name}: its head shows no command");
        for (command, expected) in shown {
            // Cargo runs the tests of an example itself.
            let test = format!("cargo test --example {name} --features fake");
            if command != test {
                commands += 1;
                let printed = run(&source, name, &command);
                if !matches(&expected, &printed) {
                    failures.push(format!("$ {command}\n{printed}"));
                }
            }
        }
    }
    assert!(
        failures.is_empty(),
        "printed otherwise:\n{}",
        failures.join("\n")
    );
    assert!(commands >= 10, "{commands} commands");
}

#[test]
fn an_output_matches_line_by_line_and_an_ellipsis_any_text_in_a_line() {
    for printed in ["", "ab", "a b", "a: b, b"] {
        assert_eq!(
            matches("a…b", printed),
            printed.starts_with('a'),
            "{printed}"
        );
    }
    assert!(!matches("a…b", "a\nb") && !matches("a…b", "xab") && !matches("a…b", "abx"));
    assert!(!matches("a…a", "a"), "one letter is not two");
    assert!(matches("a\n\nb", "a\n\nb\n") && !matches("a", "a\nb") && !matches("a\nb", "a"));
    assert!(matches("a…", "a") && matches("…a…", "bab"));
}

/// The programs; a folder among them holds what several of them share.
fn sources() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples");
    let paths = fs::read_dir(folder).unwrap();
    let paths = paths.map(|entry: Result<DirEntry, _>| entry.unwrap().path());
    let mut paths: Vec<PathBuf> = paths.filter(|path| path.is_file()).collect();
    paths.sort();
    paths
}

/// Commands and their outputs, from the `console` blocks of a program's inner documentation.
fn console(source: &str) -> Vec<(String, String)> {
    let head = source.lines().map_while(|line| line.strip_prefix("//!"));
    let mut shown: Vec<(String, String)> = Vec::new();
    let mut inside = false;
    for line in head.map(|line| line.strip_prefix(' ').unwrap_or(line)) {
        match (line, shown.last_mut()) {
            ("```console", _) => inside = true,
            ("```", _) => inside = false,
            _ if !inside => {}
            (line, Some((command, _))) if command.ends_with('\\') => {
                command.pop();
                command.push_str(line.trim_start());
            }
            (line, last) => match (line.strip_prefix("$ "), last) {
                (Some(command), _) => shown.push((command.to_owned(), String::new())),
                (None, Some((_, output))) => *output += &format!("{line}\n"),
                (None, None) => panic!("an output without a command: {line}"),
            },
        }
    }
    shown
}

/// Whether a client of another language would find a server where the program says it is.
#[test]
fn the_fake_server_listens_where_it_says() {
    let source = sources()
        .into_iter()
        .find(|path| path.ends_with("fake_server.rs"))
        .unwrap();
    let mut program = Command::new(built(&source, SERVER))
        .arg("0")
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    // It goes on to print, which fails when nobody reads.
    let mut printed = BufReader::new(program.stdout.take().unwrap());
    let mut url = String::new();
    printed.read_line(&mut url).unwrap();
    let address = url
        .trim()
        .trim_start_matches("http://")
        .trim_end_matches("/ns-api/v2");
    let mut socket = TcpStream::connect(address).unwrap();
    let key = netsapiens_connections::fake::SYSTEM_KEY;
    write!(
        socket,
        "GET /ns-api/v2/connections/count HTTP/1.1\r\nhost: {address}\r\n\
         authorization: Bearer {key}\r\nconnection: close\r\n\r\n"
    )
    .unwrap();
    let mut response = String::new();
    socket.read_to_string(&mut response).unwrap();
    program.kill().unwrap();
    program.wait().unwrap();
    assert!(response.starts_with("HTTP/1.1 200"), "{response}");
    assert!(response.ends_with(r#"{"total":1}"#), "{response}");
}

/// The program that Cargo has built beside this test.
fn built(source: &Path, name: &str) -> PathBuf {
    let test = std::env::current_exe().unwrap();
    let profile = test.ancestors().nth(2).unwrap();
    let program = profile
        .join("examples")
        .join(format!("{name}{}", std::env::consts::EXE_SUFFIX));
    let written = |path: &Path| fs::metadata(path).and_then(|file| file.modified()).ok();
    assert!(
        written(&program) >= written(source),
        "{name} is not built as it is now: run `cargo build --examples --all-features`"
    );
    program
}

/// Runs an example without the settings of whoever tests.
fn run(source: &Path, name: &str, command: &str) -> String {
    let beginning = format!("cargo run --example {name} --features fake");
    let arguments = command.strip_prefix(&beginning).unwrap_or_else(|| {
        panic!("{name}: a command that does not begin with `{beginning}`: {command}")
    });
    let arguments = arguments
        .strip_prefix(" -- ")
        .unwrap_or(arguments)
        .split_whitespace();
    let output = Command::new(built(source, name))
        .args(arguments.map(|argument| argument.trim_matches('\'')))
        .env_remove("NETSAPIENS_SERVER")
        .env_remove("NETSAPIENS_API_KEY")
        .output()
        .unwrap();
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "$ {command}\n{errors}");
    String::from_utf8(output.stdout).unwrap()
}

fn matches(expected: &str, printed: &str) -> bool {
    let line = |(expected, printed): (&str, &str)| {
        let mut pieces = expected.split('…');
        let Some(mut rest) = printed.strip_prefix(pieces.next().unwrap_or_default()) else {
            return false;
        };
        let Some(last) = pieces.next_back() else {
            return rest.is_empty();
        };
        for piece in pieces {
            match rest.split_once(piece) {
                Some((_, after)) => rest = after,
                None => return false,
            }
        }
        rest.ends_with(last)
    };
    expected.lines().count() == printed.lines().count()
        && expected.lines().zip(printed.lines()).all(line)
}
