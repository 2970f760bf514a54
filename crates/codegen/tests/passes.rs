//! Tests the parts of the generator around progenitor: checks, adaptation, and each pass.

use std::collections::{BTreeMap, BTreeSet};

use codegen::passes::{self, Facts};
use codegen::{adapt, lint, stale};
use located::{Document, Source};
use serde_json::json;

fn parse(yaml: &str) -> Result<Document, String> {
    Document::parse(Source::new("spec.yaml", yaml.to_owned())).map_err(|error| error.to_string())
}

// --- refusing ---

const SMALL: &str = "\
openapi: 3.0.3
paths:
  /trunks:
    get:
      operationId: list
      responses:
        '200':
          description: x
          content:
            application/json:
              schema:
                $ref: '#/components/schemas/Trunk'
    post:
      operationId: create
      requestBody:
        content:
          application/json:
            schema:
              $ref: '#/components/schemas/Create'
      responses:
        '202':
          description: x
components:
  schemas:
    Trunk:
      type: object
      properties:
        name:
          type: string
    Create:
      type: object
      properties:
        state:
          $ref: '#/components/schemas/State'
    State:
      type: string
      x-extensible-enum: ['yes', 'no']
    Name:
      type: string
      pattern: x
";

/// What the lint says of the small spec with one text replaced by another.
fn linted(before: &str, after: &str) -> Result<(), String> {
    assert!(
        SMALL.contains(before),
        "{before:?} is not in the small spec"
    );
    let document = parse(&SMALL.replacen(before, after, 1))?;
    lint::check(&document, &["Name"]).map_err(|error| error.to_string())
}

#[test]
fn the_small_spec_is_taken_as_it_is() {
    assert_eq!(linted("openapi: 3.0.3", "openapi: 3.0.3"), Ok(()));
}

#[test]
fn what_the_generator_cannot_take_is_rejected_with_its_place() {
    let table = [
        (
            "openapi: 3.0.3",
            "openapi: 3.1.0",
            "spec.yaml:1:1: the document must say `openapi: 3.0.x`",
        ),
        (
            "      operationId: list\n",
            "",
            "spec.yaml:4:5: the operation has no operationId",
        ),
        (
            "operationId: create",
            "operationId: list",
            "spec.yaml:14:7: `list` also names /paths/~1trunks/get",
        ),
        (
            "'200':",
            "default:",
            "spec.yaml:7:9: the generator uses `default` for success and error",
        ),
        (
            "schemas/Trunk'",
            "schemas/Trunc'",
            "spec.yaml:12:17: \"#/components/schemas/Trunc\" names nothing",
        ),
        (
            "    Trunk:\n      type: object\n",
            "    Trunk:\n      type: object\n      x-always-present: nome\n",
            "spec.yaml:27:7: must be a list of names",
        ),
        (
            "    Trunk:\n      type: object\n",
            "    Trunk:\n      type: object\n      x-always-present: [nome]\n",
            "spec.yaml:27:26: \"nome\" is no property of this schema",
        ),
        (
            "    Trunk:\n      type: object\n",
            "    Trunk:\n      type: object\n      x-always-present: [name, name]\n",
            "spec.yaml:27:32: \"name\" is a duplicate",
        ),
        (
            "    Name:",
            "    Nome:",
            "spec.yaml:24:3: the schema `Name` is missing",
        ),
        (
            "          type: string\n",
            "          type: strng\n",
            "spec.yaml:29:11: `type` must be one of string",
        ),
        (
            "          type: string\n",
            "          type: [string, 'null']\n",
            "spec.yaml:29:11: `type` must be one of string",
        ),
        (
            "          type: string\n",
            "          type: string\n          enum: [a]\n",
            "spec.yaml:30:11: `enum` would make the client refuse",
        ),
        (
            "          type: string\n",
            "          type: string\n          format: date-time\n",
            "spec.yaml:30:11: the client would refuse other strings",
        ),
        (
            "          $ref: '#/components/schemas/State'\n",
            "          type: string\n          default: x\n",
            "spec.yaml:35:11: a default in a request is always sent",
        ),
        (
            "['yes', 'no']",
            "[true, 'no']",
            "spec.yaml:37:7: must be a list of different strings",
        ),
        (
            "['yes', 'no']",
            "['no', 'no']",
            "spec.yaml:37:7: must be a list of different strings",
        ),
        (
            "['yes', 'no']",
            "[]",
            "spec.yaml:37:7: must be a list of different strings",
        ),
    ];
    for (before, after, beginning) in table {
        let problem = linted(before, after)
            .err()
            .unwrap_or_else(|| panic!("{after:?} was taken"));
        assert!(problem.starts_with(beginning), "{after:?}: {problem}");
    }
}

#[test]
fn a_schema_in_a_parameter_is_checked_too() {
    let parameter = |schema: &str| {
        format!(
            "      operationId: list\n      parameters:\n        - {{name: a, in: query, schema: \
             {{{schema}}}}}\n"
        )
    };
    let list = "      operationId: list\n";
    assert_eq!(linted(list, &parameter("type: string")), Ok(()));
    let problem = linted(list, &parameter("type: strin")).unwrap_err();
    assert!(
        problem.starts_with("spec.yaml:7:41: `type` must be one of"),
        "{problem}"
    );
    let problem = linted(list, &parameter("type: string, default: '~'")).unwrap_err();
    assert!(
        problem.starts_with("spec.yaml:7:55: a default in a request is always sent"),
        "{problem}"
    );
}

#[test]
fn json_content_without_a_schema_is_rejected() {
    let schema = "            application/json:\n              schema:\n                $ref: \
         '#/components/schemas/Trunk'\n";
    let problem = linted(schema, "            application/json: {}\n").unwrap_err();
    assert!(
        problem.starts_with("spec.yaml:7:9: JSON content without a schema"),
        "{problem}"
    );
}

// --- adapting ---

#[test]
fn composed_objects_are_one_object_with_everything() {
    let spec = json!({
        "paths": {
            "/a": {
                "get": {
                    "operationId": "a",
                    "responses": { "200": { "$ref": "#/components/responses/A" } },
                },
            },
        },
        "components": {
            "responses": {
                "A": {
                    "content": {
                        "application/json": { "schema": { "$ref": "#/components/schemas/Whole" } }
                    },
                },
            },
            "schemas": {
                "Whole": {
                    "description": "Both.",
                    "allOf": [
                        {
                            "type": "object", "required": ["x"],
                            "properties": { "x": { "type": "string" } },
                        },
                        { "$ref": "#/components/schemas/Part" },
                    ],
                },
                "Part": {
                    "type": "object", "description": "Part.", "required": ["y"],
                    "properties": { "y": { "type": "integer" } },
                },
                "Unused": { "type": "string" },
            },
        },
    });
    let adapted = adapt::adapt(&spec, &[]);
    let whole = json!({
        "type": "object", "description": "Both.", "required": ["x", "y"],
        "properties": { "x": { "type": "string" }, "y": { "type": "integer" } },
    });
    assert_eq!(adapted["components"]["schemas"], json!({ "Whole": whole }));
}

#[test]
fn what_is_read_has_room_for_more_than_the_spec_lists() {
    let spec = json!({
        "paths": { "/a": { "post": { "operationId": "a",
            "requestBody": {
                "content": {
                    "application/json": { "schema": { "$ref": "#/components/schemas/Sent" } }
                },
            },
            "responses": {
                "200": {
                    "content": {
                        "application/json": { "schema": { "$ref": "#/components/schemas/Read" } }
                    },
                },
            },
        } } },
        "components": { "schemas": {
            "Sent": { "type": "object", "properties": { "x": { "type": "string" } } },
            "Read": { "type": "object", "properties": {
                "x": { "type": "string" }, "whole": { "$ref": "#/components/schemas/Whole" },
                "closed": { "$ref": "#/components/schemas/Closed" },
            } },
            "Whole": {
                "type": "object", "required": ["x"], "properties": { "x": { "type": "string" } }
            },
            "Closed": {
                "type": "object", "properties": { "x": {} }, "additionalProperties": false
            },
        } },
    });
    let adapted = adapt::adapt(&spec, &[]);
    let others = |name: &str| adapted["components"]["schemas"][name].get("additionalProperties");
    assert_eq!(others("Read"), Some(&json!({})));
    assert_eq!(others("Closed"), Some(&json!(false)), "as the spec says");
    assert_eq!([others("Sent"), others("Whole")], [None, None]);
}

#[test]
fn a_choice_of_scalars_is_its_first_and_a_vocabulary_keeps_its_name() {
    let spec = json!({
        "paths": { "/a": { "post": { "operationId": "a", "responses": {}, "requestBody": {
            "content": {
                "application/json": { "schema": { "$ref": "#/components/schemas/Body" } }
            },
        } } } },
        "components": { "schemas": {
            "Body": { "type": "object", "properties": {
                "number": {
                    "description": "Ours.",
                    "allOf": [{ "$ref": "#/components/schemas/IntegerOrText" }],
                },
                "state": {
                    "description": "Ours.", "allOf": [{ "$ref": "#/components/schemas/State" }]
                },
                "secret": {
                    "description": "Ours.", "allOf": [{ "$ref": "#/components/schemas/Secret" }]
                },
            } },
            "IntegerOrText": {
                "anyOf": [{ "type": "integer", "format": "int64" }, { "type": "string" }]
            },
            "State": { "type": "string", "x-extensible-enum": ["a"] },
            "Secret": {
                "description": "S.", "anyOf": [{ "type": "string" }, { "type": "integer" }]
            },
        } },
    });
    let adapted = adapt::adapt(&spec, &["Secret"]);
    let schemas = &adapted["components"]["schemas"];
    assert_eq!(
        schemas["Body"]["properties"]["number"],
        json!({ "description": "Ours.", "type": "integer", "format": "int64" })
    );
    assert_eq!(
        schemas["Body"]["properties"]["state"],
        spec["components"]["schemas"]["Body"]["properties"]["state"]
    );
    assert_eq!(
        schemas["Secret"],
        json!({ "type": "string", "description": "S." })
    );
    assert_eq!(schemas.get("IntegerOrText"), None);
}

#[test]
fn bounds_of_what_is_read_are_not_for_the_generator() {
    let name = "          type: string\n";
    let bounded = format!("{name}          pattern: x\n          maxLength: 3\n");
    let adapted = |text: &str| adapt::adapt(parse(text).unwrap().value(), &["Name"]);
    assert_eq!(adapted(&SMALL.replacen(name, &bounded, 1)), adapted(SMALL));
    // What is only sent keeps them.
    let sent = "          $ref: '#/components/schemas/State'\n";
    let bounded = format!("{name}          pattern: x\n");
    let state = "/components/schemas/Create/properties/state/pattern";
    let adapted = adapted(&SMALL.replacen(sent, &bounded, 1));
    assert_eq!(adapted.pointer(state), Some(&json!("x")));
}

#[test]
fn every_response_is_raw_bytes() {
    let document = parse(SMALL).unwrap();
    let adapted = adapt::adapt(document.value(), &["Name"]);
    for (_, operation) in codegen::openapi::operations(&adapted) {
        let responses = operation["responses"].as_object().unwrap();
        assert_eq!(responses.keys().collect::<Vec<_>>(), ["2XX", "4XX", "5XX"]);
        assert!(
            responses
                .values()
                .all(|response| response["content"] == json!({ "*/*": {} }))
        );
    }
    assert_eq!(
        adapt::bodies(document.value()),
        [("list".to_owned(), "Trunk".to_owned())]
    );
}

// --- the passes ---

fn types(code: &str) -> syn::File {
    syn::parse_str(&format!("pub mod types {{ {code} }}")).unwrap()
}

fn text(code: &syn::File) -> String {
    prettyplease::unparse(code)
}

fn set(names: &[&str]) -> BTreeSet<String> {
    names.iter().map(ToString::to_string).collect()
}

const NEWTYPE: &str = "
    /// A switch.
    #[derive(::serde::Deserialize, Clone)]
    #[serde(transparent)]
    pub struct State(pub ::std::string::String);
    impl ::std::ops::Deref for State {
        type Target = String;
        fn deref(&self) -> &String { &self.0 }
    }
    impl ::std::convert::From<State> for ::std::string::String {
        fn from(value: State) -> Self { value.0 }
    }
    impl ::std::convert::From<::std::string::String> for State {
        fn from(value: String) -> Self { Self(value) }
    }
    pub struct Other(pub ::std::string::String);
    impl ::std::convert::From<Other> for ::std::string::String {
        fn from(value: Other) -> Self { value.0 }
    }
";

fn vocabulary(known: &[&str]) -> BTreeMap<String, Vec<String>> {
    BTreeMap::from([(
        "State".to_owned(),
        known.iter().map(ToString::to_string).collect(),
    )])
}

#[test]
fn a_vocabulary_becomes_an_open_enum_and_its_impls_go() {
    let mut code = types(NEWTYPE);
    passes::open_enums::run(&mut code, &vocabulary(&["default-ip", "UDP"])).unwrap();
    let text = text(&code);
    for expected in [
        "/// A switch.",
        "#[non_exhaustive]\n    pub enum State {",
        "///`default-ip`\n        DefaultIp,",
        "///`UDP`\n        Udp,",
        "Unknown(crate::values::UnknownValue),",
        "\"default-ip\" => Self::DefaultIp,",
        "Self::Udp => \"UDP\",",
        "crate::values::open_enum!(State);",
    ] {
        assert!(text.contains(expected), "{expected}\n{text}");
    }
    assert!(
        !text.contains("struct State") && !text.contains("for State {\n        type Target"),
        "{text}"
    );
    assert!(
        !text.contains("From<State>") && text.contains("From<Other>"),
        "the other type keeps its impls\n{text}"
    );
}

#[test]
fn values_that_would_be_the_same_variant_are_rejected() {
    for known in [&["a-b", "a_b"][..], &["unknown"], &["-"], &["1x"]] {
        let problem = passes::open_enums::run(&mut types(NEWTYPE), &vocabulary(known)).unwrap_err();
        assert!(
            problem.contains("gives no variant name of its own"),
            "{problem}"
        );
    }
}

#[test]
fn a_vocabulary_without_a_type_is_rejected() {
    let problem =
        passes::open_enums::run(&mut types("pub struct Other;"), &vocabulary(&["a"])).unwrap_err();
    assert_eq!(problem, "no type was generated for the vocabulary `State`");
}

#[test]
fn the_prefix_goes_from_fields_and_literals_and_the_serde_name_stays() {
    let mut code = types(
        "pub struct T {
            /// Where.
            #[serde(rename = \"connection-address\")] pub connection_address: Option<String>,
            pub connection_state: i64,
            pub description: String,
        }
        impl Default for T {
            fn default() -> Self {
                Self { connection_address: None, connection_state: 0, description: String::new() }
            }
        }
        impl Other { fn f() -> U { U { connection_address: 1 } } }",
    );
    passes::names::run(&mut code).unwrap();
    let text = text(&code);
    for expected in [
        "/// Where.\n        ///\n        ///Wire name: `connection-address`.\n        \
         #[serde(rename = \"connection-address\")]\n        \
         #[doc(alias = \"connection-address\")]\n        pub address:",
        "#[serde(rename = \"connection_state\")]\n        \
         #[doc(alias = \"connection_state\")]\n        pub state: i64",
        "///Wire name: `description`.\n        pub description: String",
        "address: None,",
        "state: 0,",
        "U { connection_address: 1 }",
    ] {
        assert!(text.contains(expected), "{expected}\n{text}");
    }
}

#[test]
fn a_clash_of_names_is_rejected() {
    let mut code = types(
        "pub struct T { pub address: String, #[serde(rename = \"connection-address\")] pub \
         connection_address: String }",
    );
    assert_eq!(
        passes::names::run(&mut code).unwrap_err(),
        "`T`: the property `connection-address` would be a second field `address`"
    );
}

#[test]
fn a_name_that_is_a_keyword_without_the_prefix_is_rejected() {
    let problem =
        passes::names::run(&mut types("pub struct T { pub connection_type: String }")).unwrap_err();
    assert!(problem.contains("is no field name"), "{problem}");
}

const READ: &str = "
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone)]
    pub struct T {
        pub key: String, #[serde(rename = \"wire-a\")] pub a: Option<String>, pub d: Option<Inner>,
        pub any: Option<::serde_json::Value>, #[serde(flatten)] pub extra: Map<String, Value>,
    }
    #[derive(::serde::Deserialize, ::serde::Serialize)] pub struct Inner { pub x: i64 }
    #[derive(::serde::Deserialize, ::serde::Serialize)]
    #[serde(transparent)]
    pub struct List(pub Vec<T>);
";

#[test]
fn what_is_read_keeps_each_value_that_does_not_fit_its_field() {
    let mut code = types(READ);
    passes::responses::run(&mut code, &set(&["T", "Inner", "List"])).unwrap();
    let text = text(&code).replace(char::is_whitespace, "");
    for expected in [
        // Read and written by hand, so without derives and attributes of serde.
        "#[derive(Clone)]pubstructT{pubkey:String,puba:Option<String>,",
        "pubd:::std::option::Option<::std::boxed::Box<Inner>>",
        "pubany:::std::option::Option<crate::values::RawJson>",
        "impl<'de>::serde::Deserialize<'de>forT",
        "\"key\"=>{key=crate::values::lenient::Required::read(member_json);}",
        "6usize=>{match&*member_name{\"wire-a\"=>",
        "crate::values::lenient::read(&muta,&mutextra,\"wire-a\",member_json,)",
        "_=>{extra.keep(&member_name,member_json);}",
        "writer.field(\"wire-a\",self.a.as_ref())?;",
        "constFIELDS:&'static[&'staticstr]=&[\"key\",\"wire-a\",\"d\",\"any\"];",
        "pubfnunreadable_fields(&self)",
        "format!(\"{path}{}\",\"d.\")",
        // Nothing optional in it: written by derive.
        "#[derive(::serde::Serialize)]pubstructInner",
        "crate::values::lenient::response_list!(List,T);",
    ] {
        assert!(text.contains(expected), "{expected}\n{text}");
    }
}

#[test]
fn what_is_read_and_would_lose_values_is_rejected() {
    let mut code = types("pub struct T { pub a: Option<String> }");
    let problem = passes::responses::run(&mut code, &set(&["T"])).unwrap_err();
    assert!(
        problem.contains("`T`") && problem.contains("additionalProperties"),
        "{problem}"
    );
}

#[test]
fn what_is_sent_keeps_its_derives_and_reads_integers_leniently() {
    let mut code = types(
        "#[derive(::serde::Deserialize)] pub struct T { pub a: Option<String>, pub b: \
         Option<i64> }",
    );
    passes::responses::run(&mut code, &set(&[])).unwrap();
    let text = text(&code);
    assert!(
        text.contains("derive(::serde::Deserialize)") && !text.contains("impl"),
        "{text}"
    );
    assert!(
        text.contains(
            "#[serde(default, deserialize_with = \"crate::values::lenient::optional\")]\n        \
             pub b:"
        ),
        "{text}"
    );
}

#[test]
fn long_documentation_is_wrapped_and_code_is_not() {
    let word = "word ".repeat(30);
    let long = "x".repeat(120);
    let code = format!("    /// - {word}\n    /// {long}\n    let text = \"{long}\";\n");
    let wrapped = passes::docs::wrap(&code);
    let lines: Vec<&str> = wrapped.lines().collect();
    assert_eq!(lines.len(), 4, "{wrapped}");
    assert!(
        lines[..2].iter().all(|line| line.chars().count() <= 100),
        "{wrapped}"
    );
    assert!(lines[0].starts_with("    /// - word"), "{wrapped}");
    assert!(lines[1].starts_with("    ///   word"), "{wrapped}");
    assert_eq!(
        lines[2..],
        [
            format!("    /// {long}"),
            format!("    let text = \"{long}\";")
        ]
    );
}

#[test]
fn texts_are_masked_and_unknown_fields_have_a_type_that_hides_them() {
    let mut code = types(
        "#[derive(Clone, Debug, PartialEq)] pub struct T {
            pub text: Option<String>, pub any: Vec<::serde_json::Value>,
            pub number: Option<i64>, pub plain: Box<Plain>,
            pub own: Option<crate::values::Secret>, #[serde(flatten)] pub extra: Map<String, Value>,
        }
        #[derive(Debug)] pub struct Plain { pub b: i64 }",
    );
    passes::debug::run(&mut code).unwrap();
    let text = text(&code);
    for expected in [
        "#[derive(Clone, PartialEq)]\n    pub struct T",
        "debug.field(\"text\", &crate::values::Masked(&self.text));",
        "debug.field(\"any\", &crate::values::Masked(&self.any));",
        "debug.field(\"number\", &self.number);",
        "debug.field(\"plain\", &self.plain);",
        "debug.field(\"own\", &self.own);",
        "pub extra: crate::values::UnknownFields",
        "#[derive(Debug)]\n    pub struct Plain",
    ] {
        assert!(text.contains(expected), "{expected}\n{text}");
    }
}

#[test]
fn a_deprecated_property_is_in_no_type() {
    let document = json!({
        "paths": {"/a": {"post": {
            "requestBody": {"content": {"application/json": {
                "schema": {"$ref": "#/components/schemas/T"},
            }}},
            "responses": {},
        }}},
        "components": {"schemas": {"T": {"allOf": [
            {"type": "object", "properties": {
                "kept": {"type": "string", "deprecated": false},
                "misspelt": {"type": "string", "deprecated": true},
            }},
        ]}}},
    });
    let adapted = adapt::adapt(&document, &[]);
    let properties = &adapted["components"]["schemas"]["T"]["properties"];
    let names: Vec<_> = properties.as_object().unwrap().keys().collect();
    assert_eq!(names, ["kept"]);
}

#[test]
fn a_type_has_a_constructor_of_its_required_fields() {
    let mut code = types(
        "/// Unset, calls are accepted.
        pub struct T { pub z: Pattern, pub a: Option<i64>, pub m: Domain }
        pub struct U { pub a: Option<i64> }
        pub struct V { pub name: String, pub extra: UnknownFields }",
    );
    passes::constructors::run(&mut code, &set(&["T", "U"])).unwrap();
    let text = text(&code);
    assert!(
        text.contains(
            "pub fn new(m: Domain, z: Pattern) -> Self {\n            \
             Self { z: z, a: None, m: m }"
        ),
        "{text}"
    );
    let documented = text.split_once("impl T {").map(|(_, made)| made);
    assert!(
        documented.is_some_and(|made| made.contains("/// Unset, calls are accepted.")),
        "what unset means is said where it is left unset\n{text}"
    );
    assert!(text.contains("pub fn new() -> Self {"), "{text}");
    assert!(
        text.contains("pub fn new(name: impl ::std::convert::Into<String>) -> Self {"),
        "{text}"
    );
    assert!(
        text.contains("extra: ::std::default::Default::default()"),
        "unknown properties are no argument\n{text}"
    );
}

#[test]
fn each_optional_field_has_a_setter_with_its_first_paragraph() {
    let mut code = types(
        "pub struct T {
            /// What it does,
            /// in two lines.
            ///
            /// Wire name: `a`.
            pub a: Option<i64>,
            pub m: Domain,
            pub extra: UnknownFields,
        }",
    );
    passes::constructors::run(&mut code, &set(&["T"])).unwrap();
    let text = text(&code);
    let (_, setters) = text.rsplit_once("impl T {").unwrap();
    assert_eq!(setters.matches("pub fn ").count(), 1, "{text}");
    assert!(setters.contains("in two lines."), "{text}");
    assert!(!setters.contains("Wire name"), "{text}");
    assert!(
        setters.contains("pub fn a(mut self, a: impl ::std::convert::Into<i64>) -> Self {"),
        "{text}"
    );
}

#[test]
fn an_update_has_a_word_that_clears_each_text_and_no_other_type_has() {
    let mut code = types(
        "pub struct TUpdate { pub text: Option<String>, pub number: Option<i64> }
        pub struct T { pub text: Option<String> }
        pub struct ReadUpdate { pub text: Option<String> }",
    );
    passes::constructors::run(&mut code, &set(&["T", "TUpdate"])).unwrap();
    let text = text(&code);
    assert_eq!(text.matches("fn clear_").count(), 1, "{text}");
    assert!(
        text.contains("pub fn clear_text(self) -> Self {\n            self.text(\"\")"),
        "{text}"
    );
}

#[test]
fn no_struct_with_fields_can_be_written_as_a_literal_elsewhere() {
    let mut code = types("pub struct T { pub a: i64 } pub struct List(pub Vec<T>);");
    passes::constructors::run(&mut code, &set(&[])).unwrap();
    let text = text(&code);
    assert_eq!(text.matches("#[non_exhaustive]").count(), 1, "{text}");
    assert!(
        text.contains("#[non_exhaustive]\n    pub struct T"),
        "{text}"
    );
}

#[test]
fn what_nobody_calls_is_dropped() {
    let code = "pub mod types { pub mod error { pub struct E; } pub struct T; } pub mod prelude {}";
    let mut code = syn::parse_str(code).unwrap();
    passes::prune::run(&mut code).unwrap();
    assert_eq!(text(&code), "pub mod types {\n    pub struct T;\n}\n");
}

/// What progenitor generates for an operation, with this in the place of `before`.
fn operation(before: &str, after: &str) -> syn::File {
    let code = r#"
        use crate::values::path_segment;
        pub use progenitor_client::{ByteStream, Error};
        pub struct Client { baseurl: String }
        impl Client { pub fn new_with_client() {} }
        impl ClientInfo<()> for Client {}
        impl ClientHooks<()> for &Client {}
        const _: () = {};
        impl Client {
            /// Lists the trunks of a domain.
            pub async fn list<'a>(
                &'a self,
                domain: &'a DomainName,
                limit: Option<u64>,
                order: &'a str,
                body: &'a types::Query,
            ) -> Result<ResponseValue<ByteStream>, Error<ByteStream>> {
                let url = format!("{}/domains/{}", self.baseurl, path_segment(domain));
                let mut header_map = ::reqwest::header::HeaderMap::with_capacity(1usize);
                header_map.append(
                    ::reqwest::header::HeaderName::from_static("api-version"),
                    ::reqwest::header::HeaderValue::from_static(Self::api_version()),
                );
                #[allow(unused_mut)]
                let mut request = self
                    .client
                    .put(url)
                    .query(&progenitor_client::QueryParam::new("limit", &limit))
                    .query(&progenitor_client::QueryParam::new("order", &order))
                    .json(&body)
                    .headers(header_map)
                    .build()?;
                let info = OperationInfo { operation_id: "list" };
                self.pre(&mut request, &info).await?;
                let result = self.exec(request, &info).await;
                self.post(&result, &info).await?;
                let response = result?;
                match response.status().as_u16() { _ => Ok(response) }
            }
        }"#;
    assert!(code.contains(before), "{before}");
    syn::parse_str(&code.replace(before, after)).unwrap()
}

#[test]
fn an_operation_becomes_a_function_that_returns_its_request() {
    let mut code = operation("", "");
    passes::requests::run(&mut code).unwrap();
    let text = text(&code);
    let call = r#"
        Call::new("list", Method::PUT, format!("/domains/{}", path_segment(domain)))
            .query("limit", limit)
            .query("order", Some(order))
            .json(body)
    }
"#;
    assert!(text.contains(call), "{text}");
    assert!(
        text.contains("/// Lists the trunks of a domain.\n    pub fn list<'a>("),
        "{text}"
    );
    for dropped in ["progenitor", "struct Client", "impl", "async", "const _"] {
        assert!(!text.contains(dropped), "{dropped}\n{text}");
    }
}

#[test]
fn an_operation_that_sends_what_is_not_known_stops_the_generator() {
    let table = [
        // A form, a header, a cookie, another URL: each would be lost.
        (
            ".json(&body)",
            ".form_urlencoded(&body)?",
            "not the client's",
        ),
        (
            "#[allow(unused_mut)]",
            "header_map.append(\"x-trace\", order.try_into()?);",
            "x-trace",
        ),
        (
            "#[allow(unused_mut)]",
            "let cookies = jar(order);",
            "cookies",
        ),
        (
            "\"{}/domains/{}\", self.baseurl",
            "\"{}/domains/{}\", self.other",
            "base URL",
        ),
        (".json(&body)", ".json(&body.inner)", "body"),
        (
            "\"order\", &order",
            "\"order\", &order.join(\",\")",
            "query parameter",
        ),
        (".put(url)", ".request(method, url)", "`request`"),
    ];
    for (before, after, reason) in table {
        let problem = passes::requests::run(&mut operation(before, after)).unwrap_err();
        assert!(
            problem.starts_with("`list`: ") && problem.contains(reason),
            "{after}: {problem}"
        );
    }
}

/// A generated method whose path is written by an expression.
fn with_path(argument: &str) -> syn::File {
    let code = format!(
        "pub use progenitor_client::Error; use progenitor_client::{{encode_path, ClientHooks}};
        impl Client {{ pub fn get(&self) {{
            let url = format!(\"{{}}/domains/{{}}\", self.baseurl, {argument});
        }} }}"
    );
    syn::parse_str(&code).unwrap()
}

#[test]
fn segments_of_paths_are_written_by_the_function_that_checks_their_type() {
    let mut code = with_path("encode_path(&domain.to_string())");
    passes::paths::run(&mut code).unwrap();
    let text = text(&code);
    assert!(text.contains("use crate::values::path_segment;"), "{text}");
    assert!(
        text.contains("use progenitor_client::ClientHooks;"),
        "{text}"
    );
    assert!(
        text.contains(r#"format!("{}/domains/{}", self.baseurl, path_segment(domain))"#),
        "{text}"
    );
}

#[test]
fn a_path_that_is_written_in_another_way_stops_the_generator() {
    for argument in [
        "encode_path(domain)",
        "later(encode_path)",
        "x => encode_path(&d.to_string())",
    ] {
        let problem = passes::paths::run(&mut with_path(argument)).unwrap_err();
        assert!(problem.contains("`encode_path`"), "{argument}: {problem}");
    }
}

#[test]
fn bodies_are_aliases_by_operation() {
    let mut code = types("pub struct T;");
    let facts = Facts {
        bodies: vec![("list_connections".into(), "T".into())],
        ..Facts::default()
    };
    passes::bodies::run(&mut code, &facts).unwrap();
    assert!(text(&code).contains("pub type list_connections = super::types::T;"));
}

#[test]
fn envelopes_and_vocabularies_have_modules_of_their_own() {
    let mut code = types("pub struct List; pub struct Trunk; pub enum State { Yes } struct Own;");
    let facts = Facts {
        envelopes: set(&["List"]),
        vocabularies: vocabulary(&["yes"]),
        ..Facts::default()
    };
    passes::bodies::run(&mut code, &facts).unwrap();
    let text = text(&code);
    for expected in [
        "pub mod envelopes {\n    pub use super::types::List;\n}",
        "pub mod models {\n    pub use super::types::Trunk;\n}",
        "pub mod settings {\n    pub use super::types::State;\n}",
    ] {
        assert!(text.contains(expected), "{expected}\n{text}");
    }
}

#[test]
fn an_envelope_is_the_whole_of_a_response_and_part_of_no_schema() {
    let facts = |spec: &str| {
        let document = parse(spec).unwrap();
        Facts::new(document.value(), document.value()).envelopes
    };
    assert_eq!(facts(SMALL), set(&["Trunk"]));
    // Something else has trunks now, and is returned instead.
    let wrapped = SMALL
        .replacen("schemas/Trunk'", "schemas/List'", 1)
        .replacen(
            "    Trunk:\n",
            "    List:\n      type: array\n      items:\n        \
             $ref: '#/components/schemas/Trunk'\n    Trunk:\n",
            1,
        );
    assert_eq!(facts(&wrapped), set(&["List"]));
    // What can be sent is a user's to make.
    let sent = SMALL.replacen("schemas/Create'", "schemas/Trunk'", 1);
    assert_eq!(facts(&sent), set(&[]));
}

#[test]
fn facts_are_read_from_the_spec() {
    let document = parse(SMALL).unwrap();
    let facts = Facts::new(document.value(), document.value());
    assert_eq!(
        facts.vocabularies,
        BTreeMap::from([("State".into(), vec!["yes".into(), "no".into()])])
    );
    assert_eq!(
        (facts.requests, facts.responses),
        (set(&["Create", "State"]), set(&["Trunk"]))
    );
}

#[test]
fn documentation_gets_its_space() {
    let mut code =
        syn::parse_str("#[doc = \"Where.\"] #[doc = \"\"] #[doc = \" Spaced.\"] pub struct T;")
            .unwrap();
    passes::docs::run(&mut code);
    assert_eq!(text(&code), "/// Where.\n///\n/// Spaced.\npub struct T;\n");
}

#[test]
fn all_passes_run_one_after_the_other() {
    let mut code = types(
        "#[derive(Clone, Debug)] pub struct Trunk {
            #[serde(flatten)] pub extra: Map<String, Value>,
            #[serde(rename = \"connection-state\")] pub connection_state: Option<State>,
            #[serde(rename = \"connection-address\")] pub connection_address: Option<String>,
        }
        #[derive(Clone)] pub struct State(pub String);",
    );
    let facts = Facts {
        vocabularies: vocabulary(&["yes"]),
        responses: set(&["Trunk", "State"]),
        bodies: vec![("get".into(), "Trunk".into())],
        ..Facts::default()
    };
    passes::run(&mut code, &facts).unwrap();
    let text = text(&code);
    for expected in [
        "pub state: Option<State>",
        "pub enum State {",
        "&crate::values::Masked(&self.address)",
        "/// Wire name: `connection-address`.",
        "pub type get = super::types::Trunk;",
    ] {
        assert!(text.contains(expected), "{expected}\n{text}");
    }
}

// --- staleness ---

#[test]
fn a_generated_file_is_stale_when_the_spec_is_another() {
    let generated = stale::header("spec: 1\n") + "code";
    assert_eq!(stale::check("spec: 1\n", &generated), Ok(()));
    assert!(
        stale::check("spec: 2\n", &generated)
            .unwrap_err()
            .contains("run `cargo xtask regen`")
    );
    assert!(stale::check("spec: 1\n", "code without a header").is_err());
    assert!(stale::check("spec: 1\n", "").is_err());
}

#[test]
fn line_ends_are_no_difference() {
    assert_eq!(stale::check("a\r\nb\r\n", &stale::header("a\nb\n")), Ok(()));
}

const UPDATE: &str = "
    pub struct Trunk { pub a: Option<String>, pub counter: Option<i64>, pub key: String }
    pub struct TrunkUpdate { pub a: Option<String>, pub write_only: Option<Secret> }
    pub struct OtherUpdate { pub a: Option<String> }
    pub struct Unsent { pub a: Option<String> }
    pub struct UnsentUpdate { pub a: Option<String> }
";

#[test]
fn a_difference_compares_what_both_have_and_sends_what_cannot_be_read() {
    let mut code = types(UPDATE);
    passes::differences::run(&mut code, &set(&["TrunkUpdate", "OtherUpdate"])).unwrap();
    let printed = text(&code);
    assert_eq!(printed.matches("pub fn diff").count(), 1, "{printed}");
    assert!(
        printed.contains("pub fn diff(current: &Trunk, wanted: &Self) -> Self"),
        "{printed}"
    );
    assert!(
        printed.contains("a: crate::values::difference(&current.a, false, &wanted.a)"),
        "{printed}"
    );
    assert!(
        printed.contains("write_only: wanted.write_only.clone()"),
        "{printed}"
    );
    assert!(
        !printed.contains("counter: crate") && !printed.contains("key: crate"),
        "{printed}"
    );
}

#[test]
fn a_difference_knows_which_current_values_could_not_be_read() {
    let mut code = types(
        "pub struct Trunk {
            #[serde(rename = \"wire-a\")] pub a: Option<String>, #[serde(flatten)] pub extra: Map,
        }
        pub struct TrunkUpdate { pub a: Option<String> }",
    );
    passes::differences::run(&mut code, &set(&["TrunkUpdate"])).unwrap();
    let printed = text(&code);
    assert!(
        printed.contains("current.extra.get(\"wire-a\").is_some()"),
        "{printed}"
    );
}

#[test]
fn a_difference_between_types_is_an_error() {
    let mut code = types(
        "pub struct Trunk { pub a: Option<i64> } pub struct TrunkUpdate { pub a: Option<String> }",
    );
    let problem = passes::differences::run(&mut code, &set(&["TrunkUpdate"])).unwrap_err();
    assert_eq!(
        problem,
        "`Trunk` and `TrunkUpdate` have `a` with different types"
    );
}
