//! Walks through a body and its schema together: counts coverage, and finds what no schema
//! assertion does (undocumented fields, new values, read-only and write-only fields).

use std::collections::HashSet;

use serde_json::{Map, Value};

use super::place::subject;
use super::state::{Found, Judge};
use crate::codes::Code;
use crate::evidence::Observation;
use crate::masking::describe;
use crate::spec::lower::Direction;
use crate::spec::plan::{Additional, NodeId};
use crate::spec::{Schema, Side, SiteId, SiteKind};
use located::pointer;

/// The path to a value, turned into a pointer only when there is a finding.
#[derive(Clone, Copy)]
enum Way<'w> {
    Start,
    Member(&'w Way<'w>, &'w str),
    Item(&'w Way<'w>, usize),
}

impl Way<'_> {
    fn pointer(&self) -> String {
        match self {
            Way::Start => String::new(),
            Way::Member(before, name) => pointer::join(&before.pointer(), name),
            Way::Item(before, index) => format!("{}/{index}", before.pointer()),
        }
    }
}

/// The schemas that apply to a value.
struct Applicable<'p> {
    nodes: std::borrow::Cow<'p, [NodeId]>,
    /// Whether no branch of a `oneOf` or `anyOf` matched, so that it is not known which fields are
    /// documented.
    undecided: bool,
}

struct Walk<'c, 'j> {
    judge: &'c mut Judge<'j>,
    side: &'j Side,
    owner: &'c str,
    observation: Observation<'j>,
    /// The pairs of schema and value (by address) that were walked, for values that several schemas
    /// reach: below a recursive schema, the number of paths would double with every level.
    walked: HashSet<(NodeId, usize)>,
    /// Whether findings are reported, or only what was seen is counted.
    reports: bool,
}

impl<'j> Judge<'j> {
    /// Walks through a body that is at `owner` in the recording.
    pub(super) fn walk(&mut self, side: &'j Side, node: NodeId, body: &Value, owner: &str) {
        let observation = Observation {
            whole: !self.is_excerpt(side),
            ..self.observation()
        };
        let mut walk = Walk::new(self, side, owner);
        walk.observation = observation;
        walk.value(node, None, body, &Way::Start, false);
    }

    /// Counts the items and members of the value of a parameter or header, which are seen as those
    /// of a body are. What is wrong with them is reported of the whole value.
    pub(super) fn see_parts(&mut self, side: &'j Side, node: NodeId, value: &Value) {
        let mut walk = Walk::new(self, side, "");
        walk.reports = false;
        walk.value(node, None, value, &Way::Start, false);
    }

    /// Counts the value of a parameter or header among its known values.
    pub(super) fn see_vocabulary(
        &mut self,
        side: &'j Side,
        schema: &Schema,
        site: SiteId,
        value: &Value,
        at: &str,
    ) {
        let Value::String(text) = value else { return };
        let parts = side
            .plan
            .get(schema.node)
            .parts
            .iter()
            .map(|part| side.plan.get(*part));
        for (index, vocabulary) in parts
            .filter_map(|part| part.vocabulary.as_ref())
            .enumerate()
        {
            match vocabulary.values.get(text.as_str()) {
                Some(word) if index == 0 => self.evidence.see_text(&self.spec.sites, site, *word),
                None if vocabulary.open => {
                    let name = self.spec.sites.get(site).name.clone();
                    self.new_word(&format!("`{name}`"), text, &vocabulary.pointer, at);
                }
                _ => {}
            }
        }
    }

    fn new_word(&mut self, subject: &str, text: &str, vocabulary: &str, at: &str) {
        let known = self
            .spec
            .value()
            .pointer(vocabulary)
            .and_then(Value::as_array)
            .map_or(0, Vec::len);
        self.report(Found {
            rule: Code::Vocabulary.rule(),
            message: format!("{subject} has a value that is not among the known values"),
            expected: format!("one of the {known} values of `x-extensible-enum`"),
            seen: format!("another {}", describe(&Value::from(text))),
            spec: vocabulary,
            at,
        });
    }
}

impl<'c, 'j> Walk<'c, 'j> {
    fn new(judge: &'c mut Judge<'j>, side: &'j Side, owner: &'c str) -> Self {
        let observation = judge.observation();
        Walk {
            judge,
            side,
            owner,
            observation,
            walked: HashSet::new(),
            reports: true,
        }
    }

    /// `is_shared`: other schemas may reach the value too.
    fn value(
        &mut self,
        node: NodeId,
        site: Option<SiteId>,
        value: &Value,
        way: &Way<'_>,
        is_shared: bool,
    ) {
        if let Some(site) = site {
            self.judge.evidence.see(site, value, self.observation);
        }
        let has_parts = value.is_object() || value.is_array();
        let address = std::ptr::from_ref(value).addr();
        if is_shared && has_parts && !self.walked.insert((node, address)) {
            return;
        }
        match value {
            Value::Object(members) => {
                let applicable = self.applicable(node, value);
                let is_shared = is_shared || applicable.nodes.len() > 1;
                self.object(&applicable, members, way, is_shared);
            }
            Value::Array(items) => {
                let applicable = self.applicable(node, value);
                let is_shared = is_shared || applicable.nodes.len() > 1;
                for (node, site) in applicable
                    .nodes
                    .iter()
                    .filter_map(|id| self.side.plan.get(*id).items)
                {
                    for (index, item) in items.iter().enumerate() {
                        self.value(node, Some(site), item, &Way::Item(way, index), is_shared);
                    }
                }
            }
            Value::String(text) => {
                let applicable = self.applicable(node, value);
                self.word(&applicable, site, text, way);
            }
            Value::Null | Value::Bool(_) | Value::Number(_) => {}
        }
    }

    fn object(
        &mut self,
        applicable: &Applicable<'_>,
        members: &Map<String, Value>,
        way: &Way<'_>,
        is_shared: bool,
    ) {
        let plan = &self.side.plan;
        let mut documented = None;
        let mut open = !applicable.undecided;
        for id in applicable.nodes.iter() {
            let node = plan.get(*id);
            if let Some(site) = node.object {
                self.judge.evidence.pass(site, self.observation);
                documented = documented.or(Some(node));
            }
            open &= node.additional == Additional::Open;
        }
        let is_whole = self.observation.whole && self.reports;
        if is_whole && self.side.direction == Direction::Response {
            for id in applicable.nodes.iter() {
                self.missed(&plan.get(*id).pointer, &plan.get(*id).always, members, way);
            }
        }
        let mut next = 0;
        for (name, value) in members {
            let way = Way::Member(way, name);
            let mut known = false;
            let mut forbidden = None;
            for id in applicable.nodes.iter() {
                let node = plan.get(*id);
                if let Some(property) = node.property(name, &mut next) {
                    known = true;
                    if property.forbidden {
                        forbidden = Some(property);
                    } else {
                        self.value(property.node, Some(property.site), value, &way, is_shared);
                    }
                } else if let Additional::Schema(node) = node.additional {
                    known = true;
                    self.value(node, None, value, &way, is_shared);
                }
            }
            if !self.reports {
                continue;
            }
            if let Some(property) = forbidden {
                self.wrong_way(&property.pointer, value, &way);
            }
            if let (false, true, Some(node)) = (known, open, documented) {
                self.undocumented(&node.pointer, name, value, &way);
            }
        }
    }

    fn word(
        &mut self,
        applicable: &Applicable<'_>,
        site: Option<SiteId>,
        text: &str,
        way: &Way<'_>,
    ) {
        let nodes = applicable.nodes.iter().map(|id| self.side.plan.get(*id));
        for (index, vocabulary) in nodes
            .filter_map(|node| node.vocabulary.as_ref())
            .enumerate()
        {
            match (vocabulary.values.get(text), site) {
                // The site counts the values of the first vocabulary.
                (Some(at), Some(site)) if index == 0 => {
                    self.judge
                        .evidence
                        .see_text(&self.judge.spec.sites, site, *at);
                }
                (None, _) if vocabulary.open && self.reports => {
                    let at = way.pointer();
                    let subject = subject(&at, None);
                    let place = format!("{}{at}", self.owner);
                    self.judge
                        .new_word(&subject, text, &vocabulary.pointer, &place);
                }
                _ => {}
            }
        }
    }

    /// Properties that every response seen has, and this one has not.
    fn missed(
        &mut self,
        schema: &str,
        always: &[Box<str>],
        members: &Map<String, Value>,
        way: &Way<'_>,
    ) {
        let missing = always.iter().enumerate();
        for (index, name) in missing.filter(|(_, name)| !members.contains_key(&***name)) {
            let at = way.pointer();
            self.judge.report(Found {
                rule: Code::Missed.rule(),
                message: format!(
                    "{} is missing, which was always there",
                    subject(&at, Some(name))
                ),
                expected: "the properties under `x-always-present`".to_owned(),
                seen: "an object without it".to_owned(),
                spec: &format!("{schema}/x-always-present/{index}"),
                at: &format!("{}{at}", self.owner),
            });
        }
    }

    fn wrong_way(&mut self, property: &str, value: &Value, way: &Way<'_>) {
        let at = way.pointer();
        let (code, problem, keyword) = match self.side.direction {
            Direction::Request => (Code::ReadOnly, "is read-only and was sent", "readOnly"),
            Direction::Response => (
                Code::WriteOnly,
                "is write-only and was returned",
                "writeOnly",
            ),
        };
        self.judge.report(Found {
            rule: code.rule(),
            message: format!("{} {problem}", subject(&at, None)),
            expected: "nothing".to_owned(),
            seen: describe(value),
            spec: &pointer::join(property, keyword),
            at: &format!("{}{at}", self.owner),
        });
    }

    fn undocumented(&mut self, schema: &str, name: &str, value: &Value, way: &Way<'_>) {
        let properties = pointer::join(schema, "properties");
        self.judge.evidence.see_undocumented(
            SiteKind::Property,
            &pointer::join(&properties, name),
            name,
            Some(value),
            self.judge.observation(),
        );
        let at = way.pointer();
        self.judge.report(Found {
            rule: Code::Field.rule(),
            message: format!("{} is not documented", subject(&at, None)),
            expected: "documented fields".to_owned(),
            seen: describe(value),
            spec: &properties,
            at: &format!("{}{at}", self.owner),
        });
    }

    /// The node, the schemas that it is composed of, and those of its alternatives that the value
    /// matches.
    fn applicable(&self, node: NodeId, value: &Value) -> Applicable<'j> {
        let plan = &self.side.plan;
        let parts = &plan.get(node).parts;
        if parts.iter().all(|part| plan.get(*part).choices.is_empty()) {
            return Applicable {
                nodes: parts.as_ref().into(),
                undecided: false,
            };
        }
        let mut nodes = parts.to_vec();
        let mut undecided = false;
        let mut next = 0;
        while let Some(&id) = nodes.get(next) {
            next += 1;
            let choices = &plan.get(id).choices;
            let mut decided = choices.is_empty();
            for branch in choices {
                // Below a recursive schema, each level is asked for again; this one remembers.
                let fits = branch.location.as_deref().is_none_or(|location| {
                    let validator = self.side.lowered.by_level(location);
                    validator.is_some_and(|validator| validator.is_valid(value))
                });
                if !fits {
                    continue;
                }
                decided = true;
                for part in plan.get(branch.node).parts.iter() {
                    if !nodes.contains(part) {
                        nodes.push(*part);
                    }
                }
            }
            undecided |= !decided;
        }
        Applicable {
            nodes: nodes.into(),
            undecided,
        }
    }
}
