//! The segments of paths: those of a template, and those that were asked for.

use http_recording::text;
use percent_encoding::percent_decode_str;
use serde_json::{Map, Value};

/// What stands between two slashes of a template: literal text and names by turns, beginning and
/// ending with text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Segment {
    texts: Vec<String>,
    names: Vec<Name>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Name {
    name: String,
    /// What its values begin with: `.` in the style `label`, `;` in the style `matrix`.
    lead: Option<char>,
}

/// The names of a template and what a path has in their places, still percent-encoded.
pub(crate) type Names = Vec<(String, String)>;

/// A segment of a path that was asked for.
#[derive(Debug, Clone)]
pub(crate) struct Piece {
    raw: String,
    decoded: String,
}

impl Segment {
    /// The segment that is written so; `leads` has what the values of some names begin with.
    pub(crate) fn new(text: &str, leads: &[(&str, char)]) -> Self {
        let (mut texts, mut names) = (Vec::new(), Vec::new());
        let mut rest = text;
        while let Some((before, inside)) = rest.split_once('{')
            && let Some((name, after)) = inside.split_once('}')
        {
            texts.push(before.to_owned());
            let lead = leads.iter().rev().find(|(of, _)| *of == name);
            names.push(Name {
                name: name.to_owned(),
                lead: lead.map(|(_, lead)| *lead),
            });
            rest = after;
        }
        texts.push(rest.to_owned());
        Segment { texts, names }
    }

    /// Whether a name stands in it.
    pub(crate) fn is_named(&self) -> bool {
        !self.names.is_empty()
    }

    /// Fits a segment as it was sent, else what it stands for: a client may encode more than it
    /// has to.
    pub(crate) fn fit_piece(&self, piece: &Piece) -> Option<Names> {
        self.fit(&piece.raw).or_else(|| {
            let mut names = self.fit(&piece.decoded)?;
            for (_, value) in &mut names {
                *value = value.replace('%', "%25");
            }
            Some(names)
        })
    }

    /// Fits a text to `text{name}text…`: no name is empty, and each takes as little as it can. What
    /// the values of the next name begin with ends a name as a literal does.
    pub(crate) fn fit(&self, text: &str) -> Option<Names> {
        let (first, rest) = self.texts.split_first()?;
        let Some((last, between)) = rest.split_last() else {
            return (first == text).then(Vec::new);
        };
        let mut text = text
            .strip_prefix(first.as_str())?
            .strip_suffix(last.as_str())?;
        let mut names = Vec::new();
        let (final_name, earlier) = self.names.split_last()?;
        for (index, (name, literal)) in earlier.iter().zip(between).enumerate() {
            let least = text.chars().next()?.len_utf8();
            let next = self.names.get(index + 1).and_then(|next| next.lead);
            let end = literal.chars().chain(next).collect::<String>();
            let at = least + text[least..].find(&end)?;
            names.push((name.name.clone(), text[..at].to_owned()));
            text = &text[at + literal.len()..];
        }
        if text.is_empty() {
            return None;
        }
        names.push((final_name.name.clone(), text.to_owned()));
        Some(names)
    }
}

/// The segments of a path; where it is a template, each name gives way to its value, which may hold
/// slashes.
pub(crate) fn segments(path: &str, params: &Map<String, Value>) -> Vec<Piece> {
    let path = path.split(['?', '#']).next().unwrap_or_default();
    let path = path.strip_prefix('/').unwrap_or(path);
    path.split('/')
        .map(|segment| {
            let (mut raw, mut decoded) = (segment.to_owned(), decode(segment));
            for (name, value) in params {
                let place = format!("{{{name}}}");
                if decoded.contains(&place) {
                    let value = text(value);
                    decoded = decoded.replace(&place, &value);
                    raw = raw.replace(&place, &value.replace('%', "%25"));
                }
            }
            Piece { raw, decoded }
        })
        .collect()
}

impl Piece {
    /// What the segment stands for.
    pub(crate) fn decoded(&self) -> &str {
        &self.decoded
    }
}

/// The text that a percent-encoded one stands for.
pub(crate) fn decode(text: &str) -> String {
    percent_decode_str(text).decode_utf8_lossy().into_owned()
}
