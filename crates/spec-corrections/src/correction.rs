//! The register: a file with an entry for each departure from the vendor's document.
//!
//! ```yaml
//! - id: utc-offset-is-text
//!   # A JSON pointer into the spec.
//!   at: /components/schemas/Connection/properties/utc-offset
//!   # What each version says, in our words.
//!   vendor: {v231: 'an integer or a string', v45: 'the same'}
//!   truth: always a string, empty when unset
//!   # Or a string: `none: <why we believe it>`.
//!   evidence:
//!     # There is such a value.
//!     - tests/recordings/get_connection/200.json#/response/body/0/utc-offset
//!     # It is this value.
//!     - {at: 'tests/recordings/….json#/response/body/0/utc-offset', is: ''}
//!     # It has this JSON type.
//!     - {at: 'tests/recordings/….json#/response/body/0/utc-offset', type: string}
//!     # There is none, and the body is not an excerpt.
//!     - {at: 'tests/recordings/….json#/response/body/0/time-offset', absent: true}
//!   effect: a strict client fails on every list
//! ```

use std::collections::BTreeMap;

use located::{Document, Error, Source};
use serde::Deserialize;
use serde_json::{Map, Value};

use crate::evidence::{Evidence, NONE};

/// The entries of a file.
#[derive(Debug)]
pub struct Corrections {
    document: Document,
    entries: Vec<Correction>,
}

/// One entry. Missing parts are findings, so they are optional here.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Correction {
    /// The name by which vendor facts and people refer to it.
    pub id: String,
    /// Where the spec deviates from the vendor.
    pub at: String,
    /// What each vendor version says.
    #[serde(default)]
    pub vendor: Map<String, Value>,
    /// What is true instead.
    #[serde(default)]
    pub truth: String,
    #[serde(default)]
    pub(crate) evidence: Evidence,
    /// What goes wrong with a client that follows the vendor.
    #[serde(default)]
    pub effect: String,
}

impl Corrections {
    /// Parses the file.
    ///
    /// # Errors
    /// The file is not a list of entries.
    pub fn load(source: Source) -> Result<Self, Error> {
        let document = Document::parse(source)?;
        let entries = document.typed()?;
        Ok(Corrections { document, entries })
    }

    /// The text that they stand in.
    pub fn source(&self) -> &Source {
        self.document.source()
    }

    /// The entries.
    pub fn entries(&self) -> &[Correction] {
        &self.entries
    }
}

impl Correction {
    /// Why it is believed, if no recording shows it.
    pub(crate) fn belief(&self) -> Option<&str> {
        match &self.evidence {
            Evidence::Belief(words) => Some(words.strip_prefix(NONE).unwrap_or(words).trim_start()),
            Evidence::Items(_) => None,
        }
    }

    /// The recordings that are its evidence, and how many places in each.
    pub fn recordings(&self) -> Vec<(String, u64)> {
        let mut recordings = BTreeMap::new();
        for item in self.evidence.items() {
            let (file, _) = item.place();
            *recordings.entry(file.to_owned()).or_insert(0) += 1;
        }
        recordings.into_iter().collect()
    }
}
