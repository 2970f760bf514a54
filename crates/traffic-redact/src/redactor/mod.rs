//! The redaction of recordings in two passes, and the check that nothing sensitive remains, by the
//! same rules.

mod text;

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use http_recording::{Recording, Redaction};
use located::pointer;
use serde_json::{Map, Number, Value};

use crate::fit::{Ask, Fits};
use crate::knowledge::Knowledge;
use crate::rules::{Treat, VOCABULARY, longest_number, says_time, treat};
use crate::table::{Kind, Table};
use crate::{safe, shapes};

/// A value that must not be published.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Leak {
    /// JSON pointer of the value; if the name of a member leaks, of its object.
    pub pointer: String,
    /// Its kind. The value itself is never reported.
    pub kind: String,
}

/// Redacts the recordings of one import in place, and lists in each `meta.redacted` what was
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

/// Finds what [`redact()`] would replace in a recording. The rules are the same, so a redacted
/// recording has no leaks.
pub fn unredacted(recording: &Recording, knowledge: &Knowledge) -> Vec<Leak> {
    Redactor::new(knowledge).leaks(|redactor| {
        redactor.recording(recording);
    })
}

/// The same for JSON that is no recording and has no schema: only what is known to be harmless is
/// allowed.
///
/// ```
/// use serde_json::json;
/// use traffic_redact::{Knowledge, unredacted_value};
///
/// let value = json!({ "state": "yes", "user": "kowalski" });
/// let leaks = unredacted_value(&value, &Knowledge::default());
/// assert_eq!(leaks.len(), 1);
/// assert_eq!((leaks[0].pointer.as_str(), leaks[0].kind.as_str()), ("/user", "user-name"));
/// ```
pub fn unredacted_value(value: &Value, knowledge: &Knowledge) -> Vec<Leak> {
    Redactor::new(knowledge).leaks(|redactor| {
        redactor.value(String::new(), Field::UNKNOWN, value);
    })
}

/// The same for prose, such as the note of a recording, in which ordinary words are allowed too:
/// letters only, and numbers of up to three digits. A name that looks like a word is not detected.
///
/// ```
/// use traffic_redact::{Knowledge, unredacted_prose};
///
/// let kinds = |text| {
///     let leaks = unredacted_prose(text, &Knowledge::default()).into_iter();
///     leaks.map(|leak| leak.kind).collect::<Vec<_>>()
/// };
/// assert!(kinds("Recorded by hand; the customer's domain is replaced.").is_empty());
/// assert_eq!(kinds("The account was 4711000."), ["phone-number"]);
/// ```
pub fn unredacted_prose(text: &str, knowledge: &Knowledge) -> Vec<Leak> {
    Redactor::new(knowledge).leaks(|redactor| {
        redactor.whole(Treat::Prose, text);
    })
}

/// Whether a text that is public as a whole (a line of a document, a file name) contains a
/// credential, or somebody's address or number; `name` is its key. Host names alone are allowed.
///
/// ```
/// use traffic_redact::discloses;
///
/// assert!(discloses(Some("password"), "correct-horse"));
/// assert!(discloses(None, "jane@customer.com"));
/// assert!(!discloses(Some("description"), "The password of the trunk."));
/// ```
pub fn discloses(name: Option<&str>, text: &str) -> bool {
    let is_secret = name.is_some_and(|name| treat(name) == Treat::Secret);
    let treated = if is_secret {
        Treat::Secret
    } else {
        Treat::Public
    };
    let nothing = Knowledge::default();
    let mut redactor = Redactor::new(&nothing);
    redactor.whole(treated, text);
    let learned = |kinds| redactor.table.has(kinds);
    let is_address = learned(&[Kind::Host, Kind::Domain]) && learned(&[Kind::User]);
    is_address || learned(&[Kind::Secret, Kind::Ipv4, Kind::Ipv6, Kind::Mac, Kind::Phone])
}

/// How a field is treated, and the constraints of its schemas.
#[derive(Debug, Clone, Copy)]
struct Field<'a> {
    treated: Treat,
    asks: &'a [Arc<Ask>],
}

impl Field<'_> {
    const UNKNOWN: Self = Self {
        treated: Treat::Unknown,
        asks: &[],
    };
}

/// The rule name of placeholders that were generated for a schema. They look like any other value,
/// so they are recognized only if `meta.redacted` lists them.
const BY_SCHEMA: &str = "by-schema";

/// The ending of placeholders for fractions.
const HALF: &str = ".5";

/// One pass over the recordings of an import.
struct Redactor<'a> {
    knowledge: &'a Knowledge,
    table: Table,
    fits: Fits,
    /// Where the current recording lists placeholders that were generated for a schema.
    made: HashSet<String>,
    /// The first pass only learns and returns every value unchanged.
    learning: bool,
    /// Whether the current text was written by the maintainers of the recordings.
    in_prose: bool,
    /// JSON pointer of the current value.
    at: String,
    notes: Vec<Redaction>,
    /// A cache of how fields are treated.
    fields: HashMap<String, Treat>,
    /// A cache of the result for each string and its rules, because the items of a list differ in
    /// few values.
    remembered: HashMap<Treat, HashMap<String, (String, Vec<String>)>>,
}

impl<'a> Redactor<'a> {
    fn new(knowledge: &'a Knowledge) -> Self {
        Self {
            knowledge,
            table: Table::default(),
            fits: Fits::default(),
            made: HashSet::new(),
            learning: true,
            in_prose: false,
            at: String::new(),
            notes: Vec::new(),
            fields: HashMap::new(),
            remembered: HashMap::new(),
        }
    }

    /// Ends the first pass.
    fn seal(&mut self) {
        self.table.seal();
        self.learning = false;
        self.remembered.clear();
        self.notes.clear();
    }

    /// Finds the leaks in something, in two passes.
    fn leaks(mut self, look: impl Fn(&mut Self)) -> Vec<Leak> {
        look(&mut self);
        self.seal();
        look(&mut self);
        let leaks = self.notes.into_iter();
        leaks
            .map(|note| Leak {
                pointer: note.at,
                kind: note.rule,
            })
            .collect()
    }

    fn recording(&mut self, old: &Recording) -> Recording {
        let made = old.meta.redacted.iter().filter(|it| it.rule == BY_SCHEMA);
        self.made = made.map(|it| it.at.clone()).collect();
        let mut new = old.clone();
        self.at = "/meta/note".into();
        new.meta.note = self.whole(Treat::Prose, &old.meta.note);
        self.at = "/request/path".into();
        new.request.path = self.path(&old.request.path);
        let (sent, received) = (&old.request, &old.response);
        new.request.params = self.members("/request/params", &sent.params, Treat::Unknown);
        new.request.query = self.members("/request/query", &sent.query, Treat::Unknown);
        new.request.headers = self.members("/request/headers", &sent.headers, Treat::Unknown);
        new.request.body = self.body("/request", sent.body.as_ref());
        new.request.text = self.text("/request", sent.text.as_deref());
        new.response.headers = self.members("/response/headers", &received.headers, Treat::Unknown);
        new.response.body = self.body("/response", received.body.as_ref());
        new.response.text = self.text("/response", received.text.as_deref());
        new
    }

    fn body(&mut self, side: &str, body: Option<&Value>) -> Option<Value> {
        let field = Field {
            treated: Treat::Unknown,
            asks: self.knowledge.asks(""),
        };
        body.map(|body| self.value(format!("{side}/body"), field, body))
    }

    fn text(&mut self, side: &str, text: Option<&str>) -> Option<String> {
        text.map(|text| {
            self.at = format!("{side}/text");
            self.whole(Treat::Unknown, text)
        })
    }

    /// A concrete path: the segment after `domains` is a domain.
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

    fn value(&mut self, pointer: String, field: Field<'a>, value: &Value) -> Value {
        match value {
            Value::Object(members) => Value::Object(self.members(&pointer, members, field.treated)),
            Value::Array(items) => {
                let items = items.iter().enumerate();
                items
                    .map(|(index, item)| self.value(format!("{pointer}/{index}"), field, item))
                    .collect()
            }
            Value::String(_) | Value::Number(_) => {
                self.at = pointer;
                self.scalar(field, value)
            }
            Value::Bool(_) | Value::Null => value.clone(),
        }
    }

    /// A string or a number; the result matches the schemas that the value matches.
    fn scalar(&mut self, field: Field<'a>, value: &Value) -> Value {
        if self.made.contains(&self.at) && self.knowledge.made(value) {
            self.fits.keep(value);
            return value.clone();
        }
        if field.asks.iter().any(|ask| ask.lists(value)) {
            return value.clone();
        }
        let noted = self.notes.len();
        let usual = match value {
            Value::String(string) => Value::String(self.remembered_string(field.treated, string)),
            Value::Number(number) => Value::Number(self.number(field.treated, number)),
            _ => value.clone(),
        };
        if self.learning {
            self.fits.learn(value, field.asks);
        }
        if self.learning || usual == *value {
            return usual;
        }
        let is_secret = field.treated == Treat::Secret;
        let fitting = self.fits.replace(value, usual.clone(), is_secret);
        if fitting != usual {
            self.notes.truncate(noted);
            self.note(BY_SCHEMA);
        }
        fitting
    }

    /// [`Self::whole`], cached for equal strings.
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
            // The replaced name has no meaning for the fields below it.
            let treated = match self.treat(name) {
                own if own == Treat::Secret || treated == Treat::Secret => Treat::Secret,
                _ => self.treat(&new_name),
            };
            let asks = self.knowledge.asks(name);
            let field = Field { treated, asks };
            if new.contains_key(&new_name) {
                // Names that differ only in case have the same placeholder.
                let is_free =
                    |name: &String| !new.contains_key(name) && !members.contains_key(name);
                let free = (1..).map(|n| format!("text-{n}")).find(is_free);
                new_name = free.unwrap_or(new_name);
            }
            let member = self.value(pointer::join(pointer, &new_name), field, member);
            new.insert(new_name, member);
        }
        new
    }

    /// An undocumented member name may be a value, as in a map by telephone number.
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
        // A placeholder for a secret does not make the field a secret.
        let words = safe::STRETCHES.replace_all(field, "");
        let treated = match treat(&words) {
            Treat::Secret => Treat::Secret,
            Treat::Unknown if known.sensitive => Treat::Name,
            treated if known.sensitive => treated,
            _ if known.public => Treat::Public,
            Treat::Unknown if known.numeric && (known.bounded || says_time(field)) => {
                Treat::Quantity
            }
            Treat::Unknown if known.numeric => Treat::Number,
            treated => treated,
        };
        self.fields.insert(field.to_owned(), treated);
        treated
    }

    /// Whether a number is a secret elsewhere.
    fn is_known_secret(&self, digits: &str) -> bool {
        digits.len() >= 7 && self.table.knows(Kind::Secret, digits)
    }

    /// Whether a number is harmless: its field is documented as a number and it is not too long for
    /// that, and it is no telephone number and no secret.
    pub(super) fn is_harmless_number(&self, treated: Treat, digits: &str) -> bool {
        let whole = digits.trim_start_matches('-');
        let length = whole.find(|c: char| !c.is_ascii_digit());
        length.unwrap_or(whole.len()) <= longest_number(treated)
            && !self.is_known_secret(digits)
            && shapes::find(digits).is_empty()
    }

    /// A number remains a number, and equal ones remain equal: one that is not known to be harmless
    /// gets the digits of a placeholder.
    fn number(&mut self, treated: Treat, number: &Number) -> Number {
        let is_zero = number.as_f64() == Some(0.0);
        let digits = number.to_string();
        let is_secret = treated == Treat::Secret || self.is_known_secret(&digits);
        if is_zero || self.is_harmless_number(treated, &digits) {
            return number.clone();
        }
        let (sign, magnitude) = match digits.strip_prefix('-') {
            Some(magnitude) => ("-", magnitude),
            None => ("", digits.as_str()),
        };
        let is_whole = magnitude.bytes().all(|byte| byte.is_ascii_digit());
        let (kind, is_safe) = if is_whole {
            let kind = shapes::classify(Kind::Number, magnitude);
            (kind, shapes::is_safe(kind, magnitude))
        } else {
            let whole = magnitude.strip_suffix(HALF);
            let is_safe = whole.is_some_and(|whole| shapes::is_safe(Kind::Number, whole));
            (Kind::Number, is_safe)
        };
        if is_safe {
            let whole = magnitude.strip_suffix(HALF).unwrap_or(magnitude);
            self.table.keep(kind, whole);
            return number.clone();
        }
        if self.learning && is_secret {
            // Also learned as a string, so that it is found where it is one.
            self.table.learn(Kind::Secret, &digits);
        }
        let redacted = self.put(kind, kind.rule(), magnitude);
        if self.learning {
            return number.clone();
        }
        let half = if is_whole { "" } else { HALF };
        format!("{sign}{redacted}{half}")
            .parse()
            .unwrap_or(Number::from(0))
    }

    /// Whether a value as a whole is harmless.
    fn is_vocabulary(&self, text: &str) -> bool {
        let text = text.trim().to_lowercase();
        let is_sign = text
            .bytes()
            .all(|byte| byte.is_ascii() && !byte.is_ascii_alphanumeric());
        is_sign || VOCABULARY.contains(&text.as_str()) || self.knowledge.has_value(&text)
    }

    fn note(&mut self, rule: &str) {
        // All notes of one value are consecutive.
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
