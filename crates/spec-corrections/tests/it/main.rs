//! One integration binary, a module per behaviour.

mod page;
mod register;
mod relations;
mod skeleton;

use serde_json::{Value, json};
use tempfile::TempDir;

/// A recording of `GET /trunks`, with more members of `meta` and with a body, which is on line 8.
fn recorded(meta: &str, body: &str) -> String {
    let mut all: Value = json!({"origin": "synthetic"});
    let more: Value = serde_json::from_str(meta).expect("JSON");
    for (name, value) in more.as_object().expect("an object") {
        all[name] = value.clone();
    }
    format!(
        r#"{{
  "format": 1,
  "meta": {all},
  "request": {{"method": "GET", "path": "/trunks"}},
  "response": {{
    "status": 200,
    "headers": {{"content-type": "application/json"}},
    "body": {body}
  }}
}}
"#
    )
}

/// A folder with a recording, and the path of the recording.
fn folder_with(recording: &str) -> (TempDir, String) {
    let folder = TempDir::new().expect("a temporary folder");
    let path = folder.path().join("a.json");
    std::fs::write(&path, recording).expect("a file");
    let path = path.display().to_string();
    (folder, path)
}
