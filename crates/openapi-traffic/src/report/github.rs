//! Annotations of GitHub Actions: one line per finding.

use super::model::Report;
use located::Place;

pub(super) fn render(report: &Report) -> String {
    let mut out = String::new();
    for problem in &report.problems {
        out += &annotation("error", None, "could not validate", problem);
    }
    for it in &report.findings {
        let finding = &it.finding;
        let also = |what: &str, place: &Place| {
            format!(
                "\n{what}: {}:{} (#{})",
                place.file, place.line, place.pointer
            )
        };
        let mut elsewhere = match (&finding.recording, &finding.spec) {
            (Some(_), Some(spec)) => also("spec", spec),
            _ => String::new(),
        };
        if let Some(before) = &finding.before {
            elsewhere += &also("compared with", before);
        }
        let of = match &finding.exchange {
            Some(exchange) => format!("\nin: {exchange}"),
            None => String::new(),
        };
        let message = format!(
            "{}{of}\nexpected: {}\nseen: {}{elsewhere}",
            finding.message, finding.expected, finding.seen
        );
        let title = format!("{} {}", finding.code, it.name);
        out += &annotation(
            finding.severity.word(),
            finding.recording.as_ref().or(finding.spec.as_ref()),
            &title,
            &message,
        );
    }
    out
}

fn annotation(level: &str, place: Option<&Place>, title: &str, message: &str) -> String {
    let place = place.map_or_else(
        String::new,
        |Place {
             file, line, column, ..
         }| format!("file={},line={line},col={column},", property(file)),
    );
    format!(
        "::{level} {place}title={}::{}\n",
        property(title),
        data(message)
    )
}

/// Escapes the message, after `::`.
fn data(text: &str) -> String {
    text.replace('%', "%25")
        .replace('\r', "%0D")
        .replace('\n', "%0A")
}

/// Escapes a property, between `::error ` and `::`.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}
