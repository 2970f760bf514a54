//! Names that become segments of a URL, and the one function that writes them there.
//!
//! A segment that is `.`, `..` or empty addresses another resource than the one that was meant:
//! `DELETE /domains/acme.example/connections/..` removes the domain. Encoding cannot repair it:
//! dots are not encoded, and gateways decode what is, drop `;parameters`, or replace characters by
//! similar ones, and then read the path anew. So what stands in a path has only characters that
//! mean nothing in one, and only the types here can be written there.

use std::fmt;
use std::str::FromStr;

use base64::Engine;
use base64::engine::general_purpose::{GeneralPurpose, STANDARD, URL_SAFE_NO_PAD};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde::{Deserialize, Deserializer, Serialize};

/// Why a string is no name of a domain or trunk, or cannot be written into a path.
///
/// It names the character that is the reason and what to do, and never repeats the string, which
/// may be customer data.
///
/// ```
/// use netsapiens_connections::DomainName;
///
/// let refused = DomainName::new("acme.example;x").unwrap_err();
/// assert!(refused.to_string().contains("the character `;`, number 13 of it"), "{refused}");
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
    /// Of a setting of a preset, with what to do.
    Setting(&'static str),
    Dots(&'static str),
    Character {
        character: char,
        /// Counted from 1.
        number: usize,
        why: &'static str,
        way_out: &'static str,
    },
}

impl InvalidValue {
    /// Why a preset takes no such setting, and what to do.
    pub(crate) fn setting(what: &'static str, reason: &'static str) -> Self {
        Self {
            what,
            reason: Reason::Setting(reason),
        }
    }

    /// The first character of a string that is not allowed there.
    fn character(
        what: &'static str,
        text: &str,
        allowed: impl Fn(char) -> bool,
        why: impl Fn(char) -> &'static str,
        way_out: &'static str,
    ) -> Result<(), Self> {
        match text.chars().zip(1..).find(|(found, _)| !allowed(*found)) {
            None => Ok(()),
            Some((character, number)) => {
                let why = why(character);
                let reason = Reason::Character {
                    character,
                    number,
                    why,
                    way_out,
                };
                Err(Self { what, reason })
            }
        }
    }

    /// What every name is: not blank and not longer than some characters.
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

    /// More than the dot segments of RFC 3986: some servers have read `...` as two steps up, and no
    /// domain or trunk is called so.
    fn dots(what: &'static str, text: &str, way_out: &'static str) -> Result<(), Self> {
        match text.bytes().all(|byte| byte == b'.') {
            false => Ok(()),
            true => Err(Self {
                what,
                reason: Reason::Dots(way_out),
            }),
        }
    }
}

impl fmt::Display for InvalidValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let what = self.what;
        write!(f, "the {what} was refused before anything was sent: ")?;
        match self.reason {
            Reason::Setting(reason) => f.write_str(reason),
            Reason::Empty => write!(
                f,
                "it is empty, which would address the whole collection; give the {what}"
            ),
            Reason::Longer(most) => write!(f, "it is longer than {most} characters; shorten it"),
            Reason::OuterSpace => f.write_str("it begins or ends with white space; trim it"),
            Reason::Dots(way_out) => write!(
                f,
                "it has nothing but dots, which would address another resource; {way_out}"
            ),
            Reason::Character {
                character,
                number,
                why,
                way_out,
            } => {
                // Nothing but visible ASCII as it is: others could change what a terminal shows.
                match character.is_ascii_graphic() {
                    true => write!(f, "the character `{character}`")?,
                    false => write!(f, "the character U+{:04X}", u32::from(character))?,
                }
                write!(f, ", number {number} of it, {why}; {way_out}")
            }
        }
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

        /// Shows no name: it tells who the customer is.
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
/// `*` is the whole system, as owner of a trunk (reported); whether it addresses anything in a path
/// is not known. `~` is the domain of the credential, which servers refuse with 400 for keys of
/// Reseller and Super User scope, the ones that manage trunks; it is never a default here.
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
    /// Most characters that a name may have (documented by the vendor).
    pub const MAX_CHARS: usize = 64;

    /// Takes a name of 1 to 64 of the characters `A-Z a-z 0-9 . _ -`, or exactly `*` or `~`.
    ///
    /// # Errors
    /// For an empty string, more than 64 characters, any other character, or nothing but dots.
    pub fn new(text: impl Into<String>) -> Result<Self, InvalidValue> {
        const WHAT: &str = "domain name";
        let text = text.into();
        if matches!(text.as_str(), "*" | "~") {
            return Ok(Self(text));
        }
        InvalidValue::size(WHAT, &text, Self::MAX_CHARS)?;
        let allowed = |found: char| found.is_ascii_alphanumeric() || ".-_".contains(found);
        let way_out = "a domain name has `A-Z a-z 0-9 . _ -`, or is exactly `*` or `~`";
        InvalidValue::character(WHAT, &text, allowed, |_| "is in no domain name", way_out)?;
        InvalidValue::dots(WHAT, &text, "give the name of a domain")?;
        Ok(Self(text))
    }
}

name!(DomainName);

/// Origination pattern of a trunk, a glob over a SIP URI: `sip*@acme-pri.example`. With the domain
/// it is the trunk's key.
///
/// It takes every pattern that a trunk may have, so that one from a list can be named again. Not
/// every such trunk can be addressed in a URL: see [`Addressing`].
///
/// ```
/// use netsapiens_connections::MatchPattern;
///
/// assert!(MatchPattern::new("sip*@acme-pri.example").is_ok());
/// assert!(MatchPattern::new("sip:*@acme-pri.example").is_ok());
/// let refused = MatchPattern::new("sip*@acme-pri.example\n").unwrap_err();
/// assert!(refused.to_string().contains("U+000A"), "{refused}");
/// ```
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(transparent)]
pub struct MatchPattern(String);

impl MatchPattern {
    /// Most characters that a pattern may have: a bound of this crate, far above any pattern seen;
    /// the service's own is not known.
    pub const MAX_CHARS: usize = 255;

    /// Takes a pattern of 1 to 255 characters.
    ///
    /// # Errors
    /// For an empty string, more than 255 characters, a control character, which could break the
    /// lines of a SIP message, or white space at an end, a slip that matches no call.
    pub fn new(text: impl Into<String>) -> Result<Self, InvalidValue> {
        let text = text.into();
        InvalidValue::size(PATTERN, &text, Self::MAX_CHARS)?;
        let allowed = |found: char| !found.is_control();
        let why = |_| "is a control character, which no SIP URI has";
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

/// How a trunk is named in a URL.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum Addressing {
    /// By its origination pattern, which every server in the field takes (captured).
    ///
    /// Only a pattern that no gateway can read as anything else is addressed so: visible ASCII
    /// without `/ \ ? # ; % : &`, and not dots alone. Others fail before anything is sent. A `:` is
    /// refused since servers before v46 do not find such a trunk (documented), the rest since
    /// gateways on the way see the end of the path, of a segment or of a value in it.
    #[default]
    Pattern,
    /// By the base64 of the pattern, for servers from v46: standard alphabet with padding, as in
    /// the vendor's example (documented; not seen by us).
    ///
    /// An id with a `/` is refused, since gateways decode `%2F` and a shorter id is left, which may
    /// be another trunk's. Few have one: a pattern of ASCII only where a `?` is its third
    /// character, its sixth, and so on.
    Base64Id,
    /// As [`Addressing::Base64Id`] with the alphabet for URLs and without padding, should a server
    /// want that: the vendor's examples of other resources differ among themselves. Every pattern
    /// can be addressed so.
    Base64UrlId,
}

impl Addressing {
    /// The base64 in which a pattern is written; `None` where it stands as it is.
    pub(crate) fn base64(self) -> Option<GeneralPurpose> {
        match self {
            Self::Pattern => None,
            Self::Base64Id => Some(STANDARD),
            Self::Base64UrlId => Some(URL_SAFE_NO_PAD),
        }
    }
}

/// A trunk in the path of a URL: a pattern in one of the forms of [`Addressing`] that is read as
/// itself by every gateway.
#[derive(Clone, PartialEq, Eq, Hash)]
pub(crate) struct ConnectionRef(String);

impl ConnectionRef {
    /// The pattern or its id, not encoded for a path.
    #[cfg(any(test, fuzzing))]
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }

    /// Puts a pattern in the form that the server understands.
    ///
    /// # Errors
    /// For a pattern that a gateway or server could read as another path.
    pub(crate) fn new(
        pattern: &MatchPattern,
        addressing: Addressing,
    ) -> Result<Self, InvalidValue> {
        const BY_ID: &str = "for a server from v46 set `Addressing::Base64Id`; before v46, only \
            the list shows such a trunk";
        let (text, what, way_out) = match addressing.base64() {
            None => (pattern.to_string(), PATTERN, BY_ID),
            Some(base64) => (
                base64.encode(pattern.as_str()),
                "base64 id of the match pattern",
                "if the server takes the alphabet for URLs, set `Addressing::Base64UrlId`; \
                 otherwise only the list shows such a trunk",
            ),
        };
        one_segment(what, &text, way_out)?;
        Ok(Self(text))
    }
}

/// Refuses what a gateway could read as anything but one segment of a path.
fn one_segment(what: &'static str, text: &str, way_out: &'static str) -> Result<(), InvalidValue> {
    let allowed = |found: char| found.is_ascii_graphic() && !"/\\?#;%:&".contains(found);
    InvalidValue::character(what, text, allowed, why_not_in_a_path, way_out)?;
    InvalidValue::dots(what, text, way_out)
}

/// Any name in the path of a URL that is read as itself by every gateway.
#[derive(Clone)]
pub(crate) struct Segment(String);

impl Segment {
    /// Most characters that a segment may have; servers take URLs of some 8000.
    const MAX_CHARS: usize = 1024;

    /// # Errors
    /// For a name that a gateway or server could read as another path.
    pub(crate) fn new(text: &str) -> Result<Self, InvalidValue> {
        const WHAT: &str = "segment of the path";
        InvalidValue::size(WHAT, text, Self::MAX_CHARS)?;
        one_segment(WHAT, text, "where the API has an id for it, give that")?;
        Ok(Self(text.to_owned()))
    }
}

fn why_not_in_a_path(character: char) -> &'static str {
    match character {
        ':' => "is not found in a path by servers before v46",
        '/' | '\\' => "is where a gateway begins another segment of the path, even encoded",
        '?' | '#' => "is where a gateway may end the path, even encoded",
        ';' => "begins a parameter, which a gateway may drop, even encoded",
        '&' => "may end the name where a gateway moves the path into a query, even encoded",
        '%' => "begins an encoded character, which a gateway may decode again",
        _ => "is no visible ASCII; a gateway may drop it or put another in its place",
    }
}

/// What may be written into a path: types whose every value every gateway reads as one segment.
///
/// The generated methods take nothing else: an operation with a path parameter of another type does
/// not compile.
pub(crate) trait PathSegment {
    /// The segment before it is encoded.
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

/// A segment as it is sent: the `encodeURIComponent` of ECMAScript, as in the captured request,
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
