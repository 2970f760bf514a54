//! What openapi-to-rust makes of the vendor's document.

use serde_json::json;

pub use crate::generated::Connection as Trunk;
use crate::generated::{CreateConnectionRequest, HttpClient};

fn of(server: &str) -> HttpClient {
    HttpClient::new().with_base_url(format!("{server}/ns-api/v2"))
}

pub async fn list(server: &str) -> Result<Vec<Trunk>, String> {
    let unset = None::<&str>;
    let client = of(server);
    let list =
        client.get_domains_domain_connections("acme.example", unset, unset, unset, unset, unset);
    list.await.map_err(|error| error.to_string())
}

pub async fn create(server: &str, domain: &str, pattern: &str) -> Result<(), String> {
    let trunk = json!({ "domain": domain, "connection-orig-match-pattern": pattern });
    let trunk: CreateConnectionRequest =
        serde_json::from_value(trunk).map_err(|error| error.to_string())?;
    let client = of(server);
    let create = client.create_connection(Some(trunk));
    create.await.map(drop).map_err(|error| error.to_string())
}

pub async fn delete(server: &str, domain: &str, pattern: &str) -> Result<(), String> {
    let client = of(server);
    let delete =
        client.delete_domains_domain_connections_connection_orig_match_pattern(domain, pattern);
    delete.await.map(drop).map_err(|error| error.to_string())
}
