//! The `servers` of a document: which URLs are in scope, and what their base paths are.

use serde_json::{Map, Value};

use crate::path::{Piece, Segment};

/// How many URLs the variables of a server may expand to; beyond that, a variable matches anything.
const URLS: usize = 256;

/// All servers of a document: the top-level ones, and those of its paths and operations.
#[derive(Debug)]
pub(crate) struct Servers {
    all: Vec<Server>,
    /// The numbers of the top-level servers.
    pub(crate) root: Vec<usize>,
    /// The only hosts whose traffic is in scope; if empty, the servers decide.
    pub(crate) hosts: Vec<String>,
}

/// The URL of a server, in parts.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Server {
    /// Host and port; `None` if the URL is relative to that of the document, which is not known.
    host: Option<Segment>,
    base: Vec<Segment>,
    /// Whether other segments may precede the base, because it is relative to an unknown URL.
    floating: bool,
}

/// The parts of a URL.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Address<'u> {
    authority: &'u str,
    /// Path, query and fragment.
    pub(crate) path: &'u str,
}

impl<'u> Address<'u> {
    /// Splits an absolute URL; `None` for a path.
    pub(crate) fn new(url: &'u str) -> Option<Self> {
        let (scheme, rest) = url.split_once("://")?;
        if !scheme
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte))
        {
            return None;
        }
        let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
        let (authority, path) = rest.split_at(end);
        Some(Address { authority, path })
    }

    /// Host and port in lower case, without the default port of the scheme.
    fn host(&self) -> String {
        host(self.authority)
    }
}

/// Host and port, normalized for comparison: without user, in lower case, without a default port.
fn host(authority: &str) -> String {
    let host = authority.rsplit('@').next().unwrap_or_default();
    let host = host.to_ascii_lowercase();
    let without = host.strip_suffix(":443").or(host.strip_suffix(":80"));
    without.unwrap_or(&host).to_owned()
}

impl Servers {
    pub(crate) fn new(document: &Value) -> Self {
        let mut servers = Servers {
            all: Vec::new(),
            root: Vec::new(),
            hosts: Vec::new(),
        };
        servers.root = match servers.of(document) {
            Some(root) => root,
            // OpenAPI: the default is one server with the URL `/`.
            None => servers.enter("/", &Map::new()),
        };
        servers
    }

    /// The numbers of the servers that an object lists; `None` if it lists none.
    pub(crate) fn of(&mut self, owner: &Value) -> Option<Vec<usize>> {
        let listed = owner.get("servers")?.as_array()?;
        let mut numbers = Vec::new();
        for server in listed {
            let none = Map::new();
            let variables = server.get("variables").and_then(Value::as_object);
            if let Some(url) = server.get("url").and_then(Value::as_str) {
                numbers.extend(self.enter(url, variables.unwrap_or(&none)));
            }
        }
        (!numbers.is_empty()).then_some(numbers)
    }

    fn enter(&mut self, url: &str, variables: &Map<String, Value>) -> Vec<usize> {
        let mut numbers = Vec::new();
        for url in urls(url, variables) {
            let server = Server::new(&url);
            let known = self.all.iter().position(|known| *known == server);
            numbers.push(known.unwrap_or(self.all.len()));
            if known.is_none() {
                self.all.push(server);
            }
        }
        numbers
    }

    /// All servers, each with its number.
    pub(crate) fn all(&self) -> impl Iterator<Item = (usize, &Server)> {
        self.all.iter().enumerate()
    }

    /// The servers whose host matches that of a URL, the longest base first.
    pub(crate) fn at(&self, address: &Address<'_>) -> Vec<(usize, &Server)> {
        // A host that was given may replace that of any server.
        let named = self.is_named(address);
        let mut found: Vec<_> = self
            .all()
            .filter(|(_, server)| named || server.is_at(address))
            .collect();
        found.sort_by_key(|(_, server)| std::cmp::Reverse(server.base.len()));
        found
    }

    /// Whether the host of a URL is among those that were given.
    pub(crate) fn is_named(&self, address: &Address<'_>) -> bool {
        let asked = address.host();
        self.hosts.iter().any(|named| {
            let named = host(Address::new(named).map_or(named, |address| address.authority));
            let without_port = asked.rsplit_once(':').map_or(&*asked, |(host, _)| host);
            named == asked || named == without_port
        })
    }

    /// Whether a URL is in scope.
    pub(crate) fn covers(&self, address: &Address<'_>, path: &[Piece]) -> bool {
        match self.hosts.is_empty() {
            false => self.is_named(address),
            true => self
                .all
                .iter()
                .any(|server| server.is_at(address) && server.below(path).next().is_some()),
        }
    }
}

impl Server {
    fn new(url: &str) -> Self {
        // The scheme may be a variable, or be absent before `//`.
        let rest = url.split_once("://").map(|(_, rest)| rest);
        let (authority, path) = match rest.or(url.strip_prefix("//")) {
            Some(rest) => {
                let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
                (Some(authority), path)
            }
            None => (None, url),
        };
        let segment = |text: &str| Segment::new(text, &[]);
        let path = path.split(['?', '#']).next().unwrap_or_default();
        let names = path
            .split('/')
            .filter(|name| !matches!(*name, "" | "." | ".."));
        Server {
            host: authority.map(|authority| segment(&host(authority))),
            base: names.map(segment).collect(),
            floating: authority.is_none() && !path.is_empty() && !path.starts_with('/'),
        }
    }

    fn is_at(&self, address: &Address<'_>) -> bool {
        let Some(host) = &self.host else {
            return true;
        };
        let asked = address.host();
        // A variable may stand for a default port that the URL omits.
        let with_port = ["", ":443", ":80"].map(|port| format!("{asked}{port}"));
        with_port.iter().any(|asked| host.fit(asked).is_some())
    }

    /// The rest of a path after the base, for each place where the base may end.
    pub(crate) fn below<'p>(&self, path: &'p [Piece]) -> impl Iterator<Item = &'p [Piece]> {
        let last = if self.floating { path.len() } else { 0 };
        let ends = (0..=last).map(|start| start + self.base.len());
        let ends = ends.filter(move |end| {
            // A path has at least the segment after its first slash.
            *end < path.len()
                && self
                    .base
                    .iter()
                    .zip(&path[end - self.base.len()..])
                    .all(|(segment, piece)| segment.fit_piece(piece).is_some())
        });
        let found: Vec<&[Piece]> = ends
            .flat_map(|end| {
                let below = &path[end..];
                // Concatenating `https://host/v1/` and `/users` gives `/v1//users`, but most
                // clients send `/v1/users`.
                let doubled = below.len() > 1 && below[0].decoded().is_empty();
                [Some(below), doubled.then(|| &below[1..])]
            })
            .flatten()
            .collect();
        found.into_iter()
    }
}

/// The URLs of a server: one for each combination of the values of its variables. A variable
/// without `enum` remains a name, which matches any string without a slash.
fn urls(url: &str, variables: &Map<String, Value>) -> Vec<String> {
    let mut urls = vec![url.to_owned()];
    for (name, variable) in variables {
        let place = format!("{{{name}}}");
        let listed = variable.get("enum").and_then(Value::as_array);
        let listed = listed.into_iter().flatten().filter_map(Value::as_str);
        let default = variable.get("default").and_then(Value::as_str);
        let mut values: Vec<&str> = listed.collect();
        if values.is_empty() {
            values.push(&place);
            // Only its default shows that a variable may span several segments.
            values.extend(default.filter(|default| default.contains('/') || default.is_empty()));
        }
        if urls.len() * values.len() <= URLS {
            urls = urls
                .iter()
                .flat_map(|url| values.iter().map(|value| url.replace(&place, value)))
                .collect();
            urls.sort();
            urls.dedup();
        }
    }
    urls
}

/// A URL without scheme and authority; a path unchanged.
pub(crate) fn below_authority(url: &str) -> &str {
    Address::new(url).map_or(url, |address| address.path)
}
