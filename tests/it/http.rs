//! Network settings of the client, against sockets: what is sent, and which settings are refused.

use std::net::{IpAddr, Ipv4Addr};
use std::time::Duration;

use netsapiens_connections::{Client, ClientBuilder, ErrorKind, RetryPolicy, reqwest};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};

const KEY: &str = "nss_EXAMPLE";
const NONE: &str = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 2\r\n\
    connection: close\r\n\r\n[]";

/// A server that gives one response to everything after some time, and the requests that it got.
async fn serve(response: &'static str, after: Duration) -> (u16, UnboundedReceiver<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let (seen, requests) = unbounded_channel();
    tokio::spawn(async move {
        while let Ok((mut socket, _)) = listener.accept().await {
            let mut request = [0; 4096];
            let read = socket.read(&mut request).await.unwrap_or(0);
            let _ = seen.send(String::from_utf8_lossy(&request[..read]).into_owned());
            tokio::time::sleep(after).await;
            let _ = socket.write_all(response.as_bytes()).await;
            let _ = socket.shutdown().await;
        }
    });
    (port, requests)
}

fn builder(server: String) -> ClientBuilder {
    Client::builder()
        .server(server)
        .api_key(KEY)
        .retry(RetryPolicy::never())
}

async fn list(builder: ClientBuilder) -> Result<usize, netsapiens_connections::Error> {
    let client = builder.build()?;
    Ok(client.connections().list_unchecked().await?.len())
}

#[tokio::test]
async fn a_user_agent_prefix_is_sent_before_the_librarys() {
    for (prefix, agent) in [
        (None, "netsapiens-connections/0.1.0"),
        (
            Some("acme-portal/2.1"),
            "acme-portal/2.1 netsapiens-connections/0.1.0",
        ),
    ] {
        let (port, mut requests) = serve(NONE, Duration::ZERO).await;
        let builder = builder(format!("http://127.0.0.1:{port}"));
        let builder = match prefix {
            Some(prefix) => builder.user_agent(prefix),
            None => builder,
        };
        assert_eq!(list(builder).await.unwrap(), 0);
        let request = requests.recv().await.unwrap();
        let line = format!("\r\nuser-agent: {agent}\r\n");
        assert!(request.contains(&line), "{request}");
    }
}

#[tokio::test]
async fn a_name_that_does_not_resolve_is_reached_by_its_address() {
    let (port, mut requests) = serve(NONE, Duration::ZERO).await;
    let builder = builder(format!("http://PBX.invalid:{port}"))
        .allow_plain_http()
        .resolve(Ipv4Addr::LOCALHOST);
    assert_eq!(list(builder).await.unwrap(), 0);
    let request = requests.recv().await.unwrap();
    let line = format!("\r\nhost: pbx.invalid:{port}\r\n");
    assert!(request.contains(&line), "{request}");
}

#[tokio::test]
async fn of_several_addresses_the_next_is_tried() {
    let (port, _requests) = serve(NONE, Duration::ZERO).await;
    // Nobody listens at the first: the server is bound to another one.
    let builder = builder(format!("http://pbx.invalid:{port}"))
        .allow_plain_http()
        .resolve(Ipv4Addr::new(127, 0, 0, 2))
        .resolve(Ipv4Addr::LOCALHOST);
    assert_eq!(list(builder).await.unwrap(), 0);
}

/// The error of a client that cannot be built.
#[track_caller]
fn refusal(builder: ClientBuilder) -> String {
    let error = builder.build().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Configuration);
    assert!(!format!("{error:?}").contains("EXAMPLE"), "{error:?}");
    error.to_string()
}

#[test]
fn an_address_that_would_have_no_effect_is_refused() {
    let address = IpAddr::from([192, 0, 2, 10]);
    let resolved = |server: &str| builder(server.to_owned()).resolve(address);
    assert_eq!(
        refusal(resolved("http://127.0.0.1:8080")),
        "an address was given by `resolve`, and the server is an address itself"
    );
    let proxied = resolved("http://pbx.acme.example").allow_plain_http();
    assert_eq!(
        refusal(proxied.proxy("http://proxy.acme.example:3128")),
        "an address was given by `resolve`, and the proxy resolves the server's name"
    );
}

#[test]
fn a_proxy_that_would_read_the_key_is_refused() {
    let builder = builder("http://127.0.0.1:8080".to_owned());
    assert_eq!(
        refusal(builder.proxy("http://user:EXAMPLE@127.0.0.1:3128")),
        "the proxy could read the key, since the server uses plain http. Remove \
         `ClientBuilder::proxy`, or call `allow_plain_http`"
    );
}

#[tokio::test]
async fn plain_http_that_was_allowed_goes_through_the_proxy() {
    let (port, mut requests) = serve(NONE, Duration::ZERO).await;
    let builder = builder("http://pbx.invalid".to_owned())
        .allow_plain_http()
        .proxy(format!("http://127.0.0.1:{port}"));
    assert_eq!(list(builder).await.unwrap(), 0);
    let request = requests.recv().await.unwrap();
    let beginning = "GET http://pbx.invalid/ns-api/v2/connections";
    assert!(request.starts_with(beginning), "{request}");
}

#[tokio::test]
async fn a_proxys_refusal_of_plain_http_says_whose_it_is() {
    let page =
        "content-type: text/html\r\ncontent-length: 13\r\nconnection: close\r\n\r\n<html></html>";
    let table = [
        (
            "407 Proxy Authentication Required",
            ErrorKind::Status,
            "list_connections: the server responded with 407 Proxy Authentication Required and a \
             body of 13 bytes (text/html). The proxy requires a user and a password, or refused \
             those that were given: give them in the URL of `ClientBuilder::proxy`",
        ),
        (
            "403 Forbidden",
            ErrorKind::Status,
            "list_connections: the server responded with 403 Forbidden and a body of 13 bytes \
             (text/html). This 403 is not in the service's own format; is this the API host?",
        ),
        (
            "200 OK",
            ErrorKind::Decode,
            "list_connections: the response is a web page (text/html) and not JSON (status 200 \
             OK). A portal, a proxy or a login page responded; is this the API host?",
        ),
    ];
    for (status, kind, message) in table {
        let response = Box::leak(format!("HTTP/1.1 {status}\r\n{page}").into_boxed_str());
        let (port, _requests) = serve(response, Duration::ZERO).await;
        let builder = builder("http://pbx.invalid".to_owned())
            .allow_plain_http()
            .proxy(format!("http://127.0.0.1:{port}"));
        let error = list(builder).await.unwrap_err();
        assert_eq!((error.kind(), error.to_string().as_str()), (kind, message));
    }
}

#[test]
fn a_proxy_is_a_url_of_a_host_alone() {
    for url in [
        "",
        "proxy.acme.example",
        "proxy.acme.example:3128",
        "http://",
        "http://user:EXAMPLE@",
        "socks5://user:EXAMPLE@proxy.acme.example",
        "http://user:EXAMPLE@proxy.acme.example/path",
        "http://proxy.acme.example?EXAMPLE",
        "http://proxy.acme.example#EXAMPLE",
    ] {
        let builder = builder("http://pbx.acme.example".to_owned()).allow_plain_http();
        assert_eq!(
            refusal(builder.proxy(url)),
            "the proxy is invalid: it is not a URL of scheme, host and port. Give \
             `http://host:port` or `https://host:port`",
            "{url}"
        );
    }
}

#[test]
fn neither_a_proxys_password_nor_a_setting_is_shown() {
    let builder = builder("http://127.0.0.1:8080".to_owned())
        .proxy("http://user:sentinel@proxy.acme.example:3128")
        .configure_http(|http| http.user_agent("sentinel"));
    let printed = format!("{builder:?} {builder:#?}");
    assert!(!printed.contains("sentinel"), "{printed}");
}

#[tokio::test]
async fn what_is_configured_is_on_the_wire() {
    let (port, mut requests) = serve(NONE, Duration::ZERO).await;
    let builder = builder(format!("http://127.0.0.1:{port}"))
        .configure_http(|http| http.user_agent("first"))
        .configure_http(|http| http.user_agent("second").http1_title_case_headers());
    assert_eq!(list(builder).await.unwrap(), 0);
    let request = requests.recv().await.unwrap();
    assert!(request.contains("\r\nUser-Agent: second\r\n"), "{request}");
}

#[tokio::test]
async fn the_rules_of_the_client_cannot_be_configured_away() {
    let (elsewhere, mut followed) = serve(NONE, Duration::ZERO).await;
    let trap = format!("http://127.0.0.1:{elsewhere}");
    let redirect = Box::leak(
        format!("HTTP/1.1 302 Found\r\nlocation: {trap}\r\ncontent-length: 0\r\n\r\n")
            .into_boxed_str(),
    );
    let (port, mut requests) = serve(redirect, Duration::from_millis(100)).await;
    let builder = builder(format!("http://127.0.0.1:{port}")).configure_http(move |http| {
        let again = reqwest::retry::for_host("127.0.0.1")
            .no_budget()
            .classify_fn(|request| request.retryable());
        http.redirect(reqwest::redirect::Policy::limited(10))
            .retry(again)
            .timeout(Duration::from_millis(1))
            .read_timeout(Duration::from_millis(1))
            .connect_timeout(Duration::ZERO)
            .proxy(reqwest::Proxy::all(&trap).unwrap())
    });
    let error = list(builder).await.unwrap_err();
    assert_eq!(error.status(), Some(302), "{error:?}");
    assert!(requests.try_recv().is_ok());
    assert!(requests.try_recv().is_err(), "the request was repeated");
    assert!(
        followed.try_recv().is_err(),
        "the redirect was followed, or the proxy used"
    );
}

/// Run in another process by `proxies`, with a proxy in the environment that never responds.
#[cfg(feature = "__tls")]
#[tokio::test]
async fn no_proxy_connects_directly() {
    let (port, mut requests) = serve("", Duration::ZERO).await;
    let server = format!("https://127.0.0.1:{port}");
    assert!(list(builder(server).no_proxy()).await.is_err());
    // A handshake of TLS came, and no CONNECT.
    assert!(requests.recv().await.unwrap().starts_with('\u{16}'));
}

/// Run in another process by `proxies`, too.
#[cfg(feature = "__tls")]
#[tokio::test]
async fn https_to_a_closed_port_is_a_connect_error() {
    // Bound and not listening: nobody else gets the port while the test runs.
    let socket = tokio::net::TcpSocket::new_v4().unwrap();
    socket.bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let port = socket.local_addr().unwrap().port();
    let builder = builder(format!("https://127.0.0.1:{port}"));
    let error = list(builder.connect_timeout(Duration::from_secs(1))).await;
    assert!(error.unwrap_err().is_connect());
}
