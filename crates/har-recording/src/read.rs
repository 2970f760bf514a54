//! Parses HAR entries into recordings, in memory.

use std::borrow::Cow;
use std::fmt;
use std::io::Read;
use std::ops::Range;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use flate2::read::{MultiGzDecoder, ZlibDecoder};
use serde::de::{self, IgnoredAny};
use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;
use serde_json::{Map, Value};
use url::{ParseError, Url};

use http_recording::{FORMAT, Meta, Origin, Recording, Request, Response};
use located::Unreadable;

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
        match Entry::of(entry.get()).and_then(|entry| recording(entry, &mut Value::Null)) {
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

#[derive(Deserialize)]
pub(crate) struct Entry<'a> {
    #[serde(borrow)]
    request: HarRequest<'a>,
    #[serde(borrow)]
    response: HarResponse<'a>,
    /// Only the developer tools of the Chromium family write it.
    #[serde(rename = "_initiator")]
    initiator: Option<IgnoredAny>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct HarRequest<'a> {
    method: String,
    url: String,
    #[serde(default)]
    headers: Vec<Pair>,
    #[serde(default)]
    query_string: Vec<Pair>,
    #[serde(borrow)]
    post_data: Option<PostData<'a>>,
    #[serde(default)]
    body_size: Option<f64>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct HarResponse<'a> {
    status: i64,
    #[serde(default)]
    headers: Vec<Pair>,
    #[serde(borrow)]
    content: Option<Content<'a>>,
    #[serde(default)]
    body_size: Option<f64>,
}

#[derive(Deserialize)]
struct Pair {
    name: String,
    #[serde(default)]
    value: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct PostData<'a> {
    mime_type: Option<String>,
    #[serde(borrow)]
    text: Option<Text<'a>>,
    encoding: Option<String>,
    size: Option<f64>,
    #[serde(default)]
    params: Vec<Param>,
}

/// A field of a form. A browser may omit the content of a file.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Param {
    name: String,
    #[serde(default)]
    value: String,
    file_name: Option<String>,
    content_type: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Content<'a> {
    mime_type: Option<String>,
    #[serde(borrow)]
    text: Option<Text<'a>>,
    encoding: Option<String>,
    size: Option<f64>,
}

/// A body as a string.
enum Text<'a> {
    /// The raw JSON string in the file, with quotes and escapes. Most bodies are JSON, which is
    /// parsed from it directly.
    Written(&'a str),
    /// Built from the fields of a form.
    Made(String),
}

impl<'de: 'a, 'a> Deserialize<'de> for Text<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let written = <&RawValue>::deserialize(deserializer)?.get();
        match written.starts_with('"') {
            true => Ok(Text::Written(written)),
            // If it is no string, `serde_json` provides the error.
            false => match serde_json::from_str::<String>(written) {
                Ok(made) => Ok(Text::Made(made)),
                Err(error) => Err(de::Error::custom(error)),
            },
        }
    }
}

impl Text<'_> {
    fn is_empty(&self) -> bool {
        match self {
            Text::Written(written) => *written == "\"\"",
            Text::Made(made) => made.is_empty(),
        }
    }

    /// The string, if it has only characters of base64.
    fn base64(&self) -> Option<Cow<'_, str>> {
        let is_base64 = |c: u8| c.is_ascii_alphanumeric() || matches!(c, b'+' | b'/' | b'=');
        match self {
            Text::Written(written) => {
                let mut bytes = written.trim_matches('"').bytes();
                let plain = bytes.all(|c| is_base64(c) || c == b'\\');
                let string = plain.then(|| serde_json::from_str(written).ok())??;
                Some(Cow::Owned(string))
            }
            Text::Made(made) => made.bytes().all(is_base64).then_some(Cow::Borrowed(made)),
        }
    }

    /// The value, if it is JSON that can be parsed from the raw string; reuses the memory of
    /// `spare`.
    fn json(&self, spare: &mut Value) -> Option<Value> {
        match self {
            Text::Written(written) => {
                let inside = written.strip_prefix('"')?.strip_suffix('"')?;
                located::json_in_string(inside, spare.take())
            }
            Text::Made(_) => None,
        }
    }

    fn string(self) -> serde_json::Result<String> {
        match self {
            Text::Written(written) => serde_json::from_str(written),
            Text::Made(made) => Ok(made),
        }
    }
}

impl Content<'_> {
    /// Whether there was a body that is not in the file, according to its size or the headers: a
    /// proxy that streams a large body writes an empty one.
    fn is_omitted(&self, headers: &[Pair]) -> bool {
        let length = || value(headers, "content-length")?.trim().parse::<f64>().ok();
        let has_length = |length: Option<f64>| length.is_some_and(|length| length > 0.0);
        self.text.as_ref().is_none_or(Text::is_empty)
            && (has_length(self.size) || has_length(length()))
    }
}

impl<'a> Entry<'a> {
    /// Parses an entry. The error says why it is none, and quotes no value.
    pub(crate) fn of(json: &'a str) -> Result<Self, String> {
        let mut json = serde_json::Deserializer::from_str(json);
        serde_path_to_error::deserialize(&mut json).map_err(|error| {
            let reason = located::unreadable("", error.inner()).reason;
            match error.path().to_string().as_str() {
                "." => no_entry(&reason),
                path => no_entry(&format!("at `{path}`: {reason}")),
            }
        })
    }

    fn texts(&mut self) -> impl Iterator<Item = &mut Text<'a>> {
        let sent = self.request.post_data.as_mut();
        let sent = sent.and_then(|data| data.text.as_mut());
        let received = self.response.content.as_mut();
        let received = received.and_then(|content| content.text.as_mut());
        sent.into_iter().chain(received)
    }
}

fn no_entry(reason: &str) -> String {
    format!("not an entry of HAR 1.2: {reason}")
}

/// The exchange of an entry, given the positions of its long `text` strings, quotes included. The
/// rest is parsed without them, and they are parsed afterwards. `None` if that fails: parsing the
/// whole entry then says why.
pub(crate) fn by_parts(
    json: &str,
    texts: &[Range<usize>],
    spare: &mut Value,
) -> Option<(Recording, Wire)> {
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
    left.is_empty().then(|| recording(entry, spare).ok())?
}

/// Rejects other versions during parsing, while the line is known.
fn version_1<'de, D: Deserializer<'de>>(deserializer: D) -> Result<(), D::Error> {
    let version = String::deserialize(deserializer)?;
    if is_version_1(&version) {
        return Ok(());
    }
    Err(de::Error::custom("the version is not 1.x"))
}

/// HAR 1.2: "If empty, string "1.1" is assumed by default."
pub(crate) fn is_version_1(version: &str) -> bool {
    version.is_empty() || version == "1" || version.starts_with("1.")
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

/// The exchange of an entry; the body of the response may use the memory of `spare`.
pub(crate) fn recording(entry: Entry<'_>, spare: &mut Value) -> Result<(Recording, Wire), String> {
    let HarRequest {
        method,
        url,
        headers,
        query_string,
        post_data,
        body_size,
    } = entry.request;
    if method.eq_ignore_ascii_case("CONNECT") {
        return Err("a tunnel through a proxy (CONNECT)".to_owned());
    }
    let status = u16::try_from(entry.response.status)
        .ok()
        .filter(|status| (100..600).contains(status));
    let status = status.ok_or_else(|| format!("no response (status {})", entry.response.status))?;
    let written = url;
    let (url, has_userinfo) =
        parsed(&written).map_err(|error| format!("its URL cannot be read: {error}"))?;
    if !matches!(url.scheme(), "http" | "https") {
        return Err(format!("not HTTP but {}", url.scheme()));
    }
    let sent = match post_data {
        Some(data) => request_body(data, &headers, body_size)?,
        None => Body {
            omitted: body_size.is_some_and(|size| size > 0.0),
            ..Body::default()
        },
    };
    let (headers, credentials) = collect_headers(headers);
    let mut wire = Wire {
        url: written,
        has_userinfo,
        sent: credentials,
        received: Map::new(),
        credentials_kept: entry.initiator.is_none(),
    };
    let request = Request {
        method: method.to_ascii_uppercase(),
        path: url.path().to_owned(),
        params: Map::new(),
        query: query(&url, query_string),
        headers: with_media_type(headers, sent.media_type),
        body: sent.json,
        text: sent.text,
        omitted: sent.omitted,
    };
    let HarResponse {
        headers,
        content,
        body_size,
        ..
    } = entry.response;
    let received = match content {
        Some(content) => body("response.content", content, &headers, spare)?,
        // The format requires `content`: without it, the body was not saved.
        None => Body {
            omitted: body_size != Some(0.0),
            ..Body::default()
        },
    };
    let (headers, credentials) = collect_headers(headers);
    wire.received = credentials;
    wire.credentials_kept |= !wire.sent.is_empty() || !wire.received.is_empty();
    let response = Response {
        status,
        headers: with_media_type(headers, received.media_type),
        body: received.json,
        text: received.text,
        // RFC 9110, section 6.4.1.
        omitted: received.omitted
            && request.method != "HEAD"
            && !matches!(status, 100..200 | 204 | 205 | 304),
    };
    let in_body = |side: &str, pointers: Vec<String>| {
        pointers
            .into_iter()
            .map(move |at| format!("/{side}/body{at}"))
            .collect::<Vec<_>>()
    };
    let repeated = [
        in_body("request", sent.repeated),
        in_body("response", received.repeated),
    ]
    .concat();
    let meta = Meta {
        origin: Origin::Captured,
        note: String::new(),
        after: None,
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

#[derive(Default)]
struct Body {
    json: Option<Value>,
    text: Option<String>,
    /// The exchange had a body, but it is not in the file in readable form.
    omitted: bool,
    /// Set if the file has no headers at all, so that it is unknown whether this one was sent.
    media_type: Option<String>,
    /// Pointers of members with a duplicate key.
    repeated: Vec<String>,
}

fn request_body(
    data: PostData<'_>,
    headers: &[Pair],
    body_size: Option<f64>,
) -> Result<Body, String> {
    let PostData {
        mime_type,
        text,
        encoding,
        size,
        params,
    } = data;
    let mut content = Content {
        mime_type,
        text,
        encoding,
        size,
    };
    if content.text.as_ref().is_none_or(Text::is_empty) && !params.is_empty() {
        let media_type = media_type(&content, headers).unwrap_or_default();
        content.text = Some(Text::Made(match boundary(&media_type) {
            Some(boundary) => multipart(&params, boundary),
            None => form_urlencoded::Serializer::new(String::new())
                .extend_pairs(params.iter().map(|param| (&param.name, &param.value)))
                .finish(),
        }));
        content.encoding = None;
    } else if content.encoding.is_none() && is_encoded(&content, body_size) {
        content.encoding = Some("base64".to_owned());
    }
    body("request.postData", content, headers, &mut Value::Null)
}

/// Whether the body of a request is in base64, as some proxies write bytes. The format has no
/// member to say so; the size of the body then matches the decoded string, not the encoded one.
#[expect(
    clippy::cast_precision_loss,
    reason = "a body of 2^53 bytes is in no file"
)]
fn is_encoded(content: &Content<'_>, size: Option<f64>) -> bool {
    let (Some(size), Some(text)) = (size, content.text.as_ref().and_then(Text::base64)) else {
        return false;
    };
    size != text.len() as f64
        && (size / 3.0).ceil() * 4.0 == text.len() as f64
        && STANDARD
            .decode(&*text)
            .is_ok_and(|bytes| size == bytes.len() as f64)
}

/// The boundary of a multipart body, from its media type.
fn boundary(media_type: &str) -> Option<&str> {
    let (essence, parameters) = media_type.split_once(';')?;
    if !essence
        .trim()
        .to_ascii_lowercase()
        .starts_with("multipart/")
    {
        return None;
    }
    let mut parameters = parameters.split(';').filter_map(|it| it.split_once('='));
    let (_, value) = parameters.find(|(name, _)| name.trim().eq_ignore_ascii_case("boundary"))?;
    Some(value.trim().trim_matches('"'))
}

/// A multipart form (RFC 7578).
fn multipart(params: &[Param], boundary: &str) -> String {
    let quoted = |text: &str| {
        let text = text.replace('"', "%22").replace('\r', "%0D");
        format!("\"{}\"", text.replace('\n', "%0A"))
    };
    let parts = params.iter().map(|param| {
        let name = quoted(&param.name);
        let file = param.file_name.as_deref().map(quoted);
        let file = file.map_or_else(String::new, |file| format!("; filename={file}"));
        let kind = param.content_type.as_deref();
        let kind = kind.map_or_else(String::new, |kind| format!("Content-Type: {kind}\r\n"));
        let value = &param.value;
        format!(
            "--{boundary}\r\nContent-Disposition: form-data; name={name}{file}\r\n{kind}\r\n\
             {value}\r\n"
        )
    });
    parts.chain([format!("--{boundary}--\r\n")]).collect()
}

/// The media type from the headers, else from the file.
fn media_type(content: &Content<'_>, headers: &[Pair]) -> Option<String> {
    let header = value(headers, "content-type").map(str::to_owned);
    header.or_else(|| content.mime_type.clone())
}

/// The value of the first header with a name.
fn value<'h>(headers: &'h [Pair], name: &str) -> Option<&'h str> {
    let header = headers
        .iter()
        .find(|pair| pair.name.eq_ignore_ascii_case(name))?;
    Some(&header.value)
}

/// Parses a body. It becomes JSON if its media type is JSON, or if it is an object or an array;
/// otherwise it remains a string. `owner` is its place in the entry; it may reuse the memory of
/// `spare`.
fn body(
    owner: &str,
    content: Content<'_>,
    headers: &[Pair],
    spare: &mut Value,
) -> Result<Body, String> {
    let known = content
        .mime_type
        .as_deref()
        .is_some_and(|it| it.contains('/'));
    let body = Body {
        omitted: content.is_omitted(headers),
        media_type: content
            .mime_type
            .clone()
            .filter(|_| headers.is_empty() && known),
        ..Body::default()
    };
    let media_type = media_type(&content, headers).unwrap_or_default();
    let essence = media_type
        .split(';')
        .next()
        .unwrap_or_default()
        .trim()
        .to_ascii_lowercase();
    let says_json = essence.ends_with("/json") || essence.ends_with("+json");
    let is_nested = |value: &Value| says_json || value.is_object() || value.is_array();
    let text = content.text.unwrap_or(Text::Made(String::new()));
    let encoding = content.encoding.as_deref();
    let is_base64 = encoding.is_some_and(|it| it.eq_ignore_ascii_case("base64"));
    if !is_base64 && let Some(value) = text.json(spare).filter(is_nested) {
        return Ok(Body {
            json: Some(value),
            ..body
        });
    }
    let mut text = text.string().map_err(|error| {
        let reason = located::unreadable("", &error).reason;
        no_entry(&format!("at `{owner}.text`: {reason}"))
    })?;
    if is_base64 {
        text.retain(|c| !c.is_ascii_whitespace());
        let bytes = STANDARD
            .decode(text)
            .map_err(|_| "its body is not the base64 it claims to be")?;
        match decompressed(bytes, headers) {
            Some(bytes) => text = String::from_utf8_lossy(&bytes).into_owned(),
            None => {
                return Ok(Body {
                    omitted: true,
                    ..body
                });
            }
        }
    }
    if text.is_empty() {
        // An empty body has no media type, whatever the file says.
        return Ok(Body {
            media_type: body.media_type.filter(|_| body.omitted),
            ..body
        });
    }
    Ok(match located::json(&text) {
        Ok((value, repeated)) if is_nested(&value) => Body {
            json: Some(value),
            repeated,
            ..body
        },
        _ => Body {
            text: Some(text),
            ..body
        },
    })
}

/// The limit for decompressed bodies, against decompression bombs.
const LARGEST: u64 = 256 << 20;

/// Decompresses a body, because some recorders keep it as it was on the wire. `None` if its
/// compression is not supported, or it is broken or too large. A body that was already decompressed
/// is returned as it is, whatever its headers say.
fn decompressed(bytes: Vec<u8>, headers: &[Pair]) -> Option<Vec<u8>> {
    let read = |reader: &mut dyn Read| {
        let mut out = Vec::new();
        let read = reader.take(LARGEST + 1).read_to_end(&mut out).ok()?;
        (read as u64 <= LARGEST).then_some(out)
    };
    let encoding =
        value(headers, "content-encoding").map(|value| value.trim().to_ascii_lowercase());
    match (encoding.as_deref(), &bytes[..]) {
        (None | Some("" | "identity"), _) => Some(bytes),
        (Some("gzip" | "x-gzip"), [0x1f, 0x8b, ..]) => read(&mut MultiGzDecoder::new(&bytes[..])),
        // A zlib header: the method in the first byte, a checksum over both.
        (Some("deflate"), [first, second, ..])
            if first & 0xf == 8 && (u16::from(*first) << 8 | u16::from(*second)) % 31 == 0 =>
        {
            read(&mut ZlibDecoder::new(&bytes[..]))
        }
        _ => std::str::from_utf8(&bytes).is_ok().then_some(bytes),
    }
}
