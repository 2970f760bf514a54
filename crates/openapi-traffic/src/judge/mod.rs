//! Validates one exchange against a specification, and collects findings and coverage.

mod assertion;
mod body;
mod exchange;
mod form;
mod parameter;
mod security;
mod sent;
mod walk;

use std::collections::BTreeSet;

use crate::codes::Severity;
use crate::codes::{Code, Rule};
use crate::evidence::{Evidence, Observation};
use crate::finding::Finding;
use crate::shown::{Known, describe, make_visible};
use crate::spec::lower::Direction;
use crate::spec::operation::Operation;
use crate::spec::{Side, SiteId, SiteKind, Spec};
pub use exchange::Exchange;
use exchange::Located;
use http_recording::Part;
use located::pointer;
use sent::Values;

/// Validates an exchange.
pub fn judge(spec: &Spec, exchange: &Exchange) -> (Vec<Finding>, Evidence) {
    let mut evidence = Evidence::new(spec);
    let findings = judge_into(spec, exchange, &mut evidence);
    (findings, evidence)
}

/// Validates an exchange and adds what it shows to existing evidence.
pub fn judge_into(spec: &Spec, exchange: &Exchange, evidence: &mut Evidence) -> Vec<Finding> {
    let mut judge = Judge {
        spec,
        exchange,
        evidence,
        findings: Vec::new(),
        kind: String::new(),
    };
    judge.exchange();
    judge.findings
}

/// Whether the exchange is a CORS preflight (Fetch Standard, "CORS-preflight request") that the
/// document does not describe.
pub(crate) fn is_preflight(spec: &Spec, exchange: &Exchange) -> bool {
    let request = &exchange.recording.request;
    let has = |name: &str| matches!(sent::request_header(exchange, name), Values::There(..));
    let documented = || {
        let routes = spec.routes.find(exchange.url(), &request.params);
        routes.iter().any(|it| it.route.method == "OPTIONS")
    };
    request.method.eq_ignore_ascii_case("OPTIONS")
        && has("origin")
        && has("access-control-request-method")
        && !documented()
}

/// Validates a negative example: it is a finding if the codes are not exactly those that
/// `meta.expect` lists.
pub fn judge_negative(spec: &Spec, exchange: &Exchange) -> Vec<Finding> {
    judge_negative_with(spec, exchange, &[])
}

/// The same, with the findings of relations included.
pub(crate) fn judge_negative_with(
    spec: &Spec,
    exchange: &Exchange,
    related: &[Finding],
) -> Vec<Finding> {
    let (findings, _) = judge(spec, exchange);
    let found = findings.iter().chain(related);
    let found: BTreeSet<&str> = found.map(|finding| finding.code).collect();
    let expected: BTreeSet<&str> = exchange
        .recording
        .meta
        .expect
        .iter()
        .map(String::as_str)
        .collect();
    if found == expected && !expected.is_empty() {
        return Vec::new();
    }
    let list = |codes: &BTreeSet<&str>| match codes.len() {
        0 => "no finding".to_owned(),
        _ => codes.iter().copied().collect::<Vec<_>>().join(", "),
    };
    let finding = Finding::new(
        Code::Negative.rule(),
        "the negative example does not produce the codes that it expects",
        match expected.len() {
            0 => "at least one code in `meta.expect`".to_owned(),
            _ => list(&expected),
        },
        list(&found),
    );
    vec![Finding {
        recording: Some(exchange.place("/meta/expect")),
        ..finding
    }]
}

/// The state of validating one exchange.
struct Judge<'j> {
    spec: &'j Spec,
    exchange: &'j Exchange,
    evidence: &'j mut Evidence,
    findings: Vec<Finding>,
    /// Method, path template and status.
    kind: String,
}

/// A finding before its places are looked up.
struct Found<'f> {
    rule: &'static Rule,
    message: String,
    expected: String,
    seen: String,
    /// Pointer into the specification.
    spec: &'f str,
    /// Pointer into the recording.
    at: &'f str,
}

impl<'j> Judge<'j> {
    fn exchange(&mut self) {
        let recording = &self.exchange.recording;
        let (request, response) = (&recording.request, &recording.response);
        let asked = self.exchange.url();
        let matches = self.spec.routes.find(asked, &request.params);
        let template = matches.first().map(|first| first.route.template.clone());
        let template = template.unwrap_or_else(|| self.spec.known.path(&request.path));
        let method = request.method.to_ascii_uppercase();
        let shown = self.spec.known.name(&method).into_owned();
        self.kind = format!("{shown} {template} {}", response.status);
        self.repeated();
        let Some(first) = matches.first() else {
            if self.spec.routes.is_unusable(asked, &request.params) {
                return self.leave("a path whose description is not OpenAPI 3.0".to_owned());
            }
            self.evidence.see_undocumented(
                SiteKind::Operation,
                "/paths",
                "path",
                None,
                self.observation(),
            );
            return self.report(Found {
                rule: Code::Path.rule(),
                message: format!("the path `{template}` is not documented"),
                expected: "a path of the spec".to_owned(),
                seen: format!("`{template}`"),
                spec: "/paths",
                at: "/request/path",
            });
        };
        let Some(found) = matches.iter().find(|it| it.route.method == method) else {
            let path = &first.route.path;
            self.evidence.see_undocumented(
                SiteKind::Operation,
                path,
                &shown,
                None,
                self.observation(),
            );
            let documented: Vec<_> = matches.iter().map(|it| it.route.method.as_str()).collect();
            return self.report(Found {
                rule: Code::Method.rule(),
                message: format!("{shown} is not documented for `{}`", first.route.template),
                expected: documented.join(", "),
                seen: shown,
                spec: path,
                at: "/request/method",
            });
        };
        let operation = &self.spec.operations[found.number];
        self.evidence.pass(operation.site, self.observation());
        // A wrong request may be the reason for the 4xx response, so it is no finding.
        let excused = (400..500).contains(&response.status);
        self.parameters(operation, &found.raw, excused);
        if !matches!(response.status, 401 | 403) {
            self.security(operation);
        }
        if !excused {
            self.request_body(operation);
        }
        self.response(operation);
    }

    /// Reports duplicate keys. They have no place in the spec, because no spec can allow them.
    fn repeated(&mut self) {
        for at in &self.exchange.recording.repeated {
            let message = format!(
                "the key `{}` is duplicated in one object",
                pointer::last(at).unwrap_or_default()
            );
            let finding = Finding::new(
                Code::DuplicateKey.rule(),
                message,
                "unique keys",
                "two members with this key; the last was validated",
            );
            self.say(finding, at);
        }
    }

    fn response(&mut self, operation: &'j Operation) {
        let recorded = &self.exchange.recording.response;
        let Some(response) = operation.response_for(recorded.status) else {
            let responses = pointer::join(&operation.pointer, "responses");
            let status = recorded.status.to_string();
            self.evidence.see_undocumented(
                SiteKind::Response,
                &responses,
                &status,
                None,
                self.observation(),
            );
            let documented: Vec<_> = operation
                .responses
                .iter()
                .map(|response| response.status.to_ascii_lowercase())
                .collect();
            return self.report(Found {
                rule: Code::Status.rule(),
                message: format!(
                    "{} returned {status}, which is not documented",
                    self.name(operation)
                ),
                expected: documented.join(", "),
                seen: status,
                spec: &responses,
                at: "/response/status",
            });
        };
        self.evidence.pass(response.site, self.observation());
        if response.unusable {
            return self.leave("a response that is not OpenAPI 3.0".to_owned());
        }
        for header in &response.headers {
            self.response_header(header);
        }
        self.response_body(operation, response);
    }

    fn name(&self, operation: &Operation) -> &'j str {
        &self.spec.sites.get(operation.site).name
    }

    fn observation(&self) -> Observation<'j> {
        Observation {
            number: self.exchange.number(),
            label: self.exchange.label(),
            origin: self.exchange.recording.meta.origin,
            whole: true,
            known: &self.spec.known,
        }
    }

    /// Whether the body of this direction is an excerpt.
    fn is_excerpt(&self, side: &Side) -> bool {
        let part = match side.direction {
            Direction::Request => Part::Request,
            Direction::Response => Part::Response,
        };
        self.exchange.recording.meta.excerpt.contains(&part)
    }

    /// Counts something as not validated. The reason must not quote the recording.
    fn leave(&mut self, reason: String) {
        self.evidence.leave(reason, self.observation());
    }

    /// Adds a finding, and counts it for the place of the specification that it contradicts.
    fn report(&mut self, found: Found<'_>) {
        let site = self.spec.sites.nearest(found.spec);
        self.report_against(found, site);
    }

    fn report_against(&mut self, found: Found<'_>, site: Option<SiteId>) {
        if let (Severity::Error, Some(site)) = (found.rule.severity, site) {
            self.evidence.contradict(site, self.observation());
        }
        let named = self.spec.named(found.spec);
        let finding = Finding {
            spec: named.place.clone(),
            spec_name: Some(named.name.clone()),
            ..Finding::new(found.rule, found.message, found.expected, found.seen)
        };
        self.say(finding, found.at);
    }

    /// Adds a finding at a pointer into the exchange, with secrets masked.
    fn say(&mut self, finding: Finding, at: &str) {
        let finding = place_finding(self.spec, self.exchange, &self.kind, finding, at);
        self.findings.push(finding);
    }
}

/// A pointer that ends as `at` or an ancestor of it does, with that end as it is shown.
fn masked(pointer: &str, at: &str, shown: &str) -> String {
    let mut ends = Some((at, shown));
    while let Some((real, shown)) = ends {
        if let Some(head) = pointer.strip_suffix(real) {
            return format!("{head}{shown}");
        }
        ends = pointer::parent(real).zip(pointer::parent(shown));
    }
    pointer.to_owned()
}

/// Masks in texts about the value at a pointer the names that are masked in the pointer as it is
/// shown; `side` is the pointer of the body.
fn mask(known: &Known, side: &str, at: &str, shown: &str, texts: &mut [String]) {
    let below = |pointer: &str| {
        pointer
            .strip_prefix(side)
            .map(|it| assertion::subject(it, None))
    };
    if let (Some(named), Some(shown)) = (below(at), below(shown))
        && named != shown
    {
        // A member may follow.
        let (named, shown) = (named.trim_end_matches('`'), shown.trim_end_matches('`'));
        for text in &mut *texts {
            *text = text.replace(named, shown);
        }
    }
    for token in pointer::tokens(at).into_iter().flatten() {
        let name = known.name(&token);
        if name != token && !shown.contains(&*pointer::escape(&token)) {
            for text in &mut *texts {
                *text = text.replace(&*token, &name);
            }
        }
    }
}

/// Adds the place in an exchange to a finding, and masks secrets in it.
pub(crate) fn place_finding(
    spec: &Spec,
    exchange: &Exchange,
    kind: &str,
    finding: Finding,
    at: &str,
) -> Finding {
    let known = &spec.known;
    let recording = &exchange.recording;
    let (side, body) = match at.strip_prefix("/response/body") {
        Some(_) => ("/response/body", &recording.response.body),
        None => ("/request/body", &recording.request.body),
    };
    let is_reported = finding.reports_its_key();
    // Only a body has arrays, where a numeric token is an index and not a name.
    let shown = match (at.strip_prefix(side), body) {
        (Some(below), Some(body)) => {
            format!("{side}{}", known.pointer(below, body, is_reported))
        }
        _ => known.pointer(at, &serde_json::Value::Null, is_reported),
    };
    let Located {
        mut place,
        end,
        byte,
    } = exchange.locate(at);
    let mut texts = [finding.message, finding.expected, finding.seen];
    // What is masked in the pointer is masked in the place and in the messages too.
    if shown != at {
        place.pointer = masked(&place.pointer, at, &shown);
        mask(known, side, at, &shown, &mut texts);
    }
    texts.iter_mut().for_each(make_visible);
    let [message, expected, seen] = texts;
    Finding {
        message,
        expected,
        seen,
        recording: Some(place),
        end,
        byte,
        exchange: Some(kind.to_owned()),
        at: Some(shown),
        ..finding
    }
}
