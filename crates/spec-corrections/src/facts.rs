//! Vendor facts: statements about the vendor's documents, so that a correction is removed when the
//! vendor fixes the bug.
//!
//! The documents themselves are not ours to publish. The facts contain only what the corrections
//! depend on:
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
//! any facts, has a fact for the correction, and that fact is not true of our spec. With the
//! [vendor's documents](Vendor): the facts are true.

use std::collections::BTreeSet;

use located::{Document, Error, Source};
use openapi_traffic::Finding;
use serde::Deserialize;
use serde_json::{Map, Value};

use crate::codes::Code;
use crate::correction::{Correction, Corrections};
use crate::proof::finding;
use crate::vendor::Vendor;

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
    pub fn load(source: Source) -> Result<Self, Error> {
        let document = Document::parse(source)?;
        let rows: Vec<Row> = document.typed()?;
        if let Some(index) = rows
            .iter()
            .position(|row| row.has.is_none() && row.lacks.is_empty() && row.mentions.is_none())
        {
            let reason = "a fact needs `has`, `lacks` or `mentions`";
            return Err(document.error(&format!("/{index}"), reason));
        }
        Ok(Facts { document, rows })
    }

    /// Findings about the rows: one is missing, has no correction, or is true of our spec too.
    pub fn check(&self, corrections: &Corrections, spec: &Value) -> Vec<Finding> {
        let rows = self.rows.iter().enumerate();
        let mut findings = self.missing(corrections);
        findings.extend(rows.flat_map(|(index, row)| self.row(index, row, corrections, spec)));
        findings
    }

    /// A finding for each version that a correction names without a fact.
    fn missing(&self, corrections: &Corrections) -> Vec<Finding> {
        let versions = |of: Option<&Correction>| -> BTreeSet<&String> {
            let rows = self.rows.iter();
            rows.filter(|row| of.is_none_or(|it| row.correction == it.id))
                .flat_map(|row| &row.r#in)
                .collect()
        };
        let known = versions(None);
        let mut findings = Vec::new();
        for (index, entry) in corrections.entries().iter().enumerate() {
            let shown = versions(Some(entry));
            let named = entry.vendor.keys();
            for version in named.filter(|it| known.contains(it) && !shown.contains(it)) {
                findings.push(finding(
                    corrections.source(),
                    Code::NeverApplied,
                    &format!("/{index}/vendor/{version}"),
                    format!(
                        "no vendor fact shows that {version} still has what `{}` corrects",
                        entry.id
                    ),
                    &format!("a row of {} for it", self.document.source().file()),
                    "none",
                ));
            }
        }
        findings
    }

    /// Findings about one row.
    fn row(
        &self,
        index: usize,
        row: &Row,
        corrections: &Corrections,
        spec: &Value,
    ) -> Vec<Finding> {
        let id = &row.correction;
        let mut findings = Vec::new();
        let mut add = |code, field: &str, message, expected: &str, seen: &str| {
            let at = format!("/{index}{field}");
            let file = self.document.source();
            findings.push(finding(file, code, &at, message, expected, seen));
        };
        if !corrections.entries().iter().any(|it| it.id == *id) {
            let message =
                format!("a vendor fact names the correction `{id}`, which does not exist");
            let expected = "the id of a correction";
            add(Code::FactOrphan, "/correction", message, expected, id);
        }
        let Some(ours) = &row.ours else {
            return findings;
        };
        let place = spec.pointer(ours);
        if place.is_none() {
            let message = format!(
                "`ours` in a vendor fact of `{id}` points at a place that is not in the spec"
            );
            let expected = "a JSON pointer that resolves in the spec";
            add(Code::FactOrphan, "/ours", message, expected, ours);
        }
        if place.is_some_and(|value| row.untrue(value).is_none()) {
            let message =
                format!("our spec says the same as the vendor's, so `{id}` corrects nothing here");
            let expected = "a difference from the vendor's";
            add(Code::NeverApplied, "/ours", message, expected, "the same");
        }
        findings
    }

    /// A finding for each row that is not true of the vendor's documents.
    ///
    /// # Errors
    /// A row is about a version that is not among them.
    pub fn check_vendor(&self, vendor: &Vendor) -> Result<Vec<Finding>, Error> {
        let mut findings = Vec::new();
        for (index, row) in self.rows.iter().enumerate() {
            for (number, version) in row.r#in.iter().enumerate() {
                let Some(document) = vendor.version(version) else {
                    let at = format!("/{index}/in/{number}");
                    let reason = format!("the vendor's document of {version} is missing");
                    return Err(self.document.error(&at, reason));
                };
                let untrue = match document.pointer(&row.at) {
                    None => Some("no such place".to_owned()),
                    Some(value) => row.untrue(value),
                };
                findings.extend(untrue.map(|seen| {
                    finding(
                        self.document.source(),
                        Code::FactUntrue,
                        &format!("/{index}/at"),
                        format!(
                            "the fact of `{}` is not true of the vendor's {version}",
                            row.correction
                        ),
                        "what the row says",
                        &seen,
                    )
                }));
            }
        }
        Ok(findings)
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
