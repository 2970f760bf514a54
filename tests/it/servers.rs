//! The fake servers that the tests run against: the captured one, one per quirk, and one with all
//! quirks.

use std::time::Duration;

use netsapiens_connections::Addressing;
use netsapiens_connections::fake::{
    EmptyDomain, FakeServer, GetMissing, ListPaging, Quirks, RegistrationShape,
};

/// A quirk, by name.
pub(crate) type Switch = (&'static str, fn(&mut Quirks));

/// Reads do not see a write at once.
pub(crate) const DELAY: &str = "visibility delay";
/// Vocabularies have unknown values.
pub(crate) const VALUES: &str = "unknown values";
/// Times have other formats.
pub(crate) const DATES: &str = "odd dates";
/// Responses are longer.
pub(crate) const LENGTHS: &str = "text for numbers";
/// Listing a domain without trunks is an error.
pub(crate) const EMPTY: &str = "404 for a domain without trunks";
/// Deleting a trunk that does not exist is a success.
pub(crate) const ACCEPTED: &str = "a missing trunk is deleted";

pub(crate) const SWITCHES: [Switch; 21] = [
    ("none", |_| {}),
    ("numbers for text", |quirks| quirks.numbers_for_text = true),
    (LENGTHS, |quirks| quirks.text_for_numbers = true),
    ("null for unset", |quirks| quirks.null_for_unset = true),
    ("unknown fields", |quirks| quirks.unknown_fields = true),
    (VALUES, |quirks| quirks.unknown_values = true),
    (DATES, |quirks| quirks.odd_dates = true),
    ("registration []", |quirks| {
        quirks.registration = RegistrationShape::EmptyArray
    }),
    ("registration {}", |quirks| {
        quirks.registration = RegistrationShape::EmptyObject
    }),
    ("registration absent", |quirks| {
        quirks.registration = RegistrationShape::Absent
    }),
    (DELAY, |quirks| {
        quirks.visibility_delay = Duration::from_millis(20)
    }),
    ("start and limit ignored", |quirks| {
        quirks.paging = ListPaging::Ignored
    }),
    ("start ignored", |quirks| {
        quirks.paging = ListPaging::StartIgnored
    }),
    ("lists stop at 100", |quirks| {
        quirks.paging = ListPaging::StopsAt100
    }),
    ("[] for a missing trunk", |quirks| {
        quirks.missing = GetMissing::EmptyArray
    }),
    (EMPTY, |quirks| quirks.empty_domain = EmptyDomain::NotFound),
    (ACCEPTED, |quirks| quirks.missing_delete_accepted = true),
    ("object for one", |quirks| quirks.object_for_one = true),
    ("base64 ids", |quirks| {
        quirks.addressing = Addressing::Base64Id
    }),
    ("base64 ids for URLs", |quirks| {
        quirks.addressing = Addressing::Base64UrlId
    }),
    ("lenient requests", |quirks| quirks.lenient_requests = true),
];

/// All quirks except some.
pub(crate) fn all_but(felt: &[&str]) -> Quirks {
    let mut quirks = Quirks::default();
    for (name, set) in SWITCHES {
        if !felt.contains(&name) {
            set(&mut quirks);
        }
    }
    quirks
}

/// Runs a test against every server.
pub(crate) async fn on_every_server(test: impl AsyncFn(FakeServer)) {
    on_servers_without(&[], test).await;
}

/// Runs a test against every server except those with these quirks, which change its result.
pub(crate) async fn on_servers_without(felt: &[&str], test: impl AsyncFn(FakeServer)) {
    for (name, set) in SWITCHES
        .into_iter()
        .filter(|(name, _)| !felt.contains(name))
    {
        let mut quirks = Quirks::default();
        set(&mut quirks);
        // Shown when the test fails.
        println!("a server with this quirk: {name}");
        test(FakeServer::with_quirks(quirks).await).await;
    }
    println!("a server with all quirks but {felt:?}");
    test(FakeServer::with_quirks(all_but(felt)).await).await;
}
