//! Proxies that the environment names.

use std::net::TcpListener;
use std::process::Command;

#[test]
fn plain_http_goes_past_them_since_they_would_read_the_key() {
    let proxy = TcpListener::bind("127.0.0.1:0").unwrap();
    proxy.set_nonblocking(true).unwrap();
    let url = format!("http://{}", proxy.local_addr().unwrap());
    // The environment is read once in a process, so this is another one: it runs one test of this
    // suite.
    let mut other = Command::new(std::env::current_exe().unwrap());
    other.args([
        "--exact",
        "lifecycle::a_list_without_a_filter_sends_no_query",
    ]);
    for name in ["http_proxy", "HTTP_PROXY", "ALL_PROXY"] {
        other.env(name, &url);
    }
    let ended = other
        .env_remove("NO_PROXY")
        .env_remove("no_proxy")
        .output()
        .unwrap();
    assert!(proxy.accept().is_err(), "the proxy was called");
    let told = String::from_utf8_lossy(&ended.stdout);
    assert!(
        ended.status.success() && told.contains("1 passed"),
        "{told}"
    );
}
