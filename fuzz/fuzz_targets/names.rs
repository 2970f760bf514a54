//! Names in the path of a request: every gateway reads what is accepted as itself.
#![no_main]

#[path = "../../tests/it/gateways.rs"]
mod gateways;

use gateways::{GATEWAYS, trunk};

libfuzzer_sys::fuzz_target!(|names: (&str, &str)| {
    let (domain, pattern) = names;
    for address in netsapiens_connections::fuzzing::names(domain, pattern) {
        for gateway in &GATEWAYS {
            let own = trunk(domain, &address.connection);
            assert_eq!(
                gateway.reads(&address.path),
                own,
                "{}: {address:?}",
                gateway.name
            );
        }
    }
});
