//! Takes customers out of recorded traffic: secrets, addresses, numbers and names become
//! placeholders, and equal values stay equal.
//!
//! Two passes over all the recordings of an import. The first learns which values are sensitive;
//! the second replaces them wherever they stand, so that a domain from a URL is also found in the
//! words of an error message. What is known to be harmless stays: vocabularies, counters,
//! timestamps, documentation ranges, common words. Everything else is replaced, known or not.
//!
//! ```
//! use http_recording::Recording;
//! use located::Source;
//! use traffic_redact::{Knowledge, redact, unredacted};
//!
//! let text = r#"{
//!   "format": 1,
//!   "meta": { "origin": "captured" },
//!   "request": { "method": "GET", "path": "/users" },
//!   "response": { "status": 200, "body": { "password": "hunter2hunter2", "state": "yes" } }
//! }"#;
//! let mut recordings = [Recording::read(&Source::new("users.json", text.to_owned()))?];
//! assert_eq!(unredacted(&recordings[0], &Knowledge::default()).len(), 1);
//! redact(&mut recordings, &Knowledge::default());
//!
//! assert!(unredacted(&recordings[0], &Knowledge::default()).is_empty());
//! let body = recordings[0].response.body.as_ref().expect("a body");
//! assert_eq!(body["password"], "«secret-1»");
//! assert_eq!(body["state"], "yes");
//! # Ok::<(), located::Error>(())
//! ```
//!
//! In reading order: [`redact()`] with what it may be told before ([`Knowledge`]);
//! [`unredacted()`], the same rule as a check; [`scan()`], the look for shapes of secrets in texts
//! without fields, such as notes; the [`Leak`]s that both find.

#![forbid(unsafe_code)]
#![deny(missing_docs, missing_debug_implementations, unreachable_pub)]

mod knowledge;
mod rules;
mod safe;
mod scan;
mod shapes;
mod table;
mod text;
mod words;

use std::collections::HashMap;

use http_recording::{Recording, Redaction};
use located::pointer;
use serde_json::{Map, Number, Value};

use rules::{Treat, VOCABULARY, treat};
use table::{Kind, Table};

pub use knowledge::Knowledge;
pub use scan::{Leak, scan};

/// Redacts the recordings of one import in place and lists in each `meta.redacted` what was
/// replaced by which rule.
pub fn redact(recordings: &mut [Recording], knowledge: &Knowledge) {
    let mut redactor = Redactor::new(knowledge);
    for recording in recordings.iter() {
        redactor.recording(recording);
    }
    redactor.seal();
    for recording in recordings {
        *recording = redactor.recording(recording);
        let known = std::mem::take(&mut recording.meta.redacted);
        redactor.notes.retain(|note| !known.contains(note));
        recording.meta.redacted = known.into_iter().chain(redactor.notes.drain(..)).collect();
    }
}

/// What [`redact()`] would replace in a recording: what must not be published. It is the same rule,
/// so a redacted recording has none.
pub fn unredacted(recording: &Recording, knowledge: &Knowledge) -> Vec<Leak> {
    let mut redactor = Redactor::new(knowledge);
    redactor.recording(recording);
    redactor.seal();
    redactor.recording(recording);
    let leaks = redactor.notes.into_iter();
    leaks
        .map(|note| Leak {
            pointer: note.at,
            kind: note.rule,
        })
        .collect()
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

    /// Ends the learning.
    fn seal(&mut self) {
        self.table.seal();
        self.learning = false;
        self.remembered.clear();
        self.notes.clear();
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
            let mut new_name = self.name(pointer, name);
            // A name that was replaced tells nothing to the next reader.
            let treated = match self.treat(name) {
                own if own == Treat::Secret || treated == Treat::Secret => Treat::Secret,
                _ => self.treat(&new_name),
            };
            if new.contains_key(&new_name) {
                // Names that differ in case alone have one placeholder.
                let is_free =
                    |name: &String| !new.contains_key(name) && !members.contains_key(name);
                let free = (1..).map(|n| format!("text-{n}")).find(is_free);
                new_name = free.unwrap_or(new_name);
            }
            let member = self.value(pointer::join(pointer, &new_name), treated, member);
            new.insert(new_name, member);
        }
        new
    }

    /// A member's name that no spec knows may be a value, as in a table by telephone number.
    fn name(&mut self, pointer: &str, name: &str) -> String {
        if self.knowledge.has_field(name) {
            return name.to_owned();
        }
        self.at = pointer.to_owned();
        self.remembered_string(Treat::Unknown, name)
    }

    fn treat(&mut self, field: &str) -> Treat {
        if let Some(treated) = self.fields.get(field) {
            return *treated;
        }
        let known = self.knowledge.field(field);
        // A placeholder for a secret speaks of none.
        let words = safe::STRETCHES.replace_all(field, "");
        let treated = match treat(&words) {
            Treat::Secret => Treat::Secret,
            Treat::Unknown if known.sensitive => Treat::Name,
            treated if known.sensitive => treated,
            _ if known.public => Treat::Public,
            Treat::Unknown if known.numeric => Treat::Number,
            treated => treated,
        };
        self.fields.insert(field.to_owned(), treated);
        treated
    }

    /// A number stays a number: a secret or a fraction is 0, one that can be called gets the digits
    /// of its placeholder, and so does any other whose field is not known to be harmless.
    fn number(&mut self, treated: Treat, number: &Number) -> Number {
        let is_zero = number.as_f64() == Some(0.0);
        let digits = number.to_string();
        let known_secret = digits.len() >= 7 && self.table.knows(Kind::Secret, &digits);
        let is_secret = treated == Treat::Secret || known_secret;
        let is_public = matches!(treated, Treat::Number | Treat::Public);
        if is_zero || (is_public && !is_secret && shapes::find(&digits).is_empty()) {
            return number.clone();
        }
        let magnitude = digits.trim_start_matches('-');
        let is_whole = magnitude.bytes().all(|byte| byte.is_ascii_digit());
        if is_secret || !is_whole {
            if self.learning {
                // So that the same secret is found where it is a string.
                if is_secret {
                    self.table.learn(Kind::Secret, &digits);
                }
                return number.clone();
            }
            self.note(if is_secret {
                "secret-field"
            } else {
                Kind::Number.rule()
            });
            return if number.is_f64() {
                Number::from_f64(0.0).unwrap_or(Number::from(0))
            } else {
                Number::from(0)
            };
        }
        let kind = shapes::classify(Kind::Number, magnitude);
        self.atom(kind, magnitude)
            .parse::<u64>()
            .map_or(Number::from(0), |redacted| {
                if redacted.to_string() == magnitude {
                    number.clone()
                } else {
                    Number::from(redacted)
                }
            })
    }

    /// Whether a value as a whole says nothing about a customer.
    fn is_vocabulary(&self, text: &str) -> bool {
        let text = text.trim().to_lowercase();
        let is_sign = text
            .bytes()
            .all(|byte| byte.is_ascii() && !byte.is_ascii_alphanumeric());
        is_sign || VOCABULARY.contains(&text.as_str()) || self.knowledge.has_value(&text)
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
