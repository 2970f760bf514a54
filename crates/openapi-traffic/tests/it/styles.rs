//! The styles of parameters: each cell of the table "Style Examples" of OpenAPI 3.0.3, written from
//! its text, and what RFC 6570 says where the table is silent.
//!
//! The values are those of the table: `blue`; `["blue", "black", "brown"]`; `{"R": 100, "G": 200,
//! "B": 150}`. Each positive row stands beside rows that are wrong in the same cell.

use std::fmt::Write;
use std::sync::Arc;

use located::Source;
use openapi_traffic::{Exchange, Finding, Spec, judge};
use serde_json::{Value, json};

/// The value does not fit, or is not written in the style.
const WRONG: &[&str] = &["NSV105"];
const MISSING: &[&str] = &["NSV103"];
const FINE: &[&str] = &[];

/// What the color is, each so narrow that a wrong reading does not fit.
fn schema(shape: &str) -> Value {
    let color = json!({"type": "string", "enum": ["blue", "black", "brown"]});
    let number = json!({"type": "integer", "maximum": 255});
    match shape {
        "string" => color,
        "empty" => json!({"type": "string", "maxLength": 0}),
        "array" => json!({"type": "array", "items": color, "minItems": 3, "maxItems": 3}),
        "object" => json!({
            "type": "object",
            "properties": {"R": number, "G": number, "B": number},
            "required": ["R", "G", "B"],
            "additionalProperties": false,
        }),
        other => panic!("no such shape: {other}"),
    }
}

/// The findings in a request with one required parameter `color`, exchanged in a HAR.
fn findings(parameter: Value, target: &str, headers: &[(&str, &str)], status: u16) -> Vec<Finding> {
    let path = match parameter["in"].as_str() {
        Some("path") => "/colors/{color}",
        _ => "/colors",
    };
    let spec = json!({
        "openapi": "3.0.3",
        "info": {"title": "Colors", "version": "1"},
        "paths": {path: {"get": {
            "parameters": [parameter],
            "responses": {"default": {"description": "Whatever."}},
        }}},
    });
    let spec = Spec::load(Source::new("spec.json", spec.to_string())).unwrap();
    let headers: Vec<_> = headers
        .iter()
        .map(|(name, value)| json!({"name": name, "value": value}))
        .collect();
    let har = json!({"log": {"version": "1.2", "entries": [{
        "request": {
            "method": "GET",
            "url": format!("https://api.acme.example{target}"),
            "headers": headers,
        },
        "response": {"status": status, "headers": [], "content": {}},
    }]}});
    let source = Arc::new(Source::new("colors.har", har.to_string()));
    let (mut entries, _) = har_recording::read(source.text())
        .map_err(|it| it.reason)
        .unwrap();
    let entry = entries.remove(0);
    let exchange = Exchange::of_har(entry, source, 0);
    judge(&spec, &exchange).0
}

fn codes(parameter: Value, target: &str, headers: &[(&str, &str)]) -> Vec<&'static str> {
    let found = findings(parameter, target, headers, 200);
    let mut codes: Vec<_> = found.iter().map(|finding| finding.code).collect();
    // A value may be wrong in several ways.
    codes.dedup();
    codes
}

/// A required parameter `color`.
fn color(location: &str, style: &str, explode: bool, schema: Value) -> Value {
    json!({
        "name": "color", "in": location, "required": true,
        "style": style, "explode": explode, "schema": schema,
    })
}

/// The codes of the findings where this is sent in the place of the parameter.
fn sent(location: &str, parameter: Value, sent: &str) -> Vec<&'static str> {
    match location {
        "path" => codes(parameter, &format!("/colors/{sent}"), &[]),
        "query" if sent.is_empty() => codes(parameter, "/colors", &[]),
        "query" => codes(parameter, &format!("/colors?{sent}"), &[]),
        "header" => codes(parameter, "/colors", &[("color", sent)]),
        "cookie" => codes(parameter, "/colors", &[("cookie", sent)]),
        other => panic!("no such location: {other}"),
    }
}

#[test]
fn every_cell_of_the_table_is_read_as_it_is_written() {
    let mut wrong = String::new();
    let rows = include_str!("styles.txt").lines();
    let rows = rows.filter(|row| !row.is_empty() && !row.starts_with('#'));
    let mut count = 0;
    for row in rows {
        let column = |from: usize, to: usize| row[from..to.min(row.len())].trim();
        let (location, style) = (column(0, 6), column(7, 21));
        let (explode, shape, code) = (column(22, 27), column(28, 34), column(35, 41));
        let written = row.get(42..).unwrap_or_default();
        let expected: &[&str] = if code == "fine" { &[] } else { &[code] };
        let parameter = color(location, style, explode == "true", schema(shape));
        let found = sent(location, parameter, written);
        if found != expected {
            writeln!(wrong, "{row}: {found:?}").unwrap();
        }
        count += 1;
    }
    assert!(wrong.is_empty(), "\n{wrong}");
    assert_eq!(count, 146);
}

#[test]
fn what_is_missing_is_found_in_every_location() {
    for (location, header) in [("query", "x"), ("header", "x"), ("cookie", "x")] {
        let parameter = json!({"name": "color", "in": location, "required": true, "schema": {}});
        assert_eq!(
            codes(parameter, "/colors", &[(header, "1")]),
            MISSING,
            "{location}"
        );
    }
}

#[test]
fn styles_have_defaults_by_location() {
    let array = || schema("array");
    let parameter = |location: &str| json!({"name": "color", "in": location, "schema": array()});
    for (location, written) in [
        ("path", "blue,black,brown"),
        ("query", "color=blue&color=black&color=brown"),
        ("header", "blue,black,brown"),
        ("cookie", "color=blue&color=black&color=brown"),
    ] {
        let found = sent(location, parameter(location), written);
        assert_eq!(found, FINE, "{location}");
    }
    let spaces = json!({
        "name": "color", "in": "query", "style": "spaceDelimited", "schema": array(),
    });
    assert_eq!(
        codes(spaces, "/colors?color=blue%20black%20brown", &[]),
        FINE
    );
}

#[test]
fn a_schema_is_an_object_by_all_of_and_without_type() {
    let members = json!({"properties": {"R": {"type": "integer"}}, "required": ["R"]});
    for schema in [
        members.clone(),
        json!({"allOf": [members, {"properties": {"G": {"type": "integer"}}}]}),
        json!({"oneOf": [members, {"type": "object", "required": ["H"]}]}),
    ] {
        let parameter =
            |style: &str| json!({"name": "color", "in": "query", "style": style, "schema": schema});
        let (form, deep) = (parameter("form"), parameter("deepObject"));
        assert_eq!(codes(form.clone(), "/colors?R=1", &[]), FINE, "{schema}");
        assert_eq!(codes(form, "/colors?R=x", &[]), WRONG, "{schema}");
        assert_eq!(
            codes(deep.clone(), "/colors?color[R]=1", &[]),
            FINE,
            "{schema}"
        );
        assert_eq!(codes(deep, "/colors?color[R]=x", &[]), WRONG, "{schema}");
    }
}

#[test]
fn an_empty_value_is_allowed_where_the_style_has_one() {
    let parameter = |style: &str, allowed: bool| {
        json!({
            "name": "color", "in": "query", "style": style, "allowEmptyValue": allowed,
            "explode": false, "schema": schema("array"),
        })
    };
    assert_eq!(codes(parameter("form", true), "/colors?color=", &[]), FINE);
    assert_eq!(codes(parameter("form", true), "/colors?color", &[]), FINE);
    assert_eq!(
        codes(parameter("form", false), "/colors?color=", &[]),
        WRONG
    );
    // "If style is used, and if behavior is n/a, the value of allowEmptyValue SHALL be ignored."
    assert_eq!(
        codes(parameter("pipeDelimited", true), "/colors?color=", &[]),
        WRONG
    );
}

#[test]
fn reserved_characters_stand_for_themselves_where_they_are_allowed() {
    let parameter = |allowed: bool| {
        json!({
            "name": "color", "in": "query", "allowReserved": allowed,
            "schema": {"type": "string", "enum": ["a+b/c?d"]},
        })
    };
    assert_eq!(codes(parameter(true), "/colors?color=a+b/c?d", &[]), FINE);
    assert_eq!(
        codes(parameter(false), "/colors?color=a%2Bb%2Fc%3Fd", &[]),
        FINE
    );
    assert_eq!(codes(parameter(false), "/colors?color=a+b/c?d", &[]), WRONG);
}

#[test]
fn content_is_json() {
    let parameter = |location: &str| {
        json!({
            "name": "color", "in": location,
            "content": {"application/json": {"schema": schema("object")}},
        })
    };
    let good = "%7B%22R%22%3A100%2C%22G%22%3A200%2C%22B%22%3A150%7D";
    assert_eq!(
        codes(parameter("query"), &format!("/colors?color={good}"), &[]),
        FINE
    );
    assert_eq!(
        codes(parameter("path"), &format!("/colors/{good}"), &[]),
        FINE
    );
    let plain = r#"{"R": 100, "G": 200, "B": 150}"#;
    assert_eq!(
        codes(parameter("header"), "/colors", &[("color", plain)]),
        FINE
    );
    assert_eq!(
        codes(
            parameter("header"),
            "/colors",
            &[("color", r#"{"R": 100}"#)]
        ),
        WRONG
    );
    let broken = findings(parameter("query"), "/colors?color=%7B", &[], 200);
    assert_eq!(broken[0].code, "NSV105");
    assert_eq!(broken[0].message, "the query parameter `color` is not JSON");
}

#[test]
fn errors_in_parameters_are_ignored_on_a_4xx() {
    for (target, code) in [
        ("/colors?color=red", "NSV105"),
        ("/colors", "NSV103"),
        ("/colors?color=blue&hue=1", "NSV104"),
    ] {
        let parameter = || color("query", "form", true, schema("string"));
        for status in [400, 404, 422, 499] {
            assert_eq!(
                findings(parameter(), target, &[], status),
                [],
                "{target} {status}"
            );
        }
        for status in [200, 302, 500] {
            let found = findings(parameter(), target, &[], status);
            assert_eq!(found[0].code, code, "{target} {status}");
        }
    }
}

/// The value may be what the response complains of.
#[test]
fn new_values_in_parameters_are_ignored_on_a_4xx() {
    let known = json!({"type": "string", "x-extensible-enum": ["blue"]});
    let codes = |status| {
        let parameter = color("query", "form", true, known.clone());
        let found = findings(parameter, "/colors?color=red", &[], status);
        found.iter().map(|it| it.code).collect::<Vec<_>>()
    };
    assert_eq!(codes(400), [] as [&str; 0]);
    assert_eq!(codes(200), ["NSV302"]);
}

#[test]
fn parameters_in_every_place_are_ignored_on_a_4xx() {
    for (place, target, headers) in [
        ("query", "/colors?color=x", &[][..]),
        ("header", "/colors", &[("color", "x")][..]),
        ("cookie", "/colors", &[("Cookie", "color=x")][..]),
    ] {
        let style = if place == "header" { "simple" } else { "form" };
        let parameter = || color(place, style, false, json!({"type": "integer"}));
        assert_eq!(findings(parameter(), target, headers, 400), [], "{place}");
        let found = findings(parameter(), target, headers, 200);
        assert_eq!(found.len(), 1, "{place}");
    }
}

#[test]
fn a_part_of_an_object_is_named() {
    let parameter = color("query", "deepObject", true, schema("object"));
    let found = findings(
        parameter,
        "/colors?color[R]=x&color[G]=1&color[B]=2",
        &[],
        200,
    );
    assert_eq!(
        found[0].message,
        "`R` in the query parameter `color` has the wrong type"
    );
}

/// A text as RFC 6570 expands it: all but unreserved characters are encoded; and dots, which are
/// between items in the style `label`.
fn expanded(text: &str) -> String {
    let mut out = String::new();
    for byte in text.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'~' => out.push(byte.into()),
            other => write!(out, "%{other:02X}").unwrap(),
        }
    }
    out
}

/// What is sent of an array by a style, as RFC 6570 and the table have it.
fn array(location: &str, style: &str, explode: bool, items: &[String]) -> String {
    let items: Vec<_> = items.iter().map(|item| expanded(item)).collect();
    let named = || items.iter().map(|item| format!("color={item}"));
    match (location, style, explode) {
        (_, "matrix", false) => format!(";color={}", items.join(",")),
        (_, "matrix", true) => named().map(|pair| format!(";{pair}")).collect(),
        (_, "label", _) => format!(".{}", items.join(".")),
        (_, "simple", _) => items.join(","),
        ("cookie", "form", true) => named().collect::<Vec<_>>().join("; "),
        (_, _, true) => named().collect::<Vec<_>>().join("&"),
        (_, "spaceDelimited", false) => format!("color={}", items.join("%20")),
        (_, "pipeDelimited", false) => format!("color={}", items.join("|")),
        _ => format!("color={}", items.join(",")),
    }
}

/// All pairs of location and style that take arrays.
const ARRAYS: &[(&str, &str)] = &[
    ("path", "matrix"),
    ("path", "label"),
    ("path", "simple"),
    ("query", "form"),
    ("query", "pipeDelimited"),
    ("header", "simple"),
    ("cookie", "form"),
];

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig::with_cases(24))]

    #[test]
    fn items_of_any_text_are_read_as_they_were_written(
        items in proptest::collection::vec("[ -~äß€]{1,6}", 1..5),
        explode in proptest::bool::ANY,
    ) {
        let exact = json!({"type": "array", "items": {"type": "string"}, "enum": [items]});
        for (location, style) in ARRAYS {
            let written = array(location, style, explode, &items);
            let found = sent(location, color(location, style, explode, exact.clone()), &written);
            proptest::prop_assert!(found.is_empty(), "{location} {style} {explode} {written}");
        }
        // Encoded spaces are separators in this style, as the table has it.
        if !items.concat().contains(' ') {
            let written = array("query", "spaceDelimited", explode, &items);
            let parameter = color("query", "spaceDelimited", explode, exact);
            let found = sent("query", parameter, &written);
            proptest::prop_assert!(found.is_empty(), "{written}");
        }
    }

    #[test]
    fn nothing_that_is_sent_makes_reading_panic(written in "[;.,=&|%\\[\\] a-fé0-9]{0,12}") {
        let url_safe = written.replace([' ', 'é'], "%C3");
        for (location, style) in ARRAYS {
            for shape in ["string", "array", "object"] {
                for explode in [false, true] {
                    sent(location, color(location, style, explode, schema(shape)), &url_safe);
                }
            }
        }
    }
}
