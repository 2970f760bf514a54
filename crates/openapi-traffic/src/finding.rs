//! A finding: a stable code, the place in the document and the one in the traffic, what was
//! expected and what was seen.

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::Arc;

use foldhash::fast::FixedState;
use located::{Place, pointer};
use rayon::prelude::*;
use schemars::JsonSchema;
use serde::Serialize;

use crate::codes::{About, Rule, Severity};
use crate::digest::digest;

/// How many findings one thread works on at once.
const CHUNK: usize = 1024;

/// One finding. It never contains a secret: `seen` is a type or a size, and a name that looks like
/// a value is `•••`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, JsonSchema)]
pub struct Finding {
    /// Stable code, `NSV…`.
    pub code: &'static str,
    /// The readable name of the code.
    #[serde(skip)]
    pub name: &'static str,
    /// How severe it is.
    pub severity: Severity,
    /// What it is about.
    #[serde(skip)]
    pub about: About,
    /// One sentence.
    pub message: String,
    /// What the spec requires.
    pub expected: String,
    /// What the traffic has instead.
    pub seen: String,
    /// The place in the spec.
    pub spec: Option<Arc<Place>>,
    /// A stable name for that place: its pointer with item names in place of list indices. `None`
    /// if the pointer itself is stable.
    #[serde(skip)]
    pub spec_name: Option<Arc<str>>,
    /// The place in the traffic. In a HAR file, which has bodies as strings, line and column are
    /// those within the string, and the pointer is that of the string.
    pub recording: Option<Place>,
    /// The place in the earlier exchange that a relation compared this one with.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub before: Option<Place>,
    /// Method, path template and status of the exchange, such as `GET /users/{id} 404`. If the path
    /// is not documented, only its segments that look like words are shown.
    pub exchange: Option<Arc<str>>,
    /// JSON pointer of the value within the exchange, independent of the file format.
    pub at: Option<String>,
    /// The column behind what is wrong in the traffic, if it was worked out with the place.
    #[serde(skip)]
    pub end: Option<usize>,
    /// The byte of the file at which the place is, if it is in a body of a large HAR file.
    #[serde(skip)]
    pub byte: Option<usize>,
    /// Its number among the findings of a run, for reports that list exchanges; `None` if it is of
    /// no exchange.
    #[serde(skip)]
    pub number: Option<usize>,
}

impl Finding {
    /// A finding of a rule. The caller fills in the places.
    pub fn new(
        rule: &Rule,
        message: impl Into<String>,
        expected: impl Into<String>,
        seen: impl Into<String>,
    ) -> Self {
        Finding {
            code: rule.code,
            name: rule.name,
            severity: rule.severity,
            about: rule.about,
            message: message.into(),
            expected: expected.into(),
            seen: seen.into(),
            spec: None,
            spec_name: None,
            recording: None,
            before: None,
            exchange: None,
            at: None,
            end: None,
            byte: None,
            number: None,
        }
    }

    /// Whether it is about the name at its place.
    pub(crate) fn reports_its_key(&self) -> bool {
        self.about == About::Name
    }

    /// The key that it is about.
    pub(crate) fn reported_key(&self) -> Option<Cow<'_, str>> {
        let at = self.at.as_deref().filter(|_| self.reports_its_key())?;
        pointer::last(at)
    }

    /// Stable id of this finding, for baselines and for tools that follow findings over time. It
    /// does not change when lines move or when something is inserted above, in the spec (in lists
    /// too) or in the recording. Equal findings in the items of one array, and in the entries of
    /// one file, share it.
    pub fn id(&self) -> String {
        id_of(&self.identity())
    }

    /// The ids of findings. Those of equal ones that are close to each other are worked out once.
    pub(crate) fn ids(findings: &[Finding]) -> Vec<String> {
        let ids = findings.par_chunks(CHUNK).flat_map_iter(|findings| {
            let mut known: HashMap<Identity<'_>, String, FixedState> = HashMap::default();
            findings.iter().map(move |finding| {
                let same = known.entry(finding.identity());
                same.or_insert_with_key(id_of).clone()
            })
        });
        ids.collect()
    }

    fn identity(&self) -> Identity<'_> {
        let file = self
            .recording
            .as_ref()
            .map_or("", |place| place.file.as_str());
        let (code, spec, at, exchange) = self.group();
        let spec = self.spec_name.as_deref().unwrap_or(spec);
        (code, spec, at, exchange, file)
    }

    /// What equal findings have in common: the code, the place in the spec, the place in an
    /// exchange regardless of array indices, and the kind of exchange.
    pub(crate) fn group(&self) -> (&'static str, &str, String, &str) {
        let spec = self
            .spec
            .as_ref()
            .map_or("", |place| place.pointer.as_str());
        let place = self.recording.as_ref().map(|place| &place.pointer);
        let at = self.at.as_ref().or(place);
        let at = at.map_or_else(String::new, |at| any_element(at));
        (
            self.code,
            spec,
            at,
            self.exchange.as_deref().unwrap_or_default(),
        )
    }
}

/// What the id of a finding is made of: code, place in the spec, place in an exchange, kind of
/// exchange, file.
type Identity<'f> = (&'static str, &'f str, String, &'f str, &'f str);

fn id_of((code, spec, at, exchange, file): &Identity<'_>) -> String {
    digest::<5>(&[code, spec, at.as_str(), exchange, file].join("\0"))
}

/// The pointer with `*` for every array index.
pub(crate) fn any_element(pointer: &str) -> String {
    let mut any = String::with_capacity(pointer.len());
    for (number, part) in pointer.split('/').enumerate() {
        if number > 0 {
            any.push('/');
        }
        let is_index = !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
        any.push_str(if is_index { "*" } else { part });
    }
    any
}
