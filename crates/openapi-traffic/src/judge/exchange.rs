//! A recording and where it was read from.

use std::sync::Arc;

use har_recording::Wire;
use http_recording::Recording;
use located::Place;
use located::Source;

/// A recorded exchange that knows its place.
#[derive(Debug)]
pub struct Exchange {
    /// What was recorded.
    pub recording: Recording,
    source: Arc<Source>,
    base: String,
    number: u64,
    label: Arc<str>,
    wire: Option<Wire>,
}

impl Exchange {
    /// The exchange at the pointer `base` of a text; `number` tells it from the others of a run.
    pub fn new(recording: Recording, source: Arc<Source>, base: &str, number: u64) -> Exchange {
        let label = match (base, source.first_line()) {
            ("", 1) => source.file().into(),
            ("", line) => format!("{}:{line}", source.file()).into(),
            (base, _) => format!("{}#{base}", source.file()).into(),
        };
        Exchange {
            recording,
            source,
            base: base.to_owned(),
            number,
            label,
            wire: None,
        }
    }

    /// With what was sent beyond what a recording holds: the whole URL, and the headers that carry
    /// credentials. Without it, nothing is known of these headers.
    #[must_use]
    pub fn with_wire(mut self, wire: Wire) -> Exchange {
        self.wire = Some(wire);
        self
    }

    /// The URL that was asked for, or the path where nothing more is known.
    pub fn url(&self) -> &str {
        match &self.wire {
            Some(wire) => &wire.url,
            None => &self.recording.request.path,
        }
    }

    /// What was sent beyond what the recording holds.
    pub(crate) fn wire(&self) -> Option<&Wire> {
        self.wire.as_ref()
    }

    /// What people call it: its file, with line or pointer where the file holds more than one.
    pub fn label(&self) -> &Arc<str> {
        &self.label
    }

    /// Its number in the run.
    pub fn number(&self) -> u64 {
        self.number
    }

    /// The text in which it stands.
    pub fn source(&self) -> &Arc<Source> {
        &self.source
    }

    /// Where a value of the recording stands, or the nearest place above where the file has no such
    /// value (what is missing, what a HAR holds as text). The pointer is that of the value all the
    /// same.
    pub fn place(&self, pointer: &str) -> Place {
        let whole = format!("{}{pointer}", self.base);
        match self.source.nearest(&whole) {
            Some(place) => Place {
                pointer: whole,
                ..place
            },
            None => Place {
                file: self.source.file().to_owned(),
                line: self.source.first_line(),
                column: 1,
                pointer: whole,
            },
        }
    }
}
