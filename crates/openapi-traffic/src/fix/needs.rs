//! What findings ask for: grouped by the place of the document that has to change, each with what
//! was seen of it.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::Arc;

use http_recording::Origin;
use located::openapi::{self, type_of};
use located::pointer;
use serde_json::{Map, Value};

use super::lookup::{Lookup, Owner, media_type, parts, value_at};
use super::offer::Refused;
use crate::codes::{BodyCode, Code};
use crate::document::Document;
use crate::finding::Finding;
use crate::judge::Exchange;
use crate::masking::{MASK, is_media_type, is_name};
use crate::report::{Report, Reported};
use crate::spec::Spec;
use crate::spec::lower::Direction;
use crate::visible::visible;

/// How many findings of one kind and place are looked up.
const LOOKED_UP: usize = 64;
/// How many recordings a fix names.
const NAMED: usize = 3;
/// The longest word that is added to a vocabulary.
const LONGEST_WORD: usize = 32;
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
        lookup: Lookup::new(spec, report),
        needs: BTreeMap::new(),
    };
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
        if let Err(reason) = reading.group(group) {
            let what = group.first().map_or("", |it| it.finding.message.as_str());
            refused.push(Refused {
                what: what.to_owned(),
                reason,
            });
        }
    }
    let mut needs = shared(reading.needs);
    let values = pointer::values(spec.value());
    let references = values
        .iter()
        .filter_map(|(at, value)| Some((at.as_str(), openapi::local(value)?)));
    let references: Vec<_> = references.collect();
    for (need, seen) in &mut needs {
        if let Need::Property(schema, _) = need {
            narrowest_first(spec.document(), &references, &mut seen.owners);
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
fn narrowest_first(document: &Document, references: &[Reference<'_>], owners: &mut [Owner]) {
    let has_neighbour = |it: &Owner| {
        let properties = document.get(&pointer::join(&it.1, "properties"));
        properties.is_some_and(|it| it.as_object().is_some_and(|it| !it.is_empty()))
    };
    let bodies = |it: &Owner| bodies_with(references, &it.1);
    owners.sort_by_cached_key(|it| (!has_neighbour(it), bodies(it), it.clone()));
}

/// Where a reference stands in the document, and to what it refers.
type Reference<'d> = (&'d str, &'d str);

/// How many bodies of the document use a schema, directly or not.
fn bodies_with(references: &[Reference<'_>], schema: &str) -> usize {
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

/// A finding, and the exchange that it is about.
type Shown<'r> = (&'r Reported, Arc<Exchange>);

/// Reads what findings ask for, with what was seen of it.
struct Reading<'r> {
    lookup: Lookup<'r>,
    needs: BTreeMap<Need, Seen>,
}

impl<'r> Reading<'r> {
    /// Adds to the needs what the findings of one kind and place ask for.
    fn group(&mut self, group: &[&'r Reported]) -> Result<(), String> {
        let Some(first) = group.first() else {
            return Ok(());
        };
        let finding = &first.finding;
        let Some((kind, place)) = kind(finding).zip(finding.spec.as_ref()) else {
            return Ok(());
        };
        if place.file != visible(self.lookup.spec.source().file()) {
            return Err(format!("{} is another file than the document", place.file));
        }
        let mut strong = self.strong(group)?;
        let all = strong.len();
        if kind == Kind::Words {
            strong.retain(|it| self.is_harmless(it, &place.pointer));
        }
        let Some(last) = strong.last() else {
            return Err(UNKNOWN_SHAPE.to_owned());
        };
        let property = self.property(kind, &place.pointer, &strong)?;
        for shown in &strong {
            let need = match &property {
                Some(need) => need.clone(),
                None => self.need(kind, &place.pointer, shown)?,
            };
            self.add(need, &place.pointer, shown);
        }
        let need = match property {
            Some(need) => need,
            None => self.need(kind, &place.pointer, last)?,
        };
        if let Some(seen) = self.needs.get_mut(&need) {
            seen.partial |= strong.len() < all;
            seen.ids.extend(group.iter().map(|it| it.id.clone()));
            let files = group.iter().filter_map(|it| it.finding.recording.as_ref());
            let report = self.lookup.report;
            seen.files
                .extend(files.map(|it| PathBuf::from(report.path(&it.file))));
            seen.codes.insert(finding.code);
            seen.findings += group.len() - (all - strong.len());
        }
        Ok(())
    }

    /// Those of the first findings that somebody else's traffic shows.
    fn strong(&mut self, group: &[&'r Reported]) -> Result<Vec<Shown<'r>>, String> {
        let mut strong = Vec::new();
        let mut origins = BTreeSet::new();
        for it in group.iter().take(LOOKED_UP) {
            let Some(exchange) = self.lookup.exchange(it) else {
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
        Ok(strong)
    }

    /// Whether the values that a list lacks may be written into the document.
    fn is_harmless(&self, (it, exchange): &Shown<'_>, list: &str) -> bool {
        let document = self.lookup.spec.document();
        let schema = pointer::parent(list).and_then(|it| document.get(it));
        let at = it.finding.at.as_deref().unwrap_or_default();
        let name = pointer::last(at).unwrap_or_default();
        let values = self.lookup.values(exchange, at, list);
        let mut harmless = values.iter().map(|it| is_harmless(&name, it, schema));
        !values.is_empty() && harmless.all(|it| it)
    }

    /// The property that findings ask for, if they do: the fullest object tells best where it
    /// belongs.
    fn property(
        &mut self,
        kind: Kind,
        spec: &str,
        strong: &[Shown<'_>],
    ) -> Result<Option<Need>, String> {
        let size = |(it, exchange): &&Shown<'_>| {
            let around = it.finding.at.as_deref().and_then(pointer::parent);
            let whole = around.and_then(|at| value_at(exchange, at));
            whole
                .and_then(|it| it.as_object().map(Map::len))
                .unwrap_or_default()
        };
        let (Kind::Property, Some(fullest)) = (kind, strong.iter().max_by_key(size)) else {
            return Ok(None);
        };
        let need = self.need(kind, spec, fullest)?;
        let (it, exchange) = fullest;
        let at = it.finding.at.as_deref().unwrap_or_default();
        let seen = self.needs.entry(need.clone()).or_default();
        let owners = self.lookup.owners(&schema_of(spec), exchange, at);
        if seen.owners.is_empty() {
            seen.owners = owners;
        } else {
            // Of a request and a response, those that speak of both.
            let is_common = |it: &Owner| owners.iter().any(|own| own.1 == it.1);
            seen.owners.retain(is_common);
        }
        Ok(Some(need))
    }

    /// Adds what one finding shows of a need.
    fn add(&mut self, need: Need, spec: &str, (it, exchange): &Shown<'_>) {
        let at = it.finding.at.as_deref().unwrap_or_default();
        let sites = self.sites(&need, exchange, at);
        let values = self.lookup.values(exchange, at, spec);
        let seen = self.needs.entry(need).or_default();
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
        seen.sites.extend(sites);
        seen.values.extend(values);
    }

    fn need(&self, kind: Kind, spec: &str, (it, exchange): &Shown<'_>) -> Result<Need, String> {
        let finding = &it.finding;
        let at = finding.at.as_deref().unwrap_or_default();
        let last = || pointer::last(at).unwrap_or_default().into_owned();
        let above = || pointer::parent(spec).unwrap_or_default().to_owned();
        let shown =
            |name: &str| match self.lookup.spec.known.name(name) == name && !name.contains(MASK) {
                true => Ok(name.to_owned()),
                false => Err(UNKNOWN_SHAPE.to_owned()),
            };
        Ok(match kind {
            Kind::Words => Need::Words(spec.to_owned()),
            Kind::Property => {
                let name = shown(&last())?;
                let schema = schema_of(spec);
                let owners = self.lookup.owners(&schema, exchange, at);
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
                let document = self.lookup.spec.document();
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

    /// Where the schema of a need is used.
    fn sites(&self, need: &Need, exchange: &Exchange, at: &str) -> Vec<String> {
        let (Need::Type(schema) | Need::Null(schema)) = need else {
            return Vec::new();
        };
        let document = self.lookup.spec.document();
        let mut sites = self.lookup.sites(exchange, at);
        sites.retain(|site| parts(document, site).contains(schema));
        sites
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
