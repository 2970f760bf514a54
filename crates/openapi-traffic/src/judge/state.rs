//! What validating one exchange reads and collects, and how a finding is added to it.

use std::sync::Arc;

use super::exchange::Exchange;
use super::place::place_finding;
use crate::codes::{Rule, Severity};
use crate::evidence::{Evidence, Observation};
use crate::finding::Finding;
use crate::spec::lower::Direction;
use crate::spec::operation::Operation;
use crate::spec::{Side, SiteId, Spec};
use http_recording::Part;

/// The state of validating one exchange.
pub(super) struct Judge<'j> {
    pub(super) spec: &'j Spec,
    pub(super) exchange: &'j Exchange,
    pub(super) evidence: &'j mut Evidence,
    pub(super) findings: Vec<Finding>,
    /// Method, path template and status.
    pub(super) kind: Arc<str>,
}

/// A finding before its places are looked up.
pub(super) struct Found<'f> {
    pub(super) rule: &'static Rule,
    pub(super) message: String,
    pub(super) expected: String,
    pub(super) seen: String,
    /// Pointer into the specification.
    pub(super) spec: &'f str,
    /// Pointer into the recording.
    pub(super) at: &'f str,
}

impl<'j> Judge<'j> {
    pub(super) fn name(&self, operation: &Operation) -> &'j str {
        &self.spec.sites.get(operation.site).name
    }

    pub(super) fn observation(&self) -> Observation<'j> {
        Observation {
            number: self.exchange.number(),
            label: self.exchange.label(),
            origin: self.exchange.recording.meta.origin,
            whole: true,
            known: &self.spec.known,
        }
    }

    /// Whether the body of this direction is an excerpt.
    pub(super) fn is_excerpt(&self, side: &Side) -> bool {
        let part = match side.direction {
            Direction::Request => Part::Request,
            Direction::Response => Part::Response,
        };
        self.exchange.recording.meta.excerpt.contains(&part)
    }

    /// Counts something as not validated. The reason must not quote the recording.
    pub(super) fn leave(&mut self, reason: String) {
        self.evidence.leave(reason, self.observation());
    }

    /// Adds a finding, and counts it for the place of the specification that it contradicts.
    pub(super) fn report(&mut self, found: Found<'_>) {
        let site = self.spec.sites.nearest(found.spec);
        self.report_against(found, site);
    }

    pub(super) fn report_against(&mut self, found: Found<'_>, site: Option<SiteId>) {
        if let (Severity::Error, Some(site)) = (found.rule.severity, site) {
            self.evidence.contradict(site, self.observation());
        }
        let named = self.spec.named(found.spec);
        let finding = Finding {
            spec: named.place.clone(),
            spec_name: Some(Arc::clone(&named.name)),
            ..Finding::new(found.rule, found.message, found.expected, found.seen)
        };
        self.say(finding, found.at);
    }

    /// Adds a finding at a pointer into the exchange, with secrets masked.
    pub(super) fn say(&mut self, finding: Finding, at: &str) {
        let finding = place_finding(self.spec, self.exchange, &self.kind, finding, at);
        self.findings.push(finding);
    }
}
