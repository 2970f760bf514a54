//! Puts one generated client through what servers of the service do, and prints a row per line.
//!
//! `compare.py` builds it once for each client, whose module `client` has the type of a trunk and
//! three operations.

mod client;

use std::collections::BTreeMap;
use std::error::Error;
use std::path::Path;
use std::sync::{Arc, Mutex};

use serde_json::Value;
use serde_json::value::RawValue;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use client::Trunk;

type Result<T> = std::result::Result<T, Box<dyn Error>>;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<()> {
    let recordings = std::env::args().nth(1).ok_or("usage: driver RECORDINGS")?;
    let recordings = Path::new(&recordings);
    read_recordings(recordings)?;
    let captured = body(&recordings.join("get_connection/200-registered-pri.json"))?;
    read_odd_values(&captured[0])?;
    debug();
    delete_a_trunk_of_dots().await?;
    html_502().await?;
    empty_202().await?;
    lost_create().await?;
    busy_read().await
}

fn row(name: &str, value: impl std::fmt::Display) {
    println!("{name}\t{value}");
}

fn body(recording: &Path) -> Result<Value> {
    let recording: Value = serde_json::from_slice(&std::fs::read(recording)?)?;
    Ok(recording["response"]["body"].clone())
}

/// Lists and single trunks: how many are decoded, and of how many each property is written again.
fn read_recordings(folder: &Path) -> Result<()> {
    let (mut all, mut decoded, mut kept) = (0, 0, 0);
    for operation in [
        "list_connections",
        "list_domain_connections",
        "get_connection",
    ] {
        for file in std::fs::read_dir(folder.join(operation))? {
            let file = file?;
            if !file.file_name().to_string_lossy().starts_with("200") {
                continue;
            }
            all += 1;
            let body = body(&file.path())?;
            let Ok(trunks) = serde_json::from_value::<Vec<Trunk>>(body.clone()) else {
                continue;
            };
            decoded += 1;
            let again = serde_json::to_string(&trunks)?;
            let again: Vec<Box<RawValue>> = serde_json::from_str(&again)?;
            let trunks = body.as_array().into_iter().flatten();
            let whole = |(sent, again): (&Value, &Box<RawValue>)| {
                missing(&sent.to_string(), again.get()).is_empty()
            };
            kept += usize::from(trunks.zip(&again).all(whole));
        }
    }
    row("recordings decoded", format!("{decoded} of {all}"));
    row("recordings kept", format!("{kept} of {all}"));
    Ok(())
}

/// Trunks of a key and one property of the captured trunk, with every shape of JSON in its place.
fn read_odd_values(trunk: &Value) -> Result<()> {
    let (mut all, mut decoded, mut kept) = (0, 0, 0);
    let members = |value: &Value| -> Vec<String> {
        value
            .as_object()
            .into_iter()
            .flatten()
            .map(|(name, _)| name.clone())
            .collect()
    };
    let mut places: Vec<Vec<String>> = members(trunk).into_iter().map(|name| vec![name]).collect();
    places.retain(|place| place[0] != "domain" && place[0] != "connection-orig-match-pattern");
    places.extend(
        members(&trunk["registration"])
            .into_iter()
            .map(|name| vec!["registration".into(), name]),
    );
    for place in places {
        for shape in SHAPES {
            all += 1;
            let sent = place.iter().rev().fold(shape.to_owned(), |value, name| {
                format!("{{{}:{value}}}", Value::from(name.as_str()))
            });
            let sent = sent.replacen('{', &format!("{{{KEY},"), 1);
            let Ok(read) = serde_json::from_str::<Trunk>(&sent) else {
                continue;
            };
            decoded += 1;
            // What it cannot write again is lost.
            let again = serde_json::to_string(&read).unwrap_or_else(|_| "{}".into());
            let lost = match place.as_slice() {
                [name] => missing(&sent, &again).contains(name),
                [_, name] => match (member(&sent, &place[0]), member(&again, &place[0])) {
                    (Some(sent), Some(again)) => missing(&sent, &again).contains(name),
                    _ => true,
                },
                _ => true,
            };
            kept += usize::from(!lost);
        }
    }
    row("odd values decoded", format!("{decoded} of {all}"));
    row("odd values kept", format!("{kept} of {all}"));
    Ok(())
}

/// What every trunk has.
const KEY: &str = r#""domain":"acme.example","connection-orig-match-pattern":"sip*@a""#;

/// As tests/it/lenient.rs has them.
const SHAPES: [&str; 26] = [
    r#""x""#,
    "true",
    "false",
    "null",
    r#""""#,
    r#"" ""#,
    "0",
    "-0",
    "1.5",
    "18446744073709551615",
    "18446744073709551616",
    "123456789012345678901234567890",
    "1e400",
    r#""1e400""#,
    r#""\ud800""#,
    r#""\u0000""#,
    "[]",
    "[1]",
    "[[[[[]]]]]",
    "{}",
    r#"{"a":{"b":[null,1e400,"\udfff"]}}"#,
    r#""unlimited""#,
    r#""n/a""#,
    r#""1,000""#,
    r#""12""#,
    r#""0000-00-00""#,
];

fn members(json: &str) -> BTreeMap<String, Box<RawValue>> {
    serde_json::from_str(json).unwrap_or_default()
}

fn member(json: &str, name: &str) -> Option<String> {
    members(json)
        .remove(name)
        .map(|value| value.get().to_owned())
}

/// The members of an object that are not in what was written again. A value is there if it is the
/// same JSON, or the same number or text in the other of the two types; or if it meant "unset" and
/// is absent or still unset.
fn missing(sent: &str, again: &str) -> Vec<String> {
    let again = members(again);
    let mut missing = Vec::new();
    for (name, sent) in members(sent) {
        let again = again.get(&name).map(|again| again.get());
        if !same(sent.get(), again.unwrap_or("null")) {
            missing.push(name);
        }
    }
    missing
}

fn same(sent: &str, again: &str) -> bool {
    let unset = |json: &str| matches!(json, "null" | r#""""# | r#"" ""# | "[]" | "{}");
    if sent == again || (unset(sent) && unset(again)) {
        return true;
    }
    if sent.starts_with('{') && again.starts_with('{') {
        return missing(sent, again).is_empty();
    }
    let text = |json: &str| json.trim_matches('"').to_owned();
    let number = |json: &str| {
        text(json)
            .parse::<f64>()
            .ok()
            .filter(|number| number.is_finite())
    };
    let digits = |json: &str| text(json).bytes().filter(u8::is_ascii_digit).count() < 16;
    text(sent) == text(again)
        || (digits(sent) && number(sent).is_some() && number(sent) == number(again))
        || serde_json::from_str::<Value>(sent)
            .is_ok_and(|sent| serde_json::from_str::<Value>(again).is_ok_and(|it| it == sent))
}

fn debug() {
    let trunk = format!(r#"{{{KEY},"connection-sip-registration-password":"secret-1"}}"#);
    match serde_json::from_str::<Trunk>(&trunk) {
        Ok(trunk) if format!("{trunk:?}").contains("secret-1") => row("debug", "shown"),
        Ok(_) => row("debug", "masked"),
        Err(error) => row("debug", format!("not decoded: {error}")),
    }
}

async fn delete_a_trunk_of_dots() -> Result<()> {
    let server = Server::start(|_| response("202 Accepted", "application/json", ACCEPTED)).await?;
    let result = client::delete(&server.url, "acme.example", "..").await;
    let requests = server.requests();
    row(
        "path",
        match (requests.first(), result) {
            (Some(line), _) => line.replace(" HTTP/1.1", ""),
            (None, Err(error)) => format!("refused: {error}"),
            (None, Ok(())) => "nothing was sent".into(),
        },
    );
    Ok(())
}

async fn html_502() -> Result<()> {
    let page = "<html><head><title>502 Bad Gateway</title></head></html>";
    let server = Server::start(|_| response("502 Bad Gateway", "text/html", page)).await?;
    let error = client::list(&server.url)
        .await
        .err()
        .unwrap_or_else(|| "success".into());
    row("502", error.replace(&server.url, "http://server"));
    Ok(())
}

async fn empty_202() -> Result<()> {
    let empty = "HTTP/1.1 202 Accepted\r\ncontent-length: 0\r\nconnection: close\r\n\r\n";
    let server = Server::start(|_| empty.into()).await?;
    for (name, result) in [
        (
            "empty 202 to a create",
            client::create(&server.url, "acme.example", "sip*@a").await,
        ),
        (
            "empty 202 to a delete",
            client::delete(&server.url, "acme.example", "sip*@a").await,
        ),
    ] {
        row(
            name,
            match result {
                Ok(()) => "success".to_owned(),
                Err(error) => format!("error: {error}"),
            },
        );
    }
    Ok(())
}

/// The connection breaks when the whole request was read.
async fn lost_create() -> Result<()> {
    let server = Server::start(|_| String::new()).await?;
    let result = client::create(&server.url, "acme.example", "sip*@a").await;
    let error = result.err().unwrap_or_else(|| "success".into());
    row("lost create", sent(&server));
    row(
        "lost create said",
        error.replace(&server.url, "http://server"),
    );
    Ok(())
}

/// Busy for two requests.
async fn busy_read() -> Result<()> {
    let busy =
        "HTTP/1.1 503 Busy\r\nretry-after: 0\r\ncontent-length: 0\r\nconnection: close\r\n\r\n";
    let server = Server::start(|number| match number {
        0 | 1 => busy.into(),
        _ => response("200 OK", "application/json", "[]"),
    })
    .await?;
    let result = client::list(&server.url).await;
    let result = result.map_or("error", |_| "success");
    row("busy read", format!("{result}, {}", sent(&server)));
    Ok(())
}

fn sent(server: &Server) -> String {
    match server.requests().len() {
        1 => "sent once".into(),
        2 => "sent twice".into(),
        number => format!("sent {number} times"),
    }
}

const ACCEPTED: &str = r#"{"code":202,"message":"Accepted"}"#;

fn response(status: &str, content_type: &str, body: &str) -> String {
    format!(
        "HTTP/1.1 {status}\r\ncontent-type: {content_type}\r\ncontent-length: {}\r\n\
         connection: close\r\n\r\n{body}",
        body.len()
    )
}

/// A socket that responds to each request with the given bytes; without bytes the connection
/// breaks.
struct Server {
    url: String,
    requests: Arc<Mutex<Vec<String>>>,
}

impl Server {
    async fn start(respond: impl Fn(usize) -> String + Send + 'static) -> Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let url = format!("http://{}", listener.local_addr()?);
        let requests = Arc::new(Mutex::new(Vec::<String>::new()));
        let kept = Arc::clone(&requests);
        tokio::spawn(async move {
            for number in 0.. {
                let Ok((mut socket, _)) = listener.accept().await else {
                    return;
                };
                let mut request = Vec::new();
                while !whole(&request) {
                    let mut piece = [0; 4096];
                    match socket.read(&mut piece).await {
                        Ok(0) | Err(_) => break,
                        Ok(length) => request.extend_from_slice(&piece[..length]),
                    }
                }
                let line = String::from_utf8_lossy(&request)
                    .lines()
                    .next()
                    .map(str::to_owned);
                if let (Some(line), Ok(mut kept)) = (line, kept.lock()) {
                    kept.push(line);
                }
                drop(socket.write_all(respond(number).as_bytes()).await);
            }
        });
        Ok(Self { url, requests })
    }

    fn requests(&self) -> Vec<String> {
        self.requests
            .lock()
            .map(|requests| requests.clone())
            .unwrap_or_default()
    }
}

fn whole(request: &[u8]) -> bool {
    let text = String::from_utf8_lossy(request).to_ascii_lowercase();
    let Some((head, body)) = text.split_once("\r\n\r\n") else {
        return false;
    };
    let length = head
        .lines()
        .find_map(|line| line.strip_prefix("content-length: "));
    body.len() >= length.and_then(|length| length.parse().ok()).unwrap_or(0)
}
