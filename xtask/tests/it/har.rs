//! The recordings of the repository as a HAR, and the commands with its own files.

use std::fs;
use std::path::Path;

use har_import::command::Command;
use http_recording::Recording;
use located::Source;
use openapi_traffic::Routes;
use serde_json::{Value, json};
use tempfile::TempDir;
use xtask::export_har::{self, BASE};
use xtask::workspace::SPEC;

/// The HAR of these recordings.
fn written(recordings: &[Recording]) -> String {
    har_recording::write(recordings, BASE, "test", "1").expect("a HAR")
}

fn routes(file: &str, spec: &str) -> Routes {
    Routes::read(Source::new(file, spec.to_owned())).expect("a spec")
}

/// Gives a recording the template of its operation, if it has one.
fn take_base_off(routes: &Routes, recording: &mut Recording) -> bool {
    let request = &mut recording.request;
    let found = routes.find_below_any_base(&request.path).into_iter();
    let Some(found) = found
        .into_iter()
        .find(|it| it.route.method == request.method)
    else {
        return false;
    };
    request.path = found.route.template.clone();
    let values = found.values.into_iter();
    request.params = values.map(|(name, value)| (name, value.into())).collect();
    true
}

#[test]
fn an_exported_exchange_comes_back_the_same() {
    let recording: Recording = serde_json::from_value(json!({
        "format": 1,
        "meta": { "origin": "captured" },
        "request": {
            "method": "GET",
            "path": "/domains/{domain}/connections/{connection}",
            "params": { "domain": "acme.example", "connection": "sip:a+b/c%@acme.example" },
            "query": { "limit": "5", "a": ["1", "& ="] },
            "headers": { "accept": "application/json" },
            "body": { "z": 1.0, "a": null },
        },
        "response": {
            "status": 502, "headers": { "content-type": "text/html" }, "text": "<p>«bad» gateway"
        },
    }))
    .expect("a recording");
    let text = written(std::slice::from_ref(&recording));
    let (entries, skipped) = har_recording::read(&text).expect("a HAR");
    assert_eq!(skipped, []);

    let mut back = entries[0].recording.clone();
    let spec = "openapi: 3.0.3\npaths:\n  /domains/{domain}/connections/{connection}: {get: {}}\n";
    let routes = routes("spec.yaml", spec);
    assert!(take_base_off(&routes, &mut back));
    assert_eq!(back, recording);
}

type Check = fn(&Value) -> bool;

/// What HAR 1.2 asks of every entry (<http://www.softwareishard.com/blog/har-12-spec/>), by the
/// place and the type it must have there.
const REQUIRED_OF_AN_ENTRY: &[(&str, Check)] = &[
    ("/startedDateTime", |it| {
        it.as_str()
            .is_some_and(|it| it.parse::<jiff::Timestamp>().is_ok())
    }),
    ("/time", |it| it.as_f64().is_some_and(|it| it >= 0.0)),
    ("/request/method", Value::is_string),
    ("/request/url", |it| {
        it.as_str()
            .is_some_and(|it| url::Url::parse(it).is_ok_and(|it| it.fragment().is_none()))
    }),
    ("/request/httpVersion", Value::is_string),
    ("/request/cookies", Value::is_array),
    ("/request/headers", is_list_of_pairs),
    ("/request/queryString", is_list_of_pairs),
    ("/request/headersSize", is_size),
    ("/request/bodySize", is_size),
    ("/response/status", Value::is_u64),
    ("/response/statusText", Value::is_string),
    ("/response/httpVersion", Value::is_string),
    ("/response/cookies", Value::is_array),
    ("/response/headers", is_list_of_pairs),
    ("/response/content/size", is_size),
    ("/response/content/mimeType", Value::is_string),
    ("/response/redirectURL", Value::is_string),
    ("/response/headersSize", is_size),
    ("/response/bodySize", is_size),
    ("/cache", Value::is_object),
    ("/timings/send", is_size),
    ("/timings/wait", is_size),
    ("/timings/receive", is_size),
];

/// A number that is not negative, or -1 for what is not known.
fn is_size(value: &Value) -> bool {
    value.as_i64().is_some_and(|it| it >= -1)
}

fn is_list_of_pairs(value: &Value) -> bool {
    value.as_array().is_some_and(|pairs| {
        pairs
            .iter()
            .all(|pair| pair["name"].is_string() && pair["value"].is_string())
    })
}

/// The workspace.
fn root() -> &'static Path {
    let xtask = Path::new(env!("CARGO_MANIFEST_DIR"));
    xtask.parent().expect("the workspace")
}

/// The recordings of the repository.
fn committed() -> Vec<Recording> {
    recordings_below(&root().join("tests/recordings"))
}

fn recordings_below(folder: &Path) -> Vec<Recording> {
    http_recording::files(folder)
        .map(|path| {
            let source = Source::read(path.expect("a file")).expect("readable");
            Recording::read(&source).unwrap_or_else(|error| panic!("{error}"))
        })
        .collect()
}

#[test]
fn what_is_exported_keeps_the_rules_of_har_1_2() {
    keep_the_rules_of_har_1_2(&committed());
}

fn keep_the_rules_of_har_1_2(recordings: &[Recording]) {
    let har: Value = serde_json::from_str(&written(recordings)).expect("JSON");
    let log = &har["log"];
    assert_eq!(log["version"], "1.2");
    assert!(log["creator"]["name"].is_string() && log["creator"]["version"].is_string());
    let entries = log["entries"].as_array().expect("entries");
    assert_eq!(entries.len(), recordings.len());
    for entry in entries {
        for (at, is_right) in REQUIRED_OF_AN_ENTRY {
            assert!(entry.pointer(at).is_some_and(is_right), "{at} in {entry:#}");
        }
        let content = &entry["response"]["content"];
        assert_eq!(
            content["size"].as_u64(),
            content["text"].as_str().map(|text| text.len() as u64)
        );
        if let Some(sent) = entry["request"].get("postData") {
            assert!(
                sent["mimeType"].is_string()
                    && sent["text"].is_string()
                    && sent.get("params").is_none(),
                "{sent}"
            );
        }
    }
    assert!(
        entries
            .iter()
            .any(|entry| entry["request"].get("postData").is_some()),
        "no request with a body among the recordings"
    );
}

#[test]
fn every_recording_comes_back_from_a_har_the_same() {
    come_back_from_a_har_the_same(committed());
}

fn come_back_from_a_har_the_same(recordings: Vec<Recording>) {
    let text = written(&recordings);
    let (entries, skipped) = har_recording::read(&text).expect("a HAR");
    assert_eq!(skipped, []);
    let routes = routes(
        "connections.yaml",
        include_str!("../../../openapi/connections.yaml"),
    );
    assert_eq!(entries.len(), recordings.len());
    for (entry, recording) in entries.into_iter().zip(recordings) {
        let mut back = entry.recording;
        // A recording of an undocumented operation keeps its full path, and must be a negative
        // example.
        if !take_base_off(&routes, &mut back) {
            assert!(!recording.meta.expect.is_empty(), "{}", back.request.path);
            (back.request.path, back.request.params) = (
                recording.request.path.clone(),
                recording.request.params.clone(),
            );
        }
        assert_eq!(
            (back.request, back.response),
            (recording.request, recording.response)
        );
    }
}

/// A copy of the recordings of the repository below its target folder, to which the exchanges of a
/// HAR were imported.
fn with_import(entries: &Value) -> TempDir {
    let copy = TempDir::new_in(env!("CARGO_TARGET_TMPDIR")).expect("a folder");
    let committed = root().join("tests/recordings");
    for path in http_recording::files(&committed) {
        let path = path.expect("a file");
        let below = path.strip_prefix(&committed).expect("below the folder");
        let target = copy.path().join("recordings").join(below);
        fs::create_dir_all(target.parent().expect("a folder")).expect("a folder");
        fs::copy(&path, target).expect("a copy");
    }
    let har = json!({"log": {"version": "1.2", "entries": entries}});
    fs::write(copy.path().join("traffic.har"), har.to_string()).expect("a HAR");
    let import = Command {
        file: copy.path().join("traffic.har"),
        spec: root().join(SPEC),
        out: copy.path().join("recordings"),
        dry_run: false,
        name: None,
    };
    import.run(&mut Vec::new()).expect("imported");
    copy
}

/// An import is not reviewed yet: it has no note, and fields that the document does not have. The
/// tests of the client leave it out for that; those that read every recording must hold with it.
#[test]
fn a_fresh_import_breaks_no_test_of_the_recordings() {
    let entry = |method: &str, path: &str, status: u16, body: Value| {
        json!({
            "request": {"method": method, "url": format!("https://kow:alski@h/ns-api/v2/{path}")},
            "response": {
                "status": status,
                "content": {"mimeType": "application/json", "text": body.to_string()},
            },
        })
    };
    let trunk = json!([{"domain": "kowalski.com", "colour": 1234567, "limits-max": [1, "2"]}]);
    let copy = with_import(&json!([
        entry("GET", "connections/count", 200, json!({"total": 7})),
        entry("GET", "connections?limit=5&colour=red", 200, trunk.clone()),
        entry(
            "GET",
            "domains/kowalski.com/connections/kowalski",
            200,
            trunk
        ),
        entry(
            "DELETE",
            "domains/kowalski.com/connections/kowalski",
            418,
            json!("no")
        ),
    ]));
    let folder = copy.path().join("recordings");
    let recordings = recordings_below(&folder);
    assert_eq!(recordings.len(), committed().len() + 4);

    keep_the_rules_of_har_1_2(&recordings);
    come_back_from_a_har_the_same(recordings);
    traffic_mutations::read(std::slice::from_ref(&folder)).expect("recordings");
    let with_names: Vec<_> = http_recording::files(&folder)
        .map(|path| {
            let source = Source::read(path.expect("a file")).expect("readable");
            let recording = Recording::read(&source).expect("a recording");
            (source.file().to_owned(), recording)
        })
        .collect();
    let spec = Source::read(root().join(SPEC)).and_then(|it| it.value());
    let spec = spec.expect("the document");
    spec_changes::edits(&json!({}), &spec, &with_names);

    let command = std::process::Command::new(env!("CARGO_BIN_EXE_xtask-traffic"))
        .args(["validate", "--format", "json"])
        .arg(&folder)
        .output();
    let output = command.expect("the command starts");
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    let report: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    let found = report["findings"].as_array().expect("findings");
    let codes = |code: &str| found.iter().filter(|it| it["code"] == code).count();
    // The undocumented field, parameter and status; nothing that could be published by mistake.
    assert!(codes("NSV301") >= 2 && codes("NSV104") == 1 && codes("NSV201") == 1);
    assert_eq!(codes("NSV701"), 0, "{found:#?}");
    assert_eq!(report["problems"], json!([]));
}

#[test]
fn without_paths_the_commands_use_the_files_of_the_workspace_wherever_they_are_started() {
    let folder = tempfile::tempdir().expect("a folder");
    let entry = r#"{"request": {"method": "GET", "url": "https://h/ns-api/v2/connections/count"},
        "response": {"status": 200, "content": {"text": "{\"total\": 7}"}}}"#;
    let text = format!(r#"{{"log": {{"version": "1.2", "entries": [{entry}]}}}}"#);
    fs::write(folder.path().join("traffic.har"), text).expect("a HAR");
    let har = folder.path().join("traffic.har").display().to_string();
    let run = |arguments: &[&str], below: &str| {
        let command = std::process::Command::new(env!("CARGO_BIN_EXE_xtask-traffic"))
            .args(arguments)
            .current_dir(root().join(below))
            .output();
        let output = command.expect("the command starts");
        assert!(output.status.success(), "{output:?}");
        String::from_utf8(output.stdout).expect("UTF-8")
    };
    let imported = |below| {
        run(
            &["import-har", "--dry-run", "--name", "named-by-a-test", &har],
            below,
        )
    };
    assert!(
        imported("")
            .contains("would write  tests/recordings/count_connections/200-named-by-a-test.json"),
        "{}",
        imported("")
    );
    assert!(
        imported("xtask/src").contains("would write  ../../tests/recordings/count_connections/"),
        "{}",
        imported("xtask/src")
    );
    assert_eq!(
        run(&["export-har"], "xtask/src"),
        run(&["export-har", "tests/recordings"], "")
    );
}

#[test]
fn exporting_nothing_is_an_error() {
    let folder = tempfile::tempdir().expect("a folder");
    let args = export_har::Args {
        paths: vec![folder.path().to_owned()],
        output: None,
    };
    let error = export_har::run(&args, &mut Vec::new(), &mut Vec::new()).expect_err("an error");
    assert!(
        error.to_string().starts_with("no recording (*.json) in "),
        "{error}"
    );
}
