//! Why mutations survive that the document could detect: one line for each kind of survivor.

use located::{Document, Error, Source};
use serde::Deserialize;

use crate::operators::Operator;
use crate::score::{Score, Survivor};

/// A file of reasons.
///
/// ```
/// use located::Source;
/// use traffic_mutations::Reasons;
///
/// let reasons = Reasons::load(Source::new("reasons.yaml", "
/// - what: a negative balance
///   operators: [number-negated]
///   claims: ['/components/schemas/Account/properties/*-balance']
///   why: an account can be overdrawn
/// ".to_owned()))?;
/// assert_eq!(reasons.all()[0].why, "an account can be overdrawn");
/// # Ok::<(), located::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reasons(Vec<Reason>);

/// Why the mutations of some operators survive at some claims.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Reason {
    /// What survives, in words.
    pub what: String,
    /// The names of the operators.
    pub operators: Vec<String>,
    /// JSON pointers of claims of the document; `*` stands for any characters.
    pub claims: Vec<String>,
    /// Why the document does not claim what would detect it.
    pub why: String,
}

impl Reasons {
    /// Reads a file of reasons.
    ///
    /// # Errors
    /// It is no such file, or names an operator that there is not.
    pub fn load(source: Source) -> Result<Self, Error> {
        let document = Document::parse(source)?;
        let reasons: Vec<Reason> = document.typed()?;
        for (index, reason) in reasons.iter().enumerate() {
            let is_known = |name: &String| Operator::ALL.iter().any(|it| it.name() == *name);
            if let Some(at) = reason.operators.iter().position(|it| !is_known(it)) {
                let at = format!("/{index}/operators/{at}");
                return Err(document.error(&at, "there is no operator of this name"));
            }
        }
        Ok(Reasons(reasons))
    }

    /// All of them, in the order of the file.
    pub fn all(&self) -> &[Reason] {
        &self.0
    }

    /// Writes to each survivor why it survives. Returns what is wrong: survivors that no reason
    /// explains, and reasons that explain none.
    pub fn explain(&self, score: &mut Score) -> Vec<String> {
        let mut used = vec![false; self.0.len()];
        let mut wrong = Vec::new();
        for survivor in &mut score.survivors {
            match self.0.iter().position(|it| it.explains(survivor)) {
                Some(index) => {
                    used[index] = true;
                    survivor.why = Some(self.0[index].why.clone());
                }
                None => wrong.push(format!(
                    "{} survives at {}: claim what would detect it, or say why not",
                    survivor.operator.name(),
                    claim(survivor)
                )),
            }
        }
        let idle = self.0.iter().zip(used).filter(|(_, used)| !used);
        wrong.extend(idle.map(|(it, _)| format!("`{}` explains no survivor: delete it", it.what)));
        wrong
    }
}

impl Reason {
    fn explains(&self, survivor: &Survivor) -> bool {
        let operator = survivor.operator.name();
        let claim = claim(survivor);
        self.operators.iter().any(|it| it == operator)
            && self.claims.iter().any(|it| matches(it, claim))
    }
}

fn claim(survivor: &Survivor) -> &str {
    survivor.claim.as_ref().map_or("", |it| &it.pointer)
}

/// Whether a text is as a pattern has it, in which `*` stands for any characters.
fn matches(pattern: &str, text: &str) -> bool {
    match pattern.split_once('*') {
        None => pattern == text,
        Some((start, rest)) => text.strip_prefix(start).is_some_and(|text| {
            let mut ends = text.char_indices().map(|(at, _)| at).chain([text.len()]);
            ends.any(|at| matches(rest, &text[at..]))
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::matches;

    #[test]
    fn a_star_stands_for_any_characters() {
        for (pattern, text, expected) in [
            ("/a/b", "/a/b", true),
            ("/a/b", "/a/bc", false),
            ("/a/*", "/a/", true),
            ("/a/*-time", "/a/b/start-time", true),
            ("/a/*-time", "/a/start-times", false),
            ("*é*z", "/é/xyz", true),
            ("/paths/*", "/components", false),
        ] {
            assert_eq!(matches(pattern, text), expected, "{pattern} {text}");
        }
    }
}
