//! An exchange: a recording with its position in the file that it was read from.

use std::borrow::Cow;
use std::ops::Range;
use std::sync::{Arc, OnceLock};

use har_recording::{HarEntry, Wire};
use http_recording::Recording;
use located::{Place, PositionsInString, Source};
use serde_json::Value;

/// A recorded exchange with its position in a file.
#[derive(Debug)]
pub struct Exchange {
    /// What was recorded.
    pub recording: Recording,
    source: Arc<Source>,
    base: String,
    number: u64,
    label: Arc<str>,
    wire: Option<Wire>,
    /// The byte of the file at which the source begins, if it is an entry of a large HAR file.
    byte: Option<usize>,
    /// The bodies of request and response if the file has them as strings.
    bodies: [Body; 2],
}

/// The place of a value, and what is known of one within a body of a HAR file.
pub(super) struct Located {
    pub(super) place: Place,
    /// The column behind the value, if it is a scalar, else behind its opening bracket.
    pub(super) end: Option<usize>,
    /// The byte of the file at which it is.
    pub(super) byte: Option<usize>,
}

/// A body in a string of the source.
#[derive(Debug, Default)]
struct Body {
    /// Where it is written, without quotes.
    span: OnceLock<Option<Range<usize>>>,
    positions: OnceLock<Option<PositionsInString>>,
}

impl Exchange {
    /// The exchange at the pointer `base` of a source; `number` identifies it within a run.
    pub fn new(recording: Recording, source: Arc<Source>, base: &str, number: u64) -> Exchange {
        let label = match (base, source.first_line()) {
            ("", 1) => source.file().into(),
            ("", line) => format!("{}:{line}", source.file()).into(),
            (base, _) => format!("{}#{base}", source.file()).into(),
        };
        Exchange {
            recording,
            source,
            base: base.to_owned(),
            number,
            label,
            wire: None,
            byte: None,
            bodies: Default::default(),
        }
    }

    /// The exchange of an entry of a HAR file. Unlike a recording alone, it has the full URL and
    /// the headers that carry credentials.
    pub fn of_har(entry: HarEntry, source: Arc<Source>, number: u64) -> Exchange {
        let HarEntry {
            recording,
            pointer,
            wire,
            positions,
        } = entry;
        let bodies = positions.map(|positions| Body {
            span: OnceLock::new(),
            positions: positions.map_or_else(OnceLock::new, |it| OnceLock::from(Some(it))),
        });
        Exchange {
            wire: Some(wire),
            bodies,
            ..Exchange::new(recording, source, &pointer, number)
        }
    }

    /// The body of the response, when nothing else is needed any more.
    pub(crate) fn into_body(self) -> Option<Value> {
        self.recording.response.body
    }

    /// Adds at which byte of the file its source begins.
    pub(crate) fn at_byte(mut self, byte: usize) -> Exchange {
        self.byte = Some(byte);
        self
    }

    /// The URL of the request, or its path if the URL is not known.
    pub fn url(&self) -> &str {
        match &self.wire {
            Some(wire) => &wire.url,
            None => &self.recording.request.path,
        }
    }

    /// What was sent and the recording does not hold.
    pub(crate) fn wire(&self) -> Option<&Wire> {
        self.wire.as_ref()
    }

    /// Its label in reports: the file, with line or pointer if the file holds several exchanges.
    pub fn label(&self) -> &Arc<str> {
        &self.label
    }

    /// Its number in the run.
    pub fn number(&self) -> u64 {
        self.number
    }

    /// The source in which it is.
    pub fn source(&self) -> &Arc<Source> {
        &self.source
    }

    /// The pointer of the exchange in its source.
    pub(crate) fn base(&self) -> &str {
        &self.base
    }

    /// The place of a value of the recording. If the file has no such value (because it is
    /// missing), line and column are those of the nearest value around it, and the pointer is still
    /// that of the value.
    ///
    /// A HAR file has other names for the parts of an exchange, and bodies as strings. Line and
    /// column are then those within the string, and the pointer is that of the string.
    pub fn place(&self, pointer: &str) -> Place {
        self.locate(pointer).place
    }

    /// The same, within a body of a HAR file with more that is known of it.
    pub(super) fn locate(&self, pointer: &str) -> Located {
        let only = |place| Located {
            place,
            end: None,
            byte: None,
        };
        if self.base.is_empty() {
            return only(self.nearest(pointer));
        }
        let (at, inside) = self.in_har(pointer);
        let whole = format!("{}{at}", self.base);
        let found = inside.and_then(|(body, below)| self.in_body(&whole, body, below));
        found.unwrap_or_else(|| {
            let place = self.source.nearest(&whole);
            only(place.unwrap_or_else(|| self.nearest("")))
        })
    }

    /// A value of a body, or the nearest around it, where the body is the string at the pointer
    /// `whole`.
    fn in_body(&self, whole: &str, body: usize, below: &str) -> Option<Located> {
        let text = self.source.text();
        let body = &self.bodies[body];
        let between_quotes = || {
            let span = self.source.span(whole)?;
            let literal = text.get(span.clone())?;
            let inside = literal.strip_prefix('"')?.strip_suffix('"')?;
            let start = span.start + 1;
            Some(start..start + inside.len())
        };
        let span = body.span.get_or_init(between_quotes).as_ref()?;
        let written = text.get(span.clone())?;
        let positions = || PositionsInString::of(written);
        let positions = body.positions.get_or_init(positions).as_ref()?;
        let extent = positions.extent(written, below);
        let start = span.start + extent.start;
        let (line, column) = self.source.line_and_column(start);
        let length = written.get(extent)?.chars().count();
        Some(Located {
            place: Place {
                file: self.source.file().to_owned(),
                line,
                column,
                pointer: whole.to_owned(),
            },
            end: Some(column + length),
            byte: self.byte.map(|byte| byte + start),
        })
    }

    fn nearest(&self, pointer: &str) -> Place {
        let pointer = format!("{}{pointer}", self.base);
        match self.source.nearest(&pointer) {
            Some(place) => Place { pointer, ..place },
            None => Place {
                file: self.source.file().to_owned(),
                line: self.source.first_line(),
                column: 1,
                pointer,
            },
        }
    }

    /// The pointer of a part of an exchange in a HAR entry; for a body also its index in `bodies`
    /// and the pointer within it.
    fn in_har<'p>(&self, pointer: &'p str) -> (Cow<'p, str>, Option<(usize, &'p str)>) {
        const BODIES: [(&str, &str); 2] = [
            ("/request", "/request/postData/text"),
            ("/response", "/response/content/text"),
        ];
        for (index, (side, string)) in BODIES.into_iter().enumerate() {
            let Some(part) = pointer.strip_prefix(side) else {
                continue;
            };
            for body in ["/body", "/text"] {
                if let Some(below) = part.strip_prefix(body) {
                    let below = if body == "/body" { below } else { "" };
                    return (string.into(), Some((index, below)));
                }
            }
            let named = part.strip_prefix("/headers/");
            if let Some(index) = named.and_then(|name| self.header(side, name)) {
                return (format!("{side}/headers/{index}").into(), None);
            }
            let first = part.split('/').nth(1).unwrap_or_default();
            if matches!(first, "path" | "params" | "query") {
                return (format!("{side}/url").into(), None);
            }
        }
        (pointer.into(), None)
    }

    /// The index of a header in the header list of a HAR entry.
    fn header(&self, side: &str, name: &str) -> Option<usize> {
        let names = (0..).map_while(|index| {
            let at = format!("{}{side}/headers/{index}/name", self.base);
            self.source.span(&at).map(|span| (index, span))
        });
        names
            .map(|(index, span)| (index, self.source.text()[span].trim_matches('"')))
            .find(|(_, written)| written.eq_ignore_ascii_case(name))
            .map(|(index, _)| index)
    }
}
