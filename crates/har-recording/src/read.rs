//! HAR to recordings, in memory.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Deserializer, de};
use serde_json::{Map, Value};
use url::Url;

use http_recording::{FORMAT, Meta, Origin, Recording, Request, Response};
use located::Unreadable;

/// An exchange of a HAR file, not redacted.
#[derive(Debug, Clone, PartialEq)]
pub struct HarEntry {
    /// The exchange. Its path is the whole path of the URL, percent-encoded, base path included.
    /// Its headers are all that were there but those that carry
    /// credentials.
    pub recording: Recording,
    /// JSON pointer of the entry in the HAR file.
    pub pointer: String,
    /// What was sent beyond what a recording holds.
    pub wire: Wire,
}

/// What a HAR file has of an exchange that must not be stored. Its Debug form shows none of it.
#[derive(Clone, PartialEq)]
pub struct Wire {
    /// The whole URL, as the file has it.
    pub url: String,
    /// The headers of the request that carry credentials, names in lower case.
    pub sent: Map<String, Value>,
    /// Those of the response.
    pub received: Map<String, Value>,
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
    /// Why it was passed over.
    pub reason: String,
}

/// Reads a HAR 1.x document: its exchanges, and the entries that are none.
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
        match recording(entry) {
            Ok((recording, wire)) => entries.push(HarEntry {
                recording,
                pointer,
                wire,
            }),
            Err(reason) => skipped.push(Skip { pointer, reason }),
        }
    }
    Ok((entries, skipped))
}

#[derive(Deserialize)]
struct Document {
    log: Log,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Log {
    #[serde(rename = "version", deserialize_with = "version_1")]
    _version: (),
    entries: Vec<Entry>,
}

#[derive(Deserialize)]
pub(crate) struct Entry {
    request: HarRequest,
    response: HarResponse,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct HarRequest {
    method: String,
    url: String,
    #[serde(default)]
    headers: Vec<Pair>,
    #[serde(default)]
    query_string: Vec<Pair>,
    post_data: Option<PostData>,
}

#[derive(Deserialize)]
struct HarResponse {
    status: i64,
    #[serde(default)]
    headers: Vec<Pair>,
    content: Option<Content>,
}

#[derive(Deserialize)]
struct Pair {
    name: String,
    #[serde(default)]
    value: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct PostData {
    #[serde(flatten)]
    content: Content,
    #[serde(default)]
    params: Vec<Pair>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Content {
    mime_type: Option<String>,
    text: Option<String>,
    encoding: Option<String>,
}

/// Refuses other versions while the reader still knows the line.
fn version_1<'de, D: Deserializer<'de>>(deserializer: D) -> Result<(), D::Error> {
    let version = String::deserialize(deserializer)?;
    if is_version_1(&version) {
        return Ok(());
    }
    Err(de::Error::custom("the version is not 1.x"))
}

pub(crate) fn is_version_1(version: &str) -> bool {
    version == "1" || version.starts_with("1.")
}

pub(crate) fn recording(entry: Entry) -> Result<(Recording, Wire), String> {
    let HarRequest {
        method,
        url,
        headers,
        query_string,
        post_data,
    } = entry.request;
    let status = u16::try_from(entry.response.status)
        .ok()
        .filter(|status| (100..600).contains(status));
    let status = status.ok_or_else(|| format!("no answer (status {})", entry.response.status))?;
    let written = url;
    let url = Url::parse(&written).map_err(|error| format!("its URL cannot be read: {error}"))?;
    if !matches!(url.scheme(), "http" | "https") {
        return Err(format!("not HTTP but {}", url.scheme()));
    }
    let sent = post_data.map_or(Ok(Body::default()), |data| request_body(data, &headers))?;
    let (headers, credentials) = collect_headers(headers);
    let mut wire = Wire {
        url: written,
        sent: credentials,
        received: Map::new(),
    };
    let request = Request {
        method: method.to_ascii_uppercase(),
        path: url.path().to_owned(),
        params: Map::new(),
        query: query(&url, query_string),
        headers,
        body: sent.json,
        text: sent.text,
    };
    let content = entry.response.content;
    let answered = content.map_or(Ok(Body::default()), |content| {
        body(content, &entry.response.headers)
    })?;
    let (headers, credentials) = collect_headers(entry.response.headers);
    wire.received = credentials;
    let response = Response {
        status,
        headers,
        body: answered.json,
        text: answered.text,
    };
    let in_body = |side: &str, pointers: Vec<String>| {
        pointers
            .into_iter()
            .map(move |at| format!("/{side}/body{at}"))
            .collect::<Vec<_>>()
    };
    let repeated = [
        in_body("request", sent.repeated),
        in_body("response", answered.repeated),
    ]
    .concat();
    let meta = Meta {
        origin: Origin::Captured,
        note: String::new(),
        excerpt: Vec::new(),
        redacted: Vec::new(),
        expect: Vec::new(),
    };
    let recording = Recording {
        format: FORMAT,
        meta,
        request,
        response,
        repeated,
    };
    Ok((recording, wire))
}

/// The query as the URL has it; tools disagree whether the values of `queryString` are decoded, so
/// that is the second choice.
fn query(url: &Url, listed: Vec<Pair>) -> Map<String, Value> {
    if url.query().is_some() {
        return gather(
            url.query_pairs()
                .map(|(name, value)| (name.into_owned(), value.into_owned())),
        );
    }
    gather(listed.into_iter().map(|pair| (pair.name, pair.value)))
}

/// Names in lower case, without those of HTTP/2's own (`:path`): first those that a recording has,
/// then those that carry credentials.
fn collect_headers(headers: Vec<Pair>) -> (Map<String, Value>, Map<String, Value>) {
    let named = headers
        .into_iter()
        .map(|pair| (pair.name.to_ascii_lowercase(), pair.value))
        .filter(|(name, _)| !name.starts_with(':'));
    let (credentials, others): (Vec<_>, Vec<_>) = named.partition(|(name, _)| is_credential(name));
    (gather(others.into_iter()), gather(credentials.into_iter()))
}

/// A name that comes again gives an array.
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

#[derive(Default)]
struct Body {
    json: Option<Value>,
    text: Option<String>,
    /// Members whose key came twice.
    repeated: Vec<String>,
}

fn request_body(data: PostData, headers: &[Pair]) -> Result<Body, String> {
    if data.content.text.as_deref().is_none_or(str::is_empty) && !data.params.is_empty() {
        let params = data.params.iter().map(|pair| (&pair.name, &pair.value));
        let text = form_urlencoded::Serializer::new(String::new())
            .extend_pairs(params)
            .finish();
        return Ok(Body {
            text: Some(text),
            ..Body::default()
        });
    }
    body(data.content, headers)
}

/// A body that says it is JSON, or that is an object or an array whatever it says, is nested; any
/// other stays text.
fn body(content: Content, headers: &[Pair]) -> Result<Body, String> {
    let text = content.text.unwrap_or_default();
    let text = match content.encoding.as_deref() {
        Some(encoding) if encoding.eq_ignore_ascii_case("base64") => {
            let bytes = STANDARD
                .decode(text.trim())
                .map_err(|_| "its body is not the base64 it claims to be")?;
            String::from_utf8_lossy(&bytes).into_owned()
        }
        _ => text,
    };
    if text.is_empty() {
        return Ok(Body::default());
    }
    let header = headers
        .iter()
        .find(|pair| pair.name.eq_ignore_ascii_case("content-type"));
    let media_type = header
        .map(|pair| pair.value.as_str())
        .or(content.mime_type.as_deref())
        .unwrap_or_default();
    let essence = media_type
        .split(';')
        .next()
        .unwrap_or_default()
        .trim()
        .to_ascii_lowercase();
    let says_json = essence.ends_with("/json") || essence.ends_with("+json");
    Ok(match located::json(&text) {
        Ok((value, repeated)) if says_json || value.is_object() || value.is_array() => Body {
            json: Some(value),
            text: None,
            repeated,
        },
        _ => Body {
            text: Some(text),
            ..Body::default()
        },
    })
}
