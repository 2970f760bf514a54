//! TLS settings: trusted root certificates and the client certificate.

use crate::error::Error;
use crate::values::Secret;

/// TLS settings. PEM is kept as a secret, since files with certificates often contain keys too.
#[derive(Debug, Clone, Default)]
pub(crate) struct TlsSettings {
    pub(crate) root_certificates: Vec<Secret>,
    pub(crate) identity: Option<Secret>,
}

impl TlsSettings {
    /// Applies the settings. They are checked even if TLS is `unused`.
    pub(crate) fn apply(
        &self,
        http: reqwest::ClientBuilder,
        unused: bool,
    ) -> Result<reqwest::ClientBuilder, Error> {
        let roots = roots(&self.root_certificates)?;
        let identity = self.identity.as_ref().map(identity).transpose()?;
        let http = backend(http);
        if unused {
            return Ok(http.tls_certs_only([]));
        }
        let http = http.tls_certs_merge(roots);
        Ok(match identity {
            Some(identity) => http.identity(identity),
            None => http,
        })
    }
}

/// Selects the library of the enabled feature, since another crate may have compiled in others.
#[cfg(feature = "__rustls")]
fn backend(http: reqwest::ClientBuilder) -> reqwest::ClientBuilder {
    // reqwest uses the default crypto provider of the process, and panics without one. rustls
    // itself installs the one that is compiled in when a program uses its defaults.
    #[cfg(not(feature = "rustls"))]
    if rustls::crypto::CryptoProvider::get_default().is_none() {
        // An error means that another thread has installed one meanwhile.
        let _ = rustls::crypto::ring::default_provider().install_default();
    }
    http.tls_backend_rustls()
}

#[cfg(not(feature = "__rustls"))]
fn backend(http: reqwest::ClientBuilder) -> reqwest::ClientBuilder {
    http.tls_backend_native()
}

/// The certificates in PEM strings.
fn roots(pems: &[Secret]) -> Result<Vec<reqwest::Certificate>, Error> {
    let mut all = Vec::new();
    for pem in pems {
        let refused = Error::configuration("a root certificate could not be read")
            .advise("Give PEM, which has a line `-----BEGIN CERTIFICATE-----`");
        match reqwest::Certificate::from_pem_bundle(pem.expose_secret().as_bytes()) {
            Ok(some) if !some.is_empty() => all.extend(some),
            Ok(_) => return Err(refused),
            Err(error) => return Err(refused.caused_by(error)),
        }
    }
    Ok(all)
}

fn identity(pem: &Secret) -> Result<reqwest::Identity, Error> {
    parse_identity(pem.expose_secret()).map_err(|error| {
        Error::configuration("the client's certificate and key could not be read")
            .advise("Give one PEM string with the certificate and its private key, not encrypted")
            .caused_by(error)
    })
}

#[cfg(feature = "__rustls")]
fn parse_identity(pem: &str) -> reqwest::Result<reqwest::Identity> {
    reqwest::Identity::from_pem(pem.as_bytes())
}

/// The library expects the key at the beginning of its argument; it finds certificates anywhere.
#[cfg(not(feature = "__rustls"))]
fn parse_identity(pem: &str) -> reqwest::Result<reqwest::Identity> {
    let key = pem.find("-----BEGIN PRIVATE KEY-----").unwrap_or(pem.len());
    reqwest::Identity::from_pkcs8_pem(pem.as_bytes(), &pem.as_bytes()[key..])
}

/// Why TLS could not be set up, if it is known.
pub(crate) fn refusal(error: &reqwest::Error) -> Option<&'static str> {
    #[cfg(feature = "__rustls")]
    if crate::network::causes(error)
        .filter_map(|cause| cause.downcast_ref())
        .any(|cause| matches!(cause, rustls::Error::InconsistentKeys(_)))
    {
        return Some("the client's private key does not belong to its certificate");
    }
    #[cfg(not(feature = "__rustls"))]
    let _ = error;
    None
}
