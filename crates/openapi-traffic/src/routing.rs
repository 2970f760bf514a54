//! Finds the operations of a path.

use located::openapi::is_method;
use located::{Error, Source, pointer};
use serde_json::{Map, Value};

use crate::document::{At, Document};
use crate::path::{Names, Piece, Segment, segments};
use crate::percent::decode;
use crate::servers::{Address, Servers, below_authority};

/// Why a document without paths cannot be used.
const NO_PATHS: &str = "not OpenAPI 3.0: `paths` is missing; if this file has only components, \
                        give the document that refers to it";

/// The operations of a document by their paths.
///
/// Where several templates fit a path, a literal segment goes before a named one, from left to
/// right, as OpenAPI asks for.
///
/// ```
/// use located::Source;
/// use openapi_traffic::Routes;
///
/// let text = "openapi: 3.0.3\npaths:\n  /users/{id}:\n    get: {operationId: get_user}\n";
/// let routes = Routes::read(Source::new("api.yaml", text.to_owned()))?;
/// let found = routes.find_below_any_base("/v1/users/a%2Fb");
/// assert_eq!(found[0].route.operation_id.as_deref(), Some("get_user"));
/// assert_eq!(found[0].values, [("id".to_owned(), "a/b".to_owned())]);
/// # Ok::<(), located::Error>(())
/// ```
#[derive(Debug)]
pub struct Routes {
    routes: Vec<Route>,
    /// The servers at which the operations are available.
    servers: Servers,
    /// The paths whose operations are not known, because their description cannot be used.
    unusable: Vec<Route>,
    /// Why.
    problems: Vec<Error>,
}

/// One method of one path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Route {
    /// Its `operationId`, if it has one.
    pub operation_id: Option<String>,
    /// Upper case.
    pub method: String,
    /// The path template as the document has it.
    pub template: String,
    /// The pointer of the path.
    pub(crate) path: String,
    /// The pointer of the path item, references followed.
    pub(crate) item: String,
    segments: Vec<Segment>,
    /// The numbers of its servers.
    servers: Vec<usize>,
}

/// An operation that matches a path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Match<'r> {
    /// The operation.
    pub route: &'r Route,
    /// The names of its template with their decoded values.
    pub values: Vec<(String, String)>,
    /// The same, still percent-encoded: separators within a value must be found before it is
    /// decoded.
    pub(crate) raw: Names,
    /// The number of the route, in the order of the document.
    pub(crate) number: usize,
}

impl Routes {
    /// Parses only the paths of an OpenAPI document.
    ///
    /// # Errors
    /// The document cannot be parsed, a path does not begin with `/`, or a path item is no object
    /// or has a reference that cannot be resolved.
    pub fn read(source: Source) -> Result<Self, Error> {
        let mut routes = Self::of(&Document::parse(source)?)?;
        match routes.take_problems().into_iter().next() {
            Some(problem) => Err(problem),
            None => Ok(routes),
        }
    }

    pub(crate) fn of(document: &Document) -> Result<Self, Error> {
        let Some(paths) = document.get("/paths").and_then(Value::as_object) else {
            return Err(document.error("", NO_PATHS));
        };
        let (mut routes, mut unusable, mut problems) = (Vec::new(), Vec::new(), Vec::new());
        let mut servers = Servers::new(document.value());
        for template in paths.keys().filter(|name| !name.starts_with("x-")) {
            let path = pointer::join("/paths", template);
            let Some(below) = template.strip_prefix('/') else {
                problems.push(document.error(&path, "not OpenAPI 3.0: a path must begin with `/`"));
                continue;
            };
            let route = |method: &str, operation: &Value, item: &At<'_>, servers| Route {
                operation_id: operation
                    .get("operationId")
                    .and_then(Value::as_str)
                    .map(str::to_owned),
                method: method.to_ascii_uppercase(),
                template: template.clone(),
                path: path.clone(),
                item: item.pointer.clone(),
                segments: {
                    let leads = leads(document, [item.value, operation]);
                    below
                        .split('/')
                        .map(|it| Segment::new(it, &leads))
                        .collect()
                },
                servers,
            };
            let read = document.resolve(&path).and_then(|item| {
                let members = document.object(&item)?;
                Ok((item, members))
            });
            let (item, members) = match read {
                Ok(read) => read,
                Err(problem) => {
                    problems.push(problem);
                    let (pointer, value) = (path.clone(), &Value::Null);
                    let item = At { pointer, value };
                    unusable.push(route("", value, &item, servers.root.clone()));
                    continue;
                }
            };
            let of_item = servers.of(item.value);
            for (method, operation) in members.iter().filter(|(member, _)| is_method(member)) {
                let servers = servers
                    .of(operation)
                    .or_else(|| of_item.clone())
                    .unwrap_or_else(|| servers.root.clone());
                routes.push(route(method, operation, &item, servers));
            }
        }
        Ok(Routes {
            routes,
            servers,
            unusable,
            problems,
        })
    }

    /// Why some paths cannot be used.
    pub(crate) fn take_problems(&mut self) -> Vec<Error> {
        std::mem::take(&mut self.problems)
    }

    /// Whether a path or URL belongs to a path whose description cannot be used.
    pub(crate) fn is_unusable(&self, path: &str, params: &Map<String, Value>) -> bool {
        !self.find_among(&self.unusable, path, params).is_empty()
    }

    /// Limits the scope to these hosts, whatever the servers are.
    pub(crate) fn set_hosts(&mut self, hosts: Vec<String>) {
        self.servers.hosts = hosts;
    }

    /// Whether a URL is below a documented server, or its host is one of those given.
    pub(crate) fn covers(&self, url: &str) -> bool {
        Address::new(url).is_none_or(|address| {
            let path = segments(address.path, &Map::new());
            self.servers.covers(&address, &path)
        })
    }

    pub(crate) fn all(&self) -> &[Route] {
        &self.routes
    }

    /// The operations of a path or URL, one for each method. A path may begin with the base path of
    /// a documented server; a URL must be below a server. If the path is a template, `params` has
    /// the values of its `{names}`.
    pub fn find(&self, path: &str, params: &Map<String, Value>) -> Vec<Match<'_>> {
        self.find_among(&self.routes, path, params)
    }

    fn find_among<'r>(
        &'r self,
        routes: &'r [Route],
        path: &str,
        params: &Map<String, Value>,
    ) -> Vec<Match<'r>> {
        if let Some(address) = Address::new(path) {
            return self.find_at(routes, &address);
        }
        let path = segments(path, params);
        let found = fitting(routes, &path, |_| true);
        if !found.is_empty() {
            return found;
        }
        // Recordings have the path below the server's URL; those of other tools the full path.
        self.servers
            .all()
            .flat_map(|(number, server)| server.below(&path).map(move |below| (number, below)))
            .map(|(number, below)| fitting(routes, below, |route| route.servers.contains(&number)))
            .find(|found| !found.is_empty())
            .unwrap_or_default()
    }

    /// The operations of a URL.
    fn find_at<'r>(&'r self, routes: &'r [Route], address: &Address<'_>) -> Vec<Match<'r>> {
        let path = segments(address.path, &Map::new());
        for (number, server) in self.servers.at(address) {
            for below in server.below(&path) {
                let found = fitting(routes, below, |route| route.servers.contains(&number));
                if !found.is_empty() {
                    return found;
                }
            }
        }
        match self.servers.is_named(address) {
            // A host that is not documented may have another base path, or none.
            true => fitting(routes, &path, |_| true),
            false => Vec::new(),
        }
    }

    /// The operations whose template matches the end of the path, whatever base path precedes it;
    /// of several templates, the longest.
    pub fn find_below_any_base(&self, path: &str) -> Vec<Match<'_>> {
        let path = segments(below_authority(path), &Map::new());
        (0..path.len())
            .map(|base| fitting(&self.routes, &path[base..], |_| true))
            .find(|found| !found.is_empty())
            .unwrap_or_default()
    }
}

impl Route {
    /// Its name in reports: the `operationId`, else method and path.
    pub fn name(&self) -> String {
        match &self.operation_id {
            Some(id) => id.clone(),
            None => format!("{} {}", self.method, self.template),
        }
    }

    fn named(&self) -> impl Iterator<Item = bool> {
        self.segments.iter().map(Segment::is_named)
    }

    fn fit(&self, path: &[Piece]) -> Option<Names> {
        if self.segments.len() != path.len() {
            return None;
        }
        let mut names = Vec::new();
        for (segment, piece) in self.segments.iter().zip(path) {
            names.extend(segment.fit_piece(piece)?);
        }
        Some(names)
    }
}

/// The operations of the best matching template among some.
fn fitting<'r>(
    routes: &'r [Route],
    path: &[Piece],
    among: impl Fn(&Route) -> bool,
) -> Vec<Match<'r>> {
    let mut found: Vec<Match<'r>> = Vec::new();
    for (number, route) in routes.iter().enumerate() {
        let Some(raw) = route.fit(path).filter(|_| among(route)) else {
            continue;
        };
        match found
            .first()
            .map(|best| route.named().cmp(best.route.named()))
        {
            Some(std::cmp::Ordering::Greater) => continue,
            Some(std::cmp::Ordering::Less) => found.clear(),
            Some(std::cmp::Ordering::Equal) | None => {}
        }
        let decode = |(name, raw): &(String, String)| (name.clone(), decode(raw));
        found.push(Match {
            route,
            values: raw.iter().map(decode).collect(),
            raw,
            number,
        });
    }
    found
}

/// The prefixes of the values of path parameters, as their style says. Parameters of the operation
/// come last, because they override those of the path item.
fn leads<'d>(document: &'d Document, owners: [&'d Value; 2]) -> Vec<(&'d str, char)> {
    let listed = owners
        .into_iter()
        .filter_map(|owner| owner.get("parameters")?.as_array());
    let of = |parameter: &'d Value| {
        let parameter = document.follow(parameter)?;
        let lead = match parameter.get("style")?.as_str()? {
            "label" => '.',
            "matrix" => ';',
            _ => return None,
        };
        (parameter.get("in")? == "path").then_some((parameter.get("name")?.as_str()?, lead))
    };
    listed.flatten().filter_map(of).collect()
}
