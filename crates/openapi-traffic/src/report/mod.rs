//! What a run has to say, and the forms in which it is said.

mod count;
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
pub use model::{Case, Outcome, Report, Reported, SCHEMA, Skipped, Summary, Tool};

/// The forms.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "cli", derive(clap::ValueEnum))]
pub enum Format {
    /// For a terminal: excerpts of both files, equal findings grouped.
    Human,
    /// For other programs: everything there is.
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
    /// Whether it has a place for the evidence.
    pub fn has_coverage(self) -> bool {
        matches!(self, Format::Human | Format::Json | Format::Html)
    }

    /// Whether a report in this form is to have the evidence, given whether `--coverage` asks for
    /// it: a page always has.
    pub fn wants_coverage(self, asked: bool) -> bool {
        asked || self == Format::Html
    }
}

impl Report {
    /// The report in a form; styles in it are for `anstream` to keep or to drop.
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
