//! The raw query, cookies and headers of an exchange, still percent-encoded.

use har_recording::is_credential;
use http_recording::text;
use located::pointer;
use serde_json::{Map, Value};

use super::exchange::Exchange;
use crate::percent::{decode, decode_form};

/// A name with its value.
#[derive(Debug)]
pub(super) struct Pair {
    /// Decoded.
    pub(super) name: String,
    /// Still percent-encoded.
    pub(super) value: String,
}

/// The values of a header.
pub(super) enum Values {
    /// A value for each occurrence, with the place of the header.
    There(Vec<String>, String),
    Absent,
    /// It carries credentials, and recordings do not keep it.
    NotKept,
}

/// The query of an exchange, pair by pair.
pub(super) fn query(exchange: &Exchange) -> Vec<Pair> {
    let request = &exchange.recording.request;
    let url = exchange.url();
    let url = url.split('#').next().unwrap_or_default();
    if let Some((_, query)) = url.split_once('?')
        && (exchange.wire().is_some() || request.query.is_empty())
    {
        return query
            .split('&')
            .filter(|pair| !pair.is_empty())
            .map(|pair| pair.split_once('=').unwrap_or((pair, "")))
            .map(|(name, value)| Pair {
                name: decode_form(name),
                value: value.to_owned(),
            })
            .collect();
    }
    // The values of a recording are decoded: every separator counts as one.
    let pairs = request.query.iter().flat_map(|(name, value)| {
        texts(value).into_iter().map(|value| Pair {
            name: name.clone(),
            value: encoded(&value),
        })
    });
    pairs.collect()
}

/// Encodes a string so that decoding restores it.
fn encoded(text: &str) -> String {
    text.replace('%', "%25").replace('+', "%2B")
}

/// The cookies that were sent; `None` if recordings do not keep the header.
pub(super) fn cookies(exchange: &Exchange) -> Option<Vec<Pair>> {
    let values = match request_header(exchange, "cookie") {
        Values::NotKept => return None,
        Values::Absent => Vec::new(),
        Values::There(values, _) => values,
    };
    let pairs = values.iter().flat_map(|value| value.split(';'));
    // A header that was redacted as a whole has no pairs.
    let pairs = pairs
        .map(|pair| pair.trim())
        .filter(|pair| !pair.is_empty());
    let pairs: Option<Vec<_>> = pairs.map(|pair| pair.split_once('=')).collect();
    let pairs = pairs?.into_iter().map(|(name, value)| Pair {
        name: name.trim().to_owned(),
        value: value.trim().to_owned(),
    });
    Some(pairs.collect())
}

/// The values of a request header; the case of `name` does not matter.
pub(super) fn request_header(exchange: &Exchange, name: &str) -> Values {
    let headers = &exchange.recording.request.headers;
    let wire = exchange.wire().filter(|wire| wire.credentials_kept);
    let wire = wire.map(|wire| &wire.sent);
    header("/request/headers", headers, wire, name)
}

/// The values of a response header; the case of `name` does not matter.
pub(super) fn response_header(exchange: &Exchange, name: &str) -> Values {
    let headers = &exchange.recording.response.headers;
    let wire = exchange.wire().filter(|wire| wire.credentials_kept);
    let wire = wire.map(|wire| &wire.received);
    header("/response/headers", headers, wire, name)
}

fn header(
    owner: &str,
    headers: &Map<String, Value>,
    credentials: Option<&Map<String, Value>>,
    name: &str,
) -> Values {
    let all = headers.iter().chain(credentials.into_iter().flatten());
    let mut found = all.filter(|(known, _)| known.eq_ignore_ascii_case(name));
    match found.next() {
        Some((known, value)) => Values::There(texts(value), pointer::join(owner, known)),
        None if is_credential(name) && credentials.is_none() => Values::NotKept,
        None => Values::Absent,
    }
}

fn texts(value: &Value) -> Vec<String> {
    match value {
        Value::Array(values) => values.iter().map(text).collect(),
        value => vec![text(value)],
    }
}

/// Decodes a value in a query.
pub(super) fn in_query(text: &str, allow_reserved: bool) -> String {
    match allow_reserved {
        // A reserved character, such as `+`, is literal.
        true => decode(text),
        false => decode_form(text),
    }
}
