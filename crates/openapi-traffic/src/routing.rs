//! Which operations a path leads to.

use http_recording::text;
use located::openapi::is_method;
use located::{Error, Source, pointer};
use percent_encoding::percent_decode_str;
use serde_json::{Map, Value};

use crate::document::Document;

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
    /// The paths of all `servers`, which may stand before those of the document.
    bases: Vec<Vec<String>>,
}

/// One method of one path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Route {
    /// Its `operationId`, if it has one.
    pub operation_id: Option<String>,
    /// Upper case.
    pub method: String,
    /// The path as the document has it.
    pub template: String,
    /// Where the path stands.
    pub(crate) path: String,
    /// Where the path item stands, references followed.
    pub(crate) item: String,
    segments: Vec<Segment>,
}

/// What stands between two slashes of a template: literal text and names by turns, beginning and
/// ending with text.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Segment {
    texts: Vec<String>,
    names: Vec<String>,
}

/// The names of a template and the decoded values that a path has in their places.
pub(crate) type Names = Vec<(String, String)>;

/// An operation that a path leads to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Match<'r> {
    /// The operation.
    pub route: &'r Route,
    /// The names of its template with their decoded values.
    pub values: Vec<(String, String)>,
    /// The number of the route, in the order of the document.
    pub(crate) number: usize,
}

impl Routes {
    /// Reads the paths of an OpenAPI document and nothing else of it.
    ///
    /// # Errors
    /// The document cannot be read, a path does not begin with `/`, or a path item is no object or
    /// leads nowhere.
    pub fn read(source: Source) -> Result<Self, Error> {
        Self::of(&Document::parse(source)?)
    }

    pub(crate) fn of(document: &Document) -> Result<Self, Error> {
        let Some(paths) = document.get("/paths").and_then(Value::as_object) else {
            return Err(document.error("", "not OpenAPI 3.0: there are no `paths` in it"));
        };
        let mut routes = Vec::new();
        for template in paths.keys().filter(|name| !name.starts_with("x-")) {
            let path = pointer::join("/paths", template);
            let Some(below) = template.strip_prefix('/') else {
                return Err(document.error(&path, "not OpenAPI 3.0: a path begins with `/`"));
            };
            let segments: Vec<_> = below.split('/').map(Segment::new).collect();
            let item = document.resolve(&path)?;
            for (method, operation) in document.object(&item)? {
                if is_method(method) {
                    let id = operation.get("operationId").and_then(Value::as_str);
                    routes.push(Route {
                        operation_id: id.map(str::to_owned),
                        method: method.to_ascii_uppercase(),
                        template: template.clone(),
                        path: path.clone(),
                        item: item.pointer.clone(),
                        segments: segments.clone(),
                    });
                }
            }
        }
        Ok(Routes {
            routes,
            bases: bases(document),
        })
    }

    pub(crate) fn all(&self) -> &[Route] {
        &self.routes
    }

    /// The operations that a path or URL leads to, one for each method. It may stand below the path
    /// of a documented server; `params` has the values of its `{names}` where it is a template.
    pub fn find(&self, path: &str, params: &Map<String, Value>) -> Vec<Match<'_>> {
        let path = segments(below_authority(path), params);
        let found = self.fitting(&path);
        if !found.is_empty() {
            return found;
        }
        // Recordings hold the path below the server's URL; other tools' hold it whole.
        self.bases
            .iter()
            .filter_map(|base| path.strip_prefix(base.as_slice()))
            .map(|path| self.fitting(path))
            .find(|found| !found.is_empty())
            .unwrap_or_default()
    }

    /// The operations whose template ends the path, whatever server path is before it; of several,
    /// those of the longest template.
    pub fn find_below_any_base(&self, path: &str) -> Vec<Match<'_>> {
        let path = segments(below_authority(path), &Map::new());
        (0..path.len())
            .map(|base| self.fitting(&path[base..]))
            .find(|found| !found.is_empty())
            .unwrap_or_default()
    }

    /// The operations of the template that fits best.
    fn fitting(&self, path: &[String]) -> Vec<Match<'_>> {
        let mut found: Vec<Match<'_>> = Vec::new();
        for (number, route) in self.routes.iter().enumerate() {
            let Some(values) = route.fit(path) else {
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
            found.push(Match {
                route,
                values,
                number,
            });
        }
        found
    }
}

impl Route {
    /// What people call it: its id, else method and path.
    pub fn name(&self) -> String {
        match &self.operation_id {
            Some(id) => id.clone(),
            None => format!("{} {}", self.method, self.template),
        }
    }

    fn named(&self) -> impl Iterator<Item = bool> {
        self.segments
            .iter()
            .map(|segment| !segment.names.is_empty())
    }

    fn fit(&self, path: &[String]) -> Option<Names> {
        if self.segments.len() != path.len() {
            return None;
        }
        let mut names = Vec::new();
        for (segment, text) in self.segments.iter().zip(path) {
            names.extend(segment.fit(text)?);
        }
        Some(names)
    }
}

impl Segment {
    fn new(text: &str) -> Self {
        let (mut texts, mut names) = (Vec::new(), Vec::new());
        let mut rest = text;
        while let Some((before, inside)) = rest.split_once('{')
            && let Some((name, after)) = inside.split_once('}')
        {
            texts.push(before.to_owned());
            names.push(name.to_owned());
            rest = after;
        }
        texts.push(rest.to_owned());
        Segment { texts, names }
    }

    /// Fits a text to `text{name}text…`: no name is empty, and each takes as little as it can.
    fn fit(&self, text: &str) -> Option<Names> {
        let (first, rest) = self.texts.split_first()?;
        let Some((last, between)) = rest.split_last() else {
            return (first == text).then(Vec::new);
        };
        let mut text = text
            .strip_prefix(first.as_str())?
            .strip_suffix(last.as_str())?;
        let mut names = Vec::new();
        let (final_name, earlier) = self.names.split_last()?;
        for (name, literal) in earlier.iter().zip(between) {
            let least = text.chars().next()?.len_utf8();
            let at = least + text[least..].find(literal.as_str())?;
            names.push((name.clone(), text[..at].to_owned()));
            text = &text[at + literal.len()..];
        }
        if text.is_empty() {
            return None;
        }
        names.push((final_name.clone(), text.to_owned()));
        Some(names)
    }
}

/// The decoded segments of a path; where it is a template, each name gives way to its value, which
/// may hold slashes.
fn segments(path: &str, params: &Map<String, Value>) -> Vec<String> {
    let path = path.split(['?', '#']).next().unwrap_or_default();
    let path = path.strip_prefix('/').unwrap_or(path);
    path.split('/')
        .map(|segment| {
            let mut decoded = percent_decode_str(segment).decode_utf8_lossy().into_owned();
            for (name, value) in params {
                let place = format!("{{{name}}}");
                if decoded.contains(&place) {
                    decoded = decoded.replace(&place, &text(value));
                }
            }
            decoded
        })
        .collect()
}

/// The paths of all `servers`, variables at their defaults: recordings may be of whole URLs.
fn bases(document: &Document) -> Vec<Vec<String>> {
    let paths = document.get("/paths").and_then(Value::as_object);
    let items = paths.into_iter().flat_map(Map::values);
    let operations = items
        .clone()
        .filter_map(Value::as_object)
        .flat_map(Map::values);
    let mut bases: Vec<Vec<String>> = std::iter::once(document.value())
        .chain(items)
        .chain(operations)
        .filter_map(|owner| owner.get("servers")?.as_array())
        .flatten()
        .filter_map(base)
        .filter(|segments| !segments.is_empty())
        .collect();
    bases.sort();
    bases.dedup();
    bases
}

fn base(server: &Value) -> Option<Vec<String>> {
    let mut url = server.get("url")?.as_str()?.to_owned();
    for (name, variable) in server
        .get("variables")
        .and_then(Value::as_object)
        .into_iter()
        .flatten()
    {
        if let Some(default) = variable.get("default").and_then(Value::as_str) {
            url = url.replace(&format!("{{{name}}}"), default);
        }
    }
    let path = below_authority(&url);
    Some(
        path.split('/')
            .filter(|segment| !segment.is_empty())
            .map(str::to_owned)
            .collect(),
    )
}

/// What follows scheme and authority of a URL; a path is itself.
fn below_authority(url: &str) -> &str {
    match url.split_once("://") {
        Some((_, rest)) => rest.find('/').map_or("", |at| &rest[at..]),
        None => url,
    }
}
