//! The kinds of edits, and the effect of each on a value.

use located::pointer;
use serde_json::{Map, Value};

/// A change at a place of a document.
#[derive(Debug, Clone, PartialEq)]
pub enum Edit {
    /// Adds a member to an object.
    Insert {
        /// The object.
        at: String,
        /// The key of the new member, which the object does not have.
        key: String,
        /// The value of the new member.
        value: Value,
        /// Where among the other members.
        position: Position,
    },
    /// Adds an item at the end of an array.
    Push {
        /// The array.
        at: String,
        /// The new item.
        value: Value,
    },
    /// Puts another value in the place of one.
    Replace {
        /// The value.
        at: String,
        /// The new value.
        value: Value,
    },
    /// Gives a member another key and another value.
    Swap {
        /// The value of the member.
        at: String,
        /// The new key.
        key: String,
        /// The new value.
        value: Value,
    },
    /// Takes a member or an item away.
    Remove {
        /// The member or item.
        at: String,
    },
}

/// Where a new member stands among the others.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Position {
    /// Before all others.
    First,
    /// Behind the member of this key.
    After(String),
    /// Behind all others.
    Last,
}

impl Edit {
    /// The place.
    pub fn at(&self) -> &str {
        match self {
            Edit::Insert { at, .. }
            | Edit::Push { at, .. }
            | Edit::Replace { at, .. }
            | Edit::Swap { at, .. }
            | Edit::Remove { at } => at,
        }
    }

    /// Changes a value in the same way; says why where that is not possible.
    ///
    /// # Errors
    /// There is no such place, or no value of the type that the edit needs.
    pub(crate) fn apply_to(&self, document: &mut Value) -> Result<(), String> {
        match self {
            Edit::Insert {
                at,
                key,
                value,
                position,
            } => {
                let members = object(document, at)?;
                if members.contains_key(key) {
                    return Err(format!("there is a member `{key}` already"));
                }
                let index = match position {
                    Position::First => 0,
                    Position::Last => members.len(),
                    Position::After(other) => index(members, other)? + 1,
                };
                members.shift_insert(index, key.clone(), value.clone());
            }
            Edit::Push { at, value } => match document.pointer_mut(at) {
                Some(Value::Array(items)) => items.push(value.clone()),
                _ => return Err("an array is wanted here".to_owned()),
            },
            Edit::Replace { at, value } => match document.pointer_mut(at) {
                Some(old) => *old = value.clone(),
                None => return Err("there is nothing at this place".to_owned()),
            },
            Edit::Swap { at, key, value } => {
                let (members, old) = member(document, at)?;
                let index = index(members, &old)?;
                members.shift_remove(&old);
                if members.contains_key(key) {
                    return Err(format!("there is a member `{key}` already"));
                }
                members.shift_insert(index, key.clone(), value.clone());
            }
            Edit::Remove { at } => {
                let above = pointer::parent(at).unwrap_or_default();
                let last = pointer::last(at).unwrap_or_default();
                match document.pointer_mut(above) {
                    Some(Value::Array(items)) => match last.parse::<usize>() {
                        Ok(index) if index < items.len() => {
                            items.remove(index);
                        }
                        _ => return Err("there is no such item".to_owned()),
                    },
                    Some(Value::Object(members)) if members.contains_key(&*last) => {
                        members.shift_remove(&*last);
                    }
                    _ => return Err("there is nothing at this place".to_owned()),
                }
            }
        }
        Ok(())
    }
}

fn object<'d>(document: &'d mut Value, at: &str) -> Result<&'d mut Map<String, Value>, String> {
    let found = document.pointer_mut(at).and_then(Value::as_object_mut);
    found.ok_or_else(|| "an object is wanted here".to_owned())
}

/// The object that a member is of, and the key of the member.
fn member<'d>(
    document: &'d mut Value,
    at: &str,
) -> Result<(&'d mut Map<String, Value>, String), String> {
    let key = pointer::last(at).unwrap_or_default().into_owned();
    Ok((
        object(document, pointer::parent(at).unwrap_or_default())?,
        key,
    ))
}

fn index(members: &Map<String, Value>, key: &str) -> Result<usize, String> {
    let found = members.keys().position(|it| it == key);
    found.ok_or_else(|| format!("there is no member `{key}`"))
}
