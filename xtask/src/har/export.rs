//! `cargo xtask export-har`: recordings become a HAR file, so that other tools can be run on our
//! traffic.

use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use http::StatusCode;
use percent_encoding::utf8_percent_encode;
use serde_json::{Map, Value, json};

use crate::recording::Recording;
use crate::redact::URL_PART;
use crate::workspace::{self, RECORDINGS};
use located::Source;

/// Writes recordings as one HAR 1.2 file.
#[derive(Debug, Clone, clap::Args)]
pub struct Args {
    /// Recordings, or folders of them [default: tests/recordings]
    #[arg(value_name = "PATH")]
    pub paths: Vec<PathBuf>,
    /// File to write; standard output without it.
    #[arg(long)]
    pub output: Option<PathBuf>,
}

/// Where the recordings are said to come from.
const BASE: &str = "https://pbx.acme.example/ns-api/v2";

/// Recordings do not say when they were made, and the output has to be the same each time.
const STARTED: &str = "2000-01-01T00:00:00.000Z";

/// Exports to the file that was asked for or to `out`; what was done is told on `log`.
///
/// # Errors
/// When a path cannot be read or written, or is no recording, or there is none.
pub fn run(args: &Args, out: &mut impl Write, log: &mut impl Write) -> Result<()> {
    let paths = match &args.paths[..] {
        [] => vec![workspace::from_here(RECORDINGS)?],
        paths => paths.to_vec(),
    };
    let mut files = Vec::new();
    for path in &paths {
        collect(path, &mut files)?;
    }
    if files.is_empty() {
        let paths: Vec<_> = paths
            .iter()
            .map(|path| path.display().to_string())
            .collect();
        bail!("no recording (*.json) in {}", paths.join(", "));
    }
    let recordings = files
        .iter()
        .map(|file| read(file))
        .collect::<Result<Vec<_>>>()?;
    let text = serde_json::to_string_pretty(&har(&recordings)?)? + "\n";
    match &args.output {
        Some(path) => std::fs::write(path, text).with_context(|| path.display().to_string())?,
        None => out.write_all(text.as_bytes())?,
    }
    let target = args.output.as_ref().map_or_else(
        || "standard output".into(),
        |path| path.display().to_string(),
    );
    writeln!(log, "{} exchanges written to {target}", recordings.len())?;
    Ok(())
}

/// Files in the order of their names, so that the output does not depend on the file system.
fn collect(path: &Path, files: &mut Vec<PathBuf>) -> Result<()> {
    let context = || path.display().to_string();
    if !path.is_dir() {
        files.push(path.to_owned());
        return Ok(());
    }
    let entries = std::fs::read_dir(path).with_context(context)?;
    let mut entries = entries
        .map(|entry| Ok(entry?.path()))
        .collect::<std::io::Result<Vec<_>>>()
        .with_context(context)?;
    entries.sort();
    for entry in entries {
        if entry.is_dir()
            || entry
                .extension()
                .is_some_and(|extension| extension == "json")
        {
            collect(&entry, files)?;
        }
    }
    Ok(())
}

fn read(file: &Path) -> Result<Recording> {
    let source = Source::read(file)?;
    let (json, repeated) = source.json()?;
    Recording::of(&source, json, repeated)
}

/// A HAR 1.2 document of these exchanges.
///
/// # Errors
/// When a body cannot be written as JSON, or a template lacks a parameter.
pub fn har(recordings: &[Recording]) -> Result<Value> {
    let entries = recordings.iter().map(entry).collect::<Result<Vec<_>>>()?;
    Ok(json!({
        "log": {
            "version": "1.2",
            "creator": { "name": "netsapiens-connections xtask", "version": env!("CARGO_PKG_VERSION") },
            "entries": entries,
        }
    }))
}

fn entry(recording: &Recording) -> Result<Value> {
    let Recording {
        request, response, ..
    } = recording;
    let query = pairs(&request.query);
    let mut sent = json!({
        "method": request.method,
        "url": url(recording, &query)?,
        "httpVersion": "HTTP/1.1",
        "cookies": [],
        "headers": listed(&pairs(&request.headers)),
        "queryString": listed(&query),
        "headersSize": -1,
        "bodySize": -1,
    });
    if let Some(text) = body(request.body.as_ref(), request.text.as_ref())? {
        let media_type = media_type(&request.headers, request.body.is_some());
        // Not with `params`: the two exclude each other.
        sent["postData"] = json!({ "mimeType": media_type, "text": text });
    }
    let text = body(response.body.as_ref(), response.text.as_ref())?.unwrap_or_default();
    let reason = StatusCode::from_u16(response.status)
        .ok()
        .and_then(|status| status.canonical_reason());
    Ok(json!({
        "startedDateTime": STARTED,
        "time": 0,
        "request": sent,
        "response": {
            "status": response.status,
            "statusText": reason.unwrap_or_default(),
            "httpVersion": "HTTP/1.1",
            "cookies": [],
            "headers": listed(&pairs(&response.headers)),
            "content": {
                "size": text.len(),
                "mimeType": media_type(&response.headers, response.body.is_some()),
                "text": text,
            },
            "redirectURL": "",
            "headersSize": -1,
            "bodySize": -1,
        },
        "cache": {},
        "timings": { "send": 0, "wait": 0, "receive": 0 },
    }))
}

fn url(recording: &Recording, query: &[(String, String)]) -> Result<String> {
    let request = &recording.request;
    let mut url = BASE.to_owned();
    for segment in request.path.split('/').skip(1) {
        url.push('/');
        match segment
            .strip_prefix('{')
            .and_then(|name| name.strip_suffix('}'))
        {
            Some(name) => {
                let value = request
                    .params
                    .get(name)
                    .with_context(|| format!("{}: no parameter {name:?}", request.path))?;
                url.extend(utf8_percent_encode(&scalar(value), URL_PART));
            }
            None => url += segment,
        }
    }
    if !query.is_empty() {
        url.push('?');
        url += &form_urlencoded::Serializer::new(String::new())
            .extend_pairs(query)
            .finish();
    }
    Ok(url)
}

/// Names and values; an array is a name that comes again.
fn pairs(map: &Map<String, Value>) -> Vec<(String, String)> {
    map.iter()
        .flat_map(|(name, value)| {
            let values = value
                .as_array()
                .map_or(std::slice::from_ref(value), Vec::as_slice);
            values
                .iter()
                .map(move |value| (name.clone(), scalar(value)))
        })
        .collect()
}

fn listed(pairs: &[(String, String)]) -> Vec<Value> {
    pairs
        .iter()
        .map(|(name, value)| json!({ "name": name, "value": value }))
        .collect()
}

fn scalar(value: &Value) -> String {
    value
        .as_str()
        .map_or_else(|| value.to_string(), str::to_owned)
}

fn body(json: Option<&Value>, text: Option<&String>) -> Result<Option<String>> {
    Ok(match json {
        Some(json) => Some(serde_json::to_string(json)?),
        None => text.cloned(),
    })
}

fn media_type(headers: &Map<String, Value>, is_json: bool) -> String {
    let guess = if is_json {
        "application/json"
    } else {
        "text/plain"
    };
    headers
        .get("content-type")
        .map_or_else(|| guess.into(), scalar)
}
