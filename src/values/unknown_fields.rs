//! Members of a response that no field holds.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};

use super::RawJson;

/// Members of a response that no field holds, by wire name: those that this version does not know,
/// and values that do not fit their field.
///
/// They are kept, so that nothing is lost when a response is written out again. `Debug` shows their
/// names and no value: a new member may well hold a secret.
///
/// ```
/// use netsapiens_connections::Connection;
///
/// let trunk: Connection = serde_json::from_str(
///     r#"{"domain":"acme.example","connection-orig-match-pattern":"sip*@a","brand-new":[1]}"#,
/// )?;
/// for (name, value) in trunk.extra.iter() {
///     assert_eq!((name, value.as_str()), ("brand-new", "[1]"));
/// }
/// assert_eq!(trunk.extra.len(), 1);
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct UnknownFields(BTreeMap<Box<str>, RawJson>);

impl UnknownFields {
    /// The value of a member.
    pub fn get(&self, name: &str) -> Option<&RawJson> {
        self.0.get(name)
    }

    /// Wire names with values, in alphabetical order.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &RawJson)> {
        self.0.iter().map(|(name, value)| (&**name, value))
    }

    /// Whether every member has a field that holds it.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    pub(crate) fn keep(&mut self, name: &str, json: &str) {
        self.0.insert(name.into(), RawJson::new(json));
    }

    pub(crate) fn forget(&mut self, name: &str) {
        self.0.remove(name);
    }
}

impl fmt::Debug for UnknownFields {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.0.keys()).finish()
    }
}
