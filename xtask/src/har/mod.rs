//! HAR 1.2, the format in which browsers and proxies save traffic: in and out.

mod read;
mod routes;

pub use read::{HarEntry, Skip, read};
pub use routes::{Match, Routes};
