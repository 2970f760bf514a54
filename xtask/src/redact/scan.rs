//! A second look at what is already written: what must not stand in a public file.

use percent_encoding::percent_decode_str;
use serde_json::Value;

use super::rules::{SECRET_SHAPES, Treat, is_switch, looks_random, treat};
use super::shapes::{self, Shape, is_safe};
use super::table::Kind;
use super::text::secret_range;
use super::{pointer_to, safe};

/// A value that must not be published.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Leak {
    /// JSON pointer of the value (of the member, where its name leaks).
    pub pointer: String,
    /// What it is. The value itself is never told.
    pub kind: &'static str,
}

/// Finds credentials, public IP addresses, telephone numbers and mail addresses outside the documentation ranges. In document order,
/// each kind once per value.
pub fn scan(value: &Value) -> Vec<Leak> {
    let mut leaks = Vec::new();
    walk(value, String::new(), Treat::Unknown, &mut leaks);
    leaks
}

fn walk(value: &Value, pointer: String, treated: Treat, leaks: &mut Vec<Leak>) {
    match value {
        Value::Object(members) => {
            for (name, member) in members {
                let at = pointer_to(&pointer, name);
                text(name, &at, leaks);
                let treated = if treated == Treat::Secret { treated } else { treat(name) };
                walk(member, at, treated, leaks);
            }
        }
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                walk(item, format!("{pointer}/{index}"), treated, leaks);
            }
        }
        Value::String(string) if treated == Treat::Secret => {
            if !is_safe(Kind::Secret, string) && !is_switch(string) {
                report(leaks, &pointer, "password");
            }
        }
        Value::String(string) => text(string, &pointer, leaks),
        Value::Number(number) if treated == Treat::Secret => {
            if number.as_f64() != Some(0.0) {
                report(leaks, &pointer, "password");
            }
        }
        Value::Number(number) if number.is_u64() => text(&number.to_string(), &pointer, leaks),
        Value::Number(_) | Value::Bool(_) | Value::Null => {}
    }
}

fn text(text: &str, pointer: &str, leaks: &mut Vec<Leak>) {
    plain(text, pointer, leaks);
    let decoded = percent_decode_str(text).decode_utf8_lossy();
    if decoded != text {
        plain(&decoded, pointer, leaks);
    }
}

fn plain(text: &str, pointer: &str, leaks: &mut Vec<Leak>) {
    for shape in SECRET_SHAPES.iter() {
        let leaks_one = shape.pattern.captures_iter(text).filter_map(|captures| secret_range(&captures)).any(|range| {
            let secret = &text[range];
            !is_safe(Kind::Secret, secret) && (!shape.must_look_random || looks_random(secret))
        });
        if leaks_one {
            report(leaks, pointer, shape.rule);
        }
    }
    for (range, shape) in shapes::find(text) {
        let found = &text[range];
        match shape {
            Shape::UserAtHost => user_at_host(found, pointer, leaks),
            Shape::One(Kind::Ipv4 | Kind::Ipv6) => ip(found, pointer, leaks),
            Shape::One(Kind::Phone) => phone(found, pointer, leaks),
            // Host names alone are not told from file names.
            Shape::One(_) => {}
        }
    }
}

fn user_at_host(found: &str, pointer: &str, leaks: &mut Vec<Leak>) {
    let Some((user, host)) = found.rsplit_once('@') else { return };
    phone_or_none(user, pointer, leaks);
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    ip(bare, pointer, leaks);
    let named = bare.contains('.') && bare.parse::<std::net::IpAddr>().is_err();
    if named && !safe::is_host(bare) {
        report(leaks, pointer, "mail-address");
    }
}

fn ip(found: &str, pointer: &str, leaks: &mut Vec<Leak>) {
    if found.parse().is_ok_and(safe::is_public_ip) {
        report(leaks, pointer, "ip-address");
    }
}

fn phone_or_none(found: &str, pointer: &str, leaks: &mut Vec<Leak>) {
    if shapes::classify(Kind::User, found) == Kind::Phone {
        phone(found, pointer, leaks);
    }
}

fn phone(found: &str, pointer: &str, leaks: &mut Vec<Leak>) {
    if !is_safe(Kind::Phone, found) {
        report(leaks, pointer, "phone-number");
    }
}

fn report(leaks: &mut Vec<Leak>, pointer: &str, kind: &'static str) {
    // The leaks of one value come one after the other.
    let mut of_this_value = leaks.iter().rev().take_while(|leak| leak.pointer == pointer);
    if of_this_value.all(|leak| leak.kind != kind) {
        leaks.push(Leak { pointer: pointer.into(), kind });
    }
}
