//! Matches the segments of a requested path against those of a path template.

use http_recording::text;
use serde_json::{Map, Value};

use crate::percent::decode;

/// A segment of a template: literal text and names alternately, beginning and ending with text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Segment {
    texts: Vec<String>,
    names: Vec<Name>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Name {
    name: String,
    /// The prefix of its values: `.` in the style `label`, `;` in the style `matrix`.
    lead: Option<char>,
}

/// The names of a template with their values in a path, still percent-encoded.
pub(crate) type Names = Vec<(String, String)>;

/// A segment of a requested path.
#[derive(Debug, Clone)]
pub(crate) struct Piece {
    raw: String,
    decoded: String,
}

impl Segment {
    /// Parses a segment; `leads` has the prefixes of the values of some names.
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

    /// Whether it contains a name.
    pub(crate) fn is_named(&self) -> bool {
        !self.names.is_empty()
    }

    /// Matches a segment as it was sent, else its decoded form: a client may encode more than it
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

    /// Matches a string against `text{name}text…`: names are not empty, and each takes as little as
    /// possible. The prefix of the next name's values ends a name, as literal text does.
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

/// The segments of a path. In a template, each name is replaced by its value from `params`, which
/// may contain slashes.
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
    /// The decoded segment.
    pub(crate) fn decoded(&self) -> &str {
        &self.decoded
    }
}
