//! Many operations at once, in a process that may open few files.

use std::process::Command;

use netsapiens_connections::{Client, ErrorKind, RetryPolicy};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

const COUNT: &str = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 11\r\n\
    \r\n{\"total\":7}";

/// A server that keeps connections open.
async fn server() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move {
        loop {
            let (mut socket, _) = listener.accept().await.unwrap();
            tokio::spawn(async move {
                while let Ok(1..) = socket.read(&mut [0; 4096]).await {
                    if socket.write_all(COUNT.as_bytes()).await.is_err() {
                        return;
                    }
                }
            });
        }
    });
    url
}

const SERVER: &str = "MANY_TEST_SERVER";

/// Run in another process, by the test below.
#[tokio::test]
#[ignore = "run by `calls_beyond_the_limit_for_open_files_were_not_sent`"]
async fn a_thousand_at_once() {
    let builder = Client::builder()
        .server(std::env::var(SERVER).unwrap())
        .api_key("nss_EXAMPLE");
    let client = builder.retry(RetryPolicy::never()).build().unwrap();
    let calls: Vec<_> = (0..1000)
        .map(|_| {
            let client = client.clone();
            tokio::spawn(async move { client.connections().count().await })
        })
        .collect();
    let (mut counted, mut refused) = (0, 0);
    for call in calls {
        match call.await.unwrap() {
            Ok(total) => {
                assert_eq!(total, 7);
                counted += 1;
            }
            Err(error) => {
                assert_eq!(error.kind(), ErrorKind::Connect, "{error:?}");
                assert!(!error.may_have_been_sent(), "{error:?}");
                assert!(error.to_string().contains("Too many open files"), "{error}");
                refused += 1;
            }
        }
    }
    assert!(counted > 0 && refused > 0, "{counted} {refused}");
    assert_eq!(client.connections().count().await.unwrap(), 7);
}

#[cfg(target_os = "linux")]
#[tokio::test(flavor = "multi_thread")]
async fn calls_beyond_the_limit_for_open_files_were_not_sent() {
    let output = Command::new("sh")
        .args(["-c", "ulimit -n 100 && exec \"$0\" \"$@\""])
        .arg(std::env::current_exe().unwrap())
        .args(["--ignored", "--exact", "many::a_thousand_at_once"])
        .env(SERVER, server().await)
        .output()
        .unwrap();
    let printed = String::from_utf8_lossy(&output.stdout);
    assert!(
        output.status.success() && printed.contains("1 passed"),
        "{printed}"
    );
}
