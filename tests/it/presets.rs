//! The presets have the settings of their recordings, key by key; no preset, example or
//! documentation makes a trunk that is open to abuse.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use netsapiens_connections::fake::FakeServer;
use netsapiens_connections::settings::{SipTransport, YesNo};
use netsapiens_connections::{
    CarrierTrunk, ConnectionCreate, DomainName, InvalidValue, MatchPattern, RegisteringPbx,
};
use serde_json::{Map, Value, json};

const CAPTURED: &str = "get_connection/200-registered-pri.json#/response/body/0";
const REQUESTED_PBX: &str = "create_connection/202-registering-pri.json#/request/body";
const CARRIER: &str = "create_connection/202-carrier-trunk.json#/request/body";
const CARRIER_BY_NAME: &str = "create_connection/202-carrier-trunk-by-name.json#/request/body";
const LOAD_GENERATOR: &str =
    "create_connection/202-inbound-carrier-of-load-generator.json#/request/body";

fn root() -> PathBuf {
    env!("CARGO_MANIFEST_DIR").into()
}

fn recorded(place: &str) -> Map<String, Value> {
    let (file, pointer) = place.split_once('#').unwrap();
    let text = std::fs::read_to_string(root().join("tests/recordings").join(file)).unwrap();
    let recording: Value = serde_json::from_str(&text).unwrap();
    recording
        .pointer(pointer)
        .unwrap()
        .as_object()
        .unwrap()
        .clone()
}

fn body(trunk: Result<ConnectionCreate, InvalidValue>) -> Map<String, Value> {
    match serde_json::to_value(trunk.unwrap()).unwrap() {
        Value::Object(body) => body,
        other => panic!("{other}"),
    }
}

fn pbx() -> RegisteringPbx {
    RegisteringPbx::new(
        "acme.example",
        "acme-pri.example",
        "15555550100",
        "US and Canada",
    )
}

/// The keys in which a body is not the recorded one, each held against the reasons: one without a
/// reason fails, and so does a reason without a difference.
fn differs_only_in(ours: &Map<String, Value>, place: &str, reasons: &[(&str, &str)]) {
    let recorded = recorded(place);
    let keys: BTreeSet<&String> = ours.keys().chain(recorded.keys()).collect();
    let different: BTreeSet<&str> = keys
        .into_iter()
        .filter(|key| ours.get(*key) != recorded.get(*key))
        .map(String::as_str)
        .collect();
    let explained: BTreeMap<&str, &str> = reasons.iter().copied().collect();
    assert_eq!(explained.len(), reasons.len(), "a key with two reasons");
    assert!(explained.values().all(|reason| reason.ends_with('.')));
    assert_eq!(different, explained.into_keys().collect(), "{place}");
}

const READ_ONLY: &str = "It is read-only.";
const EMPTY: &str = "Unset is the empty string in a response, and not sent in a create.";
const ABSENT: &str = "The request leaves it out; the value is that of the captured trunk.";
const CAPTURED_INSTEAD: &str = "The captured trunk, which works, has another value.";

#[test]
fn a_registering_pbx_has_the_settings_of_the_captured_trunk() {
    differs_only_in(
        &body(pbx().description("Lab PRI").try_into()),
        CAPTURED,
        &[
            ("active-calls-max-last-month", READ_ONLY),
            ("active-calls-max-this-month", READ_ONLY),
            ("active-calls-orig-current", READ_ONLY),
            ("active-calls-orig-since-startup", READ_ONLY),
            ("active-calls-term-current", READ_ONLY),
            ("active-calls-term-since-startup", READ_ONLY),
            ("call-routing", READ_ONLY),
            ("connection-sip-registration-datetime", READ_ONLY),
            ("last-modified-datetime", READ_ONLY),
            ("registration", READ_ONLY),
            ("connection-sip-registration-expires-datetime", EMPTY),
            ("time-zone", EMPTY),
            ("utc-offset", EMPTY),
            (
                "connection-sip-registration-password",
                "The server generates one, which nobody has to invent or to send.",
            ),
        ],
    );
}

#[test]
fn a_registering_pbx_beside_the_request_of_a_user() {
    let as_requested = pbx()
        .description("Lab PRI")
        .source_host("acme-pri.example")
        .p_asserted_id_format("hello")
        .require_sip_authentication();
    const INTEGER: &str = "The documented type is an integer, and the captured trunk has one.";
    const SWAPPED: &str =
        "The request looks swapped with its neighbour, beside the captured trunk.";
    differs_only_in(
        &body(as_requested.try_into()),
        REQUESTED_PBX,
        &[
            ("limits-max-active-calls-orig", INTEGER),
            ("limits-max-active-calls-term", INTEGER),
            ("limits-max-active-calls-total", INTEGER),
            ("dial-plan", SWAPPED),
            ("dial-policy", SWAPPED),
            ("connection-sip-session-timer-enabled", CAPTURED_INSTEAD),
            (
                "connection-sip-registration-expires-datetime",
                "Copied from the vendor's example, and in the past: nothing to set.",
            ),
            (
                "minimum-call-duration-second",
                "Misspelt, as in the vendor's example.",
            ),
            ("minimum-call-duration-seconds", ABSENT),
            ("connection-allow-mid-call-uri-updates-enabled", ABSENT),
            ("connection-block-media-in-sip-180-ringing", ABSENT),
            ("connection-check-orig-matching-sip-header", ABSENT),
            ("connection-is-carrier-trunk", ABSENT),
            ("connection-record-all-calls-enabled", ABSENT),
            ("connection-relay-comfort-noise-enabled", ABSENT),
            ("connection-require-encrypted-audio-enabled", ABSENT),
        ],
    );
}

#[test]
fn a_carrier_trunk_has_the_settings_of_the_recorded_one() {
    const CHOSEN: &str = "The script chose it for one system; here the caller does.";
    differs_only_in(
        &body(CarrierTrunk::new("192.0.2.20").try_into()),
        CARRIER,
        &[
            ("connection-custom-p-asserted-id-format", CHOSEN),
            ("description", CHOSEN),
            ("time-zone", CHOSEN),
            ("utc-offset", CHOSEN),
        ],
    );
}

#[test]
fn a_carrier_trunk_with_the_choices_of_the_script_is_the_recorded_one() {
    let choices = |carrier: CarrierTrunk| {
        carrier
            .p_asserted_id_format("passerted")
            .time_zone("US/Pacific")
            .utc_offset("-7")
    };
    let primary = CarrierTrunk::new("192.0.2.20").description("Carrier inbound, primary");
    differs_only_in(&body(choices(primary).try_into()), CARRIER, &[]);
    let by_name = CarrierTrunk::new("sbc.carrier.example")
        .description("Carrier outbound")
        .source_host("pbx.acme.example");
    differs_only_in(&body(choices(by_name).try_into()), CARRIER_BY_NAME, &[]);
}

#[test]
fn a_difference_without_a_reason_and_a_reason_without_a_difference_fail() {
    let fails = |reasons: &'static [(&str, &str)]| {
        std::panic::catch_unwind(|| {
            let mut ours = recorded(CARRIER);
            ours.insert("time-zone".into(), json!("Europe/Berlin"));
            differs_only_in(&ours, CARRIER, reasons);
        })
        .is_err()
    };
    assert!(!fails(&[("time-zone", "Chosen.")]));
    assert!(fails(&[]));
    assert!(fails(&[("time-zone", "Chosen."), ("dial-plan", "Chosen.")]));
}

#[test]
fn what_the_caller_chooses_is_what_is_sent() {
    let chosen = pbx()
        .description("d")
        .dial_plan("plan")
        .max_active_calls(23)
        .p_asserted_id_format("p")
        .source_host("h.example")
        .time_zone("Europe/Berlin")
        .transport(SipTransport::Tls)
        .utc_offset("1")
        .require_sip_authentication();
    let sent = body(chosen.try_into());
    let expected = json!({
        "description": "d",
        "dial-plan": "plan",
        "dial-policy": "US and Canada",
        "limits-max-active-calls-orig": 0,
        "limits-max-active-calls-term": 0,
        "limits-max-active-calls-total": 23,
        "connection-custom-p-asserted-id-format": "p",
        "connection-translation-source-host": "h.example",
        "time-zone": "Europe/Berlin",
        "connection-sip-transport-protocol": "TLS",
        "utc-offset": "1",
        "connection-require-sip-authentication-enabled": "yes",
    });
    for (key, value) in expected.as_object().unwrap() {
        assert_eq!(sent.get(key), Some(value), "{key}");
    }

    let carrier = CarrierTrunk::new("192.0.2.20")
        .dial_plan("plan")
        .dial_policy("policy")
        .max_active_calls(30);
    let sent = body(carrier.try_into());
    assert_eq!(sent["dial-plan"], "plan");
    assert_eq!(sent["dial-policy"], "policy");
    assert_eq!(sent["limits-max-active-calls-total"], 30);
    assert_eq!(sent.get("limits-max-active-calls-orig"), None);
}

#[test]
fn a_host_that_is_not_one_host_makes_no_trunk() {
    let hosts = [
        "",
        " ",
        "*",
        "*.example",
        "sbc*",
        "?",
        "[*]",
        "<AppIP>",
        "a@b",
        "sip:a",
        "a:5060",
        "a b",
        "a;b",
        ".",
        "..",
        "a..b",
        ".a",
        "..\\x",
        "a/../..",
        "x\n",
        "0.0.0.0",
        "255.255.255.255",
        "2001:db8::1",
        "sbc.carri\u{ea}r.example",
        "sbc%2eexample",
    ];
    for host in hosts {
        let carrier = ConnectionCreate::try_from(CarrierTrunk::new(host));
        let pbx = RegisteringPbx::new("acme.example", host, "15555550100", "US and Canada");
        for made in [carrier, pbx.try_into()] {
            let refused = made.expect_err(host).to_string();
            assert!(refused.starts_with("invalid host: "), "{refused}");
        }
    }
}

#[test]
fn a_pbx_belongs_to_one_domain_and_registers_as_one_user() {
    for domain in ["", "*", "~", "..", "a/b"] {
        let pbx = RegisteringPbx::new(domain, "acme-pri.example", "15555550100", "US and Canada");
        let refused = ConnectionCreate::try_from(pbx)
            .expect_err(domain)
            .to_string();
        assert!(refused.contains("domain"), "{refused}");
    }
    for username in ["", "*", "[*]", "a@b", "sip:a", "a b", "a\n", "a;b", "a:b"] {
        let pbx = RegisteringPbx::new("acme.example", "acme-pri.example", username, "Permit All");
        let refused = ConnectionCreate::try_from(pbx)
            .expect_err(username)
            .to_string();
        assert!(refused.starts_with("invalid user name: "), "{refused}");
    }
}

#[test]
fn a_trunk_without_plan_or_policy_is_not_made() {
    for blank in ["", " ", "\n"] {
        let policy = RegisteringPbx::new("acme.example", "pri.example", "1555", blank);
        for made in [
            ConnectionCreate::try_from(policy),
            pbx().dial_plan(blank).try_into(),
            CarrierTrunk::new("192.0.2.20").dial_plan(blank).try_into(),
            CarrierTrunk::new("192.0.2.20")
                .dial_policy(blank)
                .try_into(),
        ] {
            let refused = made.expect_err("blank").to_string();
            assert!(refused.starts_with("invalid dial p"), "{refused}");
        }
    }
}

#[test]
fn a_preset_shows_no_customer_data() {
    let carrier = CarrierTrunk::new("sentinel-host.example")
        .description("sentinel-text")
        .dial_plan("sentinel-plan")
        .source_host("sentinel-source");
    let pbx = RegisteringPbx::new(
        "sentinel-domain",
        "sentinel-host",
        "sentinel-user",
        "Permit All",
    )
    .description("sentinel-text")
    .dial_plan("sentinel-plan")
    .source_host("sentinel-source");
    for shown in [
        format!("{carrier:?}"),
        format!("{carrier:#?}"),
        format!("{pbx:?}"),
        format!("{pbx:#?}"),
    ] {
        assert!(!shown.contains("sentinel"), "{shown}");
        assert!(
            shown.contains("description") && shown.contains("***"),
            "{shown}"
        );
    }
}

#[test]
fn a_trunk_that_is_not_made_does_not_show_why_by_its_value() {
    let carrier = CarrierTrunk::new("sentinel@host");
    let refused = ConnectionCreate::try_from(carrier).unwrap_err();
    assert!(!format!("{refused} {refused:?}").contains("sentinel"));
}

#[test]
fn the_smallest_trunk_sets_only_its_key() {
    let trunk = ConnectionCreate::new(
        DomainName::new("acme.example").unwrap(),
        MatchPattern::new("sip*@acme-pri.example").unwrap(),
    );
    let expected = json!({
        "domain": "acme.example",
        "connection-orig-match-pattern": "sip*@acme-pri.example",
    });
    assert_eq!(serde_json::to_value(&trunk).unwrap(), expected);
}

/// Calls are accepted, and neither their source nor their sender is checked. A key that is not sent
/// has its documented default: `yes` for the first, `no` for the others.
fn is_open_to_abuse(body: &Map<String, Value>) -> bool {
    let is = |key: &str, wanted: &str| body.get(key).is_some_and(|value| value == wanted);
    !is("connection-orig-enabled", "no")
        && !is("connection-source-ip-checking-enabled", "yes")
        && !is("connection-require-sip-authentication-enabled", "yes")
}

#[test]
fn the_trunk_of_the_load_generator_is_open_to_abuse_until_it_is_closed() {
    let open = recorded(LOAD_GENERATOR);
    assert!(is_open_to_abuse(&open));
    for (key, value) in [
        ("connection-orig-enabled", "no"),
        ("connection-source-ip-checking-enabled", "yes"),
        ("connection-require-sip-authentication-enabled", "yes"),
    ] {
        let mut closed = open.clone();
        closed.insert(key.into(), value.into());
        assert!(!is_open_to_abuse(&closed), "{key}");
    }
    assert!(!is_open_to_abuse(&recorded(CARRIER)));
    assert!(!is_open_to_abuse(&recorded(CARRIER_BY_NAME)));
    assert!(!is_open_to_abuse(&recorded(REQUESTED_PBX)));
    assert!(!is_open_to_abuse(&recorded(CAPTURED)));
}

#[test]
fn a_trunk_that_sets_its_key_alone_is_open_to_abuse() {
    let trunk = ConnectionCreate::new(
        DomainName::new("acme.example").unwrap(),
        MatchPattern::new("sip*@acme-pri.example").unwrap(),
    );
    assert!(is_open_to_abuse(&body(Ok(trunk.clone()))));
    let closed = trunk.orig_enabled(YesNo::No);
    assert!(!is_open_to_abuse(&body(Ok(closed))));
}

/// A preset with each subset of its setters.
fn with_each_choice<P: Clone>(preset: P, setters: &[fn(P) -> P]) -> Vec<P> {
    let mut chosen = vec![preset];
    for setter in setters {
        chosen.extend(chosen.clone().into_iter().map(setter));
    }
    chosen
}

/// The setters that both presets have, and more.
macro_rules! setters {
    ($($more:expr),+) => {
        &[
            |it| it.description("no"),
            |it| it.dial_plan("no"),
            |it| it.max_active_calls(1),
            |it| it.p_asserted_id_format("no"),
            |it| it.source_host("*"),
            |it| it.time_zone("no"),
            |it| it.transport(SipTransport::Tcp),
            |it| it.utc_offset("no"),
            $($more),+
        ]
    };
}

#[test]
fn no_preset_is_open_to_abuse_whatever_is_chosen() {
    let carriers = with_each_choice(
        CarrierTrunk::new("192.0.2.20"),
        setters![|it| it.dial_policy("no")],
    );
    let pbxs = with_each_choice(pbx(), setters![|it| it.require_sip_authentication()]);
    let carriers = carriers.into_iter().map(ConnectionCreate::try_from);
    let pbxs = pbxs.into_iter().map(ConnectionCreate::try_from);
    let trunks: Vec<_> = carriers.chain(pbxs).map(body).collect();
    assert_eq!(trunks.len(), 2 * 512);
    for trunk in trunks {
        assert!(!is_open_to_abuse(&trunk), "{trunk:?}");
    }
}

/// The statements of some Rust that make a create by hand and leave it open to abuse.
fn open_creates(rust: &str) -> Vec<&str> {
    let made = ["ConnectionCreate::new(", "connection-orig-match-pattern"];
    let closed = [
        ".source_ip_checking_enabled(YesNo::Yes)",
        ".require_sip_authentication_enabled(YesNo::Yes)",
        ".orig_enabled(YesNo::No)",
    ];
    let mut statements = rust.split(';');
    let open = |it: &&str| {
        // JSON that is read as a response creates nothing, nor does the declaration of a type.
        made.iter().any(|made| it.contains(made))
            && !it.contains(": Connection =")
            && !it.contains("#[serde(rename")
            && !closed.iter().any(|closed| it.contains(closed))
    };
    statements.by_ref().filter(open).collect()
}

/// The text of all code blocks of a Markdown text.
fn code_blocks(markdown: &str) -> String {
    let parts = markdown.split("```").skip(1).step_by(2);
    // A block ends a statement, whether it says so or not.
    parts.collect::<Vec<_>>().join(";")
}

/// The text of the documentation comments of some Rust.
fn documentation(rust: &str) -> String {
    let comments = rust.lines().filter_map(|line| {
        let line = line.trim_start();
        line.strip_prefix("///").or(line.strip_prefix("//!"))
    });
    comments.collect::<Vec<_>>().join("\n")
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
    found
}

#[test]
fn no_example_and_no_documentation_makes_a_trunk_that_is_open_to_abuse() {
    let read = |path: &Path| std::fs::read_to_string(path).unwrap();
    let mut texts: Vec<(String, String)> = ["README.md", "src/crate.md"]
        .map(|page| (page.into(), code_blocks(&read(&root().join(page)))))
        .into();
    for path in files(&root().join("src")) {
        let blocks = code_blocks(&documentation(&read(&path)));
        texts.push((path.display().to_string(), blocks));
    }
    for path in files(&root().join("examples")) {
        texts.push((path.display().to_string(), read(&path)));
    }
    let made = texts
        .iter()
        .filter(|(_, text)| text.contains("ConnectionCreate::new("));
    assert!(made.count() > 0, "nothing was found");
    for (place, text) in texts {
        assert_eq!(open_creates(&text), [""; 0], "{place}");
    }
}

#[test]
fn an_example_that_makes_an_open_trunk_is_found() {
    let key = "ConnectionCreate::new(domain, pattern)";
    let open = format!("let trunk = {key}; client.create(&trunk)");
    let closed = format!("let trunk = {key}.source_ip_checking_enabled(YesNo::Yes);");
    assert_eq!(open_creates(&open), [format!("let trunk = {key}")]);
    assert_eq!(open_creates(&closed), [""; 0]);
    let docs = format!("/// Text.\n///\n/// ```\n/// {open}\n/// ```\nfn run() {{}}\n");
    assert_eq!(open_creates(&code_blocks(&documentation(&docs))).len(), 1);
}

#[tokio::test]
async fn a_fake_starts_without_trunks() {
    assert_eq!(FakeServer::start().await.trunk_count(), 0);
}
