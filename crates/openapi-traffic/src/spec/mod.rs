//! An OpenAPI 3.0 document, ready to judge by: operations, lowered schemas, and the plan of the
//! walk.

pub(crate) mod lower;
pub(crate) mod operation;
pub(crate) mod plan;
pub(crate) mod site;

use crate::routing::Routes;
use located::{Error, Source};
use serde_json::Value;

use crate::document::Document;
use crate::shown::Known;
pub(crate) use lower::Direction;
use lower::{Lowered, Lowering};
use operation::Operation;
use plan::{NodeId, Plan};
pub use site::{Site, SiteKind};
pub(crate) use site::{SiteId, Sites};

/// A specification that can be judged by.
#[derive(Debug)]
pub struct Spec {
    document: Document,
    pub(crate) operations: Vec<Operation>,
    pub(crate) routes: Routes,
    pub(crate) sites: Sites,
    pub(crate) request: Side,
    pub(crate) response: Side,
    /// What of it may be shown where it is found in traffic.
    pub(crate) known: Known,
}

/// The schemas of one direction.
#[derive(Debug)]
pub(crate) struct Side {
    pub(crate) direction: Direction,
    pub(crate) lowered: Lowered,
    pub(crate) plan: Plan,
}

/// A schema of one direction by which values are judged.
#[derive(Debug)]
pub(crate) struct Schema {
    pub(crate) pointer: String,
    pub(crate) location: String,
    pub(crate) node: NodeId,
}

impl Spec {
    /// Reads, checks and compiles a document.
    ///
    /// # Errors
    /// The document is not OpenAPI 3.0, a reference leads nowhere, or a schema does not compile:
    /// nothing can be judged by it. Says file, line, column and reason.
    pub fn load(source: Source) -> Result<Spec, Error> {
        let document = Document(located::Document::parse(source)?);
        check_version(&document)?;

        let mut sites = Sites::default();
        let mut request = Lowering::new(&document, Direction::Request);
        let mut response = Lowering::new(&document, Direction::Response);
        let mut plans = [
            Plan::new(Direction::Request),
            Plan::new(Direction::Response),
        ];
        let mut reader = operation::Reader {
            document: &document,
            sites: &mut sites,
            lowering: [&mut request, &mut response],
            plans: &mut plans,
        };
        let routes = Routes::of(&document)?;
        let operations = reader.operations(&routes)?;

        let (request, response) = (request.finish()?, response.finish()?);
        let [mut request_plan, mut response_plan] = plans;
        request_plan.link(&document, &request)?;
        response_plan.link(&document, &response)?;
        Ok(Spec {
            known: Known::of(document.0.value()),
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
        })
    }

    /// The text it was read from.
    pub fn source(&self) -> &Source {
        self.document.0.source()
    }

    /// The whole document.
    pub fn value(&self) -> &Value {
        self.document.0.value()
    }

    /// All places that traffic can be evidence for, in the order of the document's operations.
    pub fn sites(&self) -> &[Site] {
        self.sites.all()
    }
}

fn check_version(document: &Document) -> Result<(), Error> {
    match document.get("/openapi") {
        Some(Value::String(version)) if version == "3.0" || version.starts_with("3.0.") => Ok(()),
        Some(version) => {
            Err(document
                .error("/openapi", &format!("not OpenAPI 3.0: the document says {version}; write `openapi: 3.0.3` and its constructs")))
        }
        None => Err(document.error("", "not OpenAPI 3.0: there is no `openapi: 3.0.…` in it")),
    }
}
