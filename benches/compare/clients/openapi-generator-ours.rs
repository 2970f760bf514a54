//! What openapi-generator makes of this crate's document.

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
    let list = api::list_domain_connections(
        &configuration,
        "acme.example",
        None,
        None,
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
        openapi::models::ConnectionCreate::new(domain.into(), pattern.into()),
    );
    create.await.map(drop).map_err(|error| error.to_string())
}

pub async fn delete(server: &str, domain: &str, pattern: &str) -> Result<(), String> {
    let configuration = of(server);
    let delete = api::delete_connection(&configuration, domain, pattern);
    delete.await.map(drop).map_err(|error| error.to_string())
}
