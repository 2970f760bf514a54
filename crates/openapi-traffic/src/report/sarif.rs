//! The report as SARIF 2.1.0, for code scanning services.

use located::Place;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use rayon::prelude::*;
use serde::{Serialize, Serializer};

use super::model::{Outcome, Report, Reported};
use super::window::Windows;
use crate::codes::Rule;

/// How many results are written at once.
const CHUNK: usize = 256;

pub(super) fn render(report: &Report) -> anyhow::Result<String> {
    let problems = report.problems.iter().map(|problem| Notification {
        level: "error",
        message: text(problem),
    });
    let skipped = report.skipped.iter().map(|it| Notification {
        level: "note",
        message: text(format!("skipped {it}")),
    });
    let unchecked = report.unchecked.iter().map(|it| Notification {
        level: "note",
        message: text(format!("not validated: {it}")),
    });
    let log = Log {
        schema: "https://json.schemastore.org/sarif-2.1.0.json",
        version: "2.1.0",
        runs: [Run {
            tool: Tool {
                driver: Driver {
                    name: report.tool.name,
                    semantic_version: report.tool.version,
                    rules: report.tool.rules.all().iter().map(|it| rule(it)).collect(),
                },
            },
            column_kind: "unicodeCodePoints",
            invocations: [Invocation {
                execution_successful: report.outcome != Outcome::NotValidated,
                tool_execution_notifications: problems.chain(skipped).chain(unchecked).collect(),
            }],
            results: [],
        }],
    };
    // The results are last, and are written on all threads.
    const END: &str = "]}]}";
    let mut all = serde_json::to_string(&log)?;
    all.truncate(all.len() - END.len());
    all.push_str(&results(report)?.join(","));
    Ok(all + END + "\n")
}

#[derive(Serialize)]
struct Log<'r> {
    #[serde(rename = "$schema")]
    schema: &'static str,
    version: &'static str,
    runs: [Run<'r>; 1],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Run<'r> {
    tool: Tool<'r>,
    column_kind: &'static str,
    invocations: [Invocation; 1],
    results: [SarifResult<'r>; 0],
}

#[derive(Serialize)]
struct Tool<'r> {
    driver: Driver<'r>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Driver<'r> {
    name: &'r str,
    semantic_version: &'r str,
    rules: Vec<ReportingDescriptor>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ReportingDescriptor {
    id: &'static str,
    name: &'static str,
    short_description: Message,
    full_description: Message,
    help: Message,
    default_configuration: Configuration,
}

#[derive(Serialize)]
struct Configuration {
    level: &'static str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Invocation {
    execution_successful: bool,
    tool_execution_notifications: Vec<Notification>,
}

#[derive(Serialize)]
struct Notification {
    level: &'static str,
    message: Message,
}

#[derive(Serialize)]
struct Message {
    text: String,
}

/// A result: one finding.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct SarifResult<'r> {
    rule_id: &'static str,
    level: &'static str,
    message: Message,
    locations: Vec<Location<'r>>,
    partial_fingerprints: Fingerprints<'r>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    related_locations: Vec<Location<'r>>,
}

#[derive(Serialize)]
struct Fingerprints<'r> {
    #[serde(rename = "finding/v1")]
    id: &'r str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Location<'r> {
    physical_location: PhysicalLocation<'r>,
    logical_locations: [LogicalLocation<'r>; 1],
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<Message>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct PhysicalLocation<'r> {
    artifact_location: ArtifactLocation<'r>,
    region: Region,
}

#[derive(Serialize)]
struct ArtifactLocation<'r> {
    uri: Uri<'r>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Region {
    start_line: usize,
    start_column: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    end_line: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    end_column: Option<usize>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct LogicalLocation<'r> {
    fully_qualified_name: Pointer<'r>,
}

/// A JSON pointer as the fragment of a URI.
struct Pointer<'r>(&'r str);

impl Serialize for Pointer<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&format_args!("#{}", self.0))
    }
}

fn text(text: impl Into<String>) -> Message {
    Message { text: text.into() }
}

fn rule(rule: &'static Rule) -> ReportingDescriptor {
    ReportingDescriptor {
        id: rule.code,
        name: rule.name,
        short_description: text(rule.title),
        full_description: text(rule.explanation),
        help: text(rule.explanation),
        default_configuration: Configuration {
            level: rule.severity.word(),
        },
    }
}

/// The results as JSON, some of them in each string.
fn results<'r>(report: &'r Report) -> serde_json::Result<Vec<String>> {
    let mut windows = Windows::new(report);
    let ends: Vec<_> = report
        .findings
        .iter()
        .map(|Reported { finding, .. }| {
            let mut end = |place: Option<&'r Place>| place.and_then(|it| windows.end(it));
            Ends {
                spec: end(finding.spec.as_deref()),
                before: end(finding.before.as_ref()),
                recording: finding.end.or_else(|| end(finding.recording.as_ref())),
            }
        })
        .collect();
    let (findings, ends) = (report.findings.par_chunks(CHUNK), ends.par_chunks(CHUNK));
    findings
        .zip(ends)
        .map(|(findings, ends)| {
            let results = findings.iter().zip(ends);
            let results: Vec<_> = results.map(|(it, ends)| result(report, it, ends)).collect();
            let all = serde_json::to_string(&results)?;
            Ok(all[1..all.len() - 1].to_owned())
        })
        .collect()
}

/// The columns behind the places of a finding.
struct Ends {
    spec: Option<usize>,
    before: Option<usize>,
    recording: Option<usize>,
}

fn result<'r>(report: &'r Report, it: &'r Reported, ends: &Ends) -> SarifResult<'r> {
    let finding = &it.finding;
    let at = |place: Option<&'r Place>, end| Some(location(report, place?, end));
    let spec = at(finding.spec.as_deref(), ends.spec);
    let before = at(finding.before.as_ref(), ends.before);
    let recording = at(finding.recording.as_ref(), ends.recording);
    let (primary, related) = match recording {
        Some(recording) => (Some(recording), spec),
        None => (spec, None),
    };
    let of = match &finding.exchange {
        Some(exchange) => format!("{exchange}: "),
        None => String::new(),
    };
    let message = format!(
        "{of}{}; expected {}, seen {}",
        finding.message, finding.expected, finding.seen
    );
    let before = before.map(|location| Location {
        id: Some(2),
        message: Some(text("the earlier exchange")),
        ..location
    });
    let related = related.map(|location| Location {
        id: Some(1),
        message: Some(text("what the spec says")),
        ..location
    });
    SarifResult {
        rule_id: finding.code,
        level: finding.severity.word(),
        message: text(message),
        locations: primary.into_iter().collect(),
        partial_fingerprints: Fingerprints { id: &it.id },
        related_locations: related.into_iter().chain(before).collect(),
    }
}

fn location<'r>(report: &'r Report, place: &'r Place, end: Option<usize>) -> Location<'r> {
    Location {
        physical_location: PhysicalLocation {
            artifact_location: ArtifactLocation {
                uri: Uri(report.address(&place.file)),
            },
            region: Region {
                start_line: place.line,
                start_column: place.column,
                end_line: end.map(|_| place.line),
                end_column: end,
            },
        },
        logical_locations: [LogicalLocation {
            fully_qualified_name: Pointer(&place.pointer),
        }],
        id: None,
        message: None,
    }
}

/// A path, serialized as a URI reference.
struct Uri<'r>(&'r str);

impl Serialize for Uri<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        /// The characters that need no encoding in a path.
        const KEPT: &AsciiSet = &NON_ALPHANUMERIC
            .remove(b'-')
            .remove(b'.')
            .remove(b'_')
            .remove(b'~')
            .remove(b'/');
        let scheme = if self.0.starts_with('/') {
            "file://"
        } else {
            ""
        };
        let path = utf8_percent_encode(self.0, KEPT);
        serializer.collect_str(&format_args!("{scheme}{path}"))
    }
}
