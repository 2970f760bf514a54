//! Tests which traffic is in scope: by `servers`, or by the hosts that were given.

use located::Source;
use openapi_traffic::{Routes, Spec};
use serde_json::{Map, Value, json};

use crate::bench::Bench;
use crate::command;

/// A document of `GET /users/{id}` below these servers.
fn document(servers: Value) -> Value {
    json!({
        "openapi": "3.0.3",
        "info": {"title": "Users", "version": "1"},
        "servers": servers,
        "paths": {"/users/{id}": {"get": {
            "operationId": "get_user",
            "parameters": [
                {"name": "id", "in": "path", "required": true, "schema": {"type": "string"}},
            ],
            "responses": {"200": {"description": "A user."}},
        }}},
    })
}

fn routes(document: &Value) -> Routes {
    Routes::read(Source::new("spec.json", document.to_string())).unwrap()
}

fn leads(document: &Value, url: &str) -> bool {
    !routes(document).find(url, &Map::new()).is_empty()
}

/// URLs that lead to the operation, and URLs that do not.
fn check(servers: Value, below: &[&str], elsewhere: &[&str]) {
    let document = document(servers);
    let spec = Spec::load(Source::new("spec.json", document.to_string())).unwrap();
    for url in below {
        assert!(
            leads(&document, url),
            "{url} is below {}",
            document["servers"]
        );
        assert!(
            spec.covers(url),
            "{url} is in scope of {}",
            document["servers"]
        );
    }
    for url in elsewhere {
        assert!(
            !leads(&document, url),
            "{url} is not below {}",
            document["servers"]
        );
        assert!(
            !spec.covers(url),
            "{url} is out of scope of {}",
            document["servers"]
        );
    }
}

#[test]
fn a_url_is_below_a_server_by_host_port_and_base_path() {
    check(
        json!([{"url": "https://api.acme.example/v1"}]),
        &[
            "https://api.acme.example/v1/users/7",
            "https://API.acme.example:443/v1/users/7?q=1",
        ],
        &[
            "https://acme.example/v1/users/7",
            "https://api.acme.example:8443/v1/users/7",
            "https://api.acme.example/users/7",
            "https://api.acme.example/v10/users/7",
            "https://api.acme.example.evil.example/v1/users/7",
            "https://evil.example/https://api.acme.example/v1/users/7",
        ],
    );
}

#[test]
fn a_variable_is_every_value_of_its_enum() {
    let variables = json!({
        "stage": {"enum": ["api", "test"], "default": "api"},
        "version": {"enum": ["v1", "v2/beta"], "default": "v1"},
    });
    check(
        json!([{"url": "https://{stage}.acme.example/{version}", "variables": variables}]),
        &[
            "https://api.acme.example/v1/users/7",
            "https://test.acme.example/v1/users/7",
            "https://test.acme.example/v2/beta/users/7",
        ],
        &[
            "https://prod.acme.example/v1/users/7",
            "https://api.acme.example/v3/users/7",
            "https://api.acme.example/v2/users/7",
        ],
    );
}

#[test]
fn a_variable_without_enum_is_any_segment() {
    let variables = json!({"tenant": {"default": "demo"}, "port": {"default": "443"}});
    check(
        json!([{"url": "https://{tenant}.acme.example:{port}/{base}", "variables": variables}]),
        &[
            "https://demo.acme.example/v1/users/7",
            "https://other.acme.example:8443/anything/users/7",
        ],
        &[
            "https://acme.example/v1/users/7",
            "https://demo.acme.test/v1/users/7",
        ],
    );
}

#[test]
fn a_variable_may_be_the_whole_server() {
    let variables = json!({"base": {"default": "https://api.acme.example/v1"}});
    check(
        json!([{"url": "{base}", "variables": variables}]),
        &["https://api.acme.example/v1/users/7"],
        &[],
    );
    assert!(leads(
        &document(json!([{"url": "{base}", "variables": variables}])),
        "/v1/users/7"
    ));
}

#[test]
fn a_relative_server_is_at_any_host() {
    for url in ["/v1", "/v1/", "v1", "./v1"] {
        check(
            json!([{"url": url}]),
            &[
                "https://api.acme.example/v1/users/7",
                "http://127.0.0.1:8080/v1/users/7",
            ],
            &[
                "https://api.acme.example/users/7",
                "https://api.acme.example/v2/users/7",
            ],
        );
    }
    // Relative to a place that is not known: anything may stand before it.
    check(
        json!([{"url": "../v1"}]),
        &["https://acme.example/docs/v1/users/7"],
        &[],
    );
}

#[test]
fn without_servers_every_host_is_the_service() {
    let mut document = document(json!([]));
    assert!(leads(&document, "https://api.acme.example/users/7"));
    document.as_object_mut().unwrap().remove("servers");
    assert!(leads(&document, "https://api.acme.example/users/7"));
    assert!(!leads(&document, "https://api.acme.example/v1/users/7"));
}

#[test]
fn the_servers_of_an_operation_go_before_those_of_its_path_and_of_the_document() {
    let mut document = document(json!([{"url": "https://root.example"}]));
    let item = &mut document["paths"]["/users/{id}"];
    item["delete"] = json!({"servers": [{"url": "https://delete.example/d"}], "responses": {}});
    item["servers"] = json!([{"url": "https://path.example/p"}]);
    document["paths"]["/health"] = json!({"get": {"responses": {}}});
    let routes = routes(&document);
    let methods = |url| {
        let found = routes.find(url, &Map::new());
        found
            .iter()
            .map(|it| it.route.method.clone())
            .collect::<Vec<_>>()
    };
    assert_eq!(methods("https://path.example/p/users/7"), ["GET"]);
    assert_eq!(methods("https://delete.example/d/users/7"), ["DELETE"]);
    assert!(methods("https://root.example/users/7").is_empty());
    assert_eq!(methods("https://root.example/health"), ["GET"]);
    assert!(methods("https://path.example/p/health").is_empty());
}

#[test]
fn a_named_host_is_in_scope_and_no_other() {
    let document = document(json!([{"url": "https://api.acme.example/v1"}]));
    let spec = Spec::load(Source::new("spec.json", document.to_string())).unwrap();
    let spec = spec.at_hosts(vec![
        "staging.acme.example".to_owned(),
        "127.0.0.1:8080".to_owned(),
    ]);
    for (url, expected) in [
        ("https://staging.acme.example/v1/users/7", true),
        ("https://staging.acme.example:8443/anything", true),
        ("http://127.0.0.1:8080/v1/users/7", true),
        ("http://127.0.0.1:9090/v1/users/7", false),
        ("https://api.acme.example/v1/users/7", false),
        // A recording has no host.
        ("/users/7", true),
    ] {
        assert_eq!(spec.covers(url), expected, "{url}");
    }
}

#[test]
fn path_parameters_of_label_and_matrix_style_route() {
    let parameter = |name: &str, style: &str| {
        let string = json!({"type": "string"});
        json!({"name": name, "in": "path", "style": style, "schema": string})
    };
    let document = json!({"paths": {
        "/files/{name}{extension}": {"get": {"parameters": [
            parameter("name", "simple"), parameter("extension", "label"),
        ]}},
        "/maps{at}{zoom}": {"get": {"parameters": [
            parameter("at", "matrix"), parameter("zoom", "matrix"),
        ]}},
    }});
    let routes = routes(&document);
    let values = |path| {
        let mut found = routes.find(path, &Map::new());
        let values = found.remove(0).values.into_iter();
        values.map(|(_, value)| value).collect::<Vec<_>>()
    };
    assert_eq!(values("/files/report.tar.gz"), ["report", ".tar.gz"]);
    assert_eq!(values("/maps;at=1,2;zoom=3"), [";at=1,2", ";zoom=3"]);
}

/// Runs the command on a HAR with one exchange at each of the URLs.
fn run(urls: &[&str], arguments: &[&str]) -> (Option<i32>, Value) {
    let folder = Bench::new();
    let document = document(json!([{"url": "https://api.acme.example"}]));
    folder.write("spec.json", &document.to_string());
    let entries: Vec<_> = urls
        .iter()
        .map(|url| {
            json!({
                "request": {"method": "GET", "url": url, "headers": []},
                "response": {"status": 200, "headers": [], "content": {}},
            })
        })
        .collect();
    let log = json!({"log": {"version": "1.2", "entries": entries}});
    folder.write("traffic.har", &log.to_string());
    let output = command()
        .args(["--format", "json", "--spec"])
        .arg(folder.path().join("spec.json"))
        .args(arguments)
        .arg(folder.path().join("traffic.har"))
        .output()
        .unwrap();
    let report = serde_json::from_slice(&output.stdout).unwrap();
    (output.status.code(), report)
}

const OURS: &str = "https://api.acme.example/users/7";
const THEIRS: &str = "https://cdn.example/app.js";

#[test]
fn what_was_sent_elsewhere_is_skipped_and_counted() {
    let (code, report) = run(&[OURS, THEIRS, THEIRS], &[]);
    assert_eq!(code, Some(0), "{report}");
    assert_eq!(report["summary"]["exchanges"], 1);
    assert_eq!(report["skipped"][0]["count"], 2);
    assert_eq!(
        report["skipped"][0]["reason"],
        "sent to another host or base path than those in scope"
    );
}

#[test]
fn a_run_without_anything_in_scope_is_not_green() {
    let (code, report) = run(&[THEIRS], &[]);
    assert_eq!(code, Some(2));
    let problem = report["problems"][0].as_str().unwrap();
    assert!(problem.contains("no exchange in scope"), "{problem}");
    let (code, _) = run(&[OURS], &["--host", "cdn.example"]);
    assert_eq!(code, Some(2));
}

#[test]
fn all_that_was_sent_to_a_named_host_is_validated() {
    let (code, report) = run(&[OURS, THEIRS], &["--host", "cdn.example"]);
    assert_eq!(code, Some(1));
    assert_eq!(report["findings"][0]["code"], "NSV101");
    assert_eq!(report["summary"]["exchanges"], 1);
}
