//! Unknown members of a response, and values of an unexpected type.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};

use super::RawJson;

/// Members of a response that have no field, by wire name: those that this version does not know,
/// and values of an unexpected type.
///
/// They are kept, so that nothing is lost when the response is serialized again. `Debug` shows only
/// their names, since an unknown member may be a secret.
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
    /// The value of a member; `None` where there is none with this name.
    pub fn get(&self, name: &str) -> Option<&RawJson> {
        self.0.get(name)
    }

    /// Wire names and values, in alphabetical order.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &RawJson)> {
        self.0.iter().map(|(name, value)| (&**name, value))
    }

    /// Whether there is no such member.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The number of members.
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
