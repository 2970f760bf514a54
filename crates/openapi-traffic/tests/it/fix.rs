//! `--fix`: the edits that traffic asks for, in documents of several layouts.

use std::fs;

use serde_json::{Value, json};

use crate::bench::{Bench, Run};

/// A recording of `GET <path>` with this origin, these headers of the request (`sent`) and of the
/// response, status and body.
struct Recorded {
    origin: &'static str,
    path: &'static str,
    sent: Value,
    status: u16,
    headers: Value,
    body: Value,
}

impl Recorded {
    fn of(body: Value) -> Recorded {
        Recorded {
            origin: "captured",
            path: "/trunks",
            sent: json!({}),
            status: 200,
            headers: json!({"content-type": "application/json"}),
            body,
        }
    }

    fn text(&self) -> String {
        let recording = json!({
            "format": 1,
            "meta": {"origin": self.origin},
            "request": {"method": "GET", "path": self.path, "headers": self.sent},
            "response": {"status": self.status, "headers": self.headers, "body": self.body},
        });
        recording.to_string()
    }
}

/// What `--fix=apply` makes of a document, and the run.
fn fixed(spec: &str, recordings: &[Recorded]) -> (String, Run) {
    let bench = Bench::new();
    bench.write("api.yaml", spec);
    for (number, recording) in recordings.iter().enumerate() {
        bench.write(&format!("traffic/{number}.json"), &recording.text());
    }
    let run = bench.validate(["--spec", "api.yaml", "traffic", "--fix=apply"]);
    let text = fs::read_to_string(bench.path().join("api.yaml")).expect("a file");
    (text, run)
}

/// The lines that an edit takes away and adds.
fn changes(before: &str, after: &str) -> Vec<String> {
    let diff = similar::TextDiff::from_lines(before, after);
    let changes = diff.iter_all_changes();
    let changes = changes.filter(|it| it.tag() != similar::ChangeTag::Equal);
    changes
        .map(|it| format!("{}{}", it.tag(), it.value().trim_end_matches('\n')))
        .collect()
}

/// What a schema of the items of the list becomes.
#[track_caller]
fn becomes(spec: &str, recordings: &[Recorded], expected: &[&str]) {
    let (after, run) = fixed(spec, recordings);
    assert_eq!(changes(spec, &after), expected, "{}", run.stdout);
    assert_eq!((run.code, run.stderr.as_str()), (0, ""), "{}", run.stdout);
}

const BLOCK: &str = "\
# Trunks.
openapi: 3.0.3
info: {title: Trunks, version: '1'}
paths:
    /trunks:
        get:
            operationId: list_trunks
            responses:
                '200':
                    description: The trunks. # all of them
                    headers:
                        x-total: {required: true, schema: {type: integer}}
                    content:
                        application/json:
                            schema:
                                type: array
                                items:
                                    $ref: '#/components/schemas/Trunk'
                default:
                    $ref: '#/components/responses/Failed'
components:
    responses:
        Failed:
            description: It failed.
    schemas:
        Size:
            type: integer # of what?
        Trunk:
            type: object
            required: [name]
            properties:
                name:
                    type: string # a\tb

                # How it is reached.
                transport:
                    type: string
                    enum:
                    - udp
                    - tcp # mostly
                size:
                    $ref: '#/components/schemas/Size'
";

/// A body of one trunk, and the headers.
fn trunk(more: Value) -> Recorded {
    let mut body = json!([{"name": "a"}]);
    let members = body[0].as_object_mut().expect("an object");
    members.extend(more.as_object().expect("an object").clone());
    let headers = json!({"content-type": "application/json", "x-total": "1"});
    Recorded {
        headers,
        ..Recorded::of(body)
    }
}

#[test]
fn a_new_value_is_an_item_of_its_list() {
    becomes(
        BLOCK,
        &[trunk(json!({"transport": "sctp"}))],
        &["+                    - sctp"],
    );
}

#[test]
fn a_new_property_stands_behind_the_one_that_it_follows() {
    becomes(
        BLOCK,
        &[trunk(json!({"active": true, "transport": "udp"}))],
        &[
            "+                active:",
            "+                    type: boolean",
        ],
    );
}

#[test]
fn a_null_is_allowed_where_it_came() {
    becomes(
        BLOCK,
        &[trunk(json!({"name": null}))],
        &["+                    nullable: true"],
    );
}

#[test]
fn a_null_where_a_schema_is_shared_is_allowed_only_there() {
    becomes(
        BLOCK,
        &[trunk(json!({"size": null}))],
        &[
            "-                    $ref: '#/components/schemas/Size'",
            "+                    anyOf:",
            "+                    - $ref: '#/components/schemas/Size'",
            "+                    - enum: [null]",
        ],
    );
}

#[test]
fn a_second_type_stands_beside_the_first() {
    becomes(
        BLOCK,
        &[trunk(json!({"name": 5}))],
        &[
            "-                    type: string # a\tb",
            "+                    anyOf: # a\tb",
            "+                    - type: string",
            "+                    - type: integer",
        ],
    );
}

#[test]
fn a_number_with_a_fraction_makes_an_integer_a_number() {
    let (after, run) = fixed(BLOCK, &[trunk(json!({"size": 1.5}))]);
    assert_eq!(run.code, 0, "{}", run.stdout);
    assert!(
        changes(BLOCK, &after)
            .iter()
            .any(|it| it.contains("type: number"))
    );
}

#[test]
fn a_header_that_is_missing_is_not_required_any_more() {
    becomes(
        BLOCK,
        &[Recorded::of(json!([]))],
        &[
            "-                        x-total: {required: true, schema: {type: integer}}",
            "+                        x-total: {schema: {type: integer}}",
        ],
    );
}

#[test]
fn a_header_of_another_type_gets_that_type_too() {
    let headers = json!({"content-type": "application/json", "x-total": "many"});
    becomes(
        BLOCK,
        &[Recorded {
            headers,
            ..Recorded::of(json!([]))
        }],
        &[
            "-                        x-total: {required: true, schema: {type: integer}}",
            "+                        x-total: {required: true, schema: {anyOf: [{type: integer}, \
             {type: string}]}}",
        ],
    );
}

#[test]
fn a_media_type_is_added_to_its_response() {
    let headers = json!({"content-type": "application/vnd.acme+json", "x-total": "1"});
    let (after, run) = fixed(
        BLOCK,
        &[Recorded {
            headers,
            ..Recorded::of(json!([{"name": "a"}]))
        }],
    );
    assert_eq!(run.code, 0, "{}", run.stdout);
    let expected = [
        "+                        application/vnd.acme+json:",
        "+                            schema:",
        "+                                type: array",
        "+                                items:",
        "+                                    $ref: '#/components/schemas/Trunk'",
    ];
    assert_eq!(changes(BLOCK, &after), expected);
}

#[test]
fn a_body_where_none_is_documented_is_documented_in_the_shared_response() {
    let recording = Recorded {
        status: 500,
        ..Recorded::of(json!({"code": 1}))
    };
    let (after, run) = fixed(BLOCK, &[recording]);
    assert_eq!(run.code, 0, "{}", run.stdout);
    let expected = [
        "+            content:",
        "+                application/json:",
        "+                    schema:",
        "+                        type: object",
        "+                        properties:",
        "+                            code:",
        "+                                type: integer",
    ];
    assert_eq!(changes(BLOCK, &after), expected);
}

/// A document with a list of trunks, whose items have a schema; other lines may follow it.
fn list_of(schema: &str) -> String {
    const LIST: &str = "\
openapi: 3.0.3
info: {title: Trunks, version: '1'}
paths:
  /trunks:
    get:
      responses:
        '200':
          description: The trunks.
          content:
            application/json:
              schema:
                type: array
                items:";
    format!("{LIST}{schema}")
}

/// Settings that are sent and returned, and what is only returned.
const COMPOSED: &str = "
                  allOf:
                    - $ref: '#/components/schemas/Settings'
                    - $ref: '#/components/schemas/State'
    post:
      requestBody:
        content:
          application/json:
            schema:
              $ref: '#/components/schemas/Settings'
      responses:
        '201':
          description: It is created.
components:
  schemas:
    Settings:
      type: object
      properties:
        name:
          type: string
    State:
      type: object
      properties:
        calls:
          type: integer
";

#[test]
fn a_property_that_only_responses_have_stands_where_only_responses_speak_of_it() {
    // It follows one of the settings.
    let seen = Recorded::of(json!([{"name": "a", "speed": 1, "calls": 2}]));
    let spec = list_of(COMPOSED);
    let (after, run) = fixed(&spec, &[seen]);
    let expected = spec.replace(
        "        calls:\n          type: integer\n",
        "        calls:\n          type: integer\n        speed:\n          type: integer\n",
    );
    assert_eq!(after, expected, "{}", run.stdout);
}

#[test]
fn a_shared_schema_that_is_too_narrow_does_not_become_a_name_of_another() {
    let spec = BLOCK
        .replace(
            "            type: integer # of what?\n",
            "            type: integer\n        Code:\n            anyOf:\n            \
             - type: string\n            - type: integer\n",
        )
        .replace(
            "                size:\n",
            "                width:\n                    $ref: \
             '#/components/schemas/Size'\n                \
             code:\n                    $ref: '#/components/schemas/Code'\n                size:\n",
        );
    let seen = trunk(json!({"width": "12", "code": "a", "size": "7"}));
    let (after, run) = fixed(&spec, &[seen]);
    let size = after.split("        Size:\n").nth(1).expect("the schema");
    let size = size.split("        Code:\n").next().expect("its lines");
    assert!(size.trim_start().starts_with("anyOf:"), "{after}");
    assert_eq!(after.matches("schemas/Code'").count(), 1, "{after}");
    assert_eq!(run.code, 0, "{}", run.stdout);
}

#[test]
fn an_array_of_known_objects_has_their_shared_schema() {
    let spec = BLOCK.replace(
        "                                type: array\n                                \
         items:\n                                    \
         $ref: '#/components/schemas/Trunk'\n",
        "                                type: string\n",
    );
    assert_ne!(spec, BLOCK);
    let (after, run) = fixed(&spec, &[trunk(json!({"transport": "udp"}))]);
    assert!(
        after.contains("$ref: '#/components/schemas/Trunk'"),
        "{after}"
    );
    assert_eq!(run.code, 0, "{}", run.stdout);
}

#[test]
fn a_property_that_is_not_always_there_is_not_required() {
    let headers = json!({"content-type": "application/json", "x-total": "1"});
    becomes(
        BLOCK,
        &[Recorded {
            headers,
            ..Recorded::of(json!([{"size": 1}]))
        }],
        &["-            required: [name]"],
    );
}

/// One that says what is always there, and bounds a number.
const ALWAYS: &str = "
                  type: object
                  x-always-present:
                    - name
                    # Of one.
                    - size
                    - kind
                  properties:
                    name: {type: string}
                    size: {type: integer, maximum: 9}
                    kind: {type: string}
";

#[test]
fn a_property_that_is_not_always_there_is_taken_out_of_those_that_are() {
    becomes(
        &list_of(ALWAYS),
        &[
            Recorded::of(json!([{"name": "a", "kind": "b"}])),
            Recorded::of(json!([{"name": "a", "size": 1, "kind": "b"}])),
        ],
        &["-                    - size"],
    );
}

#[test]
fn what_no_edit_is_proposed_for_is_listed_once() {
    let trunk = |size: u8| Recorded::of(json!([{"name": "a", "size": size, "kind": "b"}]));
    let spec = list_of(ALWAYS);
    let (after, run) = fixed(&spec, &[trunk(10), trunk(11)]);
    assert_eq!((after, run.code), (spec, 1));
    let refused = run.stdout.matches("# not offered: `[].size`").count();
    assert_eq!(refused, 1, "{}", run.stdout);
}

#[test]
fn new_statuses_and_properties_stand_in_order() {
    let with_status = |status| Recorded {
        status,
        ..Recorded::of(json!({}))
    };
    let spec = list_of(ALWAYS);
    let spec = spec.replace("                  x-always-present:\n", "");
    let spec = spec.replace(
        "                    - name\n                    # Of one.\n",
        "",
    );
    let spec = spec.replace(
        "                    - size\n                    - kind\n",
        "",
    );
    let trunk = json!([{"name": "a", "area": 1, "city": 2}]);
    let (after, run) = fixed(
        &spec,
        &[with_status(503), with_status(404), Recorded::of(trunk)],
    );
    assert_eq!(run.code, 0, "{}", run.stdout);
    let place = |text: &str| {
        after
            .find(text)
            .unwrap_or_else(|| panic!("{text}: {after}"))
    };
    assert!(place("'200'") < place("'404'") && place("'404'") < place("'503'"));
    assert!(place("name:") < place("area:") && place("area:") < place("city:"));
}

#[test]
fn a_second_type_in_json_has_the_layout_of_what_is_around_it() {
    let text = r#"{
    "openapi": "3.0.3",
    "info": {"title": "Trunks", "version": "1"},
    "paths": {"/trunks": {"get": {"responses": {"200": {"description": "The trunks.", "content": {
        "application/json": {
            "schema": {
                "type": "integer"
            }
        }
    }}}}}}
}
"#;
    becomes(
        text,
        &[Recorded::of(json!("7"))],
        &[
            r#"-                "type": "integer""#,
            r#"+                "anyOf": ["#,
            "+                    {",
            r#"+                        "type": "integer""#,
            "+                    },",
            "+                    {",
            r#"+                        "type": "string","#,
            r#"+                        "pattern": "^-?[0-9]+$""#,
            "+                    }",
            "+                ]",
        ],
    );
}

#[test]
fn a_second_run_changes_nothing() {
    let bench = Bench::new();
    bench.write("api.yaml", BLOCK);
    bench.write(
        "traffic/0.json",
        &trunk(json!({"transport": "tls", "colour": 1})).text(),
    );
    let fix = || {
        let run = bench.validate(["--spec", "api.yaml", "traffic", "--fix=apply"]);
        let text = fs::read_to_string(bench.path().join("api.yaml")).expect("a file");
        (text, run)
    };
    let (first, run) = fix();
    assert!(first != BLOCK && run.code == 0, "{}", run.stdout);
    let (second, run) = fix();
    assert_eq!((second, run.code), (first, 0));
    assert_eq!(run.stdout, "# nothing to fix\n");
}

#[test]
fn a_read_only_document_stays_as_it_is() {
    let bench = Bench::new();
    bench.write("api.yaml", BLOCK);
    bench.write("traffic/0.json", &trunk(json!({"transport": "tls"})).text());
    let path = bench.path().join("api.yaml");
    let mut permissions = fs::metadata(&path).expect("a file").permissions();
    permissions.set_readonly(true);
    fs::set_permissions(&path, permissions).expect("permissions");
    let run = bench.validate(["--spec", "api.yaml", "traffic", "--fix=apply"]);
    assert_eq!(run.code, 2);
    assert!(
        run.stderr
            .contains("cannot write api.yaml: the file is read-only"),
        "{}",
        run.stderr
    );
    assert_eq!(fs::read_to_string(&path).expect("a file"), BLOCK);
    let left = fs::read_dir(bench.path()).expect("a folder").count();
    assert_eq!(left, 2, "no other file is left");
}

/// A document with habits: times have a shared schema, what is counted is read-only and not
/// negative, and other operations share responses.
const HABITS: &str = "\
openapi: 3.0.3
info: {title: Trunks, version: '1'}
paths:
  /trunks:
    get:
      operationId: list_trunks
      responses:
        '200':
          description: The trunks.
          content:
            application/json:
              schema:
                type: array
                items:
                  $ref: '#/components/schemas/State'
  /users:
    get:
      operationId: list_users
      responses:
        5XX:
          $ref: '#/components/responses/Failed'
components:
  responses:
    Failed:
      description: It failed.
      content: {application/json: {}}
    NotFound:
      description: It is not there.
      content: {application/json: {}}
  schemas:
    Time:
      type: string
      pattern: '^[0-9]{4}$'
    State:
      type: object
      properties:
        calls-in: {type: integer, minimum: 0, readOnly: true}
        calls-out: {type: integer, minimum: 0, readOnly: true}
        name: {type: string}
        start-time: {readOnly: true, allOf: [{$ref: '#/components/schemas/Time'}]}
        stop-time: {readOnly: true, allOf: [{$ref: '#/components/schemas/Time'}]}
        size: {type: integer}
";

#[test]
fn a_new_number_has_what_most_numbers_beside_it_have() {
    becomes(
        HABITS,
        &[Recorded::of(json!([{"calls-out": 1, "calls-lost": 2}]))],
        &["+        calls-lost: {type: integer, minimum: 0, readOnly: true}"],
    );
}

#[test]
fn a_new_number_below_the_least_of_the_others_has_no_least() {
    becomes(
        HABITS,
        &[Recorded::of(json!([{"calls-out": 1, "balance": -2}]))],
        &["+        balance: {type: integer, readOnly: true}"],
    );
}

#[test]
fn a_new_property_has_the_shared_schema_of_those_with_a_similar_name() {
    becomes(
        HABITS,
        &[Recorded::of(
            json!([{"stop-time": "2025", "pause-time": "2026"}]),
        )],
        &["+        pause-time: {readOnly: true, allOf: [{$ref: '#/components/schemas/Time'}]}"],
    );
}

#[test]
fn a_new_property_that_does_not_fit_the_shared_schema_has_one_of_its_own() {
    becomes(
        HABITS,
        &[Recorded::of(
            json!([{"stop-time": "2025", "pause-time": "noon"}]),
        )],
        &["+        pause-time: {type: string, readOnly: true}"],
    );
}

#[test]
fn strings_of_digits_beside_an_integer_have_a_pattern() {
    becomes(
        HABITS,
        &[Recorded::of(json!([{"size": "-12"}]))],
        &[
            "-        size: {type: integer}",
            "+        size: {anyOf: [{type: integer}, {type: string, pattern: '^-?[0-9]+$'}]}",
        ],
    );
}

#[test]
fn a_new_status_is_a_range_where_other_operations_have_the_range() {
    becomes(
        HABITS,
        &[Recorded {
            status: 502,
            ..Recorded::of(json!({}))
        }],
        &[
            "+        5XX:",
            "+          $ref: '#/components/responses/Failed'",
        ],
    );
}

#[test]
fn a_new_status_is_the_shared_response_of_its_name() {
    becomes(
        HABITS,
        &[Recorded {
            status: 404,
            ..Recorded::of(json!({}))
        }],
        &[
            "+        '404':",
            "+          $ref: '#/components/responses/NotFound'",
        ],
    );
}

/// A document in flow style, and the same as JSON with tabs.
const FLOW: &str = r##"openapi: 3.0.3
info: {title: "a # b", version: '1'} # flow
paths: {
  /trunks: {get: {operationId: list, responses: {
    '200': {description: "tab\tand ]", content: {application/json: {schema: {type: array, items: {
      type: object, properties: {
        name: {type: string}, # { [
        kind: {type: string, x-extensible-enum: [a, 'b']} # last
        }}}}}}
    }}}
  }
"##;

#[test]
fn a_document_in_flow_style_stays_in_flow_style() {
    becomes(
        FLOW,
        &[
            Recorded::of(json!([{"name": "x", "size": 3, "kind": "c"}])),
            Recorded {
                path: "/trunks?limit=5",
                status: 404,
                ..Recorded::of(json!({"code": 1}))
            },
            Recorded {
                path: "/trunks?limit=5",
                ..Recorded::of(json!([]))
            },
        ],
        &[
            "-  /trunks: {get: {operationId: list, responses: {",
            "+  /trunks: {get: {operationId: list, parameters: [{name: limit, in: query, schema: \
             {type: integer}}], responses: {",
            "-        kind: {type: string, x-extensible-enum: [a, 'b']} # last",
            "-        }}}}}}",
            "+        size: {type: integer},",
            "+        kind: {type: string, x-extensible-enum: [a, 'b', c]} # last",
            "+        }}}}}},",
            "+    '404': {description: Seen in traffic; when it comes is not known., content: \
             {application/json: {schema: {type: object, properties: {code: {type: integer}}}}}}",
        ],
    );
}

#[test]
fn a_json_document_stays_json_with_its_indentation() {
    let value = located::Source::new("a.yaml", FLOW.to_owned())
        .value()
        .expect("YAML");
    let text = serde_json::to_string_pretty(&value)
        .expect("JSON")
        .replace("  ", "\t")
        + "\n";
    let (after, run) = fixed(
        &text,
        &[Recorded::of(json!([{"name": "x", "size": 3, "kind": "c"}]))],
    );
    assert_eq!(run.code, 0, "{}", run.stdout);
    let changes = changes(&text, &after);
    assert!(changes.iter().all(|it| !it.contains("  ")), "{changes:#?}");
    let added: Vec<_> = changes.iter().map(|it| it.replace('\t', "")).collect();
    let expected = [
        "+\"size\": {",
        "+\"type\": \"integer\"",
        "+},",
        "-\"b\"",
        "+\"b\",",
        "+\"c\"",
    ];
    assert_eq!(added, expected);
}

#[test]
fn what_only_synthetic_recordings_show_is_not_offered() {
    let recording = Recorded {
        origin: "synthetic",
        ..trunk(json!({"colour": "red"}))
    };
    let (after, run) = fixed(BLOCK, &[recording]);
    assert_eq!((after.as_str(), run.code), (BLOCK, 1));
    assert!(
        run.stdout.contains("only synthetic recordings show it"),
        "{}",
        run.stdout
    );
}

#[test]
fn no_value_that_may_be_a_secret_is_written_or_printed() {
    for value in [
        "hunter2hunter2",
        "15555550100",
        "jane@customer.example",
        "a b c d",
        "8f14e45fceea167a",
    ] {
        let recordings = [trunk(json!({"transport": value, "note": value, value: 1}))];
        let (after, run) = fixed(BLOCK, &recordings);
        for text in [&after, &run.stdout, &run.stderr] {
            assert!(!text.contains(value), "{text}");
        }
    }
}

#[test]
fn another_alternative_is_an_item_of_its_list() {
    let spec = BLOCK.replace(
        "                    type: string # a\tb\n",
        "                    oneOf: [{type: number}, {type: string}]\n",
    );
    let (after, run) = fixed(
        &spec,
        &[trunk(json!({"name": true})), trunk(json!({"name": 5}))],
    );
    assert_eq!(run.code, 0, "{}", run.stdout);
    assert!(
        after.contains("{type: string}, {type: boolean}]"),
        "{after}"
    );
}

#[test]
fn without_apply_the_document_stays_and_the_difference_can_be_applied_by_patch() {
    let bench = Bench::new();
    bench.write("api.yaml", BLOCK);
    bench.write(
        "traffic/a.json",
        &trunk(json!({"transport": "sctp"})).text(),
    );
    let run = bench.validate(["--spec", "api.yaml", "traffic", "--fix"]);
    assert_eq!(run.code, 1);
    let text = fs::read_to_string(bench.path().join("api.yaml")).expect("a file");
    assert_eq!(text, BLOCK);
    assert!(
        run.stdout.contains("--- a/api.yaml\n+++ b/api.yaml\n@@ "),
        "{}",
        run.stdout
    );
}

#[test]
fn traffic_in_a_har_is_evidence() {
    let bench = Bench::new();
    bench.write("api.yaml", BLOCK);
    let har = json!({"log": {"version": "1.2", "entries": [{
        "request": {"method": "GET", "url": "https://api.acme.example/trunks", "headers": []},
        "response": {"status": 200, "headers": [{"name": "x-total", "value": "1"},
            {"name": "content-type", "value": "application/json"}],
            "content": {
                "mimeType": "application/json", "text": "[{\"name\": \"a\", \"active\": true}]"
            }},
    }]}});
    bench.write("a.har", &har.to_string());
    let run = bench.validate(["--spec", "api.yaml", "a.har", "--fix"]);
    assert!(
        run.stdout.contains("+                active:"),
        "{}{}",
        run.stdout,
        run.stderr
    );
}

/// A document whose headers and header parameters are shared, and of several types.
const HEADERS: &str = r##"openapi: "3.0.3"
info: {title: Jobs, version: "1"}
paths:
  /jobs:
    parameters:
    - $ref: "#/components/parameters/Version"
    - name: X-Depth
      in: header
      schema: {type: integer} # of the tree
    get:
      responses:
        "201":
          description: It runs.
          content: {application/json: {}}
          headers:
            Location: {$ref: "#/components/headers/Place"}
            Retry-After: {schema: {type: integer, minimum: 0}}
            RateLimit-Limit:
              schema: {$ref: "#/components/schemas/Count"}
            X-Cache:
              schema:
                type: string
                enum: [hit, miss] # so far
            X-Load: {schema: {type: integer}}
            X-Parts: {schema: {type: array, items: {type: integer}}}
            X-Tags: {schema: {type: array, items: {type: string, enum: [a, b]}}}
components:
  headers:
    Place: {required: true, schema: {type: string}}
  parameters:
    Version: {name: X-Version, in: header, required: true, schema: {$ref: "#/components/schemas/V"}}
  schemas:
    Count: {type: integer}
    V: {type: string, x-extensible-enum: [stable, beta]}
"##;

/// A response with all that is required, and another header.
fn with_header(name: &str, value: &str) -> Recorded {
    Recorded {
        path: "/jobs",
        sent: json!({"x-version": "stable"}),
        status: 201,
        headers: json!({"content-type": "application/json", "location": "/jobs/1", name: value}),
        ..Recorded::of(json!({}))
    }
}

/// A request with these headers.
fn with_sent(sent: Value) -> Recorded {
    Recorded {
        sent,
        ..with_header("x-cache", "hit")
    }
}

#[test]
fn a_shared_header_that_is_missing_is_not_required_any_more() {
    let recording = Recorded {
        headers: json!({"content-type": "application/json"}),
        ..with_header("x-cache", "hit")
    };
    becomes(
        HEADERS,
        &[recording],
        &[
            "-    Place: {required: true, schema: {type: string}}",
            "+    Place: {schema: {type: string}}",
        ],
    );
}

#[test]
fn a_new_value_of_a_header_is_an_item_of_its_enum() {
    becomes(
        HEADERS,
        &[with_header("x-cache", "stale")],
        &[
            "-                enum: [hit, miss] # so far",
            "+                enum: [hit, miss, stale] # so far",
        ],
    );
}

#[test]
fn of_a_list_in_a_header_the_new_item_alone_is_added() {
    becomes(
        HEADERS,
        &[with_header("x-tags", "a, c")],
        &[
            "-            X-Tags: {schema: {type: array, items: {type: string, enum: [a, b]}}}",
            "+            X-Tags: {schema: {type: array, items: {type: string, enum: [a, b, c]}}}",
        ],
    );
}

#[test]
fn of_a_list_in_a_header_the_items_get_the_type_of_the_one_that_is_wrong() {
    becomes(
        HEADERS,
        &[with_header("x-parts", "1, b")],
        &[
            "-            X-Parts: {schema: {type: array, items: {type: integer}}}",
            "+            X-Parts: {schema: {type: array, items: {anyOf: [{type: integer}, {type: \
             string}]}}}",
        ],
    );
}

#[test]
fn seconds_that_come_as_a_date_are_a_string_too() {
    becomes(
        HEADERS,
        &[with_header("retry-after", "Fri, 31 Dec 1999 23:59:59 GMT")],
        &[
            "-            Retry-After: {schema: {type: integer, minimum: 0}}",
            "+            Retry-After: {schema: {anyOf: [{type: integer, minimum: 0}, {type: \
             string}]}}",
        ],
    );
}

#[test]
fn a_header_with_a_fraction_is_a_number() {
    becomes(
        HEADERS,
        &[with_header("x-load", "0.5")],
        &[
            "-            X-Load: {schema: {type: integer}}",
            "+            X-Load: {schema: {type: number}}",
        ],
    );
}

#[test]
fn a_shared_schema_is_wider_only_in_the_header_that_needs_it() {
    becomes(
        HEADERS,
        &[with_header("ratelimit-limit", "100;w=60")],
        &[
            "-              schema: {$ref: \"#/components/schemas/Count\"}",
            "+              schema: \
             {anyOf: [{$ref: \"#/components/schemas/Count\"}, {type: string}]}",
        ],
    );
}

#[test]
fn a_header_that_was_not_sent_is_not_required_any_more() {
    becomes(
        HEADERS,
        &[with_sent(json!({}))],
        &[
            "-    Version: {name: X-Version, in: header, required: true, schema: {$ref: \
             \"#/components/schemas/V\"}}",
            "+    Version: {name: X-Version, in: header, schema: {$ref: \
             \"#/components/schemas/V\"}}",
        ],
    );
}

#[test]
fn a_new_value_of_a_header_that_was_sent_is_an_item_of_its_vocabulary() {
    becomes(
        HEADERS,
        &[with_sent(json!({"x-version": "next"}))],
        &[
            "-    V: {type: string, x-extensible-enum: [stable, beta]}",
            "+    V: {type: string, x-extensible-enum: [stable, beta, next]}",
        ],
    );
}

#[test]
fn a_header_that_was_sent_with_another_type_gets_that_type_too() {
    becomes(
        HEADERS,
        &[with_sent(
            json!({"x-version": "stable", "x-depth": "infinity"}),
        )],
        &[
            "-      schema: {type: integer} # of the tree",
            "+      schema: {anyOf: [{type: integer}, {type: string}]} # of the tree",
        ],
    );
}

#[test]
fn no_value_of_a_header_that_may_be_a_secret_is_written_or_printed() {
    for value in [
        "hunter2hunter2",
        "15555550100",
        "8f14e45fceea167a",
        "a b c d",
    ] {
        let (after, run) = fixed(HEADERS, &[with_header("x-cache", value)]);
        assert_eq!(after, HEADERS);
        for text in [&run.stdout, &run.stderr] {
            assert!(!text.contains(value), "{text}");
        }
    }
}
