//! Recognizes values that may be published: documentation ranges, reserved names, and our own
//! placeholders.

use std::net::IpAddr;
use std::sync::LazyLock;

use regex::Regex;

/// Whether this is a placeholder for a secret.
pub(crate) fn is_secret_placeholder(text: &str) -> bool {
    static PLACEHOLDER: LazyLock<Regex> =
        LazyLock::new(|| Regex::new(r"^«secret-\d{1,6}»$").expect("valid pattern"));
    PLACEHOLDER.is_match(text)
}

/// Whether this is a placeholder for a name, a string or a device.
pub(crate) fn is_word_placeholder(text: &str) -> bool {
    static PLACEHOLDER: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"^(?:user|name|text|agent)-\d{1,6}$|^EXAMPLE[\w./-]*$").expect("valid pattern")
    });
    PLACEHOLDER.is_match(text) || is_secret_placeholder(text)
}

/// Whether a host name is reserved for documentation, or is the local host.
pub(crate) fn is_host(host: &str) -> bool {
    if !host
        .bytes()
        .all(|byte| byte.is_ascii_alphanumeric() || b".-_*".contains(&byte))
    {
        return false;
    }
    let host = host.trim_end_matches('.').to_ascii_lowercase();
    let last = host.rsplit('.').next().unwrap_or_default();
    matches!(last, "example" | "invalid" | "test" | "localhost")
        || ["example.com", "example.net", "example.org"]
            .iter()
            .any(|reserved| host == *reserved || host.ends_with(&format!(".{reserved}")))
}

/// Whether an address is reserved for documentation, or is the local host.
pub(crate) fn is_ip(ip: IpAddr) -> bool {
    if ip.is_loopback() || ip.is_unspecified() {
        return true;
    }
    match ip {
        IpAddr::V4(ip) => ip.is_documentation() || ip.is_broadcast(),
        IpAddr::V6(ip) => {
            matches!(ip.segments(), [0x2001, 0x0db8, ..])
                || ip.to_ipv4_mapped().is_some_and(|ip| is_ip(IpAddr::V4(ip)))
        }
    }
}

/// Whether the digits of a number are fictitious: they end in 555-0100 to 555-0199, and any digits
/// before the ten of a national number are the padding of our placeholders.
pub(crate) fn is_phone(digits: &str) -> bool {
    let tail = &digits[digits.len().saturating_sub(7)..];
    let padding = &digits[..digits.len().saturating_sub(10)];
    tail.starts_with("55501") && tail.len() == 7 && padding.bytes().all(|digit| digit == b'1')
}

/// Whether this is a MAC address from the documentation block of RFC 7042.
pub(crate) fn is_mac(text: &str) -> bool {
    let digits: String = text.chars().filter(char::is_ascii_hexdigit).collect();
    digits.to_ascii_lowercase().starts_with("00005e0053")
}

/// Whether this is a placeholder for a UUID.
pub(crate) fn is_uuid(text: &str) -> bool {
    text.starts_with("00000000-0000-4000-8000-0000")
}

/// The parts of a text that are kept: placeholders and times.
pub(crate) static STRETCHES: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(concat!(
        r"«secret-\d{1,6}»",
        r"|\b(?:user|name|text|agent)-\d{1,6}\b",
        r"|\bEXAMPLE[\w./-]*",
        r"|\b(?:(?:19|20)\d{2}|0000)-[01]\d-[0-3]\d",
        r"(?:[T ][0-2]\d:[0-5]\d(?::[0-6]\d)?(?:\.\d{1,9})?(?:Z|[+-][01]\d:?[0-5]\d)?)?\b",
        r"|\b(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun), [0-3]\d ",
        r"(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) ",
        r"(?:19|20)\d{2} [0-2]\d:[0-5]\d:[0-6]\d GMT\b",
    ))
    .expect("valid pattern")
});

/// Whether a whole value is a time that begins with its date.
pub(crate) fn is_time(text: &str) -> bool {
    let starts_with_year = text.starts_with(|c: char| c.is_ascii_digit());
    let whole = STRETCHES
        .find(text)
        .filter(|found| found.len() == text.len());
    starts_with_year && whole.is_some()
}
