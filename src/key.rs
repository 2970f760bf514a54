//! The key of a trunk: its domain and its origination pattern.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::error::Error;
use crate::generated::types::{Connection, ConnectionCreate};
use crate::values::{DomainName, MatchPattern};

/// The key of a trunk: its domain and its origination pattern. `Debug` shows neither.
///
/// As a string it is `domain/pattern`, for command lines and logs of your own; no domain has a `/`.
/// In serde formats it is an object with `domain` and `pattern`. Both are checked when they are
/// read.
///
/// ```
/// use netsapiens_connections::{Connection, ConnectionKey};
///
/// let trunk = Connection::new("acme.example", "sip*@acme-pri.example");
/// let key = trunk.key()?;
/// assert_eq!(key, ConnectionKey::new("acme.example", "sip*@acme-pri.example")?);
/// assert_eq!(key.pattern().as_str(), trunk.orig_match_pattern);
///
/// assert_eq!(key.to_string(), "acme.example/sip*@acme-pri.example");
/// assert_eq!(key.to_string().parse::<ConnectionKey>()?, key);
/// # Ok::<(), netsapiens_connections::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct ConnectionKey {
    domain: DomainName,
    pattern: MatchPattern,
}

impl ConnectionKey {
    /// A key from a domain and a pattern.
    ///
    /// # Errors
    /// [`ErrorKind::Input`](crate::ErrorKind::Input) when one of them is invalid: see
    /// [`DomainName::new`] and [`MatchPattern::new`].
    pub fn new<D, P>(domain: D, pattern: P) -> Result<Self, Error>
    where
        D: TryInto<DomainName>,
        D::Error: Into<Error>,
        P: TryInto<MatchPattern>,
        P::Error: Into<Error>,
    {
        Ok(Self {
            domain: domain.try_into().map_err(Into::into)?,
            pattern: pattern.try_into().map_err(Into::into)?,
        })
    }

    /// The domain that owns the trunk; `*` for a trunk of the whole system.
    pub fn domain(&self) -> &DomainName {
        &self.domain
    }

    /// The origination pattern.
    pub fn pattern(&self) -> &MatchPattern {
        &self.pattern
    }
}

/// `domain/pattern`.
impl fmt::Display for ConnectionKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.domain, self.pattern)
    }
}

/// From `domain/pattern`, as `Display` writes it. The pattern may have a `/` itself.
impl FromStr for ConnectionKey {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        let (domain, pattern) = text
            .split_once('/')
            .ok_or_else(|| Error::input("the key has no `/`; give it as `domain/pattern`"))?;
        Self::new(domain, pattern)
    }
}

impl Connection {
    /// The trunk's key, to read, update or delete it with
    /// [`Client::connections`](crate::Client::connections).
    ///
    /// # Errors
    /// [`ErrorKind::Input`](crate::ErrorKind::Input) for a domain or pattern that is invalid in a
    /// request: an empty one for example. A pattern that the client's
    /// [`Addressing`](crate::Addressing) cannot write in a path, one with a `:` for example, is an
    /// error of the operation, before anything is sent.
    pub fn key(&self) -> Result<ConnectionKey, Error> {
        ConnectionKey::new(&self.domain, &self.orig_match_pattern)
    }
}

impl ConnectionCreate {
    /// The key that the trunk will have.
    pub fn key(&self) -> ConnectionKey {
        ConnectionKey {
            domain: self.domain.clone(),
            pattern: self.orig_match_pattern.clone(),
        }
    }
}
