//! Translates the HTTP library's errors: what failed, whether the request was sent, what to do.

use std::error::Error as StdError;
use std::io;

use crate::error_kind::ErrorKind;

/// Description of a failure below HTTP, without URL, host and address.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Failure {
    pub(crate) kind: ErrorKind,
    /// The server may have received the request.
    pub(crate) sent: bool,
    pub(crate) reason: String,
    pub(crate) advice: &'static str,
}

impl Failure {
    pub(crate) fn of(error: &reqwest::Error) -> Self {
        if let Some(failure) = client_certificate(error) {
            return failure;
        }
        if error.is_connect() {
            return Self::connecting(error);
        }
        if error.is_timeout() {
            return Self::timeout();
        }
        if error.is_builder() {
            return Self {
                kind: ErrorKind::Configuration,
                sent: false,
                reason: "the request could not be built".to_owned(),
                advice: "",
            };
        }
        Self {
            kind: ErrorKind::Interrupted,
            sent: true,
            reason: "the connection broke before the response was complete".to_owned(),
            advice: "If it happens often, check the proxies and firewalls on the way",
        }
    }

    /// An attempt timed out after it had a connection, or while it waited for a shared one.
    pub(crate) fn timeout() -> Self {
        Self {
            kind: ErrorKind::Timeout,
            sent: true,
            reason: "the server did not respond in time".to_owned(),
            advice: "Check the load of the server, or raise `ClientBuilder::timeout`",
        }
    }

    /// No connection was made, so nothing was sent.
    fn connecting(error: &reqwest::Error) -> Self {
        let connect = |reason: &str, advice| Self {
            kind: ErrorKind::Connect,
            sent: false,
            reason: reason.to_owned(),
            advice,
        };
        // The type is private; the messages are constants of hyper-util.
        let tunnel = |text: &str| causes(error).any(|cause| cause.to_string() == text);
        if tunnel("tunnel error: proxy authorization required") {
            return connect(
                "the proxy requires a user and a password, or refused those that were given",
                "Give them in the URL of `ClientBuilder::proxy`, as in \
                 `http://user:password@host:port`",
            );
        }
        if tunnel("tunnel error: unsuccessful") {
            return connect(
                "the proxy did not connect to the server",
                "Check that it allows connections to the server's name and port",
            );
        }
        #[cfg(feature = "__rustls")]
        if let Some(failure) = causes(error).find_map(|cause| cause.downcast_ref().map(tls)) {
            return failure;
        }
        // The types are of a crate that is no dependency, and each system's library has messages of
        // its own.
        #[cfg(all(feature = "native-tls", not(feature = "__rustls")))]
        if causes(error).any(|cause| cause.to_string().contains("certificate")) {
            return Self {
                kind: ErrorKind::Certificate,
                ..connect(
                    "the server's certificate could not be verified",
                    "The error's `source` has the details. If you trust the issuer, add it to the \
                     system's trust store or give it to `ClientBuilder::root_certificate_pem`",
                )
            };
        }
        if error.is_dns() {
            return connect(
                "the server's name could not be resolved",
                "Check its spelling and this machine's DNS",
            );
        }
        if error.is_timeout() {
            return connect(
                "no connection could be made in time",
                "Check the server's name, its port and the firewalls on the way, or raise \
                 `ClientBuilder::connect_timeout`",
            );
        }
        // The innermost: the ones around it are wrappers without a kind.
        let io = causes(error)
            .filter_map(|cause| cause.downcast_ref::<io::Error>())
            .last();
        match io.map(io::Error::kind) {
            Some(io::ErrorKind::ConnectionRefused) => connect(
                "the server refused the connection",
                "Check the port, and whether the service is running",
            ),
            Some(io::ErrorKind::HostUnreachable | io::ErrorKind::NetworkUnreachable) => connect(
                "the server cannot be reached from here",
                "Check this machine's network and routes",
            ),
            // TCP does not read while it connects, so this is during the TLS handshake.
            Some(io::ErrorKind::UnexpectedEof | io::ErrorKind::ConnectionReset) => connect(
                "the connection was closed during the TLS handshake",
                "Check that the port is one for https, and the firewalls on the way",
            ),
            _ => {
                let advice = "Check the server's name, its port and the network on the way";
                // The message of an operating system error is a constant; others could contain
                // anything.
                match io.filter(|io| io.raw_os_error().is_some()) {
                    Some(io) => connect(&format!("no connection to the server: {io}"), advice),
                    None => connect("no connection to the server could be made", advice),
                }
            }
        }
    }
}

/// An error and what caused it, outermost first. `io::Error` hides the error that it wraps from
/// `source`, so it is unwrapped here.
pub(crate) fn causes<'a>(
    error: &'a (dyn StdError + 'static),
) -> impl Iterator<Item = &'a (dyn StdError + 'static)> {
    std::iter::successors(Some(error), |&error| {
        let wrapped = error.downcast_ref::<io::Error>().and_then(|error| {
            let inner: &(dyn StdError + 'static) = error.get_ref()?;
            Some(inner)
        });
        wrapped.or_else(|| error.source())
    })
}

/// The server refuses the client's certificate, or the lack of one. With TLS 1.3 it says so after
/// the handshake is over for the client; it has read no request before.
fn client_certificate(error: &(dyn StdError + 'static)) -> Option<Failure> {
    let failure = |reason: &str, advice| Failure {
        kind: ErrorKind::Certificate,
        sent: false,
        reason: reason.to_owned(),
        advice,
    };
    let missing = || {
        failure(
            "the server requires a client certificate",
            "Give one with `ClientBuilder::identity_pem`",
        )
    };
    #[cfg(feature = "__rustls")]
    {
        use rustls::{AlertDescription, Error};

        let alert = causes(error).find_map(|cause| match cause.downcast_ref() {
            Some(Error::AlertReceived(alert)) => Some(*alert),
            _ => None,
        })?;
        let refused = |problem: &str| {
            failure(
                &format!("the server does not accept the client's certificate{problem}"),
                "Check what was given to `ClientBuilder::identity_pem`, and which issuers the \
                 server trusts",
            )
        };
        match alert {
            AlertDescription::CertificateRequired => Some(missing()),
            AlertDescription::CertificateExpired => Some(refused(", which has expired")),
            AlertDescription::CertificateRevoked => Some(refused(", which has been revoked")),
            AlertDescription::UnknownCA => Some(refused(", whose issuer it does not know")),
            AlertDescription::BadCertificate
            | AlertDescription::UnsupportedCertificate
            | AlertDescription::CertificateUnknown => Some(refused("")),
            _ => None,
        }
    }
    #[cfg(not(feature = "__rustls"))]
    causes(error)
        .any(|cause| cause.to_string().contains("certificate required"))
        .then(missing)
}

/// A failure of the TLS handshake. Names in a certificate are not quoted.
#[cfg(feature = "__rustls")]
fn tls(error: &rustls::Error) -> Failure {
    use rustls::{CertificateError, Error};

    const OPERATOR: &str = "The server's operator has to replace it";
    const SOURCE: &str = "The error's `source` has the details";
    const UNVERIFIED: &str = "could not be verified";
    let certificate = |problem: &str, advice| Failure {
        kind: ErrorKind::Certificate,
        sent: false,
        reason: format!("the server's certificate {problem}"),
        advice,
    };
    let handshake = |reason: &str, advice| Failure {
        kind: ErrorKind::Connect,
        sent: false,
        reason: reason.to_owned(),
        advice,
    };
    match error {
        Error::InvalidCertificate(problem) => match problem {
            CertificateError::Expired | CertificateError::ExpiredContext { .. } => certificate(
                "has expired",
                "The server's operator has to renew it, unless this machine's clock is wrong",
            ),
            CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => {
                certificate("is not valid yet", "Check this machine's clock")
            }
            CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
                certificate(
                    "is for another host name",
                    "Give the server by a name that its certificate has",
                )
            }
            CertificateError::UnknownIssuer => certificate(
                "is self-signed or from an issuer that this machine does not trust",
                "If you trust the issuer, add it to the system's trust store or give it to \
                 `ClientBuilder::root_certificate_pem`",
            ),
            // The types are private or of crates that are no dependency: an error of webpki, whose
            // message is its name, and one of rustls-platform-verifier.
            CertificateError::Other(other) => match other.to_string().as_str() {
                "CaUsedAsEndEntity" => certificate(
                    "is a CA certificate, as self-signed ones often are, and not one of a server",
                    OPERATOR,
                ),
                "certificate had invalid extensions" => {
                    certificate("is not meant for servers", OPERATOR)
                }
                _ => certificate(UNVERIFIED, SOURCE),
            },
            CertificateError::Revoked => certificate("has been revoked", OPERATOR),
            CertificateError::InvalidPurpose | CertificateError::InvalidPurposeContext { .. } => {
                certificate("is not meant for servers", OPERATOR)
            }
            CertificateError::BadEncoding => certificate("is malformed", OPERATOR),
            CertificateError::BadSignature => certificate("has a wrong signature", OPERATOR),
            _ => certificate(UNVERIFIED, SOURCE),
        },
        Error::NoCertificatesPresented => certificate("is missing", OPERATOR),
        Error::InvalidMessage(_) => handshake(
            "the server does not speak TLS on this port",
            "Check that the port is one for https",
        ),
        Error::AlertReceived(_) | Error::PeerIncompatible(_) | Error::PeerMisbehaved(_) => {
            handshake(
                "the TLS handshake failed",
                "The server has to offer TLS 1.2 or later for this host name",
            )
        }
        _ => handshake("TLS could not be set up with the server", SOURCE),
    }
}
