//! Reads the bodies of an entry: decoded, decompressed, and as JSON where they are JSON.

use std::io::Read;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use flate2::read::{MultiGzDecoder, ZlibDecoder};
use http_recording::media_type::{essence, is_json};
use located::PositionsInString;
use serde_json::Value;

use crate::entry::{Content, Pair, Param, PostData, Text, header, no_entry};

#[derive(Default)]
pub(crate) struct Body {
    pub(crate) json: Option<Value>,
    /// The positions in it.
    pub(crate) positions: Option<PositionsInString>,
    pub(crate) text: Option<String>,
    /// The exchange had a body, but it is not in the file in readable form.
    pub(crate) omitted: bool,
    /// Set if the file has no headers at all, so that it is unknown whether this one was sent.
    pub(crate) media_type: Option<String>,
    /// Pointers of members with a duplicate key.
    pub(crate) repeated: Vec<String>,
}

/// The body of a request.
pub(crate) fn request_body(
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
    let sent = header(headers, "content-type").map(str::to_owned);
    sent.or_else(|| content.mime_type.clone())
}

/// Parses a body. It becomes JSON if its media type is JSON, or if it is an object or an array;
/// otherwise it remains a string. `owner` is its place in the entry; it may reuse the memory of
/// `spare`.
pub(crate) fn body(
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
    let says_json = is_json(&essence(&media_type));
    let is_nested = |value: &Value| says_json || value.is_object() || value.is_array();
    let text = content.text.unwrap_or(Text::Made(String::new()));
    let encoding = content.encoding.as_deref();
    let is_base64 = encoding.is_some_and(|it| it.eq_ignore_ascii_case("base64"));
    let parsed = if is_base64 { None } else { text.json(spare) };
    if let Some((value, positions)) = parsed.filter(|(value, _)| is_nested(value)) {
        return Ok(Body {
            json: Some(value),
            positions: Some(positions),
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
        header(headers, "content-encoding").map(|value| value.trim().to_ascii_lowercase());
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
