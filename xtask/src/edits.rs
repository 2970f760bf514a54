//! What was edited in the spec and in the corrections, and which recordings show it.

use std::collections::BTreeSet;
use std::path::PathBuf;

use anyhow::{Result, bail};
use serde_json::Value;

use crate::corrections::Correction;
use located::Source;
use located::pointer;
use openapi_traffic::{Row, Spec, corpus};

/// Up to how many bytes of JSON both values are shown; of longer ones `git diff` shows what is
/// different.
const SHORT: usize = 60;

/// One place that was edited.
#[derive(Debug, PartialEq, Eq)]
pub struct Edit {
    /// `+` for what is new, `-` for what is gone, `~` for what is different.
    pub sign: char,
    /// The place, and what was done to it.
    pub what: String,
    /// Each recording that shows it, and how often.
    pub recordings: Vec<(String, u64)>,
}

/// The differences between two states of the spec by JSON pointer, each with the recordings that
/// show what stands there.
///
/// # Errors
/// One of the two is no spec, or a recording cannot be read.
pub fn of_spec(before: Source, after: Source, recordings: &[PathBuf]) -> Result<Vec<Edit>> {
    if before.text() == after.text() {
        return Ok(Vec::new());
    }
    let (before, after) = (
        Shown::new(before, recordings)?,
        Shown::new(after, recordings)?,
    );
    let differences = differences(before.spec.value(), after.spec.value()).into_iter();
    Ok(differences
        .map(|at| {
            match (
                before.spec.value().pointer(&at),
                after.spec.value().pointer(&at),
            ) {
                (Some(old), Some(new)) => Edit {
                    sign: '~',
                    recordings: after.recordings(&at),
                    what: at + &values(old, new),
                },
                (Some(_), None) => Edit {
                    sign: '-',
                    recordings: before.recordings(&at),
                    what: at,
                },
                (None, _) => Edit {
                    sign: '+',
                    recordings: after.recordings(&at),
                    what: at,
                },
            }
        })
        .collect())
}

/// The corrections that were edited, each with the recordings that are its evidence.
pub fn of_corrections(before: &[Correction], after: &[Correction]) -> Vec<Edit> {
    let edit = |sign: char, it: &Correction| Edit {
        sign,
        what: it.id.clone(),
        recordings: it.recordings(),
    };
    let gone = before
        .iter()
        .filter(|old| after.iter().all(|it| it.id != old.id))
        .map(|it| edit('-', it));
    let others = after
        .iter()
        .filter_map(|it| match before.iter().find(|old| old.id == it.id) {
            None => Some(edit('+', it)),
            Some(old) => (old != it).then(|| edit('~', it)),
        });
    gone.chain(others).collect()
}

/// A spec, and what each recording shows of it.
struct Shown {
    spec: Spec,
    evidence: Vec<(String, Vec<Row>)>,
    /// The pointers that there can be evidence for.
    places: BTreeSet<String>,
}

impl Shown {
    fn new(source: Source, recordings: &[PathBuf]) -> Result<Shown> {
        let spec = Spec::load(source)?;
        let mut evidence = Vec::new();
        for path in recordings {
            // One at a time: evidence that was gathered together names only the first recordings of
            // a place.
            let summary = corpus::for_each(std::slice::from_ref(path), &spec, &mut |_| {});
            if let Some(problem) = summary.problems.into_iter().next() {
                bail!(problem);
            }
            evidence.push((located::display(path), summary.evidence.rows(&spec)));
        }
        let places = spec
            .sites()
            .iter()
            .map(|site| site.pointer.clone())
            .collect();
        Ok(Shown {
            spec,
            evidence,
            places,
        })
    }

    fn recordings(&self, edited: &str) -> Vec<(String, u64)> {
        let places = self.places(edited);
        let times = |rows: &[Row]| {
            rows.iter()
                .filter(|row| places.contains(row.pointer.as_str()))
                .map(|row| row.seen)
                .sum()
        };
        self.evidence
            .iter()
            .map(|(name, rows)| (name.clone(), times(rows)))
            .filter(|(_, times)| *times > 0)
            .collect()
    }

    /// The places that an edit is about: the one it stands in; else those in it; else those that
    /// refer to the component it stands in.
    fn places(&self, edited: &str) -> BTreeSet<&str> {
        let mut found = BTreeSet::new();
        let mut waiting = vec![edited.to_owned()];
        let mut passed = BTreeSet::new();
        while let Some(at) = waiting.pop() {
            if !passed.insert(at.clone()) {
                continue;
            }
            let around = pointer::nearest(&at, |at| self.places.get(at));
            let within: Vec<_> = self
                .places
                .iter()
                .filter(|place| pointer::is_at_or_below(place, &at))
                .collect();
            if let Some(place) = around {
                found.insert(place.as_str());
            } else if !within.is_empty() {
                let outermost = within.iter().filter(|place| {
                    !within
                        .iter()
                        .any(|it| it != *place && pointer::is_at_or_below(place, it))
                });
                found.extend(outermost.map(|place| place.as_str()));
            } else {
                waiting.extend(self.references(&at));
            }
        }
        found
    }

    /// Where the component that a pointer leads into is referred to.
    fn references(&self, at: &str) -> Vec<String> {
        let ["", "components", kind, name, ..] = at.split('/').collect::<Vec<_>>()[..] else {
            return Vec::new();
        };
        let reference = format!("#/components/{kind}/{name}");
        let refers = |(at, value): (String, &Value)| {
            (value.get("$ref")?.as_str()? == reference).then_some(at)
        };
        pointer::values(self.spec.value())
            .into_iter()
            .filter_map(refers)
            .collect()
    }
}

/// The outermost places in which two documents differ, in their order. An array of another length
/// differs as a whole.
fn differences(before: &Value, after: &Value) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    for (at, _) in pointer::values(before)
        .into_iter()
        .chain(pointer::values(after))
    {
        let differ = match (before.pointer(&at), after.pointer(&at)) {
            (Some(Value::Object(_)), Some(Value::Object(_))) => false,
            (Some(Value::Array(old)), Some(Value::Array(new))) => old.len() != new.len(),
            (old, new) => old != new,
        };
        if differ
            && !found
                .iter()
                .any(|outer| pointer::is_at_or_below(&at, outer))
        {
            found.push(at);
        }
    }
    found
}

/// Both values, where they are short.
fn values(old: &Value, new: &Value) -> String {
    let values = [old, new].map(Value::to_string);
    if values.iter().all(|value| value.len() <= SHORT) {
        format!("  {}", values.join(" -> "))
    } else {
        String::new()
    }
}
