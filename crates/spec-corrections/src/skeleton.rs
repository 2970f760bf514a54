//! Begins the corrections for edits that traffic asks for: an edit that departs from the vendor
//! needs an entry.

use located::pointer;
use openapi_traffic::fix::Fix;
use serde_json::Value;

use crate::vendor::Vendor;

/// Members of an OpenAPI document that are no names of its author's.
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

/// The entries that some fixes need, as YAML to be completed by hand. What all of the vendor's
/// documents have too is no departure; without documents, every fix may be one.
pub fn skeletons(fixes: &[Fix], vendor: &Vendor) -> Vec<String> {
    let departing = fixes
        .iter()
        .map(|fix| (fix, without(vendor, fix)))
        .filter(|(_, versions)| vendor.is_empty() || !versions.is_empty());
    departing
        .map(|(fix, versions)| skeleton(fix, &versions))
        .collect()
}

/// The versions that do not have what a fix adds, where that is a name; all others.
fn without<'a>(vendor: &'a Vendor, fix: &Fix) -> Vec<&'a str> {
    let named = Added::of(&fix.at);
    let lacks = |document: &Value| named.as_ref().is_none_or(|it| !it.is_in(document));
    let versions = vendor.versions().filter(|(_, document)| lacks(document));
    versions.map(|(version, _)| version).collect()
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

fn skeleton(fix: &Fix, versions: &[&str]) -> String {
    let Fix {
        what, at, evidence, ..
    } = fix;
    let mut id: Vec<String> = pointer::tokens(at)
        .into_iter()
        .flatten()
        .filter(|token| !STRUCTURE.contains(&&**token))
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
