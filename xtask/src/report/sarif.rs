//! SARIF 2.1.0, as code scanning services take it.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Value, json};

use super::window::Windows;
use super::{Outcome, Report, Reported};
use crate::codes::CODES;
use located::Place;

pub(super) fn render(report: &Report) -> anyhow::Result<String> {
    let rules: Vec<_> = CODES
        .iter()
        .map(|code| {
            json!({
                "id": code.code,
                "name": code.name,
                "shortDescription": {"text": code.title},
                "fullDescription": {"text": code.explanation},
                "help": {"text": code.explanation},
                "defaultConfiguration": {"level": code.severity.word()},
            })
        })
        .collect();
    let notifications: Vec<_> = report
        .problems
        .iter()
        .map(|problem| json!({"level": "error", "message": {"text": problem}}))
        .collect();
    let skipped = report
        .skipped
        .iter()
        .map(|it| json!({"level": "note", "message": {"text": format!("skipped {it}")}}));
    let mut windows = Windows::default();
    let log = json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": {"driver": {"name": "cargo xtask validate", "semanticVersion": env!("CARGO_PKG_VERSION"), "rules": rules}},
            "columnKind": "unicodeCodePoints",
            "invocations": [{
                "executionSuccessful": report.outcome != Outcome::NotJudged,
                "toolExecutionNotifications": notifications.into_iter().chain(skipped).collect::<Vec<_>>(),
            }],
            "results": report.findings.iter().map(|it| result(it, &mut windows)).collect::<Vec<_>>(),
        }],
    });
    Ok(serde_json::to_string_pretty(&log)? + "\n")
}

fn result(it: &Reported, windows: &mut Windows) -> Value {
    let finding = &it.finding;
    let (primary, related) = match (&finding.recording, &finding.spec) {
        (Some(recording), spec) => (Some(recording), spec.as_ref()),
        (None, spec) => (spec.as_ref(), None),
    };
    let mut result = json!({
        "ruleId": finding.code,
        "level": finding.severity.word(),
        "message": {"text": format!("{}; expected {}, seen {}", finding.message, finding.expected, finding.seen)},
        "locations": primary.map(|place| location(place, windows)).into_iter().collect::<Vec<_>>(),
        "partialFingerprints": {"finding/v1": it.id},
    });
    if let Some(place) = related {
        let mut location = location(place, windows);
        location["id"] = 1.into();
        location["message"] = json!({"text": "what the spec says"});
        result["relatedLocations"] = json!([location]);
    }
    result
}

fn location(place: &Place, windows: &mut Windows) -> Value {
    let mut region = json!({"startLine": place.line, "startColumn": place.column});
    if let Some(columns) = windows.columns(place) {
        region["endLine"] = place.line.into();
        region["endColumn"] = columns.end.into();
    }
    json!({
        "physicalLocation": {
            "artifactLocation": {"uri": uri(&place.file)},
            "region": region,
        },
        "logicalLocations": [{"fullyQualifiedName": format!("#{}", place.pointer)}],
    })
}

/// A path as a URI reference.
fn uri(path: &str) -> String {
    /// What a path may hold as it is.
    const KEPT: &AsciiSet = &NON_ALPHANUMERIC
        .remove(b'-')
        .remove(b'.')
        .remove(b'_')
        .remove(b'~')
        .remove(b'/');
    let scheme = if path.starts_with('/') { "file://" } else { "" };
    format!("{scheme}{}", utf8_percent_encode(path, KEPT))
}
