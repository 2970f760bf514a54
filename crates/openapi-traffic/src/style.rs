//! Parses parameter and header values: the serialization styles of OpenAPI 3.0.3.
//!
//! Separators are found before decoding: `a%2Cb,c` has two items.

use serde_json::Value;

use crate::percent::decode;

/// A serialization style.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Style {
    Matrix,
    Label,
    Simple,
    Form,
    SpaceDelimited,
    PipeDelimited,
    DeepObject,
}

impl Style {
    /// The style of a name.
    pub(crate) fn new(name: &str) -> Option<Self> {
        Some(match name {
            "matrix" => Style::Matrix,
            "label" => Style::Label,
            "simple" => Style::Simple,
            "form" => Style::Form,
            "spaceDelimited" => Style::SpaceDelimited,
            "pipeDelimited" => Style::PipeDelimited,
            "deepObject" => Style::DeepObject,
            _ => return None,
        })
    }

    /// Its name.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Style::Matrix => "matrix",
            Style::Label => "label",
            Style::Simple => "simple",
            Style::Form => "form",
            Style::SpaceDelimited => "spaceDelimited",
            Style::PipeDelimited => "pipeDelimited",
            Style::DeepObject => "deepObject",
        }
    }
}

/// The kind of value that a string is parsed as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Shape {
    Primitive,
    Array,
    Object,
}

/// The raw strings that a value consists of, still percent-encoded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Parts {
    Text(String),
    Items(Vec<String>),
    Members(Vec<(String, String)>),
}

/// The possible splits of the complete value of a parameter; empty if it is not serialized in this
/// style.
pub(crate) fn split(
    style: Style,
    explode: bool,
    name: &str,
    shape: Shape,
    text: &str,
) -> Vec<Parts> {
    match style {
        Style::Matrix => matrix(explode, name, shape, text),
        Style::Label => match text.strip_prefix('.') {
            Some(text) => label(explode, shape, text),
            None => Vec::new(),
        },
        Style::Simple => separated(shape, text, explode, |text| cut(text, &[","])),
        Style::SpaceDelimited => {
            separated(shape, text, false, |text| cut(text, &["%20", "+", " "]))
        }
        Style::PipeDelimited => {
            let mut readings = separated(shape, text, false, |text| cut(text, &["|"]));
            if !text.contains('|') && shape != Shape::Primitive {
                // `|` is not allowed in a URI: most clients encode it, the style table does not.
                let encoded = |text: &str| cut(text, &["%7C", "%7c"]);
                readings.splice(0..0, separated(shape, text, false, encoded));
            }
            readings
        }
        Style::Form | Style::DeepObject => separated(shape, text, false, |text| cut(text, &[","])),
    }
}

fn matrix(explode: bool, name: &str, shape: Shape, text: &str) -> Vec<Parts> {
    let Some(text) = text.strip_prefix(';') else {
        return Vec::new();
    };
    // RFC 6570: if its value is empty, a name has no `=`.
    let pairs: Vec<(String, &str)> = text
        .split(';')
        .map(|pair| pair.split_once('=').unwrap_or((pair, "")))
        .map(|(name, value)| (decode(name), value))
        .collect();
    if explode && shape == Shape::Object {
        let members = pairs.into_iter();
        return members_of(
            members
                .map(|(name, value)| (name, value.to_owned()))
                .collect(),
        );
    }
    if pairs.iter().any(|(it, _)| it != name) {
        return Vec::new();
    }
    match (shape, pairs.as_slice()) {
        (Shape::Array, [(_, "")]) => nothing(shape),
        (Shape::Array, _) if explode => {
            let items = pairs.iter().map(|(_, value)| (*value).to_owned());
            vec![Parts::Items(items.collect())]
        }
        (_, [(_, value)]) => separated(shape, value, false, |text| cut(text, &[","])),
        _ => Vec::new(),
    }
}

fn label(explode: bool, shape: Shape, text: &str) -> Vec<Parts> {
    let mut readings = separated(shape, text, explode, |text| cut(text, &["."]));
    if !explode && shape != Shape::Primitive && text.contains(',') {
        // The style table of OpenAPI 3.0.3 has dots here; RFC 6570, by which it defines the style,
        // has commas.
        readings.extend(separated(shape, text, false, |text| cut(text, &[","])));
    }
    readings
}

/// The parts between separators: items, or the names and values of members alternately; if
/// `exploded`, each member is `name=value`.
fn separated(
    shape: Shape,
    text: &str,
    exploded: bool,
    cut: impl Fn(&str) -> Vec<String>,
) -> Vec<Parts> {
    match shape {
        Shape::Primitive => vec![Parts::Text(text.to_owned())],
        _ if text.is_empty() => nothing(shape),
        Shape::Array => vec![Parts::Items(cut(text))],
        Shape::Object if exploded => {
            let pairs = cut(text);
            let pairs = pairs.iter().map(|pair| pair.split_once('='));
            match pairs.collect::<Option<Vec<_>>>() {
                Some(pairs) => {
                    let members = pairs.into_iter();
                    members_of(
                        members
                            .map(|(name, value)| (decode(name.trim()), value.to_owned()))
                            .collect(),
                    )
                }
                None => Vec::new(),
            }
        }
        Shape::Object => {
            let parts = cut(text);
            let (pairs, rest) = parts.as_chunks::<2>();
            match rest {
                [] => members_of(
                    pairs
                        .iter()
                        .map(|[name, value]| (decode(name.trim()), value.clone()))
                        .collect(),
                ),
                _ => Vec::new(),
            }
        }
    }
}

/// Members without duplicate names.
fn members_of(members: Vec<(String, String)>) -> Vec<Parts> {
    let mut names: Vec<&str> = members.iter().map(|(name, _)| name.as_str()).collect();
    names.sort_unstable();
    if names.windows(2).any(|pair| pair[0] == pair[1]) {
        return Vec::new();
    }
    vec![Parts::Members(members)]
}

/// What an empty string may mean: no items, or one empty item.
fn nothing(shape: Shape) -> Vec<Parts> {
    match shape {
        Shape::Primitive => vec![Parts::Text(String::new())],
        Shape::Array => vec![Parts::Items(Vec::new()), Parts::Items(vec![String::new()])],
        Shape::Object => vec![Parts::Members(Vec::new())],
    }
}

/// The strings between any of these separators.
fn cut(text: &str, separators: &[&str]) -> Vec<String> {
    let mut parts = Vec::new();
    let (mut start, mut at) = (0, 0);
    while at < text.len() {
        match separators.iter().find(|it| text[at..].starts_with(**it)) {
            Some(separator) => {
                parts.push(text[start..at].to_owned());
                at += separator.len();
                start = at;
            }
            None => at += text[at..].chars().next().map_or(1, char::len_utf8),
        }
    }
    parts.push(text[start..].to_owned());
    parts
}

/// Which type a string is parsed as, if there are several possibilities.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Typing {
    /// The first type that the schema names and the string can be parsed as.
    Declared,
    /// A string, if the schema allows it.
    Text,
    /// The type that it looks like.
    Guessed,
}

impl Typing {
    /// In the order in which they are tried.
    pub(crate) const ALL: [Typing; 3] = [Typing::Declared, Typing::Text, Typing::Guessed];
}

/// Parses a string as one of the types that a schema allows; if that fails, it remains a string.
pub(crate) fn scalar(text: &str, types: &[&str], typing: Typing) -> Value {
    let types: &[&str] = match typing {
        Typing::Text if types.is_empty() || types.contains(&"string") => &["string"],
        Typing::Guessed => &["number", "boolean"],
        Typing::Declared | Typing::Text => types,
    };
    let read = types.iter().find_map(|name| match (*name, text) {
        ("integer" | "number", text) => number(text),
        ("boolean", "true") => Some(Value::Bool(true)),
        ("boolean", "false") => Some(Value::Bool(false)),
        _ => None,
    });
    read.unwrap_or_else(|| Value::String(text.to_owned()))
}

/// A number in JSON syntax, without white space around it.
fn number(text: &str) -> Option<Value> {
    let is_it = text.starts_with(|it: char| it == '-' || it.is_ascii_digit())
        && text.ends_with(|it: char| it.is_ascii_digit());
    let (value, _) = is_it.then(|| located::json(text).ok())??;
    value.is_number().then_some(value)
}
