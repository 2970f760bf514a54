//! The baseline: known findings to suppress, each with a reason and an expiry date.
//!
//! ```yaml
//! - {id: 1a2b3c4d5e, reason: 'fixed in the next release', expires: 2027-03-31}
//! - {code: NSV301, at: /response/body/*/new-field, reason: '…', expires: 2027-03-31}
//! ```
//! An entry names one finding by its id, or all findings of a code; `at` restricts it to those at
//! one place: a pointer into the spec or into an exchange, in which `*` matches any one token.

use std::sync::Arc;

use jiff::civil::Date;
use serde::Deserialize;

use crate::codes::{Code, Rules};
use crate::finding::Finding;
use located::{Document, Source};

/// The entries of a baseline file.
#[derive(Debug)]
pub struct Baseline {
    document: Document,
    entries: Vec<Entry>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    id: Option<String>,
    code: Option<String>,
    at: Option<String>,
    reason: String,
    expires: Date,
}

/// The findings after a baseline was applied.
#[derive(Debug, Default)]
pub struct Applied {
    /// The findings that no entry suppresses.
    pub kept: Vec<Finding>,
    /// How many findings were suppressed.
    pub suppressed: usize,
    /// A finding for each entry that has expired.
    pub expired: Vec<Finding>,
    /// A finding for each entry that matched nothing.
    pub unused: Vec<Finding>,
}

impl Baseline {
    /// Parses a baseline.
    ///
    /// # Errors
    /// The file is not YAML, or an entry is malformed. Says file, line and reason.
    pub fn load(source: Source, rules: &Rules) -> Result<Self, located::Error> {
        let document = Document::parse(source)?;
        let entries: Vec<Entry> = document.typed()?;
        for (index, entry) in entries.iter().enumerate() {
            if let Some(wrong) = entry.wrong(rules) {
                return Err(document.error(&format!("/{index}"), wrong));
            }
        }
        Ok(Baseline { document, entries })
    }

    /// Removes the findings that an entry suppresses on this day.
    pub fn apply(&self, findings: Vec<Finding>, today: Date) -> Applied {
        let mut used = vec![false; self.entries.len()];
        let mut applied = Applied::default();
        for finding in findings {
            let mut suppressed = false;
            for (entry, used) in self
                .entries
                .iter()
                .zip(&mut used)
                .filter(|(entry, _)| entry.matches(&finding))
            {
                *used = true;
                suppressed |= entry.expires >= today;
            }
            if suppressed {
                applied.suppressed += 1;
            } else {
                applied.kept.push(finding);
            }
        }
        for (index, (entry, used)) in self.entries.iter().zip(used).enumerate() {
            let place = |field: &str| self.document.source().place(&format!("/{index}{field}"));
            let name = entry.id.as_ref().or(entry.code.as_ref());
            let name = name.map_or("", String::as_str);
            let reason = format!("(reason: {})", entry.reason);
            if entry.expires < today {
                let message = format!("the baseline entry `{name}` has expired {reason}");
                let expired = Finding::new(
                    Code::BaselineExpired.rule(),
                    message,
                    format!("{today} or later"),
                    entry.expires.to_string(),
                );
                applied.expired.push(Finding {
                    spec: place("/expires").map(Arc::new),
                    spec_name: Some(entry.name().into()),
                    ..expired
                });
            } else if !used {
                let message = format!("the baseline entry `{name}` matches no finding {reason}");
                let unused = Finding::new(
                    Code::BaselineUnused.rule(),
                    message,
                    "a finding that it matches",
                    "none",
                );
                applied.unused.push(Finding {
                    spec: place("").map(Arc::new),
                    spec_name: Some(entry.name().into()),
                    ..unused
                });
            }
        }
        applied
    }
}

impl Entry {
    /// Why the entry is malformed.
    fn wrong(&self, rules: &Rules) -> Option<String> {
        match (&self.id, &self.code, &self.at) {
            _ if self.reason.trim().is_empty() => {
                Some("the `reason` is empty; say why the finding is suppressed".into())
            }
            (Some(_), None, None) => None,
            (None, Some(code), _) if !rules.all().iter().any(|it| it.code == code) => {
                Some(format!("there is no code `{code}`; `--explain` lists them"))
            }
            (None, Some(_), _) => None,
            _ => Some("an entry needs either `id`, or `code` and optionally `at`".into()),
        }
    }

    /// Identifies the entry independently of its position in the file.
    fn name(&self) -> String {
        let parts = [&self.id, &self.code, &self.at].into_iter().flatten();
        parts.cloned().collect::<Vec<_>>().join(" ")
    }

    fn matches(&self, finding: &Finding) -> bool {
        if let Some(id) = &self.id {
            return *id == finding.id();
        }
        let places = [finding.spec.as_deref(), finding.recording.as_ref()];
        let places = places.into_iter().flatten().map(|place| &place.pointer);
        self.code.as_deref() == Some(finding.code)
            && self
                .at
                .as_ref()
                .is_none_or(|at| places.chain(&finding.at).any(|place| covers(at, place)))
    }
}

/// Whether a pattern, in which `*` matches any one token, matches a pointer.
fn covers(pattern: &str, pointer: &str) -> bool {
    let (pattern, pointer) = (pattern.split('/'), pointer.split('/'));
    pattern.clone().count() == pointer.clone().count()
        && pattern
            .zip(pointer)
            .all(|(pattern, part)| pattern == "*" || pattern == part)
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;
    use located::Place;

    const TODAY: Date = date(2026, 6, 15);

    fn finding(pointer: &str) -> Finding {
        let place = Place {
            file: "a.json".into(),
            line: 1,
            column: 1,
            pointer: pointer.into(),
        };
        Finding {
            recording: Some(place),
            ..Finding::new(Code::DuplicateKey.rule(), "", "", "")
        }
    }

    fn apply(baseline: &str, findings: Vec<Finding>) -> (usize, usize, Vec<&'static str>) {
        let baseline = Baseline::load(
            Source::new("baseline.yaml", baseline.to_owned()),
            &Rules::default(),
        )
        .expect("a well-formed baseline");
        let applied = baseline.apply(findings, TODAY);
        (
            applied.kept.len(),
            applied.suppressed,
            applied
                .expired
                .iter()
                .chain(&applied.unused)
                .map(|it| it.code)
                .collect(),
        )
    }

    fn load_error(baseline: &str) -> String {
        Baseline::load(
            Source::new("baseline.yaml", baseline.to_owned()),
            &Rules::default(),
        )
        .expect_err("a malformed baseline")
        .to_string()
    }

    #[test]
    fn an_entry_suppresses_the_finding_of_its_id() {
        let finding = finding("/response/body/0/a");
        let baseline = format!(
            "- {{id: '{}', reason: known, expires: 2026-06-15}}",
            finding.id()
        );
        assert_eq!(apply(&baseline, vec![finding]), (0, 1, vec![]));
    }

    #[test]
    fn a_code_with_a_pattern_suppresses_every_element_and_nothing_else() {
        let baseline =
            "- {code: NSV401, at: /response/body/*/a, reason: known, expires: 2027-01-01}";
        let findings = [
            "/response/body/0/a",
            "/response/body/17/a",
            "/response/body/0/b",
            "/response/body/0/a/c",
        ]
        .map(finding)
        .to_vec();
        assert_eq!(apply(baseline, findings), (2, 2, vec![]));
    }

    #[test]
    fn an_expired_entry_suppresses_nothing_and_is_a_finding() {
        let baseline = "- {code: NSV401, reason: known, expires: 2026-06-14}";
        assert_eq!(apply(baseline, vec![finding("")]), (1, 0, vec!["NSV601"]));
    }

    #[test]
    fn an_entry_that_matches_nothing_is_a_finding() {
        assert_eq!(
            apply(
                "- {code: NSV401, reason: known, expires: 2027-01-01}",
                vec![]
            ),
            (0, 0, vec!["NSV602"])
        );
    }

    #[test]
    fn an_entry_with_neither_id_nor_code_is_an_error_with_its_place() {
        assert_eq!(
            load_error("- {reason: known, expires: 2027-01-01}"),
            "baseline.yaml:1:3: an entry needs either `id`, or `code` and optionally `at`"
        );
    }

    #[test]
    fn an_entry_with_an_unknown_code_is_an_error() {
        assert!(
            load_error("- {code: NSV999, reason: known, expires: 2027-01-01}")
                .contains("no code `NSV999`")
        );
    }

    #[test]
    fn an_entry_without_a_reason_is_an_error() {
        assert!(
            load_error("- {code: NSV401, reason: '', expires: 2027-01-01}")
                .contains("`reason` is empty")
        );
    }

    #[test]
    fn an_entry_with_an_impossible_date_is_an_error_that_names_the_field() {
        assert!(
            load_error("- {code: NSV401, reason: known, expires: 2027-02-30}")
                .contains("[0].expires")
        );
    }
}
