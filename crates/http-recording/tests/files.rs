//! The files of a folder of recordings, and a recording from its file.

use std::fs;
use std::path::Path;

use http_recording::{Kind, Recording, walk};
use located::Source;

/// A folder with these files, all empty.
fn folder(files: &[&str]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    for file in files {
        let path = folder.path().join(file);
        fs::create_dir_all(path.parent().expect("a parent")).expect("a folder");
        fs::write(path, "").expect("a file");
    }
    folder
}

/// What is found below a folder: the path there, and what it holds.
fn found(root: &Path) -> Vec<(String, Result<Kind, &'static str>)> {
    walk(root)
        .map(|found| {
            let found = found.expect("readable");
            let below = found.path.strip_prefix(root).expect("below the root");
            (located::display(below), found.kind)
        })
        .collect()
}

#[test]
fn files_come_in_the_order_of_their_names_whatever_their_depth() {
    let folder = folder(&["b/2.json", "b/10.JSON", "a.ndjson", "c.har", "b.json"]);
    let expected = [
        ("a.ndjson", Kind::Lines),
        ("b/10.JSON", Kind::Document),
        ("b/2.json", Kind::Document),
        ("b.json", Kind::Document),
        ("c.har", Kind::Document),
    ]
    .map(|(name, kind)| (name.to_owned(), Ok(kind)));
    assert_eq!(found(folder.path()), expected);
}

#[test]
fn what_is_no_recording_says_why() {
    let folder = folder(&[".git/x.json", "notes.md", "a.json"]);
    let expected = [
        (".git/x.json".to_owned(), Err("hidden")),
        ("a.json".to_owned(), Ok(Kind::Document)),
        (
            "notes.md".to_owned(),
            Err("not .json, .har, .ndjson or .jsonl"),
        ),
    ];
    assert_eq!(found(folder.path()), expected);
}

#[cfg(unix)]
#[test]
fn a_link_to_a_file_is_the_file_and_one_to_a_folder_is_not_followed() {
    let folder = folder(&["real/a.json"]);
    let link = |to: &str, from: &str| {
        std::os::unix::fs::symlink(folder.path().join(to), folder.path().join(from))
    };
    link("real/a.json", "b.json").expect("a link");
    link(".", "loop").expect("a link");
    let expected = [
        ("b.json".to_owned(), Ok(Kind::Document)),
        ("loop".to_owned(), Err("a link to a folder")),
        ("real/a.json".to_owned(), Ok(Kind::Document)),
    ];
    assert_eq!(found(folder.path()), expected);
}

#[test]
fn what_is_named_itself_is_a_document_whatever_it_is_called() {
    let folder = folder(&["traffic.txt", ".hidden/a.json"]);
    let of = |file: &str| {
        let mut found = walk(folder.path().join(file)).collect::<Vec<_>>();
        found.pop().expect("one").expect("readable").kind
    };
    assert_eq!(of("traffic.txt"), Ok(Kind::Document));
    assert_eq!(of(".hidden"), Ok(Kind::Document));
}

#[test]
fn a_path_that_is_not_there_is_named_with_the_cause() {
    let errors: Vec<_> = walk(Path::new("no/such")).filter_map(Result::err).collect();
    assert_eq!(errors.len(), 1);
    assert_eq!(errors[0].to_string(), "cannot read no/such");
    let cause = std::error::Error::source(&errors[0]).expect("a cause");
    assert!(cause.to_string().starts_with("No such file"), "{cause}");
}

const GOOD: &str = r#"{
  "format": 1,
  "meta": {"origin": "captured"},
  "request": {"method": "GET", "path": "/"},
  "response": {"status": 200, "body": null}
}"#;

fn read(text: &str) -> Result<Recording, String> {
    let source = Source::new("a.json", text.to_owned());
    Recording::read(&source).map_err(|error| error.to_string())
}

#[test]
fn a_body_that_is_null_is_a_body() {
    let recording = read(GOOD).expect("a recording");
    assert_eq!(recording.response.body, Some(serde_json::Value::Null));
    assert_eq!(recording.request.body, None);
}

#[test]
fn what_is_no_recording_is_rejected_with_its_line_and_no_value() {
    let table = [
        ("\"format\": 1", "\"format\": 2", "a.json:2:3: format 2"),
        ("\"status\": 200", "\"status\": \"hunter2\"", "a.json:5:"),
        ("\"method\"", "\"verb\"", "a.json:4:"),
        ("\"captured\"", "\"captured", "a.json:4:1: control"),
    ];
    for (before, after, expected) in table {
        let error = read(&GOOD.replacen(before, after, 1)).expect_err("no recording");
        assert!(error.starts_with(expected), "{error}");
        assert!(!error.contains("hunter2"), "{error}");
    }
}
