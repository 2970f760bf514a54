//! Test helpers: a temporary folder for each test, and the command run in it.

use std::fs;
use std::path::Path;
use std::process::Stdio;

use tempfile::TempDir;

/// One operation, `GET /trunks`, that returns an array of objects with a required `name` and an
/// integer `size`.
pub(crate) const SPEC: &str = "\
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
                items: {$ref: '#/components/schemas/Trunk'}
        '404':
          description: No such thing.
components:
  schemas:
    Trunk:
      type: object
      required: [name]
      properties:
        name:
          type: string
        size:
          type: integer
        password:
          type: string
";

/// A recording of `GET /trunks` with this response body.
pub(crate) fn with_body(body: &str) -> String {
    format!(
        r#"{{
  "format": 1,
  "meta": {{"origin": "synthetic"}},
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

/// The same, with the codes that must be found in it.
pub(crate) fn negative(body: &str, expect: &str) -> String {
    with_body(body).replace(
        r#""synthetic""#,
        &format!(r#""synthetic", "expect": ["{expect}"]"#),
    )
}

/// A folder of a test's own.
pub(crate) struct Bench(TempDir);

/// How a command ended.
#[derive(Debug)]
pub(crate) struct Run {
    pub(crate) code: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Bench {
    /// Outside the workspace, where recordings are not searched for leaks.
    pub(crate) fn new() -> Self {
        Bench(TempDir::new().expect("a temporary folder"))
    }

    /// Below the workspace, as committed recordings are.
    pub(crate) fn in_workspace() -> Self {
        Bench(TempDir::new_in(env!("CARGO_TARGET_TMPDIR")).expect("a temporary folder"))
    }

    pub(crate) fn path(&self) -> &Path {
        self.0.path()
    }

    /// Writes a file, and the folders it stands in.
    pub(crate) fn write(&self, file: &str, text: &str) -> &Self {
        let path = self.path().join(file);
        fs::create_dir_all(path.parent().expect("a file has a folder"))
            .expect("folders can be made");
        fs::write(path, text).expect("a file can be written");
        self
    }

    /// The command with these arguments in this folder.
    pub(crate) fn validate<'a>(&self, arguments: impl IntoIterator<Item = &'a str>) -> Run {
        let output = crate::command()
            .args(arguments)
            .current_dir(self.path())
            .env_remove("CLICOLOR_FORCE")
            .stdin(Stdio::null())
            .output()
            .expect("the command starts");
        Run {
            code: output.status.code().expect("the command ends by itself"),
            stdout: String::from_utf8(output.stdout).expect("UTF-8"),
            stderr: String::from_utf8(output.stderr).expect("UTF-8"),
        }
    }
}
