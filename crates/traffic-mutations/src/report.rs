//! The reports: a table for people, JSON for programs, a page for a browser.

use std::fmt::{Display, Write};

use comfy_table::{CellAlignment, ContentArrangement, Table, presets};
use located::Place;
use serde::Serialize;

use crate::claims::Tested;
use crate::contract::Free;
use crate::floors::Compared;
use crate::score::{Counts, Score};

/// How many survivors and claims the table lists.
const LISTED: usize = 20;

/// All that is known of one run.
#[derive(Debug, Serialize)]
pub struct Report {
    /// The document.
    pub document: String,
    /// How many recordings were mutated.
    pub recordings: usize,
    /// How many of the mutations were detected, and by what.
    pub score: Score,
    /// What the recordings support.
    pub evidence: Tested,
    /// What fell below its floor.
    pub fell: Vec<String>,
    /// What rose above its floor.
    pub rose: Vec<String>,
}

impl Report {
    /// A report, with what the floors say of it.
    pub fn new(
        document: &str,
        recordings: usize,
        score: Score,
        evidence: Tested,
        compared: Compared,
    ) -> Self {
        Report {
            document: document.to_owned(),
            recordings,
            score,
            evidence,
            fell: compared.fell,
            rose: compared.rose,
        }
    }

    /// JSON for programs.
    ///
    /// # Errors
    /// It cannot be encoded, which no report is known to be.
    pub fn json(&self) -> serde_json::Result<String> {
        Ok(serde_json::to_string_pretty(self)? + "\n")
    }

    /// A table for people; `all` lists every survivor and every untested claim.
    pub fn table(&self, all: bool) -> String {
        let mut text = String::new();
        // Writing to a string does not fail.
        let _ = self.write_table(&mut text, all);
        text
    }

    fn write_table(&self, out: &mut String, all: bool) -> std::fmt::Result {
        let listed = if all { usize::MAX } else { LISTED };
        let mut table = Table::new();
        table.load_style(presets::NOTHING);
        table.set_content_arrangement(ContentArrangement::Disabled);
        table.set_header(HEADER);
        for row in &self.score.operators {
            table.add_row(cells(row.operator.name(), &row.counts));
        }
        table.add_row(cells("all", &self.score.total));
        for (index, column) in table.column_iter_mut().enumerate() {
            column.set_padding((0, 2));
            if index > 0 {
                column.set_cell_alignment(CellAlignment::Right);
            }
        }
        writeln!(out, "{}", table.trim_fmt())?;
        writeln!(out, "\nundetectable, by class:")?;
        for (class, rule, count) in self.free() {
            writeln!(out, "  {count:>6}  {class}: {rule}")?;
        }
        let survivors = &self.score.survivors;
        writeln!(out, "\nsurvivors, {} kinds:", survivors.len())?;
        for it in survivors.iter().take(listed) {
            let (operator, place) = (it.operator.name(), Shown(it.claim.as_ref()));
            writeln!(
                out,
                "  {place}: {operator} ×{}, needs {}",
                it.count, it.needs
            )?;
            if let Some(why) = &it.why {
                writeln!(out, "    {why}")?;
            }
        }
        rest(out, survivors.len(), listed)?;
        let (claims, without) = (self.evidence.claims, &self.evidence.untested);
        writeln!(out, "\nuntested claims, {} of {claims}:", without.len())?;
        for it in without.iter().take(listed) {
            let (kind, place) = (it.kind.name(), Shown(it.place.as_ref()));
            writeln!(
                out,
                "  {place}: {kind} `{}`, record {}",
                it.claim, it.record
            )?;
        }
        rest(out, without.len(), listed)?;
        for line in &self.rose {
            writeln!(out, "\nrose: {line}")?;
        }
        for line in &self.fell {
            writeln!(out, "\nfell: {line}")?;
        }
        writeln!(out, "\n{}", self.summary())
    }

    /// One line.
    pub fn summary(&self) -> String {
        let total = &self.score.total;
        format!(
            "{} of {} detectable mutations are detected ({} of all {}), in {} recordings; {} of {} \
             claims are untested",
            percent(total.score()),
            total.all - total.free,
            percent(total.score_of_all()),
            total.all,
            self.recordings,
            self.evidence.untested.len(),
            self.evidence.claims
        )
    }

    /// A page for a browser, which needs nothing else.
    pub fn html(&self) -> String {
        let mut page = String::new();
        // Writing to a string does not fail.
        let _ = self.write_html(&mut page);
        page
    }

    fn write_html(&self, out: &mut String) -> std::fmt::Result {
        writeln!(
            out,
            "<!doctype html>\n<html lang=\"en\"><meta charset=\"utf-8\"><title>Mutations of \
             {0}</title>\n<style>body{{font:15px/1.5 system-ui,sans-serif;max-width:70em;\
             margin:2em auto;padding:0 1em}}table{{border-collapse:collapse}}td,th{{padding:.2em \
             .8em;border-bottom:1px solid #8884;text-align:left}}td:nth-child(n+2){{\
             font-variant-numeric:tabular-nums}}</style>\n<h1>{0}</h1>\n<p>{1}</p>",
            Escaped(&self.document),
            Escaped(self.summary())
        )?;
        for (word, lines) in [("Fell below its floor", &self.fell), ("Rose", &self.rose)] {
            for line in lines {
                writeln!(out, "<p><strong>{word}:</strong> {}</p>", Escaped(line))?;
            }
        }
        let rows = self.score.operators.iter();
        let rows = rows.map(|row| cells(row.operator.name(), &row.counts));
        let all = [cells("all", &self.score.total)];
        html_table(out, "Operators", &HEADER, rows.chain(all))?;
        let free = self
            .free()
            .map(|(class, rule, count)| [class.to_owned(), rule.to_owned(), count.to_string()]);
        html_table(
            out,
            "Undetectable, by class",
            &["class", "rule", "mutations"],
            free,
        )?;
        let survivors = self.score.survivors.iter().map(|it| {
            [
                Shown(it.claim.as_ref()).to_string(),
                it.operator.name().to_owned(),
                it.count.to_string(),
                it.needs.to_owned(),
                it.why.clone().unwrap_or_default(),
                it.first.clone(),
            ]
        });
        let header = [
            "claim",
            "operator",
            "mutations",
            "needs",
            "why not",
            "first",
        ];
        html_table(out, "Survivors", &header, survivors)?;
        let without = self.evidence.untested.iter().map(|it| {
            [
                Shown(it.place.as_ref()).to_string(),
                it.kind.name().to_owned(),
                it.claim.clone(),
                it.record.to_owned(),
            ]
        });
        let header = ["place", "kind", "claim", "record"];
        html_table(out, "Untested claims", &header, without)
    }

    fn free(&self) -> impl Iterator<Item = (&'static str, &'static str, usize)> {
        Free::ALL.into_iter().filter_map(|class| {
            let (name, rule) = class.explained();
            Some((name, rule, *self.score.free.get(&class)?))
        })
    }
}

const HEADER: [&str; 8] = [
    "operator",
    "mutations",
    "document",
    "relations",
    "reader",
    "nothing could",
    "survived",
    "score",
];

fn cells(name: &str, counts: &Counts) -> [String; 8] {
    [
        name.to_owned(),
        counts.all.to_string(),
        counts.document.to_string(),
        counts.relations.to_string(),
        counts.reader.to_string(),
        counts.free.to_string(),
        counts.survived.to_string(),
        percent(counts.score()),
    ]
}

fn percent(tenths: Option<u32>) -> String {
    tenths.map_or_else(|| "-".to_owned(), |it| format!("{}.{} %", it / 10, it % 10))
}

fn rest(out: &mut String, length: usize, listed: usize) -> std::fmt::Result {
    match length.checked_sub(listed) {
        None | Some(0) => Ok(()),
        Some(more) => writeln!(out, "  and {more} more; `--all` lists them"),
    }
}

/// File and line of a place.
struct Shown<'p>(Option<&'p Place>);

impl Display for Shown<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.0 {
            Some(place) => write!(f, "{}:{}", place.file, place.line),
            None => f.write_str("the document"),
        }
    }
}

fn html_table<const N: usize>(
    out: &mut String,
    title: &str,
    header: &[&str; N],
    rows: impl Iterator<Item = [String; N]>,
) -> std::fmt::Result {
    writeln!(out, "<h2>{title}</h2>\n<table><tr>")?;
    for name in header {
        write!(out, "<th>{name}</th>")?;
    }
    for row in rows {
        write!(out, "</tr>\n<tr>")?;
        for cell in row {
            write!(out, "<td>{}</td>", Escaped(cell))?;
        }
    }
    writeln!(out, "</tr></table>")
}

/// Text as it is written in HTML.
struct Escaped<T>(T);

impl<T: Display> Display for Escaped<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        for letter in self.0.to_string().chars() {
            match letter {
                '&' => f.write_str("&amp;")?,
                '<' => f.write_str("&lt;")?,
                '>' => f.write_str("&gt;")?,
                letter => f.write_char(letter)?,
            }
        }
        Ok(())
    }
}
