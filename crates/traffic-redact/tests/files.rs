//! What must not be published is found in every kind of file, and in each file once.

use std::fs;

use http_recording::Recording;
use located::Source;
use serde_json::json;
use tempfile::TempDir;
use traffic_redact::{FoundLeak, Knowledge, Search};

/// Put together here, so that no scanner finds it in this file.
fn key() -> String {
    format!("nss_{}", "a1B2".repeat(14))
}

/// A folder with one file of this name.
fn folder(name: &str, content: impl AsRef<[u8]>) -> TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    fs::write(folder.path().join(name), content).expect("a file");
    folder
}

fn found_below(folder: &TempDir) -> Vec<FoundLeak> {
    let search = Search::new(Knowledge::default());
    search.below([folder.path()]).expect("readable files")
}

fn lines(found: &[FoundLeak]) -> Vec<usize> {
    let places = found.iter().filter_map(|it| it.place.as_ref());
    places.map(|place| place.line).collect()
}

fn recording(body: serde_json::Value) -> String {
    json!({
        "format": 1,
        "meta": { "origin": "synthetic" },
        "request": { "method": "GET", "path": "/trunks" },
        "response": { "status": 200, "body": body },
    })
    .to_string()
}

/// A HAR of one exchange with this beside it.
fn har(beside: &str) -> String {
    format!(
        r#"{{"log": {{"version": "1.2", "creator": {{"name": "agent-1", "version": ""}},
            "entries": [{{
            "startedDateTime": "2000-01-01T00:00:00.000Z", "time": 12, {beside}
            "request": {{"method": "GET", "url": "https://pbx.acme.example/trunks", "bodySize": 0}},
            "response": {{
                "status": 200,
                "content": {{"size": 2, "mimeType": "application/json", "text": "[]"}}
            }},
            "timings": {{"send": 0, "wait": 12, "receive": 0.25}}
        }}]}}}}"#
    )
}

#[test]
fn a_har_is_searched_beside_its_exchanges_too() {
    assert_eq!(found_below(&folder("a.har", har(""))), []);
    for beside in [
        r#""comment": "Kowalski","#,
        r#""_initiator": {"url": "Kowalski"},"#,
        r#""serverIPAddress": "10.20.30.40","#,
    ] {
        assert_ne!(found_below(&folder("a.har", har(beside))), [], "{beside}");
    }
}

#[test]
fn the_maker_of_a_har_is_no_leak_where_it_is_allowed() {
    let named = har("").replace("agent-1", "Kowalski's exporter");
    let folder = folder("a.har", named);
    assert_eq!(found_below(&folder).len(), 1);
    let search = Search::new(Knowledge::default()).allow_creator("Kowalski's exporter");
    assert_eq!(search.below([folder.path()]).expect("readable files"), []);
}

#[test]
fn each_line_of_a_text_is_searched() {
    let text = format!(
        "nothing here\nuse {}\n# Made on 2025-09-16 by hand.\n",
        key()
    );
    assert_eq!(lines(&found_below(&folder("notes.txt", text))), [2]);
}

#[test]
fn each_line_of_ndjson_is_searched_as_a_recording() {
    let [fine, leaky] = [json!([]), json!([{ "password": "correct-horse" }])].map(recording);
    let found = found_below(&folder("a.ndjson", format!("{fine}\n{leaky}\n")));
    assert_eq!(found.len(), 1);
    let place = found[0].place.as_ref().expect("a place");
    assert_eq!(
        (place.line, place.pointer.as_str()),
        (2, "/response/body/0/password")
    );
}

#[test]
fn a_byte_order_mark_hides_nothing() {
    let text = format!("\u{feff}use {}", key());
    let wide = |bytes: fn(u16) -> [u8; 2]| text.encode_utf16().flat_map(bytes).collect::<Vec<_>>();
    for bytes in [
        text.clone().into_bytes(),
        wide(u16::to_le_bytes),
        wide(u16::to_be_bytes),
    ] {
        assert_eq!(lines(&found_below(&folder("notes.txt", bytes))), [1]);
    }
}

#[test]
fn bytes_that_are_no_text_hide_nothing() {
    let bytes = [&[0xc3, 0x28, b'\n'], key().as_bytes()].concat();
    assert_eq!(lines(&found_below(&folder("a.bin", bytes))), [2]);
}

#[test]
fn a_document_that_was_searched_when_it_was_read_is_not_read_again() {
    let folder = folder(
        "a.json",
        recording(json!([{ "password": "correct-horse" }])),
    );
    let source = Source::read(folder.path().join("a.json")).expect("readable");
    let recording = Recording::read(&source).expect("a recording");
    let search = Search::new(Knowledge::default());
    assert_eq!(search.document(&source, &[(&recording, "")]).len(), 1);
    assert_eq!(search.below([folder.path()]).expect("readable files"), []);
}

#[test]
fn a_har_that_was_read_gives_the_same_leaks_as_one_that_was_not() {
    let text =
        har(r#""comment": "Kowalski","#).replace("\"[]\"", r#""{\"password\": \"hunter2\"}""#);
    let folder = folder("a.har", &text);
    let source = Source::read(folder.path().join("a.har")).expect("readable");
    let (entries, _) = har_recording::read(&text).expect("a HAR");
    let exchanges: Vec<_> = entries
        .iter()
        .map(|it| (&it.recording, it.pointer.as_str()))
        .collect();
    let search = Search::new(Knowledge::default());
    let found = search.document(&source, &exchanges);
    assert_eq!(found.len(), 2);
    assert_eq!(found, found_below(&folder));
}

#[cfg(unix)]
#[test]
fn what_a_link_leads_to_is_searched_once() {
    let elsewhere = folder("notes.txt", key());
    let folder = folder("a.txt", "fine");
    let link = |name: &str, target| {
        std::os::unix::fs::symlink(target, folder.path().join(name)).expect("a link");
    };
    link("one", elsewhere.path().to_owned());
    link("two", elsewhere.path().join("notes.txt"));
    link("back", folder.path().to_owned());
    let keys = |it: &&FoundLeak| it.kind == "api-key";
    assert_eq!(found_below(&folder).iter().filter(keys).count(), 1);
}

#[cfg(unix)]
#[test]
fn the_target_of_a_link_is_searched_as_text() {
    let folder = folder("a.txt", "fine");
    let target = format!("/nowhere/{}", key());
    std::os::unix::fs::symlink(target, folder.path().join("link")).expect("a link");
    assert_eq!(found_below(&folder).len(), 1);
}
