//! The plan for walking bodies: a graph of schemas with references already resolved.

use std::collections::{HashMap, HashSet};

use indexmap::IndexMap;
use serde_json::{Map, Value};

use super::discriminator::{kind_pointer, kinds};
use super::lower::{self, Direction};
use super::lowered::Lowered;
use super::site::{SiteId, SiteKind, Sites, Words, vocabulary, words};
use crate::document::{At, Document};
use crate::style::Shape;
use located::pointer;

/// The number of a node.
pub(crate) type NodeId = usize;

/// A schema of one direction, against which values are validated.
#[derive(Debug)]
pub(crate) struct Schema {
    pub(crate) pointer: String,
    pub(crate) location: String,
    pub(crate) node: NodeId,
}

/// The nodes of one direction.
#[derive(Debug)]
pub(crate) struct Plan {
    direction: Direction,
    nodes: Vec<Node>,
    numbers: HashMap<String, NodeId>,
}

/// What the walk needs to know about one schema.
#[derive(Debug)]
pub(crate) struct Node {
    pub(crate) pointer: String,
    /// Counts the objects that this schema applies to; only if it has `properties`.
    pub(crate) object: Option<SiteId>,
    properties: IndexMap<Box<str>, Property, foldhash::fast::FixedState>,
    pub(crate) additional: Additional,
    pub(crate) items: Option<(NodeId, SiteId)>,
    /// Its `allOf` parts.
    extends: Vec<NodeId>,
    /// This node and, transitively, its `allOf` parts.
    pub(crate) parts: Box<[NodeId]>,
    /// `oneOf` and `anyOf`: only the branches that a value matches apply to it.
    pub(crate) choices: Vec<Branch>,
    pub(crate) vocabulary: Option<Vocabulary>,
    /// The properties that every response seen has (`x-always-present`).
    pub(crate) always: Vec<Box<str>>,
    type_name: Option<String>,
    /// It has `nullable: true`.
    nullable: bool,
    /// Whether the schema restricts the length or the characters of a string.
    bounded: bool,
}

#[derive(Debug)]
pub(crate) struct Property {
    pub(crate) node: NodeId,
    pub(crate) site: SiteId,
    pub(crate) pointer: String,
    /// `readOnly` in a request, `writeOnly` in a response.
    pub(crate) forbidden: bool,
}

/// The value of `additionalProperties`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Additional {
    /// Absent: other properties are allowed, and are drift.
    Open,
    /// `true`, or `{}`, which means the same: other properties are allowed explicitly.
    Any,
    /// `false`: the schema assertion reports other properties.
    Closed,
    /// A schema, which documents other properties.
    Schema(NodeId),
}

#[derive(Debug)]
pub(crate) struct Branch {
    pub(crate) node: NodeId,
    pointer: String,
    /// The location of the lowered schema that decides whether a value matches this branch; `None`
    /// if it cannot be used, so that any value may.
    pub(crate) location: Option<String>,
}

#[derive(Debug)]
pub(crate) struct Vocabulary {
    /// The keyword.
    pub(crate) pointer: String,
    /// Whether other values are allowed.
    pub(crate) open: bool,
    /// Each value and its index among the counters of a site.
    pub(crate) values: HashMap<Box<str>, usize, foldhash::fast::FixedState>,
}

impl Node {
    /// The node of a schema, without its relations to other nodes.
    fn new(schema: &At<'_>, id: NodeId) -> Self {
        let type_name = schema.value.get("type").and_then(Value::as_str);
        Node {
            pointer: schema.pointer.clone(),
            object: None,
            properties: IndexMap::default(),
            additional: Additional::Open,
            items: None,
            extends: Vec::new(),
            parts: Box::from([id]),
            choices: Vec::new(),
            vocabulary: words(schema.value).map(|words| Vocabulary::new(words, schema)),
            always: always_present(schema.value),
            type_name: type_name.map(str::to_owned),
            nullable: schema.value.get("nullable") == Some(&Value::Bool(true)),
            bounded: ["minLength", "maxLength", "pattern", "not", "properties"]
                .iter()
                .any(|keyword| schema.value.get(keyword).is_some()),
        }
    }

    /// The property of a name. The members of an object are mostly in the order of its schema, so
    /// `next` is the property to try first; it is updated to the one after the property found.
    pub(crate) fn property(&self, name: &str, next: &mut usize) -> Option<&Property> {
        let (at, _, property) = match self.properties.get_index(*next) {
            Some((expected, property)) if **expected == *name => (*next, expected, property),
            _ => self.properties.get_full(name)?,
        };
        *next = at + 1;
        Some(property)
    }
}

impl Vocabulary {
    fn new(words: Words, schema: &At<'_>) -> Self {
        let Words { texts, open } = words;
        let keyword = if open { "x-extensible-enum" } else { "enum" };
        let values = texts.into_iter().enumerate();
        Vocabulary {
            pointer: pointer::join(&schema.pointer, keyword),
            open,
            values: values.map(|(at, text)| (text.into(), at)).collect(),
        }
    }
}

impl Plan {
    pub(crate) fn new(direction: Direction) -> Self {
        Plan {
            direction,
            nodes: Vec::new(),
            numbers: HashMap::new(),
        }
    }

    pub(crate) fn get(&self, id: NodeId) -> &Node {
        &self.nodes[id]
    }

    /// The types that a schema or its `allOf` parts name.
    pub(crate) fn types(&self, id: NodeId) -> Vec<&str> {
        self.reach(id)
            .into_iter()
            .filter_map(|id| self.nodes[id].type_name.as_deref())
            .collect()
    }

    /// The place of a `nullable: true` that applies to the value at a pointer below a schema.
    pub(crate) fn nullable(&self, id: NodeId, pointer: &str) -> Option<&str> {
        let mut speaking = self.reach(id);
        for token in pointer::tokens(pointer).into_iter().flatten() {
            let below = speaking.iter().filter_map(|id| {
                let node = &self.nodes[*id];
                let additional = match node.additional {
                    Additional::Schema(id) => Some(id),
                    _ => None,
                };
                let property = node.properties.get(token.as_ref()).map(|it| it.node);
                property.or(node.items.map(|(id, _)| id)).or(additional)
            });
            let mut next: Vec<NodeId> = below.flat_map(|id| self.reach(id)).collect();
            next.sort_unstable();
            next.dedup();
            speaking = next;
        }
        let found = speaking.into_iter().find(|id| self.nodes[*id].nullable);
        found.map(|id| self.nodes[id].pointer.as_str())
    }

    /// Whether a schema allows any string.
    pub(crate) fn is_any_string(&self, id: NodeId) -> bool {
        let node = &self.nodes[id];
        node.parts.len() == 1
            && node.choices.is_empty()
            && node.vocabulary.is_none()
            && !node.bounded
            && matches!(node.type_name.as_deref(), None | Some("string"))
    }

    /// The schema of the items, from a schema or its `allOf` parts.
    pub(crate) fn items(&self, id: NodeId) -> Option<NodeId> {
        self.reach(id)
            .into_iter()
            .find_map(|id| self.nodes[id].items)
            .map(|(items, _)| items)
    }

    /// The shapes of values that a schema and its `allOf` parts allow. Without `type`, keywords
    /// such as `properties` decide; without any, a value is a string.
    pub(crate) fn shapes(&self, id: NodeId) -> Vec<Shape> {
        let (mut primitive, mut array, mut object) = (false, false, false);
        let (mut has_items, mut has_members) = (false, false);
        for id in self.reach(id) {
            let node = &self.nodes[id];
            match node.type_name.as_deref() {
                Some("array") => array = true,
                Some("object") => object = true,
                Some(_) => primitive = true,
                None => {
                    has_items |= node.items.is_some();
                    has_members |=
                        node.object.is_some() || !matches!(node.additional, Additional::Open);
                }
            }
        }
        if !(primitive || array || object) {
            (array, object) = (has_items, has_members);
            primitive = !(array || object);
        }
        let all = [
            (object, Shape::Object),
            (array, Shape::Array),
            (primitive, Shape::Primitive),
        ];
        let lets = all.into_iter().filter(|(lets, _)| *lets);
        lets.map(|(_, shape)| shape).collect()
    }

    /// The schema of a member, from a schema or its `allOf` parts.
    pub(crate) fn member(&self, id: NodeId, name: &str) -> Option<NodeId> {
        self.property(id, name).or_else(|| {
            let mut reached = self.reach(id).into_iter();
            reached.find_map(|id| match self.nodes[id].additional {
                Additional::Schema(node) => Some(node),
                _ => None,
            })
        })
    }

    /// Whether members of any name are expected: no property is listed, or `additionalProperties`
    /// allows others.
    pub(crate) fn takes_any_member(&self, document: &Value, id: NodeId) -> bool {
        let reached = self.reach(id);
        let nodes = || reached.iter().map(|id| &self.nodes[*id]);
        let says = |node: &Node| {
            let schema = document.pointer(&node.pointer);
            let additional = schema.and_then(|schema| schema.get("additionalProperties"));
            additional.is_some_and(|additional| *additional != Value::Bool(false))
        };
        let closed = nodes().any(|node| matches!(node.additional, Additional::Closed));
        !closed && (nodes().all(|node| node.properties.is_empty()) || nodes().any(says))
    }

    /// The schema of a property, from a schema or its `allOf` parts.
    pub(crate) fn property(&self, id: NodeId, name: &str) -> Option<NodeId> {
        let mut reached = self.reach(id).into_iter();
        reached.find_map(|id| Some(self.nodes[id].properties.get(name)?.node))
    }

    /// The names of all properties of a schema and its `allOf` parts.
    pub(crate) fn property_names(&self, id: NodeId) -> Vec<&str> {
        let reached = self.reach(id).into_iter();
        reached
            .flat_map(|id| self.nodes[id].properties.keys())
            .map(AsRef::as_ref)
            .collect()
    }

    /// A node with, transitively, its `allOf` parts and its alternatives.
    fn reach(&self, id: NodeId) -> Vec<NodeId> {
        let mut reached = vec![id];
        let mut next = 0;
        while let Some(&id) = reached.get(next) {
            let node = &self.nodes[id];
            for other in node
                .parts
                .iter()
                .copied()
                .chain(node.choices.iter().map(|branch| branch.node))
            {
                if !reached.contains(&other) {
                    reached.push(other);
                }
            }
            next += 1;
        }
        reached
    }

    /// The node of the schema at a pointer, created on first use.
    pub(crate) fn node(&mut self, document: &Document, sites: &mut Sites, pointer: &str) -> NodeId {
        let mut planning = Planning {
            plan: self,
            document,
            sites,
            depth: 0,
            deferred: Vec::new(),
        };
        let id = planning.node(pointer);
        while let Some((id, pointer)) = planning.deferred.pop() {
            planning.fill(id, &document.schema(&pointer));
        }
        id
    }

    /// Fills in what requires all nodes to exist: the `allOf` parts, and the locations of the
    /// lowered branches.
    pub(crate) fn link(&mut self, lowered: &Lowered) {
        for id in 0..self.nodes.len() {
            let parts = self.composed(id);
            let node = &mut self.nodes[id];
            node.parts = parts.into();
            for branch in &mut node.choices {
                branch.location = lowered.location(&branch.pointer).map(str::to_owned);
            }
        }
    }

    /// A node and, transitively, its `allOf` parts, in the order in which they are written.
    fn composed(&self, id: NodeId) -> Vec<NodeId> {
        let mut parts = Vec::new();
        let mut passed = HashSet::new();
        let mut waiting = vec![id];
        while let Some(id) = waiting.pop() {
            if passed.insert(id) {
                parts.push(id);
                waiting.extend(self.nodes[id].extends.iter().rev());
            }
        }
        parts
    }
}

/// How many schemas are read one inside another before the next one is deferred, so that a chain of
/// references of any length does not overflow the stack.
const DEPTH: usize = 100;

/// Builds the nodes of a plan.
struct Planning<'p> {
    plan: &'p mut Plan,
    document: &'p Document,
    sites: &'p mut Sites,
    depth: usize,
    /// Nodes without their relations to others.
    deferred: Vec<(NodeId, String)>,
}

impl Planning<'_> {
    /// The node of the schema at a pointer, made on first sight.
    fn node(&mut self, pointer: &str) -> NodeId {
        let schema = self.document.schema(pointer);
        if let Some(id) = self.plan.numbers.get(&schema.pointer) {
            return *id;
        }
        let id = self.plan.nodes.len();
        self.plan.numbers.insert(schema.pointer.clone(), id);
        // Registered before its parts are visited, so that a cycle finds it.
        self.plan.nodes.push(Node::new(&schema, id));
        if self.depth == DEPTH {
            self.deferred.push((id, schema.pointer));
        } else {
            self.depth += 1;
            self.fill(id, &schema);
            self.depth -= 1;
        }
        id
    }

    fn fill(&mut self, id: NodeId, schema: &At<'_>) {
        self.object(id, schema);
        self.additional(id, schema);
        self.array(id, schema);
        self.choices(id, schema);
        for index in lower::indices(schema.value, "allOf") {
            let part = self.node(&format!("{}/allOf/{index}", schema.pointer));
            self.plan.nodes[id].extends.push(part);
        }
    }

    fn object(&mut self, id: NodeId, schema: &At<'_>) {
        let Some(properties) = schema.value.get("properties").and_then(Value::as_object) else {
            return;
        };
        let object = self.sites.enter(
            schema.pointer.clone(),
            SiteKind::Object,
            &schema.pointer,
            object_name(&schema.pointer),
            None,
            &[],
        );
        self.plan.nodes[id].object = Some(object);
        let pointer = pointer::join(&schema.pointer, "properties");
        self.properties(id, object, &pointer, properties);
    }

    fn additional(&mut self, id: NodeId, schema: &At<'_>) {
        self.plan.nodes[id].additional = match schema.value.get("additionalProperties") {
            Some(Value::Bool(false)) => Additional::Closed,
            Some(Value::Object(inner)) if !inner.is_empty() => {
                let pointer = pointer::join(&schema.pointer, "additionalProperties");
                Additional::Schema(self.node(&pointer))
            }
            Some(Value::Bool(true) | Value::Object(_)) => Additional::Any,
            _ => Additional::Open,
        };
    }

    fn array(&mut self, id: NodeId, schema: &At<'_>) {
        if schema.value.get("items").is_none() {
            return;
        }
        let pointer = pointer::join(&schema.pointer, "items");
        let node = self.node(&pointer);
        let values = vocabulary(self.document, &pointer);
        let site = self.sites.enter(
            format!("{pointer}#"),
            SiteKind::Items,
            &pointer,
            "[]",
            None,
            &values,
        );
        self.plan.nodes[id].items = Some((node, site));
    }

    /// The explicit alternatives, and those that follow from a discriminator.
    fn choices(&mut self, id: NodeId, schema: &At<'_>) {
        let written = ["oneOf", "anyOf"].into_iter().flat_map(|keyword| {
            lower::indices(schema.value, keyword)
                .map(move |index| format!("{}/{keyword}/{index}", schema.pointer))
        });
        // Each with its schema and the key under which it was lowered.
        let mut choices: Vec<(String, String)> =
            written.map(|pointer| (pointer.clone(), pointer)).collect();
        for kind in kinds(self.document, &schema.pointer) {
            let pointer = kind_pointer(&schema.pointer, &kind);
            choices.push((kind, pointer));
        }
        for (choice, pointer) in choices {
            let node = self.node(&choice);
            self.plan.nodes[id].choices.push(Branch {
                node,
                pointer,
                location: None,
            });
        }
    }

    fn properties(
        &mut self,
        owner: NodeId,
        object: SiteId,
        pointer: &str,
        properties: &Map<String, Value>,
    ) {
        for name in properties.keys() {
            let pointer = pointer::join(pointer, name);
            let values = vocabulary(self.document, &pointer);
            let site = self.sites.enter(
                pointer.clone(),
                SiteKind::Property,
                &pointer,
                name.as_str(),
                Some(object),
                &values,
            );
            let property = Property {
                node: self.node(&pointer),
                site,
                forbidden: lower::is_forbidden(self.document, &pointer, self.plan.direction),
                pointer,
            };
            self.plan.nodes[owner]
                .properties
                .insert(name.as_str().into(), property);
        }
    }
}

/// The names under `x-always-present`.
fn always_present(schema: &Value) -> Vec<Box<str>> {
    let names = schema.get("x-always-present").and_then(Value::as_array);
    let names = names.into_iter().flatten().filter_map(Value::as_str);
    names.map(Into::into).collect()
}

/// The display name of an object schema: the nearest name in its pointer.
fn object_name(pointer: &str) -> String {
    let tokens: Vec<_> = pointer::tokens(pointer).into_iter().flatten().collect();
    let is_name = |token: &&std::borrow::Cow<'_, str>| {
        !["allOf", "oneOf", "anyOf", "items", "additionalProperties"].contains(&token.as_ref())
            && token.parse::<usize>().is_err()
    };
    tokens
        .iter()
        .rev()
        .find(is_name)
        .map(|name| name.to_string())
        .unwrap_or_default()
}
