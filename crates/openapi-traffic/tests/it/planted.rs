//! Tests that no secret appears in a report, in any report format, for any layout of the recording
//! and any place of the value. The one place in which a value that looks like a name is shown is
//! that of an undocumented name, where nothing tells the two apart.

use openapi_traffic::report::{Format, Tool};
use openapi_traffic::{Options, run};
use serde_json::{Value, json};

use crate::bench::{Bench, SPEC};

const FORMATS: [Format; 6] = [
    Format::Human,
    Format::Json,
    Format::Sarif,
    Format::Junit,
    Format::Github,
    Format::Html,
];

/// A kind of value, an example, and whether its shape is unlike that of a name.
const KINDS: [(&str, &str, bool); 44] = [
    ("password of words", "correct-horse-battery", false),
    ("password of signs", "p@ss:w0rd!x", true),
    ("generated password", "xK7mQ2vR9tLw", true),
    ("numeric password", "918273645001", true),
    ("short PIN", "4711", true),
    ("one-time password", "604915", true),
    (
        "bearer key",
        concat!("nss_", "a1B2c3D4e5F6a7B8c9D0e1F2a3B4c5D6"),
        true,
    ),
    (
        "JSON web token",
        "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMDAxIn0.c2lnbmF0dXJl",
        true,
    ),
    ("access key of a cloud", "AKIAIOSFODNN7EXAMPLE", true),
    (
        "secret key of a cloud",
        "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
        true,
    ),
    (
        "token of a code host",
        "ghp_16C7e42F292c6912E7710c838347Ae178B4a",
        true,
    ),
    (
        "webhook key",
        "whsec_5WbX5kEWLlfzsGNjH64I8lOOqUB6e8FH",
        true,
    ),
    ("hash", "5f4dcc3b5aa765d61d8327deb882cf99", true),
    ("base64 of a password", "Y29ycmVjdC1ob3JzZQ==", true),
    ("basic credentials", "Basic YWxpY2U6aHVudGVyMg==", true),
    (
        "digest response",
        "response=\"6629fae49393a05397450978507c4ef1\"",
        true,
    ),
    (
        "session cookie",
        "PHPSESSID=r2t5uvjq435r4q7ib3vtdjq120",
        true,
    ),
    (
        "private key",
        "-----BEGIN PRIVATE KEY-----MIIEvQIBADANBgkq",
        true,
    ),
    ("card number", "4111111111111111", true),
    ("account number", "DE89370400440532013000", true),
    ("social security number", "078-05-1120", true),
    ("telephone number", "+15125550123", true),
    ("foreign telephone number", "+49 30 901820", true),
    ("number of digits", "15125550123", true),
    ("mail address", "alice.smith@corp.example.org", true),
    ("SIP address", "sip:1001@pbx.corp.example.org", true),
    ("host", "pbx7.corp.example.org", true),
    ("IPv4 address", "198.18.44.7", true),
    ("IPv6 address", "2001:470:1f0b::17", true),
    ("MAC address", "00:1b:44:11:3a:b7", true),
    ("MAC address of letters", "aa-bb-cc-dd-ee-ff", true),
    ("UUID", "7d444840-9dc0-11d1-b245-5ffdce74fad2", true),
    ("person", "Alice Möller-Quist 3rd, née Young", true),
    ("path of a file", "/home/alice/.ssh/id_rsa", true),
    ("card number in groups", "4242 4242 4242 4242", true),
    ("routing number", "021000021", true),
    ("place on the map", "51.507351,-0.127758", true),
    ("bare MAC address", "0004f2abcd17", true),
    ("licence plate", "B-MW 7788", true),
    ("given name", "alicia", false),
    ("password of one word", "correcthorsebattery", false),
    ("password of letters", "qwertzuiopasdf", false),
    ("company", "Kowalski_and_Sons", false),
    ("street", "Baskerville-Lane", false),
];

/// The document: objects whose keys are data, and a path with a parameter.
fn spec() -> String {
    let spec = SPEC.replace(
        "        password:\n",
        "        labels:
          type: object
          additionalProperties: {type: object, properties: {a: {type: integer}}}
        password:\n",
    );
    let user = "  /users/{id}:\n    get: {responses: {'200': {description: A user.}}}\n";
    spec.replace("components:\n", &format!("{user}components:\n"))
}

/// How a recording is written.
#[derive(Debug, Clone, Copy)]
enum Layout {
    Minified,
    Indented,
}

impl Layout {
    fn write(self, value: &Value) -> String {
        match self {
            Layout::Minified => value.to_string(),
            Layout::Indented => serde_json::to_string_pretty(value).expect("JSON"),
        }
    }
}

fn recording(request: Value, body: &Value) -> Value {
    json!({
        "format": 1,
        "meta": {"origin": "captured"},
        "request": request,
        "response": {
            "status": 200, "headers": {"content-type": "application/json"}, "body": body,
        },
    })
}

/// Recordings that have the value wherever something is wrong, and beside what is.
fn recordings(value: &str, is_unlike_a_name: bool, layout: Layout) -> Vec<(String, String)> {
    let get = json!({"method": "GET", "path": "/trunks"});
    let mut bodies = vec![
        json!([{"hint": value, "name": 1, "hint2": value}]),
        json!([{"name": "a", "size": value}]),
        json!([{"name": [value, {"x": value}], "password": [value]}]),
        json!([{"password": {"a": value}}]),
        json!({"message": value}),
        json!([{"name": "a", "labels": {value: 1}}]),
        json!([{"name": "a", "labels": {value: {"a": "x", "colour": 1}}}]),
        json!([{"name": 1, "hint": {value: {value: 1}}, "size": "x"}]),
    ];
    if let Ok(number) = value.parse::<u64>() {
        bodies.push(json!([{"name": number, "password": number, "extra": [number]}]));
    }
    let mut requests = vec![
        json!({"method": "GET", "path": "/trunks", "query": {"q": value}}),
        json!({
            "method": "GET", "path": "/trunks", "headers": {"x-a": value}, "body": {"a": value}
        }),
        json!({"method": "GET", "path": "/trunks", "text": value}),
        json!({"method": "GET", "path": format!("/users/{}", value.replace('/', "%2F"))}),
        json!({"method": "GET", "path": format!("/users/{}/colours", value.replace('/', "%2F"))}),
    ];
    if is_unlike_a_name {
        requests.push(json!({"method": value, "path": "/trunks"}));
        bodies.push(json!([{"name": 1, value: {"y": 1}}]));
        let encoded: String = value.bytes().map(|byte| format!("%{byte:02X}")).collect();
        requests.push(json!({"method": "GET", "path": "/trunks", "query": {value: "1"}}));
        let segment = value.replace('/', "%2F");
        requests.push(json!({"method": "GET", "path": format!("/users/{segment}/x?{value}")}));
        requests.push(json!({"method": "GET", "path": format!("/users/{encoded}")}));
    }
    let written = bodies
        .iter()
        .map(|body| recording(get.clone(), body))
        .chain(requests.into_iter().map(|it| recording(it, &json!([]))));
    let mut files: Vec<_> = written
        .enumerate()
        .map(|(index, it)| (format!("{index:02}.json"), layout.write(&it)))
        .collect();
    let mut broken = recording(get, &Value::Null);
    broken["response"]["text"] = json!(format!("[{{\"hint\": \"{value}\""));
    broken["response"]
        .as_object_mut()
        .expect("it")
        .remove("body");
    files.push(("broken.json".to_owned(), layout.write(&broken)));
    for (index, body) in bodies.iter().enumerate() {
        let har = json!({"log": {"version": "1.2", "entries": [{
            "request": {
                "method": "GET", "url": "https://api.acme.example/trunks",
                "headers": [{
                    "name": "Authorization", "value": value
                }], "cookies": [{"value": value}],
            },
            "response": {
                "status": 200,
                "headers": [{"name": "content-type", "value": "application/json"}],
                "content": {"mimeType": "application/json", "text": layout.write(body)},
            },
        }]}});
        files.push((format!("{index:02}.har"), layout.write(&har)));
    }
    files
}

/// The text without the ids of findings, whose digits may be those of a short value.
fn without_ids(text: &str, value: &str) -> String {
    let is_id = |word: &str| {
        let word = word.trim_end_matches(|it: char| !it.is_ascii_alphanumeric());
        word != value && word.len() == 10 && word.bytes().all(|it| it.is_ascii_hexdigit())
    };
    let words = text.split_inclusive(|it: char| !it.is_ascii_alphanumeric());
    words.filter(|word| !is_id(word)).collect()
}

fn planted(value: &str, is_unlike_a_name: bool, layout: Layout) -> Vec<(Format, String)> {
    let folder = Bench::new();
    folder.write("spec.yaml", &spec());
    let reports = |path: &str, formats: &[Format]| {
        let options = Options {
            spec: folder.path().join("spec.yaml"),
            paths: vec![folder.path().join(path)],
            coverage: true,
            cases: true,
            ..Options::default()
        };
        let report = run(&options, Tool::default(), &(), &mut || {});
        assert_eq!(report.problems, Vec::<String>::new());
        let rendered = |format: &Format| (*format, report.render(*format).expect("a report"));
        formats.iter().map(rendered).collect::<Vec<_>>()
    };
    let mut all = Vec::new();
    for (name, text) in recordings(value, is_unlike_a_name, layout) {
        let path = format!("recordings/{name}");
        folder.write(&path, &text);
        // One at a time, so that the windows of each are drawn and not only those of the first.
        all.extend(reports(&path, &[Format::Human, Format::Html]));
    }
    all.extend(reports("recordings", &FORMATS));
    all
}

/// How a value is written in a form, beside as it is: escaped, encoded, or a half of it.
fn shapes(value: &str) -> Vec<String> {
    let escaped = json!(value).to_string();
    let html = value.replace('&', "&amp;").replace('"', "&quot;");
    let half = value.chars().count().div_ceil(2);
    let mut shapes = vec![
        value.to_owned(),
        escaped[1..escaped.len() - 1].to_owned(),
        html,
        value.bytes().map(|byte| format!("%{byte:02X}")).collect(),
    ];
    if half > 5 {
        shapes.push(value.chars().take(half).collect());
        shapes.push(value.chars().skip(half).collect());
    }
    shapes
}

#[test]
fn no_planted_value_is_in_any_report_in_either_layout() {
    let mut found = Vec::new();
    let mut reports = 0;
    for (kind, value, is_unlike_a_name) in KINDS {
        for layout in [Layout::Minified, Layout::Indented] {
            for (format, text) in planted(value, is_unlike_a_name, layout) {
                let text = without_ids(&text, value);
                reports += 1;
                for shape in shapes(value).iter().filter(|shape| text.contains(*shape)) {
                    let at = text.find(shape.as_str()).expect("it was found");
                    let line = text[at..].lines().next().unwrap_or_default();
                    found.push(format!(
                        "{kind}, {format:?}, {layout:?}: {shape} in {line:.90}"
                    ));
                }
            }
        }
    }
    found.dedup();
    assert_eq!(found, Vec::<String>::new());
    assert!(reports > KINDS.len() * 2 * 30, "{reports}");
}
