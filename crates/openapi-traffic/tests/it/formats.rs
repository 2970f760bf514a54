//! Tests each report format with an independent parser of that format.

use serde::Deserialize;
use serde_json::Value;

use crate::bench::{Bench, Run, SPEC, with_body};

/// One wrong field in three elements of one recording and in one of another.
fn four_wrong_names(format: &str) -> Run {
    let bench = Bench::new();
    bench
        .write("spec.yaml", SPEC)
        .write(
            "recordings/a.json",
            &with_body(r#"[{"name": 1}, {"name": 2}, {"name": 3}]"#),
        )
        .write("recordings/b,c:d%.json", &with_body(r#"[{"name": 4}]"#))
        .write("recordings/good.json", &with_body(r#"[{"name": "a"}]"#));
    let run = bench.validate(["--spec", "spec.yaml", "recordings", "--format", format]);
    let here = bench.path().canonicalize().expect("the folder is there");
    Run {
        stdout: run.stdout.replace(&format!("{}/", here.display()), ""),
        ..run
    }
}

#[test]
fn human_has_no_colour_when_it_is_not_a_terminal() {
    assert!(!four_wrong_names("human").stdout.contains('\u{1b}'));
}

#[test]
fn json_keeps_to_its_schema() {
    let schema = openapi_traffic::report::schema("Report").expect("there is a schema");
    let schema: Value = serde_json::from_str(&schema).expect("the schema is JSON");
    let bench = Bench::new();
    bench
        .write("spec.yaml", SPEC)
        .write(
            "recordings/a.json",
            &with_body(r#"[{"name": 1, "colour": "red"}]"#),
        )
        .write("recordings/b.json", "{");
    let run = bench.validate([
        "--spec",
        "spec.yaml",
        "recordings",
        "--format",
        "json",
        "--coverage",
    ]);
    let report: Value = serde_json::from_str(&run.stdout).expect("the report is JSON");
    let validator = jsonschema::validator_for(&schema).expect("the schema compiles");
    let errors: Vec<_> = validator
        .iter_errors(&report)
        .map(|error| format!("{}: {error}", error.instance_path()))
        .collect();
    assert_eq!(errors, Vec::<String>::new());
    assert!(
        report["findings"]
            .as_array()
            .is_some_and(|findings| findings.len() == 2),
        "{report:#}"
    );
    assert!(
        report["problems"]
            .as_array()
            .is_some_and(|problems| problems.len() == 1),
        "{report:#}"
    );
}

#[test]
fn json_lists_every_finding_with_both_places() {
    let run = four_wrong_names("json");
    let report: Value = serde_json::from_str(&run.stdout).expect("the report is JSON");
    let places: Vec<_> = report["findings"]
        .as_array()
        .expect("findings")
        .iter()
        .map(|finding| {
            format!(
                "{} {}",
                finding["spec"]["pointer"], finding["recording"]["pointer"]
            )
            .replace('"', "")
        })
        .collect();
    let spec = "/components/schemas/Trunk/properties/name/type";
    assert_eq!(
        places,
        [0, 1, 2, 0].map(|element| format!("{spec} /response/body/{element}/name"))
    );
    assert_eq!(
        (&report["outcome"], &report["summary"]["errors"]),
        (&"findings".into(), &4.into())
    );
}

#[test]
fn two_runs_say_the_same() {
    for format in ["json", "sarif", "junit", "github"] {
        let bench = Bench::new();
        bench.write("spec.yaml", SPEC);
        for name in ["a", "b", "c", "d", "e", "f"] {
            bench.write(
                &format!("recordings/{name}.json"),
                &with_body(r#"[{"name": 1, "colour": "red"}, {"size": "x"}]"#),
            );
        }
        let run = || {
            bench
                .validate(["--spec", "spec.yaml", "recordings", "--format", format])
                .stdout
        };
        assert_eq!(run(), run(), "{format}");
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Sarif {
    version: String,
    runs: Vec<SarifRun>,
}

#[derive(Deserialize)]
struct SarifRun {
    tool: Tool,
    invocations: Vec<Invocation>,
    results: Vec<SarifResult>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Invocation {
    execution_successful: bool,
    tool_execution_notifications: Vec<Notification>,
}

#[derive(Deserialize)]
struct Notification {
    level: String,
    message: Text,
}

#[derive(Deserialize)]
struct Tool {
    driver: Driver,
}

#[derive(Deserialize)]
struct Driver {
    name: String,
    rules: Vec<Rule>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Rule {
    id: String,
    name: String,
    short_description: Text,
    full_description: Text,
    help: Text,
}

#[derive(Deserialize)]
struct Text {
    text: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct SarifResult {
    rule_id: String,
    level: String,
    message: Text,
    locations: Vec<Location>,
    related_locations: Vec<Location>,
    partial_fingerprints: std::collections::BTreeMap<String, String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Location {
    physical_location: PhysicalLocation,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct PhysicalLocation {
    artifact_location: Artifact,
    region: Region,
}

#[derive(Deserialize)]
struct Artifact {
    uri: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Region {
    start_line: u32,
    start_column: u32,
    end_line: u32,
    end_column: u32,
}

#[test]
fn sarif_has_the_recording_as_place_and_the_spec_as_related_place() {
    let run = four_wrong_names("sarif");
    let sarif: Sarif = serde_json::from_str(&run.stdout).expect("SARIF");
    assert_eq!(sarif.version, "2.1.0");
    let result = &sarif.runs[0].results[0];
    let (place, related) = (
        &result.locations[0].physical_location,
        &result.related_locations[0].physical_location,
    );
    assert!(place.artifact_location.uri.ends_with("recordings/a.json"));
    assert!(related.artifact_location.uri.ends_with("spec.yaml"));
    assert_eq!(
        (place.region.start_line, related.region.start_line),
        (8, 24)
    );
    assert_eq!(
        (result.level.as_str(), result.message.text.is_empty()),
        ("error", false)
    );
}

#[test]
fn sarif_regions_cover_what_the_carets_cover() {
    let sarif: Sarif = serde_json::from_str(&four_wrong_names("sarif").stdout).expect("SARIF");
    let region = &sarif.runs[0].results[0].locations[0]
        .physical_location
        .region;
    let name = r#""name": 1"#;
    let before = r#"    "body": [{"#;
    let start = u32::try_from(before.len()).expect("short") + 1;
    assert_eq!(
        (region.start_column, region.end_line),
        (start, region.start_line)
    );
    assert_eq!(
        region.end_column,
        start + u32::try_from(name.len()).expect("short")
    );
}

#[test]
fn sarif_escapes_a_file_name_as_a_uri() {
    let sarif: Sarif = serde_json::from_str(&four_wrong_names("sarif").stdout).expect("SARIF");
    let uris: Vec<_> = sarif.runs[0]
        .results
        .iter()
        .map(|it| {
            it.locations[0]
                .physical_location
                .artifact_location
                .uri
                .as_str()
        })
        .collect();
    assert!(
        uris.iter()
            .any(|uri| uri.ends_with("recordings/b%2Cc%3Ad%25.json")),
        "{uris:?}"
    );
}

#[test]
fn sarif_explains_every_code_that_it_uses() {
    let sarif: Sarif = serde_json::from_str(&four_wrong_names("sarif").stdout).expect("SARIF");
    let Driver { name, rules } = &sarif.runs[0].tool.driver;
    assert_eq!(name, "openapi-traffic");
    for rule in rules {
        let texts = [
            &rule.name,
            &rule.short_description.text,
            &rule.full_description.text,
            &rule.help.text,
        ];
        assert!(texts.iter().all(|text| !text.is_empty()), "{}", rule.id);
    }
    for result in &sarif.runs[0].results {
        assert!(
            rules.iter().any(|rule| rule.id == result.rule_id),
            "{}",
            result.rule_id
        );
    }
}

#[test]
fn sarif_reports_what_could_not_be_validated_and_what_was_skipped() {
    let bench = Bench::new();
    bench
        .write("spec.yaml", SPEC)
        .write("recordings/a.json", &with_body("[]"))
        .write("recordings/notes.txt", "x")
        .write("zz.json", "{\n");
    let reported = |paths: &[&str]| {
        let run = bench.validate(
            ["--spec", "spec.yaml", "--format", "sarif"]
                .iter()
                .chain(paths)
                .copied(),
        );
        let sarif: Sarif = serde_json::from_str(&run.stdout).expect("SARIF");
        let Invocation {
            execution_successful,
            tool_execution_notifications,
        } = &sarif.runs[0].invocations[0];
        let texts = tool_execution_notifications.iter().map(|it| {
            format!(
                "{}: {}",
                it.level,
                it.message.text.rsplit('/').next().unwrap_or("")
            )
        });
        (*execution_successful, texts.collect::<Vec<_>>())
    };
    assert_eq!(
        reported(&["recordings"]),
        (
            true,
            vec!["note: notes.txt: not .json, .har, .ndjson or .jsonl".to_owned()]
        )
    );
    assert_eq!(
        reported(&["zz.json"]),
        (
            false,
            vec!["error: zz.json:2:1: the text ends within an object".to_owned()]
        )
    );
}

#[test]
fn sarif_fingerprints_outlive_moved_lines_and_tell_findings_apart() {
    let prints = |spec: &str, body: &str| {
        let bench = Bench::in_workspace();
        bench
            .write("spec.yaml", spec)
            .write("recordings/a.json", &with_body(body));
        let run = bench.validate(["--spec", "spec.yaml", "recordings", "--format", "sarif"]);
        let sarif: Sarif = serde_json::from_str(&run.stdout).expect("SARIF");
        let results = &sarif.runs[0].results;
        let place = &results[0].related_locations[0].physical_location;
        let prints = results.iter().map(|it| it.partial_fingerprints.clone());
        (place.region.start_line, prints.collect::<Vec<_>>())
    };
    let wrong = r#"[{"name": 1}]"#;
    let (line, print) = prints(SPEC, wrong);
    assert_eq!((line, print.len()), (24, 1));
    assert_eq!(print[0]["finding/v1"].len(), 10);

    let moved = prints(&format!("# a comment\n{SPEC}"), &format!("\n\n{wrong}"));
    assert_eq!(moved, (25, print.clone()));

    let (_, longer) = prints(SPEC, r#"[{"name": "a"}, {"name": 1}]"#);
    assert_eq!(longer, print);

    let (_, two) = prints(SPEC, r#"[{"name": 1, "size": "x"}]"#);
    assert!(two.contains(&print[0]) && two[0] != two[1], "{two:?}");
}

#[test]
fn junit_has_a_case_per_exchange_and_fails_the_wrong_ones() {
    let run = four_wrong_names("junit");
    let document = roxmltree::Document::parse(&run.stdout).expect("XML");
    let cases: Vec<_> = document
        .descendants()
        .filter(|node| node.has_tag_name("testcase"))
        .collect();
    let failed = |name: &str| {
        let case = cases
            .iter()
            .find(|case| case.attribute("name") == Some(name))
            .unwrap_or_else(|| panic!("{name} in {}", run.stdout));
        case.children().any(|node| node.has_tag_name("failure"))
    };
    assert_eq!(cases.len(), 3);
    assert_eq!(
        (failed("a.json"), failed("b,c:d%.json"), failed("good.json")),
        (true, true, false)
    );
}

#[test]
fn junit_counts_its_cases_and_failures() {
    let run = four_wrong_names("junit");
    let document = roxmltree::Document::parse(&run.stdout).expect("XML");
    let root = document.root_element();
    assert_eq!(
        (
            root.attribute("tests"),
            root.attribute("failures"),
            root.attribute("errors")
        ),
        (Some("3"), Some("2"), Some("0"))
    );
}

#[test]
fn junit_survives_control_characters_and_markup_in_a_recording() {
    let bench = Bench::new();
    bench.write("spec.yaml", SPEC).write(
        "recordings/a.json",
        &with_body(r#"[{"name": "a", "<&\"\u0001\u001b]]>": 1}]"#),
    );
    let run = bench.validate(["--spec", "spec.yaml", "recordings", "--format", "junit"]);
    let document = roxmltree::Document::parse(&run.stdout).expect("XML");
    assert!(
        document
            .descendants()
            .any(|node| node.has_tag_name("failure")),
        "{}",
        run.stdout
    );
}

#[test]
fn junit_reports_what_could_not_be_validated_as_an_error() {
    let bench = Bench::new();
    bench
        .write("spec.yaml", SPEC)
        .write("recordings/a.json", "{");
    let run = bench.validate(["--spec", "spec.yaml", "recordings", "--format", "junit"]);
    let document = roxmltree::Document::parse(&run.stdout).expect("XML");
    assert!(
        document
            .descendants()
            .any(|node| node.has_tag_name("error")),
        "{}",
        run.stdout
    );
}

/// Wanted by the schema of Jenkins, which other readers share.
#[test]
fn junit_gives_every_case_a_name_and_a_class() {
    let bench = Bench::new();
    bench
        .write("spec.yaml", SPEC)
        .write("recordings/a.json", &with_body(r#"[{"name": 1}]"#))
        .write("recordings/b.json", "{")
        .write(
            "baseline.yaml",
            "- {id: 1a2b3c4d5e, reason: none, expires: 2999-01-01}\n",
        );
    let run = bench.validate([
        "--spec",
        "spec.yaml",
        "--baseline",
        "baseline.yaml",
        "recordings",
        "--format",
        "junit",
    ]);
    let document = roxmltree::Document::parse(&run.stdout).expect("XML");
    let cases: Vec<_> = document
        .descendants()
        .filter(|node| node.has_tag_name("testcase"))
        .collect();
    assert!(
        cases
            .iter()
            .any(|case| case.attribute("name") == Some("could not validate 1")),
        "{}",
        run.stdout
    );
    for case in cases {
        let wanted = ["name", "classname"]
            .map(|name| case.attribute(name).is_some_and(|value| !value.is_empty()));
        assert_eq!(wanted, [true, true], "{}", run.stdout);
    }
}

/// A workflow command as the runner of GitHub Actions reads it.
fn command(line: &str) -> (String, Vec<(String, String)>, String) {
    let (head, message) = line
        .strip_prefix("::")
        .and_then(|rest| rest.split_once("::"))
        .expect("a workflow command");
    let (name, properties) = head.split_once(' ').unwrap_or((head, ""));
    let data = |text: &str| {
        text.replace("%0D", "\r")
            .replace("%0A", "\n")
            .replace("%25", "%")
    };
    let property = |text: &str| data(&text.replace("%3A", ":").replace("%2C", ","));
    let properties = properties.split(',').map(|pair| {
        let (key, value) = pair.split_once('=').expect("key=value");
        (key.to_owned(), property(value))
    });
    (name.to_owned(), properties.collect(), data(message))
}

#[test]
fn github_annotates_each_finding_at_the_recording() {
    let run = four_wrong_names("github");
    let commands: Vec<_> = run.stdout.lines().map(command).collect();
    assert_eq!(commands.len(), 4, "{}", run.stdout);
    let (name, properties, message) = &commands[3];
    let value = |key: &str| {
        properties
            .iter()
            .find(|(it, _)| it == key)
            .map_or("", |(_, value)| value.as_str())
    };
    assert_eq!(name, "error");
    assert_eq!(
        (value("file"), value("line")),
        ("recordings/b,c:d%.json", "8")
    );
    assert!(value("title").starts_with("NSV2"));
    assert!(
        message.lines().any(|line| line.starts_with("expected: ")),
        "{message}"
    );
}

#[test]
fn github_stays_on_one_line_whatever_a_name_in_a_recording_holds() {
    let bench = Bench::new();
    bench.write("spec.yaml", SPEC).write(
        "recordings/a.json",
        &with_body(r#"[{"name": "a", "100%\r\n::error title=x::y": 1}]"#),
    );
    let run = bench.validate(["--spec", "spec.yaml", "recordings", "--format", "github"]);
    assert_eq!(run.stdout.lines().count(), 1, "{}", run.stdout);
    let (_, _, message) = command(run.stdout.trim_end());
    assert!(
        message.starts_with("`[].•••` is not documented\n"),
        "{message:?}"
    );
}

#[test]
fn github_reports_what_could_not_be_validated() {
    let bench = Bench::new();
    bench
        .write("spec.yaml", SPEC)
        .write("recordings/a.json", "{");
    let run = bench.validate(["--spec", "spec.yaml", "recordings", "--format", "github"]);
    let (name, properties, _) = command(run.stdout.lines().next().expect("a line"));
    assert_eq!(
        (name.as_str(), properties),
        (
            "error",
            vec![("title".to_owned(), "could not validate".to_owned())]
        )
    );
}
