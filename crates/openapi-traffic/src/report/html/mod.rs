//! The report as one HTML page. It needs no network, and is complete without scripts.

mod text;
mod tree;

use std::fmt::{self, Write};

use located::Place;
use unicode_width::UnicodeWidthChar;

use super::coverage::{Coverage, verdict};
use super::model::{Outcome, Report, Reported, Skipped, groups};
use super::window::{Kind, Line, Windows};
use crate::count::count;
use crate::evidence::{Row, Verdict};
use crate::finding::Finding;
use text::{Message, Text, Where};
use tree::{Tree, name};

/// How many entries of a list are shown before the rest is collapsed.
const LISTED: usize = 12;

const STYLE: &str = include_str!("page.css");
const SCRIPT: &str = include_str!("page.js");

pub(super) fn render(report: &Report) -> String {
    let mut page = String::new();
    // Writing to a string does not fail.
    let _ = Page {
        report,
        out: &mut page,
    }
    .whole();
    page
}

struct Page<'r> {
    report: &'r Report,
    out: &'r mut String,
}

impl Page<'_> {
    fn whole(&mut self) -> fmt::Result {
        let title = format!("{}: {}", self.report.spec, self.verdict().1);
        write!(
            self.out,
            "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
             <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
             <meta name=\"color-scheme\" content=\"light dark\">\n\
             <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; \
             style-src 'unsafe-inline'; script-src 'unsafe-inline'\">\n\
             <title>{}</title>\n<style>\n{STYLE}</style>\n</head>\n<body>\n",
            Text(title)
        )?;
        self.header()?;
        self.out.push_str("<main>\n");
        self.problems()?;
        self.findings()?;
        if let Some(coverage) = &self.report.coverage {
            self.next(coverage)?;
            self.evidence(coverage)?;
        }
        self.passed_over("skipped", "What was skipped", &self.report.skipped)?;
        self.passed_over(
            "unchecked",
            "What was not validated",
            &self.report.unchecked,
        )?;
        let tool = &self.report.tool;
        write!(
            self.out,
            "</main>\n<footer><p>Written by {} {}. Values of the traffic are not shown: <code>•••\
             </code> stands for each.</p></footer>\n<script>\n{SCRIPT}</script>\n</body>\n\
             </html>\n",
            Text(tool.name),
            Text(tool.version)
        )
    }

    /// The CSS class and the words for the outcome.
    fn verdict(&self) -> (&'static str, String) {
        let s = &self.report.summary;
        let found = format!(
            "{}, {}",
            count(s.errors, "error"),
            count(s.warnings, "warning")
        );
        match self.report.outcome {
            Outcome::Clean => ("clean", "no findings".to_owned()),
            Outcome::Findings if s.errors == 0 => ("warning", found),
            Outcome::Findings => ("error", found),
            Outcome::NotValidated => ("error", format!("could not validate everything; {found}")),
        }
    }

    fn header(&mut self) -> fmt::Result {
        let report = self.report;
        let (class, verdict) = self.verdict();
        let s = &report.summary;
        write!(
            self.out,
            "<a class=\"skip\" href=\"#findings\">To the findings</a>\n<header>\n<div>\
             <h1><span>Traffic validated against</span> <code>{}</code></h1>\n\
             <p class=\"verdict {class}\">{}</p></div>\n<dl class=\"figures\">\n",
            Text(&report.spec),
            Text(verdict)
        )?;
        let figures = [
            ("exchanges", s.exchanges.to_string(), true),
            (
                "negative examples",
                s.negatives.to_string(),
                s.negatives > 0,
            ),
            (
                "operations seen",
                format!("{} of {}", s.operations_seen, s.operations),
                s.operations > 0,
            ),
            ("corrections", s.corrections.to_string(), s.corrections > 0),
            (
                "in the baseline",
                s.suppressed.to_string(),
                s.suppressed > 0,
            ),
            ("skipped", s.skipped.to_string(), s.skipped > 0),
            ("not validated", s.unchecked.to_string(), s.unchecked > 0),
        ];
        for (name, figure, is_shown) in figures {
            if is_shown {
                writeln!(self.out, "<div><dt>{name}</dt><dd>{figure}</dd></div>")?;
            }
        }
        self.out
            .push_str("</dl>\n<nav aria-label=\"Parts of this page\">\n");
        let parts = [
            ("problems", "Problems", !report.problems.is_empty()),
            ("findings", "Findings", true),
            ("next", "Record next", report.coverage.is_some()),
            ("evidence", "Evidence", report.coverage.is_some()),
            ("skipped", "Skipped", !report.skipped.is_empty()),
            ("unchecked", "Not validated", !report.unchecked.is_empty()),
        ];
        for (id, name, is_there) in parts {
            if is_there {
                writeln!(self.out, "<a href=\"#{id}\">{name}</a>")?;
            }
        }
        self.out.push_str(
            "<button type=\"button\" id=\"theme\" hidden>Dark or light</button>\n</nav>\n\
             </header>\n",
        );
        Ok(())
    }

    fn problems(&mut self) -> fmt::Result {
        let problems = &self.report.problems;
        if problems.is_empty() {
            return Ok(());
        }
        self.out
            .push_str("<section id=\"problems\">\n<h2>What could not be validated</h2>\n<ul>\n");
        for problem in problems {
            writeln!(self.out, "<li>{}</li>", Message(problem))?;
        }
        self.out.push_str("</ul>\n</section>\n");
        Ok(())
    }

    fn passed_over(&mut self, id: &str, title: &str, all: &[Skipped]) -> fmt::Result {
        if all.is_empty() {
            return Ok(());
        }
        writeln!(self.out, "<section id=\"{id}\">\n<h2>{title}</h2>\n<ul>")?;
        for it in all {
            writeln!(self.out, "<li>{}</li>", Text(it))?;
        }
        self.out.push_str("</ul>\n</section>\n");
        Ok(())
    }

    fn findings(&mut self) -> fmt::Result {
        let report = self.report;
        let groups = groups(&report.findings);
        self.out
            .push_str("<section id=\"findings\" tabindex=\"-1\">\n<h2>Findings</h2>\n");
        if groups.is_empty() {
            let words = match report.outcome {
                Outcome::NotValidated => "None in what was validated.",
                _ => "None.",
            };
            writeln!(self.out, "<p class=\"none\">{words}</p>\n</section>")?;
            return Ok(());
        }
        self.filters(&groups)?;
        self.out.push_str("<ol class=\"findings\">\n");
        let mut windows = Windows::new(report);
        for group in &groups {
            self.finding(group, &mut windows)?;
        }
        self.out.push_str(
            "</ol>\n<p class=\"none\" id=\"no-match\" hidden>No finding matches these \
             filters.</p>\n\
             </section>\n",
        );
        Ok(())
    }

    /// The filters, hidden unless scripts are enabled.
    fn filters(&mut self, groups: &[Vec<&Reported>]) -> fmt::Result {
        let mut codes = Vec::new();
        let mut exchanges = Vec::new();
        for group in groups {
            let Reported { name, finding, .. } = group[0];
            let code = (finding.code, *name);
            if !codes.contains(&code) {
                codes.push(code);
            }
            let exchange = finding.exchange.as_deref().unwrap_or_default();
            if !exchange.is_empty() && !exchanges.contains(&exchange) {
                exchanges.push(exchange);
            }
        }
        codes.sort_unstable();
        exchanges.sort_unstable();
        self.out.push_str(
            "<form id=\"filters\" role=\"search\" aria-label=\"Findings\" hidden>\n\
             <label class=\"wide\">Words <input type=\"search\" id=\"words\" autocomplete=\"off\">\
             </label>\n<label>Severity <select id=\"severity\"><option value=\"\">all</option>\
             <option value=\"error\">errors</option><option value=\"warning\">warnings</option>\
             </select></label>\n<label>Code <select id=\"code\"><option value=\"\">all</option>\n",
        );
        for (code, name) in codes {
            writeln!(
                self.out,
                "<option value=\"{code}\">{code} {}</option>",
                Text(name)
            )?;
        }
        self.out.push_str(
            "</select></label>\n<label>Exchange <select id=\"exchange\">\
             <option value=\"\">all</option>\n",
        );
        for exchange in exchanges {
            writeln!(self.out, "<option>{}</option>", Text(exchange))?;
        }
        write!(
            self.out,
            "</select></label>\n<button type=\"reset\">Clear</button>\n\
             <p class=\"shown\" role=\"status\" id=\"shown\">{0} of {0}</p>\n\
             <p class=\"keys\"><kbd>j</kbd> <kbd>k</kbd> next and previous, <kbd>Enter</kbd> open \
             or close, <kbd>/</kbd> words, <kbd>Esc</kbd> clear, <kbd>t</kbd> dark or light</p>\n\
             </form>\n",
            groups.len()
        )
    }

    fn finding(&mut self, group: &[&Reported], windows: &mut Windows<'_>) -> fmt::Result {
        let Reported { id, name, finding } = group[0];
        self.summary(finding, group.len())?;
        self.out.push_str("<div class=\"windows\">\n");
        self.windows(finding, windows)?;
        self.out.push_str("</div>\n");
        if let Some(before) = &finding.before {
            writeln!(self.out, "<p>Compared with {}</p>", Where(before))?;
        }
        self.others(&group[1..])?;
        let rule = self.report.tool.rules.find(finding.code);
        if let Some(rule) = rule {
            writeln!(
                self.out,
                "<details class=\"why\"><summary>What {} means</summary><p>{}</p></details>",
                finding.code,
                Text(rule.explanation)
            )?;
        }
        writeln!(
            self.out,
            "<p class=\"id\">id <code>{id}</code> {}</p>\n</details>\n</li>",
            Text(name)
        )
    }

    /// The start of a finding: its tags and its message.
    fn summary(&mut self, finding: &Finding, times: usize) -> fmt::Result {
        let severity = finding.severity.word();
        let exchange = finding.exchange.as_deref().unwrap_or_default();
        write!(
            self.out,
            "<li data-severity=\"{severity}\" data-code=\"{}\" data-exchange=\"{}\">\n\
             <details open class=\"{severity}\">\n<summary><span class=\"tags\"><b class=\"tag\">\
             {severity}</b> <code>{}</code>",
            finding.code,
            Text(exchange),
            finding.code
        )?;
        if !exchange.is_empty() {
            write!(self.out, " <code>{}</code>", Text(exchange))?;
        }
        if times > 1 {
            write!(self.out, " <b class=\"times\">×{times}</b>")?;
        }
        writeln!(
            self.out,
            "</span> <span class=\"message\">{}</span></summary>",
            Message(&finding.message)
        )
    }

    /// The places of a finding, each with the lines around it.
    fn windows(&mut self, finding: &Finding, windows: &mut Windows<'_>) -> fmt::Result {
        let reported = finding.reported_key();
        let parts = [
            (
                "The spec",
                finding.spec.as_deref(),
                None,
                Kind::Document,
                "expected",
                &finding.expected,
            ),
            (
                "The traffic",
                finding.recording.as_ref(),
                finding.byte,
                Kind::Recording(reported.as_deref()),
                "seen",
                &finding.seen,
            ),
        ];
        for (title, place, byte, kind, label, text) in parts {
            if place.is_none() && text.is_empty() {
                continue;
            }
            let lines = place.map_or_else(Vec::new, |place| windows.draw(place, byte, kind));
            self.window(title, place, &lines, label, text)?;
        }
        Ok(())
    }

    fn others(&mut self, others: &[&Reported]) -> fmt::Result {
        if others.is_empty() {
            return Ok(());
        }
        writeln!(
            self.out,
            "<details class=\"others\"><summary>and in {}</summary>\n<ul>",
            count(others.len(), "other place")
        )?;
        for it in others {
            let place = it.finding.recording.as_ref().or(it.finding.spec.as_deref());
            if let Some(place) = place {
                writeln!(self.out, "<li>{}</li>", Where(place))?;
            }
        }
        self.out.push_str("</ul></details>\n");
        Ok(())
    }

    fn window(
        &mut self,
        title: &str,
        place: Option<&Place>,
        lines: &[Line],
        label: &str,
        text: &str,
    ) -> fmt::Result {
        self.out.push_str("<figure>\n");
        // Not every finding is about the document.
        if let Some(place) = place {
            writeln!(
                self.out,
                "<figcaption><b>{title}</b> {}</figcaption>",
                Where(place)
            )?;
        }
        if !lines.is_empty() {
            write!(self.out, "<pre tabindex=\"0\" aria-label=\"{title}\">")?;
            let margin = margin(lines);
            for line in lines {
                write!(self.out, "<span class=\"no\">{}</span>", line.number)?;
                let text = line.text.get(margin..).unwrap_or_default();
                match &line.carets {
                    None => write!(self.out, "{}", Text(text))?,
                    Some(carets) => {
                        let (start, rest) = at_column(text, carets.start.saturating_sub(margin));
                        let (here, after) = at_column(rest, carets.len());
                        write!(
                            self.out,
                            "{}<mark>{}</mark>{}",
                            Text(start),
                            Text(here),
                            Text(after)
                        )?;
                    }
                }
                self.out.push('\n');
            }
            self.out.push_str("</pre>\n");
        }
        writeln!(
            self.out,
            "<p class=\"label\"><b>{label}</b> {}</p>\n</figure>",
            Message(text)
        )
    }

    fn next(&mut self, coverage: &Coverage) -> fmt::Result {
        self.out
            .push_str("<section id=\"next\">\n<h2>What to record next</h2>\n");
        if coverage.next.is_empty() {
            self.out
                .push_str("<p class=\"none\">Everything was seen on a real server.</p>\n");
        } else {
            let (first, rest) = coverage.next.split_at(coverage.next.len().min(LISTED));
            self.list(first, 1)?;
            if !rest.is_empty() {
                writeln!(
                    self.out,
                    "<details><summary>and {} more</summary>",
                    rest.len()
                )?;
                self.list(rest, LISTED + 1)?;
                self.out.push_str("</details>\n");
            }
        }
        self.out.push_str("</section>\n");
        Ok(())
    }

    fn list(&mut self, entries: &[super::coverage::Next], start: usize) -> fmt::Result {
        writeln!(self.out, "<ol class=\"next\" start=\"{start}\">")?;
        for it in entries {
            writeln!(
                self.out,
                "<li>{} <small>known so far: {}</small></li>",
                Text(&it.record),
                Text(&it.known)
            )?;
        }
        self.out.push_str("</ol>\n");
        Ok(())
    }

    fn evidence(&mut self, coverage: &Coverage) -> fmt::Result {
        self.out.push_str(
            "<section id=\"evidence\">\n<h2>The spec and its evidence</h2>\n\
             <p>A place is <b>supported</b> where captured, reported or documented recordings show \
             it as the spec says; what only synthetic ones show is <b>illustrated</b> and counts \
             as not seen.</p>\n<form id=\"verdicts\" aria-label=\"Evidence\" hidden>\n<label>Show \
             <select id=\"verdict\"><option value=\"\">all</option>\n",
        );
        for (class, name) in [
            ("supported", "supported"),
            ("illustrated", "illustrated"),
            ("contradicted", "contradicted"),
            ("never-seen", "never seen"),
            ("undocumented", "undocumented"),
        ] {
            let number = coverage
                .places
                .iter()
                .filter(|row| class_of(row) == class)
                .count();
            writeln!(
                self.out,
                "<option value=\"{class}\">{name} ({number})</option>"
            )?;
        }
        self.out.push_str("</select></label>\n</form>\n");
        let tree = Tree::of(&coverage.places);
        for (title, roots) in &tree.parts {
            if !roots.is_empty() {
                writeln!(self.out, "<h3>{title}</h3>\n<ul class=\"tree\">")?;
                for root in roots {
                    self.node(&tree, *root, None)?;
                }
                self.out.push_str("</ul>\n");
            }
        }
        self.out.push_str("</section>\n");
        Ok(())
    }

    /// A place and what is below it. The recursion is bounded, because the parser limits the depth
    /// of documents.
    fn node(&mut self, tree: &Tree<'_>, index: usize, above: Option<&Row>) -> fmt::Result {
        let row = &tree.rows[index];
        let below = tree
            .below
            .get(&index)
            .map(Vec::as_slice)
            .unwrap_or_default();
        let class = class_of(row);
        write!(self.out, "<li data-verdict=\"{class}\">")?;
        if below.is_empty() {
            self.out.push_str("<div class=\"leaf\">");
        } else {
            self.out.push_str("<details open><summary>");
        }
        write!(
            self.out,
            "<code>{}</code> <span class=\"verdict {class}\">{}</span>",
            Text(name(row, above)),
            Text(verdict(row).to_lowercase())
        )?;
        let mut facts = Vec::new();
        if let (Some(of), true) = (row.of, row.seen > 0) {
            facts.push(format!("{} of {of}", row.seen));
        } else if row.seen > 0 {
            facts.push(format!("×{}", row.seen));
        }
        if row.contradicted > 0 {
            facts.push(format!("contradicted ×{}", row.contradicted));
        }
        if !row.types.is_empty() {
            facts.push(row.types.join(" or "));
        }
        let values = row
            .values
            .iter()
            .map(|(value, times)| format!("{value} ×{times}"));
        facts.extend(values);
        if let Some(first) = row.recordings.first() {
            facts.push(format!("first in {first}"));
        }
        if !facts.is_empty() {
            write!(self.out, " <small>{}</small>", Text(facts.join(", ")))?;
        }
        if below.is_empty() {
            self.out.push_str("</div></li>\n");
            return Ok(());
        }
        self.out.push_str("</summary>\n<ul>\n");
        for child in below {
            self.node(tree, *child, Some(row))?;
        }
        self.out.push_str("</ul></details></li>\n");
        Ok(())
    }
}

fn class_of(row: &Row) -> &'static str {
    match row.verdict {
        Verdict::Supported => "supported",
        Verdict::Illustrated => "illustrated",
        Verdict::Contradicted => "contradicted",
        Verdict::NeverSeen => "never-seen",
        Verdict::Undocumented => "undocumented",
    }
}

/// The common indentation of all lines, which is dropped to save space on narrow screens.
fn margin(lines: &[Line]) -> usize {
    let texts = lines.iter().map(|line| line.text.as_str());
    let written = texts.filter(|text| !text.trim().is_empty());
    let margins = written.map(|text| text.len() - text.trim_start_matches(' ').len());
    margins.min().unwrap_or(0)
}

/// Splits a line at a terminal column.
fn at_column(text: &str, column: usize) -> (&str, &str) {
    let mut passed = 0;
    let at = text.char_indices().find(|(_, c)| {
        let is_there = passed >= column;
        passed += c.width().unwrap_or(0);
        is_there
    });
    text.split_at(at.map_or(text.len(), |(at, _)| at))
}
