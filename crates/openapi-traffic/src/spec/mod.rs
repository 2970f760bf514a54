//! A compiled OpenAPI 3.0 document: operations, lowered schemas, and the plan for walking bodies.

pub(crate) mod alternatives;
mod discriminator;
pub(crate) mod engine;
pub(crate) mod location;
pub(crate) mod lower;
pub(crate) mod lowered;
pub(crate) mod operation;
mod pattern;
pub(crate) mod plan;
pub(crate) mod security;
pub(crate) mod site;
mod unusable;

use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;

use crate::routing::Routes;
use located::{Error, Place, Source};
use serde_json::Value;

use crate::document::{Document, Named};
use crate::masking::Known;
pub(crate) use lower::Direction;
use lower::Lowering;
use lowered::Lowered;
use operation::Operation;
use plan::Plan;
pub(crate) use plan::Schema;
use security::Scheme;
pub use site::SiteKind;
pub(crate) use site::{Site, SiteId, Sites};

/// A compiled OpenAPI document, against which exchanges are validated.
#[derive(Debug)]
pub struct Spec {
    document: Document,
    pub(crate) operations: Vec<Operation>,
    pub(crate) routes: Routes,
    pub(crate) schemes: Vec<Scheme>,
    pub(crate) sites: Sites,
    pub(crate) request: Side,
    pub(crate) response: Side,
    /// The names and values of the document, which may be shown when they occur in traffic.
    pub(crate) known: Known,
}

/// The schemas of one direction.
#[derive(Debug)]
pub(crate) struct Side {
    pub(crate) direction: Direction,
    pub(crate) lowered: Lowered,
    pub(crate) plan: Plan,
}

impl Spec {
    /// Parses, checks and compiles a document, with the local files that its references lead to.
    /// Their paths are relative to the file that contains the reference.
    ///
    /// # Errors
    /// The document is not OpenAPI 3.0, a reference cannot be resolved, or a schema does not
    /// compile. Says file, line, column and reason.
    pub fn load(source: Source) -> Result<Spec, Error> {
        let (spec, problems) = Spec::load_usable(source)?;
        match problems.into_iter().next() {
            Some(problem) => Err(problem),
            None => Ok(spec),
        }
    }

    /// The same for a document in which some parts are wrong: a path, a parameter, a response, a
    /// schema. Each is returned as an error, and nothing is validated against it; the others are
    /// not affected.
    ///
    /// # Errors
    /// The document as a whole cannot be used: it cannot be parsed, or has another version.
    pub fn load_usable(source: Source) -> Result<(Spec, Vec<Error>), Error> {
        let document = Document::parse(source)?;
        check_version(&document)?;

        let mut sites = Sites::default();
        let mut request = Lowering::new(&document, Direction::Request);
        let mut response = Lowering::new(&document, Direction::Response);
        let mut plans = [
            Plan::new(Direction::Request),
            Plan::new(Direction::Response),
        ];
        let mut routes = Routes::of(&document)?;
        let mut reader = operation::Reader {
            document: &document,
            sites: &mut sites,
            lowering: [&mut request, &mut response],
            plans: &mut plans,
            problems: routes.take_problems(),
        };
        let operations = reader.operations(&routes)?;
        let mut problems = reader.problems;

        let (request, of_requests) = request.finish()?;
        let (response, of_responses) = response.finish()?;
        problems.extend(of_requests);
        problems.extend(of_responses);
        // What several operations share, and both directions, is reported once.
        let mut reported = HashSet::new();
        problems.retain(|it| reported.insert(it.to_string()));
        let [mut request_plan, mut response_plan] = plans;
        request_plan.link(&request);
        response_plan.link(&response);
        let spec = Spec {
            schemes: security::schemes(&document),
            known: Known::of(document.value()),
            document,
            operations,
            routes,
            sites,
            request: Side {
                direction: Direction::Request,
                lowered: request,
                plan: request_plan,
            },
            response: Side {
                direction: Direction::Response,
                lowered: response,
                plan: response_plan,
            },
        };
        Ok((spec, problems))
    }

    /// Limits the scope to traffic to these hosts (`name` or `name:port`) instead of `servers`; if
    /// empty, the servers decide.
    #[must_use]
    pub fn at_hosts(mut self, hosts: Vec<String>) -> Self {
        self.routes.set_hosts(hosts);
        self
    }

    /// Whether a URL is in scope: it is below a documented server, or its host is one of those
    /// given. A path without host is in scope.
    pub fn covers(&self, url: &str) -> bool {
        self.routes.covers(url)
    }

    /// The place of the value at a pointer, or of the nearest value around it, in the document or
    /// in a local file that it refers to.
    pub(crate) fn place(&self, pointer: &str) -> Option<Place> {
        self.document.place(pointer)
    }

    /// The same with its name, which does not change when something is inserted above.
    pub(crate) fn named(&self, pointer: &str) -> Arc<Named> {
        self.document.named(pointer)
    }

    pub(crate) fn document(&self) -> &Document {
        &self.document
    }

    /// The source of the document itself, without the files that it refers to.
    pub fn source(&self) -> &Source {
        self.document.source()
    }

    /// The document as a value; the files that it refers to are members of `x-referenced-files`.
    pub fn value(&self) -> &Value {
        self.document.value()
    }

    /// What is not validated: the reason, and the pointer of the first such place.
    pub(crate) fn unchecked(&self) -> impl Iterator<Item = (&str, &str)> {
        let sides = [&self.request, &self.response].into_iter();
        let unchecked: BTreeMap<_, _> = sides.flat_map(|side| side.lowered.unchecked()).collect();
        unchecked.into_iter()
    }

    /// All places that traffic can cover, in the order of the document's operations.
    pub(crate) fn sites(&self) -> &[Site] {
        self.sites.all()
    }
}

fn check_version(document: &Document) -> Result<(), Error> {
    match document.get("/openapi") {
        Some(Value::String(version)) if version == "3.0" || version.starts_with("3.0.") => Ok(()),
        // As YAML, an unquoted `3.0` is a number.
        Some(Value::Number(version)) if version.as_f64() == Some(3.0) => Ok(()),
        Some(version) => {
            let reason = format!(
                "not OpenAPI 3.0: the document says {version}; convert it to `openapi: 3.0.3`"
            );
            Err(document.error("/openapi", &reason))
        }
        None if document.get("/swagger").is_some() => {
            let reason = "not OpenAPI 3.0 but Swagger 2.0; convert it to `openapi: 3.0.3`";
            Err(document.error("/swagger", reason))
        }
        None => Err(document.error("", "not OpenAPI 3.0: `openapi: 3.0.…` is missing")),
    }
}
