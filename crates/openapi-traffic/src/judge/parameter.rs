//! Parameters and response headers: present where required, documented, and of their schema once
//! read from text.

use std::borrow::Cow;

use serde_json::{Map, Value};

use http_recording::text;

use super::{Found, Judge};
use crate::codes::Code;
use crate::routing::Names;
use crate::spec::operation::{Form, Header, Location, Operation, Parameter, Spread};
use crate::spec::{Schema, Side, SiteKind};
use located::pointer;

impl<'j> Judge<'j> {
    pub(super) fn parameters(&mut self, operation: &'j Operation, names: &Names) {
        let request = &self.exchange.recording.request;
        for parameter in &operation.parameters {
            let (value, at) = match parameter.location {
                Location::Path => {
                    let value = names.iter().find(|(name, _)| *name == parameter.name);
                    (
                        value.map(|(_, value)| Cow::Owned(Value::String(value.clone()))),
                        "/request/path".to_owned(),
                    )
                }
                Location::Query => member(&request.query, "/request/query", |name| {
                    name == parameter.name
                }),
                Location::Header => member(&request.headers, "/request/headers", |name| {
                    name.eq_ignore_ascii_case(&parameter.name)
                }),
            };
            match value {
                // An object in a text: what it holds is not judged.
                Some(_) if matches!(parameter.form, Form::Spread(_)) => {
                    self.evidence.pass(parameter.site, self.observation());
                }
                None if matches!(parameter.form, Form::Spread(_)) => {}
                None if parameter.required => self.missing(parameter, &at),
                None => {}
                Some(value) => self.parameter(parameter, &value, &at),
            }
        }
        self.undocumented_query(operation);
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

    fn parameter(&mut self, parameter: &Parameter, value: &Value, at: &str) {
        let Some(schema) = &parameter.schema else {
            return self.evidence.pass(parameter.site, self.observation());
        };
        let side = &self.spec.request;
        let read = read(side, schema, &parameter.form, value);
        self.evidence.see(parameter.site, &read, self.observation());
        self.see_vocabulary(side, schema, parameter.site, &read, at);
        if parameter.allow_empty && text(value).is_empty() {
            return;
        }
        let subject = format!(
            "the {} parameter `{}`",
            parameter.location.name(),
            parameter.name
        );
        self.scalar(
            side,
            schema,
            &read,
            &subject,
            Code::Parameter.rule(),
            parameter.site,
            at,
        );
    }

    pub(super) fn response_header(&mut self, header: &Header) {
        let headers = &self.exchange.recording.response.headers;
        let (value, at) = member(headers, "/response/headers", |name| {
            name.eq_ignore_ascii_case(&header.name)
        });
        match value {
            None if header.required => {
                let found = Found {
                    rule: Code::HeaderMissing.rule(),
                    message: format!("the required header `{}` is missing", header.name),
                    expected: format!("`{}`", header.name),
                    seen: "nothing".to_owned(),
                    spec: &header.pointer,
                    at: &at,
                };
                self.report_against(found, Some(header.site));
            }
            None => {}
            Some(value) => {
                let Some(schema) = &header.schema else {
                    return self.evidence.pass(header.site, self.observation());
                };
                let side = &self.spec.response;
                let read = read(side, schema, &Form::Separated(','), &value);
                self.evidence.see(header.site, &read, self.observation());
                self.see_vocabulary(side, schema, header.site, &read, &at);
                let subject = format!("the header `{}`", header.name);
                self.scalar(
                    side,
                    schema,
                    &read,
                    &subject,
                    Code::Header.rule(),
                    header.site,
                    &at,
                );
            }
        }
    }

    fn undocumented_query(&mut self, operation: &Operation) {
        let query = &self.exchange.recording.request.query;
        let documented = |name: &str| {
            let mut here = operation
                .parameters
                .iter()
                .filter(|parameter| parameter.location == Location::Query);
            here.any(|parameter| match &parameter.form {
                Form::Spread(Spread::Names(None)) => true,
                Form::Spread(Spread::Names(Some(names)))
                    if names.iter().any(|known| known == name) =>
                {
                    true
                }
                Form::Spread(Spread::Brackets) => {
                    name.split('[').next() == Some(parameter.name.as_str())
                }
                _ => parameter.name == name,
            })
        };
        for (name, value) in query.iter().filter(|(name, _)| !documented(name)) {
            self.evidence.see_undocumented(
                SiteKind::Parameter,
                &operation.pointer,
                name,
                Some(value),
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

fn member<'m>(
    members: &'m Map<String, Value>,
    owner: &str,
    is_it: impl Fn(&str) -> bool,
) -> (Option<Cow<'m, Value>>, String) {
    match members.iter().find(|(name, _)| is_it(name)) {
        Some((name, value)) => (Some(Cow::Borrowed(value)), pointer::join(owner, name)),
        None => (None, owner.to_owned()),
    }
}

/// Reads the value that a text stands for under a schema: the first reading that fits, else the
/// first there is.
fn read(side: &Side, schema: &Schema, form: &Form, value: &Value) -> Value {
    let validator = side.lowered.validator(&schema.location);
    let mut readings = Vec::new();
    if *form == Form::Json {
        readings.extend(serde_json::from_str(&text(value)));
    } else {
        let types = side.plan.types(schema.node);
        if types.contains(&"array") {
            let items = side.plan.items(schema.node);
            let item_types = items
                .map(|items| side.plan.types(items))
                .unwrap_or_default();
            let texts = separate(form, value);
            readings.push(texts.iter().map(|text| scalar(text, &item_types)).collect());
        }
        if !value.is_array() {
            readings.push(scalar(&text(value), &types));
        }
    }
    readings.push(match value {
        Value::Array(_) => value.clone(),
        _ => Value::String(text(value)),
    });
    let fitting = readings
        .iter()
        .position(|reading| validator.is_some_and(|it| it.is_valid(reading)));
    readings.swap_remove(fitting.unwrap_or(0))
}

/// The texts of an array's items.
fn separate(form: &Form, value: &Value) -> Vec<String> {
    let given: Vec<String> = match value {
        Value::Array(items) => items.iter().map(text).collect(),
        _ => vec![text(value)],
    };
    match form {
        Form::Separated(separator) if !value.is_array() => {
            let whole = given.concat();
            let items = whole.split(*separator).map(|item| item.trim().to_owned());
            items.filter(|_| !whole.is_empty()).collect()
        }
        _ => given,
    }
}

/// A text as one of the types that a schema allows; itself where it reads as none of them.
fn scalar(text: &str, types: &[&str]) -> Value {
    let number = || {
        serde_json::from_str::<Value>(text)
            .ok()
            .filter(Value::is_number)
    };
    let decode = types.iter().find_map(|name| match *name {
        "integer" => number().filter(|number| !number.is_f64()),
        "number" => number(),
        "boolean" => match text {
            "true" => Some(Value::Bool(true)),
            "false" => Some(Value::Bool(false)),
            _ => None,
        },
        _ => None,
    });
    decode.unwrap_or_else(|| Value::String(text.to_owned()))
}
