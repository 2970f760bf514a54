//! Coverage: how often the traffic showed each place of a specification, as counters that can be
//! merged, and the table made from them.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::sync::Arc;

use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;

use crate::masking::Known;
use crate::origins::{Origins, word};
use crate::spec::{SiteId, SiteKind, Sites, Spec};
use http_recording::Origin;
use located::pointer;

/// How many recordings are remembered for a place: enough to look at, few enough to keep.
const RECORDINGS: usize = 4;
/// How many undocumented things are listed; any further ones appear only as findings.
const UNDOCUMENTED: usize = 1000;

/// What was seen, per place of the specification. The evidence of many exchanges is that of each,
/// merged in any order.
#[derive(Debug, Clone, Default)]
pub struct Evidence {
    sites: Vec<Seen>,
    values: Vec<u64>,
    undocumented: BTreeMap<Undocumented, Seen>,
    unchecked: BTreeMap<String, Unchecked>,
    labels: BTreeMap<u64, Arc<str>>,
}

/// How often something was not validated, and the first exchange with it.
#[derive(Debug, Clone)]
struct Unchecked {
    times: u64,
    first: (u64, Arc<str>),
}

#[derive(Debug, Clone, Copy, Default)]
struct Seen {
    times: u64,
    /// How many of these times the body was complete, not an excerpt.
    whole: u64,
    contradicted: u64,
    types: u8,
    origins: Origins,
    recordings: Recordings,
}

/// The lowest numbers of the recordings that showed something.
#[derive(Debug, Clone, Copy, Default)]
struct Recordings {
    count: u8,
    numbers: [u64; RECORDINGS],
}

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Undocumented {
    kind: SiteKind,
    pointer: String,
    name: String,
}

/// The recording that is being validated.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Observation<'w> {
    /// Its number in the run.
    pub(crate) number: u64,
    /// Its label in reports.
    pub(crate) label: &'w Arc<str>,
    /// How strong it is as evidence.
    pub(crate) origin: Origin,
    /// Whether the body is complete, not an excerpt, so that what is missing counts as absent.
    pub(crate) whole: bool,
    /// What may be shown of it.
    pub(crate) known: &'w Known,
}

impl Evidence {
    /// Evidence for a specification of which nothing was seen yet.
    pub fn new(spec: &Spec) -> Evidence {
        Evidence {
            sites: vec![Seen::default(); spec.sites().len()],
            values: vec![0; spec.sites.values],
            ..Evidence::default()
        }
    }

    /// Adds the counters of another.
    pub fn merge(&mut self, other: Evidence) {
        if self.sites.is_empty() {
            self.sites = other.sites;
            self.values = other.values;
        } else {
            for (mine, theirs) in self.sites.iter_mut().zip(&other.sites) {
                mine.merge(theirs);
            }
            for (mine, theirs) in self.values.iter_mut().zip(&other.values) {
                *mine += theirs;
            }
        }
        for (what, seen) in other.undocumented {
            self.undocumented.entry(what).or_default().merge(&seen);
        }
        for (reason, theirs) in other.unchecked {
            match self.unchecked.entry(reason) {
                Entry::Vacant(entry) => {
                    entry.insert(theirs);
                }
                Entry::Occupied(mut entry) => entry.get_mut().merge(theirs),
            }
        }
        self.forget_undocumented();
        self.labels.extend(other.labels);
    }

    /// Counts a value at a place.
    pub(crate) fn see(&mut self, site: SiteId, value: &Value, observation: Observation<'_>) {
        self.see_type(site, type_bit(value), observation);
    }

    /// Counts something that is no JSON value: an operation, a status.
    pub(crate) fn pass(&mut self, site: SiteId, observation: Observation<'_>) {
        self.see_type(site, 0, observation);
    }

    fn see_type(&mut self, site: SiteId, types: u8, observation: Observation<'_>) {
        let seen = &mut self.sites[site as usize];
        seen.times += 1;
        seen.whole += u64::from(observation.whole);
        seen.origins.add(observation.origin);
        seen.types |= types;
        seen.note(&mut self.labels, observation);
    }

    /// Counts one of the known values of a place.
    pub(crate) fn see_text(&mut self, sites: &Sites, site: SiteId, text: usize) {
        let site = sites.get(site);
        if text < site.values.len() {
            self.values[site.first_value + text] += 1;
        }
    }

    /// Counts a contradiction of a place.
    pub(crate) fn contradict(&mut self, site: SiteId, observation: Observation<'_>) {
        let seen = &mut self.sites[site as usize];
        seen.contradicted += 1;
        seen.note(&mut self.labels, observation);
    }

    /// Counts something that was not validated.
    pub(crate) fn leave(&mut self, reason: String, observation: Observation<'_>) {
        let first = (observation.number, Arc::clone(observation.label));
        let once = Unchecked { times: 1, first };
        match self.unchecked.entry(reason) {
            Entry::Vacant(entry) => {
                entry.insert(once);
            }
            Entry::Occupied(mut entry) => entry.get_mut().merge(once),
        }
    }

    /// What was not validated: the reason, how often, and the first exchange affected.
    pub fn unchecked(&self) -> impl Iterator<Item = (&str, u64, &str)> {
        let all = self.unchecked.iter();
        all.map(|(reason, it)| (reason.as_str(), it.times, it.first.1.as_ref()))
    }

    /// Counts something that the specification does not document.
    pub(crate) fn see_undocumented(
        &mut self,
        kind: SiteKind,
        pointer: &str,
        name: &str,
        value: Option<&Value>,
        observation: Observation<'_>,
    ) {
        let shown = match kind {
            // A status is no secret.
            SiteKind::Response => name.into(),
            _ => observation.known.name(name),
        };
        let escaped = pointer::escape(name);
        let pointer = match pointer.strip_suffix(&*escaped).filter(|_| shown != name) {
            Some(owner) if owner.ends_with('/') => format!("{owner}{shown}"),
            _ => pointer.to_owned(),
        };
        let what = Undocumented {
            kind,
            pointer,
            name: shown.into_owned(),
        };
        let seen = self.undocumented.entry(what).or_default();
        seen.times += 1;
        seen.origins.add(observation.origin);
        seen.types |= value.map_or(0, type_bit);
        seen.note(&mut self.labels, observation);
        self.forget_undocumented();
    }

    /// Keeps the first in sort order, not in time: the result does not depend on how the work was
    /// divided among threads.
    fn forget_undocumented(&mut self) {
        while self.undocumented.len() > UNDOCUMENTED {
            self.undocumented.pop_last();
        }
    }

    /// The table: each place of the specification in its order, then what is undocumented.
    pub fn rows(&self, spec: &Spec) -> Vec<Row> {
        let nothing = Seen::default();
        let parameters = spec.operations.iter().flat_map(|it| &it.parameters);
        let locations: BTreeMap<_, _> = parameters
            .map(|it| (it.site as usize, it.location.name()))
            .collect();
        let documented = spec.sites().iter().enumerate().map(|(number, site)| {
            let seen = self.sites.get(number).unwrap_or(&nothing);
            // An excerpt counts where it shows the place, and not where it does not.
            let of = site.parent.map(|parent| {
                let parent = self.sites.get(parent as usize).unwrap_or(&nothing);
                parent.whole + (seen.times - seen.whole)
            });
            let counters = self.values.get(site.first_value..).unwrap_or_default();
            let counters = counters.iter().copied().chain(std::iter::repeat(0));
            Row {
                location: locations.get(&number).copied(),
                values: site.values.iter().cloned().zip(counters).collect(),
                ..self.row(site.kind, &site.pointer, &site.name, seen, of, true)
            }
        });
        let undocumented = self
            .undocumented
            .iter()
            .map(|(what, seen)| self.row(what.kind, &what.pointer, &what.name, seen, None, false));
        documented.chain(undocumented).collect()
    }

    fn row(
        &self,
        kind: SiteKind,
        pointer: &str,
        name: &str,
        seen: &Seen,
        of: Option<u64>,
        documented: bool,
    ) -> Row {
        Row {
            kind,
            pointer: pointer.to_owned(),
            name: name.to_owned(),
            location: None,
            seen: seen.times,
            of,
            presence: match of {
                _ if seen.times == 0 => Presence::Never,
                Some(of) if seen.times < of => Presence::Sometimes,
                _ => Presence::Always,
            },
            types: TYPES
                .iter()
                .filter(|(_, bit)| seen.types & bit != 0)
                .map(|(name, _)| *name)
                .collect(),
            values: Vec::new(),
            recordings: seen
                .recordings
                .numbers()
                .iter()
                .filter_map(|number| self.labels.get(number))
                .map(|label| label.as_ref().to_owned())
                .collect(),
            origins: seen.origins,
            strongest: seen.origins.best().map(word),
            contradicted: seen.contradicted,
            verdict: match seen {
                _ if !documented => Verdict::Undocumented,
                seen if seen.contradicted > 0 => Verdict::Contradicted,
                seen if seen.origins.by_others() => Verdict::Supported,
                seen if seen.times > 0 => Verdict::Illustrated,
                _ => Verdict::NeverSeen,
            },
        }
    }
}

impl Unchecked {
    fn merge(&mut self, other: Unchecked) {
        self.times += other.times;
        if other.first.0 < self.first.0 {
            self.first = other.first;
        }
    }
}

impl Seen {
    /// Remembers the recording if it is one of the first.
    fn note(&mut self, labels: &mut BTreeMap<u64, Arc<str>>, observation: Observation<'_>) {
        if self.recordings.add(observation.number) {
            labels
                .entry(observation.number)
                .or_insert_with(|| Arc::clone(observation.label));
        }
    }

    fn merge(&mut self, other: &Seen) {
        self.times += other.times;
        self.whole += other.whole;
        self.contradicted += other.contradicted;
        self.types |= other.types;
        self.origins.merge(other.origins);
        for number in other.recordings.numbers() {
            self.recordings.add(*number);
        }
    }
}

impl Recordings {
    fn numbers(&self) -> &[u64] {
        &self.numbers[..usize::from(self.count)]
    }

    /// Keeps the lowest numbers, sorted; returns whether this one was inserted.
    fn add(&mut self, number: u64) -> bool {
        let count = usize::from(self.count);
        // Exchanges come in order: nearly always this is the last one again, or the table is full
        // of lower ones.
        if count > 0 && self.numbers[count - 1] == number
            || count == RECORDINGS && self.numbers[RECORDINGS - 1] < number
        {
            return false;
        }
        let at = self.numbers().partition_point(|known| *known < number);
        if at == RECORDINGS || self.numbers().get(at) == Some(&number) {
            return false;
        }
        let last = count.min(RECORDINGS - 1);
        self.numbers.copy_within(at..last, at + 1);
        self.numbers[at] = number;
        self.count = u8::try_from(last + 1).unwrap_or(u8::MAX);
        true
    }
}

/// The evidence for one place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Row {
    /// What the place is.
    pub kind: SiteKind,
    /// Where it is defined in the specification; if undocumented, where it should be defined.
    pub pointer: String,
    /// `operationId status media type`, or the name of a property or parameter.
    pub name: String,
    /// Where a parameter is sent: path, query, header or cookie.
    #[serde(rename = "in", skip_serializing_if = "Option::is_none")]
    pub location: Option<&'static str>,
    /// How often it was seen.
    pub seen: u64,
    /// How often it could have been seen: how often the place that contains it was seen.
    pub of: Option<u64>,
    /// `seen` compared with `of`.
    pub presence: Presence,
    /// The JSON types of its values.
    pub types: Vec<&'static str>,
    /// How often each known value was seen (`enum`, `x-extensible-enum`).
    pub values: Vec<(String, u64)>,
    /// The first recordings that showed it.
    pub recordings: Vec<String>,
    /// How often it was seen, by the origin of the recording.
    pub origins: Origins,
    /// The strongest origin of a recording that shows it.
    pub strongest: Option<&'static str>,
    /// How often the traffic contradicted it.
    pub contradicted: u64,
    /// The conclusion.
    pub verdict: Verdict,
}

/// Whether a place is always present where it could be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Presence {
    /// Each time.
    Always,
    /// Not each time.
    Sometimes,
    /// Not once.
    Never,
}

/// Whether the traffic supports a place of the specification.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// Seen as specified, in a recording that is captured, reported or documented.
    Supported,
    /// Seen only in synthetic recordings, which counts as not seen.
    Illustrated,
    /// Seen, and not as specified.
    Contradicted,
    /// Never seen.
    NeverSeen,
    /// Seen, and not specified.
    Undocumented,
}

const TYPES: &[(&str, u8)] = &[
    ("null", 1),
    ("boolean", 2),
    ("integer", 4),
    ("number", 8),
    ("string", 16),
    ("array", 32),
    ("object", 64),
];

fn type_bit(value: &Value) -> u8 {
    match value {
        Value::Null => 1,
        Value::Bool(_) => 2,
        Value::Number(number) if number.is_f64() => 8,
        Value::Number(_) => 4,
        Value::String(_) => 16,
        Value::Array(_) => 32,
        Value::Object(_) => 64,
    }
}
