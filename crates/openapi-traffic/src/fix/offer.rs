//! What is said of an edit: of one that is offered, and of one that is not.

/// One edit of the document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fix {
    /// What it does, in a line.
    pub what: String,
    /// Where the edited document says it.
    pub at: String,
    /// The codes of the findings that it ends.
    pub codes: Vec<&'static str>,
    /// The first recordings that show it, as `file#pointer`.
    pub evidence: Vec<String>,
    /// How many findings it ends.
    pub findings: usize,
}

/// An edit that is not offered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refused {
    /// What it would do.
    pub what: String,
    /// Why it is not offered.
    pub reason: String,
}
