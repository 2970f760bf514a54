//! The operators: the ways in which an exchange is mutated. They look at the exchange and never at
//! a document, so that no document is measured by its own claims.

use http_recording::media_type::{essence, is_json};
use http_recording::{Recording, text};
use located::pointer;
use serde::Serialize;
use serde_json::{Map, Value, json};

/// Operators: variant, what it does, and what in a document could detect it.
macro_rules! operators {
    ($($variant:ident = $name:literal, $does:literal, $needs:literal;)*) => {
        /// A way to mutate an exchange.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
        #[serde(rename_all = "kebab-case")]
        pub enum Operator {
            $(#[doc = concat!($does, ".")] $variant,)*
        }

        impl Operator {
            /// All of them, in the order of reports.
            pub const ALL: &'static [Operator] = &[$(Operator::$variant,)*];

            /// Its name in reports and floors.
            pub fn name(self) -> &'static str {
                match self { $(Operator::$variant => $name,)* }
            }

            /// What it does.
            pub fn does(self) -> &'static str {
                match self { $(Operator::$variant => $does,)* }
            }

            /// What in a document could detect it.
            pub fn needs(self) -> &'static str {
                match self { $(Operator::$variant => $needs,)* }
            }
        }
    };
}

operators! {
    MethodChanged = "method-changed", "another method", "the operations of the path";
    PathExtended = "path-extended", "one more segment of the path", "the paths";
    ParameterChanged = "parameter-changed", "another value of a path parameter",
        "a relation between path and body";
    ParameterEmptied = "parameter-emptied", "an empty path parameter", "`minLength`";
    QueryDropped = "query-dropped", "a query parameter dropped", "`required`";
    QueryAdded = "query-added", "an unknown query parameter", "the parameters of the operation";
    QueryChanged = "query-changed", "a word as value of a query parameter", "the parameter's type";
    HeaderDropped = "header-dropped", "a header dropped", "`required` of the header";
    HeaderChanged = "header-changed", "another value of a header", "the header's schema";
    MediaTypeChanged = "media-type-changed", "another media type", "`content`";
    StatusSibling = "status-sibling", "the next status of the same class", "`responses`";
    StatusClass = "status-class", "failure for success, success for failure",
        "the schema of each status, and a relation between status and body";
    BodyDropped = "body-dropped", "no body", "`content`";
    BodyAdded = "body-added", "a body where there was none", "no `content`";
    BodyTruncated = "body-truncated", "a body that is cut short", "the media type";
    ToNull = "to-null", "null for a value", "`type` without `nullable`";
    ToBoolean = "to-boolean", "a boolean for a value of another type", "`type`";
    ToNumber = "to-number", "a number for a value of another type", "`type`";
    ToString = "to-string", "a string for a value of another type", "`type`";
    ToArray = "to-array", "a value in an array", "`type`";
    ToObject = "to-object", "an object for a value", "`type`";
    StringEmptied = "string-emptied", "an empty string", "`minLength` or a vocabulary";
    StringReworded = "string-reworded", "another word", "a vocabulary, a `pattern` or a relation";
    StringCased = "string-cased", "a string in the other case", "a vocabulary or a `pattern`";
    StringSpaced = "string-spaced", "a string with a space after it",
        "a vocabulary or a `pattern`";
    StringLengthened = "string-lengthened", "a string of several hundred characters",
        "`maxLength`, a vocabulary or a `pattern`";
    TimeReformatted = "time-reformatted", "a time in another form", "`format` or `pattern`";
    TimeImpossible = "time-impossible", "a time with a thirteenth month or hour 25",
        "`format` or `pattern`";
    NumberNegated = "number-negated", "a negative number", "`minimum`";
    NumberFractioned = "number-fractioned", "a number with a fraction", "`type: integer`";
    NumberHuge = "number-huge", "a number beyond 64 bits", "`format` or `maximum`";
    NumberNext = "number-next", "a number that is one more", "a relation";
    PropertyDropped = "property-dropped", "a property dropped",
        "`required` or `x-always-present`";
    PropertyAdded = "property-added", "an unknown property", "`properties`";
    PropertyRenamed = "property-renamed", "a property under a name written otherwise",
        "`properties`";
    ElementDropped = "element-dropped", "an element of an array dropped",
        "`minItems` or a relation";
    ElementDuplicated = "element-duplicated", "an element of an array twice",
        "`uniqueItems` or a relation";
    ElementAdded = "element-added", "null as one more element of an array", "`items`";
    ArrayUnwrapped = "array-unwrapped", "the only element instead of its array", "`type: array`";
}

/// One mutation: a place and the value that replaces the one there.
#[derive(Debug, Clone, PartialEq)]
pub struct Edit {
    /// What kind of mutation it is.
    pub operator: Operator,
    /// JSON pointer of the mutated value in the recording.
    pub at: String,
    /// JSON pointer of what is written anew: the value, or the object or array around it.
    pub written: String,
    /// The new value; none if the value is dropped.
    pub new: Option<Value>,
}

/// All mutations of an exchange, in the order of the recording.
pub fn edits(recording: &Recording) -> Vec<Edit> {
    let mut edits = Edits(Vec::new());
    edits.request(recording);
    edits.response(recording);
    edits.0
}

/// The exchange with one mutation.
///
/// # Errors
/// It is no recording any more, which no operator does.
pub fn mutated(recording: &Value, edit: &Edit) -> serde_json::Result<Recording> {
    let mut mutated = recording.clone();
    let (parent, name) = edit.written.rsplit_once('/').unwrap_or_default();
    let name = pointer::unescape(name).into_owned();
    if let (Operator::BodyTruncated, Some(Value::Object(side))) =
        (edit.operator, mutated.pointer_mut(parent))
    {
        // What is no JSON stands beside it, as `text`.
        side.shift_remove("body");
    }
    match (mutated.pointer_mut(parent), &edit.new) {
        (Some(Value::Object(members)), Some(new)) => drop(members.insert(name, new.clone())),
        (Some(Value::Object(members)), None) => drop(members.shift_remove(&name)),
        (Some(Value::Array(items)), new) => {
            if let Some(index) = name.parse().ok().filter(|it: &usize| *it < items.len()) {
                match new {
                    Some(new) => items[index] = new.clone(),
                    None => drop(items.remove(index)),
                }
            }
        }
        _ => {}
    }
    Recording::new(mutated, Vec::new())
}

struct Edits(Vec<Edit>);

impl Edits {
    fn set(&mut self, operator: Operator, at: impl Into<String>, new: Value) {
        let at = at.into();
        self.0.push(Edit {
            operator,
            written: at.clone(),
            at,
            new: Some(new),
        });
    }

    fn remove(&mut self, operator: Operator, at: impl Into<String>) {
        let at = at.into();
        self.0.push(Edit {
            operator,
            written: at.clone(),
            at,
            new: None,
        });
    }

    fn request(&mut self, recording: &Recording) {
        let request = &recording.request;
        let method = match request.method.as_str() {
            "PATCH" => "OPTIONS",
            _ => "PATCH",
        };
        self.set(Operator::MethodChanged, "/request/method", json!(method));
        let longer = format!("{}/mutant", request.path);
        self.set(Operator::PathExtended, "/request/path", json!(longer));
        for name in request.params.keys() {
            let at = pointer::join("/request/params", name);
            self.set(Operator::ParameterChanged, &at, json!("mutant"));
            self.set(Operator::ParameterEmptied, at, json!(""));
        }
        for name in request.query.keys() {
            let at = pointer::join("/request/query", name);
            self.remove(Operator::QueryDropped, &at);
            self.set(Operator::QueryChanged, at, json!("mutant"));
        }
        let unknown = "/request/query/x-mutant";
        self.set(Operator::QueryAdded, unknown, json!("1"));
        self.headers("/request", &request.headers);
        self.whole_body("/request", request.body.as_ref(), request.text.is_some());
    }

    fn response(&mut self, recording: &Recording) {
        let response = &recording.response;
        let at = "/response/status";
        let sibling = response.status + 1;
        self.set(Operator::StatusSibling, at, json!(sibling));
        let other = if response.status < 400 { 404 } else { 200 };
        self.set(Operator::StatusClass, at, json!(other));
        self.headers("/response", &response.headers);
        self.whole_body("/response", response.body.as_ref(), response.text.is_some());
    }

    fn headers(&mut self, side: &str, headers: &Map<String, Value>) {
        for (name, value) in headers {
            let at = pointer::join(&format!("{side}/headers"), name);
            self.remove(Operator::HeaderDropped, &at);
            if name.eq_ignore_ascii_case("content-type") {
                let is_json = is_json(&essence(&text(value)));
                let other = if is_json {
                    "text/csv"
                } else {
                    "application/json"
                };
                self.set(Operator::MediaTypeChanged, at, json!(other));
            } else {
                self.set(Operator::HeaderChanged, at, json!("mutant"));
            }
        }
    }

    fn whole_body(&mut self, side: &str, body: Option<&Value>, has_text: bool) {
        let at = format!("{side}/body");
        match body {
            Some(body) => {
                self.remove(Operator::BodyDropped, &at);
                let text = body.to_string();
                let half: String = text.chars().take(text.chars().count() / 2).collect();
                let (operator, new) = (Operator::BodyTruncated, json!(half));
                self.set(operator, format!("{side}/text"), new);
                self.value(&at, body);
            }
            None if has_text => self.remove(Operator::BodyDropped, format!("{side}/text")),
            None => self.set(Operator::BodyAdded, at, json!({"mutant": true})),
        }
    }

    fn value(&mut self, at: &str, value: &Value) {
        self.types(at, value);
        match value {
            Value::String(text) => self.string(at, text),
            Value::Number(number) => self.number(at, number),
            Value::Array(items) => self.array(at, items),
            Value::Object(members) => self.object(at, members),
            Value::Null | Value::Bool(_) => {}
        }
    }

    fn types(&mut self, at: &str, value: &Value) {
        if !value.is_null() {
            self.set(Operator::ToNull, at, Value::Null);
        }
        if !value.is_boolean() {
            self.set(Operator::ToBoolean, at, json!(true));
        }
        if !value.is_number() {
            self.set(Operator::ToNumber, at, json!(7));
        }
        if !value.is_string() {
            self.set(Operator::ToString, at, json!(value.to_string()));
        }
        self.set(Operator::ToArray, at, json!([value]));
        if !value.is_object() {
            self.set(Operator::ToObject, at, json!({"value": value}));
        }
    }

    fn string(&mut self, at: &str, text: &str) {
        if !text.is_empty() {
            self.set(Operator::StringEmptied, at, json!(""));
        }
        self.set(Operator::StringReworded, at, json!("mutant"));
        let upper = text.to_uppercase();
        let cased = if upper == text {
            text.to_lowercase()
        } else {
            upper
        };
        if cased != text {
            self.set(Operator::StringCased, at, json!(cased));
        }
        self.set(Operator::StringSpaced, at, json!(format!("{text} ")));
        let long = format!("{text}{}", "x".repeat(400));
        self.set(Operator::StringLengthened, at, json!(long));
        if let Some((year, month, day)) = date(text) {
            let other = format!("{day}/{month}/{year}{}", &text[10..]);
            self.set(Operator::TimeReformatted, at, json!(other));
            let impossible = format!("{year}-13-{day}{}", &text[10..]);
            self.set(Operator::TimeImpossible, at, json!(impossible));
            let hour = text
                .get(11..13)
                .filter(|it| it.bytes().all(|it| it.is_ascii_digit()));
            if hour.is_some() {
                let impossible = format!("{}25{}", &text[..11], &text[13..]);
                self.set(Operator::TimeImpossible, at, json!(impossible));
            }
        }
    }

    fn number(&mut self, at: &str, number: &serde_json::Number) {
        let value = number.as_f64().unwrap_or_default();
        let negative = match number.as_i64() {
            Some(0) => json!(-5),
            Some(whole) => json!(-whole.saturating_abs()),
            None => json!(-value.abs()),
        };
        self.set(Operator::NumberNegated, at, negative);
        if number.as_i64().is_some() {
            self.set(Operator::NumberFractioned, at, json!(value + 0.5));
        }
        self.set(Operator::NumberHuge, at, json!(1e30));
        let next = match number.as_i64() {
            Some(whole) => json!(whole.saturating_add(1)),
            None => json!(value + 1.0),
        };
        self.set(Operator::NumberNext, at, next);
    }

    fn array(&mut self, at: &str, items: &[Value]) {
        let with = |item: Value| {
            let more = items.iter().cloned().chain([item]);
            Value::Array(more.collect())
        };
        if let Some(first) = items.first() {
            self.remove(Operator::ElementDropped, format!("{at}/0"));
            self.set(Operator::ElementDuplicated, at, with(first.clone()));
        }
        self.set(Operator::ElementAdded, at, with(Value::Null));
        if let [only] = items {
            self.set(Operator::ArrayUnwrapped, at, only.clone());
        }
        for (index, item) in items.iter().enumerate() {
            self.value(&format!("{at}/{index}"), item);
        }
    }

    fn object(&mut self, at: &str, members: &Map<String, Value>) {
        let added = pointer::join(at, "x-mutant");
        self.set(Operator::PropertyAdded, added, json!("mutant"));
        for (name, value) in members {
            let member = pointer::join(at, name);
            self.remove(Operator::PropertyDropped, &member);
            let other = other_name(name);
            let renamed = members.iter().map(|(key, value)| {
                let key = if key == name { &other } else { key };
                (key.clone(), value.clone())
            });
            let renamed: Map<_, _> = renamed.collect();
            self.0.push(Edit {
                operator: Operator::PropertyRenamed,
                at: member.clone(),
                written: at.to_owned(),
                new: Some(Value::Object(renamed)),
            });
            self.value(&member, value);
        }
    }
}

/// A name as another style would write it.
fn other_name(name: &str) -> String {
    let other = match name.contains('-') {
        true => name.replace('-', "_"),
        false => name.replace('_', "-"),
    };
    match other == name {
        true => name.to_uppercase(),
        false => other,
    }
}

/// Year, month and day of a text that begins with a date.
fn date(text: &str) -> Option<(&str, &str, &str)> {
    let (year, month, day) = (text.get(0..4)?, text.get(5..7)?, text.get(8..10)?);
    let is_number = |part: &str| part.bytes().all(|it| it.is_ascii_digit());
    let hyphens = text.get(4..5)? == "-" && text.get(7..8)? == "-";
    (hyphens && [year, month, day].into_iter().all(is_number)).then_some((year, month, day))
}
