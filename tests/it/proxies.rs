//! Proxies that are set in the environment.

use std::net::TcpListener;
use std::process::Command;

/// Runs one test of this suite in another process, since the environment is read once per process.
/// Returns whether the proxy in its environment was called. The proxy accepts and never responds.
fn calls_a_proxy(test: &str) -> bool {
    let proxy = TcpListener::bind("127.0.0.1:0").unwrap();
    proxy.set_nonblocking(true).unwrap();
    let url = format!("http://{}", proxy.local_addr().unwrap());
    let mut other = Command::new(std::env::current_exe().unwrap());
    other.args(["--exact", test]);
    for name in ["http_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"] {
        other.env(name, &url);
    }
    let ended = other
        .env_remove("NO_PROXY")
        .env_remove("no_proxy")
        .output()
        .unwrap();
    let output = String::from_utf8_lossy(&ended.stdout);
    assert!(
        ended.status.success() && output.contains("1 passed"),
        "{output}"
    );
    proxy.accept().is_ok()
}

#[test]
fn plain_http_ignores_them_since_they_could_read_the_key() {
    let test = "lifecycle::a_list_without_a_filter_sends_no_query";
    assert!(!calls_a_proxy(test));
}

#[cfg(feature = "__tls")]
#[test]
fn https_uses_them_unless_no_proxy_is_set() {
    assert!(calls_a_proxy(
        "http::https_to_a_closed_port_is_a_connect_error"
    ));
    assert!(!calls_a_proxy("http::no_proxy_connects_directly"));
}
