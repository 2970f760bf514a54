//! The floors: what a score may not fall below, and what may not rise.

use std::collections::BTreeMap;
use std::fmt::Write;

use located::{Document, Error, Source};
use serde::Deserialize;

use crate::claims::Untested;
use crate::operators::Operator;
use crate::score::Score;

/// A file of floors.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Floors {
    untested: usize,
    total: u32,
    operators: BTreeMap<String, u32>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    untested: usize,
    total: f64,
    operators: BTreeMap<String, f64>,
}

/// What the floors say of a run.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Compared {
    /// What fell below.
    pub fell: Vec<String>,
    /// What rose above, so that the floor can be raised.
    pub rose: Vec<String>,
}

impl Floors {
    /// Reads a file of floors.
    ///
    /// # Errors
    /// It is no such file, or names an operator that there is not.
    pub fn load(source: Source) -> Result<Self, Error> {
        let document = Document::parse(source)?;
        let written: Written = document.typed()?;
        for name in written.operators.keys() {
            if !Operator::ALL.iter().any(|it| it.name() == name) {
                let at = format!("/operators/{name}");
                return Err(document.error(&at, "there is no operator of this name"));
            }
        }
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a percentage; what is none is clamped"
        )]
        let tenths = |percent: f64| (percent * 10.0).round().clamp(0.0, 1000.0) as u32;
        let operators = written.operators.into_iter();
        Ok(Floors {
            untested: written.untested,
            total: tenths(written.total),
            operators: operators.map(|(name, it)| (name, tenths(it))).collect(),
        })
    }

    /// The floors that a run just meets.
    pub fn of(score: &Score, untested: &[Untested]) -> Self {
        let rows = score.operators.iter();
        Floors {
            untested: untested.len(),
            total: score.total.score().unwrap_or_default(),
            operators: rows
                .filter_map(|row| Some((row.operator.name().to_owned(), row.counts.score()?)))
                .collect(),
        }
    }

    /// Holds a run against the floors.
    pub fn compare(&self, score: &Score, untested: &[Untested]) -> Compared {
        let now = Floors::of(score, untested);
        let mut compared = Compared::default();
        compared.score("all operators", self.total, now.total);
        for (name, floor) in &self.operators {
            match now.operators.get(name) {
                Some(score) => compared.score(name, *floor, *score),
                None => compared
                    .fell
                    .push(format!("{name}: found nothing to mutate")),
            }
        }
        for name in now.operators.keys() {
            if !self.operators.contains_key(name) {
                compared.fell.push(format!("{name}: has no floor"));
            }
        }
        let line = format!(
            "untested claims: {}, at most {}",
            now.untested, self.untested
        );
        match now.untested.cmp(&self.untested) {
            std::cmp::Ordering::Greater => compared.fell.push(line),
            std::cmp::Ordering::Less => compared.rose.push(line),
            std::cmp::Ordering::Equal => {}
        }
        compared
    }

    /// The file.
    pub fn written(&self) -> String {
        let mut text =
            "# The floors of `cargo xtask validate --mutate`: how many percent of the detectable \
             mutations of\n# each operator must be detected, and how many claims may be \
             untested.\n# `--raise-floors` writes it anew.\n"
                .to_owned();
        let percent = |tenths: u32| format!("{}.{}", tenths / 10, tenths % 10);
        // Writing to a string does not fail.
        let _ = writeln!(text, "untested: {}", self.untested);
        let _ = writeln!(text, "total: {}\noperators:", percent(self.total));
        for operator in Operator::ALL {
            if let Some(floor) = self.operators.get(operator.name()) {
                let _ = writeln!(text, "  {}: {}", operator.name(), percent(*floor));
            }
        }
        text
    }
}

impl Compared {
    fn score(&mut self, name: &str, floor: u32, score: u32) {
        let percent = |tenths: u32| format!("{}.{} %", tenths / 10, tenths % 10);
        let line = format!(
            "{name}: {}, the floor is {}",
            percent(score),
            percent(floor)
        );
        match score.cmp(&floor) {
            std::cmp::Ordering::Less => self.fell.push(line),
            std::cmp::Ordering::Greater => self.rose.push(line),
            std::cmp::Ordering::Equal => {}
        }
    }
}
