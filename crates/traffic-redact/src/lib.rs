//! Takes customers out of recorded traffic: secrets, addresses, numbers and names become
//! placeholders, and equal values stay equal.
//!
//! Two passes over all the recordings of an import. The first learns which values are sensitive;
//! the second replaces them wherever they stand, so that a domain from a URL is also found in the
//! words of an error message. What is known to be harmless stays: vocabularies, counters,
//! timestamps, documentation ranges.
//!
//! ```
//! use http_recording::Recording;
//! use located::Source;
//! use traffic_redact::{Knowledge, redact, scan};
//!
//! let text = r#"{
//!   "format": 1,
//!   "meta": { "origin": "captured" },
//!   "request": { "method": "GET", "path": "/users" },
//!   "response": { "status": 200, "body": { "password": "hunter2hunter2", "state": "yes" } }
//! }"#;
//! let mut recordings = [Recording::read(&Source::new("users.json", text.to_owned()))?];
//! redact(&mut recordings, &Knowledge::default());
//!
//! let body = recordings[0].response.body.as_ref().expect("a body");
//! assert_eq!(body["password"], "«secret-1»");
//! assert_eq!(body["state"], "yes");
//! assert!(scan(body).is_empty());
//! # Ok::<(), located::Error>(())
//! ```
//!
//! In reading order: [`redact()`] with what it may be told before ([`Knowledge`]); [`scan()`], the
//! second look at what is already written, and the [`Leak`]s that it finds.

#![forbid(unsafe_code)]
#![deny(missing_docs, missing_debug_implementations, unreachable_pub)]

mod rules;
mod safe;
mod scan;
mod shapes;
mod table;
mod text;

use std::collections::{HashMap, HashSet};

use http_recording::{Recording, Redaction};
use located::pointer;
use serde_json::{Map, Number, Value};

use rules::{Treat, VOCABULARY, treat};
use table::{Kind, Table};

pub use scan::{Leak, scan};

/// What the spec tells about values.
#[derive(Debug, Clone, Default)]
pub struct Knowledge {
    vocabulary: HashSet<String>,
    sensitive: HashSet<String>,
}

impl Knowledge {
    /// The values of every `enum` and `x-extensible-enum` (which say nothing about a customer), and
    /// the names of properties that are marked `x-sensitive: true`.
    pub fn of_spec(spec: &Value) -> Self {
        let mut knowledge = Self::default();
        knowledge.gather(spec);
        knowledge
    }

    fn gather(&mut self, value: &Value) {
        match value {
            Value::Object(members) => {
                for (name, member) in members {
                    if matches!(name.as_str(), "enum" | "x-extensible-enum") {
                        let words = member
                            .as_array()
                            .into_iter()
                            .flatten()
                            .filter_map(Value::as_str);
                        self.vocabulary.extend(words.map(str::to_lowercase));
                    }
                    if member.get("x-sensitive") == Some(&Value::Bool(true)) {
                        self.sensitive.insert(name.clone());
                    }
                    self.gather(member);
                }
            }
            Value::Array(items) => items.iter().for_each(|item| self.gather(item)),
            _ => {}
        }
    }
}

/// Redacts the recordings of one import in place and lists in each `meta.redacted` what was
/// replaced by which rule.
pub fn redact(recordings: &mut [Recording], knowledge: &Knowledge) {
    let mut redactor = Redactor::new(knowledge);
    for recording in recordings.iter() {
        redactor.recording(recording);
    }
    redactor.table.seal();
    redactor.learning = false;
    redactor.remembered.clear();
    for recording in recordings {
        *recording = redactor.recording(recording);
        let known = std::mem::take(&mut recording.meta.redacted);
        redactor.notes.retain(|note| !known.contains(note));
        recording.meta.redacted = known.into_iter().chain(redactor.notes.drain(..)).collect();
    }
}

/// One pass over the recordings of an import.
struct Redactor<'a> {
    knowledge: &'a Knowledge,
    table: Table,
    /// The first pass only learns and gives every value back as it is.
    learning: bool,
    /// JSON pointer of the value at hand.
    at: String,
    notes: Vec<Redaction>,
    /// How the fields that were seen are treated.
    fields: HashMap<String, Treat>,
    /// What this pass made of a string, and by which rules: the trunks of a list differ in few
    /// values.
    remembered: HashMap<Treat, HashMap<String, (String, Vec<String>)>>,
}

impl<'a> Redactor<'a> {
    fn new(knowledge: &'a Knowledge) -> Self {
        Self {
            knowledge,
            table: Table::default(),
            learning: true,
            at: String::new(),
            notes: Vec::new(),
            fields: HashMap::new(),
            remembered: HashMap::new(),
        }
    }

    fn recording(&mut self, old: &Recording) -> Recording {
        let mut new = old.clone();
        self.at = "/request/path".into();
        new.request.path = self.path(&old.request.path);
        new.request.params = self.members("/request/params", &old.request.params, Treat::Unknown);
        new.request.query = self.members("/request/query", &old.request.query, Treat::Unknown);
        new.request.headers =
            self.members("/request/headers", &old.request.headers, Treat::Unknown);
        new.request.body = self.body("/request", old.request.body.as_ref());
        new.request.text = self.text("/request", old.request.text.as_deref());
        new.response.headers =
            self.members("/response/headers", &old.response.headers, Treat::Unknown);
        new.response.body = self.body("/response", old.response.body.as_ref());
        new.response.text = self.text("/response", old.response.text.as_deref());
        new
    }

    fn body(&mut self, side: &str, body: Option<&Value>) -> Option<Value> {
        body.map(|body| self.value(format!("{side}/body"), Treat::Unknown, body))
    }

    fn text(&mut self, side: &str, text: Option<&str>) -> Option<String> {
        text.map(|text| {
            self.at = format!("{side}/text");
            self.whole(Treat::Unknown, text)
        })
    }

    /// A concrete path: the segment behind `domains` is one.
    fn path(&mut self, path: &str) -> String {
        let mut collection = "";
        let segments: Vec<_> = path
            .split('/')
            .map(|segment| {
                let treated = if collection == "domains" {
                    Treat::Domain
                } else {
                    Treat::Unknown
                };
                collection = segment;
                let is_parameter = segment.starts_with('{') && segment.ends_with('}');
                if is_parameter {
                    return segment.to_owned();
                }
                self.encoded(segment, |this, decoded| this.whole(treated, decoded))
            })
            .collect();
        segments.join("/")
    }

    fn value(&mut self, pointer: String, treated: Treat, value: &Value) -> Value {
        match value {
            Value::Object(members) => Value::Object(self.members(&pointer, members, treated)),
            Value::Array(items) => {
                let items = items.iter().enumerate();
                items
                    .map(|(index, item)| self.value(format!("{pointer}/{index}"), treated, item))
                    .collect()
            }
            Value::String(string) => {
                self.at = pointer;
                Value::String(self.remembered_string(treated, string))
            }
            Value::Number(number) => {
                self.at = pointer;
                Value::Number(self.number(treated, number))
            }
            Value::Bool(_) | Value::Null => value.clone(),
        }
    }

    /// [`Self::whole`], worked out once for equal strings.
    fn remembered_string(&mut self, treated: Treat, text: &str) -> String {
        if let Some((redacted, rules)) = self
            .remembered
            .get(&treated)
            .and_then(|texts| texts.get(text))
        {
            self.notes.extend(rules.iter().map(|rule| Redaction {
                at: self.at.clone(),
                rule: rule.clone(),
            }));
            return redacted.clone();
        }
        let before = self.notes.len();
        let redacted = self.whole(treated, text);
        let rules = self.notes[before..]
            .iter()
            .map(|note| note.rule.clone())
            .collect();
        self.remembered
            .entry(treated)
            .or_default()
            .insert(text.to_owned(), (redacted.clone(), rules));
        redacted
    }

    fn members(
        &mut self,
        pointer: &str,
        members: &Map<String, Value>,
        treated: Treat,
    ) -> Map<String, Value> {
        let mut new = Map::new();
        for (name, member) in members {
            let treated = if treated == Treat::Secret {
                treated
            } else {
                self.treat(name)
            };
            let name = self.name(pointer, name);
            let member = self.value(pointer::join(pointer, &name), treated, member);
            new.insert(name, member);
        }
        new
    }

    /// A member's name that is itself a value, as in a table by telephone number.
    fn name(&mut self, pointer: &str, name: &str) -> String {
        let plain = name
            .bytes()
            .all(|byte| byte.is_ascii_alphabetic() || matches!(byte, b'-' | b'_'));
        if plain && !name.starts_with("ns") {
            return name.to_owned();
        }
        self.at = pointer.to_owned();
        self.remembered_string(Treat::Unknown, name)
    }

    fn treat(&mut self, field: &str) -> Treat {
        if let Some(treated) = self.fields.get(field) {
            return *treated;
        }
        let treated = match treat(field) {
            Treat::Unknown if self.knowledge.sensitive.contains(field) => Treat::Name,
            treated => treated,
        };
        self.fields.insert(field.to_owned(), treated);
        treated
    }

    /// A number stays a number: a secret one is 0, one that can be called gets the digits of its
    /// placeholder.
    fn number(&mut self, treated: Treat, number: &Number) -> Number {
        let digits = number.to_string();
        let is_whole = digits.bytes().all(|byte| byte.is_ascii_digit());
        let known_secret = self.table.knows(Kind::Secret, &digits);
        if treated == Treat::Secret || (known_secret && digits.len() >= 7) {
            if number.as_f64() == Some(0.0) {
                return number.clone();
            }
            if self.learning {
                // So that the same secret is found where it is a string.
                self.table.learn(Kind::Secret, &digits);
                return number.clone();
            }
            self.note("secret-field");
            return if number.is_f64() {
                Number::from_f64(0.0).unwrap_or(number.clone())
            } else {
                Number::from(0)
            };
        }
        // No shorter number can be called.
        if !is_whole || treated == Treat::Keep || digits.len() < 7 {
            return number.clone();
        }
        let redacted = match treated {
            Treat::Unknown | Treat::Text => self.free(&digits, 0),
            _ if shapes::classify(Kind::Text, &digits) == Kind::Phone => {
                self.atom(Kind::Phone, &digits)
            }
            _ => digits,
        };
        redacted
            .parse::<u64>()
            .map_or_else(|_| number.clone(), Number::from)
    }

    fn is_vocabulary(&self, text: &str) -> bool {
        let text = text.trim().to_lowercase();
        let is_sign = !text.chars().any(char::is_alphanumeric);
        let is_token =
            text.starts_with('<') && text.ends_with('>') && !text.contains(['@', '.', ':']);
        is_sign
            || is_token
            || VOCABULARY.contains(&text.as_str())
            || self.knowledge.vocabulary.contains(&text)
    }

    fn note(&mut self, rule: &str) {
        // The notes of one value come one after the other.
        let mut of_this_value = self
            .notes
            .iter()
            .rev()
            .take_while(|note| note.at == self.at);
        if of_this_value.all(|note| note.rule != rule) {
            self.notes.push(Redaction {
                at: self.at.clone(),
                rule: rule.into(),
            });
        }
    }
}
