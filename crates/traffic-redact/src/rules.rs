//! The redaction rules as data: how a field is treated by its name, which values are harmless, and
//! the shapes of credentials.

use std::sync::LazyLock;

use regex::{Regex, RegexSet};

/// How the value of a field is treated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Treat {
    /// A credential, with everything nested in it.
    Secret,
    /// A tenant's domain.
    Domain,
    /// A SIP address, URI, glob over one, or bare host.
    Address,
    /// A login or a person's name.
    User,
    /// A telephone number.
    Phone,
    /// A device's make and version.
    Agent,
    /// Free text.
    Text,
    /// A name that an operator chose.
    Name,
    /// A field that the spec documents as a number, without a marker: it may be a count, or
    /// somebody's number.
    Number,
    /// The same where the spec or the name says that it measures something.
    Quantity,
    /// A field that the spec marks as public: only values with a sensitive shape, or that are
    /// sensitive elsewhere in the import, are replaced.
    Public,
    /// Prose of the maintainers of the recordings: ordinary words are kept.
    Prose,
    /// An unknown field: only words that are known to be harmless are kept.
    Unknown,
}

/// Patterns over lower-case field names; the first that matches decides.
const FIELDS: &[(Treat, &str)] = &[
    (Treat::Unknown, r"^(token[-_]type|content-type|accept)$"),
    (Treat::Number, r"^retry-after$"),
    (
        Treat::Name,
        r"birth|(^|[-_])(dob|lat|lon|lng|geo)$|latitude|longitude",
    ),
    (
        Treat::Secret,
        concat!(
            r"password|passwd|passphrase|secret|token|authorization|credential|api[-_]?key|jwt",
            r"|cookie|key$|(^|[-_.])(keys?|pwd|pin|auth|nonce)([-_.]|$)",
        ),
    ),
    (Treat::Agent, r"user[-_]?agent$|(^|[-_])ua$"),
    (
        Treat::Name,
        concat!(
            r"^(dial[-_](plan|policy)|route[-_]chain|reseller|territory|site",
            r"|emergency[-_]address[-_]id)$",
        ),
    ),
    (Treat::Domain, r"(^|[-_])domain$"),
    (
        Treat::Phone,
        r"phone|number|caller[-_]?id|callid|(^|[-_])(ani|dnis|did|tel|fax|mobile)$",
    ),
    (
        Treat::Address,
        concat!(
            r"(^|[-_])(e?mail|address|contact|uri|url|host|hostname|realm|server|pattern|match",
            r"|ip|received[-_]from|proxy|gateway|connection([-_]id)?)$",
        ),
    ),
    (
        Treat::User,
        concat!(
            r"(^|[-_])(user|username|user[-_]trans|subscriber[-_]name|login",
            r"|first[-_]name|last[-_]name|full[-_]name)$",
        ),
    ),
    (
        Treat::Text,
        r"description|comment|(^|[-_])(notes?|display[-_]name|label|title)$",
    ),
];

/// Values that are harmless in any field, in addition to the enum values of the spec.
pub(crate) const VOCABULARY: &[&str] = &[
    "yes",
    "no",
    "true",
    "false",
    "none",
    "default",
    "domain",
    "system",
    "sip",
    "sips",
    "tel",
    "udp",
    "tcp",
    "tls",
    "inbound did",
    "permit all",
    "us and canada",
    // A variable that the platform replaces with its own address.
    "<appip>",
    // Words of our own placeholders: a customer value that equals one must not be replaced in them.
    "acme",
    "example",
    "secret",
    "host",
    "user",
    "agent",
    "text",
    "name",
];

/// How a field with this name is treated.
pub(crate) fn treat(field: &str) -> Treat {
    static NAMES: LazyLock<RegexSet> = LazyLock::new(|| {
        RegexSet::new(FIELDS.iter().map(|(_, pattern)| pattern)).expect("valid patterns")
    });
    NAMES
        .matches(&field.to_lowercase())
        .iter()
        .next()
        .map_or(Treat::Unknown, |first| FIELDS[first].0)
}

/// Whether a field is a time by its name.
pub(crate) fn says_time(field: &str) -> bool {
    static NAMES: LazyLock<Regex> = LazyLock::new(|| {
        let whole = "time|date|datetime|timestamp|epoch|ts|created|updated|modified|expires";
        let pattern =
            format!(r"(?:^|[-_.])(?:{whole})(?:[-_]?at)?$|[a-z](?:Time|Date|Timestamp|At)$");
        Regex::new(&pattern).expect("a valid pattern")
    });
    NAMES.is_match(field)
}

/// The longest number that is kept in a field of this treatment. A count has few digits; account
/// and order numbers begin at seven. What measures something may be a time in milliseconds.
pub(crate) fn longest_number(treated: Treat) -> usize {
    match treated {
        Treat::Number => 6,
        Treat::Quantity => 13,
        Treat::Public => usize::MAX,
        _ => 0,
    }
}

/// The shape of a credential. The group `secret` is replaced.
pub(crate) struct SecretShape {
    /// Name in `meta.redacted` and in leaks.
    pub(crate) rule: &'static str,
    /// The pattern.
    pub(crate) pattern: Regex,
    /// Whether ordinary words match the pattern too, so that only random-looking matches count.
    pub(crate) must_look_random: bool,
}

/// The shapes of credentials, longest first, so that a short one does not match within a long one.
pub(crate) static SECRET_SHAPES: LazyLock<[SecretShape; 9]> = LazyLock::new(|| {
    [
        (
            "private-key",
            concat!(
                r"(?s)(?<secret>-----BEGIN [A-Z ]*PRIVATE KEY-----.*?",
                r"(?:-----END [A-Z ]*PRIVATE KEY-----|\z))",
            ),
            false,
        ),
        (
            "jwt",
            r"(?<secret>eyJ[A-Za-z0-9_-]{5,}\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]*)",
            false,
        ),
        ("api-key", r"(?<secret>ns[srdu]_[A-Za-z0-9]{8,})", false),
        (
            "authorization",
            r"(?i)\b(?:bearer|basic)(?:\s|\+|%20)+(?<secret>[A-Za-z0-9._~+/=-]{8,})",
            true,
        ),
        (
            "url-password",
            r#"://[^/@\s:"']*:(?<secret>[^/@\s"']+)@"#,
            false,
        ),
        (
            "named-secret",
            concat!(
                r"(?i)<(?:\w+:)?[\w.-]*(?:password|passwd|passphrase|secret|token|key|pin)",
                r"(?:\s[^<>]*)?>\s*(?:<!\[CDATA\[)?(?<secret>[^<>\]]+)",
            ),
            false,
        ),
        (
            "named-secret",
            concat!(
                r#"(?i)name="?[\w.-]*(?:password|passwd|passphrase|secret|token|key|pin)"?"#,
                r"[^\r\n]*(?:\r?\n[^\r\n]+)*\r?\n\r?\n(?<secret>[^\r\n]+)",
            ),
            false,
        ),
        (
            "named-secret",
            concat!(
                r#"(?i)"[\w.-]*(?:password|passwd|passphrase|secret|token|api[-_]?key|pin)""#,
                r#"\s*:\s*"(?<secret>(?:[^"\\]|\\.)+)"#,
            ),
            false,
        ),
        (
            "named-secret",
            concat!(
                r"(?i)(?:password|passwd|passphrase|secret|token|api[-_]?key|authorization)",
                r#"\\?["']?\s*[:=]\s*\\?["']?(?:(?:bearer|basic|digest)\s+)?"#,
                r#"(?<secret>[^\s"'\\&<>,;{}\[\]()]+)"#,
            ),
            false,
        ),
    ]
    .map(|(rule, pattern, must_look_random)| SecretShape {
        rule,
        pattern: Regex::new(pattern).expect("valid pattern"),
        must_look_random,
    })
});

/// Whether this is the value of a switch: a field named `…-password-enabled` holds no password.
pub(crate) fn is_switch(text: &str) -> bool {
    matches!(text, "yes" | "no")
}

/// Whether a word is probably random: it has a digit or a capital inside, or is longer than usual
/// words.
pub(crate) fn looks_random(word: &str) -> bool {
    let bytes = word.as_bytes();
    let has_inner_capital = bytes
        .windows(2)
        .any(|pair| pair[0].is_ascii_lowercase() && pair[1].is_ascii_uppercase());
    bytes.len() >= 24 || has_inner_capital || bytes.iter().any(u8::is_ascii_digit)
}
