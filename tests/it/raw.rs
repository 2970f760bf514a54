//! A server of bytes: what a closure writes for each request, on a socket per request.

use std::sync::{Arc, Mutex};

use netsapiens_connections::{Client, ClientBuilder, RetryPolicy};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

/// A server that nothing of the project answers for.
pub struct Raw {
    url: String,
    requests: Arc<Mutex<Vec<String>>>,
}

impl Raw {
    /// Answers the request with this number, from 0, and this request line with these bytes, and
    /// closes the connection. No bytes are a connection that breaks.
    pub async fn start(respond: impl Fn(usize, &str) -> String + Send + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let requests = Arc::new(Mutex::new(Vec::new()));
        let kept = Arc::clone(&requests);
        tokio::spawn(async move {
            for number in 0.. {
                let (mut socket, _) = listener.accept().await.unwrap();
                let mut request = Vec::new();
                // A request of these tests has no body, or one whose end nobody waits for.
                while !request.windows(4).any(|end| end == b"\r\n\r\n") {
                    let mut piece = [0; 4096];
                    match socket.read(&mut piece).await {
                        Ok(0) | Err(_) => break,
                        Ok(length) => request.extend_from_slice(&piece[..length]),
                    }
                }
                let text = String::from_utf8_lossy(&request).into_owned();
                let line = text.lines().next().unwrap_or_default();
                let line = line.trim_end_matches(" HTTP/1.1").to_owned();
                let response = respond(number, &line);
                kept.lock().unwrap().push(line);
                drop(socket.write_all(response.as_bytes()).await);
            }
        });
        Self { url, requests }
    }

    pub fn builder(&self) -> ClientBuilder {
        let retry = RetryPolicy::new().initial_backoff(std::time::Duration::from_millis(1));
        Client::builder()
            .server(&self.url)
            .api_key("nss_EXAMPLE")
            .retry(retry)
    }

    pub fn client(&self) -> Client {
        self.builder().build().unwrap()
    }

    /// Method and path of every request.
    pub fn requests(&self) -> Vec<String> {
        self.requests.lock().unwrap().clone()
    }
}

/// A response with a JSON body.
pub fn json(status: u16, body: &str) -> String {
    respond(status, "content-type: application/json\r\n", body)
}

/// A response with these headers.
pub fn respond(status: u16, headers: &str, body: &str) -> String {
    format!(
        "HTTP/1.1 {status} Some Reason\r\n{headers}content-length: {}\r\nconnection: close\r\n\r\n{body}",
        body.len()
    )
}

/// The service's own 404.
pub fn not_found() -> String {
    json(404, r#"{"code":404,"message":"Resource not found."}"#)
}

/// An array of trunks, each with a domain and a pattern.
pub fn trunks(keys: &[(&str, &str)]) -> String {
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
