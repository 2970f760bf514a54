//! What judging has to say: a stable code, both places, what was expected and what was seen.

use located::Place;
use schemars::JsonSchema;
use serde::Serialize;
use sha2::{Digest, Sha256};

use crate::codes::{Rule, Severity};

/// One thing that was found. Never holds a secret: `seen` is a type, a size or a redacted value.
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
    /// Where it was seen.
    pub recording: Option<Place>,
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
            recording: None,
        }
    }

    /// Stable name of this finding, for baselines and for tools that follow findings over time: it
    /// survives edits that move lines and bodies that grow, and is shared by equal findings in the
    /// elements of one array.
    pub fn id(&self) -> String {
        let file = self
            .recording
            .as_ref()
            .map_or("", |place| place.file.as_str());
        let (code, spec, recording) = self.group();
        let digest = Sha256::digest([code, spec, &recording, file].join("\0"));
        digest[..5]
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect()
    }

    /// What equal findings have in common: the code, the place in the spec, the place in an
    /// exchange whichever element and exchange it is.
    pub fn group(&self) -> (&'static str, &str, String) {
        let spec = self
            .spec
            .as_ref()
            .map_or("", |place| place.pointer.as_str());
        let recording = self
            .recording
            .as_ref()
            .map_or_else(String::new, |place| any_element(&place.pointer));
        (self.code, spec, recording)
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
