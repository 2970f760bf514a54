//! Tests single violations, and valid controls that must have no findings. Each row is a test: its
//! name, the exchange, the codes.

use std::sync::{Arc, LazyLock};

use http_recording::Recording;
use located::Source;
use openapi_traffic::Finding;
use openapi_traffic::Spec;
use openapi_traffic::{Exchange, judge};
use serde_json::{Value, json};

static SPEC: LazyLock<Spec> = LazyLock::new(|| {
    Spec::load(Source::new(
        "seeded.yaml",
        include_str!("seeded.yaml").to_owned(),
    ))
    .unwrap()
});

/// Judges an exchange given by its `request` and `response`.
fn findings(request: Value, response: Value) -> Vec<Finding> {
    let recording = json!({
        "format": 1, "meta": {"origin": "synthetic"}, "request": request, "response": response,
    });
    let text = serde_json::to_string_pretty(&recording).unwrap();
    let recording = serde_json::from_value(recording).unwrap();
    let exchange = Exchange::new(recording, Arc::new(Source::new("seeded.json", text)), "", 0);
    judge(&SPEC, &exchange).0
}

fn codes(request: Value, response: Value) -> Vec<&'static str> {
    findings(request, response)
        .iter()
        .map(|finding| finding.code)
        .collect()
}

macro_rules! seeded {
    ($($name:ident: $request:expr, $response:expr => $codes:expr;)*) => {
        $(#[test]
        fn $name() {
            let expected: &[&str] = &$codes;
            assert_eq!(codes($request, $response), expected);
        })*
    };
}

fn get(path: &str) -> Value {
    json!({"method": "GET", "path": path})
}

fn get_with(query: Value) -> Value {
    json!({"method": "GET", "path": "/things", "query": query})
}

/// A request that creates a thing of these fields.
fn post(body: Value) -> Value {
    json!({
        "method": "POST", "path": "/things", "headers": {"content-type": "application/json"},
        "body": body,
    })
}

/// A JSON response.
fn ok(body: Value) -> Value {
    json!({
        "status": 200, "headers": {"content-type": "application/json", "x-total": "1"}, "body": body
    })
}

fn accepted() -> Value {
    json!({"status": 202})
}

/// The response to `GET /things/7`: a thing in order, with these fields changed.
fn thing(changed: Value) -> Value {
    let mut thing = json!({"id": 7, "name": "acme", "created": "2025-09-16T14:59:24Z"});
    for (name, value) in changed.as_object().unwrap() {
        thing[name] = value.clone();
    }
    thing
}

fn without(name: &str) -> Value {
    let mut thing = thing(json!({}));
    thing.as_object_mut().unwrap().remove(name);
    thing
}

/// The code of each finding in `GET /things/7`, with this response text, and the pointer and column
/// of what was seen.
fn written(body: &str) -> Vec<(&'static str, String, usize)> {
    let text = format!(
        r#"{{"format": 1, "meta": {{"origin": "synthetic"}},
"request": {{"method": "GET", "path": "/things/7"}},
"response": {{"status": 200, "headers": {{"content-type": "application/json"}}, "body":
{body}
}}}}"#
    );
    let source = Source::new("seeded.json", text);
    let (json, repeated) = source.json().unwrap();
    let exchange = Exchange::new(
        Recording::new(json, repeated).unwrap(),
        Arc::new(source),
        "",
        0,
    );
    let seen = |finding: Finding| {
        finding
            .recording
            .map(|place| (finding.code, place.pointer, place.column))
            .unwrap()
    };
    judge(&SPEC, &exchange).0.into_iter().map(seen).collect()
}

#[test]
fn key_twice_in_an_object() {
    let body = r#"{"id": "x", "name": "acme", "created": "2025-09-16T14:59:24Z", "id": 7}"#;
    assert_eq!(
        written(body),
        [("NSV401", "/response/body/id".to_owned(), 64)]
    );
}

#[test]
fn key_twice_in_a_nested_object_whatever_its_escapes() {
    let body = concat!(
        r#"{"id": 7, "name": "acme", "created": "2025-09-16T14:59:24Z", "#,
        r#""parts": [{"name": "a"}, {"name": "b", "n\u0061me": "c"}]}"#,
    );
    assert_eq!(
        written(body),
        [("NSV401", "/response/body/parts/1/name".to_owned(), 101)]
    );
}

#[test]
fn control_one_key_in_two_objects() {
    let body = r#"{"id": 7, "name": "acme", "created": "2025-09-16T14:59:24Z",
        "parts": [{"name": "a"}, {"name": "b"}], "owner": {"name": "c"}}"#;
    assert_eq!(written(body), []);
}

seeded! {
    // The request: path, method, parameters.
    path: get("/nothing"), ok(json!([])) => ["NSV101"];
    path_with_an_empty_segment: get("/things/"), ok(json!([])) => ["NSV101"];
    method: json!({"method": "DELETE", "path": "/things"}), ok(json!([])) => ["NSV102"];
    method_of_a_concrete_path_is_not_that_of_a_template:
        json!({"method": "HEAD", "path": "/things/count"}), accepted() => ["NSV102"];
    missing_query_parameter: get("/things/count"), ok(json!({"total": 1})) => ["NSV103"];
    undocumented_query_parameter: get_with(json!({"colour": "red"})), ok(json!([])) => ["NSV104"];
    text_for_an_integer_in_the_query:
        get_with(json!({"limit": "many"})), ok(json!([])) => ["NSV105"];
    fraction_for_an_integer_in_the_query:
        get_with(json!({"limit": "1.0"})), ok(json!([])) => ["NSV105"];
    query_below_its_minimum: get_with(json!({"limit": "0"})), ok(json!([])) => ["NSV105"];
    query_beyond_int32: get_with(json!({"limit": "2147483648"})), ok(json!([])) => ["NSV105"];
    word_for_a_boolean_in_the_query: get_with(json!({"exact": "yes"})), ok(json!([])) => ["NSV105"];
    one_bad_item_of_an_array_in_the_query:
        get_with(json!({"ids": ["1", "b"]})), ok(json!([])) => ["NSV105"];
    separated_array_too_long: get_with(json!({"tags": "a,b,c"})), ok(json!([])) => ["NSV105"];
    json_in_the_query: get_with(json!({"filter": "{}"})), ok(json!([])) => ["NSV105"];
    text_for_an_integer_in_the_path: get("/things/seven"), ok(thing(json!({}))) => ["NSV105"];
    text_for_an_integer_in_a_header:
        json!({"method": "GET", "path": "/things", "headers": {"x-trace": "abc"}}),
        ok(json!([])) => ["NSV105"];

    // The request body.
    required_body_missing: json!({"method": "POST", "path": "/things"}), accepted() => ["NSV110"];
    request_media_type:
        json!({
            "method": "POST", "path": "/things", "headers": {"content-type": "text/xml"},
            "text": "<a/>",
        }),
        accepted() => ["NSV111"];
    request_that_is_broken_json:
        json!({
            "method": "POST", "path": "/things", "headers": {"content-type": "application/json"},
            "text": "{",
        }),
        accepted() => ["NSV112"];
    request_body_where_none_is_documented:
        json!({"method": "GET", "path": "/things", "body": {}}), ok(json!([])) => ["NSV113"];
    request_without_a_required_field: post(json!({"secret": "s"})), accepted() => ["NSV123"];
    request_with_a_wrong_type: post(json!({"secret": "s", "name": 7})), accepted() => ["NSV120"];
    read_only_field_in_a_request:
        post(json!({"secret": "s", "name": "acme", "id": 7})), accepted() => ["NSV135"];
    read_only_field_in_a_request_is_one_finding_whatever_it_holds:
        post(json!({"secret": "s", "name": "acme", "id": "x"})), accepted() => ["NSV135"];
    undocumented_field_in_a_request:
        post(json!({"secret": "s", "name": "acme", "hue": 1})), accepted() => ["NSV301"];

    // The response: status, content type, headers, presence.
    status: get("/things"), json!({"status": 500}) => ["NSV201"];
    content_type_missing:
        get("/things/7"), json!({"status": 200, "body": thing(json!({}))}) => ["NSV202"];
    content_type_undocumented:
        get("/things/7"),
        json!({
            "status": 200, "headers": {"content-type": "text/html"}, "text": "<p>"
        }) => ["NSV203"];
    empty_body:
        get("/things/7"),
        json!({"status": 200, "headers": {"content-type": "application/json"}}) => ["NSV204"];
    broken_json:
        get("/things/7"),
        json!({
            "status": 200, "headers": {"content-type": "application/json"}, "text": "[1,"
        }) => ["NSV205"];
    body_where_none_is_documented:
        post(json!({"secret": "s", "name": "acme"})),
        json!({
            "status": 202, "headers": {"content-type": "application/json"}, "body": {}
        }) => ["NSV206"];
    missing_header:
        get("/things"),
        json!({
            "status": 200, "headers": {"content-type": "application/json"}, "body": []
        }) => ["NSV207"];
    header_of_the_wrong_type:
        get("/things"),
        json!({
            "status": 200, "headers": {"content-type": "application/json", "x-total": "many"},
            "body": [],
        }) => ["NSV208"];
    header_with_a_bad_item:
        get("/things"),
        json!({
            "status": 200,
            "headers": {"content-type": "application/json", "x-total": "1", "x-tags": "a, c"},
            "body": [],
        })
        => ["NSV208"];
    text_too_long_under_default:
        json!({"method": "GET", "path": "/things/count", "query": {"of": "x"}}),
        json!({
            "status": 503, "headers": {"content-type": "text/plain"},
            "text": "a text of more than twenty characters",
        })
        => ["NSV227"];
    error_without_its_message:
        get("/things"),
        json!({
            "status": 404, "headers": {"content-type": "application/json"}, "body": {}
        }) => ["NSV223"];

    // The response: values.
    string_for_integer: get("/things/7"), ok(thing(json!({"id": "7"}))) => ["NSV220"];
    integer_for_string: get("/things/7"), ok(thing(json!({"name": 7}))) => ["NSV220"];
    object_for_array: get("/things"), ok(json!({})) => ["NSV220"];
    one_point_zero_for_integer: get("/things/7"), ok(thing(json!({"count": 1.0}))) => ["NSV220"];
    null_where_not_nullable: get("/things/7"), ok(thing(json!({"name": null}))) => ["NSV221"];
    null_under_an_ignored_sibling:
        get("/things/7"), ok(thing(json!({"parts": [{"name": "a", "same": null}]}))) => ["NSV221"];
    value_outside_the_enum: get("/things/7"), ok(thing(json!({"mode": "idle"}))) => ["NSV222"];
    missing_required: get("/things/7"), ok(without("name")) => ["NSV223"];
    missing_required_in_an_array:
        get("/things/7"), ok(thing(json!({"parts": [{"name": "a"}, {}]}))) => ["NSV223"];
    missing_required_through_all_of:
        get("/things/7"), ok(thing(json!({"owner": {"rank": 1}}))) => ["NSV223"];
    field_in_a_closed_object:
        get("/things/7"),
        ok(thing(json!({"closed": {"a": 1, "b": 2, "c": 3}}))) => ["NSV224", "NSV224"];
    bad_date_time:
        get("/things/7"), ok(thing(json!({"created": "2025-05-19 02:41:11"}))) => ["NSV225"];
    bad_date: get("/things/7"), ok(thing(json!({"day": "2025-02-30"}))) => ["NSV225"];
    int32_overflow: get("/things/7"), ok(thing(json!({"level": 2_147_483_648_i64}))) => ["NSV225"];
    int32_underflow:
        get("/things/7"), ok(thing(json!({"level": -2_147_483_649_i64}))) => ["NSV225"];
    int64_overflow:
        get("/things/7"), ok(thing(json!({"serial": 9_223_372_036_854_775_808_u64}))) => ["NSV225"];
    exclusive_minimum: get("/things/7"), ok(thing(json!({"size": 0}))) => ["NSV226"];
    max_length: get("/things/7"), ok(thing(json!({"name": "a long name"}))) => ["NSV227"];
    min_length: get("/things/7"), ok(thing(json!({"name": ""}))) => ["NSV227"];
    pattern: get("/things/7"), ok(thing(json!({"code": "A1"}))) => ["NSV228"];
    too_many_items:
        get("/things/7"),
        ok(
            thing(json!({"parts": [{"name": "a"}, {"name": "b"}, {"name": "c"}, {"name": "d"}]}))
        ) => ["NSV229"];
    item_twice:
        get("/things/7"), ok(thing(json!({"parts": [{"name": "a"}, {"name": "a"}]}))) => ["NSV229"];
    not_a_multiple: get("/things/7"), ok(thing(json!({"size": 0.75}))) => ["NSV233"];
    none_of_the_alternatives: get("/things/7"), ok(thing(json!({"either": true}))) => ["NSV230"];
    fault_of_the_alternative_that_was_meant:
        get("/things/7"), ok(thing(json!({"either": "long"}))) => ["NSV227"];
    more_than_one_alternative: get("/things/7"), ok(thing(json!({"one": 1}))) => ["NSV231"];
    unknown_discriminator:
        get("/things/7"), ok(thing(json!({"shape": {"kind": "Star", "radius": 1}}))) => ["NSV230"];
    fault_in_the_discriminated_alternative:
        get("/things/7"),
        ok(thing(json!({"shape": {"kind": "Square", "radius": 1}}))) => ["NSV223"];
    excluded_value: get("/things/7"), ok(thing(json!({"no": ""}))) => ["NSV232"];
    value_of_a_map: get("/things/7"), ok(thing(json!({"labels": {"a": 1}}))) => ["NSV220"];
    write_only_field_in_a_response:
        get("/things/7"), ok(thing(json!({"secret": "s"}))) => ["NSV235"];

    // Drift.
    undocumented_field: get("/things/7"), ok(thing(json!({"hue": 1}))) => ["NSV301"];
    undocumented_nested_field:
        get("/things/7"), ok(thing(json!({"owner": {"name": "a", "hue": 1}}))) => ["NSV301"];
    undocumented_field_in_an_array:
        get("/things/7"), ok(thing(json!({"parts": [{"name": "a", "hue": 1}]}))) => ["NSV301"];
    undocumented_field_in_a_cycle:
        get("/things/7"),
        ok(thing(json!({"parts": [{"name": "a", "part": {"name": "b", "hue": 1}}]}))) => ["NSV301"];
    undocumented_field_in_an_alternative:
        get("/things/7"),
        ok(thing(json!({"shape": {"kind": "Round", "radius": 1, "hue": 1}}))) => ["NSV301"];
    new_value_of_an_open_vocabulary:
        get("/things/7"), ok(thing(json!({"transport": "SCTP"}))) => ["NSV302"];

    // Controls: what is right, and what only looks wrong.
    control_list: get("/things"), ok(json!([thing(json!({}))])) => [];
    control_empty_list: get("/things"), ok(json!([])) => [];
    control_null_where_nullable: get("/things/7"), ok(thing(json!({"note": null}))) => [];
    control_null_without_a_type: get("/things/7"), ok(thing(json!({"anything": null}))) => [];
    control_anything:
        get("/things/7"), ok(thing(json!({"anything": {"a": [1, {"b": null}]}}))) => [];
    control_names_of_a_map_are_data:
        get("/things/7"), ok(thing(json!({"labels": {"a": "x", "b": "y"}}))) => [];
    control_ref_siblings_are_ignored:
        get("/things/7"), ok(thing(json!({"parts": [{"name": "a", "same": "long"}]}))) => [];
    control_all_of_is_a_union:
        get("/things/7"), ok(thing(json!({"owner": {"name": "a", "rank": 1}}))) => [];
    control_mapped_discriminator:
        get("/things/7"), ok(thing(json!({"shape": {"kind": "circle", "radius": 1}}))) => [];
    control_implicit_discriminator:
        get("/things/7"), ok(thing(json!({"shape": {"kind": "Square", "side": 1}}))) => [];
    control_int32_limits: get("/things/7"), ok(thing(json!({"level": -2_147_483_648_i64}))) => [];
    control_int64_limits:
        get("/things/7"), ok(thing(json!({"serial": 9_223_372_036_854_775_807_i64}))) => [];
    control_just_above_an_exclusive_minimum:
        get("/things/7"), ok(thing(json!({"size": 0.5}))) => [];
    control_known_value:
        get("/things/7"), ok(thing(json!({"transport": "UDP", "mode": "on"}))) => [];
    control_date_time_with_offset:
        get("/things/7"), ok(thing(json!({"created": "2025-09-16T14:59:24.5+02:00"}))) => [];
    control_characters_are_counted_not_bytes:
        get("/things/7"), ok(thing(json!({"name": "ÄÖÜäöüß€"}))) => [];
    control_request_without_read_only_fields:
        post(json!({"secret": "s", "name": "acme"})), accepted() => [];
    control_bad_request_that_earned_its_response:
        post(json!({"name": 7})),
        json!({
            "status": 400, "headers": {"content-type": "application/problem+json"},
            "body": {"message": "no"},
        }) => [];
    control_optional_body_under_204: get("/things/7"), json!({"status": 204}) => [];
    control_head_has_no_body:
        json!({"method": "HEAD", "path": "/things/7"}), json!({"status": 200}) => [];
    control_status_range:
        get("/things"),
        json!({
            "status": 418, "headers": {"content-type": "application/json"},
            "body": {"message": "no"},
        }) => [];
    control_default_status:
        json!({"method": "GET", "path": "/things/count", "query": {"of": "x"}}),
        json!({"status": 503, "headers": {"content-type": "text/plain"}, "text": "later"}) => [];
    control_media_type_range:
        json!({"method": "GET", "path": "/things/count", "query": {"of": "x"}}),
        json!({
            "status": 200, "headers": {"content-type": "application/hal+json"}, "body": {"total": 1}
        }) => [];
    control_media_type_with_charset:
        get("/things/7"),
        json!({
            "status": 200, "headers": {"content-type": "Application/JSON; charset=utf-8"},
            "body": thing(json!({})),
        }) => [];
    control_query:
        get_with(
            json!({
                "limit": "5", "exact": "true", "ids": ["1", "2"], "tags": "a,b",
                "filter": "{\"a\":1}", "area[code]": "1", "range": "from,1,to,2",
            }),
        ),
        ok(json!([])) => [];
    control_single_item_of_an_array_in_the_query:
        get_with(json!({"ids": "1"})), ok(json!([])) => [];
    control_header_names_in_any_case:
        json!({"method": "GET", "path": "/things", "headers": {"X-TRACE": "1"}}),
        json!({
            "status": 200,
            "headers": {"Content-Type": "application/json", "X-TOTAL": "1", "X-Tags": "a,b"},
            "body": [],
        }) => [];
    control_undocumented_headers:
        json!({"method": "GET", "path": "/things", "headers": {"x-other": "1"}}),
        ok(json!([])) => [];
    control_concrete_path_beats_template:
        json!({"method": "GET", "path": "/things/count", "query": {"of": "x"}}),
        ok(json!({"total": 1})) => [];
    control_template_with_other_names:
        json!({"method": "GET", "path": "/things/{thing}", "params": {"thing": "7"}}),
        ok(thing(json!({}))) => [];
    control_percent_encoded_path: get("/%74hings/%37"), ok(thing(json!({}))) => [];
    control_whole_url: get("https://api.example/api/v2/things/7"), ok(thing(json!({}))) => [];
    control_server_base_path: get("/api/v2/things/7"), ok(thing(json!({}))) => [];
}

/// A contradiction is an error; what the document does not know is a warning.
#[test]
fn every_code_of_a_finding_has_its_severity() {
    use openapi_traffic::Severity::{Error, Warning};
    let odd =
        thing(json!({"name": 7, "hue": 1, "transport": "SCTP", "secret": "s", "level": null}));
    let found = findings(get_with(json!({"colour": "red"})), ok(json!([odd])));
    let mut found: Vec<_> = found.iter().map(|it| (it.code, it.severity)).collect();
    found.sort();
    assert_eq!(
        found,
        [
            ("NSV104", Error),
            ("NSV220", Error),
            ("NSV221", Error),
            ("NSV235", Error),
            ("NSV301", Warning),
            ("NSV302", Warning),
        ]
    );
}

/// Of the kinds of findings that there are, these contradict nothing.
#[test]
fn all_but_what_nobody_knows_is_an_error() {
    use openapi_traffic::{Rules, Severity::Warning};
    let rules = Rules::default();
    let warnings = rules.all().iter().filter(|it| it.severity == Warning);
    let names: Vec<_> = warnings.map(|it| (it.code, it.name)).collect();
    assert_eq!(
        names,
        [
            ("NSV113", "request-unexpected-body"),
            ("NSV206", "response-unexpected-body"),
            ("NSV301", "undocumented-field"),
            ("NSV302", "new-value"),
            ("NSV303", "missed-field"),
            ("NSV902", "relation-not-evaluated"),
            ("NSV903", "relation-never-applied"),
        ]
    );
}

#[test]
fn a_finding_names_both_places() {
    let found = findings(get("/things/7"), ok(thing(json!({"parts": [{"name": 5}]}))));
    let [finding] = found.as_slice() else {
        panic!("{found:?}")
    };
    let spec = finding.spec.as_ref().unwrap();
    let yaml = include_str!("seeded.yaml")
        .lines()
        .nth(spec.line - 1)
        .unwrap();
    assert_eq!(
        spec.pointer,
        "/components/schemas/Part/properties/name/type"
    );
    assert!(
        yaml.trim_start().starts_with("name: {type: string"),
        "{yaml}"
    );
    assert_eq!(
        yaml.chars()
            .skip(spec.column - 1)
            .take(4)
            .collect::<String>(),
        "type"
    );
    let recording = finding.recording.as_ref().unwrap();
    assert_eq!(recording.pointer, "/response/body/parts/0/name");
    assert_eq!(recording.file, "seeded.json");
}

#[test]
fn alternatives_are_reported_by_their_types() {
    let found = findings(get("/things/7"), ok(thing(json!({"either": true}))));
    assert_eq!(
        (found[0].expected.as_str(), found[0].seen.as_str()),
        ("integer or string", "boolean true")
    );
}

#[test]
fn a_missing_field_is_shown_at_the_object_that_lacks_it() {
    let found = findings(get("/things/7"), ok(without("name")));
    assert_eq!(
        found[0].recording.as_ref().unwrap().pointer,
        "/response/body"
    );
    assert_eq!(
        found[0].spec.as_ref().unwrap().pointer,
        "/components/schemas/Thing/required"
    );
    assert_eq!(found[0].message, "`name` is required and missing");
}

#[test]
fn equal_findings_in_a_list_have_equal_messages() {
    let bad = || thing(json!({"name": 7}));
    let found = findings(get("/things"), ok(json!([bad(), bad()])));
    assert_eq!(found.len(), 2);
    assert_eq!(found[0].message, "`[].name` has the wrong type");
    assert_eq!(
        (&found[0].message, &found[0].spec),
        (&found[1].message, &found[1].spec)
    );
}

#[test]
fn no_text_of_the_traffic_is_in_a_finding() {
    let sentinel = "sentinel-sentinel-sentinel";
    let fields = json!({
        "id": sentinel,
        "name": sentinel,
        "created": sentinel,
        "mode": sentinel,
        "transport": sentinel,
        "secret": sentinel,
        "code": sentinel,
        "either": sentinel,
        "one": sentinel,
        "hue": sentinel,
        "closed": {"a": sentinel, "b": sentinel},
        "shape": {"kind": sentinel}, "parts": sentinel, "labels": sentinel, "note": [sentinel],
    });
    let found = findings(
        get_with(json!({"limit": sentinel, "colour": sentinel})),
        ok(json!([fields])),
    );
    assert!(found.len() > 12, "{found:#?}");
    assert!(!format!("{found:?}").contains(sentinel), "{found:#?}");
}
