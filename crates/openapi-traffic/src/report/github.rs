//! Annotations of GitHub Actions: one line per finding.

use std::fmt::{self, Write};

use super::model::{Report, Reported};
use located::Place;

pub(super) fn render(report: &Report) -> String {
    let mut out = String::new();
    // Writing to a string does not fail.
    let _ = annotations(&mut out, report);
    out
}

fn annotations(out: &mut String, report: &Report) -> fmt::Result {
    for problem in &report.problems {
        begin(out, "error", None)?;
        property(out).write_str("could not validate")?;
        out.push_str("::");
        data(out).write_str(problem)?;
        out.push('\n');
    }
    for it in &report.findings {
        let finding = &it.finding;
        let place = finding.recording.as_ref().or(finding.spec.as_deref());
        begin(out, finding.severity.word(), place)?;
        write!(property(out), "{} {}", finding.code, it.name)?;
        out.push_str("::");
        message(&mut data(out), it)?;
        out.push('\n');
    }
    Ok(())
}

/// An annotation up to its title.
fn begin(out: &mut String, level: &str, place: Option<&Place>) -> fmt::Result {
    write!(out, "::{level} ")?;
    if let Some(place) = place {
        out.push_str("file=");
        property(out).write_str(&place.file)?;
        write!(out, ",line={},col={},", place.line, place.column)?;
    }
    out.write_str("title=")
}

fn message(out: &mut impl Write, it: &Reported) -> fmt::Result {
    let finding = &it.finding;
    out.write_str(&finding.message)?;
    if let Some(exchange) = &finding.exchange {
        write!(out, "\nin: {exchange}")?;
    }
    write!(
        out,
        "\nexpected: {}\nseen: {}",
        finding.expected, finding.seen
    )?;
    let spec = finding.spec.as_deref();
    let places = [
        ("spec", spec.filter(|_| finding.recording.is_some())),
        ("compared with", finding.before.as_ref()),
    ];
    for (what, place) in places {
        if let Some(place) = place {
            let Place {
                file,
                line,
                pointer,
                ..
            } = place;
            write!(out, "\n{what}: {file}:{line} (#{pointer})")?;
        }
    }
    Ok(())
}

/// Escapes the message, after `::`.
fn data(out: &mut String) -> Escaped<'_> {
    let escapes = &[(b'%', "%25"), (b'\r', "%0D"), (b'\n', "%0A")];
    Escaped { out, escapes }
}

/// Escapes a property, between `::error ` and `::`.
fn property(out: &mut String) -> Escaped<'_> {
    let escapes = &[
        (b'%', "%25"),
        (b'\r', "%0D"),
        (b'\n', "%0A"),
        (b':', "%3A"),
        (b',', "%2C"),
    ];
    Escaped { out, escapes }
}

/// A string to which some ASCII characters are written as escapes.
struct Escaped<'o> {
    out: &'o mut String,
    escapes: &'static [(u8, &'static str)],
}

impl Write for Escaped<'_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        // All bytes are looked at, not only those before the first: several at once.
        let may_be_one = |byte| matches!(byte, b'%' | b'\r' | b'\n' | b':' | b',');
        if !text.bytes().fold(false, |any, byte| any | may_be_one(byte)) {
            self.out.push_str(text);
            return Ok(());
        }
        let mut done = 0;
        for (at, byte) in text.bytes().enumerate() {
            if let Some((_, escape)) = self.escapes.iter().find(|(it, _)| *it == byte) {
                self.out.push_str(&text[done..at]);
                self.out.push_str(escape);
                done = at + 1;
            }
        }
        self.out.push_str(&text[done..]);
        Ok(())
    }
}
