//! The fake server's operations and the trunks that they work on.

use std::collections::BTreeMap;
use std::time::Instant;

use base64::Engine;
use percent_encoding::percent_decode_str;
use serde_json::{Map, Value, json};

use super::fault::{Faults, HttpResponse, Injected};
use super::keys::{DOMAIN_KEY, READ_ONLY_KEY, SYSTEM_KEY};
use super::operation::{Operation, allowed};
use super::quirks::{EmptyDomain, GetMissing, ListPaging, Quirks};
use super::received::ReceivedRequest;
use super::trunk::{DOMAIN, PATTERN, Trunk, text};
use crate::claims::Arrived;

/// Domain of [`DOMAIN_KEY`].
const OWN_DOMAIN: &str = "acme.example";
const BASE_PATH: &str = "/ns-api/v2/";

/// A response of the service itself, in JSON.
struct Reply {
    status: u16,
    /// The methods of the path, where the request has another one.
    allow: Option<String>,
    body: Value,
}

impl Reply {
    fn ok(body: Value) -> Self {
        Self {
            status: 200,
            allow: None,
            body,
        }
    }

    fn message(status: u16, message: &str) -> Self {
        Self {
            status,
            allow: None,
            body: json!({ "code": status, "message": message }),
        }
    }

    /// The response where no operation matches. A path of the spec with another method gets 405,
    /// which is imagined; any other path gets what was reported.
    fn no_operation(segments: &[&str]) -> Self {
        match allowed(segments) {
            methods if methods.is_empty() => Self::message(404, "No Route Found [92]"),
            methods => Self {
                allow: Some(methods),
                ..Self::message(405, "Method Not Allowed")
            },
        }
    }
}

/// A request, parsed.
struct ParsedRequest<'a> {
    /// `None` where no operation matches.
    operation: Option<Operation>,
    /// Of the path after the base path, decoded.
    segments: &'a [&'a str],
    method: &'a str,
    query: &'a str,
    headers: Headers<'a>,
    body: &'a [u8],
}

/// The request headers that the service reads; empty where one is absent.
pub(super) struct Headers<'a> {
    pub(super) authorization: &'a str,
    pub(super) content_type: &'a str,
}

#[derive(Debug)]
pub(super) struct Service {
    pub(super) quirks: Quirks,
    pub(super) trunks: Vec<Trunk>,
    pub(super) requests: Vec<ReceivedRequest>,
    pub(super) faults: Faults,
    pub(super) changes: usize,
}

type Query = BTreeMap<String, String>;

impl Service {
    pub(super) fn new(quirks: Quirks) -> Self {
        Self {
            quirks,
            trunks: Vec::new(),
            requests: Vec::new(),
            faults: Faults::default(),
            changes: 0,
        }
    }

    pub(super) fn trunk_count(&self) -> usize {
        self.trunks.iter().filter(|trunk| !trunk.removed).count()
    }

    pub(super) fn handle(
        &mut self,
        request: ReceivedRequest,
        headers: Headers<'_>,
        body: &[u8],
    ) -> HttpResponse {
        let segments: Vec<String> = request
            .path
            .strip_prefix(BASE_PATH)
            .unwrap_or_default()
            .split('/')
            .map(decode)
            .collect();
        let segments: Vec<&str> = segments.iter().map(String::as_str).collect();
        let operation = Operation::of(&request.method, &segments);
        let parsed = ParsedRequest {
            operation,
            segments: &segments,
            method: &request.method,
            query: &request.query,
            headers,
            body,
        };
        let injected = operation.map_or(Injected::Nothing, |operation| self.faults.next(operation));
        let response = match injected {
            Injected::InsteadOf(response) => response,
            Injected::Nothing => self.carry_out(&parsed),
            Injected::After(response) => {
                self.carry_out(&parsed);
                response
            }
        };
        self.requests.push(request);
        response
    }

    fn carry_out(&mut self, parsed: &ParsedRequest<'_>) -> HttpResponse {
        let Reply {
            status,
            allow,
            mut body,
        } = self.route(parsed).unwrap_or_else(|refusal| refusal);
        self.quirks.apply_to_envelope(&mut body);
        let allow = allow.map(|methods| ("allow".into(), methods));
        let json = ("content-type".into(), "application/json".into());
        let headers = [json].into_iter().chain(allow).collect();
        HttpResponse {
            status,
            headers,
            body: body.to_string().into_bytes(),
        }
    }

    fn route(&mut self, parsed: &ParsedRequest<'_>) -> Result<Reply, Reply> {
        let credential = parsed.headers.authorization.split_once(' ');
        let key = credential
            .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"))
            .map_or("", |(_, key)| key.trim_start());
        if ![SYSTEM_KEY, DOMAIN_KEY, READ_ONLY_KEY].contains(&key) {
            return Err(Reply::message(401, "Unauthorized"));
        }
        if key == READ_ONLY_KEY && parsed.method != "GET" {
            return Err(Reply::message(403, "Access Denied"));
        }
        let operation = parsed
            .operation
            .ok_or_else(|| Reply::no_operation(parsed.segments))?;
        let query = pairs(parsed.query);
        if !self.quirks.lenient_requests {
            let arrived = Arrived {
                segments: parsed.segments,
                query: &query,
                content_type: parsed.headers.content_type,
                body: parsed.body,
            };
            let broken = operation.request().and_then(|it| it.broken(&arrived));
            if let Some(message) = broken {
                return Err(Reply::message(400, &message));
            }
        }
        let query: Query = query.into_iter().collect();
        // The domain in the path, or the one that the query may name where the operation is on the
        // whole system.
        let (domain, connection) = match parsed.segments {
            ["domains", domain, _, rest @ ..] => {
                (Some(*domain), rest.first().copied().unwrap_or_default())
            }
            _ if key == DOMAIN_KEY => return Err(Reply::message(401, "Invalid Scope [APP001]")),
            _ => (query.get(DOMAIN).map(String::as_str), ""),
        };
        let domain = domain.map(|domain| domain_of(domain, key)).transpose()?;
        let of_domain = domain.as_deref().unwrap_or_default();
        match operation {
            Operation::ListDomainConnections
                if self.quirks.empty_domain == EmptyDomain::NotFound
                    && self.matching(domain.as_deref(), &Query::new()).is_empty() =>
            {
                Err(Reply::message(404, "Resource not found."))
            }
            Operation::ListConnections | Operation::ListDomainConnections => {
                Ok(self.list(domain.as_deref(), &query))
            }
            Operation::CountConnections => Ok(Reply::ok(
                json!({ "total": self.matching(domain.as_deref(), &query).len() }),
            )),
            Operation::CreateConnection => self.create(&settings(parsed.body)?),
            Operation::GetConnection => self.get(of_domain, connection),
            Operation::UpdateConnection => {
                let at = self
                    .find(of_domain, connection)?
                    .ok_or_else(|| Reply::message(404, "Resource not found."))?;
                let settings = settings(parsed.body)?;
                let visible = self.change();
                self.trunks[at].update(&settings, visible);
                Ok(Reply::message(202, "Accepted"))
            }
            Operation::DeleteConnection => {
                let Some(at) = self.find(of_domain, connection)? else {
                    let accepted = self.quirks.missing_delete_accepted;
                    return Ok(if accepted {
                        Reply::message(202, "Accepted")
                    } else {
                        Reply::message(404, "Resource not found.")
                    });
                };
                let visible = self.change();
                self.trunks[at].remove(visible);
                Ok(Reply::message(202, "Accepted"))
            }
        }
    }

    /// Counts a change and returns the time from which reads see it.
    fn change(&mut self) -> Instant {
        self.changes += 1;
        Instant::now() + self.quirks.visibility_delay
    }

    fn create(&mut self, settings: &Map<String, Value>) -> Result<Reply, Reply> {
        let text = |name: &str| settings.get(name).map(text).filter(|it| !it.is_empty());
        let (Some(domain), Some(pattern)) = (text(DOMAIN), text(PATTERN)) else {
            return Err(Reply::message(
                400,
                "Missing domain or connection-orig-match-pattern",
            ));
        };
        if domain == "~" {
            return Err(Reply::message(400, "Invalid domain"));
        }
        if self
            .trunks
            .iter()
            .any(|trunk| !trunk.removed && trunk.is(&domain, &pattern))
        {
            return Err(Reply::message(409, "Connection already exists"));
        }
        // A delete that reads do not see yet: they go on seeing the trunk that was there.
        let mut deleted = self.trunks.iter().filter(|it| it.is(&domain, &pattern));
        let before = deleted.find_map(|it| it.seen(Instant::now()).cloned());
        self.trunks.retain(|trunk| !trunk.is(&domain, &pattern));
        let visible = self.change();
        let trunk = Trunk::create(settings, visible);
        self.trunks.push(trunk.instead_of(before));
        Ok(Reply::message(202, "Accepted"))
    }

    fn get(&self, domain: &str, connection: &str) -> Result<Reply, Reply> {
        let missing = || match self.quirks.missing {
            GetMissing::NotFound => Reply::message(404, "Resource not found."),
            GetMissing::EmptyArray => Reply::ok(json!([])),
        };
        let pattern = self.pattern_of(connection)?;
        let found = self
            .trunks
            .iter()
            .find(|trunk| trunk.is(domain, &pattern))
            .and_then(|trunk| self.rendered(trunk));
        Ok(match (found, self.quirks.object_for_one) {
            (None, _) => missing(),
            (Some(one), true) => Reply::ok(one),
            (Some(one), false) => Reply::ok(json!([one])),
        })
    }

    /// The pattern that the last segment of the path stands for.
    fn pattern_of(&self, connection: &str) -> Result<String, Reply> {
        match self.quirks.addressing.base64() {
            Some(base64) => {
                let pattern = base64
                    .decode(connection)
                    .ok()
                    .and_then(|bytes| String::from_utf8(bytes).ok());
                pattern.ok_or_else(|| Reply::message(404, "Resource not found."))
            }
            None if connection.contains(':') => Err(Reply::message(404, "No Route Found [92]")),
            None => Ok(connection.to_owned()),
        }
    }

    /// Index of the trunk that a write is for, if it exists.
    fn find(&self, domain: &str, connection: &str) -> Result<Option<usize>, Reply> {
        let pattern = self.pattern_of(connection)?;
        Ok(self
            .trunks
            .iter()
            .position(|trunk| !trunk.removed && trunk.is(domain, &pattern)))
    }

    /// The visible trunks that match the filters. How the filters compare is not documented, so
    /// only the termination pattern is applied, as equality.
    fn matching(&self, domain: Option<&str>, query: &Query) -> Vec<&Trunk> {
        let now = Instant::now();
        let termination = query.get("termination-match");
        let wanted = |trunk: &&Trunk| {
            trunk.seen(now).is_some()
                && domain.is_none_or(|domain| trunk.text(DOMAIN) == domain)
                && termination
                    .is_none_or(|pattern| trunk.text("connection-term-match-pattern") == *pattern)
        };
        self.trunks.iter().filter(wanted).collect()
    }

    fn list(&self, domain: Option<&str>, query: &Query) -> Reply {
        let number = |name: &str| query.get(name).and_then(|text| count(text));
        let (start, limit) = (
            number("start").unwrap_or(0),
            number("limit").unwrap_or(usize::MAX),
        );
        let (start, limit) = match self.quirks.paging {
            ListPaging::Honoured => (start, limit),
            ListPaging::Ignored => (0, usize::MAX),
            ListPaging::StartIgnored => (0, limit),
            ListPaging::StopsAt100 => (start, limit.min(100)),
        };
        let page = self
            .matching(domain, query)
            .into_iter()
            .skip(start)
            .take(limit);
        Reply::ok(page.filter_map(|trunk| self.rendered(trunk)).collect())
    }

    fn rendered(&self, trunk: &Trunk) -> Option<Value> {
        let fields = trunk.seen(Instant::now())?;
        Some(self.quirks.render(fields, trunk.registration()))
    }
}

/// The domain that a path or query names. `~` is the key's own; a key of the whole system has none.
fn domain_of(name: &str, key: &str) -> Result<String, Reply> {
    match (name, key) {
        ("~", DOMAIN_KEY) => Ok(OWN_DOMAIN.into()),
        ("~", _) => Err(Reply::message(400, "Invalid domain")),
        (OWN_DOMAIN, _) => Ok(OWN_DOMAIN.into()),
        (_, DOMAIN_KEY) => Err(Reply::message(403, "Domain not found or access denied")),
        (name, _) => Ok(name.to_owned()),
    }
}

fn settings(body: &[u8]) -> Result<Map<String, Value>, Reply> {
    serde_json::from_slice(body).map_err(|_| Reply::message(400, "The body is no JSON object"))
}

/// A number of trunks; one that is too large counts as the largest.
fn count(text: &str) -> Option<usize> {
    let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    digits.then(|| text.parse().unwrap_or(usize::MAX))
}

/// The parameters of a query, decoded. One without `=` has an empty value.
fn pairs(query: &str) -> Vec<(String, String)> {
    let pairs = query.split('&').filter(|pair| !pair.is_empty());
    pairs
        .map(|pair| pair.split_once('=').unwrap_or((pair, "")))
        .map(|(name, value)| (decode(name), decode(&value.replace('+', " "))))
        .collect()
}

fn decode(text: &str) -> String {
    percent_decode_str(text).decode_utf8_lossy().into_owned()
}
