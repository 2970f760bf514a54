//! Switches for behaviour in which servers differ, or which is not known.

use std::time::Duration;

use serde_json::{Map, Value, json};

use super::trunk::is_vocabulary;
use crate::values::Addressing;

/// How a [`FakeServer`](super::FakeServer) departs from the captured behaviour, which is the
/// default. The documentation of each switch says what evidence there is that servers do so. What
/// is "imagined" was never seen; a client that is ready for it loses nothing.
///
/// ```
/// use netsapiens_connections::fake::{ListPaging, Quirks};
///
/// let quirks = Quirks::new().paging(ListPaging::StopsAt100).numbers_for_text(true);
/// assert!(quirks.numbers_for_text && !quirks.text_for_numbers);
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Quirks {
    /// All-digit strings are sent as integers where a schema that the vendor inferred from real
    /// responses allows both: in user names, for example.
    ///
    /// Evidence: inferred, correction `text-or-integer`.
    pub numbers_for_text: bool,
    /// Integers are sent as strings, including counts and the codes of messages.
    ///
    /// Evidence: imagined; requests send limits so, correction `text-for-integer`.
    pub text_for_numbers: bool,
    /// Unset settings are `null` instead of the empty string.
    ///
    /// Evidence: reported of other resources of the API.
    pub null_for_unset: bool,
    /// Responses have properties that no document has.
    ///
    /// Evidence: captured, `get_connection/200-registered-pri.json`, whose `registration` was one.
    pub unknown_fields: bool,
    /// Vocabularies have values that no document has.
    ///
    /// Evidence: captured, correction `closed-yes-no`: a response has the backend's own values.
    pub unknown_values: bool,
    /// Times have the other formats of the vendor's examples: without an offset, with fractions,
    /// and the impossible `0000-00-00`.
    ///
    /// Evidence: documented, correction `datetimes-as-text`.
    pub odd_dates: bool,
    /// The shape of a trunk's `registration`.
    pub registration: RegistrationShape,
    /// For how long reads do not see a create, update or delete, while it is replicated to all
    /// nodes.
    ///
    /// Evidence: documented in the vendor's guide to asynchronous writes.
    pub visibility_delay: Duration,
    /// Whether lists honour `start` and `limit`.
    pub paging: ListPaging,
    /// The response to reading a trunk that does not exist.
    pub missing: GetMissing,
    /// The response to listing a domain without trunks.
    pub empty_domain: EmptyDomain,
    /// Deleting a trunk that does not exist gives 202 instead of 404. Which of the two servers send
    /// is not known.
    ///
    /// Evidence: imagined.
    pub missing_delete_accepted: bool,
    /// Reading one trunk returns an object instead of an array of one.
    ///
    /// Evidence: reported of other resources of the API.
    pub object_for_one: bool,
    /// How trunks are addressed in paths. By pattern, one with a `:` gets 404, as before v46.
    ///
    /// Evidence: documented, correction `neutral-connection-parameter`.
    pub addressing: Addressing,
    /// A request that violates the spec is carried out as far as possible, with values converted as
    /// PHP does (`true` is stored as `1`). Without this quirk it gets 400 and a message that says
    /// what is wrong, so that a test shows its mistake. Which of them servers refuse is not known.
    ///
    /// Evidence: imagined.
    pub lenient_requests: bool,
}

macro_rules! setters {
    ($($field:ident: $type:ty,)*) => {
        impl Quirks {
            /// No quirks: the captured behaviour.
            pub fn new() -> Self {
                Self::default()
            }

            $(
                #[doc = concat!("Sets [`", stringify!($field), "`](Self#structfield.",
                    stringify!($field), ").")]
                #[must_use]
                pub fn $field(mut self, $field: $type) -> Self {
                    self.$field = $field;
                    self
                }
            )*
        }
    };
}

setters! {
    numbers_for_text: bool,
    text_for_numbers: bool,
    null_for_unset: bool,
    unknown_fields: bool,
    unknown_values: bool,
    odd_dates: bool,
    registration: RegistrationShape,
    visibility_delay: Duration,
    paging: ListPaging,
    missing: GetMissing,
    empty_domain: EmptyDomain,
    missing_delete_accepted: bool,
    object_for_one: bool,
    addressing: Addressing,
    lenient_requests: bool,
}

/// The shape of the `registration` of a trunk that has a device. Without a device it is absent.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum RegistrationShape {
    /// The captured object.
    ///
    /// Evidence: captured, `get_connection/200-registered-pri.json`.
    #[default]
    Object,
    /// `[]`, as PHP encodes an empty object.
    ///
    /// Evidence: inferred from the `call-routing` of `get_connection/200-registered-pri.json`.
    EmptyArray,
    /// `{}`.
    ///
    /// Evidence: imagined.
    EmptyObject,
    /// The property is absent.
    ///
    /// Evidence: inferred: the vendor documents none, correction `undocumented-registration`.
    Absent,
}

/// Whether lists honour `start` and `limit`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum ListPaging {
    /// Both are honoured; without `limit` all trunks are returned.
    ///
    /// Evidence: documented, correction `paging-undeclared`; but the default `limit` is 100 there.
    #[default]
    Honoured,
    /// Both are ignored; all trunks are returned.
    ///
    /// Evidence: inferred: the vendor declares neither, correction `paging-undeclared`.
    Ignored,
    /// `start` is ignored and `limit` is honoured.
    ///
    /// Evidence: imagined.
    StartIgnored,
    /// Both are honoured, and no response has more than 100 trunks.
    ///
    /// Evidence: reported of other lists of the API, correction `paging-undeclared`.
    StopsAt100,
}

/// The response to reading a trunk that does not exist.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum GetMissing {
    /// 404 with "Resource not found."
    ///
    /// Evidence: documented, correction `undocumented-statuses`.
    #[default]
    NotFound,
    /// 200 with an empty array.
    ///
    /// Evidence: inferred from how PHP services return lists.
    EmptyArray,
}

/// The response to listing a domain without trunks. Which of them servers send is not known. Here a
/// domain that does not exist is one without trunks.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum EmptyDomain {
    /// 200 with an empty array.
    ///
    /// Evidence: inferred from how PHP services return lists.
    #[default]
    EmptyArray,
    /// 404 with "Resource not found."
    ///
    /// Evidence: documented, correction `undocumented-statuses`.
    NotFound,
}

/// Properties that are string or integer in the schema that the vendor inferred from responses.
const TEXT_OR_INTEGER: [&str; 8] = [
    "connection-address",
    "connection-sip-registration-username",
    "connection-sip-registration-password",
    "connection-sip-registration-realm",
    "connection-translation-destination-host",
    "connection-translation-request-host",
    "connection-translation-source-user",
    "utc-offset",
];

impl Quirks {
    /// A trunk as this server sends it.
    pub(super) fn render(&self, trunk: &Map<String, Value>, registration: Option<Value>) -> Value {
        let mut trunk = trunk.clone();
        match (registration, self.registration) {
            (None, _) | (_, RegistrationShape::Absent) => {}
            (Some(object), RegistrationShape::Object) => {
                drop(trunk.insert("registration".into(), object))
            }
            (Some(_), RegistrationShape::EmptyArray) => {
                drop(trunk.insert("registration".into(), json!([])))
            }
            (Some(_), RegistrationShape::EmptyObject) => {
                drop(trunk.insert("registration".into(), json!({})))
            }
        }
        for (name, value) in &mut trunk {
            self.apply(name, value);
        }
        if self.unknown_fields {
            let later = json!({ "enabled": "yes", "secret": "«secret-9»", "list": [1, null, {}] });
            if let Some(Value::Object(registration)) = trunk.get_mut("registration") {
                registration.insert("device-of-a-later-version".into(), later.clone());
            }
            trunk.insert("connection-of-a-later-version".into(), later);
        }
        Value::Object(trunk)
    }

    /// Applies the quirks to a response without trunks: to its code or total.
    pub(super) fn apply_to_envelope(&self, envelope: &mut Value) {
        for name in ["code", "total"] {
            if let Some(value) = envelope.get_mut(name) {
                self.apply(name, value);
            }
        }
    }

    fn apply(&self, name: &str, value: &mut Value) {
        match value {
            Value::String(text) if text.is_empty() && self.null_for_unset => *value = Value::Null,
            Value::String(text) if self.numbers_for_text && TEXT_OR_INTEGER.contains(&name) => {
                if let Ok(number) = text.parse::<i64>() {
                    *value = number.into();
                }
            }
            Value::String(text) if self.odd_dates && name.ends_with("-datetime") => {
                let other = [
                    "0000-00-00T00:00:00+00:00",
                    "2025-05-19 02:41:11",
                    "2025-05-19T02:41:11.999Z",
                ];
                *text = other[name.len() % other.len()].into();
            }
            Value::String(text) if self.unknown_values && is_vocabulary(name) => {
                *text = "of-a-later-version".into()
            }
            Value::Number(number) if self.text_for_numbers => *value = number.to_string().into(),
            Value::Object(members) => members
                .iter_mut()
                .for_each(|(name, value)| self.apply(name, value)),
            _ => {}
        }
    }
}
