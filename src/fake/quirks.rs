//! Where servers differ, or where nobody knows what they do.

use std::time::Duration;

use serde_json::{Map, Value, json};

use super::trunk::is_vocabulary;
use crate::values::Addressing;

/// How a [`FakeServer`](super::FakeServer) departs from the captured behaviour. The default is the
/// captured one. Each switch says how sure it is that servers have it: what is "imagined" nobody
/// has seen, and a client that is ready for it loses nothing.
///
/// ```
/// use netsapiens_connections::fake::{ListPaging, Quirks};
///
/// let paging = ListPaging::StopsAt100;
/// let quirks = Quirks { paging, numbers_for_text: true, ..Quirks::default() };
/// # drop(quirks);
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Quirks {
    /// All-digit texts are answered as integers where the vendor's inference from answers shows
    /// both, user names for example.
    ///
    /// Evidence: inferred, correction `text-or-integer`.
    pub numbers_for_text: bool,
    /// Numbers are answered as text, counts and the codes of messages too.
    ///
    /// Evidence: imagined; requests write limits so, correction `text-for-integer`.
    pub text_for_numbers: bool,
    /// What is unset is `null` instead of the empty string.
    ///
    /// Evidence: reported of other resources of the API.
    pub null_for_unset: bool,
    /// Answers hold properties that no document knows.
    ///
    /// Evidence: captured, `get_connection/200-registered-pri.json`, whose `registration` was one.
    pub unknown_fields: bool,
    /// All vocabularies have values that no document knows.
    ///
    /// Evidence: captured, correction `closed-yes-no`: the backend's own values are seen.
    pub unknown_values: bool,
    /// Times come in the other spellings of the vendor's examples: without an offset, with
    /// fractions, and the impossible `0000-00-00`.
    ///
    /// Evidence: documented, correction `datetimes-as-text`.
    pub odd_dates: bool,
    /// What the `registration` of a trunk looks like.
    pub registration: RegistrationShape,
    /// How long reads do not see a create, an update or a delete: writes are replicated to all
    /// nodes.
    ///
    /// Evidence: documented in the vendor's guide to asynchronous writes.
    pub visibility_delay: Duration,
    /// What lists make of `start` and `limit`.
    pub paging: ListPaging,
    /// What reading a trunk that does not exist gives.
    pub missing: GetMissing,
    /// What listing a domain without trunks gives.
    pub empty_domain: EmptyDomain,
    /// Deleting a trunk that does not exist is accepted with 202 instead of refused with 404; which
    /// one servers do is not known.
    ///
    /// Evidence: imagined.
    pub missing_delete_accepted: bool,
    /// Reading one trunk gives an object instead of an array of one.
    ///
    /// Evidence: reported of other resources of the API.
    pub object_for_one: bool,
    /// How trunks are named in paths. By pattern, a `:` in one is refused, as before v46.
    ///
    /// Evidence: documented, correction `neutral-connection-parameter`.
    pub addressing: Addressing,
    /// A request that the spec forbids is carried out as far as it can be, with values converted as
    /// PHP does (`true` is stored as `1`). Without this quirk the response is 400 with a message
    /// that says what is wrong, so that a mistake in a request is seen in the test that makes it;
    /// which of them servers refuse is not known.
    ///
    /// Evidence: imagined.
    pub lenient_requests: bool,
}

/// What the `registration` of a trunk looks like where it has a device; without one it is absent.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum RegistrationShape {
    /// The captured object.
    ///
    /// Evidence: captured, `get_connection/200-registered-pri.json`.
    #[default]
    Object,
    /// `[]`, how PHP writes an empty object.
    ///
    /// Evidence: inferred from the `call-routing` of `get_connection/200-registered-pri.json`.
    EmptyArray,
    /// `{}`
    ///
    /// Evidence: imagined.
    EmptyObject,
    /// No such property.
    ///
    /// Evidence: inferred: the vendor documents none, correction `undocumented-registration`.
    Absent,
}

/// What lists make of `start` and `limit`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum ListPaging {
    /// Both are honoured; without `limit` everything is answered.
    ///
    /// Evidence: documented, correction `paging-undeclared`; but the default `limit` is 100 there.
    #[default]
    Honoured,
    /// Both are ignored; everything is answered.
    ///
    /// Evidence: inferred: the vendor declares neither, correction `paging-undeclared`.
    Ignored,
    /// `start` is ignored and `limit` is honoured.
    ///
    /// Evidence: imagined.
    StartIgnored,
    /// Both are honoured, and 100 trunks are the most that is ever answered.
    ///
    /// Evidence: reported of other lists of the API, correction `paging-undeclared`.
    StopsAt100,
}

/// What reading a trunk that does not exist gives.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum GetMissing {
    /// 404 with "Resource not found."
    ///
    /// Evidence: documented, correction `undocumented-statuses`.
    #[default]
    NotFound,
    /// 200 with an empty array.
    ///
    /// Evidence: inferred from PHP's way with lists.
    EmptyArray,
}

/// What listing a domain without trunks gives; which one servers do is not known. A domain that does
/// not exist is one without trunks here.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum EmptyDomain {
    /// 200 with an empty array.
    ///
    /// Evidence: inferred from PHP's way with lists.
    #[default]
    EmptyArray,
    /// 404 with "Resource not found."
    ///
    /// Evidence: documented, correction `undocumented-statuses`.
    NotFound,
}

/// Properties that the vendor's inference shows as text or integer.
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
    /// A trunk as this server writes it.
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
            self.bend(name, value);
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

    /// Bends what an answer that holds no trunk is made of: a code or a total.
    pub(super) fn bend_envelope(&self, answer: &mut Value) {
        for name in ["code", "total"] {
            if let Some(value) = answer.get_mut(name) {
                self.bend(name, value);
            }
        }
    }

    fn bend(&self, name: &str, value: &mut Value) {
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
                .for_each(|(name, value)| self.bend(name, value)),
            _ => {}
        }
    }
}
