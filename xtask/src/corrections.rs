//! The corrections file: one entry per departure from the vendor's documents, each checked against
//! the spec and the recordings; [vendor facts](crate::vendor_facts) are checked
//! against the corrections.
//!
//! ```yaml
//! - id: utc-offset-is-text
//!   at: /components/schemas/Connection/properties/utc-offset     # a JSON pointer into the spec
//!   vendor: {v231: 'an integer or a string', v45: 'the same'}    # what each version says, in our words
//!   truth: always text, empty when unset
//!   evidence:                                                    # or a text: `none: <why we believe it>`
//!     - tests/recordings/get_connection/200.json#/response/body/0/utc-offset             # there is such a value
//!     - {at: 'tests/recordings/….json#/response/body/0/utc-offset', is: ''}              # it is this value
//!     - {at: 'tests/recordings/….json#/response/body/0/utc-offset', type: string}        # it is of this JSON type
//!     - {at: 'tests/recordings/….json#/response/body/0/time-offset', absent: true}       # there is none,
//!                                                                                      # and the body is no excerpt
//!   effect: a strict client fails on every list
//! ```

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::{Map, Value};

use located::{Document, Place, Source};

/// The entries of a corrections file.
#[derive(Debug)]
pub struct Corrections {
    document: Document,
    entries: Vec<Correction>,
}

/// One entry. Parts that are missing are findings, so they are not asked for here.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Correction {
    /// What vendor facts and people call it.
    pub id: String,
    /// Where the spec departs from the vendor.
    pub(crate) at: String,
    /// What each vendor version says.
    #[serde(default)]
    pub vendor: Map<String, Value>,
    /// What is true instead.
    #[serde(default)]
    pub truth: String,
    #[serde(default)]
    pub(crate) evidence: Evidence,
    #[serde(default)]
    pub(crate) effect: String,
}

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

/// A place in a recording and what it must hold; with none of the three, anything.
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

/// `is: null` asks for a null, a missing `is` for nothing.
fn present<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Option<Value>, D::Error> {
    Value::deserialize(deserializer).map(Some)
}

impl Corrections {
    /// Reads the file; what is no list of entries is an error.
    pub fn load(source: Source) -> anyhow::Result<Self> {
        let document = Document::parse(source)?;
        let entries = document.typed()?;
        Ok(Corrections { document, entries })
    }

    /// The place of something in the file, or of the nearest thing around it.
    pub fn place(&self, pointer: &str) -> Option<Place> {
        self.document.source().nearest(pointer)
    }

    #[cfg(feature = "traffic")]
    pub(crate) fn source(&self) -> &Source {
        self.document.source()
    }

    /// The entries.
    pub fn entries(&self) -> &[Correction] {
        &self.entries
    }
}

impl Correction {
    /// Why it is believed, where no recording shows it.
    pub fn belief(&self) -> Option<&str> {
        match &self.evidence {
            Evidence::Belief(words) => {
                Some(words.strip_prefix("none:").unwrap_or(words).trim_start())
            }
            Evidence::Items(_) => None,
        }
    }

    /// The recordings that are its evidence, and how many places in each.
    pub fn recordings(&self) -> Vec<(String, u64)> {
        let Evidence::Items(items) = &self.evidence else {
            return Vec::new();
        };
        let mut recordings = BTreeMap::new();
        for item in items {
            let (file, _) = item.place();
            *recordings.entry(file.to_owned()).or_insert(0) += 1;
        }
        recordings.into_iter().collect()
    }
}

impl Item {
    /// The file, and the pointer into it.
    pub(crate) fn place(&self) -> (&str, &str) {
        let (Item::Exists(at) | Item::Shows(Shows { at, .. })) = self;
        at.split_once('#').unwrap_or((at, ""))
    }
}
