//! Sends a request that the crate has no method for, and prints the response as it came.
//!
//! ```console
//! $ cargo run --example raw_call --features fake -- connections count
//! status 200
//! type application/json
//! body {"total":4}
//! $ cargo run --example raw_call --features fake -- domains acme.example phonenumbers
//! this server has no GET /domains/acme.example/phonenumbers
//! it said: No Route Found [92]
//! ```
//!
//! The arguments are the names in the path behind `/ns-api/v2`, of a GET request. It goes to the
//! server in `NETSAPIENS_SERVER` (with the key in `NETSAPIENS_API_KEY`), or to a fake server where
//! that is not set; the fake server has the operations on trunks alone. A body may hold passwords.

mod sample;

use std::error::Error;

use netsapiens_connections::{Method, RawJson};

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let path: Vec<String> = std::env::args().skip(1).collect();
    if path.is_empty() {
        return Err("usage: raw_call NAME...".into());
    }
    let (client, _fake) = sample::client().await?;

    // The credential, timeouts, retries and the rules for paths are those of every operation.
    let request = client.request(Method::GET, &path).query("limit", "10");
    match request.send().await {
        Ok(response) => {
            let metadata = response.metadata();
            println!("status {}", metadata.status());
            println!("type {}", metadata.header("content-type").unwrap_or("none"));
            // Or a type of yours that implements `Deserialize`.
            let body: RawJson = response.json()?;
            println!("body {}", body.as_str());
        }
        Err(error) if error.is_unknown_route() => {
            println!("this server has no GET /{}", path.join("/"));
            println!("it said: {}", error.server_message().unwrap_or("nothing"));
        }
        Err(error) => return Err(error.into()),
    }
    Ok(())
}
