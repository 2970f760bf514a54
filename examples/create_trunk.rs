//! Creates the trunk of a PBX that registers, and reads the password that the server generated.
//!
//! ```console
//! $ cargo run --example create_trunk --features fake -- acme.example pbx.example 15555550199
//! created   sip*@pbx.example in acme.example
//! register  as 15555550199 in the realm acme.example
//! password  ************ (12 characters; --show-password shows it)
//! $ cargo run --example create_trunk --features fake -- \
//!     acme.example pbx.example 15555550199 --show-password
//! created   sip*@pbx.example in acme.example
//! register  as 15555550199 in the realm acme.example
//! password  …
//! ```
//!
//! The arguments are the customer's domain, the host in the SIP URI of the PBX, and the user name
//! of its registration. The trunk is created on the server in `NETSAPIENS_SERVER` (with the key in
//! `NETSAPIENS_API_KEY`), or on a fake server where that is not set.

mod sample;

use std::error::Error;
use std::time::Duration;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let (flags, names): (Vec<_>, Vec<_>) = std::env::args()
        .skip(1)
        .partition(|argument| argument.starts_with("--"));
    let show = flags.iter().any(|flag| flag == "--show-password");
    let [domain, host, username] = names.as_slice() else {
        return Err("usage: create_trunk DOMAIN HOST USERNAME [--show-password]".into());
    };
    let (client, _fake) = sample::client().await?;

    // Calls from it are accepted from its address alone, and go where the policy permits.
    let acme = client.domain(domain.as_str())?;
    let pbx = acme
        .registering_pbx(host, username, "US and Canada")
        .max_active_calls(23);

    // The response to a create does not have the password, and servers show a new trunk late.
    let created = acme
        .connections()
        .create_and_read(pbx, Duration::from_secs(10))
        .await;
    let trunk = match created {
        Err(error) if error.is_conflict() => {
            return Err(format!("{domain} has a trunk for {host} already").into());
        }
        other => other?,
    };

    println!("created   {} in {}", trunk.orig_match_pattern, trunk.domain);
    let realm = trunk.sip_registration_realm.as_deref().unwrap_or("-");
    let username = trunk.sip_registration_username.as_deref().unwrap_or("-");
    println!("register  as {username} in the realm {realm}");
    match trunk.sip_registration_password {
        Some(password) if show => println!("password  {}", password.expose_secret()),
        Some(password) => {
            let length = password.expose_secret().len();
            let stars = "*".repeat(length);
            println!("password  {stars} ({length} characters; --show-password shows it)");
        }
        None => println!("password  none: the server did not generate one"),
    }
    Ok(())
}
