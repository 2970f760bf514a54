//! The OpenAPI document with the local files that it refers to, and the resolution of `$ref`s.

use std::collections::{HashMap, HashSet};
use std::path::Path;
use std::sync::{Arc, OnceLock, PoisonError, RwLock};

use foldhash::fast::FixedState;
use located::openapi::reference;
use located::{Error, Place, Source, display, normal, pointer};
use serde_json::{Map, Value};

use crate::by_name::by_name;
use crate::percent::decode;

/// Where the referenced files are inserted into the value of the document, each under its path, so
/// that one pointer can address a place in any of them.
const FILES: &str = "/x-referenced-files";

/// A document whose references can be followed.
#[derive(Debug)]
pub(crate) struct Document {
    source: Source,
    value: Value,
    files: HashMap<String, File>,
    /// Places that were looked up, by pointer. The traffic contradicts the same ones again and
    /// again.
    named: RwLock<HashMap<String, Arc<Named>, FixedState>>,
    /// The component schemas that extend another one by `allOf`, by the pointer of that one.
    extending: OnceLock<HashMap<String, Vec<String>>>,
}

/// A place of the document.
#[derive(Debug)]
pub(crate) struct Named {
    /// The place of the value at a pointer, or of the nearest value around it, in whichever file.
    pub(crate) place: Option<Arc<Place>>,
    /// The stable name of the place in its file (see [`by_name`]).
    pub(crate) name: Arc<str>,
}

/// A file that the document refers to, or why it cannot be read.
type File = Result<Source, Error>;

/// A value and the pointer at which it is defined, after references were followed.
#[derive(Debug, Clone)]
pub(crate) struct At<'d> {
    pub(crate) pointer: String,
    pub(crate) value: &'d Value,
}

impl Document {
    /// Parses a document and, transitively, all local files that its references lead to. A file
    /// that cannot be read is an error only when a reference into it is resolved.
    pub(crate) fn parse(source: Source) -> Result<Self, Error> {
        let value = source.value()?;
        let mut document = Document {
            source,
            value,
            files: HashMap::new(),
            named: RwLock::default(),
            extending: OnceLock::new(),
        };
        let mut waiting = others(&document.value, document.source.file());
        let mut values = Map::new();
        while let Some(path) = waiting.pop() {
            if path == path_of(Path::new(document.source.file()))
                || document.files.contains_key(&path)
            {
                continue;
            }
            let read = read(Path::new(&path)).and_then(|source| Ok((source.value()?, source)));
            let file = read.map(|(value, source)| {
                waiting.extend(others(&value, &path));
                values.insert(path.clone(), value);
                source
            });
            document.files.insert(path, file);
        }
        if let (false, Some(members)) = (values.is_empty(), document.value.as_object_mut()) {
            members.insert(FILES[1..].to_owned(), Value::Object(values));
        }
        Ok(document)
    }

    /// The source text of the document itself.
    pub(crate) fn source(&self) -> &Source {
        &self.source
    }

    /// The document as a value, including the referenced files.
    pub(crate) fn value(&self) -> &Value {
        &self.value
    }

    pub(crate) fn get(&self, pointer: &str) -> Option<&Value> {
        self.value.pointer(pointer)
    }

    /// The place of the value at a pointer, or of the nearest value around it, in whichever file.
    pub(crate) fn place(&self, pointer: &str) -> Option<Place> {
        let (source, pointer) = self.file(pointer);
        source.nearest(pointer)
    }

    /// The same with its stable name, remembered.
    pub(crate) fn named(&self, pointer: &str) -> Arc<Named> {
        // What panics elsewhere leaves no half of an entry.
        let known = self.named.read().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = known.get(pointer) {
            return Arc::clone(known);
        }
        drop(known);
        let (_, inside) = self.file(pointer);
        let file = &pointer[..pointer.len() - inside.len()];
        let named = Arc::new(Named {
            place: self.place(pointer).map(Arc::new),
            name: by_name(self.get(file).unwrap_or(&Value::Null), inside).into(),
        });
        let mut known = self.named.write().unwrap_or_else(PoisonError::into_inner);
        known.insert(pointer.to_owned(), Arc::clone(&named));
        named
    }

    /// The file of a place, and the pointer in it.
    fn file<'p>(&self, pointer: &'p str) -> (&Source, &'p str) {
        let other = || {
            let inside = pointer.strip_prefix(FILES)?.strip_prefix('/')?;
            let end = inside.find('/').unwrap_or(inside.len());
            let path = pointer::last(&pointer[..pointer.len() - inside.len() + end])?;
            let source = self.files.get(path.as_ref())?.as_ref().ok()?;
            Some((source, &inside[end..]))
        };
        other().unwrap_or((&self.source, pointer))
    }

    /// The value at a pointer, with references followed to its definition.
    pub(crate) fn resolve(&self, pointer: &str) -> Result<At<'_>, Error> {
        let mut pointer = pointer.to_owned();
        let mut passed = Vec::new();
        loop {
            let Some(value) = self.get(&pointer) else {
                return Err(self.error(&pointer, "no such place in the document"));
            };
            let Some(reference) = reference(value) else {
                return Ok(At { pointer, value });
            };
            let target = self.target(&pointer, reference)?;
            if passed.contains(&target) {
                return Err(self.error(
                    &pointer,
                    &format!("`$ref: {reference}` is circular: it leads back to itself"),
                ));
            }
            passed.push(target.clone());
            pointer = target;
        }
    }

    /// The same for a schema. One that cannot be found has no keywords here: the error is reported
    /// once, where the schema is lowered.
    pub(crate) fn schema(&self, pointer: &str) -> At<'_> {
        self.resolve(pointer).unwrap_or_else(|_| At {
            pointer: pointer.to_owned(),
            value: &Value::Null,
        })
    }

    /// The value with references followed; the value itself if it is no reference, `None` if a
    /// reference cannot be resolved.
    pub(crate) fn follow<'d>(&'d self, value: &'d Value) -> Option<&'d Value> {
        match reference(value) {
            None => Some(value),
            Some(reference) => {
                let target = self.target("", reference).ok()?;
                Some(self.resolve(&target).ok()?.value)
            }
        }
    }

    /// The component schemas that extend the schema at a pointer by `allOf`, directly or not.
    pub(crate) fn extending(&self, pointer: &str) -> &[String] {
        let all = self.extending.get_or_init(|| {
            let mut all: HashMap<String, Vec<String>> = HashMap::new();
            let components = self.get("/components/schemas").and_then(Value::as_object);
            for name in components.into_iter().flat_map(Map::keys) {
                let kind = pointer::join("/components/schemas", name);
                for base in self.bases(&kind) {
                    all.entry(base).or_default().push(kind.clone());
                }
            }
            all
        });
        all.get(pointer).map_or(&[], Vec::as_slice)
    }

    /// The schemas that a schema extends by `allOf`, directly or not.
    fn bases(&self, pointer: &str) -> HashSet<String> {
        let mut bases = HashSet::new();
        let mut waiting = vec![self.schema(pointer)];
        while let Some(schema) = waiting.pop() {
            for index in 0..schema
                .value
                .get("allOf")
                .and_then(Value::as_array)
                .map_or(0, Vec::len)
            {
                let part = self.schema(&format!("{}/allOf/{index}", schema.pointer));
                if bases.insert(part.pointer.clone()) {
                    waiting.push(part);
                }
            }
        }
        bases
    }

    fn target(&self, from: &str, reference: &str) -> Result<String, Error> {
        let (file, fragment) = reference.split_once('#').unwrap_or((reference, ""));
        let here = self.file(from).0.file();
        let path = match file {
            "" => path_of(Path::new(here)),
            url if is_remote(url) => {
                let reason = format!(
                    "`$ref: {reference}` is a remote reference, and nothing is fetched from the \
                     network; download {url}, store it beside {here} and refer to that file"
                );
                return Err(self.error(from, &reason));
            }
            file => beside(here, file),
        };
        let base = match self.files.get(&path) {
            None => String::new(),
            Some(Ok(_)) => pointer::join(FILES, &path),
            Some(Err(error)) => {
                let cause = std::error::Error::source(error);
                let cause = cause.map_or_else(String::new, |cause| format!(": {cause}"));
                let reason = format!(
                    "`$ref: {reference}` leads to a file that cannot be read: {error}{cause}"
                );
                return Err(self.error(from, &reason));
            }
        };
        let target = base + &decode(fragment);
        match self.get(&target) {
            Some(_) => Ok(target),
            None => {
                let hint = match fragment {
                    "/" => "; for the whole file, leave out `#/`",
                    "" => "",
                    inside if inside.starts_with('/') => "",
                    _ => "; a place in a file begins with `#/`",
                };
                let reason = format!("`$ref: {reference}` cannot be resolved: no such place{hint}");
                Err(self.error(from, &reason))
            }
        }
    }

    /// The members of the object at a place.
    ///
    /// # Errors
    /// The value is no object.
    pub(crate) fn object(&self, at: &At<'_>) -> Result<&Map<String, Value>, Error> {
        self.get(&at.pointer)
            .and_then(Value::as_object)
            .ok_or_else(|| self.error(&at.pointer, "expected an object here"))
    }

    /// An error at a place of the document.
    pub(crate) fn error(&self, pointer: &str, reason: &str) -> Error {
        let (source, pointer) = self.file(pointer);
        let at = match pointer {
            "" => String::new(),
            pointer => format!(" (at `{pointer}`)"),
        };
        source.error_at(pointer, &format!("{reason}{at}"))
    }
}

/// The paths of the other files that the references in a value name.
fn others(value: &Value, file: &str) -> Vec<String> {
    let mut paths = Vec::new();
    let mut waiting = vec![value];
    while let Some(value) = waiting.pop() {
        if let Some(reference) = reference(value) {
            let other = reference.split('#').next().unwrap_or_default();
            if !other.is_empty() && !is_remote(other) {
                paths.push(beside(file, other));
            }
        }
        match value {
            Value::Array(items) => waiting.extend(items),
            Value::Object(members) => waiting.extend(members.values()),
            _ => {}
        }
    }
    paths
}

/// Reads a regular file only: a device or a pipe might never end.
fn read(path: &Path) -> Result<Source, Error> {
    match std::fs::metadata(path) {
        Ok(it) if !it.is_file() => {
            Err(Source::new(display(path), String::new()).error_at("", "not a regular file"))
        }
        _ => Source::read(path),
    }
}

/// Whether a reference is a URL: it begins with a scheme, or with `//` and a host.
fn is_remote(reference: &str) -> bool {
    let scheme = reference.split(':').next().unwrap_or_default();
    let is_scheme = reference.contains(':')
        && scheme.len() > 1
        && scheme.starts_with(|it: char| it.is_ascii_alphabetic())
        && scheme
            .bytes()
            .all(|it| it.is_ascii_alphanumeric() || b"+-.".contains(&it));
    is_scheme || reference.starts_with("//")
}

/// The one path by which a file is known here.
fn path_of(file: &Path) -> String {
    display(&normal(file))
}

/// The path of a file that a reference in another file names.
fn beside(file: &str, reference: &str) -> String {
    let folder = Path::new(file).parent().unwrap_or(Path::new(""));
    path_of(&folder.join(decode(reference)))
}
