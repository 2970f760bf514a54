//! The output of `--explain`: one code in full, or a table of all codes.

use super::table;
use crate::codes::{Rule, Rules};

/// One rule in full.
pub(crate) fn one(rule: &Rule) -> String {
    let Rule {
        code,
        name,
        severity,
        title,
        explanation,
        about: _,
    } = rule;
    let severity = severity.word();
    format!("{code} {name} ({severity})\n\n{title}\n\n{explanation}\n")
}

/// All rules, one a line.
pub(crate) fn all(rules: &Rules) -> String {
    let rows = rules.all().iter().map(|rule| {
        [rule.code, rule.name, rule.severity.word(), rule.title]
            .map(str::to_owned)
            .to_vec()
    });
    table::render(&["code", "name", "severity", "meaning"], rows)
}
