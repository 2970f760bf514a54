//! Validates parameters and response headers: presence, serialization and schema.

use located::pointer;
use serde_json::{Map, Value};

use super::raw::{self, Pair, Values};
use super::state::{Found, Judge};
use crate::codes::{Code, Rule};
use crate::count::count;
use crate::masking::describe;
use crate::path::Names;
use crate::percent::decode;
use crate::spec::location::Location;
use crate::spec::operation::{Form, Header, Operation, Parameter};
use crate::spec::plan::NodeId;
use crate::spec::security::Credential;
use crate::spec::{Schema, Side, SiteId, SiteKind};
use crate::style::{self, Parts, Shape, Style, Typing, scalar};

/// What was sent for a parameter, before it is parsed.
enum Sent {
    Absent,
    /// Recordings do not keep the header that carries it.
    NotKept,
    /// One string.
    Text(String),
    /// A string for each occurrence of its name.
    Texts(Vec<String>),
    /// The members of an object as parameters of their own: `R=100`, `color[R]=100`.
    Members(Vec<(String, String)>),
}

/// What a value is validated against, and what a finding says about it.
struct Judged<'s> {
    side: &'s Side,
    schema: &'s Schema,
    form: &'s Form,
    name: &'s str,
    subject: String,
    rule: &'static Rule,
    site: SiteId,
    at: String,
    /// Whether errors are ignored, because the status of the response is 4xx.
    excused: bool,
}

/// How a string is decoded.
type Decode<'d> = &'d dyn Fn(&str) -> String;

impl<'j> Judge<'j> {
    /// Validates the parameters of a request. `excused`: errors are ignored, because the status of
    /// the response is 4xx.
    pub(super) fn parameters(&mut self, operation: &'j Operation, names: &Names, excused: bool) {
        let exchange = self.exchange;
        let query = raw::query(exchange);
        let cookies = raw::cookies(exchange);
        for parameter in &operation.parameters {
            let mut at = format!("/request/{}", parameter.location.name());
            let sent = match parameter.location {
                Location::Path => {
                    let mut names = names.iter().filter(|(name, _)| *name == parameter.name);
                    names
                        .next()
                        .map_or(Sent::Absent, |(_, raw)| Sent::Text(raw.clone()))
                }
                Location::Query => {
                    if query.iter().any(|pair| pair.name == parameter.name) {
                        at = pointer::join(&at, &parameter.name);
                    }
                    self.pairs(operation, parameter, &query)
                }
                Location::Cookie => {
                    at = "/request/headers/cookie".to_owned();
                    match &cookies {
                        None => Sent::NotKept,
                        Some(cookies) => self.pairs(operation, parameter, cookies),
                    }
                }
                Location::Header => match raw::request_header(exchange, &parameter.name) {
                    Values::NotKept => Sent::NotKept,
                    Values::Absent => {
                        at = "/request/headers".to_owned();
                        Sent::Absent
                    }
                    Values::There(values, place) => {
                        at = place;
                        Sent::Text(values.join(", "))
                    }
                },
            };
            self.parameter(parameter, &sent, at, excused);
        }
        if operation.has_unusable_parameter {
            let reason =
                "a parameter that is not OpenAPI 3.0, and parameters that are not documented";
            self.leave(reason.to_owned());
        } else if !excused {
            self.undocumented_query(operation, &query);
        }
    }

    /// The part of a query or of the cookies that belongs to a parameter.
    fn pairs(&self, operation: &Operation, parameter: &Parameter, pairs: &[Pair]) -> Sent {
        let named = || pairs.iter().filter(|pair| pair.name == parameter.name);
        let plan = &self.spec.request.plan;
        let node = parameter.schema.as_ref().map(|schema| schema.node);
        let shapes = node.map(|node| plan.shapes(node)).unwrap_or_default();
        let members = |own: &dyn Fn(&str) -> bool| -> Vec<(String, String)> {
            let own = pairs.iter().filter(|pair| own(&pair.name));
            own.map(|pair| (pair.name.clone(), pair.value.clone()))
                .collect()
        };
        match (&parameter.form, node) {
            (Form::Styled(Style::DeepObject, _), _) => {
                let members = members(&|name| is_bracketed(name, &parameter.name));
                if !members.is_empty() {
                    return Sent::Members(members);
                }
            }
            // An exploded object is sent as its members, without the name of the parameter.
            (Form::Styled(_, true), Some(node)) if shapes.contains(&Shape::Object) => {
                let any = plan.takes_any_member(self.spec.value(), node);
                let own = |name: &str| {
                    plan.property(node, name).is_some()
                        || any && !self.is_claimed(operation, parameter, name)
                };
                let mut found = members(&own);
                if parameter.location == Location::Cookie
                    && found.iter().any(|(_, value)| value.contains('&'))
                {
                    // The style table of OpenAPI has `&` between the members in one cookie.
                    found = unfolded(pairs)
                        .into_iter()
                        .filter(|(name, _)| own(name))
                        .collect();
                }
                if !found.is_empty() || shapes.len() == 1 {
                    return match found.is_empty() {
                        true => Sent::Absent,
                        false => Sent::Members(found),
                    };
                }
            }
            _ => {}
        }
        let mut texts: Vec<String> = named().map(|pair| pair.value.clone()).collect();
        if parameter.location == Location::Cookie
            && matches!(parameter.form, Form::Styled(_, true))
            && shapes.contains(&Shape::Array)
        {
            let again = format!("&{}=", parameter.name);
            texts = texts
                .iter()
                .flat_map(|text| text.split(&again).map(str::to_owned))
                .collect();
        }
        match texts.len() {
            0 => Sent::Absent,
            1 => Sent::Text(texts.swap_remove(0)),
            _ => Sent::Texts(texts),
        }
    }

    /// Whether a name in the query (or of a cookie) belongs to another parameter or a credential.
    fn is_claimed(&self, operation: &Operation, by: &Parameter, name: &str) -> bool {
        let others = operation
            .parameters
            .iter()
            .filter(|other| other.location == by.location && other.pointer != by.pointer);
        let mut others = others.filter(|other| !self.is_spread_over_any(other));
        self.is_key(by.location, name) || others.any(|other| self.documents(other, name))
    }

    /// Whether a credential is sent under a name.
    fn is_key(&self, location: Location, name: &str) -> bool {
        self.spec.schemes.iter().any(|scheme| {
            matches!(&scheme.credential,
                Credential::Key(place, key) if *place == location && key == name)
        })
    }

    /// Whether a parameter is an exploded object that accepts any member names.
    fn is_spread_over_any(&self, parameter: &Parameter) -> bool {
        let (Form::Styled(style, true), Some(schema)) = (&parameter.form, &parameter.schema) else {
            return false;
        };
        let plan = &self.spec.request.plan;
        *style != Style::DeepObject
            && plan.shapes(schema.node).contains(&Shape::Object)
            && plan.takes_any_member(self.spec.value(), schema.node)
    }

    /// Whether a name in the query belongs to a parameter.
    fn documents(&self, parameter: &Parameter, name: &str) -> bool {
        let plan = &self.spec.request.plan;
        let node = parameter.schema.as_ref().map(|schema| schema.node);
        match (&parameter.form, node) {
            (Form::Styled(Style::DeepObject, _), _) => {
                is_bracketed(name, &parameter.name) || name == parameter.name
            }
            (Form::Styled(_, true), Some(node)) if plan.shapes(node).contains(&Shape::Object) => {
                let shapes = plan.shapes(node);
                plan.property(node, name).is_some()
                    || self.is_spread_over_any(parameter)
                    || shapes.len() > 1 && name == parameter.name
            }
            // Its serialization is not defined: it may use brackets too.
            (Form::NotValidated(_), _) => {
                is_bracketed(name, &parameter.name) || name == parameter.name
            }
            _ => name == parameter.name,
        }
    }

    fn parameter(&mut self, parameter: &'j Parameter, sent: &Sent, at: String, excused: bool) {
        let subject = format!(
            "the {} parameter `{}`",
            parameter.location.name(),
            parameter.name
        );
        match sent {
            Sent::Absent => {
                if parameter.required && !excused {
                    self.missing(parameter, &at);
                }
                return;
            }
            Sent::NotKept => return self.not_kept(&subject),
            _ => {}
        }
        let (location, reserved) = (parameter.location, parameter.allow_reserved);
        // OpenAPI: if a style cannot express an empty value, `allowEmptyValue` is ignored.
        let may_be_empty = parameter.allow_empty
            && location == Location::Query
            && matches!(parameter.form, Form::Styled(Style::Form, _));
        let Some(schema) = &parameter.schema else {
            return self.evidence.pass(parameter.site, self.observation());
        };
        if may_be_empty && matches!(sent, Sent::Text(text) if text.is_empty()) {
            let empty = Value::String(String::new());
            return self
                .evidence
                .see(parameter.site, &empty, self.observation());
        }
        let judged = Judged {
            side: &self.spec.request,
            schema,
            form: &parameter.form,
            name: &parameter.name,
            subject,
            rule: Code::Parameter.rule(),
            site: parameter.site,
            at,
            excused,
        };
        let in_query = |text: &str| raw::in_query(text, reserved);
        let as_is = |text: &str| text.to_owned();
        let decoders: &[Decode<'_>] = match location {
            Location::Query => &[&in_query],
            Location::Path => &[&decode],
            // OpenAPI does not define how these are encoded.
            Location::Header | Location::Cookie => &[&as_is, &decode],
        };
        // RFC 6265 allows no comma in a cookie, so that clients encode those between values too.
        match sent {
            Sent::Text(text) if location == Location::Cookie => {
                let commas = text.replace("%2C", ",").replace("%2c", ",");
                self.value(&judged, &[sent, &Sent::Text(commas)], decoders);
            }
            _ => self.value(&judged, &[sent], decoders),
        }
    }

    fn missing(&mut self, parameter: &Parameter, at: &str) {
        let found = Found {
            rule: Code::ParameterMissing.rule(),
            message: format!(
                "the required {} parameter `{}` is missing",
                parameter.location.name(),
                parameter.name
            ),
            expected: format!("`{}`", parameter.name),
            seen: "nothing".to_owned(),
            spec: &parameter.pointer,
            at,
        };
        self.report_against(found, Some(parameter.site));
    }

    fn not_kept(&mut self, subject: &str) {
        let reason = format!("{subject}: recordings do not keep its header");
        self.leave(reason);
    }

    pub(super) fn response_header(&mut self, header: &'j Header) {
        let subject = format!("the header `{}`", header.name);
        let (values, at) = match raw::response_header(self.exchange, &header.name) {
            Values::There(values, at) => (values, at),
            Values::NotKept => return self.not_kept(&subject),
            Values::Absent => {
                if header.required {
                    let found = Found {
                        rule: Code::HeaderMissing.rule(),
                        message: format!("the required header `{}` is missing", header.name),
                        expected: format!("`{}`", header.name),
                        seen: "nothing".to_owned(),
                        spec: &header.pointer,
                        at: "/response/headers",
                    };
                    self.report_against(found, Some(header.site));
                }
                return;
            }
        };
        let Some(schema) = &header.schema else {
            return self.evidence.pass(header.site, self.observation());
        };
        let judged = Judged {
            side: &self.spec.response,
            schema,
            form: &header.form,
            name: &header.name,
            subject,
            rule: Code::Header.rule(),
            site: header.site,
            at,
            excused: false,
        };
        // RFC 9110: repeated headers form one list, except for `Set-Cookie`, whose values contain
        // commas.
        let whole = match header.name.as_str() {
            "set-cookie" => values,
            _ => vec![values.join(", ")],
        };
        let as_is = |text: &str| text.to_owned();
        for value in whole {
            self.value(&judged, &[&Sent::Text(value)], &[&as_is, &decode]);
        }
    }

    /// Parses what was sent, or what it may stand for, and validates the first interpretation that
    /// matches the schema, else the first one.
    fn value(&mut self, judged: &Judged<'j>, sent: &[&Sent], decoders: &[Decode<'_>]) {
        if let Form::NotValidated(reason) = judged.form {
            let reason = format!("{}: {reason}", judged.subject);
            self.leave(reason);
            return self.evidence.pass(judged.site, self.observation());
        }
        let mut readings = Vec::new();
        for sent in sent {
            for decode in decoders {
                readings.extend(interpretations(judged, sent, decode));
            }
        }
        let fits = |reading: &Value| self.fits(judged.side, judged.schema, reading);
        let fitting = readings.iter().position(fits);
        if fitting.is_none() {
            if judged.excused {
                return;
            }
            if readings.first().is_some_and(|it| is_nested(judged, it)) {
                let reason = format!(
                    "{}: OpenAPI does not define how values are nested in it",
                    judged.subject
                );
                self.leave(reason);
                return self.evidence.pass(judged.site, self.observation());
            }
        }
        if readings.is_empty() {
            return self.unreadable(judged, sent[0]);
        }
        let reading = readings.swap_remove(fitting.unwrap_or(0));
        self.evidence.see(judged.site, &reading, self.observation());
        if fitting.is_some() && (reading.is_array() || reading.is_object()) {
            self.see_parts(judged.side, judged.schema.node, &reading);
        }
        if !judged.excused {
            self.see_vocabulary(
                judged.side,
                judged.schema,
                judged.site,
                &reading,
                &judged.at,
            );
        }
        self.scalar(
            judged.side,
            judged.schema,
            &reading,
            &judged.subject,
            judged.rule,
            judged.site,
            &judged.at,
        );
    }

    fn unreadable(&mut self, judged: &Judged<'_>, sent: &Sent) {
        let (problem, expected) = match judged.form {
            Form::Json => ("is not JSON".to_owned(), "JSON".to_owned()),
            Form::Styled(style, explode) => {
                let style = format!("`style: {}`, `explode: {explode}`", style.name());
                (format!("is not serialized with {style}"), style)
            }
            Form::Text | Form::NotValidated(_) => {
                ("is repeated".to_owned(), "one value".to_owned())
            }
        };
        let seen = match sent {
            Sent::Text(text) => describe(&Value::from(text.as_str())),
            Sent::Texts(texts) => format!("{} values", texts.len()),
            Sent::Members(members) => count(members.len(), "member"),
            Sent::Absent | Sent::NotKept => "nothing".to_owned(),
        };
        let found = Found {
            rule: judged.rule,
            message: format!("{} {problem}", judged.subject),
            expected,
            seen,
            spec: &judged.schema.pointer,
            at: &judged.at,
        };
        self.report_against(found, Some(judged.site));
    }

    fn undocumented_query(&mut self, operation: &Operation, query: &[Pair]) {
        let documented = |name: &str| {
            let mut here = operation
                .parameters
                .iter()
                .filter(|parameter| parameter.location == Location::Query);
            here.any(|parameter| self.documents(parameter, name))
                || self.is_key(Location::Query, name)
        };
        let mut reported: Vec<&str> = Vec::new();
        let undocumented: Vec<_> = query
            .iter()
            .filter(|pair| !documented(&pair.name))
            .collect();
        for Pair { name, value } in undocumented {
            if reported.contains(&name.as_str()) {
                continue;
            }
            reported.push(name);
            let value = Value::from(raw::in_query(value, false));
            self.evidence.see_undocumented(
                SiteKind::Parameter,
                &operation.pointer,
                name,
                Some(&value),
                self.observation(),
            );
            self.report(Found {
                rule: Code::Query.rule(),
                message: format!("the query parameter `{name}` is not documented"),
                expected: "a documented query parameter".to_owned(),
                seen: format!("`{name}`"),
                spec: &operation.pointer,
                at: &pointer::join("/request/query", name),
            });
        }
    }
}

/// Whether a name is `owner[…]`.
fn is_bracketed(name: &str, owner: &str) -> bool {
    let rest = name.strip_prefix(owner);
    rest.is_some_and(|rest| rest.starts_with('[') && rest.ends_with(']'))
}

/// The members within the values of cookies: `R=100&G=200`.
fn unfolded(pairs: &[Pair]) -> Vec<(String, String)> {
    pairs
        .iter()
        .flat_map(|pair| {
            let whole = format!("{}={}", pair.name, pair.value);
            let parts: Vec<_> = whole
                .split('&')
                .map(|part| part.split_once('=').unwrap_or((part, "")))
                .map(|(name, value)| (name.to_owned(), value.to_owned()))
                .collect();
            parts
        })
        .collect()
}

/// The possible interpretations of what was sent.
fn interpretations(judged: &Judged<'_>, sent: &Sent, decode: Decode<'_>) -> Vec<Value> {
    let (style, explode) = match (judged.form, sent) {
        (Form::Json, Sent::Text(text)) => {
            let read = located::json(&decode(text));
            return read.into_iter().map(|(value, _)| value).collect();
        }
        (Form::Text, Sent::Text(text)) => return vec![Value::from(decode(text))],
        (Form::Styled(style, explode), _) => (*style, *explode),
        _ => return Vec::new(),
    };
    let plan = &judged.side.plan;
    let shapes = plan.shapes(judged.schema.node);
    if let Sent::Members(members) = sent {
        let owner = (style == Style::DeepObject).then_some(judged.name);
        let readings = Typing::ALL.into_iter();
        return readings
            .filter_map(|typing| object(judged, owner, members, decode, typing))
            .collect();
    }
    let mut readings = Vec::new();
    for shape in &shapes {
        for parts in parts(style, explode, judged.name, *shape, sent) {
            typed(judged, &parts, decode, &mut readings);
        }
    }
    readings
}

/// The possible splits of what was sent into the parts of a shape.
fn parts(style: Style, explode: bool, name: &str, shape: Shape, sent: &Sent) -> Vec<Parts> {
    let alone = matches!(
        style,
        Style::Form | Style::SpaceDelimited | Style::PipeDelimited
    ) && explode;
    match (sent, shape) {
        // Each item is a parameter of its own.
        (Sent::Text(text), Shape::Array) if alone => match text.is_empty() {
            true => vec![Parts::Items(Vec::new()), Parts::Items(vec![String::new()])],
            false => vec![Parts::Items(vec![text.clone()])],
        },
        (Sent::Text(_), Shape::Object) if alone || style == Style::DeepObject => Vec::new(),
        (Sent::Text(text), _) => style::split(style, explode, name, shape, text),
        (Sent::Texts(texts), Shape::Array) if alone => vec![Parts::Items(texts.clone())],
        _ => Vec::new(),
    }
}

/// The possible values of parts: with the types that the schema names, as strings, and, if the
/// schema names no type, with the type that they look like.
fn typed(judged: &Judged<'_>, parts: &Parts, decode: Decode<'_>, readings: &mut Vec<Value>) {
    let plan = &judged.side.plan;
    let node = judged.schema.node;
    let types_of = |node: Option<NodeId>| node.map(|node| plan.types(node)).unwrap_or_default();
    for typing in Typing::ALL {
        let read = |text: &str, types: &[&str]| scalar(&decode(text.trim()), types, typing);
        let value = match parts {
            // Only the items of a list are trimmed.
            Parts::Text(text) => scalar(&decode(text), &plan.types(node), typing),
            Parts::Items(items) => {
                let types = types_of(plan.items(node));
                let items = items.iter().map(|item| read(item, &types));
                items.collect()
            }
            Parts::Members(members) => {
                let members = members.iter().map(|(name, value)| {
                    let types = types_of(plan.member(node, name));
                    (name.clone(), read(value, &types))
                });
                Value::Object(members.collect())
            }
        };
        if !readings.contains(&value) {
            readings.push(value);
        }
    }
}

/// The object whose members were sent as parameters of their own, as `owner[name]` if there is an
/// owner. A repeated name becomes an array. `None` if a name has another form.
fn object(
    judged: &Judged<'_>,
    owner: Option<&str>,
    members: &[(String, String)],
    decode: Decode<'_>,
    typing: Typing,
) -> Option<Value> {
    let mut object = Map::new();
    for (name, text) in members {
        let keys: Vec<&str> = match owner {
            None => vec![name.as_str()],
            Some(owner) => {
                let inside = name.strip_prefix(owner)?.strip_prefix('[')?;
                inside.strip_suffix(']')?.split("][").collect()
            }
        };
        put(judged, &mut object, judged.schema.node, &keys, &|types| {
            scalar(&decode(text), types, typing)
        })?;
    }
    Some(Value::Object(object))
}

fn put(
    judged: &Judged<'_>,
    object: &mut Map<String, Value>,
    node: NodeId,
    keys: &[&str],
    read: &dyn Fn(&[&str]) -> Value,
) -> Option<()> {
    let plan = &judged.side.plan;
    let (name, below) = keys.split_first()?;
    let member = plan.member(node, name);
    let items = member.and_then(|member| plan.items(member));
    let types = |node: Option<NodeId>| node.map(|node| plan.types(node)).unwrap_or_default();
    match below {
        [] | [""] => {
            let value = match items {
                Some(items) => Value::Array(vec![read(&plan.types(items))]),
                None => read(&types(member)),
            };
            match object.get_mut(*name) {
                None => {
                    object.insert((*name).to_owned(), value);
                }
                Some(Value::Array(earlier)) if items.is_some() => {
                    earlier.extend(value.as_array().into_iter().flatten().cloned());
                }
                // A duplicate that the schema does not allow becomes an array, which does not
                // match.
                Some(earlier) => *earlier = Value::Array(vec![earlier.take(), value]),
            }
            Some(())
        }
        _ => {
            let nested = object
                .entry((*name).to_owned())
                .or_insert_with(|| Value::Object(Map::new()));
            // A member without a schema of its own uses that of the object.
            let node = member.unwrap_or(node);
            put(judged, nested.as_object_mut()?, node, below, read)
        }
    }
}

/// Whether items or members of a value must be arrays or objects themselves, which no style
/// defines.
fn is_nested(judged: &Judged<'_>, value: &Value) -> bool {
    let Form::Styled(..) = judged.form else {
        return false;
    };
    let plan = &judged.side.plan;
    let node = judged.schema.node;
    let is_nested = |node: NodeId| !plan.shapes(node).contains(&Shape::Primitive);
    match value {
        Value::Array(items) if !items.is_empty() => plan.items(node).is_some_and(is_nested),
        Value::Object(members) => members
            .keys()
            .filter_map(|name| plan.member(node, name))
            .any(is_nested),
        _ => false,
    }
}
