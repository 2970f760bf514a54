//! The keys that the fake accepts.

/// A key of Super User scope: may do everything, has no domain of its own.
pub const SYSTEM_KEY: &str = "nss_EXAMPLE";
/// A key of the domain `acme.example`: sees only it, `~` means it, and the whole system is "Invalid
/// Scope".
pub const DOMAIN_KEY: &str = "nsd_EXAMPLE";
/// A key of Super User scope that may only read: writes are `403`.
pub const READ_ONLY_KEY: &str = "nss_READONLY";
