//! Tests of a program of your own against the fake server. Its tests are the example:
//!
//! ```console
//! $ cargo test --example test_with_fake --features fake
//! ```
//!
//! In your Cargo.toml, the client is a dependency and, with the feature `fake`, a dev-dependency:
//!
//! ```toml
//! [dependencies]
//! netsapiens-connections = "0.1"
//!
//! [dev-dependencies]
//! netsapiens-connections = { version = "0.1", features = ["fake"] }
//! tokio = { version = "1", features = ["macros", "rt"] }
//! ```

use netsapiens_connections::{Client, ConnectionUpdate, Error, RegisteringPbx};

/// What became of a PBX that was to be set up.
#[derive(Debug, PartialEq, Eq)]
enum Provisioned {
    Created,
    Opened,
}

/// The program: sets up a customer's PBX, or opens its trunk where it exists already.
async fn provision(client: &Client, domain: &str, host: &str) -> Result<Provisioned, Error> {
    let pbx = RegisteringPbx::new(domain, host, "15555550100", "US and Canada");
    match client.connections().create(pbx).await {
        Ok(_) => Ok(Provisioned::Created),
        Err(error) if error.is_conflict() => {
            let open = ConnectionUpdate::new()
                .orig_enabled(true)
                .term_enabled(true);
            let trunks = client.domain(domain)?.connections();
            trunks.update(format!("sip*@{host}"), &open).await?;
            Ok(Provisioned::Opened)
        }
        Err(error) => Err(error),
    }
}

#[tokio::main]
async fn main() -> Result<(), Error> {
    let provisioned = provision(&Client::from_env()?, "acme.example", "pbx.acme.example").await?;
    println!("{provisioned:?}");
    Ok(())
}

#[cfg(test)]
mod tests {
    use netsapiens_connections::fake::{FakeServer, Fault, Operation, READ_ONLY_KEY};
    use netsapiens_connections::settings::YesNo;
    use netsapiens_connections::{Error, ErrorKind};

    use super::{Provisioned, provision};

    const HOST: &str = "pbx.acme.example";

    #[tokio::test]
    async fn a_new_pbx_is_created() -> Result<(), Error> {
        let server = FakeServer::start().await;
        let client = server.client()?;
        assert_eq!(
            provision(&client, "acme.example", HOST).await?,
            Provisioned::Created
        );
        assert_eq!(server.trunk_count(), 1);
        Ok(())
    }

    #[tokio::test]
    async fn a_pbx_that_was_closed_is_opened_again() -> Result<(), Error> {
        let server = FakeServer::start().await;
        let client = server.client()?;
        provision(&client, "acme.example", HOST).await?;
        let trunks = client.domain("acme.example")?.connections();
        let closed = netsapiens_connections::ConnectionUpdate::new().orig_enabled(false);
        trunks.update("sip*@pbx.acme.example", &closed).await?;

        assert_eq!(
            provision(&client, "acme.example", HOST).await?,
            Provisioned::Opened
        );
        let trunk = trunks.get("sip*@pbx.acme.example").await?;
        assert_eq!(trunk.and_then(|trunk| trunk.orig_enabled), Some(YesNo::Yes));
        Ok(())
    }

    #[tokio::test]
    async fn a_create_whose_response_is_lost_is_not_sent_twice() -> Result<(), Error> {
        let server = FakeServer::start().await;
        let lost = Fault::gateway_page(504).after_the_operation();
        server.fail(Operation::CreateConnection, lost);

        let error = provision(&server.client()?, "acme.example", HOST)
            .await
            .unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Status);
        assert!(error.may_have_been_sent());
        assert_eq!((server.requests().len(), server.trunk_count()), (1, 1));
        Ok(())
    }

    #[tokio::test]
    async fn a_key_that_may_only_read_is_an_error() -> Result<(), Error> {
        let server = FakeServer::start().await;
        let client = server.client_builder().api_key(READ_ONLY_KEY).build()?;
        let error = provision(&client, "acme.example", HOST).await.unwrap_err();
        assert!(error.is_permission_denied());
        assert_eq!(server.changes(), 0);
        Ok(())
    }
}
