//! Compares two states of a document, and finds the recordings that show each edited place.

use http_recording::Recording;
use located::pointer;
use serde_json::Value;

use crate::shown::Shown;

/// Values with at most this many bytes of JSON are shown; for longer ones there is `git diff`.
const SHORT: usize = 60;

/// One place that was edited.
#[derive(Debug, PartialEq, Eq)]
pub struct Edit {
    /// `+` for added, `-` for removed, `~` for changed.
    pub sign: char,
    /// The place and the change.
    pub what: String,
    /// Each recording that shows it, and how often.
    pub recordings: Vec<(String, u64)>,
}

/// The differences between two states of a document by JSON pointer, each with the recordings that
/// show the place.
pub fn edits(before: &Value, after: &Value, recordings: &[(String, Recording)]) -> Vec<Edit> {
    let differences = differences(before, after);
    // Usually there are no edits.
    if differences.is_empty() {
        return Vec::new();
    }
    let shown = |spec| -> Vec<(&String, Shown)> {
        let shown = recordings
            .iter()
            .map(|(name, recording)| (name, Shown::new(spec, recording)));
        shown.collect()
    };
    let (shown_before, shown_after) = (shown(before), shown(after));
    let edit = |at: String| {
        let (sign, shown, values) = match (before.pointer(&at), after.pointer(&at)) {
            (Some(old), Some(new)) => ('~', &shown_after, values(old, new)),
            (Some(_), None) => ('-', &shown_before, String::new()),
            (None, _) => ('+', &shown_after, String::new()),
        };
        let times = shown
            .iter()
            .map(|(name, shown)| ((*name).clone(), shown.times(&at)));
        Edit {
            sign,
            recordings: times.filter(|(_, times)| *times > 0).collect(),
            what: at + &values,
        }
    };
    differences.into_iter().map(edit).collect()
}

/// The outermost places in which two documents differ, in document order. An array of another
/// length differs as a whole.
fn differences(before: &Value, after: &Value) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    for (at, _) in pointer::values(before)
        .into_iter()
        .chain(pointer::values(after))
    {
        let differ = match (before.pointer(&at), after.pointer(&at)) {
            (Some(Value::Object(_)), Some(Value::Object(_))) => false,
            (Some(Value::Array(old)), Some(Value::Array(new))) => old.len() != new.len(),
            (old, new) => old != new,
        };
        if differ
            && !found
                .iter()
                .any(|outer| pointer::is_at_or_below(&at, outer))
        {
            found.push(at);
        }
    }
    found
}

/// Both values, if they are short.
fn values(old: &Value, new: &Value) -> String {
    let values = [old, new].map(Value::to_string);
    if values.iter().all(|value| value.len() <= SHORT) {
        format!("  {}", values.join(" -> "))
    } else {
        String::new()
    }
}
