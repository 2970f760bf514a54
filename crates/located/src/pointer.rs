//! JSON pointers (RFC 6901) as strings: escaping, parents, nearest ancestor.
//!
//! ```
//! use located::pointer;
//!
//! let at = pointer::join("/paths", "/users/{id}");
//! assert_eq!(at, "/paths/~1users~1{id}");
//! assert_eq!(pointer::last(&at).as_deref(), Some("/users/{id}"));
//! assert_eq!(pointer::parent(&at), Some("/paths"));
//! ```

use std::borrow::Cow;

use serde_json::Value;

/// The tokens of a pointer, unescaped; `None` if it is neither empty nor begins with `/`.
pub fn tokens(pointer: &str) -> Option<impl Iterator<Item = Cow<'_, str>>> {
    let rest = match pointer {
        "" => None,
        _ => Some(pointer.strip_prefix('/')?),
    };
    Some(
        rest.into_iter()
            .flat_map(|rest| rest.split('/'))
            .map(unescape),
    )
}

/// The pointer of a member or item of the value at `pointer`.
pub fn join(pointer: &str, token: &str) -> String {
    format!("{pointer}/{}", escape(token))
}

/// The pointer of the parent; `None` for the whole document.
pub fn parent(pointer: &str) -> Option<&str> {
    pointer.rfind('/').map(|at| &pointer[..at])
}

/// What is found at a pointer or, if nothing is, at its nearest ancestor.
///
/// ```
/// let known = ["/a", ""];
/// let found = located::pointer::nearest("/a/b/c", |at| known.iter().find(|it| **it == at));
/// assert_eq!(found, Some(&"/a"));
/// ```
pub fn nearest<T>(pointer: &str, find: impl FnMut(&str) -> Option<T>) -> Option<T> {
    std::iter::successors(Some(pointer), |at| parent(at)).find_map(find)
}

/// The last token of a pointer, unescaped.
pub fn last(pointer: &str) -> Option<Cow<'_, str>> {
    pointer.rfind('/').map(|at| unescape(&pointer[at + 1..]))
}

/// Whether a pointer equals another, or is below it.
pub fn is_at_or_below(pointer: &str, other: &str) -> bool {
    pointer
        .strip_prefix(other)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// A value and all values in it, each with its pointer, in document order.
pub fn values(value: &Value) -> Vec<(String, &Value)> {
    let mut found = Vec::new();
    let mut waiting = vec![(String::new(), value)];
    while let Some((at, value)) = waiting.pop() {
        match value {
            Value::Object(members) => waiting.extend(
                members
                    .iter()
                    .rev()
                    .map(|(name, member)| (join(&at, name), member)),
            ),
            Value::Array(items) => waiting.extend(
                items
                    .iter()
                    .enumerate()
                    .rev()
                    .map(|(index, item)| (format!("{at}/{index}"), item)),
            ),
            _ => {}
        }
        found.push((at, value));
    }
    found
}

/// Escapes a token for use in a pointer.
pub fn escape(token: &str) -> Cow<'_, str> {
    if token.contains(['~', '/']) {
        Cow::Owned(token.replace('~', "~0").replace('/', "~1"))
    } else {
        Cow::Borrowed(token)
    }
}

/// The token that was escaped for use in a pointer.
pub fn unescape(token: &str) -> Cow<'_, str> {
    if token.contains('~') {
        Cow::Owned(token.replace("~1", "/").replace("~0", "~"))
    } else {
        Cow::Borrowed(token)
    }
}
