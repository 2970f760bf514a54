//! The report as JUnit XML: a suite per folder or file of recordings, a test case per exchange, and
//! one suite for findings that belong to no exchange.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt::{self, Write};
use std::io;

use quick_xml::Writer;
use quick_xml::events::{BytesDecl, BytesStart, BytesText, Event};
use rayon::prelude::*;

use located::Place;

use super::model::{Report, Reported, groups};

/// The suite of findings that belong to no exchange.
const REPOSITORY: &str = "repository";

/// A test case.
struct Case<'r> {
    name: Cow<'r, str>,
    status: Status<'r>,
}

enum Status<'r> {
    Passed,
    /// The first finding, and all of them in words.
    Failed(&'r Reported, String),
    /// Why something could not be validated.
    Error(&'r str),
}

type Suites<'r> = BTreeMap<&'r str, Vec<Case<'r>>>;

pub(super) fn render(report: &Report) -> anyhow::Result<String> {
    let mut out = Writer::new_with_indent(Vec::new(), b' ', 4);
    write(&mut out, report.tool.name, &suites(report))?;
    // Ends the last line.
    out.write_indent()?;
    Ok(String::from_utf8(out.into_inner())?)
}

fn suites(report: &Report) -> Suites<'_> {
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
    let statuses: Vec<_> = report
        .cases
        .par_iter()
        .map(|case| {
            let findings = reported.get(case.findings.clone()).unwrap_or_default();
            let findings: Vec<_> = findings.iter().flatten().copied().collect();
            status(&findings)
        })
        .collect();
    let mut suites = Suites::new();
    for (case, status) in report.cases.iter().zip(statuses) {
        let name = case.name.as_str().into();
        let suite = suites.entry(&case.suite).or_default();
        suite.push(Case { name, status });
    }
    let of_no_case = of_no_case.into_iter().map(|it| Case {
        name: format!("{} {}", it.finding.code, it.id).into(),
        status: status(&[it]),
    });
    let problems = report.problems.iter().enumerate();
    let problems = problems.map(|(number, problem)| Case {
        name: format!("could not validate {}", number + 1).into(),
        status: Status::Error(problem),
    });
    for case in of_no_case.chain(problems) {
        suites.entry(REPOSITORY).or_default().push(case);
    }
    suites
}

fn status<'r>(findings: &[&'r Reported]) -> Status<'r> {
    match findings {
        [] => Status::Passed,
        [first, ..] => Status::Failed(first, describe(findings)),
    }
}

fn write(out: &mut Writer<Vec<u8>>, tool: &str, suites: &Suites<'_>) -> io::Result<()> {
    out.write_event(Event::Decl(BytesDecl::new("1.0", Some("UTF-8"), None)))?;
    let [mut tests, mut failures, mut errors] = [0; 3];
    for cases in suites.values() {
        tests += cases.len();
        failures += failed(cases);
        errors += broken(cases);
    }
    let counts = [
        ("tests", tests),
        ("skipped", 0),
        ("failures", failures),
        ("errors", errors),
    ];
    element(out, counted("testsuites", tool, counts), |out| {
        suites
            .iter()
            .try_for_each(|(name, cases)| write_suite(out, name, cases))
    })
}

fn write_suite(out: &mut Writer<Vec<u8>>, suite: &str, cases: &[Case<'_>]) -> io::Result<()> {
    let counts = [
        ("tests", cases.len()),
        ("skipped", 0),
        ("errors", broken(cases)),
        ("failures", failed(cases)),
    ];
    element(out, counted("testsuite", suite, counts), |out| {
        cases.iter().try_for_each(|Case { name, status }| {
            // Parsers that follow the schema of Jenkins require a class name for every case.
            let names = [("name", &**name), ("classname", suite)];
            let case = BytesStart::new("testcase").with_attributes(names);
            match status {
                Status::Passed => out.write_event(Event::Empty(case)),
                Status::Failed(first, words) => element(out, case, |out| {
                    let finding = &first.finding;
                    let what = [("message", &*finding.message), ("type", finding.code)];
                    let failure = BytesStart::new("failure").with_attributes(what);
                    element(out, failure, |out| {
                        out.write_event(Event::Text(BytesText::new(words)))
                    })
                }),
                Status::Error(problem) => element(out, case, |out| {
                    let what = [("message", *problem), ("type", "not-validated")];
                    let error = BytesStart::new("error").with_attributes(what);
                    out.write_event(Event::Empty(error))
                }),
            }
        })
    })
}

/// An element with what is in it.
fn element(
    out: &mut Writer<Vec<u8>>,
    start: BytesStart<'_>,
    inside: impl FnOnce(&mut Writer<Vec<u8>>) -> io::Result<()>,
) -> io::Result<()> {
    let end = start.to_end().into_owned();
    out.write_event(Event::Start(start))?;
    inside(out)?;
    out.write_event(Event::End(end))
}

fn counted(element: &'static str, name: &str, counts: [(&str, usize); 4]) -> BytesStart<'static> {
    let mut start = BytesStart::new(element);
    start.push_attribute(("name", name));
    for (what, count) in counts {
        start.push_attribute((what, count.to_string().as_str()));
    }
    start
}

fn failed(cases: &[Case<'_>]) -> usize {
    let failed = |case: &&Case<'_>| matches!(case.status, Status::Failed(..));
    cases.iter().filter(failed).count()
}

fn broken(cases: &[Case<'_>]) -> usize {
    let broken = |case: &&Case<'_>| matches!(case.status, Status::Error(_));
    cases.iter().filter(broken).count()
}

/// One paragraph for equal findings.
fn describe(findings: &[&Reported]) -> String {
    let mut out = String::new();
    for group in groups(findings.iter().copied()) {
        if !out.is_empty() {
            out.push_str("\n\n");
        }
        // Writing to a string does not fail.
        let _ = paragraph(&mut out, &group);
    }
    out
}

fn paragraph(out: &mut String, group: &[&Reported]) -> fmt::Result {
    let Reported { id, finding, .. } = group[0];
    write!(out, "{}: {}", finding.code, finding.message)?;
    if group.len() > 1 {
        write!(out, " ×{}", group.len())?;
    }
    if let Some(exchange) = &finding.exchange {
        write!(out, "\nin: {exchange}")?;
    }
    let (expected, seen) = (&finding.expected, &finding.seen);
    write!(out, "\nexpected: {expected}\nseen: {seen}")?;
    let places = [
        ("spec", finding.spec.as_deref()),
        ("recording", finding.recording.as_ref()),
        ("compared with", finding.before.as_ref()),
    ];
    for (what, place) in places {
        if let Some(Place {
            file,
            line,
            column,
            pointer,
        }) = place
        {
            write!(out, "\n{what}: {file}:{line}:{column} (#{pointer})")?;
        }
    }
    write!(out, "\nid: {id}")
}
