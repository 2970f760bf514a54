//! Validates what a file consists of: exchanges, and parts that are skipped.

use std::collections::HashMap;
use std::sync::Arc;

use crate::checks::Checks;
use crate::evidence::Evidence;
use crate::finding::Finding;
use crate::judge::{self, Exchange};
use crate::linked::Linked;
use crate::relations::{Relations, Session};
use crate::spec::Spec;

/// Why an exchange with another server is skipped.
pub(crate) const OUT_OF_SCOPE: &str = "sent to another host or base path than those in scope";
/// Why a CORS preflight is skipped.
const PREFLIGHT: &str = "a browser asked whether it may send a request (CORS preflight)";

/// What exchanges are validated against.
#[derive(Clone, Copy)]
pub(crate) struct By<'r> {
    pub(crate) spec: &'r Spec,
    /// The relations between exchanges.
    pub(crate) relations: Option<&'r Relations>,
    /// The tool's own checks, for each document.
    pub(crate) checks: &'r dyn Checks,
}

/// An exchange that was validated.
#[derive(Debug)]
pub struct Validated {
    /// Its label in reports.
    pub label: Arc<str>,
    /// Whether it is a negative example.
    pub negative: bool,
    /// Its findings.
    pub findings: Vec<Finding>,
}

/// The findings of relations, by the label of the exchange.
pub(crate) type Related = HashMap<Arc<str>, Vec<Finding>>;

/// An exchange, or the reason and the label of something that is none or is skipped.
pub(crate) type Part = Result<Arc<Exchange>, (String, String)>;

/// The result of a file, or of a part of it.
#[derive(Default)]
pub(crate) struct Outcome {
    pub(crate) judged: Vec<Validated>,
    pub(crate) skipped: Vec<(String, String)>,
    /// The findings of the tool's own checks.
    pub(crate) beside: Vec<Finding>,
    pub(crate) linked: Vec<Linked>,
    /// How often each relation was true or false.
    pub(crate) applied: Vec<u64>,
}

impl Extend<Outcome> for Outcome {
    fn extend<I: IntoIterator<Item = Outcome>>(&mut self, others: I) {
        for other in others {
            self.judged.extend(other.judged);
            self.skipped.extend(other.skipped);
            self.beside.extend(other.beside);
            self.linked.extend(other.linked);
            add(&mut self.applied, &other.applied);
        }
    }
}

/// Adds how often relations were true or false.
pub(crate) fn add(applied: &mut Vec<u64>, more: &[u64]) {
    applied.resize(applied.len().max(more.len()), 0);
    for (sum, more) in applied.iter_mut().zip(more) {
        *sum += more;
    }
}

/// The findings of relations in the parts of a session that come next.
pub(crate) fn relate(spec: &Spec, parts: &[Part], session: &mut Session<'_>) -> Related {
    let mut related = Related::new();
    for part in parts {
        let Ok(exchange) = part else {
            // What is skipped may have changed anything.
            session.forget();
            continue;
        };
        if !spec.covers(exchange.url()) {
            continue;
        }
        let findings = session.next(exchange);
        if !findings.is_empty() {
            related.insert(Arc::clone(exchange.label()), findings);
        }
    }
    related
}

/// Validates the parts of a file; `related` has the findings of relations in them.
pub(crate) fn judge_parts(
    spec: &Spec,
    parts: &[Part],
    negative: bool,
    mut related: Related,
    evidence: &mut Evidence,
) -> Outcome {
    let mut outcome = Outcome::default();
    for part in parts {
        let judged = match part {
            Err(skipped) => Err(skipped.clone()),
            Ok(exchange) => {
                let related = related.remove(exchange.label()).unwrap_or_default();
                judge_exchange(spec, exchange, negative, related, evidence)
            }
        };
        match judged {
            Ok(judged) => outcome.judged.push(judged),
            Err(skipped) => outcome.skipped.push(skipped),
        }
    }
    outcome
}

/// Validates an exchange; `related` has the findings of relations in it. The error is the reason
/// and the label of an exchange that is skipped.
pub(crate) fn judge_exchange(
    spec: &Spec,
    exchange: &Exchange,
    negative: bool,
    related: Vec<Finding>,
    evidence: &mut Evidence,
) -> Result<Validated, (String, String)> {
    let skipped = |reason: &str| Err((reason.to_owned(), exchange.label().to_string()));
    if !spec.covers(exchange.url()) {
        return skipped(OUT_OF_SCOPE);
    }
    if judge::is_preflight(spec, exchange) {
        return skipped(PREFLIGHT);
    }
    let negative = negative || !exchange.recording.meta.expect.is_empty();
    Ok(Validated {
        label: Arc::clone(exchange.label()),
        negative,
        findings: match negative {
            true => judge::judge_negative(spec, exchange, &related),
            false => {
                let mut findings = judge::judge_into(spec, exchange, evidence);
                findings.extend(related);
                findings
            }
        },
    })
}
