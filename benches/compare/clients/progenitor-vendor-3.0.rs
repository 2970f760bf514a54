//! What progenitor makes of the vendor's document, converted to OpenAPI 3.0.

use serde_json::json;

use crate::generated::{Client, types};
pub use types::Connection as Trunk;

fn of(server: &str) -> Client {
    Client::new(&format!("{server}/ns-api/v2"))
}

fn domain_name(name: &str) -> Result<types::DomainNamePath, String> {
    name.try_into().map_err(|error| format!("{error:?}"))
}

pub async fn list(server: &str) -> Result<Vec<Trunk>, String> {
    let (client, domain) = (of(server), domain_name("acme.example")?);
    let list = client.get_domains_domain_connections(&domain, None, None, None, None, None);
    let trunks = list.await.map_err(|error| error.to_string())?;
    Ok(trunks.into_inner())
}

pub async fn create(server: &str, domain: &str, pattern: &str) -> Result<(), String> {
    let trunk = json!({ "domain": domain, "connection-orig-match-pattern": pattern });
    let trunk: types::CreateConnectionBody =
        serde_json::from_value(trunk).map_err(|error| error.to_string())?;
    let client = of(server);
    let create = client.create_connection(&trunk);
    create.await.map(drop).map_err(|error| error.to_string())
}

pub async fn delete(server: &str, domain: &str, pattern: &str) -> Result<(), String> {
    let (client, domain) = (of(server), domain_name(domain)?);
    let delete =
        client.delete_domains_domain_connections_connection_orig_match_pattern(&domain, pattern);
    delete.await.map(drop).map_err(|error| error.to_string())
}
