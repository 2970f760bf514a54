//! Converts a HAR into redacted recordings and chooses their files, without writing them.

use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};

use http_recording::{Placed, Placement, Recording, Redaction, Unplaced, slug};
use located::Unreadable;
use openapi_traffic::{Route, Routes};
use serde_json::{Map, Value};
use traffic_redact::{Knowledge, redact, unredacted};

/// The headers that are kept. Any other may identify who took part in the exchange.
const HEADERS: &[&str] = &[
    "accept",           // which media type was requested
    "content-type",     // validated against the document
    "retry-after",      // controls the retries of a client
    "www-authenticate", // distinguishes an expired credential from a missing permission
];

/// The exchanges of a HAR file that belong to documented operations.
#[derive(Debug)]
pub struct Import {
    /// The folder of each recording, named after its operation.
    folders: Vec<String>,
    recordings: Vec<Recording>,
    skipped: BTreeMap<String, usize>,
}

impl Import {
    /// Parses a HAR. Entries that are left out are counted in [`Self::skipped`].
    ///
    /// # Errors
    /// It is not a HAR 1.x document. Says line, column and reason, and quotes no value.
    pub fn read(har: &str, routes: &Routes) -> Result<Self, Unreadable> {
        let (entries, skips) = har_recording::read(har)?;
        let mut import = Import {
            folders: Vec::new(),
            recordings: Vec::new(),
            skipped: BTreeMap::new(),
        };
        for skip in skips {
            import.skip(skip.reason);
        }
        for entry in entries {
            let mut recording = entry.recording;
            if entry.wire.has_userinfo {
                recording.meta.redacted.push(Redaction {
                    at: "/request/path".to_owned(),
                    rule: "url-userinfo".to_owned(),
                });
            }
            import.add(recording, routes);
        }
        Ok(import)
    }

    fn add(&mut self, mut recording: Recording, routes: &Routes) {
        // The base path is not known: the traffic may come from any server.
        let found = routes.find_below_any_base(&recording.request.path);
        let mut found = found.into_iter();
        let Some(found) = found.find(|it| it.route.method == recording.request.method) else {
            return self.skip("belongs to no documented operation");
        };
        if recording.request.omitted || recording.response.omitted {
            return self.skip("a body is not in the HAR, or has an unknown compression");
        }
        if !recording.repeated.is_empty() {
            return self.skip("a body has a duplicate key, and a recording cannot hold both");
        }
        recording.request.path = found.route.template.clone();
        let values = found.values.into_iter();
        recording.request.params = values.map(|(name, value)| (name, value.into())).collect();
        keep_listed(&mut recording.request.headers);
        keep_listed(&mut recording.response.headers);
        self.folders.push(folder(found.route));
        self.recordings.push(recording);
    }

    fn skip(&mut self, reason: impl Into<String>) {
        *self.skipped.entry(reason.into()).or_default() += 1;
    }

    /// The exchanges, in the order of the HAR.
    pub fn exchanges(&self) -> &[Recording] {
        &self.recordings
    }

    /// How many entries were left out, by reason.
    pub fn skipped(&self) -> &BTreeMap<String, usize> {
        &self.skipped
    }

    /// Redacts all exchanges.
    ///
    /// # Errors
    /// Something sensitive remains afterwards, so the recordings must not be published.
    pub fn redact(&mut self, knowledge: &Knowledge) -> Result<(), Remaining> {
        redact(&mut self.recordings, knowledge);
        for recording in &self.recordings {
            if let Some(leak) = unredacted(recording, knowledge).into_iter().next() {
                let Recording { request, .. } = recording;
                return Err(Remaining {
                    exchange: format!("{} {}", request.method, request.path),
                    kind: leak.kind,
                    pointer: leak.pointer,
                });
            }
        }
        Ok(())
    }

    /// Chooses a file for each exchange below a folder: `<operation>/<status>.json` or, with a
    /// name, `<operation>/<status>-<name>.json`.
    ///
    /// # Errors
    /// A file of such a name cannot be read.
    pub fn place(
        &self,
        folder: &Path,
        name: Option<&str>,
    ) -> Result<(Placement, Vec<(PathBuf, Placed)>), Unplaced> {
        let mut files = Placement::default();
        let placed = self.folders.iter().zip(&self.recordings);
        let placed = placed.map(|(operation, recording)| {
            files.place(&folder.join(operation), &stem(recording, name), recording)
        });
        let placed = placed.collect::<Result<_, _>>()?;
        Ok((files, placed))
    }
}

/// Something sensitive that remains after redaction.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Remaining {
    exchange: String,
    kind: String,
    pointer: String,
}

impl fmt::Display for Remaining {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Remaining {
            exchange,
            kind,
            pointer,
        } = self;
        write!(
            f,
            "{exchange}: {kind} at {pointer} remains after redaction, so nothing was written; add \
             a rule for it to traffic-redact"
        )
    }
}

impl std::error::Error for Remaining {}

/// The folder of an operation's recordings.
fn folder(route: &Route) -> String {
    let id = route.operation_id.clone();
    id.unwrap_or_else(|| format!("{}{}", route.method.to_lowercase(), route.template))
}

fn keep_listed(headers: &mut Map<String, Value>) {
    headers.retain(|name, _| HEADERS.contains(&name.as_str()));
}

/// The status, and the name that was given. Nothing else from the exchange, because a message in it
/// may quote customer data.
fn stem(recording: &Recording, wanted: Option<&str>) -> String {
    let status = recording.response.status;
    match wanted.map(slug).filter(|words| !words.is_empty()) {
        Some(words) => format!("{status}-{words}"),
        None => status.to_string(),
    }
}
