//! Vendor facts: statements about the vendor's documents, so that a correction is removed when the
//! vendor fixes the bug.
//!
//! The documents themselves are not ours to publish. `vendor-facts.yaml`, in the folder of the
//! corrections, contains only what the corrections depend on:
//!
//! ```yaml
//! - correction: operation-ids                # the `id` of the correction that this shows
//!   in: [v231, v45]                          # the versions of which it is true
//!   at: /paths/~1connections/get             # a JSON pointer into the vendor's document
//!   lacks: [operationId]                     # keys that are not there
//!   ours: /paths/~1connections/get           # where the same statement must be false in our spec
//! - correction: …
//!   in: [v45]
//!   at: /components/schemas/…
//!   has: {type: string}                      # members with these values; a list: keys or items
//! - correction: …
//!   in: [v45]
//!   at: /paths/…/description
//!   mentions: voicemail                      # a word in a string
//! ```
//!
//! Two things are checked. Always: each version that a correction names, and for which there are
//! any facts, has a fact for the correction, and that fact is not true of our spec. With `--vendor
//! DIR`, a folder with `connections-<version>.json`: the facts are true.

use std::collections::BTreeSet;
use std::path::Path;

use anyhow::Context;
use serde::Deserialize;
use serde_json::{Map, Value};

use openapi_traffic::Finding;

use crate::codes::Code;
use crate::corrections::{Correction, Corrections};
use located::{Document, Source};

/// The rows of a file of vendor facts.
#[derive(Debug)]
pub struct Facts {
    document: Document,
    rows: Vec<Row>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    correction: String,
    r#in: Vec<String>,
    at: String,
    has: Option<Members>,
    #[serde(default)]
    lacks: Vec<String>,
    mentions: Option<String>,
    ours: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum Members {
    Names(Vec<String>),
    Values(Map<String, Value>),
}

impl Facts {
    /// Parses the file.
    ///
    /// # Errors
    /// The file is not a list of rows, or a row states nothing.
    pub fn load(source: Source) -> anyhow::Result<Self> {
        let document = Document::parse(source)?;
        let rows: Vec<Row> = document.typed()?;
        if let Some(index) = rows
            .iter()
            .position(|row| row.has.is_none() && row.lacks.is_empty() && row.mentions.is_none())
        {
            let reason = "a fact needs `has`, `lacks` or `mentions`";
            return Err(document.error(&format!("/{index}"), reason).into());
        }
        Ok(Facts { document, rows })
    }

    /// The versions for which a correction needs a fact and has none, each with what is expected.
    fn missing(&self, correction: &Correction) -> Vec<(String, String)> {
        let known: BTreeSet<&String> = self.rows.iter().flat_map(|row| &row.r#in).collect();
        let shown: BTreeSet<&String> = self
            .rows
            .iter()
            .filter(|row| row.correction == correction.id)
            .flat_map(|row| &row.r#in)
            .collect();
        let missing = correction
            .vendor
            .keys()
            .filter(|version| known.contains(version) && !shown.contains(version));
        missing
            .map(|version| {
                (
                    version.clone(),
                    format!("a row of {} for it", self.document.source().file()),
                )
            })
            .collect()
    }

    /// A finding for each version that a correction names without a fact.
    fn unproved(&self, corrections: &Corrections) -> Vec<Finding> {
        let mut findings = Vec::new();
        for (index, entry) in corrections.entries().iter().enumerate() {
            for (version, wanted) in self.missing(entry) {
                let message = format!(
                    "no vendor fact shows that {version} still has what `{}` corrects",
                    entry.id
                );
                findings.push(Finding {
                    spec: corrections
                        .source()
                        .nearest(&format!("/{index}/vendor/{version}")),
                    ..Finding::new(Code::NeverApplied.rule(), message, wanted, "none")
                });
            }
        }
        findings
    }

    /// Findings about the rows: one is missing, has no correction, or is true of our spec too.
    pub fn check(&self, spec: &Value, corrections: &Corrections) -> Vec<Finding> {
        let mut findings = self.unproved(corrections);
        for (index, row) in self.rows.iter().enumerate() {
            let id = &row.correction;
            if !corrections.entries().iter().any(|it| it.id == *id) {
                let message =
                    format!("a vendor fact names the correction `{id}`, which does not exist");
                findings.push(self.finding(
                    Code::FactOrphan,
                    index,
                    "/correction",
                    message,
                    "the id of a correction",
                    id,
                ));
            }
            let Some(ours) = &row.ours else { continue };
            match spec.pointer(ours) {
                None => {
                    let message = format!(
                        "`ours` in a vendor fact of `{id}` points at a place that is not in the \
                         spec"
                    );
                    findings.push(self.finding(
                        Code::FactOrphan,
                        index,
                        "/ours",
                        message,
                        "a JSON pointer that resolves in the spec",
                        ours,
                    ));
                }
                Some(value) if row.untrue(value).is_none() => {
                    let message = format!(
                        "our spec says the same as the vendor's, so `{id}` corrects nothing here"
                    );
                    findings.push(self.finding(
                        Code::NeverApplied,
                        index,
                        "/ours",
                        message,
                        "a difference from the vendor's",
                        "the same",
                    ));
                }
                Some(_) => {}
            }
        }
        findings
    }

    /// A finding for each row that is not true of the vendor's documents in a folder.
    pub fn check_vendor(&self, folder: &Path) -> anyhow::Result<Vec<Finding>> {
        let mut findings = Vec::new();
        let versions: BTreeSet<&String> = self.rows.iter().flat_map(|row| &row.r#in).collect();
        for version in versions {
            let file = folder.join(format!("connections-{version}.json"));
            let text = std::fs::read_to_string(&file)
                .with_context(|| format!("cannot read {}", file.display()))?;
            let document: Value = serde_json::from_str(&text)
                .with_context(|| format!("{} is not JSON", file.display()))?;
            for (index, row) in self
                .rows
                .iter()
                .enumerate()
                .filter(|(_, row)| row.r#in.contains(version))
            {
                let untrue = match document.pointer(&row.at) {
                    None => Some("no such place".to_owned()),
                    Some(value) => row.untrue(value),
                };
                if let Some(seen) = untrue {
                    let message = format!(
                        "the fact of `{}` is not true of the vendor's {version}",
                        row.correction
                    );
                    findings.push(self.finding(
                        Code::FactUntrue,
                        index,
                        "/at",
                        message,
                        "what the row says",
                        &seen,
                    ));
                }
            }
        }
        Ok(findings)
    }

    fn finding(
        &self,
        code: Code,
        index: usize,
        field: &str,
        message: String,
        expected: &str,
        seen: &str,
    ) -> Finding {
        let spec = self.document.source().place(&format!("/{index}{field}"));
        Finding {
            spec,
            ..Finding::new(code.rule(), message, expected, seen)
        }
    }
}

impl Row {
    /// Why the statement is not true of a value; `None` if it is true.
    fn untrue(&self, value: &Value) -> Option<String> {
        let lacking = match &self.has {
            None => None,
            Some(Members::Names(names)) => names
                .iter()
                .find(|name| !holds(value, name))
                .map(|name| format!("no `{name}`")),
            Some(Members::Values(values)) => {
                let differs = |(name, wanted): &(&String, &Value)| value.get(name) != Some(wanted);
                values
                    .iter()
                    .find(differs)
                    .map(|(name, _)| format!("another `{name}`"))
            }
        };
        let excess = || {
            self.lacks
                .iter()
                .find(|name| holds(value, name))
                .map(|name| format!("`{name}` is present"))
        };
        let unmentioned = || {
            let word = self.mentions.as_deref()?;
            let mentioned = value.as_str().is_some_and(|text| text.contains(word));
            (!mentioned).then(|| format!("no string that mentions `{word}`"))
        };
        lacking.or_else(excess).or_else(unmentioned)
    }
}

/// Whether a value has a member of this name, or an array an item that equals it or has it as
/// `name` (as parameters have).
fn holds(value: &Value, name: &str) -> bool {
    match value {
        Value::Array(items) => items
            .iter()
            .any(|item| item == name || item.get("name").is_some_and(|it| it == name)),
        _ => value.get(name).is_some(),
    }
}
