//! The API keys that the fake server accepts.

/// A key of Super User scope. It may do everything and has no domain of its own.
pub const SYSTEM_KEY: &str = "nss_EXAMPLE";
/// A key of the domain `acme.example`. It sees only this domain, `~` means this domain, and
/// requests for the whole system get 401 "Invalid Scope".
pub const DOMAIN_KEY: &str = "nsd_EXAMPLE";
/// A key of Super User scope that may only read: writes get 403.
pub const READ_ONLY_KEY: &str = "nss_READONLY";
