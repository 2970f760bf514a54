//! The conventions of a document for a new property: how it writes those with a similar name, and
//! its neighbours in the same schema.

use located::openapi;
use located::pointer;
use serde_json::{Value, json};

use super::schema::{Writer, branches_of};

/// How many properties have to agree, so that it is a convention of the document.
const AGREEING: usize = 2;

/// A shared schema that all properties with a similar name have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Similar {
    /// The text of its reference.
    pub(super) reference: String,
    /// Whether they are masked.
    pub(super) masked: bool,
}

impl Writer<'_> {
    /// The shared schema of the properties that have this name elsewhere, or else of those whose
    /// names have the same first words or the same last word, if it takes what was seen.
    pub(super) fn similar(&self, name: &str, values: &[&Value]) -> Option<Similar> {
        let all = pointer::values(self.document.value());
        let properties = all.iter().filter_map(|(at, schema)| {
            let is_property = pointer::parent(at).is_some_and(|it| it.ends_with("/properties"));
            let name = pointer::last(at).filter(|_| is_property && schema.is_object())?;
            Some((name.into_owned(), *schema))
        });
        let properties: Vec<(String, &Value)> = properties.collect();
        let of = |is_similar: &dyn Fn(&str) -> bool| -> Vec<&Value> {
            let similar = properties.iter().filter(|(own, _)| is_similar(own));
            similar.map(|(_, schema)| *schema).collect()
        };
        let words = words(name);
        let first = words.split_last();
        let has_first = |own: &str| {
            let own = self::words(own);
            first.is_some_and(|(_, first)| {
                first.len() > 1 && own.split_last().is_some_and(|it| it.1 == first)
            })
        };
        let has_last = |own: &str| {
            let own = self::words(own);
            words.len() > 1 && own.len() > 1 && own.last() == words.last()
        };
        let same = of(&|own| own == name);
        // Only the same name tells of types that nothing shows.
        let groups = [
            (same, 1, true),
            (of(&has_first), AGREEING, false),
            (of(&has_last), AGREEING, false),
        ];
        let mut agreeing = groups
            .iter()
            .filter(|(them, least, _)| them.len() >= *least);
        agreeing.find_map(|(them, _, may_be_wider)| {
            let shared = shared_by(them)?;
            let target = self.document.get(shared.strip_prefix('#')?)?;
            let fits = takes(target, values) && (*may_be_wider || is_shown(target, values));
            fits.then(|| Similar {
                reference: shared.to_owned(),
                masked: them
                    .iter()
                    .all(|it| it.get("x-sensitive") == Some(&Value::Bool(true))),
            })
        })
    }

    /// What most properties of a schema say, and the values of a new one do not contradict:
    /// `readOnly` where only responses have it, and for numbers the least one.
    pub(super) fn conventions(
        &self,
        schema: &str,
        new: &Value,
        values: &[&Value],
        only_in_responses: bool,
    ) -> Vec<(&'static str, Value)> {
        let properties = pointer::join(schema, "properties");
        let properties = self.document.get(&properties).and_then(Value::as_object);
        let all: Vec<&Value> = properties.into_iter().flat_map(|it| it.values()).collect();
        let mut conventions = Vec::new();
        let is_read_only = only_in_responses && is_convention(&all, "readOnly", &json!(true));
        if is_number(new) {
            let numbers: Vec<&Value> = all.into_iter().filter(|it| is_number(it)).collect();
            let least = numbers.iter().find_map(|it| it.get("minimum"));
            if let Some(least) = least
                && is_convention(&numbers, "minimum", least)
                && values.iter().all(|it| it.as_f64() >= least.as_f64())
            {
                conventions.push(("minimum", least.clone()));
            }
        }
        if is_read_only {
            conventions.push(("readOnly", json!(true)));
        }
        conventions
    }
}

fn is_number(schema: &Value) -> bool {
    let own = schema.get("type").and_then(Value::as_str);
    matches!(own, Some("integer" | "number"))
}

/// Whether most of some schemas, and at least two, have a keyword with this value.
fn is_convention(schemas: &[&Value], keyword: &str, value: &Value) -> bool {
    let with = schemas
        .iter()
        .filter(|it| it.get(keyword) == Some(value))
        .count();
    with >= AGREEING && with * 2 > schemas.len()
}

/// The reference that all of some schemas consist of, annotations aside.
fn shared_by<'s>(schemas: &[&'s Value]) -> Option<&'s str> {
    let of = |schema: &'s Value| match schema.get("allOf").and_then(Value::as_array) {
        Some(parts) => match &parts[..] {
            [part] => openapi::reference(part),
            _ => None,
        },
        None => openapi::reference(schema),
    };
    let first = of(schemas.first()?)?;
    schemas
        .iter()
        .all(|it| of(it) == Some(first))
        .then_some(first)
}

/// A schema, or its alternatives.
fn branches(schema: &Value) -> Vec<&Value> {
    branches_of(schema).map_or_else(|| vec![schema], |them| them.iter().collect())
}

fn is_type_of(schema: &Value, value: &Value) -> bool {
    let own = schema.get("type").and_then(Value::as_str);
    own.is_none_or(|own| openapi::is_of_type(value, own))
}

/// Whether a schema may take values, by its types and its vocabulary; the rest is tried.
fn takes(schema: &Value, values: &[&Value]) -> bool {
    let branches = branches(schema);
    values.iter().all(|value| {
        branches.iter().any(|branch| {
            let known = ["enum", "x-extensible-enum"]
                .iter()
                .find_map(|it| branch.get(it)?.as_array());
            is_type_of(branch, value) && known.is_none_or(|it| it.contains(value))
        })
    })
}

/// Whether values have all types that a schema takes.
fn is_shown(schema: &Value, values: &[&Value]) -> bool {
    branches(schema)
        .iter()
        .all(|branch| values.iter().any(|value| is_type_of(branch, value)))
}

/// The words of a name, in lower case.
fn words(name: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut before = ' ';
    for letter in name.chars() {
        let begins = letter.is_uppercase() && before.is_lowercase();
        if (begins || !letter.is_alphanumeric()) && words.last().is_some_and(|it| !it.is_empty()) {
            words.push(String::new());
        }
        if letter.is_alphanumeric()
            && let Some(word) = words.last_mut()
        {
            word.extend(letter.to_lowercase());
        }
        before = letter;
    }
    words.retain(|it| !it.is_empty());
    words
}
