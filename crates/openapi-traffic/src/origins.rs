//! Counts of recordings by origin: how strong the evidence for something is.

use schemars::JsonSchema;
use serde::Serialize;

use http_recording::Origin;

/// How often something was seen, per origin of the recording, strongest first.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Origins {
    /// Recorded from a real server.
    pub captured: u64,
    /// Quoted by somebody who called a real server.
    pub reported: u64,
    /// From the vendor's documentation.
    pub documented: u64,
    /// Made up.
    pub synthetic: u64,
}

impl Origins {
    /// Counts one more recording.
    pub(crate) fn add(&mut self, origin: Origin) {
        *match origin {
            Origin::Captured => &mut self.captured,
            Origin::Reported => &mut self.reported,
            Origin::Documented => &mut self.documented,
            Origin::Synthetic => &mut self.synthetic,
        } += 1;
    }

    /// Adds the counts of another.
    pub(crate) fn merge(&mut self, other: Self) {
        self.captured += other.captured;
        self.reported += other.reported;
        self.documented += other.documented;
        self.synthetic += other.synthetic;
    }

    /// Whether it was seen on a real server.
    pub fn real(self) -> bool {
        self.captured + self.reported > 0
    }

    /// Whether there is evidence that the authors of the recordings did not make up themselves.
    pub(crate) fn by_others(self) -> bool {
        self.real() || self.documented > 0
    }

    /// The strongest origin.
    pub(crate) fn best(self) -> Option<Origin> {
        let by_strength = [
            (self.captured, Origin::Captured),
            (self.reported, Origin::Reported),
            (self.documented, Origin::Documented),
            (self.synthetic, Origin::Synthetic),
        ];
        by_strength
            .into_iter()
            .find(|(number, _)| *number > 0)
            .map(|(_, origin)| origin)
    }
}

/// The name of an origin, as in recordings.
pub(crate) fn word(origin: Origin) -> &'static str {
    match origin {
        Origin::Captured => "captured",
        Origin::Reported => "reported",
        Origin::Documented => "documented",
        Origin::Synthetic => "synthetic",
    }
}
