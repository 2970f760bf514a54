//! Which values may stand in a public file: documentation ranges, reserved names, and our own
//! placeholders.

use std::net::{IpAddr, Ipv4Addr};
use std::sync::LazyLock;

use regex::Regex;

/// Whether this is a placeholder for a secret.
pub(super) fn is_secret_placeholder(text: &str) -> bool {
    text.starts_with('«') && text.ends_with('»')
}

/// Whether this is a placeholder for a name, a text or a device.
pub(super) fn is_word_placeholder(text: &str) -> bool {
    static PLACEHOLDER: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"^(?:user|name|text|agent)-\d+$|^EXAMPLE[\w./-]*$").expect("valid pattern")
    });
    PLACEHOLDER.is_match(text) || is_secret_placeholder(text)
}

/// Whether a host name is reserved for documentation, or means the machine itself.
pub(super) fn is_host(host: &str) -> bool {
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

/// Whether an address is reserved for documentation, or means the machine itself.
pub(super) fn is_ip(ip: IpAddr) -> bool {
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

/// Whether an address could be reached from elsewhere.
pub(super) fn is_public_ip(ip: IpAddr) -> bool {
    match ip {
        _ if is_ip(ip) => false,
        IpAddr::V4(ip) => {
            !(ip.is_private() || ip.is_link_local() || ip.is_multicast() || is_shared(ip))
        }
        IpAddr::V6(ip) => {
            !(ip.is_multicast() || ip.is_unique_local() || ip.is_unicast_link_local())
                && ip
                    .to_ipv4_mapped()
                    .is_none_or(|ip| is_public_ip(IpAddr::V4(ip)))
        }
    }
}

/// Carrier-grade NAT, 100.64.0.0/10.
fn is_shared(ip: Ipv4Addr) -> bool {
    matches!(ip.octets(), [100, 64..=127, ..])
}

/// Whether the digits of a telephone number end in the fictitious 555-0100 to 555-0199.
pub(super) fn is_phone(digits: &str) -> bool {
    let tail = &digits[digits.len().saturating_sub(7)..];
    tail.starts_with("55501")
}
