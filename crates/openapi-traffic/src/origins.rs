//! How strong the evidence for something is.

use schemars::JsonSchema;
use serde::Serialize;

use http_recording::Origin;

/// How often something was seen, the strongest kind of recording first.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Origins {
    /// Real answers.
    pub captured: u64,
    /// Quoted first-hand.
    pub reported: u64,
    /// The vendor's examples.
    pub documented: u64,
    /// Made by us.
    pub synthetic: u64,
}

impl Origins {
    /// Counts one more.
    pub fn add(&mut self, origin: Origin) {
        *match origin {
            Origin::Captured => &mut self.captured,
            Origin::Reported => &mut self.reported,
            Origin::Documented => &mut self.documented,
            Origin::Synthetic => &mut self.synthetic,
        } += 1;
    }

    /// Adds those of another.
    pub fn merge(&mut self, other: Self) {
        self.captured += other.captured;
        self.reported += other.reported;
        self.documented += other.documented;
        self.synthetic += other.synthetic;
    }

    /// Somebody saw it on a real server.
    pub fn real(self) -> bool {
        self.captured + self.reported > 0
    }

    /// Somebody else than the authors of the recordings says so; what they made themselves shows a
    /// shape and proves nothing.
    pub fn by_others(self) -> bool {
        self.real() || self.documented > 0
    }

    /// The strongest there is.
    pub fn best(self) -> Option<Origin> {
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

/// The word for an origin, as recordings write it.
pub(crate) fn word(origin: Origin) -> &'static str {
    match origin {
        Origin::Captured => "captured",
        Origin::Reported => "reported",
        Origin::Documented => "documented",
        Origin::Synthetic => "synthetic",
    }
}
