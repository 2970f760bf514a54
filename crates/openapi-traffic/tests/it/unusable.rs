//! Documents with a part that is not OpenAPI 3.0: the part is a problem, everything else is
//! validated, and the exit code says that the run was not complete.

use serde_json::{Value, json};

use crate::bench::{Bench, Run, with_body};

const PET: &str = "/components/schemas/Pet";

/// A document with `GET /pets`, which returns a pet, and parts of it replaced.
fn document(parts: &[(&str, Value)]) -> Value {
    let mut document = json!({
        "openapi": "3.0.3",
        "info": {"title": "t", "version": "1"},
        "paths": {"/pets": {"get": {
            "parameters": [{"name": "limit", "in": "query", "schema": {"type": "integer"}}],
            "responses": {
                "200": {"description": "", "content": {"application/json": {
                    "schema": {"$ref": "#/components/schemas/Pet"},
                }}},
                "404": {"description": "", "content": {"application/json": {
                    "schema": {"type": "object"},
                }}},
            },
        }}},
        "components": {"schemas": {"Pet": {"type": "object"}}},
    });
    for (pointer, value) in parts {
        *document.pointer_mut(pointer).unwrap() = value.clone();
    }
    document
}

/// Validates one response of `GET` on a URL.
fn validate(document: &Value, url: &str, status: u16, body: &Value) -> Run {
    let recording = json!({
        "format": 1,
        "meta": {"origin": "synthetic"},
        "request": {"method": "GET", "path": url},
        "response": {
            "status": status,
            "headers": {"content-type": "application/json"},
            "body": body,
        },
    });
    let bench = Bench::new();
    bench
        .write("spec.json", &document.to_string())
        .write("a.json", &recording.to_string());
    bench.validate(["--spec", "spec.json", "--format", "json", "a.json"])
}

/// The list of a report, each entry by one of its members.
fn list(run: &Run, name: &str, member: &str) -> Vec<String> {
    assert_eq!(run.code, 2, "{run:?}");
    let report: Value = serde_json::from_str(&run.stdout).unwrap();
    let text = |it: &Value| it.get(member).unwrap_or(it).as_str().unwrap().to_owned();
    report[name].as_array().unwrap().iter().map(text).collect()
}

fn codes(run: &Run) -> Vec<String> {
    list(run, "findings", "code")
}

/// The reasons why something was not validated.
fn left(run: &Run) -> Vec<String> {
    list(run, "unchecked", "reason")
}

fn problem(run: &Run) -> String {
    let problems = list(run, "problems", "");
    assert_eq!(problems.len(), 1, "{problems:?}");
    problems[0].clone()
}

#[test]
fn a_reference_to_nothing_affects_only_the_property_that_has_it() {
    let pet = json!({"type": "object", "properties": {
        "name": {"type": "string"},
        "owner": {"$ref": "#/components/schemas/Owner"},
    }});
    let document = document(&[(PET, pet)]);
    let run = validate(&document, "/pets", 200, &json!({"name": 1, "owner": 2}));
    assert_eq!(codes(&run), ["NSV220"]);
    let problem = problem(&run);
    assert!(problem.starts_with("spec.json:1:"), "{problem}");
    assert!(
        problem.contains("`$ref: #/components/schemas/Owner` cannot be resolved")
            && problem.contains("/components/schemas/Pet/properties/owner"),
        "{problem}"
    );
    let run = validate(&document, "/pets", 200, &json!({"name": "Rex", "owner": 2}));
    assert_eq!(codes(&run), [""; 0]);
}

#[test]
fn a_keyword_with_a_wrong_value_affects_only_its_schema() {
    for (keyword, value, expected) in [
        ("minLength", json!(-1), "an integer that is not negative"),
        ("maxItems", json!("9"), "an integer that is not negative"),
        ("multipleOf", json!(0), "a number greater than 0"),
        ("maximum", json!("9"), "a number"),
        ("uniqueItems", json!("yes"), "true or false"),
        ("enum", json!("a"), "a list"),
        ("pattern", json!(1), "a string"),
    ] {
        let pet = json!({"type": "object", "properties": {
            "name": {(keyword): value},
            "age": {"type": "integer"},
        }});
        let document = document(&[(PET, pet)]);
        let run = validate(&document, "/pets", 200, &json!({"name": "Rex", "age": "1"}));
        assert_eq!(codes(&run), ["NSV220"]);
        let problem = problem(&run);
        let said = format!("not OpenAPI 3.0: `{keyword}` must be {expected}");
        assert!(problem.contains(&said), "{problem}");
    }
}

/// Each branch alone would reject the other's values; one that allows anything would not.
#[test]
fn what_depends_on_an_unusable_schema_rejects_nothing() {
    for depends in [
        json!({"oneOf": [{"type": "string"}, {"$ref": "#/components/schemas/Cat"}]}),
        json!({"oneOf": [{"type": "string"}, {"type": "object", "properties": {
            "cat": {"$ref": "#/components/schemas/Cat"},
        }}]}),
        json!({"not": {"$ref": "#/components/schemas/Cat"}}),
    ] {
        let keyword = depends.as_object().unwrap().keys().next().unwrap().clone();
        let pet = json!({"type": "object", "properties": {"it": depends}});
        let document = document(&[(PET, pet)]);
        for it in [json!("a"), json!({"cat": 1})] {
            let run = validate(&document, "/pets", 200, &json!({"it": it}));
            assert_eq!(codes(&run), [""; 0], "{keyword}");
            let reason = format!("`{keyword}` with a part that is not OpenAPI 3.0");
            assert_eq!(left(&run), [reason]);
            assert!(problem(&run).contains("cannot be resolved"));
        }
    }
}

#[test]
fn an_unusable_response_affects_only_its_status() {
    let responses = "/paths/~1pets/get/responses/404";
    let document = document(&[(responses, json!({"$ref": "#/components/responses/None"}))]);
    let run = validate(&document, "/pets", 404, &json!([]));
    assert_eq!(codes(&run), [""; 0]);
    assert_eq!(left(&run), ["a response that is not OpenAPI 3.0"]);
    let run = validate(&document, "/pets", 200, &json!([]));
    assert_eq!(codes(&run), ["NSV220"]);
    assert!(problem(&run).contains("/paths/~1pets/get/responses/404"));
}

#[test]
fn an_unusable_parameter_affects_only_the_query() {
    let parameter = "/paths/~1pets/get/parameters/0";
    let document = document(&[(parameter, json!({"name": "limit", "in": "url"}))]);
    let run = validate(&document, "/pets?limit=1&page=2", 200, &json!([]));
    assert_eq!(codes(&run), ["NSV220"]);
    assert!(left(&run)[0].starts_with("a parameter that is not OpenAPI 3.0"));
    assert!(problem(&run).contains("`in` must be path, query, header or cookie, not `url`"));
}

#[test]
fn an_unusable_path_affects_only_its_exchanges() {
    let mut document = document(&[]);
    document["paths"]["/owners/{id}"] = json!({"$ref": "#/x-items/owner"});
    let run = validate(&document, "/owners/1", 200, &json!({}));
    assert_eq!(codes(&run), [""; 0]);
    assert_eq!(left(&run), ["a path whose description is not OpenAPI 3.0"]);
    let run = validate(&document, "/pets", 200, &json!([]));
    assert_eq!(codes(&run), ["NSV220"]);
    let run = validate(&document, "/cats", 200, &json!([]));
    assert_eq!(codes(&run), ["NSV101"]);
    assert!(problem(&run).contains("/paths/~1owners~1{id}"));
}

#[test]
fn what_operations_share_is_one_problem() {
    let mut document = document(&[(PET, json!({"type": ["object", "null"]}))]);
    document["paths"]["/cats"] = document["paths"]["/pets"].clone();
    let run = validate(&document, "/cats", 200, &json!([]));
    assert_eq!(codes(&run), [""; 0]);
    assert!(problem(&run).contains("(at `/components/schemas/Pet/type`)"));
}

#[test]
fn a_reference_that_forgets_its_slash_is_explained() {
    let document = document(&[(PET, json!({"$ref": "#components/schemas/Cat"}))]);
    let run = validate(&document, "/pets", 200, &json!([]));
    assert!(problem(&run).contains("no such place; a place in a file begins with `#/`"));
}

/// YAML reads an unquoted `3.0` as a number.
#[test]
fn the_version_may_be_an_unquoted_3_0() {
    let bench = Bench::new();
    bench
        .write(
            "spec.yaml",
            "openapi: 3.0\npaths: {/pets: {get: {responses: {'200': {}}}}}\n",
        )
        .write(
            "a.json",
            r#"{"format": 1, "meta": {"origin": "synthetic"},
            "request": {"method": "GET", "path": "/pets"}, "response": {"status": 200}}"#,
        );
    let run = bench.validate(["--spec", "spec.yaml", "a.json"]);
    assert_eq!(run.code, 0, "{run:?}");
}

/// Annotations of later versions assert nothing, in any version.
#[test]
fn an_annotation_of_a_later_version_affects_nothing() {
    let pet = json!({"type": "object", "$comment": "a", "$schema": "b", "examples": [1]});
    let bench = Bench::new();
    bench
        .write("spec.json", &document(&[(PET, pet)]).to_string())
        .write(
            "a.json",
            r#"{"format": 1, "meta": {"origin": "synthetic"},
            "request": {"method": "GET", "path": "/pets"}, "response": {"status": 200,
            "headers": {"content-type": "application/json"}, "body": []}}"#,
        );
    let run = bench.validate(["--spec", "spec.json", "a.json"]);
    assert_eq!(run.code, 1, "{run:?}");
    assert!(run.stdout.contains("NSV220"), "{run:?}");
}

/// Two schemas that extend each other describe nothing, and must not end the run.
#[test]
fn schemas_that_extend_each_other_are_survived() {
    let extends = |other: &str| {
        json!({
            "type": "object",
            "discriminator": {"propertyName": "kind"},
            "allOf": [{"$ref": format!("#/components/schemas/{other}")}],
        })
    };
    let mut document = document(&[(PET, extends("Cat"))]);
    document["components"]["schemas"]["Cat"] = extends("Pet");
    let bench = Bench::new();
    for kind in ["Pet", "Cat", "Cow"] {
        bench.write("spec.json", &document.to_string()).write(
            "a.json",
            &with_body(&format!(r#"{{"kind": "{kind}"}}"#)).replace("/trunks", "/pets"),
        );
        let run = bench.validate(["--spec", "spec.json", "a.json"]);
        assert!(run.code == 0 || run.code == 1, "{run:?}");
    }
}

/// Each schema refers to the next one.
#[test]
fn a_long_chain_of_references_does_not_overflow_the_stack() {
    let length = 20_000;
    let mut document = document(&[(PET, json!({"$ref": "#/components/schemas/S0"}))]);
    let schemas = document["components"]["schemas"].as_object_mut().unwrap();
    for at in 0..length {
        let next = json!({"$ref": format!("#/components/schemas/S{}", at + 1)});
        let schema = json!({"type": "object", "properties": {"next": next}});
        schemas.insert(format!("S{at}"), schema);
    }
    schemas.insert(format!("S{length}"), json!({"type": "integer"}));
    let source = located::Source::new("spec.json", document.to_string());
    openapi_traffic::Spec::load(source).unwrap();
}
