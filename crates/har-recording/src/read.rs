//! Parses HAR entries into recordings, in memory.

use std::fmt;
use std::ops::Range;

use http_recording::{Origin, Recording, Request, Response};
use located::{PositionsInString, Unreadable};
use serde::Deserialize;
use serde_json::value::RawValue;
use serde_json::{Map, Value};
use url::{ParseError, Url};

use crate::body::{Body, body, request_body};
use crate::entry::{Entry, HarRequest, HarResponse, Pair, Text, version_1};

/// An exchange of a HAR file, not redacted.
#[derive(Debug, Clone, PartialEq)]
pub struct HarEntry {
    /// The exchange. Its path is the full path of the URL, percent-encoded, base path included. It
    /// has all headers except those that carry credentials.
    pub recording: Recording,
    /// JSON pointer of the entry in the HAR file.
    pub pointer: String,
    /// What was sent and a recording does not hold.
    pub wire: Wire,
    /// Where the values in the bodies of the request and of the response are, within the strings of
    /// the file that hold these bodies. `None` for a body that was not parsed directly from such a
    /// string; `PositionsInString::of` computes those.
    pub positions: [Option<PositionsInString>; 2],
}

/// The parts of an exchange in a HAR file that must not be stored. Its `Debug` output shows none of
/// them.
#[derive(Clone, PartialEq)]
pub struct Wire {
    /// The full URL, as in the file.
    pub url: String,
    /// Whether the URL names a user or a password, which the path of the exchange leaves out.
    pub has_userinfo: bool,
    /// The headers of the request that carry credentials, names in lower case.
    pub sent: Map<String, Value>,
    /// The headers of the response that carry credentials, names in lower case.
    pub received: Map<String, Value>,
    /// Whether the file would contain such headers if they had been sent. By default, browsers of
    /// the Chromium family leave them out.
    pub credentials_kept: bool,
}

impl fmt::Debug for Wire {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Wire").finish_non_exhaustive()
    }
}

/// The headers that carry credentials: a recording has none of them.
///
/// ```
/// assert!(har_recording::is_credential("Set-Cookie"));
/// assert!(!har_recording::is_credential("accept"));
/// ```
pub fn is_credential(header: &str) -> bool {
    const CREDENTIALS: [&str; 4] = [
        "authorization",
        "proxy-authorization",
        "cookie",
        "set-cookie",
    ];
    CREDENTIALS
        .iter()
        .any(|name| header.eq_ignore_ascii_case(name))
}

/// An entry that is not an exchange.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Skip {
    /// JSON pointer of the entry in the HAR file.
    pub pointer: String,
    /// Why it was skipped.
    pub reason: String,
}

/// Parses a HAR 1.x document: its exchanges, and the entries that are not exchanges.
///
/// ```
/// let har = r#"{"log": {"version": "1.2", "entries": [{
///   "request": {"method": "GET", "url": "https://api.acme.example/v1/users?limit=5"},
///   "response": {"status": 200, "content": {"mimeType": "application/json", "text": "[]"}}
/// }]}}"#;
/// let (entries, skipped) = har_recording::read(har).map_err(|error| error.reason)?;
/// assert_eq!(entries[0].recording.request.path, "/v1/users");
/// assert_eq!(entries[0].recording.request.query["limit"], "5");
/// assert!(skipped.is_empty());
/// # Ok::<(), String>(())
/// ```
///
/// # Errors
/// It is not JSON, not a HAR, or of another version. Says line, column and reason, and quotes no
/// value.
pub fn read(text: &str) -> Result<(Vec<HarEntry>, Vec<Skip>), Unreadable> {
    // Tools on Windows write a byte order mark, which the format allows.
    let text = text.trim_start_matches('\u{feff}');
    let document: Document = serde_json::from_str(text).map_err(|error| {
        let unreadable = located::unreadable(text, &error);
        Unreadable {
            reason: format!("not a HAR 1.x document: {}", unreadable.reason),
            ..unreadable
        }
    })?;
    let (mut entries, mut skipped) = (Vec::new(), Vec::new());
    for (index, entry) in document.log.entries.into_iter().enumerate() {
        let pointer = format!("/log/entries/{index}");
        let entry = Entry::of(entry.get());
        match entry.and_then(|entry| recording(entry, &pointer, &mut Value::Null)) {
            Ok(entry) => entries.push(entry),
            Err(reason) => skipped.push(Skip { pointer, reason }),
        }
    }
    Ok((entries, skipped))
}

#[derive(Deserialize)]
struct Document<'a> {
    #[serde(borrow)]
    log: Log<'a>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Log<'a> {
    #[serde(rename = "version", default, deserialize_with = "version_1")]
    _version: (),
    /// Parsed one by one, so that an invalid entry does not affect the others.
    #[serde(borrow)]
    entries: Vec<&'a RawValue>,
}

/// The exchange of an entry, given the positions of its long `text` strings, quotes included. The
/// rest is parsed without them, and they are parsed afterwards. `None` if that fails: parsing the
/// whole entry then says why.
pub(crate) fn by_parts(
    json: &str,
    texts: &[Range<usize>],
    pointer: &str,
    spare: &mut Value,
) -> Option<HarEntry> {
    const LEFT: &str = "\"\"";
    let taken: usize = texts.iter().map(Range::len).sum();
    let length = json.len().checked_sub(taken)? + texts.len() * LEFT.len();
    let (mut rest, mut end, mut left) = (String::with_capacity(length), 0, Vec::new());
    for text in texts {
        rest.push_str(json.get(end..text.start)?);
        left.push((rest.len(), json.get(text.clone())?));
        rest.push_str(LEFT);
        end = text.end;
    }
    rest.push_str(json.get(end..)?);
    let mut entry: Entry<'_> = serde_json::from_str(&rest).ok()?;
    for text in entry.texts() {
        let Text::Written(written) = text else {
            continue;
        };
        let at = written.as_ptr().addr() - rest.as_ptr().addr();
        if let Some(found) = left.iter().position(|(left, _)| *left == at) {
            *written = left.swap_remove(found).1;
        }
    }
    // Any others belong to members that are ignored, and must still be checked to be JSON.
    left.is_empty()
        .then(|| recording(entry, pointer, spare).ok())?
}

/// A URL, and whether it names a user or a password.
fn parsed(written: &str) -> Result<(Url, bool), ParseError> {
    let error = match Url::parse(written) {
        Ok(url) => {
            let has_userinfo = !url.username().is_empty() || url.password().is_some();
            return Ok((url, has_userinfo));
        }
        Err(error) => error,
    };
    // A password that was not encoded and contains a `/` ends the host too early.
    let bare = written.split_once("//").and_then(|(scheme, rest)| {
        let (_, host) = rest.rsplit_once('@')?;
        Url::parse(&format!("{scheme}//{host}")).ok()
    });
    bare.map(|url| (url, true)).ok_or(error)
}

/// The exchange of the entry at a pointer; the body of the response may use the memory of `spare`.
pub(crate) fn recording(
    entry: Entry<'_>,
    pointer: &str,
    spare: &mut Value,
) -> Result<HarEntry, String> {
    if entry.request.method.eq_ignore_ascii_case("CONNECT") {
        return Err("a tunnel through a proxy (CONNECT)".to_owned());
    }
    let status = u16::try_from(entry.response.status)
        .ok()
        .filter(|status| (100..600).contains(status));
    let status = status.ok_or_else(|| format!("no response (status {})", entry.response.status))?;
    let written = entry.request.url.clone();
    let (url, has_userinfo) =
        parsed(&written).map_err(|error| format!("its URL cannot be read: {error}"))?;
    if !matches!(url.scheme(), "http" | "https") {
        return Err(format!("not HTTP but {}", url.scheme()));
    }
    let sent = request(entry.request, &url)?;
    let received = response(entry.response, status, &sent.message.method, spare)?;
    let wire = Wire {
        url: written,
        has_userinfo,
        credentials_kept: entry.initiator.is_none()
            || !sent.credentials.is_empty()
            || !received.credentials.is_empty(),
        sent: sent.credentials,
        received: received.credentials,
    };
    let recording = Recording {
        repeated: [sent.repeated, received.repeated].concat(),
        ..Recording::from_exchange(Origin::Captured, sent.message, received.message)
    };
    Ok(HarEntry {
        recording,
        pointer: pointer.to_owned(),
        wire,
        positions: [sent.positions, received.positions],
    })
}

/// A request or a response, and what a recording has elsewhere or not at all.
struct Half<M> {
    message: M,
    /// The headers that carry credentials.
    credentials: Map<String, Value>,
    /// Pointers into the recording of members with a duplicate key.
    repeated: Vec<String>,
    positions: Option<PositionsInString>,
}

fn request(request: HarRequest<'_>, url: &Url) -> Result<Half<Request>, String> {
    let body = match request.post_data {
        Some(data) => request_body(data, &request.headers, request.body_size)?,
        None => Body {
            omitted: request.body_size.is_some_and(|size| size > 0.0),
            ..Body::default()
        },
    };
    let (headers, credentials) = collect_headers(request.headers);
    Ok(Half {
        message: Request {
            method: request.method.to_ascii_uppercase(),
            path: url.path().to_owned(),
            params: Map::new(),
            query: query(url, request.query_string),
            headers: with_media_type(headers, body.media_type),
            body: body.json,
            text: body.text,
            omitted: body.omitted,
        },
        credentials,
        repeated: below("/request/body", body.repeated),
        positions: body.positions,
    })
}

fn response(
    response: HarResponse<'_>,
    status: u16,
    method: &str,
    spare: &mut Value,
) -> Result<Half<Response>, String> {
    let body = match response.content {
        Some(content) => body("response.content", content, &response.headers, spare)?,
        // The format requires `content`: without it, the body was not saved.
        None => Body {
            omitted: response.body_size != Some(0.0),
            ..Body::default()
        },
    };
    let (headers, credentials) = collect_headers(response.headers);
    // RFC 9110, section 6.4.1.
    let has_none = method == "HEAD" || matches!(status, 100..200 | 204 | 205 | 304);
    Ok(Half {
        message: Response {
            status,
            headers: with_media_type(headers, body.media_type),
            body: body.json,
            text: body.text,
            omitted: body.omitted && !has_none,
        },
        credentials,
        repeated: below("/response/body", body.repeated),
        positions: body.positions,
    })
}

fn below(owner: &str, pointers: Vec<String>) -> Vec<String> {
    let pointers = pointers.into_iter();
    pointers.map(|at| format!("{owner}{at}")).collect()
}

/// The query of the URL. `queryString` is only the fallback, because tools disagree on whether its
/// values are decoded.
fn query(url: &Url, listed: Vec<Pair>) -> Map<String, Value> {
    if url.query().is_some() {
        return gather(
            url.query_pairs()
                .map(|(name, value)| (name.into_owned(), value.into_owned())),
        );
    }
    gather(listed.into_iter().map(|pair| (pair.name, pair.value)))
}

/// The headers with names in lower case, without the pseudo-headers of HTTP/2 (`:path`): first
/// those that a recording keeps, then those that carry credentials.
fn collect_headers(headers: Vec<Pair>) -> (Map<String, Value>, Map<String, Value>) {
    let named = headers
        .into_iter()
        .map(|pair| (pair.name.to_ascii_lowercase(), pair.value))
        .filter(|(name, _)| !name.starts_with(':'));
    let (credentials, others): (Vec<_>, Vec<_>) = named.partition(|(name, _)| is_credential(name));
    (gather(others.into_iter()), gather(credentials.into_iter()))
}

/// Pairs as a map; a repeated name becomes an array.
fn gather(pairs: impl Iterator<Item = (String, String)>) -> Map<String, Value> {
    let mut map = Map::new();
    for (name, value) in pairs {
        let value = Value::String(value);
        match map.get_mut(&name) {
            None => {
                map.insert(name, value);
            }
            Some(Value::Array(values)) => values.push(value),
            Some(first) => *first = Value::Array(vec![first.take(), value]),
        }
    }
    map
}

/// The headers, with a `content-type` added if a media type is given.
fn with_media_type(
    mut headers: Map<String, Value>,
    media_type: Option<String>,
) -> Map<String, Value> {
    if let Some(media_type) = media_type {
        headers.insert("content-type".to_owned(), media_type.into());
    }
    headers
}
