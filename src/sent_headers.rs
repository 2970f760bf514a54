//! The headers that every request carries; they hold the credential.

use std::fmt;

use reqwest::header::HeaderMap;

/// Headers that every request carries. `Debug` shows their names alone.
#[derive(Clone)]
pub(crate) struct Credentials(pub(crate) HeaderMap);

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.0.keys()).finish()
    }
}
