//! What findings ask for: grouped by the place of the document that has to change, each with what
//! was seen of it.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use http_recording::media_type::essence;
use http_recording::{Kind as FileKind, Origin, header, text};
use located::openapi::{self, is_of_type, type_of};
use located::pointer;
use serde_json::{Map, Value};

use super::offer::Refused;
use crate::codes::{BodyCode, Code};
use crate::corpus;
use crate::document::Document;
use crate::finding::Finding;
use crate::judge::Exchange;
use crate::percent::decode;
use crate::report::{Report, Reported};
use crate::shown::{MASK, is_media_type, is_name, visible};
use crate::spec::Spec;
use crate::spec::location::Location;
use crate::spec::lower::Direction;
use crate::spec::operation::{Operation, Parameter, Response};

/// How many findings of one kind and place are looked up.
const LOOKED_UP: usize = 64;
/// How many recordings a fix names.
const NAMED: usize = 3;
/// The longest word that is added to a vocabulary.
const LONGEST_WORD: usize = 32;
/// The longest branch that a look through a schema follows.
const DEEPEST: usize = 64;

const BY_HAND: &str = "no edit of such a claim is proposed; if the claim is wrong, edit it by hand";
const UNKNOWN_SHAPE: &str = "what was seen is not of a shape that is known to be harmless";

/// What has to change.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Need {
    /// A list of values has others.
    Words(String),
    /// An object schema has another property.
    Property(String, String),
    /// A schema takes a value of another type.
    Type(String),
    /// A schema takes null.
    Null(String),
    /// An operation has another status: its `responses`, and the status.
    Status(String, String),
    /// A body has another media type: what has the `content`, and the media type.
    Content(String, String),
    /// An operation takes a body of a media type.
    RequestBody(String, String),
    /// An operation has another query parameter.
    Query(String, String),
    /// A parameter or header is not required.
    Optional(String),
    /// A list of properties that are required, or always there, has too much.
    Required(String),
}

/// What was seen of it.
#[derive(Debug, Default)]
pub(super) struct Seen {
    pub(super) values: Vec<Value>,
    pub(super) media_types: BTreeSet<String>,
    /// Where the schemas in question are used, as far as that is known.
    pub(super) sites: BTreeSet<String>,
    /// Schemas that may have a new property, best first.
    pub(super) owners: Vec<Owner>,
    /// It was seen in a request.
    pub(super) in_a_request: bool,
    /// Some of what was seen is not written down.
    pub(super) partial: bool,
    pub(super) files: BTreeSet<PathBuf>,
    pub(super) ids: BTreeSet<String>,
    pub(super) codes: BTreeSet<&'static str>,
    pub(super) evidence: Vec<String>,
    pub(super) findings: usize,
}

/// How far the nearest known property is, a schema, and the property to stand behind.
pub(super) type Owner = (usize, String, Option<String>);

/// What the findings of a report ask for, and those of which nothing can be said.
pub(super) fn needs(spec: &Spec, report: &Report) -> (Vec<(Need, Seen)>, Vec<Refused>) {
    let mut groups: BTreeMap<_, Vec<&Reported>> = BTreeMap::new();
    for it in &report.findings {
        if kind(&it.finding).is_some() {
            // Of some, only what was seen tells one from another.
            let seen = match kind(&it.finding) {
                Some(Kind::Status | Kind::Content) => it.finding.seen.as_str(),
                _ => "",
            };
            groups
                .entry((it.finding.group(), seen))
                .or_default()
                .push(it);
        }
    }
    let mut reading = Reading {
        spec,
        report,
        documents: HashMap::new(),
    };
    let mut needs: BTreeMap<Need, Seen> = BTreeMap::new();
    let by_hand = report.findings.iter().filter(|it| {
        let place = it.finding.spec.as_ref();
        let in_the_document = place.is_some_and(|it| it.file == visible(spec.source().file()));
        in_the_document && kind(&it.finding).is_none()
    });
    let mut refused: Vec<Refused> = by_hand
        .map(|it| Refused {
            what: it.finding.message.clone(),
            reason: BY_HAND.to_owned(),
        })
        .collect();
    for group in groups.values() {
        if let Err(reason) = reading.group(group, &mut needs) {
            let what = group.first().map_or("", |it| it.finding.message.as_str());
            refused.push(Refused {
                what: what.to_owned(),
                reason,
            });
        }
    }
    let mut needs = shared(needs);
    for (need, seen) in &mut needs {
        if let Need::Property(schema, _) = need {
            narrowest_first(spec.document(), &mut seen.owners);
            if let Some((_, first, _)) = seen.owners.first() {
                schema.clone_from(first);
            }
        }
    }
    (needs, refused)
}

/// Puts first the schemas that the fewest bodies have: each speaks of all that was seen, and a
/// wider one would claim it of messages in which it never came. Those without a property of the
/// objects that were seen stay last.
fn narrowest_first(document: &Document, owners: &mut [Owner]) {
    let has_neighbour = |it: &Owner| {
        let properties = document.get(&pointer::join(&it.1, "properties"));
        properties.is_some_and(|it| it.as_object().is_some_and(|it| !it.is_empty()))
    };
    owners.sort_by_cached_key(|it| (!has_neighbour(it), bodies_with(document, &it.1), it.clone()));
}

/// How many bodies of the document use a schema, directly or not.
fn bodies_with(document: &Document, schema: &str) -> usize {
    let all = pointer::values(document.value());
    let references = all
        .iter()
        .filter_map(|(at, value)| Some((at.as_str(), openapi::local(value)?)));
    let references: Vec<(&str, &str)> = references.collect();
    let mut users = vec![schema];
    let mut seen = BTreeSet::from([schema]);
    let mut next = 0;
    while let Some(used) = users.get(next).copied() {
        next += 1;
        let own = references.iter();
        let own = own.filter(|(_, target)| pointer::is_at_or_below(used, target));
        users.extend(own.map(|(at, _)| *at).filter(|at| seen.insert(at)));
    }
    users.iter().filter(|it| it.starts_with("/paths/")).count()
}

/// The needs, with one for a property that several ask for where one schema speaks of all the
/// objects that have it.
fn shared(needs: BTreeMap<Need, Seen>) -> Vec<(Need, Seen)> {
    let mut kept: Vec<(Need, Seen)> = Vec::new();
    for (need, mut seen) in needs {
        let Need::Property(_, name) = &need else {
            kept.push((need, seen));
            continue;
        };
        let common = |other: &Seen| -> Vec<Owner> {
            let mine = |schema: &String| {
                let found = seen.owners.iter().find(|(_, own, _)| own == schema);
                found.map(|(distance, _, _)| *distance)
            };
            let both = other
                .owners
                .iter()
                .filter_map(|(distance, schema, before)| {
                    Some((distance + mine(schema)?, schema.clone(), before.clone()))
                });
            let mut both: Vec<Owner> = both.collect();
            both.sort();
            both
        };
        let mut same = kept
            .iter_mut()
            .filter(|(other, _)| matches!(other, Need::Property(_, own) if own == name));
        let other = same.find_map(|(need, other)| {
            let both = common(other);
            (!both.is_empty()).then_some((need, other, both))
        });
        let Some((of_other, other, both)) = other else {
            kept.push((need, seen));
            continue;
        };
        *of_other = Need::Property(both[0].1.clone(), name.clone());
        other.owners = both;
        other.values.append(&mut seen.values);
        other.in_a_request |= seen.in_a_request;
        other.ids.append(&mut seen.ids);
        other.files.append(&mut seen.files);
        other.codes.append(&mut seen.codes);
        other.findings += seen.findings;
        let room = NAMED.saturating_sub(other.evidence.len());
        other.evidence.extend(seen.evidence.into_iter().take(room));
    }
    kept
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Words,
    Property,
    Type,
    Null,
    Status,
    Content,
    Query,
    Optional,
    Required,
    Always,
}

/// What a finding asks for; none where nothing is known that a document should say.
fn kind(finding: &Finding) -> Option<Kind> {
    let code = finding.code;
    let place = finding.spec.as_ref().map(|it| it.pointer.as_str());
    let is = |rule: Code| rule.rule().code == code;
    let is_body = |rule: BodyCode| {
        [Direction::Request, Direction::Response]
            .iter()
            .any(|way| rule.rule(*way).code == code)
    };
    Some(match () {
        () if is(Code::Vocabulary) || is_body(BodyCode::Enum) => Kind::Words,
        () if is(Code::Field) || is_body(BodyCode::Additional) => Kind::Property,
        () if is_body(BodyCode::Type) || is_body(BodyCode::Alternative) => Kind::Type,
        // Of these, only the place tells what is violated.
        () if is(Code::Header) || is(Code::Parameter) => match place {
            Some(place) if place.ends_with("/enum") => Kind::Words,
            _ => Kind::Type,
        },
        () if is_body(BodyCode::Null) => Kind::Null,
        () if is(Code::Status) => Kind::Status,
        () if is_body(BodyCode::MediaType) || is_body(BodyCode::UnexpectedBody) => Kind::Content,
        () if is(Code::Query) => Kind::Query,
        () if is(Code::ParameterMissing) || is(Code::HeaderMissing) => Kind::Optional,
        () if is_body(BodyCode::Required) => Kind::Required,
        () if is(Code::Missed) => Kind::Always,
        () => return None,
    })
}

/// Looks up in the recordings what findings do not say.
struct Reading<'r> {
    spec: &'r Spec,
    report: &'r Report,
    /// The exchanges of a file, by the line that begins them where there is one on each.
    documents: HashMap<(PathBuf, usize), Vec<Arc<Exchange>>>,
}

impl Reading<'_> {
    fn exchange(&mut self, it: &Reported) -> Option<Arc<Exchange>> {
        let place = it.finding.recording.as_ref()?;
        let path = Path::new(self.report.path(&place.file));
        let is_lines = FileKind::of(path) == Some(FileKind::Lines);
        let line = if is_lines { place.line } else { 1 };
        let known = self.documents.entry((path.to_owned(), line));
        let exchanges = known.or_insert_with(|| corpus::exchanges_at(path, line));
        let mut exchanges = exchanges.iter();
        exchanges
            .find(|it| pointer::is_at_or_below(&place.pointer, it.base()))
            .cloned()
    }

    /// Adds to the needs what the findings of one kind and place ask for.
    fn group(
        &mut self,
        group: &[&Reported],
        needs: &mut BTreeMap<Need, Seen>,
    ) -> Result<(), String> {
        let Some(first) = group.first() else {
            return Ok(());
        };
        let finding = &first.finding;
        let Some((kind, place)) = kind(finding).zip(finding.spec.as_ref()) else {
            return Ok(());
        };
        if place.file != visible(self.spec.source().file()) {
            return Err(format!("{} is another file than the document", place.file));
        }
        let mut strong = Vec::new();
        let mut origins = BTreeSet::new();
        for it in group.iter().take(LOOKED_UP) {
            let Some(exchange) = self.exchange(it) else {
                return Err("its recording cannot be read any more".to_owned());
            };
            let origin = exchange.recording.meta.origin;
            match origin {
                Origin::Captured | Origin::Reported => strong.push((*it, exchange)),
                _ => {
                    origins.insert(crate::origins::word(origin));
                }
            }
        }
        if strong.is_empty() {
            let origins: Vec<_> = origins.into_iter().collect();
            return Err(format!(
                "only {} recordings show it, which is no evidence of what a service does",
                origins.join(" and ")
            ));
        }
        let all = strong.len();
        if kind == Kind::Words {
            let schema =
                pointer::parent(&place.pointer).and_then(|it| self.spec.document().get(it));
            strong.retain(|(it, exchange)| {
                let at = it.finding.at.as_deref().unwrap_or_default();
                let name = pointer::last(at).unwrap_or_default();
                let values = self.values(exchange, at, &place.pointer);
                let mut harmless = values.iter().map(|it| is_harmless(&name, it, schema));
                !values.is_empty() && harmless.all(|it| it)
            });
        }
        let Some(last) = strong.last() else {
            return Err(UNKNOWN_SHAPE.to_owned());
        };
        // The fullest object tells best where a property belongs.
        let size = |(it, exchange): &&(&Reported, Arc<Exchange>)| {
            let around = it.finding.at.as_deref().and_then(pointer::parent);
            let whole = around.and_then(|at| value_at(exchange, at));
            whole
                .and_then(|it| it.as_object().map(Map::len))
                .unwrap_or_default()
        };
        let property = match (kind, strong.iter().max_by_key(size)) {
            (Kind::Property, Some((it, exchange))) => {
                let need = self.need(kind, &place.pointer, it, exchange)?;
                let at = it.finding.at.as_deref().unwrap_or_default();
                let seen = needs.entry(need.clone()).or_default();
                let owners = self.owners(&schema_of(&place.pointer), exchange, at);
                if seen.owners.is_empty() {
                    seen.owners = owners;
                } else {
                    // Of a request and a response, those that speak of both.
                    let is_common = |it: &Owner| owners.iter().any(|own| own.1 == it.1);
                    seen.owners.retain(is_common);
                }
                Some(need)
            }
            _ => None,
        };
        for (it, exchange) in &strong {
            let need = match &property {
                Some(need) => need.clone(),
                None => self.need(kind, &place.pointer, it, exchange)?,
            };
            let at = it.finding.at.as_deref().unwrap_or_default();
            let values = self.values(exchange, at, &place.pointer);
            let seen = needs.entry(need.clone()).or_default();
            if let Some(recording) = &it.finding.recording
                && seen.evidence.len() < NAMED
            {
                let named = format!("{}#{}", recording.file, recording.pointer);
                if !seen.evidence.contains(&named) {
                    seen.evidence.push(named);
                }
            }
            seen.media_types.extend(media_type(exchange, at));
            seen.in_a_request |= at.starts_with("/request");
            self.places(&need, exchange, at, seen);
            seen.values.extend(values);
        }
        let need = match property {
            Some(need) => need,
            None => self.need(kind, &place.pointer, last.0, &last.1)?,
        };
        if let Some(seen) = needs.get_mut(&need) {
            seen.partial |= strong.len() < all;
            seen.ids.extend(group.iter().map(|it| it.id.clone()));
            let files = group.iter().filter_map(|it| it.finding.recording.as_ref());
            let report = self.report;
            seen.files
                .extend(files.map(|it| PathBuf::from(report.path(&it.file))));
            seen.codes.insert(finding.code);
            seen.findings += group.len() - (all - strong.len());
        }
        Ok(())
    }

    fn need(
        &self,
        kind: Kind,
        spec: &str,
        it: &Reported,
        exchange: &Exchange,
    ) -> Result<Need, String> {
        let finding = &it.finding;
        let at = finding.at.as_deref().unwrap_or_default();
        let last = || pointer::last(at).unwrap_or_default().into_owned();
        let above = || pointer::parent(spec).unwrap_or_default().to_owned();
        let shown = |name: &str| match self.spec.known.name(name) == name && !name.contains(MASK) {
            true => Ok(name.to_owned()),
            false => Err(UNKNOWN_SHAPE.to_owned()),
        };
        Ok(match kind {
            Kind::Words => Need::Words(spec.to_owned()),
            Kind::Property => {
                let name = shown(&last())?;
                let schema = schema_of(spec);
                let owners = self.owners(&schema, exchange, at);
                Need::Property(owners.first().map_or(schema, |it| it.1.clone()), name)
            }
            Kind::Type => match ["/type", "/anyOf", "/oneOf"]
                .iter()
                .any(|it| spec.ends_with(it))
            {
                true => Need::Type(above()),
                false => return Err(BY_HAND.to_owned()),
            },
            Kind::Null => Need::Null(above()),
            Kind::Status => Need::Status(spec.to_owned(), shown_status(&finding.seen)?),
            Kind::Content => {
                let found = media_type(exchange, at).filter(|it| is_media_type(it));
                let media = found.ok_or("it has no content type that can be written down")?;
                let document = self.spec.document();
                match document.get(&pointer::join(spec, "responses")) {
                    Some(_) => Need::RequestBody(spec.to_owned(), media),
                    None => {
                        let whole = spec.strip_suffix("/content").unwrap_or(spec);
                        let resolved = document.resolve(whole).map_err(|it| it.to_string())?;
                        let is_content = whole.len() < spec.len();
                        let end = if is_content { "/content" } else { "" };
                        Need::Content(format!("{}{end}", resolved.pointer), media)
                    }
                }
            }
            Kind::Query => Need::Query(spec.to_owned(), shown(&last())?),
            Kind::Optional => Need::Optional(spec.to_owned()),
            Kind::Required => Need::Required(spec.to_owned()),
            Kind::Always => Need::Required(above()),
        })
    }

    /// Notes where the schema of a need is used.
    fn places(&self, need: &Need, exchange: &Exchange, at: &str, seen: &mut Seen) {
        match need {
            Need::Type(schema) | Need::Null(schema) => {
                let document = self.spec.document();
                for site in self.sites(exchange, at) {
                    if parts(document, &site).contains(schema) {
                        seen.sites.insert(site);
                    }
                }
            }
            _ => {}
        }
    }

    /// What was seen at a pointer into an exchange, that a place of the document speaks against. Of
    /// a header or a parameter, which is text, it is what the text stands for: an integer, or those
    /// items of a list that are wrong.
    fn values(&self, exchange: &Exchange, at: &str, spec: &str) -> Vec<Value> {
        let Some(value) = value_at(exchange, at) else {
            return Vec::new();
        };
        if !is_text(at) {
            return vec![value];
        }
        let document = self.spec.document();
        let sites = self.sites(exchange, at);
        let mut schemas = sites.iter().flat_map(|site| parts(document, site));
        let is_list = schemas.any(|it| {
            let own = document.get(&pointer::join(&it, "type"));
            own.is_some_and(|own| own == "array")
        });
        let texts = match value {
            Value::Array(texts) => texts,
            text => vec![text],
        };
        let texts = texts.iter().map(http_recording::text);
        let texts: Vec<String> = match is_list {
            true => texts
                .flat_map(|text| {
                    text.split(',')
                        .map(|it| it.trim().to_owned())
                        .collect::<Vec<_>>()
                })
                .collect(),
            false => texts.collect(),
        };
        let claim = document.get(spec);
        let words = claim.and_then(Value::as_array);
        let are_strings = words.is_some_and(|it| it.iter().all(Value::is_string));
        let read = |text: String| match serde_json::from_str::<Value>(&text) {
            Ok(value) if !are_strings && (value.is_number() || value.is_boolean()) => value,
            _ => Value::String(text),
        };
        let is_right = |value: &Value| match claim {
            Some(Value::String(own)) => is_of_type(value, own),
            Some(Value::Array(words)) => words.contains(value),
            _ => false,
        };
        let mut values: Vec<Value> = texts.into_iter().map(read).collect();
        values.retain(|it| !is_right(it));
        values
    }

    /// The schemas that apply to the value at a pointer into an exchange, as the document has them.
    fn sites(&self, exchange: &Exchange, at: &str) -> Vec<String> {
        let Some((way, below)) = body(at) else {
            return self.schema_of_text(exchange, at).into_iter().collect();
        };
        let document = self.spec.document();
        let mut sites: Vec<String> = self.start(exchange, way).into_iter().collect();
        for token in pointer::tokens(below).into_iter().flatten() {
            let below = sites.iter().flat_map(|site| parts(document, site));
            let steps = below.filter_map(|schema| step(document, &schema, &token));
            let mut next: Vec<String> = steps.collect();
            next.sort();
            next.dedup();
            sites = next;
        }
        sites
    }

    /// The schemas with properties that speak of the object around a pointer: first the one that
    /// has the property which comes nearest before it in the object.
    fn owners(&self, found: &str, exchange: &Exchange, at: &str) -> Vec<Owner> {
        let document = self.spec.document();
        let above = pointer::parent(at).unwrap_or_default();
        let whole = value_at(exchange, above).unwrap_or_default();
        let keys: Vec<&String> = whole
            .as_object()
            .into_iter()
            .flat_map(|it| it.keys())
            .collect();
        let name = pointer::last(at).unwrap_or_default();
        let index = keys
            .iter()
            .position(|key| **key == name)
            .unwrap_or(keys.len());
        let schemas = self.sites(exchange, above);
        let schemas = schemas.iter().flat_map(|it| parts(document, it));
        let owner = |schema: String| {
            let properties = document.get(&pointer::join(&schema, "properties"));
            let has = |key: &&&String| properties.is_some_and(|it| it.get(key.as_str()).is_some());
            let before = keys[..index]
                .iter()
                .rev()
                .enumerate()
                .find(|(_, key)| has(key));
            let after = keys[index..].iter().enumerate().find(|(_, key)| has(key));
            match (before, after) {
                (Some((distance, key)), _) => (distance, schema, Some((*key).clone())),
                (None, Some((distance, _))) => (keys.len() + distance, schema, None),
                (None, None) => (2 * keys.len() + usize::from(schema != found), schema, None),
            }
        };
        let is_object = |schema: &String| {
            schema == found || document.get(&pointer::join(schema, "properties")).is_some()
        };
        let mut owners: Vec<Owner> = schemas.filter(is_object).map(owner).collect();
        if owners.iter().all(|(_, schema, _)| schema != found) {
            owners.push((3 * keys.len(), found.to_owned(), None));
        }
        owners.sort();
        owners
    }

    /// The operation of an exchange.
    fn operation(&self, exchange: &Exchange) -> Option<&Operation> {
        let recording = &exchange.recording;
        let matches = self
            .spec
            .routes
            .find(exchange.url(), &recording.request.params);
        let method = recording.request.method.to_ascii_uppercase();
        let found = matches.iter().find(|it| it.route.method == method)?;
        self.spec.operations.get(found.number)
    }

    /// The response that an operation documents for the status of an exchange.
    fn response(&self, exchange: &Exchange) -> Option<&Response> {
        let status = exchange.recording.response.status;
        self.operation(exchange)?.response_for(status)
    }

    /// The schema of a header or of a parameter.
    fn schema_of_text(&self, exchange: &Exchange, at: &str) -> Option<String> {
        let name = pointer::last(at)?;
        let of_parameter = |location: Location| {
            let mut own = self.operation(exchange)?.parameters.iter();
            let is_it = |it: &&Parameter| match location {
                Location::Header => it.name.eq_ignore_ascii_case(&name),
                _ => it.name == *name,
            };
            let found = own.find(|it| it.location == location && is_it(it))?;
            Some(&found.pointer)
        };
        let owner = match pointer::parent(at)? {
            "/request/headers" => of_parameter(Location::Header)?,
            "/request/query" => of_parameter(Location::Query)?,
            "/response/headers" => {
                let mut own = self.response(exchange)?.headers.iter();
                &own.find(|it| it.name.eq_ignore_ascii_case(&name))?.pointer
            }
            _ => return None,
        };
        // Where it is used, which is not where a reference leads.
        let schema = pointer::join(owner, "schema");
        self.spec.document().get(&schema).map(|_| schema)
    }

    /// The schema of the body of an exchange.
    fn start(&self, exchange: &Exchange, way: Direction) -> Option<String> {
        let (owner, content) = match way {
            Direction::Request => {
                let request = self.operation(exchange)?.request.as_ref()?;
                ("/request", &request.content)
            }
            Direction::Response => ("/response", &self.response(exchange)?.content),
        };
        let own = media_type(exchange, owner);
        let media = content.iter().find(|it| Some(&it.range) == own.as_ref());
        let schema = media.or(content.first())?.schema.as_ref()?;
        Some(schema.pointer.clone())
    }
}

/// A schema, what it refers to and what it is composed of.
fn parts(document: &Document, schema: &str) -> Vec<String> {
    let mut found = vec![schema.to_owned()];
    let mut next = 0;
    while let Some(at) = found.get(next).cloned() {
        next += 1;
        let Some(value) = document.get(&at) else {
            continue;
        };
        let mut more: Vec<String> = openapi::local(value)
            .map(str::to_owned)
            .into_iter()
            .collect();
        for keyword in ["allOf", "anyOf", "oneOf"] {
            let items = value
                .get(keyword)
                .and_then(Value::as_array)
                .map_or(0, Vec::len);
            more.extend((0..items).map(|index| format!("{at}/{keyword}/{index}")));
        }
        for it in more {
            if found.len() < DEEPEST && !found.contains(&it) {
                found.push(it);
            }
        }
    }
    found
}

/// The schema of a member or item of what a schema is of.
fn step(document: &Document, schema: &str, token: &str) -> Option<String> {
    let value = document.get(schema)?;
    let name = pointer::escape(token);
    if value
        .get("properties")
        .is_some_and(|it| it.get(token).is_some())
    {
        return Some(format!("{schema}/properties/{name}"));
    }
    let is_index = !token.is_empty() && token.bytes().all(|it| it.is_ascii_digit());
    if is_index && value.get("items").is_some() {
        return Some(format!("{schema}/items"));
    }
    let others = value
        .get("additionalProperties")
        .filter(|it| it.is_object());
    others.map(|_| format!("{schema}/additionalProperties"))
}

/// Which body a pointer into an exchange leads into, and the rest of it.
fn body(at: &str) -> Option<(Direction, &str)> {
    let ways = [
        ("/request/body", Direction::Request),
        ("/response/body", Direction::Response),
    ];
    let mut ways = ways.into_iter();
    ways.find_map(|(start, way)| Some((way, at.strip_prefix(start)?)))
}

/// Whether a pointer into an exchange leads to a header or a parameter whose text has a schema.
fn is_text(at: &str) -> bool {
    // What is documented of a content type is a body.
    let is_header = |side: &str| {
        let name = at.strip_prefix(side)?.strip_prefix("/headers/")?;
        Some(!name.eq_ignore_ascii_case("content-type"))
    };
    at.starts_with("/request/query/")
        || is_header("/request") == Some(true)
        || is_header("/response") == Some(true)
}

/// The media type of the message that a pointer leads into.
fn media_type(exchange: &Exchange, at: &str) -> Option<String> {
    let recording = &exchange.recording;
    let headers = match at.starts_with("/request") {
        true => &recording.request.headers,
        false => &recording.response.headers,
    };
    header(headers, "content-type").map(|value| essence(&text(value)))
}

/// The value at a pointer into an exchange; of a status or a header of a message, its body.
fn value_at(exchange: &Exchange, at: &str) -> Option<Value> {
    let recording = &exchange.recording;
    let within = |start: &str, value: &Option<Value>| {
        let below = at.strip_prefix(start)?;
        value.as_ref()?.pointer(below).cloned()
    };
    if at.starts_with("/response/body") {
        return within("/response/body", &recording.response.body);
    }
    if at.starts_with("/request/body") {
        return within("/request/body", &recording.request.body);
    }
    match at {
        "/response/status" | "/response/headers/content-type" => recording.response.body.clone(),
        "/request/headers/content-type" => recording.request.body.clone(),
        _ => {
            let (place, name) = at.rsplit_once('/')?;
            let map = match place {
                "/request/query" => &recording.request.query,
                "/request/headers" => &recording.request.headers,
                "/request/params" => &recording.request.params,
                "/response/headers" => &recording.response.headers,
                _ => return None,
            };
            let name = pointer::last(&format!("/{name}"))?.into_owned();
            let in_url = || {
                let (_, query) = exchange.url().split_once('?')?;
                let pairs = query.split('&').filter_map(|pair| pair.split_once('='));
                let mut own = pairs.filter(|(key, _)| decode(key) == name);
                own.next().map(|(_, value)| Value::String(decode(value)))
            };
            let value = map.get(&name).cloned();
            value.or_else(|| in_url().filter(|_| place == "/request/query"))
        }
    }
}

/// The object schema that a finding of a property names by one of its keywords.
fn schema_of(spec: &str) -> String {
    let keywords = ["/properties", "/additionalProperties"];
    let found = keywords.iter().find_map(|it| spec.strip_suffix(it));
    found.unwrap_or(spec).to_owned()
}

fn shown_status(seen: &str) -> Result<String, String> {
    match seen.parse::<u16>() {
        Ok(100..=599) => Ok(seen.to_owned()),
        _ => Err("it is no status of HTTP".to_owned()),
    }
}

/// Whether a value may be written into a vocabulary: null, true, false, or a short word of letters
/// where nothing secret and nothing of a customer's stands.
fn is_harmless(name: &str, value: &Value, schema: Option<&Value>) -> bool {
    let is_secret = schema.is_none_or(|schema| {
        schema.get("x-sensitive") == Some(&Value::Bool(true))
            || schema.get("format").and_then(Value::as_str) == Some("password")
    });
    match value {
        Value::Null | Value::Bool(_) => true,
        Value::String(word) => {
            !is_secret
                && word.is_ascii()
                && (1..=LONGEST_WORD).contains(&word.len())
                && is_name(word)
                && !traffic_redact::discloses(Some(name), word)
        }
        _ => false,
    }
}

/// What is said of a type.
pub(super) fn types(values: &[Value]) -> BTreeSet<&'static str> {
    values.iter().map(type_of).collect()
}
