//! This crate.

pub use netsapiens_connections::Connection as Trunk;
use netsapiens_connections::{Client, Error};

fn client(server: &str) -> Result<Client, Error> {
    Client::builder()
        .server(server)
        .api_key("nss_EXAMPLE")
        .build()
}

pub async fn list(server: &str) -> Result<Vec<Trunk>, String> {
    let list = async || {
        client(server)?
            .domain("acme.example")?
            .connections()
            .list_unchecked()
            .await
    };
    list().await.map_err(|error| error.to_string())
}

pub async fn create(server: &str, domain: &str, pattern: &str) -> Result<(), String> {
    let create = async || {
        let domain = client(server)?.domain(domain)?;
        domain
            .connections()
            .create(domain.new_connection(pattern)?)
            .await
    };
    create().await.map(drop).map_err(|error| error.to_string())
}

pub async fn delete(server: &str, domain: &str, pattern: &str) -> Result<(), String> {
    let delete = async || {
        client(server)?
            .domain(domain)?
            .connections()
            .delete(pattern)
            .await
    };
    delete().await.map(drop).map_err(|error| error.to_string())
}
