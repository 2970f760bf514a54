//! The report as JSON, and its JSON Schema.

use super::model::Report;

pub(super) fn render(report: &Report) -> anyhow::Result<String> {
    Ok(serde_json::to_string_pretty(report)? + "\n")
}

/// The JSON Schema of the report, with a title.
///
/// # Errors
/// The schema cannot be serialized.
pub fn schema(title: &str) -> anyhow::Result<String> {
    let mut schema = schemars::schema_for!(Report);
    schema.insert("title".to_owned(), title.into());
    Ok(serde_json::to_string_pretty(&schema)? + "\n")
}
