//! Lists all trunks of the system as CSV, for a spreadsheet.
//!
//! ```console
//! $ cargo run --example inventory --features fake
//! domain,pattern,address,dial plan,dial policy,most calls,calls from it,calls to it,description
//! acme.example,sip*@acme-pri.example,sip:15555550100@acme-pri.example,acme.example,…
//! beta.example,sip*@beta-pbx.example,sip:15555550110@beta-pbx.example,beta.example,…
//! *,sip*@192.0.2.20,192.0.2.20,Inbound DID,Permit All,0,yes,yes,"Carrier, gateway 1"
//! *,sip*@192.0.2.21,192.0.2.21,Inbound DID,Permit All,0,yes,yes,"Carrier, gateway 2"
//! ```
//!
//! It lists the trunks of the server in `NETSAPIENS_SERVER` (with the key in `NETSAPIENS_API_KEY`),
//! or those of a fake server where that is not set.

mod sample;

use netsapiens_connections::Error;

#[tokio::main]
async fn main() -> Result<(), Error> {
    let (client, _fake) = sample::client().await?;

    println!(
        "domain,pattern,address,dial plan,dial policy,most calls,calls from it,calls to it,\
         description"
    );
    // Every trunk, or an error: never the first hundred of them.
    for trunk in client.connections().list().await? {
        let row = [
            Some(trunk.domain),
            Some(trunk.orig_match_pattern),
            trunk.address,
            trunk.dial_plan,
            trunk.dial_policy,
            trunk
                .limits_max_active_calls_total
                .map(|calls| calls.to_string()),
            trunk.orig_enabled.map(|switch| switch.to_string()),
            trunk.term_enabled.map(|switch| switch.to_string()),
            trunk.description,
        ];
        println!("{}", row.map(cell).join(","));
    }
    Ok(())
}

/// A value as RFC 4180 writes it; nothing for what is unset.
fn cell(value: Option<String>) -> String {
    let value = value.unwrap_or_default();
    match value.contains([',', '"', '\r', '\n']) {
        true => format!("\"{}\"", value.replace('"', "\"\"")),
        false => value,
    }
}
