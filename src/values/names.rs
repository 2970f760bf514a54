//! Names that become segments of a URL.
//!
//! A path segment that is `.`, `..` or empty addresses another resource than the one that was
//! meant: `DELETE /domains/acme.example/connections/..` removes the domain. Encoding cannot repair
//! it, since dots are not encoded and gateways decode what is. So these types refuse such texts,
//! and they are the parameter types of the generated methods.

use std::fmt;
use std::str::FromStr;

use base64::Engine;
use base64::engine::general_purpose::{GeneralPurpose, STANDARD, URL_SAFE_NO_PAD};
use percent_encoding::percent_decode_str;
use serde::{Deserialize, Deserializer, Serialize};

/// Why a text is no name of a domain or trunk.
///
/// It tells the reason and never the text, which may be customer data.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InvalidValue {
    what: &'static str,
    reason: Reason,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Reason {
    Empty,
    Longer(usize),
    DotSegment,
    Character(char),
    OuterSpace,
    Colon,
    /// Of a setting of a preset, with what to do.
    Setting(&'static str),
}

impl InvalidValue {
    /// Why a preset takes no such setting, and what to do.
    pub(crate) fn setting(what: &'static str, reason: &'static str) -> Self {
        Self {
            what,
            reason: Reason::Setting(reason),
        }
    }
}

impl fmt::Display for InvalidValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "the {} was refused before anything was sent: ",
            self.what
        )?;
        match self.reason {
            Reason::Setting(reason) => f.write_str(reason),
            Reason::Empty => f.write_str("it is empty, which would address the whole collection"),
            Reason::Longer(most) => write!(f, "it is longer than {most} characters"),
            Reason::DotSegment => f.write_str("it has a part `.`, `..` or nothing between slashes, which would address another resource"),
            Reason::Character(character) => write!(f, "it has the character {character:?}, which cannot stand in a path"),
            Reason::OuterSpace => f.write_str("it begins or ends with white space"),
            Reason::Colon => f.write_str(
                "it has a `:`, and servers before v46 cannot address such a trunk; for a server from v46 set \
                 `Addressing::Base64Id`, and to read the trunk use the list",
            ),
        }
    }
}

impl std::error::Error for InvalidValue {}

/// Refuses what cannot be one segment of a path, however often a gateway decodes it.
fn check(
    what: &'static str,
    text: &str,
    most: usize,
    forbidden: &[char],
) -> Result<(), InvalidValue> {
    let refuse = |reason| Err(InvalidValue { what, reason });
    if text.trim().is_empty() {
        return refuse(Reason::Empty);
    }
    if text.chars().count() > most {
        return refuse(Reason::Longer(most));
    }
    let mut decoded = text.to_owned();
    loop {
        if let Some(character) = decoded
            .chars()
            .find(|c| c.is_control() || forbidden.contains(c))
        {
            return refuse(Reason::Character(character));
        }
        if decoded
            .split('/')
            .any(|part| matches!(part.trim(), "" | "." | ".."))
        {
            return refuse(Reason::DotSegment);
        }
        let again = percent_decode_str(&decoded)
            .decode_utf8_lossy()
            .into_owned();
        if again == decoded {
            break;
        }
        decoded = again;
    }
    match text.trim() == text {
        true => Ok(()),
        false => refuse(Reason::OuterSpace),
    }
}

macro_rules! name {
    ($name:ident) => {
        impl $name {
            /// The text.
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

    /// Takes a name of 1 to 64 characters.
    ///
    /// # Errors
    /// For an empty text, a dot segment, a `/`, `\`, `%` or control character, white space at an
    /// end, or more than 64 characters.
    pub fn new(text: impl Into<String>) -> Result<Self, InvalidValue> {
        let text = text.into();
        check("domain name", &text, Self::MAX_CHARS, &['\\', '/', '%'])?;
        Ok(Self(text))
    }
}

name!(DomainName);

/// Origination pattern of a trunk, a glob over a SIP URI: `sip*@acme-pri.example`. With the domain
/// it is the trunk's key.
///
/// A pattern with a `:` is valid, since such trunks exist (reported); whether it can be addressed
/// depends on [`Addressing`].
///
/// ```
/// use netsapiens_connections::MatchPattern;
///
/// assert!(MatchPattern::new("sip*@acme-pri.example").is_ok());
/// let refused = MatchPattern::new("..").unwrap_err();
/// assert!(refused.to_string().contains("would address another resource"));
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
    /// For an empty text, a dot segment (also percent-encoded), a `\` or control character, white
    /// space at an end, or more than 255 characters.
    pub fn new(text: impl Into<String>) -> Result<Self, InvalidValue> {
        let text = text.into();
        check("match pattern", &text, Self::MAX_CHARS, &['\\'])?;
        Ok(Self(text))
    }
}

name!(MatchPattern);

/// How a trunk is named in a URL.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum Addressing {
    /// By its origination pattern, which every server in the field takes (captured). A pattern with
    /// a `:` cannot be addressed so.
    #[default]
    Pattern,
    /// By the base64 of the pattern, for servers from v46: standard alphabet with padding, as in
    /// the vendor's example (documented; not seen by us).
    Base64Id,
    /// As [`Addressing::Base64Id`] with the alphabet for URLs and without padding, should a server
    /// want that: the vendor's examples of other resources differ among themselves.
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

/// A trunk in the path of a URL: a pattern that was checked, in one of the forms of [`Addressing`].
#[derive(Clone)]
pub(crate) struct ConnectionRef(String);

impl ConnectionRef {
    /// Puts a pattern in the form that the server understands.
    ///
    /// # Errors
    /// For a pattern with a `:` and [`Addressing::Pattern`].
    pub(crate) fn new(
        pattern: &MatchPattern,
        addressing: Addressing,
    ) -> Result<Self, InvalidValue> {
        match addressing.base64() {
            Some(base64) => Ok(Self(base64.encode(pattern.as_str()))),
            None if pattern.as_str().contains(':') => Err(InvalidValue {
                what: "match pattern",
                reason: Reason::Colon,
            }),
            None => Ok(Self(pattern.to_string())),
        }
    }
}

impl fmt::Display for ConnectionRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
