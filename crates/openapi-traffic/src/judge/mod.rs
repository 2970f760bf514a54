//! Validates one exchange against a specification, and collects findings and coverage.

mod assertion;
mod body;
mod exchange;
mod form;
mod parameter;
mod place;
mod raw;
mod security;
mod state;
mod violation;
mod walk;

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::codes::Code;
use crate::evidence::Evidence;
use crate::finding::Finding;
use crate::spec::operation::Operation;
use crate::spec::{SiteKind, Spec};
pub use exchange::Exchange;
use located::pointer;
pub(crate) use place::place_finding;
use raw::Values;
use state::{Found, Judge};

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
        kind: Arc::from(""),
    };
    judge.exchange();
    judge.findings
}

/// Whether the exchange is a CORS preflight (Fetch Standard, "CORS-preflight request") that the
/// document does not describe.
pub(crate) fn is_preflight(spec: &Spec, exchange: &Exchange) -> bool {
    let request = &exchange.recording.request;
    let has = |name: &str| matches!(raw::request_header(exchange, name), Values::There(..));
    let documented = || {
        let routes = spec.routes.find(exchange.url(), &request.params);
        routes.iter().any(|it| it.route.method == "OPTIONS")
    };
    request.method.eq_ignore_ascii_case("OPTIONS")
        && has("origin")
        && has("access-control-request-method")
        && !documented()
}

/// Validates a negative example: it is a finding if the codes, those of the findings of relations
/// included, are not exactly those that `meta.expect` lists.
pub(crate) fn judge_negative(
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
        self.kind = format!("{shown} {template} {}", response.status).into();
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
                message: format!("the status {status} is not documented"),
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
}
