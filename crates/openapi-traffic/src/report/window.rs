//! Excerpts of a file around a place, with carets under it.
//!
//! An excerpt never shows a secret. Of a recording it shows the structure: brackets, keys that the
//! document has or that the finding reports, booleans, nulls, and the enum values of the document;
//! every other string and number is `•••`. Of the document, which its readers have, it shows
//! everything except what the redaction engine finds; a line in which it still finds something
//! afterwards is not shown.
//!
//! No library draws them, because lines are masked, and a line of megabytes is cut at the place.
//! `annotate-snippets` derives the column that it prints from the text that it is given, which
//! would then differ from the column in the file.

use std::borrow::Cow;
use std::collections::HashMap;
use std::fs::{self, File};
use std::io::{Read, Seek, SeekFrom};
use std::ops::Range;

use foldhash::fast::FixedState;
use located::{Place, Source};
use serde_json::Value;
use traffic_redact::discloses;
use unicode_width::UnicodeWidthStr;

use super::model::Report;
use crate::extent::{
    LONGEST, NEAR, boundary, decoded, extent, first_line, in_string, length, length_in_string,
    scalar, string,
};
use crate::masking::{self, Known};
use crate::visible::visible;

/// The replacement for a string or number that is not shown.
const MASK: &str = "\"•••\"";
/// Lines before the place.
const BEFORE: usize = 2;
/// The files of which excerpts were drawn.
pub(super) struct Windows<'r> {
    report: &'r Report,
    texts: HashMap<String, Option<Source>>,
    /// By file, line and column.
    ends: HashMap<(&'r str, usize, usize), Option<usize>, FixedState>,
}

/// The kind of file that a place is in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind<'f> {
    /// A document that its readers have.
    Document,
    /// Traffic, in which a finding is about this key.
    Recording(Option<&'f str>),
}

/// One drawn line: its number, its text, and the columns under which carets go.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Line {
    pub(super) number: usize,
    pub(super) text: String,
    pub(super) carets: Option<Range<usize>>,
}

impl<'r> Windows<'r> {
    pub(super) fn new(report: &'r Report) -> Self {
        Windows {
            report,
            texts: HashMap::new(),
            ends: HashMap::default(),
        }
    }

    /// The lines around a place; empty if the file can no longer be read. If the byte of a place in
    /// a body is known, the rest of the file is not read.
    pub(super) fn draw(&mut self, place: &Place, byte: Option<usize>, kind: Kind<'_>) -> Vec<Line> {
        let known = &self.report.known;
        let near = byte.filter(|_| is_body(place));
        let near = near.and_then(|byte| self.near(place, byte));
        if let Some(inner) = near.as_deref().and_then(in_string) {
            return vec![in_body(place.line, inner, kind, known)];
        }
        self.text(place)
            .map_or_else(Vec::new, |text| draw(text, place, kind, known))
    }

    /// The column behind those under which carets go, in characters from 1.
    pub(super) fn end(&mut self, place: &'r Place) -> Option<usize> {
        let key = (place.file.as_str(), place.line, place.column);
        if let Some(known) = self.ends.get(&key) {
            return *known;
        }
        let end = self.text(place).and_then(|source| {
            let rest = source.text().get(here(source, place)?)?;
            let in_string = is_body(place).then(|| length_in_string(rest)).flatten();
            Some(place.column + in_string.unwrap_or_else(|| length(rest)))
        });
        self.ends.insert(key, end);
        end
    }

    /// The text from a byte of a file on, as far as it may be drawn.
    fn near(&self, place: &Place, byte: usize) -> Option<String> {
        let mut file = File::open(self.report.path(&place.file)).ok()?;
        file.seek(SeekFrom::Start(byte.try_into().ok()?)).ok()?;
        let mut bytes = Vec::with_capacity(NEAR);
        file.take(NEAR.try_into().ok()?)
            .read_to_end(&mut bytes)
            .ok()?;
        // The last character may be incomplete.
        let text = bytes.utf8_chunks().next()?.valid();
        Some(text.to_owned())
    }

    fn text(&mut self, place: &Place) -> Option<&Source> {
        let file = self.report.path(&place.file);
        let read = || {
            let text = fs::read_to_string(file).ok()?;
            Some(Source::new("", text))
        };
        if !self.texts.contains_key(&place.file) {
            self.texts.insert(place.file.clone(), read());
        }
        self.texts.get(&place.file)?.as_ref()
    }
}

/// The bytes from a place to the end of its line.
fn here(source: &Source, place: &Place) -> Option<Range<usize>> {
    let end = source.line(place.line)?.end;
    Some(source.byte_at(place.line, place.column)?..end)
}

/// Whether a place is that of a body string of a HAR file, or within it.
fn is_body(place: &Place) -> bool {
    place.pointer.starts_with("/log/") && place.pointer.ends_with("/text")
}

fn draw(source: &Source, place: &Place, kind: Kind<'_>, known: &Known) -> Vec<Line> {
    let Some(here) = here(source, place) else {
        return Vec::new();
    };
    let text = source.text();
    if let Some(inner) = is_body(place)
        .then(|| in_string(&text[here.clone()]))
        .flatten()
    {
        return vec![in_body(place.line, inner, kind, known)];
    }
    let start = source.line(place.line).map_or(0, |line| line.start);
    let line = &text[start..here.end];
    if line.len() > LONGEST {
        return vec![cut(place.line, &text[here], kind, known)];
    }
    let mut drawn = Vec::new();
    for number in place.line.saturating_sub(BEFORE).max(1)..place.line {
        let before = source.line(number).map(|line| &text[line]);
        if let Some(before) = before.filter(|line| line.len() <= LONGEST) {
            let (text, _) = mask(before, 0..0, kind, known);
            drawn.push(Line {
                number,
                text: visible(&text).into_owned(),
                carets: None,
            });
        }
    }
    let at = here.start - start;
    let begin = extent(&line[at..]);
    let (line, at) = mask(line, at..at + begin.end, kind, known);
    drawn.push(underlined(place.line, "", &line, at, ""));
    drawn
}

/// A line of a body that a HAR file has as a string, from a place on.
fn in_body(number: usize, inner: &str, kind: Kind<'_>, known: &Known) -> Line {
    let (text, _) = decoded(inner, LONGEST + 1);
    cut(number, first_line(&text), kind, known)
}

/// A line cut at a place.
fn cut(number: usize, rest: &str, kind: Kind<'_>, known: &Known) -> Line {
    // Masked before it is cut, so that no part of a value is shown. What is far behind the cut is
    // not examined.
    let near = &rest[..boundary(rest, 2 * LONGEST)];
    let (text, at) = mask(near, extent(near), kind, known);
    let end = boundary(&text, LONGEST);
    let at = at.start..at.end.clamp(at.start, end);
    let after = if end < text.len() || near.len() < rest.len() {
        "…"
    } else {
        ""
    };
    underlined(number, "…", &text[..end], at, after)
}

/// Converts the bytes `at` into columns.
fn underlined(number: usize, before: &str, line: &str, at: Range<usize>, after: &str) -> Line {
    let start = before.to_owned() + &visible(&line[..at.start]);
    let here = visible(&line[at.clone()]).into_owned();
    let rest = visible(&line[at.end..]);
    let from = start.width();
    Line {
        number,
        carets: Some(from..from + here.width().max(1)),
        text: start + &here + &rest + after,
    }
}

/// The masked line, and the new position of the bytes `at`.
fn mask(line: &str, at: Range<usize>, kind: Kind<'_>, known: &Known) -> (String, Range<usize>) {
    let masks = match kind {
        Kind::Document => in_document(line),
        Kind::Recording(reported) => in_recording(line, reported, known),
    };
    let mut masked = String::with_capacity(line.len());
    let mut bare = String::new();
    let mut moved = at.clone();
    let mut done = 0;
    for (range, mask) in masks {
        for (edge, moved) in [(at.start, &mut moved.start), (at.end, &mut moved.end)] {
            if edge >= range.end {
                *moved = *moved + mask.len() - range.len();
            } else if edge > range.start {
                // Inside a mask: its edge.
                *moved = *moved + mask.len() - (edge - range.start);
            }
        }
        masked += &line[done..range.start];
        bare += &line[done..range.start];
        masked += &mask;
        done = range.end;
    }
    masked += &line[done..];
    bare += &line[done..];
    // A secret outside of strings: a line of plain text.
    if discloses(None, &bare) {
        return (MASK.to_owned(), 0..MASK.len());
    }
    (masked, moved)
}

/// The masks for a line of JSON: everything except structure, names and harmless values.
fn in_recording(
    line: &str,
    reported: Option<&str>,
    known: &Known,
) -> Vec<(Range<usize>, Cow<'static, str>)> {
    let mut masks = Vec::new();
    let mut key = String::new();
    let mut at = 0;
    while let Some(c) = line[at..].chars().next() {
        let start = at;
        let text = |literal: &str| serde_json::from_str::<String>(literal).ok();
        match c {
            '"' => {
                at += string(&line[at..]);
                let text = text(&line[start..at]);
                let is_key = line[at..].trim_start().starts_with(':');
                let shown = match &text {
                    Some(text) if is_key && reported == Some(text) => known.name(text),
                    Some(text) if is_key => known.key(text).into(),
                    Some(text) if known.is_word(text) => Cow::Borrowed(text.as_str()),
                    _ => Cow::Borrowed(masking::MASK),
                };
                if text.as_deref() != Some(&*shown) {
                    masks.push((start..at, Cow::Owned(format!("\"{shown}\""))));
                }
                key = if is_key {
                    text.unwrap_or_default()
                } else {
                    String::new()
                };
            }
            '{' | '}' | '[' | ']' | ',' | ':' => at += 1,
            c if c.is_whitespace() => at += c.len_utf8(),
            _ => {
                let bare = &line[at..];
                let ends = |c: char| c.is_whitespace() || "\"{}[],:".contains(c);
                at += bare.find(ends).unwrap_or(bare.len());
                if !is_shown_bare(&key, &line[start..at]) {
                    masks.push((start..at, Cow::Borrowed(MASK)));
                }
            }
        }
    }
    masks
}

/// Whether something outside of strings may be shown: a literal, a number of one digit, a status.
fn is_shown_bare(key: &str, bare: &str) -> bool {
    let is_status = key == "status" && bare.len() == 3;
    let is_number = bare.bytes().all(|byte| byte.is_ascii_digit());
    matches!(bare, "true" | "false" | "null") || (is_number && (bare.len() == 1 || is_status))
}

/// The masks for a line of a document: what the redaction engine finds, given its key.
fn in_document(line: &str) -> Vec<(Range<usize>, Cow<'static, str>)> {
    scalars(line)
        .into_iter()
        .filter(|(key, range)| secret(*key, &line[range.clone()]))
        .map(|(_, range)| (range, Cow::Borrowed(MASK)))
        .collect()
}

/// The scalars on a line of JSON, each with its key if that is on the same line.
fn scalars(line: &str) -> Vec<(Option<&str>, Range<usize>)> {
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(quote) = line[at..].find('"') {
        let start = at + quote;
        let end = start + string(&line[start..]);
        match line[end..]
            .trim_start()
            .strip_prefix(':')
            .map(str::trim_start)
        {
            None => {
                found.push((None, start..end));
                at = end;
            }
            Some(value) => {
                let begin = line.len() - value.len();
                at = begin + scalar(value);
                found.push((Some(&line[start..end]), begin..at));
            }
        }
    }
    found
}

fn secret(key: Option<&str>, scalar: &str) -> bool {
    let read = |text: &str| match serde_json::from_str(text) {
        Ok(Value::String(text)) => text,
        _ => text.to_owned(),
    };
    discloses(key.map(read).as_deref(), &read(scalar))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::report::Tool;

    fn place(line: usize, column: usize) -> Place {
        Place {
            file: String::new(),
            line,
            column,
            pointer: String::new(),
        }
    }

    /// The lines of an excerpt, carets below the last.
    fn drawn_at(text: &str, place: &Place, kind: Kind<'_>) -> String {
        let known = Known::of(&json!({"enum": ["yes"], "properties": {
            "a": {}, "b": {}, "c": {}, "d": {}, "hint": {}, "here": {}, "k": {}, "password": {},
            "x": {}, "字": {},
        }}));
        let mut out = String::new();
        for line in draw(&Source::new("", text.to_owned()), place, kind, &known) {
            out += &format!("{}|{}\n", line.number, line.text);
            if let Some(carets) = line.carets {
                let (indent, carets) = (" ".repeat(carets.start), "^".repeat(carets.len()));
                out += &format!(" |{indent}{carets}\n");
            }
        }
        out
    }

    fn recorded(text: &str, line: usize, column: usize) -> String {
        drawn_at(text, &place(line, column), Kind::Recording(None))
    }

    fn documented(text: &str, line: usize, column: usize) -> String {
        drawn_at(text, &place(line, column), Kind::Document)
    }

    #[test]
    fn carets_stand_under_a_json_member() {
        assert_eq!(
            recorded("{\n  \"a\": 1,\n  \"b\": [2]\n}", 2, 3),
            "1|{\n2|  \"a\": 1,\n |  ^^^^^^\n"
        );
    }

    #[test]
    fn carets_stand_under_the_bracket_that_opens_a_value() {
        assert_eq!(
            recorded("  \"b\": [2]", 1, 3),
            "1|  \"b\": [2]\n |  ^^^^^^\n"
        );
    }

    #[test]
    fn carets_stand_under_an_item_alone() {
        assert_eq!(recorded("[1, 2, 3]", 1, 5), "1|[1, 2, 3]\n |    ^\n");
    }

    #[test]
    fn carets_stand_under_the_rest_of_a_yaml_line() {
        assert_eq!(
            documented("a:\n  type: string  ", 2, 3),
            "1|a:\n2|  type: string  \n |  ^^^^^^^^^^^^\n"
        );
    }

    #[test]
    fn carets_count_wide_characters_twice() {
        assert_eq!(
            recorded("{\"字\": 1, \"b\": 2}", 1, 11),
            "1|{\"字\": 1, \"b\": 2}\n |           ^^^^^^\n"
        );
    }

    #[test]
    fn what_is_before_the_place_is_masked_and_the_carets_follow() {
        assert_eq!(
            recorded(r#"{"hint": "hunter2hunter2", "b": 2}"#, 1, 28),
            "1|{\"hint\": \"•••\", \"b\": 2}\n |                ^^^^^^\n"
        );
    }

    #[test]
    fn the_masked_value_itself_has_carets_of_its_shown_width() {
        assert_eq!(
            recorded(r#"{"hint": "hunter2hunter2"}"#, 1, 2),
            "1|{\"hint\": \"•••\"}\n | ^^^^^^^^^^^^^\n"
        );
    }

    #[test]
    fn numbers_strings_and_odd_keys_of_a_recording_are_masked_and_its_words_are_not() {
        assert_eq!(
            recorded(
                concat!(
                    r#"[{"a": 42, "b": "x", "c": "yes", "d": true, "15555550100": null, "#,
                    r#""status": 404}]"#,
                ),
                1,
                1
            ),
            "1|[{\"a\": \"•••\", \"b\": \"•••\", \"c\": \"yes\", \"d\": true, \"•••\": null, \
             \"status\": 404}]\n |^\n"
        );
    }

    #[test]
    fn a_key_that_is_not_in_the_document_is_shown_only_as_what_is_reported() {
        let text = r#"{"alice": {"colour": "x", "bob": {}}}"#;
        let here = place(1, 12);
        assert_eq!(
            drawn_at(text, &here, Kind::Recording(Some("colour"))),
            "1|{\"•••\": {\"colour\": \"•••\", \"•••\": {}}}\n |         ^^^^^^^^^^^^^^^\n"
        );
        assert_eq!(
            drawn_at(text, &here, Kind::Recording(None)),
            "1|{\"•••\": {\"•••\": \"•••\", \"•••\": {}}}\n |         ^^^^^^^^^^^^\n"
        );
    }

    #[test]
    fn the_contents_of_brackets_are_masked_minified_or_indented() {
        let minified = recorded(r#"{"password":["hunter2",{"x":[918273]}],"b":2}"#, 1, 40);
        assert_eq!(
            minified,
            "1|{\"password\":[\"•••\",{\"x\":[\"•••\"]}],\"b\":2}\n \
             |                                  ^^^^^\n"
        );
        let indented = recorded("\"password\": [\n  \"hunter2\",\n  \"battery\"\n]", 3, 3);
        assert_eq!(
            indented,
            "1|\"password\": [\n2|  \"•••\",\n3|  \"•••\"\n |  ^^^^^\n"
        );
    }

    #[test]
    fn text_that_is_not_json_is_masked() {
        assert_eq!(
            recorded("use hunter2 now", 1, 1),
            "1|\"•••\" \"•••\" \"•••\"\n |^^^^^^^^^^^^^^^^^\n"
        );
        assert_eq!(
            recorded(r#""a": "never ends"#, 1, 1),
            "1|\"a\": \"•••\"\n |^^^^^^^^^^\n"
        );
    }

    #[test]
    fn a_secret_of_a_document_is_masked_and_the_rest_of_it_is_not() {
        assert_eq!(
            documented("\"password\": 8675309, \"b\": 22", 1, 22),
            "1|\"password\": \"•••\", \"b\": 22\n |                   ^^^^^^^\n"
        );
        assert_eq!(
            documented(&format!("use nss_{} now", "a1B2".repeat(14)), 1, 1),
            "1|\"•••\"\n |^^^^^\n"
        );
    }

    #[test]
    fn a_long_line_is_drawn_from_the_place_on() {
        let line = format!(
            "{{{}\"here\": 1{}}}",
            "\"a\": 1, ".repeat(100),
            ", \"a\": 1".repeat(100)
        );
        let shown = recorded(&line, 1, 802);
        assert!(shown.starts_with("1|…\"here\": 1, \"a\": 1, "), "{shown}");
        assert!(shown.ends_with("…\n | ^^^^^^^^^\n"), "{shown}");
    }

    #[test]
    fn no_half_of_a_value_is_shown_where_a_long_line_is_cut() {
        let line = format!(
            "{{{}\"k\": \"{}\"}}",
            "\"a\": 1, ".repeat(19),
            "hunter2".repeat(90)
        );
        let shown = recorded(&line, 1, 2);
        assert!(!shown.contains("hunter"), "{shown}");
    }

    #[test]
    fn within_an_escaped_body_the_window_shows_what_it_stands_for() {
        let text = r#"{"log": {"content": {"text": "{\"name\": 7, \"x\": \"hunter2\"}"}}}"#;
        let column = text.find("\\\"name").expect("a key") + 1;
        let place = Place {
            pointer: "/log/content/text".into(),
            ..place(1, column)
        };
        assert_eq!(
            drawn_at(text, &place, Kind::Recording(None)),
            "1|…\"name\": 7, \"x\": \"•••\"}\n | ^^^^^^^^^\n"
        );
    }

    #[test]
    fn an_excerpt_by_its_byte_is_that_of_the_whole_file_which_is_not_read() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("a.har");
        let long = "\\ud83d\\ude00字".repeat(900);
        let body = format!(r#"{{\"a\": \"字é\", \"b\": [1], \"long\": \"{long}\"}}"#);
        let text = format!("{{\"log\":{{\n\"é\":0,\"content\":{{\"text\":\"{body}\"}}}}}}\n");
        fs::write(&path, &text).expect("a file");
        let report = Report::new(String::new(), Tool::default());
        for name in [r#"\"a\""#, r#"\"b\""#, "[1]", r#"\"long\""#, "\\ud83d"] {
            let byte = text.find(name).expect("a name");
            let (line, column) = Source::new("", text.clone()).line_and_column(byte);
            let place = Place {
                file: path.display().to_string(),
                pointer: "/log/content/text".into(),
                ..place(line, column)
            };
            let mut windows = Windows::new(&report);
            let by_byte = windows.draw(&place, Some(byte), Kind::Recording(None));
            assert!(windows.texts.is_empty(), "{name}");
            assert_eq!(by_byte.len(), 1, "{name}");
            assert_eq!(windows.draw(&place, None, Kind::Recording(None)), by_byte);
        }
    }

    #[test]
    fn what_a_terminal_acts_on_is_an_escape() {
        assert_eq!(
            documented("a: \u{1b}[2J", 1, 1),
            "1|a: \\u{1b}[2J\n |^^^^^^^^^^^^\n"
        );
    }

    #[test]
    fn a_line_that_does_not_exist_draws_nothing() {
        assert_eq!(recorded("{}", 7, 1), "");
    }
}
