//! Presets: trunks to create, with the settings of working trunks, that accept calls only from
//! their peer.

use std::fmt;
use std::net::Ipv4Addr;

use crate::generated::types::{
    AudioRelay, ConnectionCreate, EncryptedAudio, OrigMatchHeader, RemoteRingback, SipDestination,
    SipTransport, YesNo, YesNoSystemDefault,
};
use crate::values::{DomainName, InvalidValue, Masked, MatchPattern};

/// Keeps this part of a SIP header as it is.
const KEEP: &str = "[*]";
/// The platform's own address.
const OWN_ADDRESS: &str = "<AppIP>";

/// The settings that both presets can have. Unset means not sent, or the preset's default.
#[derive(Clone, PartialEq, Eq, Default)]
struct Choices {
    description: Option<String>,
    dial_plan: Option<String>,
    dial_policy: Option<String>,
    max_active_calls: Option<u32>,
    p_asserted_id_format: Option<String>,
    source_host: Option<String>,
    time_zone: Option<String>,
    transport: Option<SipTransport>,
    utc_offset: Option<String>,
}

impl fmt::Debug for Choices {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // A dial plan mostly has the name of its domain, which is customer data.
        f.debug_struct("Choices")
            .field("description", &Masked(&self.description))
            .field("dial_plan", &Masked(&self.dial_plan))
            .field("dial_policy", &self.dial_policy)
            .field("max_active_calls", &self.max_active_calls)
            .field("p_asserted_id_format", &self.p_asserted_id_format)
            .field("source_host", &Masked(&self.source_host))
            .field("time_zone", &self.time_zone)
            .field("transport", &self.transport)
            .field("utc_offset", &self.utc_offset)
            .finish()
    }
}

/// The setters that both presets have.
macro_rules! choices {
    () => {
        /// Free text for people. Not sent unless set.
        pub fn description(mut self, text: impl Into<String>) -> Self {
            self.choices.description = Some(text.into());
            self
        }

        /// Maximum number of concurrent calls, both directions together. No limit unless set
        /// (inferred).
        pub fn max_active_calls(mut self, calls: u32) -> Self {
            self.choices.max_active_calls = Some(calls);
            self
        }

        /// Format of the P-Asserted-Identity header: `sample` becomes `PAId=sample` in the call
        /// rules. The recorded carriers have `passerted`, the captured PBX has none. Not sent
        /// unless set.
        pub fn p_asserted_id_format(mut self, format: impl Into<String>) -> Self {
            self.choices.p_asserted_id_format = Some(format.into());
            self
        }

        /// Host part of the From header of calls to the peer. `<AppIP>` unless set, which stands
        /// for the platform's own address.
        pub fn source_host(mut self, host: impl Into<String>) -> Self {
            self.choices.source_host = Some(host.into());
            self
        }

        /// Time zone by name, for example `US/Pacific`; goes with
        /// [`utc_offset`](Self::utc_offset). The server's default unless set.
        pub fn time_zone(mut self, name: impl Into<String>) -> Self {
            self.choices.time_zone = Some(name.into());
            self
        }

        /// Hours from UTC, for example `-7`; goes with [`time_zone`](Self::time_zone). The server's
        /// default unless set.
        pub fn utc_offset(mut self, hours: impl Into<String>) -> Self {
            self.choices.utc_offset = Some(hours.into());
            self
        }

        /// Transport for SIP to the peer. UDP unless set.
        pub fn transport(mut self, transport: SipTransport) -> Self {
            self.choices.transport = Some(transport);
            self
        }
    };
}

/// Preset for a customer's PBX that registers: the settings of the captured trunk
/// (`get_connection/200-registered-pri.json`).
///
/// The trunk's patterns are `sip*@{host}`. Calls from the PBX are accepted only from its known
/// address, so that nobody else can call at the customer's expense. No password is sent: the server
/// generates one (reported), which [`create_and_read`](crate::Connections::create_and_read)
/// returns.
///
/// To change other settings, convert it into a [`ConnectionCreate`].
///
/// ```
/// use netsapiens_connections::settings::YesNo;
/// use netsapiens_connections::{ConnectionCreate, RegisteringPbx};
///
/// let (domain, host) = ("acme.example", "acme-pri.example");
/// let pbx = RegisteringPbx::new(domain, host, "15555550100", "US and Canada")
///     .description("Lab PRI")
///     .max_active_calls(23);
/// let trunk = ConnectionCreate::try_from(pbx)?;
/// assert_eq!(trunk.orig_match_pattern.as_str(), "sip*@acme-pri.example");
/// assert_eq!(trunk.source_ip_checking_enabled, Some(YesNo::Yes));
/// # Ok::<(), netsapiens_connections::InvalidValue>(())
/// ```
#[derive(Clone, PartialEq, Eq)]
#[must_use]
pub struct RegisteringPbx {
    domain: String,
    host: String,
    username: String,
    require_sip_authentication: bool,
    choices: Choices,
}

impl RegisteringPbx {
    /// A customer's PBX:
    /// - `domain`: the customer's domain, also the realm of the registration.
    /// - `host`: the host part of the PBX's SIP URI, a name or an IPv4 address. A name need not
    ///   resolve, since the registration gives the address.
    /// - `username`: the user name of the registration, mostly a phone number.
    /// - `dial_policy`: the permission table for calls from the PBX, for example `US and Canada`.
    ///   It limits the damage of a stolen password, so there is no default.
    ///
    /// The arguments are checked when it is converted into a [`ConnectionCreate`] or created.
    pub fn new(
        domain: impl Into<String>,
        host: impl Into<String>,
        username: impl Into<String>,
        dial_policy: impl Into<String>,
    ) -> Self {
        Self {
            domain: domain.into(),
            host: host.into(),
            username: username.into(),
            require_sip_authentication: false,
            choices: Choices {
                dial_policy: Some(dial_policy.into()),
                ..Choices::default()
            },
        }
    }

    choices!();

    /// Routing table for calls from the PBX. The one with the domain's name unless set.
    pub fn dial_plan(mut self, name: impl Into<String>) -> Self {
        self.choices.dial_plan = Some(name.into());
        self
    }

    /// Requires digest authentication for each call from the PBX, with the user name and password
    /// of the registration. Off by default: the captured trunk has `no`, a user's request `yes`,
    /// and not every PBX can authenticate an INVITE.
    pub fn require_sip_authentication(mut self) -> Self {
        self.require_sip_authentication = true;
        self
    }
}

impl fmt::Debug for RegisteringPbx {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RegisteringPbx")
            .field("domain", &Masked(&self.domain))
            .field("host", &Masked(&self.host))
            .field("username", &Masked(&self.username))
            .field(
                "require_sip_authentication",
                &self.require_sip_authentication,
            )
            .field("choices", &self.choices)
            .finish()
    }
}

/// Fails for a host that is not a single host, an invalid user name, a domain that is not a single
/// domain, and an empty dial plan or policy.
impl TryFrom<RegisteringPbx> for ConnectionCreate {
    type Error = InvalidValue;

    fn try_from(pbx: RegisteringPbx) -> Result<Self, InvalidValue> {
        let RegisteringPbx {
            domain,
            host,
            username,
            require_sip_authentication,
            choices,
        } = pbx;
        if domain == "*" || domain == "~" {
            let reason = "a PBX belongs to one domain; give that domain's name";
            return Err(InvalidValue::setting("domain", reason));
        }
        let owner = DomainName::new(domain.as_str())?;
        check_username(&username)?;
        let dial_plan = choices.dial_plan.clone().unwrap_or_else(|| domain.clone());
        let pattern = format!("sip*@{host}");
        Ok(Self {
            address: Some(format!("sip:{username}@{host}")),
            term_match_pattern: Some(pattern),
            dial_plan: named("dial plan", dial_plan)?,
            include_server_header_enabled: Some(YesNo::Yes),
            is_carrier_trunk: Some(YesNo::No),
            limits_max_active_calls_orig: Some(0),
            limits_max_active_calls_term: Some(0),
            limits_max_active_calls_total: Some(choices.max_active_calls.unwrap_or(0).into()),
            require_sip_authentication_enabled: Some(if require_sip_authentication {
                YesNo::Yes
            } else {
                YesNo::No
            }),
            sip_registration_realm: Some(domain.clone()),
            sip_registration_username: Some(username),
            ..working_trunk(owner, &host, choices)?
        })
    }
}

/// Preset for a carrier's trunk of the whole system: the settings of a request that works according
/// to its author (reported, `create_connection/202-carrier-trunk.json`).
///
/// Calls go to and come from the carrier's host, without authentication. Calls are accepted only
/// from that host, which is the only protection against others that call through the trunk. By
/// default they use the dial plan `Inbound DID` and the dial policy `Permit All`.
///
/// To change other settings, convert it into a [`ConnectionCreate`].
///
/// ```
/// use netsapiens_connections::settings::YesNo;
/// use netsapiens_connections::{CarrierTrunk, ConnectionCreate};
///
/// let carrier = CarrierTrunk::new("192.0.2.20").description("Carrier inbound, primary");
/// let trunk = ConnectionCreate::try_from(carrier)?;
/// assert_eq!(trunk.domain.as_str(), "*");
/// assert_eq!(trunk.source_ip_checking_enabled, Some(YesNo::Yes));
///
/// // A wildcard would accept calls from any host.
/// assert!(ConnectionCreate::try_from(CarrierTrunk::new("*")).is_err());
/// # Ok::<(), netsapiens_connections::InvalidValue>(())
/// ```
#[derive(Clone, PartialEq, Eq)]
#[must_use]
pub struct CarrierTrunk {
    host: String,
    choices: Choices,
}

impl CarrierTrunk {
    /// A carrier that sends calls from, and receives calls at, `host`: an IPv4 address or a host
    /// name.
    pub fn new(host: impl Into<String>) -> Self {
        Self {
            host: host.into(),
            choices: Choices::default(),
        }
    }

    choices!();

    /// Routing table for calls from the carrier. `Inbound DID` unless set.
    pub fn dial_plan(mut self, name: impl Into<String>) -> Self {
        self.choices.dial_plan = Some(name.into());
        self
    }

    /// Permission table for calls from the carrier. `Permit All` unless set.
    pub fn dial_policy(mut self, name: impl Into<String>) -> Self {
        self.choices.dial_policy = Some(name.into());
        self
    }
}

impl fmt::Debug for CarrierTrunk {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CarrierTrunk")
            .field("host", &Masked(&self.host))
            .field("choices", &self.choices)
            .finish()
    }
}

/// Fails for a host that is not a single host, and for an empty dial plan or policy.
impl TryFrom<CarrierTrunk> for ConnectionCreate {
    type Error = InvalidValue;

    fn try_from(carrier: CarrierTrunk) -> Result<Self, InvalidValue> {
        let CarrierTrunk { host, mut choices } = carrier;
        let dial_plan = choices.dial_plan.take();
        let dial_plan = dial_plan.unwrap_or_else(|| "Inbound DID".into());
        choices
            .dial_policy
            .get_or_insert_with(|| "Permit All".into());
        Ok(Self {
            address: Some(host.clone()),
            term_match_pattern: Some(format!("sip:*@{host}")),
            dial_plan: named("dial plan", dial_plan)?,
            include_server_header_enabled: Some(YesNo::No),
            is_carrier_trunk: Some(YesNo::Yes),
            limits_max_active_calls_total: choices.max_active_calls.map(Into::into),
            require_sip_authentication_enabled: Some(YesNo::No),
            ..working_trunk(DomainName::new("*")?, &host, choices)?
        })
    }
}

/// The settings that the captured trunk and the recorded carriers have in common.
fn working_trunk(
    domain: DomainName,
    host: &str,
    choices: Choices,
) -> Result<ConnectionCreate, InvalidValue> {
    check_host(host)?;
    let keep = || Some(KEEP.to_owned());
    let key = ConnectionCreate::new(domain, MatchPattern::new(format!("sip*@{host}"))?);
    Ok(ConnectionCreate {
        allow_mid_call_uri_updates_enabled: Some(YesNo::No),
        audio_relay_enabled: Some(AudioRelay::Yes),
        bind_to_alternate_interface_enabled: Some(YesNo::No),
        block_media_in_sip_180_ringing: Some(YesNo::No),
        block_video_in_sdp_enabled: Some(YesNo::No),
        check_orig_matching_sip_header: Some(OrigMatchHeader::From),
        custom_p_asserted_id_format: choices.p_asserted_id_format,
        description: choices.description,
        dial_policy: named("dial policy", choices.dial_policy.unwrap_or_default())?,
        enforce_minimum_duration_enabled: Some(YesNo::No),
        hide_post_dial_delay_with_ringback_enabled: Some(YesNo::No),
        linked_billing_user: Some("domain".into()),
        minimum_call_duration_seconds: Some(0),
        orig_enabled: Some(YesNo::Yes),
        pcmu_only_enabled: Some(YesNo::No),
        prevent_rtp_port_change_enabled: Some(YesNo::No),
        record_all_calls_enabled: Some(YesNo::No),
        relay_comfort_noise_enabled: Some(YesNoSystemDefault::SystemDefault),
        remote_ringback_handling: Some(RemoteRingback::Allowed),
        require_encrypted_audio_enabled: Some(EncryptedAudio::No),
        sip_authenticate_as_client_enabled: Some(YesNo::No),
        sip_get_new_dialog_destination_from: Some(SipDestination::DefaultIp),
        sip_get_response_destination_from: Some(SipDestination::DefaultIp),
        sip_session_timer_enabled: Some(YesNoSystemDefault::SystemDefault),
        sip_transport_protocol: Some(choices.transport.unwrap_or(SipTransport::Udp)),
        source_ip_checking_enabled: Some(YesNo::Yes),
        term_enabled: Some(YesNo::Yes),
        time_zone: choices.time_zone,
        translation_destination_host: Some(host.into()),
        translation_destination_user: keep(),
        translation_request_host: Some(host.into()),
        translation_request_user: keep(),
        translation_source_host: Some(choices.source_host.unwrap_or_else(|| OWN_ADDRESS.into())),
        translation_source_user: keep(),
        utc_offset: choices.utc_offset,
        ..key
    })
}

/// Checks that this is a single host: in a pattern, a wildcard would match many.
fn check_host(host: &str) -> Result<(), InvalidValue> {
    let refuse = |reason| Err(InvalidValue::setting("host", reason));
    let is_label = |label: &str| {
        !label.is_empty()
            && label
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte))
    };
    if !host.split('.').all(is_label) {
        return refuse(
            "it is neither a host name nor an IPv4 address; for another host, or a pattern of \
             several, set the fields of `ConnectionCreate`",
        );
    }
    match host.parse::<Ipv4Addr>() {
        Ok(address) if address.is_unspecified() || address.is_broadcast() => {
            refuse("it is the address of no single host; give the peer's own")
        }
        _ => Ok(()),
    }
}

/// Checks that this can be the user of a SIP URI.
fn check_username(username: &str) -> Result<(), InvalidValue> {
    let usual = |byte: u8| byte.is_ascii_alphanumeric() || b"+-._".contains(&byte);
    match !username.is_empty() && username.bytes().all(usual) {
        true => Ok(()),
        false => Err(InvalidValue::setting(
            "user name",
            "it is empty or has a character that is not a letter, a digit, `+`, `-`, `.` or `_`; \
             give the user name without `sip:` and host",
        )),
    }
}

/// Checks the name of a dial plan or policy. A blank one would mean none.
fn named(what: &'static str, name: String) -> Result<Option<String>, InvalidValue> {
    match name.trim().is_empty() || name.chars().any(char::is_control) {
        true => Err(InvalidValue::setting(
            what,
            "it is blank or has a control character; give the name of one that exists",
        )),
        false => Ok(Some(name)),
    }
}
