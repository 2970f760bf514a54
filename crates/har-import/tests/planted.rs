//! Tests that no sensitive value in a HAR file survives an import: not in a file, a file name, or
//! the output.

#[path = "../../traffic-redact/tests/values/mod.rs"]
mod values;

use std::fs;
use std::path::{Path, PathBuf};

use har_import::command::Command;
use http_recording::encode;
use serde_json::{Value, json};

use values::{PLANTED, survivors};

const SPEC: &str = "
openapi: 3.0.3
paths:
  /trunks/{name}:
    get: { operationId: get_trunk }
    post: { operationId: change_trunk }
";

/// An exchange of a browser, with the value in each part that a browser writes.
fn entries(planted: &str) -> Value {
    let base = "https://pbx.acme.example/ns-api/v2/trunks";
    let entry = |method: &str,
                 url: String,
                 sent: Option<(&str, String)>,
                 status: u16,
                 (kind, text): (&str, String)| {
        let mut entry = json!({
            "request": {
                "method": method,
                "url": url,
                "headers": [
                    { "name": "Accept", "value": format!("text/html;v={planted}") },
                    { "name": "Cookie", "value": format!("id={planted}") },
                    { "name": "Referer", "value": planted },
                    { "name": planted, "value": "1" },
                ],
                "cookies": [{ "name": "id", "value": planted }],
                "queryString": [],
            },
            "response": {
                "status": status,
                "statusText": planted,
                "headers": [
                    { "name": "Content-Type", "value": kind },
                    { "name": "WWW-Authenticate", "value": format!("Bearer realm=\"{planted}\"") },
                    { "name": "Server", "value": planted },
                ],
                "content": { "size": text.len(), "mimeType": kind, "text": text },
            },
            "comment": planted,
        });
        if let Some((kind, text)) = sent {
            entry["request"]["postData"] = json!({ "mimeType": kind, "text": text });
        }
        entry
    };
    let json_type = "application/json";
    let quoted = json!({ "message": format!("Trunk {planted} not found"), "detail": planted });
    let nested = json!([{ "users": { planted: { "password": planted, "xqz": [planted] } } }]);
    let part = format!(
        "--b\r\nContent-Disposition: form-data; name=\"password\"; filename=\"{planted}\"\r\n\r\n\
         {planted}\r\n--b--"
    );
    let page = format!("<html><body title=\"{planted}\"><p>Error: {planted}</p></body></html>");
    let xml = format!("<trunk><password>{planted}</password><a>{planted}</a></trunk>");
    let url = format!("{base}/{}?search={}", encode(planted), encode(planted));
    let form = format!("password={}&q={}", encode(planted), encode(planted));
    json!([
        entry("GET", url, None, 404, (json_type, quoted.to_string())),
        entry(
            "GET",
            format!("{base}/a"),
            None,
            200,
            (json_type, nested.to_string())
        ),
        entry(
            "POST",
            format!("{base}/b"),
            Some(("multipart/form-data; boundary=b", part)),
            200,
            ("text/xml", xml)
        ),
        entry(
            "POST",
            format!("{base}/c"),
            Some(("application/x-www-form-urlencoded", form)),
            502,
            ("text/html", page)
        ),
        entry(
            "POST",
            format!("{base}/d"),
            Some((json_type, quoted.to_string())),
            200,
            ("text/plain", planted.into())
        ),
    ])
}

/// Every file below a folder.
fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).into_iter().flatten();
    let paths = entries.map(|entry| entry.expect("an entry").path());
    paths
        .flat_map(|path| {
            if path.is_dir() {
                files(&path)
            } else {
                vec![path]
            }
        })
        .collect()
}

/// What an import of these entries printed and wrote, names of files included.
fn imported(entries: &Value) -> String {
    let folder = tempfile::tempdir().expect("a folder");
    let har = json!({
        "log": { "version": "1.2", "creator": { "name": "t", "version": "1" }, "entries": entries }
    });
    fs::write(folder.path().join("spec.yaml"), SPEC).expect("a spec");
    fs::write(folder.path().join("traffic.har"), har.to_string()).expect("a HAR");
    let out = folder.path().join("out");
    let args = Command {
        file: folder.path().join("traffic.har"),
        out: out.clone(),
        dry_run: false,
        spec: folder.path().join("spec.yaml"),
        name: None,
    };
    let mut printed = Vec::new();
    args.run(&mut printed).expect("imported");
    let mut all = String::from_utf8(printed).expect("text");
    let written = files(&out);
    assert_eq!(written.len(), 5, "{written:?}");
    for path in written {
        all += &path.display().to_string();
        all += &fs::read_to_string(&path).expect("text");
    }
    all
}

#[test]
fn nothing_that_is_planted_in_a_har_is_written_or_printed() {
    let mut survived = Vec::new();
    for (kind, planted) in PLANTED {
        let all = imported(&entries(planted));
        for trace in survivors(planted, &all) {
            survived.push(format!("{kind}: {trace} in {all}"));
        }
    }
    assert!(
        survived.is_empty(),
        "{}: {}",
        survived.len(),
        survived.join("\n")
    );
}

#[test]
fn a_search_for_survivors_finds_what_was_not_redacted() {
    for (kind, planted) in PLANTED {
        let har = entries(planted).to_string();
        assert!(!survivors(planted, &har).is_empty(), "{kind}");
    }
}
