//! The tree of positions of a document's values.

use std::collections::HashSet;
use std::ops::Range;
use std::sync::OnceLock;

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
    Members(Box<Members>),
}

/// The members of an object in order, with lookup by key.
#[derive(Debug)]
pub(crate) struct Members {
    all: Vec<(Name, Tree)>,
    /// Of a large object that was searched, the numbers of all members by their keys, and by the
    /// order of the document where those are equal.
    by_key: OnceLock<Box<[u32]>>,
}

/// An object with more members than this is sorted before it is searched.
const SMALL: usize = 64;

/// The name that a key stands for; none where it is what is written between the quotes of the key.
pub(crate) type Name = Option<Box<str>>;

/// The bytes between the quotes of a key, which in a string of other JSON are escapes.
pub(crate) fn between_quotes(text: &str, key: &Range<usize>) -> Range<usize> {
    let is_escape = text.as_bytes().get(key.start) == Some(&b'\\');
    let quote = if is_escape { 2 } else { 1 };
    key.start + quote..key.end.saturating_sub(quote)
}

impl Tree {
    fn name<'n>(&'n self, name: &'n Name, text: &'n str) -> &'n str {
        match (name, &self.key) {
            (Some(name), _) => name,
            (None, Some(key)) => text.get(between_quotes(text, key)).unwrap_or_default(),
            (None, None) => "",
        }
    }
}

impl FromIterator<(Name, Tree)> for Members {
    fn from_iter<I: IntoIterator<Item = (Name, Tree)>>(members: I) -> Self {
        Members {
            all: members.into_iter().collect(),
            by_key: OnceLock::new(),
        }
    }
}

impl Members {
    /// The last member with this key.
    fn find(&self, text: &str, key: &str) -> Option<&Tree> {
        if self.all.len() <= SMALL {
            let mut from_last = self.all.iter().rev();
            let found = from_last.find(|(name, tree)| tree.name(name, text) == key);
            return found.map(|(_, tree)| tree);
        }
        let key_of = |number: u32| {
            #[cfg(test)]
            tests::COMPARED.set(tests::COMPARED.get() + 1);
            let (name, tree) = &self.all[number as usize];
            tree.name(name, text)
        };
        let by_key = self.by_key.get_or_init(|| {
            let mut by_key: Box<[u32]> = (0..).take(self.all.len()).collect();
            by_key.sort_by_key(|number| key_of(*number));
            by_key
        });
        let after = by_key.partition_point(|number| key_of(*number) <= key);
        let last = *by_key.get(after.checked_sub(1)?)?;
        (key_of(last) == key).then(|| &self.all[last as usize].1)
    }
}

impl Tree {
    /// The node at a JSON pointer, in the positions of a text.
    pub(crate) fn find(&self, text: &str, pointer: &str) -> Option<&Tree> {
        pointer::tokens(pointer)?.try_fold(self, |node, token| match &node.children {
            Children::None => None,
            Children::Items(items) => items.get(token.parse::<usize>().ok()?),
            Children::Members(members) => members.find(text, &token),
        })
    }

    /// Where it stands: its key where it has one, else its first character.
    pub(crate) fn start(&self) -> usize {
        self.key.as_ref().unwrap_or(&self.value).start
    }

    /// The members with a duplicate key.
    pub(crate) fn repeated(&self, text: &str) -> Vec<String> {
        let mut found = Vec::new();
        self.gather_repeated(text, "", &mut found);
        found
    }

    fn gather_repeated(&self, text: &str, pointer: &str, found: &mut Vec<String>) {
        match &self.children {
            Children::None => {}
            Children::Items(items) => {
                for (index, item) in items.iter().enumerate() {
                    item.gather_repeated(text, &format!("{pointer}/{index}"), found);
                }
            }
            Children::Members(members) => {
                let mut keys = HashSet::new();
                for (name, member) in &members.all {
                    let key = member.name(name, text);
                    let at = pointer::join(pointer, key);
                    member.gather_repeated(text, &at, found);
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
            let name = (number * 7_919 % 12_000).to_string();
            (Some(name.into()), tree)
        };
        let object = Tree {
            key: None,
            value: 0..0,
            children: Children::Members(Box::new((0..12_000).map(member).collect())),
        };
        for number in 0..12_000 {
            let name = member(number).0.unwrap_or_default();
            let find = || object.find("", &format!("/{name}")).expect("a member");
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
