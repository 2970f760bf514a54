//! The report as JSON, and the schema of it.

use super::model::Report;

pub(super) fn render(report: &Report) -> anyhow::Result<String> {
    Ok(serde_json::to_string_pretty(report)? + "\n")
}

/// The JSON Schema of the report, under a title.
///
/// # Errors
/// It cannot be written as JSON.
pub fn schema(title: &str) -> anyhow::Result<String> {
    let mut schema = schemars::schema_for!(Report);
    schema.insert("title".to_owned(), title.into());
    Ok(serde_json::to_string_pretty(&schema)? + "\n")
}
