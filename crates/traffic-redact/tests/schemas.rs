//! What was valid before it was redacted is valid afterwards; equal values stay equal, and
//! different ones different.

use std::collections::HashMap;

use http_recording::Recording;
use proptest::prelude::*;
use serde_json::{Map, Value, json};
use traffic_redact::{Knowledge, redact, unredacted};

/// A schema and values that fit it.
#[derive(Debug, Clone)]
struct Kind {
    schema: Value,
    /// A regular expression of values, or the bounds of numbers.
    values: Values,
}

#[derive(Debug, Clone)]
enum Values {
    Strings(&'static str),
    Integers(i64, i64),
    Numbers(i32, i32),
}

/// Strings and numbers as documents describe them. The patterns of values are written beside the
/// schemas and not read from them.
fn kinds() -> Vec<Kind> {
    let strings = [
        (json!({}), "[A-Za-z0-9 .@-]{0,20}"),
        (json!({ "minLength": 12, "maxLength": 16 }), "[ -~]{12,16}"),
        (json!({ "maxLength": 5 }), "[A-Za-z]{0,5}"),
        (json!({ "minLength": 40 }), "[a-zé]{40,60}"),
        (
            json!({ "pattern": "^[A-Z]{3}-[0-9]{4}$" }),
            "[A-Z]{3}-[0-9]{4}",
        ),
        (
            json!({ "pattern": r"^\d{5}(-\d{4})?$" }),
            "[0-9]{5}(-[0-9]{4})?",
        ),
        (json!({ "pattern": "^[B-D][5-9]{3}$" }), "[B-D][5-9]{3}"),
        (json!({ "pattern": "^(?!0)[0-9]{6}$" }), "[1-9][0-9]{5}"),
        (
            json!({ "pattern": r"^[\w.-]+@[\w-]+\.com$" }),
            "[a-z.]{1,9}@[a-z]{2,9}\\.com",
        ),
        (
            json!({ "pattern": "^sip:" }),
            "sip:[a-z0-9]{3,9}@[a-z]{3,9}\\.net",
        ),
        (json!({ "pattern": "^0x[0-9a-f]{8}$" }), "0x[0-9a-f]{8}"),
        (
            json!({ "format": "uuid" }),
            "[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-a[0-9a-f]{3}-[0-9a-f]{12}",
        ),
        (
            json!({ "format": "ipv4" }),
            "[1-9][0-9]\\.[1-9][0-9]\\.[1-9]\\.[1-9][0-9]",
        ),
        (
            json!({ "format": "ipv6" }),
            "2a0[0-9]:[1-9a-f]{4}::[1-9a-f]{1,4}",
        ),
        (
            json!({ "format": "email" }),
            "[a-z]{1,9}@[a-z]{2,9}\\.(com|net)",
        ),
        (
            json!({ "format": "hostname" }),
            "[a-z]{2,9}\\.[a-z]{2,9}\\.(com|net)",
        ),
        (
            json!({ "format": "uri" }),
            "https://[a-z]{2,9}\\.com/[a-z]{0,9}",
        ),
        (json!({ "format": "date" }), "19[0-9]{2}-0[1-9]-[12][0-8]"),
        (
            json!({ "format": "date-time" }),
            "19[0-9]{2}-0[1-9]-[12][0-8]T1[0-9]:[0-5][0-9]:[0-5][0-9]Z",
        ),
        (json!({ "format": "byte" }), "([A-Za-z0-9+/]{4}){1,6}"),
        (
            json!({ "allOf": [{ "pattern": "^x" }, { "maxLength": 7 }] }),
            "x[a-z]{0,6}",
        ),
        (
            json!({ "oneOf": [{ "pattern": "^[0-9]{3}$" }, { "pattern": "^[a-z]{9}$" }] }),
            "[0-9]{3}|[a-z]{9}",
        ),
        (json!({ "$ref": "#/components/schemas/Code" }), "K[0-9]{5}"),
        (
            json!({ "enum": ["red", "Green", "kowalski"] }),
            "red|Green|kowalski",
        ),
    ];
    let strings = strings.into_iter().map(|(mut schema, values)| {
        if schema.get("$ref").is_none() {
            schema["type"] = "string".into();
        }
        Kind {
            schema,
            values: Values::Strings(values),
        }
    });
    let integers = [
        (json!({}), -90_000, 90_000),
        (json!({ "minimum": 1000, "maximum": 9999 }), 1000, 9999),
        (json!({ "maximum": -10 }), -50_000, -10),
        (
            json!({ "minimum": 2_000_000_000, "format": "int64" }),
            2_000_000_000,
            9_000_000_000,
        ),
        (json!({ "format": "int32" }), -2_000_000_000, 2_000_000_000),
        (
            json!({ "minimum": 0, "exclusiveMinimum": true, "maximum": 100_000 }),
            1,
            100_000,
        ),
    ];
    let integers = integers.into_iter().map(|(mut schema, min, max)| {
        schema["type"] = "integer".into();
        Kind {
            schema,
            values: Values::Integers(min, max),
        }
    });
    let numbers = [
        (json!({ "minimum": -90, "maximum": 90 }), -90, 90),
        (json!({ "minimum": -1, "maximum": 0 }), -1, 0),
        (json!({}), -100_000, 100_000),
    ];
    let numbers = numbers.into_iter().map(|(mut schema, min, max)| {
        schema["type"] = "number".into();
        Kind {
            schema,
            values: Values::Numbers(min, max),
        }
    });
    strings.chain(integers).chain(numbers).collect()
}

fn value_of(values: &Values) -> BoxedStrategy<Value> {
    match *values {
        Values::Strings(pattern) => proptest::string::string_regex(pattern)
            .expect("a pattern")
            .prop_map(Value::from)
            .boxed(),
        Values::Integers(min, max) => (min..=max).prop_map(Value::from).boxed(),
        Values::Numbers(min, max) => (f64::from(min)..f64::from(max))
            .prop_map(Value::from)
            .boxed(),
    }
}

/// Names of fields that are treated in different ways; `note` and `plan` are no secrets, the rest
/// tells by its name or by its schema.
const NAMES: [&str; 10] = [
    "password",
    "domain",
    "contact",
    "username",
    "caller-id",
    "description",
    "plan",
    "pin",
    "xqz",
    "user-agent",
];

/// A document of fields, some of them marked, and objects that fit it.
fn documents() -> impl Strategy<Value = (Value, Vec<Value>)> {
    let field = (prop::sample::select(kinds()), any::<bool>(), any::<bool>());
    let fields = prop::collection::hash_map(prop::sample::select(&NAMES[..]), field, 1..6);
    fields.prop_flat_map(|fields| {
        let mut properties = Map::new();
        let mut objects: Vec<(String, BoxedStrategy<Value>)> = Vec::new();
        let mut fields: Vec<_> = fields.into_iter().collect();
        fields.sort_by_key(|(name, _)| *name);
        for (name, (kind, is_sensitive, is_list)) in fields {
            let mut schema = kind.schema.clone();
            if is_sensitive && schema.get("$ref").is_none() {
                schema["x-sensitive"] = true.into();
            }
            let one = value_of(&kind.values);
            let (schema, value) = if is_list {
                let list = prop::collection::vec(one, 0..4).prop_map(Value::from);
                (json!({ "type": "array", "items": schema }), list.boxed())
            } else {
                (schema, one)
            };
            properties.insert(name.to_owned(), schema);
            objects.push((name.to_owned(), value));
        }
        let required: Vec<_> = properties.keys().cloned().collect();
        let item = json!({
            "type": "object", "properties": properties, "required": required,
            "additionalProperties": false,
        });
        let document = json!({ "components": { "schemas": {
            "Code": { "type": "string", "pattern": "^K[0-9]{5}$", "x-sensitive": true },
            "Item": item,
        } } });
        let (names, values): (Vec<_>, Vec<_>) = objects.into_iter().unzip();
        let object = values
            .prop_map(move |values| Value::Object(names.iter().cloned().zip(values).collect()));
        (Just(document), prop::collection::vec(object, 1..8))
    })
}

/// What is wrong with an object by the document.
fn errors(document: &Value, item: &Value) -> Vec<String> {
    let mut schema = document.clone();
    schema["$ref"] = "#/components/schemas/Item".into();
    let is_uuid = |text: &str| text.len() == 36 && text.matches('-').count() == 4;
    let is_byte = |text: &str| text.len().is_multiple_of(4) && !text.contains(['-', '_', ' ', '«']);
    let validator = jsonschema::options()
        .with_draft(jsonschema::Draft::Draft4)
        .should_validate_formats(true)
        .with_format("uuid", is_uuid)
        .with_format("byte", is_byte)
        .build(&schema)
        .expect("a schema");
    validator
        .iter_errors(item)
        .map(|it| it.to_string())
        .collect()
}

fn recording(body: &Value) -> Recording {
    serde_json::from_value(json!({
        "format": 1,
        "meta": { "origin": "captured" },
        "request": { "method": "GET", "path": "/items" },
        "response": { "status": 200, "body": body },
    }))
    .expect("a recording")
}

/// The scalars of a value, in order, each with its path.
fn scalars<'v>(value: &'v Value, path: &str, out: &mut Vec<(String, &'v Value)>) {
    match value {
        Value::Object(members) => members
            .iter()
            .for_each(|(name, it)| scalars(it, &format!("{path}/{name}"), out)),
        Value::Array(items) => items.iter().for_each(|it| scalars(it, path, out)),
        it => out.push((path.to_owned(), it)),
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn what_is_valid_stays_valid_equal_and_different((document, items) in documents()) {
        for item in &items {
            prop_assert_eq!(errors(&document, item), Vec::<String>::new(), "the test's own value");
        }
        let knowledge = Knowledge::of_spec(&document);
        let before = Value::from(items);
        let mut recordings = [recording(&before)];
        redact(&mut recordings, &knowledge);
        let after = recordings[0].response.body.clone().expect("a body");
        for item in after.as_array().expect("items") {
            prop_assert_eq!(errors(&document, item), Vec::<String>::new(), "{}", after);
        }
        let (mut old, mut new) = (Vec::new(), Vec::new());
        scalars(&before, "", &mut old);
        scalars(&after, "", &mut new);
        prop_assert_eq!(old.len(), new.len());
        let (mut forth, mut back) = (HashMap::new(), HashMap::new());
        for ((path, old), (_, new)) in old.iter().zip(&new) {
            // In another case it is the same name.
            let name = old.to_string().to_lowercase();
            let one = forth.entry((path.clone(), old.to_string())).or_insert(*new);
            prop_assert_eq!(*one, *new, "{} in {}", old, path);
            let one = back.entry((path.clone(), new.to_string())).or_insert_with(|| name.clone());
            prop_assert_eq!(&*one, &name, "{} in {}", new, path);
        }
    }

    #[test]
    fn what_was_made_to_fit_is_no_leak_and_stays((document, items) in documents()) {
        let knowledge = Knowledge::of_spec(&document);
        let mut recordings = [recording(&Value::from(items))];
        redact(&mut recordings, &knowledge);
        prop_assert_eq!(unredacted(&recordings[0], &knowledge), []);
        let once = recordings.clone();
        redact(&mut recordings, &knowledge);
        prop_assert_eq!(once, recordings);
    }
}

/// A body of two items with these values in the field `xqz` of this schema, redacted.
fn redacted(schema: &Value, values: [Value; 2]) -> Vec<Value> {
    let knowledge = Knowledge::of_spec(&json!({ "properties": { "xqz": schema } }));
    let items = values.map(|value| json!({ "xqz": value }));
    let mut recordings = [recording(&Value::from(items.to_vec()))];
    redact(&mut recordings, &knowledge);
    let body = recordings[0].response.body.clone().expect("a body");
    let items = body.as_array().expect("items").iter();
    items.map(|item| item["xqz"].clone()).collect()
}

#[test]
fn a_placeholder_obeys_the_field_that_it_stands_in() {
    let secret = |schema: Value| {
        let mut schema = schema;
        schema["x-sensitive"] = true.into();
        schema
    };
    let rows = [
        (
            secret(json!({ "pattern": "^[A-Z]{2}[0-9]{3}$" })),
            json!(["QX471", "QX472"]),
            json!(["AA000", "AA001"]),
        ),
        (
            secret(json!({ "type": "integer", "minimum": 1000, "maximum": 9999 })),
            json!([4711, 4712]),
            json!([1000, 1001]),
        ),
        (
            secret(json!({ "format": "ipv4" })),
            json!(["8.8.4.4", "8.8.8.8"]),
            json!(["192.0.2.1", "192.0.2.2"]),
        ),
        (
            secret(json!({ "format": "date" })),
            json!(["1980-02-03", "1981-02-03"]),
            json!(["2000-01-01", "2000-01-02"]),
        ),
        (
            secret(json!({ "minLength": 9 })),
            json!(["Szymborska", "Mickiewicz"]),
            json!(["Aaaaaaaaaa", "Aaaaaaaaab"]),
        ),
    ];
    for (schema, values, expected) in rows {
        let [one, two] = [values[0].clone(), values[1].clone()];
        assert_eq!(
            Value::from(redacted(&schema, [one, two])),
            expected,
            "{schema}"
        );
    }
}

#[test]
fn a_space_of_one_other_value_gives_that_and_never_the_original() {
    let schema = json!({ "pattern": "^[ab]$", "x-sensitive": true });
    assert_eq!(redacted(&schema, [json!("a"), json!("a")]), ["b", "b"]);
}

#[test]
fn a_value_that_looks_made_is_a_leak_where_nothing_says_that_it_was() {
    let spec = json!({ "properties": {
        "pin": { "type": "string", "pattern": "^[0-9]{4}$" },
    } });
    let knowledge = Knowledge::of_spec(&spec);
    let mut one = recording(&json!([{ "pin": "0003" }]));
    assert_eq!(unredacted(&one, &knowledge).len(), 1);
    one.meta.redacted =
        serde_json::from_value(json!([{ "at": "/response/body/0/pin", "rule": "by-schema" }]))
            .expect("a list");
    assert_eq!(unredacted(&one, &knowledge), []);
    // Listed or not, what no schema was given is somebody's.
    one.response.body = Some(json!([{ "pin": "4719" }]));
    assert_eq!(unredacted(&one, &knowledge).len(), 1);
}
