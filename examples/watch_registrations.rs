//! Watches the registrations of all PBXs, and prints what changes.
//!
//! ```console
//! $ cargo run --example watch_registrations --features fake -- 0.01 3
//! acme.example sip*@acme-pri.example: unregistered_endpoint
//! beta.example sip*@beta-pbx.example: unregistered_endpoint
//! acme.example sip*@new.example: unregistered_endpoint
//! acme.example sip*@acme-pri.example: no registration any more
//! ```
//!
//! The arguments are the seconds between two looks (60 unless given) and the number of looks
//! (without end unless given). The PBXs are those of the server in `NETSAPIENS_SERVER` (with the
//! key in `NETSAPIENS_API_KEY`), or of a fake server where that is not set.

mod sample;

use std::collections::BTreeMap;
use std::error::Error;
use std::time::Duration;

use netsapiens_connections::{Client, Connection, ConnectionUpdate};

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let seconds = arguments.next().map_or(Ok(60.0), |text| text.parse())?;
    let pause = Duration::try_from_secs_f64(seconds)?;
    let looks = arguments.next().map_or(Ok(u64::MAX), |text| text.parse())?;
    let (client, fake) = sample::client().await?;

    let mut before: Option<BTreeMap<String, String>> = None;
    for look in 1..=looks {
        match states(&client).await {
            Ok(now) => {
                report(before.as_ref(), &now);
                before = Some(now);
            }
            // The server is away for a while: the next look may find it again.
            Err(error) if error.is_retryable() => eprintln!("look {look}: {error}"),
            Err(error) => return Err(error.into()),
        }
        if look == 1 && fake.is_some() {
            change_something(&client).await?;
        }
        tokio::time::sleep(pause).await;
    }
    Ok(())
}

/// The state of each trunk that registers, in the words of the server, in flat memory.
async fn states(
    client: &Client,
) -> Result<BTreeMap<String, String>, netsapiens_connections::Error> {
    let mut states = BTreeMap::new();
    let mut trunks = client.connections().stream();
    while let Some(trunk) = trunks.next().await {
        let trunk = trunk?;
        if let Some(state) = state(&trunk) {
            states.insert(
                format!("{} {}", trunk.domain, trunk.orig_match_pattern),
                state,
            );
        }
    }
    Ok(states)
}

fn state(trunk: &Connection) -> Option<String> {
    trunk
        .registration
        .as_ref()?
        .device_sip_registration_state
        .clone()
}

/// All of it the first time, and then what is different.
fn report(before: Option<&BTreeMap<String, String>>, now: &BTreeMap<String, String>) {
    let earlier = |name: &String| before.and_then(|before| before.get(name));
    for (name, state) in now {
        match earlier(name) {
            Some(old) if old == state => {}
            Some(old) => println!("{name}: {old} -> {state}"),
            None => println!("{name}: {state}"),
        }
    }
    for name in before.into_iter().flat_map(BTreeMap::keys) {
        if !now.contains_key(name) {
            println!("{name}: no registration any more");
        }
    }
}

/// So that there is something to see on the fake server.
async fn change_something(client: &Client) -> Result<(), netsapiens_connections::Error> {
    let acme = client.domain("acme.example")?;
    acme.connections()
        .create(acme.registering_pbx("new.example", "15555550120", "US"))
        .await?;
    let off = ConnectionUpdate::new().clear_sip_registration_username();
    acme.connections()
        .update("sip*@acme-pri.example", &off)
        .await?;
    Ok(())
}
