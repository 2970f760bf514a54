//! What has the shape of a secret in any text: for notes and other files that are no recordings.

use std::collections::HashMap;

use located::pointer;
use percent_encoding::percent_decode_str;
use serde_json::Value;

use super::rules::{SECRET_SHAPES, Treat, is_switch, looks_random, treat};
use super::safe;
use super::shapes::{self, Shape, is_safe};
use super::table::Kind;
use super::text::secret_range;

/// A value that must not be published.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Leak {
    /// JSON pointer of the value (of the member, where its name leaks).
    pub pointer: String,
    /// What it is. The value itself is never told.
    pub kind: String,
}

/// Finds credentials, public IP addresses, telephone numbers and mail addresses outside the
/// documentation ranges. In document order, each kind once per value.
pub fn scan(value: &Value) -> Vec<Leak> {
    let mut scan = Scan {
        fields: HashMap::new(),
        seen: HashMap::new(),
        leaks: Vec::new(),
    };
    scan.value(value, String::new(), Treat::Unknown);
    scan.leaks
}

/// Names, and most values, come again and again: what they are is worked out once.
struct Scan<'v> {
    fields: HashMap<&'v str, Treat>,
    /// What leaks in a text.
    seen: HashMap<&'v str, Vec<&'static str>>,
    leaks: Vec<Leak>,
}

impl<'v> Scan<'v> {
    fn value(&mut self, value: &'v Value, pointer: String, treated: Treat) {
        match value {
            Value::Object(members) => {
                for (name, member) in members {
                    let at = pointer::join(&pointer, name);
                    self.text(name, &at);
                    let treated = if treated == Treat::Secret {
                        treated
                    } else {
                        *self.fields.entry(name).or_insert_with(|| treat(name))
                    };
                    self.value(member, at, treated);
                }
            }
            Value::Array(items) => {
                for (index, item) in items.iter().enumerate() {
                    self.value(item, format!("{pointer}/{index}"), treated);
                }
            }
            Value::String(string) if treated == Treat::Secret => {
                if !is_safe(Kind::Secret, string) && !is_switch(string) {
                    self.report(&["password"], &pointer);
                }
            }
            Value::String(string) => self.text(string, &pointer),
            Value::Number(number) if treated == Treat::Secret => {
                if number.as_f64() != Some(0.0) {
                    self.report(&["password"], &pointer);
                }
            }
            Value::Number(number) if number.is_u64() => {
                self.report(&leaks_of(&number.to_string()), &pointer)
            }
            Value::Number(_) | Value::Bool(_) | Value::Null => {}
        }
    }

    fn text(&mut self, text: &'v str, pointer: &str) {
        let kinds = self
            .seen
            .entry(text)
            .or_insert_with(|| leaks_of(text))
            .clone();
        self.report(&kinds, pointer);
    }

    fn report(&mut self, kinds: &[&'static str], pointer: &str) {
        for kind in kinds {
            // The leaks of one value come one after the other.
            let mut of_this_value = self
                .leaks
                .iter()
                .rev()
                .take_while(|leak| leak.pointer == pointer);
            if of_this_value.all(|leak| leak.kind != *kind) {
                self.leaks.push(Leak {
                    pointer: pointer.into(),
                    kind: (*kind).to_owned(),
                });
            }
        }
    }
}

/// What leaks in a text as it is or percent-decoded.
fn leaks_of(text: &str) -> Vec<&'static str> {
    let mut kinds = Vec::new();
    plain(text, &mut kinds);
    let decoded = percent_decode_str(text).decode_utf8_lossy();
    if decoded != text {
        plain(&decoded, &mut kinds);
    }
    kinds
}

fn plain(text: &str, kinds: &mut Vec<&'static str>) {
    for shape in SECRET_SHAPES.iter() {
        let leaks_one = shape
            .pattern
            .captures_iter(text)
            .filter_map(|captures| secret_range(&captures))
            .any(|range| {
                let secret = &text[range];
                !is_safe(Kind::Secret, secret) && (!shape.must_look_random || looks_random(secret))
            });
        if leaks_one {
            kinds.push(shape.rule);
        }
    }
    for (range, shape) in shapes::find(text) {
        let found = &text[range];
        match shape {
            Shape::UserAtHost => user_at_host(found, kinds),
            Shape::One(Kind::Ipv4 | Kind::Ipv6) => ip(found, kinds),
            Shape::One(Kind::Phone) => phone(found, kinds),
            // Host names alone are not told from file names.
            Shape::One(_) => {}
        }
    }
}

fn user_at_host(found: &str, kinds: &mut Vec<&'static str>) {
    let Some((user, host)) = found.rsplit_once('@') else {
        return;
    };
    if shapes::classify(Kind::User, user) == Kind::Phone {
        phone(user, kinds);
    }
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    ip(bare, kinds);
    let named = bare.contains('.') && bare.parse::<std::net::IpAddr>().is_err();
    if named && !safe::is_host(bare) {
        kinds.push("mail-address");
    }
}

fn ip(found: &str, kinds: &mut Vec<&'static str>) {
    if found.parse().is_ok_and(safe::is_public_ip) {
        kinds.push("ip-address");
    }
}

fn phone(found: &str, kinds: &mut Vec<&'static str>) {
    if !is_safe(Kind::Phone, found) {
        kinds.push("phone-number");
    }
}
