//! Applies an edit to a text: which bytes it replaces, and what it writes there.

use std::ops::Range;

use located::{Source, pointer};
use serde_json::Value;

use crate::edit::{Edit, Position};
use crate::layout::{Layout, column, indent, line_end, line_start};

/// The text after an edit that its value permits; none where the layout is not understood.
pub(crate) fn edited(source: &Source, edit: &Edit) -> Option<String> {
    let value = source.value().ok()?;
    let place = Place {
        text: source.text(),
        layout: Layout::of(source),
        value: &value,
        source,
    };
    match edit {
        Edit::Insert {
            at,
            key,
            value,
            position,
        } => place.add(at, Some(key), value, position),
        Edit::Push { at, value } => place.add(at, None, value, &Position::Last),
        Edit::Replace { at, value } => place.replace(at, None, value),
        Edit::Swap { at, key, value } => place.replace(at, Some(key), value),
        Edit::Remove { at } => place.remove(at),
    }
}

struct Place<'d> {
    text: &'d str,
    layout: Layout,
    value: &'d Value,
    source: &'d Source,
}

/// A member or an item in the text: from its key or its first byte to its last.
#[derive(Debug, Clone)]
struct Child {
    at: String,
    range: Range<usize>,
}

impl Place<'_> {
    /// The members or items of a value, in the order of the text.
    fn children(&self, at: &str) -> Option<Vec<Child>> {
        let whole = self.source.span(at)?;
        let names: Vec<String> = match self.value.pointer(at)? {
            Value::Object(members) => members.keys().cloned().collect(),
            Value::Array(items) => (0..items.len()).map(|index| index.to_string()).collect(),
            _ => return None,
        };
        let mut children = Vec::new();
        for name in names {
            let at = pointer::join(at, &name);
            let value = self.source.span(&at)?;
            let key = self.source.key_span(&at);
            let start = key.as_ref().map_or(value.start, |key| key.start);
            // A value that is not written stands nowhere.
            let end = match key {
                Some(key) if value.is_empty() => self.text[key.end..].find(':')? + key.end + 1,
                _ => value.end,
            };
            // What an alias or a merge brings stands elsewhere.
            if start >= whole.start && end <= whole.end.max(end.min(self.text.len())) {
                children.push(Child {
                    at,
                    range: start..end,
                });
            }
        }
        children.sort_by_key(|child| child.range.start);
        Some(children)
    }

    fn is_flow(&self, at: &str) -> Option<bool> {
        let span = self.source.span(at)?;
        Some(self.text[span.start..].starts_with(['{', '[']))
    }

    /// Whether a value that is no scalar is written on one line.
    fn is_inline(&self, at: &str) -> bool {
        let span = self.source.span(at).unwrap_or_default();
        !self.text[span].contains('\n')
    }

    fn add(&self, at: &str, key: Option<&str>, new: &Value, position: &Position) -> Option<String> {
        let children = self.children(at)?;
        let before = match position {
            Position::First => None,
            Position::Last => children.last(),
            Position::After(key) => {
                let wanted = pointer::join(at, key);
                Some(children.iter().find(|child| child.at == wanted)?)
            }
        };
        match (self.is_flow(at)?, before, children.first()) {
            (true, _, None) => self.add_to_empty(at, key, new),
            (true, Some(before), Some(first)) => {
                let is_last = children.last().is_some_and(|last| last.at == before.at);
                self.add_behind_in_flow(at, key, new, before, first, is_last)
            }
            (true, None, Some(first)) => {
                let new = self.written(at, key, new, first);
                let lines = line_start(self.text, first.range.start) > self.source.span(at)?.start;
                let between = match lines {
                    true => self.start_of_line(column(self.text, first.range.start)),
                    false => " ".to_owned(),
                };
                Some(self.with(first.range.start, &format!("{new},{between}")))
            }
            (false, Some(before), _) => {
                let start = self.line_of(before)?;
                let block = self.block(&children, key, new, column(self.text, start));
                let end = line_end(self.text, before.range.end);
                let line = self.start_of_line(column(self.text, start));
                Some(self.with(end, &format!("{line}{block}")))
            }
            (false, None, Some(first)) => {
                let start = self.line_of(first)?;
                let block = self.block(&children, key, new, column(self.text, start));
                let line = self.start_of_line(column(self.text, start));
                Some(self.with(start, &format!("{block}{line}")))
            }
            // An object that is not written at all: `properties:`.
            (false, None, None) => None,
        }
    }

    /// Where a child of a block value begins: at its key, or at the dash of the item.
    fn line_of(&self, child: &Child) -> Option<usize> {
        if self.source.key_span(&child.at).is_some() {
            return Some(child.range.start);
        }
        self.text[..child.range.start].rfind('-')
    }

    /// A member or item of a block value; on one line where its siblings are.
    fn block(&self, siblings: &[Child], key: Option<&str>, new: &Value, indent: usize) -> String {
        let mut objects = siblings.iter().filter(|child| {
            let value = self.value.pointer(&child.at);
            value.is_some_and(|it| it.as_object().is_some_and(|it| !it.is_empty()))
        });
        let mut flows = objects
            .by_ref()
            .map(|it| self.is_flow(&it.at) == Some(true))
            .peekable();
        let in_flow = new.is_object() && flows.peek().is_some() && flows.all(|it| it);
        match key {
            Some(key) if in_flow => self.layout.flow_member(key, new),
            None if in_flow => format!("- {}", self.layout.flow(new)),
            Some(key) => self.layout.block_member(key, new, indent),
            None => self.layout.block_item(new, indent),
        }
    }

    /// A member or item of a flow value, as its siblings are written.
    fn written(&self, at: &str, key: Option<&str>, new: &Value, first: &Child) -> String {
        let from = column(self.text, first.range.start);
        let is_alone = self.text[line_start(self.text, first.range.start)..first.range.start]
            .trim()
            .is_empty();
        let siblings = self.children(at).unwrap_or_default();
        let mut written = siblings.iter().filter(|it| {
            let value = self.value.pointer(&it.at);
            value.is_some_and(|it| it.as_object().is_some_and(|it| !it.is_empty()))
        });
        let on_lines = written.next().is_none_or(|it| !self.is_inline(&it.at));
        match (self.layout.json && is_alone && on_lines, key) {
            (true, Some(key)) => format!(
                "{}{}",
                self.layout
                    .flow_member(key, &Value::Null)
                    .trim_end_matches("null"),
                self.layout.pretty(new, from)
            ),
            (true, None) => self.layout.pretty(new, from),
            (false, Some(key)) => self.layout.flow_member(key, new),
            (false, None) => self.layout.flow(new),
        }
    }

    /// Into `{}` or `[]`.
    fn add_to_empty(&self, at: &str, key: Option<&str>, new: &Value) -> Option<String> {
        let span = self.source.span(at)?;
        if !self.text[span.start + 1..span.end.checked_sub(1)?]
            .trim()
            .is_empty()
        {
            return None;
        }
        let own = self.source.key_span(at);
        let from = own.map_or(0, |key| indent(self.text, key.start));
        let is_long = self.layout.json && self.text.trim_end().contains('\n');
        let inner = match (is_long, key) {
            (false, Some(key)) => self.layout.flow_member(key, new),
            (false, None) => self.layout.flow(new),
            (true, key) => {
                let whole = match key {
                    Some(key) => serde_json::json!({ key: new }),
                    None => serde_json::json!([new]),
                };
                let written = self.layout.pretty(&whole, from);
                written[1..written.len() - 1].to_owned()
            }
        };
        let edited = format!(
            "{}{inner}{}",
            &self.text[..span.start + 1],
            &self.text[span.end - 1..]
        );
        Some(edited)
    }

    fn add_behind_in_flow(
        &self,
        at: &str,
        key: Option<&str>,
        new: &Value,
        before: &Child,
        first: &Child,
        is_last: bool,
    ) -> Option<String> {
        let new = self.written(at, key, new, first);
        let end = before.range.end;
        let lines = line_start(self.text, first.range.start) > self.source.span(at)?.start;
        if !lines {
            return Some(self.with(end, &format!("{}{new}", self.layout.comma)));
        }
        let line = self.start_of_line(column(self.text, first.range.start));
        let rest = &self.text[end..line_end(self.text, end)];
        let behind = rest.trim_start();
        let comma = behind.starts_with(',');
        let behind = behind.trim_start_matches(',').trim_start();
        if !behind.is_empty() && !behind.starts_with('#') {
            return Some(self.with(end, &format!(",{line}{new}")));
        }
        // A comment stays with what it stands behind.
        let own = if comma { "" } else { "," };
        let next = if is_last && !comma { "" } else { "," };
        let edited = format!(
            "{}{own}{rest}{line}{new}{next}{}",
            &self.text[..end],
            &self.text[end + rest.len()..]
        );
        Some(edited)
    }

    fn replace(&self, at: &str, key: Option<&str>, new: &Value) -> Option<String> {
        let span = self.source.span(at)?;
        let old = self.value.pointer(at)?;
        let old_key = self.source.key_span(at);
        // The key alone.
        if let (Some(key), Some(place)) = (key, &old_key)
            && old == new
        {
            return Some(self.swapped(place.clone(), &self.layout.string(key)));
        }
        let above = pointer::parent(at);
        let in_flow = match above {
            Some(above) => self.is_flow(above)?,
            None => return None,
        };
        let has_parts = |value: &Value| value.is_object() || value.is_array();
        // Written on lines of its own, or to be.
        let is_block = has_parts(old) && !self.is_flow(at)?;
        let is_long = !in_flow && (has_parts(new) || is_block);
        let mut start = span.start;
        let mut written = String::new();
        if let (Some(key), Some(place)) = (key, &old_key) {
            start = place.start;
            let key = self.layout.string(key);
            written = format!("{key}{}", &self.text[place.end..span.start]);
        }
        if !is_long {
            let own_line = &self.text[line_start(self.text, start)..start];
            // As the members of JSON around it are, which begin a line each.
            let on_lines = self.layout.json
                && has_parts(new)
                && own_line.trim().is_empty()
                && !(has_parts(old) && self.is_inline(at));
            written += &match on_lines {
                true => self.layout.pretty(new, column(self.text, start)),
                false => self.layout.flow(new),
            };
            return Some(self.swapped(start..span.end, &written));
        }
        let place = old_key?;
        let from = column(self.text, place.start);
        let name = match key {
            Some(key) => key.to_owned(),
            None => pointer::last(at)?.into_owned(),
        };
        let block = self.layout.block_member(&name, new, from);
        // What stands behind the value is a comment, or nothing.
        let behind = &self.text[span.end..line_end(self.text, span.end)];
        let (head, tail) = match block.find('\n') {
            Some(at) => block.split_at(at - usize::from(block[..at].ends_with('\r'))),
            None => (block.as_str(), ""),
        };
        let edited = format!("{head}{behind}{tail}");
        Some(self.swapped(place.start..span.end + behind.len(), &edited))
    }

    fn remove(&self, at: &str) -> Option<String> {
        let above = pointer::parent(at)?;
        let children = self.children(above)?;
        let index = children.iter().position(|child| child.at == at)?;
        let child = &children[index];
        if self.is_flow(above)? {
            let range = match (children.get(index + 1), index.checked_sub(1)) {
                (Some(next), _) => child.range.start..next.range.start,
                (None, Some(before)) => children[before].range.end..child.range.end,
                (None, None) => child.range.clone(),
            };
            return Some(self.swapped(range, ""));
        }
        let start = self.line_of(child)?;
        let line = line_start(self.text, start);
        if !self.text[line..start].trim().is_empty() {
            // On the line of a dash, which stays.
            let next = children.get(index + 1)?;
            return Some(self.swapped(start..self.line_of(next)?, ""));
        }
        if children.len() == 1 {
            return None;
        }
        let end = line_end(self.text, child.range.end);
        let end = end + self.text[end..].find('\n').map_or(0, |at| at + 1);
        Some(self.swapped(line..end, ""))
    }

    fn start_of_line(&self, columns: usize) -> String {
        format!("{}{}", self.layout.newline, self.layout.indent(columns))
    }

    fn with(&self, at: usize, new: &str) -> String {
        self.swapped(at..at, new)
    }

    fn swapped(&self, range: Range<usize>, new: &str) -> String {
        format!(
            "{}{new}{}",
            &self.text[..range.start],
            &self.text[range.end..]
        )
    }
}
