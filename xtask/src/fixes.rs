//! What this repository adds to `--fix`: the client has to be generated from an edited document,
//! and an edit that departs from the vendor has to have a correction.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::Context;
use located::{Source, pointer};
use openapi_traffic::fix::{Fix, Refusal};
use serde_json::Value;

/// The vendor's documents by their versions; none where no folder is given.
#[derive(Debug, Default)]
pub struct Vendor(BTreeMap<String, Value>);

impl Vendor {
    /// Reads `connections-<version>.json` of a folder.
    ///
    /// # Errors
    /// A file cannot be read, or is not JSON.
    pub fn read(folder: Option<&Path>) -> anyhow::Result<Vendor> {
        let mut versions = BTreeMap::new();
        let Some(folder) = folder else {
            return Ok(Vendor(versions));
        };
        let cannot = || format!("cannot read {}", folder.display());
        for entry in std::fs::read_dir(folder).with_context(cannot)? {
            let path = entry.with_context(cannot)?.path();
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            let version = name.strip_prefix("connections-");
            if let Some(version) = version.and_then(|it| it.strip_suffix(".json")) {
                let value = Source::read(&path)?.value()?;
                versions.insert(version.to_owned(), value);
            }
        }
        Ok(Vendor(versions))
    }

    /// The versions that do not have what a fix adds, where that is a name; all others.
    fn without(&self, fix: &Fix) -> Vec<&str> {
        let named = Added::of(&fix.at);
        let lacks = |document: &Value| named.as_ref().is_none_or(|it| !it.is_in(document));
        let versions = self.0.iter().filter(|(_, document)| lacks(document));
        versions.map(|(version, _)| version.as_str()).collect()
    }
}

/// A member that a fix adds, which another document has under the same name.
struct Added {
    kind: &'static str,
    name: String,
}

impl Added {
    fn of(at: &str) -> Option<Added> {
        let above = pointer::parent(at)?;
        let mut kinds = ["/properties", "/responses"].into_iter();
        let kind = kinds.find(|kind| above.ends_with(kind))?;
        Some(Added {
            kind,
            name: pointer::last(at)?.into_owned(),
        })
    }

    fn is_in(&self, document: &Value) -> bool {
        let all = pointer::values(document);
        let mut owners = all.iter().filter(|(at, _)| at.ends_with(self.kind));
        owners.any(|(_, members)| members.get(&self.name).is_some())
    }
}

/// Refuses a document from which the client cannot be generated.
///
/// # Errors
/// It cannot: says why.
#[cfg(feature = "regen")]
pub fn generates(edited: &Source) -> Refusal {
    codegen::generate::generate(edited.file(), edited.text())
        .map(drop)
        .map_err(|error| format!("with it, the client cannot be generated: {error}"))
}

/// Refuses every document: this program has no generator.
///
/// # Errors
/// Always.
#[cfg(not(feature = "regen"))]
pub fn generates(_: &Source) -> Refusal {
    Err("this program has no generator; start it as `cargo xtask validate --fix`".to_owned())
}

/// What to add to the corrections for some fixes, as text to be completed by hand.
pub fn corrections(fixes: &[Fix], vendor: &Vendor) -> String {
    let departing = fixes
        .iter()
        .map(|fix| (fix, vendor.without(fix)))
        .filter(|(_, versions)| vendor.0.is_empty() || !versions.is_empty());
    let entries: Vec<_> = departing
        .map(|(fix, versions)| correction(fix, &versions))
        .collect();
    if entries.is_empty() {
        return String::new();
    }
    let about = match vendor.0.is_empty() {
        true => {
            "# For openapi/corrections.yaml, where the vendor's documents say something else \
             (`--vendor DIR` looks):\n"
        }
        false => "# For openapi/corrections.yaml:\n",
    };
    format!("\n{about}{}", entries.join("\n"))
}

fn correction(fix: &Fix, versions: &[&str]) -> String {
    let Fix {
        what, at, evidence, ..
    } = fix;
    let is_name = |token: &str| {
        const STRUCTURE: [&str; 12] = [
            "components",
            "schemas",
            "properties",
            "paths",
            "responses",
            "parameters",
            "content",
            "allOf",
            "anyOf",
            "oneOf",
            "enum",
            "x-extensible-enum",
        ];
        !STRUCTURE.contains(&token)
    };
    let mut id: Vec<String> = pointer::tokens(at)
        .into_iter()
        .flatten()
        .filter(|token| is_name(token))
        .map(|token| token.to_ascii_lowercase())
        .map(|token| token.replace(|c: char| !c.is_ascii_alphanumeric(), "-"))
        .map(|token| token.trim_matches('-').to_owned())
        .filter(|token| !token.is_empty() && !token.bytes().all(|it| it.is_ascii_digit()))
        .collect();
    let id = id.split_off(id.len().saturating_sub(2)).join("-");
    let quoted = |text: &str| format!("'{}'", text.replace('\'', "''"));
    let said = match Added::of(at) {
        Some(added) if !versions.is_empty() => format!("no `{}`", added.name),
        _ => "(what it says here)".to_owned(),
    };
    let vendor: String = match versions {
        [] => format!("    (version): {}\n", quoted(&said)),
        some => some
            .iter()
            .map(|version| format!("    {version}: {}\n", quoted(&said)))
            .collect(),
    };
    let evidence: String = evidence
        .iter()
        .map(|place| format!("    - {}\n", quoted(place)))
        .collect();
    format!(
        "- id: {id}\n  at: {}\n  vendor:\n{vendor}  truth: {}\n  evidence:\n{evidence}  effect: \
         '(what a user of the vendor''s version suffers)'\n",
        quoted(at),
        quoted(&format!("(now: {what})")),
    )
}
