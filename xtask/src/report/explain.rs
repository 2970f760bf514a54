//! `--explain`: a code in full, or all of them in a table.

use super::table;
use crate::codes::{CODES, Code};

/// One code in full.
pub fn one(code: &Code) -> String {
    let Code {
        code,
        name,
        severity,
        title,
        explanation,
    } = code;
    let severity = severity.word();
    format!("{code} {name} ({severity})\n\n{title}\n\n{explanation}\n")
}

/// All codes, one a line.
pub fn all() -> String {
    let rows = CODES.iter().map(|code| {
        [code.code, &code.name, code.severity.word(), &code.title]
            .map(str::to_owned)
            .to_vec()
    });
    table::render(&["code", "name", "severity", "what it says"], rows)
}
