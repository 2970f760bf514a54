//! Reports: the results of a run, and the formats to render them in.

mod coverage;
#[cfg(feature = "cli")]
pub(crate) mod explain;
mod github;
mod html;
mod human;
mod json;
mod junit;
mod model;
mod sarif;
mod table;
mod window;

pub use coverage::{Coverage, Next};
pub use json::schema;
pub use model::{Case, Outcome, Report, Reported, Skipped, Summary, Tool};

/// The report formats.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "cli", derive(clap::ValueEnum))]
pub enum Format {
    /// For a terminal: excerpts of both files, equal findings grouped.
    Human,
    /// For other programs: the complete report as JSON.
    Json,
    /// For code scanning: SARIF 2.1.0.
    Sarif,
    /// For CI servers: JUnit XML, one test case per exchange.
    Junit,
    /// For GitHub Actions: annotations.
    Github,
    /// For a browser: findings, the document with its evidence, and what to record next.
    Html,
}

impl Format {
    /// Whether it can show the coverage.
    pub(crate) fn has_coverage(self) -> bool {
        matches!(self, Format::Human | Format::Json | Format::Html)
    }

    /// Whether a report in this format needs the coverage; `asked` says whether `--coverage` was
    /// given. HTML always does.
    pub fn wants_coverage(self, asked: bool) -> bool {
        asked || self == Format::Html
    }
}

impl Report {
    /// Renders the report. `anstream` keeps or strips the terminal styles in it.
    ///
    /// # Errors
    /// The JSON or XML cannot be written, which no report is known to cause.
    pub fn render(&self, format: Format) -> anyhow::Result<String> {
        Ok(match format {
            Format::Human => human::render(self),
            Format::Json => json::render(self)?,
            Format::Sarif => sarif::render(self)?,
            Format::Junit => junit::render(self)?,
            Format::Github => github::render(self),
            Format::Html => html::render(self),
        })
    }
}
