//! The report as JSON, and the schema of it.

use super::Report;

pub(super) fn render(report: &Report) -> anyhow::Result<String> {
    Ok(serde_json::to_string_pretty(report)? + "\n")
}

/// The JSON Schema of the report, as it is committed in `docs/validate.schema.json`.
pub fn schema() -> anyhow::Result<String> {
    Ok(serde_json::to_string_pretty(&schemars::schema_for!(Report))? + "\n")
}
