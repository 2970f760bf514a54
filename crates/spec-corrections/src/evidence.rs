//! Evidence: the places in recordings that show something, or why it is believed without any.

use serde::Deserialize;
use serde_json::Value;

/// What evidence begins with where no recording shows anything.
pub(crate) const NONE: &str = "none:";

#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(untagged)]
pub(crate) enum Evidence {
    /// `none: <why we believe it>`
    Belief(String),
    Items(Vec<Item>),
}

impl Default for Evidence {
    fn default() -> Self {
        Evidence::Items(Vec::new())
    }
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(untagged)]
pub(crate) enum Item {
    Exists(String),
    Shows(Shows),
}

/// A place in a recording, and in at most one of the other fields what it must contain.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Shows {
    pub(crate) at: String,
    #[serde(default, deserialize_with = "present")]
    pub(crate) is: Option<Value>,
    pub(crate) r#type: Option<String>,
    #[serde(default)]
    pub(crate) absent: bool,
}

/// `is: null` requires a null; without `is`, any value will do.
fn present<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Option<Value>, D::Error> {
    Value::deserialize(deserializer).map(Some)
}

impl Evidence {
    /// The places; none where it is only believed.
    pub(crate) fn items(&self) -> &[Item] {
        match self {
            Evidence::Belief(_) => &[],
            Evidence::Items(items) => items,
        }
    }
}

impl Item {
    /// The file, and the pointer into it.
    pub(crate) fn place(&self) -> (&str, &str) {
        let (Item::Exists(at) | Item::Shows(Shows { at, .. })) = self;
        at.split_once('#').unwrap_or((at, ""))
    }
}
