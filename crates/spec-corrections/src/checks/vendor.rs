//! The vendor's own documents, where they are at hand.

use std::collections::BTreeMap;
use std::path::Path;

use located::{Error, Source, display};
use serde_json::Value;

/// The vendor's documents by their versions; by default there are none.
#[derive(Debug, Default)]
pub struct Vendor(BTreeMap<String, Value>);

impl Vendor {
    /// Reads `<name>-<version>.json` of a folder, for each version that is there.
    ///
    /// # Errors
    /// There is no such file, or one cannot be read or is not JSON.
    pub fn read(folder: &Path, name: &str) -> Result<Vendor, Error> {
        let unreadable = |error| Error::unreadable(&display(folder), error);
        let mut versions = BTreeMap::new();
        for entry in std::fs::read_dir(folder).map_err(unreadable)? {
            let path = entry.map_err(unreadable)?.path();
            let file = path.file_name().unwrap_or_default().to_string_lossy();
            let rest = file.strip_prefix(name).and_then(|it| it.strip_prefix('-'));
            if let Some(version) = rest.and_then(|it| it.strip_suffix(".json")) {
                versions.insert(version.to_owned(), Source::read(&path)?.value()?);
            }
        }
        if versions.is_empty() {
            let reason = format!("it has no `{name}-<version>.json`");
            return Err(unreadable(std::io::Error::other(reason)));
        }
        Ok(Vendor(versions))
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The document of a version.
    pub fn version(&self, version: &str) -> Option<&Value> {
        self.0.get(version)
    }

    /// The versions, each with its document, in order.
    pub(crate) fn versions(&self) -> impl Iterator<Item = (&str, &Value)> {
        self.0
            .iter()
            .map(|(version, document)| (version.as_str(), document))
    }
}
