//! Which operations a path leads to.

use percent_encoding::percent_decode_str;
use serde_json::{Map, Value};

use crate::recording::Request;
use crate::spec::Spec;
use crate::spec::operation::{Operation, Path, Segment, below_authority};

/// The names of a path template and what the path has in their places.
pub(super) type Names = Vec<(String, String)>;

/// The operations of the path that fits best: a literal segment goes before a named one, from left
/// to right.
pub(super) fn find<'s>(spec: &'s Spec, request: &Request) -> Vec<(&'s Operation, Names)> {
    let path = segments(below_authority(&request.path), &request.params);
    let found = fitting(spec, &path);
    if !found.is_empty() {
        return found;
    }
    // Recordings hold the path below the server's URL; other tools' hold it whole.
    spec.bases
        .iter()
        .filter_map(|base| path.strip_prefix(base.as_slice()))
        .map(|path| fitting(spec, path))
        .find(|found| !found.is_empty())
        .unwrap_or_default()
}

fn fitting<'s>(spec: &'s Spec, path: &[String]) -> Vec<(&'s Operation, Names)> {
    let mut found: Vec<(&Operation, Names)> = Vec::new();
    for operation in &spec.operations {
        let Some(names) = fit(&operation.path, path) else {
            continue;
        };
        match found
            .first()
            .map(|(best, _)| named(&operation.path).cmp(named(&best.path)))
        {
            Some(std::cmp::Ordering::Greater) => continue,
            Some(std::cmp::Ordering::Less) => found.clear(),
            Some(std::cmp::Ordering::Equal) | None => {}
        }
        found.push((operation, names));
    }
    found
}

fn named(path: &Path) -> impl Iterator<Item = bool> {
    path.segments
        .iter()
        .map(|segment| !segment.names.is_empty())
}

/// The decoded segments of a path; where it is a template, each name gives way to its value, which
/// may hold slashes.
fn segments(path: &str, params: &Map<String, Value>) -> Vec<String> {
    let path = path.split(['?', '#']).next().unwrap_or_default();
    let path = path.strip_prefix('/').unwrap_or(path);
    path.split('/')
        .map(|segment| {
            let mut decoded = percent_decode_str(segment).decode_utf8_lossy().into_owned();
            for (name, value) in params {
                let place = format!("{{{name}}}");
                if decoded.contains(&place) {
                    decoded = decoded.replace(&place, &super::parameter::text(value));
                }
            }
            decoded
        })
        .collect()
}

fn fit(template: &Path, path: &[String]) -> Option<Names> {
    if template.segments.len() != path.len() {
        return None;
    }
    let mut names = Vec::new();
    for (segment, text) in template.segments.iter().zip(path) {
        names.extend(fit_segment(segment, text)?);
    }
    Some(names)
}

/// Fits a text to `text{name}text…`: no name is empty, and each takes as little as it can.
fn fit_segment(segment: &Segment, text: &str) -> Option<Names> {
    let (first, rest) = segment.texts.split_first()?;
    let Some((last, between)) = rest.split_last() else {
        return (first == text).then(Vec::new);
    };
    let mut text = text
        .strip_prefix(first.as_str())?
        .strip_suffix(last.as_str())?;
    let mut names = Vec::new();
    let (final_name, earlier) = segment.names.split_last()?;
    for (name, literal) in earlier.iter().zip(between) {
        let least = text.chars().next()?.len_utf8();
        let at = least + text[least..].find(literal.as_str())?;
        names.push((name.clone(), text[..at].to_owned()));
        text = &text[at + literal.len()..];
    }
    if text.is_empty() {
        return None;
    }
    names.push((final_name.clone(), text.to_owned()));
    Some(names)
}
