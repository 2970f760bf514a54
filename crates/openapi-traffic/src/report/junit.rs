//! The report as JUnit XML: a suite per folder or file of recordings, a test case per exchange, and
//! one suite for findings that belong to no exchange.

use std::collections::BTreeMap;

use quick_junit::{NonSuccessKind, Report as Document, TestCase, TestCaseStatus, TestSuite};

use located::Place;

use super::model::{Report, Reported, groups};

/// The suite of findings that belong to no exchange.
const REPOSITORY: &str = "repository";

pub(super) fn render(report: &Report) -> anyhow::Result<String> {
    let mut suites: BTreeMap<&str, TestSuite> = BTreeMap::new();
    let all = report.cases.iter().map(|case| case.findings.end).max();
    // Suppressed findings are not reported, so their case passes.
    let mut reported: Vec<Option<&Reported>> = vec![None; all.unwrap_or(0)];
    let mut of_no_case = Vec::new();
    for it in &report.findings {
        let number = it.finding.number;
        match number.and_then(|number| reported.get_mut(number)) {
            Some(place) => *place = Some(it),
            None => of_no_case.push(it),
        }
    }
    for case in &report.cases {
        let findings = reported.get(case.findings.clone()).unwrap_or_default();
        let findings: Vec<_> = findings.iter().flatten().copied().collect();
        add(&mut suites, &case.suite, &case.name, status(&findings));
    }
    for it in of_no_case {
        let name = format!("{} {}", it.finding.code, it.id);
        add(&mut suites, REPOSITORY, &name, status(&[it]));
    }
    for (number, problem) in report.problems.iter().enumerate() {
        let mut status = TestCaseStatus::non_success(NonSuccessKind::Error);
        status
            .set_message(problem.as_str())
            .set_type("not-validated");
        add(
            &mut suites,
            REPOSITORY,
            &format!("could not validate {}", number + 1),
            status,
        );
    }
    let mut document = Document::new(report.tool.name);
    document.add_test_suites(suites.into_values());
    Ok(document.to_string()?)
}

/// Adds a case. Parsers that follow the schema of Jenkins require a class name for every case.
fn add<'a>(
    suites: &mut BTreeMap<&'a str, TestSuite>,
    suite: &'a str,
    name: &str,
    status: TestCaseStatus,
) {
    let mut case = TestCase::new(name, status);
    case.set_classname(suite);
    suites
        .entry(suite)
        .or_insert_with(|| TestSuite::new(suite))
        .add_test_case(case);
}

fn status(findings: &[&Reported]) -> TestCaseStatus {
    let [first, ..] = findings else {
        return TestCaseStatus::success();
    };
    let mut status = TestCaseStatus::non_success(NonSuccessKind::Failure);
    status
        .set_message(first.finding.message.as_str())
        .set_type(first.finding.code)
        .set_description(describe(findings));
    status
}

/// One paragraph for equal findings.
fn describe(findings: &[&Reported]) -> String {
    let paragraphs = groups(findings.iter().copied()).into_iter().map(|group| {
        let Reported { id, finding, .. } = group[0];
        let at = |what: &str, place: &Option<Place>| {
            place.as_ref().map_or_else(
                String::new,
                |Place {
                     file,
                     line,
                     column,
                     pointer,
                 }| format!("\n{what}: {file}:{line}:{column} (#{pointer})"),
            )
        };
        let times = if group.len() > 1 {
            format!(" ×{}", group.len())
        } else {
            String::new()
        };
        let of = match &finding.exchange {
            Some(exchange) => format!("\nin: {exchange}"),
            None => String::new(),
        };
        format!(
            "{}: {}{times}{of}\nexpected: {}\nseen: {}{}{}{}\nid: {id}",
            finding.code,
            finding.message,
            finding.expected,
            finding.seen,
            at("spec", &finding.spec),
            at("recording", &finding.recording),
            at("compared with", &finding.before),
        )
    });
    paragraphs.collect::<Vec<_>>().join("\n\n")
}
