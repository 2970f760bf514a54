//! Checks that credentials are present where an operation requires them. Of a credential only the
//! name of its HTTP scheme is read, and no part of it is reported.

use super::raw::{self, Values};
use super::state::{Found, Judge};
use crate::codes::Code;
use crate::spec::location::Location;
use crate::spec::operation::Operation;
use crate::spec::security::{Credential, Scheme};

/// Whether a credential was sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Presence {
    Absent,
    /// Recordings do not keep it, or its scheme is not known.
    Unknown,
    There,
}

/// The names of HTTP authentication schemes (IANA registry). A value that begins with one of them
/// has that scheme. Any other value may be a credential that was redacted as a whole.
const SCHEMES: &[&str] = &[
    "basic",
    "bearer",
    "concealed",
    "digest",
    "dpop",
    "gnap",
    "hoba",
    "mutual",
    "negotiate",
    "oauth",
    "privatetoken",
    "scram-sha-1",
    "scram-sha-256",
    "vapid",
];

/// The schemes that carry access tokens (RFC 6750, RFC 9449; `OAuth` belongs to OAuth 1).
const TOKENS: &[&str] = &["bearer", "dpop", "oauth"];

impl<'j> Judge<'j> {
    /// Reports a request without the credentials that its operation requires.
    pub(super) fn security(&mut self, operation: &'j Operation) {
        let security = &operation.security;
        let presence = |alternative: &Vec<Scheme>| {
            let each = alternative.iter().map(|scheme| self.presence(scheme));
            // An alternative without schemes requires nothing.
            each.min().unwrap_or(Presence::There)
        };
        match security.alternatives.iter().map(presence).max() {
            None | Some(Presence::There) => {}
            Some(Presence::Unknown) => {
                let unknown = security.alternatives.iter().flatten();
                let unknown: Vec<_> = unknown
                    .filter(|scheme| self.presence(scheme) == Presence::Unknown)
                    .collect();
                for scheme in unknown {
                    let reason = match scheme.credential {
                        Credential::Unknown => "its type does not exist in OpenAPI 3.0",
                        _ => "recordings do not keep the header that carries it",
                    };
                    let reason = format!("security scheme `{}`: {reason}", scheme.name);
                    self.leave(reason);
                }
            }
            Some(Presence::Absent) => {
                let alternatives: Vec<_> = security
                    .alternatives
                    .iter()
                    .map(|schemes| {
                        let schemes: Vec<_> = schemes.iter().map(described).collect();
                        schemes.join(" and ")
                    })
                    .collect();
                self.report(Found {
                    rule: Code::Credential.rule(),
                    message: format!(
                        "{} was sent without the credential that it requires",
                        self.name(operation)
                    ),
                    expected: alternatives.join(", or "),
                    seen: "no such credential".to_owned(),
                    spec: &security.pointer,
                    at: "/request",
                });
            }
        }
    }

    fn presence(&self, scheme: &Scheme) -> Presence {
        let exchange = self.exchange;
        let there = |is: bool| match is {
            true => Presence::There,
            false => Presence::Absent,
        };
        let header =
            |name: &str, is_it: &dyn Fn(&str) -> bool| match raw::request_header(exchange, name) {
                Values::NotKept => Presence::Unknown,
                Values::Absent => Presence::Absent,
                Values::There(values, _) => there(values.iter().any(|value| is_it(value.trim()))),
            };
        match &scheme.credential {
            Credential::Unknown => Presence::Unknown,
            Credential::Key(Location::Query, name) => {
                let mut query = raw::query(exchange).into_iter();
                there(query.any(|pair| pair.name == *name && !pair.value.is_empty()))
            }
            Credential::Key(Location::Cookie, name) => match raw::cookies(exchange) {
                None => Presence::Unknown,
                Some(cookies) => {
                    let mut cookies = cookies.iter();
                    there(cookies.any(|pair| pair.name == *name && !pair.value.is_empty()))
                }
            },
            Credential::Key(_, name) => header(name, &|value| !value.is_empty()),
            Credential::Token(_) => header("authorization", &|value| may_be(TOKENS, value)),
            Credential::Http(wanted) => {
                header("authorization", &|value| may_be(&[wanted.as_str()], value))
            }
        }
    }
}

/// Whether a value has one of these HTTP schemes, or no known scheme.
fn may_be(wanted: &[&str], value: &str) -> bool {
    let scheme = value.split(' ').next().unwrap_or_default();
    let scheme = scheme.to_ascii_lowercase();
    let scheme = scheme.as_str();
    !value.is_empty() && (wanted.contains(&scheme) || !SCHEMES.contains(&scheme))
}

/// Describes a scheme: its name, and where its credential is sent.
fn described(scheme: &Scheme) -> String {
    let place = match &scheme.credential {
        Credential::Key(location, name) => format!("`{name}` in {}", location.name()),
        Credential::Http(name) => format!("`authorization: {name} …`"),
        Credential::Token(kind) => format!("`authorization`, {kind}"),
        Credential::Unknown => "unknown".to_owned(),
    };
    format!("`{}` ({place})", scheme.name)
}
