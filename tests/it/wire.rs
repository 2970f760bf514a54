//! A raw TCP server: records what it receives and sends the bytes that a test gives it.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use netsapiens_connections::{Client, ClientBuilder, RetryPolicy};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

/// A TCP server that shares no code with the client and the fake server.
pub(crate) struct Wire {
    url: String,
    requests: Arc<Mutex<Vec<String>>>,
}

impl Wire {
    /// Responds to every request with a status, a content type and a body.
    pub(crate) async fn responding(
        status: u16,
        content_type: &str,
        body: impl AsRef<[u8]>,
    ) -> Wire {
        let body = body.as_ref();
        let headers = format!("content-type: {content_type}\r\n");
        let head = head(status, &headers, body.len());
        Self::sending([head.as_bytes(), body].concat()).await
    }

    /// Sends the same bytes, HTTP or not, after every request.
    pub(crate) async fn sending(response: impl Into<Vec<u8>>) -> Wire {
        let response = response.into();
        Self::start(move |_, _| response.clone()).await
    }

    /// Listens on the loopback. `respond` gets the number of a request, from 0, with its method and
    /// path, and returns the bytes to send. The connection is then closed; without bytes it breaks.
    pub(crate) async fn start<B: Into<Vec<u8>>>(
        respond: impl Fn(usize, &str) -> B + Send + 'static,
    ) -> Wire {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let requests = Arc::new(Mutex::new(Vec::new()));
        let kept = Arc::clone(&requests);
        tokio::spawn(async move {
            for number in 0.. {
                let (mut socket, _) = listener.accept().await.unwrap();
                let mut request = Vec::new();
                while !whole(&request) {
                    let mut piece = [0; 4096];
                    match socket.read(&mut piece).await {
                        Ok(0) | Err(_) => break,
                        Ok(length) => request.extend_from_slice(&piece[..length]),
                    }
                }
                let request = String::from_utf8_lossy(&request).into_owned();
                let response = respond(number, line(&request)).into();
                kept.lock().unwrap().push(request);
                drop(socket.write_all(&response).await);
            }
        });
        Wire { url, requests }
    }

    /// `http://127.0.0.1:port`.
    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    /// A builder of a client of this server that does not retry.
    pub(crate) fn builder(&self) -> ClientBuilder {
        Client::builder()
            .server(&self.url)
            .api_key("nss_EXAMPLE")
            .retry(RetryPolicy::never())
    }

    /// A client of this server that does not retry.
    pub(crate) fn client(&self) -> Client {
        self.builder().build().unwrap()
    }

    /// A client of this server with the default number of attempts and short waits.
    pub(crate) fn retrying(&self) -> Client {
        let retry = RetryPolicy::new().initial_backoff(Duration::from_millis(1));
        self.builder().retry(retry).build().unwrap()
    }

    /// The received requests, a string each.
    pub(crate) fn requests(&self) -> Vec<String> {
        self.requests.lock().unwrap().clone()
    }

    /// Method and path of every request.
    pub(crate) fn request_lines(&self) -> Vec<String> {
        let requests = self.requests.lock().unwrap();
        requests.iter().map(|text| line(text).to_owned()).collect()
    }
}

fn line(request: &str) -> &str {
    let line = request.lines().next().unwrap_or_default();
    line.trim_end_matches(" HTTP/1.1")
}

fn whole(request: &[u8]) -> bool {
    let text = String::from_utf8_lossy(request);
    let Some((head, body)) = text.split_once("\r\n\r\n") else {
        return false;
    };
    let length = head.lines().find_map(|line| {
        line.to_ascii_lowercase()
            .strip_prefix("content-length: ")
            .map(str::to_owned)
    });
    body.len() >= length.and_then(|length| length.parse().ok()).unwrap_or(0)
}

/// A response with a JSON body.
pub(crate) fn json(status: u16, body: &str) -> String {
    respond(status, "content-type: application/json\r\n", body)
}

/// A response with these headers.
pub(crate) fn respond(status: u16, headers: &str, body: &str) -> String {
    head(status, headers, body.len()) + body
}

fn head(status: u16, headers: &str, length: usize) -> String {
    format!(
        "HTTP/1.1 {status} Some Reason\r\n{headers}content-length: {length}\r\n\
         connection: close\r\n\r\n"
    )
}

/// The service's own 404.
pub(crate) fn not_found() -> String {
    json(404, r#"{"code":404,"message":"Resource not found."}"#)
}

/// An array of trunks, each with a domain and a pattern.
pub(crate) fn trunks(keys: &[(&str, &str)]) -> String {
    let trunk = |(domain, pattern): &(&str, &str)| {
        serde_json::json!({
            "domain": domain,
            "connection-orig-match-pattern": pattern,
            "connection-sip-registration-password": "sentinel-password",
            "active-calls-orig-current": 0,
            "active-calls-term-current": 0,
        })
    };
    json(
        200,
        &serde_json::Value::from_iter(keys.iter().map(trunk)).to_string(),
    )
}
