//! The presets against the requests that they are taken from.

use netsapiens_connections::{
    CarrierTrunk, ConnectionCreate, DomainName, MatchPattern, RegisteringPbx,
};
use serde_json::{Value, json};

fn recorded_body(path: &str) -> Value {
    let text = std::fs::read_to_string(format!(
        "{}/tests/recordings/{path}",
        env!("CARGO_MANIFEST_DIR")
    ))
    .unwrap();
    serde_json::from_str::<Value>(&text).unwrap()["request"]["body"].take()
}

#[test]
fn a_registering_pbx_sets_what_the_recorded_request_sets_and_nothing_else() {
    let trunk: ConnectionCreate = RegisteringPbx {
        domain: "acme.example".into(),
        host: "acme-pri.example".into(),
        username: "15555550100".into(),
        dial_policy: "US and Canada".into(),
        description: "Lab PRI".into(),
    }
    .try_into()
    .unwrap();
    let mut recorded = recorded_body("create_connection/202-registering-pri.json");
    for limit in ["orig", "term", "total"] {
        // Recorded as the text "0"; the client sends the documented type.
        let limit = &mut recorded[format!("limits-max-active-calls-{limit}")];
        assert_eq!(*limit, json!("0"));
        *limit = json!(0);
    }
    assert_eq!(serde_json::to_value(&trunk).unwrap(), recorded);
}

#[test]
fn a_carrier_trunk_sets_what_the_recorded_request_sets_and_nothing_else() {
    let trunk: ConnectionCreate = CarrierTrunk {
        host: "192.0.2.20".into(),
        utc_offset: "-7".into(),
    }
    .try_into()
    .unwrap();
    assert_eq!(
        serde_json::to_value(&trunk).unwrap(),
        recorded_body("create_connection/202-carrier-trunk.json")
    );
}

#[test]
fn the_least_trunk_sets_its_key_alone() {
    let trunk = ConnectionCreate::new(
        DomainName::new("acme.example").unwrap(),
        MatchPattern::new("sip*@acme-pri.example").unwrap(),
    );
    let expected = json!({ "domain": "acme.example", "connection-orig-match-pattern": "sip*@acme-pri.example" });
    assert_eq!(serde_json::to_value(&trunk).unwrap(), expected);
}

#[test]
fn a_host_that_fits_in_no_pattern_makes_no_trunk() {
    for host in ["x\n", "x "] {
        assert!(
            ConnectionCreate::try_from(CarrierTrunk {
                host: host.into(),
                utc_offset: "-7".into()
            })
            .is_err(),
            "{host:?}"
        );
    }
}
