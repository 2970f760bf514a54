//! Evaluates the expressions of relations on exchanges.

use std::borrow::Cow;
use std::cmp::Ordering;

use http_recording::Part;
use located::pointer;
use serde_json::Value;

use super::expression::{Comparison, Expression, Function, Kind, Path, Root};
use super::values::{
    Number, common, decoded, fits, is_unset, kept, plain, repeated, same, write_key,
};
use crate::judge::Exchange;
use crate::masking::{Known, describe};

/// An exchange of a documented operation, with the values of its path.
#[derive(Debug)]
pub(super) struct Bound {
    pub(super) exchange: std::sync::Arc<Exchange>,
    pub(super) path: Value,
    pub(super) query: Value,
    pub(super) header: Value,
    pub(super) status: Value,
}

/// An exchange, or one item of it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Seen<'e> {
    pub(super) bound: &'e Bound,
    /// The array in a body whose items are visited.
    pub(super) each: Option<&'e Path>,
    /// The index of the item, if it is an array.
    pub(super) item: Option<usize>,
}

/// The current exchange and the earlier ones.
#[derive(Debug, Clone, Copy)]
pub(super) struct Scope<'e, 's> {
    pub(super) here: Seen<'e>,
    pub(super) earlier: &'s [Seen<'e>],
}

/// Why an expression cannot be evaluated, without quoting the traffic.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Unfit {
    pub(super) wanted: &'static str,
    pub(super) seen: String,
}

/// What made a condition false.
#[derive(Debug)]
pub(super) struct Broken {
    pub(super) seen: String,
    /// The place in the current exchange.
    pub(super) at: String,
    /// The earlier exchange that it was compared with, and the place in it.
    pub(super) earlier: Option<(usize, String)>,
}

impl<'e> Seen<'e> {
    fn body(&self, root: Root) -> Option<&'e Value> {
        let recording = &self.bound.exchange.recording;
        match root {
            Root::Request => recording.request.body.as_ref(),
            _ => recording.response.body.as_ref(),
        }
    }

    fn root(&self, root: Root) -> Option<&'e Value> {
        match root {
            Root::Item => {
                let whole = self.at(self.each?)?;
                match self.item {
                    Some(item) => whole.as_array()?.get(item),
                    None => Some(whole),
                }
            }
            Root::Request | Root::Response => self.body(root),
            Root::Path => Some(&self.bound.path),
            Root::Query => Some(&self.bound.query),
            Root::Header => Some(&self.bound.header),
            Root::Status => Some(&self.bound.status),
        }
    }

    fn at(&self, path: &Path) -> Option<&'e Value> {
        let mut here = self.root(path.root)?;
        for token in &path.tokens {
            here = match here {
                Value::Object(members) => members.get(token)?,
                Value::Array(items) => items.get(token.parse::<usize>().ok()?)?,
                _ => return None,
            };
        }
        Some(here)
    }

    /// The pointer of a value in the recording.
    fn pointer_at(&self, path: &Path) -> String {
        let below = path.tokens.iter();
        below.fold(self.pointer(path.root), |at, token| {
            pointer::join(&at, token)
        })
    }

    /// The pointer of a root in the recording.
    fn pointer(&self, root: Root) -> String {
        match (root, self.each) {
            (Root::Item, Some(each)) => {
                let whole = self.pointer_at(each);
                self.item
                    .map_or_else(|| whole.clone(), |item| format!("{whole}/{item}"))
            }
            (Root::Request, _) => "/request/body".to_owned(),
            (Root::Response | Root::Item, _) => "/response/body".to_owned(),
            (Root::Path, _) => "/request/params".to_owned(),
            (Root::Query, _) => "/request/query".to_owned(),
            (Root::Header, _) => "/response/headers".to_owned(),
            (Root::Status, _) => "/response/status".to_owned(),
        }
    }

    /// Whether something missing may have been left out of the recording.
    fn is_partial(&self, root: Root) -> bool {
        let recording = &self.bound.exchange.recording;
        let root = match root {
            Root::Item => self.each.map(|each| each.root),
            root => Some(root),
        };
        match root {
            Some(Root::Request) => {
                recording.request.omitted || recording.meta.excerpt.contains(&Part::Request)
            }
            Some(Root::Response) => {
                recording.response.omitted || recording.meta.excerpt.contains(&Part::Response)
            }
            _ => false,
        }
    }

    /// The items of an array in a body; what is no array is its own only item.
    pub(super) fn items(bound: &'e Bound, each: Option<&'e Path>) -> Vec<Seen<'e>> {
        let whole = Seen {
            bound,
            each,
            item: None,
        };
        let Some(each) = each else {
            return vec![whole];
        };
        match whole.at(each) {
            None => Vec::new(),
            Some(Value::Array(items)) => {
                let numbers = 0..items.len();
                numbers
                    .map(|item| Seen {
                        item: Some(item),
                        ..whole
                    })
                    .collect()
            }
            Some(_) => vec![whole],
        }
    }
}

pub(super) type Evaluated<T> = Result<Option<T>, Unfit>;

impl<'e> Scope<'e, '_> {
    fn seen(&self, path: &Path) -> Option<&Seen<'e>> {
        match path.earlier {
            Some(number) => self.earlier.get(number),
            None => Some(&self.here),
        }
    }

    /// The value of an expression; `None` if it is absent.
    pub(super) fn value<'x>(&self, expression: &'x Expression) -> Evaluated<Cow<'x, Value>>
    where
        'e: 'x,
    {
        #[cfg(test)]
        tests::evaluated();
        Ok(match &expression.kind {
            Kind::Literal(value) => Some(Cow::Borrowed(value)),
            Kind::Path(path) => self.find(path).map(Cow::Borrowed),
            Kind::Sum(terms) => {
                let [left, right] = &**terms;
                let (left, right) = (self.number(left)?, self.number(right)?);
                let sum = left.zip(right).map(|(left, right)| left.plus(right));
                sum.and_then(Number::value).map(Cow::Owned)
            }
            Kind::Call(function, arguments) => self.call(*function, arguments)?,
            // The parser does not allow a condition in place of a value.
            Kind::Compare(..) | Kind::And(_) | Kind::Or(_) | Kind::Not(_) => None,
        })
    }

    fn find(&self, path: &Path) -> Option<&'e Value> {
        self.seen(path)?.at(path)
    }

    /// Whether the value of an expression may have been left out of its recording.
    fn is_partial(&self, expression: &Expression) -> bool {
        match &expression.kind {
            Kind::Path(path) => self
                .seen(path)
                .is_some_and(|seen| seen.is_partial(path.root)),
            Kind::Call(_, arguments) => arguments.iter().any(|it| self.is_partial(it)),
            _ => false,
        }
    }

    fn number(&self, expression: &Expression) -> Evaluated<Number> {
        match self.value(expression)? {
            None => Ok(None),
            Some(value) if is_unset(&value) => Ok(None),
            Some(value) => match Number::of(&value) {
                Some(number) => Ok(Some(number)),
                None => Err(Unfit::new("a number", expression, &value)),
            },
        }
    }

    fn object<'x>(&self, expression: &'x Expression) -> Evaluated<Cow<'x, Value>>
    where
        'e: 'x,
    {
        match self.value(expression)? {
            Some(value) if !value.is_object() => Err(Unfit::new("an object", expression, &value)),
            value => Ok(value),
        }
    }

    fn text<'x>(&self, expression: &'x Expression) -> Evaluated<String>
    where
        'e: 'x,
    {
        match self.value(expression)?.as_deref() {
            None => Ok(None),
            Some(Value::String(text)) => Ok(Some(text.clone())),
            Some(Value::Number(number)) => Ok(Some(number.to_string())),
            Some(other) => Err(Unfit::new("a string", expression, other)),
        }
    }

    fn call<'x>(&self, function: Function, arguments: &'x [Expression]) -> Evaluated<Cow<'x, Value>>
    where
        'e: 'x,
    {
        Ok(match (function, arguments) {
            (Function::Count, [of]) => match self.value(of)? {
                _ if self.is_partial(of) => None,
                None => None,
                Some(value) => {
                    let count = value.as_array().map_or(1, Vec::len);
                    Some(Cow::Owned(count.into()))
                }
            },
            (Function::Plain, [of]) => self.text(of)?.map(|text| {
                let plain = plain(&text).unwrap_or(text);
                Cow::Owned(Value::String(plain))
            }),
            (Function::Set, [of]) => self
                .object(of)?
                .map(|object| Cow::Owned(kept(&object, |_, value| !is_unset(value)))),
            (Function::Without, [of, others @ ..]) => {
                let Some(object) = self.object(of)? else {
                    return Ok(None);
                };
                let mut kept_members = object.into_owned();
                for other in others {
                    match self.value(other)?.as_deref() {
                        // It is unknown which members to leave out, so the result is unknown too.
                        None => return Ok(None),
                        Some(Value::Object(members)) => {
                            kept_members =
                                kept(&kept_members, |name, _| !members.contains_key(name));
                        }
                        Some(Value::String(name)) => {
                            kept_members = kept(&kept_members, |it, _| !fits(it, name));
                        }
                        Some(value) => {
                            let wanted = "an object or the name of a member";
                            return Err(Unfit::new(wanted, other, value));
                        }
                    }
                }
                Some(Cow::Owned(kept_members))
            }
            _ => None,
        })
    }

    /// Whether a condition is true; `None` if a value that it needs is absent.
    pub(super) fn truth(&self, expression: &Expression) -> Evaluated<bool> {
        #[cfg(test)]
        tests::evaluated();
        match &expression.kind {
            Kind::Literal(value) => Ok(value.as_bool()),
            Kind::Not(inner) => Ok(self.truth(inner)?.map(|it| !it)),
            Kind::And(parts) => self.joined(parts, false),
            Kind::Or(parts) => self.joined(parts, true),
            Kind::Compare(comparison, sides) => {
                let [left, right] = &**sides;
                self.compare(*comparison, left, right)
            }
            Kind::Call(function, arguments) => self.holds(*function, arguments),
            Kind::Path(_) | Kind::Sum(_) => Ok(None),
        }
    }

    /// Evaluates `and` (`deciding` is false) or `or` (`deciding` is true).
    fn joined(&self, parts: &[Expression], deciding: bool) -> Evaluated<bool> {
        let mut all = Some(!deciding);
        for part in parts {
            match self.truth(part)? {
                Some(truth) if truth == deciding => return Ok(Some(deciding)),
                Some(_) => {}
                None => all = None,
            }
        }
        Ok(all)
    }

    fn compare(
        &self,
        comparison: Comparison,
        left: &Expression,
        right: &Expression,
    ) -> Evaluated<bool> {
        if matches!(comparison, Comparison::Same | Comparison::Other) {
            let values = self.value(left)?.zip(self.value(right)?);
            let same = values.map(|(left, right)| same(&left, &right));
            return Ok(same.map(|same| same == (comparison == Comparison::Same)));
        }
        let Some((left, right)) = self.number(left)?.zip(self.number(right)?) else {
            return Ok(None);
        };
        let order = left.order(right);
        Ok(order.map(|order| match comparison {
            Comparison::Less => order == Ordering::Less,
            Comparison::AtMost => order != Ordering::Greater,
            Comparison::More => order == Ordering::Greater,
            _ => order != Ordering::Less,
        }))
    }

    fn holds(&self, function: Function, arguments: &[Expression]) -> Evaluated<bool> {
        match (function, arguments) {
            (Function::Unset, [of]) => Ok(match self.value(of)? {
                None if self.is_partial(of) => None,
                None => Some(true),
                Some(value) => Some(is_unset(&value)),
            }),
            (Function::IsBase64, [base64, plain]) => {
                let Some((base64, plain)) = self.text(base64)?.zip(self.text(plain)?) else {
                    return Ok(None);
                };
                Ok(Some(decoded(&base64).as_deref() == Some(plain.as_bytes())))
            }
            (Function::Ends, [whole, end]) => {
                let Some((whole, end)) = self.text(whole)?.zip(self.text(end)?) else {
                    return Ok(None);
                };
                Ok(Some(whole.ends_with(&end)))
            }
            (Function::Agree, [left, right]) => {
                let Some((left, right)) = self.object(left)?.zip(self.object(right)?) else {
                    return Ok(None);
                };
                let mut common = common(&left, &right).peekable();
                let says_something = common.peek().is_some();
                let agree = common.all(|(_, left, right)| same(left, right));
                Ok(says_something.then_some(agree))
            }
            (Function::Unique, [of, names @ ..]) => {
                let value = self.value(of)?;
                let Some(value) = value else { return Ok(None) };
                let Some(items) = value.as_array() else {
                    return Ok(Some(true));
                };
                Ok(Some(repeated(items, names).is_none()))
            }
            _ => Ok(None),
        }
    }

    /// What makes a false condition false: the first comparison that is false.
    pub(super) fn broken(&self, expression: &Expression, known: &Known) -> Broken {
        let is_false = |part: &&Expression| self.truth(part) == Ok(Some(false));
        match &expression.kind {
            Kind::And(parts) => match parts.iter().find(is_false) {
                Some(part) => self.broken(part, known),
                None => self.of(&[], String::new()),
            },
            // All parts are false; the last one is reported.
            Kind::Or(parts) => match parts.last() {
                Some(part) => self.broken(part, known),
                None => self.of(&[], String::new()),
            },
            Kind::Compare(_, sides) => {
                let sides = &**sides;
                let described = sides.iter().filter_map(|side| self.described(side));
                let seen = described.collect::<Vec<_>>().join(", ");
                self.of(sides, seen)
            }
            Kind::Call(Function::Agree, sides) => self.disagreement(sides, known),
            Kind::Call(Function::Unique, sides) => {
                let value = sides.first().and_then(|of| self.value(of).ok().flatten());
                let items = value.as_deref().and_then(Value::as_array);
                let duplicate = items.and_then(|items| repeated(items, &sides[1..]));
                let mut broken = self.of(sides, String::new());
                if let Some((first, second)) = duplicate {
                    broken.seen = format!("items {first} and {second} are duplicates");
                    broken.at = format!("{}/{second}", broken.at);
                }
                broken
            }
            Kind::Call(_, sides) => {
                let described = sides.iter().filter_map(|side| self.described(side));
                self.of(sides, described.collect::<Vec<_>>().join(", "))
            }
            Kind::Not(inner) => self.of(
                std::slice::from_ref(&**inner),
                format!("`{}` is true", inner.text),
            ),
            Kind::Literal(_) | Kind::Path(_) | Kind::Sum(_) => self.of(&[], String::new()),
        }
    }

    fn disagreement(&self, sides: &[Expression], known: &Known) -> Broken {
        let mut broken = self.of(sides, String::new());
        let [left, right] = sides else { return broken };
        let values = self
            .value(left)
            .ok()
            .flatten()
            .zip(self.value(right).ok().flatten());
        let Some((left, right)) = values else {
            return broken;
        };
        let mut others = common(&left, &right).filter(|(_, left, right)| !same(left, right));
        if let Some((name, left, right)) = others.next() {
            let shown = known.name(name);
            broken.seen = format!("`{shown}`: {} and {}", describe(left), describe(right));
            broken.at = pointer::join(&broken.at, name);
            if let Some((_, at)) = &mut broken.earlier {
                *at = pointer::join(at, name);
            }
            match others.count() {
                0 => {}
                1 => broken.seen += ", and 1 more member",
                more => broken.seen += &format!(", and {more} more members"),
            }
        }
        broken
    }

    /// The places to which the paths in some expressions lead.
    fn of(&self, sides: &[Expression], seen: String) -> Broken {
        let mut paths = Vec::new();
        sides.iter().for_each(|side| gather(side, &mut paths));
        let at = |path: &Path| Some(self.seen(path)?.pointer_at(path));
        // The place of a value in the response is more useful than that of the path or query.
        let weight = |path: &&&Path| match path.root {
            Root::Item | Root::Response => 0,
            Root::Request | Root::Header | Root::Status => 1,
            Root::Path | Root::Query => 2,
        };
        let here = paths.iter().filter(|path| path.earlier.is_none());
        let here = here.min_by_key(weight).and_then(|path| at(path));
        let earlier = paths
            .iter()
            .find_map(|path| Some((path.earlier?, at(path)?)));
        let item = || match self.here.each {
            Some(_) => self.here.pointer(Root::Item),
            None => "/response".to_owned(),
        };
        Broken {
            seen,
            at: here.unwrap_or_else(item),
            earlier,
        }
    }

    /// The type and size of a value, without the value.
    fn described(&self, expression: &Expression) -> Option<String> {
        if matches!(expression.kind, Kind::Literal(_)) {
            return None;
        }
        let value = self.value(expression).ok().flatten()?;
        Some(format!("`{}`: {}", expression.text, describe(&value)))
    }

    /// The values of a key as one string, which is equal for values that are [`same`]; `None` if
    /// one is absent.
    pub(super) fn key(&self, parts: &[Expression]) -> Evaluated<String> {
        let mut key = String::new();
        for part in parts {
            let Some(value) = self.value(part)? else {
                return Ok(None);
            };
            write_key(&value, &mut key);
            key.push('\0');
        }
        Ok(Some(key))
    }
}

impl Unfit {
    fn new(wanted: &'static str, expression: &Expression, value: &Value) -> Self {
        Unfit {
            wanted,
            seen: format!("`{}`: {}", expression.text, describe(value)),
        }
    }
}

/// Whether an expression is about the current item.
pub(super) fn needs_item(expression: &Expression) -> bool {
    let mut paths = Vec::new();
    gather(expression, &mut paths);
    let is_it = |path: &&Path| path.root == Root::Item && path.earlier.is_none();
    paths.iter().any(is_it)
}

/// Collects the paths in an expression, in source order.
fn gather<'x>(expression: &'x Expression, paths: &mut Vec<&'x Path>) {
    match &expression.kind {
        Kind::Literal(_) => {}
        Kind::Path(path) => paths.push(path),
        Kind::Sum(terms) | Kind::Compare(_, terms) => {
            terms.iter().for_each(|term| gather(term, paths));
        }
        Kind::Not(inner) => gather(inner, paths),
        // The members that are left out are not compared.
        Kind::Call(Function::Without, arguments) => {
            arguments
                .iter()
                .take(1)
                .for_each(|argument| gather(argument, paths));
        }
        Kind::And(parts) | Kind::Or(parts) | Kind::Call(_, parts) => {
            parts.iter().for_each(|part| gather(part, paths));
        }
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use std::cell::Cell;

    thread_local! {
        /// How many expressions this thread has evaluated, parts of expressions among them.
        pub(crate) static EVALUATED: Cell<usize> = const { Cell::new(0) };
    }

    pub(super) fn evaluated() {
        EVALUATED.set(EVALUATED.get() + 1);
    }
}
