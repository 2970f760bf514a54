//! A HAR that is read an entry at a time is the HAR that is read whole.

use std::io::Read;

use har_recording::{EntryText, Opened, open, read};
use located::Source;
use proptest::prelude::*;

/// Gives a few bytes at a time, as a pipe may.
struct Slow<'t>(&'t [u8], usize);

impl Read for Slow<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let count = self.1.min(self.0.len()).min(buffer.len());
        buffer[..count].copy_from_slice(&self.0[..count]);
        self.0 = &self.0[count..];
        Ok(count)
    }
}

/// The entries of a text, and whether it was in order; none where it is no HAR.
fn entries(text: &str, at_once: usize) -> Option<(Vec<EntryText>, bool)> {
    match open(Slow(text.as_bytes(), at_once))? {
        Opened::Har(mut entries) => Some((entries.by_ref().collect(), entries.finish())),
        Opened::Other(..) => None,
    }
}

const ENTRY: &str = r#"{"request": {"method": "GET", "url": "https://h/a"}, "response": {"status": 200,
  "content": {"mimeType": "application/json", "text": "{\"a\": \"é\\\\\", \"b\": \"字]}\"}"}}}"#;
const LOST: &str = r#"{"request":{"method":"GET","url":"https://h/a"},"response":{"status":0}}"#;

fn assert_same(text: &str) {
    let (whole, skipped) = read(text).unwrap_or_else(|error| panic!("{}: {text}", error.reason));
    let source = Source::new("a.har", text.to_owned());
    for at_once in [1, 7, 1 << 20] {
        let (entries, in_order) = entries(text, at_once).expect("a HAR");
        assert!(in_order, "{text}");
        assert_eq!(entries.len(), whole.len() + skipped.len());
        let (mut exchanges, mut none) = (Vec::new(), Vec::new());
        for entry in entries {
            let place = source.place(&entry.pointer).expect("a place");
            assert_eq!(
                (entry.line, entry.column),
                (place.line, place.column),
                "{text}"
            );
            match entry.read().expect("an entry") {
                Ok(exchange) => exchanges.push(exchange),
                Err(skip) => none.push(skip),
            }
        }
        assert_eq!((&exchanges, &none), (&whole, &skipped));
    }
}

#[test]
fn keys_may_come_in_any_order() {
    for text in [
        format!(r#"{{"a": [{{"log": 1}}], "log": {{"version": "1.2", "entries": [{ENTRY}]}}}}"#),
        format!(
            r#"{{"log": {{"entries": [{ENTRY}, {LOST}], "x": {{}}, "version": "1.2"}}, "z": 1}}"#
        ),
        format!(
            "\u{feff}{{\"l\\u006fg\": {{\"version\": \"1\",\n\"entries\": [\n {ENTRY}\n]}}}}\n"
        ),
        r#"{"log":{"version":"1.1","entries":[]}}"#.to_owned(),
    ] {
        assert_same(&text);
    }
}

#[test]
fn what_cannot_be_read_whole_is_not_in_order() {
    let good = format!(r#"{{"log": {{"version": "1.2", "entries": [{ENTRY}, {LOST}]}}}}"#);
    let mut bad: Vec<String> = (10..good.len())
        .filter(|end| good.is_char_boundary(*end))
        .map(|end| good[..end].to_owned())
        .collect();
    bad.extend([
        good.replace(r#""version": "1.2", "#, ""),
        good.replace(r#""version": "1.2""#, r#""version": "2.0""#),
        good.replace(
            r#""version": "1.2""#,
            r#""version": "1.2", "version": "1.2""#,
        ),
        good.replace(r#""version""#, r#""entries": [], "version""#),
        good.replace("]}}", "],}}"),
        good.replace("]}}", ",]}}"),
        good.replace("]}}", "]}}}"),
        good.replace("]}}", "]}, \"log\": {}}"),
        good.replace("]}}", "]}, \"a\": nul}"),
    ]);
    for text in bad {
        assert!(read(&text).is_err(), "{text}");
        assert!(
            !entries(&text, 64).is_some_and(|(_, in_order)| in_order),
            "{text}"
        );
    }
}

#[test]
fn an_entry_that_is_none_is_passed_over_alone_and_said_to_be_none() {
    let text = r#"{"log": {"version": "1.2", "entries": [{"request": 1}]}}"#;
    let (none, skipped) = read(text).expect("a HAR");
    assert!(none.is_empty());
    assert!(skipped[0].reason.starts_with("not an entry of HAR 1.2"));
    let (entries, _) = entries(text, 64).expect("a HAR");
    assert_eq!(entries[0].read().expect("JSON"), Err(skipped[0].clone()));
}

proptest! {
    #[test]
    fn strings_of_quotes_and_backslashes_end_where_they_end(
        texts in proptest::collection::vec(r#"[a"\\{}\[\],:é字 \n]{0,30}"#, 0..6),
    ) {
        let texts = texts.iter().map(|text| {
            let text = serde_json::to_string(text).expect("a string");
            format!(
                r#"{{"request": {{"method": "GET", "url": "https://h/a", "x": {text}}},
                "response": {{"status": 200, "content": {{"text": {text}}}}}}}"#
            )
        });
        let texts = texts.collect::<Vec<_>>().join(",\n");
        assert_same(&format!(r#"{{"log":{{"version":"1.2","entries":[{texts}]}}}}"#));
    }
}
