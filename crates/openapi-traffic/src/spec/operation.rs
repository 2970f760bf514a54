//! The operations of a document with their parameters, bodies and responses, ready for validation.

use std::collections::HashMap;

use http_recording::media_type::{self, essence, is_json};
use located::openapi::status_keys;
use located::{Error, pointer};
use serde_json::{Map, Value};

use super::location::Location;
use super::lower::{Direction, Lowering};
use super::plan::{Plan, Schema};
use super::security::Security;
use super::site::{SiteId, SiteKind, Sites, vocabulary};
use crate::document::{At, Document};
use crate::routing::{Route, Routes};
use crate::style::Style;

/// One method of one path.
#[derive(Debug)]
pub(crate) struct Operation {
    pub(crate) pointer: String,
    pub(crate) site: SiteId,
    pub(crate) parameters: Vec<Parameter>,
    /// Whether there are others, which are not OpenAPI 3.0.
    pub(crate) has_unusable_parameter: bool,
    pub(crate) security: Security,
    pub(crate) request: Option<RequestBody>,
    pub(crate) responses: Vec<Response>,
}

impl Operation {
    /// The response that is documented for a status: as such, by its range, or as the default.
    pub(crate) fn response_for(&self, status: u16) -> Option<&Response> {
        status_keys(status).iter().find_map(|key| {
            let mut all = self.responses.iter();
            all.find(|response| response.status.eq_ignore_ascii_case(key))
        })
    }
}

#[derive(Debug)]
pub(crate) struct Parameter {
    pub(crate) pointer: String,
    pub(crate) name: String,
    pub(crate) location: Location,
    pub(crate) required: bool,
    pub(crate) allow_empty: bool,
    pub(crate) allow_reserved: bool,
    pub(crate) form: Form,
    pub(crate) schema: Option<Schema>,
    pub(crate) site: SiteId,
}

/// How a value is serialized.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Form {
    /// In a style, exploded or not.
    Styled(Style, bool),
    /// As JSON.
    Json,
    /// As plain text.
    Text,
    /// In a way that is not validated, for this reason.
    NotValidated(String),
}

#[derive(Debug)]
pub(crate) struct RequestBody {
    pub(crate) pointer: String,
    pub(crate) required: bool,
    pub(crate) content: Vec<Media>,
    /// It is not OpenAPI 3.0, so that nothing is known of it.
    pub(crate) unusable: bool,
}

#[derive(Debug)]
pub(crate) struct Response {
    pub(crate) pointer: String,
    /// `200`, `4XX` or `default`.
    pub(crate) status: String,
    pub(crate) site: SiteId,
    pub(crate) headers: Vec<Header>,
    pub(crate) content: Vec<Media>,
    /// It is not OpenAPI 3.0, so that nothing else is known of it.
    pub(crate) unusable: bool,
}

#[derive(Debug)]
pub(crate) struct Header {
    pub(crate) pointer: String,
    /// Lower case.
    pub(crate) name: String,
    pub(crate) required: bool,
    pub(crate) form: Form,
    pub(crate) schema: Option<Schema>,
    pub(crate) site: SiteId,
}

/// A media type or a range of them.
#[derive(Debug)]
pub(crate) struct Media {
    /// Lower case, without parameters.
    pub(crate) range: String,
    /// What the document writes after it: `version=1`.
    pub(crate) parameters: Vec<(String, String)>,
    pub(crate) pointer: String,
    pub(crate) schema: Option<Schema>,
    /// How fields of a form are serialized, if specified.
    pub(crate) encoding: HashMap<String, Encoding>,
    pub(crate) site: SiteId,
}

/// How a field of a form is serialized.
#[derive(Debug, Default)]
pub(crate) struct Encoding {
    pub(crate) pointer: String,
    /// The allowed media types, in lower case, without parameters.
    pub(crate) content_types: Vec<String>,
    pub(crate) style: Option<String>,
    pub(crate) explode: Option<bool>,
    /// Whether reserved characters are sent literally.
    pub(crate) allow_reserved: bool,
}

impl Media {
    /// Its name with its parameters.
    pub(crate) fn name(&self) -> String {
        let parameters = self.parameters.iter();
        let parameters = parameters.map(|(name, value)| format!("; {name}={value}"));
        self.range.clone() + &parameters.collect::<String>()
    }

    /// How many of its parameters are among those of a media type; `None` if one is missing there.
    pub(crate) fn parameters_in(&self, sent: &[(String, String)]) -> Option<usize> {
        let same = self.parameters.iter().filter(|it| is_among(it, sent));
        self.missing_in(sent).next().is_none().then(|| same.count())
    }

    /// The names of its parameters that a media type lacks or has with another value. How
    /// characters are encoded, and how parts are separated, does not make another media type.
    pub(crate) fn missing_in(&self, sent: &[(String, String)]) -> impl Iterator<Item = &str> {
        let missing = self.parameters.iter().filter(|it| !is_among(it, sent));
        let names = missing.map(|(name, _)| name.as_str());
        names.filter(|name| !matches!(*name, "charset" | "boundary"))
    }
}

/// Whether a parameter is among those of a media type.
fn is_among((name, value): &(String, String), sent: &[(String, String)]) -> bool {
    let mut sent = sent.iter();
    sent.any(|(other, it)| other == name && it.eq_ignore_ascii_case(value))
}

impl Encoding {
    fn new(pointer: String, value: &Value) -> Self {
        let text = |keyword: &str| value.get(keyword).and_then(Value::as_str);
        let content_types = text("contentType").into_iter().flat_map(|it| it.split(','));
        Encoding {
            content_types: content_types.map(essence).collect(),
            style: text("style").map(str::to_owned),
            explode: value.get("explode").and_then(Value::as_bool),
            allow_reserved: value.get("allowReserved") == Some(&Value::Bool(true)),
            pointer,
        }
    }
}

/// Reads the operations and requests the schemas that they need.
pub(crate) struct Reader<'r, 'd> {
    pub(crate) document: &'d Document,
    pub(crate) sites: &'r mut Sites,
    pub(crate) lowering: [&'r mut Lowering<'d>; 2],
    pub(crate) plans: &'r mut [Plan; 2],
    /// The parts that are not OpenAPI 3.0. The others are not affected.
    pub(crate) problems: Vec<Error>,
}

impl Reader<'_, '_> {
    /// The operations of all routes, in their order.
    pub(crate) fn operations(&mut self, routes: &Routes) -> Result<Vec<Operation>, Error> {
        routes
            .all()
            .iter()
            .map(|route| self.operation(route))
            .collect()
    }

    fn operation(&mut self, route: &Route) -> Result<Operation, Error> {
        let document = self.document;
        let item = document.resolve(&route.item)?;
        let pointer = pointer::join(&item.pointer, &route.method.to_ascii_lowercase());
        let value = document.get(&pointer).unwrap_or(&Value::Null);
        let at = At { pointer, value };
        let name = route.name();
        // The path is part of the key: two paths may be one path item by reference.
        let key = pointer::join(&route.path, &route.method);
        let site = self.sites.enter(
            key.clone(),
            SiteKind::Operation,
            &at.pointer,
            name.as_str(),
            None,
            &[],
        );
        let scope = Scope {
            key: &key,
            name: &name,
            site,
        };

        let (parameters, has_unusable_parameter) = self.parameters(&scope, [&item, &at]);
        let request = match at.value.get("requestBody") {
            None => None,
            Some(_) => Some(self.request(&scope, &pointer::join(&at.pointer, "requestBody"))),
        };
        let responses = pointer::join(&at.pointer, "responses");
        let statuses = at.value.get("responses").and_then(Value::as_object);
        let statuses = statuses
            .into_iter()
            .flat_map(Map::keys)
            .filter(|status| !status.starts_with("x-"));
        let responses = statuses
            .map(|status| self.response(&scope, status, &pointer::join(&responses, status)))
            .collect();
        Ok(Operation {
            has_unusable_parameter,
            security: Security::of(document, &at),
            pointer: at.pointer,
            site,
            parameters,
            request,
            responses,
        })
    }

    /// The parameters of a path item and of its operation, and whether one of them cannot be used.
    fn parameters(&mut self, scope: &Scope<'_>, owners: [&At<'_>; 2]) -> (Vec<Parameter>, bool) {
        let mut parameters: Vec<Parameter> = Vec::new();
        let mut has_unusable_parameter = false;
        for owner in owners {
            let list = owner
                .value
                .get("parameters")
                .and_then(Value::as_array)
                .map_or(0, Vec::len);
            for index in 0..list {
                let pointer = format!("{}/parameters/{index}", owner.pointer);
                match self.parameter(scope, &pointer) {
                    Ok(None) => {}
                    Ok(Some(parameter)) => {
                        // A parameter of the operation overrides one of its path item.
                        parameters.retain(|old| {
                            (old.location, &old.name) != (parameter.location, &parameter.name)
                        });
                        parameters.push(parameter);
                    }
                    Err(problem) => {
                        self.problems.push(problem);
                        has_unusable_parameter = true;
                    }
                }
            }
        }
        (parameters, has_unusable_parameter)
    }

    /// A parameter; `None` if it is a header that OpenAPI ignores as a parameter.
    fn parameter(&mut self, scope: &Scope<'_>, pointer: &str) -> Result<Option<Parameter>, Error> {
        let document = self.document;
        let at = document.resolve(pointer)?;
        let text = |keyword: &str| at.value.get(keyword).and_then(Value::as_str);
        let (Some(name), Some(place)) = (text("name"), text("in")) else {
            return Err(document.error(
                &at.pointer,
                "not OpenAPI 3.0: a parameter needs `name` and `in`",
            ));
        };
        let location = match place {
            "path" => Location::Path,
            "query" => Location::Query,
            "header" if is_reserved(name) => return Ok(None),
            "header" => Location::Header,
            "cookie" => Location::Cookie,
            other => {
                let reason = format!(
                    "not OpenAPI 3.0: `in` must be path, query, header or cookie, not `{other}`"
                );
                return Err(document.error(&at.pointer, &reason));
            }
        };
        let schema = self.value_schema(Direction::Request, &at)?;
        let values = match &schema {
            Some(schema) => vocabulary(self.document, &schema.pointer),
            None => Vec::new(),
        };
        let key = format!("{}|{place}|{}", scope.key, name.to_ascii_lowercase());
        let site = self.sites.enter(
            key,
            SiteKind::Parameter,
            &at.pointer,
            name,
            Some(scope.site),
            &values,
        );
        let flag = |keyword: &str| at.value.get(keyword) == Some(&Value::Bool(true));
        Ok(Some(Parameter {
            pointer: at.pointer.clone(),
            name: name.to_owned(),
            location,
            required: location == Location::Path || flag("required"),
            allow_empty: flag("allowEmptyValue"),
            allow_reserved: flag("allowReserved"),
            form: form(at.value, location),
            schema,
            site,
        }))
    }

    fn request(&mut self, scope: &Scope<'_>, pointer: &str) -> RequestBody {
        let key = format!("{}|request", scope.key);
        let read = self.document.resolve(pointer).and_then(|at| {
            Ok(RequestBody {
                required: at.value.get("required") == Some(&Value::Bool(true)),
                content: self.content(Direction::Request, &key, scope.name, scope.site, &at)?,
                pointer: at.pointer,
                unusable: false,
            })
        });
        read.unwrap_or_else(|problem| {
            self.problems.push(problem);
            RequestBody {
                required: false,
                content: Vec::new(),
                pointer: pointer.to_owned(),
                unusable: true,
            }
        })
    }

    fn response(&mut self, scope: &Scope<'_>, status: &str, pointer: &str) -> Response {
        let name = format!("{} {status}", scope.name);
        let key = format!("{}|{status}", scope.key);
        let site = self.sites.enter(
            key.clone(),
            SiteKind::Response,
            pointer,
            name.as_str(),
            Some(scope.site),
            &[],
        );
        // The place in the operation, even if it is a reference: coverage of a shared response is
        // counted per operation.
        let mut response = Response {
            pointer: pointer.to_owned(),
            status: status.to_ascii_uppercase(),
            site,
            headers: Vec::new(),
            content: Vec::new(),
            unusable: false,
        };
        let read = self.document.resolve(pointer).and_then(|at| {
            let content = self.content(Direction::Response, &key, &name, site, &at)?;
            Ok((at, content))
        });
        match read {
            Ok((at, content)) => {
                response.content = content;
                response.headers = self.headers(&key, site, &at);
            }
            Err(problem) => {
                self.problems.push(problem);
                response.unusable = true;
            }
        }
        response
    }

    fn headers(&mut self, key: &str, site: SiteId, at: &At<'_>) -> Vec<Header> {
        let mut headers = Vec::new();
        let written = at.value.get("headers").and_then(Value::as_object);
        for name in written
            .into_iter()
            .flat_map(Map::keys)
            .filter(|name| !name.eq_ignore_ascii_case("content-type"))
        {
            let pointer = format!("{}/headers/{}", at.pointer, pointer::escape(name));
            match self.header(key, site, name, &pointer) {
                Ok(header) => headers.push(header),
                Err(problem) => self.problems.push(problem),
            }
        }
        headers
    }

    fn header(
        &mut self,
        key: &str,
        owner: SiteId,
        name: &str,
        pointer: &str,
    ) -> Result<Header, Error> {
        let at = self.document.resolve(pointer)?;
        let schema = self.value_schema(Direction::Response, &at)?;
        let values = match &schema {
            Some(schema) => vocabulary(self.document, &schema.pointer),
            None => Vec::new(),
        };
        let lower = name.to_ascii_lowercase();
        Ok(Header {
            required: at.value.get("required") == Some(&Value::Bool(true)),
            site: self.sites.enter(
                format!("{key}|header|{lower}"),
                SiteKind::ResponseHeader,
                &at.pointer,
                name,
                Some(owner),
                &values,
            ),
            form: form(at.value, Location::Header),
            pointer: at.pointer,
            name: lower,
            schema,
        })
    }

    fn content(
        &mut self,
        direction: Direction,
        key: &str,
        name: &str,
        parent: SiteId,
        at: &At<'_>,
    ) -> Result<Vec<Media>, Error> {
        let kind = match direction {
            Direction::Request => SiteKind::RequestBody,
            Direction::Response => SiteKind::ResponseBody,
        };
        let written = at.value.get("content").and_then(Value::as_object);
        let mut content = Vec::new();
        for range in written.into_iter().flat_map(Map::keys) {
            let pointer = format!("{}/content/{}", at.pointer, pointer::escape(range));
            let site = self.sites.enter(
                format!("{key}|{range}"),
                kind,
                &pointer,
                format!("{name} {range}"),
                Some(parent),
                &[],
            );
            let at = self.document.resolve(&pointer)?;
            let schema = match at.value.get("schema") {
                None => None,
                Some(_) => {
                    let schema = self.schema(direction, &pointer::join(&at.pointer, "schema"));
                    schema.map_err(|problem| self.problems.push(problem)).ok()
                }
            };
            let written = pointer::join(&at.pointer, "encoding");
            let encoding = at.value.get("encoding").and_then(Value::as_object);
            let encoding = encoding.into_iter().flatten().map(|(name, value)| {
                let pointer = pointer::join(&written, name);
                (name.clone(), Encoding::new(pointer, value))
            });
            content.push(Media {
                encoding: encoding.collect(),
                range: essence(range),
                parameters: media_type::parameters(range),
                pointer,
                schema,
                site,
            });
        }
        Ok(content)
    }

    /// The schema of a parameter or header: its own, or that of its only media type.
    fn value_schema(&mut self, direction: Direction, at: &At<'_>) -> Result<Option<Schema>, Error> {
        if at.value.get("schema").is_some() {
            return self
                .schema(direction, &pointer::join(&at.pointer, "schema"))
                .map(Some);
        }
        let content = at.value.get("content").and_then(Value::as_object);
        let Some((range, media)) = content.and_then(|content| content.iter().next()) else {
            return Ok(None);
        };
        if media.get("schema").is_none() {
            return Ok(None);
        }
        let pointer = format!("{}/content/{}/schema", at.pointer, pointer::escape(range));
        self.schema(direction, &pointer).map(Some)
    }

    fn schema(&mut self, direction: Direction, pointer: &str) -> Result<Schema, Error> {
        let side = direction as usize;
        Ok(Schema {
            location: self.lowering[side].want(pointer)?,
            node: self.plans[side].node(self.document, self.sites, pointer),
            pointer: self.document.schema(pointer).pointer,
        })
    }
}

/// How the values of a parameter or header are serialized.
fn form(value: &Value, location: Location) -> Form {
    let content = value.get("content").and_then(Value::as_object);
    if let Some(range) = content.and_then(|content| content.keys().next()) {
        return match essence(range).as_str() {
            json if is_json(json) => Form::Json,
            "text/plain" => Form::Text,
            other => Form::NotValidated(format!("content of the type {other}")),
        };
    }
    let written = value.get("style").and_then(Value::as_str);
    let style = match (written, location) {
        (Some(name), _) => Style::new(name),
        (None, Location::Path | Location::Header) => Some(Style::Simple),
        (None, Location::Query | Location::Cookie) => Some(Style::Form),
    };
    let style = style.filter(|style| match style {
        Style::Matrix | Style::Label => location == Location::Path,
        Style::Simple => matches!(location, Location::Path | Location::Header),
        Style::Form => matches!(location, Location::Query | Location::Cookie),
        Style::SpaceDelimited | Style::PipeDelimited | Style::DeepObject => {
            location == Location::Query
        }
    });
    let Some(style) = style else {
        let name = written.unwrap_or_default();
        return Form::NotValidated(format!(
            "the style `{name}` is not defined for a {}",
            location.name()
        ));
    };
    let explode = value.get("explode").and_then(Value::as_bool);
    Form::Styled(style, explode.unwrap_or(style == Style::Form))
}

/// The operation that a part belongs to.
struct Scope<'s> {
    key: &'s str,
    name: &'s str,
    site: SiteId,
}

/// Whether OpenAPI ignores header parameters of this name, because other parts of the document
/// describe them.
fn is_reserved(header: &str) -> bool {
    ["accept", "content-type", "authorization"]
        .iter()
        .any(|name| header.eq_ignore_ascii_case(name))
}
