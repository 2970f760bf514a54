//! Tests the differences between OpenAPI 3.0 and JSON Schema Draft 4: each row is a schema, a
//! value, and the finding that the value gives in a response.

use std::sync::Arc;

use located::Source;
use openapi_traffic::Spec;
use openapi_traffic::{Exchange, judge};
use serde_json::{Value, json};

/// A document whose response to `GET /` has the schema `S`, which may refer to others.
fn document(schemas: &Value) -> Value {
    let content = json!({"application/json": {"schema": {"$ref": "#/components/schemas/S"}}});
    json!({
        "openapi": "3.0.3",
        "paths": {"/": {"put": {
            "requestBody": {"content": content},
            "responses": {"200": {"description": "", "content": content}},
        }}},
        "components": {"schemas": schemas},
    })
}

fn load(schemas: &Value) -> Result<Spec, located::Error> {
    Spec::load(Source::new("spec.json", document(schemas).to_string()))
}

/// What a value gives as a response or as a request, with the other one empty.
fn codes(schemas: &Value, direction: &str, value: &Value) -> Vec<&'static str> {
    let mut recording = json!({
        "format": 1, "meta": {"origin": "synthetic"},
        "request": {"method": "PUT", "path": "/"},
        "response": {"status": 200, "headers": {"content-type": "application/json"}},
    });
    recording[direction]["body"] = value.clone();
    let text = recording.to_string();
    let exchange = Exchange::new(
        serde_json::from_value(recording).unwrap(),
        Arc::new(Source::new("r.json", text)),
        "",
        0,
    );
    let codes = judge(&load(schemas).unwrap(), &exchange)
        .0
        .into_iter()
        .map(|finding| finding.code);
    // The empty response to a request is not tested here.
    codes
        .filter(|code| !(direction == "request" && *code == "NSV204"))
        .collect()
}

macro_rules! lowering {
    ($($name:ident: $direction:literal $schemas:tt { $($value:tt => $codes:expr;)* })*) => {
        $(#[test]
        fn $name() {
            let schemas = json!($schemas);
            $(
                let expected: &[&str] = &$codes;
                assert_eq!(
                    codes(&schemas, $direction, &json!($value)),
                    expected,
                    "{}",
                    json!($value),
                );
            )*
        })*
    };
}

lowering! {
    nullable_widens_its_type: "response" {"S": {"type": "string", "nullable": true}} {
        null => []; "a" => []; 5 => ["NSV220"];
    }
    nullable_without_type_changes_nothing: "response" {"S": {"nullable": true, "minLength": 2}} {
        null => []; "a" => ["NSV227"]; 5 => [];
    }
    a_schema_without_type_allows_null: "response" {"S": {"minLength": 2}} { null => []; }
    nullable_false_is_the_default: "response" {
        "S": {"type": "string", "nullable": false}
    } { null => ["NSV221"]; }
    nullable_does_not_add_to_an_enum: "response" {
        "S": {"type": "string", "nullable": true, "enum": ["a"]}
    } {
        "a" => []; null => ["NSV222"];
    }
    null_listed_in_a_nullable_enum: "response" {
        "S": {"type": "string", "nullable": true, "enum": ["a", null]}
    } {
        "a" => []; null => []; "b" => ["NSV222"];
    }
    nullable_beside_ref_is_ignored: "response" {
        "S": {"$ref": "#/components/schemas/T", "nullable": true}, "T": {"type": "string"}
    } {
        null => ["NSV221"];
    }
    nullable_beside_all_of_without_type_allows_nothing:
        "response" {
            "S": {"allOf": [{"$ref": "#/components/schemas/T"}], "nullable": true},
            "T": {"type": "string"},
        } {
        null => ["NSV221"]; "a" => [];
    }
    exclusive_bounds_are_flags: "response" {
        "S": {
            "type": "number", "minimum": 0, "exclusiveMinimum": true, "maximum": 2,
            "exclusiveMaximum": false,
        },
    } {
        0 => ["NSV226"]; 0.1 => []; 2 => []; 2.1 => ["NSV226"];
    }
    exclusive_flag_without_its_bound: "response" {
        "S": {"type": "number", "exclusiveMinimum": true}
    } { 0 => []; }
    int32_keeps_a_narrower_bound: "response" {
        "S": {"type": "integer", "format": "int32", "minimum": 5, "exclusiveMinimum": true}
    } {
        5 => ["NSV226"]; 6 => []; 2147483648_i64 => ["NSV225"];
    }
    int32_replaces_a_wider_bound: "response" {
        "S": {
            "type": "integer", "format": "int32", "maximum": 3000000000_i64,
            "exclusiveMaximum": true,
        },
    } {
        2147483647_i64 => []; 2147483648_i64 => ["NSV225"];
    }
    int32_with_a_minimum_above_its_range: "response" {
        "S": {"type": "integer", "format": "int32", "minimum": 3000000000_i64}
    } {
        5 => ["NSV226"];
    }
    integer_is_not_one_point_zero: "response" {"S": {"type": "integer"}} {
        1 => []; 1.0 => ["NSV220"];
    }
    number_is_one_point_zero: "response" {"S": {"type": "number"}} { 1 => []; 1.0 => []; }
    unknown_format_is_an_annotation: "response" {
        "S": {"type": "string", "format": "colour"}
    } { "x" => []; }
    password_is_an_annotation: "response" {
        "S": {"type": "string", "format": "password"}
    } { "x" => []; }
    ref_siblings_are_ignored: "response" {
        "S": {"$ref": "#/components/schemas/T", "maxLength": 1}, "T": {"type": "string"}
    } {
        "long" => [];
    }
    chain_of_refs: "response" {
        "S": {"$ref": "#/components/schemas/T"}, "T": {"$ref": "#/components/schemas/U"},
        "U": {"type": "string"},
    } {
        "a" => []; 1 => ["NSV220"];
    }
    schema_that_holds_itself: "response" {
        "S": {
            "type": "object", "required": ["n"],
            "properties": {"n": {"type": "integer"}, "s": {"$ref": "#/components/schemas/S"}},
        },
    } {
        {
            "n": 1, "s": {"n": 2, "s": {"n": 3}}
        } => []; {"n": 1, "s": {"n": 2, "s": {}}} => ["NSV223"];
    }
    ref_into_the_middle_of_a_schema: "response" {
        "S": {
            "type": "object",
            "properties": {
                "a/b": {"type": "integer"}, "c": {"$ref": "#/components/schemas/S/properties/a~1b"}
            },
        },
    } {
        {"c": 1} => []; {"c": "x"} => ["NSV220"];
    }
    read_only_is_not_required_in_a_request: "request" {
        "S": {
            "type": "object", "required": ["id"],
            "properties": {"id": {"type": "integer", "readOnly": true}},
        },
    } {
        {} => []; {"id": 1} => ["NSV135"];
    }
    read_only_is_required_in_a_response: "response" {
        "S": {
            "type": "object", "required": ["id"],
            "properties": {"id": {"type": "integer", "readOnly": true}},
        },
    } {
        {} => ["NSV223"]; {"id": 1} => [];
    }
    write_only_is_not_required_in_a_response: "response" {
        "S": {
            "type": "object", "required": ["pw"],
            "properties": {"pw": {"type": "string", "writeOnly": true}},
        },
    } {
        {} => []; {"pw": "x"} => ["NSV235"];
    }
    write_only_is_required_in_a_request: "request" {
        "S": {
            "type": "object", "required": ["pw"],
            "properties": {"pw": {"type": "string", "writeOnly": true}},
        },
    } {
        {} => ["NSV123"]; {"pw": "x"} => [];
    }
    read_only_behind_a_ref: "request" {
        "S": {
            "type": "object", "required": ["id"],
            "properties": {"id": {"$ref": "#/components/schemas/Id"}},
        },
        "Id": {"type": "integer", "readOnly": true}
    } { {} => []; {"id": 1} => ["NSV135"]; }
    read_only_excuses_a_requirement_of_another_part: "request" {
        "S": {
            "allOf": [
                {"$ref": "#/components/schemas/T"}, {"properties": {"id": {"readOnly": true}}}
            ],
        },
        "T": {"type": "object", "required": ["id", "name"], "properties": {"name": {}}}
    } { {"name": "a"} => []; {} => ["NSV123"]; }
    required_by_a_part_alone_stays_required: "request" {
        "S": {"type": "object", "properties": {
            "a": {
                "allOf": [
                    {"$ref": "#/components/schemas/T"}, {"properties": {"id": {"readOnly": true}}}
                ],
            },
            "b": {"$ref": "#/components/schemas/T"}
        }},
        "T": {"type": "object", "required": ["id"], "properties": {"id": {}}}
    } { {"a": {}} => []; {"b": {}} => ["NSV123"]; }
    property_named_like_a_keyword: "response" {
        "S": {
            "type": "object",
            "properties": {
                "const": {"type": "integer"}, "$ref": {"type": "string"}, "examples": {}
            },
        },
    } {
        {"const": 1, "$ref": "x", "examples": 1} => []; {"const": "x"} => ["NSV220"];
    }
    annotations_are_dropped: "response" {
        "S": {
            "type": "string", "example": 5, "default": 5, "deprecated": true, "xml": {"name": "s"},
            "externalDocs": {"url": "x"}, "x-anything": {"type": "integer"}, "title": "S",
            "id": "x",
        },
    } {
        "a" => [];
    }
    additional_properties_of_a_schema_are_documented: "response" {
        "S": {
            "type": "object", "properties": {"a": {}}, "additionalProperties": {"type": "integer"}
        },
    } {
        {"a": "x", "b": 1} => []; {"b": "x"} => ["NSV220"];
    }
    objects_that_are_open_in_so_many_words: "response" {
        "S": {"type": "object", "properties": {"a": {}}, "additionalProperties": true}
    } {
        {"b": 1} => [];
    }
    an_empty_schema_for_others_is_the_same_as_true: "response" {
        "S": {"type": "object", "properties": {"a": {}}, "additionalProperties": {}}
    } {
        {"b": 1} => [];
    }
    others_are_allowed_by_any_part_in_so_many_words: "response" {"S": {
        "allOf": [{"properties": {"a": {}}}, {"additionalProperties": {}}]
    }} { {"b": 1} => []; }
    objects_that_say_nothing_of_others: "response" {
        "S": {"type": "object", "properties": {"a": {}}}
    } {
        {"b": 1} => ["NSV301"];
    }
    objects_without_properties_are_free: "response" {"S": {"type": "object"}} { {"b": 1} => []; }
    discriminator_decides_where_branches_overlap: "response" {
        "S": {
            "oneOf": [{"$ref": "#/components/schemas/A"}, {"$ref": "#/components/schemas/B"}],
            "discriminator": {"propertyName": "k"},
        },
        "A": {"type": "object", "properties": {"k": {"type": "string"}}},
        "B": {"type": "object", "properties": {"k": {"type": "string"}}}
    } { {"k": "A"} => []; {"k": "B"} => []; {"k": "C"} => ["NSV230"]; }
    discriminator_of_any_of: "response" {
        "S": {
            "anyOf": [{"$ref": "#/components/schemas/A"}, {"$ref": "#/components/schemas/B"}],
            "discriminator": {
                "propertyName": "k", "mapping": {"one": "A", "two": "#/components/schemas/B"}
            },
        },
        "A": {"type": "object", "properties": {"k": {"type": "string"}, "n": {"type": "integer"}}},
        "B": {"type": "object", "properties": {"k": {"type": "string"}}}
    } {
        {"k": "one", "n": 1} => []; {"k": "two"} => []; {"k": "one", "n": "x"} => ["NSV220"];
        {"k": "three"} => ["NSV230"];
    }
    names_that_are_no_plain_text_in_a_pointer: "response" {
        "S": {
            "type": "object",
            "properties": {
                "a b%20/~é\"": {
                    "anyOf": [
                        {"type": "object", "properties": {"x": {"type": "integer"}}},
                        {"type": "string"},
                    ],
                },
            },
        }
    } {
        {"a b%20/~é\"": {"x": 1}} => []; {"a b%20/~é\"": {"y": 1}} => ["NSV301"]; {
            "a b%20/~é\"": {"x": "1"}
        } => ["NSV220"];
    }
    discriminator_of_a_schema_that_others_extend: "response" {
        "S": {"type": "array", "items": {"$ref": "#/components/schemas/Pet"}},
        "Pet": {
            "type": "object", "required": ["kind"], "properties": {"kind": {"type": "string"}},
            "discriminator": {"propertyName": "kind", "mapping": {"cat": "Cat"}},
        },
        "Cat": {
            "allOf": [
                {"$ref": "#/components/schemas/Pet"},
                {"type": "object", "properties": {"lives": {"type": "integer"}}},
            ],
        },
        "Dog": {
            "allOf": [
                {"$ref": "#/components/schemas/Pet"},
                {
                    "type": "object", "required": ["bark"],
                    "properties": {"bark": {"type": "string"}},
                },
            ],
        },
        "Puppy": {
            "allOf": [
                {"$ref": "#/components/schemas/Dog"},
                {"type": "object", "properties": {"age": {"type": "integer"}}},
            ],
        }
    } {
        [
            {"kind": "cat", "lives": 9}, {"kind": "Dog", "bark": "x"}, {"kind": "Pet"},
            {"kind": "Puppy", "bark": "x", "age": 1},
        ] => [];
        [{"kind": "cat", "bark": "x"}] => ["NSV301"];
        [{"kind": "cat", "lives": "x"}] => ["NSV220"];
        [{"kind": "Dog"}] => ["NSV223"];
        [{"kind": "Cow"}] => ["NSV230"];
        [{}] => ["NSV223"];
    }
    // OpenAPI 3.0.3, "Composition and Inheritance": a discriminator chooses among the schemas that
    // extend its own. Where the document names one of these, there is nothing to choose.
    discriminator_of_the_parent_of_a_schema_that_is_named: "response" {
        "S": {"type": "array", "items": {"$ref": "#/components/schemas/Dog"}},
        "Pet": {
            "type": "object", "required": ["kind"], "properties": {"kind": {"type": "string"}},
            "discriminator": {"propertyName": "kind"},
        },
        "Dog": {
            "allOf": [
                {"$ref": "#/components/schemas/Pet"},
                {
                    "type": "object", "required": ["bark"],
                    "properties": {"bark": {"type": "string"}},
                },
            ],
        }
    } {
        [{"kind": "Dog", "bark": "x"}, {"kind": "Cow", "bark": "x"}] => [];
        [{"kind": "Cow"}] => ["NSV223"];
        [{"bark": "x"}] => ["NSV223"];
    }
}

/// The error when loading an invalid schema.
fn refusal(schemas: Value) -> String {
    load(&schemas).unwrap_err().to_string()
}

#[test]
fn constructs_of_a_later_version_are_rejected() {
    for (schema, word) in [
        (json!({"const": 1}), "`const`"),
        (json!({"type": ["string", "null"]}), "`type`"),
        (json!({"type": "null"}), "`type`"),
        (json!({"exclusiveMinimum": 5}), "`exclusiveMinimum: 5`"),
        (json!({"exclusiveMaximum": 5}), "`exclusiveMaximum: 5`"),
        (
            json!({"properties": {"a": {"prefixItems": []}}}),
            "`prefixItems`",
        ),
        (json!({"items": true}), "a schema must be an object"),
    ] {
        let said = refusal(json!({"S": schema}));
        assert!(said.starts_with("spec.json:1:"), "{said}");
        assert!(
            said.contains("not OpenAPI 3.0") && said.contains(word),
            "{said}"
        );
    }
}

#[test]
fn schemas_that_do_not_compile_are_rejected_with_their_place() {
    let said = refusal(json!({"S": {"minLength": "one"}}));
    assert!(
        said.contains("(at `/components/schemas/S/minLength`)"),
        "{said}"
    );
}

#[test]
fn references_that_cannot_be_resolved_are_rejected() {
    assert!(
        refusal(json!({"S": {"$ref": "#/components/schemas/T"}})).contains("cannot be resolved")
    );
    assert!(refusal(json!({"S": {"$ref": "other.yaml#/S"}})).contains("cannot read other.yaml"));
    assert!(
        refusal(json!({"S": {"$ref": "#/components/schemas/S"}})).contains("leads back to itself")
    );
}

#[test]
fn other_versions_are_rejected() {
    for version in ["3.1.0", "2.0"] {
        let said = Spec::load(Source::new(
            "s.yaml",
            format!("openapi: '{version}'\npaths: {{}}\n"),
        ))
        .unwrap_err();
        assert!(
            said.to_string().starts_with("s.yaml:1:1: not OpenAPI 3.0"),
            "{said}"
        );
    }
    let said = Spec::load(Source::new("s.yaml", "swagger: '2.0'\n".to_owned())).unwrap_err();
    assert!(said.to_string().contains("Swagger 2.0"), "{said}");
}
