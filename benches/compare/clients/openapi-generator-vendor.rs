//! What openapi-generator makes of the vendor's document.

use openapi::apis::configuration::Configuration;
use openapi::apis::connections_api as api;
pub use openapi::models::Connection as Trunk;

fn of(server: &str) -> Configuration {
    Configuration {
        base_path: format!("{server}/ns-api/v2"),
        ..Configuration::default()
    }
}

pub async fn list(server: &str) -> Result<Vec<Trunk>, String> {
    let configuration = of(server);
    let list = api::domains_domain_connections_get(
        &configuration,
        "acme.example",
        None,
        None,
        None,
        None,
        None,
    );
    list.await.map_err(|error| error.to_string())
}

pub async fn create(server: &str, domain: &str, pattern: &str) -> Result<(), String> {
    let configuration = of(server);
    let create = api::create_connection(
        &configuration,
        Some(openapi::models::CreateConnectionRequest::new(
            pattern.into(),
            domain.into(),
        )),
    );
    create.await.map(drop).map_err(|error| error.to_string())
}

pub async fn delete(server: &str, domain: &str, pattern: &str) -> Result<(), String> {
    let configuration = of(server);
    let delete = api::domains_domain_connections_connection_orig_match_pattern_delete(
        &configuration,
        domain,
        pattern,
    );
    delete.await.map(drop).map_err(|error| error.to_string())
}
