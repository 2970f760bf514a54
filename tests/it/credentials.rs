//! Credentials that are renewed, against servers that accept some tokens and refuse others.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use netsapiens_connections::{
    Client, ConnectionCreate, Credential, DomainName, ErrorKind, MatchPattern, PageSize,
    RetryPolicy, Secret, TokenFuture,
};
use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

/// Returns the tokens one by one, the next one after a rejection; records its arguments.
#[derive(Clone)]
struct Tokens {
    left: Arc<Mutex<VecDeque<&'static str>>>,
    asked: Arc<Mutex<Vec<Option<String>>>>,
}

impl Tokens {
    fn of(tokens: &[&'static str]) -> Self {
        Self {
            left: Arc::new(Mutex::new(tokens.iter().copied().collect())),
            asked: Arc::default(),
        }
    }

    /// The rejected token of each call.
    fn asked(&self) -> Vec<Option<String>> {
        self.asked.lock().unwrap().clone()
    }
}

impl Credential for Tokens {
    fn token<'a>(&'a self, rejected: Option<&'a Secret>) -> TokenFuture<'a> {
        Box::pin(async move {
            let rejected = rejected.map(|token| token.expose_secret().to_owned());
            self.asked.lock().unwrap().push(rejected.clone());
            let mut left = self.left.lock().unwrap();
            if rejected.as_deref() == left.front().copied() && left.len() > 1 {
                left.pop_front();
            }
            let token = *left.front().ok_or("the authorization server is down")?;
            Ok(Secret::from(token))
        })
    }
}

/// A server that responds to each request by its number, its token and its head, and closes.
async fn server(
    respond: impl Fn(usize, &str, &str) -> (u16, String) + Send + 'static,
) -> (String, Arc<Mutex<Vec<String>>>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let tokens = Arc::new(Mutex::new(Vec::new()));
    let kept = Arc::clone(&tokens);
    tokio::spawn(async move {
        for number in 0.. {
            let (mut socket, _) = listener.accept().await.unwrap();
            let mut head = Vec::new();
            while !head.windows(4).any(|end| end == b"\r\n\r\n") {
                let mut piece = [0; 4096];
                match socket.read(&mut piece).await {
                    Ok(0) | Err(_) => break,
                    Ok(length) => head.extend_from_slice(&piece[..length]),
                }
            }
            let head = String::from_utf8_lossy(&head).into_owned();
            let token = head.lines().find_map(|line| {
                let (name, value) = line.split_once(": ")?;
                name.eq_ignore_ascii_case("authorization").then_some(value)
            });
            let token = token.unwrap_or_default().trim_start_matches("Bearer ");
            kept.lock().unwrap().push(token.to_owned());
            let (status, body) = respond(number, token, &head);
            let response = format!(
                "HTTP/1.1 {status} X\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\
                 connection: close\r\n\r\n{body}",
                body.len()
            );
            drop(socket.write_all(response.as_bytes()).await);
        }
    });
    (url, tokens)
}

fn client(url: &str, credential: impl Credential) -> Client {
    let builder = Client::builder().server(url).credential(credential);
    builder.retry(RetryPolicy::never()).build().unwrap()
}

fn expired() -> (u16, String) {
    (
        401,
        json!({"code": 401, "message": "Token has expired"}).to_string(),
    )
}

fn counted(total: u64) -> (u16, String) {
    (200, json!({ "total": total }).to_string())
}

#[tokio::test]
async fn a_token_that_expires_in_the_middle_of_a_stream_is_renewed_and_the_stream_is_whole() {
    // The first token is good for two requests.
    let (url, seen) = server(|number, token, head| {
        if number >= 2 && token == "first" {
            return expired();
        }
        let line = head.lines().next().unwrap_or_default();
        if line.contains("/count") {
            return counted(5);
        }
        let start = line.split("start=").nth(1).map(|rest| {
            rest.chars()
                .take_while(char::is_ascii_digit)
                .collect::<String>()
        });
        let start: usize = start.and_then(|start| start.parse().ok()).unwrap_or(0);
        let page: Vec<_> = (start..5.min(start + 2))
            .map(|number| {
                json!({
                    "domain": "acme.example",
                    "connection-orig-match-pattern": format!("sip*@{number}.acme.example"),
                })
            })
            .collect();
        (200, json!(page).to_string())
    })
    .await;
    let tokens = Tokens::of(&["first", "second"]);
    let client = client(&url, tokens.clone());
    let mut stream = client
        .connections()
        .stream()
        .page_size(PageSize::new(2).unwrap());
    let mut patterns = Vec::new();
    while let Some(trunk) = stream.next().await {
        patterns.push(trunk.unwrap().orig_match_pattern);
    }
    assert_eq!(patterns.len(), 5);
    assert_eq!(
        *seen.lock().unwrap(),
        ["first", "first", "first", "second", "second", "second"]
    );
    let rejected: Vec<_> = tokens.asked().into_iter().flatten().collect();
    assert_eq!(rejected, ["first"], "the refused token is passed, once");
}

#[tokio::test]
async fn a_create_that_was_refused_for_its_token_is_sent_again_with_another() {
    let (url, seen) = server(|_, token, _| match token {
        "second" => (202, json!({"code": 202, "message": "Accepted"}).to_string()),
        _ => expired(),
    })
    .await;
    let client = client(&url, Tokens::of(&["first", "second"]));
    let trunk = ConnectionCreate::new(
        DomainName::new("acme.example").unwrap(),
        MatchPattern::new("sip*@acme-pri.example").unwrap(),
    );
    let accepted = client.connections().create(&trunk).await.unwrap();
    assert_eq!(
        (accepted.status(), accepted.metadata().attempts()),
        (202, 2)
    );
    assert_eq!(*seen.lock().unwrap(), ["first", "second"]);
}

#[tokio::test]
async fn a_token_is_renewed_once_and_then_the_refusal_is_the_error() {
    let (url, seen) = server(|_, _, _| expired()).await;
    let tokens = Tokens::of(&["first", "second", "third"]);
    let refused = client(&url, tokens)
        .connections()
        .count()
        .await
        .unwrap_err();
    assert!(refused.is_unauthorized());
    assert_eq!(refused.attempts(), 2);
    assert_eq!(*seen.lock().unwrap(), ["first", "second"]);
}

#[tokio::test]
async fn the_same_token_again_is_not_sent_again() {
    let (url, seen) = server(|_, _, _| expired()).await;
    let tokens = Tokens::of(&["only"]);
    let refused = client(&url, tokens.clone())
        .connections()
        .count()
        .await
        .unwrap_err();
    assert!(refused.is_unauthorized());
    assert_eq!(refused.attempts(), 1);
    assert_eq!(*seen.lock().unwrap(), ["only"]);
    assert_eq!(tokens.asked(), [None, Some("only".to_owned())]);
}

#[tokio::test]
async fn a_missing_right_does_not_renew_the_token() {
    let (url, _) = server(|_, _, _| {
        (
            401,
            json!({"code": 401, "message": "Invalid Scope [APP001]"}).to_string(),
        )
    })
    .await;
    let tokens = Tokens::of(&["first", "second"]);
    let refused = client(&url, tokens.clone())
        .connections()
        .count()
        .await
        .unwrap_err();
    assert!(refused.is_permission_denied());
    assert_eq!(tokens.asked(), [None]);
}

#[tokio::test]
async fn a_renewal_does_not_count_as_a_retry() {
    let (url, seen) = server(|number, _, _| match number {
        0 => (503, "{}".to_owned()),
        1 => expired(),
        2 => (503, "{}".to_owned()),
        _ => counted(7),
    })
    .await;
    let builder = Client::builder()
        .server(&url)
        .credential(Tokens::of(&["first", "second"]));
    let policy = RetryPolicy::new().initial_backoff(std::time::Duration::from_millis(1));
    let client = builder.retry(policy).build().unwrap();
    let (total, metadata) = client.connections().count().with_metadata().await.unwrap();
    assert_eq!((total, metadata.attempts()), (7, 4));
    assert_eq!(
        *seen.lock().unwrap(),
        ["first", "first", "second", "second"]
    );
}

#[tokio::test]
async fn a_credential_without_a_valid_token_is_an_error_and_nothing_is_sent() {
    let (url, seen) = server(|_, _, _| counted(7)).await;
    let down = client(&url, Tokens::of(&[]))
        .connections()
        .count()
        .await
        .unwrap_err();
    assert_eq!(
        (down.kind(), down.may_have_been_sent()),
        (ErrorKind::Credential, false)
    );
    let cause = std::error::Error::source(&down).map(ToString::to_string);
    assert_eq!(cause.as_deref(), Some("the authorization server is down"));
    let broken = Tokens::of(&["sentinel token\n"]);
    let broken = client(&url, broken)
        .connections()
        .count()
        .await
        .unwrap_err();
    assert_eq!(broken.kind(), ErrorKind::Credential);
    assert!(
        !format!("{broken} {broken:?}").contains("sentinel"),
        "{broken:?}"
    );
    assert_eq!(*seen.lock().unwrap(), [""; 0]);
}

#[tokio::test]
async fn a_credential_that_never_returns_ends_with_the_deadline() {
    struct Never;
    impl Credential for Never {
        fn token<'a>(&'a self, _: Option<&'a Secret>) -> TokenFuture<'a> {
            Box::pin(std::future::pending())
        }
    }
    let (url, _) = server(|_, _, _| counted(7)).await;
    let client = client(&url, Never).with_deadline(std::time::Duration::from_millis(50));
    let late = client.connections().count().await.unwrap_err();
    assert_eq!(
        (late.kind(), late.may_have_been_sent()),
        (ErrorKind::Credential, false)
    );
}

#[tokio::test]
async fn a_credential_that_panics_fails_its_own_operation_alone() {
    struct Once(AtomicBool);
    impl Credential for Once {
        fn token<'a>(&'a self, _: Option<&'a Secret>) -> TokenFuture<'a> {
            Box::pin(async {
                assert!(self.0.swap(true, Ordering::SeqCst), "sentinel");
                Ok(Secret::from("second"))
            })
        }
    }
    let (url, seen) = server(|_, _, _| counted(7)).await;
    let client = client(&url, Once(AtomicBool::new(false)));
    let all = client.connections();
    let panicked = tokio::spawn(async move { all.count().await }).await;
    assert!(panicked.unwrap_err().is_panic());
    assert_eq!(client.connections().count().await.unwrap(), 7);
    assert_eq!(*seen.lock().unwrap(), ["second"]);
}

#[tokio::test]
async fn both_tokens_are_masked_where_the_server_echoes_them() {
    let (url, _) = server(|_, _, _| {
        let message = "sorry: token-one-sentinel and token-two-sentinel";
        (401, json!({"code": 401, "message": message}).to_string())
    })
    .await;
    let tokens = Tokens::of(&["token-one-sentinel", "token-two-sentinel"]);
    let client = client(&url, tokens);
    let refused = client.connections().count().await.unwrap_err();
    let shown = format!("{refused} {refused:?} {client:?}");
    assert!(!shown.contains("sentinel"), "{shown}");
}
