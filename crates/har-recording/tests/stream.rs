//! Tests that reading a HAR entry by entry gives the same result as reading it as a whole.

use std::io::Read;

use har_recording::{EntryText, HarEntry, Opened, Skip, open, read};
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

const ENTRY: &str = r#"{"request": {"method": "GET", "url": "https://h/a"},
  "response": {"status": 200,
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
            assert!(text[entry.byte..].starts_with(&entry.text), "{text}");
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
        // HAR 1.2: "If empty, string "1.1" is assumed by default."
        format!(r#"{{"log": {{"entries": [{ENTRY}]}}}}"#),
        format!(r#"{{"log": {{"version": "", "entries": [{ENTRY}, {LOST}]}}}}"#),
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
        // Not of the format, and then no JSON either.
        good.replace(
            r#""request": {"method": "GET""#,
            r#""request": "{"method": "GET""#,
        ),
        good.replace(
            r#""request": {"method": "GET""#,
            r#""request": 1, {"method": "GET""#,
        ),
    ]);
    for text in bad {
        assert!(read(&text).is_err(), "{text}");
        assert_eq!(believed(&text), None, "{text}");
    }
}

#[test]
fn an_invalid_entry_is_skipped_alone_with_its_reason() {
    let text = r#"{"log": {"version": "1.2", "entries": [{"request": 1}]}}"#;
    let (none, skipped) = read(text).expect("a HAR");
    assert!(none.is_empty());
    assert!(skipped[0].reason.starts_with("not an entry of HAR 1.2"));
    let (entries, _) = entries(text, 64).expect("a HAR");
    assert_eq!(entries[0].read().expect("JSON"), Err(skipped[0].clone()));
}

/// A HAR with bodies of any length, and members of the same name that nobody reads.
fn har(sent: &str, received: &str, unread: &str) -> String {
    let entry = serde_json::json!({
        "_request": {"text": unread},
        "request": {
            "method": "POST", "url": "https://h/a",
            "postData": {"text": sent, "mimeType": "application/json"},
            "a\"text": unread,
        },
        "response": {
            "status": 200, "content": {"mimeType": "application/json", "text": received},
        },
    });
    serde_json::json!({"log": {"version": "1.2", "entries": [entry, entry]}}).to_string()
}

/// What is believed of a text that is read an entry at a time; none where only reading it whole
/// tells what it is.
fn believed(text: &str) -> Option<Vec<Result<HarEntry, Skip>>> {
    let (entries, in_order) = entries(text, 1 << 20)?;
    let read: Result<_, _> = entries.iter().map(EntryText::read).collect();
    read.ok().filter(|_| in_order)
}

#[test]
fn long_bodies_are_those_of_a_plain_reading() {
    let long = |item: &str| format!("[{}]", vec![item; 60].join(", "));
    for body in [
        long(r#"{"a": "\u00e9\n\"\\", "b": 1}"#),
        long("1").replace(", ", ",\r\n\t"),
        long(r#""\ud83d""#),
        long("x"),
        long(r#"{"a": 1, "a": 2}"#),
        long(""),
        format!("\u{feff}{}", long("1")),
        "é".repeat(300),
        String::new(),
    ] {
        for unread in ["", &long("y")] {
            assert_same(&har(&body, &body, unread));
        }
        let text = har(&body, &body, "");
        let plain = located::json(&body).ok();
        let read = believed(&text)
            .expect("all in order")
            .remove(0)
            .expect("an exchange");
        let recording = read.recording;
        let (request, response) = (recording.request, recording.response);
        assert_eq!(request.body, response.body);
        assert_eq!(
            response.body,
            plain.as_ref().map(|it| it.0.clone()),
            "{body}"
        );
        assert_eq!(response.text.is_some(), plain.is_none() && !body.is_empty());
        assert_eq!(
            recording.repeated.len(),
            plain.map_or(0, |it| 2 * it.1.len())
        );
    }
}

proptest! {
    /// Faults in what is read by parts, in what is skipped, and between them.
    #[test]
    fn what_is_believed_is_what_the_whole_is_read_as(
        at: prop::sample::Index,
        with in r#"[\[\]{}:, a1"\\nu\n\t]{0,2}"#,
        short: bool,
        all_read: bool,
    ) {
        let length = if short { 3 } else { 40 };
        let body = format!("[{}]", vec![r#"{"a":"é\\","b":1}"#; length].join(","));
        let unread = if all_read { String::new() } else { "y\\".repeat(9 * length) };
        let mut text = har(&body, &body.replace("é", ""), &unread);
        let start = at.index(text.len());
        if text.is_char_boundary(start) && text.is_char_boundary(start + 1) {
            text.replace_range(start..=start, &with);
        }
        if let Some(believed) = believed(&text) {
            let (exchanges, skipped) = read(&text).expect("what is believed can be read whole");
            let parts: (Vec<_>, Vec<_>) = believed.into_iter().partition(Result::is_ok);
            let parts = (
                parts.0.into_iter().flatten().collect::<Vec<_>>(),
                parts.1.into_iter().filter_map(Result::err).collect::<Vec<_>>(),
            );
            prop_assert_eq!(parts, (exchanges, skipped), "{}", text);
        }
    }

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
