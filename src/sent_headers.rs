//! The headers of every request, which include the credential.

use std::fmt;

use reqwest::header::HeaderMap;

/// Headers of every request. `Debug` shows only their names.
#[derive(Clone)]
pub(crate) struct Credentials(pub(crate) HeaderMap);

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.0.keys()).finish()
    }
}
