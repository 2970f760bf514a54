//! A few lines of a file around a place, with carets under it.
//!
//! A window never shows a secret. On each line, a value is replaced by `•••` when
//! - the redaction engine finds something to redact in it, seen together with its key (so the rules
//!   for field names hold);
//! - or its key is one of [`OPAQUE`]: values whose content has no structure that the engine could
//!   judge, such as the text of a body that did not parse, or the value of a header or cookie in a
//!   HAR file.
//!
//! A line in which the engine still finds something (of a very long one: the part around the place)
//! is not shown at all. Everything else is: recordings are redacted before they are written, and a
//! window that shows nothing helps nobody.
//! The windows are drawn here and not by a library: what is drawn is masked, and of a line of
//! megabytes only the part around the place. `annotate-snippets` takes the column that it prints
//! from the text it is handed, which then is another text than the file's.

use std::collections::HashMap;
use std::ops::Range;
use std::path::Path;

use serde::de::IgnoredAny;
use serde_json::{Value, json};
use unicode_width::UnicodeWidthStr;

use located::{Place, Source, string_end};
use traffic_redact as redact;

/// Keys whose values are never shown.
const OPAQUE: [&str; 3] = ["text", "value", "url"];
/// What stands for a value that is not shown.
const MASK: &str = "\"•••\"";
/// Lines before the place.
const BEFORE: usize = 2;
/// A line longer than this is cut at both sides of the place, and has no neighbours.
const LONGEST: usize = 160;
/// What is kept before the place in a line that is cut.
const KEPT: usize = 40;
/// Of a line longer than this, only the part around the place is looked through.
const STRETCH: usize = 4096;

/// The files that windows were drawn of.
#[derive(Default)]
pub(super) struct Windows {
    texts: HashMap<String, Option<Text>>,
}

/// A text, and the way through its long lines.
struct Text {
    source: Source,
    /// For each long line, places where a look for its scalars can begin, about [`STRETCH`] bytes
    /// apart.
    stops: HashMap<usize, Vec<usize>>,
}

/// One drawn line: its number, its text, and the columns under which carets go.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Line {
    pub(super) number: usize,
    pub(super) text: String,
    pub(super) carets: Option<Range<usize>>,
}

impl Windows {
    /// The lines around a place; none when the file cannot be read any more.
    pub(super) fn draw(&mut self, place: &Place) -> Vec<Line> {
        self.text(place)
            .map_or_else(Vec::new, |text| text.draw(place))
    }

    /// The columns that the carets would cover, in characters from 1.
    pub(super) fn columns(&mut self, place: &Place) -> Option<Range<usize>> {
        let source = &self.text(place)?.source;
        let line = source.line(place.line)?;
        let at = extent(source, &line, place);
        let column = |at: usize| source.line_and_column(line.start + at).1;
        Some(column(at.start)..column(at.end))
    }

    fn text(&mut self, place: &Place) -> Option<&mut Text> {
        let read = || Source::read(Path::new(&place.file)).ok().map(Text::new);
        self.texts
            .entry(place.file.clone())
            .or_insert_with(read)
            .as_mut()
    }
}

impl Text {
    fn new(source: Source) -> Self {
        Text {
            source,
            stops: HashMap::new(),
        }
    }

    fn draw(&mut self, place: &Place) -> Vec<Line> {
        let long = |line: &str| line.len() > LONGEST;
        let source = &self.source;
        let Some(target) = source.line(place.line) else {
            return Vec::new();
        };
        let at = extent(source, &target, place);
        let target = &source.text()[target];
        let first = place.line.saturating_sub(BEFORE).max(1);
        let before = (first..place.line)
            .filter_map(|number| Some((number, &source.text()[source.line(number)?])))
            .filter(|(_, line)| !long(target) && !long(line));
        let mut drawn: Vec<_> = before
            .map(|(number, line)| Line {
                number,
                text: visible(&mask(line, 0..0).0),
                carets: None,
            })
            .collect();
        drawn.push(if target.len() <= STRETCH {
            let (line, at) = mask(target, at);
            underlined(place.line, &line, at, (false, false))
        } else {
            // It cannot be shown whole, and may be long.
            let at = at.start..boundary(target, at.end.min(at.start + STRETCH));
            let stops = self.stops.entry(place.line);
            let stops = stops.or_insert_with(|| stops_of(target));
            let part = around(target, &at, stops);
            let (line, at) = mask(
                &target[part.clone()],
                at.start - part.start..at.end - part.start,
            );
            let cut = (part.start > 0, part.end < target.len());
            underlined(place.line, &line, at, cut)
        });
        drawn
    }
}

/// Where, at most about every [`STRETCH`] bytes, a look for the scalars of a line can begin.
fn stops_of(line: &str) -> Vec<usize> {
    let mut stops = vec![0];
    let mut last = 0;
    for (_, range) in scalars(line) {
        if range.end - last >= STRETCH {
            last = range.end;
            stops.push(last);
        }
    }
    stops
}

/// The part of a line that is masked and drawn: of whole scalars, and with at least as much on both
/// sides of the bytes `at` as can be shown.
fn around(line: &str, at: &Range<usize>, stops: &[usize]) -> Range<usize> {
    let next = stops.partition_point(|stop| *stop <= at.start);
    // What is masked is short, so that one stretch may not be enough.
    let enough = |stop: &&usize| mask(&line[**stop..at.start], 0..0).0.len() > KEPT;
    let start = stops[..next].iter().rev().find(enough).unwrap_or(&0);
    let mut shown = 0;
    let mut end = *start;
    for (key, range) in scalars(&line[*start..]) {
        let (begin, scalar_end) = (start + range.start, start + range.end);
        if end > at.end && shown > LONGEST {
            return *start..end;
        }
        if scalar_end > at.start {
            let is_masked = secret(key, &line[begin..scalar_end]);
            shown += begin.saturating_sub(end.max(at.start));
            shown += if is_masked {
                MASK.len()
            } else {
                scalar_end - begin
            };
        }
        end = scalar_end;
    }
    *start..line.len()
}

/// Cuts a long line around the bytes `at`, and turns them into columns; `cut` says whether it is
/// the part of a line of which there is more, before and after.
fn underlined(number: usize, line: &str, at: Range<usize>, cut: (bool, bool)) -> Line {
    let (mut start, mut end) = (0, line.len());
    if line.len() > LONGEST || cut.0 || cut.1 {
        start = boundary(line, at.start.saturating_sub(KEPT));
        end = boundary(line, (start + LONGEST).min(line.len()));
    }
    let (more_before, more_after) = (start > 0 || cut.0, end < line.len() || cut.1);
    let at = at.start..at.end.clamp(at.start, end);
    let before = (if more_before { "…" } else { "" }).to_owned() + &visible(&line[start..at.start]);
    let here = visible(&line[at.clone()]);
    let after = visible(&line[at.end..end]) + if more_after { "…" } else { "" };
    let from = before.width();
    Line {
        number,
        carets: Some(from..from + here.width().max(1)),
        text: before + &here + &after,
    }
}

/// The nearest place at or before a byte where a line can be cut.
fn boundary(line: &str, at: usize) -> usize {
    (0..=at)
        .rev()
        .find(|at| line.is_char_boundary(*at))
        .unwrap_or(0)
}

/// The bytes of what begins at a column: in JSON the key with a scalar value or with the bracket
/// that opens it, in YAML the rest of the line.
fn extent(source: &Source, line: &Range<usize>, place: &Place) -> Range<usize> {
    let start = source
        .byte_at(place.line, place.column)
        .map_or(line.len(), |at| at - line.start);
    let line = &source.text()[line.clone()];
    let rest = &line[start..];
    let length = match rest.as_bytes().first() {
        Some(b'"') => {
            let key = string(rest);
            let value = rest[key..]
                .trim_start()
                .strip_prefix(':')
                .map(str::trim_start);
            value.map_or(key, |value| rest.len() - value.len() + scalar(value))
        }
        Some(b'{' | b'[') => 1,
        _ => rest.trim_end().trim_end_matches(',').len(),
    };
    start..start + length
}

/// The length of the JSON scalar, or of the bracket, that begins the text.
fn scalar(text: &str) -> usize {
    match text.as_bytes().first() {
        Some(b'"') => string(text),
        Some(b'{' | b'[') => 1,
        _ => text
            .find([',', '}', ']'])
            .unwrap_or(text.len())
            .min(text.trim_end().len()),
    }
}

/// The length of the JSON string that begins the text, quotes included.
fn string(text: &str) -> usize {
    string_end(text.as_bytes(), 1).unwrap_or(text.len())
}

/// The line with its secrets masked, and where the bytes `at` are in it now.
fn mask(line: &str, at: Range<usize>) -> (String, Range<usize>) {
    let mut masked = String::with_capacity(line.len());
    let mut shown = String::new();
    let mut moved = at.clone();
    let mut done = 0;
    for (key, range) in scalars(line) {
        if !secret(key, &line[range.clone()]) {
            continue;
        }
        for (edge, moved) in [(at.start, &mut moved.start), (at.end, &mut moved.end)] {
            if edge >= range.end {
                *moved = *moved + MASK.len() - range.len();
            }
        }
        masked += &line[done..range.start];
        shown += &line[done..range.start];
        masked += MASK;
        done = range.end;
    }
    masked += &line[done..];
    shown += &line[done..];
    // What is a secret as it stands, in no string: a line of plain text.
    if !redact::scan(&Value::String(shown)).is_empty() {
        return (MASK.to_owned(), 0..MASK.len());
    }
    (masked, moved)
}

/// The scalars on a line of JSON, each with its key where that stands on the same line.
fn scalars(line: &str) -> impl Iterator<Item = (Option<&str>, Range<usize>)> {
    let mut at = 0;
    std::iter::from_fn(move || {
        let start = at + line[at..].find('"')?;
        let end = start + string(&line[start..]);
        let value = line[end..].trim_start().strip_prefix(':');
        Some(match value.map(str::trim_start) {
            None => {
                at = end;
                (None, start..end)
            }
            Some(value) => {
                let begin = line.len() - value.len();
                at = begin + scalar(value);
                (Some(&line[start..end]), begin..at)
            }
        })
    })
}

fn secret(key: Option<&str>, scalar: &str) -> bool {
    let read =
        |text: &str| serde_json::from_str(text).unwrap_or_else(|_| Value::String(text.to_owned()));
    match key.map(read) {
        Some(Value::String(key)) => {
            // Such a text may be long, and is masked whatever it is.
            (OPAQUE.contains(&key.as_str()) && is_string(scalar))
                || !redact::scan(&json!({ key: read(scalar) })).is_empty()
        }
        _ => !redact::scan(&read(scalar)).is_empty(),
    }
}

/// Whether a scalar is read as a string: as one that it is, or because it is nothing else.
fn is_string(scalar: &str) -> bool {
    scalar.starts_with('"') || serde_json::from_str::<IgnoredAny>(scalar).is_err()
}

/// Control characters as escapes: a recording must not steer the terminal.
pub(super) fn visible(text: &str) -> String {
    let shown = |c: char| {
        if c.is_control() {
            c.escape_default().to_string()
        } else {
            c.to_string()
        }
    };
    text.chars().map(shown).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(line: usize, column: usize) -> Place {
        Place {
            file: String::new(),
            line,
            column,
            pointer: String::new(),
        }
    }

    fn lines(text: &str, place: &Place) -> Vec<Line> {
        Text::new(Source::new("", text.to_owned())).draw(place)
    }

    /// The lines of a window, carets below the last.
    fn drawn(text: &str, line: usize, column: usize) -> String {
        let mut out = String::new();
        for line in lines(text, &place(line, column)) {
            out += &format!("{}|{}\n", line.number, line.text);
            if let Some(carets) = line.carets {
                out += &format!(
                    " |{}{}\n",
                    " ".repeat(carets.start),
                    "^".repeat(carets.len())
                );
            }
        }
        out
    }

    #[test]
    fn carets_stand_under_a_json_member() {
        assert_eq!(
            drawn("{\n  \"a\": 1,\n  \"b\": [2]\n}", 2, 3),
            "1|{\n2|  \"a\": 1,\n |  ^^^^^^\n"
        );
    }

    #[test]
    fn carets_stand_under_the_bracket_that_opens_a_value() {
        assert_eq!(drawn("  \"b\": [2]", 1, 3), "1|  \"b\": [2]\n |  ^^^^^^\n");
    }

    #[test]
    fn carets_stand_under_the_rest_of_a_yaml_line() {
        assert_eq!(
            drawn("a:\n  type: string  ", 2, 3),
            "1|a:\n2|  type: string  \n |  ^^^^^^^^^^^^\n"
        );
    }

    #[test]
    fn carets_count_wide_characters_twice() {
        assert_eq!(
            drawn("{\"字\": 1, \"b\": 2}", 1, 11),
            "1|{\"字\": 1, \"b\": 2}\n |           ^^^^^^\n"
        );
    }

    #[test]
    fn a_password_is_masked_and_the_carets_follow() {
        let line = r#"{"password": "hunter2hunter2", "b": 2}"#;
        assert_eq!(
            drawn(line, 1, 32),
            "1|{\"password\": \"•••\", \"b\": 2}\n |                    ^^^^^^\n"
        );
    }

    #[test]
    fn the_masked_value_itself_has_carets_of_its_shown_width() {
        let line = r#"{"password": "hunter2hunter2"}"#;
        assert_eq!(
            drawn(line, 1, 2),
            "1|{\"password\": \"•••\"}\n | ^^^^^^^^^^^^^^^^^\n"
        );
    }

    #[test]
    fn the_text_of_a_body_that_did_not_parse_is_masked() {
        assert_eq!(
            drawn(r#""text": "{\"realm\": oops""#, 1, 1),
            "1|\"text\": \"•••\"\n |^^^^^^^^^^^^^\n"
        );
    }

    #[test]
    fn a_password_that_is_a_number_is_masked() {
        assert_eq!(
            drawn("\"password\": 8675309, \"b\": 2", 1, 22),
            "1|\"password\": \"•••\", \"b\": 2\n |                   ^^^^^^\n"
        );
    }

    #[test]
    fn a_secret_on_a_neighbouring_line_is_masked() {
        assert!(
            drawn("\"password\": \"hunter2hunter2\"\n\"b\": 2", 2, 1)
                .starts_with("1|\"password\": \"•••\"\n")
        );
    }

    #[test]
    fn a_secret_in_plain_text_hides_its_line() {
        assert_eq!(
            drawn(&format!("use nss_{} now", "a1B2".repeat(14)), 1, 1),
            "1|\"•••\"\n |^^^^^\n"
        );
    }

    #[test]
    fn a_long_line_is_cut_at_both_sides() {
        let line = format!(
            "{{{}\"here\": 1{}}}",
            "\"a\": 1, ".repeat(100),
            ", \"a\": 1".repeat(100)
        );
        let shown = &lines(&line, &place(1, 802))[0];
        assert!(shown.text.starts_with('…') && shown.text.ends_with('…'));
        assert!(shown.text.chars().count() <= LONGEST + 2);
        let carets = shown.carets.clone().expect("the place is on this line");
        assert_eq!(
            shown
                .text
                .chars()
                .skip(carets.start)
                .take(carets.len())
                .collect::<String>(),
            "\"here\": 1"
        );
    }

    #[test]
    fn of_a_line_of_a_megabyte_only_the_part_around_the_place_is_looked_through() {
        let line = format!(
            "{{{}}}",
            r#""a": "b", "password": "hunter2hunter2", "#.repeat(30_000)
        );
        let stops = stops_of(&line);
        // Places are not looked for from the beginning of the line, and there are not many stops.
        assert!(stops.len() <= line.len() / STRETCH + 1, "{}", stops.len());
        for at in (1..line.len()).step_by(100_003) {
            let at = boundary(&line, at);
            let part = around(&line, &(at..at), &stops);
            assert!(
                part.contains(&at) && part.len() <= 3 * STRETCH,
                "{part:?} around {at}"
            );
        }
    }

    #[test]
    fn control_characters_do_not_reach_the_terminal() {
        assert_eq!(drawn("\u{1b}[2J", 1, 1), "1|\\u{1b}[2J\n |^^^^^^^^^\n");
    }

    #[test]
    fn a_line_that_does_not_exist_draws_nothing() {
        assert_eq!(drawn("{}", 7, 1), "");
    }
}
