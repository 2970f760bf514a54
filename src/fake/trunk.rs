//! A trunk as the fake server stores it.

use std::collections::HashSet;
use std::sync::LazyLock;
use std::time::Instant;

use serde_json::{Map, Value};

/// A trunk that was created with nothing but its key: the documented defaults, and the empty string
/// for all else.
const DEFAULTS: &str = include_str!("trunk.json");
/// The device record of a trunk that registers, modelled on the captured one.
const REGISTRATION: &str = include_str!("registration.json");

pub(super) const DOMAIN: &str = "domain";
pub(super) const PATTERN: &str = "connection-orig-match-pattern";
const TERM_PATTERN: &str = "connection-term-match-pattern";
const USERNAME: &str = "connection-sip-registration-username";
const PASSWORD: &str = "connection-sip-registration-password";
/// Absent where it is unset, as on the captured trunk.
const P_ASSERTED_ID: &str = "connection-custom-p-asserted-id-format";
const MODIFIED: &str = "last-modified-datetime";

/// Length of the passwords that servers generate.
const PASSWORD_CHARS: usize = 12;

/// One trunk.
#[derive(Debug, Clone)]
pub(super) struct Trunk {
    fields: Map<String, Value>,
    /// When reads begin to see its current state.
    visible: Instant,
    /// What reads see until then; `None` for a new trunk.
    before: Option<Map<String, Value>>,
    /// Deleted; reads may still see it.
    pub(super) removed: bool,
    created: String,
}

impl Trunk {
    /// A new trunk with the settings of a create, which has at least the key.
    pub(super) fn create(settings: &Map<String, Value>, visible: Instant) -> Self {
        let mut trunk = Self {
            fields: object(DEFAULTS),
            visible,
            before: None,
            removed: false,
            created: now(),
        };
        trunk.take(settings);
        if is_unset(trunk.fields.get(TERM_PATTERN)) {
            trunk
                .fields
                .insert(TERM_PATTERN.into(), trunk.text(PATTERN).into());
        }
        if is_unset(trunk.fields.get(PASSWORD)) {
            let password: String = std::iter::repeat_with(fastrand::alphanumeric)
                .take(PASSWORD_CHARS)
                .collect();
            trunk.fields.insert(PASSWORD.into(), password.into());
        }
        trunk
    }

    /// Until it is visible, reads see another one, if there is one.
    pub(super) fn instead_of(mut self, before: Option<Map<String, Value>>) -> Self {
        self.before = before;
        self
    }

    /// Changes the settings of an update and leaves the others.
    pub(super) fn update(&mut self, settings: &Map<String, Value>, visible: Instant) {
        self.change(visible);
        let mut settings = settings.clone();
        settings.remove(DOMAIN);
        settings.remove(PATTERN);
        self.take(&settings);
    }

    /// Deletes it.
    pub(super) fn remove(&mut self, visible: Instant) {
        self.change(visible);
        self.removed = true;
    }

    /// Reads see until `visible` what they see now.
    fn change(&mut self, visible: Instant) {
        self.before = self.seen(Instant::now()).cloned();
        self.visible = visible;
    }

    /// Whether it has this key.
    pub(super) fn is(&self, domain: &str, pattern: &str) -> bool {
        self.text(DOMAIN) == domain && self.text(PATTERN) == pattern
    }

    fn take(&mut self, settings: &Map<String, Value>) {
        for (name, value) in settings {
            if is_setting(name) {
                // A setting that is an integer in responses stays one when it is sent as a string
                // (create_connection/202-registering-pri.json).
                let value = match self.fields.get(name) {
                    Some(Value::Number(_)) => integer(value).into(),
                    _ => text(value).into(),
                };
                self.fields.insert(name.clone(), value);
            }
        }
        self.fields.insert(MODIFIED.into(), now().into());
    }

    /// Sets the counters of current calls.
    pub(super) fn set_calls(&mut self, from_peer: i64, to_peer: i64) {
        self.fields
            .insert("active-calls-orig-current".into(), from_peer.into());
        self.fields
            .insert("active-calls-term-current".into(), to_peer.into());
    }

    pub(super) fn text(&self, name: &str) -> &str {
        self.fields
            .get(name)
            .and_then(Value::as_str)
            .unwrap_or_default()
    }

    /// What a read sees at an instant.
    pub(super) fn seen(&self, at: Instant) -> Option<&Map<String, Value>> {
        match at >= self.visible {
            true if self.removed => None,
            true => Some(&self.fields),
            false => self.before.as_ref(),
        }
    }

    /// The device record, where the trunk registers.
    pub(super) fn registration(&self) -> Option<Value> {
        if is_unset(self.fields.get(USERNAME)) {
            return None;
        }
        let mut device = object(REGISTRATION);
        let uri = format!(
            "sip:{}@{}",
            self.text(USERNAME),
            self.text(PATTERN).rsplit('@').next().unwrap_or_default()
        );
        for name in [DOMAIN, PASSWORD, "connection-sip-registration-realm"] {
            device.insert(name.into(), self.text(name).into());
        }
        for name in [PATTERN, TERM_PATTERN, "from_address"] {
            device.insert(name.into(), uri.clone().into());
        }
        for name in [
            "created-datetime",
            "connection-sip-registration-datetime",
            "device-sip-registration-expires-datetime",
        ] {
            device.insert(name.into(), self.created.clone().into());
        }
        Some(Value::Object(device))
    }
}

/// Whether a property has a vocabulary of known values: those with a documented default have one.
/// The billing user is free text.
pub(super) fn is_vocabulary(name: &str) -> bool {
    static NAMES: LazyLock<HashSet<String>> = LazyLock::new(|| {
        let named = |(name, value): (String, Value)| {
            (!is_unset(Some(&value)) && value.is_string()).then_some(name)
        };
        object(DEFAULTS)
            .into_iter()
            .filter_map(named)
            .filter(|name| name != "connection-linked-billing-user")
            .collect()
    });
    NAMES.contains(name)
}

/// Whether a property of a create or update is a setting of the trunk. Read-only properties cannot
/// be set, and unknown ones are dropped (`synchronous`, misspelt names).
fn is_setting(name: &str) -> bool {
    static DEFAULTED: LazyLock<Map<String, Value>> = LazyLock::new(|| object(DEFAULTS));
    let read_only = name.starts_with("active-calls-")
        || [
            MODIFIED,
            "connection-sip-registration-datetime",
            "call-routing",
        ]
        .contains(&name);
    !read_only && (DEFAULTED.contains_key(name) || name == P_ASSERTED_ID)
}

/// A value as a text column of a database stores it. What the spec forbids is converted as PHP
/// does.
pub(super) fn text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Number(number) => number.to_string(),
        Value::Bool(true) => "1".into(),
        Value::Bool(false) | Value::Null => String::new(),
        Value::Array(_) | Value::Object(_) => "Array".into(),
    }
}

/// A value as an integer column of a database stores it. What the spec forbids is converted as PHP
/// does: the digits that a string begins with, and the nearest integer of 64 bits.
#[allow(
    clippy::cast_possible_truncation,
    reason = "what is too large is the largest"
)]
fn integer(value: &Value) -> i64 {
    match value {
        Value::Number(number) => number
            .as_i64()
            .or_else(|| number.as_f64().map(|float| float as i64))
            .unwrap_or_default(),
        Value::String(text) => {
            let text = text.trim_start();
            let is_digit = |(at, it): &(usize, char)| it.is_ascii_digit() || *at == 0 && *it == '-';
            let end = text.char_indices().find(|it| !is_digit(it));
            let number = &text[..end.map_or(text.len(), |(at, _)| at)];
            let nearest = |_| number.parse().map(|float: f64| float as i64);
            number.parse().or_else(nearest).unwrap_or_default()
        }
        Value::Bool(on) => i64::from(*on),
        Value::Null => 0,
        Value::Array(items) => i64::from(!items.is_empty()),
        Value::Object(members) => i64::from(!members.is_empty()),
    }
}

fn is_unset(value: Option<&Value>) -> bool {
    value.is_none_or(|value| value.is_null() || value.as_str().is_some_and(str::is_empty))
}

fn object(json: &str) -> Map<String, Value> {
    // The JSON is part of this crate, and a test parses it.
    serde_json::from_str(json).unwrap_or_default()
}

fn now() -> String {
    jiff::Timestamp::now()
        .strftime("%Y-%m-%dT%H:%M:%S+00:00")
        .to_string()
}
