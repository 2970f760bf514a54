//! Parses bodies that are not JSON into values for their schemas: plain text, and forms as OpenAPI
//! 3.0.3 defines them (`application/x-www-form-urlencoded`, `multipart/form-data`).

use std::borrow::Cow;

use http_recording::media_type::{self, essence, is_json, is_xml};
use serde_json::{Map, Value};

use crate::percent::decode_form;
use crate::spec::operation::{Encoding, Media};
use crate::spec::plan::{NodeId, Plan};
use crate::style::{self, Parts, Shape, Style, Typing, scalar};

/// Why a body cannot be parsed at all.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Unreadable(pub(super) &'static str);

/// A field of a form as received.
struct Field<'f> {
    name: String,
    /// The raw value: still percent-encoded in a urlencoded form.
    raw: Cow<'f, str>,
    encoded: bool,
    /// Of a part of a multipart body, in lower case, without parameters.
    media_type: Option<String>,
}

impl Field<'_> {
    fn text(&self) -> String {
        decode(&self.raw, self.encoded)
    }
}

/// A part of a form whose media type is not documented.
pub(super) struct WrongPart<'m> {
    pub(super) name: String,
    pub(super) encoding: &'m Encoding,
    pub(super) seen: String,
}

/// A parsed form, and the parts in it whose media type is not documented.
pub(super) struct Form<'m> {
    pub(super) value: Value,
    pub(super) wrong: Vec<WrongPart<'m>>,
    /// Descriptions of fields that cannot be parsed here.
    pub(super) unread: Vec<String>,
}

/// Parses a urlencoded form for its schema (URL Standard, section 5.1).
pub(super) fn urlencoded<'m>(
    text: &str,
    plan: &Plan,
    node: NodeId,
    media: &'m Media,
    typing: Typing,
) -> Form<'m> {
    let pairs = text.split('&').filter(|pair| !pair.is_empty());
    let fields = pairs.map(|pair| {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        let name = decode(name, true);
        let owner = name.split('[').next().unwrap_or_default();
        let encoding = media.encoding.get(&name).or(media.encoding.get(owner));
        Field {
            raw: match encoding {
                // Of the reserved characters, only `+` would be decoded to another.
                Some(Encoding {
                    allow_reserved: true,
                    ..
                }) => value.replace('+', "%2B").into(),
                _ => value.into(),
            },
            name,
            encoded: true,
            media_type: None,
        }
    });
    let reader = Reader {
        plan,
        media,
        typing,
    };
    reader.form(node, fields.collect())
}

/// Parses a multipart form for its schema (RFC 7578).
pub(super) fn multipart<'m>(
    text: &str,
    content_type: &str,
    plan: &Plan,
    node: NodeId,
    media: &'m Media,
    typing: Typing,
) -> Result<Form<'m>, Unreadable> {
    let boundary = parameter(content_type, "boundary")
        .filter(|it| !it.is_empty())
        .ok_or(Unreadable("the content type names no boundary"))?;
    let delimiter = format!("--{boundary}");
    let mut fields = Vec::new();
    for part in parts(text, &delimiter)? {
        let (headers, body) = part
            .split_once("\r\n\r\n")
            .or_else(|| part.split_once("\n\n"))
            // A part without headers begins with the empty line.
            .unwrap_or(("", part));
        let header = |wanted: &str| {
            let mut lines = headers.lines().filter_map(|line| line.split_once(':'));
            let found = lines.find(|(name, _)| name.trim().eq_ignore_ascii_case(wanted));
            found.map(|(_, value)| value.trim())
        };
        let disposition = header("content-disposition").unwrap_or_default();
        let name = parameter(disposition, "name")
            .filter(|_| essence(disposition) == "form-data")
            .ok_or(Unreadable("a part has no name"))?;
        fields.push(Field {
            name: unescape(&name),
            raw: body.into(),
            encoded: false,
            media_type: header("content-type").map(essence),
        });
    }
    let reader = Reader {
        plan,
        media,
        typing,
    };
    Ok(reader.form(node, fields))
}

/// The parts between the delimiters, up to the closing one (RFC 2046, section 5.1.1).
fn parts<'t>(text: &'t str, delimiter: &str) -> Result<Vec<&'t str>, Unreadable> {
    const OPEN: Unreadable = Unreadable("the closing boundary is missing");
    let mut parts = Vec::new();
    let mut begun = None;
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        let start = at;
        at += line.len();
        let Some(rest) = line.strip_prefix(delimiter) else {
            continue;
        };
        let rest = rest.trim_end();
        if !rest.is_empty() && rest != "--" {
            continue;
        }
        if let Some(begun) = begun {
            // The line break before a delimiter is part of the delimiter.
            let part: &str = &text[begun..start];
            let part = part.strip_suffix('\n').unwrap_or(part);
            parts.push(part.strip_suffix('\r').unwrap_or(part));
        }
        if rest == "--" {
            return Ok(parts);
        }
        begun = Some(at);
    }
    Err(OPEN)
}

/// Parses plain text for its schema.
pub(super) fn plain(text: &str, plan: &Plan, node: NodeId, typing: Typing) -> Value {
    scalar(text, &plan.types(node), typing)
}

struct Reader<'r, 'm> {
    plan: &'r Plan,
    media: &'m Media,
    typing: Typing,
}

impl<'m> Reader<'_, 'm> {
    fn form(&self, node: NodeId, fields: Vec<Field<'_>>) -> Form<'m> {
        let mut form = Form {
            value: Value::Null,
            wrong: Vec::new(),
            unread: Vec::new(),
        };
        let mut value = Map::new();
        let mut names: Vec<&str> = Vec::new();
        for field in &fields {
            if !names.contains(&field.name.as_str()) {
                names.push(&field.name);
            }
        }
        let spread = self.spread(node);
        for name in names {
            let given: Vec<_> = fields.iter().filter(|field| field.name == name).collect();
            let (owner, inner) = match self.owner(node, &spread, name) {
                Some((owner, inner)) => (owner, Some(inner)),
                None => (name, None),
            };
            let property = self.plan.property(node, owner);
            let Some(inner) = inner else {
                let read = self.property(name, property, &given, &mut form);
                value.insert(name.to_owned(), read);
                continue;
            };
            let member = property.and_then(|it| self.plan.property(it, inner));
            let read = self.values(member, &given, None);
            let object = value
                .entry(owner.to_owned())
                .or_insert_with(|| Value::Object(Map::new()));
            if let Value::Object(members) = object {
                members.insert(inner.to_owned(), read);
            }
        }
        form.value = Value::Object(value);
        form
    }

    fn encoding(&self, name: &str) -> Option<&'m Encoding> {
        self.media.encoding.get(name)
    }

    fn is_multipart(&self) -> bool {
        self.media.range.starts_with("multipart/")
    }

    /// The object properties whose members are fields of their own: `style: form` with `explode`.
    fn spread(&self, node: NodeId) -> Vec<(&str, NodeId)> {
        let names = self.plan.property_names(node).into_iter();
        names
            .filter_map(|name| {
                let property = self.plan.property(node, name)?;
                let encoding = self.encoding(name);
                let is_spread = self.types(Some(property)).contains(&"object")
                    && self.style(encoding) == Some((Style::Form, true))
                    && encoding.is_none_or(|it| it.content_types.is_empty());
                is_spread.then_some((name, property))
            })
            .collect()
    }

    /// The property that a field is a member of, and the name of the member.
    fn owner<'n>(
        &self,
        node: NodeId,
        spread: &[(&'n str, NodeId)],
        name: &'n str,
    ) -> Option<(&'n str, &'n str)> {
        if self.is_multipart() || self.plan.property(node, name).is_some() {
            return None;
        }
        if let Some((owner, rest)) = name.split_once('[')
            && let Some(inner) = rest.strip_suffix(']')
            && self.encoding(owner)?.style.as_deref() == Some("deepObject")
        {
            return Some((owner, inner));
        }
        let mut spread = spread.iter();
        let (owner, _) = spread.find(|(_, it)| self.plan.property(*it, name).is_some())?;
        Some((owner, name))
    }

    fn property(
        &self,
        name: &str,
        property: Option<NodeId>,
        given: &[&Field<'_>],
        form: &mut Form<'m>,
    ) -> Value {
        let encoding = self.encoding(name);
        if self.is_multipart()
            && let Some(encoding) = encoding.filter(|it| !it.content_types.is_empty())
        {
            for field in given {
                // RFC 7578, section 4.4: the default is text/plain.
                let seen = field.media_type.as_deref().unwrap_or("text/plain");
                if !encoding.content_types.iter().any(|it| covers(it, seen)) {
                    form.wrong.push(WrongPart {
                        name: name.to_owned(),
                        encoding,
                        seen: seen.to_owned(),
                    });
                }
            }
        }
        if self.types(property).contains(&"object")
            && given
                .iter()
                .any(|it| it.media_type.as_deref().is_some_and(is_xml))
        {
            form.unread
                .push(format!("the XML in the field `{name}` of a form"));
        }
        self.values(property, given, encoding)
    }

    /// The value of a property, from the fields with its name.
    fn values(
        &self,
        property: Option<NodeId>,
        given: &[&Field<'_>],
        encoding: Option<&Encoding>,
    ) -> Value {
        if !self.types(property).contains(&"array") {
            return match given {
                [field] => self.one(field, property, encoding),
                _ => given
                    .iter()
                    .map(|it| self.one(it, property, encoding))
                    .collect(),
            };
        }
        let items = property.and_then(|it| self.plan.items(it));
        if let [field] = given {
            // One field with JSON holds the whole array.
            if self.says_json(field, encoding)
                && let Some(value @ Value::Array(_)) = json(&field.text())
            {
                return value;
            }
            if let Some((style, false)) = self.style(encoding)
                && let Some(Parts::Items(texts)) = split(style, Shape::Array, field)
            {
                let texts = texts.iter().map(|raw| decode(raw, field.encoded));
                return texts.map(|text| self.scalar(&text, items)).collect();
            }
        }
        given
            .iter()
            .map(|field| self.one(field, items, None))
            .collect()
    }

    fn one(
        &self,
        field: &Field<'_>,
        property: Option<NodeId>,
        encoding: Option<&Encoding>,
    ) -> Value {
        let text = field.text();
        if self.types(property).contains(&"object") {
            if let Some((style @ Style::Form, false)) = self.style(encoding)
                && let Some(Parts::Members(members)) = split(style, Shape::Object, field)
            {
                let members = members.into_iter().map(|(name, raw)| {
                    let member = property.and_then(|it| self.plan.member(it, &name));
                    let value = self.scalar(&decode(&raw, field.encoded), member);
                    (name, value)
                });
                return Value::Object(members.collect());
            }
            // JSON is the default for objects, and the fallback for other styles.
            return json(&text).unwrap_or(Value::String(text));
        }
        let read = self.says_json(field, encoding).then(|| json(&text));
        read.flatten()
            .unwrap_or_else(|| self.scalar(&text, property))
    }

    fn types(&self, node: Option<NodeId>) -> Vec<&str> {
        node.map(|node| self.plan.types(node)).unwrap_or_default()
    }

    fn scalar(&self, text: &str, node: Option<NodeId>) -> Value {
        scalar(text, &self.types(node), self.typing)
    }

    /// The style of a field, and whether it is exploded; `None` in multipart forms.
    fn style(&self, encoding: Option<&Encoding>) -> Option<(Style, bool)> {
        if self.is_multipart() {
            return None;
        }
        let written = encoding.and_then(|it| it.style.as_deref());
        let style = written.and_then(Style::new).unwrap_or(Style::Form);
        let explode = encoding.and_then(|it| it.explode);
        Some((style, explode.unwrap_or(style == Style::Form)))
    }

    fn says_json(&self, field: &Field<'_>, encoding: Option<&Encoding>) -> bool {
        let documented = encoding
            .and_then(|it| it.content_types.first())
            .map(String::as_str);
        field
            .media_type
            .as_deref()
            .or(documented)
            .is_some_and(is_json)
    }
}

/// The parts of a field; `None` if it is not serialized in its style.
fn split(style: Style, shape: Shape, field: &Field<'_>) -> Option<Parts> {
    style::split(style, false, &field.name, shape, &field.raw)
        .into_iter()
        .next()
}

fn json(text: &str) -> Option<Value> {
    located::json(text).ok().map(|(value, _)| value)
}

fn decode(raw: &str, encoded: bool) -> String {
    match encoded {
        true => decode_form(raw),
        false => raw.to_owned(),
    }
}

/// Whether a media type or range covers a media type.
fn covers(range: &str, media_type: &str) -> bool {
    media_type::ranges(media_type).iter().any(|it| it == range)
}

/// A parameter of a header, unquoted.
fn parameter(header: &str, wanted: &str) -> Option<String> {
    let mut all = media_type::parameters(header).into_iter();
    all.find(|(name, _)| name == wanted).map(|(_, value)| value)
}

/// Decodes the name of a field: browsers percent-encode only quotes and line breaks in it.
fn unescape(name: &str) -> String {
    name.replace("%22", "\"")
        .replace("%0D", "\r")
        .replace("%0A", "\n")
}
