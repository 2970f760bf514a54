//! The value types: vocabularies, names, times.

use netsapiens_connections::settings::{AudioRelayMode, SipDestination, SipTransport, YesNo};
use netsapiens_connections::{ConnectionKey, DateTime, DomainName, ErrorKind, MatchPattern};

#[test]
fn a_known_value_is_its_variant_and_never_an_unknown_one() {
    for text in SipTransport::KNOWN {
        let value = SipTransport::from(*text);
        assert!(!matches!(value, SipTransport::Unknown(_)), "{text}");
        assert_eq!(value.as_str(), *text);
    }
    assert!(matches!(
        SipTransport::from("SCTP"),
        SipTransport::Unknown(_)
    ));
    assert!(
        matches!(SipTransport::from("udp"), SipTransport::Unknown(_)),
        "the wire's spelling counts"
    );
}

#[test]
fn a_vocabulary_displays_and_parses_wire_values() {
    assert_eq!(SipDestination::ContactHeader.to_string(), "contact-header");
    assert_eq!("contact-header".parse(), Ok(SipDestination::ContactHeader));
    assert_eq!(AudioRelayMode::None.to_string(), "none");
    assert_eq!(
        serde_json::to_string(&YesNo::from("maybe")).unwrap(),
        "\"maybe\""
    );
}

#[test]
fn names_can_be_padded() {
    assert_eq!(
        format!("{:<14}|", DomainName::new("acme.example").unwrap()),
        "acme.example  |"
    );
    assert_eq!(format!("{:>4}", YesNo::No), "  no");
}

#[test]
fn a_time_with_an_offset_is_an_instant() {
    // `date -d 2025-09-16T14:59:24+00:00 +%s`
    let instant = jiff::Timestamp::from_second(1_758_034_764).ok();
    assert_eq!(
        DateTime::from("2025-09-16T14:59:24+00:00").to_timestamp(),
        instant
    );
    assert_eq!(
        DateTime::from("2025-09-16T14:59:24Z").to_timestamp(),
        instant
    );
    assert_eq!(
        DateTime::from("2025-09-16T16:59:24+02:00").to_timestamp(),
        instant
    );
}

#[test]
fn a_time_without_an_offset_is_none() {
    for text in [
        "2025-05-19 02:41:11",
        "0000-00-00T00:00:00+00:00",
        "",
        "never",
    ] {
        assert_eq!(DateTime::from(text).to_timestamp(), None, "{text}");
    }
}

#[test]
fn the_error_of_an_invalid_name_does_not_quote_it() {
    let error = MatchPattern::new("sip*@sentinel\n..").unwrap_err();
    assert!(
        !format!("{error} {error:?}").contains("sentinel"),
        "{error:?}"
    );
}

#[test]
fn a_name_from_json_is_checked() {
    assert!(serde_json::from_str::<DomainName>("\"..\"").is_err());
    assert_eq!(
        serde_json::from_str::<DomainName>("\"acme.example\"")
            .unwrap()
            .as_str(),
        "acme.example"
    );
}

#[test]
fn a_switch_is_a_bool_both_ways_and_an_unknown_value_is_neither() {
    assert_eq!(YesNo::from(true), YesNo::Yes);
    assert_eq!(YesNo::from(false), YesNo::No);
    assert_eq!(YesNo::Yes.as_bool(), Some(true));
    assert_eq!(YesNo::No.as_bool(), Some(false));
    assert_eq!(YesNo::from("maybe").as_bool(), None);
    assert_eq!(YesNo::from("YES").as_bool(), None);
}

#[test]
fn a_vocabulary_compares_with_wire_values() {
    assert!(SipTransport::Udp == "UDP");
    assert!(SipTransport::Udp != "udp");
    let unknown = YesNo::from("maybe");
    assert!(unknown == "maybe");
}

#[test]
fn a_key_is_read_back_from_its_string_and_from_json() {
    // The second `/` is the pattern's.
    for (domain, pattern, text) in [
        (
            "acme.example",
            "sip*@192.0.2.30",
            "acme.example/sip*@192.0.2.30",
        ),
        ("*", "sip:*@a/b", "*/sip:*@a/b"),
    ] {
        let key = ConnectionKey::new(domain, pattern).unwrap();
        assert_eq!(key.to_string(), text);
        assert_eq!(text.parse::<ConnectionKey>().unwrap(), key);
        let json = serde_json::json!({ "domain": domain, "pattern": pattern });
        assert_eq!(serde_json::to_value(&key).unwrap(), json);
        assert_eq!(serde_json::from_value::<ConnectionKey>(json).unwrap(), key);
    }
}

#[test]
fn a_string_that_is_no_key_is_refused_and_not_quoted() {
    for text in [
        "",
        "sentinel",
        "/sip*@sentinel",
        "acme.example/",
        "../sip*@sentinel",
    ] {
        let error = text.parse::<ConnectionKey>().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Input, "{text}");
        assert!(!error.to_string().contains("sentinel"), "{text}: {error}");
    }
    for json in [
        r#"{"domain":"..","pattern":"sip*@a"}"#,
        r#"{"domain":"acme.example"}"#,
    ] {
        assert!(
            serde_json::from_str::<ConnectionKey>(json).is_err(),
            "{json}"
        );
    }
}
