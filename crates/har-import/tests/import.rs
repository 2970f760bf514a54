//! Tests the import: what becomes a recording, the errors for invalid files, and that nothing is
//! written by accident.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use har_import::command::Command;
use http_recording::Recording;
use located::Source;
use serde_json::{Value, json};
use tempfile::TempDir;

const SPEC: &str = "
openapi: 3.0.3
paths:
  /connections:
    get: { operationId: list_connections }
    post: { operationId: create_connection }
  /connections/count:
    get:
      operationId: count_connections
      parameters: [{ name: limit, in: query, schema: { type: integer } }]
  /domains/{domain}/connections:
    get: { operationId: list_domain_connections }
  /domains/{domain}/connections/{connection}:
    get: { operationId: get_connection }
components:
  schemas:
    Count: { type: object, properties: { total: { type: integer }, of: { type: integer } } }
";

/// A HAR document of entries.
fn document(entries: Value) -> String {
    json!({
        "log": { "version": "1.2", "creator": { "name": "t", "version": "1" }, "entries": entries }
    })
    .to_string()
}

/// An entry as a browser writes it, with a JSON response.
fn entry(method: &str, url: &str, status: u16, body: &str) -> Value {
    json!({
        "request": {
            "method": method,
            "url": url,
            "headers": [
                { "name": "Authorization", "value": "Bearer nss_0123456789abcdef" },
                { "name": "Accept", "value": "application/json" },
                { "name": "User-Agent", "value": "Browser/1.0" },
            ],
            "queryString": [],
        },
        "response": {
            "status": status,
            "statusText": "OK",
            "headers": [{ "name": "Content-Type", "value": "application/json" }],
            "content": { "size": body.len(), "mimeType": "application/json", "text": body },
        },
    })
}

/// A folder with a spec and this HAR, and the arguments to import it into `out` there.
fn prepared(har: &str) -> (TempDir, Command) {
    let folder = tempfile::tempdir().expect("a folder");
    fs::write(folder.path().join("spec.yaml"), SPEC).expect("a spec");
    fs::write(folder.path().join("traffic.har"), har).expect("a HAR");
    let args = Command {
        file: folder.path().join("traffic.har"),
        out: folder.path().join("out"),
        dry_run: false,
        spec: folder.path().join("spec.yaml"),
        name: None,
    };
    (folder, args)
}

fn run(args: &Command) -> Result<String, String> {
    let mut out = Vec::new();
    match args.run(&mut out) {
        Ok(()) => Ok(String::from_utf8(out).expect("text")),
        Err(error) => Err(format!("{error:#}")),
    }
}

/// Every file below a folder, by its path there.
fn files(folder: &Path) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(next) = folders.pop() {
        for entry in fs::read_dir(&next).into_iter().flatten() {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let name = path
                    .strip_prefix(folder)
                    .expect("below")
                    .to_string_lossy()
                    .replace('\\', "/");
                found.insert(name, fs::read_to_string(&path).expect("text"));
            }
        }
    }
    found
}

#[test]
fn an_entry_becomes_a_recording_without_its_customer() {
    let url = concat!(
        "https://pbx.provider.net/ns-api/v2/domains/customer.com/connections/",
        "sip*%40pbx.customer.com?limit=5",
    );
    let body =
        r#"[{"domain":"customer.com","connection-sip-registration-password":"hunter2hunter2"}]"#;
    let (folder, args) = prepared(&document(json!([entry("GET", url, 200, body)])));
    run(&args).expect("imported");

    let files = files(&folder.path().join("out"));
    assert_eq!(
        files.keys().collect::<Vec<_>>(),
        ["get_connection/200.json"]
    );
    let recording: Value = serde_json::from_str(&files["get_connection/200.json"]).expect("JSON");
    assert_eq!(
        recording,
        json!({
            "format": 1,
            "meta": {
                "origin": "captured",
                "redacted": [
                    { "at": "/request/params/domain", "rule": "domain" },
                    { "at": "/request/params/connection", "rule": "host-name" },
                    { "at": "/response/body/0/domain", "rule": "domain" },
                    {
                        "at": "/response/body/0/connection-sip-registration-password",
                        "rule": "secret-field",
                    },
                ],
            },
            "request": {
                "method": "GET",
                "path": "/domains/{domain}/connections/{connection}",
                "params": { "domain": "acme.example", "connection": "sip*@host-1.example" },
                "query": { "limit": "5" },
                "headers": { "accept": "application/json" },
            },
            "response": {
                "status": 200,
                "headers": { "content-type": "application/json" },
                "body": [{
                    "domain": "acme.example", "connection-sip-registration-password": "«secret-1»"
                }],
            },
        })
    );
}

#[test]
fn importing_again_changes_nothing() {
    let url = "https://h/ns-api/v2/connections/count";
    let (folder, args) = prepared(&document(json!([entry("GET", url, 200, r#"{"total":7}"#)])));
    run(&args).expect("imported");
    let before = files(folder.path());
    let said = run(&args).expect("imported again");
    assert_eq!(files(folder.path()), before);
    assert!(said.contains("0 written, 1 unchanged, 0 skipped"), "{said}");
}

#[test]
fn a_name_that_is_taken_by_another_exchange_gets_a_number() {
    let url = "https://h/ns-api/v2/connections/count";
    let entries = json!([
        entry("GET", url, 200, r#"{"total":7}"#),
        entry("GET", url, 200, r#"{"total":8}"#),
        entry("GET", url, 200, r#"{"total":7}"#),
    ]);
    let (folder, args) = prepared(&document(entries));
    let said = run(&args).expect("imported");
    let files = files(&folder.path().join("out"));
    assert_eq!(
        files.keys().collect::<Vec<_>>(),
        ["count_connections/200-2.json", "count_connections/200.json"]
    );
    assert!(said.contains("2 written, 1 unchanged"), "{said}");
}

#[test]
fn another_order_of_keys_is_another_recording() {
    let url = "https://h/ns-api/v2/connections/count";
    let entries = json!([
        entry("GET", url, 200, r#"{"total":7,"of":1}"#),
        entry("GET", url, 200, r#"{"of":1,"total":7}"#)
    ]);
    let (_folder, args) = prepared(&document(entries));
    let said = run(&args).expect("imported");
    assert!(said.contains("2 written, 0 unchanged"), "{said}");
    let said = run(&args).expect("imported again");
    assert!(said.contains("0 written, 2 unchanged"), "{said}");
}

#[test]
fn a_file_that_was_indented_otherwise_is_still_the_same() {
    let url = "https://h/ns-api/v2/connections/count";
    let (folder, args) = prepared(&document(json!([entry("GET", url, 200, r#"{"total":7}"#)])));
    run(&args).expect("imported");
    let path = folder.path().join("out/count_connections/200.json");
    let value: Value =
        serde_json::from_str(&fs::read_to_string(&path).expect("text")).expect("JSON");
    fs::write(&path, value.to_string() + "\r\n").expect("written");
    let said = run(&args).expect("imported again");
    assert!(said.contains("0 written, 1 unchanged"), "{said}");
}

#[test]
fn a_dry_run_shows_the_redacted_files_and_writes_nothing() {
    let url = "https://h/ns-api/v2/domains/customer.com/connections";
    let (folder, mut args) = prepared(&document(json!([entry(
        "GET",
        url,
        404,
        r#"{"message":"no customer.com"}"#
    )])));
    args.dry_run = true;
    let before = files(folder.path());
    let said = run(&args).expect("shown");
    assert_eq!(files(folder.path()), before);
    assert!(said.contains(r#""message": "no acme.example""#), "{said}");
    assert!(said.contains("404.json"), "{said}");
    assert!(!said.contains("customer"), "{said}");
}

#[test]
fn two_imports_into_two_folders_are_equal() {
    let url = "https://h/ns-api/v2/connections?domain=customer.com";
    let body = r#"[{"contact":"sip:12125551234@8.8.8.8"},{"contact":"sip:12125559876@8.8.4.4"}]"#;
    let har = document(json!([entry("GET", url, 200, body)]));
    let (one, first) = prepared(&har);
    let (two, second) = prepared(&har);
    run(&first).expect("imported");
    run(&second).expect("imported");
    assert_eq!(files(one.path()), files(two.path()));
}

#[test]
fn entries_of_no_operation_are_counted() {
    let entries = json!([
        entry(
            "GET",
            "https://h/ns-api/v2/connections/count",
            200,
            r#"{"total":7}"#
        ),
        entry("GET", "https://h/portal/logo.png", 200, ""),
        entry("POST", "https://h/ns-api/v2/domains/d/connections", 200, ""),
    ]);
    let (_folder, args) = prepared(&document(entries));
    let said = run(&args).expect("imported");
    let line = said
        .lines()
        .find(|line| line.contains("belongs to no documented operation"))
        .expect("said");
    assert!(line.ends_with(" 2"), "{line}");
}

#[test]
fn a_body_with_a_duplicate_key_is_skipped_rather_than_written_with_one_of_them() {
    let url = "https://h/ns-api/v2/connections/count";
    let entries = json!([
        entry("GET", url, 200, r#"{"total":7}"#),
        entry("GET", url, 200, r#"{"total":7,"total":8}"#)
    ]);
    let (_folder, args) = prepared(&document(entries));
    let said = run(&args).expect("imported");
    assert!(said.contains("1 written, 0 unchanged, 1 skipped"), "{said}");
    assert!(said.contains("a body has a duplicate key"), "{said}");
}

#[test]
fn a_given_name_names_the_file() {
    let url = "https://h/ns-api/v2/connections/count";
    let (folder, mut args) = prepared(&document(json!([entry("GET", url, 200, r#"{"total":7}"#)])));
    args.name = Some("Seven trunks!".into());
    run(&args).expect("imported");
    assert!(
        folder
            .path()
            .join("out/count_connections/200-seven-trunks.json")
            .exists()
    );
}

#[test]
fn only_headers_of_the_list_are_written() {
    let mut one = entry("GET", "https://h/ns-api/v2/connections/count", 429, "");
    one["response"]["headers"] = json!([
        { "name": "Retry-After", "value": "5" },
        { "name": "Server", "value": "core1" },
        { "name": "Set-Cookie", "value": "session=1" },
    ]);
    let (folder, args) = prepared(&document(json!([one])));
    run(&args).expect("imported");
    let text = &files(&folder.path().join("out"))["count_connections/429.json"];
    let recording: Recording = serde_json::from_str(text).expect("a recording");
    assert_eq!(
        Value::Object(recording.request.headers),
        json!({ "accept": "application/json" })
    );
    assert_eq!(
        Value::Object(recording.response.headers),
        json!({ "retry-after": "5" })
    );
}

/// Also not where the password ends the host too early, because it was not encoded.
#[test]
fn a_user_and_a_password_in_a_url_are_dropped_and_that_is_recorded() {
    for (user, password) in [
        ("kowalski", "hunter2hunter2"),
        ("kowalski", "sesame"),
        ("kowalski%40corp", "p%3Aw%2F%40x"),
        ("kowalski", "correct/horse@battery"),
        ("kowalski", "%22%7D%0A"),
        ("4917655501", "918273"),
        ("kowalski", ""),
    ] {
        let url = format!("https://{user}:{password}@pbx.acme.example/ns-api/v2/connections");
        let har = document(json!([entry("GET", &url, 200, "[]")]));
        let (folder, args) = prepared(&har);
        let mut all = run(&args).expect("imported");
        let written = files(&folder.path().join("out"));
        assert_eq!(
            written.keys().collect::<Vec<_>>(),
            ["list_connections/200.json"],
            "{url}"
        );
        for (name, text) in written {
            let recording: Value = serde_json::from_str(&text).expect("JSON");
            assert_eq!(recording["request"]["path"], "/connections");
            assert_eq!(
                recording["meta"]["redacted"],
                json!([{ "at": "/request/path", "rule": "url-userinfo" }])
            );
            all += &(name + &text);
        }
        for trace in [user, password]
            .into_iter()
            .flat_map(|it| it.split(['%', '/', '@']))
        {
            assert!(
                trace.len() < 4 || !all.contains(trace),
                "{url}: {trace} in {all}"
            );
        }
    }
}

/// A user who is named in a URL is found in the body too.
#[test]
fn a_password_of_a_url_survives_nowhere_else() {
    let url = "https://kowalski:hunter2hunter2@pbx.acme.example/ns-api/v2/connections";
    let body = json!({
        "message": "kowalski may not, with hunter2hunter2",
        "link": url,
        "hunter2hunter2": "kowalski",
    });
    let har = document(json!([entry("GET", url, 403, &body.to_string())]));
    let (folder, args) = prepared(&har);
    let printed = run(&args).expect("imported");
    let written = files(&folder.path().join("out"));
    assert_eq!(written.len(), 1);
    for text in written
        .into_iter()
        .map(|(name, text)| name + &text)
        .chain([printed])
    {
        assert!(
            !text.contains("kowalski") && !text.contains("hunter"),
            "{text}"
        );
    }
}

#[test]
fn nothing_to_import_is_an_error() {
    let (folder, args) = prepared(&document(json!([entry(
        "GET",
        "https://h/portal/logo.png",
        200,
        ""
    )])));
    let said = run(&args).expect_err("an error");
    assert!(
        said.contains("1 × belongs to no documented operation"),
        "{said}"
    );
    assert!(!folder.path().join("out").exists());
}

#[test]
fn a_broken_har_says_where_and_why_and_quotes_no_value() {
    let version = "{\n  \"log\": { \"version\": \"2.0\", \"entries\": [] }\n}";
    let status = r#"{"log": {"version": "1.2", "entries": [{
        "request": {"method": "GET", "url": "u"}, "response": {"status": "hunter2"}}]}}"#;
    for (text, expected) in [
        (
            "{\"log\": ",
            "traffic.har:1:8: not a HAR 1.x document: the text ends before a value",
        ),
        (
            version,
            "traffic.har:2:27: not a HAR 1.x document: the version is not 1.x",
        ),
        (
            "{\"log\":{\"version\":\"1.2\"}}",
            "traffic.har:1:24: not a HAR 1.x document: missing field `entries`",
        ),
        (
            "{}",
            "traffic.har:1:2: not a HAR 1.x document: missing field `log`",
        ),
        (
            status,
            "1 × not an entry of HAR 1.2: at `response.status`: invalid type: string, expected an \
             integer",
        ),
    ] {
        let (_folder, args) = prepared(text);
        let said = run(&args).expect_err("an error");
        assert!(
            said.ends_with(expected),
            "{said}\nshould end with\n{expected}"
        );
    }
}

#[test]
fn exporting_imported_files_and_importing_them_gives_the_same_files() {
    let url =
        "https://h/ns-api/v2/domains/customer.com/connections/sip*%4012125551234.customer.com";
    let body =
        r#"[{"domain":"customer.com","description":"Fifth floor","connection-address":"8.8.8.8"}]"#;
    let (first, args) = prepared(&document(json!([entry("GET", url, 200, body)])));
    run(&args).expect("imported");

    let recordings: Vec<_> = http_recording::files(first.path().join("out"))
        .map(|path| {
            let source = Source::read(path.expect("a file")).expect("readable");
            Recording::read(&source).expect("a recording")
        })
        .collect();
    let har = har_recording::write(&recordings, "https://pbx.acme.example", "test", "1");
    let (second, again) = prepared(&har.expect("a HAR"));
    run(&again).expect("imported again");

    let exchanges = |folder: &TempDir| -> Vec<(String, Value)> {
        let files = files(&folder.path().join("out"));
        let exchange = |text: &str| {
            let mut value: Value = serde_json::from_str(text).expect("JSON");
            value["meta"].take();
            value
        };
        files
            .into_iter()
            .map(|(name, text)| (name, exchange(&text)))
            .collect()
    };
    assert_eq!(exchanges(&first), exchanges(&second));
}
