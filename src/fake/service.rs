//! The operations on the state of the fake.

use std::collections::BTreeMap;
use std::time::Instant;

use base64::Engine;
use percent_encoding::percent_decode_str;
use serde_json::{Map, Value, json};

use super::fault::{Faults, Met, Spoilt};
use super::keys::{DOMAIN_KEY, READ_ONLY_KEY, SYSTEM_KEY};
use super::operation::{Operation, allowed};
use super::quirks::{EmptyDomain, GetMissing, ListPaging, Quirks};
use super::received::ReceivedRequest;
use super::trunk::{DOMAIN, PATTERN, Trunk, text};
use crate::claims::Arrived;

/// Domain of [`DOMAIN_KEY`].
const OWN_DOMAIN: &str = "acme.example";
const BASE_PATH: &str = "/ns-api/v2/";

/// What the service answers of itself.
struct Reply {
    status: u16,
    /// The methods that the path has, where the request has another.
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

    /// What a path without this operation gives. A path of the spec with another method is refused
    /// by the words of HTTP, which is imagined; any other path as reported.
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

/// A request, taken apart.
struct Asked<'a> {
    /// What it asks for; `None` where there is no such operation.
    operation: Option<Operation>,
    /// Of the path behind the base path, decoded.
    segments: &'a [&'a str],
    method: &'a str,
    query: &'a str,
    headers: Headers<'a>,
    body: &'a [u8],
}

/// The headers of a request that the service looks at; empty where there is none.
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

    pub(super) fn answer(
        &mut self,
        request: ReceivedRequest,
        headers: Headers<'_>,
        body: &[u8],
    ) -> Spoilt {
        let segments: Vec<String> = request
            .path
            .strip_prefix(BASE_PATH)
            .unwrap_or_default()
            .split('/')
            .map(decode)
            .collect();
        let segments: Vec<&str> = segments.iter().map(String::as_str).collect();
        let operation = Operation::of(&request.method, &segments);
        let asked = Asked {
            operation,
            segments: &segments,
            method: &request.method,
            query: &request.query,
            headers,
            body,
        };
        let met = operation.map_or(Met::Nothing, |operation| self.faults.next(operation));
        let spoilt = match met {
            Met::Before(spoilt) => spoilt,
            Met::Nothing => self.carry_out(&asked),
            Met::After(spoilt) => {
                self.carry_out(&asked);
                spoilt
            }
        };
        self.requests.push(request);
        spoilt
    }

    fn carry_out(&mut self, asked: &Asked<'_>) -> Spoilt {
        let Reply {
            status,
            allow,
            body: mut answer,
        } = self.route(asked).unwrap_or_else(|refusal| refusal);
        self.quirks.bend_envelope(&mut answer);
        let allow = allow.map(|methods| ("allow".into(), methods));
        let json = ("content-type".into(), "application/json".into());
        let headers = [json].into_iter().chain(allow).collect();
        Spoilt {
            status,
            headers,
            body: answer.to_string().into_bytes(),
        }
    }

    fn route(&mut self, asked: &Asked<'_>) -> Result<Reply, Reply> {
        let key = asked
            .headers
            .authorization
            .strip_prefix("Bearer ")
            .unwrap_or_default();
        if ![SYSTEM_KEY, DOMAIN_KEY, READ_ONLY_KEY].contains(&key) {
            return Err(Reply::message(401, "Unauthorized"));
        }
        if key == READ_ONLY_KEY && asked.method != "GET" {
            return Err(Reply::message(403, "Access Denied"));
        }
        let operation = asked
            .operation
            .ok_or_else(|| Reply::no_operation(asked.segments))?;
        let query = pairs(asked.query);
        if !self.quirks.lenient_requests {
            let arrived = Arrived {
                segments: asked.segments,
                query: &query,
                content_type: asked.headers.content_type,
                body: asked.body,
            };
            let broken = operation.request().and_then(|it| it.broken(&arrived));
            if let Some(message) = broken {
                return Err(Reply::message(400, &message));
            }
        }
        let query: Query = query.into_iter().collect();
        // The domain of a path, or the one that a query may name for an operation of the whole
        // system.
        let (domain, connection) = match asked.segments {
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
            Operation::CreateConnection => self.create(&settings(asked.body)?),
            Operation::GetConnection => self.get(of_domain, connection),
            Operation::UpdateConnection => {
                let at = self
                    .find(of_domain, connection)?
                    .ok_or_else(|| Reply::message(404, "Resource not found."))?;
                let settings = settings(asked.body)?;
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

    /// Counts a change, and gives the time from which reads see it.
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
        self.trunks.retain(|trunk| !trunk.is(&domain, &pattern));
        let visible = self.change();
        self.trunks.push(Trunk::create(settings, visible));
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

    /// The pattern that the last segment of a path names.
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

    /// Where the trunk is that a write names, if there is one.
    fn find(&self, domain: &str, connection: &str) -> Result<Option<usize>, Reply> {
        let pattern = self.pattern_of(connection)?;
        Ok(self
            .trunks
            .iter()
            .position(|trunk| !trunk.removed && trunk.is(domain, &pattern)))
    }

    /// The trunks that reads see and the filters leave. Of the filters whose comparison nobody
    /// documents only the termination pattern is honoured, as equality.
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

/// The domain that a path or query names: `~` is the key's own, and a key of the whole system has
/// none.
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

/// A count; one that is too large is the largest.
fn count(text: &str) -> Option<usize> {
    let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    digits.then(|| text.parse().unwrap_or(usize::MAX))
}

/// The pairs of a query, decoded. What comes without a value has an empty one.
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
