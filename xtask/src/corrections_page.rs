//! Renders `docs/corrections.md`: what the vendor's documents say, what is true, and how we know.

use serde_json::Value;

use crate::corrections::Correction;

/// The words for a version that says the same as the one before; more may follow after a comma or a
/// semicolon.
const SAME: &str = "the same";
/// Columns of the page.
const WIDTH: usize = 100;

const INTRODUCTION: &str = "\
<!-- Made from openapi/corrections.yaml by `cargo xtask regen`; edit that file instead. -->

# Corrections

What the vendor's documents say about trunks, and what is true. The vendor's word is that of its
latest document that speaks of the matter. *Place* is a JSON pointer into openapi/connections.yaml.
*Otherwise* is what goes wrong with a client that follows the vendor. *Evidence* names recordings
below `tests/recordings/`; `cargo xtask validate` checks that they show it.
";

/// The whole page of these corrections.
pub fn page(corrections: &[Correction]) -> String {
    let mut page = INTRODUCTION.to_owned();
    for it in corrections {
        page += &format!("\n## {}\n\n", it.id);
        page += &item("Place", &format!("`{}`", it.at));
        page += &item("Vendor", &vendor(it));
        page += &item("Truth", &it.truth);
        page += &item("Otherwise", &it.effect);
        page += &item("Evidence", &evidence(it));
    }
    page
}

/// An item of a list, wrapped. The text contains no HTML, so `<` is escaped.
fn item(name: &str, text: &str) -> String {
    let mut lines = String::new();
    let mut line = format!("- **{name}:**");
    for word in text.replace('<', "&lt;").split_whitespace() {
        if line.chars().count() + 1 + word.chars().count() > WIDTH {
            lines += &line;
            lines.push('\n');
            line = format!("  {word}");
        } else {
            line.push(' ');
            line += word;
        }
    }
    lines + &line + "\n"
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

/// The recordings that show it, or why it is believed without one.
fn evidence(correction: &Correction) -> String {
    if let Some(belief) = correction.belief() {
        return belief.to_owned();
    }
    let names = correction.recordings();
    let names = names
        .iter()
        .map(|(file, _)| format!("`{}`", file.trim_start_matches("tests/recordings/")));
    names.collect::<Vec<_>>().join(", ")
}
