//! The register as a page for people: what the vendor says, what is true, and how we know.

use serde_json::Value;

use crate::correction::Correction;

/// The words for a version that says the same as the one before; more may follow after a comma or a
/// semicolon.
const SAME: &str = "the same";
/// Columns of the page.
const WIDTH: usize = 100;

/// A Markdown page of these corrections, a section each, after an introduction. Of the recordings
/// it names what follows `folder`.
///
/// ```
/// use located::Source;
/// use spec_corrections::{Corrections, page};
///
/// let corrections = Corrections::load(Source::new("corrections.yaml", "
/// - id: name-is-text
///   at: /components/schemas/User/properties/name
///   vendor: {v1: an integer, v2: the same}
///   truth: a string
///   evidence: [recordings/list_users/200.json#/response/body/0/name]
///   effect: Every list fails.
/// ".to_owned()))?;
/// let page = page("An introduction.\n", "recordings/", corrections.entries());
/// assert!(page.starts_with("An introduction.\n\n## name-is-text\n\n- **Place:** `/components/"));
/// assert!(page.contains("\n- **Vendor:** an integer\n- **Truth:** a string\n"));
/// assert!(page.ends_with("\n- **Evidence:** `list_users/200.json`\n"));
/// # Ok::<(), located::Error>(())
/// ```
pub fn page(introduction: &str, folder: &str, corrections: &[Correction]) -> String {
    let mut page = introduction.to_owned();
    for it in corrections {
        page += &format!("\n## {}\n\n", it.id);
        page += &item("Place", &format!("`{}`", it.at));
        page += &item("Vendor", &vendor(it));
        page += &item("Truth", &it.truth);
        page += &item("Otherwise", &it.effect);
        page += &item("Evidence", &evidence(it, folder));
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
fn evidence(correction: &Correction, folder: &str) -> String {
    if let Some(belief) = correction.belief() {
        return belief.to_owned();
    }
    let names = correction.recordings();
    let names = names
        .iter()
        .map(|(file, _)| format!("`{}`", file.strip_prefix(folder).unwrap_or(file)));
    names.collect::<Vec<_>>().join(", ")
}
