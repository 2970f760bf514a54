//! The same exchanges as a HAR or as NDJSON, small or large, have the same findings in the same
//! order, on any number of threads.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::bench::Bench;
use crate::command;

const USERS: &str = "\
openapi: 3.0.3
info: {title: Users, version: '1'}
paths:
  /users/{id}:
    get:
      operationId: get_user
      responses:
        '200':
          description: The user.
          content: {application/json: {schema: {$ref: '#/components/schemas/User'}}}
    put:
      operationId: update_user
      requestBody: {content: {application/json: {}}}
      responses: {'200': {description: Updated.}}
components:
  schemas:
    User: {properties: {name: {type: string}, filler: {type: string}}}
";

const UPDATED: &str = "\
- id: updated-is-read
  says: A user reads as it was updated.
  before: {exchange: update_user 200, key: [path.id]}
  exchange: get_user 200
  key: [path.id]
  assert: agree(before.request, response)
";

/// What a session does with its users.
#[derive(Clone)]
enum Step {
    Update(usize, String),
    Read(usize, Value),
    /// What cannot be read: nothing is known after it.
    Broken,
}

/// Updates and reads of a few users, far from each other; reads of a wrong name and of a wrong type
/// too.
fn steps() -> Vec<Step> {
    let step = |number: usize| {
        let (id, name) = (number * 7 % 11, format!("n{}", number % 5));
        match number % 13 {
            0 | 5 => Step::Update(id, name),
            9 if number.is_multiple_of(4) => Step::Read(id, number.into()),
            12 if number.is_multiple_of(3) => Step::Broken,
            _ => Step::Read(id, name.into()),
        }
    };
    (0..400).map(step).collect()
}

/// The codes that each step must have, by the number of the step.
fn expected(steps: &[Step]) -> BTreeMap<usize, Vec<&'static str>> {
    let mut names: BTreeMap<usize, &str> = BTreeMap::new();
    let mut expected = BTreeMap::new();
    for (number, step) in steps.iter().enumerate() {
        match step {
            Step::Update(id, name) => drop(names.insert(*id, name)),
            Step::Broken => names.clear(),
            Step::Read(id, read) => {
                let mut codes = Vec::new();
                if !read.is_string() {
                    codes.push("NSV220");
                }
                if names.get(id).is_some_and(|name| read != name) {
                    codes.push("NSV901");
                }
                if !codes.is_empty() {
                    expected.insert(number, codes);
                }
            }
        }
    }
    expected
}

fn har(steps: &[Step], filler: &str) -> String {
    let content = |name: &Value| {
        let body = json!({"filler": filler, "name": name});
        json!({"mimeType": "application/json", "text": body.to_string()})
    };
    let request = |method: &str, id: &usize| {
        let url = format!("https://h/users/{id}");
        json!({"method": method, "url": url})
    };
    let entries = steps.iter().map(|step| match step {
        Step::Update(id, name) => {
            let mut request = request("PUT", id);
            request["postData"] = content(&name.as_str().into());
            json!({"request": request, "response": {"status": 200}})
        }
        Step::Read(id, name) => json!({
            "request": request("GET", id), "response": {"status": 200, "content": content(name)}
        }),
        Step::Broken => json!({"request": request("GET", &0), "response": {"status": 0}}),
    });
    let entries: Vec<_> = entries.collect();
    json!({"log": {"version": "1.2", "entries": entries}}).to_string()
}

fn ndjson(steps: &[Step], filler: &str) -> String {
    let headers = json!({"content-type": "application/json"});
    let body = |name: &Value| json!({"filler": filler, "name": name});
    let recording = |request: Value, response: Value| {
        json!({
            "format": 1, "meta": {"origin": "captured"}, "request": request, "response": response,
        })
    };
    let lines = steps.iter().map(|step| match step {
        Step::Update(id, name) => recording(
            json!({
                "method": "PUT", "path": format!("/users/{id}"), "headers": headers,
                "body": body(&name.as_str().into()),
            }),
            json!({"status": 200}),
        ),
        Step::Read(id, name) => recording(
            json!({"method": "GET", "path": format!("/users/{id}")}),
            json!({"status": 200, "headers": headers, "body": body(name)}),
        ),
        Step::Broken => json!({"format": 1}),
    });
    // Lines may end as on Windows, and the last one not at all.
    let lines = lines.map(|line| format!("{line}\r\n"));
    lines.collect::<String>().trim_end().to_owned()
}

/// The codes of a report, by the number of the step.
fn found(report: &Value) -> BTreeMap<usize, Vec<&str>> {
    let mut found: BTreeMap<usize, Vec<&str>> = BTreeMap::new();
    for finding in report["findings"].as_array().expect("findings") {
        let place = &finding["recording"];
        let pointer = place["pointer"].as_str().expect("a pointer");
        let step = match pointer.strip_prefix("/log/entries/") {
            Some(below) => below.split('/').next().and_then(|it| it.parse().ok()),
            None => place["line"]
                .as_u64()
                .and_then(|it| usize::try_from(it - 1).ok()),
        };
        let code = finding["code"].as_str().expect("a code");
        found.entry(step.expect("a step")).or_default().push(code);
    }
    for codes in found.values_mut() {
        codes.sort_unstable();
    }
    found
}

fn report(bench: &Bench, file: &str, threads: &str) -> String {
    let output = command()
        .current_dir(bench.path())
        .env("RAYON_NUM_THREADS", threads)
        .args(["--spec", "spec.yaml", "--relations", "relations.yaml"])
        .args([file, "--format", "json", "--coverage"])
        .output()
        .expect("it runs");
    String::from_utf8(output.stdout).expect("UTF-8")
}

#[test]
fn the_same_exchanges_have_the_same_findings_in_any_form() {
    let steps = steps();
    let expected = expected(&steps);
    assert!(expected.len() > 50, "{}", expected.len());
    // So much that a large file is read in several parts.
    let filler = "x".repeat(16 << 10);
    let bench = Bench::new();
    bench
        .write("spec.yaml", USERS)
        .write("relations.yaml", UPDATED)
        .write("small.har", &har(&steps, ""))
        .write("large.har", &har(&steps, &filler))
        .write("small.ndjson", &ndjson(&steps, ""))
        .write("large.ndjson", &ndjson(&steps, &filler));
    for file in ["small.har", "large.har", "small.ndjson", "large.ndjson"] {
        let one = report(&bench, file, "1");
        for threads in ["2", "8"] {
            assert_eq!(
                report(&bench, file, threads),
                one,
                "{file} on {threads} threads"
            );
        }
        let one: Value = serde_json::from_str(&one).expect("JSON");
        assert_eq!(found(&one), expected, "{file}");
        let broken = steps.iter().filter(|it| matches!(it, Step::Broken)).count();
        assert_eq!(one["summary"]["exchanges"], steps.len() - broken, "{file}");
    }
}

#[test]
fn many_small_files_are_reported_in_their_order() {
    let bench = Bench::new();
    bench
        .write("spec.yaml", USERS)
        .write("relations.yaml", UPDATED);
    // More than are in memory at once. Each is a session: an update in one says nothing of another.
    for number in 0..300 {
        let read = Step::Read(1, number.into());
        let steps = match number % 3 {
            0 => vec![Step::Broken, read],
            1 => vec![Step::Update(1, "a".to_owned()), read],
            _ => vec![read, Step::Update(1, "a".to_owned())],
        };
        bench.write(&format!("files/{number:03}.ndjson"), &ndjson(&steps, ""));
    }
    let one = report(&bench, "files", "1");
    assert_eq!(report(&bench, "files", "8"), one);
    let report: Value = serde_json::from_str(&one).expect("JSON");
    let of = |code: &str| {
        let findings = report["findings"].as_array().expect("findings");
        let of_code = findings.iter().filter(|it| it["code"] == code);
        let files = of_code.map(|it| it["recording"]["file"].as_str().expect("a file"));
        files.map(str::to_owned).collect::<Vec<_>>()
    };
    let files = |numbers: &mut dyn Iterator<Item = usize>| {
        let files = numbers.map(|number| format!("files/{number:03}.ndjson"));
        files.collect::<Vec<_>>()
    };
    assert_eq!(of("NSV220"), files(&mut (0..300)));
    assert_eq!(of("NSV901"), files(&mut (1..300).step_by(3)));
    let problems = report["problems"].as_array().expect("problems");
    let broken = problems
        .iter()
        .map(|it| it.as_str().expect("a problem").split(':').next());
    let broken: Vec<_> = broken.flatten().map(str::to_owned).collect();
    assert_eq!(broken, files(&mut (0..300).step_by(3)));
}
