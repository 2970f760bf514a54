//! Parses YAML 1.2: events from `saphyr-parser`, values by the core schema, positions from events.

use std::borrow::Cow;
use std::collections::HashMap;
use std::ops::Range;

use saphyr_parser::{Event, Parser, ScalarStyle, ScanError, Span, StrInput, Tag};
use serde_json::{Map, Number, Value};

use crate::Unreadable;
use crate::tree::{Kind, Tree};

/// The maximum depth: enough for any document that a person writes. Deeper ones would exhaust the
/// stack later.
const MAX_DEPTH: usize = 128;
/// The maximum number of nodes after aliases are expanded.
const MAX_NODES: usize = 1_000_000;

/// Parses a text.
pub(crate) fn value(text: &str) -> Result<Value, Unreadable> {
    let mut reader = Reader::new(text);
    let node = reader.document()?;
    into_value(node)
}

/// The positions of all values in a text.
pub(crate) fn tree(text: &str) -> Option<Tree> {
    let mut reader = Reader::new(text);
    let node = reader.document().ok()?;
    let offsets: Vec<usize> = text
        .char_indices()
        .map(|(at, _)| at)
        .chain([text.len()])
        .collect();
    let mut tree = Tree::of(text)?;
    add(node, None, text, &offsets, &mut tree);
    Some(tree)
}

/// A parsed node; spans count characters, as the parser does.
#[derive(Clone)]
struct Node {
    span: Span,
    content: Content,
}

#[derive(Clone)]
enum Content {
    Scalar(Value),
    Items(Vec<Node>),
    Members(Vec<Member>),
}

/// Key, place of the key, value.
type Member = (String, Span, Node);

struct Reader<'t> {
    text: &'t str,
    parser: Parser<'t, StrInput<'t>>,
    anchors: HashMap<usize, Node>,
    nodes: usize,
}

impl<'t> Reader<'t> {
    fn new(text: &'t str) -> Self {
        Reader {
            text,
            parser: Parser::new_from_str(text),
            anchors: HashMap::new(),
            nodes: 0,
        }
    }

    /// The one document of the text.
    fn document(&mut self) -> Result<Node, Unreadable> {
        let mut document = None;
        loop {
            let (event, span) = self.next()?;
            match event {
                Event::StreamStart
                | Event::DocumentStart(_)
                | Event::DocumentEnd
                | Event::Nothing => {}
                Event::StreamEnd => {
                    return document.ok_or_else(|| broken(&span, "the document is empty"));
                }
                _ if document.is_some() => {
                    return Err(broken(
                        &span,
                        "a second document; a file must have only one",
                    ));
                }
                event => document = Some(self.node(event, span, 0)?),
            }
        }
    }

    fn node(&mut self, event: Event<'t>, span: Span, depth: usize) -> Result<Node, Unreadable> {
        if depth > MAX_DEPTH {
            return Err(broken(&span, "nested too deeply"));
        }
        self.count(1, &span)?;
        let (anchor, node) = match event {
            Event::Alias(anchor) => {
                let Some(node) = self.anchors.get(&anchor).cloned() else {
                    return Err(broken(&span, "an alias inside the value that it refers to"));
                };
                let (size, height) = node.extent();
                self.count(size, &span)?;
                if depth + height > MAX_DEPTH {
                    return Err(broken(&span, "nested too deeply, through aliases"));
                }
                (0, Node { span, ..node })
            }
            Event::Scalar(text, style, anchor, tag) => (
                anchor,
                Node {
                    span,
                    content: Content::Scalar(scalar(text, style, tag.as_ref(), &span)?),
                },
            ),
            Event::SequenceStart(anchor, _) => (anchor, self.items(span, depth)?),
            Event::MappingStart(anchor, _) => (anchor, self.members(span, depth)?),
            _ => return Err(broken(&span, "a value is missing")),
        };
        if anchor > 0 {
            self.anchors.insert(anchor, node.clone());
        }
        Ok(node)
    }

    fn items(&mut self, start: Span, depth: usize) -> Result<Node, Unreadable> {
        let mut items = Vec::new();
        loop {
            let (event, span) = self.next()?;
            if event == Event::SequenceEnd {
                let span = Span::new(start.start, span.end);
                return Ok(Node {
                    span,
                    content: Content::Items(items),
                });
            }
            items.push(self.node(event, span, depth + 1)?);
        }
    }

    fn members(&mut self, start: Span, depth: usize) -> Result<Node, Unreadable> {
        let mut members: Vec<Member> = Vec::new();
        let mut names = std::collections::HashSet::new();
        let mut merge = Vec::new();
        loop {
            let (event, key_span) = self.next()?;
            let name = match event {
                // https://yaml.org/type/merge.html
                Event::Scalar(text, ScalarStyle::Plain, ..) if text == "<<" => {
                    let (event, span) = self.next()?;
                    let node = self.node(event, span, depth + 1)?;
                    let more = merged(node).ok_or_else(|| {
                        broken(&span, "`<<` needs a mapping or a list of mappings")
                    })?;
                    merge.extend(more);
                    continue;
                }
                Event::MappingEnd => {
                    // Keys of the mapping itself override merged ones, wherever `<<` is.
                    for member in merge {
                        if names.insert(member.0.clone()) {
                            members.push(member);
                        }
                    }
                    let span = Span::new(start.start, key_span.end);
                    return Ok(Node {
                        span,
                        content: Content::Members(members),
                    });
                }
                // As written: the key `200` is `"200"`, as OpenAPI requires for status codes.
                Event::Scalar(text, ..) => text.into_owned(),
                _ => return Err(broken(&key_span, "a key must be a string")),
            };
            if !names.insert(name.clone()) {
                return Err(broken(&key_span, &format!("duplicate key `{name}`")));
            }
            let (event, span) = self.next()?;
            let node = self.node(event, span, depth + 1)?;
            members.push((name, key_span, node));
        }
    }

    fn next(&mut self) -> Result<(Event<'t>, Span), Unreadable> {
        match self.parser.next_event() {
            Some(event) => event.map_err(|error| self.unreadable(&error)),
            None => Ok((Event::StreamEnd, Span::default())),
        }
    }

    fn unreadable(&self, error: &ScanError) -> Unreadable {
        let (line, column) = (error.marker().line(), error.marker().col() + 1);
        let written = self.text.lines().nth(line.saturating_sub(1));
        let closes = written.is_some_and(|it| it.trim_start().starts_with(['}', ']']));
        let reason = match error.info() {
            "invalid indentation" if closes => {
                "YAML 1.2 (section 7.4) requires that the closing bracket of a value is indented \
                 more than its key; many parsers do not check this"
            }
            reason => reason,
        };
        Unreadable {
            line,
            column,
            reason: reason.to_owned(),
        }
    }

    fn count(&mut self, more: usize, span: &Span) -> Result<(), Unreadable> {
        self.nodes += more;
        if self.nodes > MAX_NODES {
            return Err(broken(span, "aliases make the document too large"));
        }
        Ok(())
    }
}

impl Node {
    /// The number of its nodes, and its depth.
    fn extent(&self) -> (usize, usize) {
        let below: Vec<_> = match &self.content {
            Content::Scalar(_) => Vec::new(),
            Content::Items(items) => items.iter().map(Node::extent).collect(),
            Content::Members(members) => members.iter().map(|(_, _, it)| it.extent()).collect(),
        };
        let size: usize = below.iter().map(|(size, _)| size).sum();
        let height = below.iter().map(|(_, height)| height + 1).max();
        (size + 1, height.unwrap_or(0))
    }
}

/// The members that a merge key (`<<`) adds: those of a mapping, or of a list of mappings, where an
/// earlier one overrides a later one.
fn merged(node: Node) -> Option<Vec<Member>> {
    match node.content {
        Content::Members(members) => Some(members),
        Content::Items(items) => {
            let lists: Option<Vec<_>> = items
                .into_iter()
                .map(|item| match item.content {
                    Content::Members(members) => Some(members),
                    _ => None,
                })
                .collect();
            Some(lists?.into_iter().flatten().collect())
        }
        Content::Scalar(_) => None,
    }
}

/// A scalar by the core schema (YAML 1.2.2, section 10.3): plain `yes` and `no` are strings.
fn scalar(
    text: Cow<'_, str>,
    style: ScalarStyle,
    tag: Option<&Cow<'_, Tag>>,
    span: &Span,
) -> Result<Value, Unreadable> {
    let core_tag = tag
        .filter(|tag| tag.is_yaml_core_schema())
        .map(|tag| tag.suffix.as_str());
    let value = match core_tag {
        Some("str") => Some(Value::String(text.into_owned())),
        Some("null") => null(&text),
        Some("bool") => boolean(&text),
        Some("int") => integer(&text).map(Value::Number),
        Some("float") => return float(&text, span),
        Some(_) => None,
        // An application-specific tag does not determine the type; quotes do.
        None if style != ScalarStyle::Plain => Some(Value::String(text.into_owned())),
        None => {
            let known = null(&text).or_else(|| boolean(&text));
            match known.or_else(|| integer(&text).map(Value::Number)) {
                Some(value) => Some(value),
                None if is_float(&text) => return float(&text, span),
                None => Some(Value::String(text.into_owned())),
            }
        }
    };
    value.ok_or_else(|| broken(span, "the value does not match its tag"))
}

fn null(text: &str) -> Option<Value> {
    matches!(text, "" | "~" | "null" | "Null" | "NULL").then_some(Value::Null)
}

fn boolean(text: &str) -> Option<Value> {
    match text {
        "true" | "True" | "TRUE" => Some(Value::Bool(true)),
        "false" | "False" | "FALSE" => Some(Value::Bool(false)),
        _ => None,
    }
}

fn integer(text: &str) -> Option<Number> {
    for (prefix, base) in [("0x", 16), ("0o", 8)] {
        if let Some(digits) = text.strip_prefix(prefix) {
            // The standard library would accept a sign here.
            let all = digits.chars().all(|digit| digit.is_digit(base));
            return u64::from_str_radix(digits, base)
                .ok()
                .filter(|_| all)
                .map(Number::from);
        }
    }
    text.parse::<i64>()
        .map(Number::from)
        .or_else(|_| text.parse::<u64>().map(Number::from))
        .ok()
}

/// Whether a plain scalar is a number by the core schema, other than a hexadecimal or octal one.
fn is_float(text: &str) -> bool {
    let unsigned = text.strip_prefix(['-', '+']).unwrap_or(text);
    if matches!(unsigned, ".inf" | ".Inf" | ".INF") || matches!(text, ".nan" | ".NaN" | ".NAN") {
        return true;
    }
    // The standard library also accepts `inf` and `nan`, which the schema does not.
    unsigned.starts_with(|first: char| first.is_ascii_digit() || first == '.')
        && text.parse::<f64>().is_ok()
}

fn float(text: &str, span: &Span) -> Result<Value, Unreadable> {
    if !is_float(text) {
        return Err(broken(span, "the value does not match its tag"));
    }
    text.parse()
        .ok()
        .and_then(Number::from_f64)
        .map(Value::Number)
        .ok_or_else(|| broken(span, "JSON has no infinity and no NaN"))
}

fn into_value(node: Node) -> Result<Value, Unreadable> {
    Ok(match node.content {
        Content::Scalar(value) => value,
        Content::Items(items) => Value::Array(
            items
                .into_iter()
                .map(into_value)
                .collect::<Result<_, _>>()?,
        ),
        Content::Members(members) => Value::Object(
            members
                .into_iter()
                .map(|(name, _, node)| Ok((name, into_value(node)?)))
                .collect::<Result<Map<_, _>, Unreadable>>()?,
        ),
    })
}

/// Adds a node with everything in it, and returns its number.
fn add(
    node: Node,
    key: Option<Range<usize>>,
    text: &str,
    offsets: &[usize],
    tree: &mut Tree,
) -> u32 {
    let value = bytes(&node.span, text, offsets);
    let number = tree.open(key, value.start);
    let kind = match node.content {
        Content::Scalar(_) => Kind::Scalar,
        Content::Items(items) => {
            let mut count = 0;
            for item in items {
                add(item, None, text, offsets, tree);
                count += 1;
            }
            Kind::Items(count)
        }
        Content::Members(members) => {
            let mut count = 0;
            for (name, key, member) in members {
                let key = bytes(&key, text, offsets);
                let member = add(member, Some(key), text, offsets, tree);
                tree.name(text, member, name);
                count += 1;
            }
            Kind::Members(count)
        }
    };
    tree.close(number, value.end, kind);
    number
}

/// A span in bytes. The parser ends a block value where the next token begins: white space and
/// comments at its end are cut off.
fn bytes(span: &Span, text: &str, offsets: &[usize]) -> Range<usize> {
    let offset = |index: usize| offsets.get(index).copied().unwrap_or(text.len());
    let start = offset(span.start.index());
    let mut end = offset(span.end.index()).max(start);
    loop {
        let trimmed = text[start..end].trim_end();
        end = start + trimmed.len();
        let last_line = trimmed.rfind('\n').map_or(0, |at| at + 1);
        if last_line == 0 || !trimmed[last_line..].trim_start().starts_with('#') {
            return start..end;
        }
        end = start + last_line;
    }
}

fn broken(span: &Span, reason: &str) -> Unreadable {
    Unreadable {
        line: span.start.line().max(1),
        column: span.start.col() + 1,
        reason: reason.to_owned(),
    }
}
