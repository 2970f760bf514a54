//! What a document says about one place of an exchange: the schemas that apply to it, and whether
//! it could detect a mutation there at all.

use http_recording::media_type::{essence, ranges};
use http_recording::{Part, Recording, header, text};
use located::openapi::{is_of_type, status_keys, type_of};
use located::pointer;
use openapi_traffic::{Routes, Spec};
use serde::Serialize;
use serde_json::Value;

use crate::operators::{Edit, Operator};

/// Why no document could detect a mutation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Free {
    /// A string for a string, or any value where no type is claimed, and no vocabulary, `pattern`
    /// or `format` applies to it.
    Text,
    /// A number that is one more.
    Measure,
    /// The document allows a value of this other type there, and claims nothing more about it.
    OtherType,
    /// A part of a request that its sender may leave out.
    Optional,
    /// A request whose response says that the request was wrong.
    Refused,
    /// A part of a body that is an excerpt, from which other parts are missing too.
    Excerpt,
    /// A header that the document does not list, which OpenAPI leaves to HTTP.
    Unlisted,
}

impl Free {
    /// All of them, in the order of reports.
    pub const ALL: [Free; 7] = [
        Free::Text,
        Free::Measure,
        Free::OtherType,
        Free::Optional,
        Free::Refused,
        Free::Excerpt,
        Free::Unlisted,
    ];

    /// The name of the class, and the rule by which a mutation belongs to it.
    pub(crate) fn explained(self) -> (&'static str, &'static str) {
        match self {
            Free::Text => (
                "free text",
                "no vocabulary, pattern or format applies to the value",
            ),
            Free::Measure => ("free number", "one more is as good a number"),
            Free::OtherType => (
                "another documented type",
                "the document allows a value of that type there",
            ),
            Free::Optional => (
                "optional in a request",
                "the sender may leave it out, and the request stays correct",
            ),
            Free::Refused => (
                "refused request",
                "the response is 4XX, and the request may be the reason",
            ),
            Free::Excerpt => (
                "excerpt",
                "the recording itself leaves out parts of the body",
            ),
            Free::Unlisted => ("unlisted header", "OpenAPI leaves it to HTTP"),
        }
    }
}

/// A schema that speaks of a value, with its place in the document.
#[derive(Debug, Clone)]
pub(crate) struct Speaking<'s> {
    pub(crate) pointer: String,
    pub(crate) schema: &'s Value,
}

/// What a document says of one exchange.
#[derive(Debug)]
pub(crate) struct Contract<'s> {
    document: &'s Value,
    operation: Option<Found<'s>>,
    refused: bool,
    excerpts: Vec<Part>,
    status: u16,
    media_types: [Option<String>; 2],
}

/// A value of the document and where it stands.
#[derive(Debug, Clone)]
struct Found<'s> {
    pointer: String,
    value: &'s Value,
}

impl<'s> Contract<'s> {
    pub(crate) fn new(spec: &'s Spec, routes: &Routes, recording: &Recording) -> Self {
        let request = &recording.request;
        let found = routes.find(&request.path, &request.params);
        let route = found
            .iter()
            .find(|it| it.route.method.eq_ignore_ascii_case(&request.method));
        let document = spec.value();
        let operation = route.and_then(|it| {
            let path = pointer::join("/paths", &it.route.template);
            let at = pointer::join(&path, &it.route.method.to_ascii_lowercase());
            let item = follow(document, &path)?;
            let method = it.route.method.to_ascii_lowercase();
            let at = if item.pointer == path {
                at
            } else {
                pointer::join(&item.pointer, &method)
            };
            follow(document, &at)
        });
        let media_type = |headers: &serde_json::Map<String, Value>| {
            header(headers, "content-type").map(|value| essence(&text(value)))
        };
        Contract {
            document,
            operation,
            refused: (400..500).contains(&recording.response.status),
            excerpts: recording.meta.excerpt.clone(),
            status: recording.response.status,
            media_types: [
                media_type(&request.headers),
                media_type(&recording.response.headers),
            ],
        }
    }

    /// The place in the document that is nearest to what it says of a place of the exchange.
    pub(crate) fn claim(&self, at: &str) -> String {
        let (side, below) = split(at);
        let whole = self.operation.as_ref().map_or("/paths", |it| &it.pointer);
        let Some(side) = side.filter(|_| below.starts_with("/body")) else {
            return whole.to_owned();
        };
        let speaking = self.speaking(side, &below["/body".len()..]);
        match (speaking.first(), self.body(side)) {
            (Some(first), _) => first.pointer.clone(),
            (None, Some(body)) => body.pointer,
            (None, None) => whole.to_owned(),
        }
    }

    /// The class of a mutation that nothing could detect.
    pub(crate) fn free(&self, before: &Value, edit: &Edit) -> Option<Free> {
        let (side, below) = split(&edit.at);
        let side = side?;
        if side == Part::Request
            && self.refused
            && !matches!(
                edit.operator,
                Operator::MethodChanged | Operator::PathExtended
            )
        {
            return Some(Free::Refused);
        }
        if below.starts_with("/headers") && edit.operator != Operator::MediaTypeChanged {
            return (!self.lists_header(side, &below)).then_some(Free::Unlisted);
        }
        if edit.operator == Operator::QueryDropped {
            return Some(Free::Optional);
        }
        if edit.operator == Operator::ParameterChanged || edit.operator == Operator::QueryChanged {
            let speaking = self.parameter(&pointer::last(&edit.at)?);
            let new = edit.new.as_ref()?;
            return is_free(&speaking, new).then_some(Free::Text);
        }
        let below = below.strip_prefix("/body")?;
        if side == Part::Request && edit.operator == Operator::PropertyDropped {
            return Some(Free::Optional);
        }
        let drops = matches!(
            edit.operator,
            Operator::PropertyDropped | Operator::ElementDropped
        );
        if drops && self.excerpts.contains(&side) {
            return Some(Free::Excerpt);
        }
        if edit.operator == Operator::ElementDropped {
            let speaking = self.speaking(side, pointer::parent(below)?);
            let claims_nothing = speaking.iter().all(|it| it.schema.get("type").is_none());
            return claims_nothing.then_some(Free::Text);
        }
        let (new, old) = (edit.new.as_ref()?, before.pointer(&edit.at)?);
        if edit.written != edit.at {
            return None;
        }
        let speaking = self.speaking(side, below);
        let claims_a_type = speaking.iter().any(|it| it.schema.get("type").is_some());
        match (old, new) {
            _ if edit.operator == Operator::NumberNext => Some(Free::Measure),
            _ if !claims_a_type && is_free(&speaking, new) && below.contains('/') => {
                Some(Free::Text)
            }
            (Value::String(_), Value::String(_)) => is_free(&speaking, new).then_some(Free::Text),
            _ if type_of(old) != type_of(new) => {
                let lets = speaking.iter().any(|it| lets(it.schema, new));
                (lets && !speaking.iter().all(|it| lets_none(it.schema))).then_some(Free::OtherType)
            }
            _ => None,
        }
    }

    fn lists_header(&self, side: Part, below: &str) -> bool {
        let name = pointer::last(below).unwrap_or_default();
        if name.eq_ignore_ascii_case("content-type") {
            return side == Part::Response || self.body(side).is_some();
        }
        match side {
            Part::Request => {
                const LEFT: [&str; 2] = ["accept", "authorization"];
                !LEFT.contains(&name.to_ascii_lowercase().as_str())
                    && !self.parameter(&name).is_empty()
            }
            Part::Response => self
                .response()
                .and_then(|it| it.value.get("headers")?.as_object())
                .is_some_and(|it| it.keys().any(|known| known.eq_ignore_ascii_case(&name))),
        }
    }

    /// The schemas of the parameter of a name.
    fn parameter(&self, name: &str) -> Vec<Speaking<'s>> {
        let Some(operation) = &self.operation else {
            return Vec::new();
        };
        let item = pointer::parent(&operation.pointer).unwrap_or_default();
        let lists = [item, operation.pointer.as_str()].into_iter();
        let all = lists.flat_map(|owner| {
            let list = format!("{owner}/parameters");
            let length = self
                .document
                .pointer(&list)
                .and_then(Value::as_array)
                .map_or(0, Vec::len);
            (0..length).map(move |index| format!("{list}/{index}"))
        });
        let mut speaking = Vec::new();
        for parameter in all.filter_map(|at| follow(self.document, &at)) {
            if parameter.value.get("name").and_then(Value::as_str) == Some(name) {
                self.reach(&format!("{}/schema", parameter.pointer), &mut speaking);
            }
        }
        speaking
    }

    fn response(&self) -> Option<Found<'s>> {
        let responses = format!("{}/responses", self.operation.as_ref()?.pointer);
        let documented = self.document.pointer(&responses)?.as_object()?;
        let find = |key: &String| documented.keys().find(|it| it.eq_ignore_ascii_case(key));
        let key = status_keys(self.status).iter().find_map(find)?;
        follow(self.document, &pointer::join(&responses, key))
    }

    /// What the document says of the body that travels one way.
    fn body(&self, side: Part) -> Option<Found<'s>> {
        let owner = match side {
            Part::Request => {
                let operation = self.operation.as_ref()?;
                follow(self.document, &format!("{}/requestBody", operation.pointer))?
            }
            Part::Response => self.response()?,
        };
        let content = format!("{}/content", owner.pointer);
        let known = self.document.pointer(&content)?.as_object()?;
        let media_type = self.media_types[usize::from(side == Part::Response)].as_deref();
        let find = |range: &String| known.keys().find(|key| essence(key) == *range);
        let key = media_type
            .and_then(|it| ranges(it).iter().find_map(find))
            .or_else(|| known.keys().next())?;
        follow(self.document, &pointer::join(&content, key))
    }

    /// The schemas that speak of a value below a body; the first is where it is declared.
    fn speaking(&self, side: Part, below: &str) -> Vec<Speaking<'s>> {
        let Some(body) = self.body(side) else {
            return Vec::new();
        };
        let mut speaking = Vec::new();
        self.reach(&format!("{}/schema", body.pointer), &mut speaking);
        for token in pointer::tokens(below).into_iter().flatten() {
            let mut next = Vec::new();
            for it in &speaking {
                let property = pointer::join(&format!("{}/properties", it.pointer), &token);
                if it
                    .schema
                    .get("properties")
                    .is_some_and(|all| all.get(&*token).is_some())
                {
                    self.reach(&property, &mut next);
                } else if it.schema.get("items").is_some() && token.parse::<usize>().is_ok() {
                    self.reach(&format!("{}/items", it.pointer), &mut next);
                } else if it
                    .schema
                    .get("additionalProperties")
                    .is_some_and(Value::is_object)
                {
                    self.reach(&format!("{}/additionalProperties", it.pointer), &mut next);
                }
            }
            speaking = next;
        }
        speaking
    }

    /// A schema and all that it is composed of.
    fn reach(&self, at: &str, speaking: &mut Vec<Speaking<'s>>) {
        let Some(found) = follow(self.document, at) else {
            return;
        };
        if speaking.iter().any(|it| it.pointer == found.pointer) {
            return;
        }
        speaking.push(Speaking {
            pointer: found.pointer.clone(),
            schema: found.value,
        });
        for keyword in ["allOf", "anyOf", "oneOf"] {
            let parts = found.value.get(keyword).and_then(Value::as_array);
            for index in 0..parts.map_or(0, Vec::len) {
                self.reach(&format!("{}/{keyword}/{index}", found.pointer), speaking);
            }
        }
    }
}

/// The value at a pointer, its references followed.
fn follow<'s>(document: &'s Value, at: &str) -> Option<Found<'s>> {
    let mut pointer = at.to_owned();
    // A reference that leads to itself ends somewhere.
    for _ in 0..32 {
        let value = document.pointer(&pointer)?;
        match located::openapi::local(value) {
            Some(target) => pointer = target.to_owned(),
            None => return Some(Found { pointer, value }),
        }
    }
    None
}

/// Which message a pointer leads into, and the rest of it.
fn split(at: &str) -> (Option<Part>, String) {
    for (side, prefix) in [(Part::Request, "/request"), (Part::Response, "/response")] {
        if let Some(below) = at.strip_prefix(prefix) {
            return (Some(side), below.to_owned());
        }
    }
    (None, at.to_owned())
}

/// Whether nothing but types speaks of a value like this one.
fn is_free(speaking: &[Speaking<'_>], value: &Value) -> bool {
    const CLAIMS: [&str; 3] = ["enum", "x-extensible-enum", "pattern"];
    !speaking.iter().any(|it| {
        let format = it.schema.get("format").and_then(Value::as_str);
        let has = |keyword: &str| it.schema.get(keyword).is_some();
        (lets(it.schema, value) || it.schema.get("type").is_none())
            && (CLAIMS.iter().any(|keyword| has(keyword))
                || (value.is_string() && format.is_some_and(|it| it != "password")))
    })
}

/// Whether a schema itself names the type of a value.
fn lets(schema: &Value, value: &Value) -> bool {
    let name = schema.get("type").and_then(Value::as_str);
    name.is_some_and(|name| is_of_type(value, name))
}

fn lets_none(schema: &Value) -> bool {
    schema.get("type").is_none()
}
