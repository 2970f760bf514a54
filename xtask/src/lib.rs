//! The maintainer's commands, in parts: [`regen`], the commands that read recorded traffic
//! ([`validate`], [`import_har`], [`export_har`]), and the one that also needs the client
//! ([`mutate`]). It is a library so that integration tests can call the same code.

pub mod forward;
pub mod workspace;

#[cfg(feature = "regen")]
pub mod files;
#[cfg(feature = "regen")]
pub mod regen;

#[cfg(feature = "traffic")]
pub mod checks;
#[cfg(feature = "traffic")]
pub mod codes;
#[cfg(feature = "traffic")]
pub mod export_har;
#[cfg(feature = "traffic")]
pub mod fixes;
#[cfg(feature = "traffic")]
pub mod import_har;
#[cfg(feature = "mutate")]
pub mod mutate;
#[cfg(feature = "traffic")]
pub mod validate;
