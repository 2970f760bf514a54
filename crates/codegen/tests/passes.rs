//! The parts of the generator but progenitor: refusing, adapting, and each pass.

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
fn what_the_generator_cannot_take_is_refused_with_its_place() {
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
            "spec.yaml:7:9: the generator takes `default` for success and error",
        ),
        (
            "schemas/Trunk'",
            "schemas/Trunc'",
            "spec.yaml:12:17: \"#/components/schemas/Trunc\" names nothing",
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
            "          type: string\n          pattern: x\n",
            "spec.yaml:30:11: `pattern` would make the client refuse",
        ),
        (
            "          type: string\n",
            "          type: string\n          maxLength: 3\n",
            "spec.yaml:30:11: `maxLength` would make the client refuse",
        ),
        (
            "          type: string\n",
            "          type: string\n          enum: [a]\n",
            "spec.yaml:30:11: `enum` would make the client refuse",
        ),
        (
            "          type: string\n",
            "          type: string\n          format: date-time\n",
            "spec.yaml:30:11: the client would refuse other texts",
        ),
        (
            "          $ref: '#/components/schemas/State'\n",
            "          type: string\n          default: x\n",
            "spec.yaml:35:11: a default in a request is always sent",
        ),
        (
            "['yes', 'no']",
            "[true, 'no']",
            "spec.yaml:37:7: must be a list of different texts",
        ),
        (
            "['yes', 'no']",
            "['no', 'no']",
            "spec.yaml:37:7: must be a list of different texts",
        ),
        (
            "['yes', 'no']",
            "[]",
            "spec.yaml:37:7: must be a list of different texts",
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
            "      operationId: list\n      parameters:\n        - {{name: a, in: query, schema: {{{schema}}}}}\n"
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
fn json_content_without_a_schema_is_refused() {
    let schema = "            application/json:\n              schema:\n                $ref: '#/components/schemas/Trunk'\n";
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
        "paths": { "/a": { "get": { "operationId": "a", "responses": { "200": { "$ref": "#/components/responses/A" } } } } },
        "components": {
            "responses": { "A": { "content": { "application/json": { "schema": { "$ref": "#/components/schemas/Whole" } } } } },
            "schemas": {
                "Whole": {
                    "description": "Both.",
                    "allOf": [
                        { "type": "object", "required": ["x"], "properties": { "x": { "type": "string" } } },
                        { "$ref": "#/components/schemas/Part" },
                    ],
                },
                "Part": { "type": "object", "description": "Part.", "required": ["y"], "properties": { "y": { "type": "integer" } } },
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
fn a_choice_of_scalars_is_its_first_and_a_vocabulary_keeps_its_name() {
    let spec = json!({
        "paths": { "/a": { "post": { "operationId": "a", "responses": {}, "requestBody": {
            "content": { "application/json": { "schema": { "$ref": "#/components/schemas/Body" } } } } } } },
        "components": { "schemas": {
            "Body": { "type": "object", "properties": {
                "number": { "description": "Ours.", "allOf": [{ "$ref": "#/components/schemas/IntegerOrText" }] },
                "state": { "description": "Ours.", "allOf": [{ "$ref": "#/components/schemas/State" }] },
                "secret": { "description": "Ours.", "allOf": [{ "$ref": "#/components/schemas/Secret" }] },
            } },
            "IntegerOrText": { "anyOf": [{ "type": "integer", "format": "int64" }, { "type": "string" }] },
            "State": { "type": "string", "x-extensible-enum": ["a"] },
            "Secret": { "description": "S.", "anyOf": [{ "type": "string" }, { "type": "integer" }] },
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
fn every_answer_is_raw_bytes() {
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
        adapt::answers(document.value()),
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
    #[derive(::serde::Deserialize, Clone)] #[serde(transparent)] pub struct State(pub ::std::string::String);
    impl ::std::ops::Deref for State { type Target = String; fn deref(&self) -> &String { &self.0 } }
    impl ::std::convert::From<State> for ::std::string::String { fn from(value: State) -> Self { value.0 } }
    impl ::std::convert::From<::std::string::String> for State { fn from(value: String) -> Self { Self(value) } }
    pub struct Other(pub ::std::string::String);
    impl ::std::convert::From<Other> for ::std::string::String { fn from(value: Other) -> Self { value.0 } }
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
fn values_that_would_be_the_same_variant_are_refused() {
    for known in [&["a-b", "a_b"][..], &["unknown"], &["-"], &["1x"]] {
        let problem = passes::open_enums::run(&mut types(NEWTYPE), &vocabulary(known)).unwrap_err();
        assert!(
            problem.contains("gives no variant name of its own"),
            "{problem}"
        );
    }
}

#[test]
fn a_vocabulary_without_a_type_is_refused() {
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
        impl Default for T { fn default() -> Self { Self { connection_address: None, connection_state: 0, description: String::new() } } }
        impl Other { fn f() -> U { U { connection_address: 1 } } }",
    );
    passes::names::run(&mut code).unwrap();
    let text = text(&code);
    for expected in [
        "/// Where.\n        ///\n        ///Wire name: `connection-address`.\n        #[serde(rename = \"connection-address\")]\n        pub address:",
        "#[serde(rename = \"connection_state\")]\n        pub state: i64",
        "///Wire name: `description`.\n        pub description: String",
        "address: None,",
        "state: 0,",
        "U { connection_address: 1 }",
    ] {
        assert!(text.contains(expected), "{expected}\n{text}");
    }
}

#[test]
fn a_clash_of_names_is_refused() {
    let mut code = types(
        "pub struct T { pub address: String, #[serde(rename = \"connection-address\")] pub connection_address: String }",
    );
    assert_eq!(
        passes::names::run(&mut code).unwrap_err(),
        "`T`: the property `connection-address` would be a second field `address`"
    );
}

#[test]
fn a_name_that_is_a_keyword_without_the_prefix_is_refused() {
    let problem =
        passes::names::run(&mut types("pub struct T { pub connection_type: String }")).unwrap_err();
    assert!(problem.contains("is no field name"), "{problem}");
}

#[test]
fn each_kind_of_field_that_is_read_gets_its_reader() {
    let fields = "
        pub a: ::std::option::Option<::std::string::String>, pub b: Option<i64>, pub c: Option<f64>, pub d: Option<Inner>, pub e: Option<State>,
        pub f: String, pub g: i64, pub h: ::std::vec::Vec<String>, pub i: Option<::serde_json::Value>, #[serde(flatten)] pub j: Map<String, Value>,";
    let mut code = types(&format!(
        "pub struct T {{ {fields} }} pub struct Inner {{ pub x: i64 }} pub struct List(pub Vec<T>); pub enum State {{}}"
    ));
    passes::lenient::run(&mut code, &set(&["T", "List"])).unwrap();
    let text = text(&code);
    for (field, reader) in [
        (
            "pub a:",
            "default, deserialize_with = \"crate::values::lenient::text\"",
        ),
        (
            "pub b:",
            "default, deserialize_with = \"crate::values::lenient::integer\"",
        ),
        (
            "pub c:",
            "default, deserialize_with = \"crate::values::lenient::number\"",
        ),
        (
            "pub d:",
            "default, deserialize_with = \"crate::values::lenient::object\"",
        ),
        (
            "pub e:",
            "default, deserialize_with = \"crate::values::lenient::text\"",
        ),
        (
            "pub f:",
            "deserialize_with = \"crate::values::lenient::required_text\"",
        ),
        (
            "pub g:",
            "deserialize_with = \"crate::values::lenient::required_integer\"",
        ),
        (
            "pub h:",
            "deserialize_with = \"crate::values::lenient::list\"",
        ),
    ] {
        assert!(
            text.contains(&format!("#[serde({reader})]\n        {field}")),
            "{field}\n{text}"
        );
    }
    assert!(
        !text.contains(")]\n        pub i:"),
        "any JSON stays any JSON\n{text}"
    );
    assert!(text.contains("#[serde(flatten)]\n        pub j:"), "{text}");
    assert!(
        text.contains(
            "List(\n        #[serde(deserialize_with = \"crate::values::lenient::list\")]"
        ),
        "{text}"
    );
}

#[test]
fn what_is_sent_keeps_its_empty_texts_and_reads_integers_leniently() {
    let mut code = types("pub struct T { pub a: Option<String>, pub b: Option<i64> }");
    passes::lenient::run(&mut code, &set(&[])).unwrap();
    let text = text(&code);
    assert!(
        !text.contains("lenient::text") && text.contains("lenient::integer"),
        "{text}"
    );
}

#[test]
fn sensitive_fields_are_masked_and_unknown_ones_have_a_type_that_hides_them() {
    let mut code = types(
        "#[derive(Clone, Debug, PartialEq)] pub struct T {
            #[serde(rename = \"wire-name\")] pub a: Option<String>, pub b: i64, #[serde(flatten)] pub extra: Map<String, Value>,
        }
        #[derive(Debug)] pub struct Plain { pub b: i64 }",
    );
    passes::debug::run(
        &mut code,
        &BTreeMap::from([
            ("T".into(), set(&["wire-name"])),
            ("Plain".into(), set(&[])),
        ]),
    )
    .unwrap();
    let text = text(&code);
    for expected in [
        "#[derive(Clone, PartialEq)]\n    pub struct T",
        "debug.field(\"a\", &crate::values::Masked(&self.a));",
        "debug.field(\"b\", &self.b);",
        "pub extra: crate::values::UnknownFields",
        "#[derive(Debug)]\n    pub struct Plain",
    ] {
        assert!(text.contains(expected), "{expected}\n{text}");
    }
}

#[test]
fn what_is_sent_has_a_constructor_of_its_required_fields() {
    let mut code = types(
        "pub struct T { pub z: Pattern, pub a: Option<i64>, pub m: Domain } pub struct U { pub a: Option<i64> }",
    );
    passes::constructors::run(&mut code, &set(&["T", "U"])).unwrap();
    let text = text(&code);
    assert!(
        text.contains(
            "pub fn new(m: Domain, z: Pattern) -> Self {\n            Self { m, z, a: None }"
        ),
        "{text}"
    );
    assert!(
        !text.contains("impl U"),
        "a type without required fields has Default\n{text}"
    );
}

#[test]
fn what_nobody_calls_is_dropped() {
    let code = "pub mod types { pub mod error { pub struct E; } pub struct T; } pub mod prelude {}
        impl Client { pub fn new() {} pub fn list() {} } impl Other { pub fn new() {} }";
    let mut code = syn::parse_str(code).unwrap();
    passes::prune::run(&mut code).unwrap();
    let text = text(&code);
    assert!(
        !text.contains("error") && !text.contains("prelude"),
        "{text}"
    );
    assert!(
        text.contains("impl Client {\n    pub fn list()")
            && text.contains("impl Other {\n    pub fn new()"),
        "{text}"
    );
}

#[test]
fn answers_are_aliases_by_operation() {
    let mut code = types("pub struct T;");
    passes::answers::run(&mut code, &[("list_connections".into(), "T".into())]).unwrap();
    assert!(text(&code).contains("pub type list_connections = super::types::T;"));
}

#[test]
fn facts_are_read_from_the_spec() {
    let document = parse(&SMALL.replacen(
        "          type: string\n",
        "          type: string\n          x-sensitive: true\n",
        1,
    ))
    .unwrap();
    let facts = Facts::new(document.value(), document.value());
    assert_eq!(
        facts.vocabularies,
        BTreeMap::from([("State".into(), vec!["yes".into(), "no".into()])])
    );
    assert_eq!(
        (facts.requests, facts.responses),
        (set(&["Create", "State"]), set(&["Trunk"]))
    );
    assert_eq!(facts.sensitive["Trunk"], set(&["name"]));
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
            #[serde(rename = \"connection-state\")] pub connection_state: Option<State>,
            #[serde(rename = \"connection-address\")] pub connection_address: Option<String>,
        }
        #[derive(Clone)] pub struct State(pub String);",
    );
    let facts = Facts {
        vocabularies: vocabulary(&["yes"]),
        responses: set(&["Trunk", "State"]),
        sensitive: BTreeMap::from([("Trunk".into(), set(&["connection-address"]))]),
        answers: vec![("get".into(), "Trunk".into())],
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
        printed.contains("a: crate::values::difference(&current.a, &wanted.a)"),
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
