//! HAR 1.2, the format in which browsers and proxies save traffic: in and out.

pub mod export;
pub mod import;
mod plan;
mod read;
mod routes;

pub use read::{HarEntry, Skip, read};
pub use routes::{Match, Routes};
