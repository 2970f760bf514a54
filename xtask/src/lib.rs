//! The maintainer's commands, in two halves: [`regen`], and what reads recorded traffic
//! ([`validate`], [`import_har`], [`export_har`]). The library exists so that integration tests
//! reach the same code.

pub mod corrections;
pub mod forward;
pub mod workspace;

#[cfg(feature = "regen")]
pub mod corrections_page;
#[cfg(feature = "regen")]
pub mod files;
#[cfg(feature = "regen")]
pub mod regen;

#[cfg(feature = "traffic")]
pub mod check_corrections;
#[cfg(feature = "traffic")]
mod check_evidence;
#[cfg(feature = "traffic")]
pub mod check_relations;
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
#[cfg(feature = "traffic")]
pub mod validate;
#[cfg(feature = "traffic")]
pub mod vendor_facts;
