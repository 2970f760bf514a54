//! Names of domains and trunks stay in their path segment, and filters in their parameter, whatever
//! a gateway does to the request.

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use netsapiens_connections::{
    Addressing, Client, ConnectionFilter, ConnectionUpdate, DomainName, Error, ErrorKind,
    MatchPattern,
};
use proptest::prelude::*;
use tokio::runtime::Runtime;

use crate::gateways::{GATEWAYS, Resource, trunk};
use crate::wire::Wire;

const ACME: &str = "acme.example";

/// Names that reach something else when they are written into a path as they are, each with what
/// the error about it names: as a pattern, and as a domain.
const ATTACKS: &[(&str, &str, &str)] = &[
    ("", "empty", "empty"),
    (" ", "empty", "empty"),
    ("\t", "empty", "empty"),
    ("\n", "empty", "empty"),
    (".", "dots", "dots"),
    ("..", "dots", "dots"),
    ("...", "dots", "dots"),
    ("..;", "character 3 is `;`", "character 3 is `;`"),
    ("..;x", "`;`", "`;`"),
    (".;.", "`;`", "`;`"),
    ("..?", "`?`", "`?`"),
    ("..#", "`#`", "`#`"),
    ("..&", "`&`", "`&`"),
    (";", "`;`", "`;`"),
    ("?", "`?`", "`?`"),
    ("#", "`#`", "`#`"),
    ("&", "`&`", "`&`"),
    ("%c0%ae%c0%ae", "`%`", "`%`"),
    ("%e0%80%ae%e0%80%ae", "`%`", "`%`"),
    ("%f0%80%80%ae%2e", "`%`", "`%`"),
    ("\u{ff0e}\u{ff0e}", "U+FF0E", "U+FF0E"),
    ("\u{2024}.", "U+2024", "U+2024"),
    ("\u{2025}", "U+2025", "U+2025"),
    ("..\u{ff0f}", "U+FF0F", "U+FF0F"),
    ("..\u{ff1b}x", "U+FF1B", "U+FF1B"),
    ("..\u{200b}", "U+200B", "U+200B"),
    (".\u{200d}.", "U+200D", "U+200D"),
    ("\u{feff}..", "U+FEFF", "U+FEFF"),
    ("..\u{ad}", "U+00AD", "U+00AD"),
    ("..\u{202e}", "U+202E", "U+202E"),
    ("..\u{fe0f}", "U+FE0F", "U+FE0F"),
    (".\u{3000}.", "U+3000", "U+3000"),
    ("..\u{3000}", "white space", "U+3000"),
    ("sip*@ok?x", "character 8 is `?`", "`*`"),
    ("sip*@ok#x", "`#`", "`*`"),
    ("sip*@ok;x", "`;`", "`*`"),
    ("sip*@ok&x", "`&`", "`*`"),
    ("sip*@ok/x", "`/`", "`*`"),
    ("/sip*@ok", "`/`", "`/`"),
    ("sip*@ok%00x", "`%`", "`*`"),
    ("sip*@ok%3fx", "`%`", "`*`"),
    ("sip*@ok%253fx", "`%`", "`*`"),
    ("sip*@ok\u{ff1f}x", "U+FF1F", "`*`"),
    ("sip*@ok\u{200b}", "U+200B", "`*`"),
    ("sip*@ok ", "white space", "`*`"),
    ("sip* @ok", "U+0020", "`*`"),
    ("%2e%2e", "`%`", "`%`"),
    ("%2E%2E", "`%`", "`%`"),
    ("%2e", "`%`", "`%`"),
    (".%2e", "`%`", "`%`"),
    ("%252e%252e", "`%`", "`%`"),
    ("%25252e%25252e", "`%`", "`%`"),
    ("..%2f", "`%`", "`%`"),
    ("..%5c", "`%`", "`%`"),
    ("..%3b", "`%`", "`%`"),
    ("..%09", "`%`", "`%`"),
    ("..%00", "`%`", "`%`"),
    ("..\\", "`\\`", "`\\`"),
    ("a\\..\\..", "`\\`", "`\\`"),
    ("../..", "`/`", "`/`"),
    ("a/../..", "`/`", "`/`"),
    (".\n.", "U+000A", "U+000A"),
    ("..\0", "U+0000", "U+0000"),
    (".\u{85}.", "U+0085", "U+0085"),
    ("a\r\nDELETE / HTTP/1.1", "U+000D", "U+000D"),
    ("sip:*@192.0.2.20", "`:`", "`:`"),
    ("//", "`/`", "`/`"),
];

async fn accepting() -> Wire {
    Wire::responding(202, "application/json", "").await
}

fn client(wire: &Wire, addressing: Addressing) -> Client {
    wire.builder().addressing(addressing).build().unwrap()
}

async fn delete(client: &Client, domain: &str, pattern: &str) -> Result<(), Error> {
    let domain = client.domain(domain)?;
    domain.connections().delete(pattern).await.map(drop)
}

/// All three operations with a trunk in the path; the methods of those that were not refused.
async fn each_operation(client: &Client, domain: &str, pattern: &str) -> Vec<&'static str> {
    let Ok(domain) = client.domain(domain) else {
        return Vec::new();
    };
    let trunks = domain.connections();
    let change = ConnectionUpdate::default();
    let results = [
        ("GET", trunks.get(pattern).await.err()),
        ("PUT", trunks.update(pattern, &change).await.err()),
        ("DELETE", trunks.delete(pattern).await.err()),
    ];
    results
        .into_iter()
        .filter(|(_, error)| !error.as_ref().is_some_and(refused))
        .map(|(method, _)| method)
        .collect()
}

/// Refused without a request.
fn refused(error: &Error) -> bool {
    error.kind() == ErrorKind::Input && !error.may_have_been_sent()
}

/// The method and the path of `GET /path`.
fn parts(line: &str) -> (&str, &str) {
    line.split_once(' ').unwrap()
}

/// The trunk that the service has to see: the pattern is in the path as it is, or as an id.
fn own(addressing: Addressing, domain: &str, pattern: &str) -> Resource {
    match addressing {
        Addressing::Base64Id => trunk(domain, &STANDARD.encode(pattern)),
        Addressing::Base64UrlId => trunk(domain, &URL_SAFE_NO_PAD.encode(pattern)),
        _ => trunk(domain, pattern),
    }
}

// --- the models can find something ---

#[test]
fn each_gateway_takes_an_unchecked_name_for_something_else() {
    let domain = || Resource::Domain(ACME.into());
    let other_trunk = || trunk(ACME, "sip*@ok");
    // Written by hand: what a plain `format!` of a client without checks would have reached.
    let misread = [
        ("correct", "..", domain()),
        ("correct", "sip*@ok?x", other_trunk()),
        ("correct", "%2e%2e", domain()),
        ("drops parameters", "..;x", domain()),
        ("drops parameters", "sip*@ok;x", other_trunk()),
        ("drops parameters", ";", Resource::Trunks(ACME.into())),
        ("decodes once", "..%2f", domain()),
        ("decodes once", "sip*@ok%3fx", other_trunk()),
        ("decodes twice", "%252e%252e", domain()),
        ("decodes twice", "sip*@ok%253fx", other_trunk()),
        ("decodes, then drops parameters", "..%3b", domain()),
        ("takes overlong UTF-8", "%c0%ae%c0%ae", domain()),
        ("takes overlong UTF-8", "%e0%80%ae%e0%80%ae", domain()),
        ("takes overlong UTF-8", "%f0%80%80%ae%2e", domain()),
        ("puts the most similar ASCII", "\u{ff0e}\u{ff0e}", domain()),
        ("puts the most similar ASCII", "\u{2025}", domain()),
        (
            "puts the most similar ASCII",
            "sip*@ok\u{ff1f}x",
            other_trunk(),
        ),
        ("drops what is invisible", "..\u{200b}", domain()),
        ("drops what is invisible", ".\u{200d}.", domain()),
        ("drops what is invisible", "sip*@ok\u{200b}", other_trunk()),
        ("reads backslashes as slashes", "..\\", domain()),
        ("drops white space", "..%09", domain()),
        ("drops white space", ".\u{3000}.", domain()),
        ("merges slashes", "/sip*@ok", other_trunk()),
        ("stops at NUL", "sip*@ok%00x", other_trunk()),
        ("moves the path into a query", "sip*@ok&x", other_trunk()),
        (
            "does all of it until nothing changes",
            "%25252e%25252e",
            domain(),
        ),
        (
            "does all of it until nothing changes",
            "..\u{ff1b}x",
            domain(),
        ),
    ];
    for (name, attack, reached) in &misread {
        let gateway = GATEWAYS.iter().find(|gateway| gateway.name == *name);
        let plain = format!("/ns-api/v2/domains/{ACME}/connections/{attack}");
        assert_eq!(
            gateway.unwrap().reads(&plain),
            *reached,
            "{name}: {attack:?}"
        );
        assert!(ATTACKS.iter().any(|row| row.0 == *attack), "{attack:?}");
    }
    for gateway in &GATEWAYS {
        assert!(
            misread.iter().any(|row| row.0 == gateway.name),
            "{}",
            gateway.name
        );
    }
}

#[test]
fn encoding_alone_does_not_help_against_gateways_that_decode() {
    // The `encodeURIComponent` of `..;x`, `sip*@ok?x` and `/sip*@ok`, by hand.
    let encoded = [
        (
            "decodes, then drops parameters",
            "..%3Bx",
            Resource::Domain(ACME.into()),
        ),
        ("decodes once", "sip*%40ok%3Fx", trunk(ACME, "sip*@ok")),
        ("merges slashes", "%2Fsip*%40ok", trunk(ACME, "sip*@ok")),
    ];
    for (name, segment, reached) in encoded {
        let gateway = GATEWAYS.iter().find(|gateway| gateway.name == name);
        let path = format!("/ns-api/v2/domains/{ACME}/connections/{segment}");
        assert_eq!(gateway.unwrap().reads(&path), reached, "{name}");
    }
}

#[test]
fn each_gateway_takes_the_captured_path_for_its_trunk() {
    for gateway in &GATEWAYS {
        assert_eq!(
            gateway.reads("/ns-api/v2/domains/acme.example/connections/sip*%40acme-pri.example"),
            trunk(ACME, "sip*@acme-pri.example"),
            "{}",
            gateway.name
        );
    }
}

// --- attacks are refused ---

/// Deletes trunks by domain and pattern; each has to fail with an error that contains something.
async fn nothing_is_sent<'a>(trunks: impl Iterator<Item = (&'a str, &'a str, &'a str)>) {
    let wire = accepting().await;
    let client = client(&wire, Addressing::Pattern);
    for (domain, pattern, names) in trunks {
        let error = delete(&client, domain, pattern).await.unwrap_err();
        assert!(refused(&error), "{domain:?} {pattern:?}: {error}");
        assert!(
            error.to_string().contains(names),
            "{domain:?} {pattern:?}: {error}"
        );
    }
    // It comes last, so whatever was sent before has arrived before.
    delete(&client, ACME, "sip*@ok").await.unwrap();
    assert_eq!(
        wire.request_lines(),
        ["DELETE /ns-api/v2/domains/acme.example/connections/sip*%40ok"]
    );
}

#[tokio::test]
async fn a_delete_of_an_attack_as_pattern_sends_nothing() {
    nothing_is_sent(
        ATTACKS
            .iter()
            .map(|(attack, names, _)| (ACME, *attack, *names)),
    )
    .await;
}

#[tokio::test]
async fn a_delete_in_an_attack_as_domain_sends_nothing() {
    nothing_is_sent(
        ATTACKS
            .iter()
            .map(|(attack, _, names)| (*attack, "sip*@ok", *names)),
    )
    .await;
}

#[tokio::test]
async fn an_attack_by_id_reaches_its_own_trunk_or_is_refused() {
    let wire = accepting().await;
    let client = client(&wire, Addressing::Base64Id);
    let mut sent = Vec::new();
    for &(attack, ..) in ATTACKS {
        match delete(&client, ACME, attack).await {
            Ok(()) => sent.push(attack),
            // What no trunk is called, or has a `/` in its id.
            Err(error) => {
                assert!(refused(&error), "{attack:?}: {error}");
                let slash = STANDARD.encode(attack).contains('/');
                assert!(
                    slash || MatchPattern::new(attack).is_err(),
                    "{attack:?}: {error}"
                );
            }
        }
    }
    assert!(sent.contains(&"..;") && sent.contains(&"..") && sent.contains(&"../.."));
    let lines = wire.request_lines();
    assert_eq!(lines.len(), sent.len());
    for (line, attack) in lines.iter().zip(sent) {
        for gateway in &GATEWAYS {
            let reached = gateway.reads(parts(line).1);
            assert_eq!(
                reached,
                own(Addressing::Base64Id, ACME, attack),
                "{}: {line}",
                gateway.name
            );
        }
    }
}

#[test]
fn names_that_are_too_long_are_refused() {
    let long = |text: &str, times| text.repeat(times);
    assert!(DomainName::new(long("a", 64)).is_ok());
    let error = DomainName::new(long("a", 65)).unwrap_err().to_string();
    assert!(error.contains("longer than 64"), "{error}");
    assert!(MatchPattern::new(long("\u{fc}", 255)).is_ok());
    let error = MatchPattern::new(long("\u{fc}", 256))
        .unwrap_err()
        .to_string();
    assert!(error.contains("longer than 255"), "{error}");
}

#[test]
fn the_whole_system_and_the_domain_of_the_credential_are_names_only_alone() {
    for name in ["*", "~"] {
        assert_eq!(DomainName::new(name).unwrap().as_str(), name);
    }
    for name in ["**", "~~", "*.acme.example", "~acme", "acme*", "*~"] {
        assert!(DomainName::new(name).is_err(), "{name}");
    }
}

#[tokio::test]
async fn an_error_about_a_name_is_visible_ascii_and_does_not_repeat_the_name() {
    let wire = accepting().await;
    let client = client(&wire, Addressing::Pattern);
    for &(attack, ..) in ATTACKS {
        let name = format!("sentinel{attack}");
        for (domain, pattern) in [(ACME, name.as_str()), (name.as_str(), "sip*@ok")] {
            let Err(error) = delete(&client, domain, pattern).await else {
                // Of dots alone only a name like `sentinel..` is left.
                assert!(attack.bytes().all(|byte| byte == b'.'), "{attack:?}");
                continue;
            };
            let shown = format!("{error} {error:?}");
            assert!(!shown.contains("sentinel"), "{shown}");
            assert!(
                shown.bytes().all(|byte| matches!(byte, b' '..=b'~')),
                "{shown}"
            );
        }
    }
}

#[tokio::test]
async fn an_error_about_a_name_says_why_and_what_to_do() {
    let wire = accepting().await;
    let client = client(&wire, Addressing::Pattern);
    let by_id = "for a server from v46 set `Addressing::Base64Id`; before v46, only the list shows \
                 such a trunk";
    for (domain, pattern, why, way_out) in [
        (ACME, "sip:*@ok", "servers before v46", by_id),
        (ACME, "sip*@ok;x", "start of a parameter", by_id),
        (ACME, "sip*@ok/x", "path separator", by_id),
        (ACME, "sip*@ok?x", "end of the path", by_id),
        (ACME, "sip*@ok&x", "into a query", by_id),
        (ACME, "sip*@ok%x", "percent-encoded character", by_id),
        (ACME, "sip*@o k", "not visible ASCII", by_id),
        (ACME, "..", "another resource", by_id),
        (ACME, "", "whole collection", "give the match pattern"),
        (ACME, "sip*@ok ", "white space", "trim it"),
        (ACME, "sip*@\0ok", "control character", "remove it"),
        (
            "acme example",
            "sip*@ok",
            "no domain name has",
            "use only `A-Z a-z 0-9 . _ -`",
        ),
        (
            "..",
            "sip*@ok",
            "another resource",
            "give the name of a domain",
        ),
        ("", "sip*@ok", "whole collection", "give the domain name"),
    ] {
        let error = delete(&client, domain, pattern)
            .await
            .unwrap_err()
            .to_string();
        assert!(
            error.contains(why) && error.contains(way_out),
            "{pattern:?}: {error}"
        );
        assert!(error.contains("nothing was sent"), "{error}");
    }
}

// --- ids ---

#[tokio::test]
async fn a_pattern_is_sent_as_in_the_captured_request() {
    let wire = accepting().await;
    let client = client(&wire, Addressing::Pattern);
    delete(&client, ACME, "sip*@acme-pri.example")
        .await
        .unwrap();
    assert_eq!(
        wire.request_lines(),
        ["DELETE /ns-api/v2/domains/acme.example/connections/sip*%40acme-pri.example"]
    );
}

#[tokio::test]
async fn every_sign_that_a_path_takes_is_written_as_encode_uri_component_writes_it() {
    let wire = accepting().await;
    let client = client(&wire, Addressing::Pattern);
    delete(&client, ACME, "!\"$'()*+,-.<=>@[]^_`{|}~")
        .await
        .unwrap();
    // ECMA-262, 19.2.6.4: `A-Z a-z 0-9 - _ . ! ~ * ' ( )` stay; the rest by the table of ASCII.
    let segment = "!%22%24'()*%2B%2C-.%3C%3D%3E%40%5B%5D%5E_%60%7B%7C%7D~";
    assert_eq!(
        wire.request_lines(),
        [format!(
            "DELETE /ns-api/v2/domains/acme.example/connections/{segment}"
        )]
    );
}

#[tokio::test]
async fn an_id_is_the_encode_uri_component_of_the_pattern_in_base64() {
    let wire = accepting().await;
    let client = client(&wire, Addressing::Base64Id);
    // `printf 'sip:*@192.0.2.20' | base64` is c2lwOipAMTkyLjAuMi4yMA==, and of `a>>b` it is
    // YT4+Yg==; ECMAScript escapes `+` and `=`.
    for pattern in ["sip:*@192.0.2.20", "a>>b"] {
        delete(&client, ACME, pattern).await.unwrap();
    }
    assert_eq!(
        wire.request_lines(),
        [
            "DELETE /ns-api/v2/domains/acme.example/connections/c2lwOipAMTkyLjAuMi4yMA%3D%3D",
            "DELETE /ns-api/v2/domains/acme.example/connections/YT4%2BYg%3D%3D",
        ]
    );
}

#[tokio::test]
async fn an_id_with_a_slash_is_refused_and_the_error_names_the_other_alphabet() {
    let wire = accepting().await;
    let client = client(&wire, Addressing::Base64Id);
    // `printf 'xx?' | base64` is eHg/, `printf 'xx?~o?' | base64` is eHg/fm8/.
    for pattern in ["xx?", "xx?~o?"] {
        let error = delete(&client, ACME, pattern).await.unwrap_err();
        assert!(refused(&error), "{pattern}: {error}");
        assert!(error.to_string().contains("character 4 is `/`"), "{error}");
        assert!(
            error.to_string().contains("`Addressing::Base64UrlId`"),
            "{error}"
        );
    }
    assert_eq!(wire.request_lines(), Vec::<String>::new());
    // Why: behind a gateway that decodes, the id of `xx` without its padding is left.
    let gateway = GATEWAYS
        .iter()
        .find(|gateway| gateway.name == "decodes once");
    let reached = gateway
        .unwrap()
        .reads("/ns-api/v2/domains/acme.example/connections/eHg%2F");
    assert_eq!(reached, trunk(ACME, "eHg"));
}

#[tokio::test]
async fn an_id_in_the_alphabet_for_urls_stands_as_it_is() {
    let wire = accepting().await;
    let client = client(&wire, Addressing::Base64UrlId);
    // `base64` of these, with `-` for `+`, `_` for `/` and no `=`.
    for pattern in ["a>>b", "xx?~o?", "sip:*@192.0.2.20"] {
        delete(&client, ACME, pattern).await.unwrap();
    }
    let lines = wire.request_lines();
    let ids: Vec<&str> = lines
        .iter()
        .filter_map(|line| line.rsplit('/').next())
        .collect();
    assert_eq!(ids, ["YT4-Yg", "eHg_fm8_", "c2lwOipAMTkyLjAuMi4yMA"]);
}

// --- whatever is accepted reaches its own trunk ---

/// Characters that some gateway reads as another, or that stand beside those.
fn tricky() -> impl Iterator<Item = char> {
    let rest = "\u{80}\u{85}\u{a0}\u{a5}\u{ad}\u{b7}\u{df}\u{e9}\u{17f}\u{34f}\u{37e}\u{61c}\
        \u{115f}\u{180e}\u{2000}\u{200b}\u{200c}\u{200d}\u{200e}\u{200f}\u{2024}\u{2025}\u{2026}\
        \u{2028}\u{2029}\u{202a}\u{202e}\u{2044}\u{2060}\u{2066}\u{2069}\u{20a9}\u{212a}\u{2215}\
        \u{2216}\u{2236}\u{29f8}\u{3000}\u{3002}\u{3164}\u{fe00}\u{fe0f}\u{fe52}\u{fe54}\u{fe55}\
        \u{fe56}\u{fe5f}\u{fe60}\u{fe68}\u{fe6a}\u{feff}\u{ff03}\u{ff05}\u{ff06}\u{ff0a}\u{ff0e}\
        \u{ff0f}\u{ff1a}\u{ff1b}\u{ff1f}\u{ff20}\u{ff3c}\u{ff5e}\u{ff61}\u{ffa0}\u{fffd}\
        \u{1f4a9}\u{e0001}\u{e0100}\u{10ffff}";
    ('\0'..='\x7f').chain(rest.chars())
}

/// Each tricky character at each position of some names.
fn tricky_names(bases: &[&str]) -> Vec<String> {
    let mut names = Vec::new();
    for base in bases {
        for position in 0..=base.len() {
            for character in tricky() {
                let mut name = (*base).to_owned();
                name.insert(position, character);
                names.push(name);
            }
        }
    }
    names
}

/// Deletes each trunk, and holds what arrives against every gateway. Gives how many were sent.
async fn deletes_reach_their_own(addressing: Addressing, trunks: &[(String, String)]) -> usize {
    let wire = accepting().await;
    let client = client(&wire, addressing);
    let mut expected = Vec::new();
    for (domain, pattern) in trunks {
        match delete(&client, domain, pattern).await {
            Ok(()) => expected.push(own(addressing, domain, pattern)),
            Err(error) => assert!(refused(&error), "{domain:?} {pattern:?}: {error}"),
        }
    }
    let lines = wire.request_lines();
    assert_eq!(lines.len(), expected.len());
    for (line, own) in lines.iter().zip(&expected) {
        for gateway in &GATEWAYS {
            assert_eq!(
                gateway.reads(parts(line).1),
                *own,
                "{}: {line}",
                gateway.name
            );
        }
    }
    expected.len()
}

#[tokio::test]
async fn every_gateway_reads_every_accepted_pattern_as_itself() {
    let names = tricky_names(&["", ".", "..", "a", "sip*@ok", "..%"]).into_iter();
    let trunks: Vec<_> = names.map(|pattern| (ACME.to_owned(), pattern)).collect();
    let sent = deletes_reach_their_own(Addressing::Pattern, &trunks).await;
    // Visible ASCII has 94 characters; 8 of them are refused. `sip*@ok` has 8 positions, `a` 2, the
    // empty name 1, `.` 2 and `..` 3, in each of which one more dot is refused too; `..%` has none.
    assert_eq!(sent, 86 * 16 - 6);
}

#[tokio::test]
async fn every_gateway_reads_every_accepted_id_as_itself() {
    let names = tricky_names(&["..", "ok"]).into_iter();
    let names = names.filter(|name| MatchPattern::new(name).is_ok());
    let trunks: Vec<_> = names.map(|pattern| (ACME.to_owned(), pattern)).collect();
    let sent = deletes_reach_their_own(Addressing::Base64UrlId, &trunks).await;
    assert_eq!(sent, trunks.len());
    let sent = deletes_reach_their_own(Addressing::Base64Id, &trunks).await;
    let slashes = trunks
        .iter()
        .filter(|trunk| STANDARD.encode(&trunk.1).contains('/'))
        .count();
    assert_eq!((sent, slashes > 0), (trunks.len() - slashes, true));
}

#[tokio::test]
async fn every_gateway_reads_every_accepted_domain_as_itself() {
    let names = tricky_names(&["", ".", "..", "a", "acme.example", "..%"]).into_iter();
    let trunks: Vec<_> = names.map(|domain| (domain, "sip*@ok".to_owned())).collect();
    let sent = deletes_reach_their_own(Addressing::Pattern, &trunks).await;
    // 65 characters are allowed, at 13 positions of `acme.example` and as above; `*` and `~` alone.
    assert_eq!(sent, 65 * (1 + 2 + 3 + 2 + 13) - 6 + 2);
}

#[tokio::test]
async fn all_operations_on_a_trunk_have_the_same_path() {
    for addressing in [
        Addressing::Pattern,
        Addressing::Base64Id,
        Addressing::Base64UrlId,
    ] {
        let wire = accepting().await;
        let client = client(&wire, addressing);
        let mut expected = Vec::new();
        for character in tricky() {
            let pattern = format!("sip*@o{character}k");
            for method in each_operation(&client, ACME, &pattern).await {
                expected.push((method, own(addressing, ACME, &pattern)));
            }
        }
        assert_eq!(
            expected.len() % 3,
            0,
            "an operation accepts what another refuses"
        );
        let lines = wire.request_lines();
        assert_eq!(lines.len(), expected.len());
        for (line, (method, own)) in lines.iter().zip(expected) {
            let (arrived, path) = parts(line);
            assert_eq!(arrived, method);
            for gateway in &GATEWAYS {
                assert_eq!(gateway.reads(path), own, "{}: {line}", gateway.name);
            }
        }
    }
}

#[tokio::test]
async fn the_list_of_a_domain_stays_in_the_domain() {
    let wire = Wire::responding(200, "application/json", "[]").await;
    let client = client(&wire, Addressing::Pattern);
    let attacks = ATTACKS.iter().map(|row| row.0.to_owned());
    let names = attacks.chain(tricky().map(|character| format!("ac{character}me")));
    let mut before = 0;
    for name in names {
        let Ok(domain) = client.domain(&name) else {
            continue;
        };
        let _ = domain.connections().list().await;
        let lines = wire.request_lines().split_off(before);
        before += lines.len();
        assert!(!lines.is_empty(), "{name}");
        for line in lines {
            // To list, and to compare with the count.
            if line == format!("GET /ns-api/v2/connections/count?domain={name}") {
                continue;
            }
            for gateway in &GATEWAYS {
                let reached = gateway.reads(parts(&line).1);
                assert_eq!(reached, Resource::Trunks(name.clone()), "{}", gateway.name);
            }
        }
    }
    assert!(before >= 65, "{before}");
}

/// Strings of pieces that gateways read in their own way, and of anything else.
fn name() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        4 => "[a-zA-Z0-9._-]{1,8}",
        2 => "[!\"$'()*+,<=>@^_`{|}~\\[\\]]{1,4}",
        1 => "[/\\\\?#;%:&]",
        1 => proptest::sample::select(ATTACKS).prop_map(|row| row.0.to_owned()),
        1 => "%[0-9a-fA-F]{2}",
        1 => "\\PC{1,3}",
        1 => any::<char>().prop_map(String::from),
    ];
    proptest::collection::vec(piece, 0..6).prop_map(|pieces| pieces.concat())
}

#[test]
fn every_gateway_reads_any_accepted_names_as_themselves() {
    let runtime = Runtime::new().unwrap();
    let domain = prop_oneof!["[a-zA-Z0-9._-]{1,64}", "[*~]", name()];
    let pattern = prop_oneof![name(), "[!-~]{1,40}", "[ -~]{1,40}"];
    let trunks = proptest::collection::vec((domain, pattern), 1..40);
    let addressing = prop_oneof![
        Just(Addressing::Pattern),
        Just(Addressing::Base64Id),
        Just(Addressing::Base64UrlId)
    ];
    proptest!(ProptestConfig::with_cases(100), |(trunks in trunks, addressing in addressing)| {
        runtime.block_on(deletes_reach_their_own(addressing, &trunks));
    });
}

#[test]
fn usual_patterns_are_addressed_as_they_are() {
    let runtime = Runtime::new().unwrap();
    // Of user and host of a SIP URI (RFC 3261, 25.1), and `*`; without parameters and ports.
    let pattern = "[A-Za-z0-9_.!~*'()=+$,-]{1,20}@[a-z0-9-]{1,20}(\\.[a-z0-9-]{1,10}){0,3}";
    let patterns = proptest::collection::vec(pattern, 20);
    proptest!(ProptestConfig::with_cases(20), |(patterns in patterns)| {
        let trunks: Vec<_> = patterns.into_iter().map(|one| (ACME.to_owned(), one)).collect();
        let sent = runtime.block_on(deletes_reach_their_own(Addressing::Pattern, &trunks));
        prop_assert_eq!(sent, 20);
    });
}

// --- filters ---

/// The names and values of a query, as the URL Standard reads a form.
fn query(target: &str) -> Vec<(String, String)> {
    let decoded = |text: &str| {
        let mut bytes = Vec::new();
        let mut rest = text.as_bytes().iter();
        while let Some(byte) = rest.next() {
            bytes.push(match byte {
                b'+' => b' ',
                b'%' => {
                    let mut digit = || char::from(*rest.next().unwrap()).to_digit(16).unwrap();
                    (digit() * 16 + digit()) as u8
                }
                other => *other,
            });
        }
        String::from_utf8(bytes).unwrap()
    };
    let query = target.split_once('?').map_or("", |(_, query)| query);
    let pairs = query.split('&').filter(|pair| !pair.is_empty());
    pairs
        .map(|pair| pair.split_once('=').unwrap())
        .map(|(name, value)| (decoded(name), decoded(value)))
        .collect()
}

type Field = fn(&mut ConnectionFilter) -> &mut Option<String>;

const FIELDS: [(&str, Field); 5] = [
    ("device-sip-registration-uri", |filter| {
        &mut filter.device_sip_registration_uri
    }),
    ("termination-match", |filter| &mut filter.termination_match),
    ("reseller", |filter| &mut filter.reseller),
    ("route-chain", |filter| &mut filter.route_chain),
    ("user-scope", |filter| &mut filter.user_scope),
];

/// Sends a filter with each operation that takes one, and holds all that arrives against it.
async fn filters_stay_in_their_parameter(value: &str) {
    for (name, field) in FIELDS {
        let wire = Wire::responding(200, "application/json", "[]").await;
        let client = client(&wire, Addressing::Pattern);
        let mut filter = ConnectionFilter::default();
        *field(&mut filter) = Some(value.to_owned());
        let acme = client.domain(ACME).unwrap();
        let _ = client.connections().filter(filter.clone()).list().await;
        let _ = client.connections().filter(filter.clone()).count().await;
        let _ = acme.connections().filter(filter.clone()).list().await;
        let _ = acme.connections().filter(filter.clone()).count().await;
        let lines = wire.request_lines();
        assert!(lines.len() >= 4, "{lines:?}");
        for line in lines {
            let (method, target) = parts(&line);
            let path = target.split('?').next().unwrap();
            let path = path.strip_prefix("/ns-api/v2").unwrap();
            let paths = [
                "/connections",
                "/connections/count",
                "/domains/acme.example/connections",
            ];
            assert_eq!((method, paths.contains(&path)), ("GET", true), "{line}");
            assert!(
                target
                    .bytes()
                    .all(|byte| byte.is_ascii_graphic() && byte != b'#'),
                "{line}"
            );
            let mut seen = 0;
            for (parameter, sent) in query(target) {
                match parameter.as_str() {
                    parameter if parameter == name => {
                        seen += 1;
                        assert_eq!(sent, value, "{line}");
                    }
                    "domain" => assert_eq!(sent, ACME, "{line}"),
                    "start" | "limit" => assert!(sent.parse::<u64>().is_ok(), "{line}"),
                    other => panic!("the parameter {other} came out of {value:?}: {line}"),
                }
            }
            assert_eq!(seen, 1, "{line}");
        }
    }
}

#[tokio::test]
async fn a_hostile_filter_stays_in_its_parameter() {
    for value in [
        "x&domain=other.example",
        "x&reseller=other",
        "x%26domain=other.example",
        "x;domain=other.example",
        "x#y",
        "x?y=z",
        "=",
        "a=b=c",
        "a+b c",
        "%",
        "%zz",
        "%2526",
        "../../count",
        "x HTTP/1.1\r\nx-injected: 1",
        "\0",
        "\u{ff06}domain\u{ff1d}other.example",
        "",
    ] {
        filters_stay_in_their_parameter(value).await;
    }
}

#[test]
fn any_filter_stays_in_its_parameter() {
    let runtime = Runtime::new().unwrap();
    let value = prop_oneof![name(), "[&=;#?%+ a-z]{0,20}", any::<String>()];
    proptest!(ProptestConfig::with_cases(50), |(value in value)| {
        runtime.block_on(filters_stay_in_their_parameter(&value));
    });
}
