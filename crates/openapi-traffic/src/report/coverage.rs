//! The coverage of the spec by recordings, and what to record next.

use std::cmp::Reverse;

use located::pointer;
use schemars::JsonSchema;
use serde::Serialize;

use super::table;
use crate::count::count;
use crate::evidence::{Presence, Row, Verdict};
use crate::origins::{Origins, word};
use crate::spec::SiteKind;

/// How many entries of "record next" the human format shows.
const LISTED: usize = 12;

/// The coverage of the spec: evidence for and against each place.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Coverage {
    /// Each place of the spec in its order (operations, their statuses and media types, parameters,
    /// fields), then what is undocumented.
    pub places: Vec<Row>,
    /// What to record next, most useful first.
    pub next: Vec<Next>,
}

/// Something worth recording.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Next {
    /// What to record.
    pub record: String,
    /// What is known of it so far.
    pub known: String,
}

impl Coverage {
    /// The coverage from the rows of the evidence.
    pub fn new(places: Vec<Row>) -> Self {
        let next = next(&places);
        Coverage { places, next }
    }

    /// As tables.
    pub fn render(&self) -> String {
        let total = |verdict: Verdict| {
            self.places
                .iter()
                .filter(|row| row.verdict == verdict)
                .count()
        };
        let supported = |word: &str| {
            self.places
                .iter()
                .filter(|row| row.verdict == Verdict::Supported && row.strongest == Some(word))
                .count()
        };
        let mut out = format!(
            "Operations, statuses and media types\n\n{}\nParameters and fields\n\n{}\n{}: {} \
             supported ({} by captured, {} by reported, {} by documented recordings), {} \
             illustrated, {} contradicted, {} never seen, {} undocumented\n",
            self.exchanged(),
            self.values(),
            count(self.places.len(), "place"),
            total(Verdict::Supported),
            supported("captured"),
            supported("reported"),
            supported("documented"),
            total(Verdict::Illustrated),
            total(Verdict::Contradicted),
            total(Verdict::NeverSeen),
            total(Verdict::Undocumented)
        );
        if !self.next.is_empty() {
            let rows = self.next.iter().take(LISTED).enumerate();
            let rows = rows.map(|(index, it)| {
                vec![(index + 1).to_string(), it.record.clone(), it.known.clone()]
            });
            out += &format!(
                "\nRecord these next\n\n{}",
                table::render(&["", "record", "known so far"], rows)
            );
            if self.next.len() > LISTED {
                out += &format!(
                    "and {} more; `--format json` lists all\n",
                    self.next.len() - LISTED
                );
            }
        }
        out
    }

    fn exchanged(&self) -> String {
        let number = |number: u64| {
            if number == 0 {
                "·".to_owned()
            } else {
                number.to_string()
            }
        };
        let rows = self
            .places
            .iter()
            .enumerate()
            .filter(|(_, row)| is_exchanged(row.kind));
        // The row of a status is redundant if rows with its media types follow.
        let is_repeated = |at: usize| {
            self.places
                .get(at + 1)
                .is_some_and(|next| next.kind == SiteKind::ResponseBody)
        };
        let rows = rows.filter(|(at, row)| row.kind != SiteKind::Response || !is_repeated(*at));
        let mut operation = "";
        let rows = rows.map(|(_, row)| {
            let Origins {
                captured,
                reported,
                documented,
                synthetic,
            } = row.origins;
            let mut cells = match row.kind {
                SiteKind::Operation => {
                    operation = &row.name;
                    vec![row.name.clone(), String::new(), String::new()]
                }
                _ => {
                    let rest = row
                        .name
                        .strip_prefix(operation)
                        .unwrap_or(&row.name)
                        .trim_start();
                    let (status, media_type) = match row.kind {
                        SiteKind::RequestBody => ("request", rest),
                        _ => rest.split_once(' ').unwrap_or((rest, "")),
                    };
                    ["", status, media_type].map(str::to_owned).to_vec()
                }
            };
            cells.extend([captured, reported, documented, synthetic].map(number));
            cells.push(verdict(row));
            cells
        });
        table::render(
            &[
                "operation",
                "status",
                "media type",
                "captured",
                "reported",
                "documented",
                "synthetic",
                "verdict",
            ],
            rows,
        )
    }

    fn values(&self) -> String {
        let rows = called(&self.places)
            .into_iter()
            .filter(|(_, row)| !is_exchanged(row.kind))
            .map(|(name, row)| {
                let values: Vec<_> = row
                    .values
                    .iter()
                    .map(|(value, times)| format!("{value}×{times}"))
                    .collect();
                let seen = row
                    .of
                    .map_or_else(|| row.seen.to_string(), |of| format!("{}/{of}", row.seen));
                vec![
                    name,
                    seen,
                    presence(row.presence).to_owned(),
                    row.types.join("|"),
                    values.join(" "),
                    verdict(row),
                    row.recordings.first().cloned().unwrap_or_default(),
                ]
            });
        table::render(
            &[
                "place",
                "seen",
                "present",
                "types",
                "values",
                "verdict",
                "first recording",
            ],
            rows,
        )
    }
}

/// The name of each place: its pointer, or for a parameter its operation and name, because several
/// operations may share one definition.
pub(super) fn called(places: &[Row]) -> Vec<(String, &Row)> {
    let mut operation = "";
    let name = |row: &'_ Row, operation: &str| match (row.verdict, row.kind) {
        (Verdict::Undocumented, _) => format!("#{} {}", row.pointer, row.name),
        (_, SiteKind::Parameter) => format!("{operation}: {}", row.name),
        _ => format!("#{}", row.pointer),
    };
    let mut named = Vec::with_capacity(places.len());
    for row in places {
        if row.kind == SiteKind::Operation {
            operation = &row.name;
        }
        named.push((name(row, operation), row));
    }
    named
}

/// Whether a place is an operation, a request or a response, not a value in one.
pub(super) fn is_exchanged(kind: SiteKind) -> bool {
    matches!(
        kind,
        SiteKind::Operation | SiteKind::RequestBody | SiteKind::Response | SiteKind::ResponseBody
    )
}

/// What is most worth recording: first operations without a success on a real server, then
/// documented responses, then places of the spec never seen; in each group, the least known first.
fn next(places: &[Row]) -> Vec<Next> {
    let mut operations = unproved(places);
    let is_asked_for = |row: &&Row| operations.iter().any(|(it, _)| is_success(row, it));
    let mut responses: Vec<_> = documented(places, SiteKind::Response)
        .filter(|row| !row.origins.real() && !is_asked_for(row))
        .map(|row| (row.name.as_str(), row.origins))
        .collect();
    // First what was never seen, then what only the weakest origin shows.
    let least = |(_, origins): &(&str, Origins)| origins.best().map(Reverse);
    responses.sort_by_key(least);
    operations.sort_by_key(least);

    let next = |record, origins: Origins| Next {
        record,
        known: origins.best().map_or_else(
            || "nothing".to_owned(),
            |origin| format!("only {}", word(origin)),
        ),
    };
    let operations = operations
        .into_iter()
        .map(|(name, origins)| next(format!("a successful response of {name}"), origins));
    let responses = responses
        .into_iter()
        .map(|(name, origins)| next(format!("the response {name}"), origins));
    let unseen = unseen(places)
        .into_iter()
        .map(|(record, row)| next(record, row.origins));
    operations.chain(responses).chain(unseen).collect()
}

/// The documented places of a kind.
fn documented(places: &[Row], kind: SiteKind) -> impl Iterator<Item = &Row> {
    places
        .iter()
        .filter(move |row| row.kind == kind && row.verdict != Verdict::Undocumented)
}

/// Whether a response is a successful one of an operation.
fn is_success(response: &Row, operation: &str) -> bool {
    let rest = response.name.strip_prefix(operation);
    let status = rest.and_then(|rest| rest.strip_prefix(' '));
    status.is_some_and(|status| status.starts_with('2'))
}

/// The operations without a success on a real server, and where their successes come from.
fn unproved(places: &[Row]) -> Vec<(&str, Origins)> {
    let mut operations = Vec::new();
    for operation in documented(places, SiteKind::Operation) {
        let mut successes = Origins::default();
        for response in documented(places, SiteKind::Response) {
            if is_success(response, &operation.name) {
                successes.merge(response.origins);
            }
        }
        if !successes.real() {
            operations.push((operation.name.as_str(), successes));
        }
    }
    operations
}

/// The places within requests and responses that no recording proves, in words, those that none
/// shows first.
fn unseen(places: &[Row]) -> Vec<(String, &Row)> {
    let is_unseen = |row: &Row| matches!(row.verdict, Verdict::NeverSeen | Verdict::Illustrated);
    let mut operation = "";
    // The parameter or header whose items and members follow.
    let mut whole = None;
    let mut unseen = Vec::new();
    for row in places {
        match row.kind {
            SiteKind::Operation => operation = &row.pointer,
            SiteKind::Parameter | SiteKind::ResponseHeader => whole = Some(row),
            _ => {}
        }
        if is_unseen(row) && !is_exchanged(row.kind) {
            unseen.push((in_words(row, operation, whole), row));
        }
    }
    unseen.sort_by_key(|(_, row)| row.verdict != Verdict::NeverSeen);
    unseen
}

/// What people call a place, such as `GET /users/{id}: query parameter limit`, given the pointer of
/// the operation that it is listed under, and the last parameter or header before it.
fn in_words(row: &Row, operation: &str, whole: Option<&Row>) -> String {
    let name = &row.name;
    let within = |whole: &&Row| row.pointer.starts_with(&format!("{}/", whole.pointer));
    if let Some(whole) = whole.filter(within) {
        let below = pointer::tokens(&row.pointer[whole.pointer.len()..]);
        let below: Vec<_> = below.into_iter().flatten().collect();
        let below = members(below.iter().map(|token| &**token));
        let whole = in_words(whole, operation, None);
        return match below.is_empty() {
            true => format!("{whole}, an object"),
            false => format!("{whole}, {below}"),
        };
    }
    match row.kind {
        SiteKind::Parameter => {
            let location = row.location.unwrap_or_default();
            format!("{}: {location} parameter {name}", owner(operation).0)
        }
        SiteKind::ResponseHeader => format!("{}: header {name}", owner(&row.pointer).0),
        _ => match owner(&row.pointer) {
            (owner, inner) if inner.is_empty() && row.kind == SiteKind::Object => {
                format!("{owner}: an object")
            }
            (owner, inner) if inner.is_empty() => owner,
            (owner, inner) => format!("{owner}: {inner}"),
        },
    }
}

/// The operation, response or shared definition that a place belongs to, and the path of members
/// from there: `GET /users 200` and `[].name`.
fn owner(pointer: &str) -> (String, String) {
    let tokens: Vec<_> = pointer::tokens(pointer).into_iter().flatten().collect();
    let tokens: Vec<&str> = tokens.iter().map(|token| &**token).collect();
    let (owner, rest) = match &tokens[..] {
        ["paths", path, method, "responses", status, rest @ ..] => {
            (format!("{} {path} {status}", method.to_uppercase()), rest)
        }
        ["paths", path, method, "requestBody", rest @ ..] => {
            (format!("{} {path} request", method.to_uppercase()), rest)
        }
        ["paths", path, method, rest @ ..] => (format!("{} {path}", method.to_uppercase()), rest),
        ["components", _, name, rest @ ..] => ((*name).to_owned(), rest),
        _ => return (format!("#{pointer}"), String::new()),
    };
    (owner, members(rest.iter().copied()))
}

/// The path of members along the tokens of a schema's pointer.
fn members<'t>(mut tokens: impl Iterator<Item = &'t str>) -> String {
    let mut inner = String::new();
    while let Some(token) = tokens.next() {
        match token {
            "properties" => {
                let dot = if inner.is_empty() { "" } else { "." };
                inner += dot;
                inner += tokens.next().unwrap_or_default();
            }
            "items" => inner += "[]",
            "additionalProperties" => inner += ".*",
            _ => {}
        }
    }
    inner
}

fn presence(presence: Presence) -> &'static str {
    match presence {
        Presence::Always => "always",
        Presence::Sometimes => "sometimes",
        Presence::Never => "never",
    }
}

/// The verdict, with the strongest origin if it is supported.
pub(super) fn verdict(row: &Row) -> String {
    match (row.verdict, row.strongest) {
        (Verdict::Supported, Some(origin)) => return format!("supported ({origin})"),
        (Verdict::Supported, None) => "supported",
        (Verdict::Illustrated, _) => "illustrated (synthetic)",
        (Verdict::Contradicted, _) => "CONTRADICTED",
        (Verdict::NeverSeen, _) => "never seen",
        (Verdict::Undocumented, _) => "UNDOCUMENTED",
    }
    .to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    const NONE: Origins = Origins {
        captured: 0,
        reported: 0,
        documented: 0,
        synthetic: 0,
    };
    const CAPTURED: Origins = Origins {
        captured: 1,
        ..NONE
    };
    const DOCUMENTED: Origins = Origins {
        documented: 1,
        ..NONE
    };
    const SYNTHETIC: Origins = Origins {
        synthetic: 1,
        ..NONE
    };

    fn row(kind: SiteKind, name: &str, origins: Origins) -> Row {
        let seen = origins.best().is_some();
        Row {
            kind,
            pointer: format!("/{name}"),
            name: name.into(),
            location: (kind == SiteKind::Parameter).then_some("query"),
            seen: u64::from(seen),
            of: None,
            presence: if seen {
                Presence::Always
            } else {
                Presence::Never
            },
            types: vec![],
            values: vec![],
            recordings: vec![],
            origins,
            contradicted: 0,
            strongest: origins.best().map(word),
            verdict: match seen {
                true if origins.by_others() => Verdict::Supported,
                true => Verdict::Illustrated,
                false => Verdict::NeverSeen,
            },
        }
    }

    fn operation(name: &str) -> Row {
        row(SiteKind::Operation, name, CAPTURED)
    }

    fn response(name: &str, origins: Origins) -> Row {
        row(SiteKind::Response, name, origins)
    }

    #[test]
    fn operations_without_a_real_success_come_first_the_least_known_first() {
        let rows = [
            operation("count"),
            response("count 200", DOCUMENTED),
            operation("delete"),
            response("delete 202", NONE),
            operation("list"),
            response("list 200", CAPTURED),
            response("list 404", NONE),
            operation("update"),
            response("update 202", SYNTHETIC),
            row(SiteKind::Property, "made", SYNTHETIC),
            row(SiteKind::Property, "field", NONE),
            row(SiteKind::Property, "documented", DOCUMENTED),
        ];
        let next: Vec<_> = next(&rows)
            .into_iter()
            .map(|it| (it.record, it.known))
            .collect();
        let expected = [
            ("a successful response of delete", "nothing"),
            ("a successful response of update", "only synthetic"),
            ("a successful response of count", "only documented"),
            ("the response list 404", "nothing"),
            ("#/field", "nothing"),
            ("#/made", "only synthetic"),
        ];
        assert_eq!(
            next,
            expected.map(|(record, known)| (record.to_owned(), known.to_owned()))
        );
    }

    #[test]
    fn a_place_is_called_as_people_call_it() {
        let at = "/paths/~1domains~1{domain}~1trunks/get";
        let rows = [
            (
                SiteKind::Parameter,
                "limit",
                "/components/parameters/limit".into(),
            ),
            (
                SiteKind::ResponseHeader,
                "x-total",
                format!("{at}/responses/200/headers/x-total"),
            ),
            (
                SiteKind::Property,
                "name",
                format!("{at}/responses/200/content/a~1b/schema/items/properties/name"),
            ),
            (
                SiteKind::Property,
                "name",
                format!("{at}/requestBody/content/a~1b/schema/properties/name"),
            ),
            (
                SiteKind::Property,
                "port",
                "/components/schemas/Trunk/properties/hosts/items/properties/port".into(),
            ),
            (
                SiteKind::Items,
                "",
                "/components/schemas/Trunk/properties/hosts/items".into(),
            ),
            (SiteKind::Object, "", "/components/schemas/Trunk".into()),
        ];
        let words = rows.map(|(kind, name, pointer)| {
            let row = Row {
                pointer,
                ..row(kind, name, NONE)
            };
            in_words(&row, at, None)
        });
        assert_eq!(
            words,
            [
                "GET /domains/{domain}/trunks: query parameter limit",
                "GET /domains/{domain}/trunks 200: header x-total",
                "GET /domains/{domain}/trunks 200: [].name",
                "GET /domains/{domain}/trunks request: name",
                "Trunk: hosts[].port",
                "Trunk: hosts[]",
                "Trunk: an object",
            ]
        );
    }

    #[test]
    fn the_items_and_members_of_a_parameter_are_called_by_its_name() {
        let filter = Row {
            pointer: "/components/parameters/filter".into(),
            ..row(SiteKind::Parameter, "filter", NONE)
        };
        let words = ["/schema", "/schema/properties/tags/items"].map(|below| {
            let part = Row {
                pointer: format!("{}{below}", filter.pointer),
                ..row(SiteKind::Object, "", NONE)
            };
            in_words(&part, "/paths/~1books/get", Some(&filter))
        });
        assert_eq!(
            words,
            [
                "GET /books: query parameter filter, an object",
                "GET /books: query parameter filter, tags[]",
            ]
        );
    }

    #[test]
    fn supported_says_by_what_and_what_only_synthetic_recordings_show_is_illustrated() {
        let words = |origins| verdict(&row(SiteKind::Property, "a", origins));
        assert_eq!(words(CAPTURED), "supported (captured)");
        assert_eq!(
            words(Origins {
                synthetic: 9,
                ..DOCUMENTED
            }),
            "supported (documented)"
        );
        assert_eq!(words(SYNTHETIC), "illustrated (synthetic)");
        assert_eq!(words(NONE), "never seen");
    }

    #[test]
    fn another_success_of_an_operation_is_asked_for_as_a_response() {
        let next = next(&[
            operation("create"),
            response("create 200", NONE),
            response("create 202", CAPTURED),
        ]);
        assert_eq!(
            next.into_iter().map(|it| it.record).collect::<Vec<_>>(),
            ["the response create 200"]
        );
    }

    #[test]
    fn what_the_spec_does_not_know_is_not_asked_for() {
        let undocumented = Row {
            verdict: Verdict::Undocumented,
            ..response("list 418", SYNTHETIC)
        };
        assert_eq!(
            next(&[
                operation("list"),
                response("list 200", CAPTURED),
                undocumented
            ]),
            []
        );
    }
}
