//! What judging has to say: a stable code, both places, what was expected and what was seen.

use located::Place;
use schemars::JsonSchema;
use serde::Serialize;

use crate::codes::{Rule, Severity};
use crate::digest::digest;

/// One thing that was found. Never holds a secret: `seen` is a type or a size, and a name that
/// looks like a value is `•••`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, JsonSchema)]
pub struct Finding {
    /// Stable code, `NSV…`.
    pub code: &'static str,
    /// The code as a name.
    #[serde(skip)]
    pub name: &'static str,
    /// How much it weighs.
    pub severity: Severity,
    /// One sentence.
    pub message: String,
    /// What the spec asks for.
    pub expected: String,
    /// What was there.
    pub seen: String,
    /// Where the spec says so.
    pub spec: Option<Place>,
    /// That place by a name that it keeps: in its pointer, the names of what stands in lists for
    /// their numbers. None where the pointer itself will do.
    #[serde(skip)]
    pub spec_name: Option<String>,
    /// Where it was seen. In a HAR file, which holds bodies as strings, that is a place within the
    /// string, and the pointer is that of the string.
    pub recording: Option<Place>,
    /// Where the earlier exchange stands that a relation held this one against.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub before: Option<Place>,
    /// Method, path template and status of the exchange, as `GET /users/{id} 404`; of a path that
    /// the spec does not know, what looks like a word.
    pub exchange: Option<String>,
    /// JSON pointer of the value within the exchange, whatever file that stands in.
    pub at: Option<String>,
}

impl Finding {
    /// A finding by a rule; the places are for the caller to fill in.
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
            message: message.into(),
            expected: expected.into(),
            seen: seen.into(),
            spec: None,
            spec_name: None,
            recording: None,
            before: None,
            exchange: None,
            at: None,
        }
    }

    /// Stable name of this finding, for baselines and for tools that follow findings over time: it
    /// survives what moves lines and what is inserted above, in the spec (into lists too) as in
    /// the recording. Equal findings in the elements of one array, and in the entries of one file,
    /// share it.
    pub fn id(&self) -> String {
        let file = self
            .recording
            .as_ref()
            .map_or("", |place| place.file.as_str());
        let (code, spec, at, exchange) = self.group();
        let spec = self.spec_name.as_deref().unwrap_or(spec);
        digest::<5>(&[code, spec, &at, exchange, file].join("\0"))
    }

    /// What equal findings have in common: the code, the place in the spec, the place in an
    /// exchange whichever element it is, and the kind of exchange.
    pub fn group(&self) -> (&'static str, &str, String, &str) {
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
