//! The positions of a document's values.

use std::collections::HashSet;
use std::ops::Range;

use crate::pointer;

/// The positions of one value, of its key, and of what it holds.
#[derive(Debug)]
pub(crate) struct Tree {
    pub(crate) key: Option<Range<usize>>,
    pub(crate) value: Range<usize>,
    pub(crate) children: Children,
}

#[derive(Debug)]
pub(crate) enum Children {
    None,
    Items(Vec<Tree>),
    Members(Vec<(String, Tree)>),
}

impl Tree {
    /// The node at a JSON pointer.
    pub(crate) fn find(&self, pointer: &str) -> Option<&Tree> {
        pointer::tokens(pointer)?.try_fold(self, |node, token| match &node.children {
            Children::None => None,
            Children::Items(items) => items.get(token.parse::<usize>().ok()?),
            Children::Members(members) => members
                .iter()
                .rev()
                .find(|(key, _)| *key == token)
                .map(|(_, node)| node),
        })
    }

    /// The members whose key came before in the same object.
    pub(crate) fn repeated(&self) -> Vec<String> {
        let mut found = Vec::new();
        self.gather_repeated("", &mut found);
        found
    }

    fn gather_repeated(&self, pointer: &str, found: &mut Vec<String>) {
        match &self.children {
            Children::None => {}
            Children::Items(items) => {
                for (index, item) in items.iter().enumerate() {
                    item.gather_repeated(&format!("{pointer}/{index}"), found);
                }
            }
            Children::Members(members) => {
                let mut keys = HashSet::new();
                for (key, member) in members {
                    let at = pointer::join(pointer, key);
                    member.gather_repeated(&at, found);
                    if !keys.insert(key) {
                        found.push(at);
                    }
                }
            }
        }
    }
}
