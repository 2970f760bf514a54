//! Writes recorded exchanges as HAR 1.2, in memory.

use std::fmt;

use http::StatusCode;
use http_recording::{Recording, encode, text};
use serde::Serialize;
use serde_json::{Map, Value};

/// Recordings have no timestamp, and the output must be reproducible.
const STARTED: &str = "2000-01-01T00:00:00.000Z";
const HTTP: &str = "HTTP/1.1";
/// The value for "not known" in HAR.
const UNKNOWN: i64 = -1;

/// Why recordings cannot be written as a HAR.
#[derive(Debug)]
pub struct Unwritable(String);

impl fmt::Display for Unwritable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Unwritable {}

/// Serializes exchanges as a HAR 1.2 document. Their paths are relative to the URL `base`;
/// `creator` and `version` name the program. The output is reproducible.
///
/// # Errors
/// The path of a recording is a template without a value for one of its names.
pub fn write(
    recordings: &[Recording],
    base: &str,
    creator: &str,
    version: &str,
) -> Result<String, Unwritable> {
    let entries = recordings.iter().map(|recording| entry(recording, base));
    let document = Document {
        log: Log {
            version: "1.2",
            creator: Creator {
                name: creator,
                version,
            },
            entries: entries.collect::<Result<_, _>>()?,
        },
    };
    let text = serde_json::to_string_pretty(&document);
    Ok(text.map_err(|error| Unwritable(error.to_string()))? + "\n")
}

#[derive(Serialize)]
struct Document<'w> {
    log: Log<'w>,
}

#[derive(Serialize)]
struct Log<'w> {
    version: &'static str,
    creator: Creator<'w>,
    entries: Vec<Entry<'w>>,
}

#[derive(Serialize)]
struct Creator<'w> {
    name: &'w str,
    version: &'w str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Entry<'w> {
    started_date_time: &'static str,
    time: i64,
    request: Request<'w>,
    response: Response,
    cache: Nothing,
    timings: Timings,
}

#[derive(Serialize)]
struct Nothing {}

#[derive(Serialize)]
struct Timings {
    send: i64,
    wait: i64,
    receive: i64,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Request<'w> {
    method: &'w str,
    url: String,
    http_version: &'static str,
    cookies: [Pair; 0],
    headers: Vec<Pair>,
    query_string: Vec<Pair>,
    headers_size: i64,
    body_size: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    post_data: Option<PostData>,
}

/// Without `params`, which excludes `text`.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct PostData {
    mime_type: String,
    text: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Response {
    status: u16,
    status_text: &'static str,
    http_version: &'static str,
    cookies: [Pair; 0],
    headers: Vec<Pair>,
    content: Content,
    #[serde(rename = "redirectURL")]
    redirect_url: &'static str,
    headers_size: i64,
    body_size: i64,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Content {
    size: usize,
    mime_type: String,
    text: String,
}

#[derive(Serialize)]
struct Pair {
    name: String,
    value: String,
}

fn entry<'w>(recording: &'w Recording, base: &str) -> Result<Entry<'w>, Unwritable> {
    let Recording {
        request, response, ..
    } = recording;
    let sent = body(request.body.as_ref(), request.text.as_ref());
    let received = body(response.body.as_ref(), response.text.as_ref()).unwrap_or_default();
    let reason = StatusCode::from_u16(response.status)
        .ok()
        .and_then(|status| status.canonical_reason());
    Ok(Entry {
        started_date_time: STARTED,
        time: 0,
        request: Request {
            method: &request.method,
            url: url(&request.path, &request.params, &request.query, base)?,
            http_version: HTTP,
            cookies: [],
            headers: pairs(&request.headers).collect(),
            query_string: pairs(&request.query).collect(),
            headers_size: UNKNOWN,
            body_size: UNKNOWN,
            post_data: sent.map(|text| PostData {
                mime_type: media_type(&request.headers, request.body.is_some()),
                text,
            }),
        },
        response: Response {
            status: response.status,
            status_text: reason.unwrap_or_default(),
            http_version: HTTP,
            cookies: [],
            headers: pairs(&response.headers).collect(),
            content: Content {
                size: received.len(),
                mime_type: media_type(&response.headers, response.body.is_some()),
                text: received,
            },
            redirect_url: "",
            headers_size: UNKNOWN,
            body_size: UNKNOWN,
        },
        cache: Nothing {},
        timings: Timings {
            send: 0,
            wait: 0,
            receive: 0,
        },
    })
}

fn url(
    path: &str,
    params: &Map<String, Value>,
    query: &Map<String, Value>,
    base: &str,
) -> Result<String, Unwritable> {
    let mut url = base.to_owned();
    for segment in path.split('/').skip(1) {
        url.push('/');
        let name = segment
            .strip_prefix('{')
            .and_then(|name| name.strip_suffix('}'));
        url += &match name {
            None => segment.to_owned(),
            Some(name) => match params.get(name) {
                Some(value) => encode(&text(value)),
                None => {
                    return Err(Unwritable(format!(
                        "{path}: `params` has no value for {name:?}"
                    )));
                }
            },
        };
    }
    if !query.is_empty() {
        let pairs = pairs(query).map(|pair| (pair.name, pair.value));
        url.push('?');
        url += &form_urlencoded::Serializer::new(String::new())
            .extend_pairs(pairs)
            .finish();
    }
    Ok(url)
}

/// Names and values; an array is a repeated name.
fn pairs(map: &Map<String, Value>) -> impl Iterator<Item = Pair> {
    map.iter().flat_map(|(name, value)| {
        let values = value.as_array().map(Vec::as_slice);
        let values = values.unwrap_or(std::slice::from_ref(value)).iter();
        values.map(move |value| Pair {
            name: name.clone(),
            value: text(value),
        })
    })
}

fn body(json: Option<&Value>, text: Option<&String>) -> Option<String> {
    match json {
        Some(json) => Some(json.to_string()),
        None => text.cloned(),
    }
}

fn media_type(headers: &Map<String, Value>, is_json: bool) -> String {
    let guess = if is_json {
        "application/json"
    } else {
        "text/plain"
    };
    headers
        .get("content-type")
        .map_or_else(|| guess.to_owned(), text)
}
