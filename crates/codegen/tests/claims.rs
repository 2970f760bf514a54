//! Tests that the preconditions of requests are read from the spec, completely or not at all.

use codegen::generate::generate;
use codegen::passes::claims;
use quote::ToTokens;
use serde_json::{Value, json};

/// A spec whose one request has this schema as its body.
fn spec(schema: Value) -> Value {
    json!({
        "paths": { "/trunks": { "post": {
            "operationId": "create",
            "requestBody": { "content": { "application/json": { "schema": schema } } },
        } } },
        "components": { "schemas": {
            "SipTransport": { "type": "string", "minLength": 1, "x-extensible-enum": ["UDP"] },
            "Tree": { "properties": { "left": { "$ref": "#/components/schemas/Tree" } } },
        } },
    })
}

/// The generated module without white space.
fn module(spec: &Value) -> Result<String, claims::Refusal> {
    let text = claims::module(spec)?.to_token_stream().to_string();
    Ok(text.replace(char::is_whitespace, ""))
}

/// The claims of a schema as the generated code has them.
fn claimed(schema: Value) -> String {
    let text = module(&spec(schema)).unwrap();
    let from = text.find("Body{required:false,claims:").unwrap() + 27;
    let to = text[from..].find("})").unwrap();
    text[from..from + to].to_owned()
}

#[test]
fn each_keyword_becomes_a_claim() {
    let table = [
        (json!({}), "&[]"),
        (
            json!({ "type": "string" }),
            "&[Claim::Types(&[Type::String])]",
        ),
        (
            json!({ "type": "integer", "nullable": true }),
            "&[Claim::Types(&[Type::Integer,Type::Null])]",
        ),
        (
            json!({ "enum": ["a", "b"] }),
            r#"&[Claim::Values(&["a","b"])]"#,
        ),
        (json!({ "pattern": "^a" }), r#"&[Claim::Pattern("^a")]"#),
        (json!({ "minLength": 1 }), "&[Claim::Length(1,usize::MAX)]"),
        (json!({ "maxLength": 9 }), "&[Claim::Length(0,9)]"),
        (
            json!({ "maxLength": 9, "minLength": 1 }),
            "&[Claim::Length(1,9)]",
        ),
        (json!({ "minimum": -1 }), "&[Claim::Range(Some(-1),None)]"),
        (
            json!({ "minimum": 0, "maximum": 7 }),
            "&[Claim::Range(Some(0),Some(7))]",
        ),
        (
            json!({ "format": "int32", "maximum": 7 }),
            "&[Claim::Range(Some(-2147483648),Some(7))]",
        ),
        (json!({ "format": "password" }), "&[]"),
        (
            json!({ "required": ["a"] }),
            r#"&[Claim::Required(&["a"])]"#,
        ),
        (
            json!({ "properties": { "a": { "type": "boolean" } } }),
            r#"&[Claim::Properties(&[("a",&[Claim::Types(&[Type::Boolean])])])]"#,
        ),
        (
            json!({ "items": { "type": "number" } }),
            "&[Claim::Items(&[Claim::Types(&[Type::Number])])]",
        ),
        (
            json!({ "anyOf": [{ "type": "object" }, { "type": "array" }] }),
            "&[Claim::AnyOf(&[&[Claim::Types(&[Type::Object])],&[Claim::Types(&[Type::Array])]])]",
        ),
        (
            json!({ "allOf": [{ "$ref": "#/components/schemas/SipTransport" }] }),
            "&[Claim::Of(SIP_TRANSPORT)]",
        ),
        (
            json!({ "$ref": "#/components/schemas/SipTransport" }),
            "SIP_TRANSPORT",
        ),
    ];
    for (schema, expected) in table {
        assert_eq!(claimed(schema.clone()), expected, "{schema}");
    }
}

#[test]
fn an_open_vocabulary_claims_no_value() {
    let text = module(&spec(
        json!({ "$ref": "#/components/schemas/SipTransport" }),
    ))
    .unwrap();
    let constant = "constSIP_TRANSPORT:&[Claim]=&[Claim::Types(&[Type::String]),\
                    Claim::Length(1,usize::MAX)];";
    assert!(text.contains(constant), "{text}");
}

#[test]
fn what_servers_only_report_is_not_claimed_of_requests() {
    let schema = json!({
        "required": ["a", "stated"],
        "properties": { "stated": { "type": "string", "readOnly": true }, "a": {} },
    });
    assert_eq!(
        claimed(schema),
        r#"&[Claim::Required(&["a"]),Claim::Properties(&[("a",&[])])]"#
    );
}

#[test]
fn what_would_go_unchecked_stops_generation_with_its_place() {
    let body = "/paths/~1trunks/post/requestBody/content/application~1json/schema";
    let table = [
        (
            json!({ "multipleOf": 2 }),
            format!("{body}/multipleOf"),
            "`multipleOf` in a request",
        ),
        (
            json!({ "properties": { "a": { "uniqueItems": true } } }),
            format!("{body}/properties/a/uniqueItems"),
            "`uniqueItems` in a request",
        ),
        (
            json!({ "format": "date-time" }),
            format!("{body}/format"),
            "`format: date-time` in a request",
        ),
        (
            json!({ "minimum": 0.5 }),
            format!("{body}/minimum"),
            "`minimum` must be an integer",
        ),
        (
            json!({ "$ref": "#/components/schemas/Tree" }),
            "/components/schemas/Tree/properties/left".to_owned(),
            "a schema that contains itself",
        ),
    ];
    for (schema, place, reason) in table {
        let (at, said) = module(&spec(schema)).unwrap_err();
        assert_eq!(at, place);
        assert!(said.contains(reason), "{said}");
    }
    let mut form = spec(json!({}));
    let content = "/paths/~1trunks/post/requestBody/content";
    *form.pointer_mut(content).unwrap() = json!({ "multipart/form-data": {} });
    assert_eq!(module(&form).unwrap_err().0, content);
}

#[test]
fn the_place_is_reported_by_file_line_and_column() {
    let text = include_str!("../../../openapi/connections.yaml");
    let claim = "          pattern: '^-?[0-9]+$'\n";
    let text = text.replacen(claim, &format!("{claim}          multipleOf: 2\n"), 1);
    let line = text
        .lines()
        .position(|line| line.contains("multipleOf"))
        .unwrap()
        + 1;
    let refused = generate("spec.yaml", &text).unwrap_err().to_string();
    assert!(
        refused.starts_with(&format!("spec.yaml:{line}:11: `multipleOf`")),
        "{refused}"
    );
}
