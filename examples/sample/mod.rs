//! Where the examples find trunks: on the server that the environment names, or on a fake one.

use netsapiens_connections::fake::FakeServer;
use netsapiens_connections::{CarrierTrunk, Client, ConnectionCreate, Error, RegisteringPbx};

/// `Client::from_env()` where `NETSAPIENS_SERVER` is set. Otherwise a client of a fake server with
/// the trunks of two customers and a carrier; the server runs until it is dropped.
pub(crate) async fn client() -> Result<(Client, Option<FakeServer>), Error> {
    if std::env::var_os("NETSAPIENS_SERVER").is_some() {
        return Ok((Client::from_env()?, None));
    }
    let server = FakeServer::start().await;
    let client = server.client()?;
    let trunks: [ConnectionCreate; 4] = [
        RegisteringPbx::new(
            "acme.example",
            "acme-pri.example",
            "15555550100",
            "Permit All",
        )
        .description("Lab PRI")
        .max_active_calls(23)
        .try_into()?,
        RegisteringPbx::new(
            "beta.example",
            "beta-pbx.example",
            "15555550110",
            "Permit All",
        )
        .description("Office PBX")
        .try_into()?,
        CarrierTrunk::new("192.0.2.20")
            .description("Carrier, gateway 1")
            .try_into()?,
        CarrierTrunk::new("192.0.2.21")
            .description("Carrier, gateway 2")
            .try_into()?,
    ];
    for trunk in trunks {
        // Calls to the carrier go out by both of its gateways.
        let carrier = trunk.domain.as_str() == "*";
        let trunk = match carrier {
            true => trunk.term_match_pattern("sip*@carrier.example"),
            false => trunk,
        };
        client.connections().create(trunk).await?;
    }
    Ok((client, Some(server)))
}
