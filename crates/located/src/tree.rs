//! The positions of a document's values, in one list in the order of the text.

use std::collections::{HashMap, HashSet};
use std::ops::Range;
use std::sync::OnceLock;

use crate::pointer;

/// The positions of a document's values. A value comes before its members or items, so that a large
/// document needs no more than one list.
#[derive(Debug, Clone)]
pub(crate) struct Tree {
    nodes: Vec<Stored>,
    /// The names of keys that are not what is written between their quotes.
    names: HashMap<u32, Box<str>>,
    /// Computed on the first search in a large object or array.
    large: OnceLock<HashMap<u32, Box<[u32]>>>,
}

/// Positions are equal whether one was searched for before or not.
impl PartialEq for Tree {
    fn eq(&self, other: &Tree) -> bool {
        (&self.nodes, &self.names) == (&other.nodes, &other.names)
    }
}

/// The positions of one value and of its key.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Node {
    pub(crate) key: Option<Range<usize>>,
    pub(crate) value: Range<usize>,
    pub(crate) kind: Kind,
}

/// Whether a value has others in it, and how many of them directly.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Scalar,
    Items(u32),
    Members(u32),
}

/// A node as it is stored: small, because there are as many as values in the document.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Stored {
    /// Where the key stands; what has none has an empty one at the value.
    key: Range<u32>,
    value: Range<u32>,
    kind: Kind,
    /// The number of the first node that is not in this value.
    next: u32,
}

/// A larger object or array has an index.
const SMALL: u32 = 64;
/// A longer text has no positions.
const LONGEST: usize = u32::MAX as usize;
/// How many bytes of a text have one value, at least in most documents.
const SPARSE: usize = 32;

/// The bytes between the quotes of a key, which in a string of other JSON are escapes; those of the
/// key if it has no quotes.
fn between_quotes(text: &str, key: &Range<usize>) -> Range<usize> {
    let quote = match text.as_bytes().get(key.start) {
        Some(b'\\') => 2,
        Some(b'"') => 1,
        _ => 0,
    };
    key.start + quote..key.end.saturating_sub(quote)
}

/// A number that is known to be at most [`LONGEST`].
fn small(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

fn bytes(stored: &Range<u32>) -> Range<usize> {
    stored.start as usize..stored.end as usize
}

impl Tree {
    /// An empty tree for a text; `None` if the text is too long.
    pub(crate) fn of(text: &str) -> Option<Tree> {
        (text.len() < LONGEST).then(|| Tree {
            nodes: Vec::with_capacity(text.len() / SPARSE),
            names: HashMap::new(),
            large: OnceLock::new(),
        })
    }

    /// Adds a value, of which only the start is known, and returns its number.
    pub(crate) fn open(&mut self, key: Option<Range<usize>>, start: usize) -> u32 {
        let number = small(self.nodes.len());
        let key = key.unwrap_or(start..start);
        let start = small(start);
        self.nodes.push(Stored {
            key: small(key.start)..small(key.end),
            value: start..start,
            kind: Kind::Scalar,
            next: number + 1,
        });
        number
    }

    /// Completes a value after everything in it was added.
    pub(crate) fn close(&mut self, number: u32, end: usize, kind: Kind) {
        let next = small(self.nodes.len());
        if let Some(node) = self.nodes.get_mut(number as usize) {
            (node.value.end, node.kind, node.next) = (small(end), kind, next);
        }
    }

    /// Sets the name that the key of a value stands for.
    pub(crate) fn name(&mut self, text: &str, number: u32, name: String) {
        if self.key(text, number) != name {
            self.names.insert(number, name.into());
        }
    }

    /// The node at a JSON pointer, in the positions of a text.
    pub(crate) fn find(&self, text: &str, pointer: &str) -> Option<Node> {
        let found = pointer::tokens(pointer)?.try_fold(0, |number, token| {
            match self.stored(number)?.kind {
                Kind::Scalar => None,
                Kind::Items(count) => self.item(text, number, count, token.parse().ok()?),
                Kind::Members(count) => self.member(text, number, count, &token),
            }
        });
        let stored = self.stored(found?)?;
        let key = bytes(&stored.key);
        Some(Node {
            key: (!key.is_empty()).then_some(key),
            value: bytes(&stored.value),
            kind: stored.kind,
        })
    }

    fn stored(&self, number: u32) -> Option<&Stored> {
        self.nodes.get(number as usize)
    }

    fn item(&self, text: &str, number: u32, count: u32, index: usize) -> Option<u32> {
        if count <= SMALL {
            return self.children(number).nth(index);
        }
        self.index_of_large(text).get(&number)?.get(index).copied()
    }

    /// The last member with this key.
    fn member(&self, text: &str, number: u32, count: u32, key: &str) -> Option<u32> {
        if count <= SMALL {
            let is_it = |child: &u32| self.key(text, *child) == key;
            return self.children(number).filter(is_it).last();
        }
        let by_key = self.index_of_large(text).get(&number)?;
        let after = by_key.partition_point(|child| self.key(text, *child) <= key);
        let last = *by_key.get(after.checked_sub(1)?)?;
        (self.key(text, last) == key).then_some(last)
    }

    /// The numbers of what is directly in a value.
    fn children(&self, number: u32) -> impl Iterator<Item = u32> {
        let end = self.stored(number).map_or(0, |node| node.next);
        let inside = move |child: &u32| *child < end;
        std::iter::successors(Some(number + 1).filter(inside), move |child| {
            let next = self.stored(*child)?.next;
            Some(next).filter(inside)
        })
    }

    /// The numbers of what is directly in each large object and array: in an object by the keys,
    /// and in the order of the document where those are equal.
    fn index_of_large(&self, text: &str) -> &HashMap<u32, Box<[u32]>> {
        self.large.get_or_init(|| {
            let large = (0..).zip(&self.nodes).filter_map(|(number, node)| {
                let (count, is_object) = match node.kind {
                    Kind::Scalar => return None,
                    Kind::Items(count) => (count, false),
                    Kind::Members(count) => (count, true),
                };
                (count > SMALL).then(|| {
                    let mut children: Box<[u32]> = self.children(number).collect();
                    if is_object {
                        children.sort_by_key(|child| self.key(text, *child));
                    }
                    (number, children)
                })
            });
            large.collect()
        })
    }

    fn key<'n>(&'n self, text: &'n str, number: u32) -> &'n str {
        #[cfg(test)]
        tests::COMPARED.set(tests::COMPARED.get() + 1);
        let other = match self.names.is_empty() {
            true => None,
            false => self.names.get(&number),
        };
        let written = || {
            let key = bytes(&self.stored(number)?.key);
            text.get(between_quotes(text, &key))
        };
        match other {
            Some(name) => name,
            None => written().unwrap_or_default(),
        }
    }

    /// The members with a duplicate key.
    pub(crate) fn repeated(&self, text: &str) -> Vec<String> {
        let mut found = Vec::new();
        self.gather_repeated(text, 0, "", &mut found);
        found
    }

    fn gather_repeated(&self, text: &str, number: u32, pointer: &str, found: &mut Vec<String>) {
        let is_array = self
            .stored(number)
            .is_some_and(|it| matches!(it.kind, Kind::Items(_)));
        let mut keys = HashSet::new();
        for (index, child) in self.children(number).enumerate() {
            if is_array {
                self.gather_repeated(text, child, &format!("{pointer}/{index}"), found);
                continue;
            }
            let key = self.key(text, child);
            let at = pointer::join(pointer, key);
            self.gather_repeated(text, child, &at, found);
            if !keys.insert(key) {
                found.push(at);
            }
        }
    }
}

impl Node {
    /// Where it stands: its key where it has one, else its first character.
    pub(crate) fn start(&self) -> usize {
        self.key.as_ref().unwrap_or(&self.value).start
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;

    thread_local! {
        /// How many keys this thread has compared.
        pub(super) static COMPARED: Cell<usize> = const { Cell::new(0) };
    }

    #[test]
    fn a_member_of_a_large_object_is_found_without_a_search_through_all() {
        // Sorted neither by number nor by key.
        let name = |number: usize| (number * 7_919 % 12_000).to_string();
        let mut object = Tree::of("").expect("a short text");
        object.open(None, 0);
        for number in 0..12_000 {
            let member = object.open(None, number);
            object.name("", member, name(number));
            object.close(member, number, Kind::Scalar);
        }
        object.close(0, 0, Kind::Members(12_000));
        for number in 0..12_000 {
            let at = format!("/{}", name(number));
            let find = || object.find("", &at).expect("a member");
            // The first of all searches puts the keys in order.
            find();
            COMPARED.set(0);
            let found = find();
            assert_eq!(found.value, number..number);
            // Binary search needs 14 steps.
            assert!(COMPARED.get() <= 20, "{}", COMPARED.get());
        }
    }
}
