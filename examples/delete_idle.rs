//! Deletes the trunks of a domain that carried no call this month or last month.
//!
//! ```console
//! $ cargo run --example delete_idle --features fake -- acme.example
//! sip*@acme-pri.example: idle; --yes deletes it
//! sip*@trunk-000004.example: idle; --yes deletes it
//! sip*@trunk-000005.example: idle; --yes deletes it
//! $ cargo run --example delete_idle --features fake -- acme.example --yes
//! sip*@acme-pri.example: deleted (202)
//! sip*@trunk-000004.example: deleted (202)
//! sip*@trunk-000005.example: kept: the trunk has 2 calls…
//! ```
//!
//! Without `--yes` it deletes nothing. The domain is one of the server in `NETSAPIENS_SERVER` (with
//! the key in `NETSAPIENS_API_KEY`), or of a fake server where that is not set.

mod sample;

use std::error::Error;

use netsapiens_connections::{Connection, ErrorKind};

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let (domain, yes) = match arguments.as_slice() {
        [domain] => (domain, false),
        [domain, flag] if flag == "--yes" => (domain, true),
        _ => return Err("usage: delete_idle DOMAIN [--yes]".into()),
    };
    let (client, fake) = sample::client().await?;
    let domain = client.domain(domain.as_str())?;
    if let Some(fake) = fake.as_ref() {
        // A trunk that never had calls, and one whose first two are up.
        fake.seed("acme.example", 2);
        fake.set_calls("acme.example", "sip*@trunk-000005.example", 1, 1);
    }

    let connections = domain.connections();
    for trunk in connections.list().await? {
        let pattern = &trunk.orig_match_pattern;
        if !is_idle(&trunk) {
            println!("{pattern}: in use");
        } else if !yes {
            println!("{pattern}: idle; --yes deletes it");
        } else {
            // Reads the trunk again, and leaves it alone where a call has begun since.
            match connections.delete_idle(pattern.as_str()).await {
                Ok(accepted) => println!("{pattern}: deleted ({})", accepted.status()),
                Err(error) if error.kind() == ErrorKind::Precondition => {
                    println!("{pattern}: kept: {error}");
                }
                Err(error) => return Err(error.into()),
            }
        }
    }
    Ok(())
}

/// Most calls at once in both months were none. A server that does not tell is no proof.
fn is_idle(trunk: &Connection) -> bool {
    trunk.active_calls_max_this_month == Some(0) && trunk.active_calls_max_last_month == Some(0)
}
