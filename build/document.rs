//! A YAML file as a JSON value that remembers where each part of it stands.

use std::collections::HashMap;
use std::fmt;

use saphyr_parser::{Event, Parser, ScalarStyle, Span};
use serde_json::{Map, Number, Value};

/// What is wrong with a document, and where.
#[derive(Debug)]
pub struct Problem {
    file: String,
    line: usize,
    column: usize,
    reason: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{}:{}:{}: {}",
            self.file, self.line, self.column, self.reason
        )
    }
}

/// A parsed YAML file.
pub struct Document {
    file: String,
    /// The content, key order kept.
    pub value: Value,
    /// Line and column, from 1, by JSON pointer; a member of a mapping stands where its key does.
    places: HashMap<String, (usize, usize)>,
}

impl Document {
    /// Reads YAML (1.2, core schema: `yes` and `no` are text). One document, no anchors, no
    /// duplicate keys.
    pub fn parse(file: &str, text: &str) -> Result<Document, Problem> {
        let mut reader = Reader {
            file,
            events: Parser::new_from_str(text),
            places: HashMap::new(),
        };
        loop {
            match reader.next()? {
                (Event::StreamStart | Event::DocumentStart(_), _) => {}
                (Event::StreamEnd, span) => return Err(reader.problem(span, "the file is empty")),
                (event, span) => {
                    let value = reader.node(event, span, "")?;
                    return Ok(Document {
                        file: file.to_owned(),
                        value,
                        places: reader.places,
                    });
                }
            }
        }
    }

    /// A problem with the value at `pointer`, or with the nearest parent that exists.
    pub fn problem(&self, pointer: &str, reason: impl Into<String>) -> Problem {
        let mut known = pointer;
        let place = loop {
            match (self.places.get(known), known.rfind('/')) {
                (Some(&place), _) => break place,
                (None, Some(parent)) => known = &known[..parent],
                (None, None) => break (1, 1),
            }
        };
        Problem {
            file: self.file.clone(),
            line: place.0,
            column: place.1,
            reason: reason.into(),
        }
    }
}

/// One step of a JSON pointer.
pub fn step(pointer: &str, key: &str) -> String {
    format!("{pointer}/{}", key.replace('~', "~0").replace('/', "~1"))
}

struct Reader<'a> {
    file: &'a str,
    events: Parser<'a, saphyr_parser::StrInput<'a>>,
    places: HashMap<String, (usize, usize)>,
}

impl<'a> Reader<'a> {
    fn next(&mut self) -> Result<(Event<'a>, Span), Problem> {
        match self.events.next() {
            Some(Ok(event)) => Ok(event),
            Some(Err(error)) => Err(Problem {
                file: self.file.to_owned(),
                line: error.marker().line(),
                column: error.marker().col() + 1,
                reason: error.info().to_owned(),
            }),
            None => Err(Problem {
                file: self.file.to_owned(),
                line: 1,
                column: 1,
                reason: "the file ends too early".into(),
            }),
        }
    }

    fn problem(&self, span: Span, reason: impl Into<String>) -> Problem {
        let (line, column) = place(span);
        Problem {
            file: self.file.to_owned(),
            line,
            column,
            reason: reason.into(),
        }
    }

    fn node(&mut self, event: Event<'a>, span: Span, pointer: &str) -> Result<Value, Problem> {
        self.places.entry(pointer.to_owned()).or_insert(place(span));
        match event {
            Event::Scalar(text, style, _, _) => Ok(scalar(&text, style)),
            Event::SequenceStart(..) => {
                let mut items = Vec::new();
                loop {
                    match self.next()? {
                        (Event::SequenceEnd, _) => return Ok(Value::Array(items)),
                        (event, span) => {
                            let item =
                                self.node(event, span, &format!("{pointer}/{}", items.len()))?;
                            items.push(item);
                        }
                    }
                }
            }
            Event::MappingStart(..) => {
                let mut members = Map::new();
                loop {
                    let key = match self.next()? {
                        (Event::MappingEnd, _) => return Ok(Value::Object(members)),
                        (Event::Scalar(key, ..), span) => {
                            if members.contains_key(key.as_ref()) {
                                return Err(
                                    self.problem(span, format!("the key `{key}` is there twice"))
                                );
                            }
                            self.places.insert(step(pointer, &key), place(span));
                            key.into_owned()
                        }
                        (_, span) => return Err(self.problem(span, "a key must be text")),
                    };
                    let (event, span) = self.next()?;
                    let value = self.node(event, span, &step(pointer, &key))?;
                    members.insert(key, value);
                }
            }
            _ => Err(self.problem(
                span,
                "anchors and aliases are not used in this file; write the value out or use `$ref`",
            )),
        }
    }
}

fn place(span: Span) -> (usize, usize) {
    (span.start.line(), span.start.col() + 1)
}

/// A scalar after YAML's core schema.
fn scalar(text: &str, style: ScalarStyle) -> Value {
    let as_text = || Value::String(text.to_owned());
    if style != ScalarStyle::Plain {
        return as_text();
    }
    match text {
        "" | "~" | "null" | "Null" | "NULL" => Value::Null,
        "true" | "True" | "TRUE" => Value::Bool(true),
        "false" | "False" | "FALSE" => Value::Bool(false),
        _ => number(text).map_or_else(as_text, Value::Number),
    }
}

fn number(text: &str) -> Option<Number> {
    let based = [("0x", 16), ("0o", 8)]
        .into_iter()
        .find_map(|(prefix, base)| Some((text.strip_prefix(prefix)?, base)));
    if let Some((digits, base)) = based {
        return i64::from_str_radix(digits, base).ok().map(Number::from);
    }
    // `inf` and `nan` are numbers to Rust and text to YAML.
    let numeric = text.starts_with(|c: char| c.is_ascii_digit() || matches!(c, '-' | '+' | '.'));
    let integer = text
        .parse::<i64>()
        .map(Number::from)
        .or_else(|_| text.parse::<u64>().map(Number::from))
        .ok();
    integer.or_else(|| {
        text.parse::<f64>()
            .ok()
            .filter(|_| numeric)
            .and_then(Number::from_f64)
    })
}
