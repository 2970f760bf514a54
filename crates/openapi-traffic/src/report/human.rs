//! The report for a terminal: equal findings grouped, each group with an excerpt of the spec and
//! one of a recording.

use std::fmt::Write;

use super::model::{Outcome, Report, Reported, groups};
use super::window::{Kind, Line, Windows};
use crate::codes::Severity;
use crate::count::count;
use crate::finding::Finding;
use crate::visible::visible;
use anstyle::{AnsiColor, Style};
use located::Place;

/// How many places of a group are listed besides the one that is drawn.
const LISTED: usize = 3;

const STRONG: Style = Style::new().bold();
const RED: Style = AnsiColor::BrightRed.on_default().bold();
const YELLOW: Style = AnsiColor::Yellow.on_default().bold();
const GREEN: Style = AnsiColor::Green.on_default().bold();
const BLUE: Style = AnsiColor::BrightBlue.on_default().bold();

pub(super) fn render(report: &Report) -> String {
    let mut out = String::new();
    let mut windows = Windows::new(report);
    for group in groups(&report.findings) {
        finding(&mut out, &mut windows, &group);
    }
    for skipped in &report.skipped {
        line(
            &mut out,
            format_args!("{YELLOW}skipped{YELLOW:#}: {skipped}"),
        );
    }
    for unchecked in &report.unchecked {
        line(
            &mut out,
            format_args!(
                "{YELLOW}not validated{YELLOW:#}: {}",
                visible(&unchecked.to_string())
            ),
        );
    }
    for problem in &report.problems {
        line(
            &mut out,
            format_args!("{RED}could not validate{RED:#}: {problem}"),
        );
    }
    if let Some(coverage) = &report.coverage {
        for row in coverage.render().lines() {
            line(&mut out, format_args!("{}", visible(row)));
        }
        out.push('\n');
    }
    summary(&mut out, report);
    out
}

fn finding(out: &mut String, windows: &mut Windows, group: &[&Reported]) {
    let Reported { id, name, finding } = group[0];
    heading(out, finding, group.len());
    let gutter = places(out, windows, finding);
    if let Some(before) = &finding.before {
        note(out, gutter, &format!("compared with {}", at(before)));
    }
    let others: Vec<_> = group[1..]
        .iter()
        .filter_map(|it| it.finding.recording.as_ref().or(it.finding.spec.as_deref()))
        .collect();
    for other in others.iter().take(LISTED) {
        note(out, gutter, &format!("also at {}", at(other)));
    }
    if others.len() > LISTED {
        note(out, gutter, &format!("and {} more", others.len() - LISTED));
    }
    note(out, gutter, &format!("id {id}, {name}"));
    out.push('\n');
}

/// What is wrong, and how often.
fn heading(out: &mut String, finding: &Finding, times: usize) {
    let style = match finding.severity {
        Severity::Error => RED,
        Severity::Warning => YELLOW,
    };
    let times = match times {
        1 => String::new(),
        times => format!("  ×{times}"),
    };
    let of = match &finding.exchange {
        Some(exchange) => format!("{exchange}: "),
        None => String::new(),
    };
    let message = &finding.message;
    line(
        out,
        format_args!(
            "{style}{}[{}]{style:#}{STRONG}: {of}{message}{STRONG:#}{times}",
            finding.severity.word(),
            finding.code
        ),
    );
}

/// The places in the document and in the recording, each with the lines around it. Returns the
/// width of the line numbers.
fn places(out: &mut String, windows: &mut Windows, finding: &Finding) -> usize {
    let reported = finding.reported_key();
    let recording = Kind::Recording(reported.as_deref());
    let parts = [
        (
            finding.spec.as_deref(),
            None,
            Kind::Document,
            "expected",
            &finding.expected,
        ),
        (
            finding.recording.as_ref(),
            finding.byte,
            recording,
            "seen",
            &finding.seen,
        ),
    ];
    let drawn: Vec<_> = parts
        .into_iter()
        .filter_map(|(place, byte, kind, label, text)| {
            place.map(|place| (place, windows.draw(place, byte, kind), label, text))
        })
        .collect();
    let last = drawn
        .iter()
        .flat_map(|(_, lines, ..)| lines)
        .map(|line| line.number)
        .max()
        .unwrap_or(0);
    let gutter = last.to_string().len();
    for (index, (place, lines, label, text)) in drawn.iter().enumerate() {
        // As rustc does: an arrow at the first file, dots at the second.
        let arrow = if index == 0 { "-->" } else { ":::" };
        line(
            out,
            format_args!("{:gutter$}{BLUE}{arrow}{BLUE:#} {}", "", at(place)),
        );
        window(out, gutter, lines, &format!("{label} {text}"));
    }
    for (place, .., label, text) in parts {
        if place.is_none() && !text.is_empty() {
            note(out, gutter, &format!("{label} {text}"));
        }
    }
    gutter
}

fn at(place: &Place) -> String {
    let Place {
        file,
        line,
        column,
        pointer,
    } = place;
    format!("{file}:{line}:{column}  (#{pointer})")
}

fn window(out: &mut String, gutter: usize, lines: &[Line], label: &str) {
    if lines.is_empty() {
        return note(out, gutter, label);
    }
    line(out, format_args!("{:gutter$} {BLUE}|{BLUE:#}", ""));
    for Line {
        number,
        text,
        carets,
    } in lines
    {
        line(
            out,
            format_args!("{BLUE}{number:>gutter$} |{BLUE:#} {text}"),
        );
        if let Some(carets) = carets {
            let (indent, carets) = (" ".repeat(carets.start), "^".repeat(carets.len()));
            line(
                out,
                format_args!(
                    "{:gutter$} {BLUE}|{BLUE:#} {indent}{RED}{carets} {label}{RED:#}",
                    ""
                ),
            );
        }
    }
    line(out, format_args!("{:gutter$} {BLUE}|{BLUE:#}", ""));
}

fn note(out: &mut String, gutter: usize, text: &str) {
    line(out, format_args!("{:gutter$} {BLUE}={BLUE:#} {text}", ""));
}

fn summary(out: &mut String, report: &Report) {
    let s = &report.summary;
    let found = format!(
        "{}, {}",
        count(s.errors, "error"),
        count(s.warnings, "warning")
    );
    let (style, verdict) = match report.outcome {
        Outcome::Clean => (GREEN, "clean".to_owned()),
        Outcome::Findings => (RED, found),
        Outcome::NotValidated => (RED, format!("could not validate everything; {found}")),
    };
    let some = |text: String, number: usize| if number > 0 { text } else { String::new() };
    let negatives = some(
        format!(" and {}", count(s.negatives, "negative example")),
        s.negatives,
    );
    let operations = some(
        format!(
            ", {} of {} seen",
            s.operations_seen,
            count(s.operations, "operation")
        ),
        s.operations,
    );
    let corrections = some(
        format!(", {}", count(s.corrections, "correction")),
        s.corrections,
    );
    let relations = some(format!(", {}", count(s.relations, "relation")), s.relations);
    line(
        out,
        format_args!(
            "{style}{verdict}{style:#}: {}{negatives}{operations}{corrections}{relations}; {} \
             skipped, {} in the baseline; {:.2} s",
            count(s.exchanges, "exchange"),
            s.skipped,
            s.suppressed,
            report.elapsed.as_secs_f64()
        ),
    );
}

fn line(out: &mut String, text: std::fmt::Arguments<'_>) {
    let line = text.to_string();
    // Writing to a string does not fail.
    let _ = writeln!(out, "{}", line.trim_end());
}
