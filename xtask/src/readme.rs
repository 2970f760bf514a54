//! The README's table of corrections.

use anyhow::{Context, Result};
use serde_json::Value;

use crate::corrections::Correction;

const BEGIN: &str = "<!-- corrections: from openapi/corrections.yaml -->";
const END: &str = "<!-- end of corrections -->";
/// What a version says that says what the one before it says; more may follow after a comma or
/// semicolon.
const SAME: &str = "the same";

/// The README with the table of these corrections between its two markers, and all else as it is.
///
/// # Errors
/// A marker is missing, or the two stand in the wrong order.
pub fn with_corrections(readme: &str, corrections: &[Correction]) -> Result<String> {
    let split = || {
        let (before, rest) = readme.split_once(BEGIN)?;
        let (_, after) = rest.split_once(END)?;
        Some((before, after))
    };
    let (before, after) = split().with_context(|| {
        format!("the table of corrections is written between `{BEGIN}` and `{END}`: put both back")
    })?;
    let rows = corrections.iter().map(|it| {
        format!(
            "| `{}` | {} | {} |\n",
            it.id,
            cell(&vendor(it)),
            cell(&it.truth)
        )
    });
    let table = format!(
        "| correction | the vendor | the truth |\n|---|---|---|\n{}",
        rows.collect::<String>()
    );
    Ok(format!("{before}{BEGIN}\n{table}{END}{after}"))
}

/// What the last version that the correction names says.
fn vendor(correction: &Correction) -> String {
    let versions = correction.vendor.values().filter_map(Value::as_str);
    versions.fold(String::new(), |earlier, words| {
        match words.strip_prefix(SAME) {
            Some(more) if more.is_empty() || more.starts_with([',', ';']) => earlier + more,
            _ => words.to_owned(),
        }
    })
}

/// A text that stays within its cell.
fn cell(text: &str) -> String {
    text.split_whitespace()
        .collect::<Vec<_>>()
        .join(" ")
        .replace('|', r"\|")
}
