//! Time of decoding lists: this crate's types against a hand-written struct with plain `String`
//! fields that keeps no unknown ones and fails on every odd value:
//! `cargo bench --bench decode -- [trunks]`. And the memory that the worst responses take:
//! `cargo bench --bench decode -- memory`, each in a process of its own (`VmHWM`, Linux).

use std::hint::black_box;
use std::time::{Duration, Instant};

use netsapiens_connections::Connection;
use serde::Deserialize;
use serde::de::DeserializeOwned;

const RECORDING: &str = include_str!("../tests/recordings/get_connection/200-registered-pri.json");
/// The best of so many rounds counts; the two take turns, so that both see the same machine.
const ROUNDS: usize = 500;

type Outcome<T> = Result<T, Box<dyn std::error::Error>>;

fn main() -> Outcome<()> {
    let arguments: Vec<String> = std::env::args()
        .skip(1)
        .filter(|argument| argument != "--bench")
        .collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match arguments.as_slice() {
        [] => compare(50),
        ["memory"] => worst_cases(),
        ["memory", case] => measure(case),
        [trunks] => compare(trunks.parse()?),
        _ => Err("usage: decode [trunks | memory]".into()),
    }
}

/// The client's own limits for one response.
const BYTES: usize = 16 << 20;
const TRUNKS: usize = 20_000;
const MINIMAL: &str = r#"{"domain":"a","connection-orig-match-pattern":"b"}"#;

/// Bodies that take much memory for their length.
const CASES: [&str; 6] = [
    "minimal trunks, 20 000",
    "with an empty registration, 20 000",
    "new fields, 16 MiB",
    "a list in a field, 16 MiB",
    "captured trunks, 16 MiB",
    "minimal trunks, 63 MiB, no limit",
];

fn body(case: &str) -> Outcome<String> {
    let repeated = |trunk: &str, trunks: usize| format!("[{}]", vec![trunk; trunks].join(","));
    let with = |members: &str| format!("[{}]", MINIMAL.replace('}', &format!(",{members}}}")));
    Ok(match case {
        "minimal trunks, 20 000" => repeated(MINIMAL, TRUNKS),
        "with an empty registration, 20 000" => {
            repeated(&MINIMAL.replace('}', r#","registration":{}}"#), TRUNKS)
        }
        "new fields, 16 MiB" => {
            let mut members = String::new();
            for at in 0.. {
                let member = format!("\"{at:x}\":0,");
                if members.len() + member.len() > BYTES {
                    break;
                }
                members.push_str(&member);
            }
            with(members.trim_end_matches(','))
        }
        "a list in a field, 16 MiB" => {
            with(&format!("\"call-routing\":[{}0]", "0,".repeat(BYTES / 2)))
        }
        "captured trunks, 16 MiB" => {
            let recording: serde_json::Value = serde_json::from_str(RECORDING)?;
            let trunk = recording["response"]["body"][0].to_string();
            repeated(&trunk, BYTES / (trunk.len() + 1))
        }
        "minimal trunks, 63 MiB, no limit" => repeated(MINIMAL, (63 << 20) / (MINIMAL.len() + 1)),
        _ => return Err(format!("no such case: {case}").into()),
    })
}

fn worst_cases() -> Outcome<()> {
    println!(
        "{:<36} {:>10} {:>12} {:>8}",
        "case", "body", "memory", "ratio"
    );
    for case in CASES {
        let this = std::env::current_exe()?;
        let status = std::process::Command::new(this)
            .args(["memory", case])
            .status()?;
        if !status.success() {
            return Err(format!("{case}: {status}").into());
        }
    }
    Ok(())
}

/// What decoding adds to the memory that holds the body.
fn measure(case: &str) -> Outcome<()> {
    let body = body(case)?;
    let before = memory("VmRSS:")?;
    // Making the body may have taken more than there is now.
    std::fs::write("/proc/self/clear_refs", "5")?;
    let list: Vec<Connection> = serde_json::from_str(&body)?;
    let added = memory("VmHWM:")?.saturating_sub(before);
    drop(black_box(list));
    let megabytes = |bytes: f64| bytes / f64::from(1 << 20);
    let (body, added) = (body.len() as f64, f64::from(added) * 1024.0);
    println!(
        "{case:<36} {:>7.1} MB {:>9.1} MB {:>8.1}",
        megabytes(body),
        megabytes(added),
        added / body
    );
    Ok(())
}

/// A line of `/proc/self/status`, in kB.
fn memory(name: &str) -> Outcome<u32> {
    let status = std::fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find_map(|line| line.strip_prefix(name));
    let value = line.ok_or_else(|| format!("no {name} in /proc/self/status"))?;
    Ok(value.trim().trim_end_matches(" kB").parse()?)
}

fn compare(trunks: usize) -> Outcome<()> {
    let recording: serde_json::Value = serde_json::from_str(RECORDING)?;
    let registered = &recording["response"]["body"][0];
    let mut plain = registered.clone();
    plain
        .as_object_mut()
        .ok_or("no trunk in the recording")?
        .remove("registration");

    println!(
        "{:<24} {:>12} {:>12} {:>8}",
        "ns per trunk", "hand-written", "this crate", "ratio"
    );
    for (what, trunk) in [
        ("registered trunks", registered),
        ("without registration", &plain),
    ] {
        let body = serde_json::to_string(&vec![trunk; trunks])?;
        let (mut by_hand, mut ours) = (Duration::MAX, Duration::MAX);
        for _ in 0..ROUNDS {
            by_hand = by_hand.min(time::<Plain>(&body)?);
            ours = ours.min(time::<Connection>(&body)?);
        }
        let nanoseconds = |time: Duration| time.as_secs_f64() * 1e9 / trunks as f64;
        println!(
            "{what:<24} {:>12.0} {:>12.0} {:>8.2}",
            nanoseconds(by_hand),
            nanoseconds(ours),
            ours.as_secs_f64() / by_hand.as_secs_f64()
        );
    }
    Ok(())
}

/// Time of reading the list, without that of dropping it.
fn time<T: DeserializeOwned>(body: &str) -> Outcome<Duration> {
    let begun = Instant::now();
    let list: Vec<T> = serde_json::from_slice(body.as_bytes())?;
    let elapsed = begun.elapsed();
    drop(black_box(list));
    Ok(elapsed)
}

#[allow(dead_code, reason = "only decoded")]
#[derive(Deserialize)]
struct Plain {
    domain: String,
    #[serde(rename = "connection-orig-match-pattern")]
    connection_orig_match_pattern: String,
    #[serde(rename = "connection-term-match-pattern")]
    connection_term_match_pattern: String,
    #[serde(rename = "active-calls-max-last-month")]
    active_calls_max_last_month: i64,
    #[serde(rename = "active-calls-max-this-month")]
    active_calls_max_this_month: i64,
    #[serde(rename = "active-calls-orig-current")]
    active_calls_orig_current: i64,
    #[serde(rename = "active-calls-orig-since-startup")]
    active_calls_orig_since_startup: i64,
    #[serde(rename = "active-calls-term-current")]
    active_calls_term_current: i64,
    #[serde(rename = "active-calls-term-since-startup")]
    active_calls_term_since_startup: i64,
    #[serde(rename = "call-routing")]
    call_routing: serde_json::Value,
    #[serde(rename = "connection-address")]
    connection_address: String,
    #[serde(rename = "connection-allow-mid-call-uri-updates-enabled")]
    connection_allow_mid_call_uri_updates_enabled: String,
    #[serde(rename = "connection-audio-relay-enabled")]
    connection_audio_relay_enabled: String,
    #[serde(rename = "connection-bind-to-alternate-interface-enabled")]
    connection_bind_to_alternate_interface_enabled: String,
    #[serde(rename = "connection-block-media-in-sip-180-ringing")]
    connection_block_media_in_sip_180_ringing: String,
    #[serde(rename = "connection-block-video-in-sdp-enabled")]
    connection_block_video_in_sdp_enabled: String,
    #[serde(rename = "connection-check-orig-matching-sip-header")]
    connection_check_orig_matching_sip_header: String,
    #[serde(rename = "connection-enforce-minimum-duration-enabled")]
    connection_enforce_minimum_duration_enabled: String,
    #[serde(rename = "connection-hide-post-dial-delay-with-ringback-enabled")]
    connection_hide_post_dial_delay_with_ringback_enabled: String,
    #[serde(rename = "connection-include-server-header-enabled")]
    connection_include_server_header_enabled: String,
    #[serde(rename = "connection-is-carrier-trunk")]
    connection_is_carrier_trunk: String,
    #[serde(rename = "connection-linked-billing-user")]
    connection_linked_billing_user: String,
    #[serde(rename = "connection-orig-enabled")]
    connection_orig_enabled: String,
    #[serde(rename = "connection-pcmu-only-enabled")]
    connection_pcmu_only_enabled: String,
    #[serde(rename = "connection-prevent-rtp-port-change-enabled")]
    connection_prevent_rtp_port_change_enabled: String,
    #[serde(rename = "connection-record-all-calls-enabled")]
    connection_record_all_calls_enabled: String,
    #[serde(rename = "connection-relay-comfort-noise-enabled")]
    connection_relay_comfort_noise_enabled: String,
    #[serde(rename = "connection-remote-ringback-handling")]
    connection_remote_ringback_handling: String,
    #[serde(rename = "connection-require-encrypted-audio-enabled")]
    connection_require_encrypted_audio_enabled: String,
    #[serde(rename = "connection-require-sip-authentication-enabled")]
    connection_require_sip_authentication_enabled: String,
    #[serde(rename = "connection-sip-authenticate-as-client-enabled")]
    connection_sip_authenticate_as_client_enabled: String,
    #[serde(rename = "connection-sip-get-new-dialog-destination-from")]
    connection_sip_get_new_dialog_destination_from: String,
    #[serde(rename = "connection-sip-get-response-destination-from")]
    connection_sip_get_response_destination_from: String,
    #[serde(rename = "connection-sip-registration-datetime")]
    connection_sip_registration_datetime: String,
    #[serde(rename = "connection-sip-registration-expires-datetime")]
    connection_sip_registration_expires_datetime: String,
    #[serde(rename = "connection-sip-registration-password")]
    connection_sip_registration_password: String,
    #[serde(rename = "connection-sip-registration-realm")]
    connection_sip_registration_realm: String,
    #[serde(rename = "connection-sip-registration-username")]
    connection_sip_registration_username: String,
    #[serde(rename = "connection-sip-session-timer-enabled")]
    connection_sip_session_timer_enabled: String,
    #[serde(rename = "connection-sip-transport-protocol")]
    connection_sip_transport_protocol: String,
    #[serde(rename = "connection-source-ip-checking-enabled")]
    connection_source_ip_checking_enabled: String,
    #[serde(rename = "connection-term-enabled")]
    connection_term_enabled: String,
    #[serde(rename = "connection-translation-destination-host")]
    connection_translation_destination_host: String,
    #[serde(rename = "connection-translation-destination-user")]
    connection_translation_destination_user: String,
    #[serde(rename = "connection-translation-request-host")]
    connection_translation_request_host: String,
    #[serde(rename = "connection-translation-request-user")]
    connection_translation_request_user: String,
    #[serde(rename = "connection-translation-source-host")]
    connection_translation_source_host: String,
    #[serde(rename = "connection-translation-source-user")]
    connection_translation_source_user: String,
    description: String,
    #[serde(rename = "dial-plan")]
    dial_plan: String,
    #[serde(rename = "dial-policy")]
    dial_policy: String,
    #[serde(rename = "last-modified-datetime")]
    last_modified_datetime: String,
    #[serde(rename = "limits-max-active-calls-orig")]
    limits_max_active_calls_orig: i64,
    #[serde(rename = "limits-max-active-calls-term")]
    limits_max_active_calls_term: i64,
    #[serde(rename = "limits-max-active-calls-total")]
    limits_max_active_calls_total: i64,
    #[serde(rename = "minimum-call-duration-seconds")]
    minimum_call_duration_seconds: i64,
    registration: Option<Device>,
    #[serde(rename = "time-zone")]
    time_zone: String,
    #[serde(rename = "utc-offset")]
    utc_offset: String,
}

#[allow(dead_code, reason = "only decoded")]
#[derive(Deserialize)]
struct Device {
    domain: String,
    #[serde(rename = "connection-orig-match-pattern")]
    connection_orig_match_pattern: String,
    #[serde(rename = "connection-term-match-pattern")]
    connection_term_match_pattern: String,
    authenticate_register: String,
    auto_ans: String,
    call_processing_rule: String,
    #[serde(rename = "caller-id-number-emergency")]
    caller_id_number_emergency: String,
    #[serde(rename = "connection-audio-relay-enabled")]
    connection_audio_relay_enabled: String,
    #[serde(rename = "connection-orig-enabled")]
    connection_orig_enabled: String,
    #[serde(rename = "connection-require-sip-authentication-enabled")]
    connection_require_sip_authentication_enabled: String,
    #[serde(rename = "connection-sip-authenticate-as-client-enabled")]
    connection_sip_authenticate_as_client_enabled: String,
    #[serde(rename = "connection-sip-registration-datetime")]
    connection_sip_registration_datetime: String,
    #[serde(rename = "connection-sip-registration-password")]
    connection_sip_registration_password: String,
    #[serde(rename = "connection-sip-registration-realm")]
    connection_sip_registration_realm: String,
    #[serde(rename = "connection-term-enabled")]
    connection_term_enabled: String,
    contact: String,
    #[serde(rename = "core-server")]
    core_server: String,
    #[serde(rename = "created-datetime")]
    created_datetime: String,
    del_latency: f64,
    #[serde(rename = "device-provisioning-sip-transport-protocol")]
    device_provisioning_sip_transport_protocol: String,
    #[serde(rename = "device-sip-allowed-user-agent")]
    device_sip_allowed_user_agent: String,
    #[serde(rename = "device-sip-latency-seconds-average")]
    device_sip_latency_seconds_average: f64,
    #[serde(rename = "device-sip-latency-seconds-current")]
    device_sip_latency_seconds_current: f64,
    #[serde(rename = "device-sip-registration-expires-datetime")]
    device_sip_registration_expires_datetime: String,
    #[serde(rename = "device-sip-registration-expiry-seconds")]
    device_sip_registration_expiry_seconds: i64,
    #[serde(rename = "device-sip-registration-state")]
    device_sip_registration_state: String,
    #[serde(rename = "dial-plan")]
    dial_plan: String,
    #[serde(rename = "dial-policy")]
    dial_policy: String,
    #[serde(rename = "emergency-address-id")]
    emergency_address_id: String,
    from_address: String,
    received_from: String,
    requires: String,
    #[serde(rename = "service-code")]
    service_code: String,
    subscriber_name: String,
    term_scheme: String,
    term_user_trans: String,
    user_agent: String,
    wan_ua: String,
    watch: String,
}
