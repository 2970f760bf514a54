//! The embedded NetSapiens on a port of one's choice, for clients in other languages and for tools.
//!
//! ```sh
//! cargo run --features fake --example fake_server -- 8080
//! curl -H 'authorization: Bearer nss_EXAMPLE' http://127.0.0.1:8080/ns-api/v2/connections
//! ```
//!
//! It has one trunk from the start. Trunks are kept in memory until the program is stopped.

use std::error::Error;

use netsapiens_connections::RegisteringPbx;
use netsapiens_connections::fake::{DOMAIN_KEY, FakeServer, READ_ONLY_KEY, SYSTEM_KEY};
use tokio::io::copy_bidirectional;
use tokio::net::{TcpListener, TcpStream};

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let port = match std::env::args().nth(1) {
        None => 8080,
        Some(text) => text
            .parse::<u16>()
            .map_err(|_| format!("{text} is not a port"))?,
    };
    let server = FakeServer::start().await;
    let url = server.url();
    let pbx = RegisteringPbx::new(
        "acme.example",
        "acme-pri.example",
        "15555550100",
        "US and Canada",
    );
    server
        .client()?
        .connections()
        .create(&pbx.try_into()?)
        .await?;

    // The server itself listens on a free port.
    let listener = TcpListener::bind(("127.0.0.1", port)).await?;
    println!("http://{}/ns-api/v2", listener.local_addr()?);
    println!("key of the whole system: {SYSTEM_KEY}");
    println!("key of acme.example:     {DOMAIN_KEY}");
    println!("key that may only read:  {READ_ONLY_KEY}");
    let upstream = url.trim_start_matches("http://").to_owned();
    loop {
        let (mut near, _) = listener.accept().await?;
        near.set_nodelay(true)?;
        let upstream = upstream.clone();
        tokio::spawn(async move {
            if let Ok(mut far) = TcpStream::connect(upstream).await {
                // Either side may close the connection at any time.
                drop(copy_bidirectional(&mut near, &mut far).await);
            }
        });
    }
}
