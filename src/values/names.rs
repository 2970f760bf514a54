//! Names that become path segments of a URL, and the one function that encodes them.
//!
//! A segment that is `.`, `..` or empty addresses another resource than the intended one: `DELETE
//! /domains/acme.example/connections/..` removes the domain. Encoding does not help: dots are not
//! encoded, and gateways decode what is, drop `;parameters`, or replace characters by similar ones,
//! and then parse the path again. So a segment may have only characters without a meaning in a
//! path, and only the types in this module can be written into one.

use std::fmt;
use std::str::FromStr;

use base64::Engine;
use base64::engine::general_purpose::{GeneralPurpose, STANDARD, URL_SAFE_NO_PAD};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde::{Deserialize, Deserializer, Serialize};

/// Why a string is not a valid name of a domain or trunk, or cannot be written into a path.
///
/// The message says what is invalid, why, and what to do. It never quotes the whole string, which
/// may be customer data.
///
/// ```
/// use netsapiens_connections::DomainName;
///
/// let error = DomainName::new("acme.example;x").unwrap_err();
/// assert!(error.to_string().contains("character 13 is `;`"), "{error}");
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InvalidValue {
    what: &'static str,
    reason: Reason,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Reason {
    Empty,
    Longer(usize),
    OuterSpace,
    /// A setting of a preset is invalid; says what to do.
    Setting(&'static str),
    Dots(&'static str),
    Character {
        character: char,
        /// Counted from 1.
        number: usize,
        why: &'static str,
        remedy: &'static str,
    },
}

impl InvalidValue {
    /// A setting of a preset is invalid; `reason` says why, and what to do.
    pub(crate) fn setting(what: &'static str, reason: &'static str) -> Self {
        Self {
            what,
            reason: Reason::Setting(reason),
        }
    }

    /// Checks that all characters of a string are allowed.
    fn character(
        what: &'static str,
        text: &str,
        allowed: impl Fn(char) -> bool,
        why: impl Fn(char) -> &'static str,
        remedy: &'static str,
    ) -> Result<(), Self> {
        match text.chars().zip(1..).find(|(found, _)| !allowed(*found)) {
            None => Ok(()),
            Some((character, number)) => {
                let why = why(character);
                let reason = Reason::Character {
                    character,
                    number,
                    why,
                    remedy,
                };
                Err(Self { what, reason })
            }
        }
    }

    /// Checks that a name is not blank and has at most `most` characters.
    fn size(what: &'static str, text: &str, most: usize) -> Result<(), Self> {
        let refuse = |reason| Err(Self { what, reason });
        if text.trim().is_empty() {
            return refuse(Reason::Empty);
        }
        match text.chars().nth(most) {
            Some(_) => refuse(Reason::Longer(most)),
            None => Ok(()),
        }
    }

    /// Refuses any string of dots. This is more than the dot segments of RFC 3986: some servers
    /// have read `...` as two levels up, and no domain or trunk has such a name.
    fn dots(what: &'static str, text: &str, remedy: &'static str) -> Result<(), Self> {
        match text.bytes().all(|byte| byte == b'.') {
            false => Ok(()),
            true => Err(Self {
                what,
                reason: Reason::Dots(remedy),
            }),
        }
    }
}

impl fmt::Display for InvalidValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let what = self.what;
        write!(f, "invalid {what}: ")?;
        match self.reason {
            Reason::Setting(reason) => f.write_str(reason)?,
            Reason::Empty => write!(
                f,
                "it is empty, which would address the whole collection; give the {what}"
            )?,
            Reason::Longer(most) => write!(f, "it is longer than {most} characters; shorten it")?,
            Reason::OuterSpace => f.write_str("it begins or ends with white space; trim it")?,
            Reason::Dots(remedy) => write!(
                f,
                "it has only dots, which would address another resource; {remedy}"
            )?,
            Reason::Character {
                character,
                number,
                why,
                remedy,
            } => {
                write!(f, "character {number} is ")?;
                // Only visible ASCII is shown as it is: other characters could control a terminal.
                match character.is_ascii_graphic() {
                    true => write!(f, "`{character}`")?,
                    false => write!(f, "U+{:04X}", u32::from(character))?,
                }
                write!(f, ", {why}; {remedy}")?;
            }
        }
        f.write_str(" (nothing was sent)")
    }
}

impl std::error::Error for InvalidValue {}

macro_rules! name {
    ($name:ident) => {
        impl $name {
            /// The name as a string.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        /// Does not show the name, which may identify a customer.
        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(concat!(stringify!($name), "(***)"))
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(&self.0)
            }
        }

        impl PartialEq<str> for $name {
            fn eq(&self, text: &str) -> bool {
                self.0 == text
            }
        }

        impl PartialEq<&str> for $name {
            fn eq(&self, text: &&str) -> bool {
                self.0 == *text
            }
        }

        impl From<$name> for String {
            fn from(name: $name) -> Self {
                name.0
            }
        }

        impl AsRef<str> for $name {
            fn as_ref(&self) -> &str {
                &self.0
            }
        }

        impl FromStr for $name {
            type Err = InvalidValue;

            fn from_str(text: &str) -> Result<Self, InvalidValue> {
                Self::new(text)
            }
        }

        impl TryFrom<&str> for $name {
            type Error = InvalidValue;

            fn try_from(text: &str) -> Result<Self, InvalidValue> {
                Self::new(text)
            }
        }

        impl TryFrom<&String> for $name {
            type Error = InvalidValue;

            fn try_from(text: &String) -> Result<Self, InvalidValue> {
                Self::new(text.as_str())
            }
        }

        impl TryFrom<String> for $name {
            type Error = InvalidValue;

            fn try_from(text: String) -> Result<Self, InvalidValue> {
                Self::new(text)
            }
        }

        impl From<&$name> for $name {
            fn from(name: &$name) -> Self {
                name.clone()
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                Self::new(String::deserialize(deserializer)?).map_err(serde::de::Error::custom)
            }
        }
    };
}

/// Name of a domain (a tenant): `acme.example`.
///
/// `*` is the whole system, as the owner of a trunk (reported); whether it is valid in a path is
/// not known. `~` is the domain of the credential. Servers refuse it with 400 for keys of Reseller
/// and Super User scope, which are the ones that manage trunks, so this crate never sends it by
/// default.
///
/// ```
/// use netsapiens_connections::DomainName;
///
/// assert_eq!(DomainName::new("acme.example")?.as_str(), "acme.example");
/// assert!(DomainName::new("..").is_err());
/// # Ok::<(), netsapiens_connections::InvalidValue>(())
/// ```
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(transparent)]
pub struct DomainName(String);

impl DomainName {
    /// Maximum length of a name in characters (documented).
    pub const MAX_CHARS: usize = 64;

    /// A name of 1 to 64 of the characters `A-Z a-z 0-9 . _ -`, or exactly `*` or `~`.
    ///
    /// # Errors
    /// For an empty string, more than 64 characters, any other character, or only dots.
    pub fn new(text: impl Into<String>) -> Result<Self, InvalidValue> {
        const WHAT: &str = "domain name";
        let text = text.into();
        if matches!(text.as_str(), "*" | "~") {
            return Ok(Self(text));
        }
        InvalidValue::size(WHAT, &text, Self::MAX_CHARS)?;
        let allowed = |found: char| found.is_ascii_alphanumeric() || ".-_".contains(found);
        let remedy = "use only `A-Z a-z 0-9 . _ -`, or exactly `*` or `~`";
        InvalidValue::character(WHAT, &text, allowed, |_| "which no domain name has", remedy)?;
        InvalidValue::dots(WHAT, &text, "give the name of a domain")?;
        Ok(Self(text))
    }
}

name!(DomainName);

/// Origination pattern of a trunk, a glob over a SIP URI: `sip*@acme-pri.example`. With the domain
/// it is the trunk's key.
///
/// Every pattern that a trunk may have is valid, so that one from a list can be used again. Not
/// every such trunk can be addressed in a URL: see [`Addressing`].
///
/// ```
/// use netsapiens_connections::MatchPattern;
///
/// assert!(MatchPattern::new("sip*@acme-pri.example").is_ok());
/// assert!(MatchPattern::new("sip:*@acme-pri.example").is_ok());
/// let error = MatchPattern::new("sip*@acme-pri.example\n").unwrap_err();
/// assert!(error.to_string().contains("U+000A"), "{error}");
/// ```
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(transparent)]
pub struct MatchPattern(String);

impl MatchPattern {
    /// Maximum length of a pattern in characters. It is a limit of this crate, far above any
    /// pattern seen; the service's own is not known.
    pub const MAX_CHARS: usize = 255;

    /// A pattern of 1 to 255 characters.
    ///
    /// # Errors
    /// For an empty string, more than 255 characters, a control character, which could break the
    /// lines of a SIP message, or white space at either end, which would match no call.
    pub fn new(text: impl Into<String>) -> Result<Self, InvalidValue> {
        let text = text.into();
        InvalidValue::size(PATTERN, &text, Self::MAX_CHARS)?;
        let allowed = |found: char| !found.is_control();
        let why = |_| "a control character, which no SIP URI has";
        InvalidValue::character(PATTERN, &text, allowed, why, "remove it")?;
        match text.trim() == text {
            true => Ok(Self(text)),
            false => Err(InvalidValue {
                what: PATTERN,
                reason: Reason::OuterSpace,
            }),
        }
    }
}

name!(MatchPattern);

const PATTERN: &str = "match pattern";

/// How a trunk is addressed in a URL.
///
/// ```no_run
/// # async fn run() -> Result<(), netsapiens_connections::Error> {
/// use netsapiens_connections::{Addressing, ClientBuilder, ErrorKind};
///
/// let by = |addressing| ClientBuilder::from_env()?.addressing(addressing).build();
/// let acme = by(Addressing::Pattern)?.domain("acme.example")?;
/// let error = acme.connections().get("sip:*@192.0.2.30").await.unwrap_err();
/// assert_eq!(error.kind(), ErrorKind::Input); // a `:`, and nothing was sent
///
/// let acme = by(Addressing::Base64Id)?.domain("acme.example")?;
/// println!("{}", acme.connections().get("sip:*@192.0.2.30").await?.is_some());
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum Addressing {
    /// By its origination pattern, which every known server accepts (captured).
    ///
    /// The pattern must be one that no gateway can misread: visible ASCII without `/ \ ? # ; % :
    /// &`, and not only dots. Other patterns fail before anything is sent. A `:` is refused since
    /// servers before v46 do not find such a trunk (documented); the others since a gateway may
    /// take them for the end of the path, of a segment or of a value.
    #[default]
    Pattern,
    /// By the base64 of the pattern, for servers from v46: standard alphabet with padding, as in
    /// the vendor's example (documented; not seen by us).
    ///
    /// An id with a `/` is refused: a gateway may decode `%2F`, and the rest of the id may be
    /// another trunk's. Few ids have one: for ASCII, those of patterns with a `?` as the third,
    /// sixth, ninth character and so on.
    Base64Id,
    /// By base64 with the URL-safe alphabet and without padding, in case a server requires that:
    /// the vendor's examples of other resources are inconsistent. Every pattern can be addressed
    /// so.
    Base64UrlId,
}

impl Addressing {
    /// The base64 variant; `None` where the pattern is used as it is.
    pub(crate) fn base64(self) -> Option<GeneralPurpose> {
        match self {
            Self::Pattern => None,
            Self::Base64Id => Some(STANDARD),
            Self::Base64UrlId => Some(URL_SAFE_NO_PAD),
        }
    }
}

/// A trunk in the path of a URL, written as its [`Addressing`] says, so that no gateway can misread
/// it.
#[derive(Clone, PartialEq, Eq, Hash)]
pub(crate) struct ConnectionRef(String);

impl ConnectionRef {
    /// The pattern or its base64, not percent-encoded.
    #[cfg(any(test, fuzzing))]
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }

    /// Writes a pattern as the server expects it.
    ///
    /// # Errors
    /// For a pattern that a gateway or server could misread.
    pub(crate) fn new(
        pattern: &MatchPattern,
        addressing: Addressing,
    ) -> Result<Self, InvalidValue> {
        const BY_ID: &str = "for a server from v46 set `Addressing::Base64Id`; before v46, only \
            the list shows such a trunk";
        let (text, what, remedy) = match addressing.base64() {
            None => (pattern.to_string(), PATTERN, BY_ID),
            Some(base64) => (
                base64.encode(pattern.as_str()),
                "base64 id of the match pattern",
                "if the server accepts the URL-safe alphabet, set `Addressing::Base64UrlId`; \
                 otherwise only the list shows such a trunk",
            ),
        };
        one_segment(what, &text, remedy)?;
        Ok(Self(text))
    }
}

/// Checks that every gateway reads this as one path segment.
fn one_segment(what: &'static str, text: &str, remedy: &'static str) -> Result<(), InvalidValue> {
    let allowed = |found: char| found.is_ascii_graphic() && !"/\\?#;%:&".contains(found);
    InvalidValue::character(what, text, allowed, why_not_in_a_path, remedy)?;
    InvalidValue::dots(what, text, remedy)
}

/// Any path segment that no gateway can misread.
#[derive(Clone)]
pub(crate) struct Segment(String);

impl Segment {
    /// Maximum length in characters; servers accept URLs of about 8000.
    const MAX_CHARS: usize = 1024;

    /// # Errors
    /// For a name that a gateway or server could misread.
    pub(crate) fn new(text: &str) -> Result<Self, InvalidValue> {
        const WHAT: &str = "segment of the path";
        InvalidValue::size(WHAT, text, Self::MAX_CHARS)?;
        one_segment(WHAT, text, "where the API has an id for it, give that")?;
        Ok(Self(text.to_owned()))
    }
}

fn why_not_in_a_path(character: char) -> &'static str {
    match character {
        ':' => "which servers before v46 cannot find in a path",
        '/' | '\\' => "which a gateway may take for a path separator even if it is percent-encoded",
        '?' | '#' => {
            "which a gateway may take for the end of the path even if it is percent-encoded"
        }
        ';' => {
            "which a gateway may take for the start of a parameter even if it is percent-encoded"
        }
        '&' => "which separates parameters if a gateway moves the path into a query",
        '%' => "which a gateway may take for the start of a percent-encoded character",
        _ => "which is not visible ASCII; a gateway may drop or replace it",
    }
}

/// Types that may be written into a path: every gateway reads each of their values as one segment.
///
/// The generated methods accept only these: an operation with a path parameter of another type does
/// not compile.
pub(crate) trait PathSegment {
    /// The segment, not percent-encoded.
    fn text(&self) -> &str;
}

impl PathSegment for DomainName {
    fn text(&self) -> &str {
        &self.0
    }
}

impl PathSegment for Segment {
    fn text(&self) -> &str {
        &self.0
    }
}

impl PathSegment for ConnectionRef {
    fn text(&self) -> &str {
        &self.0
    }
}

/// Percent-encodes a segment like `encodeURIComponent` of ECMAScript, as in the captured request,
/// whose path has `sip*%40`.
pub(crate) fn path_segment(segment: &impl PathSegment) -> String {
    /// All but `A-Z a-z 0-9 - _ . ! ~ * ' ( )`.
    const URI_COMPONENT: &AsciiSet = &NON_ALPHANUMERIC
        .remove(b'-')
        .remove(b'_')
        .remove(b'.')
        .remove(b'!')
        .remove(b'~')
        .remove(b'*')
        .remove(b'\'')
        .remove(b'(')
        .remove(b')');
    utf8_percent_encode(segment.text(), URI_COMPONENT).to_string()
}
