//! The tree of positions of a document's values.

use std::collections::HashSet;
use std::ops::Range;

use crate::pointer;

/// The positions of one value, of its key, and of its members or items.
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
    Members(Members),
}

/// The members of an object in order, with lookup by key.
#[derive(Debug)]
pub(crate) struct Members {
    all: Vec<(String, Tree)>,
    /// The indices of all members, sorted by key and then by position.
    by_key: Vec<u32>,
}

impl FromIterator<(String, Tree)> for Members {
    fn from_iter<I: IntoIterator<Item = (String, Tree)>>(members: I) -> Self {
        let all: Vec<_> = members.into_iter().collect();
        let mut by_key: Vec<u32> = (0..).take(all.len()).collect();
        by_key.sort_by_key(|number| &all[*number as usize].0);
        Members { all, by_key }
    }
}

impl Members {
    /// The last member with this key.
    fn find(&self, key: &str) -> Option<&Tree> {
        let key_of = |number: u32| {
            #[cfg(test)]
            tests::COMPARED.set(tests::COMPARED.get() + 1);
            self.all[number as usize].0.as_str()
        };
        let after = self.by_key.partition_point(|number| key_of(*number) <= key);
        let last = *self.by_key.get(after.checked_sub(1)?)?;
        (key_of(last) == key).then(|| &self.all[last as usize].1)
    }
}

impl Tree {
    /// The node at a JSON pointer.
    pub(crate) fn find(&self, pointer: &str) -> Option<&Tree> {
        pointer::tokens(pointer)?.try_fold(self, |node, token| match &node.children {
            Children::None => None,
            Children::Items(items) => items.get(token.parse::<usize>().ok()?),
            Children::Members(members) => members.find(&token),
        })
    }

    /// The members with a duplicate key.
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
                for (key, member) in &members.all {
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
        let member = |number: usize| {
            let tree = Tree {
                key: None,
                value: number..number,
                children: Children::None,
            };
            // Sorted neither by number nor by key.
            ((number * 7_919 % 12_000).to_string(), tree)
        };
        let object = Tree {
            key: None,
            value: 0..0,
            children: Children::Members((0..12_000).map(member).collect()),
        };
        for number in 0..12_000 {
            COMPARED.set(0);
            let (key, _) = member(number);
            let found = object.find(&format!("/{key}")).expect("a member");
            assert_eq!(found.value, number..number);
            // Binary search needs 14 steps.
            assert!(COMPARED.get() <= 20, "{}", COMPARED.get());
        }
    }
}
