//! What judging has to say: a stable code, both places, what was expected and what was seen.

use serde::Serialize;

/// A place in a file.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct Place {
    /// Path as the user gave it, `/` between its parts.
    pub file: String,
    /// Line, from 1.
    pub line: usize,
    /// Column in characters, from 1.
    pub column: usize,
    /// JSON pointer of the value (`""` is the whole document).
    pub pointer: String,
}

/// How much a finding weighs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Spec and traffic contradict each other.
    Error,
    /// Traffic says more than the spec knows, without contradicting it.
    Warning,
}

/// One thing that was found. Never holds a secret: `seen` is a type, a size or a redacted value.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct Finding {
    /// Stable code, `NSV…`.
    pub code: &'static str,
    /// How much it weighs.
    pub severity: Severity,
    /// One sentence.
    pub message: String,
    /// What the spec asks for.
    pub expected: String,
    /// What was there.
    pub seen: String,
    /// Where the spec says so.
    pub spec: Option<Place>,
    /// Where it was seen.
    pub recording: Option<Place>,
}
