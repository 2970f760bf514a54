//! Creates, lists, changes and deletes two trunks on a fake server; or, with `NETSAPIENS_SERVER`
//! and `NETSAPIENS_API_KEY` set, lists the trunks of a real one and changes nothing.
//!
//! ```console
//! $ cargo run --example quickstart --features fake
//! Embedded NetSapiens at http://127.0.0.1:…
//!
//! create  sip*@acme-pri.example    202 Accepted
//! create  sip*@192.0.2.20          202 Accepted
//! create  sip*@acme-pri.example    refused: create_connection: …Connection already exists…
//!
//! count   2 trunks
//! list    the whole system
//!
//!   DOMAIN        PATTERN                ADDRESS                           DIAL PLAN …
//!   acme.example  sip*@acme-pri.example  sip:15555550100@acme-pri.example  acme.example …
//!   *             sip*@192.0.2.20        192.0.2.20                        Inbound DID …
//!
//! get     sip*@acme-pri.example
//!         generated password: 12 characters, printed as Some(Secret(***))
//!         registration: unregistered_endpoint
//!
//! update  sip*@acme-pri.example    202 Accepted
//!   DOMAIN        PATTERN                ADDRESS                           DIAL PLAN …
//!   acme.example  sip*@acme-pri.example  sip:15555550100@…  no    yes  closed for repair
//!
//! delete  ..                       as a mistaken name of a trunk:
//!         invalid match pattern: …
//! delete  sip*@acme-pri.example    202 Accepted
//! delete  sip*@192.0.2.20          202 Accepted
//!
//! count   0 trunks
//! ```

use netsapiens_connections::fake::FakeServer;
use netsapiens_connections::settings::YesNo;
use netsapiens_connections::{
    CarrierTrunk, Client, Connection, ConnectionCreate, ConnectionUpdate, Error, RegisteringPbx,
};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let configured = ["NETSAPIENS_SERVER", "NETSAPIENS_API_KEY"]
        .iter()
        .all(|name| std::env::var_os(name).is_some());
    if configured {
        look().await?
    } else {
        whole_life().await?
    }
    Ok(())
}

/// Reads only.
async fn look() -> Result<(), Error> {
    println!("Reading the server in NETSAPIENS_SERVER; nothing is changed.\n");
    let client = Client::from_env()?;
    println!("count   {} trunks", client.connections().count().await?);
    let trunks = client.connections().list().await?;
    println!("list    {} trunks\n", trunks.len());
    print_table(&trunks);
    Ok(())
}

async fn whole_life() -> Result<(), Box<dyn std::error::Error>> {
    let server = FakeServer::start().await;
    println!(
        "Embedded NetSapiens at {}. Set NETSAPIENS_SERVER and NETSAPIENS_API_KEY to read a real \
         one.\n",
        server.url()
    );
    let client = server.client()?;
    let acme = client.domain("acme.example")?;

    // Both accept calls only from the address of their peer.
    let pbx: ConnectionCreate = RegisteringPbx::new(
        "acme.example",
        "acme-pri.example",
        "15555550100",
        "US and Canada",
    )
    .description("Lab PRI")
    .try_into()?;
    let carrier: ConnectionCreate = CarrierTrunk::new("192.0.2.20")
        .description("Carrier inbound, primary")
        .try_into()?;
    let pattern = pbx.orig_match_pattern.clone();

    for trunk in [&pbx, &carrier] {
        let receipt = client.connections().create(trunk).await?;
        println!(
            "create  {:<24} {} {}",
            trunk.orig_match_pattern,
            receipt.status(),
            receipt.message().unwrap_or_default()
        );
    }
    if let Err(error) = client.connections().create(&pbx).await {
        println!("create  {:<24} refused: {error}", pbx.orig_match_pattern);
    }

    println!("\ncount   {} trunks", client.connections().count().await?);
    println!("list    the whole system\n");
    print_table(&client.connections().list().await?);

    if let Some(trunk) = acme.connections().get(&pattern).await? {
        let password = trunk
            .sip_registration_password
            .as_ref()
            .map_or(0, |password| password.expose_secret().len());
        let state = trunk
            .registration
            .as_ref()
            .and_then(|device| device.device_sip_registration_state.as_deref());
        println!("\nget     {pattern}");
        println!(
            "        generated password: {password} characters, printed as {:?}",
            trunk.sip_registration_password
        );
        println!("        registration: {}", state.unwrap_or("none"));
    }

    let change = ConnectionUpdate::new()
        .orig_enabled(YesNo::No)
        .description("closed for repair");
    let receipt = acme.connections().update(&pattern, &change).await?;
    println!(
        "\nupdate  {pattern:<24} {} {}",
        receipt.status(),
        receipt.message().unwrap_or_default()
    );
    print_table(&acme.connections().list().await?);

    println!("\ndelete  {:<24} as a mistaken name of a trunk:", "..");
    if let Err(error) = acme.connections().delete("..").await {
        println!("        {error}");
    }
    let receipt = acme.connections().delete(&pattern).await?;
    println!(
        "delete  {pattern:<24} {} {}",
        receipt.status(),
        receipt.message().unwrap_or_default()
    );
    let receipt = client
        .domain("*")?
        .connections()
        .delete(&carrier.orig_match_pattern)
        .await?;
    println!(
        "delete  {:<24} {} {}",
        carrier.orig_match_pattern,
        receipt.status(),
        receipt.message().unwrap_or_default()
    );
    println!("\ncount   {} trunks", client.connections().count().await?);
    Ok(())
}

/// One line per trunk, columns as wide as their widest cell.
fn print_table(trunks: &[Connection]) {
    let text = |value: &Option<String>| value.clone().unwrap_or_else(|| "-".into());
    let switch = |value: &Option<YesNo>| value.as_ref().map_or("-".into(), ToString::to_string);
    let header = [
        "DOMAIN",
        "PATTERN",
        "ADDRESS",
        "DIAL PLAN",
        "DIAL POLICY",
        "FROM",
        "TO",
        "DESCRIPTION",
    ]
    .map(String::from);
    let rows = trunks.iter().map(|trunk| {
        [
            trunk.domain.clone(),
            trunk.orig_match_pattern.clone(),
            text(&trunk.address),
            text(&trunk.dial_plan),
            text(&trunk.dial_policy),
            switch(&trunk.orig_enabled),
            switch(&trunk.term_enabled),
            text(&trunk.description),
        ]
    });
    let rows: Vec<[String; 8]> = std::iter::once(header).chain(rows).collect();
    let width = |column: usize| {
        rows.iter()
            .map(|row| row[column].chars().count())
            .max()
            .unwrap_or_default()
    };
    for row in &rows {
        let cells: Vec<String> = row
            .iter()
            .enumerate()
            .map(|(column, cell)| format!("{cell:<width$}", width = width(column)))
            .collect();
        println!("  {}", cells.join("  ").trim_end());
    }
}
