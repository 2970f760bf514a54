//! Relations: conditions within an exchange or between exchanges that no schema can express.
//!
//! A file lists them. Each is an expression over the parts of one exchange and, optionally, of
//! earlier exchanges in the same session. `docs/relations.md` of the repository describes the
//! language.

mod evaluate;
mod expression;
mod session;
mod values;

use std::collections::HashSet;
use std::sync::Arc;

use located::{Document, Error, Place, Source};
use serde::de::{DeserializeOwned, Error as _};
use serde::{Deserialize, Deserializer};
use serde_json::Value;

use crate::codes::{Code, Severity};
use crate::finding::Finding;
use crate::judge::Exchange;
use crate::spec::Spec;
use evaluate::needs_item;
#[cfg(test)]
pub(crate) use evaluate::tests::EVALUATED;
use expression::{Expression, Path, Root};
pub use session::Session;

/// The relations of a file, compiled for the document that they were loaded for.
///
/// ```
/// use std::sync::Arc;
///
/// use http_recording::Recording;
/// use located::Source;
/// use openapi_traffic::{Exchange, Relations, Spec};
///
/// let spec = Spec::load(Source::new("api.yaml", "
/// openapi: 3.0.3
/// info: {title: Users, version: '1'}
/// paths:
///   /users/{id}:
///     get: {operationId: get_user, responses: {'200': {description: The user.}}}
/// ".to_owned()))?;
/// let relations = Relations::load(Source::new("relations.yaml", "
/// - id: user-is-the-one-asked-for
///   says: The user has the id of the path.
///   exchange: get_user 200
///   assert: response.id = path.id
/// ".to_owned()), &spec)?;
/// let source = Source::new("user.json", r#"{
///   "format": 1,
///   "meta": {"origin": "captured"},
///   "request": {"method": "GET", "path": "/users/7"},
///   "response": {"status": 200, "body": {"id": 8}}
/// }"#.to_owned());
/// let exchange = Exchange::new(Recording::read(&source)?, Arc::new(source), "", 0);
///
/// let findings = relations.check(&spec, [Arc::new(exchange)]);
/// assert_eq!(findings[0].code, "NSV901");
/// assert_eq!(findings[0].seen, "`response.id`: integer 8, `path.id`: string of 1 character");
/// # Ok::<(), located::Error>(())
/// ```
#[derive(Debug)]
pub struct Relations {
    document: Document,
    all: Vec<Relation>,
    /// The roles of each operation of the document, by its number.
    parts: Vec<Vec<Part>>,
}

/// One relation.
#[derive(Debug)]
pub struct Relation {
    /// Its name.
    pub id: String,
    /// The relation in a sentence.
    pub says: String,
    /// How certain it is, as written in the file; not interpreted here.
    pub origin: Option<String>,
    /// The evidence for it, as written in the file; not interpreted here.
    pub evidence: Value,
    severity: Severity,
    judged: Pattern,
    before: Vec<Pattern>,
    until: Vec<Pattern>,
    assert: Expression,
}

/// Which exchanges a relation refers to, and the key by which they belong together.
#[derive(Debug)]
struct Pattern {
    operations: Vec<(usize, Statuses)>,
    each: Option<Path>,
    condition: Option<Expression>,
    key: Vec<Expression>,
}

/// Statuses of an operation; an empty list means all.
type Statuses = Vec<Status>;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Status {
    One(u16),
    /// `4XX`, by its first digit.
    Hundred(u16),
}

/// The role of an operation in a relation.
#[derive(Debug, Clone, Copy)]
struct Part {
    relation: usize,
    role: Role,
}

/// In the order of processing: what ends a state comes before what begins one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Role {
    Judged,
    Until(usize),
    Step(usize),
}

const NEEDS_EACH: &str = "`it` is the current item and needs `each`, which is not here";

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    id: String,
    says: String,
    #[serde(default)]
    severity: Weight,
    #[serde(deserialize_with = "one_or_more")]
    exchange: Vec<String>,
    each: Option<String>,
    r#where: Option<String>,
    #[serde(default)]
    key: Vec<String>,
    #[serde(default, deserialize_with = "one_or_more")]
    before: Vec<Written>,
    #[serde(default)]
    until: Vec<Written>,
    assert: String,
    origin: Option<String>,
    #[serde(default)]
    evidence: Value,
}

#[derive(Debug, Clone, Copy, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Weight {
    #[default]
    Error,
    Warning,
}

/// An earlier exchange as the file has it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    name: Option<String>,
    #[serde(deserialize_with = "one_or_more")]
    exchange: Vec<String>,
    each: Option<String>,
    r#where: Option<String>,
    #[serde(default)]
    key: Vec<String>,
}

/// One value, or a list of them.
fn one_or_more<'de, D: Deserializer<'de>, T: DeserializeOwned>(
    deserializer: D,
) -> Result<Vec<T>, D::Error> {
    let read = match Value::deserialize(deserializer)? {
        Value::Array(items) => items.into_iter().map(T::deserialize).collect(),
        one => T::deserialize(one).map(|one| vec![one]),
    };
    read.map_err(D::Error::custom)
}

/// What the only earlier exchange is called where it has no name of its own.
const BEFORE: &str = "before";

impl Relations {
    /// Loads the relations for a document.
    ///
    /// # Errors
    /// The file is no list of relations, an expression cannot be parsed, or an operation is not in
    /// the document. Says file, line, column and reason.
    pub fn load(source: Source, spec: &Spec) -> Result<Relations, Error> {
        let document = Document::parse(source)?;
        let entries: Vec<Entry> = document.typed()?;
        let mut relations = Relations {
            parts: vec![Vec::new(); spec.operations.len()],
            all: Vec::with_capacity(entries.len()),
            document,
        };
        let mut ids = HashSet::new();
        for (number, entry) in entries.into_iter().enumerate() {
            let is_new = ids.insert(entry.id.clone());
            let reader = Reader {
                document: &relations.document,
                spec,
                at: format!("/{number}"),
            };
            if !is_new {
                return Err(reader.error("/id", "another relation has this `id`"));
            }
            let relation = reader.relation(entry)?;
            relations.add(relation);
        }
        Ok(relations)
    }

    fn add(&mut self, relation: Relation) {
        let number = self.all.len();
        let of = |role, pattern: &Pattern| {
            let operations: HashSet<_> = pattern.operations.iter().map(|(it, _)| *it).collect();
            operations.into_iter().map(move |it| (it, role))
        };
        let steps = relation.before.iter().enumerate();
        let until = relation.until.iter().enumerate();
        let mut parts: Vec<_> = of(Role::Judged, &relation.judged)
            .chain(until.flat_map(|(at, it)| of(Role::Until(at), it)))
            .chain(steps.flat_map(|(at, it)| of(Role::Step(at), it)))
            .collect();
        parts.sort_by_key(|(_, role)| *role);
        for (operation, role) in parts {
            self.parts[operation].push(Part {
                relation: number,
                role,
            });
        }
        self.all.push(relation);
    }

    /// The relations, in the order of the file.
    pub fn all(&self) -> &[Relation] {
        &self.all
    }

    /// The source of the file.
    pub fn document(&self) -> &Document {
        &self.document
    }

    /// Checks the exchanges of one session, in order.
    pub fn check(
        &self,
        spec: &Spec,
        exchanges: impl IntoIterator<Item = Arc<Exchange>>,
    ) -> Vec<Finding> {
        let mut session = Session::new(self, spec);
        exchanges
            .into_iter()
            .flat_map(|exchange| session.next(&exchange))
            .collect()
    }

    /// A finding for each relation that was applied to no exchange; `applied` has how often each
    /// was.
    pub(crate) fn never_applied(&self, applied: &[u64]) -> Vec<Finding> {
        let counted = self.all.iter().zip(applied).enumerate();
        let never = counted.filter(|(_, (_, times))| **times == 0);
        never
            .map(|(number, (relation, _))| Finding {
                spec: self.place(number, "/assert").map(Arc::new),
                spec_name: Some(format!("/{}/assert", relation.id).into()),
                ..Finding::new(
                    Code::RelationNeverApplied.rule(),
                    format!("the relation `{}` applies to no exchange", relation.id),
                    "an exchange that has everything the relation needs",
                    "none",
                )
            })
            .collect()
    }

    fn place(&self, relation: usize, part: &str) -> Option<Place> {
        self.document
            .source()
            .nearest(&format!("/{relation}{part}"))
    }
}

/// Parses one entry.
struct Reader<'r> {
    document: &'r Document,
    spec: &'r Spec,
    at: String,
}

impl Reader<'_> {
    fn error(&self, below: &str, reason: &str) -> Error {
        self.document.error(
            &format!("{}{below}", self.at),
            format!("{reason} (at `{}{below}`)", self.at),
        )
    }

    fn relation(&self, entry: Entry) -> Result<Relation, Error> {
        if entry.id.is_empty() || entry.says.trim().is_empty() {
            return Err(self.error("", "`id` and `says` must not be empty"));
        }
        let before = entry.before;
        let judged = Written {
            name: None,
            exchange: entry.exchange,
            each: entry.each,
            r#where: entry.r#where,
            key: entry.key,
        };
        let list = self
            .document
            .value()
            .pointer(&format!("{}/before", self.at));
        let is_list = list.is_some_and(Value::is_array);
        let names = self.names(&before)?;
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        let step_at = |number| match is_list {
            true => format!("/before/{number}"),
            false => "/before".to_owned(),
        };
        if before.is_empty() && !(entry.until.is_empty() && judged.key.is_empty()) {
            return Err(self.error("", "`until` and `key` need `before`"));
        }
        let keys = judged.key.len();
        for (number, step) in before.iter().enumerate() {
            if step.key.len() != keys {
                let reason = format!(
                    "`key` has {} parts here, and {keys} in the relation",
                    step.key.len()
                );
                return Err(self.error(&step_at(number), &reason));
            }
        }
        for (number, step) in entry.until.iter().enumerate() {
            if ![0, keys].contains(&step.key.len()) {
                let reason =
                    format!("`key` must have {keys} parts here, as in the relation, or none");
                return Err(self.error(&format!("/until/{number}"), &reason));
            }
        }
        let steps = before.iter().enumerate();
        let until = entry.until.iter().enumerate();
        let judged = self.pattern(&judged, "", &names)?;
        let assert = Expression::condition(&entry.assert, &names)
            .map_err(|reason| self.error("/assert", &reason))?;
        if judged.each.is_none() && needs_item(&assert) {
            return Err(self.error("/assert", NEEDS_EACH));
        }
        Ok(Relation {
            judged,
            before: steps
                .map(|(number, step)| self.pattern(step, &step_at(number), &[]))
                .collect::<Result<_, _>>()?,
            until: until
                .map(|(number, step)| self.pattern(step, &format!("/until/{number}"), &[]))
                .collect::<Result<_, _>>()?,
            assert,
            severity: match entry.severity {
                Weight::Error => Severity::Error,
                Weight::Warning => Severity::Warning,
            },
            id: entry.id,
            says: entry.says,
            origin: entry.origin,
            evidence: entry.evidence,
        })
    }

    /// The names of the earlier exchanges.
    fn names(&self, before: &[Written]) -> Result<Vec<String>, Error> {
        let mut names: Vec<String> = Vec::new();
        for step in before {
            let name = match (&step.name, before.len()) {
                (Some(name), _) => name.as_str(),
                (None, 1) => BEFORE,
                (None, _) => {
                    let reason = "if there are several exchanges, each needs a `name`";
                    return Err(self.error("/before", reason));
                }
            };
            let is_taken = Root::of(name).is_some() || names.iter().any(|it| it == name);
            let is_word = name.starts_with(char::is_alphabetic)
                && name.chars().all(|c| c.is_alphanumeric() || c == '_');
            if is_taken || !is_word || ["and", "or", "not", "true", "false"].contains(&name) {
                let reason =
                    format!("`{name}` is no valid name for an exchange, or is a duplicate");
                return Err(self.error("/before", &reason));
            }
            names.push(name.to_owned());
        }
        Ok(names)
    }

    fn pattern(&self, written: &Written, at: &str, names: &[&str]) -> Result<Pattern, Error> {
        let wrong = |part: &str, reason: &str| self.error(&format!("{at}{part}"), reason);
        let operations = written
            .exchange
            .iter()
            .map(|text| self.operation(text))
            .collect::<Result<Vec<_>, _>>()
            .map_err(|reason| wrong("/exchange", &reason))?;
        if operations.is_empty() {
            return Err(wrong("/exchange", "expected at least one exchange"));
        }
        let each = match written.each.as_deref() {
            None => None,
            Some(text) => Some(Path::body(text).map_err(|reason| wrong("/each", &reason))?),
        };
        let condition = written.r#where.as_deref();
        let condition = condition.map(|text| Expression::condition(text, names));
        let condition = condition
            .transpose()
            .map_err(|reason| wrong("/where", &reason))?;
        let key = written.key.iter().enumerate();
        let key: Vec<Expression> = key
            .map(|(number, text)| {
                Expression::value(text).map_err(|reason| wrong(&format!("/key/{number}"), &reason))
            })
            .collect::<Result<_, _>>()?;
        if each.is_none() && condition.iter().chain(&key).any(needs_item) {
            return Err(wrong("", NEEDS_EACH));
        }
        Ok(Pattern {
            operations,
            each,
            condition,
            key,
        })
    }

    /// Parses an operation and its statuses: `get_user 200 404` or `GET /users/{id} 2XX`.
    fn operation(&self, text: &str) -> Result<(usize, Statuses), String> {
        let mut words = text.split_whitespace().peekable();
        let first = words.next().unwrap_or_default();
        let template = words.next_if(|word| word.starts_with('/'));
        let routes = self.spec.routes.all().iter();
        let found = routes.enumerate().find(|(_, route)| match template {
            Some(template) => {
                route.method.eq_ignore_ascii_case(first) && route.template == template
            }
            None => route.operation_id.as_deref() == Some(first),
        });
        let Some((number, _)) = found else {
            return Err(format!(
                "the document has no operation `{}`: write its `operationId`, or method and path",
                template.map_or_else(|| first.to_owned(), |it| format!("{first} {it}"))
            ));
        };
        let statuses = words.map(|word| {
            let status = match word.strip_suffix("XX") {
                Some(first) => first.parse().ok().map(Status::Hundred),
                None => word.parse().ok().map(Status::One),
            };
            let is_status = |it: &Status| match *it {
                Status::One(status) => (100..600).contains(&status),
                Status::Hundred(first) => (1..6).contains(&first),
            };
            status
                .filter(is_status)
                .ok_or_else(|| format!("`{word}` is no status; write `200` or `4XX`"))
        });
        Ok((number, statuses.collect::<Result<_, _>>()?))
    }
}

impl Status {
    fn is(self, status: u16) -> bool {
        match self {
            Status::One(one) => one == status,
            Status::Hundred(first) => status / 100 == first,
        }
    }
}
