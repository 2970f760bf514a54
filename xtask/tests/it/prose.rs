//! Lines are at most 100 columns long, and the text uses the words of the trade.

use std::fs;
use std::path::{Path, PathBuf};

use xtask::workspace::workspace_root;

const COLUMNS: usize = 100;
/// A word this long is a URL, a path or a JSON pointer, which cannot be wrapped.
const LONG_WORD: usize = 60;

/// Files that a program writes.
const GENERATED: [&str; 2] = ["docs/corrections.md", "src/generated.rs"];
/// This file lists the words that others avoid.
const LISTS_WORDS: &str = "xtask/tests/it/prose.rs";
/// A word that the text does not use.
struct Avoided {
    words: &'static str,
    instead: &'static str,
    /// What follows the words where they have their ordinary meaning.
    except_before: &'static [&'static str],
}

const fn avoided(words: &'static str, instead: &'static str) -> Avoided {
    Avoided {
        words,
        instead,
        except_before: &[],
    }
}

/// In SIP, a phone answers a call, and a client answers a challenge.
const SIP: &[&str] = &[
    "calls",
    "this peer's digest challenges",
    "the device's challenges",
];

const AVOIDED: [Avoided; 14] = [
    Avoided {
        words: "answer",
        instead: "response, respond",
        except_before: SIP,
    },
    Avoided {
        words: "answers",
        instead: "responses, responds",
        except_before: SIP,
    },
    avoided("answered", "responded"),
    avoided("answering", "responding"),
    avoided("comes twice", "duplicate"),
    avoided("is there twice", "duplicate"),
    avoided("of another kind", "of an unexpected type"),
    avoided("shown late", "eventually consistent"),
    avoided("spoilt", "the name of the fault"),
    avoided("the time is up", "timed out"),
    avoided("the time was up", "timed out"),
    avoided("told", "reported, stated"),
    avoided("tried again", "retried"),
    avoided("waited out", "retried"),
];

/// Every file of code or text below a folder, by its path below the root.
fn files(folder: &Path, found: &mut Vec<String>) {
    for entry in fs::read_dir(workspace_root().join(folder)).expect("a folder") {
        let entry = entry.expect("readable");
        let path = folder.join(entry.file_name());
        let name = path.display().to_string().replace('\\', "/");
        let hidden = entry.file_name().to_string_lossy().starts_with('.');
        if hidden || name == "target" {
            continue;
        }
        let is_text = path.extension().is_some_and(|it| {
            ["md", "py", "rs", "sh", "toml", "yaml", "yml"]
                .iter()
                .any(|ending| it == *ending)
        });
        if entry.path().is_dir() {
            files(&path, found);
        } else if is_text && name != LISTS_WORDS && !GENERATED.contains(&&*name) {
            found.push(name);
        }
    }
}

fn is_too_long(line: &str) -> bool {
    let text = line.trim_start().trim_start_matches(['/', '!', '#', ' ']);
    line.chars().count() > COLUMNS
        && !text.starts_with('|')
        && line
            .split_whitespace()
            .all(|it| it.chars().count() <= LONG_WORD)
}

fn has_avoided(line: &str, avoided: &Avoided) -> bool {
    let lower = line.to_lowercase();
    let is_letter = |it: char| it.is_alphanumeric();
    lower.match_indices(avoided.words).any(|(at, words)| {
        let after = &lower[at + words.len()..];
        let next = after.trim_start();
        !lower[..at].ends_with(is_letter)
            && !after.starts_with(is_letter)
            && !avoided.except_before.iter().any(|it| next.starts_with(it))
    })
}

fn problems(name: &str, text: &str) -> Vec<String> {
    let mut found = Vec::new();
    // Output of a program, which a test compares with a run of it.
    let mut is_output = false;
    for (line, number) in text.lines().zip(1..) {
        is_output = if is_output {
            line != "```"
        } else {
            line == "```console"
        };
        if !is_output && is_too_long(line) {
            found.push(format!("{name}:{number}: longer than {COLUMNS} columns"));
        }
        for avoided in AVOIDED.iter().filter(|it| has_avoided(line, it)) {
            let Avoided { words, instead, .. } = avoided;
            found.push(format!("{name}:{number}: `{words}`; write: {instead}"));
        }
    }
    found
}

#[test]
fn lines_are_short_and_words_are_those_of_the_trade() {
    let mut names = Vec::new();
    files(&PathBuf::new(), &mut names);
    assert!(names.iter().any(|it| it == "src/lib.rs"), "{names:?}");
    let root = workspace_root();
    let found: Vec<String> = names
        .iter()
        .flat_map(|name| problems(name, &fs::read_to_string(root.join(name)).expect(name)))
        .collect();
    assert!(found.is_empty(), "{}", found.join("\n"));
}

#[test]
fn long_lines_and_avoided_words_are_found() {
    let long = "word ".repeat(21);
    let path = format!("{}: {}", "at", "x".repeat(120));
    let table = [
        (long.as_str(), 1),
        (path.as_str(), 0),
        (&format!("//! | {long} |"), 0),
        (&long[..100], 0),
        ("The server answers with a list.", 1),
        ("fn a_server_that_answers_nothing() {}", 1),
        ("The platform answers calls.", 0),
        ("Wire::answering(200)", 1),
        ("A request is Tried again, or waited out.", 2),
        ("I untold tolds", 0),
    ];
    assert_eq!(problems("a", &format!("```\n{long}\n```\n{long}")).len(), 2);
    assert_eq!(
        problems("a", &format!("```console\n{long}\n```\n{long}")).len(),
        1
    );
    for (text, count) in table {
        assert_eq!(problems("a", text).len(), count, "{text}");
    }
}
