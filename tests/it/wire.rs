//! A listening socket that keeps what arrives and answers the same bytes to every request.

use std::sync::{Arc, Mutex};

use netsapiens_connections::{Client, RetryPolicy};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

/// A server of one answer.
pub struct Wire {
    url: String,
    requests: Arc<Mutex<Vec<String>>>,
}

impl Wire {
    /// Listens on the loopback and answers every request with a status, a content type and a body.
    pub async fn answering(status: u16, content_type: &str, body: impl AsRef<[u8]>) -> Wire {
        let body = body.as_ref();
        let mut answer = format!(
            "HTTP/1.1 {status} Some Reason\r\ncontent-type: {content_type}\r\ncontent-length: {}\r\nconnection: close\r\n\r\n",
            body.len()
        )
        .into_bytes();
        answer.extend_from_slice(body);
        Self::sending(answer).await
    }

    /// Listens on the loopback and sends the same bytes, HTTP or not, after every request.
    pub async fn sending(answer: impl Into<Vec<u8>>) -> Wire {
        let answer = answer.into();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let requests = Arc::new(Mutex::new(Vec::new()));
        let kept = Arc::clone(&requests);
        tokio::spawn(async move {
            while let Ok((mut socket, _)) = listener.accept().await {
                let mut request = Vec::new();
                while !whole(&request) {
                    let mut chunk = [0; 4096];
                    match socket.read(&mut chunk).await {
                        Ok(0) | Err(_) => break,
                        Ok(length) => request.extend_from_slice(&chunk[..length]),
                    }
                }
                kept.lock()
                    .unwrap()
                    .push(String::from_utf8_lossy(&request).into_owned());
                let _ = socket.write_all(&answer).await;
            }
        });
        Wire { url, requests }
    }

    /// A client of this server that tries once.
    pub fn client(&self) -> Client {
        Client::builder()
            .server(&self.url)
            .api_key("nss_EXAMPLE")
            .retry(RetryPolicy::never())
            .build()
            .unwrap()
    }

    /// What `ClientBuilder::server` takes.
    pub fn client_url(&self) -> &str {
        &self.url
    }

    /// Everything that arrived, a text per request.
    pub fn requests(&self) -> Vec<String> {
        self.requests.lock().unwrap().clone()
    }

    /// Method and path of every request.
    pub fn request_lines(&self) -> Vec<String> {
        let line = |request: String| {
            request
                .lines()
                .next()
                .unwrap_or_default()
                .trim_end_matches(" HTTP/1.1")
                .to_owned()
        };
        self.requests().into_iter().map(line).collect()
    }
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
