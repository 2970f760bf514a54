//! Sessions: evaluates relations on exchanges in order, with the earlier exchanges as state.

use std::collections::HashMap;
use std::sync::Arc;

use http_recording::text;
use serde_json::{Map, Value};

use super::evaluate::{Bound, Evaluated, Scope, Seen, Unfit};
use super::expression::Path;
use super::{Pattern, Relations, Role};
use crate::codes::Code;
use crate::finding::Finding;
use crate::judge::{Exchange, place_finding};
use crate::spec::Spec;

/// The exchanges of one client with one service, in order. It keeps what a later exchange can be
/// compared with: the last exchange of each kind for each key.
#[derive(Debug)]
pub struct Session<'r> {
    relations: &'r Relations,
    spec: &'r Spec,
    /// For each relation, the earlier exchanges, by key.
    chains: Vec<HashMap<String, Vec<Step<'r>>>>,
    applied: Vec<u64>,
    /// The changes to undo, if exchanges are to be undone.
    changes: Option<Vec<Change<'r>>>,
}

/// An exchange that matched a step, or the item of it that did.
#[derive(Debug, Clone)]
struct Step<'r> {
    bound: Arc<Bound>,
    each: Option<&'r Path>,
    item: Option<usize>,
}

/// What a change to a relation's state replaced.
#[derive(Debug)]
enum Change<'r> {
    One(usize, String, Option<Vec<Step<'r>>>),
    All(usize, HashMap<String, Vec<Step<'r>>>),
}

/// A point in a session to which it can go back.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Mark(usize);

impl<'r> Session<'r> {
    /// A new session. The document must be the one for which the relations were loaded.
    pub fn new(relations: &'r Relations, spec: &'r Spec) -> Self {
        Session {
            relations,
            spec,
            chains: relations.all.iter().map(|_| HashMap::new()).collect(),
            applied: vec![0; relations.all.len()],
            changes: None,
        }
    }

    /// The same, which can go back to a [`Mark`].
    pub(crate) fn with_marks(relations: &'r Relations, spec: &'r Spec) -> Self {
        Session {
            changes: Some(Vec::new()),
            ..Session::new(relations, spec)
        }
    }

    /// How often each relation was true or false so far.
    pub fn applied(&self) -> &[u64] {
        &self.applied
    }

    /// Checks the next exchange.
    pub fn next(&mut self, exchange: &Arc<Exchange>) -> Vec<Finding> {
        let method = exchange.recording.request.method.to_ascii_uppercase();
        let matches = self
            .spec
            .routes
            .find(exchange.url(), &exchange.recording.request.params);
        let Some(found) = matches.iter().find(|it| it.route.method == method) else {
            // An undocumented write may have changed anything.
            if !matches!(method.as_str(), "GET" | "HEAD" | "OPTIONS") {
                self.forget();
            }
            return Vec::new();
        };
        let relations = self.relations;
        let parts = &relations.parts[found.number];
        if parts.is_empty() {
            return Vec::new();
        }
        let recording = &exchange.recording;
        let values = found.values.iter().cloned();
        let bound = Arc::new(Bound {
            exchange: Arc::clone(exchange),
            path: Value::Object(
                values
                    .map(|(name, value)| (name, Value::String(value)))
                    .collect(),
            ),
            query: Value::Object(recording.request.query.clone()),
            header: Value::Object(headers(&recording.response.headers)),
            status: recording.response.status.into(),
        });
        let kind: Arc<str> = format!(
            "{} {} {}",
            self.spec.known.name(&method),
            found.route.template,
            recording.response.status
        )
        .into();
        let mut findings = Vec::new();
        // An exchange that is a step of a relation does not also end it.
        let is_step = |relation: usize| {
            let mut steps = relations.all[relation].before.iter();
            steps.any(|step| step.takes(found.number, recording.response.status))
        };
        for part in parts {
            let relation = &relations.all[part.relation];
            let pattern = match part.role {
                Role::Judged => &relation.judged,
                Role::Until(number) => &relation.until[number],
                Role::Step(number) => &relation.before[number],
            };
            if !pattern.takes(found.number, recording.response.status) {
                continue;
            }
            match part.role {
                Role::Judged => self.judge(part.relation, &bound, &kind, &mut findings),
                Role::Until(_) if !pattern.key.is_empty() && is_step(part.relation) => {}
                Role::Until(_) => self.end(part.relation, pattern, &bound),
                Role::Step(number) => self.step(part.relation, number, pattern, &bound),
            }
        }
        findings
    }

    /// Forgets the earlier exchanges, because an unknown request was sent.
    pub(crate) fn forget(&mut self) {
        for relation in 0..self.chains.len() {
            self.clear(relation);
        }
    }

    fn clear(&mut self, relation: usize) {
        let before = std::mem::take(&mut self.chains[relation]);
        if let (Some(changes), false) = (&mut self.changes, before.is_empty()) {
            changes.push(Change::All(relation, before));
        }
    }

    fn set(&mut self, relation: usize, key: String, steps: Option<Vec<Step<'r>>>) {
        let chains = &mut self.chains[relation];
        let before = match steps {
            Some(steps) => chains.insert(key.clone(), steps),
            None => chains.remove(&key),
        };
        if let Some(changes) = &mut self.changes {
            changes.push(Change::One(relation, key, before));
        }
    }

    pub(crate) fn mark(&self) -> Mark {
        Mark(self.changes.as_ref().map_or(0, Vec::len))
    }

    /// Undoes all exchanges since a mark.
    pub(crate) fn back_to(&mut self, mark: Mark) {
        while let Some(change) = self
            .changes
            .as_mut()
            .filter(|changes| changes.len() > mark.0)
            .and_then(Vec::pop)
        {
            match change {
                Change::All(relation, before) => self.chains[relation] = before,
                Change::One(relation, key, Some(before)) => {
                    self.chains[relation].insert(key, before);
                }
                Change::One(relation, key, None) => drop(self.chains[relation].remove(&key)),
            }
        }
    }

    fn judge(
        &mut self,
        number: usize,
        bound: &Arc<Bound>,
        kind: &Arc<str>,
        findings: &mut Vec<Finding>,
    ) {
        let relation = &self.relations.all[number];
        for here in Seen::items(bound, relation.judged.each.as_ref()) {
            let Some((truth, steps)) = self.truth(number, here) else {
                continue;
            };
            // A negative example is no evidence.
            let counts = bound.exchange.recording.meta.expect.is_empty();
            self.applied[number] += u64::from(counts && matches!(truth, Ok(Some(_))));
            let unfit = match truth {
                Ok(Some(true) | None) => continue,
                Ok(Some(false)) => None,
                Err(unfit) => Some(unfit),
            };
            findings.push(self.finding(number, unfit, here, &steps, kind));
        }
    }

    /// Whether a relation holds for an exchange or an item of it, and what it was compared with;
    /// `None` where there is nothing to compare it with.
    fn truth(&self, number: usize, here: Seen<'_>) -> Option<(Evaluated<bool>, Vec<Step<'r>>)> {
        let relation = &self.relations.all[number];
        let mut steps = Vec::new();
        if !relation.before.is_empty() {
            let alone = Scope { here, earlier: &[] };
            let key = match alone.key(&relation.judged.key) {
                Ok(key) => key?,
                Err(unfit) => return Some((Err(unfit), steps)),
            };
            steps = self.chains[number].get(&key).cloned().unwrap_or_default();
            if steps.len() < relation.before.len() {
                return None;
            }
        }
        let earlier: Vec<_> = steps.iter().map(Step::seen).collect();
        let scope = Scope {
            here,
            earlier: &earlier,
        };
        let applies = match &relation.judged.condition {
            Some(condition) => scope.truth(condition),
            None => Ok(Some(true)),
        };
        let truth = applies.and_then(|applies| match applies {
            Some(true) => scope.truth(&relation.assert),
            _ => Ok(None),
        });
        Some((truth, steps))
    }

    /// The finding of a relation that does not hold, or that cannot be evaluated.
    fn finding(
        &self,
        number: usize,
        unfit: Option<Unfit>,
        here: Seen<'_>,
        steps: &[Step<'r>],
        kind: &Arc<str>,
    ) -> Finding {
        let relation = &self.relations.all[number];
        let earlier: Vec<_> = steps.iter().map(Step::seen).collect();
        let scope = Scope {
            here,
            earlier: &earlier,
        };
        let broken = scope.broken(&relation.assert, &self.spec.known);
        let id = &relation.id;
        let (code, says, expected, seen) = match unfit {
            Some(unfit) => (
                Code::RelationUnfit,
                format!("the relation `{id}` cannot be evaluated"),
                unfit.wanted.to_owned(),
                unfit.seen,
            ),
            None => (
                Code::Relation,
                format!("the relation `{id}` does not hold: {}", relation.says),
                relation.assert.text.clone(),
                broken.seen,
            ),
        };
        let mut finding = Finding {
            spec: self.relations.place(number, "/assert").map(Arc::new),
            spec_name: Some(format!("/{id}/assert").into()),
            ..Finding::new(code.rule(), says, expected, seen)
        };
        if code == Code::Relation {
            finding.severity = relation.severity;
        }
        let earlier = broken.earlier.or_else(|| {
            let last = steps.len().checked_sub(1)?;
            Some((last, "/response".to_owned()))
        });
        let before = earlier.and_then(|(step, at)| {
            let bound = &steps.get(step)?.bound;
            let nothing = Finding::new(code.rule(), "", "", "");
            place_finding(self.spec, &bound.exchange, kind, nothing, &at).recording
        });
        let exchange = &here.bound.exchange;
        Finding {
            before,
            ..place_finding(self.spec, exchange, kind, finding, &broken.at)
        }
    }

    fn end(&mut self, relation: usize, pattern: &'r Pattern, bound: &Arc<Bound>) {
        for here in Seen::items(bound, pattern.each.as_ref()) {
            let alone = Scope { here, earlier: &[] };
            // A condition that cannot be evaluated counts as true: the state may have ended.
            let condition = pattern.condition.as_ref();
            if condition.is_some_and(|it| alone.truth(it) == Ok(Some(false))) {
                continue;
            }
            match alone.key(&pattern.key) {
                Ok(Some(key)) if !pattern.key.is_empty() => self.set(relation, key, None),
                _ => self.clear(relation),
            }
        }
    }

    fn step(&mut self, relation: usize, number: usize, pattern: &'r Pattern, bound: &Arc<Bound>) {
        for here in Seen::items(bound, pattern.each.as_ref()) {
            let alone = Scope { here, earlier: &[] };
            let condition = pattern.condition.as_ref();
            let Ok(Some(key)) = alone.key(&pattern.key) else {
                continue;
            };
            if condition.is_some_and(|it| alone.truth(it) != Ok(Some(true))) {
                continue;
            }
            let step = Step {
                bound: Arc::clone(bound),
                each: pattern.each.as_ref(),
                item: here.item,
            };
            let so_far = self.chains[relation].get(&key);
            let so_far = so_far.map_or(&[][..], Vec::as_slice);
            let steps = match number {
                // The first step starts again.
                0 => Some(vec![step]),
                number if number == so_far.len() => {
                    let mut steps = so_far.to_vec();
                    steps.push(step);
                    Some(steps)
                }
                _ if so_far.is_empty() => continue,
                // A step is repeated or out of order: the sequence is no longer valid.
                _ => None,
            };
            self.set(relation, key, steps);
        }
    }
}

impl Step<'_> {
    fn seen(&self) -> Seen<'_> {
        Seen {
            bound: &self.bound,
            each: self.each,
            item: self.item,
        }
    }
}

impl Pattern {
    fn takes(&self, operation: usize, status: u16) -> bool {
        self.operations.iter().any(|(number, statuses)| {
            *number == operation && (statuses.is_empty() || statuses.iter().any(|it| it.is(status)))
        })
    }
}

fn headers(recorded: &Map<String, Value>) -> Map<String, Value> {
    recorded
        .iter()
        .map(|(name, value)| (name.to_ascii_lowercase(), Value::String(text(value))))
        .collect()
}
