//! The names and values that a reader of the document knows anyway, so that reports may show them.

use std::borrow::Cow;
use std::collections::HashSet;

use foldhash::fast::FixedState;
use http_recording::Origin;
use located::openapi::is_method;
use located::pointer;
use serde_json::Value;

use super::MASK;
use super::names::{is_media_type, is_name, shortened};
use crate::origins::word;

/// Members of the recording format and of HAR, and headers, which are names in any recording.
const FORMATS: [&str; 62] = [
    "accept",
    "after",
    "allow",
    "at",
    "authorization",
    "body",
    "bodySize",
    "cache",
    "cache-control",
    "comment",
    "connection",
    "content",
    "content-encoding",
    "content-length",
    "content-type",
    "cookie",
    "cookies",
    "creator",
    "date",
    "encoding",
    "entries",
    "etag",
    "excerpt",
    "expect",
    "format",
    "headers",
    "headersSize",
    "host",
    "httpVersion",
    "link",
    "location",
    "log",
    "meta",
    "method",
    "mimeType",
    "name",
    "note",
    "origin",
    "params",
    "path",
    "postData",
    "query",
    "queryString",
    "redacted",
    "redirectURL",
    "request",
    "response",
    "retry-after",
    "rule",
    "server",
    "set-cookie",
    "size",
    "startedDateTime",
    "status",
    "statusText",
    "text",
    "time",
    "timings",
    "url",
    "user-agent",
    "value",
    "version",
];

/// The names and the enum values of a document, which its readers know anyway.
#[derive(Debug, Clone, Default)]
pub(crate) struct Known {
    names: HashSet<String, FixedState>,
    words: HashSet<String, FixedState>,
    /// Segments of paths that a parameter follows.
    collections: HashSet<String>,
}

impl Known {
    pub(crate) fn of(document: &Value) -> Known {
        let mut known = Known::default();
        // Headers are in lower case where they were sent by HTTP/2.
        let spellings = |name: &str| [name.to_owned(), name.to_ascii_lowercase()];
        known.names.extend(FORMATS.map(str::to_owned));
        let paths = document.get("paths").and_then(Value::as_object);
        for path in paths.into_iter().flat_map(|paths| paths.keys()) {
            let segments = path.split('/').zip(path.split('/').skip(1));
            let owners = segments.filter(|(_, next)| next.starts_with('{'));
            known
                .collections
                .extend(owners.map(|(owner, _)| owner.to_owned()));
        }
        let mut waiting = vec![document];
        while let Some(value) = waiting.pop() {
            match value {
                Value::Object(members) => {
                    for (key, member) in members {
                        // These contain data, whose keys are no names of the document.
                        if matches!(key.as_str(), "example" | "examples" | "default") {
                            continue;
                        }
                        known.names.extend(key.split('/').flat_map(spellings));
                        let texts = member.as_array().into_iter().flatten().chain([member]);
                        let texts = texts.filter_map(Value::as_str);
                        match key.as_str() {
                            "name" | "required" => known.names.extend(texts.flat_map(spellings)),
                            "enum" | "x-extensible-enum" => {
                                known.words.extend(texts.map(str::to_owned));
                            }
                            _ => {}
                        }
                        waiting.push(member);
                    }
                }
                Value::Array(items) => waiting.extend(items),
                _ => {}
            }
        }
        known
    }

    /// A key of which nothing says that it is a name: only one of the document is shown.
    pub(crate) fn key<'t>(&self, key: &'t str) -> &'t str {
        if self.names.contains(key) { key } else { MASK }
    }

    /// What a finding is about: a key, a path segment or a media type. A long one that is not in
    /// the document is truncated to its first words.
    pub(crate) fn name<'t>(&self, name: &'t str) -> Cow<'t, str> {
        if self.names.contains(name) || is_media_type(name) {
            Cow::Borrowed(name)
        } else if is_name(name) {
            shortened(name)
        } else {
            Cow::Borrowed(MASK)
        }
    }

    /// An undocumented path without its query, each segment shown or masked. Where the document has
    /// a parameter, a segment is a value.
    pub(crate) fn path(&self, path: &str) -> String {
        let path = path.split(['?', '#']).next().unwrap_or_default();
        let mut owner = "";
        let segments = path.split('/').map(|segment| {
            let is_value = self.collections.contains(owner);
            owner = segment;
            match segment {
                "" => Cow::Borrowed(""),
                segment if is_value => self.key(segment).into(),
                segment => self.name(segment),
            }
        });
        segments.collect::<Vec<_>>().join("/")
    }

    /// A pointer into a value, each token shown or masked; indices are always shown. The last may
    /// be what a finding is about.
    pub(crate) fn pointer(&self, at: &str, value: &Value, is_reported: bool) -> String {
        let mut here = Some(value);
        let mut shown = String::with_capacity(at.len());
        let mut tokens = pointer::tokens(at).into_iter().flatten().peekable();
        while let Some(token) = tokens.next() {
            let is_subject = is_reported && tokens.peek().is_none();
            let is_index = here.is_some_and(Value::is_array);
            here = match here {
                Some(Value::Object(members)) => members.get(token.as_ref()),
                Some(Value::Array(items)) => {
                    token.parse::<usize>().ok().and_then(|at| items.get(at))
                }
                _ => None,
            };
            let name = match (is_index, is_subject) {
                (true, _) => Cow::Borrowed(&*token),
                (_, true) => self.name(&token),
                (_, false) => self.key(&token).into(),
            };
            shown.push('/');
            shown.push_str(&pointer::escape(&name));
        }
        shown
    }

    /// Whether a string cannot identify anybody: it is an enum value of the document, or a word of
    /// HTTP or of the recording format.
    pub(crate) fn is_word(&self, text: &str) -> bool {
        const ORIGINS: [Origin; 4] = [
            Origin::Captured,
            Origin::Reported,
            Origin::Documented,
            Origin::Synthetic,
        ];
        text.is_empty()
            || self.words.contains(text)
            || is_method(&text.to_ascii_lowercase())
            || ORIGINS.iter().any(|origin| word(*origin) == text)
            || is_media_type(text)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_name_of_the_document_is_shown_whatever_it_looks_like() {
        let spec = json!({"paths": {"/v1/3gpp-ts29122": {}}, "properties": {"a.1b2c3d4e": {}}});
        let known = Known::of(&spec);
        assert_eq!(known.name("a.1b2c3d4e"), "a.1b2c3d4e");
        assert_eq!(
            known.path("/v1/3gpp-ts29122/15555550100?k=v"),
            "/v1/3gpp-ts29122/•••"
        );
    }

    #[test]
    fn keys_of_an_example_are_not_names_of_the_document() {
        let spec = json!({"example": {"15555550100": 1}, "x": {"default": {"15555550101": 1}}});
        assert_eq!(Known::of(&spec).name("15555550100"), MASK);
        assert_eq!(Known::of(&spec).name("15555550101"), MASK);
    }

    #[test]
    fn an_index_is_shown_and_a_number_that_is_a_key_is_not() {
        let value = json!({"a": {"5550100": [0]}});
        let known = Known::of(&json!({"a": {}}));
        assert_eq!(known.pointer("/a/5550100/0", &value, false), "/a/•••/0");
        let many = Value::Array(vec![Value::Null; 12_345]);
        assert_eq!(known.pointer("/12344", &many, false), "/12344");
    }

    #[test]
    fn a_key_that_is_not_in_the_document_is_shown_only_as_what_is_undocumented() {
        let value = json!({"users": {"alice": {"colour": 1}}});
        let known = Known::of(&json!({"users": {}}));
        let at = "/users/alice/colour";
        assert_eq!(known.pointer(at, &value, true), "/users/•••/colour");
        assert_eq!(known.pointer(at, &value, false), "/users/•••/•••");
    }

    #[test]
    fn a_segment_in_the_place_of_a_parameter_is_a_value() {
        let known = Known::of(&json!({"paths": {"/users/{id}/keys": {}, "/users/all": {}}}));
        for (path, shown) in [
            ("/users/alice", "/users/•••"),
            ("/users/alice/colours", "/users/•••/colours"),
            ("/v2/users/alice?x=1", "/v2/users/•••"),
            ("/users/all/keys", "/users/all/keys"),
            ("/groups", "/groups"),
        ] {
            assert_eq!(known.path(path), shown);
        }
    }
}
