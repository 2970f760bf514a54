//! Tests that a tool's own checks see each validated document once.

use std::path::Path;
use std::sync::Mutex;

use http_recording::Recording;
use located::Source;
use openapi_traffic::report::{Report, Tool};
use openapi_traffic::{About, Checks, Finding, Options, Relations, Rule, Severity, Spec, run};

use crate::bench::{Bench, SPEC, with_body};

const TITLED: Rule = Rule {
    code: "X001",
    name: "titled",
    severity: Severity::Warning,
    about: About::Value,
    title: "a document",
    explanation: "It is there.",
};

/// Wants all but `unwanted.json`, and finds something in each document.
#[derive(Default)]
struct Reader {
    /// The name of each document, and where its exchanges stand.
    seen: Mutex<Vec<(String, Vec<String>)>>,
}

impl Checks for Reader {
    fn wants(&self, path: &Path) -> bool {
        !path.ends_with("unwanted.json")
    }

    fn document(
        &self,
        _spec: &Spec,
        source: &Source,
        exchanges: &[(&Recording, &str)],
    ) -> Vec<Finding> {
        let name = Path::new(source.file()).file_name().expect("a name");
        let pointers = exchanges.iter().map(|(_, pointer)| (*pointer).to_owned());
        self.seen
            .lock()
            .expect("no panic")
            .push((name.display().to_string(), pointers.collect()));
        vec![Finding::new(&TITLED, "in a document", "", "")]
    }

    fn finish(
        &self,
        _spec: &Spec,
        _relations: Option<&Relations>,
        _report: &mut Report,
    ) -> Vec<Finding> {
        vec![Finding::new(&TITLED, "in the end", "", "")]
    }
}

const ENTRY: &str = r#"{"request": {"method": "GET", "url": "https://api.acme.example/trunks"},
    "response": {"status": 200, "content": {"mimeType": "application/json", "text": "[]"}}}"#;

/// A HAR of so many exchanges.
fn har(entries: usize) -> String {
    let entries = vec![ENTRY; entries].join(",");
    format!(r#"{{"log": {{"version": "1.2", "entries": [{entries}]}}}}"#)
}

/// A run over a folder with these files.
fn checked(files: &[(&str, &str)]) -> (Reader, Report) {
    let bench = Bench::new();
    bench.write("spec.yaml", SPEC);
    for (name, text) in files {
        bench.write(&format!("traffic/{name}"), text);
    }
    let options = Options {
        spec: bench.path().join("spec.yaml"),
        paths: vec![bench.path().join("traffic")],
        ..Options::default()
    };
    let reader = Reader::default();
    let report = run(&options, Tool::default(), &reader, &mut || {});
    reader.seen.lock().expect("no panic").sort();
    (reader, report)
}

#[test]
fn a_recording_and_a_har_come_with_their_exchanges() {
    let (reader, report) = checked(&[("a.json", &with_body("[]")), ("b.har", &har(2))]);
    let seen = reader.seen.into_inner().expect("no panic");
    let expected = [
        ("a.json", vec![""]),
        ("b.har", vec!["/log/entries/0", "/log/entries/1"]),
    ];
    let expected = expected.map(|(name, at)| {
        (
            name.to_owned(),
            at.iter().map(ToString::to_string).collect(),
        )
    });
    assert_eq!(seen, expected);
    let messages = |it: &str| {
        report
            .findings
            .iter()
            .filter(|found| found.finding.message == it)
            .count()
    };
    assert_eq!((messages("in a document"), messages("in the end")), (2, 1));
}

#[test]
fn a_har_of_any_size_comes_as_a_whole_and_once() {
    let entries = (2 << 20) / ENTRY.len();
    let (reader, report) = checked(&[("large.har", &har(entries))]);
    let seen = reader.seen.into_inner().expect("no panic");
    assert_eq!(seen.len(), 1);
    assert_eq!(
        (seen[0].1.len(), report.summary.exchanges),
        (entries, entries)
    );
}

#[test]
fn checks_see_only_files_that_they_want_and_that_can_be_validated() {
    let (reader, report) = checked(&[
        ("broken.json", "{"),
        ("unwanted.json", &with_body("[]")),
        ("lines.ndjson", &with_body("[]").replace('\n', "")),
    ]);
    assert_eq!(reader.seen.into_inner().expect("no panic"), []);
    assert_eq!((report.summary.exchanges, report.problems.len()), (2, 1));
}
