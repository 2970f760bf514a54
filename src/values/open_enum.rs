//! What all open enums share; the enums themselves are generated.

use std::fmt;

/// An unknown value of an open enum, kept as received.
///
/// It cannot be constructed directly: `YesNo::from("maybe")` makes one, and `YesNo::from("yes")`
/// does not, so a known value is always its own variant. `Debug` shows `UnknownValue(***)`, since
/// an unknown value may be a secret.
///
/// ```
/// use netsapiens_connections::settings::YesNo;
///
/// let YesNo::Unknown(value) = YesNo::from("maybe") else { panic!("a new known value") };
/// assert_eq!(value.as_str(), "maybe");
/// assert_eq!(YesNo::from("yes"), YesNo::Yes);
/// ```
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct UnknownValue(String);

impl fmt::Debug for UnknownValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("UnknownValue(***)")
    }
}

impl UnknownValue {
    pub(crate) fn new(text: &str) -> Self {
        Self(text.to_owned())
    }

    /// The string as received.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for UnknownValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

/// Implements the traits that follow from `as_str` and `From<&str>`.
macro_rules! open_enum {
    ($name:ident) => {
        impl ::std::fmt::Display for $name {
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                f.pad(self.as_str())
            }
        }

        impl crate::values::Blank for $name {
            fn is_blank(&self) -> bool {
                self.as_str().is_empty()
            }
        }

        impl ::std::str::FromStr for $name {
            type Err = ::std::convert::Infallible;

            fn from_str(text: &str) -> ::std::result::Result<Self, Self::Err> {
                Ok(text.into())
            }
        }

        impl ::std::convert::From<::std::string::String> for $name {
            fn from(text: ::std::string::String) -> Self {
                text.as_str().into()
            }
        }

        impl ::std::convert::AsRef<str> for $name {
            fn as_ref(&self) -> &str {
                self.as_str()
            }
        }

        impl ::std::cmp::PartialEq<str> for $name {
            fn eq(&self, text: &str) -> bool {
                self.as_str() == text
            }
        }

        impl ::std::cmp::PartialEq<&str> for $name {
            fn eq(&self, text: &&str) -> bool {
                self.as_str() == *text
            }
        }

        impl ::serde::Serialize for $name {
            fn serialize<S: ::serde::Serializer>(
                &self,
                serializer: S,
            ) -> ::std::result::Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }

        impl<'de> ::serde::Deserialize<'de> for $name {
            fn deserialize<D: ::serde::Deserializer<'de>>(
                deserializer: D,
            ) -> ::std::result::Result<Self, D::Error> {
                <::std::string::String as ::serde::Deserialize>::deserialize(deserializer)
                    .map(Self::from)
            }
        }
    };
}
pub(crate) use open_enum;

/// For an open enum with yes and no: conversion from and to `bool`.
macro_rules! yes_no {
    ($name:ident) => {
        impl ::std::convert::From<bool> for $name {
            fn from(yes: bool) -> Self {
                if yes { Self::Yes } else { Self::No }
            }
        }

        impl $name {
            /// `true` for yes, `false` for no, `None` for any other value.
            pub fn as_bool(&self) -> ::std::option::Option<bool> {
                match self {
                    Self::Yes => Some(true),
                    Self::No => Some(false),
                    _ => None,
                }
            }
        }
    };
}
pub(crate) use yes_no;
