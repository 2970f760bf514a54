//! Tests that nothing in a recording or a file name can control a terminal or a CI server, in any
//! report format.

use crate::bench::{Bench, SPEC, with_body};

const FORMATS: [&str; 6] = ["human", "json", "sarif", "junit", "github", "html"];

/// Names of files as an attacker would give them, and what of them must not be in a report.
const NAMES: [(&str, &[&str]); 7] = [
    (
        "a\n::error file=x,line=1::forged.json",
        &["\n::error file=x"],
    ),
    ("a\r\n::add-mask::x.json", &["\r", "\n::add-mask"]),
    ("a\u{1b}[2J\u{1b}]0;title\u{7}.json", &["\u{1b}", "\u{7}"]),
    (
        "a\u{202e}nosj.\u{2066}x\u{2069}.json",
        &["\u{202e}", "\u{2066}", "\u{2069}"],
    ),
    (
        "a\u{9b}31m\u{85}\u{2028}b.json",
        &["\u{9b}", "\u{85}", "\u{2028}"],
    ),
    (
        "a ##vso[task.complete]##[error]x ##teamcity[x].json",
        &["##"],
    ),
    (
        "a<script>alert(1)<b>\"'&.json",
        &["<script>alert", "<b>\"'&.json"],
    ),
];

/// Each form of the report of a recording in a file of this name, with something wrong in it and
/// with nothing that can be read.
fn reports(name: &str) -> Vec<(String, String)> {
    let mut reports = Vec::new();
    for text in [with_body(r#"[{"name": 1, "extra": 1}]"#), "{".to_owned()] {
        let bench = Bench::new();
        bench
            .write("spec.yaml", SPEC)
            .write(&format!("recordings/{name}"), &text)
            .write(&format!("recordings/{name}.txt"), "");
        for format in FORMATS {
            let run = bench.validate(["--spec", "spec.yaml", "recordings", "--format", format]);
            assert!(run.code > 0 && run.stderr.is_empty(), "{run:?}");
            reports.push((format.to_owned(), run.stdout));
        }
    }
    reports
}

#[test]
fn a_file_name_controls_nothing() {
    for (name, forbidden) in NAMES {
        for (format, text) in reports(name) {
            // What JSON and XML escape, they read back: the parsed text must be harmless too.
            for text in [text.clone(), parsed(&format, &text)] {
                for part in forbidden {
                    let is_markup = part.starts_with('<');
                    if is_markup && format != "html" {
                        continue;
                    }
                    assert!(!text.contains(part), "{format}: {part:?} in {text}");
                }
            }
        }
    }
}

/// The strings of a report, as a program reads them.
fn parsed(format: &str, text: &str) -> String {
    fn strings(value: &serde_json::Value, out: &mut String) {
        match value {
            serde_json::Value::String(text) => *out = format!("{out}\u{0}{text}"),
            serde_json::Value::Array(items) => items.iter().for_each(|it| strings(it, out)),
            serde_json::Value::Object(members) => members.values().for_each(|it| strings(it, out)),
            _ => {}
        }
    }
    let mut out = String::new();
    match format {
        "json" | "sarif" => strings(&serde_json::from_str(text).expect("JSON"), &mut out),
        "junit" => {
            let document = roxmltree::Document::parse(text).expect("XML");
            for node in document.descendants() {
                let attributes = node.attributes().map(|it| it.value().to_owned());
                for text in attributes.chain(node.text().map(str::to_owned)) {
                    out = format!("{out}\u{0}{text}");
                }
            }
        }
        _ => {}
    }
    // The report's own line ends begin no command.
    out.replace("\n::: ", " ")
}

#[test]
fn each_finding_is_one_command_of_github_whatever_the_file_is_called() {
    for (name, _) in NAMES {
        for (format, text) in reports(name) {
            if format == "github" {
                for line in text.lines() {
                    assert!(
                        line.starts_with("::error ") || line.starts_with("::warning "),
                        "{line}"
                    );
                }
            }
        }
    }
}

#[test]
fn keys_and_values_control_nothing() {
    let key = "\\u001b[2Jx\\n::error::x\\u202e##[error]";
    let body = format!(r#"[{{"name": 1, "{key}": "{key}", "size": "{key}"}}]"#);
    let bench = Bench::new();
    bench
        .write("spec.yaml", SPEC)
        .write("recordings/a.json", &with_body(&body))
        .write(
            "recordings/b.json",
            &with_body("[]").replace("\"GET\"", "\"G\\u001b[2J\\n::error::T\""),
        )
        .write(
            "recordings/c.json",
            &with_body("[]").replace("application/json", "text/x\\u001b[2J\\n::error::"),
        );
    for format in FORMATS {
        let run = bench.validate(["--spec", "spec.yaml", "recordings", "--format", format]);
        for text in [run.stdout.clone(), parsed(format, &run.stdout)] {
            for part in ["\u{1b}", "\u{202e}", "\n::error::", "##["] {
                assert!(!text.contains(part), "{format}: {part:?} in {text}");
            }
        }
    }
}
