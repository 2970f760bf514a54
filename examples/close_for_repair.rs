//! Closes the trunks that lead to one carrier while it is under repair, and opens them again.
//!
//! ```console
//! $ cargo run --example close_for_repair --features fake -- close 'sip*@carrier.example'
//! would close 2 trunks (--yes does it):
//!   * sip*@192.0.2.20 (Carrier, gateway 1)
//!   * sip*@192.0.2.21 (Carrier, gateway 2)
//! $ cargo run --example close_for_repair --features fake -- close 'sip*@carrier.example' --yes
//! 202 * sip*@192.0.2.20 (Carrier, gateway 1)
//! 202 * sip*@192.0.2.21 (Carrier, gateway 2)
//! ```
//!
//! The trunks that lead there are selected by their termination pattern. They are those of the
//! server in `NETSAPIENS_SERVER` (with the key in `NETSAPIENS_API_KEY`), or of a fake server where
//! that is not set.

mod sample;

use std::error::Error;

use netsapiens_connections::bulk::{Outcome, apply};
use netsapiens_connections::{Connection, ConnectionFilter, ConnectionUpdate};

const AT_ONCE: usize = 4;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let (open, pattern, yes) = match arguments[..] {
        ["close", pattern] => (false, pattern, false),
        ["close", pattern, "--yes"] => (false, pattern, true),
        ["open", pattern] => (true, pattern, false),
        ["open", pattern, "--yes"] => (true, pattern, true),
        _ => return Err("usage: close_for_repair close|open TERMINATION_PATTERN [--yes]".into()),
    };
    let (client, _fake) = sample::client().await?;

    // The vendor does not say how the server compares, so the trunks are looked at again here: one
    // that is closed by mistake carries no calls.
    let filter = ConnectionFilter::new().termination_match(pattern);
    let mut trunks = client.connections().filter(filter).list().await?.into_vec();
    trunks.retain(|trunk| trunk.term_match_pattern.as_deref() == Some(pattern));

    let verb = if open { "open" } else { "close" };
    if !yes {
        println!("would {verb} {} trunks (--yes does it):", trunks.len());
    }
    let names: Vec<String> = trunks.iter().map(name).collect();
    if !yes {
        names.iter().for_each(|name| println!("  {name}"));
        return Ok(());
    }

    // Only these two settings are sent; the others stay as they are.
    let change = ConnectionUpdate::new()
        .orig_enabled(open)
        .term_enabled(open);
    let all = client.connections();
    let update = async |trunk: Connection| all.update(&trunk.key()?, &change).await;
    // A key without the right for a domain is refused once there, and other domains go on.
    let domain = |trunk: &Connection| trunk.domain.clone();
    let outcomes = apply(trunks, update)
        .at_once(AT_ONCE)
        .scope(domain)
        .run()
        .await;
    let mut failed = 0;
    for (name, outcome) in names.iter().zip(outcomes) {
        match outcome {
            Outcome::Done(accepted) => println!("{} {name}", accepted.status()),
            Outcome::Failed(error) => {
                failed += 1;
                println!("failed {name}: {error}");
            }
            _ => {
                failed += 1;
                println!("skipped {name}: its domain was refused");
            }
        }
    }
    match failed {
        0 => Ok(()),
        _ => Err(format!("{failed} trunks were not changed").into()),
    }
}

fn name(trunk: &Connection) -> String {
    let description = trunk.description.as_deref().unwrap_or("no description");
    format!(
        "{} {} ({description})",
        trunk.domain, trunk.orig_match_pattern
    )
}
