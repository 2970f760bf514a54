//! Puts a finding in its place in the exchange, and masks what is secret in its texts.

use std::sync::Arc;

use super::exchange::{Exchange, Located};
use crate::finding::Finding;
use crate::masking::Known;
use crate::spec::Spec;
use crate::visible::make_visible;
use located::pointer;

/// A pointer that ends as `at` or an ancestor of it does, with that end as it is shown.
fn masked(pointer: &str, at: &str, shown: &str) -> String {
    let mut ends = Some((at, shown));
    while let Some((real, shown)) = ends {
        if let Some(head) = pointer.strip_suffix(real) {
            return format!("{head}{shown}");
        }
        ends = pointer::parent(real).zip(pointer::parent(shown));
    }
    pointer.to_owned()
}

/// Masks in texts about the value at a pointer the names that are masked in the pointer as it is
/// shown; `side` is the pointer of the body.
fn mask(known: &Known, side: &str, at: &str, shown: &str, texts: &mut [String]) {
    let below = |pointer: &str| pointer.strip_prefix(side).map(|it| subject(it, None));
    if let (Some(named), Some(shown)) = (below(at), below(shown))
        && named != shown
    {
        // A member may follow.
        let (named, shown) = (named.trim_end_matches('`'), shown.trim_end_matches('`'));
        for text in &mut *texts {
            *text = text.replace(named, shown);
        }
    }
    for token in pointer::tokens(at).into_iter().flatten() {
        let name = known.name(&token);
        if name != token && !shown.contains(&*pointer::escape(&token)) {
            for text in &mut *texts {
                *text = text.replace(&*token, &name);
            }
        }
    }
}

/// Adds the place in an exchange to a finding, and masks secrets in it.
pub(crate) fn place_finding(
    spec: &Spec,
    exchange: &Exchange,
    kind: &Arc<str>,
    finding: Finding,
    at: &str,
) -> Finding {
    let known = &spec.known;
    let recording = &exchange.recording;
    let (side, body) = match at.strip_prefix("/response/body") {
        Some(_) => ("/response/body", &recording.response.body),
        None => ("/request/body", &recording.request.body),
    };
    let is_reported = finding.reports_its_key();
    // Only a body has arrays, where a numeric token is an index and not a name.
    let shown = match (at.strip_prefix(side), body) {
        (Some(below), Some(body)) => {
            format!("{side}{}", known.pointer(below, body, is_reported))
        }
        _ => known.pointer(at, &serde_json::Value::Null, is_reported),
    };
    let Located {
        mut place,
        end,
        byte,
    } = exchange.locate(at);
    let mut texts = [finding.message, finding.expected, finding.seen];
    // What is masked in the pointer is masked in the place and in the messages too.
    if shown != at {
        place.pointer = masked(&place.pointer, at, &shown);
        mask(known, side, at, &shown, &mut texts);
    }
    texts.iter_mut().for_each(make_visible);
    let [message, expected, seen] = texts;
    Finding {
        message,
        expected,
        seen,
        recording: Some(place),
        end,
        byte,
        exchange: Some(Arc::clone(kind)),
        at: Some(shown),
        ..finding
    }
}

/// The name of the value at a pointer in a message: the same for all items of a list, so that equal
/// findings look equal.
pub(super) fn subject(at: &str, member: Option<&str>) -> String {
    let mut name = String::new();
    for token in pointer::tokens(at)
        .into_iter()
        .flatten()
        .map(|token| token.into_owned())
        .chain(member.map(str::to_owned))
    {
        if token.bytes().all(|byte| byte.is_ascii_digit()) {
            name.push_str("[]");
        } else {
            if !name.is_empty() {
                name.push('.');
            }
            name.push_str(&token);
        }
    }
    if name.is_empty() {
        "the body".to_owned()
    } else {
        format!("`{name}`")
    }
}
